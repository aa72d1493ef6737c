"""`sk.pql.same`: with a schema, and what is known without one."""

from __future__ import annotations

import pytest
from normal_support import SCHEMA

from segkit import pql
from segkit.pql import PQLError, parse

SAME = [
    ("a = 1 and b = 2", "b = 2 and a = 1"),
    ("a = 1 and (b = 2 and c = 3)", "(a = 1 and b = 2) and c = 3"),
    ("not (a = 1 or b = 2)", "not (a = 1) and not (b = 2)"),
    ("a = 1 or (a = 1 and b = 2)", "a = 1"),
    ("!(!(a))", "a"),
    ("3 < a", "a > 3"),
    ("3 <= a", "a >= 3"),
    ("1 = a", "a = 1"),
    ("a in [1]", "a = 1"),
    ("a notIn (1)", "a != 1"),
    ("a = 1 or a = 2", "a in (2, 1)"),
    ("a in [1, 2] or a = 3 or b", "b or a in [3, 2, 1]"),
    ('equals(a, "x")', 'a = "x"'),
    ('a.equals("x")', '"x" = a'),
    ('a.notEqualTo("x")', 'a != "x"'),
    ('a.includes("x")', '"x" in a'),
    ('m.get("k") = 1', 'm["k"] = 1'),
    ("a.filter(b = 1 and c = 2)", "a[c = 2 and b = 1]"),
    ("a = null", "a.isNull()"),
    ("a != null", "not (a.isNull())"),
    ("isNotNull(a)", "a.isNotNull()"),
    ("exists X from a where X.b = 1", "exists Y from a where 1 = Y.b"),
    ("a[(X) => X.b = 1]", "a[(Y) => Y.b = 1]"),
    ("let x = a.b in x > 1", "let y = a.b in 1 < y"),
    ("sum X.b over X from a where X.c > 1", "sum Y.b over Y from a where 1 < Y.c"),
    ("a occurs on today", "a occurs today"),
    ("a and true", "a"),
    ("`a` = 1", "a = 1"),
    ("chain(a, t, [A: WHAT(b and c)])", "chain(a, t, [A: WHAT(c and b)])"),
]

UNKNOWN = [
    ("a >= 1 and a < 3", "a >= 1 and a < 4"),
    ("a = 1 and a = 2", "false"),  # any item of an array may be one, any other the other
    ("a != 1 and a != 2", "a notIn [1, 2]"),
    ("not (a > 3)", "a <= 3"),
    ("a < 3", "3 < a"),
    ("a - b > 1", "b - a > 1"),
    ("a[b]", "a.map(b)"),
    ("`now` = a", "now = a"),
    ("exists X from a where X.b = 1", "exists X from a where b = 1"),
    ("exists X from a, Y from b where X = Y", "exists X from b, Y from a where X = Y"),
    (
        "exists X from a where (exists X from X.b where (exists Y from X.c where X.p = Y.q))",
        "exists X from a where (exists X from X.b where (exists Y from X.c where Y.p = X.q))",
    ),
    ("a notIn [b]", "a != b"),  # of a missing b only the first is true
    ("a notIn [b, b]", "a != b"),
    ("a occurs today", "b occurs today"),
    ("a.map(b and b)", "a.map(b)"),
    ('a like "x"', 'a = "x"'),
    ("chain(a, t, [A: WHAT(b)])", "chain(a, t, [A: WHAT(b) COUNT(2)])"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_r54_what_is_known_without_a_schema(one: str, other: str) -> None:
    assert pql.same(one, other)
    assert pql.same(parse(other), one)


@pytest.mark.parametrize(("one", "other"), UNKNOWN)
def test_what_is_not_the_same_or_not_known(one: str, other: str) -> None:
    assert not pql.same(one, other)


def test_a_schema_tells_more() -> None:
    assert not pql.same("age > 3", "age >= 4")
    assert pql.same("age > 3", "age >= 4", SCHEMA)


def test_r48_segments_are_looked_through() -> None:
    rules = {"Grown up": parse("age >= 18")}
    assert pql.same('inSegment("Grown up") and active', "active and age > 17", SCHEMA, segments=rules.get)


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(PQLError):
        pql.same("a = ", "a = 1")
    with pytest.raises(PQLError):
        pql.same("nothing = 1", "age = 1", SCHEMA)
