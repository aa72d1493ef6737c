"""docs/support.md: what of PQL runs today, counted over real expressions, and the state of each rule."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from support_outcomes import STEPS, Outcome, Row, outcome, pql, refusal
from support_rows import Line, lines, table
from support_rules import PROBES, RULES, areas, shown_by_tests

from segkit.engine import Engine
from segkit.pql import Expression, PQLError, check, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segkit.pql.diagnostics import Diagnostic

RULES_TITLE = "## The rules of the language"

_HEAD = """\
# What of PQL runs today

Made by running it: do not edit, run `python -m tests.support`.

{total} expressions from documentation, tutorials and the Segment Builder, all valid PQL, each bound against a schema
that has just the fields it uses. They run as an audience size, as a column and as a segment of a job, over empty
tables and over tables full of nulls, empty arrays, quotes and the largest numbers and dates there are; all ways must
agree."""

_RULES_HEAD = """\
A rule *runs* when expressions written for it go all the way from text to rows, over empty and over awkward data; rules
that no single expression shows hold when a test says so. *Tested in* names the folders under `tests/` with a test that
carries the rule's number."""


def document(rows: Sequence[Row], outcomes: Sequence[Outcome] | None = None) -> str:
    """The text of docs/support.md; `outcomes` are those of the valid rows, where they are known already."""
    if outcomes is None:
        with Engine(threads=1) as engine:
            outcomes = [outcome(one, engine) for one in pql(rows)]
    found = lines(rows, outcomes)
    parts = [*_head(outcomes), *_constructs(outcomes), *_missing(outcomes), *_wrong(rows), *_dialects(rows, found)]
    return "\n".join([*parts, *table(found)]) + ("\n\n" + rules())


@cache
def rules() -> str:
    """The part of the document that needs no corpus."""
    tested = areas()
    lines = [
        RULES_TITLE,
        "",
        _RULES_HEAD,
        "",
        "| rule | about | state | tested in |",
        "|---|---|---|---|",
    ]
    for rule, about in RULES.items():
        where = ", ".join(sorted(tested[rule])) or "–"
        lines.append(f"| {rule} | {about} | {_state(rule, tested[rule])} | {where} |")
    return "\n".join(lines) + "\n"


@cache
def probes(rule: str) -> list[Outcome]:
    """How far the expressions of a rule get."""
    made = (Row(rule, "pql", "pql/text", "segment", True, text, ()) for text in PROBES.get(rule, ()))
    with Engine(threads=1) as engine:
        return [outcome(one, engine) for one in made]


def _state(rule: str, tested: set[str]) -> str:
    if shown_by_tests(rule):
        return "holds" if tested else "no test yet"
    found = probes(rule)
    if all(one.runs for one in found):
        return "runs"
    if any(one.failure for one in found):
        return "**fails**"
    reasons = ", ".join(_reasons(one for one in found if not one.runs))
    return f"runs, but {reasons}" if any(one.runs for one in found) else f"parses only: {reasons}"


def _reasons(outcomes: Iterable[Outcome]) -> Counter[str]:
    return Counter(reason for one in outcomes for reason in dict.fromkeys(map(_reason, one.refusals)) if reason)


def _reason(one: Diagnostic) -> str:
    if one.severity == "warning":
        return ""
    return f"refused as `{one.code}`"


def _head(outcomes: Sequence[Outcome]) -> list[str]:
    total = len(outcomes)
    lines = [
        _HEAD.format(total=total),
        "",
        "| step | expressions | share |",
        "|---|---:|---:|",
    ]
    for position, step in enumerate(STEPS, 1):
        passed = sum(one.passed >= position for one in outcomes)
        lines.append(f"| {step} | {passed} of {total} | {_share(passed, total)} |")
    return lines


