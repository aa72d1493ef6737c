from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segkit.notebook import table_html, table_text
from segkit.notebook.width import width_of

EVIL = "<script>alert('x')</script> & \"quoted\""


class Cells(HTMLParser):
    """The words of a table's cells with their tags and attributes, checking that every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.rows: list[list[tuple[str, dict[str, str | None]]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append(("", dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            text, attributes = self.rows[-1][-1]
            self.rows[-1][-1] = (text + data, attributes)

    @property
    def words(self) -> list[list[str]]:
        return [[text for text, _ in row] for row in self.rows]


def test_both_forms_show_the_same_words() -> None:
    columns, rows = ["name", "size"], [["Gold", 1234], ["Lapsed", None]]
    assert Cells(table_html(columns, rows)).words == [["name", "size"], ["Gold", "1,234"], ["Lapsed", "–"]]
    assert table_text(columns, rows, width=40).splitlines() == [
        "name     size",
        "──────  ─────",
        "Gold    1,234",
        "Lapsed      –",
    ]


def test_everything_that_came_in_is_escaped() -> None:
    page = table_html([EVIL], [[EVIL], [EVIL * 9]], caption=EVIL, footer=EVIL)
    assert Cells(page).seen == {"div", "table", "thead", "tbody", "tr", "th", "td"}
    assert "<script" not in page
    assert Cells(page).words[1] == [EVIL]


def test_shortened_words_have_their_whole_as_a_title() -> None:
    (_, attributes) = Cells(table_html(["x"], [["a" * 200]])).rows[1][0]
    assert attributes["title"] == "a" * 200


def test_numbers_stand_right_and_words_left_also_without_a_style_sheet() -> None:
    page = Cells(table_html(["name", "size", "share"], [["Gold", 1, "6 %"]], numeric={"share"}))
    for row in page.rows:
        aligned = [re.findall(r"text-align:(\w+)", attributes["style"] or "") for _, attributes in row]
        assert aligned == [["left"], ["right"], ["right"]]


def test_a_column_of_mixed_values_stands_left() -> None:
    assert table_text(["x"], [[1], ["two hundred"]], width=40).splitlines()[2] == "1"


def test_rows_may_be_mappings() -> None:
    assert Cells(table_html(["a", "b"], [{"b": 2, "a": 1}, {"a": 3}])).words[1:] == [["1", "2"], ["3", "–"]]


def test_a_table_may_be_empty() -> None:
    assert Cells(table_html(["a"], [])).words == [["a"]]
    assert table_text(["a"], [], width=20) == "a\n─"
    assert Cells(table_html([], [])).words == [[]]
    assert table_text([], [], width=20) == "\n"


def test_wide_letters_keep_the_columns_straight() -> None:
    lines = table_text(["name", "size"], [["日本の顧客", 5], ["Größe", 12]], width=40).splitlines()
    assert {width_of(line) for line in lines} == {width_of(lines[1])}


def test_a_narrow_terminal_shortens_words_but_no_number_and_no_time() -> None:
    rows: list[list[Any]] = [["word " * 12, 123_456_789_012, "other " * 12]]
    lines = table_text(["a", "b", "c"], rows, width=80).splitlines()
    assert "123,456,789,012" in lines[2]
    assert lines[2].count("…") == 2
    assert max(map(width_of, lines)) <= 80
    # the first column says what a row is about, and keeps the most
    first, _, last = (one for one in lines[1].split("  "))
    assert len(first) > len(last)


def test_a_path_as_a_heading_loses_its_beginning_first() -> None:
    head = table_text(["person.name.veryLongName.lastName", "b"], [["x", "word " * 20]], width=60).splitlines()[0]
    assert head.split()[0].startswith("…")
    assert head.split()[0].endswith("lastName")


def test_an_expression_as_a_heading_loses_its_end_first() -> None:
    columns = ["xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count()))", "b"]
    head = table_text(columns, [["x", "word " * 20]], width=60).splitlines()[0]
    assert head.startswith("xEvent.groupBy(")
    assert "…" in head


@pytest.mark.parametrize(("width", "last"), [(38, "… 1 more column: third"), (36, "… 2 more columns: second, third")])
def test_columns_that_do_not_fit_are_named(width: int, last: str) -> None:
    lines = table_text(["first", "second", "third"], [["a" * 20, "b" * 20, "c" * 20]], width=width).splitlines()
    assert lines[-1] == last
    # the others go before the first, which says what a row is about, is shortened
    assert lines[2].split()[0] == "a" * 20


def test_a_first_column_longer_than_names_are_gives_way_too() -> None:
    lines = table_text(["first", "second"], [["a" * 70, "b" * 20]], width=60).splitlines()
    assert lines[2].split() == ["a" * 39 + "…", "b" * 17 + "…"]


@given(
    st.integers(1, 120),
    st.lists(
        st.lists(st.text(st.characters(), max_size=40) | st.integers() | st.none(), min_size=3, max_size=3), max_size=4
    ),
)
def test_no_line_is_wider_than_asked(width: int, rows: list[list[Any]]) -> None:
    text = table_text(["a.long.path", "b", "c"], rows, width=width)
    assert max(map(width_of, text.splitlines())) <= width


@pytest.mark.parametrize("theme", ["#", "http", "@import", "<style", "<link"])
def test_a_table_brings_nothing_from_elsewhere_and_no_colour_that_a_dark_theme_hides(theme: str) -> None:
    assert theme not in table_html(["a"], [[1]], caption="x", footer="y")


def test_an_id_is_shown_whole_or_not_at_all() -> None:
    key = "4cfa1d77-8ec9-465b-8632-8026aa11bb22"
    for width in range(20, 120):
        shown = table_text(["name", "rule", "id"], [["Gold", "x " * 30, key]], width=width)
        assert key in shown or "4cfa1d77" not in shown
        assert max(map(len, shown.splitlines())) <= width
    assert key in shown
