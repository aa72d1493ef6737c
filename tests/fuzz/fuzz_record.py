"""The figures of a run, as they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz_examine import STAGES

if TYPE_CHECKING:
    import datetime as dt

    from fuzz_run import Tally

_SHOWN = 90


def recorded(tally: Tally, command: str, commit: str, day: dt.date) -> str:
    """A table in Markdown: how far the expressions got, how long they took, and the slowest."""
    mean = 1000 * tally.seconds / max(1, tally.count)
    lines = [
        f"`{command}` at {commit}, {day.isoformat()}: {tally.count:,} expressions, {len(tally.failures)} failures;",
        f"{tally.ran:,} statements were run; {mean:.2f} ms each on average.",
        "",
        "| came to an end in | expressions | share |",
        "|---|---:|---:|",
    ]
    for stage in STAGES:
        number = tally.stages[stage]
        lines.append(f"| {stage} | {number:,} | {100 * number / max(1, tally.count):.1f} % |")
    lines += ["", "The slowest:", "", "| seconds | characters | begins with |", "|---:|---:|---|"]
    for seconds, text in tally.slowest:
        begin = (
            "".join(one if one.isprintable() else "·" for one in text[:_SHOWN]).replace("|", "\\|").replace("`", "'")
        )
        lines.append(f"| {seconds:.2f} | {len(text):,} | `{begin}` |")
    return "\n".join(lines)
