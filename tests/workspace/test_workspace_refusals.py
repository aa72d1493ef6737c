"""Whatever is asked wrongly: an error that names the thing and the remedy, and nothing half-written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from workspace_frames import people

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.workspace import Workspace

US = 'homeAddress.country = "US"'
WRONG: list[Any] = [None, 5, 1.5, b"x", [], {}, object()]


def kept(ws: Workspace) -> tuple[list[str], int, int, int]:
    """All files but the catalog, and how many objects the catalog has."""
    files = sorted(str(one.relative_to(ws.folder)) for one in ws.folder.rglob("*") if one.is_file())
    files = [one for one in files if not one.startswith(("catalog.duckdb", ".tmp"))]
    with ws.reading():
        return files, len(ws.datasets), len(ws.segments), len(ws.jobs)


def add(ws: Workspace, **changes: Any) -> None:
    given = {"name": "d", "source": people(), "identity": {"id": "id"}, **changes}
    ws.datasets.add(given.pop("name"), given.pop("source"), **given)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"name": None}, "dataset needs a name"),
        ({"name": "  "}, "dataset needs a name"),
        ({"source": None}, "NoneType"),
        ({"source": {"a": [1]}}, "dict"),
        ({"source": []}, "at least one"),
        ({"source": people().iloc[:0]}, "no rows"),
        ({"source": pd.DataFrame()}, "at least one column"),
        ({"source": "nowhere.parquet"}, "there is no file .*nowhere.parquet"),
        ({"source": "nowhere/*.parquet"}, r"no file matches .*nowhere/\*.parquet"),
        ({"source": ["nowhere.csv", "nowhere.parquet"]}, "mixes csv and parquet"),
        ({"source": "what"}, "cannot tell"),
        ({"source": sk.query("drop table lines", lines=people())}, "drop"),
        ({"source": sk.query("select * from nope", lines=people())}, "nope"),
        ({"kind": "events"}, "`record` or `event`, not `events`"),
        ({"kind": "event"}, "`timestamp`"),
        ({"identity": "id"}, "identity is a dict"),
        ({"identity": ["id"]}, "identity is a dict"),
        ({"identity": {"id": 5}}, "identity is a dict"),
        ({"identity": {"id": "nope"}}, "no field `nope`"),
        ({"identity": None}, "identity="),
        ({"primary": "x"}, "'x'"),
        ({"primary": 5}, "primary is a text"),
        ({"timestamp": "x"}, "no field `x`"),
        ({"timestamp": 5}, "timestamp is a text"),
        ({"timestamp": "loyalty.points"}, "loyalty.points"),
        ({"mapping": "x"}, "mapping is a dict"),
        ({"mapping": {"x": "nope nope"}}, "`nope nope`"),
        ({"mapping": {"x": "nope"}}, "nope"),
    ],
)
def test_a_dataset_that_cannot_be_added_leaves_nothing(world: Workspace, changes: dict[str, Any], named: str) -> None:
    before = kept(world)
    with pytest.raises(sk.SegkitError, match=named):
        add(world, **changes)
    assert kept(world) == before


def test_names_of_datasets_are_taken_whatever_their_case(world: Workspace) -> None:
    for name in ("crm", "CRM"):
        before = kept(world)
        with pytest.raises(sk.ConflictError, match="`crm` already"):
            add(world, name=name)
        assert kept(world) == before


def test_columns_that_clash_name_both_datasets_and_the_column(world: Workspace) -> None:
    before = kept(world)
    clash = people().assign(**{"homeAddress.country": [1, 2, 3]})
    with pytest.raises(sk.DataError, match=r"(?s)`homeAddress.country`.*crm.*clash"):
        add(world, name="clash", source=clash)
    assert kept(world) == before


def test_a_corrupt_file_is_named(world: Workspace, tmp_path: Path) -> None:
    good, torn, text = (tmp_path / one for one in ("good.parquet", "torn.parquet", "text.parquet"))
    people().to_parquet(good)
    torn.write_bytes(good.read_bytes()[:-20])
    text.write_text("id,country\na,US\n")
    before = kept(world)
    for file in (torn, text):
        with pytest.raises(sk.DataError, match=file.name):
            add(world, source=file)
    with pytest.raises(sk.DataError, match=r"(torn|text)\.parquet"):
        add(world, source=tmp_path / "*.parquet")
    assert kept(world) == before


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('homeAdress.country = "US"', ["homeAdress", "did you mean `homeAddress.country`"]),
        (f"{US} adn loyalty.points > 1", ["`adn`", "did you mean `and`"]),
        ("homeAddress.country = 5", ["type-clash", 'write `"5"`']),
        (f"{US} and", ["nothing follows `and`"]),
        ("", ["empty"]),
        ('inSegment("nope")', ["`nope`"]),
        ("nope(loyalty.points) > 1", ["no function `nope`"]),
        ("(" * 400 + "1 = 1" + ")" * 400, ["levels deep"]),
    ],
)
def test_a_wrong_rule_is_refused_alike_everywhere(world: Workspace, rule: str, words: list[str]) -> None:
    before = kept(world)
    calls: list[Callable[[], object]] = [
        lambda: world.size(rule),
        lambda: world.sql(rule),
        lambda: world.preview(rule),
        lambda: world.segments.create("wrong", rule),
    ]
    for call in calls:
        with pytest.raises(sk.PQLError) as caught:
            call()
        assert all(word in str(caught.value) for word in words), str(caught.value)
        assert caught.value.diagnostics
    assert world.check(rule)[0].severity == "error"
    assert kept(world) == before


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: type(one).__name__)
def test_what_is_no_rule_is_named(world: Workspace, wrong: Any) -> None:
    for call in (world.size, world.sql, world.preview, world.check):
        with pytest.raises(sk.InvalidRequestError, match="a rule is PQL"):
            call(wrong)
    with pytest.raises(sk.InvalidRequestError, match="text of a SELECT"):
        world.query(wrong)


@pytest.mark.parametrize("wrong", ["a\ud800", "a\0b"], ids=["half a character", "the character 0"])
def test_texts_that_nothing_can_hold_are_refused(world: Workspace, tmp_path: Path, wrong: str) -> None:
    before = kept(world)
    shown = world.preview(US)
    for call in (
        lambda: world.segments.create(wrong, US),
        lambda: world.segments.create("US", US, description=wrong),
        lambda: world.segments.get(wrong),
        lambda: world.merge_policies.create(wrong),
        lambda: add(world, name=wrong),
        lambda: add(world, identity={wrong: "id"}),
        lambda: add(world, mapping={"x": wrong}),
        lambda: world.jobs.get(wrong),
        lambda: world.jobs.list(property="id==" + wrong),
        lambda: world.profile("id", wrong),
        lambda: world.profile(wrong, "a"),
        lambda: world.query(f"from {wrong}"),
        lambda: shown.to_csv(tmp_path / wrong),
        lambda: sk.open(str(tmp_path) + wrong),
        lambda: world.size(wrong),
    ):
        with pytest.raises(sk.SegkitError):
            call()
    assert kept(world) == before


def test_a_frame_with_halves_of_characters_is_refused(world: Workspace) -> None:
    before = kept(world)
    with pytest.raises(sk.DataError, match="`halves`"):
        add(world, name="halves", source=pd.DataFrame({"id": pd.Series(["a\ud800"], dtype=object)}))
    assert kept(world) == before


@pytest.mark.parametrize(
    "wrong", ["yesterday", "", "2026-13-01", 5, dt.date(2026, 1, 1), pd.NaT, "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_moment_is_named(world: Workspace, wrong: Any) -> None:
    for call in (
        lambda: world.size(US, as_of=wrong),
        lambda: world.preview(US, as_of=wrong),
        lambda: world.sql(US, as_of=wrong),
        lambda: world.jobs.create("*", as_of=wrong),
    ):
        with pytest.raises(sk.InvalidRequestError, match="as_of is"):
            call()
    assert len(world.jobs) == 0


def test_what_is_no_name_is_named(small: Workspace) -> None:
    job = small.jobs.create([small.segments.create("US", US)]).wait(progress=False)
    wrong: Any
    for wrong in (5, b"x", [], object()):
        for call in (
            small.datasets.get,
            small.datasets.remove,
            small.datasets.refresh,
            small.segments.get,
            small.segments.delete,
            small.segments.update,
            small.merge_policies.get,
            small.merge_policies.delete,
            small.merge_policies.update,
            small.jobs.get,
            small.jobs.cancel,
            small.profiles,
            job.members,
        ):
            with pytest.raises(sk.InvalidRequestError, match="given as its object, its id or its name"):
                call(wrong)
        with pytest.raises(sk.InvalidRequestError):
            small.profile(wrong, wrong)
        for create in (small.segments.create, small.merge_policies.create):
            with pytest.raises(sk.InvalidRequestError, match="needs a name"):
                create(wrong)


def test_what_is_not_there_is_named_with_what_is(small: Workspace) -> None:
    small.segments.create("Customers in the US", US)
    job = small.jobs.create("*").wait(progress=False)
    for call, words in [
        (lambda: small.datasets.get("crn"), "did you mean `crm`"),
        (lambda: small.segments.get("Customers in the UK"), "did you mean `Customers in the US`"),
        (lambda: small.segments.get("Customers in the US", version=7), "no version 7; it has only 1"),
        (lambda: small.merge_policies.get("default timebased"), "`Default Timebased`"),
        (lambda: small.size(US, merge_policy="nope"), "`Default Timebased`"),
        (lambda: small.jobs.get("nope"), r"`nope`; jobs\.list\(\)"),
        (lambda: small.jobs.create(["nope"]), "`Customers in the US`"),
        (lambda: job.members("nope"), "`Customers in the US`"),
        (lambda: small.profile("id", "zzz"), "namespaces are `id`"),
        (lambda: small.profile("mail", "a"), "namespaces are `id`"),
        (lambda: small.schema["homeAdress"], "did you mean `homeAddress`"),
        (lambda: small.profile("id", "a")["homeAddress.city"], "did you mean `homeAddress.country`"),
        (lambda: small.catalog["job"], "did you mean `jobs`"),
    ]:
        with pytest.raises(sk.NotFoundError, match=words):
            call()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("homeAddress.country", "give a list"),
        (5, "list of paths"),
        ([], "empty"),
        ([5], "5 is none"),
        (["loyalty.points", "loyalty.points"], "twice"),
        (['loyalty.tier = "gold"', 'loyalty.tier = "GOLD"'], "differ only in case"),
    ],
)
def test_columns_of_a_preview_are_a_list_of_different_texts(world: Workspace, columns: Any, words: str) -> None:
    with pytest.raises(sk.InvalidRequestError, match=words):
        world.preview(US, columns=columns)


@pytest.mark.parametrize("limit", [-1, 1.5, "x", True])
def test_a_limit_is_a_whole_number(world: Workspace, limit: Any) -> None:
    with pytest.raises(sk.InvalidRequestError, match="limit is a whole number"):
        world.preview(US, limit=limit)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"sort": "nope"}, "no sort attribute `nope`"),
        ({"sort": "name:up"}, "asc"),
        ({"sort": 5}, "sort is a text"),
        ({"sort": None}, "sort is"),
        ({"start": -1}, "`start` is -1"),
        ({"limit": "x"}, "`limit` is 'x'"),
        ({"property": "name=US"}, "path==value"),
        ({"property": "nope==1"}, "`nope`"),
        ({"property": 5}, "path==value"),
    ],
)
def test_lists_refuse_what_they_cannot_do(world: Workspace, asked: dict[str, Any], words: str) -> None:
    for group in (world.segments, world.merge_policies, world.jobs):
        with pytest.raises(sk.InvalidRequestError, match=words):
            group.list(**asked)


def test_a_job_over_nothing_or_the_unknown_is_no_job(small: Workspace) -> None:
    segment = small.segments.create("US", US)
    for wrong in ([], None, 5, [None], {}, {"segments": []}, [{"segmentId": "nope"}], [segment, "nope"]):
        with pytest.raises((sk.InvalidRequestError, sk.NotFoundError)):
            small.jobs.create(wrong)  # type: ignore[arg-type]
    assert len(small.jobs) == 0
    with pytest.raises(sk.InvalidRequestError, match="timeout is a number"):
        small.jobs.create([segment]).wait("x")  # type: ignore[arg-type]


def test_a_workspace_without_data_says_so(ws: Workspace) -> None:
    for call in (ws.profiles, lambda: ws.size(US), lambda: ws.query("select 1"), lambda: ws.segments.create("US", US)):
        with pytest.raises(sk.DataError, match=r"no data yet; add a dataset: ws\.datasets\.add"):
            call()
    assert "no data yet" in repr(ws.schema)
    assert ws.check(US) == []
    assert ws.check("homeAddress.country = ")[0].severity == "error"


def test_a_closed_workspace_says_so(tmp_path: Path) -> None:
    with sk.open(tmp_path / "w") as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        segment = ws.segments.create("US", US)
        shown = ws.preview(US)
    for call in (
        lambda: ws.size(US),
        lambda: ws.query("select 1"),
        lambda: ws.datasets.add("other", people(), identity={"id": "id"}),
        lambda: ws.segments.create("DE", US),
        lambda: ws.segments.delete(segment),
        lambda: ws.jobs.create("*"),
        lambda: ws.catalog,
        shown.to_pandas,
    ):
        with pytest.raises(sk.SegkitError, match=r"closed.*open"):
            call()
    assert "closed" in repr(ws)
    assert "closed" in repr(shown)
    ws.close()


def test_read_only_refuses_what_would_write_and_writes_nothing(tmp_path: Path) -> None:
    with sk.open(tmp_path / "w") as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.segments.create("US", US)
        job = ws.jobs.create("*").wait(progress=False)
    before = {one: one.read_bytes() for one in (tmp_path / "w").rglob("*") if one.is_file()}
    with sk.open(tmp_path / "w", read_only=True) as ws:
        for call in (
            lambda: ws.datasets.add("other", people(), identity={"id": "id"}),
            lambda: ws.datasets.remove("crm"),
            lambda: ws.datasets.refresh("crm"),
            lambda: ws.segments.create("DE", US),
            lambda: ws.segments.update("US", description="x"),
            lambda: ws.segments.delete("US"),
            lambda: ws.merge_policies.create("other"),
            lambda: ws.merge_policies.update("Default Timebased", default=True),
            lambda: ws.merge_policies.delete("Default Timebased"),
            lambda: ws.jobs.create("*"),
            lambda: ws.jobs.cancel(job.id),
        ):
            with pytest.raises(sk.InvalidRequestError, match="read_only=True"):
                call()
        assert ws.size(US) == 2
        assert len(ws.jobs.get(job.id).members("US")) == 2
        assert len(ws.query("select * from profiles")) == 3
    assert {one: one.read_bytes() for one in (tmp_path / "w").rglob("*") if one.is_file()} == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timezone": "Mars/Olympus"}, "IANA"),
        ({"timezone": 5}, "IANA"),
        ({"week_start": "someday"}, "monday"),
        ({"sandbox": ""}, "sandbox is a name"),
        ({"org": 5}, "org is a name"),
        ({"memory_limit": "plenty"}, "memory_limit='plenty'"),
        ({"threads": 0}, "threads=0"),
        ({"read_only": True}, "there is no workspace"),
    ],
)
def test_a_workspace_that_cannot_open_leaves_no_folder(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(sk.SegkitError, match=words):
        sk.open(tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def test_paths_that_are_no_folder_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for wrong in (file, file / "below"):
        with pytest.raises(sk.InvalidRequestError, match="a workspace is a folder"):
            sk.open(wrong)
    for nothing in ("", 5):
        with pytest.raises(sk.InvalidRequestError, match="path of its folder"):
            sk.open(nothing)  # type: ignore[arg-type]
    with pytest.raises(sk.InvalidRequestError, match="temporary"):
        sk.open(None, read_only=True)
    assert file.read_text() == "x"


def test_settings_are_kept_and_a_differing_value_names_both(tmp_path: Path) -> None:
    sk.open(tmp_path, timezone="Europe/Berlin", week_start="sunday", sandbox="dev", org="acme").close()
    with sk.open(tmp_path) as ws:
        assert (ws.settings.timezone, ws.settings.week_start) == ("Europe/Berlin", "sunday")
        assert (ws.settings.sandbox, ws.settings.org) == ("dev", "acme")
    for name, value in {"timezone": "UTC", "week_start": "monday", "sandbox": "prod", "org": "other"}.items():
        with pytest.raises(sk.InvalidRequestError, match=rf"{name}='.*{name}='{value}'"):
            sk.open(tmp_path, **{name: value})  # type: ignore[arg-type]


def test_a_damaged_or_newer_catalog_is_refused_and_left_alone(tmp_path: Path) -> None:
    sk.open(tmp_path / "newer").close()
    import duckdb

    with duckdb.connect(str(tmp_path / "newer" / "catalog.duckdb")) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'format'")
    (tmp_path / "garbage").mkdir()
    (tmp_path / "garbage" / "catalog.duckdb").write_bytes(b"garbage" * 1000)
    for name, words in {"newer": "upgrade segkit", "garbage": "restore it from a copy"}.items():
        file = tmp_path / name / "catalog.duckdb"
        before = file.read_bytes()
        with pytest.raises(sk.SegkitError, match=words):
            sk.open(tmp_path / name)
        assert file.read_bytes() == before


def test_an_expression_in_another_format_is_not_read_as_text(small: Workspace) -> None:
    document = {"name": "tree", "expression": {"type": "PQL", "format": "pql/json", "value": 'loyalty.points = "1"'}}
    with pytest.raises(sk.PQLError, match="the document is not JSON"):
        small.segments.create(document)
    assert len(small.segments) == 0


def test_what_nests_too_deep_to_be_run_is_not_kept(small: Workspace) -> None:
    text = "homeAddress.country"
    for _ in range(60):
        text += '.replace("a", "b")'
    rule = f'{text} = "US"'
    assert [one.code for one in small.check(rule)] == ["too-deep"]
    with pytest.raises(sk.PQLError, match="too deep"):
        small.segments.create("deep", rule)
    assert len(small.segments) == 0
