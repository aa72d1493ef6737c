"""`Catalog`: everything a workspace remembers, in one DuckDB file."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from segkit.catalog.datasets import Datasets
from segkit.catalog.jobs import Jobs
from segkit.catalog.lookup import missing, now
from segkit.catalog.policies import Policies
from segkit.catalog.records import PROFILE_SCHEMA, Settings
from segkit.catalog.segments import Segments
from segkit.catalog.store import Store
from segkit.errors import InvalidRequestError
from segkit.lazily import Later

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlglot import exp

    from segkit.catalog.store import Transaction
else:  # opening a workspace needs no statements
    exp = Later("sqlglot.expressions")

_BEGUN = (
    "SELECT count(*) = 2 FROM (FROM meta SELECT 1 WHERE key = 'sandbox' UNION ALL "
    "FROM merge_policies SELECT 1 WHERE is_default AND is_current AND NOT is_deleted AND schema_name = $schema)"
)
_TABLES = (
    "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY table_name"
)
_DEFAULTS = {"sandbox": "prod", "org": "segkit", "timezone": "UTC", "week_start": "monday"}


class Catalog:
    """The definitions, policies, datasets and jobs of one workspace.

    Parameters
    ----------
    folder
        The folder of the workspace; the catalog is `catalog.duckdb` in it.
    read_only
        Refuse to write; the workspace must exist.
    timeout
        Seconds to wait while other processes hold the file.

    Raises
    ------
    CatalogBusyError
        By this and every method, when the file stays locked for longer.
    InvalidRequestError
        When a newer segkit wrote the catalog.
    DataError
        When the file is damaged or cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> catalog = Catalog(Path(tempfile.mkdtemp()))
    >>> catalog.settings(timezone="Europe/Berlin").timezone
    'Europe/Berlin'
    """

    def __init__(self, folder: Path, *, read_only: bool = False, timeout: float = 5.0) -> None:
        self.folder = folder
        self.store = Store(folder / "catalog.duckdb", read_only=read_only, timeout=timeout)
        self.datasets = Datasets(self.store)
        self.merge_policies = Policies(self.store)
        self.segments = Segments(self.store)
        self.jobs = Jobs(self.store)

    @property
    def read_only(self) -> bool:
        """Whether writing is refused."""
        return self.store.read_only

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Several calls as one: all are kept or none, and no other process comes in between."""
        return self.store.write()

    def settings(
        self,
        *,
        sandbox: str | None = None,
        org: str | None = None,
        timezone: str | None = None,
        week_start: str | None = None,
    ) -> Settings:
        """What the workspace was made with. The first call keeps what it is given; None asks for nothing.

        Raises
        ------
        InvalidRequestError
            When a value differs from the one kept.
        """
        given = {"sandbox": sandbox, "org": org, "timezone": timezone, "week_start": week_start}
        kept = self._kept()
        if "sandbox" not in kept and not self.read_only:
            with self.store.write() as transaction:
                kept = self._kept()
                if "sandbox" not in kept:
                    made = {name: value or _DEFAULTS[name] for name, value in given.items()}
                    made |= {"sandbox_id": str(uuid.uuid4()), "created": str(now())}
                    for key, text in made.items():
                        transaction.change("INSERT INTO meta VALUES ($key, $value)", key=key, value=text)
                    kept |= made
        kept = {**_DEFAULTS, "sandbox_id": "", "created": "0", **kept}
        for name, value in given.items():
            if value is not None and value != kept[name]:
                raise InvalidRequestError(
                    f"the workspace `{self.folder}` was made with {name}={kept[name]!r} and is now opened with "
                    f"{name}={value!r}; leave {name} out, or make another workspace"
                )
        return Settings(
            sandbox=kept["sandbox"],
            org=kept["org"],
            timezone=kept["timezone"],
            week_start=kept["week_start"],
            sandbox_id=kept["sandbox_id"],
            created=int(kept["created"]),
        )

    @property
    def begun(self) -> bool:
        """Whether the workspace has what every one has: its settings and a default merge policy."""
        with self.store.read() as transaction:
            return bool(transaction.value(_BEGUN, schema=PROFILE_SCHEMA))

    def tables(self) -> list[str]:
        """The names of the catalog's tables."""
        with self.store.read() as transaction:
            rows = transaction.rows(_TABLES)
        return [name for (name,) in rows]

    def table(self, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The column names and all rows of one of the catalog's tables."""
        known = self.tables()
        if name not in known:
            raise missing("catalog table", name, known)
        query = exp.select("*").from_(exp.to_table(name, quoted=True))
        with self.store.read() as transaction:
            return transaction.columns(query), transaction.rows(query)

    def _kept(self) -> dict[str, str]:
        with self.store.read() as transaction:
            return dict(transaction.rows("SELECT key, value FROM meta"))
