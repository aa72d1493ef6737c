"""How many pairs of items a rule may make: what would run for hours is refused before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import LimitError
from segkit.sql import KEY, compile_pairs, paired

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.engine import Watch
    from segkit.evaluation.scope import Scope
    from segkit.sql import Paired, ProfileSource

PAIR_LIMIT = 500_000_000
"""What a workspace allows by itself: the pairs of 22,000 events with each other. A pair takes 10 to 100 ns, so that
what is allowed ends within about a minute."""

_SHOWN = 120


def refused(
    statement: exp.Expr, scope: Scope, *, source: ProfileSource | None = None, watch: Watch | None = None
) -> Mapping[str, LimitError]:
    """The rules of a statement that pair more items than the workspace allows, and why each is refused.

    Only a statement that pairs items at all costs a look at the data: one grouped count over the same events.

    Parameters
    ----------
    statement
        As the compiler made it.
    scope
        What it was made over.
    source
        Where it reads profiles and events from, if not from those of the scope.
    watch
        Cancels the count.

    Returns
    -------
    Mapping
        The names that the compiler was given for the rules; the one rule of a count or a preview has the name `""`.
    """
    limit = scope.sources.pair_limit
    parts = [one for one in paired(statement) if limit is not None and not _is_small(one, scope, limit)]
    if limit is None or not parts:
        return {}
    [row] = scope.engine.rows(compile_pairs(parts, source or scope.source, scope.clock), watch=watch)
    found: dict[str, list[tuple[float, float, object, Paired]]] = {}
    for at, one in enumerate(parts):
        total, most, heaviest = row[3 * at : 3 * at + 3]
        for name in one.pairing.rules:
            found.setdefault(name, []).append((total or 0.0, most or 0.0, heaviest, one))
    return {
        name: _error(
            max(pairs, key=lambda one: one[0]), sum(one[0] for one in pairs), limit, scope, source or scope.source
        )
        for name, pairs in found.items()
        if sum(one[0] for one in pairs) > limit
    }


def refuse(statement: exp.Expr, scope: Scope, *, source: ProfileSource | None = None) -> None:
    """Raise for the first rule of a statement that pairs more items than the workspace allows.

    Raises
    ------
    LimitError
        It names the words, the profile that makes the most pairs, their number, and what helps.
    """
    for error in refused(statement, scope, source=source).values():
        raise error


def _is_small(one: Paired, scope: Scope, limit: int) -> bool:
    """Whether all events together would not make so many pairs."""
    rows = sum(each.rows for each in scope.datasets if each.kind == "event")
    return one.pairing.of_events and float(max(rows, 1)) ** one.pairing.degree <= limit


def _error(
    worst: tuple[float, float, object, Paired], total: float, limit: int, scope: Scope, source: ProfileSource
) -> LimitError:
    _, most, key, part = worst
    words = part.words if len(part.words) <= _SHOWN else f"{part.words[: _SHOWN - 1]}…"
    where = f"`{words}`" if words else "the rule"
    profile, events = _profile(key, scope, source)
    helps = ["ask less of each event or item, such as its type or a shorter time, so that fewer are paired"]
    if part.pairing.in_row:
        counted = "xEvent.count() < 10000" if part.pairing.of_events else "….count() < 10000"
        helps.append(f"leave out the profiles that have too many, as in `{counted} and …`")
    helps.append("allow more: ws.pair_limit = … (None for no limit)")
    return LimitError(
        f"{where} compares events or items in pairs, {_shown(total)} of them, and {limit:,} are allowed: the profile "
        f"{profile} with its {events:,} events makes {_shown(most)} by itself; {', or '.join(helps)}"
    )


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number < 1e15 else f"{number:.1e}"


def _profile(key: object, scope: Scope, source: ProfileSource) -> tuple[str, int]:
    """The public id of a profile, and how many events it has."""
    value = exp.Literal.string(key) if isinstance(key, str) else exp.Literal.number(str(key))
    named = exp.select(source.profile_id(value.copy()))
    held = exp.EQ(this=exp.column(KEY, quoted=True), expression=value)
    events = source.events(()).subquery("events")
    counted = exp.select(exp.Count(this=exp.Star())).from_(events).where(held)
    return str(scope.engine.value(named)), int(scope.engine.value(counted) or 0)
