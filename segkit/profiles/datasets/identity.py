"""Which identities a dataset carries and where they stand: named paths, or an identity map however it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError, InvalidRequestError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.dataset import Entry, Leaf, Part
from segkit.profiles.datasets.reading import raw, scan, value
from segkit.profiles.storage import NULL, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.engine import Engine
    from segkit.profiles.datasets.dataset import Shape
    from segkit.profiles.storage import Storage

MAP_FIELD = "identityMap"
MOST_NAMESPACES = 120
_SPELLINGS = (MAP_FIELD, f"xdm:{MAP_FIELD}")


def is_identity_map(leaf: Leaf) -> bool:
    """Whether a leaf belongs to the identity map, which is no attribute of its own."""
    return leaf.path[0] in _SPELLINGS


def named_entries(name: str, part: Part, identity: Mapping[str, str]) -> list[Entry]:
    """Identities at the paths that the user named; a part without one of the paths has no such identities."""
    found = []
    for namespace, path in identity.items():
        leaf = _find(part, path)
        if leaf is None:
            continue
        if leaf.storage.item is not None:
            raise DataError(
                f"dataset `{name}`: the identity `{namespace}` is {leaf.storage} (`{path}`), "
                "and should be one value; use mapping= to pick one"
            )
        found.append(Entry(namespace, leaf, "scalar"))
    return found


def _find(part: Part, path: str) -> Leaf | None:
    wanted = tuple(path.split("."))
    return part.leaf(wanted) or part.leaf((path,)) or next((one for one in part.leaves if one.steps == (path,)), None)


def require_paths(name: str, parts: Sequence[Part], paths: Mapping[str, str]) -> None:
    """Refuse a named path that no file has. `paths` maps what it is for to the path."""
    for purpose, path in paths.items():
        if not any(_find(part, path) for part in parts):
            known = sorted({sql.dotted(leaf.path) for part in parts for leaf in part.leaves})
            raise DataError(f"dataset `{name}` has no field `{path}` for {purpose}; it has {_listed(known)}")


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{one}`" for one in names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"


def map_entries(name: str, part: Part, engine: Engine) -> list[Entry]:
    """Identities from the identity map of a part, a namespace each."""
    found: list[Entry] = []
    for leaf in part.leaves:
        if not is_identity_map(leaf) or leaf.storage == NULL:
            continue
        if len(leaf.path) == 1 and leaf.storage.sql == "MAP":
            shape, names = _shape(name, leaf, leaf.storage.of)
            keys = sql.call("map_keys", raw(leaf))
            found += [Entry(one, leaf, shape, True, names) for one in _namespaces(name, part, keys, engine)]
        elif len(leaf.path) == 1 and leaf.storage == TEXT:
            found += _json_entries(name, part, leaf, engine)
        elif len(leaf.path) == 2:
            shape, names = _shape(name, leaf, leaf.storage)
            found.append(Entry(leaf.path[1], leaf, shape, False, names))
        elif len(leaf.path) == 3 and leaf.path[2].removeprefix("xdm:") == "id":
            found.append(Entry(leaf.path[1], leaf, "scalar"))
        elif len(leaf.path) == 1:
            raise DataError(
                f"dataset `{name}`: `{MAP_FIELD}` in `{part.files[0]}` is {leaf.storage}; "
                "it should be a map from namespace to a list of {id, authenticatedState, primary}"
            )
    if len({one.namespace for one in found}) > MOST_NAMESPACES:
        raise DataError(f"dataset `{name}`: `{MAP_FIELD}` has more than {MOST_NAMESPACES} namespaces; are they ids?")
    return found


def _shape(name: str, leaf: Leaf, storage: Storage) -> tuple[Shape, tuple[str | None, str | None, str | None]]:
    shape: Shape = "list" if storage.sql == "LIST" else "object" if storage.sql == "STRUCT" else "scalar"
    element = storage.of if storage.sql == "LIST" else storage
    if element.sql in {"LIST", "MAP"}:
        raise DataError(
            f"dataset `{name}`: `{sql.dotted(leaf.path)}` is {leaf.storage}, which is no list of identities"
        )
    if element.sql != "STRUCT":
        return shape, (None, None, None)
    known = {field.removeprefix("xdm:"): field for field, _ in element.fields}
    if "id" not in known:
        raise DataError(f"dataset `{name}`: the identities in `{sql.dotted(leaf.path)}` have no field `id`")
    return shape, (known["id"], known.get("authenticatedState"), known.get("primary"))


def _namespaces(name: str, part: Part, keys: exp.Expr, engine: Engine) -> list[str]:
    listed = exp.alias_(sql.call("unnest", keys), "namespace", quoted=True)
    asked = exp.select(sql.column("namespace")).distinct().from_(sql.subquery(scan(part, [listed]), "found"))
    rows = engine.rows(asked.order_by(sql.column("namespace")).limit(MOST_NAMESPACES + 1))
    if len(rows) > MOST_NAMESPACES:
        raise DataError(f"dataset `{name}`: `{MAP_FIELD}` has more than {MOST_NAMESPACES} namespaces; are they ids?")
    return [str(one) for (one,) in rows if one is not None]


def _json_entries(name: str, part: Part, leaf: Leaf, engine: Engine) -> list[Entry]:
    stored = value(leaf)
    invalid = exp.Not(this=sql.call("json_valid", stored))
    wrong, spelled = engine.rows(
        scan(
            part,
            [
                sql.call("count_if", sql.coalesce([invalid, exp.false()])),
                sql.call("count_if", sql.call("contains", stored.copy(), sql.text('"xdm:'))),
            ],
        )
    )[0]
    if wrong:
        raise DataError(
            f"dataset `{name}`: `{MAP_FIELD}` is text, and in {wrong} rows of `{part.files[0]}` it is not JSON"
        )
    names = ("id", "authenticatedState", "primary")
    keys = sql.call("json_keys", stored.copy())
    return [
        Entry(one, leaf, "json", True, names, prefixed=bool(spelled)) for one in _namespaces(name, part, keys, engine)
    ]


def check_request(name: str, kind: str, primary: str | None, identity: Mapping[str, str] | None) -> None:
    """Refuse options that contradict each other before anything is read."""
    if kind not in {"record", "event"}:
        raise InvalidRequestError(f"dataset `{name}`: kind is `record` or `event`, not `{kind}`")
    if identity is not None and not identity:
        raise InvalidRequestError(f"dataset `{name}`: identity= names no namespace; leave it out to use `{MAP_FIELD}`")
    if identity is not None and not all(one.strip() for one in identity):
        raise InvalidRequestError(f"dataset `{name}`: identity= has a blank namespace; name it, as in {{'crmId': …}}")
    if identity is not None and primary is not None and primary not in identity:
        known = ", ".join(f"`{one}`" for one in identity)
        raise InvalidRequestError(f"dataset `{name}`: primary={primary!r} is not one of the identities {known}")
