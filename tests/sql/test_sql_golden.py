"""The SQL of some expressions, as a person reads it: `tests/golden/<case>.pql` and `<case>.sql`;
a case whose name begins with `column` is a value, the others are conditions.

`pytest tests/sql/test_sql_golden.py --rewrite-golden` writes the `.sql` files anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sql_world import NOW, bind_text
from sqlglot import exp

from segkit.plan import unsupported
from segkit.sql import Clock, compile_columns, compile_condition_count, compile_segments, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.types import Path as FieldPath

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(one.stem for one in GOLDEN.glob("*.pql"))


class Named:
    """A source whose statements are one line each."""

    namespaces = ("crm",)

    def profiles(self, leaves: Sequence[FieldPath], *, every: bool, mask: bool = False) -> exp.Select:
        table = "merged_with_events_only" if every else "merged"
        names = [*(".".join(one) for one in leaves), *(["namespace_mask"] if mask else [])]
        return exp.select("profile_key", *(exp.column(one, quoted=True) for one in names)).from_(table)

    def events(self, leaves: Sequence[FieldPath]) -> exp.Select:
        names = [".".join(one) for one in leaves]
        return exp.select("profile_key", *(exp.column(one, quoted=True) for one in names)).from_("happened")

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        return exp.func("md5", key)


def _compiled(text: str, *, column: bool) -> str:
    clock = Clock(NOW)
    if column:
        value = {"value": bind_text(text).root}
        return show(compile_columns(value, Named(), clock, texts={"value": text})) + "\n"
    parts = [one.strip() for one in text.split("\n---\n")]
    bound = [bind_text(one).condition for one in parts]
    assert not any(unsupported(one) for one in bound)
    if len(parts) == 1:
        return show(compile_condition_count(bound[0], Named(), clock, text=parts[0])) + "\n"
    rules = {f"segment {number}": one for number, one in enumerate(bound, 1)}
    texts = {f"segment {number}": one for number, one in enumerate(parts, 1)}
    return show(compile_segments(rules, Named(), clock, texts=texts)) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_golden_sql(case: str, request: pytest.FixtureRequest) -> None:
    file = GOLDEN / f"{case}.sql"
    made = _compiled((GOLDEN / f"{case}.pql").read_text(encoding="utf-8").strip(), column=case.startswith("column"))
    if request.config.getoption("--rewrite-golden"):
        file.write_text(made, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == made


def test_no_golden_file_stands_alone() -> None:
    assert CASES
    assert sorted(one.stem for one in GOLDEN.glob("*.sql")) == CASES
