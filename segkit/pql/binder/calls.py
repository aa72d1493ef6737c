"""Calls and methods (R44 to R50): `f(x, a)` and `x.f(a)` are one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segkit.pql.binder.array_calls import ARRAY_CALLS
from segkit.pql.binder.context import failed, is_failed
from segkit.pql.binder.foreign import FUNCTION_HINTS
from segkit.pql.binder.mends import respelled
from segkit.pql.binder.names import flat
from segkit.pql.binder.patterns import checked, groups
from segkit.pql.binder.segments import in_segment
from segkit.pql.binder.site import Site
from segkit.pql.binder.value_calls import VALUE_CALLS
from segkit.pql.bound import Bound, Const, Convert, Function
from segkit.pql.diagnostics import nearest
from segkit.pql.functions import FUNCTIONS, SYNONYMS
from segkit.pql.tree import Boolean, Call, Chain, Integer, Method, Name, String
from segkit.pql.types import INTEGER, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.functions import Signature
    from segkit.pql.tree import Node, Span

_KEEP_DATES = frozenset(
    {
        *("getMonth", "getYear", "getDayOfMonth", "dayOfWeek", "dayOfYear", "weekOfYear"),
        *("extractHours", "extractMinutes", "extractSeconds", "toString"),
    }
)
_WORDS = frozenset({"now", "today", "yesterday", "tomorrow", "this"})


def call(b: Binder, node: Call | Method, scope: Scope) -> Bound:
    """A function call in either style."""
    called = _on_chain(node)
    if called is not None:
        hint = "give the element its time, `WHAT(…) WHEN(<= 30 days before now)`, or filter `xEvent` inside the chain"
        return b.error("chain-method", "a `chain` is a condition and has no methods", called.name_span, hint)
    signature = FUNCTIONS.get(node.name)
    nodes = (node.object, *node.arguments) if isinstance(node, Method) else node.arguments
    where = node.name_span if node.name_span.end > node.name_span.start else node.span
    if signature is None:
        return _unknown(b, node, scope, where)
    if (isinstance(node, Method) and not signature.method) or not (
        signature.least <= len(nodes) <= len(signature.parameters)
    ):
        message, hint = _miscounted(b, node, signature, nodes)
        return b.error("wrong-arguments", message, node.span, hint)
    site = Site(b, node, signature, nodes, scope)
    if node.name == "inSegment" and isinstance(node, Call):
        return in_segment(b, node, scope)
    handler = VALUE_CALLS.get(node.name) or ARRAY_CALLS.get(node.name) or _plain
    return handler(site)


def _unknown(b: Binder, node: Call | Method, scope: Scope, where: Span) -> Const:
    """A function that does not exist; its receiver is bound all the same, for its own mistakes and its type."""
    receiver = b.value(node.object, scope) if isinstance(node, Method) else None
    if receiver is not None and is_failed(receiver) and isinstance(node, Method) and isinstance(node.object, Name):
        return failed(node.span)  # `Math.round(…)`: one mistake, not two
    fix = respelled(b.report.source, FUNCTIONS, node.name, where)
    return b.error(
        "unknown-function",
        f"there is no function `{node.name}`",
        where,
        None if b.enough else _hint(node, receiver),
        fix=fix,
    )


def _miscounted(b: Binder, node: Call | Method, signature: Signature, nodes: Sequence[Node]) -> tuple[str, str]:
    """What to say of a wrong number of arguments."""
    written = [b.words(one).strip("`") or "…" for one in nodes]
    hint = f"write {signature}"
    match node.name:
        case "equals" | "notEqualTo" if len(nodes) > len(signature.parameters):
            operator = "in" if node.name == "equals" else "notIn"
            hint = f"write `{written[0]} {operator} [{', '.join(_literals(b, nodes[1:]))}]`"
            return f"`{node.name}` compares with one value", hint
        case "concat" if len(nodes) > 2:
            hint = f"write `{written[0]}{''.join(f'.concat({one})' for one in written[1:])}`"
        case "count" if len(nodes) == 2:
            hint = f"write `{written[0]}[{written[1]}].count()`"
        case "date" if len(nodes) == 1 and isinstance(nodes[0], String):
            hint = f"write `{written[0]}` alone, which is read as a date beside one, or `date(2024, 1, 31)`"
        case "topN" | "bottomN" if len(nodes) == 2 and isinstance(nodes[1], Integer):
            hint = f"write `{written[0]}.{node.name}(timestamp, {written[1]})`: what to sort by comes first"
        case "topN" | "bottomN" if len(nodes) == 2:
            hint = f"write `{written[0]}.{node.name}({written[1]}, 1)`: how many to take comes second"
    if isinstance(node, Method) and not signature.method:
        return f"`{node.name}` is not called on a value", hint
    # the receiver is no argument of a method
    own = 1 if isinstance(node, Method) else 0
    least, most = signature.least - own, len(signature.parameters) - own
    takes = f"{least}" if least == most else f"{least} or {most}" if most == least + 1 else f"{least} to {most}"
    return f"`{node.name}` takes {takes} argument{'' if takes == '1' else 's'}, not {len(nodes) - own}", hint


def _on_chain(node: Call | Method) -> Method | None:
    """The first method that is called on a chain, as in `chain(…).filter(…).exists()`."""
    while isinstance(node, Method):
        if isinstance(node.object, Chain):
            return node
        if not isinstance(node.object, Method):
            return None
        node = node.object
    return None


def _literals(b: Binder, nodes: Sequence[Node]) -> list[str]:
    """Values as the user wrote them, without the flag for case."""
    return [b.words(one).strip("`") or "…" for one in nodes if not isinstance(one, Boolean)]


def _hint(node: Call | Method, receiver: Bound | None) -> str | None:
    if node.name.lower() in _WORDS and not node.arguments:
        return f"write `{node.name.lower()}` without parentheses"
    of = None if receiver is None else receiver.type.of if receiver.type.kind is Kind.ARRAY else receiver.type
    if receiver is not None and of is not None and not node.arguments and of.field(node.name) is not None:
        return f"`{node.name}` is a field: leave the parentheses out"
    name = node.name.lower()
    if name in {"len", "length", "size"} and receiver is not None:
        return f"did you mean `{'length' if receiver.type.kind is Kind.STRING else 'count'}`?"
    hint = FUNCTION_HINTS.get(name)
    meant = {one.lower(): other for one, other in SYNONYMS.items()}.get(name)
    if hint is not None or meant is not None:
        return hint or f"did you mean `{meant}`?"
    found = [one for one in FUNCTIONS if one.lower() == name] or _alike(node.name)
    return "did you mean " + " or ".join(f"`{one}`" for one in found) + "?" if found else None


def _alike(name: str) -> list[str]:
    """The functions of a name much like another, best first; short names are like too many."""
    import difflib  # noqa: PLC0415  only needed once something is wrong

    ratios = {one: difflib.SequenceMatcher(None, name.lower(), one.lower()).ratio() for one in nearest(name, FUNCTIONS)}
    best = max(ratios.values(), default=0.0)
    return [one for one, ratio in ratios.items() if ratio >= max(0.7, best - 0.12)]


def _plain(site: Site) -> Bound:
    """A function that stays one, with left-off arguments filled in."""
    name, b = site.signature.name, site.b
    operands = [site.operand(position) for position in range(len(site.nodes))]
    values = [one.value for one in operands]
    if is_failed(*values):
        return site.fail()
    if name not in _KEEP_DATES:
        values = [Convert(one, TIMESTAMP, one.span) if one.type.kind is Kind.DATE else one for one in values]
    if name in {"regexGroup", "replaceAll"}:
        values[1] = checked(b, operands[1], searching=False)
        if is_failed(values[1]):
            return site.fail()
    if name == "regexGroup":
        number, most = cast("Const", values[2]).value, groups(operands[1]) or 0
        if not isinstance(number, int) or not 0 <= number <= most:
            return b.error(
                "wrong-arguments",
                f"the pattern has {most} group{'' if most == 1 else 's'}",
                values[2].span,
                "0 is the whole match",
            )
    if name == "join" and values[0].type.of.kind is not Kind.STRING:
        described = b.described(site.nodes[0], values[0])
        return b.error("wrong-arguments", f"`join` is for an Array of String, not for {described}", site.span)
    missing = len(site.signature.parameters) - len(values)
    values += [Const(None, INTEGER, site.span)] * missing
    if name == "values":
        return flat(b, Function(name, tuple(values), array_of(values[0].type.of), site.span))
    return Function(name, tuple(values), site.signature.type or values[0].type, site.span)
