"""What lint finds, under exactly which words, and what it keeps quiet about."""

from __future__ import annotations

import pytest
from reference_world import SCHEMA

from segkit.pql import lint, parse
from segkit.pql.binder import bind
from segkit.pql.codes import LINT
from segkit.pql.linting import judge

FOUND = [
    # always false
    ("always-false", "age > 5 and «age < 3»"),
    ("always-false", 'name = "a" and «name = "b"»'),
    ("always-false", 'name in ["a", "b"] and «name = "c"»'),
    ("always-false", 'name = "a" and «name.isNull()»'),
    ("always-false", 'name = "Ann" and «name.doesNotStartWith("A")»'),
    ("always-false", 'name = "Ann" and «not name.contains("n")»'),
    ("always-false", 'name.startsWith("ab") and «name.startsWith("cd")»'),
    ("always-false", 'name.equals("US", false) and «name.equals("ca", false)»'),
    ("always-false", "«name != name»"),
    ("always-false", "age < score and «age > score»"),
    ("always-false", "active and «not active»"),
    ("always-false", "active = true and «active = false»"),
    ("always-false", "born = date(2020, 1, 1) and «born = date(2020, 1, 2)»"),
    ("always-false", "«xEvent.count() < 0»"),
    ("always-false", "«joined.getMonth() = 13»"),
    ("always-false", "«name.length() < 0»"),
    ("always-false", "«1 = 2»"),
    ("always-false", "«age in []»"),
    ("always-false", "«xEvent.isNull()»"),
    ("always-false", 'xEvent[type = "a" and «type = "b"»].count() > 0'),
    ("always-false", "if(age > 3 and «age < 2», 1, 2) = 1"),
    ("always-false", "forall X from orders where X.price > 3 and «X.price < 2»"),
    ("always-false", 'name = "A" and («name = "B"» or age = 3)'),
    ("always-false", 'orders.exists(sku = "a") and «not orders.exists(sku = "a")»'),
    ("always-false", 'xEvent.count() = 0 and «xEvent[type = "a"]»'),
    ("always-false", "not orders and «orders.exists(price > 3)»"),
    ("always-false", "orders.isNull() and «orders.count() > 2»"),
    ("always-false", 'xEvent[type = "a"].count() > 2 and «not xEvent[type = "a"]»'),
    ("always-false", '«name.upperCase() = "Gold"»'),
    ("always-false", "age > 3 and «false»"),
    ("always-false", "«seen occurs < 0 days before now»"),
    ("always-false", "«seen occurs between date(2024, 1, 2) and date(2024, 1, 1)»"),
    ("always-false", '«seen occurs between "2024-01-02T00:00:00Z" and "2024-01-01T00:00:00Z"»'),
    ("always-false", "seen occurs > 30 days before now and «seen occurs <= 7 days before now»"),
    ("always-false", "seen occurs today and «seen occurs yesterday»"),
    ("always-false", "seen occurs last month and «seen occurs this month»"),
    # always true
    ("always-true", "«xEvent.count() >= 0»"),
    ("always-true", "«xEvent.count()»"),
    ("always-true", "«xEvent.isNotNull()»"),
    ("always-true", "«active or not active»"),
    ("always-true", '«name.isNull() or name = "a" or name != "a"»'),
    ("always-true", "«xEvent.count() > 0 or not xEvent»"),
    ("always-true", "age > 3 or «true»"),
    ("always-true", "«1 = 1» and age > 3"),
    ("always-true", 'name = "a" or «"b"»'),
    ("always-true", 'name = "a" or name = "c" or «"b"»'),
    ("always-true", "age > 3 and «5»"),
    ("always-true", 'xEvent[type = "a" or «"b"»].count() > 0'),
    # only presence
    ("only-presence", "«name = name»"),
    ("only-presence", "«age >= age»"),
    ("only-presence", "«age = 1 or age != 1»"),
    ("only-presence", '«name != "a" or name != "b"»'),
    ("only-presence", "«age < 3 or age >= 2»"),
    ("only-presence", '«name like "%"»'),
    ("only-presence", '«name.contains("")»'),
    ("only-presence", "«name.length() >= 0»"),
    ("only-presence", "«joined.getMonth() > 0»"),
    # redundant
    ("redundant-condition", "«age > 3» and age > 5"),
    ("redundant-condition", "age > 3 or «age > 5»"),
    ("redundant-condition", "age = 3 and «(age = 3)»"),
    ("redundant-condition", 'name = "a" or «name = "a"»'),
    ("redundant-condition", '«name in ["a", "b"]» and name = "a"'),
    ("redundant-condition", "seen occurs <= 7 days before now and «seen occurs <= 30 days before now»"),
    ("redundant-condition", 'xEvent[type = "a"].exists(value > 3) and «xEvent[type = "a"].exists(value > 3)»'),
    ("redundant-condition", "«true» and age > 3"),
    ("redundant-condition", 'xEvent[type = "a"].count() > 2 and «xEvent[type = "a"]»'),
    # missing values
    ("drops-missing", '«name != "a"» and name != "b"'),
    ("drops-missing", '«name != "a"»'),
    ("drops-missing", "age > 3 and «small notIn [1, 2]»"),
    ("drops-missing", '«name.doesNotContain("a")»'),
    ("drops-missing", '«name.notEqualTo("a")»'),
    ("drops-missing", '«labels["a"] != "x"»'),
    ("drops-missing", "«active != true»"),
    ("takes-missing", '«not (name != "a")»'),
    ("empty-text", 'name = «""»'),
    ("null-as-text", 'name = «"NULL"»'),
    # time
    ("single-instant", "«seen occurs <= 0 days before now»"),
    ("open-window", "xEvent[«timestamp occurs after date(2024, 1, 1)»]"),
    ("open-window", 'exists E from xEvent where E.type = "buy" and «E.timestamp occurs after yesterday»'),
    ("open-window", "xEvent[«timestamp occurs after now»].count() > 1"),
    ("impossible-order", "chain(xEvent, timestamp, [A: WHAT(web) WHEN(today), B: WHAT(web) WHEN(«yesterday»)])"),
    # texts
    ("impossible-pattern", 'name matches «"a^b"»'),
    ("impossible-pattern", 'name matches «"a$b|c^d"»'),
    ("redundant-pattern", 'name.matches(«".*abc.*"»)'),
    ("like-without-wildcard", 'name like «"abc"»'),
    ("like-without-wildcard", 'name like «"*abc*"»'),
    ("plain-wildcard", 'name = «"%abc%"»'),
    ("plain-wildcard", 'name.contains(«"%abc%"»)'),
    # shape
    ("double-negation", "«not (not »active)"),
    ("double-negation", "«!(!(»age = 3))"),
    ("unused-name", "let «X» = 3 in age = 1"),
    ("duplicate-item", 'name in ["a", "b", «"a"»]'),
    ("duplicate-item", 'colors.intersects(["a", «"a"»])'),
    ("unrelated-condition", "exists X from xEvent where «age = 3»"),
    ("unrelated-condition", "xEvent[«^.age = 3»]"),
    ("unrelated-condition", "chain(xEvent, timestamp, [A: WHAT(«^.age > 3»)])"),
]

