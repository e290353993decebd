"""The tables of the graph, all open from the start: an open case outlives its replacement by another process."""

from pathlib import Path

import msgspec

from graphtrail.case import sums
from graphtrail.case.tables import Table, Texts
from graphtrail.graph.layout import META
from graphtrail.stores.call_table import Numbers
from graphtrail.stores.store import Case


class Tables:
    """One graph on disk.

    Attributes:
        case: what is known of the case as a whole.

    Raises:
        CaseError: a file is damaged or gone; all of them can be made again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        names = sums.check(folder, sums.AT_ONCE)
        self.case = msgspec.json.decode((folder / META).read_bytes(), type=Case)
        self._open = {name: Table(folder / name) for name in names if name != META}
        self._numbers: dict[tuple[str, str], Numbers] = {}
        self._texts: dict[tuple[str, str], Texts] = {}
        self._values: dict[tuple[str, str], list[str | None]] = {}

    def check(self) -> None:
        """See whether all files are as they were written.

        Raises:
            CaseError: one is not.
        """
        sums.check(self._folder)

    def has(self, name: str) -> bool:
        """Whether there is such a table."""
        return name in self._open

    def table(self, name: str) -> Table:
        """A table."""
        return self._open[name]

    def numbers(self, table: str, column: str) -> Numbers:
        """A column of numbers."""
        if (table, column) not in self._numbers:
            self._numbers[table, column] = self.table(table).numbers(column)
        return self._numbers[table, column]

    def texts(self, table: str, column: str) -> Texts:
        """A column of texts, read one by one."""
        if (table, column) not in self._texts:
            self._texts[table, column] = self.table(table).texts(column)
        return self._texts[table, column]

    def values(self, table: str, column: str) -> list[str | None]:
        """A column of texts, all of them; of tables of distinct values, which are small."""
        if (table, column) not in self._values:
            self._values[table, column] = self.texts(table, column).all()
        return self._values[table, column]
