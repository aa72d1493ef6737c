"""`compare`: what changed between two versions of a segment definition, or between two definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.notebook.compared import compared_html, compared_text
from segkit.pql.normal.changes import outlined

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from segkit.notebook.compared import Row
    from segkit.pql.normal.changes import Change, Changes, Connector


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one segment definition to another; shows itself as text, and as a table in a notebook.

    Parameters
    ----------
    before, after
        What is compared, as it is called.
    rules
        What became of each condition.
    others
        What else differs: what it is called, before and after.
    same_policy
        Whether both have the same merge policy.
    """

    before: str
    after: str
    rules: Changes
    others: tuple[tuple[str, str, str], ...] = ()
    same_policy: bool = True

    @property
    def same(self) -> bool:
        """Whether both have the same members, whatever the data are: as far as is known, see `sk.pql.same`."""
        return self.rules.same and self.same_policy

    @property
    def conditions(self) -> tuple[Change, ...]:
        """Every condition with what became of it; `.parts` are the alternatives of an `or` that changed."""
        return self.rules.conditions

    @property
    def came(self) -> list[str]:
        """The conditions that are new, as they are written."""
        return outlined(self.conditions, "came")

    @property
    def went(self) -> list[str]:
        """The conditions that are gone, as they were written."""
        return outlined(self.conditions, "went")

    @property
    def changed(self) -> list[tuple[str, str]]:
        """The conditions that say something else, before and after."""
        return [(row[3] or "", row[4] or "") for row in _rows(self.conditions, "", 0) if row[2] == "changed" and row[3]]

    @property
    def stayed(self) -> list[str]:
        """The conditions that say the same, as they are written now."""
        return outlined(self.conditions, "stayed")

    def to_pandas(self) -> pd.DataFrame:
        """The conditions as a DataFrame.

        Returns
        -------
        pandas.DataFrame
            `change` (`stayed`, `changed`, `came`, `went`), `before` and `after` (PQL, missing where there is none),
            `depth` (0, or how far inside of a condition that changed).
        """
        import pandas as pd  # noqa: PLC0415  half a second that only this needs

        rows = [(kind, before, after, depth) for depth, _, kind, before, after in _rows(self.conditions, "", 0)]
        return pd.DataFrame(rows, columns=["change", "before", "after", "depth"])

    def __repr__(self) -> str:
        return compared_text(self._title(), self._pairs(), _rows(self.conditions, self.rules.connector, 0))

    def _repr_html_(self) -> str:
        return compared_html(self._title(), self._pairs(), _rows(self.conditions, self.rules.connector, 0))

    def _title(self) -> str:
        spelled = any(one.before != one.after for one in self.conditions)
        if not self.rules.same:
            said = "the rule changed"
        else:
            said = "the same rule, written differently" if spelled else "the same rule"
        return f"{self.before} → {self.after}: {said}"

    def _pairs(self) -> list[tuple[str, object]]:
        return [(name, f"{before} → {after}") for name, before, after in self.others]


def _rows(conditions: Sequence[Change], connector: Connector | str, depth: int) -> list[Row]:
    found: list[Row] = []
    for at, one in enumerate(conditions):
        word = connector if at else ""
        if one.parts:
            # the parts say what changed
            found.append((depth, word, "changed", None, f"{'any' if one.connector == 'or' else 'all'} of"))
            found.extend(_rows(one.parts, one.connector, depth + 1))
        else:
            found.append((depth, word, one.kind, one.before, one.after))
    return found
