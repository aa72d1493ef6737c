"""Many segments in one statement: each distinct condition once, segments as sums or as bits of words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from sqlglot import exp

from segkit.plan.plan import plan
from segkit.pql.bound import And, Attribute, Compare, Const, In, Items, Not, Or, Variable
from segkit.pql.bound_walk import canonical, signature, walk
from segkit.pql.types import BOOLEAN, Kind
from segkit.sql.build import cast, column, literal, name, some, table
from segkit.sql.expressions import condition
from segkit.sql.limits import within_limits
from segkit.sql.notes import line
from segkit.sql.scope import Leaves
from segkit.sql.source import KEY, MASK
from segkit.sql.statements import PROFILE_ID, Assembly
from segkit.sql.truths import Bytes, Ones, joined

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from segkit.plan.clock import Clock
    from segkit.pql.bound import Bound
    from segkit.pql.types import Path
    from segkit.sql.scope import Scope
    from segkit.sql.source import ProfileSource
    from segkit.sql.truths import Truth

USES = "uses"
"""Where the `meta` of a statement over many segments says which of them reads what."""

BITS = 56
"""How many segments one word holds: seven bytes, so that a word is never negative."""

_BYTE = 8
_LISTED = 8
"""Lists of so many values at most are taken apart into comparisons, which other segments may share."""

_ROWS = "rows_read"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Uses:
    """What each segment of a statement reads.

    Parameters
    ----------
    conditions
        Segment → the distinct conditions in its rule.
    leaves, features
        Condition → the fields of the profile and the features of events in it.
    steps, words
        Feature → the step of the statement that computes it, and its PQL; empty where its text is not known.
    """

    conditions: dict[str, dict[str, None]] = field(default_factory=dict)
    leaves: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    features: dict[str, tuple[str, ...]] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


@within_limits
def compile_segments(
    conditions: Mapping[str, Bound],
    source: ProfileSource,
    clock: Clock,
    *,
    texts: Mapping[str, str] | None = None,
    everyone: bool = False,
    stored: bool = False,
) -> exp.Select:
    """The members of many segments: a row a profile that is in one of them.

    The columns are `profile_key`, `namespace_mask` and `word_1`, `word_2` …: the first segment is the lowest bit of the
    first word, and a word holds `BITS` of them. Each distinct condition is evaluated once, as a byte of ones or zeros
    that is combined with others bit by bit. About 250 segments are the most that one statement plans well; one alone
    has its rule as the filter of the statement.

    Parameters
    ----------
    conditions
        Bound conditions by the names of the segments, in the order of their bits.
    source
        Where profiles and events come from.
    clock
        What time means.
    texts
        The PQL of each segment, for the comments.
    everyone
        Whether profiles in none of the segments have rows too.
    stored
        Whether profiles lie in native tables with their `profile_id`, which then is a column of the statement. Texts
        are compared there as the entries of a dictionary, once for each value.
    """
    if len(conditions) == 1 and not everyone:
        return _alone(conditions, source, clock, texts or {}, stored=stored)
    made = Assembly(plan(conditions, {}, clock), source, clock, texts or {}, whole=everyone)
    ids = (PROFILE_ID,) if stored else ()
    step = _Evaluation(made, made.scope, texts or {}, (KEY, *ids, MASK), truth=Bytes(), stored=stored)
    step.atoms(made.plan.conditions)
    rows = made.base(mask=True, compiled=True)
    if stored:
        made.steps.named["profiles"].select(column(PROFILE_ID), copy=False)
    select = made.finished(step.words(rows, everyone=everyone), "")
    select.meta[USES] = step.uses
    return select


@within_limits
def compile_counts(
    conditions: Mapping[str, Bound],
    source: ProfileSource,
    clock: Clock,
    *,
    texts: Mapping[str, str] | None = None,
    stored: bool = False,
) -> exp.Select:
    """How many profiles satisfy each of many conditions: one row with a column each, null where there is no profile.

    Namespaces are not asked for, and so neither are the profiles of which no condition can be true. See
    `compile_segments` for the parameters.
    """
    made = Assembly(plan(conditions, {}, clock), source, clock, texts or {})
    step = _Evaluation(made, made.scope, texts or {}, (), truth=Ones(), stored=stored)
    step.atoms(made.plan.conditions)
    return made.finished(step.counts(made.base(compiled=True)), "")


class SharedRows:
    """What several statements over parts of the segments read, made once: leaves, namespaces and event features.

    Fragments are merged and events read by one statement, however many follow it.

    Parameters
    ----------
    conditions
        Bound conditions of all segments by their names.
    source
        Where profiles and events come from.
    clock
        What time means.
    texts
        The PQL of each segment, for the comments.
    counted
        Whether segments are only counted: neither keys nor namespaces are kept, nor profiles in none of them.
    """

    def __init__(
        self,
        conditions: Mapping[str, Bound],
        source: ProfileSource,
        clock: Clock,
        texts: Mapping[str, str],
        *,
        counted: bool = False,
    ) -> None:
        made = Assembly(plan(conditions, {}, clock), source, clock, texts, whole=not counted)
        self._counted = counted
        self._conditions = made.plan.conditions
        self._texts = texts
        features = {one.name: f"feature_{number}" for number, one in enumerate(made.plan.features, 1)}
        self._features = features
        variables = {one: column(given, _ROWS) for one, given in features.items()}
        self._scope = replace(made.scope, profile=Leaves(_ROWS), variables=variables)
        self._made = made

    @within_limits
    def rows(self) -> exp.Select:
        """The statement to materialise, one row a profile; every profile has one, unless they are only counted."""
        made = self._made
        rows = made.base(mask=not self._counted)
        chosen: list[exp.Expr] = [] if self._counted else [column(KEY), column(MASK)]
        chosen += [exp.alias_(made.leaves.leaf(one), ".".join(one), quoted=True) for one in made.leaves.used]
        for one, given in self._features.items():
            value = made.scope.variables[one]
            if isinstance(value, exp.Expr):
                chosen.append(exp.alias_(value, given, quoted=True))
        return made.finished(rows.select(*(chosen or [column(KEY)]), copy=False), "")

    @within_limits
    def segments(self, names: Sequence[str], rows: exp.Table) -> exp.Select:
        """The words of some of the segments, for every profile, over the materialised rows."""
        step = self._evaluation(names, (KEY, MASK), Bytes())
        select = step.with_steps(step.words(_read(rows), everyone=True))
        select.meta[USES] = step.uses
        return select

    @within_limits
    def counts(self, names: Sequence[str], rows: exp.Table) -> exp.Select:
        """How many profiles are in each of some of the segments, over the materialised rows."""
        step = self._evaluation(names, (), Ones())
        return step.with_steps(step.counts(_read(rows)))

    def _evaluation(self, names: Sequence[str], kept: Sequence[str], truth: Truth) -> _Evaluation:
        step = _Evaluation(self._made, self._scope, self._texts, kept, truth=truth)
        step.atoms({one: self._conditions[one] for one in names})
        return step


def words(segments: int) -> list[str]:
    """The names of the columns that hold so many segments."""
    return [f"word_{number}" for number in range(1, -(-segments // BITS) + 1)]


def _alone(
    conditions: Mapping[str, Bound], source: ProfileSource, clock: Clock, texts: Mapping[str, str], *, stored: bool
) -> exp.Select:
    """One segment: its rule is the filter of the statement, so that it reaches the files and tables."""
    [(given, rule)] = conditions.items()
    made = Assembly(plan({"": rule}, {}, clock), source, clock, {"": texts.get(given, "")})
    select = made.base(mask=True)
    if stored:
        made.steps.named["profiles"].select(column(PROFILE_ID), copy=False)
    ids = [column(PROFILE_ID)] if stored else []
    chosen = [column(KEY), *ids, column(MASK), exp.alias_(cast(literal(1), "BIGINT"), "word_1", quoted=True)]
    select = made.finished(made.filtered(select.select(*chosen, copy=False)), texts.get(given, ""))
    words_of = {one.name: made.sources.words(one.origin, one.span) for one in made.plan.features}
    features = {"": tuple(words_of)}
    select.meta[USES] = Uses({given: {"": None}}, features=features, steps=dict.fromkeys(words_of, ""), words=words_of)
    return select


class _Evaluation:
    """Segments as numbers over the distinct conditions, and the sums or words that these make."""

    def __init__(
        self,
        made: Assembly,
        scope: Scope,
        texts: Mapping[str, str],
        kept: Sequence[str],
        *,
        truth: Truth,
        stored: bool = False,
    ) -> None:
        self._made = made
        self._scope = scope
        self._texts = texts
        self._kept = kept
        self._truth = truth
        self._stored = stored
        self._origin = ""
        self._found: dict[Hashable, tuple[str, exp.Expr]] = {}
        self._segments: dict[str, exp.Expr] = {}
        steps = {name: one.step for one in made.passes for name in one.columns}
        words_of = {one.name: made.sources.words(one.origin, one.span) for one in made.plan.features}
        self.uses = Uses(steps=steps, words=words_of)
        self.steps: dict[str, exp.Select] = {}

    def atoms(self, rules: Mapping[str, Bound]) -> None:
        """Compile the conditions of the segments, equal ones once."""
        for origin, rule in rules.items():
            self._origin = origin
            self.uses.conditions[origin] = {}
            self._segments[origin] = self._combined(rule)

    def words(self, rows: exp.Select, *, everyone: bool) -> exp.Select:
        """The statement over rows that have what the conditions read."""
        kept = [column(one) for one in self._kept]
        tests = [test for _, test in self._found.values()]
        self._step("conditions", rows.select(*kept, *tests, copy=False))
        shown = []
        for given, one in self._segments.items():
            named = exp.alias_(one, given, quoted=True, copy=False)
            if self._texts.get(given):
                named.add_comments([line(self._texts[given])])
            shown.append(named)
        self._step("segments", _over("conditions", kept).select(*shown, copy=False))
        bytes_ = [
            exp.alias_(
                joined(exp.BitwiseOr, [_in_byte(*one) for one in enumerate(group)]), f"byte_{number}", copy=False
            )
            for number, group in enumerate(_groups(list(self._segments), _BYTE), 1)
        ]
        self._step("bytes", _over("segments", kept).select(*bytes_, copy=False))
        names = [exp.to_identifier(one.alias) for one in bytes_]
        found = [
            exp.alias_(
                joined(exp.BitwiseOr, [_in_word(*one) for one in enumerate(group)]), given, quoted=True, copy=False
            )
            for given, group in zip(words(len(self._segments)), _groups(names, BITS // _BYTE), strict=True)
        ]
        select = _over("bytes", kept).select(*found, copy=False)
        if everyone:
            return select
        self._step("words", select)
        held = [column(one) for one in words(len(self._segments))]
        inside: list[exp.Expr] = [exp.NEQ(this=one.copy(), expression=literal(0)) for one in held]
        return _over("words", [*kept, *held]).where(some(inside), copy=False)

    def counts(self, rows: exp.Select) -> exp.Select:
        """The statement that counts each segment, over rows that have what the conditions read."""
        tests = [test for _, test in self._found.values()] or [exp.alias_(literal(1), "everyone", copy=False)]
        self._step("conditions", rows.select(*tests, copy=False))
        shown = []
        for given, one in self._segments.items():
            named = exp.alias_(exp.Sum(this=one), given, quoted=True, copy=False)
            if self._texts.get(given):
                named.add_comments([line(self._texts[given])])
            shown.append(named)
        return _over("conditions", ()).select(*shown, copy=False)

    def with_steps(self, select: exp.Select) -> exp.Select:
        """A statement with the steps that were made for it."""
        for named, one in self.steps.items():
            select = select.with_(exp.to_identifier(named), as_=one, copy=False)
        return select

    def _step(self, given: str, select: exp.Select) -> None:
        self.steps[given] = select
        self._made.steps.add(given, select)

    def _combined(self, node: Bound) -> exp.Expr:
        """A rule over the columns of its conditions."""
        truth = self._truth
        match node:
            case Const(value=held):
                return truth.constant(held=held is True)
            case And(items=items):
                return truth.both([self._combined(one) for one in items])
            case Or(items=items):
                return truth.either([self._combined(one) for one in items])
            case Not(item=item):
                return truth.opposite(self._combined(item))
            case In(value=value, array=Items(items=items), negated=False) if self._stored and _apart(value, items):
                equal = [Compare("=", value, one, type=BOOLEAN, span=node.span) for one in items]
                return truth.either([self._combined(one) for one in equal])
            case _:
                return self._atom(node)

    def _atom(self, node: Bound) -> exp.Expr:
        key = signature(canonical(node))
        if key not in self._found:
            held = condition(node, self._scope)
            test = self._truth.test(held, by_dictionary=self._stored and _reads_one_text(node))
            given = f"condition_{len(self._found) + 1}"
            test = exp.alias_(test, given, copy=False)
            self._found[key] = (given, self._made.sources.noted(test, self._origin, node, whole=True))
            self.uses.leaves[given] = tuple(one.path for one in walk(node) if isinstance(one, Attribute))
            read = (one.name for one in walk(node) if isinstance(one, Variable))
            self.uses.features[given] = tuple(dict.fromkeys(one for one in read if one in self.uses.steps))
        found = self._found[key][0]
        self.uses.conditions[self._origin][found] = None
        return exp.Column(this=exp.to_identifier(found))


def _apart(value: Bound, items: Sequence[Bound]) -> bool:
    return isinstance(value, Attribute) and value.type.kind is Kind.STRING and len(items) <= _LISTED


def _reads_one_text(node: Bound) -> bool:
    read = [one for one in walk(node) if isinstance(one, Attribute | Variable)]
    return len(read) == 1 and isinstance(read[0], Attribute) and read[0].type.kind is Kind.STRING


def _over(step: str, kept: Sequence[exp.Expr]) -> exp.Select:
    return exp.Select().select(*(one.copy() for one in kept), copy=False).from_(table(step), copy=False)


def _read(rows: exp.Table) -> exp.Select:
    read = rows.copy()
    read.set("alias", exp.TableAlias(this=exp.to_identifier(_ROWS)))
    return exp.Select().from_(read, copy=False)


def _in_byte(place: int, segment: str) -> exp.Expr:
    return exp.BitwiseAnd(this=exp.Column(this=name(segment)), expression=literal(1 << place))


def _in_word(place: int, byte: exp.Identifier) -> exp.Expr:
    wide = cast(exp.Column(this=byte.copy()), "BIGINT")
    # a product costs a fifth of a shift, which is checked for what it pushes out
    return exp.Mul(this=wide, expression=literal(1 << (_BYTE * place))) if place else wide


def _groups(items: Sequence[_T], size: int) -> list[Sequence[_T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


__all__ = ["BITS", "USES", "SharedRows", "Uses", "compile_counts", "compile_segments", "words"]
