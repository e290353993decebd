"""Derived tables: columns in memory-mapped files, of which only what is asked for is ever read.

The format is Arrow's, uncompressed; opening one of any size costs nothing. They can be thrown away and made again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphtrail.case import arrow
from graphtrail.case.arrow import Longs

Column = npt.NDArray[Any] | Sequence[str | None]


class Texts:
    """A column of texts, read one by one from its buffers: a fifth of the cost of Arrow's scalars."""

    def __init__(self, array: arrow.Array) -> None:
        """Read an array of texts."""
        self._array = array
        valid, ends, data = array.buffers()
        self._length = len(array)
        self._ends = memoryview(ends).cast("i")[array.offset :] if ends else memoryview(b"")
        self._data = memoryview(data) if data else memoryview(b"")
        self._present = arrow.present(array) if valid else None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, row: int) -> str | None:
        if self._present is not None and not self._present[row]:
            return None
        return str(self._data[self._ends[row] : self._ends[row + 1]], "utf-8")

    def all(self) -> list[str | None]:
        """Every text; of a column that is small."""
        return arrow.words(self._array)

    def find(self, key: str) -> int | None:
        """The row of a text in a column that is sorted, or None."""
        at = self.after(key)
        return at if at < len(self) and self[at] == key else None

    def after(self, key: str) -> int:
        """The first row that is not less than a text, in a column that is sorted by the bytes of its texts."""
        return bisect_left(range(self._length), key.encode(), key=self._bytes)

    def _bytes(self, row: int) -> bytes:
        return bytes(self._data[self._ends[row] : self._ends[row + 1]])


class Table:
    """One derived table, open for reading."""

    def __init__(self, path: Path) -> None:
        with pa.memory_map(str(path)) as file:
            self._table = pa.ipc.open_file(file).read_all()
        self.rows = len(self._table)

    def numbers(self, name: str) -> npt.NDArray[np.integer]:
        """A column of numbers, as it lies in the file."""
        return arrow.integers(self._table.column(name))

    def texts(self, name: str) -> Texts:
        """A column of texts."""
        column = self._table.column(name)
        return Texts(column.chunks[0] if self.rows else arrow.texts([]))


def write(path: Path, columns: Mapping[str, Column]) -> None:
    """Write a table.

    Args:
        path: of the file.
        columns: arrays or texts of one length; truths become numbers 0 and 1.
    """
    arrays = [_column(column) for column in columns.values()]
    table = pa.Table.from_arrays(arrays, list(columns))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def pointers(groups: npt.NDArray[np.integer], count: int) -> Longs:
    """Where the members of each of ``count`` groups begin, for members sorted by their group; one place more."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(groups, minlength=count))])


def _column(column: Column) -> arrow.Array:
    if not isinstance(column, np.ndarray):
        return arrow.texts(column)
    return arrow.numbers(column.view(np.int8) if column.dtype == np.bool_ else column)


def sorted_by_bytes(keys: Iterable[str]) -> list[str]:
    """Texts in the order in which ``Texts.find`` looks for them."""
    return sorted(keys, key=str.encode)
