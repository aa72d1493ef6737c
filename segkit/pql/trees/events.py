"""The parts of `pql/json` that are no values of their own: tails of `occurs`, elements of chains, clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from segkit.pql.tree import (
    Between,
    Boolean,
    Chain,
    Clause,
    Count,
    Distance,
    Element,
    Node,
    Occurs,
    Side,
    Tail,
    Within,
)
from segkit.pql.trees import literals, vocabulary
from segkit.pql.trees.vocabulary import WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal as Choice

    from segkit.pql.tree import Comparison, Direction
    from segkit.pql.trees.reading import Reader
    from segkit.pql.trees.scopes import Scope
    from segkit.pql.trees.source import Path

_RELATIONS: Final = ("before", "after", "within", "between")
_MOST: Final = 2**63 - 1


def occurs(reader: Reader, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
    """`T occurs …`."""
    subject = reader.node(*reader.part(document, "timestamp", path), scope)
    return Occurs(subject, tail(reader, document, path, scope))


def tail(reader: Reader, document: Mapping[str, object], path: Path, scope: Scope) -> Tail:
    """What stands behind the word `occurs`."""
    reference = reader.node(*reader.part(document, "timeinterval", path), scope)
    relation = literals.word(reader, document, "relation", path, "TimeDirection", known=_RELATIONS)
    qualification = document.get("qualification")
    if relation in {"within", "between"}:
        if qualification is not None:
            message = f"a distance lies before or after a point in time, not {relation} it"
            reader.source.fail("bad-key", message, (*path, "qualification"))
        if relation == "within":
            return Within(reference)
        return Between(reference, reader.node(*reader.part(document, "endTimeinterval", path), scope))
    direction = cast("Direction", relation)
    if qualification is None:
        return Side(direction, reference)
    at = (*path, "qualification")
    found = reader.mapping(qualification, at, "a qualification")
    compared = literals.word(reader, found, "comparison", at, "Comparison", known=vocabulary.COMPARISONS)
    value, place = reader.part(found, "duration", at)
    duration = reader.mapping(value, place, "a duration")
    number, where = literals.typed(reader, duration, "count", place, "Integer")
    count = reader.bounded(number, where, least=0, most=_MOST)
    named, where = literals.typed(reader, duration, "unit", place, "TimeUnit")
    if not isinstance(named, str):
        reader.source.fail("bad-literal", f"a unit of time is a text, not {reader.given(named)}", where)
    unit = literals.unit(reader, named, where)
    return Distance(cast("Comparison", compared), count, unit, direction, reference)


def clause(reader: Reader, value: object, path: Path, scope: Scope) -> tuple[Clause, Scope]:
    """`V from A where C`, and the scope behind it."""
    document = reader.mapping(value, path, "a variable")
    kind = document.get("nodeType", "varDecl")
    if kind != "varDecl":
        message = f"a variable is a `varDecl`, not {reader.given(kind)}"
        reader.source.fail("unknown-node", message, (*path, "nodeType"))
    name = reader.name(document, "varName", path)
    source = reader.node(*reader.part(document, "from", path), scope)
    inside = scope.having([name])
    condition = document.get("where")
    read = None if condition is None else reader.node(condition, (*path, "where"), inside)
    return Clause(name, source, read), inside


def chain(reader: Reader, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
    """`chain(ARRAY, TIMESTAMP_FIELD, [elements])`."""
    array = reader.node(*reader.part(document, "array", path), scope)
    timestamp = _over_event(reader, document, "timestampField", path, scope)
    named: list[str] = []
    elements: list[Element] = []
    for value, at in reader.parts(document, "elements", path, least=1):
        one = _element(reader, value, at, scope, named)
        elements.append(one)
        if not one.negated:
            named.append(one.name)
    return Chain(array, timestamp, tuple(elements))


def _element(reader: Reader, value: object, path: Path, scope: Scope, named: Sequence[str]) -> Element:
    document = reader.mapping(value, path, "an element of a chain")
    name = reader.name(document, "name", path)
    negated = document.get("negated", False)
    if not isinstance(negated, bool):
        reader.source.fail("bad-key", f"`negated` is true or false, not {reader.given(negated)}", (*path, "negated"))
    what: Node | None = _over_event(reader, document, "what", path, scope)
    if what == Boolean(value=True) and not _is_noted(document):
        what = None
    when = document.get("when")
    moment = None if when is None else _when(reader, when, (*path, "when"), scope, named)
    count = document.get("count")
    counted = None if count is None else _count(reader, count, (*path, "count"))
    return Element(name, what, moment, counted, negated)


def _is_noted(element: Mapping[str, object]) -> bool:
    """Whether the condition `true` was written as such, and not as `WHAT(*)`."""
    function = cast("Mapping[str, Mapping[str, object]]", element["what"])
    return WRITTEN in function["body"]


def _over_event(reader: Reader, document: Mapping[str, object], key: str, path: Path, scope: Scope) -> Node:
    """The body of a lambda over the event."""
    function, at, names = _function(reader, *reader.part(document, key, path))
    if len(names) > 1:
        reader.source.fail("bad-key", f"the lambda of `{key}` has one variable, the event", (*at, "varNames"))
    return reader.node(*reader.part(function, "body", at), scope.within(names[0]))


def _when(reader: Reader, value: object, path: Path, scope: Scope, named: Sequence[str]) -> Tail:
    """A lambda over the timestamp of the event, in which the elements before have names."""
    function, at, names = _function(reader, value, path)
    body, place = reader.part(function, "body", at)
    document = reader.mapping(body, place, "a node")
    if document.get("nodeType") != "occurs":
        reader.source.fail("bad-key", "the body of `when` is an `occurs`", (*place, "nodeType"))
    subject, where = reader.part(document, "timestamp", place)
    found = reader.mapping(subject, where, "a node")
    if found.get("nodeType") != "varRef" or found.get("varName") != names[0]:
        message = f"`when` asks about the timestamp of the event, the variable `{names[0]}`"
        reader.source.fail("bad-key", message, where)
    if len(names) > 2:
        message = "the lambda of `when` has the timestamp for a variable, and may have the event"
        reader.source.fail("bad-key", message, (*at, "varNames"))
    event = names[1] if len(names) == 2 else ""
    return tail(reader, document, place, scope.within(event).having(named))


def _function(reader: Reader, value: object, path: Path) -> tuple[Mapping[str, object], Path, tuple[str, ...]]:
    document = reader.mapping(value, path, "a node")
    kind = document.get("nodeType")
    if kind != "lambda":
        message = f"this is a `lambda`, not {reader.given(kind)}"
        reader.source.fail("unknown-node", message, (*path, "nodeType"))
    return document, path, reader.names(document, path)


def _count(reader: Reader, value: object, path: Path) -> Count:
    document = reader.mapping(value, path, "`count`")
    compared = literals.word(reader, document, "comparison", path, "Comparison", known=vocabulary.COUNTS)
    number, at = literals.typed(reader, document, "count", path, "Integer")
    count = reader.bounded(number, at, least=0, most=_MOST)
    return Count(cast('Choice["=", "<=", ">="]', compared), count)
