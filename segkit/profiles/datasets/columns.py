"""From the columns of Parquet files to XDM leaves, with segkit's own comparison of what files hold (`pql.md` R17a).

DuckDB's union by name joins `City` with `city` and turns a number beside a text into text, both without a word, so
files are put into parts of equal columns here, and the parts are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from segkit.errors import DataError, SegkitError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.dataset import Leaf, Part
from segkit.profiles.datasets.reading import parse_expression, value
from segkit.profiles.storage import NULL, ClashError, Storage, exact, join, storage_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from duckdb.sqltypes import DuckDBPyType

    from segkit.engine import Engine
    from segkit.pql.types import Path

_FIELDS = ("file_name", "name", "type", "converted_type", "logical_type", "num_children", "repetition_type")


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf together with where it comes from, for messages."""

    leaf: Leaf
    file: str
    part: Part | None = None


def parts_of(name: str, files: Sequence[str], mapping: Mapping[str, str], engine: Engine) -> tuple[Part, ...]:
    """Files in groups of equal columns, each with its leaves."""
    grouped: dict[tuple[object, ...], list[int]] = {}
    for position, shape in enumerate(_shapes(files, engine)):
        grouped.setdefault(shape, []).append(position)
    made = []
    for shape, positions in grouped.items():
        chosen = tuple(files[one] for one in positions)
        _refuse_equal_names(name, shape, chosen[0])
        made.append(_part(name, chosen, tuple(positions), mapping, engine))
    _refuse_flat_and_nested(name, held_by(made))
    return tuple(made)


def held_by(parts: Iterable[Part]) -> list[Held]:
    """Every leaf of some parts with the first file that has it."""
    return [Held(leaf, part.files[0], part) for part in parts for leaf in part.leaves]


def _shapes(files: Sequence[str], engine: Engine) -> list[tuple[object, ...]]:
    listed = exp.Array(expressions=[sql.text(sql.literal_path(one)) for one in files])
    asked = exp.select(*(sql.column(one) for one in _FIELDS)).from_(exp.Table(this=sql.call("parquet_schema", listed)))
    rows = engine.rows(asked)
    found = {file: tuple(one[1:] for one in group) for file, group in groupby(rows, key=lambda row: row[0])}
    return [found.get(file, ()) for file in files]


def _refuse_equal_names(name: str, shape: tuple[object, ...], file: str) -> None:
    """Names that differ only in case make DuckDB invent new ones, at any depth."""
    rows = iter(shape)

    def walk(row: Any, path: Path) -> str:  # noqa: ANN401 - a row of parquet_schema
        own, children = str(row[0]), row[4] or 0
        seen: dict[str, str] = {}
        for _ in range(children):
            child = walk(next(rows), (*path, own))
            if child.lower() in seen:
                where = sql.dotted((*path, own)[1:])
                inside = f" inside `{where}`" if where else ""
                both = f"columns `{seen[child.lower()]}` and `{child}`{inside} of `{file}`"
                raise DataError(f"dataset `{name}`: {both} differ at most in case; rename one")
            seen[child.lower()] = child
        return own

    walk(next(rows), ())


def _part(
    name: str, files: tuple[str, ...], positions: tuple[int, ...], mapping: Mapping[str, str], engine: Engine
) -> Part:
    types = engine.types(exp.select("*").from_(sql.parquet(files[:1])))
    if not types:
        raise DataError(f"dataset `{name}`: `{files[0]}` has no columns")
    columns = dict(types)
    mapped = _mapped(name, files[0], columns, mapping, engine)
    renamed = {leaf.steps[0] for leaf in mapped.values() if leaf.steps}
    found: dict[Path, Leaf] = {}
    for column, kind in columns.items():
        if column in renamed:
            continue
        for leaf in _leaves(_split(column), (column,), kind):
            if leaf.path in mapped:
                continue
            if leaf.path in found:
                raise DataError(
                    f"dataset `{name}`: `{files[0]}` has the path `{sql.dotted(leaf.path)}` twice, "
                    f"as {found[leaf.path].origin} and as {leaf.origin}; rename one"
                )
            found[leaf.path] = leaf
    return Part(files, positions, (*found.values(), *mapped.values()))


def _split(column: str) -> Path:
    """A dotted column name as a path; a name with an empty piece, such as `Price (USD).`, is one piece."""
    pieces = tuple(column.split("."))
    return pieces if all(pieces) else (column,)


def _leaves(path: Path, steps: tuple[str, ...], kind: DuckDBPyType) -> Iterable[Leaf]:
    storage = storage_of(kind)
    if storage.sql == "STRUCT":
        for name, child in kind.children:
            yield from _leaves((*path, name), (*steps, name), child)  # type: ignore[arg-type]
    else:
        yield Leaf(path, storage, steps, form="plain" if exact(kind) else "cast")


def _mapped(
    name: str, file: str, columns: Mapping[str, DuckDBPyType], mapping: Mapping[str, str], engine: Engine
) -> dict[Path, Leaf]:
    found: dict[Path, Leaf] = {}
    for target, given in mapping.items():
        known = columns.get(given)
        kind = known if known is not None else _expression_type(name, target, given, file, engine)
        # an object that is mapped as a whole gives one leaf for each of its fields
        for leaf in _leaves(_split(target), (given,), kind):
            found[leaf.path] = leaf if known is not None else _computed(leaf)
    return found


