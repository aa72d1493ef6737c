"""Rules about events: which step computes them, and that it is right (R23 to R31)."""

from __future__ import annotations

import pytest
from sql_world import World, at, bind_text

from segkit.sql import Clock, compile_condition_count, compile_segments, show

SHOP = World(
    {
        "a": {
            "name": "view",
            "number": 2,
            "events": [
                {"type": "view", "timestamp": at("2026-11-01"), "value": 1.0, "count": 2, "tags": ["x", "y"]},
                {
                    "type": "buy",
                    "timestamp": at("2026-11-03"),
                    "value": 20.0,
                    "commerce.order.total": 20.0,
                    "commerce.order.id": "o1",
                    "items": [
                        {"SKU": "s1", "quantity": 2, "price": 5.0, "tags": ["new"]},
                        {"SKU": "s2", "quantity": 1, "price": 10.0, "maker": {"name": "m"}},
                    ],
                },
            ],
        },
        "b": {
            "name": "buy",
            "number": 1,
            "events": [
                {"type": "buy", "timestamp": at("2026-11-02"), "value": 5.0, "commerce.order.total": 5.0, "items": []},
                {
                    "type": "buy",
                    "timestamp": at("2026-11-02"),
                    "value": 7.0,
                    "commerce.order.id": "o2",
                    "items": [{"SKU": "s1", "quantity": None, "price": 3.0}],
                },
            ],
        },
        "c": {"name": "view", "number": 5},
        "d": {"events": [{"type": None, "timestamp": None, "value": None}]},
        "e": {},
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xEvent.count()", [2, 2, 0, 1, 0]),
        ('xEvent[type = "buy"].count()', [1, 2, 0, 0, 0]),
        ("xEvent.sum(value)", [21.0, 12.0, 0.0, 0.0, 0.0]),
        ("xEvent.sum(count)", [2, 0, 0, 0, 0]),
        ("xEvent.average(value)", [10.5, 6.0, None, None, None]),
        ("xEvent.min(timestamp)", [at("2026-11-01"), at("2026-11-02"), None, None, None]),
        ("xEvent.max(value)", [20.0, 7.0, None, None, None]),
        ("xEvent.type.distinct().count()", [2, 1, 0, 0, 0]),
        ("xEvent.type.distinct()", [["view", "buy"], ["buy"], [], [], []]),
        ("xEvent.value", [[1.0, 20.0], [5.0, 7.0], [], [None], []]),
        ("xEvent.topN(timestamp, 1).head().value", [20.0, 5.0, None, None, None]),
        ("xEvent.topN(timestamp, 1).value", [[20.0], [5.0], [], [None], []]),
        ("xEvent.bottomN(value, 5).value", [[1.0, 20.0], [5.0, 7.0], [], [None], []]),
        ("xEvent.topN(value, 1).sum(value)", [20.0, 7.0, 0.0, 0.0, 0.0]),
        ("xEvent.head().type", ["view", "buy", None, None, None]),
        ("xEvent.items.count()", [2, 1, 0, 0, 0]),
        ("xEvent.items.quantity.sum()", [3, 0, 0, 0, 0]),
        ("xEvent.items.sum(quantity * price)", [20.0, 0.0, 0.0, 0.0, 0.0]),
        ("xEvent.items.price.average()", [7.5, 3.0, None, None, None]),
        ("xEvent.items.price.max()", [10.0, 3.0, None, None, None]),
        ("xEvent.items.SKU", [["s1", "s2"], ["s1"], [], [], []]),
        ("xEvent.items.tags", [["new"], [], [], [], []]),
        ("xEvent.commerce.order.id", [[None, "o1"], [None, "o2"], [], [None], []]),
        ("xEvent.map(commerce.order).count()", [2, 2, 0, 1, 0]),
        ('sum X.value over X from xEvent where X.type = "buy"', [20.0, 12.0, 0.0, 0.0, 0.0]),
        ("sum Y.price over X from xEvent, Y from X.items where Y.quantity > 1", [5.0, 0.0, 0.0, 0.0, 0.0]),
        ("(select X from xEvent, Y from X.items where Y.price > 4).count()", [2, 0, 0, 0, 0]),
        ('if(xEvent.count() > 1, "some", "few")', ["some", "some", "few", "few", "few"]),
        ('xEvent.exists(type = "view")', [True, False, False, False, False]),
        ("xEvent.sum(value) / xEvent.count()", [10.5, 6.0, None, 0.0, None]),
    ],
)
def test_r23_r29_values_of_events(text: str, expected: object) -> None:
    assert SHOP.values(text) == expected


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("xEvent.count() = 0", "ce"),
        ("xEvent.count() <= 1", "cde"),
        ("xEvent.sum(value) < 13", "bcde"),
        ("xEvent[type = ^.name]", "ab"),
        ("not xEvent[type = ^.name]", "cde"),
        ("xEvent[type != ^.name].count() = 0", "bcde"),
        ("xEvent[^.name.isNull()]", "d"),
        ("xEvent[count = ^.number].value > 0", "a"),
        ("xEvent[count = ^.number or value = 7]", "ab"),
        ('forall X from xEvent where X.type = "buy"', "bce"),
        ("forall X from xEvent where X.items, Y from X.items where Y.price > 1", "ce"),
        ("forall X from xEvent where X.type, Y from X.items where Y.price > 3", "ace"),
        ("xEvent.commerce.order.id", "abd"),
        ('xEvent.commerce.order.id = "o2"', "b"),
        ("xEvent[commerce]", "ab"),
        ("xEvent[commerce.isNull()]", "ad"),
        ("xEvent[not commerce]", "ad"),
        ('xEvent.items.SKU = "s2"', "a"),
        ('xEvent.items[tags].SKU = "s1"', "a"),
        ("xEvent.items.maker.name.isNotNull()", "abcde"),
        ('"new" in xEvent.items.tags', "a"),
        ("xEvent.topN(timestamp, 1)[value > 6]", "a"),
        ("xEvent.topN(timestamp, 1).head().commerce", "ab"),
        ("xEvent.topN(timestamp, 1).head().isNull()", "ce"),
        ("exists X from xEvent, Y from xEvent where X.value < Y.value", "ab"),
        ("exists X from xEvent, Y from xEvent where X.value < Y.value and X.type = Y.type", "b"),
        ("exists X from xEvent, Y from xEvent where X.timestamp = Y.timestamp and X._id != Y._id", "b"),
        ("exists X from xEvent where X.value > 6 and X.value = xEvent.max(value)", "ab"),
        ("exists X from xEvent where X.count = number", "a"),
        ("forall X from xEvent where exists Y from xEvent where Y.value > X.value or X.value >= 7", "abce"),
        ('xEvent.type = "view" and xEvent.type = "buy"', "a"),
        ('xEvent.type = "view" or xEvent.type = "buy"', "ab"),
        ('xEvent.type = "view" or name = "view"', "ac"),
        ('not (xEvent.type = "view") and name', "bc"),
        ('not (xEvent.type = "view" or name)', "de"),
        ('if(xEvent.type = "view", number > 1, name = "view")', "ac"),
        ("name.isNull() and xEvent", "d"),
        ("xEvent.max(value) > number", "ab"),
    ],
)
def test_r23_r30_rules_about_events(text: str, members: str) -> None:
    assert SHOP.members(text) == members


