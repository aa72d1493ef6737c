"""What a notebook cell shows of a dataset, of a merge policy and of the origin of one profile's values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from segkit.profiles import MergePolicy, Query, merged_profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource

    Add = Callable[..., Dataset]
    Make = Callable[..., MergedSource]

PEOPLE = pd.DataFrame({"k": ["1", "2", None], "t": ["2020-01-01", None, "2021-03-04T05:06:07"], "n": [1, 2, 3]})


def lines(shown: object) -> dict[str, str]:
    """Label → value of a card."""
    pairs = (line.strip().split("  ", 1) for line in repr(shown).splitlines()[1:] if "  " in line.strip())
    return {label: value.strip() for label, value in pairs}


def test_a_dataset_is_a_card_of_what_one_asks_first(add: Add) -> None:
    card = add("crm", PEOPLE, identity={"crm": "k"}, timestamp="t", upsert=True)
    assert repr(card).startswith("Dataset crm\n")
    assert lines(card) == {
        "kind": "profile fragments (record)",
        "rows": "3",
        "left out": "1 row without a primary identity",
        "source": "a copy in the workspace",
        "identities": "crm",
        "clock": "t, 2020-01-01 to 2021-03-04, missing in 1 row",
        "upsert": "newer records update older ones attribute by attribute",
        "fields": "3",
    }
    assert "Dataset crm" in card._repr_html_()
    assert "2021-03-04" in card._repr_html_()


def test_the_clock_of_a_dataset_is_the_path_that_is_read(add: Add) -> None:
    audit = "{'lastUpdatedDate': TIMESTAMP '2020-01-01'} AS extSourceSystemAudit"
    found = add("found", Query(f"SELECT '1' AS k, {audit}"), identity={"crm": "k"})
    assert (found.timestamp, found.clock) == (None, "extSourceSystemAudit.lastUpdatedDate")
    events = add(
        "events", Query("SELECT '1' AS k, TIMESTAMP '2020-01-01' AS timestamp"), identity={"crm": "k"}, kind="event"
    )
    assert events.clock == "timestamp"
    none = add("none", PEOPLE[["k", "n"]], identity={"crm": "k"}, added_at=1_577_836_800_000_000)
    assert none.clock is None
    assert lines(none)["clock"] == "the moment of adding, 2020-01-01 00:00:00"


def test_files_are_named_as_one_would_write_them(add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # a temporary folder's name may be long
    for number in range(2):
        PEOPLE.assign(n=number).to_csv(tmp_path / f"p{number}.csv")
    made = add("crm", str(tmp_path / "p*.csv"), identity={"crm": "k"})
    assert lines(made)["source"] == f"{tmp_path}/p*.csv (2 files)"
    monkeypatch.chdir(tmp_path)
    assert lines(made)["source"] == "p*.csv (2 files)"


def test_a_clock_beyond_pythons_calendar_breaks_no_display(add: Add) -> None:
    made = add("crm", PEOPLE, identity={"crm": "k"}, timestamp="t")
    far = replace(made, measures=replace(made.measures, clock_low=-(10**18), clock_high=10**18))
    assert lines(far)["clock"].startswith("t, far past to far future")


def test_a_merge_policy_says_how_it_merges() -> None:
    policy = MergePolicy.create("crm first", attribute_merge="dataSetPrecedence", order=["4711", "4712"])
    assert repr(policy).startswith("Merge policy crm first\n")
    assert lines(policy)["attributes"].startswith("dataSetPrecedence: the first dataset")
    assert lines(policy)["order"] == "4711, 4712"
    named = replace(policy, order_names=("crm", "web"))
    assert lines(named)["order"] == "crm, web"
    assert named == policy
    assert "order_names" not in named.to_dict()
    assert named.changed(order=("4712",)).order_names == ()
    assert "crm, web" in named._repr_html_()


def test_each_key_of_a_map_has_an_origin_of_its_own(add: Add, source: Make, engine: Engine) -> None:
    options: dict[str, Any] = {"identity": {"crm": "k"}, "timestamp": "t"}
    old = Query("SELECT '1' AS k, '2020-01-01' AS t, MAP {'a': 1, 'b': 2, 'say \"hi\"': 3} AS m")
    new = Query("SELECT '1' AS k, '2021-01-01' AS t, MAP {'b': 20, 'a': NULL, 'c': 30} AS m")
    first, second = add("old", old, **options), add("new", new, **options)
    for policy in (
        {},
        {"attribute_merge": "dataSetPrecedence", "order": [first.id, second.id]},
        {"attribute_merge": "dataSetPrecedence", "order": [second.id, first.id]},
    ):
        found = merged_profile(source([first, second], **policy), engine, "crm", "1")
        values = {path: one.won.value for path, one in found.sources.items() if path.startswith("m[")}
        merged = found.to_dict()["m"]
        assert values == {
            'm["a"]': merged["a"],
            'm["b"]': merged["b"],
            'm["c"]': merged["c"],
            'm["say \\"hi\\""]': merged['say "hi"'],
        }
        assert "m" not in found.sources
    newest = merged_profile(source([first, second]), engine, "crm", "1").sources
    assert (newest['m["b"]'].won.dataset, [one.dataset for one in newest['m["b"]'].lost]) == ("new", ["old"])
    assert (newest['m["a"]'].won.dataset, newest['m["a"]'].lost) == ("old", ())
