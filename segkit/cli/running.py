"""Commands that run a segment job."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.cli.terminal import opened, scoped
from segkit.errors import InvalidRequestError

if TYPE_CHECKING:
    import argparse

    from segkit.workspace import Job

DEMO_FOLDER = "segkit_demo"


def demo(options: argparse.Namespace) -> int:
    """Sample data, a job over twelve segments, and its picture."""
    from segkit import demo as sample  # noqa: PLC0415  each command loads what it needs
    from segkit.workspace import open_demo  # noqa: PLC0415

    as_of = sample.AS_OF
    with open_demo(options.folder, profiles=options.profiles) as ws:
        job = ws.jobs.create("*", as_of=as_of)
        job.wait(progress=not options.json)
        picture = _draw(job, Path(options.folder) / "audience_sizes.png")
        code = _report(job, options, picture)
        if not options.json:
            here = shlex.quote(str(options.folder))
            print(
                f"next:    {_program()} segments -w {here}\n         or in Python: segkit.open({str(options.folder)!r})"
            )
        return code


def run(options: argparse.Namespace) -> int:
    """A segment job, from its request to its sizes."""
    if options.plot is not None and not options.plot.parent.is_dir():
        message = f"cannot write {options.plot}: the folder {options.plot.parent} does not exist"
        raise InvalidRequestError(message)
    with opened(options) as ws:
        wanted = "*" if options.segments == ["*"] else options.segments
        job = ws.jobs.create(wanted, **scoped(options))
        job.wait(progress=not options.json)
        return _report(job, options, _draw(job, options.plot) if options.plot else None)


def _program() -> str:
    """How this program is called: its name where the shell finds it, else the path by which it was found now."""
    if shutil.which("segkit"):
        return "segkit"
    called = Path(sys.argv[0])
    return shlex.quote(str(called)) if called.stem == "segkit" else "python -m segkit"


def _draw(job: Job, path: Path) -> Path:
    job.plot().savefig(path, dpi=150)
    return path


def _report(job: Job, options: argparse.Namespace, picture: Path | None) -> int:
    if options.json:
        print(json.dumps(job.to_aep(), indent=2, ensure_ascii=False))
    else:
        # without the next calls in Python, of which a shell knows nothing
        print(job.sizes().text())
        print()
        print(job.card(segments=False, hint=False))
        if picture is not None:
            print(f"\npicture: {picture}")
    return 0 if job.status == "SUCCEEDED" else 1