QUIET = [
    'name = "a"',
    "age > 9223372036854775807",  # unsigned columns hold more
    "age <= 9223372036854775807",
    'not (name = "a")',
    'name.isNull() or name != "a"',
    'name.isNotNull() and name != "a"',
    'name != "abc" and name.startsWith("a")',
    'name != ""',
    "age != 0",
    "name != nick",
    'name.isNull() or name = ""',
    'name.isNotNull() and name = "a"',
    'home and home.city = "Rome"',
    'name = "a" or name = "b"',
    "age > 3 and age < 5",
    "age > 3 and age < 5 or age > 20",
    "age >= 3 and age <= 3",
    "score > 3 and score < 4",
    "true",
    "colors",
    "active and colors",
    'name matches "^a.*b$"',
    'name matches "(a)^|b"',
    'name matches "[^a]b"',
    r'name matches "a\\$b"',
    'name matches "a*^b"',
    'name like "a_b"',
    "seen occurs after now",
    "seen occurs after date(2024, 1, 1)",
    "seen occurs <= 7 days before now",
    "seen occurs on date(2024, 1, 1) or seen occurs today",
    "seen occurs between date(2024, 1, 1) and date(2024, 1, 1)",
    "seen occurs != 0 days before now",
    "seen occurs <= 1 month before now and seen occurs > 30 days before now",
    "xEvent[timestamp occurs <= 7 days before now].count() >= 3",
    "xEvent[timestamp occurs > 30 days before now]",
    "xEvent[timestamp occurs after date(2024, 1, 1) and timestamp occurs before now]",
    "xEvent[delivered occurs after now]",
    "exists A from xEvent where A.web, B from xEvent where B.timestamp occurs after A.timestamp",
    "chain(xEvent, timestamp, [A: WHAT(web) WHEN(yesterday), B: WHAT(web) WHEN(today)])",
    "chain(xEvent, timestamp, [A: WHAT(*), B: WHAT(web) WHEN(<= 2 days after A)])",
    'xEvent[type = "a"].count() > 0 and xEvent[type = "b"].count() > 0',
    "let X = age in X > 3 and X < 5",
    "select X from xEvent, Y from X.items where Y.price > 3",
    'name.contains("100%")',
    'name = "100%"',
    'xEvent[type != "buy"]',
    'name.upperCase() = "GOLD"',
    'colors = ["a", "b"]',
    "age in [1, 2] and small in [1, 2]",
]


