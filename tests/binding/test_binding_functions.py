"""Functions: R45 to R47, R49, R50, and the registry itself."""

from __future__ import annotations

import pytest
from binding_support import bound, condition, refused, value

from segkit.pql import bound as nodes
from segkit.pql.functions import FUNCTIONS, NODES, SYNONYMS
from segkit.pql.types import DOUBLE, INTEGER, STRING, TIMESTAMP


def test_r45_if() -> None:
    assert value('if(age > 3, "a", "b")') == "if(age > 3, 'a', 'b')"
    assert value("if(active, 1, 2.5)") == "if(truth(active), Double(1), 2.5)"
    assert value("if(active, modified, person.birthDate)") == "if(truth(active), modified, Timestamp(person.birthDate))"
    assert bound("if(active, homeAddress, homeAddress).city").type == STRING
    refused('«if(active, "a", 2)»', "type-clash")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('homeAddress.city.startsWith("J")', "startsWith(homeAddress.city, 'J')"),
        ('homeAddress.city.startsWith("J", true)', "startsWith(homeAddress.city, 'J')"),
        ('homeAddress.city.startsWith("J", false)', "startsWith~(homeAddress.city, 'J')"),
        ('homeAddress.city.doesNotStartWith("J")', "!startsWith(homeAddress.city, 'J')"),
        ('homeAddress.city.endsWith("J")', "endsWith(homeAddress.city, 'J')"),
        ('homeAddress.city.doesNotEndWith("J", false)', "!endsWith~(homeAddress.city, 'J')"),
        ("homeAddress.city.contains(workAddress.city)", "contains(homeAddress.city, workAddress.city)"),
        ('homeAddress.city.equals("J", false)', "homeAddress.city =~ 'J'"),
        ('homeAddress.city.notEqualTo("J", false)', "homeAddress.city !=~ 'J'"),
        ("age.equals(3)", "age = 3"),
        ('modified.equals("2024-01-01T00:00:00Z")', "modified = @2024-01-01T00:00:00"),
    ],
)
def test_r46_predicates_on_strings(text: str, expected: str) -> None:
    assert condition(text) == expected


def test_r46_predicates_are_for_strings() -> None:
    refused('«age».contains("3")', "type-clash")
    assert refused("homeAddress.city.contains(«3»)", "type-clash").hint == 'write `"3"`'
    refused("«age».equals(3, false)", "type-clash")
    refused('homeAddress.city.contains("a", «active»)', "wrong-arguments")
    refused('homeAddress.city.contains("a", «"false"»)', "wrong-arguments")
    several = refused('«homeAddress.city.equals("VT", "VA", "WA")»', "wrong-arguments")
    assert several.hint == 'write `homeAddress.city in ["VT", "VA", "WA"]`'


def test_r49_both_styles_are_one() -> None:
    assert value("homeAddress.city.substr(1, 2)") == value("substr(homeAddress.city, 1, 2)")
    assert value("sum(orders, price)") == value("orders.sum(price)")
    assert condition("isNull(age)") == condition("age.isNull()")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("homeAddress.city.substr(1)", "substr(homeAddress.city, 1, None)"),
        ("homeAddress.city.isEmpty()", "homeAddress.city = ''"),
        ("homeAddress.city.isNotEmpty()", "homeAddress.city != ''"),
        ("colors.isEmpty()", "not truth(colors)"),
        ("scores.isNotEmpty()", "truth(scores)"),
        ("colors.countWithNull()", "count(colors)"),
        ("colors.countOnlyNull()", "count(colors[a: null(a)])"),
        ("colors.distinctCountWithNull()", "(count(distinct(colors)) + if(any(colors, a: null(a)), 1, 0))"),
        ("person.birthDate.age()", "diffInYears(now, Timestamp(person.birthDate))"),
        ("modified.ageInDays()", "diffInDays(now, modified)"),
        ("dateDiff(created, modified)", "diffInDays(modified, created)"),
        ("modified.diffInHours(created)", "diffInHours(modified, created)"),
        ("person.birthDate.addMonths(1)", "Timestamp(person.birthDate)+1 month"),
        ("modified.addDays(-3)", "modified-3 day"),
        ("modified.addDays(age)", "modified+age day"),
        ("modified.extractMonth()", "getMonth(modified)"),
        ("person.birthDate.extractHours()", "extractHours(person.birthDate)"),
        ("person.birthDate.dayOfWeek()", "dayOfWeek(person.birthDate)"),
        ("modified.truncateToStartOfWeek()", "week(modified)"),
        ("modified.truncateToStartOfQuarter()", "truncateToStartOfQuarter(modified)"),
        ('colors.join(", ")', "join(colors, ', ')"),
        ('homeAddress.city.split(",").count()', "count(split(homeAddress.city, ','))"),
        ('homeAddress.city.replaceAll("a+", "b")', "replaceAll(homeAddress.city, 'a+', 'b')"),
        ("identityMap.keys()", "keys(identityMap)"),
        ("score.toString()", "toString(score)"),
    ],
)
def test_r49_helpers(text: str, expected: str) -> None:
    assert value(text) == expected


