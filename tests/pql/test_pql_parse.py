"""Texts and their trees, by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pql_examples import EXAMPLES

from segkit.pql import parse
from segkit.pql.reading.reader import parse_recovering
from segkit.pql.tree import (
    Aggregate,
    Array,
    Between,
    Binary,
    Boolean,
    Call,
    Chain,
    Clause,
    Climb,
    Context,
    Count,
    Distance,
    Double,
    Element,
    Field,
    Index,
    Integer,
    Interval,
    Lambda,
    Let,
    Logic,
    Method,
    Name,
    Null,
    Object,
    Occurs,
    Parameter,
    Quantified,
    Select,
    Side,
    String,
    Unary,
    Within,
)

if TYPE_CHECKING:
    from segkit.pql.tree import Node, Tail

A, B, C, T, X = Name("a"), Name("b"), Name("c"), Name("t"), Name("X")
ONE, TWO, THREE = Integer(1), Integer(2), Integer(3)


def root(text: str) -> Any:
    return parse(text).root


def path(text: str) -> Node:
    first, *rest = text.split(".")
    node: Node = Name(first)
    for name in rest:
        node = Field(node, name)
    return node


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_construct_is_read(text: str) -> None:
    expression, found = parse_recovering(text)
    assert expression is not None, "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("$1.a", Field(Parameter(1), "a")),
        ("$2", Parameter(2)),
        ("(P) => P.a", Lambda(("P",), path("P.a"))),
        ("(K, G) => G", Lambda(("K", "G"), Name("G"))),
        ("@{a;version=1}.b", Field(Context("a;version=1"), "b")),
        ("@{x/{T}/y}", Context("x/{T}/y")),
    ],
)
def test_r01_parameters(text: str, tree: Node) -> None:
    assert root(text) == tree


def test_r04_space_and_comments_are_free() -> None:
    assert root("a/* x\n y */=// b = 2\n\t\u00a0 1\ufeff") == Binary("=", A, ONE)
    assert [one.text for one in parse("a /* x */ // y").comments] == ["/* x */", "// y"]
    assert parse('"// no /* comment */"').comments == ()


def test_r05_names() -> None:
    assert root("a.`order-total`") == Field(A, "order-total")
    assert root("`a b`") == Name("a b", quoted=True)
    assert root("`a``b`") == Name("a`b", quoted=True)
    assert root("_é1") == Name("_é1")
    assert root("Name") != root("name")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\"\\\n\té"', '"\\\n\té'),
        (r'"\ud83d\ude00"', "😀"),
        ('"\\\\."', "\\."),
        ("'it\\'s \"x\"'", 'it\'s "x"'),
        ('""', ""),
    ],
)
def test_r06_strings(text: str, value: str) -> None:
    assert root(text) == String(value)


def test_r06_single_quotes_carry_a_warning() -> None:
    expression, found = parse_recovering("x = 'a'")
    assert expression is not None
    assert expression.root.right.single
    assert [(one.code, one.severity, one.words, one.hint) for one in found] == [
        ("single-quotes", "warning", "'a'", 'write `"a"`')
    ]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("56L", Integer(56)),
        ("56l", Integer(56)),
        ("007", Integer(7)),
        (".45", Double(0.45)),
        ("2.02E12", Double(2.02e12)),
        ("1e+2", Double(100.0)),
        ("-3", Integer(-3)),
        ("- 3", Integer(-3)),
        ("-.5", Double(-0.5)),
        ("9223372036854775807", Integer(2**63 - 1)),
        ("-9223372036854775808", Integer(-(2**63))),
        ("-x.y", Unary("-", path("x.y"))),
        ("--3", Unary("-", Integer(-3))),
        ("-(3)", Unary("-", THREE)),
        ("a -1", Binary("-", A, ONE)),
        ("a - -1", Binary("-", A, Integer(-1))),
        ("-3.toString()", Unary("-", Method(THREE, "toString", ()))),
        ("tRuE", Boolean(True)),
        ("a = NULL", Binary("=", A, Null())),
    ],
)
def test_r07_numbers_and_other_literals(text: str, tree: Node) -> None:
    assert root(text) == tree


def test_r07_a_double_is_no_integer() -> None:
    assert root("1.0") != root("1")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a in [1, 2]", Array((ONE, TWO))),
        ("a in (1, 2)", Array((ONE, TWO))),
        ("a in (1)", Array((ONE,))),
        ("a in ([1])", Array((ONE,))),
        ("a in (b)", B),
        ("a in (b).c", Field(B, "c")),
        ("a in (b) ", B),
        ("a in []", Array(())),
    ],
)
def test_r08_lists(text: str, right: Node) -> None:
    assert root(text) == Binary("in", A, right)
    assert root(text.replace(" in ", " NOTIN ")) == Binary("notIn", A, right)


def test_r08_dates_and_objects() -> None:
    assert root("DATE(2020, 3, 14)") == Call("date", (Integer(2020), THREE, Integer(14)))
    assert root("{'a': 1, \"b\": {}}") == Object((("a", ONE), ("b", Object(()))))


@pytest.mark.parametrize(
    "word", ["count", "order", "filter", "next", "select", "exists", "let", "date", "chain", "sum"]
)
def test_r09_words_are_fields_by_position(word: str) -> None:
    assert root(f"{word} = 3") == Binary("=", Name(word), THREE)
    assert root(f"{word}.a = 3") == Binary("=", Field(Name(word), "a"), THREE)
    assert root(f"a.{word} = 3") == Binary("=", Field(A, word), THREE)
    assert root(f"a and {word}") == Logic("and", (A, Name(word)))


@pytest.mark.parametrize("word", ["and", "or", "in", "notIn", "like", "matches", "occurs", "not", "where", "over"])
def test_r09_joining_words_are_fields_where_no_operand_can_follow(word: str) -> None:
    assert root(f"{word} = 3") == Binary("=", Name(word, quoted=True), THREE)
    assert root(f"{word}.a = 3") == Binary("=", Field(Name(word, quoted=True), "a"), THREE)
    assert root(f"a.{word}.b") == Field(Field(A, word), "b")


def test_r09_words_in_any_case() -> None:
    assert root("NOT (a) AND SELECT x FROM b WHERE x") == root("not (a) and select x from b where x")
    assert root("IF(a, 1, 2)") == root("if(a, 1, 2)")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a * b / c", "(a * b) / c"),
        ("a + 1 = b - 1", "(a + 1) = (b - 1)"),
        ("a and b or c and d", "(a and b) or (c and d)"),
        ("not a = b", "not (a = b)"),
        ("not a in [1] and b", "(not (a in [1])) and b"),
        ("not t occurs today", "not (t occurs today)"),
        ("!a = b", "(!a) = b"),
        ("not(a) = b", "(not (a)) = b"),
        ("not (a).count() > 0", "(not (a.count())) > 0"),
        ("not not a = b", "not (not (a = b))"),
        ("not !a = b", "not ((!a) = b)"),
        ("-a.b + c", "(-(a.b)) + c"),
        ("!a.b()", "!(a.b())"),
        ("a or select X from b where c or d", "a or (select X from b where (c or d))"),
        ("let x = a in b or c", "let x = a in (b or c)"),
        ("(x) => b or c", "(x) => (b or c)"),
        ("sum a + b over X from c where d and e", "sum (a + b) over X from c where (d and e)"),
    ],
)
def test_r10_precedence(text: str, same: str) -> None:
    assert root(text) == root(same)


def test_r10_and_is_n_ary_but_parentheses_stay() -> None:
    assert root("a and b and c") == Logic("and", (A, B, C))
    assert root("(a and b) and c") == Logic("and", (Logic("and", (A, B)), C))


def test_r11_where_and_the_comma() -> None:
    assert root("select X from a where b and c, Y from X.d where e") == Select(
        (Clause("X", A, Logic("and", (B, C))), Clause("Y", path("X.d"), Name("e")))
    )
    assert root("if(exists X from a where b, 1, 2)") == Call(
        "if", (Quantified("exists", (Clause("X", A, B),)), ONE, TWO)
    )
    inner = Quantified("exists", (Clause("Y", B, None), Clause("Z", C, None)))
    assert root("exists X from a where exists Y from b, Z from c") == Quantified("exists", (Clause("X", A, inner),))
    assert root("[exists X from a where b, from]") == Array((Quantified("exists", (Clause("X", A, B),)), Name("from")))


def test_r11_where_may_be_missing() -> None:
    assert root("select X from a") == Select((Clause("X", A, None),))
    assert root("exists X from a and b") == Logic("and", (Quantified("exists", (Clause("X", A, None),)), B))


def test_r11_occurs_ends_before_and() -> None:
    today = Occurs(T, Within(Name("today")))
    assert root("t occurs today and b") == Logic("and", (today, B))
    assert root("t occurs between a and b and c") == Logic("and", (Occurs(T, Between(A, B)), C))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('a.get("k")', Method(A, "get", (String("k"),))),
        ('a["k"].b', Field(Index(A, String("k")), "b")),
        ("a[b = 1][c]", Index(Index(A, Binary("=", B, ONE)), C)),
        ("(select X from a).count()", Method(Select((Clause("X", A, None),)), "count", ())),
        ("f(a).b", Field(Call("f", (A,)), "b")),
        ("[1, 2].count()", Method(Array((ONE, TWO)), "count", ())),
        ('"a".length()', Method(String("a"), "length", ())),
    ],
)
def test_r22_paths_calls_and_indexes(text: str, tree: Node) -> None:
    assert root(text) == tree


@pytest.mark.parametrize("text", ["exists X from a where b", "some X from a: b", "EXISTS X FROM a WHERE b"])
def test_r25_exists_and_some(text: str) -> None:
    assert root(text) == Quantified("exists", (Clause("X", A, B),))


@pytest.mark.parametrize("text", ["forall X from a where b", "all X from a: b"])
def test_r26_forall_and_all(text: str) -> None:
    assert root(text) == Quantified("forall", (Clause("X", A, B),))


def test_r27_climbing() -> None:
    assert root("^x") == root("^.x") == Field(Climb(1), "x")
    assert root("^^.x.y") == Field(Field(Climb(2), "x"), "y")
    assert root("^.x(a)") == root("^x(a)") == Method(Climb(1), "x", (A,))
    assert root("^[a]") == Index(Climb(1), A)
    assert root("^ = a") == Binary("=", Climb(1), A)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("sum X over X from a", Aggregate("sum", X, (Clause("X", A, None),))),
        ("MAX (X) over X from a where b", Aggregate("max", X, (Clause("X", A, B),))),
        ("sum(a)", Call("sum", (A,))),
        ("sum(a) + max X over X from a", Binary("+", Call("sum", (A,)), Aggregate("max", X, (Clause("X", A, None),)))),
        ("a.sum(b)", Method(A, "sum", (B,))),
        ("sum - 1", Binary("-", Name("sum"), ONE)),
        ("sum -X over X from a", Aggregate("sum", Unary("-", X), (Clause("X", A, None),))),
        (
            "min X over X from a, Y from b",
            Aggregate("min", X, (Clause("X", A, None), Clause("Y", B, None))),
        ),
    ],
)
def test_r31_aggregates(text: str, tree: Node) -> None:
    assert root(text) == tree


def test_r32_let() -> None:
    assert root("let x = a in x") == Let("x", A, Name("x"))
    assert root("let x = (a in b) in x") == Let("x", Binary("in", A, B), Name("x"))
    assert root("let x = f(a in b) in x") == Let("x", Call("f", (Binary("in", A, B),)), Name("x"))
    assert root("let = 3") == Binary("=", Name("let"), THREE)


def test_r33_to_r36_chain() -> None:
    found = root("chain(a, t, [A: WHAT(b) WHEN(< 2 days before now) COUNT(5), not B: what(*), C: WHAT(c) COUNT(<= 1)])")
    first = Element("A", B, Distance("<", 2, "day", "before", Name("now")), Count(">=", 5))
    assert found == Chain(A, T, (first, Element("B", None, None, None, True), Element("C", C, None, Count("<=", 1))))


def test_r36_an_element_may_be_called_not() -> None:
    assert root("chain(a, t, [not: WHAT(b), not not: WHAT(c)])").elements == (
        Element("not", B, None, None),
        Element("not", C, None, None, True),
    )


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("= 1 day before now", Distance("=", 1, "day", "before", Name("now"))),
        ("!= 2 MILLENNIA after now", Distance("!=", 2, "millennium", "after", Name("now"))),
        (">= 3 centuries from now", Distance(">=", 3, "century", "after", Name("now"))),
        ("before today", Side("before", Name("today"))),
        ("from today", Side("after", Name("today"))),
        ("after this MONTH", Side("after", Interval("this", "month"))),
        ("last weeks", Within(Interval("last", "week"))),
        ("on last week", Within(Interval("last", "week"))),
        ("on last", Within(Name("last"))),
        ("before", Within(Name("before"))),
        ("before before", Side("before", Name("before"))),
        ("between.x", Within(path("between.x"))),
        ("between a and b + 1", Between(A, Binary("+", B, ONE))),
        ('"2024-01-01"', Within(String("2024-01-01"))),
    ],
)
def test_r38_occurs(text: str, tail: Tail) -> None:
    assert root(f"t occurs {text}") == Occurs(T, tail)
    assert root(f"chain(a, t, [A: WHAT(b) WHEN({text})])").elements[0].when == tail


@pytest.mark.parametrize(
    "unit",
    ["millisecond", "second", "minute", "hour", "day", "week", "month", "year", "decade", "century", "millennium"],
)
def test_r38_units(unit: str) -> None:
    assert root(f"t occurs < 1 {unit} before now").tail.unit == unit
    plural = {"century": "centuries", "millennium": "millennia"}.get(unit, unit + "s")
    assert root(f"t occurs < 2 {plural.upper()} before now").tail.unit == unit
