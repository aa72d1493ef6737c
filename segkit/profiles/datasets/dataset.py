"""`Dataset`: all that is known about a source of profile fragments or experience events, as a record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from segkit.notebook import record_html, record_text
from segkit.profiles.display import dataset_card

if TYPE_CHECKING:
    from segkit.pql.types import Path
    from segkit.profiles.storage import Storage

Kind = Literal["record", "event"]
Form = Literal["plain", "cast", "text-instant", "milliseconds"]
Shape = Literal["scalar", "object", "list", "json"]
Flag = Literal["never", "some", "always"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when the dataset was added: the fingerprint that `verify` compares.

    The footer of a Parquet file, which knows the place and the statistics of all it holds, tells whether one that was
    only touched or copied is still the same; it is empty for other files and in documents of earlier versions.
    """

    path: str
    size: int
    mtime_ns: int
    rows: int
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset comes from: patterns of files, or a frame or query that was copied into the workspace."""

    format: Literal["parquet", "csv", "json", "copy"]
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field that is stored as one column, and how to read it.

    Parameters
    ----------
    path
        Its XDM path.
    storage
        The type it is read as.
    steps
        The column and the struct fields below it; empty for a mapped expression.
    expression
        A DuckDB expression over the file's columns; empty for a column.
    form
        How the raw value becomes one of the storage type.
    nan
        Whether some value holds a NaN, which is read as null (R14).
    """

    path: Path
    storage: Storage
    steps: tuple[str, ...] = ()
    expression: str = ""
    form: Form = "plain"
    nan: bool = False

    @property
    def origin(self) -> str:
        """How a message names the leaf's place in its file."""
        return f"column `{'.'.join(self.steps)}`" if self.steps else f"expression `{self.expression}`"


@dataclass(frozen=True, slots=True)
class Entry:
    """The identities of one namespace in the rows of one part.

    Parameters
    ----------
    namespace
        Its code.
    leaf
        The column or expression that holds them; for a map, the whole map.
    shape
        A single value, one object, a list (of objects or values), or JSON text of an identity map.
    keyed
        Whether the leaf is a map that has to be asked for the namespace first.
    names
        The stored names of `id`, `authenticatedState` and `primary`; None where there is no such field.
    clean
        Whether every identity is stored as the text it stands for, so that it needs no trimming.
    single
        Whether no row has more than one.
    flag
        Which identities are marked primary.
    prefixed
        Whether JSON text spells its keys with `xdm:`.
    used
        How many rows have one.
    alone
        How many rows have no identity marked primary, and only this one.
    """

    namespace: str
    leaf: Leaf
    shape: Shape
    keyed: bool = False
    names: tuple[str | None, str | None, str | None] = (None, None, None)
    prefixed: bool = False
    clean: bool = False
    single: bool = False
    flag: Flag = "some"
    used: int = 0
    alone: int = 0


@dataclass(frozen=True)  # without slots, for what is found once
class Part:
    """Parquet files of a dataset that have exactly the same columns, so that one scan reads them.

    Copies of rows for a snapshot are `placed`: each says in columns `$file` and `$row` where it stood before.
    """

    files: tuple[str, ...]
    positions: tuple[int, ...]
    leaves: tuple[Leaf, ...]
    entries: tuple[Entry, ...] = ()
    clock: Leaf | None = None
    placed: bool = False

    def leaf(self, path: Path) -> Leaf | None:
        """The leaf at a path, if this part has it."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[Path, Leaf]:
        return {one.path: one for one in reversed(self.leaves)}


@dataclass(frozen=True, slots=True)
class Measures:
    """What was counted when the dataset was added.

    Parameters
    ----------
    rows
        All rows.
    without_identity
        Rows without a primary identity, which belong to no profile and are left out.
    unique
        Whether no two rows have the same primary identity (records).
    primaries
        The namespaces of the primary identities that occur.
    namespaces
        All namespaces that occur.
    clock_low, clock_high
        The oldest and newest clock, in microseconds since 1970; None without any.
    clock_nulls
        Rows without a clock.
    duplicates
        Whether an `_id` occurs twice (events).
    shared
        Datasets with which this one shares an `_id` (events).
    """

    rows: int
    without_identity: int
    unique: bool
    primaries: tuple[str, ...]
    namespaces: tuple[str, ...]
    clock_low: int | None = None
    clock_high: int | None = None
    clock_nulls: int = 0
    duplicates: bool = False
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)  # without slots, for what is found once
class Dataset:
    """A source of profile fragments (`record`) or experience events (`event`), made by `read`.

    Parameters
    ----------
    id, name
        A uuid and the name in the workspace.
    kind
        `record` or `event`.
    source, files
        What was asked for, and the files that it meant, with their fingerprints.
    parts
        How the rows are read.
    identity, primary, timestamp, upsert, mapping
        As given to `read`.
    added_at
        When the dataset was first added, in microseconds since 1970; kept through refreshes.
    leaves
        All fields with the type that holds the values of every part, in the order of their columns.
    """

    id: str
    name: str
    kind: Kind
    source: Source
    files: tuple[SourceFile, ...]
    parts: tuple[Part, ...]
    measures: Measures
    identity: tuple[tuple[str, str], ...] = ()
    primary: str | None = None
    timestamp: str | None = None
    upsert: bool = False
    mapping: tuple[tuple[str, str], ...] = ()
    added_at: int = 0
    leaves: tuple[tuple[Path, Storage], ...] = ()

    @property
    def rows(self) -> int:
        """All rows, those without a primary identity included."""
        return self.measures.rows

    @property
    def without_identity(self) -> int:
        """Rows that belong to no profile, and are left out."""
        return self.measures.without_identity

    @property
    def clock(self) -> str | None:
        """The path of the clock, named or found by itself; None where the moment of adding stands for all rows."""
        return next((".".join(part.clock.path) for part in self.parts if part.clock is not None), None)

    def storage(self, path: Path) -> Storage | None:
        """The type of a leaf, if the dataset has it."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[Path, Storage]:
        return dict(reversed(self.leaves))

    def __repr__(self) -> str:
        card = dataset_card(self)
        return record_text(card.title, card.pairs, hint=card.hint)

    def _repr_html_(self) -> str:
        card = dataset_card(self)
        return record_html(card.title, card.pairs, hint=card.hint)
