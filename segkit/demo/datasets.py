"""How the demo shop's files become datasets of a workspace, and where the small committed ones lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from segkit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """One dataset of the demo shop: ``ws.datasets.add(d.name, folder / d.file, kind=d.kind, **d.options)``."""

    name: str
    file: str
    kind: Literal["record", "event"]
    description: str
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


# No `primary`: each identity map marks its own, `crmId` for customers, `ECID` or `loyaltyId` for those not known yet.
# No `timestamp`: it is `extSourceSystemAudit.lastUpdatedDate` in the fragments and `timestamp` in the events.
DATASETS: Final = (
    DemoDataset("crm", "crm.parquet", "record", "The customer master: names, birth dates, addresses, consents."),
    DemoDataset("loyalty", "loyalty.parquet", "record", "The card programme: tier, points, favourite stores, scores."),
    DemoDataset(
        "web", "web.parquet", "record", "Browsers of customers who signed in and of strangers: interests, consents."
    ),
    DemoDataset("events", "events.parquet", "event", "Visits, orders, returns and e-mails of 24 months."),
)
"""The datasets in the order in which they are meant to be added, which settles ties between equal clocks."""


def sample_path() -> Path:
    """Return the folder of the small sample that lies in segkit's repository.

    Returns
    -------
    pathlib.Path
        The folder `data`, with the four files that `generate` makes for 2,000 profiles.

    Raises
    ------
    DataError
        In an installation without the repository around it; `generate` makes the same files anywhere.
    """
    folder = Path(__file__).resolve().parents[2] / "data"
    if not all((folder / dataset.file).is_file() for dataset in DATASETS):
        raise DataError(
            f"no sample data in {str(folder)!r}: they come with segkit's repository, not with the installed package; "
            "segkit.demo.generate(folder) or `segkit demo` makes the same files"
        )
    return folder
