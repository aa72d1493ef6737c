"""No input raises anything but a PQL error: R53."""

from __future__ import annotations

import random
import re

import pytest
from binding_support import SCHEMA, bound, condition

from segkit.pql import bound as nodes
from segkit.pql import parse, tree
from segkit.pql.binder import bind
from segkit.pql.binder.context import MAX_DEPTH
from segkit.pql.diagnostics import PQLError
from segkit.pql.types import Kind


def _codes(text: str, **segments: str) -> list[str]:
    with pytest.raises(PQLError) as caught:
        bound(text, **segments)
    return [one.code for one in caught.value.diagnostics]


def test_r53_long_rules_bind() -> None:
    assert condition(" or ".join(f"age = {number}" for number in range(2000))).count("age = ") == 2000
    assert condition(f"age in [{', '.join(map(str, range(2000)))}]").endswith("1999]")


@pytest.mark.parametrize(
    "node",
    [
        tree.Name("age"),
        tree.Name("nothing"),
    ],
)
def test_r53_depth_is_a_diagnostic(node: tree.Node) -> None:
    for make in (
        lambda one: tree.Unary("not", one),
        lambda one: tree.Binary("+", one, tree.Integer(1)),
        lambda one: tree.Method(one, "trim", ()),
        lambda one: tree.Let("a", one, tree.Name("a")),
        lambda one: tree.Call("trim", (one,)),
    ):
        deep: tree.Node = node
        for _ in range(5 * MAX_DEPTH):
            deep = make(deep)
        with pytest.raises(PQLError) as caught:
            bind(tree.Expression(deep), SCHEMA)
        assert "too-deep" in {one.code for one in caught.value.diagnostics}


def test_r53_a_caller_deep_in_its_own_recursion_gets_a_diagnostic() -> None:
    expression = parse("orders[price > 1]")

    def down(levels: int) -> None:
        if levels:
            down(levels - 1)
        else:
            bind(expression, SCHEMA)

    raised = []
    for levels in range(860, 1000, 5):
        try:
            down(levels)
        except PQLError as problem:
            raised.append(problem)
        except RecursionError:
            break
    assert all(one.code == "too-deep" for problem in raised for one in problem.diagnostics)


def test_r53_let_cannot_blow_up() -> None:
    lets = "".join(f"let a{n} = a{n - 1} + a{n - 1} in " for n in range(1, 40))
    assert _codes(f"let a0 = age in {lets}a39 > 1") == ["expression-too-large"]
    lets = "".join(f"let a{n} = a{n - 1} + 1 in " for n in range(1, 90))
    assert condition(f"let a0 = age in {lets}a89 > 1").count("+ 1") == 89
    lets = "let b = " + " + ".join(["age"] * 60) + " in let c = " + " + ".join(["b"] + ["age"] * 60) + " in c > 1"
    assert _codes(lets) == ["too-deep"]


def test_r53_segments_cannot_blow_up() -> None:
    rules = {f"s{n}": f'inSegment("s{n + 1}") and inSegment("s{n + 1}")' for n in range(25)}
    assert set(_codes('inSegment("s0")', **rules, s25="age > 1")) == {"expression-too-large"}
    rules = {f"s{n}": f'inSegment("s{n + 1}")' for n in range(60)}
    assert _codes('inSegment("s0")', **rules, s60="age > 1") == ["too-deep"]
    rules = {f"s{n}": f'inSegment("s{n + 1}") and inSegment("s{n + 1}")' for n in range(20)}
    assert _codes('inSegment("s0")', **rules, s20="agee > 1") == ["invalid-segment"]


def _failed(node: nodes.Bound) -> bool:
    return node.type.kind is Kind.ERROR or any(_failed(one) for one in nodes.children(node))


_SEEDS = [
    'homeAddress.city = "X" and age > 3 or not (score <= 2.5)',
    'xEvent[eventType = "a" and timestamp occurs <= 3 days before now].count() >= 2',
    "select X from xEvent where X.commerce.order, Y from X.productListItems where Y.price > 1",
    'chain(xEvent, timestamp, [A: WHAT(eventType = "x") WHEN(today), not B: WHAT(*), C: WHAT(^.age > 3) COUNT(2)])',
    'sum X.price + X.quantity over X from orders where X.SKU in ["a", "b"]',
    'let o = orders[price > 1] in o.topN(price, 3).head().SKU.startsWith("a", false)',
    'if(active, identityMap["email"].id.distinct().count(), scores.get("a") % 2)',
    "person.birthDate occurs between date(2020, 1, 31) and last month",
    '(P) => forall V from P.orders where V.tags.intersects(P.colors), W from V.tags where W matches "a+"',
    'numbers.map(this * 2).sum() > age.addDays(3) or colors.includes("red") and inSegment("b")',
]


def test_r53_mutated_rules_bind_or_raise_a_pql_error() -> None:
    chance = random.Random(5)  # noqa: S311  mutations, not secrets
    tokens = [re.findall(r'"[^"]*"|\w+|\s+|\S', text) for text in _SEEDS]
    every = sorted({one for words in tokens for one in words})
    refused = accepted = 0
    for _ in range(1500):
        words = list(chance.choice(tokens))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(words))
            words[place : place + chance.randint(0, 1)] = [chance.choice(every)]
        text = "".join(words)
        try:
            expression = parse(text)
        except PQLError:
            continue
        spans = []
        try:
            found = bind(expression, SCHEMA, segments={"b": parse("age > 1")}.get)
            assert not _failed(found.root), text
            assert not _failed(found.condition), text
            accepted += 1
        except PQLError as problem:
            refused += 1
            spans = [one.span for one in problem.diagnostics]
        assert all(0 <= one.start <= one.end <= len(text) for one in spans)
    assert refused > 50
    assert accepted > 10
