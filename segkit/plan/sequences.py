"""What the elements of a chain ask of each other (`pql.md` R33 to R37), and in which form each is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.pql.bound import Compare, Const, Convert, InRange, Shift, StartOf, Variable
from segkit.pql.bound_walk import attributes, conjuncts, free, rebuild, substitute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.bound import Bound, Chain, ChainElement

StepForm = Choice["matches", "earliest", "intervals", "latest", "carried", "counted", "ranks", "pairs"]
"""How an element is found from the states before it.

- `matches`: the first element, every event that matches.
- `earliest`: any match after the earliest state.
- `intervals`: each state allows an interval of instants; a match is checked against the interval that reaches farthest.
- `latest`: of the states before a match the latest alone can matter.
- `carried`: of the states before a match the best earlier instant is carried along.
- `counted`: matches are counted and one is chosen, for the one state of a profile.
- `ranks`: the same for many states, by the matches' numbers.
- `pairs`: every state beside every match, which grows with the square of a profile's matches.
"""


def admits_none(element: ChainElement) -> bool:
    """Whether no event at all satisfies an element's count, so that it may stand for nothing.

    An element that stands for nothing is no neighbour (`D`): what is negated beside it reaches to the next one that
    stands for an event.
    """
    if element.negated:
        return False
    return {">=": element.number <= 0, "=": element.number == 0, "<=": element.number >= 0}[element.comparison]


def is_counted(element: ChainElement) -> bool:
    """Whether the events after the element before it fix an element's event."""
    return element.counted or element.comparison != ">=" or element.number != 1


def holds_without_events(chain: Chain) -> bool:
    """Whether a profile with no matching event satisfies a chain."""
    return all(one.negated or admits_none(one) for one in chain.elements)


def instant_of(chain: Chain, element: ChainElement) -> Bound:
    """The instant of the event that an element looks at."""
    return substitute(chain.instant, {chain.variable.name: element.variable})


def renamed(node: Bound, instant: Bound, own: Bound) -> Bound:
    """A condition with the event's own instant read as another value."""
    return own if node == instant else rebuild(node, lambda one: renamed(one, instant, own))


def relations_of(chain: Chain, index: int) -> tuple[list[Bound], list[Bound]]:
    """An element's conditions on its event alone, and those that read the instants of earlier elements.

    A range is told apart into its ends, of which one may be of the event alone. That an event is not before an earlier
    element is so already, and left out.
    """
    element = chain.elements[index]
    instant = instant_of(chain, element)
    moments = {one.moment.name: one for one in chain.elements}
    local: list[Bound] = []
    related: list[Bound] = []
    for one in (*conjuncts(element.what), *(() if element.when is None else conjuncts(element.when))):
        for each in _ends(one) if free(one) & moments.keys() else [one]:
            match each:
                case InRange(subject=subject, low=Variable(name=name), high=None) if (
                    subject == instant and name in moments and not admits_none(moments[name])
                ):
                    continue
            (related if free(each) & moments.keys() else local).append(each)
    return local, related


def _ends(node: Bound) -> list[Bound]:
    """A range as its two ends; both must hold, and a missing one makes it false either way."""
    if not isinstance(node, InRange) or node.low is None or node.high is None:
        return [node]
    low = InRange(node.subject, node.low, node.low_included, None, False, span=node.span)
    return [low, InRange(node.subject, None, False, node.high, node.high_included, span=node.span)]


def held_moments(chain: Chain, index: int) -> tuple[str, ...]:
    """The moments of elements up to this one that conditions still to be checked after it refer to."""
    elements = chain.elements
    later = {name for one in _checked(elements, index) for each in relations_of(chain, one)[1] for name in free(each)}
    return tuple(one.moment.name for one in elements[: index + 1] if one.moment.name in later and not one.negated)