def _sql(text: str) -> tuple[str, list[str]]:
    world = World({"a": {"events": [{"type": "x"}]}})
    return show(compile_condition_count(bind_text(text).condition, world, world.clock, text=text)), world.read


def test_an_attribute_rule_reads_profiles_only_and_joins_nothing() -> None:
    sql, read = _sql('name = "x" and number > 3')
    assert read == ["profiles"]
    assert "JOIN" not in sql.split("SELECT\n  COUNT(*)")[1]
    assert "COALESCE" not in sql


def test_an_event_rule_that_needs_its_events_reads_no_profiles() -> None:
    for text in (
        'xEvent.type = "x"',
        'xEvent.type = "x" and xEvent.count() > 3',
        'xEvent.type = "x" or xEvent.value > 1',
    ):
        assert set(_sql(text)[1]) == {"events"}, text


def test_an_event_rule_that_holds_without_events_reads_every_profile() -> None:
    for text in ("xEvent.count() = 0", 'not (xEvent.type = "x")', "xEvent.sum(value) < 1"):
        assert "profiles" in _sql(text)[1], text


def test_equal_features_are_computed_once() -> None:
    conditions = {
        "one": bind_text('exists X from xEvent where X.type = "buy" and X.value > 1').condition,
        "two": bind_text('not xEvent[value > 1 and type = "buy"] and name').condition,
        "three": bind_text('xEvent[type = "buy" and value > 1].count() > 2').condition,
    }
    world = World({"a": {}})
    compile_segments(conditions, world, world.clock)
    assert world.read == ["events", "profiles"]


def test_many_features_share_one_pass() -> None:
    world = SHOP
    texts = [f'xEvent[type = "buy" and value > {one}]' for one in range(20)]
    texts += [f"xEvent[value > {one}].sum(value) > 6" for one in range(20)]
    texts += ["xEvent.count() = 0", 'xEvent.type = "view"']
    world.read.clear()
    conditions = {text: bind_text(text).condition for text in texts}
    statement = compile_segments(conditions, world, world.clock)
    assert world.read == ["events", "profiles"]
    rows = world.run(statement)
    for number, text in enumerate(texts):
        found = "".join(sorted(world.keys[row[0]] for row in rows if row[2] >> number & 1))
        assert found == world.members(text), text


def test_segments_share_conditions_and_keep_apart() -> None:
    texts = ['name = "view" and number > 2', 'name = "view"', 'not (name = "view" or number = 1)', "number > 100"]
    conditions = {text: bind_text(text).condition for text in texts}
    statement = compile_segments(conditions, SHOP, SHOP.clock)
    assert show(statement).count("'view'") == 1
    rows = SHOP.run(statement)
    for number, text in enumerate(texts):
        found = "".join(sorted(SHOP.keys[row[0]] for row in rows if row[2] >> number & 1))
        assert found == SHOP.members(text), text


def test_r39_now_is_as_of() -> None:
    early = Clock(at("2026-11-02 12:00"))
    assert World(SHOP.people, early).members("xEvent[timestamp occurs <= 1 days before now]") == "b"
    assert "TIMESTAMP" in show(
        compile_condition_count(bind_text("xEvent[timestamp occurs <= 1 days before now]").condition, SHOP, early)
    )


def test_a_shared_pass_reads_only_what_some_feature_is_about() -> None:
    world = SHOP
    texts = [f'xEvent[type = "{kind}" and value > {one}]' for one in range(10) for kind in ("buy", "view")]
    texts += [f'xEvent[type in ["buy", "x"] and value > {one}].sum(value) > 6' for one in range(10)]
    texts += [f'xEvent[type = "view" and value > {one}].count() = 0' for one in range(10)]
    conditions = {text: bind_text(text).condition for text in texts}
    statement = compile_segments(conditions, world, world.clock)
    shown = show(statement)
    assert "WHERE" in shown.partition("GROUP BY")[0].rpartition("FROM")[2]
    rows = world.run(statement)
    for number, text in enumerate(texts):
        found = "".join(sorted(world.keys[row[0]] for row in rows if row[2] >> number & 1))
        assert found == world.members(text), text
