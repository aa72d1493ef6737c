"""Segment definitions: `ws.segments` and the objects it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segkit.aep import definition_from_aep, definition_list_to_aep, definition_to_aep
from segkit.catalog import SegmentDefinition
from segkit.errors import ConflictError, InvalidRequestError, NotFoundError
from segkit.notebook import segment_html, segment_text
from segkit.pql import parse
from segkit.pql.references import referenced_segments
from segkit.result import Listing
from segkit.workspace import arguments
from segkit.workspace.times import moment, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike
    from segkit.workspace.size import Size

TEXT_FORMAT = "pql/text"
COLUMNS = ("name", "pql", "merge_policy", "version", "updated", "id")


class Segment:
    """A segment definition: one version of it, as it was when it was read.

    Attributes
    ----------
    record : SegmentDefinition
        Everything the catalog keeps of it.
    """

    def __init__(self, workspace: Workspace, record: SegmentDefinition) -> None:
        self._workspace = workspace
        self.record = record

    @property
    def id(self) -> str:
        """The uuid."""
        return self.record.id

    @property
    def name(self) -> str:
        """The name, unique in the workspace."""
        return self.record.name

    @property
    def description(self) -> str | None:
        """What it is for, in words."""
        return self.record.description

    @property
    def pql(self) -> str:
        """The expression."""
        return self.record.value

    @property
    def version(self) -> int:
        """1 for a new definition, one more with each update."""
        return self.record.version

    @property
    def merge_policy(self) -> str | None:
        """The id of its merge policy; None for the default one."""
        return self.record.merge_policy_id

    def size(self, *, as_of: datetime | str | None = None) -> Size:
        """How many profiles are in it, counted now; see `Workspace.size`."""
        return self._workspace.size(self.pql, merge_policy=self.merge_policy, as_of=as_of)

    def to_aep(self) -> dict[str, Any]:
        """The definition as AEP's JSON document."""
        return definition_to_aep(self.record, self._workspace.settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Segment) and self.record == other.record

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    def __repr__(self) -> str:
        return segment_text(self._view())

    def _repr_html_(self) -> str:
        return segment_html(self._view())

    def _view(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "pql": self.pql,
            "merge_policy": self._workspace.policy_name(self.merge_policy),
            "version": self.version,
            "updated": shown(moment(self.record.update_time)),
        }


SegmentLike = Segment | str


