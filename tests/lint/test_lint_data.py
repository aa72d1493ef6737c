"""What lint says once it may look into the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk
from segkit import DataError
from segkit.pql.codes import LINT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.workspace import Workspace

PEOPLE = pd.DataFrame(
    {
        "id": [f"p{number}" for number in range(60)],
        "tier": ["gold", "silver", None] * 20,
        "city": [f"Town {number}" for number in range(60)],
        "note": ["Ab", "ab", "x"] * 20,
        "age": [20 + number for number in range(60)],
    }
)
EVENTS = pd.DataFrame(
    {
        "id": ["p1", "p1", "p2"],
        "_id": ["a", "b", "c"],
        "timestamp": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
        "eventType": ["web.view", "commerce.purchases", "web.view"],
        "price": [1.5, 2.5, 10.0],
    }
)


@pytest.fixture(scope="module")
def ws() -> Iterator[Workspace]:
    with sk.open(None) as workspace:
        workspace.datasets.add("crm", PEOPLE, identity={"crm": "id"})
        workspace.datasets.add("web", EVENTS, kind="event", identity={"crm": "id"})
        yield workspace


FOUND = [
    ("literal-case", 'tier = «"Gold"»', '`"gold"`'),
    ("literal-case", '«"GOLD"» = tier', '`"gold"`'),
    ("literal-case", 'tier in ["silver", «"GOLD"»]', '`"gold"`'),
    ("literal-case", 'note = «"AB"»', '`"Ab"` or `"ab"`'),
    ("literal-case", 'xEvent[eventType = «"Web.View"»].count() > 1', '`"web.view"`'),
    ("literal-case", 'chain(xEvent, timestamp, [A: WHAT(eventType = «"WEB.VIEW"»)])', '`"web.view"`'),
    ("literal-case", 'select E from xEvent where E.eventType = «"Web.view"»', '`"web.view"`'),
    ("unknown-value", 'tier = «"golden"»', "did you mean"),
    ("unknown-value", 'tier = «"bronze"»', 'it is `"gold"`, `"silver"`'),
    ("unknown-value", 'tier.equals(«"bronze"», false)', 'it is `"gold"`, `"silver"`'),
    ("outside-data", "age > «79»", "from 20 to 79"),
    ("outside-data", "age >= «80»", "from 20 to 79"),
    ("outside-data", "«20» > age", "from 20 to 79"),
    ("outside-data", "age <= «19.5»", "from 20 to 79"),
    ("outside-data", "age = «19»", "from 20 to 79"),
    ("outside-data", "age in [20, «100»]", "from 20 to 79"),
    ("outside-data", "xEvent[price > «10»]", "from 1.5 to 10"),
]
QUIET = [
    'tier in ["gold", "Gold"]',
    'tier = "GOLD" or tier = "gold"',
    *('tier = "gold"', 'note = "ab"', 'tier.equals("GOLD", false)', "age > 78", "age >= 79", "age < 21", "age = 20"),
    *(
        "xEvent[price >= 10]",
        'xEvent[eventType = "web.view"]',
        "age != 100",
        'city = "Village"',
        'tier.contains("Gold")',
    ),
    *('city != "Town 1"', 'tier.toString() = "bronze"', "age + 1 > 1000", "xEvent.count() > 100"),
]


@pytest.mark.parametrize(("code", "text", "hint"), FOUND)
def test_r51_the_data_are_heard(ws: Workspace, code: str, text: str, hint: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    words = text[text.index("«") + 1 : text.index("»")]
    [one] = ws.lint(plain)
    assert (one.code, one.words) == (code, words)
    assert one.hint is not None
    assert hint in one.hint
    # what is found so adds nobody
    assert ws.size(plain) == ws.size(plain.replace(words, '"-"') if '"' in words else f"({plain}) and age != {words}")


@pytest.mark.parametrize("text", QUIET)
def test_r51_the_data_raise_no_false_alarm(ws: Workspace, text: str) -> None:
    assert list(ws.lint(text)) == []


def test_r12_a_negative_comparison_says_how_many_it_leaves_out(ws: Workspace) -> None:
    [one] = ws.lint('tier != "gold"')
    assert one.code == "drops-missing"
    assert "leaves out 20 profiles" in one.message
    assert ws.size('not (tier = "gold")') - ws.size('tier != "gold"') == 20


def test_r51_letters_are_mended_as_the_data_spell_them(ws: Workspace) -> None:
    assert ws.lint('tier = "Gold" and tier = "Gold"').fixed == 'tier = "gold" and tier = "gold"'
    assert ws.lint('note = "AB"').fixed == 'note = "AB"'


def test_r51_check_finds_what_needs_no_data_and_asks_for_none(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(ws.engine), "rows", lambda *_, **__: pytest.fail("the data were asked"))
    assert [one.code for one in ws.check('tier = "Gold" and tier = "silver"')] == ["always-false"]
    assert [one.code for one in ws.check('tier != "Gold"')] == ["drops-missing"]


def test_r51_a_field_is_looked_up_once(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ws.lint('tier = "Gold" and age > 1000')
    monkeypatch.setattr(type(ws.engine), "rows", lambda *_, **__: pytest.fail("the data were asked again"))
    assert ws.lint('tier = "Gold" and age > 1000') == first


def test_r51_errors_are_told_and_not_raised(ws: Workspace) -> None:
    assert [one.code for one in ws.lint("tier == 'gold'")] == ["foreign-operator", "single-quotes"]
    assert [one.code for one in ws.lint("teir = 1")] == ["unknown-field"]


def test_r51_changed_files_are_looked_up_anew(tmp_path: Path) -> None:
    file = tmp_path / "crm.parquet"
    PEOPLE.to_parquet(file)
    with sk.open(None) as ws:
        ws.datasets.add("crm", file, identity={"crm": "id"})
        assert [one.code for one in ws.lint('tier = "Gold"')] == ["literal-case"]
        PEOPLE.assign(tier="Gold").head(50).to_parquet(file)
        with pytest.raises(DataError, match="refresh"):
            ws.lint('tier = "Gold"')
        ws.datasets.refresh("crm")
        assert list(ws.lint('tier = "Gold"')) == []


def test_r51_without_data_lint_says_so() -> None:
    with sk.open(None) as ws:
        with pytest.raises(DataError, match="no data yet"):
            ws.lint("a = 1")
        assert [one.code for one in ws.check("not (not a)")] == ["double-negation"]


def test_r51_the_codes_that_need_data_are_shown_here() -> None:
    assert {code for code, _, _ in FOUND} <= set(LINT)
    assert {code for code, _, _ in FOUND} == {"literal-case", "unknown-value", "outside-data"}
