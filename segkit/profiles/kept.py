"""What is made once for a version of the data and kept in the workspace: snapshots, identity graphs.

Each such thing is a folder, named by a fingerprint of all that it was made of, so that it is found by its name alone.
It is made aside and renamed when it is whole: what has the name is whole, whoever was killed while making it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import threading
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles.datasets.documents import dataset_to_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles.datasets.dataset import Dataset

SIZES = "sizes.json"
"""What the files of a kept folder are called and how long they are, so that one that was cut short is told by it."""

_SILENCE = 86_400.0
"""Seconds after which what another machine does not go on with is held for given up."""

_mine: set[str] = set()
"""The folders that this process is making or removing."""


def fingerprint(*parts: object) -> str:
    """32 hexadecimal digits that stand for some values of JSON.

    Examples
    --------
    >>> fingerprint("graph", 1) == fingerprint("graph", 1) != fingerprint("graph", 2)
    True
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.md5(text.encode("ascii"), usedforsecurity=False).hexdigest()


def described(datasets: Iterable[Dataset], folder: Path | None = None) -> list[object]:
    """All that answers may depend on in some datasets, for a `fingerprint`: files, how they are read, not the name.

    Files below the workspace `folder` are named relative to it, so that what was kept is found after it was moved.
    """
    chosen = tuple(datasets)
    present = {one.id for one in chosen}

    def bare(one: Dataset) -> Dataset:
        shared = tuple(other for other in one.measures.shared if other in present)
        return replace(one, name="", measures=replace(one.measures, shared=shared))

    return [dataset_to_dict(bare(one), folder) for one in chosen]


@contextlib.contextmanager
def making(target: Path, *, instead: bool = False) -> Iterator[Path]:
    """A new folder aside, which becomes `target` when all went well; whatever goes wrong, nothing is left behind.

    Parameters
    ----------
    target
        The folder to be. Where somebody else has made it meanwhile, theirs stays and ours is thrown away.
    instead
        Put ours in the place of one that is there.

    Raises
    ------
    DataError
        The folder cannot be written to, or its disk is full.
    """
    aside = _aside(target.parent)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        aside.mkdir()
        yield aside
        _seal(aside)
        if instead:
            remove(target)
        try:
            aside.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        _mine.discard(aside.name)


def is_whole(folder: Path) -> bool:
    """Whether a kept folder has all its files in full length: a disk that failed or was full may have cut one short."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sizes = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    return False


def _seal(folder: Path) -> None:
    """Bring all files through to the disk before the folder has its name, and note their sizes."""
    sizes = {}
    for one in sorted(folder.iterdir()):
        with one.open("rb+") as file:
            os.fsync(file.fileno())
        sizes[one.name] = one.stat().st_size
    with (folder / SIZES).open("w", encoding="utf-8") as file:
        json.dump(sizes, file)
        file.flush()
        os.fsync(file.fileno())


def remove(target: Path) -> None:
    """Remove a kept folder at once: it is renamed first, so that nobody finds half of it."""
    aside = _aside(target.parent)
    try:
        target.rename(aside)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        _mine.discard(aside.name)


def _unwritable(folder: Path, error: OSError) -> DataError:
    return DataError(f"nothing can be kept in `{folder}`: {error}; see that it may be written to and its disk has room")


def sweep(parent: Path) -> None:
    """Remove what dead processes left half-made."""
    with contextlib.suppress(FileNotFoundError):
        for one in parent.glob(".*.part"):
            if _is_left(one):
                shutil.rmtree(one, ignore_errors=True)


def sweep_all(workspace: Path) -> None:
    """The same for all that is kept in a workspace."""
    for pattern in ("snapshots/*/.*.part", "graphs/*/.*.part", "samples/*/*/.*.part"):
        for parent in {one.parent for one in workspace.glob(pattern)}:
            sweep(parent)


def _aside(parent: Path) -> Path:
    aside = parent / f".{uuid.uuid4().hex}.{_here()}.{os.getpid()}.part"
    _mine.add(aside.name)
    return aside


def _here() -> str:
    """Stands for this machine: containers that share a folder number their processes each from 1."""
    return fingerprint(socket.gethostname())[:8]


def _is_left(aside: Path) -> bool:
    """Whether nobody works on a folder any more."""
    *_, host, pid, _ = aside.name.split(".")
    if len(host) == len(_here()) and host != _here():  # who cannot be asked is given time
        with contextlib.suppress(OSError):
            return time.time() - max(one.stat().st_mtime for one in (aside, *aside.iterdir())) > _SILENCE
        return False
    if pid == str(os.getpid()):  # or of a process that had the same number before, as in a container started again
        return aside.name not in _mine
    return not pid.isdigit() or not _is_running(int(pid))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's
        return True
    return True


class Attached:
    """Kept databases in one engine, each attached to read when it is first asked for.

    One stays attached until the engine is closed: statements made before go on, even when its file is removed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._names: dict[tuple[Path, int, int], str] = {}

    def name(self, file: Path, prefix: str) -> str:
        """The database in whose tables a file can be read; another name when another file has taken its place.

        Raises
        ------
        OSError
            There is no such file.
        SegkitError
            DuckDB cannot open it.
        """
        now = file.stat()
        key = (file, now.st_ino, now.st_mtime_ns)
        with self._lock:
            known = self._names.get(key)
            if known is None:
                known = self._free(prefix)
                attach(self._engine, file, known, read_only=True)
                self._names[key] = known
            return known

    def _free(self, prefix: str) -> str:
        # others may have attached theirs to the same engine
        rows = self._engine.rows(exp.select("database_name").from_(exp.Table(this=exp.func("duckdb_databases"))))
        taken = {str(name) for (name,) in rows}
        number = 1
        while (name := prefix if number == 1 else f"{prefix}_{number}") in taken:
            number += 1
        return name


def attach(engine: Engine, file: Path, name: str, *, read_only: bool = False) -> None:
    """Attach a database file under a name; a new one where there is none, unless `read_only`."""
    attached = exp.alias_(exp.Literal.string(str(file)), exp.to_identifier(name, quoted=True))
    options = [exp.AttachOption(this=exp.Var(this="READ_ONLY"))] if read_only else []
    engine.execute(exp.Attach(this=attached, expressions=options))


def detach(engine: Engine, name: str, *, checkpoint: bool = True) -> None:
    """Detach a database, with all that was written to it in its file, unless it is thrown away."""
    database = exp.to_identifier(name, quoted=True)
    if checkpoint:
        engine.execute(exp.Command(this="CHECKPOINT", expression=exp.Literal.string(database.sql(dialect="duckdb"))))
    engine.execute(exp.Detach(this=exp.Table(this=database)))
