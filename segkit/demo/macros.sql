-- Chance without hash() or random(): both may differ from one engine version to the next, MD5 text may not. A word is 64
-- bits of the MD5 of a key; a slot is one of its four 16-bit parts. All later arithmetic is on integers, or divides once.
CREATE TEMP MACRO word(key) AS ('0x' || md5(key)[1:16])::UBIGINT;
CREATE TEMP MACRO other_word(key) AS ('0x' || md5(key)[17:32])::UBIGINT;
CREATE TEMP MACRO bits(word, slot) AS ((word >> (16 * slot)) & 65535)::BIGINT;
-- a whole number from 0 to n - 1
CREATE TEMP MACRO pick(word, slot, n) AS (bits(word, slot) * n) >> 16;
CREATE TEMP MACRO chance(word, slot, permille) AS bits(word, slot) * 1000 < permille * 65536;
-- a 38-digit Experience Cloud id, one for each browser of a person
CREATE TEMP MACRO ecid(who, browser) AS
    lpad((word('ecid' || who || '/' || browser) % 10000000000000000000::UBIGINT)::VARCHAR, 19, '4')
    || lpad((other_word('ecid' || who || '/' || browser) % 10000000000000000000::UBIGINT)::VARCHAR, 19, '7');
CREATE TEMP MACRO identity(value, state, first) AS
    [{'id': value::VARCHAR, 'authenticatedState': state::VARCHAR, 'primary': first::BOOLEAN}];
CREATE TEMP MACRO start_day() AS (getvariable('as_of') - INTERVAL 24 MONTH)::DATE;
