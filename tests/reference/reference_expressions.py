"""Random well-typed PQL, as text, for the differential tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reference_profiles import KINDS, TEXTS, WORDS
from reference_world import EVENT, ITEM, PROFILE

from segkit.pql.types import DATE, Kind, Type, array_of

if TYPE_CHECKING:
    import random

SCALARS = [Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP]
ORDERED = [Kind.INTEGER, Kind.DOUBLE, Kind.DATE, Kind.TIMESTAMP]
UNITS = [
    "minute",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "decade",
    "century",
]
_ISO = ['"2026-11-21"', '"2026-11-20T12:00:00Z"', '"2026-11-21T00:00:00+01:00"', '"2024-02-29"']
_DATES = ["date(2026, 11, 21)", "date(2024, 2, 29)", "date(2026, 3, 29)", "date(2026, 10, 25)", "date(2000, 1, 1)"]
_DAY_PARTS = ["getMonth", "getYear", "getDayOfMonth", "dayOfWeek", "dayOfYear", "weekOfYear", "extractMonth"]
_TIME_PARTS = ["extractHours", "extractMinutes", "extractSeconds"]
_SIZES = ["= 0", "> 0", "> 1", ">= 1", "< 1", "!= 2", "= 1"]
_DIFFERENCES = ["diffInSeconds", "diffInMinutes", "diffInHours", "diffInDays"]
_LIKE = ['"%n%"', '"_n_"', '"a%"', '"%"', '"a_b"', '"50\\\\%"']
_PATTERNS = ["^A", "n+$", "[a-z]{2}", "(a)(,)?", r"\d", "x|e"]


@dataclass(frozen=True)
class Scope:
    """What names an expression may use: of the item, of the items further out, and variables by their names."""

    item: Type = PROFILE
    outer: tuple[Type, ...] = ()
    variables: dict[str, Type] = field(default_factory=dict)
    stable: bool = True

    @property
    def is_root(self) -> bool:
        return not self.outer

    def within(self, item: Type) -> Scope:
        return replace(self, item=item, outer=(self.item, *self.outer))

    def having(self, name: str, of: Type) -> Scope:
        return replace(self, variables={**self.variables, name: of})


@dataclass
class Maker:
    """Writes expressions; `r` is where all choices come from."""

    r: random.Random
    names: int = 0

    def expression(self) -> str:
        """A condition or a value, to evaluate in both ways."""
        scope, depth = Scope(), self.r.choice([1, 2, 2, 3, 3, 4])
        if self.r.random() < 0.55:
            return self.condition(scope, depth)
        if self.r.random() < 0.25:
            return self.array(self.r.choice(SCALARS), scope, depth)[0]
        return self.scalar(self.r.choice(SCALARS), scope, depth)

    def fresh(self) -> str:
        self.names += 1
        return f"V{self.names}"

    # paths

    def paths(self, wanted: Kind | Type, scope: Scope) -> list[str]:
        """All ways to read a value of a kind without passing through an array."""
        found = [text for text in _below(scope.item, wanted) if text]
        for levels, item in enumerate(scope.outer, 1):
            found += [f"{'^' * levels}.{text}" for text in _below(item, wanted) if text]
        for name, of in scope.variables.items():
            found += [f"{name}.{text}" if text else name for text in _below(of, wanted)]
        if scope.item.kind is not Kind.OBJECT and _fits(scope.item, wanted):
            found += ["this"] * 3
        return found

    def literal(self, kind: Kind) -> str:
        match kind:
            case Kind.STRING:
                return json.dumps(self.r.choice([*TEXTS, *WORDS, *KINDS]), ensure_ascii=False)
            case Kind.INTEGER:
                return str(self.r.choice([0, 1, 2, 3, 5, 21, -2]))
            case Kind.DOUBLE:
                return str(self.r.choice([0.5, 0.25, 1.5, 2.0, 21.0, -2.75]))
            case Kind.BOOLEAN:
                return self.r.choice(["true", "false"])
            case Kind.DATE:
                return self.r.choice(_DATES)
            case _:
                return self.r.choice(["now", "today", "yesterday", '"2026-11-20T12:00:00Z".stringToDate()'])

    def scalar(self, kind: Kind, scope: Scope, depth: int) -> str:
        """An expression of a scalar kind."""
        paths = self.paths(kind, scope)
        if depth <= 0 or self.r.random() < 0.25:
            return self.r.choice(paths) if paths and self.r.random() < 0.8 else self.literal(kind)
        inner = depth - 1
        if self.r.random() < 0.08:
            name, of = self.fresh(), self.r.choice(SCALARS)
            body = self.scalar(kind, scope.having(name, Type(of)), inner)
            return f"(let {name} = {self.scalar(of, scope, inner)} in {body})"
        if self.r.random() < 0.1:
            branches = f"{self.scalar(kind, scope, inner)}, {self.scalar(kind, scope, inner)}"
            return f"if({self.condition(scope, inner)}, {branches})"
        if self.r.random() < 0.15:
            array, stable = self.array(kind, scope, inner)
            if kind in ORDERED and (self.r.random() < 0.5 or not stable):
                return f"{array}.{self.r.choice(['min', 'max'])}()"
            if stable:
                return f"{array}.head()"
        match kind:
            case Kind.STRING:
                return self._string(scope, inner)
            case Kind.INTEGER:
                return self._integer(scope, inner)
            case Kind.DOUBLE:
                return self._double(scope, inner)
            case Kind.BOOLEAN:
                return f"({self.condition(scope, inner)})"
            case Kind.DATE:
                parts = [self.scalar(Kind.INTEGER, scope, inner) for _ in range(3)]
                return (
                    f"date({', '.join(parts)})"
                    if self.r.random() < 0.3 and not all(map(_digits, parts))
                    else self.r.choice(paths or _DATES)
                )
            case _:
                return self._timestamp(scope, inner)

    def _string(self, scope: Scope, depth: int) -> str:
        s = self.scalar(Kind.STRING, scope, depth)
        n = self.scalar(Kind.INTEGER, scope, 0)
        part = self.literal(Kind.STRING)
        pattern = json.dumps(self.r.choice(_PATTERNS))
        options = [
            f"{s}.upperCase()",
            f"{s}.trim()",
            f"{s}.leftTrim()",
            f"rightTrim({s})",
            f"{s}.substr({n})",
            f"{s}.substr({n}, {self.scalar(Kind.INTEGER, scope, 0)})",
            f"{s}.concat({self.scalar(Kind.STRING, scope, depth)})",
            f"{s}.replace({part}, {self.scalar(Kind.STRING, scope, 0)})",
            f"{s}.replaceAll({pattern}, {self.literal(Kind.STRING)})",
            f"{s}.regexGroup({pattern}, 0)",
            f"{self.scalar(self.r.choice([Kind.INTEGER, Kind.BOOLEAN, Kind.DATE]), scope, depth)}.toString()",
            f"{s}.extractEmailDomain()",
        ]
        options += self._keyed("labels", scope, depth) + self._keyed("tests", scope, depth, ".result")
        return self.r.choice(options)

    def _keyed(self, name: str, scope: Scope, depth: int, rest: str = "") -> list[str]:
        if scope.item is not PROFILE:
            return []
        key = self.r.choice(['"a"', '"b"', '"zz"', '""', self.scalar(Kind.STRING, scope, min(depth, 1))])
        return [f"{name}[{key}]{rest}", f"{name}.get({key}){rest}"]

    def _integer(self, scope: Scope, depth: int) -> str:
        a, b = (self.scalar(Kind.INTEGER, scope, depth) for _ in range(2))
        s = self.scalar(Kind.STRING, scope, depth)
        moment = self.scalar(self.r.choice([Kind.TIMESTAMP, Kind.DATE]), scope, depth)
        array = self.any_array(scope, depth)
        ints = self.array(Kind.INTEGER, scope, depth)[0]
        numbers = self.r.choice(["length", "indexOf"])
        options = [
            f"({a} {self.r.choice('+-*%')} {b})",
            f"(-{self.r.choice(self.paths(Kind.INTEGER, scope) or ['3'])})",
            f"{s}.{numbers}({'' if numbers == 'length' else self.literal(Kind.STRING)})",
            f"{s}.toInt()",
            f"{self.scalar(Kind.DOUBLE, scope, depth)}.toInt()",
            f"{array}.{self.r.choice(['count', 'countOnlyNull', 'countWithNull'])}()",
            f"{array}.count()",
            f"{ints}.sum()",
            f"{self.array(self.r.choice(SCALARS), scope, depth)[0]}.distinct().count()",
            f"{self.array(self.r.choice(SCALARS), scope, depth)[0]}.distinctCountWithNull()",
            f"{moment}.{self.r.choice(_DAY_PARTS)}()",
            f"{self.scalar(Kind.TIMESTAMP, scope, depth)}.{self.r.choice(_TIME_PARTS)}()",
            f"{moment}.{self.r.choice(_DIFFERENCES)}({self.scalar(Kind.TIMESTAMP, scope, depth)})",
            self.r.choice(["currentMonth()", "currentYear()", "currentDayOfMonth()"]),
        ]
        options += self._keyed("tests", scope, depth, ".runs") + [self._item_sum(scope, depth, Kind.INTEGER)] * 2
        return self.r.choice(options)

    def _double(self, scope: Scope, depth: int) -> str:
        number = [Kind.DOUBLE, Kind.INTEGER]
        a = self.scalar(Kind.DOUBLE, scope, depth)
        b = self.scalar(self.r.choice(number), scope, depth)
        options = [
            f"({a} {self.r.choice('+-*/%')} {b})",
            f"({self.scalar(Kind.INTEGER, scope, depth)} / {b})",
            f"{b}.{self.r.choice(['absolute', 'roundUp', 'roundDown'])}()",
            f"{self.scalar(Kind.STRING, scope, depth)}.stringToNumber()",
            f"{self.array(self.r.choice(number), scope, depth)[0]}.average()",
            f"{self.array(Kind.DOUBLE, scope, depth)[0]}.sum()",
        ]
        return self.r.choice(
            options + self._keyed("scores", scope, depth) + [self._item_sum(scope, depth, Kind.DOUBLE)] * 2
        )

    def _item_sum(self, scope: Scope, depth: int, kind: Kind) -> str:
        """`arr.sum(e)` or `sum E over V from A where C`."""
        objects = self.objects(scope, depth)
        if objects is None:
            return self.literal(kind)
        array, of, _ = objects
        function = "sum" if kind is Kind.INTEGER else self.r.choice(["sum", "average", "min", "max"])
        body = kind if function != "average" else self.r.choice([Kind.INTEGER, Kind.DOUBLE])
        if self.r.random() < 0.6:
            return f"{array}.{function}({self.scalar(body, scope.within(of), min(depth, 1))})"
        name = self.fresh()
        inner = scope.having(name, of)
        clause = f"{name} from {array} where {self.condition(inner, min(depth, 1))}"
        return f"({function} {self.scalar(body, inner, min(depth, 1))} over {clause})"

    def _timestamp(self, scope: Scope, depth: int) -> str:
        of = self.scalar(self.r.choice([Kind.TIMESTAMP, Kind.TIMESTAMP, Kind.DATE]), scope, depth)
        count = self.scalar(Kind.INTEGER, scope, min(depth, 1))
        unit = self.r.choice(["Days", "Hours", "Minutes", "Seconds", "Months", "Years"])
        start = self.r.choice(["Day", "Week", "Quarter", "Year"])
        options = [
            f"{of}.add{unit}({count})",
            f"{of}.truncateToStartOf{start}()",
            f"{self.scalar(Kind.STRING, scope, depth)}.stringToDate()",
        ]
        objects = self.objects(scope, depth)
        if objects is not None:
            array, item, _ = objects
            options.append(
                f"{array}.{self.r.choice(['min', 'max'])}({self.scalar(Kind.TIMESTAMP, scope.within(item), 0)})"
            )
        return self.r.choice(options + self._keyed("tests", scope, depth, ".at"))

    # arrays

    def objects(self, scope: Scope, depth: int) -> tuple[str, Type, bool] | None:
        """An array of objects, its item, and whether its order is defined."""
        found: list[tuple[str, Type, bool]] = []
        for of in (ITEM, EVENT):
            found += [(text, of, True) for text in self.paths(array_of(of), scope)]
        if scope.is_root and scope.item is PROFILE:
            found += [("xEvent", EVENT, False)] * 3 + [("xEvent.items", ITEM, False)]
        if not found:
            return None
        array, of, stable = self.r.choice(found)
        if depth <= 0 or self.r.random() < 0.4:
            return array, of, stable
        pick = self.r.random()
        if pick < 0.5:
            method = self.r.random() < 0.3
            condition = self.condition(scope.within(of), min(depth - 1, 2))
            return (f"{array}.filter({condition})" if method else f"{array}[{condition}]"), of, stable
        if pick < 0.75 and (stable or of is EVENT):
            key = self.scalar(self.r.choice(ORDERED), scope.within(of), min(depth - 1, 1))
            number = self.r.choice(["1", "1", "2", "3"])
            return f"{array}.{self.r.choice(['topN', 'bottomN'])}({key}, {number})", of, True
        name = self.fresh()
        clause = f"{name} from {array} where {self.condition(scope.having(name, of), min(depth - 1, 2))}"
        return f"(select {clause})", of, stable

    def array(self, kind: Kind, scope: Scope, depth: int) -> tuple[str, bool]:
        """An array of scalars, and whether its order is defined."""
        options: list[tuple[str, bool]] = [(text, True) for text in self.paths(array_of(Type(kind)), scope)] * 2
        objects = self.objects(scope, depth - 1)
        if objects is not None:
            array, of, stable = objects
            options += [(f"{array}.{text}", stable) for text in _below(of, kind)]
            if kind is Kind.STRING:
                options += [(f"{array}.tags", stable)]
            options.append((f"{array}.map({self.scalar(kind, scope.within(of), min(depth - 1, 1))})", stable))
        if scope.item is PROFILE and kind is Kind.STRING:
            options += [("labels.keys()", True), ("labels.values()", True), ('name.split(",")', True)]
        if not options or (depth > 0 and self.r.random() < 0.1):
            items = [
                self.scalar(kind, scope, 0) if self.r.random() < 0.3 else self.literal(kind)
                for _ in range(self.r.choice([1, 2, 3]))
            ]
            options = [(f"[{', '.join(items)}]", True)]
        text, stable = self.r.choice(options)
        if depth > 0 and self.r.random() < 0.3:
            of = Type(kind)
            name = self.fresh()
            other, also = self.array(kind, scope, depth - 1)
            clause = f"{name} from {text} where {self.condition(scope.having(name, of), 1)}"
            return self.r.choice(
                [
                    (f"{text}.distinct()", stable),
                    (f"{text}[{self.condition(scope.within(of), 1)}]", stable),
                    (f"{text}.map({self.scalar(kind, scope.within(of), 1)})", stable),
                    (f"(select {clause})", stable),
                    (f"{text}.intersection({other})", stable and also),
                ]
            )
        return text, stable

    def any_array(self, scope: Scope, depth: int) -> str:
        objects = self.objects(scope, depth)
        if objects is not None and self.r.random() < 0.7:
            return objects[0]
        return self.array(self.r.choice(SCALARS), scope, depth)[0]

    # conditions

    def condition(self, scope: Scope, depth: int) -> str:
        """A value in a boolean position."""
        if depth <= 0:
            return self._simple(scope)
        inner = depth - 1
        options = [
            self._simple,
            self._compare,
            self._compare,
            self._text,
            self._member,
            self._logic,
            self._logic,
            self._logic,
            self._quantified,
            self._quantified,
            self._filtered,
            self._occurs,
            self._occurs,
            self._sets,
            self._if,
            self._any,
            self._presence,
        ]
        if scope.is_root and scope.item is PROFILE and not scope.variables:
            options += [self._chain] * 2
        return self.r.choice(options)(scope, inner)

    def _simple(self, scope: Scope, depth: int = 0) -> str:
        del depth
        kind = self.r.choice(SCALARS)
        paths = self.paths(kind, scope)
        if not paths:
            return self.literal(Kind.BOOLEAN)
        path = self.r.choice(paths)
        pick = self.r.random()
        if pick < 0.2:
            return path if self.r.random() < 0.5 else f"{path}.{self.r.choice(['isNull', 'isNotNull'])}()"
        return self._pair(
            path, kind, self.literal(kind) if kind is not Kind.TIMESTAMP or pick < 0.6 else self.r.choice(_ISO)
        )

    def _pair(self, left: str, kind: Kind, right: str) -> str:
        equality = ["=", "!="]
        operator = self.r.choice(equality if kind in {Kind.STRING, Kind.BOOLEAN} else [*equality, "<", "<=", ">", ">="])
        return f"({left} {operator} {right})"

    def _compare(self, scope: Scope, depth: int) -> str:
        kind = self.r.choice(SCALARS)
        left, other = self.scalar(kind, scope, depth), kind
        if kind in {Kind.INTEGER, Kind.DOUBLE}:
            other = self.r.choice([Kind.INTEGER, Kind.DOUBLE])
        if kind in {Kind.DATE, Kind.TIMESTAMP}:
            other = self.r.choice([Kind.DATE, Kind.TIMESTAMP])
            if self.r.random() < 0.2:
                return self._pair(left, kind, self.r.choice(_ISO))
        return self._pair(left, kind, self.scalar(other, scope, depth))

    def _text(self, scope: Scope, depth: int) -> str:
        s = self.scalar(Kind.STRING, scope, depth)
        if self.r.random() < 0.2:
            s = (
                self.array(Kind.STRING, scope, 0)[0]
                if (objects := self.objects(scope, 0)) is None
                else f"{objects[0]}.{self.r.choice(list(_below(objects[1], Kind.STRING)))}"
            )
            if objects is None:
                s = self.literal(Kind.STRING)
        part = self.scalar(Kind.STRING, scope, min(depth, 1))
        name = self.r.choice(
            [
                "startsWith",
                "endsWith",
                "contains",
                "doesNotStartWith",
                "doesNotEndWith",
                "doesNotContain",
                "equals",
                "notEqualTo",
            ]
        )
        flag = self.r.choice(["", "", ", false", ", true"])
        return self.r.choice(
            [
                f"{s}.{name}({part}{flag})",
                f"({s} like {self.r.choice([self.literal(Kind.STRING), *_LIKE])})",
                f"{s}.matches({json.dumps(self.r.choice(_PATTERNS))})",
                f"{s}.equalsIgnoreCase({part})",
            ]
        )

    def _member(self, scope: Scope, depth: int) -> str:
        kind = self.r.choice(SCALARS)
        left = self.scalar(kind, scope, depth)
        array = self.array(kind, scope, depth)[0]
        if self.r.random() < 0.4:
            array = "[" + ", ".join(self.literal(kind) for _ in range(self.r.choice([1, 2, 3]))) + "]"
        return self.r.choice([f"({left} in {array})", f"({left} notIn {array})", f"{array}.includes({left})"])

    def _logic(self, scope: Scope, depth: int) -> str:
        pick = self.r.random()
        if pick < 0.3:
            return f"not ({self.condition(scope, depth)})"
        word = self.r.choice([" and ", " or "])
        return "(" + word.join(self.condition(scope, depth) for _ in range(self.r.choice([2, 2, 3]))) + ")"

    def _quantified(self, scope: Scope, depth: int) -> str:
        objects = self.objects(scope, depth)
        if objects is None:
            return self._simple(scope)
        array, of, _ = objects
        name, word = self.fresh(), self.r.choice(["exists", "exists", "forall"])
        inner = scope.having(name, of)
        text = f"{word} {name} from {array} where {self.condition(inner, min(depth, 2))}"
        if self.r.random() < 0.25:
            second = self.fresh()
            field_, item = ("items", ITEM) if of is EVENT else ("tags", Type(Kind.STRING))
            deeper = inner.having(second, item)
            text += f", {second} from {name}.{field_} where {self.condition(deeper, 1)}"
        return f"({text})"

    def _filtered(self, scope: Scope, depth: int) -> str:
        objects = self.objects(scope, depth)
        if objects is None:
            return self._simple(scope)
        array, of, _ = objects
        condition = self.condition(scope.within(of), min(depth, 2))
        return self.r.choice(
            [
                f"{array}[{condition}]",
                f"{array}.exists({condition})",
                f"({array}[{condition}].count() {self.r.choice(_SIZES)})",
            ]
        )

    def _any(self, scope: Scope, depth: int) -> str:
        """A mapped array beside a scalar (R20)."""
        objects = self.objects(scope, depth)
        if objects is None:
            return self._simple(scope)
        kind = self.r.choice(SCALARS)
        paths = list(_below(objects[1], kind))
        if not paths:
            return self._simple(scope)
        left = f"{objects[0]}.{self.r.choice(paths)}"
        if self.r.random() < 0.2:
            return f"({left} {self.r.choice(['in', 'notIn'])} [{self.literal(kind)}, {self.literal(kind)}])"
        right = self.scalar(kind, scope, min(depth, 1))
        return self._pair(left, kind, right)

    def _presence(self, scope: Scope, depth: int) -> str:
        paths = self.paths(Kind.OBJECT, scope) + self.paths(Kind.MAP, scope)
        pick = self.r.choice([*paths, self.any_array(scope, depth), self.any_array(scope, depth)])
        return self.r.choice([pick, f"{pick}.isNull()", f"{pick}.isNotNull()", f"not {pick}"])

    def _sets(self, scope: Scope, depth: int) -> str:
        kind = self.r.choice(SCALARS)
        left, right = self.array(kind, scope, depth)[0], self.array(kind, scope, depth)[0]
        name = self.r.choice(["intersects", "subsetOf", "supersetOf"])
        return self.r.choice([f"{left}.{name}({right})", f"({left} {self.r.choice(['=', '!='])} {right})"])

    def _if(self, scope: Scope, depth: int) -> str:
        return f"if({', '.join(self.condition(scope, depth) for _ in range(3))})"

    # time

    def _occurs(self, scope: Scope, depth: int) -> str:
        subject = self.scalar(self.r.choice([Kind.TIMESTAMP, Kind.TIMESTAMP, Kind.DATE]), scope, min(depth, 1))
        objects = self.objects(scope, 0)
        if objects is not None and self.r.random() < 0.2:
            subject = f"{objects[0]}.{self.r.choice(list(_below(objects[1], Kind.TIMESTAMP)))}"
        return f"({subject} occurs {self.tail(scope, depth)})"

    def tail(self, scope: Scope, depth: int, named: tuple[str, ...] = ()) -> str:
        """The tail of an `occurs` or a `WHEN`."""
        reference = self._reference(scope, depth, named)
        pick = self.r.random()
        if pick < 0.2:
            return f"{self.r.choice(['on ', ''])}{reference}"
        if pick < 0.4:
            return f"{self.r.choice(['before', 'after', 'from'])} {reference}"
        if pick < 0.55:
            return f"between {reference} and {self._reference(scope, depth, named)}"
        comparison = self.r.choice(["=", "!=", "<", "<=", ">", ">=", "<=", ">"])
        count = self.r.choice([0, 1, 1, 2, 3, 24])
        return f"{comparison} {count} {self.r.choice(UNITS)} {self.r.choice(['before', 'after'])} {reference}"

    def _reference(self, scope: Scope, depth: int, named: tuple[str, ...]) -> str:
        if named and self.r.random() < 0.7:
            return self.r.choice(named)
        pick = self.r.random()
        if pick < 0.35:
            return self.r.choice(["now", "now", "today", "yesterday", "tomorrow"])
        if pick < 0.55:
            return (
                f"{self.r.choice(['this', 'last', 'next'])} {self.r.choice(['day', 'hour', 'week', 'month', 'year'])}"
            )
        if pick < 0.7:
            return self.r.choice([*_DATES, *_ISO])
        return self.scalar(self.r.choice([Kind.TIMESTAMP, Kind.DATE]), scope, min(depth, 1))

    def _chain(self, scope: Scope, depth: int) -> str:
        elements: list[str] = []
        named: list[str] = []
        for number in range(self.r.choice([1, 2, 2, 3, 3])):
            name = f"E{number}"
            negated = self.r.random() < 0.2
            kind = f'type = "{self.r.choice(KINDS)}"'
            what = self.r.choice([kind, kind, "*", self.condition(scope.within(EVENT), min(depth, 1))])
            when = f" WHEN({self.tail(scope.within(EVENT), 0, tuple(named))})" if self.r.random() < 0.35 else ""
            count = self.r.choice(["1", "2", ">= 2", "= 1", "= 2", "<= 1", "= 0", "<= 2"])
            counted = f" COUNT({count})" if not negated and self.r.random() < 0.3 else ""
            elements.append(f"{'not ' if negated else ''}{name}: WHAT({what}){when}{counted}")
            if not negated:
                named.append(name)
        array = "xEvent" if self.r.random() < 0.8 else f"xEvent[{self.condition(scope.within(EVENT), 1)}]"
        return f"chain({array}, {self.r.choice(['timestamp'] * 4 + ['delivered'])}, [{', '.join(elements)}])"


def _fits(of: Type, wanted: Kind | Type) -> bool:
    return of.kind is wanted if isinstance(wanted, Kind) else of == wanted


def _below(of: Type, wanted: Kind | Type) -> list[str]:
    found = [""] if _fits(of, wanted) else []
    for name, one in of.fields:
        found += [f"{name}.{text}" if text else name for text in _below(one, wanted)]
    return found


def _digits(text: str) -> bool:
    return text.lstrip("-").isdigit()


__all__ = ["DATE", "Maker", "Scope"]
