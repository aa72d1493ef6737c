"""What people write instead of PQL: the code, the words under the caret, and the advice."""

from __future__ import annotations

import pytest
from pql_marks import marked

from segkit.pql import PQLError, check, parse
from segkit.pql.reading.reader import parse_recovering

MISTAKES = [
    # (text with the offending words marked, code, words of the hint)
    ("", "empty", "write a condition"),
    ("  // only a comment", "empty", "write a condition"),
    # operators of other languages
    ('tier «==» "gold"', "foreign-operator", "write `=`"),
    ('tier «===» "gold"', "foreign-operator", "write `=`"),
    ("a «<>» b", "foreign-operator", "write `!=`"),
    ("a «=<» b", "foreign-operator", "write `<=`"),
    ("a «≥» b", "foreign-operator", "write `>=`"),
    ("a «&&» b", "foreign-operator", "write `and`"),
    ("a «||» b", "foreign-operator", "write `or`"),
    ("a «–» b", "foreign-operator", "write `-`"),
    ("a.b «is null»", "sql-null", "write `a.b.isNull()`"),
    ("a «IS NOT NULL» and b", "sql-null", "write `a.isNotNull()`"),
    ("a «is» 3", "foreign-operator", "write `=`"),
    ("a.b «exists» and c", "sql-exists", "write `a.b.isNotNull()`"),
    ("a «not in» [1, 2]", "foreign-operator", "write `a notIn […]`"),
    ("a «not in» (1, 2) and b", "foreign-operator", "notIn"),
    ('a «not like» "x"', "foreign-operator", "write `not (a like …)`"),
    ("t «not occurs» today", "foreign-operator", "write `not (t occurs …)`"),
    ("age «between» 3 and 5 and b", "foreign-operator", "age >= a and age <= b"),
    ('name «contains» "x"', "infix-method", "write `name.contains(…)`"),
    ('name «startswith» "x" or b', "infix-method", "write `name.startsWith(…)`"),
    ("a «^» 2", "unexpected", None),
    # time
    ("«now()» > t", "moment-call", "write `now`"),
    ("t occurs «before 18 years» before today", "bad-distance", "write `occurs > 18 years before today`"),
    ("t occurs «after 30 days» ago", "bad-distance", "write `occurs <= 30 days before now`"),
    ("t occurs «before 3 days» after tomorrow", "bad-distance", "write `occurs <= 3 days after tomorrow`"),
    ("t occurs «after 3 days» from now and a = 1", "bad-distance", "write `occurs > 3 days from now`"),
    ("t > now() - «7 days»", "duration", "write `t occurs <= 7 days before now`"),
    ("a.t < now - «2 weeks»", "duration", "write `a.t occurs > 2 weeks before now`"),
    ("t < now + «2 weeks»", "duration", "write `t occurs <= 2 weeks after now`"),
    ("t > now - «90d»", "glued-number", "occurs <= 90 days before now"),
    ("t > now - «1year»", "glued-number", "occurs <= 1 year before now"),
    ("t occurs «within 3 days»", "bad-distance", "write `occurs <= 3 days before now`"),
    ("t occurs «in the last 7 days»", "bad-distance", "write `occurs <= 7 days before now`"),
    ("t occurs «next 2 weeks»", "bad-distance", "write `occurs <= 2 weeks after now`"),
    ("t occurs <= «n» days before now", "bad-distance", "3 days before now"),
    ("t occurs <= «1.5» days before now", "bad-distance", "3 days"),
    ("t occurs <= 3 «dayz» before now", "unknown-unit", "did you mean `days`"),
    ("t occurs <= 3 days«»", "bad-distance", "write `<= 3 days before now`"),
    ("t occurs between a «or» b", "expected", "between date(2024, 1, 1) and today"),
    ("t occurs«»", "missing-value", None),
    # strings, numbers, names
    ('a = «"gold»', "unclosed-string", 'close it with `"`'),
    ("a = «'gold»\nand b", "unclosed-string", "close it with `'`"),
    ('f(«"one») and g("two")', "unclosed-string", 'close it with `"`'),
    ('a matches "«\\.»com"', "unknown-escape", "double the backslash: `\\\\.`"),
    ('a = "«\\u12»"', "unknown-escape", "four hexadecimal digits"),
    ('a = «"\\ud800"»', "half-character", None),
    # as in a tree: `from_json` refuses the same names
    ("`2nd«\x00»part`.city = 3", "unknown-character", None),
    ("`a`` «\u2028»b` = 3", "unknown-character", None),
    ("a = «“gold”»", "curly-quotes", 'write `"gold"`'),
    ("a = «9223372036854775808»", "number-range", "Double"),
    ("a = «-9223372036854775809»", "number-range", "Double"),
    ("a = «1e999»", "number-range", None),
    ("a«.5th»", "glued-number", "backticks"),
    ("a«.5»", "missing-name", "in backticks"),
    ("«`abc»", "unclosed-name", "close it"),
    ("a.«``»", "empty-name", None),
    ("«$0».a", "bad-parameter", "`$1` is the profile"),
    ("«@{»abc", "unclosed-context", "close it with `}`"),
    ("a = 1 «/*» b", "unclosed-comment", "`*/`"),
    ("a «#» b", "unknown-character", None),
    ("a = 1«;»", "unknown-character", "no end mark"),
    ("a = 1«,»000", "unexpected", "without a comma"),
    ('x in "a"«,» "b"', "unexpected", "a list stands in `[ ]`"),
    ("«not»", "missing-value", None),
    ("select «from» xEvent where a", "bad-select", "write `select X from …`"),
    ("if «a» then b", "unexpected", "write `if(condition, a, b)`"),
    ("t occurs «less than 3 days» before now", "bad-distance", "write `occurs < 3 days before now`"),
    ("t occurs «more than 3 days» before now", "bad-distance", "write `occurs > 3 days before now`"),
    ("a = 1 «?» 2", "unknown-character", "write `if(condition, a, b)` for a choice"),
    ("x in [«null»]", "misplaced-null", "isNull()"),
    ("«null»", "misplaced-null", "isNull()"),
    # placeholders
    ("inSegment(«<segment-id>»)", "placeholder", "in its place"),
    ("a = «<value>» and b", "placeholder", "in its place"),
    ("«_{TENANT_ID}».a", "placeholder", "in its place"),
    ("a = «${value}»", "placeholder", "in its place"),
    ("a = «{{value}}»", "placeholder", "in its place"),
    # brackets
    ("«(»a = 1", "unclosed-bracket", "close it with `)`"),
    ("a in «[»1, 2", "unclosed-bracket", "close it with `]`"),
    ("f(a«[»b)", "unclosed-bracket", "close it with `]`"),
    ("a = 1«)»", "stray-bracket", "leave it out"),
    ("a in [1, 2«)»", "mismatched-bracket", "write `]`"),
    ("«()»", "missing-value", None),
    ("a in «()»", "missing-value", None),
    ("(a«,» b)", "unexpected", "a list stands in `[ ]`"),
    ("[1, 2«,»]", "trailing-comma", "leave it out"),
    ("a«[]»", "bad-index", "map key"),
    ("a«[1, 2]»", "bad-index", "map key"),
    ('a.tags«[*N]»{N = "x"}', "wildcard-index", 'write `"value" in a.tags`'),
    ('a«[*]»{. = "x"} and b', "wildcard-index", "a[field"),
    # something missing or too much
    ("a =«»", "missing-value", None),
    ("a and«»", "missing-value", None),
    ("«and» b", "missing-value", None),
    ("a or «and» b", "missing-value", "leave one out"),
    ("f(a, «,» b)", "missing-value", None),
    ("«.»a", "missing-value", None),
    ("a«..»b", "missing-name", "leave one out"),
    ("a«.»", "missing-name", None),
    ("a«.*»", "missing-name", "all its items"),
    ("a «b»", "unexpected", "join two conditions"),
    ('"a" «"b"»', "unexpected", "join two conditions"),
    ("a = 1«,» b = 2", "unexpected", "join two conditions"),
    ("a = 1 «adn» b = 2", "unexpected", "did you mean `and`"),
    ("t «ocurs» today", "unexpected", "did you mean `occurs`"),
    ("a «licke» b", "unexpected", "did you mean `like`"),
    ("a = b «=» c", "chained-comparison", "`a = b and b = c`"),
    ("a < b «<=» c", "chained-comparison", "and"),
    ("a = «not» b", "needs-parentheses", "write `not (…)`"),
    # forms
    ("select X from a where b, Y from c where d «where» e", "bad-select", "select X from"),
    ("xEvent «where» a = 1", "bad-select", "`xEvent[…]`"),
    ("select X «in» xEvent where X.a", "bad-select", "write `select X from …`"),
    ("exists X from xEvent «X.a» = 1".replace("«X.a»", "«X».a"), "bad-select", "write `where …`"),
    ("exists X from xEvent «whre» X.a = 1", "bad-select", "did you mean `where`"),
    ("exists X from xEvent «(X.a = 1)»", "bad-select", "write `where …`"),
    ("select X from a «+» 1", "needs-parentheses", "into parentheses"),
    ("sum «X».a", "bad-aggregate", "over X from"),
    ("a «over» b", "bad-aggregate", "over X from"),
    ("let x = 1«»", "expected", "let x = … in …"),
    ("«a» => 1".replace("«a» =>", "a «=>»"), "bad-lambda", "`(a) => …`"),
    ("(«a».b) => 1", "bad-lambda", "`(a, b) => …`"),
    ("{«a»: 1}", "bad-object", 'write `"a"`'),
    ('{"a" «1»}', "bad-object", None),
    ('{"a": 1, «"a"»: 2}', "bad-object", None),
    # chain
    ("chain(a, t«)»", "bad-chain", "chain(xEvent, timestamp, ["),
    ("chain(a, t, «A»: WHAT(b))", "bad-chain", "chain(xEvent, timestamp, ["),
    ("chain(a, t, «[]»)", "bad-chain", "chain(xEvent, timestamp, ["),
    ("chain(a, t, [«WHAT»(b)])", "bad-chain", "A: WHAT("),
    ("chain(a, t, [A «WHAT»(b)])", "bad-chain", "A: WHAT("),
    ("chain(a, t, [A: «b» = 1])", "bad-chain", "A: WHAT("),
    ("chain(a, t, [A: WHAT(«)»])", "bad-chain", "WHAT(*)"),
    ("chain(a, t, [A: WHAT(b) COUNT(2) «WHEN»(today)])", "bad-chain", "WHAT(…) WHEN(…) COUNT(…)"),
    ("chain(a, t, [A: WHAT(b) «and» c])", "bad-chain", "into `WHAT(…)`"),
    ("chain(a, t, [A: WHAT(b) «B»: WHAT(c)])", "bad-chain", "commas"),
    ("chain(a, t, [A: WHAT(b) «CUONT»(2)])", "bad-chain", "did you mean `COUNT`"),
    ("chain(a, t, [A: WHAT(b) COUNT(«>» 2)])", "bad-chain", "COUNT(>= 3)"),
    ("chain(a, t, [A: WHAT(b) COUNT(«n»)])", "bad-chain", "COUNT(5)"),
    ("chain(a, t, [A: WHAT(b) WHEN(< 3 «»)])".replace("3 «»", "3«»"), "unknown-unit", "days before now"),
]


