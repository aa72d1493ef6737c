"""Regular expressions: R47."""

from __future__ import annotations

import duckdb
import pytest
from binding_support import condition, refused, warned

from segkit.pql.binder.regexes import translated


@pytest.mark.parametrize(
    ("java", "matching", "other"),
    [
        ("^J(o|a)hn$", "John", "Johnny"),
        ("a.c", "abc", "a\nc"),
        ("(?s)a.c", "a\nc", "ac"),
        ("(?i)john", "JOHN", "jon"),
        ("(?<name>a+)b", "aab", "b"),
        (r"\p{Alpha}\d", "a1", "é1"),
        (r"\P{Alpha}", "1", "a"),
        (r"[\p{Upper}_]x", "_x", "ax"),
        (r"\p{IsGreek}", "λ", "l"),
        (r"\p{Lu}", "É", "é"),
        (r"\u00e9", "é", "e"),
        (r"\x41\x{42}", "AB", "ab"),
        (r"\0101", "A", "B"),
        (r"\Qa.b\E+", "a.bb", "axb"),
        (r"a\hb", "a\tb", "ab"),
        (r"[\h]", " ", "x"),
        (r"\R", "\r\n", "x"),
        (r"a{2,3}?b", "aab", "ab"),
        (r"\.com\z", "x.com", "xcom"),
        (r"[^\]a-c-]", "d", "-"),
        (r"[\-x]", "-", "y"),
        ("a|", "b", None),
        (r"\\", "\\", "/"),
        ("(?:ab)+", "abab", "ba"),
        (r"\e", "\x1b", "e"),
    ],
)
def test_r47_java_s_spelling_finds_the_same(java: str, matching: str, other: str | None) -> None:
    pattern, _ = translated(java)
    assert duckdb.execute("SELECT regexp_matches(?, ?)", [matching, pattern]).fetchall() == [(True,)]
    if other is not None:
        assert duckdb.execute("SELECT regexp_matches(?, ?)", [other, pattern]).fetchall() == [(False,)]


@pytest.mark.parametrize(
    "marked",
    [
        "a«(?=»b)",
        "a«(?!»b)",
        "«(?<=»a)b",
        "«(?<!»a)b",
        "«(?>»a)b",
        r"(a)«\\1»",
        r"(?<n>a)«\\k»<n>",
        "a«*+»b",
        "a«++»b",
        "a«{2}+»b",
        "[a«&&»b]",
        "[a«[»b]]",
        "«[»abc",
        "«(»abc",
        "abc«)»",
        "«*»a",
        "a|«+»",
        "a«{»b",
        "a«{3,2}»",
        "a«{2000}»",
        "(?:a{10}|b{2})«{101}»",
        "((a{100})*b){9}((a{100})*b)«{11}»",
        r"\\Q\\E«+»",
        r"«\\y»",
        r"«\\G»a",
        r"«\\p{Nope}»",
        "(?i«x»)a",
        "«[b-a»]".replace("[«", "«["),
        "a**".replace("a**", "a*«*»"),
    ],
)
def test_r47_what_the_engine_cannot_run_is_an_error_under_the_very_characters(marked: str) -> None:
    marked = marked.replace("«[b-a»]", "[«b-a»]")
    refused(f'homeAddress.city matches "{marked}"', "bad-pattern")


def test_r47_positions_hold_behind_escapes() -> None:
    refused(r'homeAddress.city matches "\"\u0041\\d«(?=»x)"', "bad-pattern")


def test_r47_wildcards_of_like_in_a_regular_expression_are_pointed_at() -> None:
    assert warned('homeAddress.city matches "%John"', "wildcard-in-pattern").hint == "`like` knows `%` and `_`"


def test_r47_a_pattern_is_written_out() -> None:
    refused("homeAddress.city matches «workAddress.city»", "bad-pattern")
    refused("homeAddress.city.regexGroup(«workAddress.city», 1)", "wrong-arguments")


def test_r47_groups_are_counted() -> None:
    assert condition(r'homeAddress.city.regexGroup("@(\\w+)", 1)').startswith("truth(regexGroup(")
    refused(r'homeAddress.city.regexGroup("@(\\w+)", «2»)', "wrong-arguments")
    assert translated("(a)(?:b)(?<c>d)((?i)e)")[1] == 3


def test_r47_like_and_matches() -> None:
    assert condition('homeAddress.city like "%es_"') == "like(homeAddress.city, '%es_')"
    assert condition('homeAddress.city matches "^J"') == condition('homeAddress.city.matches("^J")')
