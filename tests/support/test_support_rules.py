from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support_documents import SUPPORT
from support_outcomes import Row, outcome
from support_report import RULES_TITLE, probes, rules
from support_rules import PROBES, RULES, rule_of, shown_by_tests

from segkit.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

AWKWARD = """\
points in [1] and points * points * points > 1
points in [1] and -points > 1
points in [1] and orders.sum(points) > 1 and xEvent.sum(points) > 1
points % 0 = 1 or points / 0 > 1 or points % -1 = 0
xEvent[value in [1]].sum(value * value) > 5
joined occurs = 3 millennia before left
joined occurs <= 999999999 years before now
joined.addDays(points).getYear() = points
joined.addYears(points) > left
date(points, points, points) > joined or date(2020, points, points) > date(points, points, 1)
now.addDays(points) > now.addMonths(points) and points in [1]
now.addSeconds(points) > now.addSeconds(points).addHours(points) and points in [1]
now.addYears(points) > now.addYears(points).addMonths(points) and points in [1]
diffInSeconds(joined, left) > points
score.toInt() > 3 and score > 1.5
city.toInt() > 3 or city.stringToNumber() > 3 or city.stringToDate() > joined
joined.toString() = "x" and joined.getMonth() > 1
xEvent.topN(timestamp, points).count() = 0 and points in [1]
forall A from orders where A.price > 3, B from xEvent where B.commerce.order.total > A.price
exists A from xEvent where forall B from xEvent where B.timestamp <= A.timestamp
sum A.value * B.value over A from xEvent, B from xEvent
if(xEvent[value > 3].count() > 1, xEvent[value > 4].sum(value), 0) > 3
chain(xEvent, timestamp, [A: WHAT(type = "a") COUNT(2), B: WHAT(*) WHEN(> 2 days after A) COUNT(= 2), not C: WHAT(*)])
chain(xEvent[value > 3], timestamp, [A: WHAT(items.exists(price > ^^.points))])
not(chain(xEvent, timestamp, [A: WHAT(type = "a")])) or chain(xEvent, timestamp, [B: WHAT(type = "b")]) and points > 3
not false
city like "%\\\\%%" or city.regexGroup("(a)|(b)", 2).isNull()
xEvent[timestamp occurs <= 30 days before ^.joined].count() > 2
orders[items.exists(price > 3)].items[price > 4].sum(price)""".splitlines()
"""Expressions whose arithmetic, dates and nesting the awkward rows are made to break."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as one:
        yield one


@pytest.mark.parametrize("rule", PROBES)
def test_every_expression_of_a_rule_runs(rule: str) -> None:
    for one in probes(rule):
        assert one.runs, (one.row.value, one.failure or [str(found) for found in one.refusals])


@pytest.mark.parametrize("text", AWKWARD)
def test_r14_no_value_makes_a_statement_fail_and_every_way_of_running_agrees(text: str, engine: Engine) -> None:
    found = outcome(Row("", "pql", "pql/text", "segment", True, text, ()), engine)
    assert found.runs, found.failure or [str(one) for one in found.refusals]


def test_every_rule_has_expressions_or_needs_tests() -> None:
    assert all(rule in PROBES or shown_by_tests(rule) for rule in RULES)
    assert PROBES.keys() <= RULES.keys()


def test_every_rule_number_in_a_test_name_exists() -> None:
    from support_rules import TESTS

    names = {
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"def (test_r\d+a?_\w+)", path.read_text("utf-8"))
    }
    unknown = {name for name in names if rule_of(name) not in RULES}
    assert not unknown


@pytest.mark.slow
def test_the_table_of_rules_in_the_document_is_current() -> None:
    committed = SUPPORT.read_text(encoding="utf-8")
    assert RULES_TITLE in committed
    assert committed[committed.index(RULES_TITLE) :] == rules(), "run `python -m tests.support`"
