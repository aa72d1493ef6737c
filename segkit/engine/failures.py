"""DuckDB's failures in segkit's words, each re-raised once with its statement."""

from __future__ import annotations

import re

import duckdb

from segkit.errors import DataError, EngineError

_FILE = re.compile(r"""(?:file|pattern|open|read|parse)\s*(?:is\s*)?:?\s*["']([^"'\n]+)["']""", re.IGNORECASE)
_WRITING = re.compile(r"could not write|write failed|no space left|file too large", re.IGNORECASE)
_ANEW = "have it made anew: ws.snapshot().remove(), or remove `snapshots` and `graphs` in the workspace's folder"
_NOT_A_FILE = ("memory", "temp_directory", "temporary directory")
_READING = (
    "parquet",
    "footer",
    "csv error",
    "malformed json",
    "json",
    "tprotocolexception",
    "schema mismatch",
    "magic bytes",
    "could not open file",
    "could not read",
    "no files found",
    "snappy",
    "zstd",
    "decompress",
)


def translate(error: BaseException, sql: str) -> DataError | EngineError:
    """The segkit error for a DuckDB failure, with the statement as `.sql`."""
    text = str(error).strip()
    message = text.split("\n\nLINE ")[0].split("\n\nStack Trace")[0].strip()
    if _WRITING.search(message):
        remedy = "free space on the disk, or see that the file may be written"
        return _with_sql(EngineError(f"DuckDB could not write what it made: {message}; {remedy}"), sql)
    if "corrupt database file" in message.lower():
        return _with_sql(EngineError(f"a snapshot or identity graph is damaged on the disk: {message}; {_ANEW}"), sql)
    found = _FILE.search(message)
    if _is_about_a_file(error, message):
        named = f"cannot read `{found.group(1)}`" if found else "cannot read a source file"
        return _with_sql(DataError(f"{named}: {message}; check that the file is there and whole"), sql)
    if isinstance(error, duckdb.OutOfMemoryException):
        remedy = "open the workspace with a larger memory_limit, or free space in its temporary folder"
        return _with_sql(EngineError(f"DuckDB ran out of memory or of temporary space: {message}; {remedy}"), sql)
    return _with_sql(EngineError(f"DuckDB could not run the statement: {message}"), sql)


def _is_about_a_file(error: BaseException, message: str) -> bool:
    low = message.lower()
    if any(word in low for word in _NOT_A_FILE):
        return False
    if isinstance(error, duckdb.IOException):
        return True
    reads = isinstance(error, (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.SerializationException))
    return reads and any(word in low for word in _READING)


def _with_sql(error: DataError | EngineError, sql: str) -> DataError | EngineError:
    error.sql = sql
    return error
