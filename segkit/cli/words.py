"""What can be asked: the commands and their options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from segkit import __version__
from segkit.cli import rules, running, tables
from segkit.cli.terminal import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]

PICTURES = (".png", ".svg", ".pdf")


def commands() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="segkit", description="Audiences in PQL over your own Parquet, on your own machine."
    )
    parser.add_argument("--version", action="version", version=f"segkit {__version__}")
    known = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        one = known.add_parser(name, help=summary, description=summary)
        one.add_argument("--json", action="store_true", help="print JSON instead of text")
        one.set_defaults(run=run)
        return one

    demo = command("demo", running.demo, "make sample data, run a job over twelve segments, draw it")
    demo.add_argument("--profiles", type=_positive, default=None, metavar="N", help="people (default: 2000)")
    demo.add_argument(
        "--folder",
        type=Path,
        default=Path(running.DEMO_FOLDER),
        help=f"where to put it (default: {running.DEMO_FOLDER})",
    )

    _looks(command)

    formatted = command("format", rules.formatted, "print an expression in its canonical layout")
    _expression(formatted)

    sql = command("sql", rules.sql, "print the SQL that an expression becomes")
    _expression(sql)
    _workspace(sql)
    _scope(sql)

    size = command("size", rules.size, "count the profiles in an audience, exactly")
    _expression(size)
    _workspace(size)
    _scope(size)

    cost = command("cost", rules.cost, "say what counting an audience would read, do and take, without running it")
    _expression(cost)
    _workspace(cost)
    _scope(cost)

    run = command("run", running.run, "run a segment job and print its sizes")
    run.add_argument("segments", nargs="+", metavar="SEGMENT", help="names or ids of segments, or '*' for all")
    run.add_argument("--plot", type=_picture, metavar="PNG", help="write a picture of the sizes")
    _workspace(run)
    _scope(run)

    jobs = command("jobs", tables.jobs, "list segment jobs, or show one")
    jobs.add_argument("job", nargs="?", help="the id of one job")
    jobs.add_argument("--status", help="only jobs in this state")
    jobs.add_argument("--sort", default="creationTime:desc", help="attribute:asc or attribute:desc")
    jobs.add_argument("--start", type=int, default=0, help="how many to pass over")
    jobs.add_argument("--limit", type=_positive, default=20, help="how many to show (default: 20)")
    jobs.add_argument("--property", action="append", default=[], help="exact match, path==value; may be repeated")
    _workspace(jobs)

    _tables(command)
    return parser


def _looks(command: Command) -> None:
    """The commands that say what an expression is."""
    check = command("check", rules.check, "show what is wrong in an expression, and what is doubtful")
    lint = command("lint", rules.lint, "show what is doubtful in an expression, looking into the data too")
    for one in (check, lint):
        _expression(one)
        one.add_argument("--fix", action="store_true", help="print it with all mended that has one meaning only")
        _workspace(one, required=False)
    lint.add_argument("--strict", action="store_true", help="exit with 1 where anything is doubtful")

    explain = command("explain", rules.explain, "say what an expression means, what it reads, and how it is run")
    _expression(explain)
    _workspace(explain)
    _scope(explain)

    convert = command("convert", rules.convert, "turn text into AEP's pql/json tree, or a tree into text")
    convert.add_argument(
        "pql", nargs="?", default="-", help="the expression; '-', the default, and '@FILE' as elsewhere"
    )
    convert.add_argument("--to", choices=["json", "text"], help="default: the format it does not have")
    convert.add_argument("--indent", type=_positive, metavar="N", help="lay a tree out with so many spaces a level")


def _tables(command: Command) -> None:
    """The commands that list a kind of object or make one."""
    datasets = command("datasets", tables.datasets, "list datasets, add one, or look after one")
    datasets.add_argument("name", nargs="?", help="a name for the dataset to add; with an option below, one there is")
    datasets.add_argument("source", nargs="?", help="its files: a path or glob of Parquet, CSV or JSON")
    datasets.add_argument("--kind", choices=["record", "event"], default="record", help="default: record")
    datasets.add_argument("--identity", action="append", default=[], metavar="NAMESPACE=PATH", help="may be repeated")
    datasets.add_argument("--primary", help="the primary identity namespace")
    datasets.add_argument("--timestamp", metavar="PATH", help="the clock of a record or event")
    datasets.add_argument("--mapping", action="append", default=[], metavar="PATH=COLUMN", help="may be repeated")
    datasets.add_argument("--upsert", action="store_true", help="records update attribute by attribute")
    datasets.add_argument("--refresh", action="store_true", help="look again at the files of the dataset NAME")
    datasets.add_argument("--remove", action="store_true", help="forget the dataset NAME; its files stay")
    _workspace(datasets)

    snapshot = command("snapshot", tables.snapshot, "merge all profiles once and keep them, for quicker answers")
    snapshot.add_argument("merge_policy", nargs="?", metavar="POLICY", help="name or id; the default policy otherwise")
    snapshot.add_argument(
        "--event", action="append", default=[], metavar="FIELD", help="keep this field of events too; '*' for all"
    )
    _workspace(snapshot)

    segments = command("segments", tables.segments, "list segment definitions, create one, or look after one")
    segments.add_argument(
        "name", nargs="?", help="a name for the segment to create; with an option below, one there is"
    )
    segments.add_argument("pql", nargs="?", help="its expression")
    segments.add_argument("--description", help="what it is for, in words")
    segments.add_argument("--merge-policy", default=None, metavar="NAME", help="name or id; the default otherwise")
    segments.add_argument("--update", action="store_true", help="make a new version of the segment NAME")
    segments.add_argument("--delete", action="store_true", help="delete the segment NAME")
    _workspace(segments)


def _expression(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pql", help="the expression; '-' reads it from standard input, '@FILE' from a file")


def _workspace(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    note = f"default: ${ENVIRONMENT}" + ("" if required else "; without one only the grammar is checked")
    parser.add_argument("-w", "--workspace", default=None, metavar="FOLDER", help=note)


def _scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--merge-policy", default=None, metavar="NAME", help="name or id; the default policy otherwise")
    parser.add_argument("--as-of", default=None, metavar="TIME", help="what `now` means; the present otherwise")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is not a whole number from 1"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _picture(text: str) -> Path:
    path = Path(text).expanduser()
    if path.suffix.lower() not in PICTURES:
        message = f"{text!r} should end in {', '.join(PICTURES)}"
        raise argparse.ArgumentTypeError(message)
    return path
