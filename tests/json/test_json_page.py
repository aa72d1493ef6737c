from __future__ import annotations

import doctest
import json

import pytest
from json_page import LITERALS, NODES, OWN, PAGE, PLACES, WRITTEN, document, nodes_of, printed

from segkit.pql import from_json, parse, to_json
from segkit.pql.trees.vocabulary import LITERAL_TYPES, NODE_TYPES


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run `python -m tests.json`"


def test_the_page_is_true() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert (failed, tried) == (0, 3)


def test_the_page_has_every_node_and_literal() -> None:
    inner = {"timeQualification", "duration", "element", "varDecl", "field"}  # those that are no values
    assert NODES.keys() | OWN.keys() == {*NODE_TYPES, *inner}
    assert LITERALS.keys() | {"XDMObject"} == set(LITERAL_TYPES)
    assert PLACES.keys() == {"TimeDirection", "TimeUnit", "Comparison"}


@pytest.mark.parametrize(("kind", "keys", "text"), [(kind, one[0], one[2]) for kind, one in {**NODES, **OWN}.items()])
def test_r55_a_node_has_the_keys_that_the_page_says(kind: str, keys: str, text: str) -> None:
    known = {one.rstrip("?") for one in keys.split(", ")}
    needed = {one for one in keys.split(", ") if not one.endswith("?")}
    found = [one for one in nodes_of(text) if one.get("nodeType") == kind]
    assert found
    for one in found:
        given = one.keys() - {"nodeType", "written"}
        assert given - {"unit", "relation"} <= known or kind == "literal"
        assert needed <= given
    assert from_json(to_json(text)) == parse(text)


@pytest.mark.parametrize("text", [text for text, _ in WRITTEN])
def test_r55_what_is_written_otherwise_is_marked_and_comes_back(text: str) -> None:
    assert any("written" in one for one in nodes_of(text))
    assert from_json(to_json(text)) == parse(text)


def test_printed_is_the_same_json() -> None:
    tree = json.loads(to_json("orders.exists(items[price > ^total].count() > 1) and a in [1, 2]"))
    assert json.loads(printed(tree)) == tree
