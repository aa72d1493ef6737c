"""`inSegment`: another segment's rule, bound in place (R48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.errors import NotFoundError
from segkit.pql.binder.context import Binder, Referred, failed, is_failed
from segkit.pql.binder.rewrite import located, renewed, size
from segkit.pql.binder.truth import truth
from segkit.pql.bound import Bound, Const
from segkit.pql.diagnostics import Report
from segkit.pql.tree import Lambda
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from segkit.pql.binder.context import Scope
    from segkit.pql.tree import Call, Node

_MOST_LEVELS = 32


def in_segment(b: Binder, node: Call, scope: Scope) -> Bound:
    """The condition of another segment, over the same profile."""
    key = b.value(node.arguments[0], scope)
    if is_failed(key):
        return failed(node.span)
    if not isinstance(key, Const) or key.type.kind is not Kind.STRING:
        hint = 'write its id or name in double quotes: `inSegment("…")`'
        return b.error("wrong-arguments", "a segment is named by a String literal", key.span, hint)
    name = str(key.value)
    if name in b.path:
        cycle = " → ".join([*b.path[b.path.index(name) :], name])
        return b.error("segment-cycle", f"segments refer to each other in a circle: {cycle}", node.span)
    if len(b.path) >= _MOST_LEVELS:
        return b.error("too-deep", f"segments refer to each other more than {_MOST_LEVELS} levels deep", node.span)
    if name not in b.known:
        b.known[name] = _resolved(b, name, node)
        return b.known[name]
    known = b.known[name]
    if not b.copying(size(known)):
        return b.error("expression-too-large", f"putting in segment `{name}` makes the rule too large", node.span)
    return located(renewed(b, known), node.span)


def _resolved(b: Binder, name: str, node: Call) -> Bound:
    if b.segments is None:
        hint = "give the other segments, as a workspace does"
        return b.error("unknown-segment", f"segment `{name}` cannot be looked up here", node.arguments[0].span, hint)
    try:
        found = b.segments(name)
    except NotFoundError as missing:
        return b.error("unknown-segment", str(missing), node.arguments[0].span)
    if found is None:
        return b.error("unknown-segment", f"there is no segment `{name}`", node.arguments[0].span)
    referred = found if isinstance(found, Referred) else Referred(found)
    found = referred.expression
    outer, path = b.report, b.path
    b.report, b.path = Report(found.text), (*b.path, name)
    try:
        condition = truth(root(b, found.root))
        inner = b.report
    finally:
        b.report, b.path = outer, path
    if inner.failed:
        first = next(one for one in inner.ordered() if one.severity == "error")
        passed_on = {"segment-cycle", "expression-too-large", "too-deep"}
        message = first.message if first.code in passed_on else f"segment `{name}` is not valid: {first.message}"
        code = first.code if first.code in passed_on else "invalid-segment"
        return b.error(code, message, node.span, first.hint)
    if not b.copying(size(condition)):
        return b.error("expression-too-large", f"putting in segment `{name}` makes the rule too large", node.span)
    _warned(b, name, referred, inner, node)
    return located(condition, node.span)


def _warned(b: Binder, name: str, referred: Referred, inner: Report, node: Call) -> None:
    """Say at the call what there is to know of the segment: its merge policy, and the first of its own warnings."""
    if referred.policy is not None:
        message = f"segment `{name}` has a merge policy of its own, `{referred.policy}`, which is not used here"
        hint = "a rule and the segments in it are evaluated under one merge policy, that of the outer one"
        b.report.warning("segment-policy", message, node.span, hint)
    found = inner.ordered()
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        message = f"in segment `{name}`: {found[0].message}{more}"
        b.report.warning("segment-warning", message, node.span, found[0].hint)


def root(b: Binder, node: Node) -> Bound:
    """A whole expression; its outermost lambda names the profile (R01)."""
    if isinstance(node, Lambda):
        if len(node.parameters) != 1:
            hint = "a segment is a rule about one profile"
            return b.error("second-parameter", "the outermost lambda has one parameter", node.span, hint)
        return b.value(node.body, b.root.having(node.parameters[0], b.root.item))
    return b.value(node, b.root)
