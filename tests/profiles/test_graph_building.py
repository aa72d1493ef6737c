"""What a graph knows of its datasets, and how it is kept from one process to the next."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from graph_reference import profile_id
from sqlglot import exp

from segkit.engine import Engine, Watch
from segkit.errors import JobCancelledError, NotFoundError
from segkit.profiles import MergedSource, MergePolicy, merged_profile, union_schema
from segkit.profiles.graph import MOST_IDENTITIES, build, components
from segkit.profiles.graph.keeping import Graphs
from segkit.profiles.kept import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from segkit.profiles import Dataset
    from segkit.profiles.graph import Graph

    Add = Callable[..., Dataset]

PDG = MergePolicy.create("p", identity_graph="pdg")
CRM = {"identity": {"crm": "k", "email": "mail"}, "primary": "crm"}


def rows(*found: tuple[str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["k", "mail"], dtype="str").assign(n=range(len(found)))


def graph(engine: Engine, datasets: Sequence[Dataset], folder: Path) -> Graph:
    return Graphs(engine, folder, read_only=True).of(PDG, tuple(datasets))


def keys(engine: Engine, datasets: Sequence[Dataset], folder: Path) -> dict[str, Any]:
    source = MergedSource(PDG, datasets, union_schema(datasets, engine), graph(engine, datasets, folder))
    return dict(engine.rows(source.profiles([("n",)], every=True)))


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("graphs/*/*/graph.duckdb"))


def test_clean_data_pay_for_nothing(add: Add, engine: Engine, tmp_path: Path) -> None:
    one = add("one", rows(("1", "a"), ("2", None), ("3", "c")), **CRM)
    facts = graph(engine, [one], tmp_path).of(one)
    assert (facts.rows, facts.without_identity) == (3, 0)
    assert (facts.repeated, facts.crowded, facts.moved) == (False, False, False)
    source = MergedSource(PDG, [one], union_schema([one], engine), graph(engine, [one], tmp_path))
    statement = source.profiles([("n",)], every=True).sql(dialect="duckdb")
    assert "JOIN" not in statement
    assert "OVER" not in statement


def test_what_is_not_clean_is_known(add: Add, engine: Engine, tmp_path: Path) -> None:
    twice = add("twice", rows(("1", None), ("1", None)), **CRM)
    meet = add("meet", rows(("3", "x"), ("4", "x")), **CRM)
    elsewhere = add("elsewhere", pd.DataFrame({"mail": ["x"], "m": [1]}), identity={"email": "mail"})
    nobody = add("nobody", rows(("7", None), (None, None), (" ", "")), **CRM)
    found = graph(engine, [twice, meet, elsewhere, nobody], tmp_path)
    assert [(one.repeated, one.crowded, one.moved) for one in map(found.of, (twice, meet, elsewhere, nobody))] == [
        (True, False, False),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    ]
    assert found.of(nobody).without_identity == 2


def test_a_row_without_a_primary_identity_belongs_by_another(add: Add, engine: Engine, tmp_path: Path) -> None:
    one = add("one", rows(("1", "a"), (None, "a"), (None, "b"), (None, None)), **CRM)
    assert keys(engine, [one], tmp_path) == {"crm:1": 1, "email:b": 2}


def test_fifty_identities_are_a_profile_and_one_more_is_none(add: Add, engine: Engine, tmp_path: Path) -> None:
    just = [(f"j{n}", "just@x") for n in range(MOST_IDENTITIES - 1)]
    over = [(f"o{n}", "over@x") for n in range(MOST_IDENTITIES)]
    one = add("one", rows(*just, *over, ("alone", None)), **CRM)
    events = add(
        "events",
        pd.DataFrame({"mail": ["over@x", "just@x"], "timestamp": ["2020-01-01"] * 2}),
        kind="event",
        identity={"email": "mail"},
    )
    found = keys(engine, [one, events], tmp_path)
    assert sorted(found) == ["crm:alone", "crm:j0"]
    source = MergedSource(
        PDG, [one, events], union_schema([one, events], engine), graph(engine, [one, events], tmp_path)
    )
    assert engine.rows(source.events([])) == [("crm:j0",)]
    with pytest.raises(NotFoundError, match=r"`o3` in `crm` is in a graph of 51 identities, and more than 50"):
        merged_profile(source, engine, "crm", "o3")


def test_ids_depend_on_no_order_and_no_threads(add: Add, tmp_path: Path) -> None:
    random_ = random.Random(5)  # noqa: S311 - reproducible, not secret
    pairs = [(f"{random_.randrange(400)}", f"m{random_.randrange(400)}@x") for _ in range(500)]
    found = []
    for number, threads in enumerate((1, 4)):
        random_.shuffle(pairs)
        one = add(f"d{number}", rows(*pairs), others=(), **CRM)
        with Engine(threads=threads) as engine:
            found.append(sorted(keys(engine, [one], tmp_path / str(threads))))
    assert found[0] == found[1]
    assert len(found[0]) > 20


def test_scipy_and_sql_give_the_same_graph(
    add: Add, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = add("one", rows(*[(f"{n % 37}", f"m{n % 23}") for n in range(0, 300, 7)]), **CRM)
    used: list[str] = []
    by_scipy = components.by_scipy
    monkeypatch.setattr(components, "by_scipy", lambda *a, **k: (used.append("scipy"), by_scipy(*a, **k)))
    in_sql = keys(engine, [one], tmp_path)
    monkeypatch.setattr(build, "FEW", 0)
    assert keys(engine, [one], tmp_path) == in_sql
    monkeypatch.setitem(sys.modules, "scipy.sparse.csgraph", None)
    assert keys(engine, [one], tmp_path) == in_sql
    assert used == ["scipy"]


def test_the_dictionary_knows_who_was_swallowed(add: Add, engine: Engine, tmp_path: Path) -> None:
    one = add("one", rows(("1", "a"), ("2", "a"), ("3", None)), **CRM)
    source = MergedSource(PDG, [one], union_schema([one], engine), graph(engine, [one], tmp_path))
    gone = {key: profile_id(key) for key in ("crm:1", "crm:2", "email:a", "crm:3", "crm:never")}
    asked = exp.select("key", source.merged_away(exp.column("id")) or exp.null()).from_(
        exp.select("key", "id::UUID AS id").from_(exp.values(list(gone.items()), "gone", ["key", "id"])).subquery("old")
    )
    assert dict(engine.rows(asked)) == {
        "crm:1": False, "crm:2": True, "email:a": True, "crm:3": False, "crm:never": False
    }  # fmt: skip
    plain = MergedSource(MergePolicy.create("q"), [one], union_schema([one], engine))
    assert plain.merged_away(exp.column("id")) is None


def test_a_graph_is_made_once_and_found_again(add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = (add("one", rows(("1", "a"), ("2", "a")), **CRM),)
    with Engine(threads=1) as first:
        graphs = Graphs(first, tmp_path)
        made = graphs.of(PDG, datasets)
        assert graphs.of(PDG, datasets) is made
        (file,) = kept(tmp_path)
        assert sorted(one.name for one in file.parent.iterdir()) == ["graph.duckdb", SIZES], "scratch is left behind"
        monkeypatch.setattr("segkit.profiles.graph.keeping.build", None)
        with Engine(threads=1) as second:  # while the first is open: two processes, or two workspaces in one
            again = Graphs(second, tmp_path).of(PDG, datasets)
            assert again.facts == made.facts
            assert second.value(exp.select("count(*)").from_(again.table("roots"))) == 2
        assert first.value(exp.select("count(*)").from_(made.table("roots"))) == 2


def test_another_version_of_the_data_takes_its_place(add: Add, tmp_path: Path) -> None:
    with Engine(threads=1) as engine:
        graphs = Graphs(engine, tmp_path)
        old = (add("one", rows(("1", "a"), ("2", "a")), others=(), added_at=1, **CRM),)
        before = graphs.of(PDG, old)
        (file,) = kept(tmp_path)
        new = add("one", rows(("1", "a"), ("2", "b")), others=(), added_at=1, **CRM)
        changed = (replace(new, id=old[0].id),)
        after = graphs.of(PDG, changed)
        (other,) = kept(tmp_path)
        assert other != file
        assert (before.root("crm:2"), after.root("crm:2")) == ("crm:1", "crm:2")


def test_a_damaged_graph_is_made_again(add: Add, tmp_path: Path) -> None:
    datasets = (add("one", rows(("1", "a"), ("2", "a")), **CRM),)
    for damage in (b"", b"no database", None):
        with Engine(threads=1) as engine:
            Graphs(engine, tmp_path).of(PDG, datasets)
        (file,) = kept(tmp_path)
        if damage is None:
            file.unlink()
        else:
            file.write_bytes(damage)
        with Engine(threads=1) as engine:
            assert Graphs(engine, tmp_path).of(PDG, datasets).root("crm:2") == "crm:1"


def test_what_a_killed_process_left_is_swept_and_never_read(add: Add, tmp_path: Path) -> None:
    datasets = (add("one", rows(("1", "a"), ("2", "a")), **CRM),)
    with Engine(threads=1) as engine:
        Graphs(engine, tmp_path).of(PDG, datasets)
    (file,) = kept(tmp_path)
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], check=True, capture_output=True)
    half = file.parent.with_name(f".{'0' * 32}.{int(done.stdout)}.part")
    file.parent.rename(half)
    with Engine(threads=1) as engine:
        assert Graphs(engine, tmp_path).of(PDG, datasets).root("crm:2") == "crm:1"
    assert not half.exists()


def test_read_only_and_cancelled_leave_nothing(add: Add, tmp_path: Path) -> None:
    datasets = (add("one", rows(("1", "a"), ("2", "a")), **CRM),)
    with Engine(threads=1) as engine:
        assert Graphs(engine, tmp_path, read_only=True).of(PDG, datasets).root("crm:2") == "crm:1"
        watch = Watch()
        watch.cancel()
        graphs = Graphs(engine, tmp_path)
        with pytest.raises(JobCancelledError):
            graphs.of(PDG, datasets, watch=watch)
        attached = engine.rows("SELECT database_name FROM duckdb_databases() WHERE NOT internal ORDER BY 1")
        assert len(attached) == 2, "what was being made stays attached"
        assert not [one for one in tmp_path.glob("graphs/*/*") if one.exists()]
        assert graphs.of(PDG, datasets).root("crm:2") == "crm:1"


def test_where_nothing_can_be_written_memory_will_do(add: Add, tmp_path: Path) -> None:
    datasets = (add("one", rows(("1", "a"), ("2", "a")), **CRM),)
    (tmp_path / "graphs").write_text("in the way")
    with Engine(threads=1) as engine:
        assert Graphs(engine, tmp_path).of(PDG, datasets).root("crm:2") == "crm:1"
    assert (tmp_path / "graphs").read_text() == "in the way"


def test_policies_that_list_the_same_datasets_share_a_graph(add: Add, tmp_path: Path) -> None:
    one, two = add("one", rows(("1", "a")), **CRM), add("two", rows(("2", "a")), **CRM)
    with Engine(threads=1) as engine:
        graphs = Graphs(engine, tmp_path)
        listed = [
            MergePolicy.create(
                f"p{number}", attribute_merge="dataSetPrecedence", order=[each.id for each in order],
                identity_graph="pdg",
            )
            for number, order in enumerate(([one, two], [two, one], [two]))
        ]  # fmt: skip
        every, turned, alone = (graphs.of(policy, (one, two)) for policy in listed)
        assert every is turned is graphs.of(PDG, (one, two))
        assert (every.root("crm:2"), alone.root("crm:2"), alone.root("crm:1")) == ("crm:1", "crm:2", None)
        assert len(kept(tmp_path)) == 2


def test_identities_with_the_letters_of_the_key_itself(add: Add, engine: Engine, tmp_path: Path) -> None:
    odd = {"identity": {"a:b": "k", "a": "mail", "ü'\"%": "n2"}, "primary": "a:b"}
    frame = pd.DataFrame({"k": ["c", "b:c"], "mail": ["b:c", "x'\"y"], "n2": ["%3A", None]})
    one = add("one", frame, **odd)
    source = MergedSource(PDG, [one], union_schema([one], engine), graph(engine, [one], tmp_path))
    found = sorted(tuple(each[1:]) for each in engine.rows(source.identities()))
    assert found == [("a", "b:c"), ("a", "x'\"y"), ("a:b", "b:c"), ("a:b", "c"), ("ü'\"%", "%3A")]
    assert len(engine.rows(source.profiles([], every=True))) == 2
    assert source.key_of("ü'\"%", "%3A") == "a%3Ab:c" == source.key_of("a", "b:c")
