"""Trees that AEP itself wrote, and the text a person would write for each."""

from __future__ import annotations

import json

import pytest
from json_documents import EXAMPLES, Json, corpus, example

from segkit.pql import PQLError, from_json, parse, to_json

ROWS = corpus("pql/json")
TEXTS = {
    "c0091": 'workAddress.country = "US"',
    "c0391": 'select _Attribute1 from identities where _Attribute1.xid.equals("", false)',
    "c0393": 'select _Checkouts1 from xEvent where _Checkouts1.eventType.equals("commerce.checkouts", true)',
    "c0394": '_acpstardust.points = 2 and _acpstardust.testLoyaltyID.equals("", false)',
    "c0396": 'person.gender in ["female"]',
    "c0409": 'person.gender in ["male"]',
    "c0410": 'homeAddress.state.equals("CA", false) or homeAddress.state.equals("WA", false)',
    "c0411": " or ".join(f'homeAddress.state.equals("{one}", false)' for one in ("CT", "DC", "NY", "PA", "VA")),
    "c0412": "person.birthDate occurs >= 30 days after today and person.birthDate occurs <= 31 days after today",
    "c0413": "person.birthDate occurs this month",
    "c0414": "person.birthDate occurs >= 1 day after today and person.birthDate occurs <= 8 days after today",
}
CONVERSIONS = {
    "segment-conversion-1": 'workAddress.country = "US"',
    "segment-conversion-2": 'workAddress.country = "US"',
    "segment-definitions-create-request-2": "a = b",
}


@pytest.mark.skipif(not ROWS, reason="the corpus lies in the developers' shared folder, beside the checkout")
def test_r55_every_tree_of_the_corpus_is_tested_here() -> None:
    assert {row["id"] for row in ROWS} == set(TEXTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_r55_a_tree_of_the_corpus_is_what_a_person_would_write(row: Json) -> None:
    read = from_json(row["value"])
    assert " ".join(read.text.split()) == TEXTS[row["id"]]
    assert parse(read.text) == read


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_r55_it_is_written_back_as_aep_writes_it(row: Json) -> None:
    written = json.loads(to_json(from_json(row["value"])))
    if row["dialect"] == "json-A-production":
        assert written == row["value"]
    else:
        assert "XDMObject" not in json.dumps(written)
    assert "written" not in json.dumps(written)


@pytest.mark.parametrize("row", corpus("pql/text"), ids=lambda row: row["id"])
def test_r55_every_text_of_the_corpus_comes_back(row: Json) -> None:
    try:
        expression = parse(row["value"])
    except PQLError:
        return  # not PQL, and never a tree
    assert from_json(to_json(expression)) == expression


@pytest.mark.parametrize("name", CONVERSIONS)
def test_r55_an_expression_of_adobes_documents(name: str) -> None:
    expression = example(name)["expression"]
    read = from_json(expression)
    assert read.text == CONVERSIONS[name]
    assert from_json(json.dumps(expression)) == read
    assert from_json(expression["value"]) == read
    assert json.loads(to_json(read)) == json.loads(expression["value"])


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the developers' shared folder is not beside the checkout")
def test_r55_every_tree_among_adobes_documents_is_tested_here() -> None:
    found = {path.stem for path in EXAMPLES.glob("*.json") if "nodeType" in path.read_text(encoding="utf-8")}
    assert found == set(CONVERSIONS)


def test_r55_the_flag_and_the_list_of_2019() -> None:
    profile = {"nodeType": "literal", "literalType": "XDMObject", "value": "profile"}
    field = {"nodeType": "fieldLookup", "fieldName": "a", "object": profile}
    flagged = {"nodeType": "fnApply", "fnName": "isNotNull", "params": [profile]}
    assert from_json(field).text == "a"
    assert from_json(flagged).text == "$1.isNotNull()"


def test_an_expression_object_may_hold_text() -> None:
    assert from_json({"type": "PQL", "format": "pql/text", "value": "a=1"}) == parse("a = 1")
