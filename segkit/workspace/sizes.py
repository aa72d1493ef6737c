"""`Workspace.sizes`: the sizes of many audiences at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from segkit.errors import InvalidRequestError, NotFoundError, SegkitError
from segkit.evaluation.sizes import sizes as counted
from segkit.pql import PQLError
from segkit.pql.diagnostics import did_you_mean
from segkit.result import Listing
from segkit.words import share_words
from segkit.workspace import arguments
from segkit.workspace.size import Size
from segkit.workspace.times import instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import pandas as pd

    from segkit.evaluation import Scope
    from segkit.pql.binder import BoundExpression
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike

    Rules = Iterable[Any] | Mapping[str, Any] | str

COLUMNS = ("name", "size", "share", "error")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One of the rules: what it is called, and the merge policy of its own."""

    name: str
    rule: Any
    policy: str | None = None


class Sizes(Listing):
    """The sizes of many audiences, counted once; `sizes["name"]` is one of them.

    Iterating gives a dict a row. How many profiles there are, which `share` needs, is counted when it is first shown.
    """

    def __init__(
        self, workspace: Workspace, counted: Sequence[tuple[str, Size | None, str | None]], as_of: str
    ) -> None:
        lost = sum(size is None for _, size, _ in counted)
        super().__init__(
            workspace.engine,
            [],
            COLUMNS,
            [(name, None if size is None else int(size), None, error) for name, size, error in counted],
            caption=f"audience sizes as of {as_of}",
            words={"share": share_words},
            kinds={"size": "int", "share": "float"},
            hint=f"{lost} could not be counted" if lost else 'one of them: sizes["…"]',
        )
        self._counted = counted
        self._by_name = {name: size for name, size, _ in reversed(counted)}

    def __getitem__(self, key: int | str) -> Any:  # noqa: ANN401  as in a listing
        """The row at a place, or the size of the audience with a name: an int that knows its `.share`.

        Raises
        ------
        NotFoundError
            When there is no such name, or its size could not be counted.
        """
        if not isinstance(key, str):
            self._fill()
            return super().__getitem__(key)
        found = self._by_name.get(key)
        if found is None:
            why = next((error for name, _, error in self._counted if name == key), None)
            hint = did_you_mean(key, list(self._by_name)) or "their names are in the column `name`"
            message = f"`{key}` could not be counted: {why}" if why else f"none of the rules is called `{key}`; {hint}"
            raise NotFoundError(message)
        return found

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._fill()
        return super().__iter__()

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a pandas DataFrame."""
        self._fill()
        return super().to_pandas()

    def _head(self) -> tuple[list[str], Sequence[Sequence[Any]], int]:
        self._fill()
        return super()._head()

    def _fill(self) -> None:
        """Shares of the profiles under each merge policy, which are counted once."""
        if self._objects:
            return
        totals: dict[int, int] = {}
        rows: list[tuple[Any, ...]] = []
        for name, size, error in self._counted:
            share = None
            if size is not None:
                scope = id(size._scope)  # noqa: SLF001  a part of the same
                if scope not in totals:
                    totals[scope] = size.total
                share = size / totals[scope] if totals[scope] else 0.0
            rows.append((name, None if size is None else int(size), share, error))
        self._tuples = rows
        self._objects = [dict(zip(self.columns, row, strict=True)) for row in rows]


def sizes(workspace: Workspace, rules: Rules, merge_policy: PolicyLike | None, as_of: datetime | str | None) -> Sizes:
    """What `Workspace.sizes` does."""
    every = isinstance(rules, str) and rules == "*"
    asked = _definitions(workspace) if every else _given(rules)
    moment = instant(as_of)
    found: dict[int, Size] = {}
    errors: dict[int, SegkitError] = {}
    for policy, places in _by_policy(workspace, asked, merge_policy).items():
        scope = workspace.scope(policy if merge_policy is None else merge_policy, moment)
        scope.verify()
        bound: dict[int, BoundExpression] = {}
        with workspace.reading():
            for place in places:
                try:
                    bound[place] = scope.bind(arguments.rule(asked[place].rule))
                except SegkitError as error:
                    errors[place] = _named(error, asked[place].name)
                    if not every:
                        raise errors[place] from error
        numbers, wrong = counted(list(bound.values()), scope)
        at = list(bound)
        for position, why in wrong.items():
            errors[at[position]] = _named(why, asked[at[position]].name)
        if errors and not every:
            raise errors[min(errors)]
        found |= {at[one]: _size(count, scope, asked[at[one]].rule) for one, count in numbers.items()}
    order = list(range(len(asked)))
    if every:
        order.sort(key=lambda one: (one not in found, -found.get(one, 0), asked[one].name))
    rows = [(asked[one].name, found.get(one), str(errors[one]) if one in errors else None) for one in order]
    return Sizes(workspace, rows, f"{moment:%Y-%m-%d %H:%M} UTC")


def _size(count: int, scope: Scope, rule: Any) -> Size:  # noqa: ANN401  whatever was given
    return Size(count, scope, arguments.rule(rule))


def _definitions(workspace: Workspace) -> list[_Asked]:
    found = [_Asked(one.name, one, one.merge_policy) for one in workspace.segments.list()]
    if not found:
        message = "there are no segment definitions to count; create one: ws.segments.create(name, pql)"
        raise InvalidRequestError(message)
    return found


def _given(rules: Rules) -> list[_Asked]:
    """The rules of a list or a dict."""
    example = '["age > 17", …], {"adults": "age > 17", …} or "*" for all segment definitions'
    if isinstance(rules, str) or not isinstance(rules, Iterable):
        hint = "; of one rule: ws.size(…)" if isinstance(rules, str) else ""
        message = f"rules are given as {example}, not {arguments.given(rules)}{hint}"
        raise InvalidRequestError(message)
    if isinstance(rules, Mapping):
        pairs = [(arguments.name(name, "rule"), rule) for name, rule in rules.items()]
    else:
        pairs = [("", rule) for rule in rules]
    if not pairs:
        message = f"no rule is given; give some: {example}"
        raise InvalidRequestError(message)
    found = []
    for number, (name, rule) in enumerate(pairs, 1):
        try:
            wanted = arguments.rule(rule)
        except SegkitError as error:
            raise _named(error, name or str(number)) from error
        called = name or getattr(rule, "name", None) or " ".join(str(getattr(wanted, "text", wanted)).split())
        found.append(_Asked(called, rule, getattr(rule, "merge_policy", None)))
    return found


def _by_policy(workspace: Workspace, asked: Sequence[_Asked], given: PolicyLike | None) -> dict[str | None, list[int]]:
    """The places of the rules by the merge policy of their own; under None those without one."""
    found: dict[str | None, list[int]] = {}
    own = {one.policy for one in asked} if given is None else set()
    default = workspace.merge_policies.default.id if len(own) > 1 else None
    for place, one in enumerate(asked):
        found.setdefault((one.policy or default) if given is None else None, []).append(place)
    return found


def _named(error: SegkitError, name: str) -> SegkitError:
    """The same error, which says of which rule it is."""
    where = f"of the rule `{name}`: "
    if isinstance(error, PQLError):
        first, *others = error.diagnostics
        return PQLError([replace(first, message=f"{where}{first.message}"), *others])
    named = type(error)(f"{where}{error}")
    named.sql = error.sql
    return named
