"""`Workspace`: the one object that an analyst works with."""
# Opening a workspace loads the catalog and little else (tests/house/test_opening.py): what a method needs, it imports.
# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from segkit.catalog import Catalog
from segkit.engine import Engine
from segkit.errors import InvalidRequestError, SegkitError
from segkit.jobs import ENDED
from segkit.lazily import once
from segkit.workspace import arguments, opening
from segkit.workspace.cost import PairLimit
from segkit.workspace.cost import cost as _cost

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from segkit.analysis.contents import Contents
    from segkit.analysis.estimate import Estimate
    from segkit.analysis.explain import Explanation
    from segkit.catalog import SegmentDefinition, Settings
    from segkit.evaluation import Scope, Views
    from segkit.jobs import Runner
    from segkit.pql import Expression, Findings
    from segkit.result import Result
    from segkit.workspace.catalog import CatalogTables
    from segkit.workspace.datasets import Datasets
    from segkit.workspace.identities import Identities
    from segkit.workspace.jobs import Jobs
    from segkit.workspace.merge_policies import MergePolicies, PolicyLike
    from segkit.workspace.profile import Profile
    from segkit.workspace.schema import SchemaTree
    from segkit.workspace.scopes import Scopes
    from segkit.workspace.segments import Segment, Segments
    from segkit.workspace.size import Size
    from segkit.workspace.sizes import Rules, Sizes
    from segkit.workspace.snapshots import Snapshot

DEFAULT_POLICY = "Default Timebased"


