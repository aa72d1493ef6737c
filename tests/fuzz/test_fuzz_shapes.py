"""100 KB in any shape are refused or compiled, under an alarm that names the shape (R53)."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from fuzz_run import ALARM, TookTooLong
from fuzz_shapes import LENGTH, SHAPES
from support_tables import NOW, Made

from segkit.plan import unsupported
from segkit.pql import PQLError
from segkit.pql.binder import bind
from segkit.pql.despite import parsed
from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, STRING, TIMESTAMP, Schema, object_of
from segkit.sql import Clock, compile_condition_count

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Schema(
    object_of(
        {
            "age": INTEGER,
            "score": DOUBLE,
            "active": BOOLEAN,
            "modified": TIMESTAMP,
            "homeAddress": object_of({"city": STRING}),
        }
    ),
    object_of({"_id": STRING, "timestamp": TIMESTAMP, "eventType": STRING}),
)


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TookTooLong

    usual = signal.signal(signal.SIGALRM, ring)
    signal.alarm(ALARM)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, usual)


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_r53_a_hundred_kilobytes_are_refused_or_compiled(shape: str) -> None:
    text = SHAPES[shape](LENGTH)
    assert LENGTH * 0.9 < len(text) < LENGTH * 1.1
    try:
        bound = bind(parsed(text, SCHEMA), SCHEMA)
        assert unsupported(bound.condition, text) is None
        assert compile_condition_count(bound.condition, Made(), Clock(NOW)).sql("duckdb")
    except PQLError as refused:
        told = refused
    else:
        return
    assert 0 < len(told.diagnostics) <= 52
    assert len(str(told)) < 50_000


def test_r53_long_lists_count_once_and_many_conditions_are_refused() -> None:
    assert bind(parsed(SHAPES["a list of texts"](LENGTH), SCHEMA), SCHEMA).condition
    with pytest.raises(PQLError) as caught:
        bind(parsed(SHAPES["choices"](LENGTH), SCHEMA), SCHEMA)
    assert [one.code for one in caught.value.diagnostics] == ["expression-too-large"]
    with pytest.raises(PQLError) as caught:
        bind(parsed(SHAPES["a chain of many elements"](LENGTH), SCHEMA), SCHEMA)
    assert [one.code for one in caught.value.diagnostics] == ["expression-too-large"]
