"""The facts of a whole case, read from its segments: one numbering of values over all of them."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphtrail.case import arrow, segment, values
from graphtrail.case.arrow import Ints, Longs, Mask
from graphtrail.case.derive import Client
from graphtrail.case.files import File, Standing, standing
from graphtrail.case.manifest import Manifest
from graphtrail.case.schema import TABLES
from graphtrail.case.values import Given, Rows, Words
from graphtrail.events.actions import Kind
from graphtrail.events.credentials import Credential
from graphtrail.events.identity import Caller
from graphtrail.events.pivots import Pivot


class Listed(NamedTuple):
    """A reject as a segment lists it: the number of its file in the case, its place, why, and whether it is known."""

    file: int
    place: int | None
    reason: str
    non_event: bool


@dataclass(slots=True)
class Facts:
    """All facts of a case. A call is known by its number: its place in the arrays.

    Attributes:
        kinds, callers, clients, resources, roles: distinct values.
        files, rejects: over all segments, in their order.
        standing: what of the files counts.
        ids: event ids, 16 bytes a call; of an id that is no canonical UUID the first half of its SHA-256.
        texts: those ids, by call.
        shared: ``sharedEventID``, by call, where it is another than the event's own.
        sessions: keys of the sessions that the caller alone does not tell, by call.
        request_ids: 64 bits of the request id, 0 where there is none.
        times: epoch seconds.
        kind, caller, client, file, place: of each call, numbers into the values above; ``place`` is that in its file.
        correction: whether the record corrects the one whose id it bears.
        touch_call, touch_resource, touch_role: one place a touched resource, by call.
        credentials, pivots: each with its call.
        owners: accounts that own a bucket, by its key.
    """

    kinds: list[Kind]
    callers: Rows[Caller]
    clients: Rows[Client]
    resources: Words
    roles: list[str]
    files: list[File]
    rejects: list[Listed]
    standing: Standing
    ids: npt.NDArray[np.uint8]
    texts: Given
    shared: Given
    sessions: Given
    request_ids: npt.NDArray[np.uint64]
    times: Longs
    kind: Ints
    caller: Ints
    client: Ints
    file: Ints
    place: Ints
    correction: Mask
    touch_call: Ints
    touch_resource: Ints
    touch_role: Ints
    credentials: list[tuple[int, Credential]]
    pivots: list[tuple[int, Pivot]]
    owners: dict[str, set[str]]

    @property
    def rows(self) -> int:
        """How many calls, duplicates among them."""
        return len(self.times)


def read(case: Path, manifest: Manifest) -> Facts:
    """The facts of all segments of a case.

    Raises:
        CaseError: a segment is gone or damaged.
    """

    def tables(name: str) -> list[pa.Table]:
        return [segment.read(case, one, name) for one in manifest.segments] or [TABLES[name].empty_table()]

    calls, touches, listed = tables("calls"), tables("touches"), tables("files")
    first_calls, first_files = _starts(calls), _starts(listed)
    kinds, kind = values.rows(tables("kinds"), Kind._make)
    callers, caller = values.rows(tables("callers"), Caller._make)
    clients, client = values.rows(tables("clients"), Client._make)
    resources, touch_resource = values.words([table.column("resource") for table in touches])
    roles, touch_role = values.words([table.column("role") for table in touches])
    files = [File._make(row) for table in listed for row in segment.python(table)]
    return Facts(
        kinds=list(kinds),
        callers=callers,
        clients=clients,
        resources=resources,
        roles=roles.all,
        files=files,
        rejects=[Listed(file, *rest) for file, rest in _numbered(tables("rejects"), first_files)],
        standing=standing(files),
        texts=_given(calls, "event_text"),
        shared=_given(calls, "shared_id"),
        sessions=_given(calls, "session"),
        ids=np.concatenate([_bytes(table.column("event_id")) for table in calls]),
        request_ids=_joined(calls, "request_hash"),
        times=_joined(calls, "time"),
        kind=_moved(calls, "kind", kind),
        caller=_moved(calls, "caller", caller),
        client=_moved(calls, "client", client),
        file=_shifted(calls, "file", first_files),
        place=_joined(calls, "place"),
        correction=np.concatenate([arrow.bits(table.column("correction")) for table in calls]),
        touch_call=_shifted(touches, "call", first_calls),
        touch_resource=np.concatenate(touch_resource),
        touch_role=np.concatenate(touch_role),
        credentials=[(call, Credential._make(rest)) for call, rest in _numbered(tables("credentials"), first_calls)],
        pivots=[(call, Pivot._make(rest)) for call, rest in _numbered(tables("pivots"), first_calls)],
        owners=_owners(tables("owners")),
    )


def _owners(tables: Iterable[pa.Table]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        for resource, account in segment.python(table):
            found[resource].add(account)
    return found


def _starts(tables: Sequence[pa.Table]) -> list[int]:
    """How many rows stand before each table."""
    return [0, *itertools.accumulate(map(len, tables[:-1]))]


def _numbered(tables: Iterable[pa.Table], starts: Iterable[int]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of tables: the number of the call or file over all segments that stands first, and the rest."""
    for table, start in zip(tables, starts, strict=True):
        for number, *rest in segment.python(table):
            yield start + number, rest


def _joined(tables: Iterable[pa.Table], column: str) -> npt.NDArray[Any]:
    return np.concatenate([arrow.integers(table.column(column)) for table in tables])


def _moved(tables: Iterable[pa.Table], column: str, numbers: Iterable[Ints]) -> Ints:
    """A column of codes, in the numbering of the case."""
    pairs = zip(tables, numbers, strict=True)
    return np.concatenate([moved[arrow.integers(table.column(column))] for table, moved in pairs])


def _shifted(tables: Iterable[pa.Table], column: str, starts: Iterable[int]) -> Ints:
    """A column of numbers, counted over all segments."""
    pairs = zip(tables, starts, strict=True)
    return np.concatenate([arrow.integers(table.column(column)) + np.int32(start) for table, start in pairs])


def _bytes(column: arrow.ChunkedArray) -> npt.NDArray[np.uint8]:
    """A column of bytes of one length as a matrix with a row each."""
    width = column.type.byte_width
    parts = [
        np.frombuffer(memoryview(chunk.buffers()[1] or b""), np.uint8, len(chunk) * width, chunk.offset * width)
        for chunk in column.chunks
    ]
    return np.concatenate([np.zeros(0, np.uint8), *parts]).reshape(-1, width)


def _given(tables: Iterable[pa.Table], column: str) -> Given:
    """A column that few rows have a value in."""
    distinct, codes = values.words([table.column(column) for table in tables])
    return Given(np.concatenate(codes), distinct)
