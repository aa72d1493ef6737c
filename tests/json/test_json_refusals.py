"""Wrong documents: the code, the path, and the words under the caret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from json_documents import Json, apply, distance, fn, lit, occurs, path, var

from segkit.pql import PQLError, from_json, to_json

A = path("a")
CHAIN: Json = json.loads(to_json("chain(xEvent, timestamp, [A: WHAT(a) WHEN(today) COUNT(2)])"))
ELEMENT = CHAIN["elements"][0]


def chained(**changes: object) -> Json:
    return {**CHAIN, "elements": [{**ELEMENT, **changes}]}


def timed(**changes: object) -> Json:
    return {**occurs(A, lit("Timestamp", "now"), "before", qualification=distance("<=", 3, "days")), **changes}


def refused(document: Any) -> PQLError:
    with pytest.raises(PQLError) as caught:
        from_json(document)
    return caught.value


CASES: list[tuple[object, str, str, str]] = [
    # document, code, path, words
    ({}, "missing-key", "$.nodeType", "needs the key `nodeType`"),
    ([], "bad-key", "$", "not a list"),
    (None, "bad-key", "$", "not `null`"),
    ({"nodeType": 3}, "bad-key", "$.nodeType", "is a text, not `3`"),
    ({"nodeType": "fnAply"}, "unknown-node", "$.nodeType", "no node type `fnAply`"),
    (apply("=", A, {"nodeType": "field"}), "unknown-node", "$.params[1].nodeType", "no node type `field`"),
    (apply("=", A, {"nodeType": "fieldLookup", "fieldName": "b"}), "missing-key", "$.params[1].object", "`object`"),
    ({"nodeType": "fieldLookup", "object": A}, "missing-key", "$.fieldName", "needs the key `fieldName`"),
    ({"nodeType": "fnApply", "fnName": "="}, "missing-key", "$.params", "needs the key `params`"),
    ({"nodeType": "fnApply", "fnName": "=", "params": {}}, "bad-key", "$.params", "is a list, not an object"),
    (apply("=", A), "bad-params", "$.params", "`=` takes 2 params, not 1"),
    (apply("not", A, A), "bad-params", "$.params", "`not` takes 1 param, not 2"),
    (apply("-"), "bad-params", "$.params", "one or two params, not 0"),
    (apply("and"), "bad-params", "$.params", "one or more params, not 0"),
    (apply("filter", A, A), "bad-params", "$.params[1].nodeType", "`filter` reads of each item is a `lambda`"),
    (path("a\nb"), "unknown-character", "$.fieldName", "U+000A"),
    (path("a\x00"), "unknown-character", "$.fieldName", "U+0000"),
    ({"nodeType": "fieldLookup", "fieldName": "", "object": A}, "empty-name", "$.fieldName", "empty"),
    (var("x"), "unknown-variable", "$.varName", "no variable `x`"),
    (path("b", var("x")), "unknown-variable", "$.object.varName", "no variable `x`"),
    (fn([], A), "bad-key", "$.varNames", "`varNames` is empty"),
    (fn(["x", 3], A), "bad-key", "$.varNames[1]", "not `3`"),  # type: ignore[list-item]
    ({"nodeType": "parameterReference", "position": 0}, "number-range", "$.position", "at least 1"),
    ({"nodeType": "parameterReference", "position": "1"}, "bad-key", "$.position", "whole number, not `1`"),
    ({"nodeType": "parameterReference", "position": True}, "bad-key", "$.position", "whole number, not `true`"),
    # literals
    (lit("Strin", "x"), "bad-literal", "$.literalType", "`Strin` is no type"),
    (lit("TimeUnit", "days"), "bad-literal", "$.literalType", "`TimeUnit` is no type of a literal that can stand here"),
    (lit("String", 3), "bad-key", "$.value", "is a text, not `3`"),
    (lit("Boolean", "true"), "bad-literal", "$.value", "`Boolean` cannot be `true`"),
    (lit("Double", "2"), "bad-literal", "$.value", "`Double` cannot be `2`"),
    (lit("Integer", 2.5), "bad-literal", "$.value", "`Integer` cannot be `2.5`"),
    (lit("Integer", 2**63), "number-range", "$.value", "beyond 64 bit"),
    (lit("Double", float("inf")), "number-range", "$.value", "range of a Double"),
    (lit("Double", float("nan")), "number-range", "$.value", "range of a Double"),
    (lit("Timestamp", "tday"), "bad-literal", "$.value", "no point in time"),
    (lit("List", "x"), "bad-key", "$.value", "is a list, not `x`"),
    (lit("List", [1, None]), "bad-literal", "$.value[1]", "not `null`"),
    (lit("XDMObject", "event"), "bad-literal", "$.value", "is `profile`, not `event`"),
    (lit("String", "\ud800"), "half-character", "$.value", "half of a character"),
    (
        {"nodeType": "literal", "literalType": "TimeInterval", "unit": "month"},
        "missing-key",
        "$.relation",
        "`relation`",
    ),
    # time
    (timed(relation=lit("String", "before")), "bad-literal", "$.relation.literalType", "`TimeDirection`, not `String`"),
    (timed(relation="before"), "bad-key", "$.relation", "not `before`"),
    (timed(relation=lit("TimeDirection", "befor")), "bad-key", "$.relation.value", "`befor` is not known"),
    (timed(relation=lit("TimeDirection", "within")), "bad-key", "$.qualification", "before or after"),
    (timed(relation=lit("TimeDirection", "between"), qualification=None), "missing-key", "$.endTimeinterval", "needs"),
    (
        timed(qualification=distance("<=", 3, "dys")),
        "unknown-unit",
        "$.qualification.duration.unit.value",
        "`dys` is no unit",
    ),
    (
        timed(qualification=distance("<=", -3, "days")),
        "number-range",
        "$.qualification.duration.count.value",
        "least 0",
    ),
    (timed(qualification=distance("<=", 2.5, "days")), "bad-key", "$.qualification.duration.count.value", "`2.5`"),  # type: ignore[arg-type]
    (timed(qualification=distance("~", 3, "days")), "bad-key", "$.qualification.comparison.value", "`~` is not known"),
    # chains and clauses
    ({**CHAIN, "elements": []}, "bad-key", "$.elements", "`elements` is empty"),
    (
        {**CHAIN, "timestampField": A},
        "unknown-node",
        "$.timestampField.nodeType",
        "this is a `lambda`, not `fieldLookup`",
    ),
    (chained(negated="no"), "bad-key", "$.elements[0].negated", "true or false, not `no`"),
    (chained(what=fn(["a", "b"], A)), "bad-key", "$.elements[0].what.varNames", "one variable"),
    (chained(when=fn(["t"], A)), "bad-key", "$.elements[0].when.body.nodeType", "an `occurs`"),
    (
        chained(when=fn(["t"], occurs(A, lit("Timestamp", "now"), "before"))),
        "bad-key",
        "$.elements[0].when.body.timestamp",
        "the variable `t`",
    ),
    (
        chained(count={"comparison": lit("Comparison", "<"), "count": lit("Integer", 2)}),
        "bad-key",
        "$.elements[0].count.comparison.value",
        "`<` is not known",
    ),
    ({"nodeType": "select", "variables": []}, "bad-key", "$.variables", "`variables` is empty"),
    (
        {"nodeType": "select", "variables": [{"nodeType": "varRef", "varName": "x", "from": A}]},
        "unknown-node",
        "$.variables[0].nodeType",
        "a `varDecl`, not `varRef`",
    ),
    (
        {"nodeType": "select", "variables": [{"varName": "x", "from": var("x")}]},
        "unknown-variable",
        "$.variables[0].from.varName",
        "no variable `x`",
    ),
    ({"nodeType": "quantification", "quantifier": "most", "variables": []}, "bad-key", "$.quantifier", "`most`"),
    # expression objects
    ({"type": "SQL", "format": "pql/json", "value": ""}, "bad-key", "$.type", "`PQL`, not `SQL`"),
    ({"type": "PQL", "format": "pql/xml", "value": ""}, "bad-key", "$.format", "not `pql/xml`"),
    ({"type": "PQL", "format": "pql/json", "value": 3}, "bad-key", "$.value", "as JSON text, not `3`"),
    ({"type": "PQL", "format": "pql/json", "value": "{PQL_EXPRESSION}"}, "bad-json", "", "not JSON"),
]


@pytest.mark.parametrize(("document", "code", "where", "words"), CASES, ids=[f"{c} {w}" for _, c, w, _ in CASES])
def test_r55_a_wrong_document_is_refused_by_its_path(document: object, code: str, where: str, words: str) -> None:
    (found,) = refused(document).diagnostics
    assert (found.code, found.severity) == (code, "error")
    assert words in found.message
    assert found.message.startswith(f"`{where}`: " if where else "the document")


MARKED = [
    # the words under the caret stand between » and «
    (
        '{"nodeType": "fnApply", "fnName": "not", "params": [{"nodeType": »"fieldLokup"«}]}',
        "unknown-node",
    ),
    ('{"nodeType": "literal", "literalType": »"Strin"«, "value": "a"}', "bad-literal"),
    ('{"nodeType": "literal", "literalType": "List", "value": [1, "\\"]{,", »{"a": [2]}«]}', "bad-literal"),
    ('{"nodeType": "literal", "value": "fieldName", "literalType": "Integer", "value": 3}', "bad-json"),
    (
        '{"nodeType": "fnApply", "fnName": "not", "params": [»{"nodeType": "fieldLookup", "fieldName": "a"}«]}',
        "missing-key",
    ),
    ('{"nodeType": "fnApply", »«}', "bad-json"),
    ("[1, »NaN«]", "bad-json"),
]


@pytest.mark.parametrize(("marked", "code"), MARKED, ids=[code for _, code in MARKED])
def test_r55_the_words_are_those_of_the_document(marked: str, code: str) -> None:
    text = marked.replace("»", "").replace("«", "")
    (found,) = refused(text).diagnostics
    assert found.code == code
    assert found.source == text
    if code != "bad-json":
        assert found.words == marked.partition("»")[2].partition("«")[0]
    elif "»" in marked:
        assert found.span.start == marked.index("»")


def test_r51_several_mistakes_are_told_at_once() -> None:
    tree = apply("and", apply("not", var("x")), apply("=", {"nodeType": "fieldLokup"}, lit("Strin", 1)), A)
    found = refused(json.dumps(tree)).diagnostics
    assert [one.code for one in found] == ["unknown-variable", "unknown-node", "bad-literal"]
    assert [one.words for one in found] == ['"x"', '"fieldLokup"', '"Strin"']
    assert 10 <= len(refused(apply("and", *[var("x")] * 500)).diagnostics) < 20


def test_r55_a_dict_is_shown_as_the_json_it_is() -> None:
    error = refused({"nodeType": "literal", "literalType": "Integer", "value": "three"})
    assert ' 4 |   "value": "three"' in str(error)
    assert error.diagnostics[0].words == '"three"'


def test_r55_what_is_no_json_is_told_from_text() -> None:
    error = refused("age > 20")
    assert error.diagnostics[0].hint == "a tree is a JSON object; PQL text is read by `parse`"
    assert refused('{"a": 1').diagnostics[0].hint is None


def test_r53_documents_without_end_are_refused() -> None:
    deep = A
    for _ in range(100):
        deep = apply("not", deep)
    assert refused(deep).diagnostics[0].code == "too-deep"
    deepest: Json = {}
    for _ in range(100_000):
        deepest = {"nodeType": "fieldLookup", "fieldName": "a", "object": deepest}
    assert refused(deepest).diagnostics[0].code == "too-deep"
    assert refused('{"a":' * 100_000).diagnostics[0].code == "too-deep"
    assert refused("[" * 100_000).diagnostics[0].code == "too-deep"
    round_and_round: Json = {"nodeType": "fnApply", "fnName": "not"}
    round_and_round["params"] = [round_and_round]
    assert refused(round_and_round).diagnostics[0].code == "too-deep"
    while deepest:
        deepest = deepest.pop("object")  # one by one: Python frees nested dicts by recursion


def test_r53_a_document_of_many_shared_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segkit.pql.trees.reading.MAX_NODES", 1000)
    shared = A
    for _ in range(60):
        shared = apply("and", shared, shared)
    assert refused(shared).diagnostics[0].code == "too-long"


def test_r53_a_list_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segkit.pql.trees.words.MAX_ITEMS", 10)
    assert from_json(lit("List", [1] * 10))
    assert refused(lit("List", [1] * 11)).diagnostics[0].code == "too-long"


def test_r53_a_document_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segkit.pql.trees.source.MAX_JSON", 10)
    assert refused(to_json("a = 1")).diagnostics[0].code == "too-long"


def test_r53_a_document_of_ten_megabytes_is_refused_before_it_is_read() -> None:
    assert from_json(to_json("a = 1") + " " * 1_000_000)
    assert refused(to_json("a = 1") + " " * 10_000_000).diagnostics[0].code == "too-long"
    assert refused(apply("or", *([lit("Boolean", value=True)] * 60_000))).diagnostics[0].code == "too-long"


def test_r53_numbers_beyond_reason_are_refused() -> None:
    for number in ("9" * 5000, "1" + "0" * 400, "-" + "9" * 30, "1e999", "-1E999"):
        document = f'{{"nodeType": "literal", "literalType": "Double", "value": {number}}}'
        assert refused(document).diagnostics[0].code == "number-range"


def test_r53_a_hundred_levels_can_be_read_and_written() -> None:
    tree = A
    for _ in range(97):
        tree = apply("not", tree)
    read = from_json(tree)
    assert json.loads(to_json(read)) == tree