@pytest.mark.parametrize(("text", "code", "hint"), MISTAKES)
def test_r51_a_mistake_has_its_code_its_words_and_its_advice(text: str, code: str, hint: str | None) -> None:
    source, spans = marked(text)
    errors = [one for one in check(source) if one.severity == "error"]
    assert [one.code for one in errors] == [code], errors
    if spans and spans[0].start != spans[0].end:
        assert errors[0].words == source[spans[0].start : spans[0].end]
    elif spans:
        assert errors[0].span.start <= spans[0].start <= max(errors[0].span.end, errors[0].span.start + 1)
    if hint is None:
        assert errors[0].hint is None
    else:
        assert hint in (errors[0].hint or "")
    assert errors[0].message[0] == errors[0].message[0].lower() or errors[0].message.startswith("PQL ")
    assert not errors[0].message.endswith(".")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a «==» 1 and b «<>» 2 or c =«»", ["foreign-operator", "foreign-operator", "missing-value"]),
        ("f(a «b», c «d», «,» 1) and e «is null»", ["unexpected", "unexpected", "missing-value", "sql-null"]),
        (
            "chain(a, t, [A: «b», B: WHAT(c «d»), C: WHAT(e) «when» today])",
            ["bad-chain", "unexpected", "bad-chain"],
        ),
        ("select X from a where b «c», Y from «,» Z", ["unexpected", "missing-value"]),
        ('{"a": b «c», «d»: 1} and x in [1 «2», 3 «4»]', ["unexpected", "bad-object", "unexpected", "unexpected"]),
        ("t > now() - «1year» or p «IS NULL»", ["glued-number", "sql-null"]),
        ("(a «b») and (c «d») or «e f»".replace("«e f»", "e «f»"), ["unexpected", "unexpected", "unexpected"]),
    ],
)
def test_r51_several_mistakes_are_told_at_once(text: str, codes: list[str]) -> None:
    source, spans = marked(text)
    found = check(source)
    assert [one.code for one in found] == codes, found
    for one, span in zip(found, spans, strict=False):
        if span.start != span.end:
            assert one.words == source[span.start : span.end]


