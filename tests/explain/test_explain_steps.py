"""The words beside each step and each condition of the SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from explain_world import explained
from reference_world import SCHEMA

from segkit.sql import compile_segments, show
from segkit.sql.notes import line

if TYPE_CHECKING:
    from segkit.workspace import Workspace

NOW = "2026-11-01"
PURCHASE = 'eventType = "commerce.purchases"'

# rule → step → its words, and the words of its conditions
STEPS = {
    'name = "a" and xEvent[type = "b" and value > 3].count() >= 2': {
        "events_1": (['xEvent[type = "b" and value > 3].count()'], ['type = "b"', "value > 3"]),
        "profiles": ([], []),
        "result": (
            ['name = "a" and xEvent[type = "b" and value > 3].count() >= 2'],
            ['name = "a"', 'xEvent[type = "b" and value > 3].count() >= 2'],
        ),
    },
    'xEvent[type = "a"].count() > 1 or xEvent[type = "a"].sum(value) > 10': {
        "events_1": (['xEvent[type = "a"].count()', 'xEvent[type = "a"].sum(value)'], ['type = "a"']),
    },
    'forall E from xEvent where E.type = "a"': {
        "events_1": (['forall E from xEvent where E.type = "a"'], ['forall E from xEvent where E.type = "a"']),
    },
    'not (exists E from xEvent where E.type = "a" or E.value > 3)': {
        "events_1": (
            ['exists E from xEvent where E.type = "a" or E.value > 3'],
            ['E.type = "a" or E.value > 3'],
        ),
        "result": (
            ['not (exists E from xEvent where E.type = "a" or E.value > 3)'],
            ['not (exists E from xEvent where E.type = "a" or E.value > 3)'],
        ),
    },
    "forall E from xEvent where E.web or E.items.isEmpty() or not (E.tags)": {
        "events_1": (
            ["forall E from xEvent where E.web or E.items.isEmpty() or not (E.tags)"],
            ["forall E from xEvent where E.web or E.items.isEmpty() or not (E.tags)"] * 3,
        ),
    },
    "name.isNotNull() and nick != null and colors.isEmpty()": {
        "result": (
            ["name.isNotNull() and nick != null and colors.isEmpty()"],
            ["name.isNotNull()", "nick != null", "colors.isEmpty()"],
        ),
    },
    "let floor = 5 in age > floor and score > floor": {
        "result": (["let floor = 5 in age > floor and score > floor"], ["age > floor", "score > floor"]),
    },
}


@pytest.mark.parametrize("rule", STEPS)
def test_the_words_of_steps_and_conditions(rule: str) -> None:
    steps = {one.name: one for one in explained(rule, SCHEMA).steps}
    for name, (words, conditions) in STEPS[rule].items():
        assert list(steps[name].words) == words
        assert [one for one, _ in steps[name].conditions] == conditions


def test_each_condition_has_the_sql_that_it_became() -> None:
    result = explained('name = "a" and not (age > 3)', SCHEMA).steps[-1]
    assert result.conditions == (
        ('name = "a"', "profiles.\"name\" = 'a'"),
        ("not (age > 3)", 'NOT COALESCE(profiles."age" > 3, FALSE)'),
    )


def test_the_whole_rule_is_not_repeated_behind_its_only_condition() -> None:
    made = explained('name = "a"', SCHEMA)
    assert made.sql.count('name = "a"') == 1


def test_r48_what_a_segment_brings_has_the_words_of_its_call(shop: Workspace) -> None:
    made = shop.explain(f'inSegment("Cart abandoners") and xEvent[{PURCHASE}]', as_of=NOW)
    said = {words for step in made.steps for words in (*step.words, *(one for one, _ in step.conditions))}
    assert said == {
        made.rule,
        'inSegment("Cart abandoners")',
        f"xEvent[{PURCHASE}]",
        PURCHASE,
    }


def test_r48_a_segment_named_by_its_id_is_shown_with_its_name(shop: Workspace) -> None:
    lapsed = shop.segments.get("Lapsed customers")
    made = shop.explain(f'inSegment("{lapsed.id}")', as_of=NOW)
    assert made.sentence == 'Profiles who are in the segment "Lapsed customers".'
    assert f'inSegment("{lapsed.id}") // Lapsed customers' in {one for step in made.steps for one in step.words}


def test_many_segments_in_one_statement_each_with_its_own_words(shop: Workspace) -> None:
    scope = shop.scope(as_of=NOW)
    rules = {"one": 'loyalty.tier = "gold" and xEvent', "two": f'xEvent[{PURCHASE}] or loyalty.tier = "gold"'}
    bound = {name: scope.bind(rule).condition for name, rule in rules.items()}
    shown = show(compile_segments(bound, scope.source, scope.clock, texts=rules))
    for words in (
        "/* xEvent */",
        f"/* xEvent[{PURCHASE}] */",
        f"= 'commerce.purchases' /* {PURCHASE} */",
        'END AS condition_1, /* loyalty.tier = "gold" */',
        f'AS "two" /* {rules["two"]} */',
        f'AS "one", /* {rules["one"]} */',
    ):
        assert words in shown


def test_the_sql_of_a_workspace_has_the_words_too(shop: Workspace) -> None:
    shown = shop.sql(f'xEvent[{PURCHASE}].count() >= 3 and loyalty.tier = "gold"', as_of=NOW)
    assert f"/* xEvent[{PURCHASE}].count() >= 3 */" in shown
    assert "= 'gold' /* loyalty.tier = \"gold\" */" in shown


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("a */ or 1 --", "a * / or 1 --"),
        ("a /* b\n  c", "a / * b c"),
        ("*/*/", "* / * /"),
        ("/*/", "/ * /"),
        ("x" * 300, f"{'x' * 199}…"),
    ],
)
def test_no_words_end_a_comment(text: str, comment: str) -> None:
    assert line(text) == comment
    assert "*/" not in line(text)
    assert "/*" not in line(text)
