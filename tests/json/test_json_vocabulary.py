"""What each construct is as a tree, and that the tree gives the text back."""

from __future__ import annotations

import json

import pytest
from json_documents import Json, apply, distance, fn, lit, occurs, path, var

from segkit.pql import format, from_json, parse, to_json  # noqa: A004  the name that api.md settles
from segkit.pql.functions import FUNCTIONS
from segkit.pql.trees import vocabulary

NOW, TODAY = lit("Timestamp", "now"), lit("Timestamp", "today")
EVENT = var("event1")
PURCHASE = apply("=", path("eventType", var("event2")), lit("String", "p"))
SEQUENCE = """chain(xEvent, timestamp, [
    A: WHAT(eventType = "p") WHEN(today) COUNT(2), not B: WHAT(*) WHEN(<= 2 days after A)
])"""

CASES: list[tuple[str, Json]] = [
    ('workAddress.country = "US"', apply("=", path("workAddress.country"), lit("String", "US"))),
    (
        "a = 2 and b = 2.5 and c = true",
        apply(
            "and",
            *(
                apply("=", path(name), value)
                for name, value in [("a", lit("Integer", 2)), ("b", lit("Double", 2.5)), ("c", lit("Boolean", True))]
            ),
        ),
    ),
    ("a = 2.0", apply("=", path("a"), lit("Double", 2.0))),
    ("a != null", apply("!=", path("a"), lit("Null", None))),
    ('person.gender in ["male", "x"]', apply("in", path("person.gender"), lit("List", ["male", "x"]))),
    ("a notIn [1, 2.5, true]", apply("notIn", path("a"), lit("List", [1, 2.5, True]))),
    ("a in [b, 1]", apply("in", path("a"), {"nodeType": "array", "items": [path("b"), lit("Integer", 1)]})),
    ("not (a or b)", apply("not", apply("or", path("a"), path("b")))),
    ("(a and b) and c", apply("and", apply("and", path("a"), path("b")), path("c"))),
    (
        "-a + b * 2 = -3",
        apply("=", apply("+", apply("-", path("a")), apply("*", path("b"), lit("Integer", 2))), lit("Integer", -3)),
    ),
    (
        'a like "%x%" or a matches "x"',
        apply("or", apply("like", path("a"), lit("String", "%x%")), apply("matches", path("a"), lit("String", "x"))),
    ),
    ('a.equals("x", false)', apply("equals", path("a"), lit("String", "x"), lit("Boolean", False))),
    ("if(a, b, 0) > 1", apply(">", apply("if", path("a"), path("b"), lit("Integer", 0)), lit("Integer", 1))),
    ('inSegment("Gold")', apply("inSegment", lit("String", "Gold"))),
    ("today.getMonth() = currentMonth()", apply("=", apply("getMonth", TODAY), apply("currentMonth"))),
    # time
    (
        "a.t occurs >= 30 days after today",
        occurs(path("a.t"), TODAY, "after", qualification=distance(">=", 30, "days")),
    ),
    (
        "a.t occurs <= 3 months before now",
        occurs(path("a.t"), NOW, "before", qualification=distance("<=", 3, "months")),
    ),
    ("t occurs = 1 century before now", occurs(path("t"), NOW, "before", qualification=distance("=", 1, "centuries"))),
    (
        "a.t occurs this month",
        occurs(
            path("a.t"),
            {"nodeType": "literal", "literalType": "TimeInterval", "unit": "month", "relation": "this"},
            "within",
        ),
    ),
    ("t occurs today", occurs(path("t"), TODAY, "within")),
    (
        "t occurs before date(2024, 1, 31)",
        occurs(path("t"), apply("date", lit("Integer", 2024), lit("Integer", 1), lit("Integer", 31)), "before"),
    ),
    ("t occurs between a and now", occurs(path("t"), path("a"), "between", endTimeinterval=NOW)),
    # variables
    (
        "select X from xEvent where X.a",
        {
            "nodeType": "select",
            "variables": [
                {"nodeType": "varDecl", "varName": "X", "from": path("xEvent"), "where": path("a", var("X"))}
            ],
        },
    ),
    (
        "exists X from a, Y from X.b where Y = c",
        {
            "nodeType": "quantification",
            "quantifier": "exists",
            "variables": [
                {"nodeType": "varDecl", "varName": "X", "from": path("a")},
                {
                    "nodeType": "varDecl",
                    "varName": "Y",
                    "from": path("b", var("X")),
                    "where": apply("=", var("Y"), path("c")),
                },
            ],
        },
    ),
    (
        "forall X from a where X.b",
        {
            "nodeType": "quantification",
            "quantifier": "forall",
            "variables": [
                {"nodeType": "varDecl", "varName": "X", "from": path("a"), "where": path("b", var("X"))},
            ],
        },
    ),
    (
        "(sum X.b over X from a) > 1",
        apply(
            ">",
            {
                "nodeType": "aggregate",
                "fnName": "sum",
                "body": path("b", var("X")),
                "variables": [{"nodeType": "varDecl", "varName": "X", "from": path("a")}],
            },
            lit("Integer", 1),
        ),
    ),
    (
        "let x = a in x = 1",
        {"nodeType": "let", "varName": "x", "value": path("a"), "body": apply("=", var("x"), lit("Integer", 1))},
    ),
    ("(Profile) => Profile.a = b", fn(["Profile"], apply("=", path("a", var("Profile")), path("b")))),
    # items
    ("arr[a = 1]", apply("filter", path("arr"), fn(["item1"], apply("=", path("a", var("item1")), lit("Integer", 1))))),
    ("arr.exists(a = ^b)", apply("exists", path("arr"), fn(["item1"], apply("=", path("a", var("item1")), path("b"))))),
    (
        "arr.exists(b.exists(c = ^d and c = ^^e))",
        apply(
            "exists",
            path("arr"),
            fn(
                ["item1"],
                apply(
                    "exists",
                    path("b", var("item1")),
                    fn(
                        ["item2"],
                        apply(
                            "and",
                            apply("=", path("c", var("item2")), path("d", var("item1"))),
                            apply("=", path("c", var("item2")), path("e")),
                        ),
                    ),
                ),
            ),
        ),
    ),
    (
        "arr.sum(a) > 1",
        apply(">", apply("sum", path("arr"), fn(["item1"], path("a", var("item1")))), lit("Integer", 1)),
    ),
    ("arr.sum()", apply("sum", path("arr"))),
    (
        "arr.topN(a, 1).head().b",
        path("b", apply("head", apply("topN", path("arr"), fn(["item1"], path("a", var("item1"))), lit("Integer", 1)))),
    ),
    ("arr[this > 1]", apply("filter", path("arr"), fn(["item1"], apply(">", var("item1"), lit("Integer", 1))))),
    (
        "arr.map((K, G) => mapEntry(K, G.a))",
        apply("map", path("arr"), fn(["K", "G"], apply("mapEntry", var("K"), path("a", var("G"))))),
    ),
    (
        'arr.map({"x": a, "y": 1})',
        apply(
            "map",
            path("arr"),
            fn(
                ["item1"],
                {
                    "nodeType": "object",
                    "fields": [
                        {"nodeType": "field", "name": "x", "value": path("a", var("item1"))},
                        {"nodeType": "field", "name": "y", "value": lit("Integer", 1)},
                    ],
                },
            ),
        ),
    ),
    ('m.get("k").a', path("a", apply("get", path("m"), lit("String", "k")))),
    # chains
    (
        'chain(xEvent, timestamp, [A: WHAT(eventType = "p")])',
        {
            "nodeType": "chain",
            "array": path("xEvent"),
            "timestampField": fn(["event1"], path("timestamp", EVENT)),
            "elements": [{"nodeType": "element", "name": "A", "negated": False, "what": fn(["event2"], PURCHASE)}],
        },
    ),
    (
        SEQUENCE,
        {
            "nodeType": "chain",
            "array": path("xEvent"),
            "timestampField": fn(["event1"], path("timestamp", EVENT)),
            "elements": [
                {
                    "nodeType": "element",
                    "name": "A",
                    "negated": False,
                    "what": fn(["event2"], PURCHASE),
                    "when": fn(["time1"], occurs(var("time1"), TODAY, "within")),
                    "count": {"comparison": lit("Comparison", ">="), "count": lit("Integer", 2)},
                },
                {
                    "nodeType": "element",
                    "name": "B",
                    "negated": True,
                    "what": fn(["event4"], lit("Boolean", True)),
                    "when": fn(
                        ["time2"], occurs(var("time2"), var("A"), "after", qualification=distance("<=", 2, "days"))
                    ),
                },
            ],
        },
    ),
    # how it was written, where a tree alone would come back otherwise
    ("$1.a", path("a", {"nodeType": "parameterReference", "position": 1, "written": "$1"})),
    ("$2.a", path("a", {"nodeType": "parameterReference", "position": 2})),
    ("profile.a", path("a", {"nodeType": "parameterReference", "position": 1, "written": "profile"})),
    ("contains(a, b)", apply("contains", path("a"), path("b"), written="function")),
    ('a.matches("x")', apply("matches", path("a"), lit("String", "x"), written="method")),
    ("arr.filter(a)", apply("filter", path("arr"), fn(["item1"], path("a", var("item1"))), written="method")),
    ('m["k"]', apply("get", path("m"), lit("String", "k"), written="index")),
    ("arr.map((x) => x.a)", apply("map", path("arr"), fn(["x"], path("a", var("x")), written="lambda"))),
    (
        "arr[`order` = 1]",
        apply(
            "filter",
            path("arr"),
            fn(["item1"], apply("=", {**path("order", var("item1")), "written": "`order`"}, lit("Integer", 1))),
        ),
    ),
    ("`today` = 1", apply("=", path("today"), lit("Integer", 1))),
    ("^^a", path("a", {"nodeType": "climb", "levels": 2})),
    ("@{schema;version=1}.a", path("a", {"nodeType": "contextReference", "reference": "schema;version=1"})),
]


