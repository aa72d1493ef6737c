"""Identity maps without unnesting are the same maps; profiles with several of a namespace are merged in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.engine import Engine, render
from segkit.profiles import Query
from segkit.profiles.snapshots.build import as_written

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.profiles import Dataset, MergedSource

    Add = Callable[..., Dataset]
    Make = Callable[..., MergedSource]

MAP = [("identityMap",)]


def states(engine: Engine, source: MergedSource) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    return {
        key: {name: [tuple(one.values()) for one in value] for name, value in found.items()}
        for key, found in engine.rows(source.profiles(MAP, every=True))
    }


def test_what_can_be_but_one_is_not_unnested(add: Add, source: Make, engine: Engine) -> None:
    crm = "SELECT * FROM (VALUES ('1', 'a@x'), ('2', NULL)) AS t(crm, mail)"
    made = source([add("crm", Query(crm), identity={"crm": "crm", "email": "mail"}, primary="crm")])
    assert "UNNEST" not in render(made.profiles(MAP, every=True)).upper()
    assert states(engine, made) == {
        "1": {"crm": [("1", None, True)], "email": [("a@x", None, False)]},
        "2": {"crm": [("2", None, True)]},
    }


def test_several_of_a_namespace_are_merged_in_full(add: Add, source: Make, engine: Engine) -> None:
    def row(crm: str, email: str, state: str) -> str:
        return (
            f"SELECT MAP {{'crm': [{{'id': '{crm}', 'authenticatedState': NULL, 'primary': true}}], "
            f"'email': [{{'id': '{email}', 'authenticatedState': {state}, 'primary': false}}]}} AS identityMap"
        )

    first = [row("1", "a", "'loggedOut'"), row("2", "b", "'ambiguous'")]
    second = [row("1", "c", "'authenticated'"), row("2", "b", "'authenticated'"), row("3", "d", "NULL")]
    made = source(
        [add(name, Query(" UNION ALL ".join(rows)), primary="crm") for name, rows in (("x", first), ("y", second))]
    )
    assert states(engine, made) == {
        "1": {"crm": [("1", None, True)], "email": [("a", "loggedOut", False), ("c", "authenticated", False)]},
        "2": {"crm": [("2", None, True)], "email": [("b", "authenticated", False)]},
        "3": {"crm": [("3", None, True)], "email": [("d", None, False)]},
    }


def test_how_row_groups_are_kept_ends_with_the_build() -> None:
    asked = "SELECT current_setting('max_vacuum_tasks')"
    with Engine() as engine:
        before = engine.value(asked)
        with as_written(engine):
            assert engine.value(asked) == 0 != before
        assert engine.value(asked) == before
