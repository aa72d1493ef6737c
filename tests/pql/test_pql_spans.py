"""Every part of a tree knows its exact words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pql_examples import EXAMPLES
from pql_marks import marked

from segkit.pql import parse
from segkit.pql.tree import (
    Array,
    Between,
    Binary,
    Call,
    Clause,
    Distance,
    Element,
    Field,
    Let,
    Method,
    Name,
    Null,
    Occurs,
    Select,
    Side,
    Within,
)
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from segkit.pql.walk import Part


def reread(words: str, part: Part) -> object:
    """A part from its words alone, in a place where such a part may stand."""
    match part:
        case Clause():
            return parse(f"select {words}").root.clauses[0]  # type: ignore[union-attr]
        case Element():
            return parse(f"chain(a, t, [Before: WHAT(*), {words}])").root.elements[1]  # type: ignore[union-attr]
        case Within() | Side() | Distance() | Between():
            return parse(f"t occurs {words}").root.tail  # type: ignore[union-attr]
        case Array() if words.startswith("("):
            return parse(f"x in {words}").root.right  # type: ignore[union-attr]
        case Null():
            return parse(f"x = {words}").root.right  # type: ignore[union-attr]
        case Name():
            return parse(f"{words} = 1").root.left  # type: ignore[union-attr]
        case _:
            return parse(words).root


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_words_of_every_part_are_that_part(text: str) -> None:
    for part, parent, _ in walk(parse(text).root):
        words = text[part.span.start : part.span.end]
        assert words == words.strip(), words
        # the parser asks `after` for a chain element, which does not exist in a part alone
        assert reread(words, part) == part, words
        if parent is not None:
            assert parent.span.start <= part.span.start < part.span.end <= parent.span.end


@pytest.mark.parametrize("text", EXAMPLES)
def test_names_and_operators_know_their_words(text: str) -> None:
    def words(span: object) -> str:
        return text[span.start : span.end]  # type: ignore[attr-defined]

    for part, _, _ in walk(parse(text).root):
        match part:
            case Field() | Method():
                assert words(part.name_span).strip("`").replace("``", "`") == part.name
            case Call():
                assert words(part.name_span).lower() == part.name.lower()
            case Let() | Element():
                assert words(part.name_span) == part.name
            case Clause():
                assert words(part.variable_span) == part.variable
            case Binary():
                assert words(part.operator_span).lower() == part.operator.lower()


@pytest.mark.parametrize(
    "text",
    [
        "«a = b»",
        "  «(a) = (b)»  ",
        "( «a = b» )",
        "«(a or b) and c»",
        "((«a or b»))",
        "«not a = b»",
        "«! (a)»",
        "«- 3»",
        "«(a).b»",
        "«(a)[b]»",
        "«(a or b).c(d)»",
        "«(P) => (a)» // c",
        "«select X from (a) where (b)» ",
        "«let x = (a) in (b)»",
        "«sum (X.a) over X from (b)»",
        "«t occurs between (a) and (b)»",
    ],
)
def test_parentheses_belong_to_the_parent(text: str) -> None:
    source, (span,) = marked(text)
    assert parse(source).root.span == span


def test_the_parts_of_a_chain() -> None:
    source, spans = marked(
        "chain(a, t, [«A: WHAT(«b») WHEN(«<= 2 days after «now»») «COUNT( 5 )»», «not B : WHAT( * )»])"
    )
    first, second = parse(source).root.elements  # type: ignore[union-attr]
    found = [first.span, first.what.span, first.when.span, first.when.reference.span, first.count.span, second.span]
    assert found == spans


def test_the_parts_of_a_select() -> None:
    source, spans = marked("select «X from «(a)» where «(b) and c»», «Y from X.d: «e»»")
    root = parse(source).root
    assert isinstance(root, Select)
    one, two = root.clauses
    assert one.condition is not None
    assert two.condition is not None
    assert [one.span, two.span, one.condition.span, two.condition.span] == [spans[0], spans[3], spans[2], spans[4]]
    assert source[one.source.span.start : one.source.span.end] == "a"


def test_a_tail_has_the_words_behind_occurs() -> None:
    source, (span,) = marked("t occurs «<= 3 days before now» and b")
    logic = parse(source).root
    occurs = logic.operands[0]  # type: ignore[union-attr]
    assert isinstance(occurs, Occurs)
    assert occurs.tail.span == span
