"""Segment definitions kept as `pql/json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).resolve().parents[1] / "workspace"))

import pytest
from json_documents import apply, lit, path
from workspace_frames import filled

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace

TEXT = 'homeAddress.country = "US"'
TREE = apply("=", path("homeAddress.country"), lit("String", "US"))
VALUE = json.dumps(TREE, indent=1)  # laid out as no program of ours does


@pytest.fixture(scope="module")
def shop() -> Iterator[Workspace]:
    with sk.open(None) as ws:
        yield filled(ws)


def test_r55_a_definition_is_kept_as_it_was_given(shop: Workspace) -> None:
    made = shop.segments.create("as text", VALUE)
    again = shop.segments.get(made.id)
    assert (again.record.value, again.format) == (VALUE, "pql/json")
    assert again.pql == TEXT
    assert json.loads(again.to_json()) == TREE
    assert again.to_aep()["expression"] == {"type": "PQL", "format": "pql/json", "value": VALUE}
    assert again.to_aep(format="pql/text")["expression"] == {"type": "PQL", "format": "pql/text", "value": TEXT}
    assert TEXT in repr(again)
    assert int(again.size()) == 2


def test_r55_a_text_is_given_as_a_tree_where_one_is_asked_for(shop: Workspace) -> None:
    made = shop.segments.create("text", f"{TEXT} // why")
    assert made.to_aep()["expression"]["value"] == f"{TEXT} // why"
    document = made.to_aep(format="pql/json")
    assert document["expression"]["format"] == "pql/json"
    assert json.loads(document["expression"]["value"]) == TREE
    with pytest.raises(sk.InvalidRequestError, match="`pql/text` or `pql/json`, not 'pql/xml'"):
        made.to_aep(format="pql/xml")


def test_r55_a_document_comes_in_and_goes_out_the_same(shop: Workspace) -> None:
    expression = {"type": "PQL", "format": "pql/json", "value": VALUE}
    made = shop.segments.create({"name": "document", "expression": expression})
    assert made.to_aep()["expression"] == expression
    assert made.pql == TEXT


def test_a_rule_may_be_a_tree_or_a_parsed_expression(shop: Workspace) -> None:
    wrapped = {"type": "PQL", "format": "pql/json", "value": VALUE}
    for number, rule in enumerate((TREE, wrapped, json.dumps(wrapped))):
        made = shop.segments.create(f"rule {number}", rule)
        assert (made.format, made.pql) == ("pql/json", TEXT)
        assert int(shop.size(rule)) == int(shop.size(TEXT)) == 2
    parsed = shop.segments.create("parsed", sk.pql.parse(f"{TEXT} // why"))
    assert (parsed.format, parsed.pql) == ("pql/text", f"{TEXT} // why")
    assert shop.sql(TREE) == shop.sql(TEXT)


def test_r48_jobs_and_references_read_either_format(shop: Workspace) -> None:
    inner = shop.segments.create("inner", TREE)
    outer = shop.segments.create("outer", sk.pql.to_json('inSegment("inner") and loyalty.points > 1'))
    job = shop.jobs.create([inner, outer]).wait(progress=False)
    assert job.status == "SUCCEEDED"
    sizes = {row["name"]: row["size"] for row in job.sizes()}
    assert sizes == {"inner": 2, "outer": 1}
    kept = {one["segment"]["name"]: one["segment"]["expression"]["format"] for one in job.to_aep()["segments"]}
    assert kept == {"inner": "pql/json", "outer": "pql/json"}
    with pytest.raises(sk.ConflictError, match="outer"):
        shop.segments.delete(inner)


def test_an_update_may_change_the_format(shop: Workspace) -> None:
    made = shop.segments.create("changing", TEXT)
    second = shop.segments.update(made, pql=TREE)
    assert (second.version, second.format, second.pql) == (2, "pql/json", TEXT)
    third = shop.segments.update(made, pql="loyalty.points > 1")
    assert (third.version, third.format, third.pql) == (3, "pql/text", "loyalty.points > 1")
    assert shop.segments.get(made.id, version=2).pql == TEXT


def test_a_wrong_tree_is_refused_and_nothing_kept(shop: Workspace) -> None:
    before = len(shop.segments)
    unknown = sk.pql.to_json('homeAdress.country = "US"')
    wrong = json.dumps({"nodeType": "fnAply"})
    for rule, code in ((unknown, "unknown-field"), (wrong, "unknown-node"), (wrong[:-1], "bad-json")):
        with pytest.raises(sk.PQLError) as caught:
            shop.segments.create("wrong", rule)
        assert caught.value.diagnostics[0].code == code
        with pytest.raises(sk.PQLError):
            shop.size(rule)
        assert shop.check(rule)[0].code == code
    with pytest.raises(sk.PQLError, match=r"(?s)there is no field `homeAdress`.*homeAdress\.country = \"US\""):
        shop.segments.create("wrong", unknown)
    with pytest.raises(sk.InvalidRequestError, match="PQL or a pql/json tree, not 3"):
        shop.segments.update(shop.segments.create("right", TEXT), pql=3)  # type: ignore[arg-type]
    assert len(shop.segments) == before + 1


def test_the_language_alone_checks_trees_too() -> None:
    assert sk.pql.check(VALUE) == []
    assert [one.code for one in sk.pql.check('{"nodeType": "fnAply"}')] == ["unknown-node"]


def test_definitions_that_say_the_same_are_found_in_either_format(shop: Workspace) -> None:
    one = shop.segments.create("twin", sk.pql.to_json("loyalty.points > 4"))
    two = shop.segments.create("other twin", "loyalty.points > 4")
    assert two.same_as == ["twin"]
    assert one.same_as == ["other twin"]
