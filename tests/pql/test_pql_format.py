"""The canonical layout: what it looks like, and that it loses nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pql_examples import EXAMPLES
from pql_trees import nodes

from segkit.pql import Expression, PQLError, format, parse  # noqa: A004  the name that api.md settles
from segkit.pql.diagnostics import Report
from segkit.pql.reading.lexer import lex, quote
from segkit.pql.tree import Binary, Integer, Name, String


@pytest.mark.parametrize("text", EXAMPLES)
def test_r54_every_construct_comes_back(text: str) -> None:
    written = format(text)
    assert parse(written) == parse(text)
    assert format(written) == written
    assert format(parse(text)) == written


@given(nodes())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_r54_every_tree_comes_back(node: object) -> None:
    written = format(Expression(node))  # type: ignore[arg-type]
    assert parse(written).root == node
    assert format(written) == written


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_r06_every_string_comes_back(value: str) -> None:
    assert parse(quote(value)).root == String(value)
    assert quote(value).isprintable()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_r05_every_name_comes_back(name: str) -> None:
    assert parse(format(Expression(Name(name, quoted=True)))).root == Name(name, quoted=True)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a='x'AND NOT(b)or c", '(a = "x" and not (b)) or c'),
        ("!a and not b = c", "not (a) and not (b = c)"),
        ("(a)  =  ((b))", "a = b"),
        ("(a and b) and (c or d)", "(a and b) and (c or d)"),
        ("a - (b - c) * -3", "a - (b - c) * -3"),
        ("x IN (1,2L) or x NotIn ['a']", 'x in [1, 2] or x notIn ["a"]'),
        (".50 = 1e20", "0.5 = 1E20"),
        ("some X FROM a: b", "exists X from a where b"),
        ("ALL X from a", "forall X from a"),
        ("a and exists X from b", "a and (exists X from b)"),
        ("IF(a, (select X from b), 1)", "if(a, (select X from b), 1)"),
        ("f((select X from b))", "f(select X from b)"),
        ("t OCCURS ON TODAY", "t occurs TODAY"),
        ("t occurs date(2020,1,2)", "t occurs on date(2020, 1, 2)"),
        ("t occurs <= 1 Days from now", "t occurs <= 1 day after now"),
        ("t occurs < 2 century before this WEEKS", "t occurs < 2 centuries before this week"),
        (
            "CHAIN(a,t,[A:what(*) when(today) count(>= 3),not B:WHAT(b)])",
            "chain(a, t, [A: WHAT(*) WHEN(today) COUNT(3), not B: WHAT(b)])",
        ),
        ("^.x = ^^.y.z", "^x = ^^y.z"),
        ("a.`b`.`c d`", "a.b.`c d`"),
        ("in = `today`", "`in` = `today`"),
        ("not(in.x)", "not (`in`.x)"),
        ("{'a':1}", '{"a": 1}'),
        ("(-3).toString() = (3).toString()", "(-3).toString() = (3).toString()"),
        ("let y=(a in b) in y", "let y = (a in b) in y"),
        ('"tab\\tnul\\u0000\\ud83d\\ude00"', '"tab\\tnul\\u0000😀"'),
    ],
)
def test_r54_one_spelling(text: str, written: str) -> None:
    assert format(text) == written


LONG = [
    """\
homeAddress.country = "US"
and (
  loyalty.tier in ["Gold", "Platinum", "Diamond"]
  or loyalty.points >= 10000
  or loyalty.joinDate occurs before date(2015, 1, 1)
)
and not (
  exists X from xEvent
    where X.eventType = "directMarketing.emailUnsubscribed"
      and X.timestamp occurs <= 30 days before now
)""",
    """\
select
  Order from xEvent where Order.eventType = "commerce.purchases",
  Item from Order.productListItems
    where Item.category = "garden"
      and Item.quantity * Item.priceTotal > 1000
      and Item.name.contains("chair", false)""",
    """\
chain(xEvent, timestamp, [
  View: WHAT(eventType = "commerce.productViews") WHEN(<= 30 days before now),
  Cart: WHAT(eventType = "commerce.productListAdds") WHEN(<= 2 days after View) COUNT(2),
  not Bought: WHAT(eventType = "commerce.purchases")
])""",
    """\
x in [
  "aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbb", "cccccccccccccccccccccccc", "ddddddddddd",
  "eeeeeeeeeeeeeeeeeeeeeeeee", "ffffffffffffff"
]""",
    """\
