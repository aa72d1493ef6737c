from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from plots_looking import bars, faults, labels, words

from segkit.errors import InvalidRequestError
from segkit.plots import timeline
from segkit.plots.canvas import ALARM
from segkit.plots.history import PALETTE, UNNAMED, WAITING

NOON = pd.Timestamp("2026-11-02 12:00:00")
NOW = NOON + pd.Timedelta("1h")
STAGES = (("snapshot", 1.0), ("evaluate", 2.0))


def after(seconds: float, start: pd.Timestamp = NOON) -> pd.Timestamp:
    return start + pd.Timedelta(seconds=seconds)


class History:
    """Frames of jobs and stages, job by job."""

    def __init__(self) -> None:
        self._jobs: list[dict[str, Any]] = []
        self._stages: list[dict[str, Any]] = []

    def job(
        self,
        status: str = "SUCCEEDED",
        *,
        at: pd.Timestamp = NOON,
        wait: float | None = 0.5,
        stages: tuple[tuple[str, float | None], ...] = STAGES,
        end: bool = True,
    ) -> History:
        name, clock = f"{len(self._jobs):08x}-77", wait or 0.0
        for stage, seconds in stages:
            begin, clock = clock, clock + (seconds or 0.0)
            finished = pd.NaT if seconds is None else after(clock, at)
            self._stages.append({"job_id": name, "stage": stage, "started": after(begin, at), "finished": finished})
        self._jobs.append(
            {
                "id": name,
                "status": status,
                "source": "api",
                "created": at,
                "started": pd.NaT if wait is None else after(wait, at),
                "finished": after(clock, at) if end else pd.NaT,
                "segments": 8,
                "total_profiles": 20000,
            }
        )
        return self

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return (
            pd.DataFrame(self._jobs, columns=["id", "status", "source", "created", "started", "finished", "segments"]),
            pd.DataFrame(self._stages, columns=["job_id", "stage", "started", "finished"]),
        )


def test_a_job_is_its_wait_and_its_stages_from_its_creation_on() -> None:
    figure = timeline(*History().job().frames(), now=NOW)
    (row,) = bars(figure)
    assert row == [
        (0, 0.5, WAITING.colour),
        (0.5, 3.0, UNNAMED.colour),
        (0.5, 1.0, PALETTE[0]),
        (1.5, 2.0, PALETTE[1]),
    ]
    assert labels(figure) == ["✓ 3.5 s"]
    assert {"waiting", "snapshot", "evaluate", "2 Nov 2026", "12:00:00", "8 segments", "00000000"} <= set(words(figure))


def test_newest_jobs_stand_on_top_and_a_day_is_written_once() -> None:
    history = History()
    for minutes in (0, 5, 60 * 24 * 9):
        history.job(at=NOON + pd.Timedelta(minutes=minutes))
    shown = words(timeline(*history.frames(), now=NOW))
    assert [one for one in shown if one.startswith("000000")] == ["00000002", "00000001", "00000000"]
    assert [one for one in shown if one.endswith("2026")] == ["11 Nov 2026", "2 Nov 2026"]


@pytest.mark.parametrize(
    ("status", "end", "said"),
    [
        ("FAILED", True, "✕ failed after 3.5 s"),
        ("CANCELLED", True, "– cancelled after 3.5 s"),
        ("PROCESSING", False, "… running for 1 h"),
        ("CANCELLING", False, "… cancelling, 1 h so far"),
        ("QUEUED", False, "… waiting for 1 h"),
        ("SOMETHING", True, "something, 3.5 s"),
    ],
)
def test_every_status_is_told_apart_in_words(status: str, end: bool, said: str) -> None:  # noqa: FBT001
    figure = timeline(*History().job(status, end=end).frames(), now=NOW)
    assert labels(figure) == [said]
    assert (figure.axes[0].texts[0].get_color() == ALARM) == (status == "FAILED")
    assert faults(figure) == []


def test_a_running_stage_reaches_to_now() -> None:
    history = History().job("PROCESSING", stages=(("snapshot", 1.0), ("evaluate", None)), end=False)
    figure = timeline(*history.frames(), now=after(10))
    assert bars(figure)[0][-1] == (1.5, 8.5, PALETTE[1])


