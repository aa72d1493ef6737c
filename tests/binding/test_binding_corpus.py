"""Real expressions bind against a schema of the fields they name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from binding_support import show

from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.diagnostics import PQLError
from segkit.pql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Schema,
    Type,
    array_of,
    map_of,
    object_of,
)

_CORPUS = Path(__file__).parents[2] / "../shared/corpus/pql.jsonl"

_ADDRESS = object_of(
    dict.fromkeys(
        ("city", "country", "countryCode", "countryISO", "stateProvince", "stateProvinceISO", "stateOrProvince"), STRING
    )
)
_MAIL = object_of({"address": STRING})
_MEASURE = object_of({"value": DOUBLE})
_COMMERCE = object_of(
    {
        "order": object_of({"priceTotal": DOUBLE, "currencyCode": STRING, "purchaseId": STRING}),
        **dict.fromkeys(("abandons", "checkouts", "purchases", "cartAbandons", "productListViews"), _MEASURE),
        "item": object_of({"price": DOUBLE}),
    }
)
_METRICS = object_of(
    {
        "commerce": object_of(
            {"abandons": _MEASURE, "productListViews": _MEASURE, "productViews": DOUBLE, "purchases": DOUBLE}
        )
    }
)
_PAGE = object_of({"name": STRING, "isHomePage": BOOLEAN, "pageViews": _MEASURE})
_PLATFORM = object_of(
    {
        "demoEnvironment": object_of({"brandName": STRING}),
        "offerContextData": object_of({"deviceType": STRING}),
    }
)
_EVENT = object_of(
    {
        "id": STRING,
        "timestamp": TIMESTAMP,
        "ts_flight": TIMESTAMP,
        "type": STRING,
        "destination": STRING,
        "eventType": STRING,
        "category": STRING,
        "product": STRING,
        "producedBy": STRING,
        "person": object_of({"gender": STRING}),
        "productListItems": array_of(object_of({"SKU": STRING, "name": STRING})),
        "commerce": _COMMERCE,
        "metrics": _METRICS,
        "web": object_of({"webPageDetails": _PAGE}),
        "xfinityInternet": BOOLEAN,
        "_coresvc": object_of(
            {
                "event": object_of({"subType": STRING}),
                "attributes": array_of(object_of({"name": STRING, "value": STRING})),
            }
        ),
        "_experienceplatform": _PLATFORM,
        "_experience": object_of(
            {"analytics": object_of({"endUser": object_of({"firstWeb": object_of({"webPageDetails": _PAGE})})})}
        ),
    }
)
_PERSON: dict[str, Type] = {
    "age": INTEGER,
    "birthDay": INTEGER,
    "birthMonth": INTEGER,
    "birthYear": INTEGER,
    "birthdate": DATE,
    "birthday": DATE,
    "gender": STRING,
    "name": STRING,
    "firstName": STRING,
    "emailAddress": STRING,
    "homeAddress": _ADDRESS,
    "favoriteColors": array_of(STRING),
    "eatenFoods": array_of(STRING),
    "citiesVisited": array_of(STRING),
    "favoriteCities": array_of(STRING),
}
_ORDER = object_of({"price": DOUBLE, "storeId": STRING, "order": object_of({"price": DOUBLE})})
_PROFILE = object_of(
    {
        **dict.fromkeys(("homeAddress", "workAddress", "billingAddress", "currentLocation"), _ADDRESS),
        **dict.fromkeys(("personalEmail", "workEmail"), _MAIL),
        **dict.fromkeys(
            (
                *("city", "plan", "region", "firstName", "emailAddress", "countryISO"),
                *("stateProvinceISO", "ageBetween25And35"),
            ),
            STRING,
        ),
        **dict.fromkeys(("birthMonth", "intField1", "intField2", "ca1", "ca2", "totalPurchases"), INTEGER),
        "person": object_of(_PERSON),
        "product": object_of({"inventory": INTEGER, "price": DOUBLE, "saleDate": TIMESTAMP, "saleYear": INTEGER}),
        "product1": object_of({"price": DOUBLE}),
        "product2": object_of({"price": DOUBLE}),
        "timestamp": TIMESTAMP,
        "orders": array_of(_ORDER),
        "citiesVisited": array_of(STRING),
        "identityMap": map_of(array_of(object_of({"id": STRING}))),
        "segmentMembership": map_of(map_of(object_of({"status": STRING}))),
        "_repo": object_of({"modifyDate": TIMESTAMP, "lastModifiedDate": TIMESTAMP}),
        "loyalty": object_of({"tier": STRING, "points": INTEGER}),
        "consents": object_of(
            {
                "marketing": object_of({"email": object_of({"val": STRING})}),
                "collect": object_of({"val": STRING}),
            }
        ),
        "_rtcdpDemo": object_of({"membershipStatus": STRING, "loyaltyPoints": INTEGER}),
        "_demoemea": object_of({"scoring": object_of({"core": object_of({"propensityScore": DOUBLE})})}),
        "_aeppsemea": object_of({"computedSegments": array_of(STRING)}),
        "purchaseHistory": object_of({"totalPurchases": INTEGER}),
    }
)
_SCHEMA = Schema(_PROFILE, _EVENT)

_REFUSED = {
    "c0020": "unknown-field",  # fragments with a variable that nothing binds
    "c0042": "unknown-field",  # a function as an argument, which Adobe's page never defines
    "c0254": "unknown-field",
    "c0260": "unknown-field",
    "c0262": "unknown-field",
    "c0263": "unknown-field",
    "c0264": "unknown-field",
    "c0265": "unknown-field",
    "c0267": "unknown-field",
    "c0269": "unknown-field",
    "c0283": "unknown-field",
}


def _rows() -> list[dict[str, object]]:
    if not _CORPUS.exists():
        return []
    rows = [json.loads(line) for line in _CORPUS.read_text("utf-8").splitlines()]
    return [one for one in rows if one["dialect"] == "pql" and one["valid"] is True]


def test_real_expressions_bind() -> None:
    rows = _rows()
    if not rows:
        pytest.skip("the corpus of real expressions is not beside this checkout")
    wrong = []
    for row in rows:
        expected = _REFUSED.get(str(row["id"]))
        try:
            found = bind(parse(str(row["value"])), _SCHEMA, segments=lambda _: parse("loyalty.points > 1"))
            outcome = None
            assert show(found.condition)
        except PQLError as problem:
            outcome = next(one.code for one in problem.diagnostics if one.severity == "error")
            text = str(problem)
        if outcome != expected:
            wrong.append((row["id"], row["value"], outcome and text))
    assert wrong == []