if(
  loyalty.tier = "gold" and loyalty.points > 1000 and homeAddress.country = "US",
  loyalty.points * 1.5,
  loyalty.points
)""",
    """\
orders[
  status = "shipped" and priceTotal > 100 and timestamp occurs <= 90 days before now and not (gift)
].sum(priceTotal) > 1000""",
    """\
xEvent[eventType = "commerce.purchases" and timestamp occurs <= 90 days before now]
  .groupBy(commerce.order.purchaseID)
  .map((K, G) => mapEntry(K, {
    "total": G.sum(commerce.order.priceTotal),
    "items": G.map(productListItems).count(),
    "last": G.topN(timestamp, 1).head().timestamp
  }))
  .values()
  .exists(total > 100 and items >= 3)""",
    """\
homeAddress.city
  .lowerCase()
  .replaceAll("[^a-z]+", "")
  .trim()
  .concat(homeAddress.postalCode.substr(0, 2))
  .startsWith("paris75")
or segmentMembership.get("ups").get("2c9f2c0f-8ad5-4b2a-8b19-0000").status = "realized"
or identityMap["email"].exists(primary)""",
    """\
commerce.order.priceTotal * 1.19
  + commerce.shipping.priceTotal
  - commerce.discounts.total.value * commerce.discounts.factor.value
  > commerce.limits.maximum.value * 3 + 100
and (
  let total = orders[priceTotal > 100 and timestamp occurs <= 90 days before now].sum(priceTotal)
  in total > 100 and total < 1000
)""",
]


@pytest.mark.parametrize("text", LONG)
def test_r54_long_rules_are_laid_out(text: str) -> None:
    assert format(text) == text
    assert format(" ".join(text.split())) == text
    assert all(len(line) <= 100 for line in text.splitlines())


COMMENTED = """\
// Gold people
loyalty.tier = "gold"  // the best
and (
  a = 1  // one
  or b = 2
  // c is new
  or c = 3
)
// bought
and (
  select
    X from xEvent
      where // paid only
        X.commerce.order.paid  // flag
        // lately
        and X.timestamp occurs <= 3 days before now,  // items
    I from X.productListItems where I.SKU = "PS"
)
and chain(xEvent, timestamp, [
  // steps
  A: WHAT(eventType = "a"),  // first
  /* then
     this */
  B: WHAT(eventType = "b")
  // done
])
and x in [
  1,  // eins
  2
]
// end"""


def test_r04_comments_stay_where_they_are() -> None:
    assert format(COMMENTED) == COMMENTED


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("// x\na", "// x\na"),
        ("a // x", "a  // x"),
        ("a\n// x", "a\n// x"),
        ("a /* x */ = b", "/* x */\na = b"),
        ("a = 1 // x\n + 2 and b", "// x\na = 1 + 2 and b"),
        ("(a = 1 // x\n) and b", "a = 1  // x\nand b"),
        ("f(a, // x\n b)", "f(\n  a,  // x\n  b\n)"),
        ("f(a, /* x */ b)", "f(\n  a,\n  /* x */\n  b\n)"),
        ("a[ // x\n b = 1]", "a[\n  // x\n  b = 1\n]"),
        ("f(/* x */)", "/* x */\nf()"),
    ],
)
def test_r04_comments_find_a_place(text: str, written: str) -> None:
    assert format(text) == written
    assert format(written) == written


@pytest.mark.parametrize("seed", range(40))
def test_r04_comments_anywhere_are_kept(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a repeatable choice of places
    text = chance.choice(EXAMPLES)
    other = chance.choice(EXAMPLES)
    source = f"({text}) and not ({other}) or if({text}, [1, 2], 3)"
    out, at = [], 0
    for token in lex(source, Report(source)).tokens:
        out.append(source[at : token.start])
        if chance.random() < 0.3:
            out.append(chance.choice([" // one\n", " /* two */ ", "\n// own line\n", "\n/* own\n block */\n", "/**/ "]))
        out.append(source[token.start : token.end])
        at = token.end
    commented = "".join(out)
    written = format(commented)
    assert parse(written) == parse(source)
    assert format(written) == written
    assert sorted(one.text for one in parse(written).comments) == sorted(one.text for one in parse(commented).comments)


def test_a_wrong_text_is_not_formatted() -> None:
    with pytest.raises(PQLError):
        format("a ==")


def test_a_tree_without_text_is_formatted() -> None:
    assert format(Expression(Binary("=", Name("a b"), Integer(-1)))) == "`a b` = -1"