def test_a_job_that_never_started_only_waits() -> None:
    figure = timeline(*History().job("QUEUED", wait=None, stages=(), end=False).frames(), now=after(4))
    assert bars(figure) == [[(0, 4.0, WAITING.colour)]]


def test_a_job_that_died_without_an_end_is_drawn_as_far_as_it_is_known() -> None:
    figure = timeline(*History().job("FAILED", end=False).frames(), now=NOW)
    assert labels(figure) == ["✕ failed after 3.5 s"]


def test_a_clock_that_went_back_draws_no_negative_bar() -> None:
    jobs, stages = History().job().frames()
    jobs["finished"] = NOON - pd.Timedelta("5s")
    figure = timeline(jobs, stages, now=NOW)
    assert all(length > 0 for row in bars(figure) for _, length, _ in row)
    assert labels(figure) == ["✓ 0 s"]


def test_one_very_long_job_is_cut_so_that_the_others_stay_readable() -> None:
    history = History().job().job(at=after(60)).job(at=after(120), stages=(("snapshot", 9000.0),))
    figure = timeline(*history.frames(), now=NOW)
    assert labels(figure)[0] == "✓ 2 h 30 min"
    assert max(start + length for start, length, _ in bars(figure)[0]) == pytest.approx(3.5 * 1.25)
    assert any(one.startswith("A bar with a cut") for one in words(figure))
    assert faults(figure) == []


@pytest.mark.parametrize("count", [1, 30, 31, 50])
def test_any_number_of_jobs_fits(count: int) -> None:
    history = History()
    for n in range(count):
        history.job("FAILED" if n % 7 == 3 else "SUCCEEDED", at=NOON + pd.Timedelta(hours=7 * n), wait=n * 0.1)
    figure = timeline(*history.frames(), now=NOW)
    assert faults(figure) == []
    assert len(labels(figure)) == min(count, 30)
    assert (f"and {count - 30} older job{'' if count == 31 else 's'}" in words(figure)) == (count > 30)


@pytest.mark.parametrize("scale", [0.0001, 0.02, 1, 47, 3000, 90_000])
def test_axis_labels_never_touch(scale: float) -> None:
    stages = (("snapshot", scale), ("evaluate", scale * 2.3))
    assert faults(timeline(*History().job(wait=scale / 3, stages=stages).frames(), now=NOW)) == []


def test_more_stages_than_colours_share_one() -> None:
    stages = tuple((f"a stage with the number {n}", 1.0) for n in range(12))
    figure = timeline(*History().job(wait=0, stages=stages).frames(), now=NOW)
    assert "other stages" in words(figure)
    assert bars(figure)[0][-1] == (11.0, 1.0, UNNAMED.colour)
    assert faults(figure) == []


def test_no_jobs_is_a_figure_too() -> None:
    figure = timeline(*History().frames())
    assert any("No segment jobs" in one for one in words(figure))
    assert faults(figure) == []


def test_zones_are_told_as_utc() -> None:
    jobs, stages = History().job(at=NOON).frames()
    for column in ("created", "started", "finished"):
        jobs[column] = jobs[column].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    figure = timeline(jobs, stages, now=NOW)
    assert "12:00:00" in words(figure)
    assert labels(figure) == ["✓ 3.5 s"]


def test_without_now_the_current_time_is_taken() -> None:
    created = pd.Timestamp.now("UTC").tz_localize(None) - pd.Timedelta(days=3)
    history = History().job("QUEUED", at=created, wait=None, stages=(), end=False)
    assert labels(timeline(*history.frames()))[0].startswith("… waiting for 3 d")


def test_a_frame_without_its_columns_is_refused_by_name() -> None:
    jobs, stages = History().job().frames()
    with pytest.raises(InvalidRequestError, match="frame of jobs has no column `status`"):
        timeline(jobs.drop(columns="status"), stages)
    with pytest.raises(InvalidRequestError, match="frame of stages has no column `stage`"):
        timeline(jobs, stages.drop(columns="stage"))
    with pytest.raises(InvalidRequestError, match="at least 1"):
        timeline(jobs, stages, limit=0)
