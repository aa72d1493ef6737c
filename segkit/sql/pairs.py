"""How many pairs of items a rule makes, asked of the data before the rule runs (`segkit.plan.pairs`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.pql.bound import Compare, Const, Or
from segkit.pql.types import BOOLEAN, DOUBLE
from segkit.sql.build import call, column
from segkit.sql.source import KEY
from segkit.sql.statements import PAIRED, compile_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.plan.clock import Clock
    from segkit.plan.pairs import Pairing
    from segkit.pql.bound import Bound
    from segkit.sql.source import ProfileSource

_PAIRS, _MOST, _HEAVIEST = "pairs", "most", "heaviest"


@dataclass(frozen=True, slots=True)
class Paired:
    """What a statement pairs, as it came from a plan.

    Parameters
    ----------
    pairing
        Which rules make how many pairs.
    words
        The PQL that makes them; empty where its text is not known.
    """

    pairing: Pairing
    words: str


def paired(statement: exp.Expr) -> tuple[Paired, ...]:
    """The parts of a compiled statement that pair items of arrays, which nearly all have none of."""
    found: Sequence[tuple[Pairing, str]] = statement.meta.get(PAIRED, ())
    return tuple(Paired(*one) for one in found)


def compile_pairs(parts: Sequence[Paired], source: ProfileSource, clock: Clock) -> exp.Select:
    """How many pairs each part makes: one row, with three columns a part in their order.

    These are the number over all profiles, that of the profile which makes the most, and its `profile_key`; null where
    no profile makes any.

    Parameters
    ----------
    parts
        What is counted.
    source
        Where profiles and events come from.
    clock
        What time means.
    """
    numbers = {f"{_PAIRS}_{at}": one.pairing.number for at, one in enumerate(parts, 1)}
    some = tuple(Compare(">", one, Const(0.0, DOUBLE)) for one in numbers.values())
    where: Bound = some[0] if len(some) == 1 else Or(some, BOOLEAN)
    rows = compile_columns(numbers, source, clock, where=where, order=False, identity=False)
    rows = rows.select(column(KEY), copy=False)
    shown: list[exp.Expr] = []
    for at, name in enumerate(numbers, 1):
        each = column(name)
        shown.append(exp.alias_(call("SUM", each), name, quoted=True))
        shown.append(exp.alias_(call("MAX", each.copy()), f"{_MOST}_{at}", quoted=True))
        shown.append(exp.alias_(call("ARG_MAX", column(KEY), each.copy()), f"{_HEAVIEST}_{at}", quoted=True))
    return exp.Select().select(*shown).from_(rows.subquery(_PAIRS))