def _checked(elements: Sequence[ChainElement], index: int) -> list[int]:
    """The elements that are checked after this one is found."""
    checked = [*range(index + 1, len(elements))]
    while index >= 0 and (elements[index].negated or admits_none(elements[index])):
        # A negated element before one that may stand for nothing is checked after it too.
        if elements[index].negated:
            checked.append(index)
        index -= 1
    return checked


@dataclass(frozen=True, slots=True)
class Edge:
    """An end of the interval that earlier elements allow for an event's instant."""

    at: Bound
    included: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The interval that earlier elements allow for an event's instant: all of these ends hold."""

    low: tuple[Edge, ...] = ()
    high: tuple[Edge, ...] = ()


def reach_of(chain: Chain, index: int) -> Reach | None:
    """What an element asks of earlier ones as an interval; None where it asks for more than that."""
    element = chain.elements[index]
    instant = instant_of(chain, element)
    moments = {one.moment.name for one in chain.elements}
    reach = Reach()
    for one in relations_of(chain, index)[1]:
        lows: list[Edge]
        highs: list[Edge]
        match one:
            case InRange(subject=subject, low=low, high=None) if subject == instant and low is not None:
                lows, highs = [Edge(low, one.low_included)], []
            case InRange(subject=subject, low=None, high=high) if subject == instant and high is not None:
                lows, highs = [], [Edge(high, one.high_included)]
            case Compare(operator="=", left=left, right=right) if instant in {left, right}:
                edge = Edge(right if left == instant else left, included=True)
                lows, highs = [edge], [edge]
            case _:
                return None
        if any(not free(each.at) <= moments or attributes(each.at) for each in (*lows, *highs)):
            return None
        reach = Reach((*reach.low, *lows), (*reach.high, *highs))
    return reach


def needs_pairs(chain: Chain) -> bool:
    """Whether an element asks more of earlier ones than an interval of instants."""
    return any(reach_of(chain, index) is None for index in range(len(chain.elements)))


