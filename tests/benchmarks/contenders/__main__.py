"""A contender's process: reads a question a line, writes what it found, how long it took and what memory it held."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

from tests.benchmarks.contenders import Task, UnansweredError, contender, make_ready
from tests.benchmarks.prepared import prepare
from tests.benchmarks.questions import QUESTIONS


def main() -> None:
    name, home, size, scratch, memory, threads = sys.argv[1:]
    # only answers go to the pipe; what libraries print does not
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    task = Task(prepare(Path(home), size), Path(scratch), memory, int(threads))
    answer = contender(name, task)
    print(json.dumps({"ready": True}), file=pipe, flush=True)
    for line in sys.stdin:
        asked = QUESTIONS[line.strip()]
        make_ready(answer, asked)
        peak_memory(forget=True)
        cpu, start = time.process_time(), time.perf_counter()
        try:
            found = answer(asked)
            took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "peak": peak_memory()}
            took["found"] = found.found if found.check is None else found.check()
        except UnansweredError as why:
            took = {"refused": str(why)}
        except Exception as error:  # noqa: BLE001  one that cannot answer is told of, the others go on
            took = {"failed": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(took, default=str), file=pipe, flush=True)


def peak_memory(*, forget: bool = False) -> int:
    """The most memory that this process held since it was last forgotten, in bytes; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        if forget:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
