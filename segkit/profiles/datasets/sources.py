"""Where rows come from: files found and fingerprinted, frames and queries copied into the workspace as Parquet."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from segkit.engine import Engine
from segkit.errors import DataError, InvalidRequestError, SegkitError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.dataset import Source, SourceFile
from segkit.profiles.datasets.headers import check_text_files, columns_of_frame, refuse_equal_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.profiles.datasets.dataset import Dataset

_TAIL = 8
_FORMATS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}


class Query:
    """Rows made by a DuckDB query, as a source for a dataset.

    The query runs once, when the dataset is added, in a database of its own that holds nothing but the frames.

    Parameters
    ----------
    sql
        One SELECT.
    frames
        Name → pandas or polars frame or Arrow table; each is a table of that name in the query.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"invoice": [1, 1], "price": [2.0, 3.0]})
    >>> Query("SELECT invoice, sum(price) AS total FROM lines GROUP BY invoice", {"lines": lines}).names
    ('lines',)
    """

    def __init__(self, sql: str, frames: Mapping[str, Any] | None = None) -> None:
        self.sql = sql
        self.frames = dict(frames or {})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the frames."""
        return tuple(self.frames)

    def __repr__(self) -> str:
        return f"Query({self.sql!r}, frames: {', '.join(self.names) or 'none'})"


@dataclass(frozen=True, slots=True)
class Gathered:
    """A source made ready: what it was, the user's files, and the Parquet files that are read."""

    source: Source
    files: tuple[SourceFile, ...]
    parquet: tuple[str, ...]


def gather(name: str, source: Any, engine: Engine, folder: Path, identifier: str) -> Gathered:  # noqa: ANN401
    """Find the files of a source, or copy its rows into `<folder>/data/<identifier>/`."""
    patterns = _patterns(name, source)
    if patterns is None:
        made = _copy(name, source, engine, folder / "data" / identifier)
        return Gathered(Source("copy", (str(made),)), (_fingerprint(made, engine),), (str(made),))
    kinds = {_format(name, one) for one in patterns}
    if len(kinds) > 1:
        raise DataError(f"dataset `{name}` mixes {' and '.join(sorted(kinds))} files: add one dataset for each")
    found = _expand(name, patterns)
    kind = kinds.pop()
    if kind == "parquet":
        files = tuple(_fingerprint(one, engine) for one in found)
        return Gathered(Source("parquet", patterns), files, tuple(one.path for one in files))
    made = _convert(name, found, kind, engine, folder / "data" / identifier)
    files = tuple(_stamp(one, 0) for one in found)
    return Gathered(Source("csv" if kind == "csv" else "json", patterns), files, (str(made),))


def again(dataset: Dataset, engine: Engine, folder: Path) -> Gathered:
    """The source of a dataset as it is now."""
    if dataset.source.format == "copy":
        made = Path(dataset.source.patterns[0])
        if not made.exists():
            raise _lost(dataset)
        return Gathered(dataset.source, (_fingerprint(made, engine),), (str(made),))
    return gather(dataset.name, list(dataset.source.patterns), engine, folder, dataset.id)


def shown(source: Source, file: str) -> str:
    """What people call a file that is read: a copy is the frame or the text file that it was made of."""
    match source.format:
        case "parquet":
            return file
        case "copy":
            return "the frame"
        case _:
            return source.patterns[0] if len(source.patterns) == 1 else f"{source.patterns[0]} …"


