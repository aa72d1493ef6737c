"""Trees that nobody wrote as a text first: what they mean decides what they are read as."""

from __future__ import annotations

import json

import pytest
from json_documents import Json, apply, fn, lit, occurs, path, var

from segkit.pql import PQLError, formats, from_json, to_json


def one(name: str, array: Json, body: Json, variable: str = "e") -> Json:
    return apply(name, array, fn([variable], body))


def select(variable: str, where: Json, kind: str = "select", **more: object) -> Json:
    declared = {"nodeType": "varDecl", "varName": variable, "from": path("xEvent"), "where": where}
    return {"nodeType": kind, "variables": [declared], **more}


CASES: list[tuple[str, Json]] = [
    # an item is seen through its lambda's variable, however it is called
    ("a[b = c.d]", one("filter", path("a"), apply("=", path("b", var("e")), path("c.d", var("e"))))),
    ("a[b = ^c]", one("filter", path("a"), apply("=", path("b", var("e")), path("c")))),
    (
        "a.exists(b[^c = d])",
        one(
            "exists",
            path("a"),
            one("filter", path("b", var("e")), apply("=", path("c", var("e")), path("d", var("f"))), "f"),
        ),
    ),
    (
        "a.exists(b[^^c = ^])",
        one("exists", path("a"), one("filter", path("b", var("e")), apply("=", path("c"), var("e")), "f")),
    ),
    # the inner of two variables of one name wins
    ("a.exists(b.exists(c))", one("exists", path("a"), one("exists", path("b", var("e")), path("c", var("e"))))),
    # a variable would catch the name of a field
    ("select b from xEvent where $1.b = b.c", select("b", apply("=", path("b"), path("c", var("b"))))),
    (
        "select b from xEvent where b.c[this.b = 1]",
        select("b", one("filter", path("c", var("b")), apply("=", path("b", var("e")), lit("Integer", 1)))),
    ),
    # words of the language that are fields
    ("`now` = `this`", apply("=", path("now"), path("this"))),
    ("`profile`.a", path("profile.a")),
    ("a.now.this.profile", path("a.now.this.profile")),
    ("`true` = `and`", apply("=", path("true"), path("and"))),
    ("`two words`.`order-total`", path("two words.order-total")),
    ("count = order", apply("=", path("count"), path("order"))),
    ("select now from xEvent where now.a", select("now", path("a", var("now")))),
    # the builder's habits
    ("a", apply("and", path("a"))),
    ("a AND b", apply("AND", path("a"), path("b"))),
    ("a NOTIN [1]", apply("NOTIN", path("a"), lit("List", [1]))),
    ("t occurs today", occurs(path("t"), lit("Timestamp", "Today"), "within")),
    ('t occurs before "2024-01-31"', occurs(path("t"), lit("Timestamp", "2024-01-31"), "before")),
    (
        "t occurs <= 3 days before now",
        occurs(
            path("t"),
            lit("Timestamp", "now"),
            "before",
            qualification={
                "nodeType": "timeQualification",
                "comparison": lit("Comparison", "<="),
                "duration": {"count": lit("Double", 3.0), "unit": lit("TimeUnit", "DAY")},
            },
        ),
    ),
    ("a = 2", apply("=", path("a"), lit("Double", 2))),
    ("a = 2.0", apply("=", path("a"), lit("Double", 2.0))),
    ('{"k": a}', {"nodeType": "object", "fields": {"k": path("a")}}),
    # functions that only the binder knows to be none
    ("frobnicate(a, 1)", apply("frobnicate", path("a"), lit("Integer", 1))),
    ("frobnicate()", apply("frobnicate")),
    ("if(a, 1, 2)", apply("IF", path("a"), lit("Integer", 1), lit("Integer", 2))),
    ("`chain`(a)", apply("chain", path("a"))),
    ("not (a) and -b = 1", apply("and", apply("not", path("a")), apply("=", apply("-", path("b")), lit("Integer", 1)))),
    # what else a node may carry is not looked at
    ("a", {**path("a"), "id": 7, "comment": {"x": []}}),
]


@pytest.mark.parametrize(("text", "tree"), CASES, ids=[text for text, _ in CASES])
def test_r55_a_tree_is_read_by_what_it_means(text: str, tree: Json) -> None:
    read = from_json(tree)
    assert read == from_json(json.loads(json.dumps(tree)))
    assert read.text.lower() == text.lower()
    assert from_json(to_json(read)) == read


def test_r55_a_byte_order_mark_and_space_do_not_matter() -> None:
    tree = to_json("a = 1")
    assert from_json(f"\ufeff {tree}\r\n") == from_json(tree)
    assert formats.form_of(f"\ufeff\n {tree}") == "pql/json"
    assert from_json('{"nodeType": "literal", "literalType": "Integer", "value": 2.0}').text == "2"


def test_r55_an_item_that_has_no_name_in_the_text_is_refused() -> None:
    tree = select("this", one("filter", path("c", var("this")), apply("=", var("e"), lit("Integer", 1))))
    with pytest.raises(PQLError, match="the name of a variable"):
        from_json(tree)


def test_r55_an_instant_that_a_variable_would_catch_is_refused() -> None:
    tree = select("now", occurs(path("t", var("now")), lit("Timestamp", "now"), "before"))
    with pytest.raises(PQLError, match="the name of a variable"):
        from_json(tree)


def test_r55_a_name_cannot_break_out_of_its_place() -> None:
    for name in ("a` or true or `b", 'a" or "', "a) or (b", "@{a}", "// a", "/*"):
        read = from_json(path(name))
        assert read.root.name == name  # type: ignore[union-attr]
    with pytest.raises(PQLError, match="no way to be written"):
        from_json({"nodeType": "contextReference", "reference": "a} or true or @{b"})
