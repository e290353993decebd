"""Records become columns: every field that repeats becomes a number, and only distinct values are kept.

Most of what CloudTrail writes it has written before, so the rules run on distinct values. The records themselves are
let go as soon as their chunk is encoded: each keeps the whole buffer of its file alive.
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec.structs import astuple

from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.distinct import Coded, Codes, Slices
from graphtrail.events import times
from graphtrail.events.record import NULL, Addendum, Flag, Record, Text, asked_for

Bytes16 = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]
Held = TypeVar("Held")

# Few enough that their nested parts stay in the processor's cache, many enough that numpy's calls cost little.
CHUNK = 4096

NO_TIME = -(2**62)
_FIELDS = {field.name: at for at, field in enumerate(msgspec.structs.fields(Record))}
_REQUEST = _FIELDS["request"]
# The nested fields that rules read, by their names in a batch.
NESTED = {"identities": "user_identity", "requests": "request", "responses": "response", "resources": "resources"}
_MOMENT = len("2023-07-10T11:54:47Z")
_TIME_DIGITS = np.array([at for at in range(_MOMENT) if at not in {4, 7, 10, 13, 16, 19}])
_TIME_MARKS = np.array([4, 7, 10, 13, 16, 19])
_MARKS = np.frombuffer(b"--T::Z", np.uint8)
_TIME_MOST = np.frombuffer(bytes([9, 9, 9, 9, 1, 9, 3, 9, 2, 9, 5, 9, 5, 9]), np.uint8)
_DATE = np.array([10**7, 10**6, 10**5, 10**4, 1000, 100, 10, 1], np.int32)
_CLOCK = np.array([36_000, 3_600, 600, 60, 10, 1], np.int32)
_DAY = 86_400
_1970 = date(1970, 1, 1).toordinal()
_UUID = 36
_DASHES = np.array([8, 13, 18, 23])
_HEX = np.array([at for at in range(_UUID) if at not in {8, 13, 18, 23}])
_NIBBLE = 15
_NIBBLES = np.full(256, 255, np.uint8)
_NIBBLES[list(b"0123456789abcdef")] = np.arange(16)
_ID = 16
_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_ODD = bytes(_ID)
# 36 characters of a UUID fit into the first five words; whatever reaches into the sixth is hashed whole.
_REQUEST_ID = "S48"
_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63, 1], np.uint64
)


class KindKey(NamedTuple):
    """The short fields of a record that tell its kind, as recorded."""

    source: Text
    name: Text
    region: Text
    error_code: Text
    read_only: Flag
    account: Text
    category: Text
    console: Flag
    addendum: Addendum | None


_KIND = [
    _FIELDS[name]
    for name in (
        "event_source", "event_name", "region", "error_code", "read_only", "account", "category", "console", "addendum"
    )
]  # fmt: skip
_RAWS = tuple(field.name for field in msgspec.structs.fields(Record) if field.type is msgspec.Raw)
_CLIENT = [_FIELDS[name] for name in ("address", "agent", "vpc_endpoint")]
_TEXTS = ("event_time", "exported_time", "event_id", "request_id", "shared_id")
KindTuple = tuple[Text, Text, Text, Text, Flag, Text, Text, Flag, Addendum | None]
ClientTuple = tuple[Text, Text, Text]
# What is to be done with the records of a kind: rules of their own, their error message, nothing at all.
SPECIAL, FAILED, FAULTY = 1, 2, 4
Judge = Callable[[KindKey], int]


class Kinds(Codes[KindTuple]):
    """The kinds of records, numbered; ``marks`` says of each what is to be done with its records."""

    def __init__(self, judge: Judge) -> None:
        """Start empty; ``judge`` tells the mark of a kind."""
        super().__init__()
        self.marks: list[int] = []
        self._judge = judge

    def __missing__(self, key: KindTuple) -> int:
        self.marks.append(self._judge(KindKey(*key)))
        return super().__missing__(key)


class Columns:
    """The records of one batch as columns, one place a record.

    What a record holds is taken out at once, so that the bytes of its file can go while they are still in the
    processor's cache; numpy's calls come once for some thousand records.

    Attributes:
        kinds, clients: the distinct values of these fields, numbered.
        rows: how many records.
        size: bytes of their distinct nested parts, which are held until the rules have run.
    """

    def __init__(self, judge: Judge) -> None:
        """Start empty.

        Args:
            judge: tells from a kind what is to be done with its records: ``SPECIAL``, ``FAILED``, ``FAULTY`` or 0.
        """
        self.kinds = Kinds(judge)
        self.clients: Codes[ClientTuple] = Codes()
        self.rows = 0
        self.size = 0
        self._nested = {name: Slices() for name in NESTED}
        self._files: list[int] = []
        self._places: list[Ints] = []
        self._chunks: list[_Chunk] = []
        self._chunk = _Chunk(0)

    def add(self, records: list[Record], file: int, places: Sequence[int]) -> None:
        """Take records of a file.

        Args:
            records: the records.
            file: number of their file in the segment.
            places: of each the place in its file, from 0.
        """
        fields = list(zip(*map(astuple, records), strict=True))
        details = fields[_FIELDS["service_details"]]
        if details.count(NULL) != len(details):
            fields[_REQUEST] = tuple(map(asked_for, fields[_REQUEST], details))
        chunk, start = self._chunk, self.rows
        codes = [*map(self.kinds.__getitem__, zip(*[fields[at] for at in _KIND], strict=True))]
        chunk.kinds += codes
        chunk.clients += map(self.clients.__getitem__, zip(*[fields[at] for at in _CLIENT], strict=True))
        for name, held in chunk.texts.items():
            held.extend(fields[_FIELDS[name]])
        for name, slices in self._nested.items():
            self.size += slices.add(fields[_FIELDS[NESTED[name]]])
        self._places.append(_numbers(places))
        self._files.append(file)
        marks = self.kinds.marks
        for row in [row for row, code in enumerate(codes) if marks[code]]:
            if marks[codes[row]] & SPECIAL:
                chunk.special[start + row] = _copied(records[row])
            if marks[codes[row]] & FAILED:
                chunk.messages[start + row] = records[row].error_message or ""
        self.rows += len(records)
        if len(chunk.kinds) >= CHUNK:
            self._encode()

    def batch(self) -> "Batch":
        """Everything taken so far."""
        self._encode()
        chunks = self._chunks
        return Batch(
            kinds=_joined([np.fromiter(chunk.kinds, np.int32, len(chunk.kinds)) for chunk in chunks]),
            clients=_joined([np.fromiter(chunk.clients, np.int32, len(chunk.clients)) for chunk in chunks]),
            times=np.concatenate([chunk.times for chunk in chunks]),
            **{name: slices.coded() for name, slices in self._nested.items()},
            ids=np.concatenate([chunk.ids for chunk in chunks]),
            request_ids=np.concatenate([chunk.request_ids for chunk in chunks]),
            files=np.repeat(np.array(self._files, np.int32), [*map(len, self._places)]),
            places=_joined(self._places),
            odd_ids=_merged(chunk.odd_ids for chunk in chunks),
            shared=_merged(chunk.shared for chunk in chunks),
            messages=_merged(chunk.messages for chunk in chunks),
            special=_merged(chunk.special for chunk in chunks),
            timeless=_merged(chunk.timeless for chunk in chunks),
        )

    def _encode(self) -> None:
        if self._chunk.kinds:
            self._chunk.encode()
            self._chunks.append(self._chunk)
            self._chunk = _Chunk(self.rows)


class _Chunk:
    """Some records on their way into numpy's arrays."""

    times: Longs
    ids: Bytes16
    request_ids: Hashes

    def __init__(self, start: int) -> None:
        self.start = start
        self.kinds: list[int] = []
        self.clients: list[int] = []
        self.texts: dict[str, list[Text]] = {name: [] for name in _TEXTS}
        self.special: dict[int, Record] = {}
        self.messages: dict[int, str] = {}
        self.timeless: dict[int, Text] = {}
        self.odd_ids: dict[int, str] = {}
        self.shared: dict[int, str] = {}

    def encode(self) -> None:
        """Make arrays of the texts, and let go of them."""
        texts, self.texts = self.texts, {}
        self.times, self.timeless = _times(texts["event_time"], texts["exported_time"], self.start)
        self.ids, self.odd_ids = _ids(texts["event_id"], self.start)
        self.request_ids = _hashed(texts["request_id"])
        self.shared = _shared(texts["shared_id"], texts["event_id"], self.start)


