"""The state machine, every pair of states."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from segkit.catalog import Catalog, StoredJob
from segkit.errors import InvalidRequestError
from segkit.jobs import Status, parse_status
from segkit.jobs.states import ABANDONED, TRANSITIONS, sources_of

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED = {
    ("NEW", "QUEUED"),
    ("QUEUED", "PROCESSING"),
    ("PROCESSING", "SUCCEEDED"),
    ("PROCESSING", "FAILED"),
    ("NEW", "CANCELLING"),
    ("QUEUED", "CANCELLING"),
    ("PROCESSING", "CANCELLING"),
    ("CANCELLING", "CANCELLED"),
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder: Path = tmp_path_factory.mktemp("states")
    return Catalog(folder)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)))
def test_only_the_listed_transitions_happen(before: Status, after: Status) -> None:
    assert (after in TRANSITIONS[before]) == ((before.value, after.value) in ALLOWED)
    assert (before in sources_of(after)) == ((before.value, after.value) in ALLOWED)


def test_an_illegal_transition_changes_nothing_in_the_catalog(catalog: Catalog) -> None:
    for before, after in itertools.product(Status, Status):
        job_id = f"{before}-{after}"
        with catalog.transaction():
            catalog.jobs.insert(StoredJob(job_id, before, "me", "api", 1, 1, {"segments": []}), [])
            moved = catalog.jobs.move(job_id, sources_of(after), after)
            allowed = (before.value, after.value) in ALLOWED
            assert moved == allowed
            assert catalog.jobs.status(job_id) == (after if allowed else before)


def test_what_is_finished_and_what_a_cancel_still_changes() -> None:
    assert {one for one in Status if one.finished} == {Status.SUCCEEDED, Status.FAILED, Status.CANCELLED}
    assert {one for one in Status if Status.CANCELLING in TRANSITIONS[one]} == {
        Status.NEW,
        Status.QUEUED,
        Status.PROCESSING,
    }
    assert set(ABANDONED) == {one for one in Status if not one.finished}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("CANCELING", "CANCELLING"),
        ("CANCELED", "CANCELLED"),
        ("CANCELATION", "CANCELLED"),
        ("SUCCEED", "SUCCEEDED"),
        ("succeeded", "SUCCEEDED"),
        (" failed ", "FAILED"),
        ("NEW", "NEW"),
    ],
)
def test_adobes_spellings_are_read(text: str, status: str) -> None:
    assert parse_status(text).value == status


def test_an_unknown_status_names_the_known_ones() -> None:
    with pytest.raises(InvalidRequestError, match=r"no job status `DONE`.*NEW, QUEUED, PROCESSING"):
        parse_status("DONE")
