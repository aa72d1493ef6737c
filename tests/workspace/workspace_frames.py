"""Small tables for tests of the public face."""

from __future__ import annotations

import pandas as pd


def people(*rows: tuple[object, ...]) -> pd.DataFrame:
    """A flat table of customers: id, country, points, and when it was last changed."""
    given = rows or (
        ("a", "US", 5, "2026-01-01"),
        ("b", "DE", 7, "2026-01-02"),
        ("c", "US", None, "2026-01-03"),
    )
    frame = pd.DataFrame(given, columns=["id", "homeAddress.country", "loyalty.points", "changed"])
    return frame.assign(changed=pd.to_datetime(frame["changed"]))