class Batch(NamedTuple):
    """The columns themselves.

    Attributes:
        kinds, clients: codes into the values of ``Columns``.
        times: epoch seconds, ``NO_TIME`` where there is none.
        identities, requests, responses, resources: the nested fields, as the bytes of their JSON.
        ids: event ids as 16 bytes, zeros where the id is no canonical UUID.
        request_ids: 64 bits of the request id, 0 where there is none.
        files, places: where each record lies: number of the file in the segment, place in it.
        odd_ids: event ids that are no canonical UUID, by row.
        shared: ``sharedEventID``, by row, where it is another than the event's own.
        messages: ``errorMessage`` of calls that failed, by row.
        special: copies of the records that take rules of their own, by row.
    """

    kinds: Ints
    clients: Ints
    times: Longs
    identities: Coded
    requests: Coded
    responses: Coded
    resources: Coded
    ids: Bytes16
    request_ids: Hashes
    files: Ints
    places: Ints
    odd_ids: dict[int, str]
    shared: dict[int, str]
    messages: dict[int, str]
    special: dict[int, Record]
    timeless: dict[int, Text]

    @property
    def rows(self) -> int:
        """How many records."""
        return len(self.kinds)

    def event_id(self, row: int) -> str:
        """The event id of a row as text."""
        return self.odd_ids.get(row) or str(uuid.UUID(bytes=self.ids[row].tobytes()))

    def bare(self) -> "Batch":
        """The same without the nested fields, of which the rules have told what there is to tell: they are large."""
        none = Coded(np.zeros(0, np.int32), [])
        return self._replace(
            identities=none, requests=none, responses=none, resources=none, messages={}, special={}, timeless={}
        )

    def where(self, keep: npt.NDArray[np.bool_]) -> "Batch":
        """The rows where the mask is true."""
        moved = np.cumsum(keep) - 1
        return Batch(*(_where(held, keep, moved) for held in self))


