"""How a diagnostic looks (R52)."""

from __future__ import annotations

import pickle

import pytest
from pql_marks import marked

from segkit.pql import PQLError, check, parse
from segkit.pql.diagnostics import Diagnostic, nearest
from segkit.pql.excerpt import excerpt
from segkit.pql.tree import Span


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a «==» b", [" 1 | a == b", "   |   ^^"]),
        ("a\nb «==» c\nd", [" 2 | b == c", "   |   ^^"]),
        ("a\r\nb «==» c\r\nd", [" 2 | b == c", "   |   ^^"]),
        ("\ta\t«==» b", [" 1 |     a   == b", "   |         ^^"]),
        ('a = «"x\ty"»', [' 1 | a = "x  y"', "   |     ^^^^^^"]),
        ("北京 «==» b", [" 1 | 北京 == b", "   |      ^^"]),
        ('a = «"北京"»', [' 1 | a = "北京"', "   |     ^^^^^^"]),
        ("e\u0301 «==» b", [" 1 | e\u0301 == b", "   |   ^^"]),
        ("a\x00\u202e «==» b", [" 1 | a·· == b", "   |     ^^"]),
        ("a =«»", [" 1 | a =", "   |    ^"]),
        ("a =  «»", [" 1 | a =", "   |      ^"]),
        ("a\n«»", [" 2 | ", "   | ^"]),
        ("«a\nb» c", [" 1 | a", "   | ^ …"]),
        ("x «a = 1\n  » c", [" 1 | x a = 1", "   |   ^^^^^"]),
    ],
)
def test_r52_the_caret_stands_under_the_words(text: str, lines: list[str]) -> None:
    source, (span,) = marked(text)
    assert excerpt(source, span) == lines


def test_r52_long_lines_are_cut_around_the_words() -> None:
    source = "a" * 200 + " == " + "b" * 200
    shown, carets = excerpt(source, Span(201, 203))
    assert shown == " 1 | …" + "a" * 58 + " == " + "b" * 58 + "…"
    assert carets.index("^") == shown.index("==")
    assert carets.count("^") == 2


def test_r52_long_words_are_cut_in_the_middle() -> None:
    shown, carets = excerpt("x " + "a" * 300 + "b" * 300 + " y", Span(2, 602))
    assert shown == " 1 | x " + "a" * 40 + "…" + "b" * 39 + " y"
    assert carets == "   |   " + "^" * 80


def test_r52_line_numbers_keep_the_carets_in_place() -> None:
    shown, carets = excerpt("\n" * 11 + "a == b", Span(13, 15))
    assert shown == " 12 | a == b"
    assert carets == "    |   ^^"


def test_r52_an_empty_text_has_no_excerpt() -> None:
    assert excerpt("", Span(0, 0)) == []
    assert str(check("")[0]).startswith("error[empty]: the expression is empty\n  hint: ")


def test_r52_the_text_form() -> None:
    assert str(check("homeAddress.country == 1")[0]) == (
        "error[foreign-operator]: `==` is not an operator of PQL\n"
        " 1 | homeAddress.country == 1\n"
        "   |                     ^^\n"
        "  hint: write `=`"
    )


def test_r52_the_html_form_is_escaped() -> None:
    (found,) = check('a = <script> and b = "&"')
    page = found._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&amp;" in page
    assert "hint: put a value" in page


def test_r52_in_a_page_carets_stand_under_their_words_and_names_are_code() -> None:
    (found,) = check("a == 1")
    page = found._repr_html_()
    assert "<pre style='font-family:var(--jp-code-font-family,ui-monospace" in page
    assert "<code>==</code> is not an operator" in page
    odd = Diagnostic("x", "error", "no field `a`b`", Span(0, 1), None, "a")
    assert "no field `a`b`" in odd._repr_html_()


def test_r51_a_diagnostic_is_a_record() -> None:
    (found,) = check("a\n <> b")
    assert (found.code, found.severity, found.line, found.column, found.words) == (
        "foreign-operator",
        "error",
        2,
        2,
        "<>",
    )
    assert found.span == Span(3, 5)
    assert isinstance(found, Diagnostic)


def test_an_error_survives_pickling() -> None:
    with pytest.raises(PQLError) as caught:
        parse("a ==")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  our own bytes
    assert again.diagnostics == caught.value.diagnostics
    assert str(again) == str(caught.value)


def test_nearest_ignores_case_and_order() -> None:
    assert nearest("COUNTRYCODE", ["country", "countryCode", "x"])[0] == "countryCode"
    assert nearest("zzz", ["country"]) == []
