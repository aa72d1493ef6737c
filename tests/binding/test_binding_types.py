"""Types: R08, R14, R17, R18, R20, R21."""

from __future__ import annotations

import pytest
from binding_support import bound, condition, diagnostics, refused, value, warned

from segkit.pql.types import DOUBLE, INTEGER, object_of


def test_r08_an_array_holds_one_type() -> None:
    assert bound("[1, 2]").type.of == INTEGER
    assert bound("[1, 2.5]").type.of == DOUBLE
    refused('[1, «"a"»]', "type-clash")
    assert bound('[{"a": 1}, {"a": 2.5}]').type.of == object_of({"a": DOUBLE})
    refused("[«colors»]", "type-clash")
    assert condition("age in (1, 2)") == "age in [1, 2]"
    assert condition("age in []") == "age in []"


def test_r14_arithmetic_types() -> None:
    assert [bound(text).type for text in ("age + 1", "age % 2", "age * 2", "-age")] == [INTEGER] * 4
    assert [bound(text).type for text in ("age / 2", "age + 1.5", "score % 2", "-score")] == [DOUBLE] * 4


def test_r14_constants_are_computed_only_where_nothing_can_go_wrong() -> None:
    assert value("1 + 2 * 3") == "7"
    assert value("-7 % 3") == "-1"
    assert value("7 % -3") == "1"
    assert value("7 / 2") == "3.5"
    assert value("1 / 0") == "(1 / 0)"
    assert value("1 % 0") == "(1 % 0)"
    assert value("9223372036854775807 + 1") == "(9223372036854775807 + 1)"
    assert value("1e308 * 10.0") == "(1e+308 * 10.0)"


def test_r14_arithmetic_is_for_numbers() -> None:
    assert refused('age + «"a"»', "type-clash").hint == "`.concat(…)` joins texts"
    refused("«modified» - 3", "type-clash")
    refused("age + «orders.price»", "type-clash")
    refused("«-homeAddress.city»", "type-clash")


def test_r17_integer_and_double_mix() -> None:
    assert condition("age > 2.5") == "age > 2.5"
    assert condition("score in [1, 2.5]") == "score in [1, 2.5]"


def test_r17_a_string_literal_beside_a_moment_is_iso_8601() -> None:
    assert condition('person.birthDate < "1990-01-31"') == "person.birthDate < #1990-01-31"
    assert condition('modified > "2024-01-01T08:00:00Z"') == "modified > @2024-01-01T08:00:00"
    assert condition('modified > "2024-01-01T08:00:00.250+02:00"') == "modified > @2024-01-01T06:00:00.250000"
    assert condition('modified > "2024-01-01 08:00"') == "modified > @2024-01-01T08:00:00"
    assert condition('modified > "2024-01-01"') == "modified > Timestamp(#2024-01-01)"
    assert condition('"2024-01-01T08:00:00Z" <= modified') == "@2024-01-01T08:00:00 <= modified"
    assert condition('visits.includes("2024-01-01T08:00:00Z")') == "@2024-01-01T08:00:00 in visits"
    assert condition('visits.intersects(["2024-01-01T08:00:00Z"])') == "visits meets [@2024-01-01T08:00:00]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T08:00:00.123456789Z", "2024-01-01T08:00:00.123456"),
        ("2024-01-01t08:00:00z", "2024-01-01T08:00:00"),
        ("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00"),
        ("2024-01-01T08:00-0530", "2024-01-01T13:30:00"),
    ],
)
def test_r17_spellings_of_iso_8601(text: str, expected: str) -> None:
    assert condition(f'modified > "{text}"') == f"modified > @{expected}"


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:30:00-01:00",
        "2024-01-01T24:30:00Z",
        "yesterday",
        "2024-02-30",
        "2024-1-1",
        "01.02.2024",
        "2024-01-01T25:00:00Z",
        "",
    ],
)
def test_r17_other_text_beside_a_moment_is_an_error(text: str) -> None:
    refused(f'modified > «"{text}"»', "not-a-date")


def test_r17_an_integer_beside_a_timestamp_is_epoch_milliseconds() -> None:
    assert condition("modified < 1700000000000") == "modified < @2023-11-14T22:13:20"
    assert condition("modified < -1") == "modified < @1969-12-31T23:59:59.999000"
    assert condition("modified < age") == "modified < Timestamp(age)"
    refused("modified < «9000000000000000000»", "not-a-date")
    refused("«person.birthDate < 5»", "type-clash")


def test_r17_a_date_beside_a_timestamp_is_its_first_instant_with_a_warning_for_equality() -> None:
    assert condition("modified > person.birthDate") == "modified > Timestamp(person.birthDate)"
    assert bound("modified > person.birthDate").diagnostics == ()
    assert condition("person.birthDate = modified") == "Timestamp(person.birthDate) = modified"
    warned("person.birthDate = modified", "date-as-instant")
    warned('modified in ["2024-01-01", "2024-01-01T10:00:00Z"]', "date-as-instant")


