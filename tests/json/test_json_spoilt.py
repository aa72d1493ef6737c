"""Thousands of trees out and in again, and thousands of spoilt documents, from seeds."""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pql"))

from pql_examples import EXAMPLES
from pql_trees import nodes

from segkit.pql import Expression, PQLError, from_json, parse, to_json

SPOILT = [
    *(None, True, 0, 1, -1, 2**63, 10**400, 1e400, float("nan"), 2.5, "", "x", "a\nb", "\ud800", "ö\u200b", "`", "^"),
    *(
        [],
        [[]],
        {},
        {"nodeType": None},
        {"nodeType": "varRef", "varName": "x"},
        {"nodeType": []},
        object(),
        ...,
        {1: 2},
    ),
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_r55_every_construct_comes_back(text: str) -> None:
    assert from_json(to_json(text)) == parse(text)
    assert from_json(json.loads(to_json(text, indent=1))) == parse(text)


@given(nodes())
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_r55_every_tree_comes_back(node: object) -> None:
    tree = Expression(node)  # type: ignore[arg-type]
    assert from_json(to_json(tree)) == tree


def places(document: Any) -> list[tuple[Any, Any]]:
    """Every container and key or index in a document."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        one = waiting.pop()
        keys = one.keys() if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found


def spoil(chance: random.Random, document: Any, others: list[Any]) -> Any:
    """A document with something dropped, put elsewhere, doubled or replaced."""
    document = copy.deepcopy(document)
    for _ in range(chance.choice([1, 1, 2, 5])):
        known = places(document)
        if not known:
            return copy.deepcopy(chance.choice(SPOILT))
        holder, key = chance.choice(known)
        match chance.randrange(5):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case 2:
                other, name = chance.choice(places(chance.choice(others)))
                holder[key] = copy.deepcopy(other[name])
            case 3:
                other, name = chance.choice(known)
                holder[key] = copy.deepcopy(other[name])
            case _:
                holder[key] = copy.deepcopy(chance.choice(SPOILT))
    return document


@pytest.mark.parametrize("seed", range(10))
def test_r53_a_spoilt_document_raises_nothing_but_a_pql_error(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  from a seed, to be repeated
    originals = [json.loads(to_json(text)) for text in EXAMPLES]
    for _ in range(300):
        document = spoil(chance, chance.choice(originals), originals)
        try:
            read = from_json(document)
        except PQLError as error:
            str(error)  # the excerpt can be made
            continue
        assert parse(read.text) == read
        assert from_json(to_json(read)) == read


@pytest.mark.parametrize("seed", range(10))
def test_r53_spoilt_json_raises_nothing_but_a_pql_error(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  from a seed, to be repeated
    for _ in range(200):
        text = list(to_json(chance.choice(EXAMPLES)))
        for _ in range(chance.choice([1, 1, 3])):
            at = chance.randrange(len(text))
            text[at : at + chance.choice([0, 1, 1, 20])] = chance.choice(
                ['"', "{", "}", "[", ",", ":", "9", "\\", "e", ""]
            )
        try:
            from_json("".join(text))
        except PQLError as error:
            str(error)