def _computed(leaf: Leaf) -> Leaf:
    text, *below = leaf.steps
    tree = parse_expression(text)
    if below:
        tree = exp.Dot.build([tree, *(exp.to_identifier(one, quoted=True) for one in below)])
    return replace(leaf, steps=(), expression=text if not below else tree.sql(dialect="duckdb"))


def _expression_type(name: str, target: str, given: str, file: str, engine: Engine) -> DuckDBPyType:
    what = f"dataset `{name}`: the mapping of `{target}` to `{given}`"
    remedy = "give a column of the source, or a DuckDB expression over the columns of one row"
    try:
        tree = parse_expression(given)
        asked = exp.select(sql.named(tree, "mapped")).from_(sql.parquet((file,)))
        # as a condition DuckDB refuses what has no meaning for one row: aggregates, windows, unnest
        found = engine.types(asked.where(sql.is_null(tree.copy())))
    except SegkitError as error:
        reason = str(error.__cause__ or error).split("\n\nLINE ")[0].split("\n")[0].strip()
        wrong = DataError(f"{what} fails: {reason}; {remedy}")
        wrong.sql = error.sql
        raise wrong from error
    if len(found) != 1 or tree.find(exp.Star):
        raise DataError(f"{what} means several columns; {remedy}")
    return found[0][1]


def _refuse_flat_and_nested(name: str, held: Sequence[Held]) -> None:
    """One object must come from one kind of column: `a` nested and `a.b` flat are two answers to `a.b`."""
    nested = {one.leaf.path[0]: one for one in held if len(one.leaf.steps) > 1 and "." not in one.leaf.steps[0]}
    for one in held:
        other = nested.get(one.leaf.path[0])
        if other is not None and len(one.leaf.path) > 1 and one.leaf.steps and "." in one.leaf.steps[0]:
            raise DataError(
                f"dataset `{name}`: `{one.leaf.path[0]}` is flat in `{one.file}` ({one.leaf.origin}) "
                f"and nested in `{other.file}` ({other.leaf.origin}); keep one of the two"
            )


def joined(held: Iterable[Held], engine: Engine) -> dict[Path, Storage]:
    """The type of each path over several parts or datasets, or a `DataError` naming both sides of a clash (R17a)."""
    found: dict[Path, Storage] = {}
    first: dict[Path, Held] = {}
    spelled: dict[Path, tuple[Path, Held]] = {}
    objects: dict[Path, Held] = {}
    for one in held:
        path = one.leaf.path
        if path not in first:  # the second of a path has the places of the first
            for length in range(1, len(path) + 1):
                _compare_spelling(path[:length], one, spelled)
            _compare_depth(one, first, objects)
            first[path] = one
            found[path] = one.leaf.storage
            continue
        try:
            found[path] = join(found[path], one.leaf.storage)
        except ClashError as clash:
            if _empty(one, engine):
                continue
            if _empty(first[path], engine):
                first[path], found[path] = one, one.leaf.storage
                continue
            raise DataError(_clash(path, clash, first[path], one)) from None
    return found


def _compare_spelling(path: Path, one: Held, spelled: dict[tuple[str, ...], tuple[Path, Held]]) -> None:
    lowered = tuple(piece.lower() for piece in path)
    known, other = spelled.setdefault(lowered, (path, one))
    if known != path:
        raise DataError(
            f"`{sql.dotted(known)}` in `{other.file}` and `{sql.dotted(path)}` in `{one.file}` differ only in case; "
            "rename one, or use mapping="
        )


def _compare_depth(one: Held, first: Mapping[Path, Held], objects: dict[Path, Held]) -> None:
    path = one.leaf.path
    above = next((path[:length] for length in range(1, len(path)) if path[:length] in first), None)
    for length in range(1, len(path)):
        objects.setdefault(path[:length], one)
    if above is not None:
        shared, outer, inner = above, first[above], one
    elif path in objects:
        shared, outer, inner = path, one, objects[path]
    else:
        return
    raise DataError(
        f"`{sql.dotted(shared)}` is {outer.leaf.storage} in `{outer.file}` ({outer.leaf.origin}) "
        f"and an object in `{inner.file}` ({inner.leaf.origin}); rename one, or use mapping="
    )


def _clash(path: Path, clash: ClashError, left: Held, right: Held) -> str:
    where = sql.dotted((*path, *clash.where))
    if clash.reason:
        return (
            f"`{sql.dotted(path)}` in `{left.file}` and in `{right.file}`: {clash.reason}; rename one, or use mapping="
        )
    return (
        f"`{where}` is {clash.left} in `{left.file}` ({left.leaf.origin}) "
        f"and {clash.right} in `{right.file}` ({right.leaf.origin}); convert one of them with mapping="
    )


def _empty(one: Held, engine: Engine) -> bool:
    """Whether a column holds no value at all, so that its type says nothing: writers of all-null columns pick any."""
    if one.leaf.storage == NULL:
        return True
    if one.part is None:
        return False
    found = exp.select(sql.number(1)).from_(sql.parquet(one.part.files)).where(sql.present(value(one.leaf))).limit(1)
    return not engine.rows(found)