def test_r17_one_instant_in_a_list_makes_instants_of_all_dates() -> None:
    assert (
        condition('person.birthDate in ["2024-01-01", "2024-01-02T10:00:00Z"]')
        == "Timestamp(person.birthDate) in [Timestamp(#2024-01-01), @2024-01-02T10:00:00]"
    )


def test_r17_a_numeric_looking_literal_becomes_the_field_s_type_with_a_warning() -> None:
    assert condition('age = "21"') == "age = 21"
    assert condition('age = "21.5"') == "age = 21.5"
    assert condition('score > "21"') == "score > 21.0"
    assert condition('age in ["1", "2"]') == "age in [1, 2]"
    assert warned('age = "21"', "text-as-number").words == '"21"'
    refused('«age = "twenty"»', "type-clash")
    refused('«age = "inf"»', "type-clash")


def test_r17_what_does_not_fit_names_both_types_and_where_they_came_from() -> None:
    found = refused("«homeAddress.postalCode = 94105»", "type-clash")
    assert "`homeAddress.postalCode`, a String field" in found.message
    assert "`94105`, an Integer literal" in found.message
    assert found.hint == 'write `"94105"`'
    assert refused('«active = "true"»', "type-clash").hint == "write `true`"
    refused("«homeAddress.city = age»", "type-clash")
    refused("«homeAddress = workAddress»", "type-clash")
    refused("«scores = scores»", "type-clash")
    refused("«active = 1»", "type-clash")


def test_r18_order_is_for_numbers_and_moments() -> None:
    assert "orders numbers" in refused('«homeAddress.city < "b"»', "type-clash").message
    refused("«active > false»", "type-clash")
    refused('«"a" < "b"»', "type-clash")


def test_r18_strings_are_equal_by_code_point_unless_case_is_ignored() -> None:
    assert condition('homeAddress.city = "A"') == "homeAddress.city = 'A'"
    assert condition('homeAddress.city.equals("A", false)') == "homeAddress.city =~ 'A'"
    assert condition('homeAddress.city.equalsIgnoreCase("A")') == "homeAddress.city =~ 'A'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('orders.SKU = "a"', "any(orders, a: a.SKU = 'a')"),
        ('"a" = orders.SKU', "any(orders, a: 'a' = a.SKU)"),
        ('orders.SKU != "a"', "any(orders, a: a.SKU != 'a')"),
        ('orders.SKU in ["a"]', "any(orders, a: a.SKU in ['a'])"),
        ('orders.SKU.contains("a")', "any(orders, a: contains(a.SKU, 'a'))"),
        ('orders.SKU like "a%"', "any(orders, a: like(a.SKU, 'a%'))"),
        ('orders.tags = "x"', "any(orders, a: any(a.tags, b: b = 'x'))"),
        ('orders[price > 1].SKU = "a"', "any(orders, a: (a.price > 1 and a.SKU = 'a'))"),
        ("xEvent.commerce.purchases.value > 0", "any(xEvent, a: a.commerce.purchases.value > 0)"),
        ("xEvent.timestamp occurs today", "any(xEvent, a: a.timestamp in [day(now), day(now)+1 day))"),
        ('identityMap["email"].id = "x"', "any(identityMap['email'], a: a.id = 'x')"),
    ],
)
def test_r20_a_mapped_path_beside_a_scalar_is_any_item_with_a_warning(text: str, expected: str) -> None:
    assert condition(text) == expected
    warned(text, "array-as-scalar")


def test_r20_the_warning_says_how_to_mean_it() -> None:
    found = warned("orders.price > 5", "array-as-scalar")
    assert found.words == "orders.price"
    assert found.hint == "write `orders.exists(price > 5)` to say so"


def test_r20_a_field_that_is_an_array_is_an_error_that_says_in() -> None:
    assert refused('«colors = "red"»', "type-clash").hint == 'write `"red" in colors`'
    assert refused('«colors.equals("red", false)»', "type-clash").hint == 'write `"red" in colors`'
    refused('«colors.contains("red")»', "type-clash")
    assert refused('«colors in ["a"]»', "type-clash").hint == 'write `colors.intersects(["a"])`'


def test_r20_two_arrays_compare_as_sets() -> None:
    assert condition("colors = wishes") == "colors == wishes"
    assert condition('colors != ["a"]') == "colors !== ['a']"
    assert condition("orders.SKU = colors") == "map(orders, a: a.SKU) == colors"
    refused("«colors < wishes»", "type-clash")
    refused("«colors = numbers»", "type-clash")
    refused("«orders = orders»", "type-clash")


def test_r21_membership() -> None:
    assert condition('"red" in colors') == "'red' in colors"
    assert condition('colors.includes("red")') == "'red' in colors"
    assert condition("age in numbers") == "age in numbers"
    assert condition('"a" in orders.SKU') == "'a' in map(orders, a: a.SKU)"
    refused("«age in colors»", "type-clash")
    refused('age in «"3"»', "type-clash")
    refused('"a" in «scores»', "type-clash")
    refused('«"a" in orders»', "type-clash")


def test_warnings_stand_beside_errors() -> None:
    assert [one.severity for one in diagnostics('age = "21" and score = "x"')] == ["warning", "error"]
