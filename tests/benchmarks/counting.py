"""Many sizes at once from segkit: the statement of `ws.sizes`, and that of a job, counted instead of kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.sql import compile_counts, compile_segments
from tests.benchmarks.data import AS_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

    import segkit

_BITS = 56


def counts(ws: segkit.Workspace, rules: Sequence[str]) -> exp.Select:
    """The statement of `ws.sizes`: one row of sizes."""
    scope = ws.scope(None, AS_OF)
    conditions = {f"segment_{number}": scope.bind(rule).condition for number, rule in enumerate(rules)}
    return compile_counts(conditions, scope.source, scope.clock, stored=scope.snapshot is not None)


def statement(ws: segkit.Workspace, rules: Sequence[str], *, by_namespace: bool = False) -> exp.Select:
    """The statement of a job, counted: one row of sizes, or a row a mask of namespaces."""
    scope = ws.scope(None, AS_OF)
    conditions = {f"segment_{number}": scope.bind(rule).condition for number, rule in enumerate(rules)}
    members = compile_segments(conditions, scope.source, scope.clock, stored=scope.snapshot is not None)
    sums = [
        exp.Sum(
            this=exp.BitwiseAnd(
                this=exp.column(f"word_{number // _BITS + 1}", quoted=True),
                expression=exp.Literal.number(1 << number % _BITS),
            )
        )
        for number in range(len(rules))
    ]
    mask = [exp.column("namespace_mask", quoted=True)] if by_namespace else []
    found = exp.Select().from_(members.subquery("members")).select(*mask, *sums)
    return found.group_by(*(one.copy() for one in mask)) if mask else found


def sizes(rows: Sequence[Sequence[int | None]]) -> list[int]:
    """The sizes in the one row of such a statement."""
    [row] = rows
    return [int(one or 0) >> number % _BITS for number, one in enumerate(row)]


def sizes_by_namespace(rows: Sequence[Sequence[int | None]]) -> list[int]:
    """The sizes in the rows of one by namespace."""
    return [sum(column) for column in zip(*(sizes([row[1:]]) for row in rows), strict=True)]
