"""Whatever can be bound can be explained: the corpus's expressions and generated ones; and no sentence leaves out
something that decides."""

from __future__ import annotations

import dataclasses
import json
import random
from typing import TYPE_CHECKING

import pytest
from explain_world import explained
from reference_expressions import Maker
from reference_world import SCHEMA
from support_outcomes import corpus, pql
from support_schema import FLAG, inferred

from segkit.analysis.sentences import selected
from segkit.analysis.telling import telling
from segkit.pql import PQLError, parse
from segkit.pql.binder import bind
from segkit.pql.bound import And, Attribute, Bound, Compare, Const, Get, In, Not, Or, Quantify
from segkit.pql.bound import Test as TextTest
from segkit.pql.bound_walk import rebuild, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.analysis.explain import Explanation

FEW = 15
"""The most valid rows of the corpus that may lack words of their own, besides what makes no segment."""


def sound(made: Explanation) -> None:
    assert made.sentence.endswith(".")
    assert max(len(one) for one in repr(made).split("\n")) <= 100
    assert json.dumps(made.to_dict())
    assert made._repr_html_()


def test_every_valid_row_of_the_corpus_is_explained(shared: Path) -> None:
    rare = []
    for row in pql(corpus(shared)):
        expression = parse(row.value)
        made = explained(expression, inferred(expression), lambda _: parse(FLAG))
        sound(made)
        if "`" in made.sentence:
            rare.append(row.value)
    assert len(rare) <= FEW, rare


@pytest.mark.parametrize("seed", range(0, 400, 40))
def test_generated_expressions_are_explained(seed: int) -> None:
    done = 0
    for number in range(seed, seed + 40):
        text = Maker(random.Random(number)).expression()  # noqa: S311  a repeatable choice of cases
        try:
            bind(parse(text), SCHEMA)
        except PQLError:
            continue
        try:
            made = explained(text, SCHEMA)
        except PQLError as refused:
            assert {one.code for one in refused.diagnostics} <= {"too-deep"}, text  # noqa: PT017
            continue
        sound(made)
        done += 1
    assert done > 20


RULES = [
    'name = "a" and (age > 3 or not active)',
    'xEvent[type = "a" and timestamp occurs <= 30 days before now].count() >= 3',
    'xEvent[type = "a"].sum(value) / 2 > score',
    'orders.exists(sku.startsWith("x") and quantity > 3)',
    'name notIn ["a", "b"] or nick != "x"',
    "xEvent[value > ^.score].count() = 2",
    'forall E from xEvent where E.type = "a" or E.items.exists(quantity = 2)',
    'exists X from xEvent where X.type = "a", Y from xEvent where Y.value > X.value',
    'chain(xEvent, timestamp, [A: WHAT(type = "a") COUNT(2), B: WHAT(value > 3) WHEN(<= 3 days after A)])',
    'scores["a"] >= 0.5 and not (nick.contains("z") and colors.intersects(["red"]))',
    "joined occurs between date(2026, 1, 1) and date(2026, 3, 31)",
]


def changed(node: Bound) -> Bound | None:
    """A node that says something else."""
    match node:
        case Const(value=bool(held)):
            return dataclasses.replace(node, value=not held)
        case Const(value=int(held) | float(held)):
            return dataclasses.replace(node, value=held + 7)
        case Const(value=str(held)):
            return dataclasses.replace(node, value=f"{held}?")
        case Compare(operator="="):
            return dataclasses.replace(node, operator="!=")
        case Compare():
            return dataclasses.replace(node, operator="=")
        case In() | TextTest():
            return dataclasses.replace(node, negated=not node.negated)
        case Attribute(path=path) if path:
            return dataclasses.replace(node, path=(*path, "other"))
        case Get(name=name) if name != "timestamp":
            return dataclasses.replace(node, name="other")
        case Quantify(quantifier=quantifier):
            return dataclasses.replace(node, quantifier="all" if quantifier == "any" else "any")
        case Not(item=item):
            return item
        case And(items=items):
            return Or(items, node.type, node.span)
        case Or(items=items):
            return And(items, node.type, node.span)
        case _:
            return None


def variants(root: Bound) -> Iterator[Bound]:
    """The rule with one node changed, for each node that can be."""
    for one in walk(root):
        other = changed(one)
        if other is not None:
            yield _put(root, one, other)


def _put(root: Bound, old: Bound, new: Bound) -> Bound:
    return new if root is old else rebuild(root, lambda one: _put(one, old, new))


@pytest.mark.parametrize("rule", RULES)
def test_what_changes_a_rule_changes_its_sentence(rule: str) -> None:
    expression = parse(rule)
    bound = bind(expression, SCHEMA).condition
    told = telling(expression, {})
    sentence = selected(bound, told)
    assert "`" not in sentence
    found = list(variants(bound))
    assert len(found) >= 2
    for one in found:
        assert selected(one, told) != sentence


def test_a_long_rule_is_explained_whole_and_shown_in_part() -> None:
    listed = ", ".join(f'"{number}"' for number in range(2000))
    rule = " and ".join([f"name in [{listed}]", *(f"age != {number}" for number in range(200))])
    made = explained(rule, SCHEMA)
    assert len(made.tree.parts) == 201
    assert len(made.steps[-1].conditions) == 201
    assert "(2,000 in all)" in made.sentence
    shown = repr(made)
    assert "  … 304 more parts: `.tree` has them all" in shown
    assert len(shown) < 60_000
    assert "141 more conditions" in made._repr_html_()
    assert max(len(one) for one in shown.split("\n")) <= 100


def test_a_deep_rule_is_explained() -> None:
    rule = "name.isNull()"
    for _ in range(30):
        rule = f"not ({rule} and age > 3)"
    made = explained(rule, SCHEMA)
    sound(made)
    assert made.sentence == "The profiles for whom the rule holds."
