"""`check`: everything at once, nothing raised."""

from __future__ import annotations

from segkit.pql import Schema, check
from segkit.pql.types import INTEGER, STRING, TIMESTAMP, object_of

SCHEMA = Schema(
    object_of({"homeAddress": object_of({"country": STRING}), "age": INTEGER}),
    object_of({"timestamp": TIMESTAMP}),
)


def test_r51_a_right_text_has_no_findings() -> None:
    assert check('homeAddress.country = "US"') == []
    assert check('homeAddress.country = "US"', SCHEMA) == []


def test_r51_without_a_schema_names_are_not_looked_up() -> None:
    assert check("nobody.knows") == []


def test_r51_with_a_schema_names_and_text_are_checked_together() -> None:
    found = check("homeAdress.country = 'US' and age > 3", SCHEMA)
    assert [(one.severity, one.words) for one in found] == [("error", "homeAdress"), ("warning", "'US'")]
    assert "homeAddress" in (found[0].hint or "")


def test_r51_warnings_of_both_are_told() -> None:
    found = check("homeAddress.country = 'US' and age = null", SCHEMA)
    assert [one.severity for one in found] == ["warning", "warning"]
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)


def test_r51_mistakes_of_the_grammar_do_not_keep_those_of_names_back() -> None:
    assert [one.code for one in check("nobody == 1", SCHEMA)] == ["unknown-field", "foreign-operator"]
    found = check("homeAddress.cuntry is null and age > b c or agee > 1 and homeAddress.country = 3", SCHEMA)
    assert [one.words for one in found] == ["cuntry", "is null", "c", "agee", "homeAddress.country = 3"]


def test_r51_what_cannot_be_trusted_is_not_looked_up() -> None:
    assert [one.code for one in check('nobody == 1 and "x', SCHEMA)] == ["foreign-operator", "unclosed-string"]
    assert [one.code for one in check("nobody == (1", SCHEMA)] == ["foreign-operator", "unclosed-bracket"]