class Workspace:
    """Datasets, merge policies, segment definitions and jobs in one folder.

    Made by `segkit.open`; a context manager. Several processes may use one folder at a time, and several threads one
    object.

    Attributes
    ----------
    datasets, merge_policies, segments, jobs, identities
        The groups of what one can do.
    folder : Path
        Where it lives.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None,
        *,
        sandbox: str | None = None,
        org: str | None = None,
        timezone: str | None = None,
        week_start: str | None = None,
        memory_limit: str | None = None,
        threads: int | None = None,
        read_only: bool = False,
    ) -> None:
        opening.check(folder, sandbox=sandbox, org=org, timezone=timezone, week_start=week_start, read_only=read_only)
        self._temporary = opening.temporary() if folder is None else None
        self.folder = Path(self._temporary.name if self._temporary else folder or "").expanduser().absolute()
        self.read_only = read_only
        self._closed = False
        # before the folder: what DuckDB refuses shall leave none behind
        self.engine = Engine(
            memory_limit=memory_limit, threads=threads, temp_directory=opening.spill(self.folder, read_only=read_only)
        )
        try:
            self._open(sandbox=sandbox, org=org, timezone=timezone, week_start=week_start)
        except BaseException:
            self.engine.close()
            if self._temporary is not None:
                self._temporary.cleanup()
            raise
        if "IPython" in sys.modules:
            from segkit.notebook import in_kernel, install_errors

            if in_kernel():
                install_errors()

    def _open(self, **settings: str | None) -> None:
        if not self.read_only:
            opening.make(self.folder)
        self.catalog_store = Catalog(self.folder, read_only=self.read_only)
        with self.reading():
            new = not self.read_only and not self.catalog_store.begun
            if not new:
                self.settings: Settings = self.catalog_store.settings(**settings)
            left = not self.read_only and self.catalog_store.jobs.unfinished(ENDED)
        if new:
            self._begin(settings)
        if left:  # their process may have died
            self.runner.recover()

    def _begin(self, settings: Mapping[str, str | None]) -> None:
        from segkit.profiles import MergePolicy

        default = MergePolicy.create(DEFAULT_POLICY, default=True)
        with self.catalog_store.transaction():
            self.settings = self.catalog_store.settings(**settings)
            self.catalog_store.merge_policies.ensure_default(DEFAULT_POLICY, default.to_dict())

    @once
    def datasets(self) -> Datasets:
        """The data: fragments of profiles, and experience events."""
        from segkit.workspace.datasets import Datasets

        return Datasets(self)

    @once
    def merge_policies(self) -> MergePolicies:
        """How fragments become profiles."""
        from segkit.workspace.merge_policies import MergePolicies

        return MergePolicies(self)

    @once
    def segments(self) -> Segments:
        """The segment definitions."""
        from segkit.workspace.segments import Segments

        return Segments(self)

    @once
    def jobs(self) -> Jobs:
        """The segment jobs."""
        from segkit.workspace.jobs import Jobs

        return Jobs(self)

    @once
    def identities(self) -> Identities:
        """The identity graph: which identities are one profile under a policy with `identity_graph="pdg"`."""
        from segkit.workspace.identities import Identities

        return Identities(self._scopes)

    @once
    def runner(self) -> Runner:
        """Runs the jobs of this process."""
        from segkit.evaluation import JobEvaluation
        from segkit.jobs import Runner

        self.refuse_closed()
        evaluation = JobEvaluation(self.engine, self._scopes.of_job)
        return Runner(self.catalog_store, evaluation, engine=self.engine, references=_references, recover=False)

    @once
    def _scopes(self) -> Scopes:
        from segkit.workspace.scopes import Scopes

        return Scopes(self)

    @once
    def _views(self) -> Views:
        from segkit.evaluation import Views

        return Views(self.engine)

    @once
    def _contents(self) -> Contents:
        from segkit.analysis.contents import Contents

        return Contents()

    # ------------------------------------------------------------------------------------------------- ad hoc

    def size(
        self, pql: str | Expression, *, merge_policy: PolicyLike | None = None, as_of: datetime | str | None = None
    ) -> Size:
        """Count the profiles in an audience, exactly.

        Parameters
        ----------
        pql
            The rule.
        merge_policy
            Object, id or name; the default policy when left out.
        as_of
            What `now` means, a datetime (naive is UTC) or ISO 8601 text; the present when left out.

        Returns
        -------
        Size
            An int; `.share` and `.total` tell out of how many.

        Raises
        ------
        PQLError
            When the rule cannot be accepted.
        DataError
            When a source changed since it was added.
        """
        from segkit.workspace.size import Size

        wanted = arguments.rule(pql)
        scope = self.scope(merge_policy, as_of)
        statement = scope.count(wanted)
        scope.verify(statement)
        return Size(scope.counted(statement, getattr(wanted, "text", str(wanted))), scope, wanted)

    def sizes(
        self, rules: Rules, *, merge_policy: PolicyLike | None = None, as_of: datetime | str | None = None
    ) -> Sizes:
        """Count many audiences in one pass, exactly: about a third of the time of as many calls of `size`, and
        far less over fragments. Nothing is kept.

        Parameters
        ----------
        rules
            A list of PQL or segments (which count under their own merge policies), a dict name → rule, or `"*"` for all
            segment definitions. What is wrong with one of them is raised, with its name; of `"*"` it stands in `error`.
        merge_policy, as_of
            As in `size`; a merge policy given here is that of all rules.

        Returns
        -------
        Sizes
            A row a rule, as given (of `"*"`, the largest first): `name` (or its text), `size`, `share` (of all profiles
            under its merge policy), `error`. `sizes["name"]` is a size as `ws.size` gives it.
        """
        from segkit.workspace.sizes import sizes

        return sizes(self, rules, merge_policy, as_of)

    def estimate(
        self,
        pql: str | Expression,
        fraction: float = 0.01,
        *,
        merge_policy: PolicyLike | None = None,
        as_of: datetime | str | None = None,
    ) -> Estimate:
        """Estimate the size of an audience from a sample of the profiles, under the same policy and clock as `size`.

        Worth while where `size` takes long: over many fragments and events of which `ws.snapshot()` has kept a sample.
        Which profiles are looked at depends on nothing but their ids: the same question has the same answer.

        Parameters
        ----------
        pql
            The rule.
        fraction
            Which part of the profiles to look at, above 0 and at most 1, in thousandths; a greater one looks at the
            same profiles and more. Up to 0.02 is read from the sample, more from all rows or the snapshot.
        merge_policy, as_of
            As in `size`.

        Returns
        -------
        Estimate
            `.estimated_size`, `.interval` (Wilson, 95 %) and the other fields of AEP's estimates; `.to_aep()`.

        Raises
        ------
        InvalidRequestError
            When the fraction is none.
        PQLError
            When the rule cannot be accepted.
        DataError
            When a source changed since it was added.
        """
        from segkit.workspace.estimate import estimated

        wanted = arguments.rule(pql)
        return estimated(self.scope(merge_policy, as_of), wanted, fraction)

    def preview(
        self,
        pql: str | Expression,
        columns: Sequence[str] | None = None,
        limit: int | None = 20,
        *,
        merge_policy: PolicyLike | None = None,
        as_of: datetime | str | None = None,
    ) -> Result:
        """Show profiles of an audience.

        Parameters
        ----------
        pql
            The rule.
        columns
            Paths, or any PQL expressions, evaluated for each profile; the profile id and its identities when left out.
        limit
            How many rows at most; None for all.
        merge_policy, as_of
            As in `size`.

        Returns
        -------
        Result
            The columns asked for, in that order and named by their text; ordered by profile id.
        """
        from segkit.result import Result

        wanted, named, most = arguments.rule(pql), arguments.columns(columns), arguments.limit(limit)
        scope = self.scope(merge_policy, as_of)
        statement = scope.preview(wanted, named, most)
        guard = self._scopes.guard(scope, statement)
        return Result(self.engine, statement, guard=guard, caption="profiles in the audience", limit=most)

    def sql(
        self, pql: str | Expression, *, merge_policy: PolicyLike | None = None, as_of: datetime | str | None = None
    ) -> str:
        """The SQL that `size` would run, laid out for reading."""
        from segkit.engine import render

        wanted = arguments.rule(pql)
        return render(self.scope(merge_policy, as_of).count(wanted), pretty=True)

    cost = _cost
    pair_limit = PairLimit()

    def explain(
        self, pql: str | Expression, *, merge_policy: PolicyLike | None = None, as_of: datetime | str | None = None
    ) -> Explanation:
        """What a rule or value means, what it reads, and the SQL beside the words it comes from.

        Parameters
        ----------
        pql
            The rule, or an expression of any other type (`pql.md` R03).
        merge_policy, as_of
            As in `size`.

        Returns
        -------
        Explanation
            Shows itself as text, and as tables in a notebook; `.sentence`, `.tree`, `.reads`, `.steps`, `.to_dict()`.

        Raises
        ------
        PQLError
            When the rule cannot be accepted.
        """
        from segkit.analysis.explain import explain
        from segkit.pql import parse

        wanted = arguments.rule(pql)
        scope = self.scope(merge_policy, as_of)
        expression = parse(wanted) if isinstance(wanted, str) else wanted
        with self.reading():
            return explain(scope, expression, self._scopes.segments_named(expression))

    def check(self, pql: str | Expression, *, merge_policy: PolicyLike | None = None) -> Findings:
        """All errors and warnings of a rule against the schema of the workspace; none is raised.

        What is doubtful in it is among them, as far as that shows without looking into the data: `lint` does. Without
        any data yet, only the text is checked.
        """
        from segkit.workspace.checking import check

        return check(self, pql, merge_policy)

    def lint(self, pql: str | Expression, *, merge_policy: PolicyLike | None = None) -> Findings:
        """What is doubtful in a rule: that it holds for nobody or everybody, says things twice, drops missing values,
        or asks for texts and numbers that the data do not hold.

        Parameters
        ----------
        pql
            The rule.
        merge_policy
            Object, id or name; the default policy when left out.

        Returns
        -------
        Findings
            Warnings in the order of the text, each with a hint; `.fixed` is the rule with what can be mended mended.
            Of a rule that cannot be accepted, the errors.

        Raises
        ------
        DataError
            When there is no data yet, or a source changed since it was added.
        """
        from segkit.workspace.checking import lint

        return lint(self, pql, merge_policy, self._contents)

    def query(self, sql: str, *, merge_policy: PolicyLike | None = None) -> Result:
        """Plain SQL over the merged profiles, the events and each dataset.

        Parameters
        ----------
        sql
            One SELECT, in DuckDB's dialect. Its tables are `profiles` (`profile_id` and a column a path, to be quoted:
            `"homeAddress.city"`), `profiles_nested` (the same as objects), `events`, and each dataset by its name or,
            should that be one of these, as `datasets."name"`.
        merge_policy
            Object, id or name; the default policy when left out.

        Returns
        -------
        Result
            The columns and the order that the SELECT gives.

        Raises
        ------
        InvalidRequestError
            When it is no single SELECT, or names what is not there.
        """
        from segkit.evaluation import query
        from segkit.result import Result

        wanted = arguments.select(sql)
        scope = self.scope(merge_policy)
        scope.verify()
        engine = self._views.within(scope, wanted)
        statement = query(wanted, engine, self._views.tables(scope))
        return Result(engine, statement, guard=self._scopes.guard(scope), sql=wanted)

    # ------------------------------------------------------------------------------------- profiles and schema

    @property
    def schema(self) -> SchemaTree:
        """The union schema of all datasets: a tree of paths with types."""
        from segkit.workspace.schema import schema_tree

        datasets = self.datasets.records()
        return schema_tree(self._scopes.sources.union(datasets).schema, datasets)

    def profiles(self, merge_policy: PolicyLike | None = None) -> Result:
        """The merged profiles under a policy: one row a profile, one column an attribute, ordered by profile id."""
        from segkit.result import Result

        scope = self.scope(merge_policy)
        return Result(
            self.engine,
            scope.all_profiles(),
            guard=self._scopes.guard(scope),
            caption=f"profiles under {scope.policy.name}",
            hint="one of them in full: ws.profile(namespace, id)",
        )

    def profile(self, namespace: str, id: str | int, *, merge_policy: PolicyLike | None = None) -> Profile:  # noqa: A002
        """One merged profile, and where each of its values came from.

        Parameters
        ----------
        namespace, id
            Its primary identity, for example `"crmId", "C-17"`; any of its identities where no other profile has it.
        merge_policy
            Object, id or name; the default policy when left out.

        Raises
        ------
        NotFoundError
            When no profile has this identity.
        """
        from segkit.workspace.profile import Profile

        asked = arguments.identity(namespace, id, "a profile")
        scope = self.scope(merge_policy)
        scope.verify()
        return Profile(namespace, asked, scope)

    def snapshot(
        self, merge_policy: PolicyLike | None = None, *, events: str | Sequence[str] | None = None
    ) -> Snapshot:
        """Merge all profiles of a policy once and keep them on disk; used by itself as long as it is fresh.

        Worth it from about sixty questions about one attribute, or six about twenty. Where a fresh one is there
        already, it is given. After `ws.datasets.refresh` the one before is brought up to date: only the profiles that
        have or had rows in changed files are merged anew, where they are fewer than about 30 %. Beside it lies a sample
        of 2 % of the profiles, which `ws.estimate` reads.

        Parameters
        ----------
        merge_policy
            Object, id or name; the default policy when left out.
        events
            Fields of events to keep beside those that segment definitions read: a list of paths, or `"*"` for all.
            Rules over other fields read the events' files.
        """
        from segkit.workspace.snapshots import snapshot

        return snapshot(self, merge_policy, events)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @property
    def catalog(self) -> CatalogTables:
        """The catalog's tables as frames: `ws.catalog["jobs"]`, `ws.catalog.jobs`."""
        from segkit.workspace.catalog import CatalogTables

        self.refuse_closed()
        return CatalogTables(self.catalog_store)

    # ------------------------------------------------------------------------------------------------- inside

    def scope(self, merge_policy: PolicyLike | None = None, as_of: datetime | str | None = None) -> Scope:
        """What fixes an answer: the data as it is now, a merge policy and a clock."""
        return self._scopes.scope(merge_policy, as_of)

    def reading(self) -> AbstractContextManager[object]:
        """Several looks into the catalog as one: opening it is what takes the time."""
        self.refuse_closed()
        return self.catalog_store.store.read()

    def policy_name(self, key: str | None) -> str:
        """The name of a merge policy as displays show it."""
        return "(default)" if key is None else self.merge_policies.get(key).name

    def policy_names(self) -> dict[str, str]:
        """Id → name of all merge policies."""
        _, stored = self.catalog_store.merge_policies.list()
        return {one.id: one.name for one in stored}

    def refuse_closed(self) -> None:
        """Raise when the workspace is closed."""
        if self._closed:
            again = "open a new one" if self._temporary else f"open it again: sk.open({str(self.folder)!r})"
            message = f"the workspace {self.folder} is closed; {again}"
            raise InvalidRequestError(message)

    def refuse_read_only(self, what: str) -> None:
        """Raise when the workspace is closed or was opened to read only."""
        self.refuse_closed()
        if self.read_only:
            message = f"cannot {what}: the workspace {self.folder} was opened with read_only=True"
            raise InvalidRequestError(message)

    def close(self) -> None:
        """Cancel what still runs and let go of the folder; a temporary workspace is removed."""
        self._closed = True
        if "runner" in vars(self):
            self.runner.close()
        self.engine.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        from segkit.notebook import record_text

        try:
            return record_text(*self._view())
        except SegkitError as error:
            return f"<Workspace {self.folder}: {error}>"

    def _repr_html_(self) -> str:
        from segkit.notebook import record_html

        try:
            return record_html(*self._view())
        except SegkitError as error:
            return record_html("workspace", [("folder", str(self.folder)), ("problem", str(error))])

    def _view(self) -> tuple[str, list[tuple[str, object]]]:
        with self.reading():
            return "workspace", [
                ("folder", str(self.folder)),
                ("sandbox", self.settings.sandbox),
                ("time zone", self.settings.timezone),
                ("datasets", ", ".join(one.name for one in self.datasets.records()) or "none yet: ws.datasets.add(…)"),
                ("segments", len(self.segments)),
                ("jobs", len(self.jobs)),
            ]

    def bind(self, pql: str | Expression, merge_policy: PolicyLike | None, *, instead_of: Segment) -> None:
        """Check a rule that is to take the place of a definition's: where it leads back to itself, it says so."""
        self._scopes.bind(pql, merge_policy, instead_of={instead_of.name, instead_of.id})


def _references(definition: SegmentDefinition) -> Iterable[str]:
    from segkit.pql.formats import read
    from segkit.pql.references import referenced_segments

    return referenced_segments(read(definition.value, definition.format))
