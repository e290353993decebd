"""Parquet files as lines of JSON, a row each: Security Lake's, and whatever else is told by its content."""

from collections.abc import Iterator

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from graphtrail.events.envelopes import DOCUMENT_LIMIT
from graphtrail.sources.compression import Damaged, Plain

_MAGIC = b"PAR1"
_ROWS = 4_096


def plain(parts: Iterator[Plain]) -> Iterator[Plain]:
    """The parts of a file; if it is Parquet, its rows as JSON, in parts that end at line ends.

    Raises:
        Damaged: as the parts do; the Parquet cannot be read, or is too large to be held.
    """
    first = next(parts, None)
    if first is None:
        return
    if not first.startswith(_MAGIC):
        yield first
        yield from parts
        return
    held, size = [first], len(first)
    for part in parts:
        held.append(part)
        size += len(part)
        if size > DOCUMENT_LIMIT:
            raise Damaged(f"a Parquet file of more than {DOCUMENT_LIMIT >> 20} MiB: split it")
    yield from _rows(b"".join(held))


def _rows(data: bytes) -> Iterator[bytes]:
    read = 0
    try:
        file = pq.ParquetFile(pa.BufferReader(data), coerce_int96_timestamp_unit="us")
        for batch in file.iter_batches(_ROWS, use_threads=False):
            rows = batch.to_pylist(maps_as_pydicts="strict")
            yield msgspec.json.Encoder().encode_lines([_given(row) for row in rows])
            read += len(rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(f"the Parquet is damaged after {read} rows ({error})") from None


def _given(value: object) -> object:
    """A row without the nulls that its columns have for every field that it lacks."""
    if isinstance(value, dict):
        return {name: _given(one) for name, one in value.items() if one is not None}
    return [_given(one) for one in value] if isinstance(value, list) else value
