"""Rules of 100 KB in every shape that grows (R53)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH: Final = 100_000
"""Characters."""


def _joined(piece: str, joint: str) -> Callable[[int], str]:
    def made(length: int) -> str:
        count = length // (len(piece.format(i=10_000)) + len(joint))
        return joint.join(piece.format(i=10_000 + i) for i in range(count))

    return made


def _within(before: str, piece: str, joint: str, after: str) -> Callable[[int], str]:
    inner = _joined(piece, joint)
    return lambda length: before + inner(length) + after


SHAPES: Final[dict[str, Callable[[int], str]]] = {
    "numbers joined with and": _joined("age > {i}", " and "),
    "texts joined with and": _joined('homeAddress.city != "c{i}"', " and "),
    "texts joined with or": _joined('homeAddress.city = "c{i}"', " or "),
    "groups joined with or": _joined("(age = {i} and score > 1)", " or "),
    "a list of texts": _within("homeAddress.city in [", '"c{i}"', ", ", "]"),
    "a list of numbers": _within("age in [", "{i}", ", ", "]"),
    "brackets in brackets": lambda length: "(" * (length // 2) + "active" + ")" * (length // 2),
    "brackets side by side": lambda length: " and ".join(["(" * 99 + "active" + ")" * 99] * (length // 210)),
    "a long text": lambda length: f'homeAddress.city = "{"x" * length}"',
    "a long pattern": lambda length: f'homeAddress.city matches "{"x" * (length - 1_000)}"',
    "alternatives in a pattern": _within('homeAddress.city matches "', "a{i}", "|", '"'),
    "wildcards": lambda length: f'homeAddress.city like "%{"x_" * (length // 2)}%"',
    "a long sum": _within("", "age", " + ", " > 1"),
    "not not": lambda length: "not " * (length // 4) + "active",
    "functions in functions": lambda length: "trim(" * (length // 6) + "homeAddress.city" + ")" * (length // 6),
    "methods on methods": lambda length: "homeAddress.city" + ".trim()" * (length // 7),
    "a long path": lambda length: "a" + ".b" * (length // 2),
    "let in let": lambda length: "let a = 1 in " * (length // 13) + "active",
    "a chain of many elements": _within("chain(xEvent, timestamp, [", 'E{i}: WHAT(eventType = "t{i}")', ", ", "])"),
    "counts of events": _joined('xEvent[eventType = "t{i}"].count() > 1', " and "),
    "questions about events": _joined(
        '(exists E from xEvent where E.eventType = "t{i}" and E.timestamp occurs <= 30 days before now)', " or "
    ),
    "conditions on one event": _within("xEvent[", 'eventType = "t{i}"', " or ", "].count() > 1"),
    "many variables": _within("select ", "A{i} from xEvent", ", ", ""),
    "times": _joined("modified occurs <= {i} days before now", " and "),
    "choices": _joined("if(age > {i}, 1, 2) = 1", " and "),
    "unknown fields": _joined("nothing{i} = 1", " and "),
    "unknown functions": _joined("homeAddress.city.foo{i}()", " and "),
    "foreign operators": _joined("age == {i}", " and "),
    "quotes": lambda length: '"' * (length - 1),
    "comments": lambda length: "// x\n" * (length // 5) + "active",
    "odd characters": _joined("# {i}", " and "),
}
