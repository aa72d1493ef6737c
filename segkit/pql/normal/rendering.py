"""Forms back to bound conditions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from segkit.pql.bound import And, Bound, Chain, ChainElement, Const, Or, Variable
from segkit.pql.bound_walk import introduced, rebuild
from segkit.pql.normal.forms import FALSE, TRUE, All, Form, Leaf
from segkit.pql.normal.subjects import condition
from segkit.pql.types import BOOLEAN

if TYPE_CHECKING:
    from collections.abc import Mapping


def render(form: Form) -> Bound:
    """A form as a bound condition, whose variables are named by how deep they nest."""
    if form == TRUE:
        return Const(True, BOOLEAN)
    if form == FALSE:
        return Const(False, BOOLEAN)
    if isinstance(form, Leaf):
        return condition(form.subject, form.allowed)
    kind = And if isinstance(form, All) else Or
    found: list[Bound] = []
    for one in form.items:
        made = render(one)
        found.extend(made.items if isinstance(made, kind) else (made,))
    return kind(tuple(found))


def unique(node: Bound) -> Bound:
    """A condition with every variable named anew, as evaluators want them: no two alike."""
    return _renamed(node, {}, iter(range(1, 1_000_000_000)))


def _renamed(node: Bound, names: Mapping[str, str], numbers: Any) -> Bound:  # noqa: ANN401  an iterator shared by all
    if isinstance(node, Variable):
        return replace(node, name=names.get(node.name, node.name))
    fresh = introduced(node)
    if fresh:
        names = {**names, **{one.name: f"n{next(numbers)}" for one in fresh}}
        node = with_variables(node, {one.name: replace(one, name=names[one.name]) for one in fresh})
    return rebuild(node, lambda one: _renamed(one, names, numbers))


def with_variables(node: Bound, values: Mapping[str, Variable]) -> Bound:
    """A node that introduces other variables; what it says of them stays as it is."""
    changes: dict[str, Any] = {}
    for name in ("variable", "key_variable", "value_variable"):
        old = getattr(node, name, None)
        if isinstance(old, Variable) and old.name in values:
            changes[name] = values[old.name]
    if isinstance(node, Chain):
        changes["elements"] = tuple(_element(one, values) for one in node.elements)
    return cast("Bound", replace(cast("Any", node), **changes))


def _element(one: ChainElement, values: Mapping[str, Variable]) -> ChainElement:
    return replace(
        one, variable=values.get(one.variable.name, one.variable), moment=values.get(one.moment.name, one.moment)
    )