def marked(text: str) -> tuple[str, str]:
    plain = text.replace("«", "").replace("»", "")
    return plain, text[text.index("«") + 1 : text.index("»")]


@pytest.mark.parametrize(("code", "text"), FOUND)
def test_r51_lint_stands_under_the_words(code: str, text: str) -> None:
    plain, words = marked(text)
    # brackets of its own do not belong to a condition's words
    assert (code, words.strip("()") if words.startswith("(age") else words) in [
        (one.code, one.words) for one in lint(plain, SCHEMA)
    ]


@pytest.mark.parametrize(("code", "text"), FOUND)
def test_r52_one_mistake_is_told_once(code: str, text: str) -> None:
    plain, _ = marked(text)
    found = [one.code for one in lint(plain, SCHEMA)]
    assert found.count(code) == 1
    assert len(found) == 1


@pytest.mark.parametrize("text", QUIET)
def test_r51_lint_keeps_quiet(text: str) -> None:
    assert list(lint(text, SCHEMA)) == []


def test_r51_every_code_that_needs_no_data_is_shown_here() -> None:
    need_data = {"left-out-dataset", "literal-case", "unknown-value", "outside-data"}
    assert {code for code, _ in FOUND} == set(LINT) - need_data


def test_r13_a_hint_is_the_rule_that_keeps_missing_values() -> None:
    [one] = lint('home.city.doesNotContain("x")', SCHEMA)
    assert one.hint == 'to keep them, write `not (home.city.contains("x"))`'
    [one] = lint("active != true", SCHEMA)
    assert one.hint == "to keep them, write `not active`"


def test_r12_a_rule_for_nobody_says_so() -> None:
    [one] = lint('age > 5 and (name = "a" and age < 3)', SCHEMA)
    assert one.message.endswith("so nobody is in the segment")
    [one] = lint("colors or (age > 5 and age < 3)", SCHEMA)
    assert "nobody" not in one.message


def test_r48_another_segment_is_looked_at_but_not_blamed() -> None:
    other = {"old": 'age > 60 and age > 50 and name != "a"', "young": "age < 20"}

    def codes(text: str) -> list[tuple[str, str]]:
        bound = bind(parse(text), SCHEMA, segments=lambda name: parse(other[name]))
        return [(one.code, one.words) for one in judge(bound)]

    assert codes('inSegment("old")') == []
    assert codes('inSegment("old") and inSegment("young")') == [("always-false", 'inSegment("young")')]
    assert codes('inSegment("old") and age < 30') == [("always-false", "age < 30")]


def test_r52_each_of_several_conditions_that_are_so_is_told_by_itself() -> None:
    never = "(age > 1 and age < 0) or (age > 3 and age < 2)"
    assert [one.words for one in lint(never, SCHEMA)] == ["age < 0", "age < 2"]
    always = "xEvent.count() >= 0 and orders.count() >= 0"
    assert [one.words for one in lint(always, SCHEMA)] == always.split(" and ")


def test_without_a_schema_the_text_alone_is_looked_at() -> None:
    assert [one.code for one in lint("not (not anything.at.all)")] == ["double-negation"]
    assert [one.code for one in lint("a = ")] == ["missing-value"]
    assert [one.code for one in lint("nothing = 1", SCHEMA)] == ["unknown-field"]


def test_r53_a_long_rule_is_looked_at_in_bounded_time() -> None:
    long = " or ".join(f'name = "{number}"' for number in range(400))
    assert list(lint(long, SCHEMA)) == []
    same = " and ".join(["age > 3"] * 200)
    assert [one.code for one in lint(same, SCHEMA)] == ["redundant-condition"] * 50
    deep = "not (" * 80 + "active" + ")" * 80
    assert {one.code for one in lint(deep, SCHEMA)} == {"double-negation"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('name = "a" or "b"', '`name = "b"`'),
        ("age > 3 or 5", "`age > 5`"),
        ('name != "a" and "b"', '`name != "b"`'),
        ('age > 3 or "b"', "`x = …`"),
        ('"b" or name = "a"', "`x = …`"),
    ],
)
def test_r02_a_value_that_stands_for_a_comparison_is_told_how_it_is_written_out(text: str, hint: str) -> None:
    (found,) = [one for one in lint(text, SCHEMA) if one.code == "always-true"]
    assert found.hint == f"a comparison is written out: {hint}"
    assert not found.fix
