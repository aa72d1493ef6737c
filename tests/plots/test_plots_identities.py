"""The drawn identity graph."""

from __future__ import annotations

import pandas as pd
import pytest
from plots_looking import faults, words

from segkit.errors import InvalidRequestError
from segkit.plots import identities
from segkit.plots.graph import read
from segkit.plots.springs import positions


def graph(pairs: list[tuple[str, str, object]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    keys = dict.fromkeys(end for one, other, _ in pairs for end in (one, other))
    nodes = pd.DataFrame([key.split(":", 1) for key in keys], columns=["namespace", "id"])
    return nodes, pd.DataFrame(pairs, columns=["source", "target", "datasets"])


TWO = [("crmId:C-17", "email:fatima.zahra@example.com", ["crm"])]
EIGHT = [
    ("ECID:4711", "email:fatima@example.com", ["web"]),
    ("ECID:4711", "crmId:C-17", ["web", "shop"]),
    ("crmId:C-17", "email:fatima@example.com", ["crm"]),
    ("crmId:C-17", "phone:+212 600 000 000", ["crm"]),
    ("ECID:4712", "email:fatima@example.com", ["web"]),
    ("ECID:4713", "phone:+212 600 000 000", ["web"]),
    ("loyaltyId:L-900", "crmId:C-17", ["loyalty"]),
    ("ECID:4713", "email:other@example.com", ["web"]),
]
STAR = [("email:unknown@example.com", f"crmId:C-{n:05}", ["crm"]) for n in range(49)]
CHAIN = [(f"ECID:{n}", f"ECID:{n + 1}", ["web" if n % 2 else "app"]) for n in range(49)]
FULL = [(f"n{one % 12}:{one}", f"n{other % 12}:{other}", [f"d{one}"]) for one in range(12) for other in range(one)]


@pytest.mark.parametrize("pairs", [TWO, EIGHT, STAR, CHAIN, FULL], ids=["two", "eight", "star", "chain", "full"])
def test_nothing_lies_over_anything(pairs: list[tuple[str, str, object]]) -> None:
    # numbers stand in their dots, and nothing else on any
    found = [one for one in faults(identities(*graph(pairs))) if not (len(pairs) > 40 and "touches a bar" in one)]
    assert found == []


def test_names_namespaces_and_datasets_are_written() -> None:
    shown = words(identities(*graph(EIGHT), title="Fatima"))
    assert "Fatima" in shown
    assert {"ECID", "crmId", "email", "phone", "loyaltyId"} <= set(shown)
    assert {"4711", "C-17", "fatima@example.com", "+212 600 000 000"} <= set(shown)
    assert {"web", "web, shop", "crm", "loyalty"} <= set(shown)


def test_many_are_numbered_and_named_below() -> None:
    shown = words(identities(*graph(STAR)))
    assert {str(n) for n in range(1, 51)} <= set(shown)
    assert "email  unknown@example.com" in shown
    assert "crm" in shown


def test_of_too_many_the_most_joined_are_drawn() -> None:
    nodes, edges = graph(STAR)
    shown = words(identities(nodes, edges, top=13))
    assert "email  unknown@example.com" in shown
    assert "and 37 more identities" in shown
    assert "and 1 more identity" in words(identities(nodes, edges, top=49))


def test_what_is_drawn_of_too_many_hangs_together() -> None:
    # the heads of small families have more edges than what joins them to the hub
    pairs: list[tuple[str, str, object]] = [("hub:1", f"email:{n}", ["web"]) for n in range(20)]
    pairs += [("link:1", "email:0", ["crm"]), ("head:1", "link:1", ["crm"])]
    pairs += [("head:1", f"kin:{n}", ["crm"]) for n in range(5)]
    drawn = read(*graph(pairs), 12)
    assert len(drawn.nodes) == 12
    joined = {0}
    for _ in drawn.nodes:
        joined |= {end for one, other, _ in drawn.edges if {one, other} & joined for end in (one, other)}
    assert len(joined) == 12


def test_odd_names_are_drawn_as_far_as_they_can() -> None:
    odd = [("a:b:$x$\n", "é:🎉", "d$"), ("a:b:$x$\n", "é:" + "very long " * 30, "x" * 300)]
    nodes = pd.DataFrame({"namespace": ["a", "é", "é"], "id": ["b:$x$\n", "🎉", "very long " * 30]})
    edges = pd.DataFrame(odd, columns=["source", "target", "datasets"])
    figure = identities(nodes, edges)
    assert faults(figure) == []
    assert "b:$x$" in words(figure)


def test_nothing_and_wrong_frames() -> None:
    nodes, edges = graph(TWO)
    assert "There are no identities to draw." in words(identities(nodes.iloc[:0], edges.iloc[:0]))
    with pytest.raises(InvalidRequestError, match="edges has no column `datasets`"):
        identities(nodes, edges.drop(columns="datasets"))
    with pytest.raises(InvalidRequestError, match="at least 1 identity"):
        identities(nodes, edges, top=0)


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_dots_are_apart_and_always_in_the_same_place(count: int) -> None:
    pairs = [(0, one) for one in range(1, count)]
    places = positions(count, pairs)
    assert places == positions(count, pairs)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in places)
    between = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for n, a in enumerate(places) for b in places[:n]]
    assert min(between, default=1) > 0.04


def test_parts_that_are_not_joined_are_drawn_too() -> None:
    assert len(set(positions(4, [(0, 1), (2, 3)]))) == 4
