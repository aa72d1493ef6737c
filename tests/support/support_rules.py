"""The rules of PQL, what each is about, expressions that need it, and where it is tested."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]

RULES: dict[str, str] = {
    "R01": "a query is a function of one profile",
    "R02": "values in a boolean position",
    "R03": "results of any type",
    "R04": "white space and comments",
    "R05": "identifiers and quoted names",
    "R06": "strings and escapes",
    "R07": "numbers, booleans, `null`",
    "R08": "arrays, lists, dates, object literals",
    "R09": "keywords by position",
    "R10": "precedence",
    "R11": "where a clause ends",
    "R12": "comparisons with null are false",
    "R13": "`not` negates two values",
    "R14": "arithmetic and aggregates of null",
    "R15": "empty strings, `isNull`",
    "R16": "types and known fields",
    "R17": "mixed types in a comparison",
    "R17a": "one schema from many datasets",
    "R18": "comparing strings",
    "R19": "paths",
    "R20": "a dot over an array",
    "R21": "membership in an array",
    "R22": "maps",
    "R23": "`xEvent`",
    "R24": "`select`",
    "R25": "`exists`, `some`",
    "R26": "`forall`, `all`",
    "R27": "filters, scopes, `^`",
    "R28": "aggregates, `map`, `groupBy`, `this`",
    "R29": "`topN`, `bottomN`",
    "R30": "sets",
    "R31": "`sum … over`",
    "R32": "`let`",
    "R33": "`chain`: events in order of time",
    "R34": "`WHEN`",
    "R35": "`COUNT`",
    "R36": "negated elements, `WHAT(*)`",
    "R37": "names inside `WHAT`",
    "R38": "forms of `occurs`",
    "R39": "`now` and the zone",
    "R40": "instants and intervals",
    "R41": "distances",
    "R42": "`=` and `!=` a distance",
    "R43": "weeks, months and years",
    "R44": "parts of dates",
    "R45": "`if`, `and`, `or`, `not`",
    "R46": "string predicates",
    "R47": "`like`, `matches`, `regexGroup`",
    "R48": "`inSegment`",
    "R49": "helper functions",
    "R50": "unknown functions and wrong arguments",
    "R51": "several diagnostics at once",
    "R52": "the text of a diagnostic",
    "R53": "no input makes anything but a PQL error",
    "R54": "the formatter",
    "R55": "`pql/json`",
}

PROBES: dict[str, tuple[str, ...]] = {
    "R01": ('(P) => P.city = "Oslo"', '$1.city = "Oslo"', 'profile.city = "Oslo"'),
    "R02": ("person", "city", "select E from xEvent where E.commerce.order", 'colours["x" = this]'),
    "R03": ("points * 2", "city.upperCase()", "orders.sum(price)", "select E from xEvent where E.value > 1"),
    "R04": ("points /* of the card */ > 1 // at least one\n",),
    "R05": ("loyalty.`order-total` > 3",),
    "R06": ('city = "a\\"b\\\\c\\u00e9"', "city = 'Oslo'"),
    "R07": ("points in [0, 412, 56L]", "score > 51.24 or score < -.45 or score = 2.02E12", "city != null"),
    "R08": (
        "points in (1, 4, 7)",
        "joined occurs on date(2020, 1 + 2, points)",
        '{"points": points, "city": city}',
    ),
    "R09": ('count = 3 AND order.filter = "a" And next.name = "b"',),
    "R10": ("not points = 3 and !active or -points + 2 * 3 > 1",),
    "R11": ('select E from xEvent, I from E.productListItems where I.SKU = "A" and I.name = "B"',),
    "R12": ('city != "Oslo" and city notIn ["Rome"] and city.doesNotContain("x")',),
    "R13": ('not (city = "Oslo")', 'not (city != "Oslo")'),
    "R14": ("points / clicks > 2 or points % clicks = 0", "orders.average(price - discount)", "(points * points) > 1"),
    "R15": ('city = "" or city.isNull()', 'colours.isNotNull() and "x" in colours'),
    "R16": ('points = 3 and score > 1.5 and active = true and city = "Oslo"',),
    "R17": (
        'joined occurs before now and joined > "2020-01-01T00:00:00Z" and joined < 1700000000000',
        'age > 20 and age != "21"',
        "points > 2.5",
    ),
    "R18": ('city = "Ås" or city in ["Oslo", "Ås"]', "points < 3 and joined <= date(2020, 1, 1)"),
    "R19": ('homeAddress.geo.city = "Oslo"', "orders.head().total.price > 3"),
    "R20": (
        'orders.count() > 0 and orders.store.id = "S1"',
        "colours.count() > 0 and wishes.count() > 0 and colours = wishes",
        'xEvent.productListItems[SKU = "A"].count() > 2',
    ),
    "R21": ('"red" in colours', 'colours.includes("red")'),
    "R22": (
        'scores.get("a") > 3 and scores["b"] < 4',
        'scores.keys().includes("a") or scores.values().sum() > 3',
        'segmentMembership.get("ups").get("id").status = "realized"',
        'segmentMembership["ups"]["id"]["status"] = "exited"',
        'identityMap["email"].count() > 0',
    ),
    "R23": ("xEvent.count() = 0",),
    "R24": (
        "select A from xEvent where A.value > 1, B from A.items where B.price > A.value",
        "(select A from xEvent where A.value > 1, B from xEvent where B.value > A.value).count() > 2",
        "(select A from xEvent where A.value > points).count() > 2",
    ),
    "R25": (
        'exists A from xEvent where A.value > 1, B from A.items where B.sku = "x"',
        "some A from xEvent: A.value > 1",
    ),
    "R26": (
        "forall A from xEvent where A.value > 1",
        "all A from xEvent where A.value > 1, B from A.items where B.price > 2",
    ),
    "R27": (
        "xEvent[value > ^.points]",
        "xEvent.filter(items.exists(price > ^value)).count() = 1",
        "orders[items[price > ^^limit]]",
    ),
    "R28": (
        "orders.min(price) < orders.max(price)",
        "orders.map(price * 2).sum() > 1",
        "colours.distinct().count() > 1",
        "numbers.filter(this > 2).head() = 3",
        "xEvent.groupBy(type).count() > 1",
        "xEvent.groupBy(type).map((K, G) => mapEntry(K, G.count()))",
        'orders.groupBy(storeId).map({"n": this.count(), "dear": this[price > 5].count()})',
    ),
    "R29": ("orders.topN(price, 2).head().price > 3", "xEvent.bottomN(timestamp, 1).head().value > 1"),
    "R30": (
        'colours.intersects(["red"]) or colours.subsetOf(wishes) or colours.supersetOf(["red"])',
        'colours.intersection(["red", "blue"]).count() = 2',
    ),
    "R31": ("(sum A.value over A from xEvent where A.value > 1) > 10", "average N over N from numbers"),
    "R32": ("let big = xEvent[value > 10] in big.count() > 2 and big.sum(value) > 100",),
    "R33": ('chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy")])',),
    "R34": (
        'chain(xEvent, timestamp, [A: WHAT(type = "view") WHEN(<= 7 days before now)])',
        'chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 2 days after A)])',
    ),
    "R35": (
        'chain(xEvent, timestamp, [A: WHAT(type = "view") COUNT(3), B: WHAT(type = "buy") COUNT(= 1)])',
        'chain(xEvent, timestamp, [A: WHAT(type = "view") COUNT(<= 3)])',
    ),
    "R36": (
        'chain(xEvent, timestamp, [A: WHAT(type = "view"), not B: WHAT(type = "buy")])',
        'not(chain(xEvent, timestamp, [A: WHAT(*), B: WHAT(type = "buy")]))',
    ),
    "R37": ("chain(xEvent, timestamp, [A: WHAT(value > ^.points)])",),
    "R38": (
        "joined occurs <= 3 days before now and joined occurs after last week",
        "joined occurs between yesterday and tomorrow or joined occurs on today",
        "joined occurs from date(2020, 1, 1) or joined occurs before left",
    ),
    "R39": ("joined occurs before now", "joined occurs today"),
    "R40": ("joined occurs between last month and this week", "joined occurs on date(2020, 3, 14)"),
    "R41": ("joined occurs < 3 hours before left or joined occurs >= 2 months after today",),
    "R42": ("joined occurs = 3 days before now", "joined occurs != 2 centuries before today"),
    "R43": ("joined occurs this week", "joined occurs >= 1 month before date(2024, 3, 31)"),
    "R44": (
        "born.getMonth() = currentMonth() and born.getDayOfMonth() = currentDayOfMonth()",
        "today.getYear() > 2020",
    ),
    "R45": ('if(points > 1 and !active, "a", city)',),
    "R46": (
        'city.startsWith("o", false) or city.endsWith("O") or city.contains("sl", true)',
        'city.doesNotStartWith("o") and city.doesNotEndWith("o") and city.doesNotContain("o", false)',
        'city.equals("oslo", false) or city.notEqualTo("Rome")',
    ),
    "R47": (
        'city like "%s_o"',
        'city matches "^O.*o$" or city.matches("\\\\d+")',
        'city.regexGroup("(O)(s)", 2) = "s"',
    ),
    "R48": ('inSegment("gold") and not inSegment("lapsed")',),
}
"""Expressions that need a rule, written for this table. The helpers of R49 are tried one by one from the registry."""

_BY_TESTS = frozenset({"R17a", "R49", "R50", "R51", "R52", "R53", "R54", "R55"})
"""Rules that no single expression shows; they hold when a test says so."""


def areas() -> dict[str, set[str]]:
    """The folders of tests in which a test's name carries a rule's number."""
    found: dict[str, set[str]] = {name: set() for name in RULES}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_r"):
                name = rule_of(node.name)
                if name in found:
                    found[name].add(path.relative_to(TESTS).parts[0])
    return found


def rule_of(test: str) -> str:
    """The rule whose number a test's name carries."""
    number = test.removeprefix("test_r").split("_", 1)[0]
    return f"R{number}"


def shown_by_tests(rule: str) -> bool:
    """Whether a rule is about more than one expression can show."""
    return rule in _BY_TESTS
