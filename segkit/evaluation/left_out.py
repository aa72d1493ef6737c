"""What a rule asks of datasets that take no part under the merge policy: it is never there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound import Attribute, Events
from segkit.pql.bound_walk import walk
from segkit.pql.diagnostics import Diagnostic
from segkit.profiles import taking_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.binder import BoundExpression
    from segkit.pql.types import Path
    from segkit.profiles import Dataset, MergePolicy


def left_out(bound: BoundExpression, policy: MergePolicy, datasets: Sequence[Dataset]) -> list[Diagnostic]:
    """Warnings about fields and events of datasets alone that the policy's `order` does not list, each said once."""
    taking = taking_part(policy, datasets)
    others = [one for one in datasets if one not in taking]
    found: dict[str, Diagnostic] = {}
    for node in walk(bound.condition) if others else ():
        match node:
            case Events() if not any(one.kind == "event" for one in taking):
                what, holders = "experience events", [one.name for one in others if one.kind == "event"]
            case Attribute(path=path) if path and not _held(path, taking):
                what, holders = f"a `{'.'.join(path)}`", [one.name for one in others if _held(path, [one])]
            case _:
                continue
        if holders and what not in found:
            order = f"its order does not list {_listed(holders)}"
            message = f"under the merge policy `{policy.name}` no profile has {what}: {order}"
            which = "it" if len(holders) == 1 else "one of them"
            hint = f"put {which} into the order of the policy, or ask under another: merge_policy=…"
            found[what] = Diagnostic("left-out-dataset", "warning", message, node.span, hint, bound.expression.text)
    return sorted(found.values(), key=lambda one: one.span.start)


def _held(path: Path, datasets: Sequence[Dataset]) -> bool:
    """Whether some dataset of profile fragments has a field, or one below it."""
    return any(known[: len(path)] == path for one in datasets if one.kind == "record" for known, _ in one.leaves)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(f"`{one}`" for one in names[:3]) + more
