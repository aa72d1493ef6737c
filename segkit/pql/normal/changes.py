"""What changed between two rules, condition by condition, in the words in which they were written.

Conditions are compared by what they say: one that is written otherwise has stayed. Conditions on one value that say
something else, such as a threshold, have changed; an `or` that shares alternatives with another is looked into.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.pql.bound import And, Not, Or
from segkit.pql.bound_walk import walk
from segkit.pql.normal.diagram import diagram
from segkit.pql.normal.forms import Leaf, all_of, any_of, leaves
from segkit.pql.normal.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.binder import BoundExpression
    from segkit.pql.bound import Bound
    from segkit.pql.normal.forms import Form

Kind = Choice["stayed", "changed", "came", "went"]
Connector = Choice["and", "or"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one condition.

    Parameters
    ----------
    kind
        `stayed`, `changed`, `came` or `went`.
    before, after
        The condition as it was written; None where there is none.
    parts
        What became of the alternatives of an `or`, or of the conditions of an `and`, inside of one that changed.
    connector
        How the parts are joined.
    """

    kind: Kind
    before: str | None
    after: str | None
    parts: tuple[Change, ...] = ()
    connector: Connector = "and"


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two rules.

    Parameters
    ----------
    same
        Whether they say the same, however they are written.
    conditions
        Every condition of both, in the order of the later rule, then those that went.
    connector
        How the conditions are joined.
    """

    same: bool
    conditions: tuple[Change, ...]
    connector: Connector = "and"


@dataclass(slots=True)
class _Piece:
    """A condition, how it was written and what it says."""

    words: str
    form: Form
    node: Bound
    key: str = field(init=False)

    def __post_init__(self) -> None:
        self.key = diagram(self.form)


def changes(before: BoundExpression, after: BoundExpression) -> Changes:
    """What changed from one rule to another; their expressions know their texts."""
    one, other = (_Side(side.expression.text, side.condition) for side in (before, after))
    old, new = before.condition, after.condition
    connector: Connector = "or" if isinstance(old, Or) and isinstance(new, Or) else "and"
    same = diagram(one.reader.condition(old)) == diagram(other.reader.condition(new))
    found = _compared(one.pieces(old, connector), other.pieces(new, connector), connector, (one, other))
    if same and any(change.kind != "stayed" for change in found):
        # the same by more than one condition at a time
        found = (Change("stayed", one.words(old), other.words(new)),)
    return Changes(same, found, connector)


class _Side:
    """One of the two rules: its text, and the pieces of its conditions."""

    def __init__(self, text: str, root: Bound) -> None:
        self.text = text
        self.root = root
        # `isNotNull` is a negation too, and says so itself
        self.written = {id(one) for one in walk(root)}
        self.reader = Reader()

    def words(self, node: Bound) -> str:
        """What was written, on one line."""
        if isinstance(node, Not) and node.span == node.item.span and id(node) not in self.written:
            return f"not ({self.words(node.item)})"
        start, end = node.span.start, node.span.end
        return " ".join(self.text[start:end].split()) or " ".join(self.text.split())

    def pieces(self, node: Bound, connector: Connector) -> list[_Piece]:
        found: list[_Piece] = []
        stack = [node]
        while stack:
            one = stack.pop()
            parts = _parts(one, connector)
            if parts:
                stack.extend(reversed(parts))
            else:
                found.append(_Piece(self.words(one), self.reader.condition(one), one))
        return found


def _parts(node: Bound, connector: Connector) -> tuple[Bound, ...]:
    """The conditions that a condition is put together of by `and` (or `or`); those of a segment stay together."""
    kind, dual = (And, Or) if connector == "and" else (Or, And)
    match node:
        case And(items=items) | Or(items=items) if isinstance(node, kind):
            return () if all(one.span == node.span for one in items) else items
        case Not(item=And(items=items) | Or(items=items) as inner) if isinstance(inner, dual):
            return (
                () if all(one.span == inner.span for one in items) else tuple(Not(one, span=one.span) for one in items)
            )
        case Not(item=Not(item=inner)):
            return (inner,)
        case _:
            return ()


def _compared(
    old: list[_Piece], new: list[_Piece], connector: Connector, sides: tuple[_Side, _Side]
) -> tuple[Change, ...]:
    became: dict[int, Change] = {}
    gone = list(old)
    left: list[_Piece] = []
    for piece in new:
        twin = next((one for one in gone if one.key == piece.key), None)
        if twin is None:
            left.append(piece)
            continue
        gone.remove(twin)
        became[id(piece)] = Change("stayed", twin.words, piece.words)
    for closely in (True, False):
        for piece in list(left):
            ours = [one for one in left if _alike(one, piece, closely=closely)]
            theirs = [one for one in gone if _alike(one, piece, closely=closely)]
            # several conditions on the events of one kind or another are not one that changed
            if piece not in left or not theirs or (not closely and (len(ours), len(theirs)) != (1, 1)):
                continue
            left = [one for one in left if one not in ours]
            gone = [one for one in gone if one not in theirs]
            became[id(ours[0])] = _pair(theirs, ours, connector, sides)
    order = {id(piece): at for at, piece in enumerate(new)}
    for piece in left:
        became[id(piece)] = Change("came", None, piece.words)
    found = [became[at] for at in sorted(became, key=lambda at: order[at])]
    return (*found, *(Change("went", piece.words, None) for piece in gone))


def _pair(old: list[_Piece], new: list[_Piece], connector: Connector, sides: tuple[_Side, _Side]) -> Change:
    """Conditions that take the place of others."""
    join, word = (all_of, " and ") if connector == "and" else (any_of, " or ")
    before, after = word.join(one.words for one in old), word.join(one.words for one in new)
    if diagram(join(one.form for one in old)) == diagram(join(one.form for one in new)):
        return Change("stayed", before, after)
    inner: Connector = "or" if connector == "and" else "and"
    if len(old) == len(new) == 1 and all(_parts(one.node, inner) for one in (*old, *new)):
        one, other = sides
        parts = _compared(one.pieces(old[0].node, inner), other.pieces(new[0].node, inner), inner, sides)
        return Change("changed", before, after, parts, inner)
    return Change("changed", before, after)


def _alike(one: _Piece, other: _Piece, *, closely: bool) -> bool:
    """Whether two conditions are about one thing: a value, the items of an array, some of the same alternatives."""
    if one is other:
        return True
    ours, theirs = _about(one.form, closely=closely), _about(other.form, closely=closely)
    if isinstance(one.form, Leaf) and isinstance(other.form, Leaf):
        return bool(ours & theirs)
    shared = {part.key for part in _items(one.form)} & {part.key for part in _items(other.form)}
    return bool(shared) or (ours == theirs and bool(ours))


def _about(form: Form, *, closely: bool) -> set[str]:
    """What the leaves of a form are about; less closely, of some of an array's items the array."""
    found: set[str] = set()
    for one in leaves(form):
        subject = one.subject
        match subject.sort:
            case "items" if subject.items is not None and not closely:
                found.add(subject.items.base_key)
            case "pair" | "text" | "sets":
                found.add(subject.strict[0] if subject.strict else subject.key)
            case _:
                found.add(subject.key)
    return found


def _items(form: Form) -> tuple[Form, ...]:
    return () if isinstance(form, Leaf) else form.items


def outlined(conditions: Sequence[Change], kind: Kind) -> list[str]:
    """The words of the conditions of a kind, those inside of others too; of what changed, as they are now."""
    found: list[str] = []
    for one in conditions:
        if one.kind == kind and not one.parts:
            found.append(one.after or one.before or "")
        found.extend(outlined(one.parts, kind))
    return found