@pytest.mark.parametrize(
    "text",
    [
        'a = "x and (b = 1',
        'f("one) and g("two") and h(',
        "((a = 1 and b in [1, 2 and c",
        "chain(a, t, [A: WHAT(b",
    ],
)
def test_r51_what_follows_from_a_mistake_is_not_told(text: str) -> None:
    found = check(text)
    assert {one.code for one in found} <= {"unclosed-string", "unclosed-bracket"}
    assert found


def test_r51_parse_raises_all_of_them_with_the_warnings() -> None:
    with pytest.raises(PQLError) as caught:
        parse("a == 'x' and b <> 2")
    assert [one.code for one in caught.value.diagnostics] == ["foreign-operator", "single-quotes", "foreign-operator"]
    assert str(caught.value).count("^") == 2 + 3 + 2


def test_r51_many_mistakes_are_cut_short() -> None:
    found = check(" and ".join(["a == 1"] * 80))
    assert len(found) == 51
    assert found[-1].code == "too-many-errors"
    assert found[-1].message == "30 more errors not listed one by one"
    assert found[-1].span.start == 50 * len("a == 1 and ") + 2

    expression, found = parse_recovering("x in [" + ", ".join(["'a'"] * 51) + "]")
    assert expression is not None
    assert [one.code for one in found] == ["single-quotes"] * 50 + ["too-many-warnings"]
    assert found[-1].message == "1 more warning not listed one by one"
