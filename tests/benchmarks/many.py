"""Many segments at once, beside as many separate queries."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import segkit
from segkit.engine import render
from tests.benchmarks import counting
from tests.benchmarks import questions as q
from tests.benchmarks.conditions import drawn, pql
from tests.benchmarks.contenders import Task
from tests.benchmarks.contenders.by_hand import ByHand, moment
from tests.benchmarks.data import AS_OF, TYPES
from tests.benchmarks.prepared import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.compare import Arena
    from tests.benchmarks.targets import Target

HUNDRED, THOUSAND = 100, 1000


def event_rules() -> list[tuple[str, str]]:
    """A hundred rules on events as PQL, and what follows FROM in SQL: types, windows and thresholds that recur."""
    found: dict[tuple[str, str], None] = {}
    r = random.Random(5)  # noqa: S311  repeatable
    while len(found) < HUNDRED:
        kind, days, least = r.choice(TYPES), r.choice((7, 30, 90)), r.randint(1, 5)
        where = f'WHERE "eventType" = \'{kind}\' AND "timestamp" BETWEEN {moment(days)} AND {moment(0)}'
        events = f'xEvent[eventType = "{kind}" and timestamp occurs <= {days} days before now]'
        if kind == q.BOUGHT and r.random() < 0.5:
            spent = least * 100
            rule = f"{events}.sum(commerce.order.priceTotal) > {spent}"
            having = f'sum("commerce.order.priceTotal") > {spent}'
        else:
            rule, having = f"{events}.count() >= {least}", f"count(*) >= {least}"
        found[rule, f"{where} GROUP BY {{key}} HAVING {having}"] = None
    return list(found)


def targets(arena: Arena) -> Iterator[Target]:
    """What is aimed at for many segments."""
    from tests.benchmarks.targets import Target

    with tempfile.TemporaryDirectory(dir=arena.home) as scratch:
        prepared = prepare(arena.home, arena.size, memory=arena.memory)
        task = Task(prepared, Path(scratch), arena.memory, arena.threads)
        hand = ByHand(task, "snapshot")
        with segkit.open(prepared.kept, memory_limit=arena.memory, threads=arena.threads) as ws:
            hundred = drawn(HUNDRED)
            rules = [pql(one) for one in hundred]
            names, more = _defined(ws, "many", rules), _defined(ws, "more", [pql(one) for one in drawn(THOUSAND)])
            total = counting.statement(ws, rules)
            spread = counting.statement(ws, rules, by_namespace=True)
            runs = _alternating(
                arena,
                {
                    "separate": lambda: hand.separately(hundred),
                    "counted": lambda: _sizes(ws, rules),
                    "totals": lambda: counting.sizes(ws.engine.rows(total)),
                    "spread": lambda: counting.sizes_by_namespace(ws.engine.rows(spread)),
                    "job": lambda: _job(ws, names),
                },
                same=("separate", "counted", "totals", "spread", "job"),
            )
            noted = f"of 100 separate queries, {_ms(runs['separate'])}; together {_ms(runs['counted'])}"
            yield Target("counting 100 attribute segments", 0.25, _ratios(runs, "counted", "separate"), noted)
            noted = f"the whole job {_ms(runs['job'])}"
            yield Target("their job with membership", 0.4, _ratios(runs, "job", "separate"), noted)
            noted = "both from the bits of a job"
            yield Target("counts by namespace beside totals", 1.1, _ratios(runs, "spread", "totals"), noted)
            yield Target(
                "membership written beside counting",
                1.6,
                [_writing(ws, names) for _ in range(3)],
                "stages of the job's record",
            )
            yield Target(
                "building the plan of the job", 0.05, [_planning(ws, rules) / min(runs["job"])], "bind, compile"
            )
            thousand = _alternating(
                arena, {"thousand": lambda: _job(ws, more), "job": lambda: _job(ws, names)}, same=()
            )
            noted = f"jobs of 1,000 ({_ms(thousand['thousand'])}) and 100 on the same conditions"
            yield Target("1,000 segments beside 100", 4, _ratios(thousand, "thousand", "job"), noted)
            yield from _events(arena, ws, hand)


def _events(arena: Arena, ws: segkit.Workspace, hand: ByHand) -> Iterator[Target]:
    from tests.benchmarks.targets import Target

    rules = event_rules()
    queries = [f"SELECT count(*) FROM (SELECT 1 FROM {hand.events} {where})" for _, where in rules]
    queries = [one.replace("{key}", hand.key) for one in queries]
    runs = _alternating(
        arena,
        {
            "separate": lambda: [hand.db.execute(one).fetchall()[0][0] for one in queries],
            "counted": lambda: _sizes(ws, [one for one, _ in rules]),
        },
        same=("separate", "counted"),
    )
    noted = f"of 100 separate queries, {_ms(runs['separate'])}; together {_ms(runs['counted'])}"
    yield Target("counting 100 event segments", 0.4, _ratios(runs, "counted", "separate"), noted)


def _defined(ws: segkit.Workspace, prefix: str, rules: Sequence[str]) -> list[str]:
    names = [f"{prefix} {number}" for number in range(len(rules))]
    known = {one.name for one in ws.segments.list()}
    for name, rule in zip(names, rules, strict=True):
        if name not in known:
            ws.segments.create(name, rule)
    return names


def _sizes(ws: segkit.Workspace, rules: Sequence[str]) -> list[int]:
    found = ws.sizes({str(number): rule for number, rule in enumerate(rules)}, as_of=AS_OF)
    return [int(found[str(number)]) for number in range(len(rules))]


def _job(ws: segkit.Workspace, names: Sequence[str]) -> list[int]:
    record = ws.jobs.create(list(names), as_of=AS_OF).wait(progress=False).record
    if record.errors:
        raise RuntimeError(record.errors[0].msg)
    return [record.metrics.sizes[one.segment_id] for one in record.segments]


def _writing(ws: segkit.Workspace, names: Sequence[str]) -> float:
    """All stages of a job, beside those before its membership is written."""
    job = ws.jobs.create(list(names), as_of=AS_OF).wait(progress=False)
    stages = [(one.name, one.seconds or 0.0) for one in job.record.stages]
    counted = sum(seconds for stage, seconds in stages if not stage.startswith(("list", "write")))
    return sum(seconds for _, seconds in stages) / counted


def _planning(ws: segkit.Workspace, rules: Sequence[str]) -> float:
    """Seconds from the texts to the statement."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        render(counting.statement(ws, rules))
        best = min(best, time.perf_counter() - start)
    return best


def _alternating(
    arena: Arena, measured: dict[str, Callable[[], list[int]]], same: Sequence[str]
) -> dict[str, list[float]]:
    """Seconds of each, in turn; the first round is for the caches."""
    taken: dict[str, list[float]] = {name: [] for name in measured}
    begun = time.perf_counter()
    for run in range(arena.runs + 1):
        if run > 1 and time.perf_counter() - begun > arena.seconds:
            break
        found = {}
        for name, one in measured.items():
            start = time.perf_counter()
            found[name] = [int(number) for number in one()]
            if run:
                taken[name].append(time.perf_counter() - start)
        if len({tuple(found[name]) for name in same}) > 1:
            message = f"the numbers differ: { {name: found[name][:10] for name in same} }"
            raise SystemExit(message)
    return taken


def _ratios(runs: dict[str, list[float]], mine: str, other: str) -> list[float]:
    return [one / two for one, two in zip(runs[mine], runs[other], strict=True)]


def _ms(seconds: Sequence[float]) -> str:
    return f"{sorted(seconds)[len(seconds) // 2] * 1000:,.0f} ms"
