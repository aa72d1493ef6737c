"""A schema as companies have it, and what is said of a rule against it."""

from __future__ import annotations

from segkit.pql import Diagnostic, check, parse
from segkit.pql.binder import Referred, bind
from segkit.pql.despite import with_names
from segkit.pql.diagnostics import PQLError
from segkit.pql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    UNSUPPORTED,
    Schema,
    array_of,
    map_of,
    object_of,
)

_ITEM = object_of(
    {
        "SKU": STRING,
        "name": STRING,
        "quantity": INTEGER,
        "priceTotal": DOUBLE,
        "tags": array_of(STRING),
        "_acme": object_of({"margin": DOUBLE}),
    }
)
_MEASURE = object_of({"value": DOUBLE})
EVENT = object_of(
    {
        "_id": STRING,
        "timestamp": TIMESTAMP,
        "eventType": STRING,
        "commerce": object_of(
            {
                "order": object_of({"priceTotal": DOUBLE, "currencyCode": STRING, "purchaseID": STRING}),
                "purchases": _MEASURE,
                "productViews": _MEASURE,
            }
        ),
        "productListItems": array_of(_ITEM),
        "web": object_of(
            {
                "webPageDetails": object_of({"name": STRING, "URL": STRING, "pageViews": _MEASURE}),
                "webReferrer": object_of({"URL": STRING}),
            }
        ),
        "device": object_of({"type": STRING}),
        "_acme": object_of({"campaign": object_of({"id": STRING, "name": STRING})}),
    }
)
PROFILE = object_of(
    {
        "person": object_of(
            {
                "name": object_of({"firstName": STRING, "lastName": STRING}),
                "gender": STRING,
                "birthDate": DATE,
                "birthYear": INTEGER,
            }
        ),
        "homeAddress": object_of({"city": STRING, "country": STRING, "postalCode": STRING, "countryCode": STRING}),
        "workAddress": object_of({"city": STRING, "country": STRING}),
        "personalEmail": object_of({"address": STRING}),
        "mobilePhone": object_of({"number": STRING}),
        "loyalty": object_of({"tier": STRING, "points": INTEGER, "joinDate": TIMESTAMP}),
        "_acme": object_of(
            {
                "lifetimeValue": DOUBLE,
                "churnRisk": DOUBLE,
                "isEmployee": BOOLEAN,
                "interests": array_of(STRING),
                "stores": array_of(object_of({"storeId": STRING, "visits": INTEGER, "last": TIMESTAMP})),
                "scores": map_of(DOUBLE),
                "favouriteColor": STRING,
                "opening": UNSUPPORTED,
            }
        ),
        "consents": object_of({"marketing": object_of({"email": object_of({"val": STRING})})}),
        "identityMap": map_of(array_of(object_of({"id": STRING, "primary": BOOLEAN}))),
        "segmentMembership": map_of(map_of(object_of({"status": STRING, "lastQualificationTime": TIMESTAMP}))),
        "count": INTEGER,
        "active": BOOLEAN,
        "createdAt": TIMESTAMP,
    }
)
SCHEMA = Schema(PROFILE, EVENT)
SEGMENTS = {
    "Gold": 'loyalty.tier = "gold"',
    "Broken": "no.such.field = 1",
    "Ring": 'inSegment("Ring 2")',
    "Ring 2": 'inSegment("Ring")',
    "Quoted": 'loyalty.points > "100"',
    "Europe": 'homeAddress.country = "FR"',
}


POLICIES = {"Europe": "Europe only"}


def _referred(name: str) -> Referred | None:
    rule = SEGMENTS.get(name)
    return None if rule is None else Referred(parse(rule), POLICIES.get(name))


def said(text: str, schema: Schema = SCHEMA) -> list[Diagnostic]:
    """All that is said of a text: as `check` does, with some segments to refer to."""
    found = check(text)
    if any(one.severity == "error" for one in found):
        return with_names(found, text, schema, segments=_referred)
    try:
        bound = bind(parse(text), schema, segments=_referred).diagnostics
    except PQLError as refused:
        bound = refused.diagnostics
    return [*found, *bound]


def errors(text: str, schema: Schema = SCHEMA) -> list[Diagnostic]:
    """The errors alone."""
    return [one for one in said(text, schema) if one.severity == "error"]
