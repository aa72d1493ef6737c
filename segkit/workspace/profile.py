"""One merged profile and the origin of its values: `ws.profile(namespace, id)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.notebook import table_html, table_text

if TYPE_CHECKING:
    from segkit.evaluation import Scope

COLUMNS = ("attribute", "value", "dataset", "clock", "what lost")


class Profile:
    """A merged profile.

    Attributes
    ----------
    sources : dict
        Path → where the value came from: the dataset, its clock, and what lost against it.
    """

    def __init__(self, namespace: str, identity: str, scope: Scope) -> None:
        self.namespace = namespace
        self.id = identity
        self.merge_policy = scope.policy.name
        self._values, self.sources = scope.source.merged_profile(scope.engine, namespace, identity)

    def to_dict(self) -> dict[str, Any]:
        """The values, nested as the schema is."""
        return self._values

    def __getitem__(self, path: str) -> Any:  # noqa: ANN401  a value of the profile
        found: Any = self._values
        for name in path.split("."):
            found = found[name]
        return found

    def __repr__(self) -> str:
        return table_text(COLUMNS, self._rows(), caption=self._caption())

    def _repr_html_(self) -> str:
        return table_html(COLUMNS, self._rows(), caption=self._caption())

    def _caption(self) -> str:
        return f"profile {self.namespace} {self.id} under {self.merge_policy}"

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (
                path,
                source.value,
                source.dataset,
                source.clock,
                "; ".join(f"{one.value} ({one.dataset})" for one in source.lost),
            )
            for path, source in self.sources.items()
        ]
