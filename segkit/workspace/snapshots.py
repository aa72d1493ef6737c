"""`Snapshot`: merged profiles and slim events kept ready on disk; what `ws.snapshot` makes and gives."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from segkit.engine import Watch
from segkit.errors import InvalidRequestError, SegkitError
from segkit.notebook import record_html, record_text
from segkit.pql.diagnostics import did_you_mean
from segkit.pql.formats import read
from segkit.profiles import MergedSource
from segkit.profiles.display import snapshot_call
from segkit.profiles.kept import making, remove
from segkit.profiles.snapshots.build import Build
from segkit.profiles.snapshots.manifest import Manifest
from segkit.profiles.snapshots.refresh import Refresh
from segkit.sql import compile_condition_count
from segkit.words import bytes_words, duration_words
from segkit.workspace.arguments import given

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path as Folder

    from sqlglot import exp

    from segkit.evaluation import Scope
    from segkit.pql.types import Path
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike

ALWAYS = (("timestamp",), ("eventType",), ("_id",))
"""Fields of events that a snapshot has in any case, where events have them."""

EVERYTHING = "*"
EVENTS = "xEvent"


class Snapshot:
    """The merged profiles of a merge policy and the fields of events that rules read, kept on disk.

    It is used by itself as long as it is fresh: sizes, previews, jobs, `ws.profiles` and queries read it in place of
    the fragments, and give the same numbers. Once a dataset is refreshed, added or removed, or the policy changed, it
    is not; make it anew.

    Attributes
    ----------
    id : str
        Stands for the policy and the data that it was made of.
    merge_policy : str
        The name of the policy.
    folder : pathlib.Path
        Where it lies.
    profiles, events : int
        How many it holds.
    event_fields : tuple of str
        The fields of events that it holds; rules over others read the events' files.
    size_on_disk : int
        Bytes.
    made : datetime
        When, in UTC.
    seconds : float
        How long it took.
    peak_memory : int
        The most memory that the engine held meanwhile, in bytes.
    touched : int or None
        How many profiles were replaced, where an older snapshot was brought up to date; None where all were merged.
    """

    def __init__(self, workspace: Workspace, policy: tuple[str, str], folder: Folder, manifest: Manifest) -> None:
        self._workspace = workspace
        self._policy, self.merge_policy = policy
        self.folder = folder
        self.id = manifest.fingerprint
        self.profiles = manifest.profiles
        self.events = manifest.events
        self.event_fields = tuple(".".join(one.path) for one in manifest.event_columns)
        self.size_on_disk = 0
        with contextlib.suppress(FileNotFoundError):  # another process may be putting its own in the place
            self.size_on_disk = sum(one.stat().st_size for one in folder.iterdir())
        self.made = datetime.fromtimestamp(manifest.made / 1000, UTC).replace(tzinfo=None)
        self.seconds = manifest.seconds
        self.peak_memory = manifest.peak_memory
        self.touched = manifest.touched
        self._made_at = manifest.made

    @property
    def fresh(self) -> bool:
        """Whether it is of the data and the policy as they are now, and so in use."""
        return self._stale() is None

    def to_dict(self) -> dict[str, Any]:
        """What it says of itself, for JSON."""
        names = (
            "id",
            "merge_policy",
            "profiles",
            "events",
            "size_on_disk",
            "seconds",
            "peak_memory",
            "touched",
            "fresh",
        )
        shown = {name: getattr(self, name) for name in names}
        made = f"{self.made.isoformat()}Z"
        return {**shown, "folder": str(self.folder), "event_fields": [*self.event_fields], "made": made}

    def remove(self) -> None:
        """Remove it from the disk; questions are answered from the fragments again."""
        self._workspace.refuse_read_only("remove a snapshot")
        remove(self.folder)

    def _stale(self) -> str | None:
        """Why it is not in use; None when it is."""
        if not self.folder.is_dir():
            return "it was removed"
        try:
            scope = self._workspace.scope(self._policy)
            scope.verify()
            used = scope.snapshot
        except SegkitError as error:
            return str(error)
        if used is None or used.folder != self.folder:
            return f"the data or the policy have changed since; make it anew: {snapshot_call(scope.policy)}"
        return None if used.manifest.made == self._made_at else "a newer one has taken its place"

    def __repr__(self) -> str:
        return record_text(*self._view(), hint=self._hint())

    def _repr_html_(self) -> str:
        return record_html(*self._view(), hint=self._hint())

    def _view(self) -> tuple[str, list[tuple[str, object]]]:
        stale = "yes" if (reason := self._stale()) is None else f"no: {reason}"
        held = f"{self.events:,}, with {', '.join(self.event_fields)}" if self.events else "none"
        how = "" if self.touched is None else f", replacing {self.touched:,} profiles of the one before"
        return f"Snapshot of {self.merge_policy}", [
            ("profiles", self.profiles),
            ("events", held),
            ("on disk", bytes_words(self.size_on_disk)),
            ("made", self.made),
            ("took", f"{duration_words(self.seconds)} and {bytes_words(self.peak_memory)} of memory{how}"),
            ("fresh", stale),
        ]

    def _hint(self) -> str:
        if self.fresh:
            return "it is used by itself while it is fresh"
        return f"a new one: ws.snapshot({self.merge_policy!r})"


def snapshot(workspace: Workspace, policy: PolicyLike | None, events: str | Sequence[str] | None) -> Snapshot:
    """The fresh snapshot of a policy, made where there is none with the fields that are asked for."""
    workspace.refuse_read_only("make a snapshot")
    scope = workspace.scope(policy)
    scope.verify()
    merged, ready = scope.merged, scope.sources.snapshots
    wanted = _fields(workspace, scope, events)
    folder = ready.place(merged)
    named = (scope.policy.id, scope.policy.name)
    known = ready.of(merged)
    if known is not None and known.holds(tuple(wanted)):
        scope.sources.sampling.samples.make(merged)
        return Snapshot(workspace, named, folder, known.manifest)
    if known is not None:
        wanted = {**dict.fromkeys(one.path for one in known.manifest.event_columns), **wanted}
    older = ready.older(merged) if known is None else None
    if older is not None:
        held = dict.fromkeys(one.path for one in older.manifest.event_columns if one.path in scope.union.event)
        wanted = {**held, **wanted}
    watch = Watch(profile=True)
    with making(folder, instead=True) as aside:
        asked = (aside, folder.name, workspace.folder, list(wanted))
        # of an older one, where that is right and takes less
        if older is None or not Refresh(workspace.engine, merged, watch).tried(older, *asked):
            Build(workspace.engine, merged, watch).run(*asked)
        # what was merged was read file by file: none of them may have changed meanwhile
        scope.verify()
        manifest = Manifest.read(aside)
    ready.supersede(folder)
    scope.sources.sampling.samples.make(merged, watch=watch)
    # another process may have put its own in the place, or removed ours at once
    made = ready.of(merged)
    return Snapshot(workspace, named, folder, manifest if made is None else made.manifest)


def _fields(workspace: Workspace, scope: Scope, events: object) -> dict[Path, None]:
    """The fields of events that a snapshot is to have: those of all rules, and those asked for."""
    known = scope.union.event
    if events == EVERYTHING:
        return dict.fromkeys(known)
    wanted: dict[Path, None] = {one: None for one in ALWAYS if one in known}
    wanted |= _read_by_rules(workspace, scope)
    if events is None:
        return wanted
    if isinstance(events, str) or not _texts(events):
        message = (
            f'events is "*" or a list of fields such as ["eventType", "commerce.order.priceTotal"], not {given(events)}'
        )
        raise InvalidRequestError(message)
    for text in events:  # type: ignore[attr-defined]
        path = tuple(text.removeprefix(f"{EVENTS}.").split("."))
        found = [one for one in known if one == (text,) or one[: len(path)] == path]
        if not found:
            listed = [".".join(one) for one in known]
            hint = did_you_mean(text, listed) or f"there are {', '.join(listed[:10])}"
            message = f"no event has a field `{text}`; {hint}"
            raise InvalidRequestError(message)
        wanted |= dict.fromkeys(found)
    return wanted


def _texts(events: object) -> bool:
    return isinstance(events, list | tuple | set | frozenset) and all(isinstance(one, str) for one in events)


def _read_by_rules(workspace: Workspace, scope: Scope) -> dict[Path, None]:
    """The fields of events that the definitions under a policy read."""
    noting = _Noting(scope.merged)
    with workspace.reading():
        default = workspace.merge_policies.default.id
        _, definitions = workspace.catalog_store.segments.list()
        for one in definitions:
            if (one.merge_policy_id or default) != scope.policy.id:
                continue
            # a definition that no longer fits the data reads nothing
            with contextlib.suppress(SegkitError):
                bound = scope.bind(read(one.value, one.format))
                compile_condition_count(bound.condition, noting, scope.clock)
    return noting.noted


class _Noting(MergedSource):
    """A source that notes which fields of events are asked of it."""

    def __init__(self, merged: MergedSource) -> None:
        vars(self).update(vars(merged))
        self.noted: dict[Path, None] = {}

    def events(self, leaves: Iterable[Path], *, files: Mapping[str, int] | None = None) -> exp.Select:
        """As it is, with a note."""
        asked = tuple(leaves)
        self.noted |= dict.fromkeys(asked)
        return super().events(asked, files=files)