def _constructs(outcomes: Sequence[Outcome]) -> list[str]:
    all_of, run = Counter[str](), Counter[str]()
    for one in outcomes:
        named = {_construct(feature) for feature in one.row.features} or {"literals and paths"}
        all_of.update(named)
        run.update(named if one.runs else ())
    lines = [
        "",
        "## By construct",
        "",
        "An expression counts once in each construct it uses.",
        "",
    ]
    lines += ["| construct | expressions | run |", "|---|---:|---:|"]
    for name in sorted(all_of, key=lambda one: (-all_of[one], one)):
        shown = name if " " in name else f"`{name}`"
        lines.append(f"| {shown} | {all_of[name]} | {run[name]} |")
    return lines


def _construct(feature: str) -> str:
    match feature.lower():
        case "chain":
            return "chain"
        case "array-literal":
            return "array literal"
        case "object-literal":
            return "object literal"
        case "over":
            return "sum … over"
        case "filter[]":
            return "arr[…]"
        case "$n":
            return "$1"
        case _:
            return feature


def _missing(outcomes: Sequence[Outcome]) -> list[str]:
    lines = ["", "## Not yet", ""]
    short = [one for one in outcomes if not one.runs]
    if not short:
        return [*lines, "Nothing: every expression runs."]
    lines += ["What the diagnostics of those expressions say; one may say several things.", ""]
    lines += ["| said | expressions |", "|---|---:|"]
    reasons = _reasons(short)
    reasons.update(f"**failed** after it {STEPS[one.passed - 1]}" for one in short if one.failure)
    return [*lines, *(f"| {reason} | {count} |" for reason, count in sorted(reasons.items(), key=_by_count))]


def _wrong(rows: Sequence[Row]) -> list[str]:
    invalid = pql(rows, valid=False)
    valid = [parse(one.value) for one in pql(rows)]
    grammar = [one for one in invalid if _refused(check(one.value))]
    types = [one for one in invalid if one not in grammar and _refused(said(one, valid))]
    accepted = len(invalid) - len(grammar) - len(types)
    lines = [
        "",
        "## What is no PQL",
        "",
        f"{len(invalid)} texts look like PQL and are not (SQL, invented forms, placeholders, unclosed strings).",
        f"{len(grammar)} are refused by the grammar, {len(types)} by functions and types, {accepted} accepted.",
        "",
        "| diagnostic | texts |",
        "|---|---:|",
    ]
    codes: Counter[str] = Counter()
    for one in (*grammar, *types):
        codes.update({found.code for found in said(one, valid) if found.severity == "error"})
    lines += [f"| `{code}` | {count} |" for code, count in sorted(codes.items(), key=_by_count)]
    doubtful = [(one, refusal(one, ())) for one in pql(rows, valid="unclear")]
    refused = sum(_refused(found) for _, found in doubtful)
    warned = sum(bool(found) and not _refused(found) for _, found in doubtful)
    summary = (
        f"{len(doubtful)} more are doubtful: {len(doubtful) - refused} are accepted, {warned} of them with a warning,"
    )
    return [*lines, "", f"{summary} {refused} refused."]


def said(row: Row, valid: Sequence[Expression]) -> list[Diagnostic]:
    """What is said of a row, with fields of the types that valid expressions about the same root give them."""
    root = row.value.split(".", 1)[0]
    return refusal(row, [one for one in valid if f"{root}." in one.text])


def _dialects(rows: Sequence[Row], found: Sequence[Line]) -> list[str]:
    formulas = [one for one in rows if one.dialect == "ajo-decisioning" and one.valid is True]
    trees = [one for one in found if one.row.format == "pql/json"]
    run = sum(one.outcome.runs for one in trees)
    parsed = sum(_parses(one) for one in formulas)
    return [
        "",
        "## Relatives",
        "",
        f"Of {len(formulas)} ranking formulas of decisioning, {parsed} parse; what only decisioning knows (`@{{…}}`)",
        f"is refused by name when bound. Of {len(trees)} documents in `pql/json`, {run} are read and run.",
    ]


def _parses(row: Row) -> bool:
    try:
        parse(row.value)
    except PQLError:
        return False
    return True


def _refused(found: Iterable[Diagnostic]) -> bool:
    return any(one.severity == "error" for one in found)


def _share(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "–"


def _by_count(pair: tuple[str, int]) -> tuple[int, str]:
    return (-pair[1], pair[0])
