"""Identities and what joins them: `ws.identities`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from segkit.errors import NotFoundError, SegkitError
from segkit.notebook import record_html, record_text
from segkit.profiles.datasets.reading import identity_key
from segkit.profiles.graph import MOST_IDENTITIES, public_id
from segkit.profiles.graph.lookup import behind, edges, members, oversized, place, sizes, totals
from segkit.profiles.policies.policy import taking_part
from segkit.result import Result
from segkit.workspace import arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from segkit.evaluation import Scope
    from segkit.profiles.graph import Graph
    from segkit.profiles.graph.lookup import Place
    from segkit.workspace.merge_policies import PolicyLike
    from segkit.workspace.scopes import Scopes


class Identities:
    """The identity graph of a workspace: identities that occur together in a record or event hang together.

    Under a merge policy with `identity_graph="pdg"` all that hangs together is one profile, up to 50 identities. The
    graph is a fact of the data, so that one can look at it whatever the policy; a policy that lists datasets has the
    graph of those alone. It is made when it is first needed, and kept with the workspace until the data change.
    """

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes

    def graph(self, namespace: str, id: str | int, *, merge_policy: PolicyLike | None = None) -> IdentityGraph:  # noqa: A002
        """All identities that hang together with one, directly or through others.

        Parameters
        ----------
        namespace, id
            Any identity that occurs in a record or event, for example `"email", "x@y"`.
        merge_policy
            Object, id or name: which datasets take part; the default policy when left out.

        Raises
        ------
        NotFoundError
            When no record or event that takes part has this identity.
        """
        asked = arguments.identity(namespace, id, "an identity graph").strip()
        scope, graph, guard = self._look(merge_policy)
        found = place(graph, identity_key(namespace, asked))
        if found is None:
            taking = taking_part(scope.policy, scope.datasets)
            known = ", ".join(
                f"`{one}`" for one in sorted({one for each in taking for one in each.measures.namespaces})
            )
            message = (
                f"no record or event has the identity `{asked}` in `{namespace}`; namespaces are {known or 'none'}"
            )
            raise NotFoundError(message)
        return IdentityGraph(namespace, asked, scope=scope, graph=graph, found=found, guard=guard)

    def oversized(self, merge_policy: PolicyLike | None = None) -> Result:
        """The graphs of more than 50 identities: under `pdg` their rows belong to no profile.

        Such a graph is mostly many people joined by one identity that is none, a shared device or
        `unknown@example.com`: the `hub`. An expression in `mapping=` that makes it null leaves it out.

        Returns
        -------
        Result
            `smallest` (the graph's smallest identity, `namespace:id`), `identities`, `rows` (that belong to them),
            `datasets` (names), `hub` (the identity that most others occur with) and `hub_edges` (with how many); the
            largest graph first.
        """
        scope, graph, guard = self._look(merge_policy)
        return Result(
            scope.engine,
            oversized(graph, _names(scope)),
            guard=guard,
            caption=f"graphs of more than {MOST_IDENTITIES} identities",
            hint="one of them: ws.identities.graph(namespace, id)",
        )

    def sizes(self, merge_policy: PolicyLike | None = None) -> Result:
        """How many graphs there are of each size.

        Returns
        -------
        Result
            `identities` (of one graph), `graphs` (how many have so many), `profile` (whether each of them is a profile
            under `pdg`), the smallest first.
        """
        scope, graph, guard = self._look(merge_policy)
        return Result(scope.engine, sizes(graph), guard=guard, caption="identity graphs by size")

    def _look(self, merge_policy: PolicyLike | None) -> tuple[Scope, Graph, Callable[[], None]]:
        scope = self._scopes.scope(merge_policy)
        scope.verify()
        return scope, scope.sources.graphs.of(scope.policy, scope.datasets), self._scopes.guard(scope)

    def __repr__(self) -> str:
        try:
            pairs, hint = self._view()
        except SegkitError as error:
            return f"<identities: {error}>"
        return record_text("identities", pairs, hint=hint)

    def _repr_html_(self) -> str:
        try:
            pairs, hint = self._view()
        except SegkitError as error:
            return record_html("identities", [("problem", str(error))])
        return record_html("identities", pairs, hint=hint)

    def _view(self) -> tuple[list[tuple[str, object]], str]:
        scope, graph, _ = self._look(None)
        found = totals(graph)
        too_large = f"{found.oversized:,} of more than {MOST_IDENTITIES} identities: no profile under pdg"
        without = f"{found.without_identity:,} row{'' if found.without_identity == 1 else 's'} without any identity"
        pairs: list[tuple[str, object]] = [
            ("identities", found.identities),
            ("graphs", found.graphs),
            ("of several", found.linked),
            ("largest", f"{found.largest:,} identities" if found.linked else None),
            ("too large", too_large if found.oversized else None),
            ("left out", without if found.without_identity else None),
            ("datasets", ", ".join(one.name for one in taking_part(scope.policy, scope.datasets))),
        ]
        more = "`ws.identities.oversized()`" if found.oversized else "`ws.identities.sizes()`"
        return pairs, f"one graph: `ws.identities.graph(namespace, id)`; next: {more}"


class IdentityGraph:
    """One graph: identities that hang together, and the pairs that occur in some record or event.

    A row joins the identity that it belongs to, its primary one, with each other one in it; so two that occur in one
    row hang together, though perhaps through a third.

    Attributes
    ----------
    namespace, id : str
        The identity it was asked for by.
    size : int
        How many identities it has.
    profile_id : str or None
        The public id of the profile that it is under a policy with `identity_graph="pdg"`: of the smallest identity,
        by `namespace:id` in the order of Unicode. None where it has more than 50.
    datasets : tuple of str
        The names of the datasets that its rows are in.
    edges : Result
        `source`, `target` (each `namespace:id`), `datasets` (names), `rows` (in which the two occur).
    """

    def __init__(
        self,
        namespace: str,
        identity: str,
        *,
        scope: Scope,
        graph: Graph,
        found: Place,
        guard: Callable[[], None],
    ) -> None:
        self.namespace = namespace
        self.id = identity
        self.size = found.identities
        self.profile_id = public_id(found.root) if found.identities <= MOST_IDENTITIES else None
        names = _names(scope)
        held = {one for (one,) in graph.engine.rows(behind(graph, found.number))}
        self.datasets = tuple(name for one, name in names.items() if one in held)
        self.edges = Result(
            scope.engine,
            edges(graph, found.number, names),
            guard=guard,
            caption=f"edges of the graph of {namespace}:{identity}",
        )
        self._members = Result(scope.engine, members(graph, found.number), guard=guard)

    @property
    def oversized(self) -> bool:
        """Whether it has too many identities to be a profile under `pdg`."""
        return self.profile_id is None

    @cached_property
    def identities(self) -> dict[str, list[str]]:
        """Namespace → its identities, in order."""
        found: dict[str, list[str]] = {}
        for one in self._members:
            found.setdefault(one["namespace"], []).append(one["id"])
        return found

    def __len__(self) -> int:
        return self.size

    def plot(self, *, title: str | None = None) -> Figure:
        """Draw the graph: a dot an identity in the colour of its namespace, a line an edge, with its datasets.

        Of more than 50 identities, those that occur with most others are drawn.

        Returns
        -------
        Figure
            A figure of its own: `.savefig(path)` writes it.
        """
        from segkit.plots import identities  # noqa: PLC0415  drawing is loaded when something is drawn

        frame = self._members.to_pandas()
        heading = f"Identity graph of {self.namespace} {self.id}" if title is None else title
        return identities(frame[["namespace", "id"]], self.edges.to_pandas(), title=heading)

    def __repr__(self) -> str:
        try:
            return record_text(*self._card(), body=self.edges.text() if self.size > 1 else "", hint=self._hint())
        except SegkitError as error:
            return f"<identity graph of {self.namespace} {self.id}: {error}>"

    def _repr_html_(self) -> str:
        try:
            body = self.edges._repr_html_() if self.size > 1 else ""
            return record_html(*self._card(), body=body, hint=self._hint())
        except SegkitError as error:
            return record_html(f"identity graph of {self.namespace} {self.id}", [("problem", str(error))])

    def _hint(self) -> str | None:
        return "drawn: `.plot()`" if self.size > 1 else None

    def _card(self) -> tuple[str, list[tuple[str, object]]]:
        too_large = f"more than {MOST_IDENTITIES} identities: no profile under pdg"
        shown: list[tuple[str, object]] = [
            ("identities", self.size),
            ("profile id", too_large if self.oversized else self.profile_id),
            ("datasets", ", ".join(self.datasets)),
        ]
        if not self.oversized:
            shown += [(namespace, ", ".join(ids)) for namespace, ids in self.identities.items()]
        return f"identity graph of {self.namespace} {self.id}", shown


def _names(scope: Scope) -> dict[str, str]:
    """Dataset id → name."""
    return {one.id: one.name for one in scope.datasets}
