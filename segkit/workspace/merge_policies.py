"""Merge policies: `ws.merge_policies`, over the records that `segkit.profiles` understands."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segkit.aep import policy_list_to_aep
from segkit.catalog import PROFILE_SCHEMA
from segkit.errors import InvalidRequestError, NotFoundError
from segkit.profiles import Dataset, MergePolicy, resolve_order, with_names
from segkit.result import Listing
from segkit.workspace import arguments
from segkit.workspace.times import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        is_active_on_edge: bool = False,
    ) -> MergePolicy:
        """Make a merge policy.

        Where its order lists no dataset of experience events although there are some, a warning says so.

        Parameters
        ----------
        name
            Unique in the workspace; or a whole AEP JSON document of a merge policy.
        attribute_merge
            `timestampOrdered`: for each attribute the newest value wins. `dataSetPrecedence`: the first dataset of
            `order` that has a value wins, and datasets not listed do not take part, those of experience events
            included: list the ones whose events the profiles shall have.
        order
            Names or ids of datasets, highest precedence first.
        identity_graph
            `none`: each primary identity is a profile. `pdg`: identities that occur together in a record or event are
            one profile, up to 50 of them; a row without a primary identity belongs by another. `ws.identities` shows
            what hangs together, and what is too large.
        default
            Whether it becomes the default policy.
        is_active_on_edge
            Kept for AEP; of no effect here.

        Raises
        ------
        ConflictError
            When the name is taken.
        InvalidRequestError
            When the parts do not fit together.
        """
        self._workspace.refuse_read_only("create a merge policy")
        asked = (
            _asked_by(name)
            if isinstance(name, Mapping)
            else {
                "name": name,
                "attribute_merge": attribute_merge,
                "order": order,
                "identity_graph": identity_graph,
                "default": default,
                "is_active_on_edge": is_active_on_edge,
            }
        )
        policy = self._asked(**asked)
        _warn_of(policy, self._workspace)
        store = self._workspace.catalog_store.merge_policies
        made = store.create(policy.name, policy.to_dict(), default=policy.default, id=policy.id)
        return self._policy(made)

    def _asked(
        self,
        *,
        name: str,
        attribute_merge: str,
        order: Sequence[str] | None,
        identity_graph: str,
        default: bool,
        is_active_on_edge: bool,
    ) -> MergePolicy:
        _boolean(default, "default")
        _boolean(is_active_on_edge, "is_active_on_edge")
        policy = MergePolicy.create(
            arguments.name(name, "merge policy"),
            attribute_merge=attribute_merge,
            order=self._ids(order),
            identity_graph=identity_graph,
            is_active_on_edge=is_active_on_edge,
            default=default,
        )
        return with_names(policy, self._workspace.datasets.records())

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

    def versions(self, policy: PolicyLike) -> Listing:
        """All versions of a policy, the oldest first; of a deleted one too, by its id.

        Returns
        -------
        Listing
            The columns of `list`; iterating gives `MergePolicy` records.
        """
        workspace = self._workspace
        key = arguments.key(policy, "merge policy", MergePolicy)
        with workspace.reading():
            stored = workspace.catalog_store.merge_policies.versions(key)
            datasets = workspace.datasets.records()
        return self._listing(stored, datasets, caption=f"versions of the merge policy {stored[-1].name}")

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
            datasets = workspace.datasets.records()
        return self._listing(
            stored,
            datasets,
            caption="merge policies",
            page=lambda: policy_list_to_aep(stored, workspace.settings, total=total, start=start, limit=limit),
        )

    def _listing(
        self,
        stored: Sequence[StoredPolicy],
        datasets: Sequence[Dataset],
        *,
        caption: str,
        page: Callable[[], dict[str, Any]] | None = None,
    ) -> Listing:
        found = [_policy(one, datasets) for one in stored]
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
            self._workspace.engine,
            found,
            COLUMNS,
            rows,
            page=page,
            kinds={"default": "bool", "version": "int", "updated": "datetime"},
            caption=caption,
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
        is_active_on_edge: bool | None = None,
    ) -> MergePolicy:
        """Make a new version with what is given; jobs that ran keep the version they used.

        The parameters are those of `create`. Under `timestampOrdered` the old order is forgotten.
        """
        self._workspace.refuse_read_only("update a merge policy")
        if name is not None:
            arguments.name(name, "merge policy")
        _boolean(default, "default")
        _boolean(is_active_on_edge, "is_active_on_edge")
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
                "is_active_on_edge": is_active_on_edge,
            }
            document |= {key: value for key, value in given.items() if value is not None}
            if attribute_merge == "timestampOrdered" and order is None:
                document["order"] = []
            asked = MergePolicy.from_dict(document)
            asked.validate()
            _warn_of(with_names(asked, self._workspace.datasets.records()), self._workspace)
            return self._policy(catalog.merge_policies.update(old.id, name=name, document=document, default=default))

    def delete(self, policy: PolicyLike) -> None:
        """Delete a policy that is neither the default nor used by a definition."""
        self._workspace.refuse_read_only("delete a merge policy")
        self._workspace.catalog_store.merge_policies.delete(self.get(policy).id)

    def _policy(self, stored: StoredPolicy) -> MergePolicy:
        return _policy(stored, self._workspace.datasets.records() if stored.document["order"] else ())

    def _ids(self, order: Sequence[str] | None) -> tuple[str, ...]:
        if order is None:
            return ()
        datasets = self._workspace.datasets.records()
        ids = resolve_order(arguments.keys(order, "dataset", Dataset), datasets)
        twice = next((one.name for one in datasets if ids.count(one.id) > 1), None)
        if twice is not None:
            raise InvalidRequestError(f"order= names the dataset `{twice}` twice")
        return ids


def _asked_by(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an AEP document of a merge policy asks for."""
    merge, graph, schema = (document.get(one) or {} for one in ("attributeMerge", "identityGraph", "schema"))
    if not all(isinstance(one, Mapping) for one in (merge, graph, schema)):
        message = (
            'a merge policy in JSON has `"attributeMerge": {"type": "timestampOrdered"}` and '
            '`"identityGraph": {"type": "none"}`'
        )
        raise InvalidRequestError(message)
    if schema.get("name", PROFILE_SCHEMA) != PROFILE_SCHEMA:
        message = f"the schema of a merge policy is `{PROFILE_SCHEMA}`, not `{schema['name']}`"
        raise InvalidRequestError(message)
    return {
        "name": arguments.name(document.get("name"), "merge policy"),
        "attribute_merge": merge.get("type", "timestampOrdered"),
        "order": merge.get("order"),
        "identity_graph": graph.get("type", "none"),
        "default": document.get("default", False),
        "is_active_on_edge": document.get("isActiveOnEdge", False),
    }


def _boolean(given: object, name: str) -> None:
    if given is not None and not isinstance(given, bool):
        message = f"{name} is True or False, not {arguments.given(given)}"
        raise InvalidRequestError(message)


def _policy(stored: StoredPolicy, datasets: Sequence[Dataset]) -> MergePolicy:
    return with_names(MergePolicy.from_dict(dict(stored.document)), datasets)


def _warn_of(policy: MergePolicy, workspace: Workspace) -> None:
    """Tell whoever makes a policy without events that it has none, where the workspace has some."""
    events = [one.name for one in workspace.datasets.records() if one.kind == "event"] if policy.events is False else []
    if events:
        some = ", ".join(f"`{one}`" for one in events[:3]) + " …" * (len(events) > 3)
        message = (
            f"under the merge policy `{policy.name}` no profile has experience events, as its order lists none of "
            f"{some}; put what shall take part into order="
        )
        # the caller of `create` or `update` is where a notebook shows it
        warnings.warn(message, stacklevel=3)
