"""The same numbers under `pdg` from fragments, from a snapshot, and job after job while graphs grow together."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from test_graph_reference import ADDED, some_datasets, table

import segkit as sk

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

RULES = ('text = "p"', "number > 0", "text.isNotNull()", "xEvent.count() > 1", 'xEvent[text = "q"].count() >= 1')


def numbers(ws: Workspace) -> dict[str, Any]:
    rules = RULES if any(one.kind == "event" for one in ws.datasets.records()) else RULES[:3]
    frame = ws.profiles().to_pandas()
    maps = frame.pop("identityMap")
    found: dict[str, Any] = {rule: int(ws.size(rule)) for rule in rules}
    found["profiles"] = frame.astype("str").to_dict("records")
    found["identities"] = [
        sorted((namespace, one["id"]) for namespace, ones in each.items() for one in ones) for each in maps
    ]
    found["preview"] = ws.preview(rules[2], ["text", "number"], limit=None).to_pandas().astype("str").to_dict("records")
    return found


@pytest.mark.parametrize("seed", [3, *(pytest.param(one, marks=pytest.mark.long) for one in range(10, 60))])
def test_a_snapshot_gives_what_fragments_give(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 - reproducible, not secret
    with sk.open(None) as ws:
        for number, one in enumerate(some_datasets(random_)):
            options: dict[str, Any] = {"kind": "event"} if one.kind == "event" else {"upsert": one.upsert}
            if one.kind == "record" and one.added is None:
                options["timestamp"] = "when"
            assert number < ADDED
            ws.datasets.add(one.name, table(one), primary=one.primary, **options)
        ws.merge_policies.update("Default Timebased", identity_graph="pdg")
        before = numbers(ws)
        ws.snapshot()
        assert type(ws.scope().source).__name__ == "SnapshotSource"
        assert numbers(ws) == before


def test_a_profile_that_becomes_part_of_another_has_exited_as_merged(tmp_path: Path) -> None:
    frame = pd.DataFrame({"crm": ["1", "2", "3"], "mail": ["a", "b", "c"], "n": [1, 1, 1]})
    frame.to_parquet(tmp_path / "crm.parquet")
    with sk.open(None) as ws:
        ws.datasets.add("crm", tmp_path / "crm.parquet", identity={"crm": "crm", "email": "mail"}, primary="crm")
        ws.merge_policies.update("Default Timebased", identity_graph="pdg")
        ones = ws.segments.create("ones", "n = 1")
        ws.jobs.create([ones]).wait(progress=False)
        gone = {who: ws.profile("crm", who).profile_id for who in "23"}
        frame.assign(mail=["a", "a", "c"], n=[1, 1, 0]).to_parquet(tmp_path / "crm.parquet")
        ws.datasets.refresh("crm")
        job = ws.jobs.create([ones]).wait(progress=False)
        assert job.status == "SUCCEEDED", job.errors
        assert "identity graph" in str(job.to_aep()["segkit"])
        members = {row["profile_id"]: (row["status"], row.get("reason")) for row in job.members(ones)}
        assert members == {
            ws.profile("crm", "1").profile_id: ("existing", None),
            gone["2"]: ("exited", "merged"),
            gone["3"]: ("exited", None),
        }