def verify(dataset: Dataset) -> None:
    """Check that the files of a dataset are still the ones that were read when it was added or refreshed.

    Raises
    ------
    DataError
        A file has changed or vanished; the message names it and says how to refresh.
    """
    remedy = f'; run ws.datasets.refresh("{dataset.name}")'
    for known in dataset.files:
        path = Path(known.path)
        try:
            now = path.stat()
        except OSError as error:
            if dataset.source.format == "copy":
                raise _lost(dataset) from error
            what = f"dataset `{dataset.name}`: `{known.path}` has vanished since it was read"
            raise DataError(what + remedy) from error
        if (now.st_size, now.st_mtime_ns) != (known.size, known.mtime_ns):
            raise DataError(f"dataset `{dataset.name}`: `{known.path}` has changed since it was read" + remedy)
    for one in {file for part in dataset.parts for file in part.files} - {file.path for file in dataset.files}:
        if not Path(one).exists():
            raise DataError(f"dataset `{dataset.name}`: its copy `{one}` has vanished" + remedy)


def _lost(dataset: Dataset) -> DataError:
    return DataError(
        f"dataset `{dataset.name}`: its copy in the workspace, `{dataset.source.patterns[0]}`, has vanished; "
        "remove the dataset and add its frame again"
    )


def forget(dataset: Dataset, folder: Path) -> None:
    """Delete what was copied and sampled for a dataset that is removed."""
    for one in (folder / "data", *(folder / "samples").glob("*")):
        shutil.rmtree(one / dataset.id, ignore_errors=True)


def _patterns(name: str, source: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - whatever the user has
    if isinstance(source, (str, Path)):
        return (_absolute(name, source),)
    if isinstance(source, (list, tuple)):
        if not source:
            raise DataError(f"dataset `{name}`: the list of files is empty; name at least one")
        if not all(isinstance(one, (str, Path)) for one in source):
            raise InvalidRequestError(f"dataset `{name}`: a list as source holds file paths; give a frame by itself")
        return tuple(_absolute(name, one) for one in source)
    return None


def _absolute(name: str, given: str | Path) -> str:
    try:
        return str(Path(given).expanduser().absolute())
    except RuntimeError as error:  # `~somebody` who is nobody here
        raise DataError(f"dataset `{name}`: there is no home folder for `{given}`; write the whole path") from error


def _format(name: str, pattern: str) -> str:
    suffixes = [one.lower() for one in Path(pattern).suffixes]
    if suffixes and suffixes[-1] in {".gz", ".zst"}:
        suffixes.pop()
    found = _FORMATS.get(suffixes[-1] if suffixes else "")
    if found is None:
        known = ", ".join(_FORMATS)
        raise DataError(f"dataset `{name}`: cannot tell what `{pattern}` holds by its ending; known are {known}")
    return found


def _expand(name: str, patterns: Sequence[str]) -> list[Path]:
    found: dict[str, None] = {}
    for pattern in patterns:
        try:
            # a file whose own name looks like a pattern is that file
            matches = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        except OSError as error:  # too long a name, a folder that may not be entered
            reason = error.strerror or error
            raise DataError(f"dataset `{name}`: cannot look for `{pattern}`: {reason}; check the path") from error
        if not matches:
            what = "no file matches" if glob.has_magic(pattern) else "there is no file"
            raise DataError(f"dataset `{name}`: {what} `{pattern}`; check the path")
        found |= dict.fromkeys(matches)
    return [Path(one) for one in found if not Path(one).is_dir()] or _only_folders(name, patterns)


def _only_folders(name: str, patterns: Sequence[str]) -> list[Path]:
    raise DataError(
        f"dataset `{name}`: `{patterns[0]}` is a folder; name the files in it, as in `{patterns[0]}/*.parquet`"
    )


def _stamp(path: Path, rows: int) -> SourceFile:
    try:
        now = path.stat()
    except OSError as error:
        raise DataError(f"cannot read `{path}`: {error.strerror or error}; check that the file is there") from error
    return SourceFile(str(path), now.st_size, now.st_mtime_ns, rows)


def _fingerprint(path: Path, engine: Engine) -> SourceFile:
    before = _stamp(path, 0)
    counted = exp.select("num_rows").from_(
        exp.Table(
            this=sql.call("parquet_file_metadata", exp.Array(expressions=[sql.text(sql.literal_path(str(path)))]))
        )
    )
    try:
        rows = int(engine.value(counted))
    except SegkitError as error:
        wrong = DataError(f"cannot read `{path}` as Parquet: {_reason(error)}; check that the file is whole")
        wrong.sql = error.sql
        raise wrong from error
    return SourceFile(before.path, before.size, before.mtime_ns, rows, _footer(path))


def _footer(path: Path) -> str:
    """The MD5 of a Parquet file's footer, which ends with its own length and four letters."""
    with path.open("rb") as file:
        file.seek(-_TAIL, os.SEEK_END)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-_TAIL - length, os.SEEK_END)
        return hashlib.md5(file.read(length), usedforsecurity=False).hexdigest()


