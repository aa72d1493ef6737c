from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest

from segkit.notebook import coloured, job_html, job_text, record_html, record_text, segment_html, segment_text

EVIL = "<img src=x onerror=alert(1)>\"'&"
JOB: dict[str, Any] = {
    "id": "4c1f0c8e-77aa",
    "status": "SUCCEEDED",
    "source": "api",
    "created": datetime.fromisoformat("2026-11-02T09:00"),
    "as_of": datetime.fromisoformat("2026-11-02"),
    "duration": 4.2,
    "total_profiles": 20000,
    "stages": [{"stage": "snapshot", "seconds": 1.2}, {"stage": "evaluate", "seconds": 2.6}],
    "segments": [
        {"name": "Gold", "size": 1204, "share": 0.0602, "realized": 20, "existing": 1184, "exited": 31},
        {"name": "Lapsed", "size": 0, "share": 0.0, "realized": 0, "existing": 0, "exited": 2},
    ],
    "errors": [],
}


def bare(page: str) -> str:
    """What a reader sees of HTML, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_a_finished_job_shows_its_sizes_and_the_next_call() -> None:
    text = job_text(JOB, width=80)
    for line in (
        "Segment job 4c1f0c8e-77aa  SUCCEEDED",
        "  took      4.2 s",
        "  stages    snapshot 1.2 s, evaluate 2.6 s",
        "  Gold     1,204  6.0 %        20     1,184      31",
        '  next: `job.sizes()`, `job.members("Gold")`',
    ):
        assert line in text.splitlines()
    assert "Gold 1,204 6.0 % 20 1,184 31" in bare(job_html(JOB))


def test_a_first_run_has_no_columns_by_status() -> None:
    first = JOB | {"segments": [{"name": "Gold", "size": 5, "share": 1, "realized": 5, "existing": 0, "exited": 0}]}
    assert "realized" not in job_text(first) + job_html(first)


def test_a_running_job_shows_how_far_it_is() -> None:
    running = JOB | {"status": "PROCESSING", "progress": 0.42, "stage": "evaluate", "segments": [{"name": "Gold"}]}
    assert "42 %  evaluate" in job_text(running)
    assert "width:42.0%" in job_html(running)
    assert "segments  Gold" in job_text(running)
    assert "`job.wait()`" in job_text(running)


@pytest.mark.parametrize("fraction", [None, 0, 1, 7, -3, float("nan")])
def test_a_progress_that_is_unknown_or_odd_breaks_nothing(fraction: float | None) -> None:
    queued = {"id": "x", "status": "QUEUED", "progress": fraction}
    assert "waiting to start" in job_text(queued)
    assert "waiting to start" in job_html(queued)
    assert re.search(r"width:(100|0)\.0%", job_html(queued))


def test_a_failed_job_shows_why_line_by_line() -> None:
    failed = JOB | {"status": "FAILED", "errors": [{"code": "data-error", "msg": "first line\n  second line"}]}
    assert "  data-error\n  first line\n    second line\n" in job_text(failed)
    assert "first line\n  second line" in job_html(failed)


def test_a_long_list_of_segments_is_cut_and_says_how_to_see_the_rest() -> None:
    many = JOB | {"segments": [{"name": f"S{n}", "size": n, "share": 0.1} for n in range(50)]}
    assert "and 30 more: job.sizes()" in job_text(many)
    assert "`" not in job_html(many)
    assert "S19" in job_text(many)
    assert "S20" not in job_text(many)


def test_a_job_of_which_little_is_known_shows_that_little() -> None:
    assert job_text({"id": "x", "status": "NEW"}).startswith("Segment job x  NEW")
    assert "Segment job" in job_html({})


@pytest.mark.parametrize("name", ['the "best"', "back`tick", "x" * 80, "a\nb", ""])
def test_a_name_that_is_no_plain_literal_is_not_put_into_a_call(name: str) -> None:
    view = JOB | {"segments": [{"name": name, "size": 1, "share": 1}]}
    assert "`job.members(segment)`" in job_text(view)
    assert "`ws.jobs.create([segment])`" in segment_text({"id": "x", "name": name, "pql": "person"})


def test_nothing_that_came_in_acts_in_a_page() -> None:
    error = {"code": EVIL, "msg": EVIL}
    job = {"id": EVIL, "status": EVIL, "source": EVIL, "stage": EVIL, "stages": [{"stage": EVIL}], "errors": [error]}
    pages = [
        job_html(job | {"segments": [{"name": EVIL, "size": 1}]}),
        job_html(job | {"status": "PROCESSING", "segments": [{"name": EVIL}]}),
        segment_html({"id": EVIL, "name": EVIL, "pql": EVIL, "description": EVIL, "merge_policy": EVIL}),
        record_html(EVIL, [(EVIL, EVIL)], hint=EVIL),
    ]
    for page in pages:
        assert "<img" not in page


def test_a_segment_shows_its_expression_as_written() -> None:
    pql = '// first\nchain(xEvent, timestamp, [A: WHAT(x < 3 and y = "a  b")])\n  and not z'
    view = {
        "id": "9b7e",
        "name": "Then",
        "pql": pql,
        "version": 3,
        "updated": datetime.fromisoformat("2026-11-02"),
        "description": None,
    }
    shown = segment_html(view)
    inside = re.search(r"<pre[^>]*>(.*)</pre>", shown, re.DOTALL)
    assert inside is not None
    assert unescape(re.sub(r"</?span[^>]*>", "", inside[1])) == pql
    assert "\n".join(f"  {line}" for line in pql.splitlines()) in segment_text(view)
    assert "description" not in shown


def test_a_long_expression_on_one_line_is_laid_out() -> None:
    long = 'xEvent[eventType = "commerce.purchases"].sum(commerce.order.priceTotal) > 250 // euros\n'.strip()
    rest = " and " + " and ".join(f'_acme.field{number} = "some value"' for number in range(4))
    one = {"id": "x", "name": "Long", "pql": long.replace(" // euros", "") + rest}
    assert '\n  and _acme.field3 = "some value"\n' in segment_text(one)
    assert re.sub(r"<[^>]*>", "", segment_html(one)).count("\n") >= 4
    # what its author laid out, and what is no PQL, stays
    for pql in (f"{long}\n{rest}", "x " * 80):
        assert pql.splitlines()[-1].rstrip() in segment_text(one | {"pql": pql})


def test_words_in_a_page_are_not_broken_inside() -> None:
    look = re.search(r'<pre style="([^"]*)"', segment_html({"id": "x", "name": "x", "pql": "x < now"}))
    assert look is not None
    assert "word-break:normal" in look[1]


@pytest.mark.parametrize(
    ("pql", "kinds"),
    [
        ("a AND b", ["keyword"]),
        ("orders.count > 1", ["number"]),
        ("count(orders) > 1.5e3", ["keyword", "number"]),
        ('x = "a and \\" b" or y', ["string", "keyword"]),
        ("`and` = 1L", ["number"]),
        ("// not this\nx", ["comment"]),
        ("/* not\nthis */ x", ["comment"]),
        ('x = "never closed', ["string"]),
        ("x1 = y2", []),
    ],
)
def test_words_are_coloured_by_kind(pql: str, kinds: list[str]) -> None:
    assert re.findall(r"--jp-mirror-editor-(\w+)-color", coloured(pql)) == kinds
    assert unescape(re.sub(r"<[^>]*>", "", coloured(pql))) == pql


def test_long_values_go_on_below_between_words() -> None:
    stages = [{"stage": f"stage number {number}", "seconds": 1} for number in range(6)]
    lines = job_text(JOB | {"stages": stages, "segments": []}, width=60).splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("  stages"))
    assert lines[at : at + 2] == [
        "  stages    stage number 0 1.0 s, stage number 1 1.0 s,",
        "            stage number 2 1.0 s, stage number 3 1.0 s,",
    ]
    assert max(map(len, lines)) <= 60
    assert record_text("x", [("a", "y" * 90)], width=40).splitlines()[1] == "  a  " + "y" * 90


def test_a_record_leaves_out_what_is_not_known() -> None:
    pairs = [("kind", "record"), ("rows", 1200), ("clock", None)]
    assert record_text("Dataset crm", pairs, hint="next: `ws.schema`").splitlines() == [
        "Dataset crm",
        "  kind  record",
        "  rows  1,200",
        "",
        "  next: `ws.schema`",
    ]
    page = record_html("Dataset crm", pairs, hint="next: `ws.schema`")
    assert bare(page) == "Dataset crm kind record rows 1,200 next: ws.schema"
    assert "<code>ws.schema</code>" in page
