"""What a statement reads: the files and tables that it scans, the columns of each, and the parts that are passed over.

The compiler names each leaf where a file is scanned, so that the statement itself tells what is needed; the footers of
the files tell how large that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles.expressions import FRAGMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segkit.engine import Engine

Steps = tuple[str, ...]

_PLACES = frozenset({"file_row_number", "file_index", "filename"})
_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "="}
_OPERATORS: dict[type[exp.Expr], str] = {exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=", exp.EQ: "="}
_BLOCK = 262_144
_LOW, _HIGH = re.compile(r"Min: ([^,\]]+)"), re.compile(r"Max: ([^,\]]+)")


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison of a column with a constant, as the statistics of a file can answer it."""

    steps: Steps
    operator: str
    value: exp.Expr


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of files or of a table.

    Parameters
    ----------
    files
        The Parquet files; empty for a table.
    table
        The name of a table in a snapshot or another kept database; empty for files.
    columns
        The columns and struct fields read.
    bounds
        What the rows that matter hold.
    """

    files: tuple[str, ...]
    table: str
    columns: tuple[Steps, ...]
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """What is read of one file or table.

    Parameters
    ----------
    path
        The file, or the table.
    columns
        The columns read, as paths.
    row_groups, row_groups_read
        How many there are, and how many the statistics leave over.
    rows
        Rows in those.
    bytes_read
        Bytes of the columns in those: as they lie in a Parquet file, estimated for a table.
    size
        Bytes of the whole file; None for a table.
    """

    path: str
    columns: tuple[str, ...]
    row_groups: int
    row_groups_read: int
    rows: int
    bytes_read: int
    size: int | None


def scans(statement: exp.Expr) -> list[Scan]:
    """The scans of a statement, in its order."""
    found: list[Scan] = []
    used = _used(statement)
    for table in statement.find_all(exp.Table):
        select = table.find_ancestor(exp.Select)
        if select is None:
            continue
        files = _files(table)
        if files or table.args.get("catalog") is not None:
            named = "" if files else ".".join(part.name for part in table.parts)
            alias = FRAGMENT if files else table.alias_or_name
            found.append(Scan(files, named, tuple(_columns(select, alias, used)), tuple(_bounds(select, alias))))
    return found


def amounts(statement: exp.Expr, engine: Engine) -> list[Amount]:
    """How much a statement reads of each file and table, from footers and storage information alone."""
    return [
        each for one in scans(statement) for each in (_of_files(one, engine) if one.files else _of_table(one, engine))
    ]


def _files(table: exp.Table) -> tuple[str, ...]:
    called = table.this
    if not isinstance(called, exp.Anonymous | exp.ReadParquet):
        return ()
    if isinstance(called, exp.Anonymous) and called.name.lower() != "read_parquet":
        return ()
    return tuple(_path(one.name) for array in called.find_all(exp.Array) for one in array.find_all(exp.Literal))


def _path(pattern: str) -> str:
    """The file that a pattern stands for: the letters of patterns are in brackets of their own (`literal_path`)."""
    return re.sub(r"\[([*?\[])\]", r"\1", pattern)


def _used(statement: exp.Expr) -> frozenset[str] | None:
    """The names that any part of a statement asks another part for; None where some part asks for all there are."""
    if any(not isinstance(one.parent, exp.Count) for one in statement.find_all(exp.Star)):
        return None
    read = [one.name for one in statement.find_all(exp.Column) if one.table != FRAGMENT]
    read += [one.name for join in statement.find_all(exp.Join) for one in join.args.get("using") or ()]
    return frozenset(read)


def _columns(select: exp.Select, alias: str, used: frozenset[str] | None) -> Iterator[Steps]:
    """The paths that the statement around a scan reads; of a path and one below it the longer says nothing.

    What is computed there and asked for nowhere is not read: the engine leaves it out.
    """
    found: dict[Steps, None] = {}
    outermost = select.parent is None
    shown = [one for one in select.expressions if outermost or used is None or one.alias_or_name in used]
    for node in _own(select, shown):
        steps = _steps(node, alias)
        # beside a table there are others; of a file a path may be written without the file's name
        elsewhere = alias != FRAGMENT and isinstance(node, exp.Column) and node.table not in {"", alias}
        if steps and steps[0] not in _PLACES and not elsewhere:
            found[steps] = None
    for one in found:
        if not any(one[: len(other)] == other for other in found if other != one):
            yield one


def _own(select: exp.Select, shown: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    """The references in a select, of its columns in those given, without what stands in selects inside of it."""
    stack: list[exp.Expr] = [*shown]
    stack += [one for key in ("where", "group", "having", "qualify", "order") if (one := select.args.get(key))]
    stack += [on for join in select.args.get("joins") or () if (on := join.args.get("on"))]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Column | exp.Dot):
            yield node
            # a field of a value that is computed
            if isinstance(node, exp.Dot) and not _steps(node, FRAGMENT):
                stack.extend(node.iter_expressions())
        elif not isinstance(node, exp.Query):
            stack.extend(node.iter_expressions())


def _steps(node: exp.Expr, alias: str) -> Steps:
    """A reference as a path in the scanned rows; empty where it is none."""
    if isinstance(node, exp.Column):
        names = tuple(part.name for part in node.parts)
    elif isinstance(node, exp.Dot) and all(isinstance(one, exp.Identifier) for one in node.flatten(unnest=False)):
        names = tuple(one.name for one in node.flatten(unnest=False))
    else:
        return ()
    return names[1:] if len(names) > 1 and names[0] == alias else names


def _bounds(select: exp.Select, alias: str) -> Iterator[Bound]:
    """The comparisons with constants that all rows must meet, in this select and in those that only select from it."""
    named = {one.alias_or_name: _steps(one.unalias(), alias) for one in select.expressions}
    yield from _compared(select, {steps[-1]: steps for steps in named.values() if steps}, alias)
    inner: exp.Expr = select
    while True:
        outer = inner.parent
        while isinstance(outer, exp.Union):
            inner, outer = outer, outer.parent
        if not isinstance(outer, exp.Subquery) or not isinstance(outer.parent, exp.From):
            return
        select_ = outer.parent.parent
        if not isinstance(select_, exp.Select) or select_.args.get("qualify") or inner.args.get("limit"):
            return
        yield from _compared(select_, named, outer.alias)
        if select_.args.get("group") or select_.args.get("joins"):
            return
        shown = {one.alias_or_name: _steps(one.unalias(), outer.alias) for one in select_.expressions}
        named = {name: named.get(steps[-1], ()) for name, steps in shown.items() if len(steps) == 1}
        inner = select_


def _compared(select: exp.Select, named: dict[str, Steps], alias: str) -> Iterator[Bound]:
    where = select.args.get("where")
    for one in [] if where is None else _conjuncts(where.this):
        operator = _OPERATORS.get(type(one))
        if operator is None:
            continue
        for mine, other, sign in ((one.this, one.expression, operator), (one.expression, one.this, _TURNED[operator])):
            steps = _steps(mine, alias)
            if len(steps) == 1 and named.get(steps[0]) and _is_constant(other):
                yield Bound(named[steps[0]], sign, other)


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    match node:
        case exp.And():
            yield from _conjuncts(node.this)
            yield from _conjuncts(node.expression)
        case exp.Paren():
            yield from _conjuncts(node.this)
        case _:
            yield node


def _is_constant(node: exp.Expr) -> bool:
    """Whether statistics can be held against it: a number or an instant; letters may be cut short there."""
    if isinstance(node, exp.Cast):
        return isinstance(node.this, exp.Literal) and node.is_type("TIMESTAMP", "DATE", "DOUBLE", "BIGINT")
    return isinstance(node, exp.Literal) and not node.is_string


def _of_files(scan: Scan, engine: Engine) -> list[Amount]:
    paths = [exp.Literal.string(one) for one in scan.files]
    listed = exp.Array(expressions=[exp.Literal.string(re.sub(r"([*?\[])", r"[\1]", one.this)) for one in paths])
    path = exp.column("path_in_schema")
    size = exp.Sum(this=exp.column("total_compressed_size"))
    wanted = exp.or_(*(_below(path, one) for one in scan.columns)) if scan.columns else exp.false()
    shown: list[exp.Expr] = [
        exp.column("file_name"),
        exp.Max(this=exp.column("row_group_num_rows")),
        exp.Filter(this=size, expression=exp.Where(this=wanted)),
    ]
    shown += [_outside(one, path) for one in scan.bounds]
    called = exp.Anonymous(this="parquet_metadata", expressions=[listed])
    groups = exp.select(*shown).from_(exp.Table(this=called)).group_by("file_name", "row_group_id")
    found: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    for file, rows, held, *outside in engine.rows(groups):
        found[file].append((int(rows or 0), int(held or 0), not any(outside)))
    columns = tuple(".".join(one) for one in scan.columns)
    made = []
    for file in scan.files:
        read = [one for one in found[file] if one[2]]
        rows, held = sum(one[0] for one in read), sum(one[1] for one in read)
        made.append(Amount(file, columns, len(found[file]), len(read), rows, held, Path(file).stat().st_size))
    return made


def _below(path: exp.Expr, steps: Steps) -> exp.Expr:
    """Whether a column of a file is the one at a path, or one inside it."""
    whole = ", ".join(steps).lower()
    lower = exp.Lower(this=path.copy())
    inside = exp.Anonymous(this="starts_with", expressions=[lower, exp.Literal.string(f"{whole}, ")])
    return exp.paren(exp.or_(exp.EQ(this=lower.copy(), expression=exp.Literal.string(whole)), inside))


def _outside(bound: Bound, path: exp.Expr) -> exp.Expr:
    """Whether the statistics of a row group say that no row of it meets a comparison; null where they do not say."""
    kind = exp.DataType.build("TIMESTAMP" if isinstance(bound.value, exp.Cast) else "DOUBLE")

    def extreme(which: str) -> exp.Expr:
        value = exp.TryCast(this=exp.column(f"stats_{which}_value"), to=kind.copy())
        here = exp.EQ(this=exp.Lower(this=path.copy()), expression=exp.Literal.string(", ".join(bound.steps).lower()))
        return exp.Filter(this=exp.Max(this=value), expression=exp.Where(this=here))

    value = bound.value
    match bound.operator:
        case ">" | ">=":
            return (exp.LTE if bound.operator == ">" else exp.LT)(this=extreme("max"), expression=value.copy())
        case "<" | "<=":
            return (exp.GTE if bound.operator == "<" else exp.GT)(this=extreme("min"), expression=value.copy())
        case _:
            low = exp.GT(this=extreme("min"), expression=value.copy())
            return exp.or_(low, exp.LT(this=extreme("max"), expression=value.copy()))


def _of_table(scan: Scan, engine: Engine) -> list[Amount]:
    """A table of a kept database: the blocks are counted that hold its columns, whatever else lies in them."""
    called = exp.Anonymous(this="pragma_storage_info", expressions=[exp.Literal.string(_quoted(scan.table))])
    names = ("row_group_id", "column_name", "column_path", "count", "block_id", "stats", "additional_block_ids")
    rows = engine.rows(exp.select(*(exp.column(one, quoted=True) for one in names)).from_(exp.Table(this=called)))
    wanted = {one[0].lower() for one in scan.columns}
    groups: dict[int, int] = defaultdict(int)
    blocks: dict[int, set[int]] = defaultdict(set)
    outside: set[int] = set()
    for group, name, path, count, block, stats, more in rows:
        if path == "[0]" or path.count(",") == 0:
            groups[group] = max(groups[group], int(count or 0))
        if name.lower() in wanted:
            blocks[group] |= {one for one in (block, *(more or ())) if one is not None and one >= 0}
        bounds = [one for one in scan.bounds if one.steps[0].lower() == name.lower()]
        if bounds and _is_outside(bounds, str(stats)):
            outside.add(group)
    read = [one for one in groups if one not in outside]
    held = len({each for one in read for each in blocks[one]}) * _BLOCK
    columns = tuple(".".join(one) for one in scan.columns)
    return [Amount(scan.table, columns, len(groups), len(read), sum(groups[one] for one in read), held, None)]


def _quoted(name: str) -> str:
    return ".".join(exp.to_identifier(one, quoted=True).sql("duckdb") for one in name.split("."))


def _is_outside(bounds: Sequence[Bound], stats: str) -> bool:
    low, high = _LOW.search(stats), _HIGH.search(stats)
    if low is None or high is None:
        return False
    for one in bounds:
        value = one.value.this.name if isinstance(one.value, exp.Cast) else one.value.name
        least, most, asked = (_comparable(each) for each in (low.group(1), high.group(1), value))
        if type(least) is not type(asked) or type(most) is not type(asked):
            continue
        if (one.operator in {">", ">=", "="} and most < asked) or (one.operator in {"<", "<=", "="} and least > asked):  # type: ignore[operator]
            return True
    return False


def _comparable(text: str) -> float | str:
    """A number, or an instant whose text sorts as it does."""
    try:
        return float(text)
    except ValueError:
        return text.strip()[:19].replace("T", " ")
