"""Merge policies: `ws.merge_policies`, over the records that `segkit.profiles` understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from segkit.aep import policy_list_to_aep
from segkit.errors import InvalidRequestError, NotFoundError
from segkit.profiles import Dataset, MergePolicy, resolve_order
from segkit.result import Listing
from segkit.workspace import arguments
from segkit.workspace.times import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.catalog import StoredPolicy
    from segkit.workspace.core import Workspace

COLUMNS = ("name", "attribute_merge", "order", "identity_graph", "default", "version", "updated", "id")
PolicyLike = MergePolicy | str


class MergePolicies:
    """The merge policies of a workspace: how fragments become profiles."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def create(
        self,
        name: str | Mapping[str, Any],
        *,
        attribute_merge: str = "timestampOrdered",
        order: Sequence[str] | None = None,
        identity_graph: str = "none",
        default: bool = False,
    ) -> MergePolicy:
        """Make a merge policy.

        Parameters
        ----------
        name
            Unique in the workspace; or a whole AEP JSON document of a merge policy.
        attribute_merge
            `timestampOrdered`: for each attribute the newest value wins. `dataSetPrecedence`: the first dataset of
            `order` that has a value wins, and datasets not listed do not take part.
        order
            Names or ids of datasets, highest precedence first.
        identity_graph
            `none`: each primary identity is a profile.
        default
            Whether it becomes the default policy.

        Raises
        ------
        ConflictError
            When the name is taken.
        InvalidRequestError
            When the parts do not fit together.
        """
        self._workspace.refuse_read_only("create a merge policy")
        if isinstance(name, Mapping):
            return self.create(**_asked_by(name))
        _boolean(default)
        policy = MergePolicy.create(
            arguments.name(name, "merge policy"),
            attribute_merge=attribute_merge,
            order=self._ids(order),
            identity_graph=identity_graph,
        )
        store = self._workspace.catalog_store.merge_policies
        stored = store.create(name, policy.to_dict(), default=default, id=policy.id)
        return self._policy(stored)

    def get(self, policy: PolicyLike, *, version: int | None = None) -> MergePolicy:
        """The policy with this id or name, or an older version of it.

        Raises
        ------
        NotFoundError
            When there is none; the message names the nearest.
        """
        key = arguments.key(policy, "merge policy", MergePolicy)
        arguments.version(version)
        return self._policy(self._workspace.catalog_store.merge_policies.get(key, version=version))

    def bulk_get(self, policies: Sequence[PolicyLike]) -> dict[str, MergePolicy | NotFoundError]:
        """Several policies at once: what was asked for → the policy, or the error where there is none."""
        found: dict[str, MergePolicy | NotFoundError] = {}
        with self._workspace.reading():
            for one in arguments.keys(policies, "merge policy", MergePolicy):
                try:
                    found[one] = self.get(one)
                except NotFoundError as error:
                    found[one] = error
        return found

    @property
    def default(self) -> MergePolicy:
        """The default policy."""
        return self._policy(self._workspace.catalog_store.merge_policies.default())

    def list(
        self,
        *,
        start: int = 0,
        limit: int | None = None,
        sort: str = "creationTime:desc",
        property: str | Sequence[str] | None = None,  # noqa: A002  AEP's word
    ) -> Listing:
        """All policies, newest first; see `Jobs.list` for the parameters.

        Returns
        -------
        Listing
            `name`, `attribute_merge`, `order` (dataset names), `identity_graph`, `default` (bool), `version`,
            `updated` (UTC), `id`; iterating gives `MergePolicy` records.
        """
        workspace = self._workspace
        arguments.listing(sort=sort, property=property)
        with workspace.reading():
            total, stored = workspace.catalog_store.merge_policies.list(
                start=start, limit=limit, sort=sort, property=property
            )
            names = {one.id: one.name for one in workspace.datasets.records()}
        found = [_policy(one, names) for one in stored]
        rows = [
            (
                one.name,
                one.attribute_merge,
                ", ".join(one.order_names),
                one.identity_graph,
                one.default,
                one.version,
                moment(record.update_time),
                one.id,
            )
            for one, record in zip(found, stored, strict=True)
        ]
        return Listing(
            workspace.engine,
            found,
            COLUMNS,
            rows,
            page=lambda: policy_list_to_aep(stored, workspace.settings, total=total, start=start, limit=limit),
            kinds={"default": "bool", "version": "int", "updated": "datetime"},
            caption="merge policies",
        )

    def update(
        self,
        policy: PolicyLike,
        *,
        name: str | None = None,
        attribute_merge: str | None = None,
        order: Sequence[str] | None = None,
        identity_graph: str | None = None,
        default: bool | None = None,
    ) -> MergePolicy:
        """Make a new version with what is given; jobs that ran keep the version they used."""
        self._workspace.refuse_read_only("update a merge policy")
        if name is not None:
            arguments.name(name, "merge policy")
        _boolean(default)
        catalog = self._workspace.catalog_store
        # in one transaction: what another process changes meanwhile is not to be written over
        with catalog.transaction():
            old = self.get(policy)
            document: dict[str, Any] = old.to_dict()
            given = {
                "name": name,
                "attribute_merge": attribute_merge,
                "order": None if order is None else list(self._ids(order)),
                "identity_graph": identity_graph,
            }
            document |= {key: value for key, value in given.items() if value is not None}
            if attribute_merge == "timestampOrdered" and order is None:
                document["order"] = []
            MergePolicy.from_dict(document).validate()
            return self._policy(catalog.merge_policies.update(old.id, name=name, document=document, default=default))

    def delete(self, policy: PolicyLike) -> None:
        """Delete a policy that is neither the default nor used by a definition."""
        self._workspace.refuse_read_only("delete a merge policy")
        self._workspace.catalog_store.merge_policies.delete(self.get(policy).id)

    def _policy(self, stored: StoredPolicy) -> MergePolicy:
        named = bool(stored.document["order"])
        return _policy(stored, {one.id: one.name for one in self._workspace.datasets.records()} if named else {})

    def _ids(self, order: Sequence[str] | None) -> tuple[str, ...]:
        if order is None:
            return ()
        return resolve_order(arguments.keys(order, "dataset", Dataset), self._workspace.datasets.records())


def _asked_by(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an AEP document of a merge policy asks for."""
    merge, graph = document.get("attributeMerge") or {}, document.get("identityGraph") or {}
    if not isinstance(merge, Mapping) or not isinstance(graph, Mapping):
        message = (
            'a merge policy in JSON has `"attributeMerge": {"type": "timestampOrdered"}` and '
            '`"identityGraph": {"type": "none"}`'
        )
        raise InvalidRequestError(message)
    return {
        "name": arguments.name(document.get("name"), "merge policy"),
        "attribute_merge": merge.get("type", "timestampOrdered"),
        "order": merge.get("order"),
        "identity_graph": graph.get("type", "none"),
        "default": document.get("default", False),
    }


def _boolean(default: object) -> None:
    if default is not None and not isinstance(default, bool):
        message = f"default is True or False, not {arguments.given(default)}"
        raise InvalidRequestError(message)


def _policy(stored: StoredPolicy, names: Mapping[str, str]) -> MergePolicy:
    """The record, with the names of the datasets in its order by their ids."""
    policy = MergePolicy.from_dict(dict(stored.document))
    return replace(policy, order_names=tuple(names.get(one, one) for one in policy.order))
