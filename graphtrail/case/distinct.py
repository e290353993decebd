"""Distinct values: what numbers them, what works out something once for each, and what spreads it over rows again."""

import itertools
import operator
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from graphtrail.case import arrow
from graphtrail.case.arrow import Ints, Longs

Buffer = Any  # bytes, or what hands them out: msgspec.Raw, which the stubs do not know as such
Key = TypeVar("Key")
_WIDTH = 2**62
_BITS = 63


class Codes(dict[Key, int], Generic[Key]):
    """Numbers the values that it is asked for, in the order in which they first come."""

    def __missing__(self, key: Key) -> int:
        self[key] = code = len(self)
        return code


class Coded(NamedTuple):
    """A column as codes into its distinct values."""

    codes: Ints
    values: list[bytes]


class Slices:
    """Pieces of bytes, numbered.

    A piece is hashed while it still lies in the processor's cache: that is faster than any way that first copies
    all of them to one place.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._firsts: dict[bytes, int] = {}
        self._rows: list[int] = []

    def add(self, pieces: Sequence[Buffer]) -> int:
        """Take pieces.

        Returns:
            How many bytes those have that were not known.
        """
        firsts, known = self._firsts, len(self._firsts)
        copies = map(operator.concat, itertools.repeat(b""), pieces)  # as bytes() does it, in half the time
        # Known by the row at which it first came; a number of its own for each would take a call in Python.
        self._rows += map(firsts.setdefault, copies, itertools.count(len(self._rows)))  # type: ignore[arg-type]  # bytes
        return sum(map(len, itertools.islice(reversed(firsts), len(firsts) - known)))

    def coded(self) -> Coded:
        """All pieces as codes."""
        rows = np.fromiter(self._rows, np.int32, len(self._rows))
        numbers = np.zeros(len(rows), np.int32)
        numbers[np.fromiter(self._firsts.values(), np.int32, len(self._firsts))] = np.arange(
            len(self._firsts), dtype=np.int32
        )
        return Coded(numbers[rows], list(self._firsts))


class Grouped(NamedTuple):
    """Rows grouped by equal values.

    Attributes:
        firsts: for each group its first row.
        groups: for each row the number of its group.
    """

    firsts: Longs
    groups: Ints


def grouped(columns: Sequence[tuple[npt.NDArray[np.integer], int]]) -> Grouped:
    """Group rows by columns of codes, each given with the number of its codes."""
    key, width = np.zeros(len(columns[0][0]), np.int64), 1
    for codes, size in columns:
        if width * (size + 1) >= _WIDTH:
            groups = arrow.numbered(key)
            key, width = groups.astype(np.int64), int(groups.max(initial=0)) + 1
        key = key * size + codes
        width *= size
    groups = arrow.numbered(key)
    firsts = np.zeros(int(groups.max(initial=-1)) + 1, np.int64)
    firsts[groups[::-1]] = np.arange(len(key) - 1, -1, -1)
    return Grouped(firsts, groups)


def in_order(columns: Sequence[tuple[npt.NDArray[np.integer], int]]) -> list[npt.NDArray[np.integer]]:
    """The rows of columns, sorted by the first column, then by the second, and so on.

    Args:
        columns: each given with a number that all of its numbers are less than; none is negative.
    """
    widths = [size.bit_length() for _, size in columns]
    if sum(widths) >= _BITS:
        order = np.lexsort([column for column, _ in reversed(columns)])
        return [column[order] for column, _ in columns]
    packed = np.zeros(len(columns[0][0]), np.int64)  # sorting numbers costs half of sorting their places
    for (column, _), width in zip(columns, widths, strict=True):
        packed <<= width
        packed |= column
    packed.sort()
    found = []
    for (column, _), width in zip(reversed(columns), reversed(widths), strict=True):
        found.append((packed & ((1 << width) - 1)).astype(column.dtype))
        packed >>= width
    return found[::-1]


class Spread(NamedTuple):
    """Lists of numbers, a list a group, laid out a place an element for every row.

    Attributes:
        rows: the row of each element.
        elements: the position of each element in the concatenation of the lists.
    """

    rows: Ints
    elements: Longs


def spread(groups: Ints, lengths: Ints) -> Spread:
    """Lay out for every row the list of its group, whose length is given by group."""
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    counts = lengths[groups]
    rows = np.repeat(np.arange(len(groups), dtype=np.int32), counts)
    before = np.cumsum(counts, dtype=np.int64) - counts
    return Spread(rows, np.arange(len(rows), dtype=np.int64) + (starts[groups] - before)[rows])
