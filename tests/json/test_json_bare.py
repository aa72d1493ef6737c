"""What `written` says is how a text looked, never what it means."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from json_documents import corpus

sys.path.append(str(Path(__file__).resolve().parents[1] / "pql"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from pql_examples import EXAMPLES
from support_schema import inferred

from segkit.pql import PQLError, from_json, parse, to_json
from segkit.pql.binder import bind
from segkit.pql.bound_walk import signature

TEXTS = [*EXAMPLES, *(row["value"] for row in corpus("pql/text"))]
OTHER = parse("a = 1")


def without(document: Any) -> Any:
    match document:
        case dict():
            return {key: without(value) for key, value in document.items() if key != "written"}
        case list():
            return [without(value) for value in document]
        case _:
            return document


def bound(expression: Any, schema: Any) -> object:
    return signature(bind(expression, schema, segments=lambda _: OTHER).root)


@pytest.mark.parametrize("text", TEXTS)
def test_r55_a_tree_without_the_mark_means_the_same(text: str) -> None:
    try:
        expression = parse(text)
        schema = inferred(expression)
        meant = bound(expression, schema)
    except (PQLError, AssertionError, ValueError):
        return  # not PQL, or nothing that could be asked of a profile
    assert bound(from_json(without(json.loads(to_json(expression)))), schema) == meant


def test_r55_most_of_these_texts_mean_something() -> None:
    def means(text: str) -> bool:
        try:
            bound(parse(text), inferred(parse(text)))
        except (PQLError, AssertionError, ValueError):
            return False
        return True

    assert sum(means(text) for text in EXAMPLES) > len(EXAMPLES) / 2
