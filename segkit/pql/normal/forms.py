"""Conditions as `and` and `or` of leaves, simplified as they are put together.

There is no `not`: a leaf says which values of its subject it lets through, and its negation lets through the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from segkit.pql.normal.sets import Set, join, meet, rest, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segkit.pql.normal.subjects import Subject


@dataclass(frozen=True, slots=True)
class Leaf:
    """A subject's value is in a set; never in none or in all of its domain."""

    subject: Subject
    allowed: Set
    key: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class All:
    """Every one holds, in the order of their keys; of none, that is true."""

    items: tuple[Form, ...]
    key: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Some:
    """At least one holds, in the order of their keys; of none, that is false."""

    items: tuple[Form, ...]
    key: str = field(compare=False, default="")


Form = Leaf | All | Some

TRUE: Final = All((), "true")
FALSE: Final = Some((), "false")


def leaf(subject: Subject, allowed: Set) -> Form:
    """A condition on a subject; the constant where it is always or never met."""
    if allowed.is_empty:
        return FALSE
    if allowed == subject.domain.full:
        return TRUE
    return Leaf(subject, allowed, f"{subject.key} ∈ {_shown(allowed)}")


def negation(form: Form) -> Form:
    """What holds exactly where a form does not."""
    match form:
        case Leaf(subject=subject, allowed=allowed):
            return leaf(subject, rest(allowed, subject.domain))
        case All(items=items):
            return any_of(negation(one) for one in items)
        case Some(items=items):
            return all_of(negation(one) for one in items)


def all_of(items: Iterable[Form]) -> Form:
    """`and`."""
    return _connected(tuple(items), keep=True)


def any_of(items: Iterable[Form]) -> Form:
    """`or`."""
    return _connected(tuple(items), keep=False)


def choice(condition: Form, then: Form, otherwise: Form) -> Form:
    """One of two forms."""
    return any_of((all_of((condition, then)), all_of((negation(condition), otherwise))))


def leaves(form: Form) -> list[Leaf]:
    """All leaves below."""
    found: list[Leaf] = []
    stack: list[Form] = [form]
    while stack:
        one = stack.pop()
        if isinstance(one, Leaf):
            found.append(one)
        else:
            stack.extend(one.items)
    return found


def _connected(items: Sequence[Form], *, keep: bool) -> Form:
    """`and` when constants that are true may be left out, else `or`."""
    neutral, absorbing = (TRUE, FALSE) if keep else (FALSE, TRUE)
    kind = All if keep else Some
    found: dict[str, list[Leaf]] = {}
    nested: dict[str, Form] = {}
    stack = list(reversed(items))
    while stack:
        one = stack.pop()
        if one == absorbing:
            return absorbing
        if isinstance(one, kind):
            stack.extend(reversed(one.items))
        elif isinstance(one, Leaf):
            found.setdefault(one.subject.key, []).append(one)
        else:
            nested[one.key] = one
    single: dict[str, Leaf] = {}
    for key, about in found.items():
        both = about[0] if len(about) == 1 else leaf(about[0].subject, _together(about, keep=keep))
        if not isinstance(both, Leaf):
            return absorbing
        single[key] = both
    if len(single) > 1:
        if _drop_implied(single, keep=keep):
            again = [leaf(one.subject, one.allowed) for one in single.values()]
            return _connected((*again, *nested.values()), keep=keep)
        merged = _merged(list(single.values()), keep=keep)
        if merged is not None:
            return _connected((*merged, *nested.values()), keep=keep)
    changed = False
    known = {key: one.allowed if keep else rest(one.allowed, one.subject.domain) for key, one in single.items()}
    for key, one in list(nested.items()):
        less = _assuming(one, known) if known else one
        if less is not one:
            changed = True
            nested[key] = less
    if changed:
        return _connected((*single.values(), *nested.values()), keep=keep)
    made: list[Form] = [*single.values(), *_absorbed(list(nested.values()))]
    if not made:
        return neutral
    if len(made) == 1:
        return made[0]
    factored = None if single else _factored(made, keep=keep)
    if factored is not None:
        return factored
    made.sort(key=lambda one: one.key)
    return kind(tuple(made), f"{'&' if keep else '|'}({', '.join(one.key for one in made)})")


