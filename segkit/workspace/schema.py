"""The union schema as one looks at it: a tree of paths with types, completed by the tab key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.errors import NotFoundError
from segkit.notebook import table_html, table_text
from segkit.pql.diagnostics import did_you_mean
from segkit.pql.reading.tokens import LITERALS, is_identifier
from segkit.pql.types import Kind, Type, array_of, object_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from segkit.pql.types import Path, Schema
    from segkit.profiles import Dataset

COLUMNS = ("path", "type", "kind", "datasets")


def schema_tree(schema: Schema, datasets: Iterable[Dataset]) -> SchemaTree:
    """The union schema of some datasets, with the datasets that each leaf comes from."""
    whole = dict(schema.profile.fields)
    if schema.event.fields:
        whole["xEvent"] = array_of(schema.event)
    origins: dict[Path, tuple[str, ...]] = {}
    for one in datasets:
        for path, _ in one.leaves:
            full = ("xEvent", *path) if one.kind == "event" else path
            origins[full] = (*origins.get(full, ()), one.name)
    return SchemaTree(object_of(whole), (), origins)


class SchemaTree:
    """A field of the union schema, or the whole of it, with the fields below.

    `ws.schema.homeAddress.country` is one field; `ws.schema.xEvent` holds the fields of experience events, written in
    rules relative to an event. `ws.schema["homeAddress.country"]` is the same for names that Python cannot spell.

    Parameters
    ----------
    type_
        The type of the field.
    path
        Its full path; empty for the whole schema.
    origins
        Full path of a leaf → names of the datasets that have it.
    """

    def __init__(self, type_: Type, path: Path, origins: Mapping[Path, tuple[str, ...]]) -> None:
        self._type = type_
        self._path = path
        self._origins = origins

    @property
    def type(self) -> str:
        """The PQL type as text, such as `String` or `Array of Object`."""
        return str(self._type)

    @property
    def path(self) -> str:
        """The path as a rule writes it."""
        return ".".join(_quote(one) for one in self._path)

    def to_pandas(self) -> pd.DataFrame:
        """The fields below this one, a row a field.

        Returns
        -------
        DataFrame
            `path` (str), `type` (str), `kind` (`record` or `event`), `datasets` (str, comma separated).
        """
        import pandas  # noqa: PLC0415, ICN001

        return pandas.DataFrame.from_records(self._rows(), columns=list(COLUMNS))

    def __getattr__(self, name: str) -> SchemaTree:
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        try:
            return self[name]
        except NotFoundError as error:
            raise AttributeError(str(error)) from None

    def __getitem__(self, path: str) -> SchemaTree:
        found = self
        for name in path.split("."):
            inner = _fields(found._type)
            if name not in inner:
                hint = did_you_mean(name, inner) or "`dir()` lists what there is"
                message = f"the schema has no field `{'.'.join((*found._path, name))}`; {hint}"
                raise NotFoundError(message)
            found = SchemaTree(inner[name], (*found._path, name), self._origins)
        return found

    def __contains__(self, path: object) -> bool:
        try:
            self[str(path)]
        except NotFoundError:
            return False
        return True

    def __dir__(self) -> list[str]:
        return ["path", "type", "to_pandas", *_fields(self._type)]

    def _ipython_key_completions_(self) -> list[str]:
        return [".".join(path) for path, _ in _below(self._type, ())]

    def __repr__(self) -> str:
        return table_text(list(COLUMNS), self._rows(), caption=self._title(), footer=self._footer())

    def _repr_html_(self) -> str:
        return table_html(list(COLUMNS), self._rows(), caption=self._title(), footer=self._footer())

    def _title(self) -> str:
        return f"schema: {self.path} ({self.type})" if self._path else "schema"

    def _footer(self) -> str | None:
        return None if self._path or _fields(self._type) else "no data yet: ws.datasets.add(…)"

    def _rows(self) -> list[tuple[str, str, str, str]]:
        found = []
        for path, one in _below(self._type, self._path) or ([(self._path, self._type)] if self._path else []):
            event = path[:1] == ("xEvent",)
            origins = self._origins.get(path) or self._nearest_origins(path)
            found.append(
                (".".join(_quote(part) for part in path), str(one), "event" if event else "record", ", ".join(origins))
            )
        return found

    def _nearest_origins(self, path: Path) -> tuple[str, ...]:
        """Where a field inside an array or map comes from: the column that holds it."""
        while path:
            path = path[:-1]
            if path in self._origins:
                return self._origins[path]
        return ()


def _fields(one: Type) -> dict[str, Type]:
    """The fields one can go on to from a type: an object's, or those of an array's objects (R20)."""
    while one.kind is Kind.ARRAY:
        one = one.of
    return dict(one.fields)


def _below(one: Type, path: Path) -> list[tuple[Path, Type]]:
    """Every leaf below a type; an array of objects is listed itself and then with its objects' fields."""
    found: list[tuple[Path, Type]] = []
    for name, inner in _fields(one).items():
        here = (*path, name)
        if inner.kind is not Kind.OBJECT and here != ("xEvent",):
            found.append((here, inner))
        found.extend(_below(inner, here))
    return found


def _quote(name: str) -> str:
    # a field named like a value would be read as that value
    return name if is_identifier(name) and name.lower() not in LITERALS else f"`{name}`"
