"""Regular expressions: whatever binding lets through runs, and finds what Java's own syntax means (R47)."""

from __future__ import annotations

import random
import re
import warnings

import duckdb
import pytest
from fuzz_patterns import pattern

from segkit.pql.binder.regex_parts import PatternError
from segkit.pql.binder.regexes import translated

TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "aab",
    "A",
    "aB",
    "k",
    "K",
    "\u212a",
    "s",
    "ſ",
    "é",
    "É",
    "ß",
    "a\n",
    "a\nb",
    "\n",
    "a\x0bb",
    "a b",
    "a-b",
    "ba1",
    "_",
    "1",
    "]",
    "a]",
    "^a",
    "a$",
    "(a)",
    "a.c",
]
_PIECES = [
    "a",
    "b",
    "k",
    "s",
    "S",
    "é",
    "É",
    "1",
    "-",
    "]",
    " ",
    r"\.",
    ".",
    r"\s",
    r"\S",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\b",
    r"\n",
    "[ab]",
    "[^a]",
    "[a-z]",
    "[^a-z]",
    "[A-Z]",
    r"[\s.]",
    r"[^\s]",
    r"[^\S]",
    r"[\w-]",
    "[a-]",
    "[^b-k]",
    "[é]",
    "[à-ü]",
    r"[\-\]]",
    "^",
    "$",
    "|",
    "(",
    "(?:",
    "(?i)",
    "(?i:",
    "(?s:",
    "(?m:",
    ")",
    ")",
    "*",
    "+",
    "?",
    "{2}",
    "{1,2}",
    "{0}",
    "{0,1}",
    "*?",
]


def _runs(patterns: list[str]) -> list[tuple[str, str]]:
    """What the engine says of those that it cannot run."""
    wrong = []
    with duckdb.connect() as engine:
        for one in patterns:
            try:
                engine.execute("SELECT regexp_matches('abc', $1), regexp_extract('abc\n', $1, 0)", [one]).fetchall()
            except duckdb.Error as error:
                wrong.append((one, str(error)))
    return wrong


@pytest.mark.slow
def test_r47_the_engine_runs_every_pattern_that_is_let_through() -> None:
    chance = random.Random(47)  # noqa: S311  a repeatable choice
    let_through: dict[str, None] = {}
    refused, misplaced = 0, set[str]()
    for _ in range(12_000):
        made = pattern(chance)
        try:
            let_through[translated(made, searching=chance.random() < 0.5).text] = None
        except PatternError as problem:
            refused += 1
            misplaced |= {made} if not 0 <= problem.start < problem.end <= len(made) else set()
    assert refused > 1000
    assert not misplaced
    assert len(let_through) > 1000
    assert not _runs(list(let_through))


@pytest.mark.slow
def test_r47_a_pattern_finds_what_it_means_in_java() -> None:
    # Python's own engine agrees with Java's in these pieces, when `\w`, `\s`, `\d` and case are those of ASCII
    chance = random.Random(7)  # noqa: S311  a repeatable choice
    cases: dict[str, re.Pattern[str]] = {}
    while len(cases) < 800:
        made = "".join(chance.choice(_PIECES) for _ in range(chance.randrange(1, 6)))
        if made.find("(?i)") > 0 or re.search(r"\$[^)|]", made):
            continue  # Python wants such flags first; before more than an end `$` takes the line break along
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                meant = re.compile(made, re.ASCII)
            translated(made)
        except (re.error, PatternError):
            continue
        cases[made] = meant
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE texts AS SELECT unnest($1) AS text, generate_subscripts($1, 1) AS n", [TEXTS])
        for made, meant in cases.items():
            found = engine.execute(
                "SELECT list(regexp_matches(text, $1) ORDER BY n) FROM texts", [translated(made).text]
            ).fetchall()[0][0]
            assert dict(zip(TEXTS, found, strict=True)) == {one: bool(meant.search(one)) for one in TEXTS}, made


@pytest.mark.parametrize(
    ("java", "engine"),
    [
        ("(?i)gold", "(?i)gold"),
        ("(?i)books", "(?i)boo(?-i:[kK])(?-i:[sS])"),
        ("(?i)[a-z]+", "(?i)(?-i:[a-zA-Z])+"),
        ("(?iu)books", "(?i)books"),
        ("(?i)é", "(?i)(?-i:é)"),
        (r"\s+", "[[:space:]]+"),
        (r"[\S-]", r"[\-[:^space:]]"),
        ("gold$", r"gold(?:\n?\z)"),
        ("(?m)gold$", "(?m)gold$"),
        (r"\ud83d\ude00", "😀"),
        (r"\0777", r"\?7"),
        ("(?d)a.c", "a.c"),
        ("a(?:)", "a(?:|)"),
        (r"[a-\x{63}]", "[a-c]"),
        (r"[\Qa-\E]", r"[a\-]"),
    ],
)
def test_r47_java_in_the_engines_spelling(java: str, engine: str) -> None:
    assert translated(java).text == engine


def test_r47_what_was_found_holds_no_line_break_of_the_end() -> None:
    assert translated("gold$", searching=False).text == r"gold\z"


@pytest.mark.parametrize(
    "marked",
    [
        r"a«\p{L}{500}»".replace("«\\p{L}{500}»", "\\p{L}«{500}»"),
        r"[«\r-\n»]",
        r"[«z-\x{61}»]",
        r"[«\/-\.»]",
        r"[a«-\d»]",
        r"[a«[»:alpha:]]",
        r"a«{»,3}",
        "a«{" + "9" * 5000 + "}»",
        "(?<n>a)«(?<n>»b)",
        r"«\ud800»",
        "(" * 200 + "«(»",
        r"«\u41»",
        "«(?U»x)".replace("«(?U»x)", "(?«U»)x"),
    ],
)
def test_r47_what_the_engine_would_refuse_is_refused_with_its_place(marked: str) -> None:
    start, end = marked.index("«"), marked.index("»") - 1
    with pytest.raises(PatternError) as caught:
        translated(marked.replace("«", "").replace("»", ""))
    assert (caught.value.start, caught.value.end) == (start, end), caught.value.message
