"""What `ws.cost` says a rule would read, against what DuckDB reads (issue: cost before and after)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest

import segkit as sk
from segkit.engine import Watch
from segkit.errors import DataError
from segkit.pql import PQLError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.workspace import Workspace

AS_OF = "2026-01-11"
RECENT = "xEvent[timestamp occurs <= 2 days before now].count() > 0"


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("cost 'odd' [x]")
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute(
            "CREATE TABLE crm AS SELECT i AS id, hash(i) / 3.0 AS a, hash(i + 1) / 3.0 AS b, "
            "{'city': hash(i + 2) / 3.0, 'zip': hash(i + 3) / 3.0} AS home FROM range(200000) t(i)"
        )
        connection.execute(
            "CREATE TABLE events AS SELECT hash(i) % 5000 AS id, hash(i + 7) / 3.0 AS value, "
            "TIMESTAMP '2026-01-01' + to_seconds(i * 43) AS timestamp FROM range(20000) t(i)"
        )
        connection.execute(f"COPY crm TO {quoted(folder / 'crm.parquet')} (ROW_GROUP_SIZE 100000)")
        connection.execute(f"COPY events TO {quoted(folder / 'events.parquet')} (ROW_GROUP_SIZE 2048)")
    with sk.open(None, threads=1) as workspace:
        workspace.datasets.add("crm", folder / "crm.parquet", identity={"id": "id"})
        workspace.datasets.add(
            "events", folder / "events.parquet", kind="event", identity={"id": "id"}, timestamp="timestamp"
        )
        yield workspace


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def measured(ws: Workspace, rule: str) -> tuple[int, int]:
    """The bytes and rows that DuckDB reads."""
    watch = Watch(profile=True)
    ws.engine.value(ws.scope(None, AS_OF).count(rule), watch=watch)
    [found] = watch.measurements
    return found.bytes_read, found.rows_scanned


@pytest.mark.parametrize(
    "rule", ["a * 2 > b", "a + home.city > 1", "a + b + home.zip + home.city > 1", "a > 1 and xEvent.count() > 0"]
)
def test_it_reads_what_it_says_within_a_tenth(ws: Workspace, rule: str) -> None:
    told = ws.cost(rule, as_of=AS_OF)
    held, rows = measured(ws, rule)
    assert told.rows == pytest.approx(rows, rel=0.01)
    assert held == pytest.approx(told.bytes_read, rel=0.1, abs=100_000)


def test_only_the_columns_that_are_needed_count(ws: Workspace) -> None:
    one, more = ws.cost("a > 1"), ws.cost("a + home.city > 1")
    assert one.bytes_read < more.bytes_read < one.file_bytes
    assert [each.columns for each in one.readings] == [("a",)]
    assert set(more.readings[0].columns) == {"a", "home.city"}
    assert set(ws.cost("a > 1 and xEvent.count() > 0").readings[0].columns) == {"a", "id"}
    assert one.readings[0].dataset == "crm"


def test_row_groups_outside_a_window_are_passed_over(ws: Workspace) -> None:
    whole, recent = ws.cost("xEvent[value > 0].count() > 0", as_of=AS_OF), ws.cost(RECENT, as_of=AS_OF)
    assert recent.row_groups == whole.row_groups == whole.row_groups_read == 10
    bounds = [
        (at * 2048 * 43, (min((at + 1) * 2048, 20_000) - 1) * 43) for at in range(10)
    ]  # of each row group, seconds from the first event
    assert recent.row_groups_read == sum(low <= 10 * 86400 and high >= 8 * 86400 for low, high in bounds)
    held, rows = measured(ws, RECENT)
    assert rows <= recent.rows < whole.rows
    assert held <= recent.bytes_read + 100_000
    assert any("passes over" in one for one in recent.work)
    assert ws.cost(RECENT, as_of="2020-01-01").row_groups_read == 0


def test_without_runs_no_time_is_told_and_afterwards_that_of_the_rule(ws: Workspace) -> None:
    rule = "a > 1 and b > 1"
    before = ws.cost(rule)
    ws.size(rule)
    ws.size(rule)
    after = ws.cost(rule)
    assert before.seconds is None or before.runs > 0
    assert after.runs == 2
    assert after.seconds is not None
    assert after.seconds > 0
    assert "2 runs of this rule" in after.basis
    other = ws.cost("home.zip > 1")
    assert other.seconds is not None
    assert "of other rules" in other.basis


def test_a_fresh_session_has_no_runs(tmp_path: Path) -> None:
    import pandas as pd

    with sk.open(tmp_path) as workspace:
        workspace.datasets.add("crm", pd.DataFrame({"id": ["a"], "age": [1]}), identity={"id": "id"})
        told = workspace.cost("age = 1")
        assert (told.seconds, told.runs) == (None, 0)
        assert "no run" in told.basis
        assert "not known" in repr(told)


def test_the_jobs_of_earlier_sessions_tell_a_time(tmp_path: Path) -> None:
    import pandas as pd

    with sk.open(tmp_path) as workspace:
        workspace.datasets.add("crm", pd.DataFrame({"id": ["a"], "age": [1], "top": [2]}), identity={"id": "id"})
        for name, pql in {"young": "age = 1", "top": "top > 1", "both": "age = 1 and top = 2"}.items():
            workspace.segments.create(name, pql)
        workspace.jobs.create(["young"]).wait(progress=False)
        workspace.jobs.create("*").wait(progress=False)
    with sk.open(tmp_path, read_only=True) as workspace:
        alone, shared, other = (workspace.cost(one) for one in ("age = 1", "top > 1", "top = 7"))
    assert (alone.runs, shared.runs) == (1, 1)
    assert alone.seconds is not None
    assert shared.seconds is not None
    assert "its share" in shared.basis
    assert "its share" not in alone.basis
    assert other.seconds is None or "of other rules" in other.basis


def test_it_shows_itself_and_goes_into_json(ws: Workspace) -> None:
    told = ws.cost(RECENT, as_of=AS_OF)
    shown = repr(told)
    for words in ("cost of a rule", "row groups", "Default Timebased", "snapshot"):
        assert words in shown
        assert words in told._repr_html_()
    document = json.loads(json.dumps(told.to_dict()))
    assert document["bytes_read"] == told.bytes_read
    assert document["files"][0]["dataset"] == "events"
    frame = told.files
    assert list(frame.columns[:3]) == ["path", "dataset", "columns"]
    assert frame["bytes_read"].sum() == told.bytes_read


def test_whether_a_snapshot_would_help_grows_with_the_attributes(ws: Workspace) -> None:
    one = ws.cost("home.city > 5").snapshot
    assert "not needed" in one or "about 58 evaluations" in one
    assert "fresh" not in one


def test_a_snapshot_is_told_by_its_tables(tmp_path: Path) -> None:
    import pandas as pd

    with sk.open(tmp_path) as workspace:
        frame = pd.DataFrame({"id": range(1000), "age": range(1000), "name": "x"})
        workspace.datasets.add("crm", frame, identity={"id": "id"})
        workspace.snapshot()
        told = workspace.cost("age = 1")
        assert told.source == "snapshot"
        assert [(one.path, one.rows, one.file_bytes) for one in told.readings] == [("snapshot profiles", 1000, None)]
        assert 0 < told.bytes_read <= 4 * 262_144
        assert "it is fresh" in told.snapshot


def test_fields_of_events_that_a_snapshot_lacks_are_told(tmp_path: Path) -> None:
    import pandas as pd

    with sk.open(tmp_path) as workspace:
        seen = {"id": ["1", "2"], "timestamp": pd.to_datetime(["2026-01-01", "2026-01-02"]), "page": ["home", "shop"]}
        workspace.datasets.add("web", pd.DataFrame(seen), kind="event", identity={"id": "id"})
        workspace.snapshot()
        lacks = (
            "reads the files of events: the snapshot lacks fields that this asks for; ws.snapshot(events=…) keeps them"
        )
        assert lacks in workspace.cost('xEvent[page = "shop"].count() > 0').work
        assert lacks not in workspace.cost("xEvent.count() > 0").work
        workspace.snapshot(events=["page"])
        assert lacks not in workspace.cost('xEvent[page = "shop"].count() > 0').work


def test_a_part_is_told_of_files_alone_and_a_snapshot_by_its_policy(tmp_path: Path) -> None:
    import pandas as pd

    with sk.open(tmp_path) as workspace:
        frame = pd.DataFrame({"id": range(100), "age": range(100), "mail": [f"{n // 2}@x" for n in range(100)]})
        workspace.datasets.add("crm", frame, identity={"id": "id", "mail": "mail"}, primary="id")
        workspace.merge_policies.create("graph", identity_graph="pdg")
        workspace.merge_policies.create("none", attribute_merge="dataSetPrecedence", order=["crm"])
        workspace.size("age = 1", merge_policy="graph")
        told = workspace.cost("age = 1", merge_policy="graph")
        [reads] = [line for line in repr(told).splitlines() if line.startswith("  reads ")]
        # the table of the graph is greater than the file, and no part of it
        files, tables = reads.split(" and ")
        assert " of " in files
        assert files.endswith(" in 1 file")
        assert tables.endswith(" in 1 table")
        assert " of " not in tables
        assert "needed" in told.snapshot or 'ws.snapshot("graph") makes one' in told.snapshot
        assert 'ws.snapshot("none") makes one' in workspace.cost("age = 1", merge_policy="none").snapshot
        assert "ws.snapshot() makes one" in workspace.cost("age = 1").snapshot
        workspace.datasets.add("seen", frame.assign(timestamp="2026-01-01"), kind="event", identity={"id": "id"})
        assert "timestamp" in workspace.snapshot("graph").event_fields
        work = " ".join(workspace.cost("sum(xEvent.age) > 1", merge_policy="graph").work)
        assert 'ws.snapshot("graph", events=…) keeps them' in work
        made = workspace.snapshot("graph")
        workspace.datasets.add("more", frame, identity={"id": "id"})
        assert 'make it anew: ws.snapshot("graph")' in " ".join(repr(made).split())


def test_what_cannot_be_asked_is_refused_as_elsewhere(ws: Workspace) -> None:
    with pytest.raises(PQLError):
        ws.cost("nothing = 1")
    with sk.open(None) as empty, pytest.raises(DataError):
        empty.cost("age = 1")


def test_pairs_are_told_and_no_time_guessed_for_them(ws: Workspace) -> None:
    told = ws.cost("exists A from xEvent, B from xEvent where A.value * B.value > 3")
    assert any("ws.pair_limit" in one for one in told.work)
    assert told.seconds is None
