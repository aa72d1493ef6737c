"""A schema, and what rules over it say."""

from __future__ import annotations

from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.normal import key
from segkit.pql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Schema,
    array_of,
    map_of,
    object_of,
)

ITEM = object_of({"SKU": STRING, "price": DOUBLE, "quantity": INTEGER, "tags": array_of(STRING)})
EVENT = object_of(
    {
        "_id": STRING,
        "timestamp": TIMESTAMP,
        "day": DATE,
        "epoch": INTEGER,
        "eventType": STRING,
        "productListItems": array_of(ITEM),
    }
)
ADDRESS = object_of({"city": STRING, "country": STRING})
PROFILE = object_of(
    {
        "homeAddress": ADDRESS,
        "workAddress": ADDRESS,
        "person": object_of({"birthDate": DATE, "gender": STRING}),
        "age": INTEGER,
        "score": DOUBLE,
        "active": BOOLEAN,
        "modified": TIMESTAMP,
        "created": TIMESTAMP,
        "colors": array_of(STRING),
        "wishes": array_of(STRING),
        "orders": array_of(ITEM),
        "scores": map_of(DOUBLE),
    }
)
SCHEMA = Schema(PROFILE, EVENT)


def said(text: str, **segments: str) -> str:
    """What a rule says; keyword arguments are the other segments by name."""
    rules = {name: parse(rule) for name, rule in segments.items()}
    return key(bind(parse(text), SCHEMA, segments=rules.get).condition)
