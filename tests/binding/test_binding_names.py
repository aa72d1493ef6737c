"""Names, fields and scopes: R01, R09, R16, R19, R20, R22, R27."""

from __future__ import annotations

import pytest
from binding_support import SCHEMA, condition, diagnostics, refused, show, value, warned

from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.diagnostics import PQLError
from segkit.pql.types import Schema, object_of


@pytest.mark.parametrize(
    "text",
    ['homeAddress.city = "X"', '$1.homeAddress.city = "X"', '(Profile) => Profile.homeAddress.city = "X"'],
)
def test_r01_the_profile_is_implicit_numbered_or_named(text: str) -> None:
    assert condition(text) == "homeAddress.city = 'X'"


def test_r01_a_leading_profile_names_the_parameter_with_a_warning() -> None:
    assert condition("profile.age > 3") == "age > 3"
    assert warned("profile.age > 3", "profile-prefix").words == "profile"


def test_r01_there_is_one_parameter() -> None:
    refused("«$2».age = 1", "second-parameter")
    refused("«(P, Q) => P.age = 1»", "second-parameter")


def test_r01_decisioning_contexts_are_refused_by_name() -> None:
    found = refused("«@{offers;version=1}».rank = 1", "decisioning-reference")
    assert "offers;version=1" in found.message


def test_r09_a_variable_wins_over_a_field_and_a_field_over_a_word() -> None:
    assert condition("let age = 5 in age > 3") == "5 > 3"
    assert condition("count > 3") == "count > 3"
    assert value("now") == "now"
    assert value("let now = 3 in now") == "3"
    assert value("Today") == "day(now)"
    assert value("yesterday") == "day(now)-1 day"


def test_r16_an_unknown_field_is_named_with_its_nearest() -> None:
    assert refused('homeAddress.«citi» = "x"', "unknown-field").hint == "did you mean `city`?"
    found = refused('«homeAdress».city = "x"', "unknown-field")
    assert found.hint is not None
    assert "`homeAddress.city`" in found.hint
    assert refused('«postalCode» = "1"', "unknown-field").hint == "did you mean `homeAddress.postalCode`?"
    assert refused("orders.«prise» > 1", "unknown-field").hint == "did you mean `price`?"


def test_r16_a_field_of_events_or_of_the_profile_is_pointed_at() -> None:
    found = refused('«eventType» = "a"', "unknown-field")
    assert found.hint is not None
    assert "xEvent[eventType" in found.hint
    assert refused("orders[«age» > 3]", "unknown-field").hint == "did you mean `^.age`?"
    assert refused("xEvent[productListItems[«age» > 3]]", "unknown-field").hint == "did you mean `^^.age`?"


def test_r16_the_message_says_where_a_field_was_looked_for() -> None:
    assert refused("xEvent[«colour» = 1]", "unknown-field").message.endswith("in an event")
    assert refused("orders[«colour» = 1]", "unknown-field").message.endswith("in an item")
    deeper = "exists X from xEvent where X.commerce.order.«colour» = 1"
    assert refused(deeper, "unknown-field").message.endswith("in `commerce.order` of an event")
    assert refused("homeAddress.«colour» = 1", "unknown-field").message.endswith("in `homeAddress`")
    found = refused("exists X from xEvent where X.«homeAddress».city", "unknown-field")
    assert found.hint == "`homeAddress.city` is a field of the profile"


@pytest.mark.parametrize(
    "text",
    [
        "homeAddress.city = «vienna»",
        "«vienna» = homeAddress.city",
        "homeAddress.city != «vienna»",
        "homeAddress.city in [«vienna»]",
        "homeAddress.city notIn [«vienna»]",
        'homeAddress.city in ["rome", «vienna»]',
        "«vienna» in colors",
        "homeAddress.city like «vienna»",
        "homeAddress.city.startsWith(«vienna»)",
        "homeAddress.city.equals(«vienna»)",
        "xEvent[eventType = «vienna»]",
        "orders.name = «vienna»",
        "exists X from xEvent where X.eventType = «vienna»",
    ],
)
def test_r16_a_bare_word_beside_a_string_was_meant_as_a_text(text: str) -> None:
    assert refused(text, "unknown-field").hint == 'a text stands in double quotes: `"vienna"`'


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("homeAddress.city = «scoer»", "did you mean `score`"),
        ("homeAddress.city = «eventType»", "`eventType` is a field of events"),
        ("xEvent[eventType = «age»]", "did you mean `^.age`"),
        ("homeAddress.city = «postalCode»", "did you mean `homeAddress.postalCode`"),
        ("age = «vienna»", None),
        ('«vienna» = "vienna"', None),
        ("homeAddress.city = «vienna».zzz", None),
    ],
)
def test_r16_a_name_that_is_near_or_beside_no_string_is_a_field(text: str, hint: str | None) -> None:
    found = refused(text, "unknown-field").hint
    assert found is None if hint is None else found is not None and found.startswith(hint)