def _reason(error: SegkitError) -> str:
    return str(error.__cause__ or error).split("\n\nLINE ")[0].strip()


def _convert(name: str, files: Sequence[Path], kind: str, engine: Engine, folder: Path) -> Path:
    """Text files as one Parquet file, because their types can only be guessed once all of them have been read."""
    try:
        check_text_files(name, files, kind, engine)
    except SegkitError as error:
        if error.sql is None:  # refused here, in full words
            raise
        raise _unreadable(name, error) from error
    listed = exp.Array(expressions=[sql.text(sql.literal_path(str(one))) for one in files])
    options = {"union_by_name": exp.true(), "sample_size": sql.number(-1)}
    if kind == "json":
        options["map_inference_threshold"] = sql.number(-1)
    settings = [exp.Kwarg(this=exp.to_identifier(key), expression=one) for key, one in options.items()]
    reader = exp.Table(this=sql.call(f"read_{kind}", listed, *settings))
    return _write(name, exp.select("*").from_(reader).sql(dialect="duckdb"), engine, folder)


def _copy(name: str, source: Any, engine: Engine, folder: Path) -> Path:  # noqa: ANN401 - whatever the user has
    frames = source.frames if isinstance(source, Query) else {f"frame_{uuid.uuid4().hex}": source}
    for frame in frames.values():
        if not _readable(frame):
            known = "a file path, a list of them, a pandas or polars frame, an Arrow table or sk.query(…)"
            given = type(frame).__name__
            raise InvalidRequestError(f"dataset `{name}`: a source is {known}, not {given}")
    if isinstance(source, Query):
        # a database of its own: the names of its frames are the user's
        with Engine() as alone:
            for table, frame in frames.items():
                refuse_equal_names(name, columns_of_frame(frame), f"the frame `{table}`")
                alone.register(table, frame)
            return _write(name, source.sql, alone, folder)
    (table,) = frames
    refuse_equal_names(name, columns_of_frame(source), "the frame")
    engine.register(table, source)
    try:
        return _write(name, exp.select("*").from_(sql.column(table)).sql(dialect="duckdb"), engine, folder)
    finally:
        engine.unregister(table)


def _readable(frame: Any) -> bool:  # noqa: ANN401 - whatever the user has
    return hasattr(frame, "__arrow_c_stream__") or type(frame).__module__.startswith(("pandas", "polars", "pyarrow"))


def _write(name: str, text: str, engine: Engine, folder: Path) -> Path:
    """Rows as one Parquet file, written aside and renamed so that there is never half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{uuid.uuid4().hex}.parquet"
    target = folder / f"{uuid.uuid4().hex}.parquet"
    body = text.strip().rstrip(";")
    try:
        refuse_equal_names(name, (column for column, _ in engine.types(body)), "the query")
        engine.execute(f"COPY (\n{body}\n) TO {sql.text(str(aside)).sql(dialect='duckdb')} (FORMAT PARQUET)")
        aside.rename(target)
    except SegkitError as error:
        if error.sql is None:  # refused here, in full words
            raise
        raise _unreadable(name, error) from error
    finally:
        aside.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    return target


def _unreadable(name: str, error: SegkitError) -> DataError:
    wrong = DataError(f"dataset `{name}`: cannot read its source: {_reason(error)}")
    wrong.sql = error.sql
    return wrong
