"""The records in a Parquet file that Athena unloaded."""

from collections.abc import Iterator
from io import BytesIO

import msgspec
import pyarrow.parquet as pq

from graphtrail.sources.athena.spelling import record

_ROWS = 5_000  # of one file of the case


def records(data: bytes) -> Iterator[bytes]:
    """The records of a Parquet file, as JSON lines, some at a time.

    Raises:
        ArrowException: it is none.
    """
    for batch in pq.ParquetFile(BytesIO(data)).iter_batches(_ROWS, use_threads=False):
        rows = (record(row) for row in batch.to_pylist(maps_as_pydicts="lossy"))
        yield b"\n".join(map(msgspec.json.encode, rows)) + b"\n"
