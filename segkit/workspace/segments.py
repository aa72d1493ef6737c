"""Segment definitions: `ws.segments` and the objects it gives."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from segkit.aep import definition_from_aep, definition_list_to_aep, definition_to_aep
from segkit.catalog import SegmentDefinition
from segkit.errors import ConflictError, InvalidRequestError, NotFoundError, SegkitError
from segkit.notebook import segment_html, segment_text
from segkit.pql import Expression, to_json
from segkit.pql.formats import TEXT, TREE, converted, read
from segkit.pql.references import referenced_segments
from segkit.result import Listing
from segkit.workspace import arguments, comparing
from segkit.workspace.times import moment, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from segkit.analysis.comparison import Comparison
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike
    from segkit.workspace.size import Size

COLUMNS = ("name", "pql", "merge_policy", "version", "updated", "id")


class Segment:
    """A segment definition: one version of it, as it was when it was read.

    Attributes
    ----------
    record : SegmentDefinition
        Everything the catalog keeps of it.
    """

    def __init__(self, workspace: Workspace, record: SegmentDefinition, *, made: bool = False) -> None:
        self._workspace = workspace
        self.record = record
        self._made = made  # just now: its display then names others that say the same

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
        """The expression as text for people; of a definition kept as `pql/json`, what a person would write for it."""
        return converted(self.record.value, self.record.format, TEXT)

    @property
    def format(self) -> str:
        """What the expression is kept as: `pql/text` or `pql/json`."""
        return self.record.format

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

    @property
    def same_as(self) -> list[str]:
        """The names of other definitions that say the same under the same merge policy, however they are written.

        Examples
        --------
        `age > 17` and `not (age < 18) and age.isNotNull()`, where age is an Integer, say the same.
        """
        return comparing.same_as(self._workspace, self.record)

    def compare(self, other: SegmentLike | None = None, *, version: int | None = None) -> Comparison:
        """What changed since the version before, or another one, or what differs in another definition.

        See `ws.segments.compare`.
        """
        return self._workspace.segments.compare(self, other, version=version)

    def to_json(self, *, indent: int | None = None) -> str:
        """The expression as the tree that AEP calls `pql/json`; see `segkit.pql.to_json`."""
        return to_json(read(self.record.value, self.record.format), indent=indent)

    def to_aep(self, *, format: str | None = None) -> dict[str, Any]:  # noqa: A002  AEP's word
        """The definition as AEP's JSON document.

        Parameters
        ----------
        format
            `pql/text` or `pql/json`; the one the definition is kept in when left out.
        """
        record = self.record
        wanted = record.format if format is None else format
        if wanted not in {TEXT, TREE}:
            raise InvalidRequestError(f"the format of an expression is `{TEXT}` or `{TREE}`, not {wanted!r}")
        value = converted(record.value, record.format, wanted)
        return definition_to_aep(replace(record, value=value, format=wanted), self._workspace.settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Segment) and self.record == other.record

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    def __repr__(self) -> str:
        return segment_text(self._view())

    def _repr_html_(self) -> str:
        return segment_html(self._view())

    def _view(self) -> dict[str, Any]:
        twins: list[str] = []
        shown_as = self.record.value
        with contextlib.suppress(SegkitError):
            shown_as = self.pql
        if self._made:
            with contextlib.suppress(SegkitError):  # a display says what it can
                twins = self.same_as
        return {
            "id": self.id,
            "same_as": twins,
            "name": self.name,
            "description": self.description,
            "pql": shown_as,
            "merge_policy": self._workspace.policy_name(self.merge_policy),
            "version": self.version,
            "updated": shown(moment(self.record.update_time)),
        }


SegmentLike = Segment | str
Rule = str | Expression | Mapping[str, Any]


class Segments:
    """The segment definitions of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def create(
        self,
        name: str | Mapping[str, Any],
        pql: Rule | None = None,
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
            The expression; checked against the schema before anything is kept. PQL text, a parsed expression, or a
            `pql/json` tree as text or dict, which is kept as it is.
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
            if not isinstance(pql, str | Expression | Mapping):
                what = "needs an expression" if pql is None else f"has {arguments.given(pql)} for an expression"
                message = f"segment {name!r} {what}: ws.segments.create({name!r}, 'PQL')"
                raise InvalidRequestError(message)
            value, form = arguments.kept_rule(pql, f"the expression of segment {name!r}")
            policy = None if merge_policy is None else self._workspace.merge_policies.get(merge_policy).id
            words = arguments.text(description, "a description")
            record = SegmentDefinition(
                id="", name=named, value=value, format=form, description=words, merge_policy_id=policy
            )
        with catalog.transaction():
            self._check(record)
            return Segment(self._workspace, catalog.segments.create(record), made=True)

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

    def duplicates(self) -> Listing:
        """Definitions that say the same under the same merge policy, however they are written.

        Returns
        -------
        Listing
            A row for each group: `names` (the oldest first), `count`, `pql` (of the oldest), `merge_policy`; iterating
            gives lists of `Segment`. What only refers to another through `inSegment` is among them.
        """
        workspace = self._workspace
        groups = comparing.duplicates(workspace)
        names = workspace.policy_names()
        rows = [
            (
                ", ".join(one.name for one in group),
                len(group),
                Segment(workspace, group[0]).pql,
                names.get(group[0].merge_policy_id or "", "(default)"),
            )
            for group in groups
        ]
        return Listing(
            workspace.engine,
            [[Segment(workspace, one) for one in group] for group in groups],
            ("names", "count", "pql", "merge_policy"),
            rows,
            kinds={"count": "int"},
            caption="definitions that say the same",
            hint="what differs in two of them: ws.segments.compare(a, b)" if groups else None,
        )

    def compare(
        self, segment: SegmentLike, other: SegmentLike | None = None, *, version: int | None = None
    ) -> Comparison:
        """What changed between two versions of a definition, or from one definition to another.

        Parameters
        ----------
        segment
            The definition.
        other
            Another one, to compare with: what `segment` has to become to be like it.
        version
            An older version of `segment`, where no other one is given; the one before it when left out.

        Returns
        -------
        Comparison
            `.same` when only the spelling differs; `.came`, `.went`, `.changed`, `.stayed`: conditions as they are
            written.

        Raises
        ------
        NotFoundError
            When there is no such definition or version.
        InvalidRequestError
            When there is nothing to compare with, or a version does not fit the schema any more.
        """
        one = segment if isinstance(segment, Segment) else self.get(segment)
        if other is not None:
            if version is not None:
                message = "compare with another definition or with an older version, not with both"
                raise InvalidRequestError(message)
            two = other if isinstance(other, Segment) else self.get(other)
            names = (one.name, two.name)
            if one.id == two.id:
                names = (f"{one.name}, version {one.version}", f"version {two.version}")
            return comparing.compare(self._workspace, one.record, two.record, names)
        if version is None and one.version == 1:
            message = (
                f"the segment definition `{one.name}` has one version and nothing before it; "
                f'name another definition: ws.segments.compare("{one.name}", "…")'
            )
            raise InvalidRequestError(message)
        old = self.get(one.id, version=one.version - 1 if version is None else version)
        names = (f"{one.name}, version {old.version}", f"version {one.version}")
        return comparing.compare(self._workspace, old.record, one.record, names)

    def update(
        self,
        segment: SegmentLike,
        *,
        name: str | None = None,
        pql: Rule | None = None,
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
            value, form = arguments.kept_rule(pql, "the expression of a segment")
            changes |= {"value": value, "format": form}
        if description is not None:
            changes["description"] = arguments.text(description, "a description")
        if merge_policy is not None:
            changes["merge_policy_id"] = self._workspace.merge_policies.get(merge_policy).id
        if pql is not None:
            self._workspace.bind(read(value, form), changes.get("merge_policy_id", old.merge_policy), instead_of=old)
        catalog = self._workspace.catalog_store
        # in one transaction: nobody may come to refer to it between the look and the change
        with catalog.transaction():
            if name is not None and name != old.name:
                self._refuse_if_used(old, by=(old.name,), verb="renamed")
            return Segment(self._workspace, catalog.segments.update(old.id, **changes), made=True)

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
        self._workspace.scope(record.merge_policy_id).check(read(record.value, record.format))

    def _refuse_if_used(self, segment: Segment, *, by: tuple[str, ...], verb: str) -> None:
        _, records = self._workspace.catalog_store.segments.list()
        users = [
            one.name
            for one in records
            if one.id != segment.id and referenced_segments(read(one.value, one.format)) & set(by)
        ]
        if users:
            message = (
                f"the segment definition `{segment.name}` cannot be {verb}: "
                f"{', '.join(f'`{one}`' for one in users)} refers to it with inSegment; change that first"
            )
            raise ConflictError(message)
