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
from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.values import Column
from graphtrail.errors import CaseError

Written = npt.NDArray[Any] | Sequence[str | None] | Column | arrow.Array


class Texts:
    """A column of texts, read one by one from its buffers: a fifth of the cost of Arrow's scalars."""

    def __init__(self, array: Any) -> None:  # noqa: ANN401 - of texts, or of codes into some: the stubs know no such array
        """Read an array of texts."""
        self._array = array
        self._codes: Ints | None = None
        self._read: dict[int, str | None] = {}  # of a column of codes: the words that were asked for
        if pa.types.is_dictionary(array.type):
            self._codes = arrow.integers(array.indices)
            self._words = Texts(array.dictionary)
            self._length = len(array)
            return
        valid, ends, data = array.buffers()
        self._length = len(array)
        self._ends = memoryview(ends).cast("i")[array.offset :] if ends else memoryview(b"")
        self._data = memoryview(data) if data else memoryview(b"")
        self._present = arrow.present(array) if valid else None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, row: int) -> str | None:
        if self._codes is not None:
            code = self._codes.item(row)
            if code not in self._read:
                self._read[code] = self._words[code]
            return self._read[code]
        if self._present is not None and not self._present[row]:
            return None
        return str(self._data[self._ends[row] : self._ends[row + 1]], "utf-8")

    def all(self) -> list[str | None]:
        """Every text; of a column that is small."""
        if self._codes is not None:
            return list(map(self._words.all().__getitem__, self._codes.tolist()))
        return arrow.words(self._array)

    def containing(self, part: str) -> list[int]:
        """The rows whose texts contain a text; every one is looked at."""
        if self._codes is not None:
            return np.flatnonzero(np.isin(self._codes, self._words.containing(part))).tolist()
        return np.flatnonzero(arrow.containing(self._array, part)).tolist()

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
    """One derived table, open for reading.

    Raises:
        CaseError: its file is damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            with pa.memory_map(str(path)) as file:
                self._table = pa.ipc.open_file(file).read_all()
        except (pa.ArrowException, OSError) as error:  # Arrow's errors of files do not name them
            raise damaged(path, str(error)) from None
        self.rows = len(self._table)

    def numbers(self, name: str) -> npt.NDArray[np.integer]:
        """A column of numbers, as it lies in the file."""
        return arrow.integers(self._table.column(name))

    def texts(self, name: str) -> Texts:
        """A column of texts."""
        column = self._table.column(name)
        return Texts(column.chunks[0] if self.rows else arrow.texts([]))


def damaged(path: Path, why: str) -> CaseError:
    """What to say of a derived file that cannot be read, and the way out."""
    return CaseError(f"{path}: cannot be read ({why}); delete the folder {path.parent}: it is made again")


def write(path: Path, columns: Mapping[str, Written]) -> None:
    """Write a table.

    Args:
        path: of the file.
        columns: of one length: numbers, texts, or codes into texts; truths become numbers 0 and 1.
    """
    arrays = [_column(column) for column in columns.values()]
    table = pa.Table.from_arrays(arrays, list(columns))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def pointers(groups: npt.NDArray[np.integer], count: int) -> Longs:
    """Where the members of each of ``count`` groups begin, for members sorted by their group; one place more."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(groups, minlength=count))])


def _column(column: Written) -> arrow.Array:
    if isinstance(column, Column):
        return arrow.with_codes(column.codes, column.distinct)
    if isinstance(column, np.ndarray):
        return arrow.numbers(column.view(np.int8) if column.dtype == np.bool_ else column)
    return column if isinstance(column, pa.Array) else arrow.texts(column)


def sorted_by_bytes(keys: Iterable[str]) -> list[str]:
    """Texts in the order in which ``Texts.find`` looks for them: that of their characters is that of their bytes."""
    return sorted(keys)