def test_r16_without_an_event_dataset_events_have_no_fields() -> None:
    schema = Schema(SCHEMA.profile, object_of({}))
    assert show(bind(parse("xEvent.count() > 1"), schema).condition) == "count(xEvent) > 1"
    with pytest.raises(PQLError, match="there is no event dataset"):
        bind(parse('xEvent[eventType = "a"]'), schema)


def test_r16_words_and_events_are_near_too() -> None:
    assert refused("«xEvents».count() > 1", "unknown-field").hint == "did you mean `xEvent`?"
    assert refused("modified occurs «tody»", "unknown-field").hint == "did you mean `today`?"
    assert refused("«profile»", "unknown-field").hint == "the profile itself is `$1`"


def test_r16_fields_of_types_that_pql_does_not_know_are_refused() -> None:
    refused("«blob» = 1", "unsupported-field")


def test_r16_several_mistakes_are_reported_at_once_and_each_once() -> None:
    found = diagnostics('aeg > 3 and homeAddress.citi.lowerCase().length() > 2 and score = "x"')
    assert [(one.code, one.words) for one in found] == [
        ("unknown-field", "aeg"),
        ("unknown-field", "citi"),
        ("type-clash", 'score = "x"'),
    ]


def test_r19_a_scalar_and_a_map_have_no_fields() -> None:
    refused("age.«years» > 3", "no-such-field")
    assert refused("scores.«math» > 3", "no-such-field").hint == 'write `["math"]`'


def test_r20_a_dot_over_an_array_maps_and_an_array_of_arrays_flattens() -> None:
    assert value("orders.price") == "map(orders, a: a.price)"
    assert value("orders.tags") == "flat(orders, a: a.tags)"
    assert value("xEvent.productListItems.SKU") == "map(flat(xEvent, a: a.productListItems), b: b.SKU)"
    assert value("identityMap.values()") == "flat(values(identityMap), a: a)"


def test_r22_maps_and_objects_are_looked_into_by_key() -> None:
    expected = "segmentMembership['ups']['id'].status = 'realized'"
    assert condition('segmentMembership["ups"]["id"]["status"] = "realized"') == expected
    assert condition('segmentMembership.get("ups").get("id").status = "realized"') == expected
    assert value('homeAddress["city"]') == "homeAddress.city"
    assert value("scores[homeAddress.city]") == "scores[homeAddress.city]"
    refused("scores[«3»]", "type-clash")
    refused("homeAddress[«workAddress.city»]", "type-clash")


def test_r22_an_array_has_no_positions() -> None:
    found = refused("orders[«0»]", "array-index")
    assert found.hint is not None
    assert "head()" in found.hint
    assert "topN" in found.hint


def test_r23_events_are_an_array_of_the_profile() -> None:
    assert value("$1.xEvent.count()") == "count(xEvent)"
    assert refused("orders[«xEvent».count() > 1]", "unknown-field").hint == "did you mean `^.xEvent`?"


def test_r27_filters_open_scopes_and_the_caret_climbs_them() -> None:
    assert value("orders[price > 5 and ^.age > 3]") == "orders[a: (a.price > 5 and age > 3)]"
    assert value("orders[^age > 3]") == "orders[a: age > 3]"
    assert (
        value("xEvent[productListItems[price > ^.commerce.order.priceTotal or ^^.age = 3]]")
        == "xEvent[a: any(a.productListItems, b: (b.price > a.commerce.order.priceTotal or age = 3))]"
    )
    refused("orders[«^^».age = 1]", "no-outer-scope")
    refused("«^».age = 1", "no-outer-scope")


@pytest.mark.parametrize("method", ["sum", "average", "min", "max"])
def test_r27_aggregates_open_the_same_scope(method: str) -> None:
    assert value(f"orders.{method}(price * ^.age)") == f"{method}(map(orders, a: (a.price * age)))"


def test_r27_select_exists_forall_and_lambdas_open_no_scope() -> None:
    assert condition("exists X from orders where X.price > age") == "any(orders, a: a.price > age)"
    assert value("orders.map((o) => o.price * age)") == "map(orders, a: (a.price * age))"
    assert value("orders.filter((o) => o.price > age)") == "orders[a: a.price > age]"
    refused("exists X from orders where «price» > 1", "unknown-field")


def test_r27_variables_stay_visible_inside_scopes_and_the_innermost_wins() -> None:
    assert condition("exists X from orders where X.tags[this = X.SKU]") == "any(orders, a: any(a.tags, b: b = a.SKU))"
    assert (
        condition('exists X from orders where (exists X from xEvent where X.eventType = "a")')
        == "any(orders, a: any(xEvent, b: b.eventType = 'a'))"
    )


def test_r27_this_is_the_item() -> None:
    assert value("numbers[this > 3]") == "numbers[a: a > 3]"
    refused("«this» = 1", "no-item")
    assert refused("numbers[«n» > 3]", "unknown-field").hint == "the item itself is `this`"
