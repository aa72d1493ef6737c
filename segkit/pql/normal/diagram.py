"""Decision diagrams: one text for all forms that hold for the same values of their subjects.

Subjects are asked in the order of their keys; each step splits the values of one into parts that lead on differently.
A subject that changes nothing is not asked, equal steps are one. So the diagram depends on what a form says and not on
how it is put: factoring, distributing, absorbing and De Morgan all come out the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.normal.forms import FALSE, TRUE, All, Form, Leaf, Some, all_of, any_of, leaf, leaves
from segkit.pql.normal.sets import Set, join, meet, rest

if TYPE_CHECKING:
    from segkit.pql.normal.subjects import Subject

_MOST_SUBJECTS = 40
_MOST_STEPS = 400

_NO, _YES = 0, 1
Step = tuple[int, tuple[tuple[Set, int], ...]]


class _TooLargeError(Exception):
    """A diagram that would take too long."""


def diagram(form: Form) -> str:
    """What a form says, as a text.

    A form that is too involved for one diagram is the list of its parts that have no subject in common, and one that
    cannot be taken apart keeps its own text: equal ones are still equal, and two ways of writing it may then be told
    apart.
    """
    if form in {TRUE, FALSE} or isinstance(form, Leaf):
        return form.key
    subjects = {one.subject.key: one.subject for one in leaves(form)}
    if len(subjects) <= _MOST_SUBJECTS:
        try:
            return _Diagram([subjects[key] for key in sorted(subjects)]).text(form)
        except _TooLargeError:
            pass
    parts = _apart(form)
    if len(parts) == 1:
        return form.key
    return f"{'&' if isinstance(form, All) else '|'}({', '.join(sorted(diagram(one) for one in parts))})"


def _apart(form: All | Some) -> list[Form]:
    """The parts of an `and` or `or` in groups that have no subject in common."""
    groups: list[tuple[set[str], list[Form]]] = []
    for one in form.items:
        about = {part.subject.key for part in leaves(one)}
        items = [one]
        for group in [group for group in groups if group[0] & about]:
            groups.remove(group)
            about |= group[0]
            items = [*group[1], *items]
        groups.append((about, items))
    if len(groups) == 1:
        return [form]
    return [(all_of if isinstance(form, All) else any_of)(items) for _, items in groups]


class _Diagram:
    def __init__(self, subjects: list[Subject]) -> None:
        self.subjects = subjects
        self.rank = {one.key: at for at, one in enumerate(subjects)}
        self.steps: list[Step] = [(len(subjects), ()), (len(subjects), ())]
        self.known: dict[Step, int] = {}
        self.done: dict[tuple[bool, int, int], int] = {}

    def text(self, form: Form) -> str:
        root = self.build(form)
        if root in {_NO, _YES}:
            return "true" if root else "false"
        rank, edges = self.steps[root]
        if all(to in {_NO, _YES} for _, to in edges):
            return next(leaf(self.subjects[rank], part).key for part, to in edges if to == _YES)
        numbers: dict[int, int] = {_NO: _NO, _YES: _YES}
        order: list[int] = []
        stack = [root]
        while stack:
            at = stack.pop()
            if at in numbers:
                continue
            numbers[at] = len(numbers)
            order.append(at)
            stack.extend(target for _, target in reversed(self.steps[at][1]))
        lines = []
        for at in order:
            rank, edges = self.steps[at]
            shown = " ".join(f"{'?' * one.null}{one.cuts!r}>{numbers[target]}" for one, target in edges)
            lines.append(f"{numbers[at]} {self.subjects[rank].key}: {shown}")
        return "\n".join(lines)

    def build(self, form: Form) -> int:
        if isinstance(form, Leaf):
            subject = form.subject
            edges = [(form.allowed, _YES), (rest(form.allowed, subject.domain), _NO)]
            return self.step(self.rank[subject.key], edges)
        keep = isinstance(form, All)
        made = sorted((self.build(one) for one in form.items), key=lambda at: -self.steps[at][0])
        found = _YES if keep else _NO
        for one in made:
            found = self.both(one, found, keep=keep)
        return found

    def both(self, one: int, other: int, *, keep: bool) -> int:
        """`and` or `or` of two steps."""
        absorbing, neutral = (_NO, _YES) if keep else (_YES, _NO)
        if absorbing in {one, other}:
            return absorbing
        if one in {other, neutral}:
            return other
        if other == neutral:
            return one
        asked = (keep, one, other) if one < other else (keep, other, one)
        if asked not in self.done:
            if len(self.done) > _MOST_STEPS:
                raise _TooLargeError
            self.done[asked] = self._split(one, other, keep=keep)
        return self.done[asked]

    def _split(self, one: int, other: int, *, keep: bool) -> int:
        (rank, edges), (later, others) = self.steps[one], self.steps[other]
        if rank > later:
            return self._split(other, one, keep=keep)
        if rank < later:
            return self.step(rank, [(part, self.both(to, other, keep=keep)) for part, to in edges])
        pairs = [(meet(part, more), to, on) for part, to in edges for more, on in others]
        return self.step(rank, [(part, self.both(to, on, keep=keep)) for part, to, on in pairs if not part.is_empty])

    def step(self, rank: int, edges: list[tuple[Set, int]]) -> int:
        parts: dict[int, Set] = {}
        for part, to in edges:
            parts[to] = join(parts[to], part) if to in parts else part
        if len(parts) == 1:
            return next(iter(parts))
        made = (rank, tuple(sorted(((part, to) for to, part in parts.items()), key=lambda edge: _first(edge[0]))))
        if made not in self.known:
            self.known[made] = len(self.steps)
            self.steps.append(made)
        return self.known[made]


def _first(part: Set) -> tuple[bool, tuple[object, ...]]:
    """Where a part begins: parts of one subject begin at different places."""
    return not part.null, part.cuts[:1]
