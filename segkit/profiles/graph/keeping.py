"""`Graphs`: the identity graphs of a workspace, each made once for a version of the data and kept."""

from __future__ import annotations

import contextlib
import itertools
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import JobCancelledError, SegkitError
from segkit.profiles.graph.build import build
from segkit.profiles.graph.core import Graph
from segkit.profiles.kept import Attached, attach, described, detach, fingerprint, is_whole, making, remove
from segkit.profiles.policies.policy import taking_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.engine import Engine, Watch
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.policy import MergePolicy

FORMAT = 1
"""Part of the fingerprint: what another version of segkit made otherwise is made anew."""

FOLDER, FILE = "graphs", "graph.duckdb"
_MEMORY = Path(":memory:")
_numbers = itertools.count(1)


class Graphs:
    """Gives the graph of the datasets that take part under a policy: known, kept in the workspace, or made now.

    Parameters
    ----------
    engine
        Where graphs are attached.
    folder
        The workspace; graphs are kept in its `graphs/`.
    read_only
        Whether nothing may be written there: then a graph that is not kept lives in the engine's memory.
    """

    def __init__(self, engine: Engine, folder: Path, *, read_only: bool = False) -> None:
        self._engine = engine
        self._folder = folder
        self._read_only = read_only
        self._attached = Attached(engine)
        self._lock = threading.Lock()
        self._last: dict[tuple[str, ...], tuple[tuple[Dataset, ...], Graph]] = {}
        self._known: dict[str, Graph] = {}

    def of(self, policy: MergePolicy, datasets: tuple[Dataset, ...], *, watch: Watch | None = None) -> Graph:
        """The graph of the datasets that take part under a policy; policies that list the same share one.

        Raises
        ------
        JobCancelledError
            The watch was cancelled while the graph was made; nothing is left of it.
        """
        with self._lock:
            last = self._last.get(policy.order)
            if last is not None and last[0] is datasets:
                return last[1]
            chosen = tuple(sorted(taking_part(policy, datasets), key=lambda one: one.id))
            found = self._found(chosen, watch)
            self._last[policy.order] = (datasets, found)
            return found

    def _found(self, datasets: tuple[Dataset, ...], watch: Watch | None) -> Graph:
        version = fingerprint(FORMAT, described(datasets, self._folder))
        known = self._known.get(version)
        if known is None:
            target = self._folder / FOLDER / fingerprint([one.id for one in datasets]) / version
            known = self._opened(target) or self._made(target, datasets, watch)
            self._known[version] = known
        return known

    def _opened(self, target: Path) -> Graph | None:
        if not is_whole(target):
            return None
        try:
            return Graph.open(self._engine, self._attached.name(target / FILE, "identity_graph"))
        except (OSError, SegkitError):  # not there, or no longer to be read: it is made anew
            return None

    def _made(self, target: Path, datasets: tuple[Dataset, ...], watch: Watch | None) -> Graph:
        if not self._read_only:
            try:
                with making(target, instead=target.is_dir()) as aside:
                    with self._new(aside / FILE) as made, self._new(aside / "scratch.duckdb", lasting=False) as scratch:
                        build(self._engine, made, scratch, datasets, watch=watch)
                    for one in aside.glob("scratch.duckdb*"):  # and its log
                        one.unlink()
                _forget_others(target)
                found = self._opened(target)
                if found is not None:
                    return found
            except JobCancelledError:
                raise
            except (OSError, SegkitError):  # a folder that cannot be written to, or is full: memory will do
                pass
        with self._new(_MEMORY, keep=True) as made, self._new(_MEMORY, lasting=False) as scratch:
            build(self._engine, made, scratch, datasets, watch=watch)
        return Graph.open(self._engine, made)

    @contextlib.contextmanager
    def _new(self, file: Path, *, lasting: bool = True, keep: bool = False) -> Iterator[str]:
        """A new database, attached until its tables are made, or for good; not written out unless `lasting`."""
        name = f"identity_graph_made_{next(_numbers)}"
        attach(self._engine, file, name)
        whole = False
        try:
            yield name
            whole = True
        finally:
            if not (whole and keep):
                if whole and lasting:
                    detach(self._engine, name)
                else:
                    self._engine.execute(exp.Detach(this=exp.Table(this=exp.to_identifier(name, quoted=True))))


def _forget_others(target: Path) -> None:
    """Remove the graphs of the same datasets before they changed."""
    with contextlib.suppress(OSError):
        for one in target.parent.iterdir():
            if one.name != target.name and not one.name.startswith("."):
                remove(one)
