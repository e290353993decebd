"""Distinct values of a whole case, in columns: millions of texts, of which Python sees only those that it asks for."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar, cast, overload

import numpy as np
import pyarrow as pa

from graphtrail.case import arrow
from graphtrail.case.arrow import Ints
from graphtrail.case.distinct import Codes, grouped

Row = TypeVar("Row", bound=tuple[Any, ...])
Other = TypeVar("Other")


class Column:
    """A column, as codes into its distinct values; if some row has none, None is one of those.

    Attributes:
        codes: of each row.
        distinct: the values, as Arrow has them.
    """

    def __init__(self, codes: Ints, distinct: arrow.Array) -> None:
        self.codes = codes
        self.distinct = distinct

    @cached_property
    def values(self) -> list[Any]:
        """The distinct values."""
        return arrow.python(self.distinct)

    def all(self) -> list[Any]:
        """The value of every row."""
        return list(map(self.values.__getitem__, self.codes.tolist()))

    def where(self, asked: Callable[[Any], bool]) -> arrow.Mask:
        """Where the value is one that is asked for."""
        return np.fromiter(map(asked, self.values), np.bool_, len(self.values))[self.codes]


def column(values: Iterable[str | None]) -> Column:
    """A column of texts of which many are equal."""
    numbers: Codes[str | None] = Codes()
    codes = np.fromiter(map(numbers.__getitem__, values), np.int32)
    return Column(codes, arrow.texts(numbers))


class Rows(Sequence[Row], Generic[Row]):
    """The distinct rows of a table, in columns; they are made when somebody asks for them."""

    def __init__(self, make: Callable[[Iterable[Any]], Row], columns: dict[str, Column]) -> None:
        """Hold columns of one length, in the order of the fields that ``make`` takes."""
        self._make = make
        self._columns = columns
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())).codes)

    @overload
    def __getitem__(self, row: int) -> Row: ...
    @overload
    def __getitem__(self, row: slice) -> list[Row]: ...
    def __getitem__(self, row: int | slice) -> Row | list[Row]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        if row not in self._made:
            self._made[row] = self._make(column.values[column.codes[row]] for column in self._columns.values())
        return self._made[row]

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, zip(*(column.all() for column in self._columns.values()), strict=True))

    def column(self, name: str) -> Column:
        """A column."""
        return self._columns[name]


class Words(Sequence[str]):
    """Distinct texts.

    Attributes:
        array: the same as Arrow has them.
    """

    def __init__(self, array: arrow.Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        return self.all[row]

    def __iter__(self) -> Iterator[str]:
        return iter(self.all)

    @cached_property
    def all(self) -> list[str]:
        """All of them."""
        return cast("list[str]", arrow.words(self.array))

    def containing(self, part: str) -> list[int]:
        """The numbers of those that contain a text, in order."""
        ends, data = self._spans
        wanted = part.encode()
        found: list[int] = []
        at = data.find(wanted)
        while at >= 0:
            number = bisect_right(ends, at) - 1
            if at + len(wanted) <= ends[number + 1]:
                found.append(number)
                at = data.find(wanted, ends[number + 1])
            else:  # it begins in one text and ends in the next
                at = data.find(wanted, at + 1)
        return found

    @cached_property
    def _spans(self) -> tuple[list[int], bytes]:
        return arrow.spans(self.array)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each."""
        return dict(zip(self.all, range(len(self)), strict=True))

    @cached_property
    def order(self) -> Ints:
        """The numbers of all of them, in order of the texts."""
        return np.fromiter(sorted(range(len(self)), key=self.all.__getitem__), np.int32, len(self))


class Given(Mapping[int, str]):
    """A column of texts that few rows have a value in: the text by row.

    Attributes:
        rows: that have one, in order.
        codes: of each of them its number among ``distinct``.
        distinct: the texts.
    """

    def __init__(self, column: Ints, distinct: Words) -> None:
        """Hold the numbers of a whole column, negative where it has no value."""
        self.rows = np.flatnonzero(column >= 0)
        self.codes = column[self.rows]
        self.distinct = distinct

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, row: int) -> str:
        return self._by_row[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self._by_row)

    @overload
    def get(self, row: int, /) -> str | None: ...
    @overload
    def get(self, row: int, default: str | Other, /) -> str | Other: ...
    def get(self, row: int, default: object = None, /) -> object:
        """The text of a row; what ``Mapping`` does in Python, done by the dictionary."""
        return self._by_row.get(row, default)

    @cached_property
    def _by_row(self) -> dict[int, str]:
        texts = map(self.distinct.all.__getitem__, self.codes.tolist())
        return dict(zip(self.rows.tolist(), texts, strict=True))


def rows(tables: Sequence[pa.Table], make: Callable[[Iterable[Any]], Row]) -> tuple[Rows[Row], list[Ints]]:
    """The distinct rows of some tables of one schema, and for each table the number of each of its rows among them."""
    whole = pa.concat_tables(tables)
    encoded = {name: arrow.encoded(whole.column(name)) for name in whole.schema.names}
    firsts, groups = grouped([(codes, len(distinct)) for codes, distinct in encoded.values()])
    columns = {name: Column(codes[firsts], distinct) for name, (codes, distinct) in encoded.items()}
    return Rows(make, columns), _split(groups, [len(table) for table in tables])


def words(columns: Sequence[arrow.CodedColumn]) -> tuple[Words, list[Ints]]:
    """The distinct texts of some dictionary-encoded columns, and the number of each row's, negative where it has none.

    A text counts as soon as a dictionary has it.
    """
    chunks = [chunk for column in columns for chunk in column.chunks]
    moved, distinct = arrow.encoded(pa.chunked_array([chunk.dictionary for chunk in chunks], pa.string()))
    parts, start = [], 0
    for chunk in chunks:
        codes = np.append(moved[start : start + len(chunk.dictionary)], np.int32(-1))
        indices = arrow.integers(chunk.indices)
        parts.append(codes[np.where(arrow.present(chunk.indices), indices, -1) if chunk.null_count else indices])
        start += len(chunk.dictionary)
    joined = np.concatenate([np.zeros(0, np.int32), *parts])
    return Words(distinct), _split(joined, [len(column) for column in columns])


def _split(whole: Ints, lengths: list[int]) -> list[Ints]:
    return np.split(whole, np.cumsum(lengths)[:-1])
