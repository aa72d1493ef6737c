"""Salted hash buckets of profiles: a fixed thousandth part of all profiles each, unrelated to what ids look like."""

from __future__ import annotations

from sqlglot import exp

BUCKETS = 1000
"""Into so many buckets profiles are divided."""

SALT = "segkit.bucket.1:"
"""Before the profile id when it is hashed, so that buckets know nothing of hashes that others make of their ids."""

_DIGITS = 6  # 16.7 million values: no bucket is larger than another by more than one in 16,000


def bucket(profile_id: exp.Expr) -> exp.Expr:
    """The bucket of a profile, from 0 to `BUCKETS - 1`, by the text of its public id (32 hexadecimal digits).

    It is made by MD5, so that every engine and every version of it gives the same. `md5_number_lower` would be shorter,
    and takes three times as long.
    """
    salted = exp.DPipe(this=exp.Literal.string(SALT), expression=profile_id)
    hashed = exp.Anonymous(this="md5", expressions=[salted])
    digits = exp.Anonymous(this="left", expressions=[hashed, exp.Literal.number(_DIGITS)])
    number = exp.Cast(
        this=exp.DPipe(this=exp.Literal.string("0x"), expression=digits), to=exp.DataType.build("INT", dialect="duckdb")
    )
    return exp.Mod(this=number, expression=exp.Literal.number(BUCKETS))
