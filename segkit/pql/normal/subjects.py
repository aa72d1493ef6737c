"""What leaves are about: a value beside constants, two values side by side, a text and a pattern, items of an array.

Each knows how to say, as a bound condition, that it lies in a set.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from typing import Literal as Choice

from segkit.pql.bound import (
    Aggregate,
    And,
    Compare,
    Const,
    Filter,
    In,
    IsNull,
    Items,
    Not,
    Or,
    Quantify,
    SetCompare,
    Test,
    Truth,
)
from segkit.pql.normal.sets import Domain, Set, counting, domain_of, finite, present, rest
from segkit.pql.types import BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from segkit.pql.bound import Bound, Variable
    from segkit.pql.normal.forms import Form
    from segkit.pql.normal.sets import Cut
    from segkit.pql.tree import Comparison
    from segkit.pql.types import Type

Sort = Choice["value", "presence", "pair", "sets", "text", "items", "other"]
"""What a leaf is about; `other` is a condition that is not looked into."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The items of an array for which a condition holds."""

    base: Bound
    base_key: str
    variable: Variable
    condition: Form
    asked: Bound

    none = Set(False, ((1, 0, 0), (1, 1, 0)))
    some = Set(False, ((1, 1, 0),))

    def asking(self, condition: Form) -> Subject:
        """The same items under another condition."""
        from segkit.pql.normal.rendering import render  # noqa: PLC0415  forms are made of subjects

        return items(self.base, self.base_key, self.variable, condition, render(condition))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a leaf is about.

    Parameters
    ----------
    key
        Its text; equal for subjects that always have the same value.
    sort
        What kind of thing it is.
    domain
        The values that it can have.
    parts
        The bound expressions it is made of.
    detail
        The name of the comparison or predicate.
    strict
        The keys of the values that are absent just where this one is: it is there when all of them are.
    items
        Of an array's items, which.
    """

    key: str
    sort: Sort = field(compare=False)
    domain: Domain = field(compare=False)
    parts: tuple[Bound, ...] = field(compare=False, repr=False)
    detail: str = field(compare=False, default="")
    strict: tuple[str, ...] = field(compare=False, default=())
    items: Counted | None = field(compare=False, default=None)

    @property
    def nullable(self) -> bool:
        """Whether it can be absent."""
        return self.domain.full.null


def value(node: Bound, key: str, *, nullable: bool) -> Subject:
    """A scalar, beside constants."""
    return Subject(key, "value", domain_of(node.type.kind, nullable=nullable), (node,))


def presence(node: Bound, key: str) -> Subject:
    """Whether an object, array or map is there."""
    return Subject(f"present {key}", "presence", finite(1, nullable=True), (node,))


def pair(left: Bound, right: Bound, keys: tuple[str, str], strict: tuple[str, ...], *, ordered: bool) -> Subject:
    """How two scalars compare: 0 for less, 1 for equal, 2 for greater; without an order 0 for different."""
    domain = finite(3 if ordered else 2, nullable=True)
    return Subject(f"{keys[0]} ~ {keys[1]}", "pair", domain, (left, right), "ordered" if ordered else "", strict)


def sets(operator: str, left: Bound, right: Bound, keys: tuple[str, str], strict: tuple[str, ...]) -> Subject:
    """How two arrays compare as sets: 0 for no, 1 for yes."""
    return Subject(
        f"{operator}({keys[0]}, {keys[1]})", "sets", finite(2, nullable=True), (left, right), operator, strict
    )


def text(name: str, node: Bound, argument: Bound, keys: tuple[str, str], strict: tuple[str, ...]) -> Subject:
    """A predicate on strings: 0 for no, 1 for yes."""
    return Subject(f"{name}({keys[0]}, {keys[1]})", "text", finite(2, nullable=True), (node, argument), name, strict)


def items(base: Bound, base_key: str, variable: Variable, condition: Form, asked: Bound) -> Subject:
    """How many items of an array meet a condition."""
    from segkit.pql.normal.diagram import diagram  # noqa: PLC0415  diagrams are made of subjects

    where = diagram(condition)
    key = f"count({base_key})" if where == "true" else f"count({base_key} %{variable.name}% [{where}])"
    counted = Counted(base, base_key, variable, condition, asked)
    return Subject(key, "items", counting(), (base, asked), "", (), counted)


def other(node: Bound, key: str) -> Subject:
    """A condition that is true or false: 1 or 0."""
    return Subject(key, "other", finite(2, nullable=False), (node,))


def condition(subject: Subject, allowed: Set) -> Bound:
    """That a subject is in a set, which is neither empty nor all, as a bound condition."""
    if allowed.null:
        if not allowed.cuts and subject.sort in {"value", "presence"}:
            return IsNull(subject.parts[0])
        return Not(condition(subject, rest(allowed, subject.domain)))
    there = allowed == present(subject.domain.full) and subject.nullable
    match subject.sort:
        case "value":
            return Not(IsNull(subject.parts[0])) if there else _in_value(subject.parts[0], allowed, subject.domain)
        case "presence":
            return Not(IsNull(subject.parts[0]))
        case "pair":
            return _in_pair(subject, allowed, there=there)
        case "items":
            return _in_items(subject, allowed)
        case "other":
            return subject.parts[0] if allowed.cuts[0] == (1, 1, 0) else Not(subject.parts[0])
        case _:
            if there:
                return And(tuple(Not(IsNull(one)) for one in subject.parts))
            return _tested(subject, yes=allowed.cuts[0] == (1, 1, 0))


def _in_pair(subject: Subject, allowed: Set, *, there: bool) -> Bound:
    left, right = subject.parts
    if there:
        return And((Not(IsNull(left)), Not(IsNull(right))))
    outcomes = tuple(one for one in range(3) if _holds(allowed, one))
    if subject.detail:
        named: dict[tuple[int, ...], Comparison] = {
            (0,): "<",
            (1,): "=",
            (2,): ">",
            (0, 1): "<=",
            (1, 2): ">=",
            (0, 2): "!=",
        }
        return Compare(named[outcomes], left, right)
    return Compare("=" if outcomes == (1,) else "!=", left, right)


def _tested(subject: Subject, *, yes: bool) -> Bound:
    left, right = subject.parts
    name: Any = subject.detail
    if subject.sort == "text":
        return Test(name, left, right, negated=not yes)
    if name == "equal":
        return SetCompare("equal" if yes else "different", left, right)
    compared = SetCompare(name, left, right)
    return compared if yes else And((Not(IsNull(left)), Not(IsNull(right)), Not(compared)))


def _in_items(subject: Subject, allowed: Set) -> Bound:
    counted = subject.items
    if counted is None:
        message = "a subject of items knows its items"
        raise TypeError(message)
    base, asked, variable = counted.base, counted.asked, counted.variable
    every = isinstance(asked, Const) and asked.value is True
    if allowed in {Counted.some, Counted.none}:
        found: Bound = Truth(base) if every else Quantify("any", base, variable, asked)
        return found if allowed == Counted.some else Not(found)
    array = base if every else Filter(base, variable, asked, base.type)
    return _in_value(Aggregate("count", array), allowed, subject.domain)


def _in_value(node: Bound, allowed: Set, domain: Domain) -> Bound:
    """A value that is present lies in a set."""
    if domain.kind is Kind.BOOLEAN:
        yes = allowed.cuts[0] == (1, 1, 0)
        return Truth(node) if yes else Compare("=", node, Const(False, BOOLEAN))
    inside = _listed(node, allowed, domain, negated=False)
    if inside is not None:
        return inside
    outside = Set(False, tuple(sorted(set(allowed.cuts) ^ set(domain.full.cuts))))
    beside = _listed(node, outside, domain, negated=True)
    if beside is not None:
        return beside
    single: list[Cut] = []
    ranges: list[Bound] = []
    for low, high in _stretches(allowed):
        if _is_point(low, high, domain):
            single.extend((low, *((high,) if high else ())))
        else:
            ranges.append(_between(node, low, high, domain))
    listed = _listed(node, Set(False, tuple(single)), domain, negated=False) if single else None
    found = [*ranges, *([listed] if listed is not None else [])]
    return found[0] if len(found) == 1 else Or(tuple(found))


def _listed(node: Bound, allowed: Set, domain: Domain, *, negated: bool) -> Bound | None:
    """Membership in a list, where a set has nothing but single values."""
    stretches = _stretches(allowed)
    if not all(_is_point(low, high, domain) for low, high in stretches):
        return None
    constants = tuple(_constant(low[1], domain) for low, _ in stretches)
    if not constants:
        return None
    if len(constants) == 1:
        return Compare("!=" if negated else "=", node, constants[0])
    return In(node, Items(constants, array_of(constants[0].type)), negated)


def _stretches(allowed: Set) -> list[tuple[Cut, Cut | None]]:
    """Where a set begins and ends, again and again."""
    cuts = allowed.cuts
    return [(low, cuts[at + 1] if at + 1 < len(cuts) else None) for at, low in enumerate(cuts) if not at % 2]


def _is_point(low: Cut, high: Cut | None, domain: Domain) -> bool:
    if high is None or len(low) == 1:
        return False
    return high[1:2] == ((low[1] + 1,) if domain.discrete else (low[1],))


def _between(node: Bound, low: Cut, high: Cut | None, domain: Domain) -> Bound:
    tests: list[Bound] = []
    begins = domain.full.cuts[0]
    if len(low) > 1 and low != begins:
        tests.append(Compare(">" if low[2] else ">=", node, _constant(low[1], domain)))
    if high is not None:
        if domain.discrete:
            tests.append(Compare("<=", node, _constant(high[1] - 1, domain)))
        else:
            tests.append(Compare("<=" if high[2] else "<", node, _constant(high[1], domain)))
    return tests[0] if len(tests) == 1 else And(tuple(tests))


def _constant(found: Any, domain: Domain) -> Const:  # noqa: ANN401  a value of the domain
    if domain.kind is Kind.DATE:
        return Const(dt.date.fromordinal(found), DATE)
    return Const(found, _TYPES[domain.kind])


_TYPES: dict[Kind, Type] = {
    Kind.INTEGER: INTEGER,
    Kind.DOUBLE: DOUBLE,
    Kind.STRING: STRING,
    Kind.TIMESTAMP: TIMESTAMP,
}


def _holds(allowed: Set, outcome: int) -> bool:
    return bool(sum(len(cut) == 1 or cut[1] <= outcome for cut in allowed.cuts) % 2)
