"""The public names, line by line as notebooks lean on them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from workspace_frames import people

import segkit as sk
from segkit.workspace import Segment, Size

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

US = 'homeAddress.country = "US"'


def test_open_makes_a_folder_and_none_a_temporary_one(tmp_path: Path) -> None:
    with sk.open(tmp_path / "a" / "b") as ws:
        assert ws.folder == tmp_path / "a" / "b"
        assert ws.folder.is_dir()
    with sk.open(str(tmp_path / "a" / "b"), read_only=True) as ws:
        assert ws.read_only
    with sk.open(None) as ws:
        folder = ws.folder
        assert folder.is_dir()
    assert not folder.exists()


def test_all_public_names_are_there() -> None:
    assert all(hasattr(sk, name) for name in sk.__all__)
    assert set(sk.__all__) <= set(dir(sk))
    for name in ("NotFoundError", "ConflictError", "InvalidRequestError", "PQLError", "DataError", "CatalogBusyError"):
        assert issubclass(getattr(sk, name), sk.SegkitError)
    with pytest.raises(AttributeError, match="nope"):
        _ = sk.nope


@pytest.mark.parametrize("form", ["pandas", "polars", "arrow", "parquet", "csv", "json", "list", "query"])
def test_all_forms_of_sources_give_the_same(ws: Workspace, tmp_path: Path, form: str) -> None:
    frame = people()
    match form:
        case "pandas":
            source: object = frame
        case "polars":
            source = pl.from_pandas(frame)
        case "arrow":
            source = pa.Table.from_pandas(frame)
        case "parquet":
            frame.to_parquet(tmp_path / "a.parquet")
            source = tmp_path / "a.parquet"
        case "csv":
            frame.to_csv(tmp_path / "a.csv", index=False)
            source = str(tmp_path / "*.csv")
        case "json":
            frame.to_json(tmp_path / "a.json", orient="records", lines=True, date_format="iso")
            source = tmp_path / "a.json"
        case "list":
            frame.iloc[:1].to_parquet(tmp_path / "a.parquet")
            frame.iloc[1:].drop(columns="loyalty.points").to_parquet(tmp_path / "b.parquet")
            source = [tmp_path / "a.parquet", str(tmp_path / "b.parquet")]
        case _:
            source = sk.query("select * from lines", lines=frame)
    ws.datasets.add("crm", source, identity={"id": "id"}, timestamp="changed")
    assert ws.size(US) == 2
    assert ws.size("loyalty.points = 5") == 1
    assert ws.profile("id", "a").sources["id"].won.clock == dt.datetime(2026, 1, 1)  # noqa: DTZ001  naive UTC


def test_mapping_names_columns_and_expressions(ws: Workspace) -> None:
    flat = pd.DataFrame({"Customer ID": [1, 2], "Country": ["us", "de"]})
    mapping = {"homeAddress.country": "upper(Country)", "identityMap.customerId": "Customer ID"}
    ws.datasets.add("shop", flat, mapping=mapping)
    assert ws.size(US) == 1
    assert ws.profile("customerId", 1)["homeAddress.country"] == "US"


def test_datasets_are_listed_got_refreshed_and_removed(small: Workspace) -> None:
    assert [one.name for one in small.datasets.list()] == ["crm", "orders"]
    crm = small.datasets.get("crm")
    assert (crm.kind, crm.rows, small.datasets.get(crm.id), small.datasets.get(crm)) == ("record", 3, crm, crm)
    assert small.datasets.refresh("crm").id == crm.id
    small.datasets.remove(crm)
    assert len(small.datasets) == 1
    assert not (small.folder / "data" / crm.id).exists()
    small.datasets.add("crm", people(), identity={"id": "id"})
    assert small.size(US) == 2


def test_a_size_is_an_int_that_knows_its_share(world: Workspace) -> None:
    size = world.size(US)
    assert isinstance(size, Size)
    assert (size, size + 1, f"{size:,}", size.total, round(size.share, 3)) == (2, 3, "2", 3, 0.667)


def test_as_of_is_a_datetime_or_text_and_naive_is_utc(world: Workspace) -> None:
    rule = "exists E from xEvent where E.timestamp occurs <= 24 hours before now"
    zone = dt.timezone(dt.timedelta(hours=-5))
    for moment, size in [
        (dt.datetime(2026, 2, 1, 12), 1),  # noqa: DTZ001  naive is UTC
        (dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC), 1),
        (dt.datetime(2026, 2, 1, 20, tzinfo=zone), 0),
        ("2026-02-01", 1),
        ("2026-02-01T12:00:00Z", 1),
        ("2026-02-01T20:00:00-05:00", 0),
        (None, 0),
    ]:
        assert world.size(rule, as_of=moment) == size


def test_previews_have_the_columns_asked_for(world: Workspace) -> None:
    result = world.preview(US, columns=["loyalty.points", "id", "loyalty.points + 1", "xEvent.count()"])
    assert result.columns == ["loyalty.points", "id", "loyalty.points + 1", "xEvent.count()"]
    assert sorted(tuple(row.values()) for row in result if row["id"] == "a") == [(5, "a", 6, 2)]
    whole = world.preview("1 = 1")
    assert whole.columns[0] == "profile_id"
    ids = [row["profile_id"] for row in whole]
    assert ids == sorted(ids)
    assert len(world.preview("1 = 1", limit=1)) == 1
    assert len(world.preview("1 = 1", limit=0)) == 0


def test_parsed_expressions_and_segments_are_rules_too(world: Workspace) -> None:
    parsed = sk.pql.parse(US)
    assert world.size(parsed) == 2
    assert world.sql(parsed) == world.sql(US)
    assert world.check(parsed) == []


def test_a_segment_is_all_one_knows_of_it(small: Workspace) -> None:
    policy = small.merge_policies.create("mine")
    segment = small.segments.create("US", US, description="lives there", merge_policy="mine")
    assert (segment.name, segment.pql, segment.description, segment.version) == ("US", US, "lives there", 1)
    assert segment.merge_policy == policy.id
    assert segment.size() == 2
    assert small.segments.get("US") == small.segments.get(segment.id) == small.segments.get(segment) == segment
    newer = small.segments.update("US", pql='homeAddress.country = "DE"', description="moved")
    assert (newer.version, newer.size(), newer.description) == (2, 1, "moved")
    assert small.segments.get("US", version=1) == segment != newer
    assert small.segments.update("US", pql=newer.pql).version == 2
    for shown in (repr(newer), newer._repr_html_()):
        assert "mine" in shown
        assert "moved" in shown
    small.segments.delete(newer)
    assert len(small.segments) == 0


def test_a_segment_goes_to_aep_and_back(small: Workspace) -> None:
    document = small.segments.create("US", US, description="lives there").to_aep()
    assert document["expression"] == {"type": "PQL", "format": "pql/text", "value": US}
    small.segments.delete("US")
    with sk.open(None) as other:
        other.datasets.add("crm", people(), identity={"id": "id"})
        copied = other.segments.create(document)
        assert (copied.id, copied.name, copied.pql, copied.description) == (document["id"], "US", US, "lives there")
    found = small.segments.bulk_get(["US"])
    assert isinstance(found["US"], sk.NotFoundError)


def test_segments_refer_to_each_other_but_not_in_circles(small: Workspace) -> None:
    us = small.segments.create("US", US)
    small.segments.create("rich", 'inSegment("US") and loyalty.points > 1')
    assert small.size('inSegment("rich")') == 1
    with pytest.raises(sk.PQLError, match="circle"):
        small.segments.update("US", pql='inSegment("rich")')
    with pytest.raises(sk.PQLError, match="circle"):
        small.segments.update("US", pql='not inSegment("US")')
    for change in (lambda: small.segments.delete(us), lambda: small.segments.update(us, name="USA")):
        with pytest.raises(sk.ConflictError, match="`rich`"):
            change()
    assert small.segments.get("US").version == 1


def test_merge_policies_are_made_changed_and_deleted(small: Workspace) -> None:
    first = small.merge_policies.default
    assert (first.name, first.attribute_merge, first.identity_graph) == (
        "Default Timebased",
        "timestampOrdered",
        "none",
    )
    ours = small.merge_policies.create(
        "ours", attribute_merge="dataSetPrecedence", order=["orders", "crm"], default=True
    )
    assert small.merge_policies.default == ours
    assert [one.name for one in small.merge_policies.list() if one.default] == ["ours"]
    assert small.merge_policies.update("ours", name="theirs").version == 2
    with pytest.raises(sk.ConflictError, match="default"):
        small.merge_policies.delete("theirs")
    with pytest.raises(sk.ConflictError, match="`theirs`"):
        small.datasets.remove("crm")
    small.merge_policies.update(first, default=True)
    small.merge_policies.delete("theirs")
    with pytest.raises(sk.InvalidRequestError, match=r"`none` or `pdg`, not `private`"):
        small.merge_policies.create("graph", identity_graph="private")
    crm, orders = (small.datasets.get(one).id for one in ("crm", "orders"))
    document = {"name": "json", "attributeMerge": {"type": "dataSetPrecedence", "order": [crm, orders]}}
    assert small.merge_policies.create({**document, "default": True}).order == (crm, orders)
    assert small.merge_policies.default.name == "json"


def test_the_schema_is_a_tree(world: Workspace) -> None:
    assert world.schema.homeAddress.country.type == "String"
    assert world.schema["xEvent.eventType"].path == "xEvent.eventType"
    assert "homeAddress" in dir(world.schema)
    assert "homeAddress.country" in world.schema
    assert "homeAddress.planet" not in world.schema
    with pytest.raises(AttributeError, match="did you mean"):
        _ = world.schema.homeAdress
    frame = world.schema.to_pandas()
    assert list(frame.columns) == ["path", "type", "kind", "datasets"]
    assert set(frame.loc[frame["path"] == "homeAddress.country", "datasets"]) == {"crm"}
    for path in frame["path"]:
        assert world.check(f"{path}.isNotNull()") == [] or path.startswith(("xEvent", "identityMap"))


def test_the_catalog_is_frames(world: Workspace) -> None:
    assert list(world.catalog.datasets["name"]) == ["crm", "orders"]
    assert world.catalog["datasets"].equals(world.catalog.datasets)
    assert {"datasets", "segments", "merge_policies", "jobs"} <= set(world.catalog)
    assert "datasets" in repr(world.catalog)
    with pytest.raises(AttributeError, match="nope"):
        _ = world.catalog.nope


def test_profiles_are_one_row_each_with_a_column_a_path(world: Workspace) -> None:
    frame = world.profiles().to_pandas()
    assert list(frame["profile_id"]) == sorted(frame["profile_id"])
    assert {"id", "homeAddress.country", "loyalty.points", "changed"} <= set(frame.columns)
    assert world.profiles("Default Timebased").to_pandas()["profile_id"].equals(frame["profile_id"])


def test_displays_never_raise_and_name_the_next_call(small: Workspace) -> None:
    empty = sk.open(None)
    shown = [empty, empty.schema, empty.catalog, empty.jobs.list(), empty.segments.list(), empty.datasets.list()]
    small.segments.create("US", US)
    job = small.jobs.create("*").wait(progress=False)
    shown += [small, small.schema, small.catalog, small.profiles(), small.profile("id", "a"), small.preview(US)]
    shown += [job, job.sizes(), job.members("US"), small.segments.get("US"), small.segments.list(), small.jobs.list()]
    for one in shown:
        assert repr(one).strip()
        assert one._repr_html_().startswith("<")
        assert "cannot be read" not in repr(one) + one._repr_html_()
    assert "ws.datasets.add" in repr(empty)
    assert "ws.jobs.create" in repr(empty.jobs.list()) + repr(Segment(small, small.segments.get("US").record))
    empty.close()
