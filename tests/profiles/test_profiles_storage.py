"""How stored types join (`pql.md` R17a)."""

from __future__ import annotations

import pytest

from segkit.profiles.storage import NULL, ClashError, Storage, join


def one(text: str) -> Storage:
    outer, _, inner = text.partition(" of ")
    return Storage(outer, one(inner)) if inner else Storage(outer)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("TINYINT", "BIGINT", "BIGINT"),
        ("UTINYINT", "UINTEGER", "UINTEGER"),
        ("UTINYINT", "TINYINT", "SMALLINT"),
        ("UINTEGER", "SMALLINT", "BIGINT"),
        ("UBIGINT", "BIGINT", "HUGEINT"),
        ("BIGINT", "DOUBLE", "DOUBLE"),
        ("DECIMAL(10,2)", "DECIMAL(8,4)", "DECIMAL(12,4)"),
        ("DECIMAL(10,2)", "INTEGER", "DECIMAL(12,2)"),
        ("DECIMAL(38,2)", "DECIMAL(10,8)", "DOUBLE"),
        ("DECIMAL(10,2)", "DOUBLE", "DOUBLE"),
        ("LIST of TINYINT", "LIST of BIGINT", "LIST of BIGINT"),
        ("MAP of LIST of INTEGER", "MAP of LIST of DOUBLE", "MAP of LIST of DOUBLE"),
        ("NULL", "BOOLEAN", "BOOLEAN"),
        ("VARCHAR", "VARCHAR", "VARCHAR"),
    ],
)
def test_r17a_types_that_join(left: str, right: str, expected: str) -> None:
    assert join(one(left), one(right)) == join(one(right), one(left)) == one(expected)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("VARCHAR", "BIGINT"),
        ("BOOLEAN", "BIGINT"),
        ("DATE", "TIMESTAMP"),
        ("LIST of VARCHAR", "VARCHAR"),
        ("LIST of VARCHAR", "MAP of VARCHAR"),
        ("LIST of VARCHAR", "LIST of BIGINT"),
    ],
)
def test_r17a_types_that_clash(left: str, right: str) -> None:
    for pair in ((left, right), (right, left)):
        with pytest.raises(ClashError):
            join(one(pair[0]), one(pair[1]))


def test_r17a_objects_join_field_by_field() -> None:
    left = Storage("STRUCT", None, (("a", one("TINYINT")), ("b", one("VARCHAR"))))
    right = Storage("STRUCT", None, (("c", NULL), ("a", one("DOUBLE"))))
    joined = Storage("STRUCT", None, (("a", one("DOUBLE")), ("b", one("VARCHAR")), ("c", NULL)))
    assert join(left, right) == joined
    assert Storage.from_dict(joined.to_dict()) == joined
    with pytest.raises(ClashError) as caught:
        join(left, Storage("STRUCT", None, (("b", one("BIGINT")),)))
    assert caught.value.where == ("b",)