def _where(held: Any, keep: npt.NDArray[np.bool_], moved: Longs) -> Any:  # noqa: ANN401 - any field of a batch
    if isinstance(held, dict):
        return {int(moved[row]): value for row, value in held.items() if keep[row]}
    return held._replace(codes=held.codes[keep]) if isinstance(held, Coded) else held[keep]


def is_canonical(event_id: str) -> bool:
    """Whether an event id is a UUID as CloudTrail writes it: lower case, with dashes. Any other is kept as text."""
    return _CANONICAL.fullmatch(event_id) is not None


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts, dtype=np.int32)


def _numbers(places: Sequence[int]) -> Ints:
    if isinstance(places, range):
        return np.arange(places.start, places.stop, places.step, dtype=np.int32)
    return np.fromiter(places, np.int32, len(places))


def _merged(parts: Iterable[dict[int, Held]]) -> dict[int, Held]:
    return {row: value for part in parts for row, value in part.items()}


def _times(written: Sequence[Text], exported: Sequence[Text], start: int) -> tuple[Longs, dict[int, Text]]:
    """Epoch seconds, and what is written where that is no time; CloudTrail's own form is read in C."""
    canonical = _canonical_times(written)
    if canonical is not None:
        return canonical, {}
    texts = [time or other for time, other in zip(written, exported, strict=True)]
    moments = [times.parse(text or "") for text in texts]
    timeless = {start + row: texts[row] for row, moment in enumerate(moments) if moment is None}
    return np.array([NO_TIME if moment is None else moment for moment in moments], np.int64), timeless


