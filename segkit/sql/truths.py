"""Conditions as numbers that can be combined without branches: ones to be summed, or bytes to be packed into words.

Boolean AND and OR look at every row for nulls and choices; both forms here are plain arithmetic over whole columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlglot import exp

from segkit.sql.build import call, literal, when

if TYPE_CHECKING:
    from collections.abc import Sequence


class Truth(Protocol):
    """How what is true is written as a number."""

    def constant(self, *, held: bool) -> exp.Expr:
        """What is true or false of everybody."""
        ...

    def test(self, condition: exp.Expr, *, by_dictionary: bool) -> exp.Expr:
        """A condition, where null is not true.

        `by_dictionary` says that it reads one column of texts that may be the entries of a dictionary, and nothing
        else.
        """
        ...

    def both(self, items: Sequence[exp.Expr]) -> exp.Expr:
        """All of some numbers."""
        ...

    def either(self, items: Sequence[exp.Expr]) -> exp.Expr:
        """One of some numbers."""
        ...

    def opposite(self, item: exp.Expr) -> exp.Expr:
        """The opposite of a number."""
        ...


class Ones:
    """1 where it is true, else 0, to be summed: `and` is a product, `not a` is `1 - a`.

    DuckDB knows the bounds of these numbers and then checks none for overflow, which makes counting twice as fast as
    bytes do. `a or b` is `1 - (1 - a) * (1 - b)` because of `a + b - a * b` it does not know that it is at most 1.
    """

    def constant(self, *, held: bool) -> exp.Expr:
        """1 or 0."""
        return literal(1 if held else 0)

    def test(self, condition: exp.Expr, *, by_dictionary: bool) -> exp.Expr:
        """A choice of 1 and 0, of which the bounds are known; those of a cast are not."""
        return when(_looked_up(condition) if by_dictionary else condition, literal(1), literal(0))

    def both(self, items: Sequence[exp.Expr]) -> exp.Expr:
        """A product."""
        return joined(exp.Mul, items)

    def either(self, items: Sequence[exp.Expr]) -> exp.Expr:
        """What is left of 1 without the product of the opposites."""
        return items[0] if len(items) == 1 else self.opposite(self.both([self.opposite(one) for one in items]))

    def opposite(self, item: exp.Expr) -> exp.Expr:
        """What is left of 1."""
        return exp.Sub(this=literal(1), expression=nested(item))


class Bytes:
    """A byte of ones where it is true, else of zeros, to be packed: combined bit by bit, cut to one bit in the end.

    A column of bytes is a quarter of one of integers to carry, and no bounds are lost where eight make one byte.
    """

    def constant(self, *, held: bool) -> exp.Expr:
        """255 or 0."""
        return _byte(255 if held else 0)

    def test(self, condition: exp.Expr, *, by_dictionary: bool) -> exp.Expr:
        """A choice of 255 and 0; of a text, a product."""
        if by_dictionary:
            # functions of one column of dictionary entries are computed once an entry, which CASE is not
            true = exp.Paren(this=exp.Is(this=exp.Paren(this=condition), expression=exp.true()))
            return exp.Mul(this=_tiny(true), expression=_byte(255))
        return when(condition, _byte(255), _byte(0))

    def both(self, items: Sequence[exp.Expr]) -> exp.Expr:
        """`&`."""
        return joined(exp.BitwiseAnd, items)

    def either(self, items: Sequence[exp.Expr]) -> exp.Expr:
        """`|`."""
        return joined(exp.BitwiseOr, items)

    def opposite(self, item: exp.Expr) -> exp.Expr:
        """`~`."""
        return exp.BitwiseNot(this=nested(item))


def joined(kind: type[exp.Binary], items: Sequence[exp.Expr]) -> exp.Expr:
    """Numbers joined by one operator, as a balanced tree so that hundreds of them do not nest."""
    parts = [nested(one) for one in items]
    while len(parts) > 1:
        pairs = [parts[index : index + 2] for index in range(0, len(parts), 2)]
        parts = [nested(kind(this=pair[0], expression=pair[1])) if len(pair) > 1 else pair[0] for pair in pairs]
    return parts[0].this if isinstance(parts[0], exp.Paren) else parts[0]


def nested(one: exp.Expr) -> exp.Expr:
    """A number that keeps together beside an operator."""
    return exp.Paren(this=one) if isinstance(one, exp.Binary) else one


def _looked_up(condition: exp.Expr) -> exp.Expr:
    """Whether a text is one of many, asked of a map: once for each entry of a dictionary, which IN is not."""
    match condition:
        case exp.In(this=exp.Column() as value, expressions=texts) if texts and all(one.is_string for one in texts):
            different = list({one.this: one for one in texts}.values())
            true = exp.Array(expressions=[exp.true() for _ in different])
            return exp.Bracket(this=call("MAP", exp.Array(expressions=different), true), expressions=[value])
        case _:
            return condition


def _byte(number: int) -> exp.Expr:
    return _tiny(literal(number))


def _tiny(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType(this=exp.DType.UTINYINT, nested=False))