@dataclass(frozen=True, slots=True)
class Pending:
    """A negated element that waits for its right neighbour; with a guard only in the states that say so."""

    index: int
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """How one element that is not negated is found.

    Parameters
    ----------
    index
        The element.
    form
        The form it takes.
    pending
        What must not come between it and its left neighbour.
    before, after
        The moments that the states carry before and after it.
    waiting
        What still waits for a neighbour after it, in the states in which it stands for nothing.
    is_open
        Whether the states before it may not have reached any event yet.
    collapses
        Whether the earliest instant alone can matter afterwards.
    descends
        For `carried`, whether the latest earlier instant is the best.
    single
        Whether a profile has one state at most before it.
    rises
        For `intervals`, whether a later state's interval ends later too, and begins later.
    """

    index: int
    form: StepForm
    pending: tuple[Pending, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    waiting: tuple[Pending, ...]
    is_open: bool
    collapses: bool
    descends: bool = False
    single: bool = False
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A chain's steps, what must not follow the last, and whether a profile starts without any event."""

    steps: tuple[Step, ...]
    pending: tuple[Pending, ...]
    starts_open: bool
    ends_open: bool


def steps_of(chain: Chain) -> Course:
    """The form of each element of a chain that has one that is not negated."""
    elements = chain.elements
    first = next(index for index, one in enumerate(elements) if not one.negated)
    starts_open = is_open = first > 0 or admits_none(elements[first])
    pending: tuple[Pending, ...] = ()
    before: tuple[str, ...] = ()
    previous: int | None = None
    single = True
    made: list[Step] = []
    for index, element in enumerate(elements):
        if element.negated:
            pending = (*pending, Pending(index))
            continue
        absent = admits_none(element)
        after = held_moments(chain, index)
        waiting = tuple(replace(one, guarded=True) for one in pending) if absent else ()
        step = Step(index, "pairs", pending, before, after, waiting, is_open, _collapses(chain, index, after))
        step = _formed(chain, step, previous, single=single, has_states=starts_open or previous is not None)
        made.append(step)
        single = step.collapses and not after if not is_counted(element) else single
        is_open = is_open and absent
        pending, before, previous = waiting, after, index
    return Course(tuple(made), pending, starts_open, is_open)


def _collapses(chain: Chain, index: int, after: tuple[str, ...]) -> bool:
    """Whether the earliest instant of this element alone can matter."""
    element, elements = chain.elements[index], chain.elements
    if element.moment.name in after or admits_none(element):
        return False
    if index + 1 == len(elements):
        return True
    following = elements[index + 1]
    if following.negated or following.comparison != ">=" or following.number < 1:
        return False
    # A counted element stands for one event, fixed by the one before; a free one may be any later match.
    return not following.counted or _collapses(chain, index + 1, held_moments(chain, index + 1))


def _formed(chain: Chain, step: Step, previous: int | None, *, single: bool, has_states: bool) -> Step:
    element = chain.elements[step.index]
    own = reach_of(chain, step.index)
    bounds = [own, *(reach_of(chain, one.index) for one in step.pending)]
    related = bool(relations_of(chain, step.index)[1])
    if is_counted(element):
        if not related and not step.pending and single:
            return replace(step, form="counted")
        return replace(step, form="pairs" if None in bounds else "ranks")
    extras = [one for one in step.after if one != element.moment.name]
    if not has_states:
        return replace(step, form="matches")
    step = replace(step, single=single)
    if not related and not step.pending and not extras:
        return replace(step, form="earliest")
    if own is None or None in bounds or len(extras) > 1:
        return step
    if not extras:
        return replace(step, form="intervals", rises=_follows(chain, step, own, previous))
    better = _better(chain, step.index, extras[0])
    if better is None:
        return step
    if not own.high and not step.pending:
        return replace(step, form="carried", descends=better == "later")
    before = None if previous is None else chain.elements[previous]
    if (
        better == "later"
        and before is not None
        and step.before == (before.moment.name,) == (extras[0],)
        and not admits_none(before)
        and not any(one.guarded for one in step.pending)
        and all(_rises(each.at) for reach in bounds if reach is not None for each in (*reach.low, *reach.high))
        and all(reach is None or not reach.high for reach in bounds[1:])
    ):
        return replace(step, form="latest")
    return step


def _follows(chain: Chain, step: Step, own: Reach, previous: int | None) -> bool:
    """Whether both ends of the interval follow the one instant that the states before the element carry."""
    before = None if previous is None else chain.elements[previous]
    return (
        before is not None
        and not admits_none(before)
        and not step.pending
        and not step.is_open
        and set(step.before) <= {before.moment.name}
        and not own.low
        and all(_rises(each.at) for each in own.high)
    )


def _better(chain: Chain, index: int, moment: str) -> Choice["earlier", "later"] | None:
    """Whether an earlier or a later instant of an element leaves more to all that is still to be checked."""
    found: set[Choice["earlier", "later"]] = set()
    if any(one.moment.name == moment and admits_none(one) for one in chain.elements):
        return None
    for one in _checked(chain.elements, index):
        if not any(moment in free(each) for each in relations_of(chain, one)[1]):
            continue
        reach = reach_of(chain, one)
        if reach is None:
            return None
        for each in (*reach.low, *reach.high):
            if moment not in free(each.at):
                continue
            if not _rises(each.at):
                return None
            wide = each in reach.high
            # What must not come is the other way round: the less it reaches, the better.
            found.add("later" if wide is not chain.elements[one].negated else "earlier")
            if each in reach.high and each in reach.low:
                return None
    return found.pop() if len(found) == 1 else None


def _rises(node: Bound) -> bool:
    """Whether a later instant never makes this an earlier one."""
    match node:
        case Variable():
            return True
        case Shift(instant=inner, count=Const()) | StartOf(instant=inner) | Convert(value=inner):
            return _rises(inner)
        case _:
            return False
