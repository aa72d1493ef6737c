"""One merged profile and the origin of its values: `ws.profile(namespace, id)`."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Any

from segkit.errors import NotFoundError
from segkit.notebook import table_html, table_text
from segkit.pql.diagnostics import did_you_mean
from segkit.profiles import merged_profile

if TYPE_CHECKING:
    import datetime as dt

    from segkit.evaluation import Scope
    from segkit.profiles import Attribute, Origin

_SHOWN = 5
COLUMNS = ("attribute", "value", "dataset", "clock", "what lost")


class Profile:
    """A merged profile.

    Attributes
    ----------
    namespace, id : str
        The identity it was asked for by.
    profile_id : str
        Its public id, as in `members` and `preview`.
    identities : dict
        Namespace → ids.
    sources : dict
        Path → where the value came from: `won` (its `dataset`, `clock` in UTC and `value`) and `lost`, a tuple of the
        same for what lost against it, the strongest first. The keys of a map are paths of their own,
        `_acme.scores["churn"]`.
    replaced : tuple
        The records that take no part, as a newer one of the same identity in the same dataset replaced them whole: the
        `dataset` and `clock` of each, and as `value` all that it holds by path. An upsert dataset has none.
    merge_policy : str
        The name of the policy that merged it.
    """

    def __init__(self, namespace: str, identity: str, scope: Scope) -> None:
        found = merged_profile(scope.merged, scope.engine, namespace, identity, ready=scope.snapshot)
        self.namespace = namespace
        self.id = identity
        self.profile_id: str = found.profile_id
        self.identities: dict[str, list[str]] = found.identities
        self.sources: dict[str, Attribute] = found.sources
        self.replaced: tuple[Origin, ...] = found.replaced
        self.merge_policy = scope.policy.name
        self._values = found.to_dict()

    def to_dict(self) -> dict[str, Any]:
        """The values, nested as the schema is; absent ones are left out."""
        return self._values

    def __getitem__(self, path: str) -> Any:  # noqa: ANN401  a value of the profile
        """The value at a path, `profile["homeAddress.country"]`, or what is below it.

        A key of a map is named as in `sources`, `profile['_acme.scores["churn"]']`.

        Raises
        ------
        NotFoundError
            When the profile has no value there.
        """
        if path in self.sources:
            return self.sources[path].won.value
        found: Any = self._values
        for name in path.split("."):
            if not isinstance(found, dict) or name not in found:
                hint = did_you_mean(path, list(self.sources)) or "`profile.to_dict()` shows what it has"
                message = f"the profile {self.namespace} {self.id} has no value at `{path}`; {hint}"
                raise NotFoundError(message)
            found = found[name]
        return found

    def __repr__(self) -> str:
        # days leave room for what lost; the moments stand below
        return table_text(COLUMNS, self._rows(days=True), caption=self._caption(), footer="\n".join(self._notes()))

    def _repr_html_(self) -> str:
        return table_html(COLUMNS, self._rows(), caption=self._caption(), footer=" · ".join(self._notes()))

    def _caption(self) -> str:
        return f"profile {self.namespace} {self.id} under {self.merge_policy}"

    def _notes(self) -> list[str]:
        known = dict.fromkeys(
            (origin.dataset, origin.clock) for one in self.sources.values() for origin in (one.won, *one.lost)
        )
        notes = ["records: " + (_few(list(starmap(_record, known))) or "none with a value")]
        if self.replaced:
            # a value that one misses may have stood in one of these
            older = [_record(one.dataset, one.clock) for one in self.replaced]
            notes.append(f"replaced by newer records of their dataset: {_few(older)}")
        return [
            *notes,
            "identities: " + "; ".join(f"{name}: {', '.join(ids)}" for name, ids in self.identities.items()),
        ]

    def _rows(self, *, days: bool = False) -> list[tuple[object, ...]]:
        return [
            (
                path,
                one.won.value,
                one.won.dataset,
                one.won.clock.date() if days and one.won.clock else one.won.clock,
                # a profile of many records: all of it is in `.sources`
                _few([f"{lost.dataset}: {_text(lost.value)}" for lost in one.lost], 1 if days else _SHOWN) or None,
            )
            for path, one in self.sources.items()
        ]


def _few(words: list[str], most: int = _SHOWN) -> str:
    """The first of several, and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return "; ".join(words[:most]) + more


def _record(dataset: str, clock: dt.datetime | None) -> str:
    return f"{dataset} of {_text(clock)}" if clock else f"{dataset} without a clock"


def _text(value: object) -> str:
    from segkit.notebook.values import cell  # noqa: PLC0415  only displays need it

    return cell(value, 40).text
