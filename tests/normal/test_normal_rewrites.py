"""Rules put otherwise at random, by laws that keep what they say, are still the same rule."""

from __future__ import annotations

import random

import pytest
from normal_support import said

ATOMS = [
    ("age > 3", "3 < age", "age >= 4", "not (age <= 3) and age.isNotNull()"),
    ("score < 2", "2 > score", "not (not (score < 2.0))"),
    ("active", "active = true", "if(active, true, false)"),
    ('homeAddress.city in ["a", "b"]', 'homeAddress.city = "b" or "a" = homeAddress.city'),
    ('homeAddress.country != "US"', 'homeAddress.country notIn ["US"]'),
    ("person.gender.isNull()", "not (person.gender)"),
    ('"red" in colors', 'exists C from colors where C = "red"'),
    ('xEvent[eventType = "a"].count() > 0', 'exists E from xEvent where "a" = E.eventType'),
    ("xEvent.count() >= 3", "not (xEvent.count() < 3)"),
    ("modified occurs <= 7 days before now", "modified occurs <= 1 week before now"),
    ("forall O from orders where O.price > 3", "not (orders.exists(not (price > 3)))"),
]
Rule = tuple  # type: ignore[type-arg]  # ("and", parts), ("or", parts), ("not", part), (number of an atom,)


def rule(r: random.Random, depth: int = 3) -> Rule:
    if depth == 0 or r.random() < 0.25:
        return (r.randrange(len(ATOMS)),)
    if r.random() < 0.2:
        return ("not", rule(r, depth - 1))
    return (r.choice(["and", "or"]), [rule(r, depth - 1) for _ in range(r.randint(2, 3))])


def rewritten(r: random.Random, one: Rule) -> Rule:
    """The same rule by another road."""
    match one:
        case ("not", part):
            inner = rewritten(r, part)
            if r.random() < 0.5 and inner[0] in {"and", "or"}:
                return ("or" if inner[0] == "and" else "and", [("not", it) for it in inner[1]])
            return ("not", inner)
        case (("and" | "or") as kind, parts):
            made = [rewritten(r, it) for it in parts]
            r.shuffle(made)
            dual = "or" if kind == "and" else "and"
            match r.randrange(6):
                case 0 if len(made) > 2:
                    made = [(kind, made[:2]), *made[2:]]
                case 1:
                    made.append(r.choice(made))
                case 2:
                    made.append((dual, [r.choice(made), rule(r, 1)]))
                case 3:
                    return ("not", (dual, [("not", it) for it in made]))
                case 4:
                    first, *rest = made
                    also = rule(r, 1)
                    made = [(dual, [(kind, [first, also]), (kind, [first, ("not", also)])]), *rest]
                case _:
                    pass
            return (kind, made)
        case _:
            return ("not", ("not", one)) if r.random() < 0.2 else one


def text(r: random.Random, one: Rule) -> str:
    match one:
        case ("not", part):
            return f"not ({text(r, part)})"
        case (("and" | "or") as kind, parts):
            return f" {kind} ".join(f"({text(r, it)})" for it in parts)
        case _:
            return r.choice(ATOMS[one[0]])


@pytest.mark.parametrize("seed", range(60))
def test_a_rule_put_otherwise_says_the_same(seed: int) -> None:
    r = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    first = rule(r)
    one, other = text(r, first), text(r, rewritten(r, rewritten(r, first)))
    assert said(one) == said(other), f"{one}\n{other}"


def test_rules_at_random_mostly_differ() -> None:
    r = random.Random(7)  # noqa: S311  a repeatable choice of cases
    keys = [said(text(r, rule(r))) for _ in range(60)]
    assert len(set(keys)) > 40
