"""The catalog as frames: `ws.catalog`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.errors import NotFoundError
from segkit.notebook import table_html, table_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from segkit.catalog import Catalog

COLUMNS = ("table", "rows")


class CatalogTables:
    """The tables in which a workspace keeps what it knows; each is read when it is asked for.

    `ws.catalog.jobs` and `ws.catalog["jobs"]` are the same DataFrame. Times are milliseconds since 1970.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def __getitem__(self, table: str) -> pd.DataFrame:
        """One table as a DataFrame.

        Raises
        ------
        NotFoundError
            When there is none of that name; the message names the nearest.
        """
        import pandas  # noqa: PLC0415, ICN001  loaded when a frame is asked for

        columns, rows = self._catalog.table(str(table))
        return pandas.DataFrame.from_records(rows, columns=columns)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except NotFoundError as error:
            raise AttributeError(str(error)) from None

    def __dir__(self) -> list[str]:
        return self._catalog.tables()

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalog.tables())

    def __len__(self) -> int:
        return len(self._catalog.tables())

    def __repr__(self) -> str:
        return table_text(COLUMNS, self._rows(), caption="catalog", footer=self._footer())

    def _repr_html_(self) -> str:
        return table_html(COLUMNS, self._rows(), caption="catalog", footer=self._footer())

    def _rows(self) -> list[tuple[str, int]]:
        from sqlglot import exp  # noqa: PLC0415  only to show it

        count = exp.select(exp.Count(this=exp.Star()))
        with self._catalog.store.read() as transaction:
            # counted, not read: a record of a job is a large document
            return [
                (one, transaction.value(count.from_(exp.to_table(one, quoted=True)))) for one in self._catalog.tables()
            ]

    def _footer(self) -> str:
        return "one of them as a DataFrame: ws.catalog.jobs"
