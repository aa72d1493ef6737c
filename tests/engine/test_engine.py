# ruff: noqa: S608 - the texts are the test's own
from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sqlglot import exp

from segkit.engine import Engine, Watch, render
from segkit.errors import DataError, EngineError, InvalidRequestError, JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDLESS = "SELECT count(*) FROM range(100000000000) AS t(i) WHERE hash(i) % 7 = 3"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1, memory_limit="512MB") as one:
        yield one


def test_every_way_of_reading(engine: Engine) -> None:
    statement = exp.select(exp.column("i", quoted=True)).from_("range(3) AS t(i)")
    assert engine.rows(statement) == [(0,), (1,), (2,)]
    assert engine.value(statement) == 0
    assert engine.frame(statement)["i"].tolist() == [0, 1, 2]
    assert engine.arrow(statement).column("i").to_pylist() == [0, 1, 2]
    assert engine.columns(statement) == [("i", "BIGINT")]
    assert engine.value("SELECT 1 WHERE false") is None
    assert render(statement) == 'SELECT "i" FROM RANGE(3) AS t(i)'


def test_execute_counts_written_rows(engine: Engine, tmp_path: Path) -> None:
    assert engine.execute(f"COPY (SELECT * FROM range(10)) TO '{tmp_path / 'x.parquet'}' (FORMAT PARQUET)") == 10
    assert engine.execute("CREATE OR REPLACE VIEW a_view AS SELECT 1 AS one") == 0
    assert engine.value("SELECT one FROM a_view") == 1


def test_the_session_is_utc_on_every_cursor(engine: Engine) -> None:
    assert engine.value("SELECT current_setting('TimeZone')") == "UTC"


def test_python_variables_are_no_tables(engine: Engine) -> None:
    secret = pd.DataFrame({"a": [1]})
    with pytest.raises(EngineError, match="secret"):
        engine.rows("SELECT * FROM secret")
    assert len(secret) == 1


def test_registered_frames_are_tables_until_forgotten(engine: Engine) -> None:
    engine.register("people", pd.DataFrame({"a": [1, 2]}))
    assert engine.value("SELECT sum(a)::BIGINT FROM people") == 3
    engine.register("people", pl.DataFrame({"a": [5]}))
    assert engine.value("SELECT a FROM people") == 5
    engine.unregister("people")
    engine.unregister("people")
    with pytest.raises(EngineError):
        engine.rows("SELECT * FROM people")


def test_stream_can_be_read_twice_and_outlives_its_maker(engine: Engine) -> None:
    stream = engine.stream("SELECT i, 'x' || i AS t FROM range(3000) AS r(i)")
    first = pa.table(stream)
    reader = pa.RecordBatchReader.from_stream(stream)
    del stream
    assert first.num_rows == reader.read_all().num_rows == 3000


def test_failures_carry_their_statement(engine: Engine) -> None:
    with pytest.raises(EngineError) as caught:
        engine.rows("SELECT nothing FROM nowhere")
    assert caught.value.sql == "SELECT nothing FROM nowhere"
    assert "LINE" not in str(caught.value)
    assert caught.value.__cause__ is not None
    with pytest.raises(EngineError):  # fails at fetch, not at the start
        engine.rows("SELECT CAST(CASE WHEN i = 90000 THEN 'x' ELSE '1' END AS INT) FROM range(100000) AS t(i)")
    with pytest.raises(EngineError):
        engine.stream("SELECT nothing FROM nowhere").__arrow_c_stream__()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 200 + b"PAR1", b"not parquet at all" * 10])
def test_damaged_files_are_data_errors_naming_the_file(engine: Engine, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad 'file'.parquet"
    bad.write_bytes(content)
    with pytest.raises(DataError, match=r"bad 'file'\.parquet") as caught:
        engine.rows(exp.select("*").from_(exp.func("read_parquet", exp.Literal.string(str(bad)))))
    assert caught.value.sql is not None


def test_missing_files_are_data_errors(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.parquet"):
        engine.rows(f"SELECT * FROM read_parquet('{tmp_path / 'gone.parquet'}')")


def test_refused_settings_say_so() -> None:
    with pytest.raises(InvalidRequestError, match="bananas"):
        Engine(memory_limit="many bananas")


def test_a_closed_engine_says_so(tmp_path: Path) -> None:
    engine = Engine(temp_directory=tmp_path)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.rows("SELECT 1")
    assert tmp_path.exists()


def test_many_threads_use_one_engine(engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: engine.value(f"SELECT sum(i)::BIGINT FROM range({n}) AS t(i)"), range(1, 60)))
    assert found == [n * (n - 1) // 2 for n in range(1, 60)]


def test_cancel_stops_a_running_statement(engine: Engine) -> None:
    watch = Watch()
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            engine.rows(ENDLESS, watch=watch)
        except JobCancelledError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    for _ in range(2000):
        if watch.progress is not None:
            break
        threading.Event().wait(0.005)
    assert 0 <= (watch.progress or 0) < 1
    watch.cancel()
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert len(outcome) == 1
    assert watch.progress is None
    assert engine.value("SELECT 1") == 1


def test_cancel_at_the_very_start_is_not_lost(engine: Engine) -> None:
    for _ in range(20):
        watch = Watch()
        canceller = threading.Thread(target=watch.cancel)
        canceller.start()
        with pytest.raises(JobCancelledError):
            engine.rows(ENDLESS, watch=watch)
        canceller.join()


def test_cancel_before_and_after(engine: Engine) -> None:
    watch = Watch()
    watch.cancel()
    assert watch.cancelled
    with pytest.raises(JobCancelledError):
        engine.rows("SELECT 1", watch=watch)
    later = Watch()
    assert engine.value("SELECT 1", watch=later) == 1
    later.cancel()
    later.cancel()


def test_profiling_measures_each_statement(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    engine.execute(f"COPY (SELECT i FROM range(5000) AS t(i)) TO '{path}' (FORMAT PARQUET)")
    watch = Watch(profile=True)
    engine.rows(f"SELECT count(DISTINCT i) FROM '{path}'", watch=watch)
    with pytest.raises(EngineError):
        engine.rows("SELECT nope", watch=watch)
    engine.rows("SELECT 1", watch=watch)
    first, second = watch.measurements
    assert first.rows_scanned == 5000
    assert first.bytes_read > 0
    assert first.seconds > 0
    assert second.rows_scanned == 0


def test_ctrl_c_is_a_keyboard_interrupt(engine: Engine) -> None:
    watch = Watch()
    stop = threading.Event()

    def press() -> None:
        while not stop.wait(0.005):
            if watch.progress is not None:
                signal.raise_signal(signal.SIGINT)
                return

    pressing = threading.Thread(target=press)
    pressing.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            engine.rows(ENDLESS, watch=watch)
    finally:
        stop.set()
        pressing.join()
    assert engine.value("SELECT 1") == 1
