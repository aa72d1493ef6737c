"""`ws.explain`: what it gives, how it shows itself, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk
from segkit.demo import SEGMENTS
from segkit.notebook.width import width_of
from segkit.pql.reading.lexer import quote

if TYPE_CHECKING:
    from segkit.analysis.explain import Explanation
    from segkit.workspace import Workspace

NOW = "2026-11-01"
RULE = (
    'homeAddress.countryCode = "US" and xEvent[eventType = "commerce.purchases" and timestamp occurs '
    '<= 30 days before now].count() >= 3 and not inSegment("Cart abandoners") and loyalty.points > "3"'
)


@pytest.fixture(params=[*(one.pql for one in SEGMENTS), RULE, "xEvent.count()", 'loyalty.tier = "*/ -- \\" <b>"'])
def explanation(shop: Workspace, request: pytest.FixtureRequest) -> Explanation:
    return shop.explain(request.param, as_of=NOW)


def test_the_text_fits_a_hundred_columns(explanation: Explanation) -> None:
    lines = repr(explanation).split("\n")
    assert max(width_of(one) for one in lines) <= 100
    assert not [one for one in lines if one != one.rstrip()]


def test_the_dict_is_ready_for_json_and_whole(explanation: Explanation) -> None:
    found = explanation.to_dict()
    assert json.loads(json.dumps(found)) == found
    assert set(found) == {one.name for one in dataclasses.fields(explanation)}


def test_html_is_closed_and_has_no_words_of_the_rule_as_markup(explanation: Explanation) -> None:
    shown = explanation._repr_html_()
    for tag in ("div", "table", "tr", "td", "details", "pre", "code", "span", "b"):
        assert len(re.findall(rf"<{tag}[ >]", shown)) == shown.count(f"</{tag}>"), tag
    assert "<b>&quot;" not in shown.replace("&lt;b&gt;", "")


def test_the_same_rule_is_explained_in_the_same_words(shop: Workspace) -> None:
    assert repr(shop.explain(RULE, as_of=NOW)) == repr(shop.explain(RULE, as_of=NOW))
    assert shop.explain(sk.pql.parse(RULE), as_of=NOW) == shop.explain(RULE, as_of=NOW)


def test_an_expression_without_a_text_is_explained_too(shop: Workspace) -> None:
    bare = sk.pql.Expression(sk.pql.parse('loyalty.tier = "gold"').root)
    made = shop.explain(bare, as_of=NOW)
    assert made.rule == 'loyalty.tier = "gold"'
    assert made.tree.parts[0].words == "loyalty.tier"


def test_it_is_frozen(shop: Workspace) -> None:
    made = shop.explain("true", as_of=NOW)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.rule = "false"  # type: ignore[misc]


def test_r03_a_value_has_a_column_and_what_it_is_as_a_segment(shop: Workspace) -> None:
    made = shop.explain("xEvent.count()", as_of=NOW)
    assert made.type == "Integer"
    assert made.sentence.startswith("The number of experience events, an Integer for each profile. As a segment: ")
    assert '"xEvent.count()"' in made.sql
    assert made.reads.profiles == "all profiles, those known only from events too: each gets a value"


def test_r02_an_array_is_explained_as_the_condition_it_is_in_a_segment(shop: Workspace) -> None:
    made = shop.explain('select X from xEvent where X.eventType = "a"', as_of=NOW)
    assert made.type == "Array of Object"
    assert made.sentence == 'Profiles who have an experience event of eventType "a".'
    assert made.sql == shop.sql('select X from xEvent where X.eventType = "a"', as_of=NOW)


def test_the_sql_is_the_one_that_counts(shop: Workspace) -> None:
    made = shop.explain('loyalty.tier = "gold"', as_of=NOW)
    assert made.sql == shop.sql('loyalty.tier = "gold"', as_of=NOW)


def test_warnings_come_along(shop: Workspace) -> None:
    made = shop.explain(RULE, as_of=NOW)
    assert [one.code for one in made.warnings] == ["text-as-number"]
    assert "warning[text-as-number]" in repr(made)


def test_a_rule_that_is_refused_raises_all_its_findings(shop: Workspace) -> None:
    with pytest.raises(sk.PQLError) as refused:
        shop.explain('homeAdress.city = "Paris" and loyalty.points > "many"')
    assert [one.code for one in refused.value.diagnostics] == ["unknown-field", "type-clash"]
    assert refused.value.diagnostics[0].words == "homeAdress"


def test_what_a_rule_reads(shop: Workspace) -> None:
    read = shop.explain(RULE, as_of=NOW).reads
    assert read.profiles == "only profiles with the experience events asked for, and their fields"
    assert [(one.path, one.type, one.datasets) for one in read.columns] == [
        ("homeAddress.countryCode", "String", ("crm", "loyalty", "web")),
        ("loyalty.points", "Integer", ("loyalty",)),
    ]
    assert [(one.path, one.datasets) for one in read.event_columns] == [
        ("eventType", ("events",)),
        ("timestamp", ("events",)),
    ]
    counted, sequence = read.features
    assert (counted.kind, counted.needed, counted.form) == ("how many there are", True, "one filtered pass")
    assert (
        counted.words == 'xEvent[eventType = "commerce.purchases" and timestamp occurs <= 30 days before now].count()'
    )
    assert counted.conditions == ('eventType = "commerce.purchases"', "timestamp occurs <= 30 days before now")
    assert (sequence.words, sequence.needed) == ('inSegment("Cart abandoners")', False)


@pytest.mark.parametrize(
    ("rule", "profiles"),
    [
        ('loyalty.tier = "gold"', "only profiles that have one of these fields"),
        (
            'not (loyalty.tier = "gold")',
            "all profiles, those known only from events too: the rule can hold where these fields are missing",
        ),
        ("xEvent", "only profiles with the experience events asked for; no field of a profile"),
        (
            'xEvent[eventType = "a"] or xEvent[eventType = "b"]',
            "only profiles with some of the experience events asked for; no field of a profile",
        ),
    ],
)
def test_which_profiles_are_looked_at(shop: Workspace, rule: str, profiles: str) -> None:
    assert shop.explain(rule, as_of=NOW).reads.profiles == profiles


def test_only_the_datasets_of_the_policy_are_named() -> None:
    with sk.open(None) as workspace:
        for name in ("crm", "web"):
            frame = pd.DataFrame([{"id": "1", "city": "Paris"}])
            workspace.datasets.add(name, frame, identity={"crm": "id"}, primary="crm")
        workspace.merge_policies.create("web only", attribute_merge="dataSetPrecedence", order=["web"])
        found = workspace.explain("city", merge_policy="web only")
        assert (found.merge_policy, found.reads.columns[0].datasets) == ("web only", ("web",))
        assert workspace.explain("city").reads.columns[0].datasets == ("crm", "web")


@pytest.mark.parametrize(
    "text",
    ["*/ or true --", "/* */", "-- \n drop", '"\\', "<b>&amp;</b>", "`x` ';", "a\u0085b\u2028c", "*" + "/*/" * 90],
)
def test_no_text_of_a_rule_ends_its_comment_or_becomes_markup(shop: Workspace, text: str) -> None:
    rule = f"homeAddress.city = {quote(text)} and xEvent[eventType = {quote(text)}]"
    made = shop.explain(rule, as_of=NOW)
    assert shop.query(made.sql).to_pandas().iloc[0, 0] == 0
    assert "<b>&amp;" not in made._repr_html_()
    assert max(width_of(one) for one in repr(made).split("\n")) <= 100


def test_r55_trees_and_definitions_kept_as_trees_are_explained_as_text() -> None:
    tree = sk.pql.to_json('city = "Paris"')
    with sk.open(None) as workspace:
        workspace.datasets.add(
            "crm", pd.DataFrame([{"id": "1", "city": "Paris"}]), identity={"crm": "id"}, primary="crm"
        )
        kept = workspace.segments.create("Parisians", tree)
        assert workspace.explain(tree).rule == 'city = "Paris"'
        assert workspace.explain(kept).sentence == 'Profiles whose city is "Paris".'
        inner = workspace.explain('not inSegment("Parisians")').tree.parts[0]
        assert inner.notes == ('the rule of the segment "Parisians": city = "Paris"',)
