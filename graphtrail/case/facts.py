"""The facts of a whole case, read from its segments: one numbering of values over all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from graphtrail.case import arrow, segment
from graphtrail.case.arrow import Ints, Longs, Mask
from graphtrail.case.derive import Client
from graphtrail.case.distinct import Codes, Key
from graphtrail.case.files import File, Standing, standing
from graphtrail.case.manifest import Manifest
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
    """

    kinds: list[Kind]
    callers: list[Caller]
    clients: list[Client]
    resources: list[str]
    roles: list[str]
    files: list[File]
    rejects: list[Listed]
    standing: Standing
    ids: npt.NDArray[np.uint8]
    texts: dict[int, str]
    shared: dict[int, str]
    sessions: dict[int, str]
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

    @property
    def rows(self) -> int:
        """How many calls, duplicates among them."""
        return len(self.times)


def read(case: Path, manifest: Manifest) -> Facts:
    """The facts of all segments of a case.

    Raises:
        CaseError: a segment is gone or damaged.
    """
    reader = _Reader(case)
    for name in manifest.segments:
        reader.take(name)
    return reader.facts()


@dataclass(slots=True)
class _Reader:
    case: Path
    kinds: Codes[Kind] = field(default_factory=Codes)
    callers: Codes[Caller] = field(default_factory=Codes)
    clients: Codes[Client] = field(default_factory=Codes)
    resources: Codes[str] = field(default_factory=Codes)
    roles: Codes[str] = field(default_factory=Codes)
    files: list[File] = field(default_factory=list)
    rejects: list[Listed] = field(default_factory=list)
    credentials: list[tuple[int, Credential]] = field(default_factory=list)
    pivots: list[tuple[int, Pivot]] = field(default_factory=list)
    sparse: dict[str, dict[int, str]] = field(
        default_factory=lambda: {"event_text": {}, "shared_id": {}, "session": {}}
    )
    arrays: dict[str, list[npt.NDArray[np.generic]]] = field(default_factory=dict)
    rows: int = 0

    def take(self, name: str) -> None:
        """Add the facts of one segment."""
        start, first_file = self.rows, len(self.files)
        kinds = self._numbered(name, "kinds", Kind._make, self.kinds)
        callers = self._numbered(name, "callers", Caller._make, self.callers)
        clients = self._numbered(name, "clients", Client._make, self.clients)
        self.files += map(File._make, segment.rows(self.case, name, "files"))
        self.rejects += [
            Listed(first_file + file, place, reason, non_event)
            for file, place, reason, non_event in map(Listed._make, segment.rows(self.case, name, "rejects"))
        ]
        self.credentials += [
            (start + row[0], Credential._make(row[1:])) for row in segment.rows(self.case, name, "credentials")
        ]
        self.pivots += [(start + row[0], Pivot._make(row[1:])) for row in segment.rows(self.case, name, "pivots")]
        calls = segment.read(self.case, name, "calls")
        for column, texts in self.sparse.items():
            texts |= {start + row: text for row, text in _given(calls.column(column))}
        self._keep("ids", _bytes(calls.column("event_id")))
        self._keep("request_ids", arrow.integers(calls.column("request_hash")))
        self._keep("times", arrow.integers(calls.column("time")))
        self._keep("kind", kinds[arrow.integers(calls.column("kind"))])
        self._keep("caller", callers[arrow.integers(calls.column("caller"))])
        self._keep("client", clients[arrow.integers(calls.column("client"))])
        self._keep("file", arrow.integers(calls.column("file")) + np.int32(first_file))
        self._keep("place", arrow.integers(calls.column("place")))
        self._keep("correction", arrow.bits(calls.column("correction")))
        touches = segment.read(self.case, name, "touches")
        self._keep("touch_call", arrow.integers(touches.column("call")) + np.int32(start))
        self._keep("touch_resource", _recoded(touches.column("resource"), self.resources))
        self._keep("touch_role", _recoded(touches.column("role"), self.roles))
        self.rows += len(calls)

    def facts(self) -> Facts:
        """Everything taken."""
        whole = {name: np.concatenate(parts) if len(parts) > 1 else parts[0] for name, parts in self.arrays.items()}
        return Facts(
            kinds=list(self.kinds),
            callers=list(self.callers),
            clients=list(self.clients),
            resources=list(self.resources),
            roles=list(self.roles),
            files=self.files,
            rejects=self.rejects,
            standing=standing(self.files),
            texts=self.sparse["event_text"],
            shared=self.sparse["shared_id"],
            sessions=self.sparse["session"],
            credentials=self.credentials,
            pivots=self.pivots,
            **(_EMPTY | whole),
        )

    def _keep(self, name: str, part: npt.NDArray[np.generic]) -> None:
        self.arrays.setdefault(name, []).append(part)

    def _numbered(self, name: str, table: str, make: Callable[[tuple[Any, ...]], Key], codes: Codes[Key]) -> Ints:
        rows = segment.rows(self.case, name, table)
        return np.array([codes[make(row)] for row in rows], np.int32)


_EMPTY: dict[str, npt.NDArray[np.generic]] = {
    "ids": np.zeros((0, 16), np.uint8),
    "request_ids": np.zeros(0, np.uint64),
    "times": np.zeros(0, np.int64),
    "correction": np.zeros(0, np.bool_),
    **{
        name: np.zeros(0, np.int32)
        for name in ("kind", "caller", "client", "file", "place", "touch_call", "touch_resource", "touch_role")
    },
}


def _bytes(column: arrow.ChunkedArray) -> npt.NDArray[np.uint8]:
    """A column of bytes of one length as a matrix with a row each."""
    width = column.type.byte_width
    parts = [
        np.frombuffer(memoryview(chunk.buffers()[1] or b""), np.uint8, len(chunk) * width, chunk.offset * width)
        for chunk in column.chunks
    ]
    return np.concatenate(parts).reshape(-1, width)


def _given(column: arrow.CodedColumn) -> Iterator[tuple[int, str]]:
    """The values of a column that few rows have."""
    start = 0
    for chunk in column.chunks:
        if chunk.null_count < len(chunk):
            values, codes = arrow.words(chunk.dictionary), arrow.integers(chunk.indices)
            for row in np.flatnonzero(arrow.present(chunk.indices)).tolist():
                yield start + row, str(values[codes[row]])
        start += len(chunk)


def _recoded(column: arrow.CodedColumn, codes: Codes[str]) -> Ints:
    """A dictionary-encoded column in another numbering."""
    parts = []
    for chunk in column.chunks:
        moved = np.array([codes[str(value)] for value in arrow.words(chunk.dictionary)], np.int32)
        parts.append(moved[arrow.integers(chunk.indices)])
    return np.concatenate(parts, dtype=np.int32) if parts else np.zeros(0, np.int32)
