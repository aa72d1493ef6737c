"""Trees of every shape that a text can have."""

from __future__ import annotations

from hypothesis import strategies as st

from segkit.pql.reading.tokens import JOINING, LITERALS
from segkit.pql.tree import (
    Aggregate,
    Array,
    Between,
    Binary,
    Boolean,
    Call,
    Chain,
    Clause,
    Climb,
    Context,
    Count,
    Distance,
    Double,
    Element,
    Field,
    Index,
    Integer,
    Interval,
    Lambda,
    Let,
    Logic,
    Method,
    Name,
    Node,
    Object,
    Occurs,
    Parameter,
    Quantified,
    Select,
    Side,
    String,
    Tail,
    Unary,
    Within,
)

_UNITS = ["millisecond", "second", "minute", "hour", "day", "week", "month", "year", "decade", "century", "millennium"]
_WORDS = [
    *("a", "order", "count", "sum", "max", "select", "exists", "all", "let", "chain", "this", "last", "next", "now"),
    *(
        "today",
        "if",
        "date",
        "before",
        "after",
        "on",
        "between",
        "from",
        "is",
        "contains",
        "what",
        "when",
        "day",
        "days",
    ),
]
_ANY = st.one_of(
    st.sampled_from([*_WORDS, *JOINING, *LITERALS, "and", "two words", "2nd", "a`b"]),
    st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\n"), min_size=1, max_size=4),
)
_PLAIN = st.sampled_from([*_WORDS, "x1", "_y", "Übergröße"])
_STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_INTEGERS = st.integers(-(2**63), 2**63 - 1).map(Integer)
_DOUBLES = st.floats(allow_nan=False, allow_infinity=False).map(Double)

_LEAVES: st.SearchStrategy[Node] = st.one_of(
    _PLAIN.map(Name),
    _ANY.map(lambda name: Name(name, quoted=True)),
    _STRINGS.map(String),
    _INTEGERS,
    _DOUBLES,
    st.booleans().map(Boolean),
    st.integers(1, 3).map(Parameter),
    st.sampled_from(["schema;version=1", "a/{b}/c"]).map(Context),
    st.integers(1, 3).map(Climb),
    st.builds(Interval, st.sampled_from(["this", "last", "next"]), st.sampled_from(_UNITS)),
)


def _tails(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Tail]:
    return st.one_of(
        st.builds(Within, inner),
        st.builds(Side, st.sampled_from(["before", "after"]), inner),
        st.builds(
            Distance,
            st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
            st.integers(0, 1000),
            st.sampled_from(_UNITS),
            st.sampled_from(["before", "after"]),
            inner,
        ),
        st.builds(Between, inner, inner),
    )


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, max_size=3).map(tuple)
    clauses = st.lists(st.builds(Clause, _ANY, inner, st.none() | inner), min_size=1, max_size=2).map(tuple)
    counts = st.builds(Count, st.sampled_from(["=", "<=", ">="]), st.integers(0, 9))
    elements = st.builds(Element, _ANY, st.none() | inner, st.none() | _tails(inner), st.none() | counts, st.booleans())
    binary = ["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "in", "notIn", "like", "matches"]
    return st.one_of(
        several.map(Array),
        st.lists(st.tuples(_STRINGS, inner), max_size=3, unique_by=lambda pair: pair[0]).map(tuple).map(Object),
        st.builds(Field, inner, _ANY),
        st.builds(Index, inner, inner),
        st.builds(Call, _ANY.filter(lambda name: name.lower() not in {"if", "date", "now", "today"}), several),
        st.builds(Call, st.sampled_from(["if", "date"]), several),
        st.builds(Method, inner, _ANY, several),
        st.builds(Unary, st.sampled_from(["not", "-"]), inner),
        st.builds(Binary, st.sampled_from(binary), inner, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Lambda, st.lists(_ANY, min_size=1, max_size=2).map(tuple), inner),
        st.builds(Let, _ANY, inner, inner),
        st.builds(Select, clauses),
        st.builds(Quantified, st.sampled_from(["exists", "forall"]), clauses),
        st.builds(Aggregate, st.sampled_from(["sum", "average", "min", "max"]), inner, clauses),
        st.builds(Occurs, inner, _tails(inner)),
        st.builds(Chain, inner, inner, st.lists(elements, min_size=1, max_size=3).map(tuple)),
    )


_TREES = st.recursive(_LEAVES, _grow, max_leaves=12)


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    """Trees of up to some dozen nodes."""
    return draw(_TREES)
