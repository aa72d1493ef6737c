"""`MergePolicy`: how the fragments of one profile become one."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from segkit.errors import InvalidRequestError, NotFoundError
from segkit.notebook import record_html, record_text
from segkit.profiles.display import policy_card

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.profiles.datasets.dataset import Dataset

AttributeMerge = Literal["timestampOrdered", "dataSetPrecedence"]
IdentityGraph = Literal["none", "pdg"]
DEFAULT_NAME = "Default Timebased"


@dataclass(frozen=True, slots=True)
class MergePolicy:
    """A merge policy; made by `MergePolicy.create`, changed by `changed`.

    Parameters
    ----------
    id, name, version
        A uuid, a unique name, and a number that grows by one with each change.
    attribute_merge
        `timestampOrdered` (the newest value wins) or `dataSetPrecedence` (the first dataset in `order` wins).
    order
        Dataset ids, highest precedence first; empty under `timestampOrdered`.
    identity_graph
        `none`: each primary identity is a profile. `pdg`: identities that occur together in a record or event are one
        profile, up to 50 of them.
    default
        Whether it is used where no policy is named.
    created, updated
        Milliseconds since 1970.
    is_active_on_edge
        AEP's; kept, and of no effect here.
    order_names, left_out, events
        The names of the datasets in `order`, of those that it does not list, and whether one with events takes part,
        where the workspace has looked them up; for displays only.
    """

    id: str
    name: str
    version: int
    attribute_merge: AttributeMerge
    order: tuple[str, ...] = ()
    identity_graph: IdentityGraph = "none"
    default: bool = False
    created: int = 0
    updated: int = 0
    is_active_on_edge: bool = False
    order_names: tuple[str, ...] = field(default=(), compare=False)
    left_out: tuple[str, ...] = field(default=(), compare=False)
    events: bool | None = field(default=None, compare=False)

    @classmethod
    def create(
        cls,
        name: str,
        *,
        attribute_merge: str = "timestampOrdered",
        order: Sequence[str] = (),
        identity_graph: str = "none",
        default: bool = False,
        is_active_on_edge: bool = False,
    ) -> MergePolicy:
        """A new policy.

        Raises
        ------
        InvalidRequestError
            The options make no sense together, or name something that segkit does not do.
        """
        now = time.time_ns() // 1_000_000
        made = cls(
            id=str(uuid.uuid4()),
            name=name,
            version=1,
            attribute_merge=attribute_merge,  # type: ignore[arg-type]
            order=tuple(order),
            identity_graph=identity_graph,  # type: ignore[arg-type]
            default=default,
            is_active_on_edge=is_active_on_edge,
            created=now,
            updated=now,
        )
        made.validate()
        return made

    def changed(self, **fields: Any) -> MergePolicy:  # noqa: ANN401 - the fields of the record
        """The next version, with some fields changed."""
        made = replace(
            self,
            order_names=(),
            left_out=(),
            events=None,
            **fields,
            version=self.version + 1,
            updated=time.time_ns() // 1_000_000,
        )
        made.validate()
        return made

    def validate(self) -> None:
        """Refuse what makes no sense."""
        name = self.name
        if not name.strip():
            raise InvalidRequestError("a merge policy needs a name")
        if self.identity_graph not in {"none", "pdg"}:
            message = f"merge policy `{name}`: identity_graph is `none` or `pdg`, not `{self.identity_graph}`"
            raise InvalidRequestError(message)
        if self.attribute_merge not in {"timestampOrdered", "dataSetPrecedence"}:
            known = "`timestampOrdered` or `dataSetPrecedence`"
            raise InvalidRequestError(
                f"merge policy `{name}`: attribute_merge is {known}, not `{self.attribute_merge}`"
            )
        if self.attribute_merge == "dataSetPrecedence" and not self.order:
            raise InvalidRequestError(
                f"merge policy `{name}`: dataSetPrecedence needs order=, the datasets that win first"
            )
        if self.attribute_merge == "timestampOrdered" and self.order:
            raise InvalidRequestError(f"merge policy `{name}`: order= has a meaning under dataSetPrecedence only")
        twice = next((one for place, one in enumerate(self.order) if one in self.order[:place]), None)
        if twice is not None:
            raise InvalidRequestError(f"merge policy `{name}`: order= names dataset `{twice}` twice")

    def to_dict(self) -> dict[str, Any]:
        """As a JSON document."""
        names = ("id", "name", "version", "attribute_merge", "identity_graph", "default", "created", "updated")
        kept = {one: getattr(self, one) for one in (*names, "is_active_on_edge")}
        return kept | {"order": list(self.order)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> MergePolicy:
        """The reverse of `to_dict`."""
        return cls(**{**document, "order": tuple(document["order"])})

    def __repr__(self) -> str:
        card = policy_card(self)
        return record_text(card.title, card.pairs, hint=card.hint)

    def _repr_html_(self) -> str:
        card = policy_card(self)
        return record_html(card.title, card.pairs, hint=card.hint)


def taking_part(policy: MergePolicy, datasets: Sequence[Dataset]) -> tuple[Dataset, ...]:
    """The datasets that make profiles under a policy: all, or those that its order lists, in that order.

    What an order does not list takes no part, with its records as little as with its events.
    """
    rank = {one: place for place, one in enumerate(policy.order)}
    if not rank:
        return tuple(datasets)
    return tuple(sorted((one for one in datasets if one.id in rank), key=lambda one: rank[one.id]))


def with_names(policy: MergePolicy, datasets: Sequence[Dataset]) -> MergePolicy:
    """The policy with what its display says of the datasets of the workspace."""
    if not policy.order:
        return policy
    names = {one.id: one.name for one in datasets}
    return replace(
        policy,
        order_names=tuple(names.get(one, one) for one in policy.order),
        left_out=tuple(one.name for one in datasets if one.id not in policy.order),
        events=any(one.kind == "event" for one in taking_part(policy, datasets)),
    )


def resolve_order(order: Sequence[str], datasets: Sequence[Dataset]) -> tuple[str, ...]:
    """Dataset ids for names or ids.

    Raises
    ------
    NotFoundError
        There is no such dataset.
    """
    known = {one.name: one.id for one in datasets} | {one.id: one.id for one in datasets}
    missing = next((one for one in order if one not in known), None)
    if missing is not None:
        names = ", ".join(f"`{one.name}`" for one in datasets) or "none"
        raise NotFoundError(f"there is no dataset `{missing}` to put in an order; there are {names}")
    return tuple(known[one] for one in order)
