"""No input makes the language raise anything but a PQL error (R53)."""

from __future__ import annotations

import copy
import pickle
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pql_examples import EXAMPLES

from segkit.pql import PQLError, format, parse  # noqa: A004  the name that api.md settles
from segkit.pql.reading.brackets import MAX_NESTING
from segkit.pql.reading.reader import MAX_LENGTH, parse_recovering
from segkit.pql.tree import Integer, Name
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP: list[Callable[[int], str]] = [
    lambda n: "(" * n + "a" + ")" * n,
    lambda n: "[" * n + "]" * n,
    lambda n: "f(" * n + "a" + ")" * n,
    lambda n: "if(a, 1, " * n + "2" + ")" * n,
    lambda n: "a" + "[a" * n + "]" * n,
    lambda n: '{"a": ' * n + "a" + "}" * n,
    lambda n: "not (" * n + "a" + ")" * n,
    lambda n: "(a or b and " * n + "a" + ")" * n,
    lambda n: "chain(a, t, [A: WHAT(" * (n // 3 + 1) + "a" + ")])" * (n // 3 + 1),
    lambda n: "(exists X from a: " * n + "b" + ")" * n,
    lambda n: "a" + ".b" * n,
    lambda n: "a" + ".b()" * n,
    lambda n: "1" + " + 1" * n,
    lambda n: "not " * n + "a",
    lambda n: "!" * n + "a",
    lambda n: "- " * n + "a",
    lambda n: "let a = 1 in " * n + "a",
    lambda n: "(a) => " * n + "a",
    lambda n: "sum " * n + "a" + " over X from b" * n,
]


@pytest.mark.parametrize("make", DEEP)
def test_r53_depth_is_a_diagnostic(make: Callable[[int], str]) -> None:
    for size in (MAX_NESTING + 1, 3 * MAX_NESTING + 5, 4_000):
        expression, found = parse_recovering(make(size))
        assert expression is None
        assert [one.code for one in found] == ["too-deep"]


@pytest.mark.parametrize("make", DEEP)
def test_r53_what_is_read_can_be_used(make: Callable[[int], str]) -> None:
    text = make(45)
    tree = parse(text)
    again = parse(format(text))
    assert again == tree
    assert hash(again) == hash(tree)
    assert repr(again) == repr(tree)
    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301  our own bytes
    assert copy.deepcopy(tree) == tree


def test_r53_the_deepest_tree_can_be_used_from_a_deep_stack() -> None:
    def below(levels: int) -> bool:
        if levels:
            return below(levels - 1)
        tree = parse("if(a, 1, " * (MAX_NESTING - 1) + "2" + ")" * (MAX_NESTING - 1))
        again = parse(format(tree))
        return again == tree and hash(again) == hash(tree) and bool(repr(again))

    assert max(depth for _, _, depth in walk(parse("a" + ".b" * (MAX_NESTING - 1)).root)) == MAX_NESTING
    assert below(100)


def test_r53_next_to_no_stack_is_a_diagnostic() -> None:
    text = "f(" * 60 + "a" + ")" * 60
    assert parse_recovering(text)[1] == []

    def room() -> int:
        try:
            return 1 + room()
        except RecursionError:
            return 0

    def below(levels: int) -> list[str]:
        return below(levels - 1) if levels else [one.code for one in parse_recovering(text)[1]]

    assert below(room() - 150) == ["too-deep"]


@pytest.mark.parametrize(
    "text",
    [
        " or ".join(f'homeAddress.city = "city {number}"' for number in range(2000)),
        "x in [" + ", ".join(f'"value {number}"' for number in range(4000)) + "]",
        " and ".join(f"(a = {number} or not b.c[d > {number}].exists(e))" for number in range(500)),
    ],
)
def test_r53_long_expressions_work(text: str) -> None:
    tree = parse(text)
    written = format(tree)
    assert parse(written) == tree
    assert hash(parse(written)) == hash(tree)
    assert len(repr(tree)) > len(text)


def test_r53_length_is_a_diagnostic() -> None:
    expression, found = parse_recovering("a" * (MAX_LENGTH + 1))
    assert expression is None
    assert [one.code for one in found] == ["too-long"]
    assert len(str(found[0])) < 500


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3_000,
        ")" * 3_000,
        "([{" * 30 + ")" * 2_000,
        '"' * 2_001,
        "`" * 2_001,
        "/*" * 2_000,
        "@{" * 2_000,
        "# " * 2_000,
        "a = b = " * 500,
        "a, " * 500,
        "sum x over " * 500,
        "<a " * 500,
        "1" * 5_000,
        "1" * 5_000 + "d",
        "$" + "1" * 5_000,
        "\n" * 5_000 + "a =",
        "\ud800",
        "\x00",
        "a\u202eb",
    ],
)
def test_r53_nonsense_ends_in_diagnostics(text: str) -> None:
    expression, found = parse_recovering(text)
    assert expression is None
    assert any(one.severity == "error" for one in found)
    assert len(found) <= 51
    with pytest.raises(PQLError):
        parse(text)


WORDS = sorted({word for text in EXAMPLES for word in re.findall(r'\w+|"[^"]*"|[^\w\s]+', text)})


def mutated(chance: random.Random) -> str:
    text = chance.choice(EXAMPLES)
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.randint(0, 12))
        match chance.randint(0, 4):
            case 0:
                text = f"{text[:start]} {chance.choice(WORDS)} {text[start:]}"
            case 1:
                text = text[:start] + text[end:]
            case 2:
                text = text[:start] + chr(chance.choice([0, 9, 34, 39, 96, 0x201C, 0xD800, 0x1F600])) + text[start:]
            case 3:
                text = text[:start] + text[start:end] * 3 + text[end:]
            case _:
                text = text[:start] + chance.choice(EXAMPLES) + text[start:]
    return text


@pytest.mark.parametrize("seed", range(10))
def test_r53_spoilt_expressions_raise_only_pql_errors(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a repeatable choice of mistakes
    read = 0
    for _ in range(300):
        text = mutated(chance)
        expression, found = parse_recovering(text)
        for one in found:
            assert 0 <= one.span.start <= one.span.end <= len(text)
            assert str(one)
        if expression is None:
            assert any(one.severity == "error" for one in found)
            continue
        read += 1
        written = format(expression)
        assert parse(written) == expression
        assert format(written) == written
    assert read


def test_integers_of_any_length_are_read_or_refused() -> None:
    assert parse("0" * 300 + "7").root == Integer(7)
    assert [one.code for one in parse_recovering("9" * 5000)[1]] == ["number-range"]
    assert parse("a").root == Name("a")


def test_the_language_alone_loads_no_data_package() -> None:
    program = (
        "import sys, segkit.pql as pql\n"
        "pql.check(pql.format('a = 1'))\n"
        "print(sorted({'duckdb', 'sqlglot', 'pandas', 'numpy', 'pyarrow', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
