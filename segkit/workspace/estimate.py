"""What `ws.estimate` and `ws.size(…).estimate` do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.analysis.estimate import Estimate, buckets_of, estimate
from segkit.errors import SegkitError

if TYPE_CHECKING:
    from segkit.evaluation import Scope
    from segkit.pql import Expression


def estimated(scope: Scope, rule: str | Expression, fraction: float) -> Estimate:
    """Estimate an audience over the data as they are now."""
    buckets_of(fraction)
    scope.verify()
    try:
        return estimate(scope, rule, fraction)
    except SegkitError:
        # another process may have put a newer sample in the place of the one that was found; else it fails again
        return estimate(scope, rule, fraction)
