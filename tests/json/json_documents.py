"""Documents for the tests: Adobe's own, and short ways to write nodes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"
CORPUS = SHARED / "corpus" / "pql.jsonl"
EXAMPLES = SHARED / "spec" / "examples"

Json = dict[str, Any]

ROOT: Json = {"nodeType": "parameterReference", "position": 1}


def corpus(form: str) -> list[Json]:
    """The rows of the corpus in a format; none where the developers' shared folder is absent."""
    if not CORPUS.exists():
        return []
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [one for one in rows if one["format"] == form]


def example(name: str) -> Json:
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip("Adobe's documents lie in the developers' shared folder, beside the checkout")
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def apply(name: str, *params: Json, **more: object) -> Json:
    return {"nodeType": "fnApply", "fnName": name, "params": list(params), **more}


def path(text: str, root: Json = ROOT) -> Json:
    for name in text.split("."):
        root = {"nodeType": "fieldLookup", "fieldName": name, "object": root}
    return root


def var(name: str) -> Json:
    return {"nodeType": "varRef", "varName": name}


def lit(kind: str, value: object) -> Json:
    return {"nodeType": "literal", "literalType": kind, "value": value}


def fn(names: list[str], body: Json, **more: object) -> Json:
    return {"nodeType": "lambda", "varNames": names, "body": body, **more}


def occurs(timestamp: Json, interval: Json, relation: str, **more: object) -> Json:
    made = {"nodeType": "occurs", "timestamp": timestamp, "timeinterval": interval}
    return {**made, "relation": lit("TimeDirection", relation), **more}


def distance(comparison: str, count: int, unit: str) -> Json:
    return {
        "nodeType": "timeQualification",
        "duration": {"nodeType": "duration", "count": lit("Integer", count), "unit": lit("TimeUnit", unit)},
        "comparison": lit("Comparison", comparison),
    }