class Segments:
    """The segment definitions of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def create(
        self,
        name: str | Mapping[str, Any],
        pql: str | None = None,
        *,
        description: str | None = None,
        merge_policy: PolicyLike | None = None,
    ) -> Segment:
        """Define a segment.

        Parameters
        ----------
        name
            Unique in the workspace; or a whole AEP JSON document of a segment definition.
        pql
            The expression; checked against the schema before anything is kept.
        description
            What it is for, in words.
        merge_policy
            Object, id or name; the default policy of the day when left out.

        Raises
        ------
        PQLError
            When the expression cannot be accepted.
        ConflictError
            When the name is taken.
        """
        self._workspace.refuse_read_only("create a segment definition")
        catalog = self._workspace.catalog_store
        if isinstance(name, Mapping):
            record = definition_from_aep(name)
        else:
            named = arguments.name(name, "segment definition")
            if not isinstance(pql, str):
                what = "needs an expression" if pql is None else f"has {arguments.given(pql)} for an expression"
                message = f"segment {name!r} {what}: ws.segments.create({name!r}, 'PQL')"
                raise InvalidRequestError(message)
            policy = None if merge_policy is None else self._workspace.merge_policies.get(merge_policy).id
            words = arguments.text(description, "a description")
            record = SegmentDefinition(id="", name=named, value=pql, description=words, merge_policy_id=policy)
        with catalog.transaction():
            self._check(record)
            return Segment(self._workspace, catalog.segments.create(record))

    def get(self, segment: SegmentLike, *, version: int | None = None) -> Segment:
        """The definition with this id or name, or an older version of it.

        Raises
        ------
        NotFoundError
            When there is none; the message names the nearest.
        """
        key = arguments.key(segment, "segment", Segment)
        arguments.version(version)
        return Segment(self._workspace, self._workspace.catalog_store.segments.get(key, version=version))

    def bulk_get(self, segments: Sequence[SegmentLike]) -> dict[str, Segment | NotFoundError]:
        """Several definitions at once: what was asked for → the definition, or the error where there is none."""
        found: dict[str, Segment | NotFoundError] = {}
        with self._workspace.reading():
            for one in arguments.keys(segments, "segment", Segment):
                try:
                    found[one] = self.get(one)
                except NotFoundError as error:
                    found[one] = error
        return found

    def list(
        self,
        *,
        start: int = 0,
        limit: int | None = None,
        sort: str = "creationTime:desc",
        property: str | Sequence[str] | None = None,  # noqa: A002  AEP's word
    ) -> Listing:
        """All definitions, newest first; see `Jobs.list` for the parameters.

        Returns
        -------
        Listing
            `name`, `pql`, `merge_policy`, `version`, `updated` (UTC), `id`; iterating gives `Segment` objects.
        """
        workspace = self._workspace
        arguments.listing(sort=sort, property=property)
        with workspace.reading():
            total, records = workspace.catalog_store.segments.list(
                start=start, limit=limit, sort=sort, property=property
            )
            names = workspace.policy_names()
        found = [Segment(workspace, one) for one in records]
        rows = [
            (
                one.name,
                one.pql,
                names.get(one.merge_policy or "", "(default)"),
                one.version,
                moment(one.record.update_time),
                one.id,
            )
            for one in found
        ]
        return Listing(
            workspace.engine,
            found,
            COLUMNS,
            rows,
            page=lambda: definition_list_to_aep(records, workspace.settings, total=total, limit=limit, sort=sort),
            kinds={"version": "int", "updated": "datetime"},
            caption="segment definitions",
            hint=None if found else 'define one: ws.segments.create("name", "PQL")',
        )

    def update(
        self,
        segment: SegmentLike,
        *,
        name: str | None = None,
        pql: str | None = None,
        description: str | None = None,
        merge_policy: PolicyLike | None = None,
    ) -> Segment:
        """Make a new version with what is given; older versions stay readable with `get(…, version=n)`."""
        self._workspace.refuse_read_only("update a segment definition")
        old = self.get(segment)
        changes: dict[str, Any] = {}
        if name is not None:
            changes["name"] = arguments.name(name, "segment definition")
        if pql is not None:
            changes |= {"value": arguments.text(pql, "the expression of a segment"), "format": TEXT_FORMAT}
        if description is not None:
            changes["description"] = arguments.text(description, "a description")
        if merge_policy is not None:
            changes["merge_policy_id"] = self._workspace.merge_policies.get(merge_policy).id
        if pql is not None:
            self._workspace.bind(pql, changes.get("merge_policy_id", old.merge_policy), instead_of=old)
        catalog = self._workspace.catalog_store
        # in one transaction: nobody may come to refer to it between the look and the change
        with catalog.transaction():
            if name is not None and name != old.name:
                self._refuse_if_used(old, by=(old.name,), verb="renamed")
            return Segment(self._workspace, catalog.segments.update(old.id, **changes))

    def delete(self, segment: SegmentLike) -> None:
        """Delete a definition; its versions stay readable by id.

        Raises
        ------
        ConflictError
            When another definition refers to it through `inSegment`.
        """
        self._workspace.refuse_read_only("delete a segment definition")
        catalog = self._workspace.catalog_store
        with catalog.transaction():
            old = self.get(segment)
            self._refuse_if_used(old, by=(old.name, old.id), verb="deleted")
            catalog.segments.delete(old.id)

    def __len__(self) -> int:
        return self._workspace.catalog_store.segments.list(limit=0)[0]

    def _check(self, record: SegmentDefinition) -> None:
        if record.format != TEXT_FORMAT:
            message = (
                f"the segment definition `{record.name}` is written in {record.format}, which cannot be read yet; "
                f"give its expression as {TEXT_FORMAT}"
            )
            raise InvalidRequestError(message)
        self._workspace.scope(record.merge_policy_id).check(record.value)

    def _refuse_if_used(self, segment: Segment, *, by: tuple[str, ...], verb: str) -> None:
        _, records = self._workspace.catalog_store.segments.list()
        users = [
            one.name for one in records if one.id != segment.id and referenced_segments(parse(one.value)) & set(by)
        ]
        if users:
            message = (
                f"the segment definition `{segment.name}` cannot be {verb}: "
                f"{', '.join(f'`{one}`' for one in users)} refers to it with inSegment; change that first"
            )
            raise ConflictError(message)