def test_r49_result_types() -> None:
    assert bound("score.roundUp()").type == DOUBLE
    assert bound("homeAddress.city.length()").type == INTEGER
    assert bound("homeAddress.city.stringToDate()").type == TIMESTAMP


def test_r50_an_unknown_function_names_the_nearest() -> None:
    assert refused("age.«isNul»()", "unknown-function").hint == "did you mean `isNull`?"
    assert refused("homeAddress.city.«lower»()", "unknown-function").hint == "did you mean `lowerCase`?"
    assert refused("homeAddress.city.«lowercase»()", "unknown-function").hint == "did you mean `lowerCase`?"
    assert refused("«avg»(numbers)", "unknown-function").hint == "did you mean `average`?"


def test_r50_a_field_with_parentheses_and_a_function_without_are_told_apart() -> None:
    assert refused("orders.«price»() > 3", "unknown-function").hint == ("`price` is a field: leave the parentheses out")
    assert refused("xEvent.«count» > 3", "unknown-field").hint == "`count` is a function: write `.count()`"
    assert refused("homeAddress.city.«len» > 3", "no-such-field").hint == "`length` is a function: write `.length()`"
    assert refused("«colors».length() > 3", "wrong-arguments").hint == "`.count()` is the number of items"


def test_r50_wrong_arguments_print_the_signature() -> None:
    for marked in (
        "«homeAddress.city.substr(1, 2, 3)»",
        'homeAddress.city.substr(«"a"»)',
        "«homeAddress.city.substr()»",
        "homeAddress.city.substr(«1.5»)",
    ):
        assert "substr(start: Integer, [end: Integer]) → String" in str(refused(marked, "wrong-arguments").hint)
    refused("«age».trim()", "wrong-arguments")
    refused('«numbers.join(",")»', "wrong-arguments")
    refused("«orders.count(price)»", "wrong-arguments")
    refused("«modified.date(1, 2)»", "wrong-arguments")


def test_r50_a_mapped_argument_says_map() -> None:
    found = refused("«orders.SKU».lowerCase()", "wrong-arguments")
    assert found.hint == "for each item: `orders.SKU.map(this.lowerCase(…))`"


def test_registry_every_function_can_be_bound() -> None:
    samples = {
        "String": "homeAddress.city",
        "Number": "score",
        "Integer": "age",
        "Boolean": "true",
        "Date or Timestamp": "modified",
        "Array": "colors",
        "Array or Map": "colors",
        "Map": "scores",
        "Map or Object": "scores",
        "String, Array or Map": "homeAddress.city",
        "scalar": '"x"',
        "Number, String or Boolean": '"x"',
        "any value": "age",
        "condition": "this = 1",
        "expression of an item": "this",
    }
    literals = {
        "pattern": '"a(b)"',
        "group": "1",
        "caseSensitive": "false",
        "segment": '"other"',
        "separator": '","',
    }
    special = {
        "matches": 'homeAddress.city.matches("a(b)")',
        "if": "if(active, 1, 2)",
        "sum": "sum(numbers, this)",
        "average": "average(numbers)",
        "min": "min(numbers)",
        "max": "max(numbers)",
        "filter": 'filter(colors, this = "a")',
        "exists": 'exists(colors, this = "a")',
        "topN": "topN(numbers, this, 1)",
        "bottomN": "bottomN(numbers, this, 1)",
        "mapEntry": "scores.map((K, V) => mapEntry(K, V))",
    }
    made = set()
    for name in sorted(FUNCTIONS):
        parameters = FUNCTIONS[name].parameters
        written = [literals.get(one.name, samples[one.accepts.words]) for one in parameters]
        found = bound(special.get(name, f"{name}({', '.join(written)})"), other="age > 1").root
        waiting = [found]
        while waiting:
            node = waiting.pop()
            waiting.extend(nodes.children(node))
            if isinstance(node, nodes.Function):
                made.add(node.name)
                assert FUNCTIONS[node.name].form == "node"
    assert made == NODES


def test_registry_synonyms_point_at_functions_and_hide_none() -> None:
    assert set(SYNONYMS.values()) <= set(FUNCTIONS)
    assert not set(SYNONYMS) & set(FUNCTIONS)


def test_registry_is_keyed_by_name_and_says_its_rule() -> None:
    for name, one in FUNCTIONS.items():
        assert one.name == name
        assert one.rule.startswith("R")
        assert one.doc
        assert str(one)
        optional = [parameter.optional for parameter in one.parameters]
        assert optional == sorted(optional)