def _together(about: list[Leaf], *, keep: bool) -> Set:
    """What several leaves about one subject let through, in pairs, and pairs of these."""
    sets = [one.allowed for one in about]
    combine = meet if keep else join
    while len(sets) > 1:
        pairs = [combine(one, other) for one, other in zip(sets[::2], sets[1::2], strict=False)]
        sets = [*pairs, *sets[len(pairs) * 2 :]]
    return sets[0]


def _drop_implied(single: dict[str, Leaf], *, keep: bool) -> bool:
    """Settle what is absent: a comparison is where one of its sides is.

    In an `and`, that a value is present says nothing beside a comparison of it that is not met where it is absent; and
    beside sides that are present such a comparison is never absent. In an `or` all this is turned round. Tells whether
    a leaf has to be put together anew.
    """
    changed = False
    for key, one in list(single.items()):
        strict = one.subject.strict
        if (
            strict
            and one.allowed.null is keep
            and all(at in single and single[at].allowed.null is not keep for at in strict)
        ):
            single[key] = Leaf(one.subject, Set(not keep, one.allowed.cuts), one.key)
            changed = True
    implied = {key for one in single.values() if one.allowed.null is not keep for key in one.subject.strict}
    for one in single.values():
        items = one.subject.items
        if items is not None and within(items.none, one.allowed) is not keep:
            implied.add(f"present {items.base_key}")
    for key, one in list(single.items()):
        full = one.subject.domain.full
        if key in implied and full.null and one.allowed == (Set(False, full.cuts) if keep else Set(True, ())):
            del single[key]
    return changed


def _merged(single: list[Leaf], *, keep: bool) -> list[Form] | None:
    """Questions whether the same array has some item, as one question; None where there are no two."""
    groups: dict[str, list[Leaf]] = {}
    for one in single:
        items = one.subject.items
        if items is not None and one.allowed == (items.none if keep else items.some):
            groups.setdefault(items.base_key, []).append(one)
    if all(len(one) < 2 for one in groups.values()):
        return None
    found: list[Form] = [one for one in single if not any(one in group for group in groups.values())]
    for group in groups.values():
        first = group[0].subject.items
        if len(group) == 1 or first is None:
            found.extend(group)
            continue
        condition = any_of(one.subject.items.condition for one in group if one.subject.items is not None)
        found.append(leaf(first.asking(condition), group[0].allowed))
    return found


def _assuming(form: Form, known: dict[str, Set]) -> Form:
    """A form where some subjects are known to have a value in a set; the same object when that says nothing."""
    if isinstance(form, Leaf):
        held = known.get(form.subject.key)
        if held is None:
            return form
        if within(held, form.allowed):
            return TRUE
        return FALSE if meet(held, form.allowed).is_empty else form
    items = tuple(_assuming(one, known) for one in form.items)
    if all(a is b for a, b in zip(items, form.items, strict=True)):
        return form
    return all_of(items) if isinstance(form, All) else any_of(items)


def _absorbed(nested: list[Form]) -> list[Form]:
    """Nested forms without those that another one makes superfluous: `(a or b) and (a or b or c)`."""
    if len(nested) < 2:
        return nested
    parts = [{one.key for one in form.items} if not isinstance(form, Leaf) else {form.key} for form in nested]
    return [
        form
        for at, form in enumerate(nested)
        if not any(parts[other] < parts[at] for other in range(len(nested)) if other != at)
    ]


def _factored(made: list[Form], *, keep: bool) -> Form | None:
    """What all parts of an `or` have in common, once before it: `(a and b) or (a and c)`; in an `and` turned round."""
    parts = [{part.key: part for part in one.items} if not isinstance(one, Leaf) else {} for one in made]
    common = set(parts[0]).intersection(*parts[1:])
    if not common:
        return None
    outer, inner = (any_of, all_of) if keep else (all_of, any_of)
    rest_of = [outer([part for key, part in sorted(one.items()) if key not in common]) for one in parts]
    return outer([*(parts[0][key] for key in sorted(common)), inner(rest_of)])


def _shown(allowed: Set) -> str:
    null = "?" if allowed.null else ""
    return null + " ".join("-" if len(cut) == 1 else f"{cut[1]!r}{'+' if cut[2] else ''}" for cut in allowed.cuts)
