"""Small segments put together: a case that is fed a little at a time stays as quick as one that was made at once.

A segment holds the facts of its files wherever it stands, and numbers of files and calls count on over all segments in
their order: neighbours can be put together into one that says the same. What is put together is of about one size, so
that each fact is written again a few times in all, and some sixty segments at most are small.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from graphtrail.case import arrow, manifest, segment, values
from graphtrail.case.arrow import Ints
from graphtrail.case.manifest import Manifest
from graphtrail.case.schema import TABLES

MANY = 16  # small segments of one size
_VALUES = {"kinds": "kind", "callers": "caller", "clients": "client"}  # and the column of calls that numbers them
_TEXTS = {"calls": ("event_text", "shared_id", "session"), "touches": ("resource", "role")}


def small(case: Path, held: Manifest, most: int) -> tuple[str, ...]:
    """The last segments of a case, if many of about one size stand there; empty if not.

    The first segment is never among them: by it a server knows a case again.

    Args:
        case: the folder of the case.
        held: its manifest.
        most: calls and files of a segment that is not small any more.
    """
    run: list[str] = []
    sizes: list[int] = []
    for name in reversed(held.segments[1:]):
        size = _size(case, name)
        if size >= most:
            break
        run.append(name)
        sizes.append(_power(size))
    for power in sorted(set(sizes)):
        within = list(itertools.takewhile(lambda one: one <= power, sizes))  # noqa: B023 - used at once
        if within.count(power) >= MANY:
            return tuple(reversed(run[: len(within)]))
    return ()


def _size(case: Path, name: str) -> int:
    """How many calls and files a segment has."""
    return sum(segment.length(case, name, table) for table in ("calls", "files"))


def _power(size: int) -> int:
    """The sizes that are about one: up to 16 times each other."""
    return (size.bit_length() - 1) // (MANY.bit_length() - 1)


def write(case: Path, names: Sequence[str], folder: Path) -> None:
    """Write what some segments say, in their order, as one.

    Args:
        case: the folder of the case.
        names: of the segments.
        folder: of the new one; it must not exist.

    Raises:
        CaseError: a segment is gone or damaged.
    """

    def tables(name: str) -> list[pa.Table]:
        return [segment.read(case, one, name) for one in names]

    calls, listed = tables("calls"), tables("files")
    first_calls, first_files = _starts(calls), _starts(listed)
    whole = _shifted(calls, "file", first_files)
    made = {"files": pa.concat_tables(listed), "rejects": _shifted(tables("rejects"), "file", first_files)}
    for name, column in _VALUES.items():
        made[name], codes = _distinct(name, tables(name))
        pairs = zip(calls, codes, strict=True)
        whole = _replaced(whole, column, [moved[arrow.integers(table.column(column))] for table, moved in pairs])
    touches = tables("touches")
    made["calls"] = _recoded(whole, calls, _TEXTS["calls"])
    made["touches"] = _recoded(_shifted(touches, "call", first_calls), touches, _TEXTS["touches"])
    for name in ("credentials", "pivots"):
        made[name] = _shifted(tables(name), "call", first_calls)
    made["owners"], _ = _distinct("owners", tables("owners"))
    made |= _rare(case, names, first_calls, first_files)
    folder.mkdir()
    segment.write_tables(folder, made)


def _rare(
    case: Path, names: Sequence[str], first_calls: Sequence[int], first_files: Sequence[int]
) -> dict[str, pa.Table]:
    """The tables that few segments have; of verdicts those of the last one count, for all files before it."""
    made = {}
    for name, column, starts in (("records", "call", first_calls), ("digests", "file", first_files)):
        there = [(one, start) for one, start in zip(names, starts, strict=True) if _has(case, one, name)]
        if there:
            found = [segment.read(case, one, name) for one, _ in there]
            made[name] = _shifted(found, column, [start for _, start in there])
    judged = [one for one in names if _has(case, one, "verdicts")]
    if judged:
        made["verdicts"] = segment.read(case, judged[-1], "verdicts")
    return made


def _has(case: Path, name: str, table: str) -> bool:
    return (manifest.folder(case, name) / f"{table}.parquet").exists()


def _starts(tables: Sequence[pa.Table]) -> list[int]:
    """How many rows stand before each table."""
    return [0, *itertools.accumulate(map(len, tables[:-1]))]


def _shifted(tables: Sequence[pa.Table], column: str, starts: Iterable[int]) -> pa.Table:
    """Tables one behind the other, a column counted on."""
    pairs = zip(tables, starts, strict=True)
    numbers = [arrow.integers(table.column(column)) + np.int32(start) for table, start in pairs]
    return _replaced(pa.concat_tables(tables), column, numbers)


def _replaced(table: pa.Table, column: str, parts: Sequence[Ints]) -> pa.Table:
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), arrow.numbers(np.concatenate(parts, dtype=np.int32)))


def _distinct(name: str, tables: Sequence[pa.Table]) -> tuple[pa.Table, list[Ints]]:
    """The distinct rows of tables as one, and for each table the number of each of its rows there."""
    make: Callable[[Iterable[object]], tuple[object, ...]] = tuple
    found, codes = values.rows(tables, make)
    columns = [found.column(one) for one in TABLES[name].names]
    arrays = [arrow.taken([column.distinct], column.codes) for column in columns]
    return pa.Table.from_arrays(arrays, schema=TABLES[name]), codes


def _recoded(whole: pa.Table, tables: Sequence[pa.Table], columns: Iterable[str]) -> pa.Table:
    """Columns of codes into texts with one numbering for all tables."""
    for column in columns:
        texts, parts = values.words([table.column(column) for table in tables])
        at = whole.schema.get_field_index(column)
        coded = arrow.coded(np.concatenate(parts), texts)
        whole = whole.set_column(at, whole.schema.field(at), coded)
    return whole
