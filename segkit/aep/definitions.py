"""Segment definitions in Adobe's JSON and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from segkit.catalog import PROFILE_SCHEMA, SegmentDefinition
from segkit.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.aep.pages import Document
    from segkit.catalog import Settings

_EVALUATION = {"batch": {"enabled": True}, "continuous": {"enabled": False}, "synchronous": {"enabled": False}}

# What the fields of a definition hold, and what says where it came from; the rest is kept as it is.
_KNOWN = frozenset(
    {
        *("id", "name", "description", "expression", "mergePolicyId", "schema", "creationTime", "updateTime"),
        *("updateEpoch", "version", "profileInstanceId", "imsOrgId", "sandbox", "_links", "payloadSchema", "type"),
        *("format", "segkit"),
    }
)


def definition_to_aep(definition: SegmentDefinition, settings: Settings) -> Document:
    """The AEP document of a definition; fields that segkit does not use are given back as they came."""
    document: Document = {
        "id": definition.id,
        "schema": {"name": definition.schema_name},
        "profileInstanceId": "ups",
        "imsOrgId": settings.org,
        "sandbox": settings.sandbox_fields(),
        "name": definition.name,
    }
    if definition.description is not None:
        document["description"] = definition.description
    document["expression"] = {"type": "PQL", "format": definition.format, "value": definition.value}
    if definition.merge_policy_id is not None:
        document["mergePolicyId"] = definition.merge_policy_id
    document |= {"evaluationInfo": _EVALUATION, **definition.extra}
    document |= {
        "creationTime": definition.creation_time,
        "updateEpoch": definition.update_time // 1000,
        "updateTime": definition.update_time,
        "segkit": {"version": definition.version},
    }
    return document


def definition_list_to_aep(
    definitions: Sequence[SegmentDefinition],
    settings: Settings,
    *,
    total: int,
    limit: int | None = None,
    sort: str = "creationTime:desc",
) -> Document:
    """A page of definitions, in the form that Adobe's definitions alone have."""
    field, _, direction = sort.partition(":")
    size = limit or max(total, 1)
    return {
        "segments": [definition_to_aep(one, settings) for one in definitions],
        "page": {
            "totalCount": total,
            "totalPages": -(-total // size),
            "sortField": field,
            "sort": direction or "asc",
            "pageSize": len(definitions),
            "limit": size,
        },
        "link": {},
    }


def definition_from_aep(document: object) -> SegmentDefinition:
    """A definition to create from an AEP document, a create request or a definition from elsewhere.

    The id and the times are kept where the document has them (0 is none), so that a definition that is brought here and
    back is the same; `Catalog.segments.create` fills in what is missing.

    Raises
    ------
    InvalidRequestError
        When the name or the expression is missing, or something is of the wrong kind.
    """
    if not isinstance(document, dict):
        raise InvalidRequestError(f"a segment definition is a JSON object, not {type(document).__name__}")
    schema = document.get("schema") or {"name": PROFILE_SCHEMA}
    name = schema.get("name") if isinstance(schema, dict) else None
    if name != PROFILE_SCHEMA:
        raise InvalidRequestError(
            f"segkit evaluates segment definitions over the schema `{PROFILE_SCHEMA}`; this one has {schema!r}"
        )
    format_, value = _expression(document)
    return SegmentDefinition(
        id=_text(document, "id") or "",
        name=_needed(document, "name"),
        value=value,
        format=format_,
        description=_text(document, "description"),
        merge_policy_id=_text(document, "mergePolicyId") or None,
        creation_time=_moment(document, "creationTime"),
        update_time=_moment(document, "updateTime"),
        schema_name=PROFILE_SCHEMA,
        extra={field: value for field, value in document.items() if field not in _KNOWN},
    )


def _expression(document: Document) -> tuple[str, str]:
    """Format and PQL; Adobe also shows definitions whose `expression` is the text itself."""
    expression: Any = document.get("expression")
    if isinstance(expression, str):
        expression = {"type": document.get("type", "PQL"), "format": document.get("format"), "value": expression}
    if not isinstance(expression, dict):
        raise InvalidRequestError(
            'a segment definition needs `"expression": {"type": "PQL", "format": "pql/text", "value": "…"}`'
        )
    if expression.get("type", "PQL") != "PQL":
        raise InvalidRequestError(f"the type of an expression is `PQL`, not `{expression['type']}`")
    value = expression.get("value")
    if isinstance(value, dict):  # a tree that was not serialised, as people paste it
        return _text(expression, "format") or "pql/json", json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _text(expression, "format") or "pql/text", _needed(expression, "value")


def _text(document: Document, field: str) -> str | None:
    value = document.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidRequestError(f"`{field}` of a segment definition is a text, not {value!r}")
    return value


def _needed(document: Document, field: str) -> str:
    value = _text(document, field)
    if value is None:
        raise InvalidRequestError(f"a segment definition needs `{field}`")
    return value


def _moment(document: Document, field: str) -> int:
    value = document.get(field, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidRequestError(f"`{field}` of a segment definition is a number of milliseconds, not {value!r}")
    return value
