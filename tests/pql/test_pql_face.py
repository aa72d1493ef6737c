"""What may be given to `segkit.pql`: a rule in any form; what is none is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import segkit as sk
from segkit import pql
from segkit.pql.formats import kept

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = 'loyalty.tier = "gold"'
TREE = pql.to_json(TEXT)
WRAPPED = {"type": "PQL", "format": "pql/text", "value": TEXT}
FORMS = [
    TEXT,
    TREE,
    json.loads(TREE),
    pql.parse(TEXT),
    pql.Expression(pql.parse(TEXT).root),
    WRAPPED,
    json.dumps(WRAPPED),
    json.dumps({**WRAPPED, "format": "pql/json", "value": TREE}),
]
FACES = [pql.check, pql.lint, pql.format, pql.to_json, pql.fix, lambda rule: pql.same(rule, TEXT)]


@pytest.mark.parametrize(
    "rule", FORMS, ids=["text", "tree", "dict", "parsed", "built", "object", "document", "wrapped"]
)
def test_r55_a_rule_may_be_given_in_any_form(rule: Any) -> None:
    assert pql.format(rule) == TEXT
    assert pql.to_json(rule) == TREE
    assert pql.same(rule, TEXT)
    assert pql.check(rule) == pql.lint(rule) == []
    assert pql.fix(rule) in {TEXT, TREE, json.dumps(WRAPPED), FORMS[-1]}


@pytest.mark.parametrize("face", [*FACES, pql.parse])
@pytest.mark.parametrize("given", [None, 5, True, b"a = 1", ["a"], object()])
def test_r53_what_is_no_rule_is_refused_by_name(face: Callable[[Any], object], given: Any) -> None:
    what = "None" if given is None else f"a {type(given).__name__}"
    with pytest.raises(sk.InvalidRequestError, match=f"a rule is PQL, such as .*, not {what}"):
        face(given)


def test_r53_a_spoilt_dict_is_found_or_raised_as_what_is_wrong_with_it() -> None:
    spoilt: Any = {"nodeType": "fnAply"}
    assert [one.code for one in pql.check(spoilt)] == ["unknown-node"]
    with pytest.raises(sk.PQLError, match="unknown-node"):
        pql.format(spoilt)


def test_r55_an_expression_object_around_text_is_kept_as_its_text() -> None:
    assert kept(json.dumps(WRAPPED)) == (TEXT, "pql/text")


def test_r51_the_text_stays_where_there_is_nothing_to_mend() -> None:
    assert pql.lint(TEXT).fixed == TEXT
    assert pql.check(f"{TEXT}  // as it is").fixed == f"{TEXT}  // as it is"
    assert pql.Findings().fixed == ""


def test_r51_a_workspace_judges_an_expression_that_no_text_gave() -> None:
    built = pql.Expression(pql.parse(TEXT).root)
    with sk.open_demo() as ws:
        assert ws.check(built) == ws.lint(built) == []
        assert ws.lint(TEXT).fixed == ws.lint(built).fixed == TEXT