@pytest.mark.parametrize(("text", "tree"), CASES, ids=[text for text, _ in CASES])
def test_r55_a_construct_is_written_as_the_specification_says(text: str, tree: Json) -> None:
    assert json.loads(to_json(text)) == tree


@pytest.mark.parametrize(("text", "tree"), CASES, ids=[text for text, _ in CASES])
def test_r55_a_tree_is_read_as_the_text_it_came_from(text: str, tree: Json) -> None:
    read = from_json(tree)
    assert read == parse(text)
    assert read.text == format(text)
    assert from_json(json.dumps(tree)) == read


def test_r55_it_is_compact_unless_indented() -> None:
    assert to_json("a").startswith('{"nodeType":"fieldLookup","fieldName":"a","object":{')
    assert to_json('a = "é"', indent=2).startswith('{\n  "nodeType": "fnApply",\n')
    assert "é" in to_json('a = "é"')


def test_r55_a_text_is_given_with_real_places() -> None:
    read = from_json(to_json("a   =   1 // a remark"))
    assert read.text == "a = 1"
    assert (read.root.span.start, read.root.span.end) == (0, 5)
    assert read.comments == ()


def test_r55_made_up_names_of_items_are_nobody_elses() -> None:
    text = "select item1 from xEvent where item1.a[item2 = item3].exists(b)"
    tree = to_json(text)
    assert '"varNames":["item4"]' in tree
    assert from_json(tree) == parse(text)


def test_r27_the_functions_that_read_items_take_a_lambda() -> None:
    opening = {name for name in FUNCTIONS if vocabulary.opens(name)}
    r27 = {"filter", "exists", "sum", "average", "min", "max", "map", "topN", "bottomN", "groupBy"}
    assert opening == r27
