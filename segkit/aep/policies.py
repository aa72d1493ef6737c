"""Merge policies in Adobe's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.aep.pages import Document, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.catalog import Settings, StoredPolicy

PATH = "/mergePolicies"


def policy_to_aep(policy: StoredPolicy, settings: Settings) -> Document:
    """The AEP document of a merge policy."""
    kept = policy.document
    merge: Document = {"type": kept.get("attribute_merge", "timestampOrdered")}
    if kept.get("order"):
        merge["order"] = list(kept["order"])
    return {
        "id": policy.id,
        "name": policy.name,
        "imsOrgId": settings.org,
        "sandbox": settings.sandbox_fields(),
        "schema": {"name": policy.schema_name},
        "version": policy.version,
        "identityGraph": {"type": kept.get("identity_graph", "none")},
        "attributeMerge": merge,
        "isActiveOnEdge": bool(kept.get("is_active_on_edge", False)),
        "default": policy.default,
        "updateEpoch": policy.update_time // 1000,
    }


def policy_list_to_aep(
    policies: Sequence[StoredPolicy], settings: Settings, *, total: int, start: int = 0, limit: int | None = None
) -> Document:
    """A page of merge policies."""
    children = [policy_to_aep(one, settings) for one in policies]
    return page(children, total=total, start=start, path=PATH, query={"limit": limit})
