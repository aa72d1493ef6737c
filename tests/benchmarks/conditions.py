"""Conditions on attributes, once, and how PQL, SQL, polars and pandas users write them.

All are positive comparisons, which a missing value fails in every one of these languages.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.benchmarks.data import AS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NOW = dt.datetime.fromisoformat(AS_OF)  # naive UTC, as everything in the data


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of one leaf: `op` is `=`, `in`, `>`, `>=`, `<` or `days` (so many days before now at most)."""

    path: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    """All hold."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one holds."""

    items: tuple[Condition, ...]


Condition = Test | Every | Some


def tests(of: Condition) -> Iterator[Test]:
    """The comparisons in a condition."""
    if isinstance(of, Test):
        yield of
    else:
        for one in of.items:
            yield from tests(one)


def paths(of: Sequence[Condition]) -> list[str]:
    """The leaves that some conditions read."""
    return list(dict.fromkeys(one.path for each in of for one in tests(each)))


def _combined(of: Condition, leaf: Callable[[Test], str], words: tuple[str, str], *, inner: bool = False) -> str:
    if isinstance(of, Test):
        return leaf(of)
    word = words[isinstance(of, Some)]
    found = f" {word} ".join(_combined(one, leaf, words, inner=True) for one in of.items)
    return f"({found})" if inner else found


def pql(of: Condition) -> str:
    """As PQL."""
    return _combined(of, _pql_test, ("and", "or"))


def _pql_test(one: Test) -> str:
    match one.op, one.value:
        case "=", True:
            return f"{one.path} = true"
        case "in", values:
            return f"{one.path} in [{', '.join(map(_pql_value, values))}]"
        case "days", days:
            return f"{one.path} occurs <= {days} days before now"
        case op, value:
            return f"{one.path} {op} {_pql_value(value)}"


def _pql_value(value: Any) -> str:
    if isinstance(value, dt.date):
        return f"date({value.year}, {value.month}, {value.day})"
    return f'"{value}"' if isinstance(value, str) else str(value)


def sql(of: Condition, column: Callable[[str], str] = '"{}"'.format) -> str:
    """As DuckDB's SQL; ClickHouse's is the same but for how a moment is written."""
    return _combined(of, lambda one: sql_test(one, column(one.path)), ("AND", "OR"))


def sql_test(one: Test, column: str) -> str:
    match one.op, one.value:
        case "=", True:
            return column
        case "in", values:
            return f"{column} IN ({', '.join(map(_sql_value, values))})"
        case "days", days:
            return f"{column} BETWEEN TIMESTAMP '{NOW - dt.timedelta(days=days)}' AND TIMESTAMP '{NOW}'"
        case op, value:
            return f"{column} {op} {_sql_value(value)}"


def clickhouse(of: Condition) -> str:
    """As ClickHouse's SQL."""
    # a plain DATE of ClickHouse begins in 1970
    dated = re.sub(r"DATE ('[^']*')", r"toDate32(\1)", sql(of))
    return re.sub(r"TIMESTAMP ('[^']*')", r"toDateTime64(\1, 6, 'UTC')", dated)


def _sql_value(value: Any) -> str:
    if isinstance(value, dt.date):
        return f"DATE '{value}'"
    return f"'{value}'" if isinstance(value, str) else str(value)


def polars(of: Condition) -> Any:
    """As a polars expression."""
    import polars as pl

    if not isinstance(of, Test):
        parts = [polars(one) for one in of.items]
        return pl.all_horizontal(parts) if isinstance(of, Every) else pl.any_horizontal(parts)
    column = pl.col(of.path)
    match of.op, of.value:
        case "=", True:
            return column
        case "=", value:
            return column == value
        case "in", values:
            return column.is_in(values)
        case "days", days:
            return column.is_between(NOW - dt.timedelta(days=days), NOW)
        case ">", value:
            return column > value
        case ">=", value:
            return column >= value
        case _:
            return column < of.value


def pandas(of: Condition, frame: Any) -> Any:
    """As a mask over a pandas frame."""
    if not isinstance(of, Test):
        found, *others = (pandas(one, frame) for one in of.items)
        for one in others:
            found = found & one if isinstance(of, Every) else found | one
        return found
    column = frame[of.path]
    match of.op, of.value:
        case "=", value:
            return column == value
        case "in", values:
            return column.isin(values)
        case "days", days:
            return column.between(NOW - dt.timedelta(days=days), NOW)
        case ">", value:
            return column > value
        case ">=", value:
            return column >= value
        case _:
            return column < of.value


POOL: tuple[Test, ...] = (
    *(Test("homeAddress.country", "=", one) for one in ("US", "GB", "DE", "FR", "IT")),
    Test("homeAddress.country", "in", ("US", "CA", "MX")),
    Test("homeAddress.country", "in", ("DE", "AT", "CH")),
    *(Test("loyalty.tier", "=", one) for one in ("silver", "gold", "platinum")),
    Test("loyalty.tier", "in", ("gold", "platinum")),
    *(Test("loyalty.points", ">", one) for one in (1_000, 5_000, 20_000)),
    *(Test("metrics.lifetimeValue", ">", one) for one in (100, 1_000, 5_000)),
    *(Test("metrics.orders", ">=", one) for one in (1, 5, 20)),
    Test("metrics.returns", "<", 1),
    Test("metrics.averageBasket", ">", 50),
    Test("metrics.averageBasket", ">", 200),
    *(Test("metrics.lastOrder", "days", one) for one in (7, 30, 90)),
    Test("metrics.churnScore", "<", 0.2),
    Test("metrics.churnScore", ">", 0.8),
    Test("metrics.propensity", ">", 0.7),
    Test("metrics.sessions", ">", 100),
    *(Test("preferences.language", "=", one) for one in ("en", "de", "fr")),
    *(Test("preferences.channel", "=", one) for one in ("email", "push")),
    Test("preferences.category", "in", ("shoes", "coats", "bags")),
    Test("preferences.newsletter", "=", True),
    Test("consents.marketing.email", "=", True),
    Test("consents.marketing.sms", "=", True),
    Test("consents.marketing.push", "=", True),
    Test("account.status", "=", "active"),
    Test("account.status", "in", ("dormant", "trial")),
    Test("person.gender", "=", "female"),
    Test("person.birthDate", ">=", dt.date(1990, 1, 1)),
    Test("person.birthDate", "<", dt.date(1960, 1, 1)),
    Test("device.system", "in", ("android", "ios")),
)
"""What the rules below are drawn on."""

ONE = Test("homeAddress.country", "=", "US")


def drawn(count: int, seed: int = 4) -> list[Condition]:
    """So many different rules as analysts write them: two to four comparisons, some of them alternatives."""
    r = random.Random(seed)  # noqa: S311  repeatable
    found: dict[Condition, None] = {}
    while len(found) < count:
        chosen = _different(r, r.randint(2, 4))
        match r.randrange(3):
            case 0:
                found[Every(tuple(chosen[:2]))] = None
            case 1:
                found[Every((chosen[0], Some(tuple(chosen[1:])) if len(chosen) > 2 else chosen[1]))] = None
            case _:
                found[Every(tuple(chosen))] = None
    return list(found)


def _different(r: random.Random, count: int) -> list[Test]:
    """Comparisons of different leaves."""
    found: dict[str, Test] = {}
    while len(found) < count:
        one = r.choice(POOL)
        found.setdefault(one.path, one)
    return list(found.values())


TWENTY = drawn(20)