def _canonical_times(written: Sequence[Text]) -> Longs | None:
    """Epoch seconds of times that all have CloudTrail's own form; None if any has not."""
    chars = _table(written, _MOMENT)
    if chars is None:
        return None
    digits = chars[:, _TIME_DIGITS] - np.uint8(ord("0"))
    if (digits > _TIME_MOST).any() or not digits[:, 0].all() or (chars[:, _TIME_MARKS] != _MARKS).any():
        return None
    days, day = np.unique(digits[:, :8].astype(np.int32) @ _DATE, return_inverse=True)
    clock = digits[:, 8:].astype(np.int32) @ _CLOCK
    try:
        midnights = [(date(at // 10_000, at // 100 % 100, at % 100).toordinal() - _1970) * _DAY for at in days.tolist()]
    except ValueError:  # a 31st of June
        return None
    if (digits[:, 8] * np.uint8(10) + digits[:, 9] > 23).any():  # noqa: PLR2004 - hours
        return None
    return np.array(midnights, np.int64)[day] + clock


def _table(written: Sequence[Text], width: int) -> npt.NDArray[np.uint8] | None:
    """Texts that are all of one width as a matrix of their characters, a row each; None if they are not."""
    try:
        joined = "".join(written)  # type: ignore[arg-type]  # None raises
    except TypeError:
        return None
    if len(joined) != width * len(written) or not joined.isascii() or set(map(len, written)) != {width}:  # type: ignore[arg-type]  # no None is left
        return None
    return np.frombuffer(joined.encode(), np.uint8).reshape(-1, width)


def _ids(written: Sequence[Text], start: int) -> tuple[Bytes16, dict[int, str]]:
    """Canonical UUIDs as 16 bytes; every other id as the text that it is."""
    chars = _table(written, _UUID)
    if chars is not None and (chars[:, _DASHES] == ord("-")).all():
        nibbles = _NIBBLES[chars[:, _HEX]]
        if nibbles.max(initial=0) <= _NIBBLE:
            return (nibbles[:, ::2] << np.uint8(4)) | nibbles[:, 1::2], {}
    ids = [event_id or "" for event_id in written]
    odd = {row: event_id for row, event_id in enumerate(ids) if not is_canonical(event_id)}
    sound = [_ODD if row in odd else uuid.UUID(event_id).bytes for row, event_id in enumerate(ids)]
    return np.frombuffer(b"".join(sound), np.uint8).reshape(-1, _ID), {start + row: odd[row] for row in odd}


def _hashed(request_ids: Sequence[Text]) -> Hashes:
    """64 bits of each request id, 0 where there is none: enough to find the two copies of one call by."""
    try:
        held = np.array(request_ids, _REQUEST_ID)
    except UnicodeEncodeError:
        held = np.array([(request_id or "None").encode() for request_id in request_ids], _REQUEST_ID)
    words = held.view(np.uint64).reshape(-1, len(_MIX))
    mixed: Longs = (words * _MIX).sum(axis=1, dtype=np.uint64)
    hashes = np.where(held == b"None", np.uint64(0), mixed ^ (mixed >> np.uint64(29)))
    for row in np.flatnonzero(words[:, -1]).tolist():  # some services write a sentence: SecretDeleteMessage:arn:...
        hashes[row] = int.from_bytes(hashlib.sha256((request_ids[row] or "").encode()).digest()[:8])
    return hashes


def _shared(shared: Sequence[Text], event_ids: Sequence[Text], start: int) -> dict[int, str]:
    """The shared ids, by row, where they are others than the event's own."""
    if shared.count(None) == len(shared):
        return {}
    given = [(row, shared_id) for row, shared_id in enumerate(shared) if shared_id]
    return {start + row: shared_id for row, shared_id in given if shared_id != event_ids[row]}


def _copied(record: Record) -> Record:
    """The record without the buffer of its file."""
    return msgspec.structs.replace(record, **{name: msgspec.Raw(bytes(getattr(record, name))) for name in _RAWS})
