"""Records in whatever they come, told apart by content and never by name.

``{"Records": [...]}`` (CloudTrail's files), arrays, JSON lines, documents one after another, whatever records are
wrapped in (``wrappings``), tables as text (``separated``), OCSF (``ocsf``), ECS (``ecs``), and the bare record.
Digest files and manifests are known for what they are.
Sources: CloudTrail User Guide, "CloudTrail log file examples" and "Digest file structure"; real exports.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec

from graphtrail.events import ecs, ocsf, tolerant, wrappings
from graphtrail.events.documents import (
    MANIFEST,
    TROUBLE,
    Plain,
    Reject,
    Value,
    begins_with_a_line,
    following,
    lines,
    values,
    why,
)
from graphtrail.events.record import NULL, Addendum, Flag, Json, Record, Text, mapping, text
from graphtrail.events.secrets import without_secrets
from graphtrail.events.separated import of_row

RECORD_LIMIT = 16 * 2**20
DOCUMENT_LIMIT = 2**30
_RECORDS = re.compile(rb'\s*\{\s*"Records"\s*:')
# A bare record by its first field, whichever of those that begin one: what is something else is looked at closely.
_LIST = re.compile(rb'\s*\[\s*\{\s*"(?:event[A-Z]|userIdentity|awsRegion)')
_LINE = re.compile(rb'\s*\{\s*"(?:event[A-Z]|userIdentity|awsRegion)')
_MARK = b"\xef\xbb\xbf"
_DEPTH = 5
NO_RECORD = "no CloudTrail record"
DIGEST = "digest file"
INSIGHT = "CloudTrail Insights event"
_INSIGHT = b'"Insight"'
_EVENT_ID = attrgetter("event_id")
_EVENT_NAME = attrgetter("event_name")


class Parsed(NamedTuple):
    """The records of a part of a file, and what was rejected.

    Attributes:
        records: in their order.
        places: the place of each among all that stands in the file, from 0; rising.
        rejects: everything that is no record.
        end: the place that follows the last.
        kept: the JSON of each record, secrets removed, by place; empty unless asked for.
        forms: other forms than CloudTrail's own in which records came; see ``ocsf.Converted``.
    """

    records: list[Record]
    places: Sequence[int]
    rejects: list[Reject]
    end: int
    kept: dict[int, bytes]
    forms: frozenset[str] = frozenset()


class _Converted(NamedTuple):
    """A record that came in another form: its JSON, and in which."""

    record: bytes
    form: str


class _File(msgspec.Struct, gc=False):
    Records: list[Record]


class _Shell(msgspec.Struct, gc=False, rename="camel"):
    """What tells the wrappings apart."""

    event_name: msgspec.Raw = NULL
    event_source: msgspec.Raw = NULL
    user_identity: msgspec.Raw = NULL
    column: msgspec.Raw = msgspec.field(name="eventname", default=NULL)
    event_category: msgspec.Raw = NULL
    digest_start_time: msgspec.Raw = NULL
    files: msgspec.Raw = NULL
    manifest: msgspec.Raw = NULL
    entries: msgspec.Raw = NULL
    ocsf_class: msgspec.Raw = msgspec.field(name="class_uid", default=NULL)
    table_uuid: msgspec.Raw = msgspec.field(name="table-uuid", default=NULL)


_FILE = msgspec.json.Decoder(_File)
_RECORD = msgspec.json.Decoder(Record)
_SHELL = msgspec.json.Decoder(_Shell)
_RECORD_LIST = msgspec.json.Decoder(list[Record])
# Event sources of what queues and streams hand to functions, and of notifications of buckets.
_NOTICE = "aws:"
_FLAT = b'"userIdentity.'


def read(parts: Iterator[Plain], *, keep: bool = False) -> Iterator[Parsed]:
    """The records of one file.

    Args:
        parts: its plain bytes; if there are several, each ends at a line end where there is one.
        keep: hand out the records themselves too.
    """
    first = next(parts, b"")
    second = next(parts, None)
    if second is None:
        yield parse(first, keep=keep)
    elif begins_with_a_line(first.removeprefix(_MARK)):
        end = 0
        for part in _chain(first.removeprefix(_MARK), second, parts):
            parsed = (None if keep else _bare(part, end)) or _unwrapped(lines(part), end, keep=keep)
            end = parsed.end
            yield parsed
    else:
        yield _large(_chain(first, second, parts), keep=keep)


def parse(data: Plain, *, keep: bool = False) -> Parsed:
    """The records of a whole file in memory."""
    data = data.removeprefix(_MARK)
    return (None if keep else _bare(data, 0)) or _unwrapped(values(data), 0, keep=keep)


def _bare(data: Plain, start: int) -> Parsed | None:
    """The records of a file of one of the plain forms, decoded in one call; None where it takes a closer look."""
    try:
        if _RECORDS.match(data):
            records = _FILE.decode(data).Records
        elif _LIST.match(data):
            records = _RECORD_LIST.decode(data)
        elif _LINE.match(data) and not _too_long(data):
            records = _RECORD.decode_lines(data)
        else:
            return None
    except TROUBLE:
        return None
    if not (all(map(_EVENT_ID, records)) and all(map(_EVENT_NAME, records))) or _is_odd(records, data):
        return None
    return Parsed(records, range(start, start + len(records)), [], start + len(records), {})


def _is_odd(records: list[Record], data: Plain) -> bool:
    """Whether records are notices of queues, or were made flat: files are the one or the other as a whole."""
    first = records[0] if records else Record()
    flat = first.user_identity is NULL and _FLAT in data
    return flat or (first.event_source or "").startswith(_NOTICE)


def _too_long(lines: Plain) -> bool:
    """Whether one of the lines is longer than any record."""
    return len(lines) > RECORD_LIMIT and max(map(len, lines.splitlines())) > RECORD_LIMIT


def _chain(first: Plain, second: Plain, rest: Iterator[Plain]) -> Iterator[Plain]:
    yield first
    yield second
    yield from rest


def _large(parts: Iterator[Plain], *, keep: bool) -> Parsed:
    held: list[Plain] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > DOCUMENT_LIMIT:
            why = f"one JSON document of more than {DOCUMENT_LIMIT >> 20} MiB"
            return Parsed([], (), [Reject(None, f"{why}: write its records one a line (jq -c '.[][]')")], 0, {})
        held.append(part)
    return parse(b"".join(held), keep=keep)


def _unwrapped(values: Iterable[Value], start: int, *, keep: bool) -> Parsed:
    parsed = Parsed([], places := [], [], start, {})
    place, forms = start, set()
    for value in values:
        for found in _records(value, _DEPTH):
            if isinstance(found, Reject):
                parsed.rejects.append(found._replace(at=None if found.at is None else place))
            else:
                raw = found
                if isinstance(raw, _Converted):
                    forms.add(raw.form)
                    raw = raw.record
                parsed.records.append(_record(raw))
                places.append(place)
                if keep:
                    parsed.kept[place] = msgspec.json.encode(without_secrets(tolerant.decoded(raw)))
            place += 1
    return parsed._replace(end=place, forms=frozenset(forms))


def _records(value: Value, depth: int) -> Iterator[bytes | Reject | _Converted]:
    """What one value holds: the JSON of a record, wrapped or bare, or of several in a container."""
    if isinstance(value, Reject):
        yield value
        return
    raw = bytes(value)
    try:
        shell = _SHELL.decode(raw)
    except msgspec.ValidationError:
        found = wrappings.inside(raw) if depth > 0 else None
        yield from _each(found, depth) if found is not None else (Reject(0, f"{NO_RECORD}: no object"),)
    except TROUBLE as trouble:
        # a line with what is no text in it, or with more behind its document
        yield from _each(following(tolerant.as_text(raw), f"no JSON: {why(trouble)}"), depth)
    else:
        yield from _opened(shell, raw, depth)


def _each(found: Iterable[Value], depth: int) -> Iterator[bytes | Reject | _Converted]:
    for one in found:
        yield from _records(one._replace(at=0) if isinstance(one, Reject) else one, depth - 1)


def _opened(shell: _Shell, raw: bytes, depth: int) -> Iterator[bytes | Reject | _Converted]:
    if _given(shell.event_name) and not bytes(shell.event_source).startswith(f'"{_NOTICE}'.encode()):
        too_long = f"a record of {len(raw) >> 20} MiB: CloudTrail writes at most 1 MiB"
        flat = shell.user_identity is NULL and _FLAT in raw
        yield Reject(0, too_long) if len(raw) > RECORD_LIMIT else wrappings.nested(raw) if flat else raw
    elif _given(shell.column):
        yield of_row(mapping(tolerant.decoded(raw)))
    elif _given(shell.ocsf_class):
        yield _from_ocsf(raw)
    elif bytes(shell.event_category) == _INSIGHT:  # it names the event that it is about further inside
        yield Reject(0, INSIGHT, non_event=True)
    elif _given(shell.digest_start_time):
        yield Reject(0, DIGEST, non_event=True)
    elif depth == 0:
        yield Reject(0, f"{NO_RECORD}: wrapped too often")
    else:
        yield from _inside(shell, raw, depth)


def _from_ocsf(raw: bytes) -> Reject | _Converted:
    try:
        found = ocsf.converted(mapping(tolerant.decoded(raw)))
    except ocsf.NoCall as other:
        return Reject(0, str(other), non_event=True)
    return _Converted(msgspec.json.encode(found.record), found.form)


def _given(held: msgspec.Raw) -> bool:
    return held is not NULL and bytes(held) != b"null"


def _inside(shell: _Shell, raw: bytes, depth: int) -> Iterator[bytes | Reject | _Converted]:
    taken_apart = ecs.converted(raw)
    if taken_apart is not None:
        yield _Converted(*taken_apart)
        return
    found = wrappings.inside(raw)
    if found is not None:
        yield from _each(found, depth)
        return
    manifest = any(map(_given, (shell.files, shell.manifest, shell.entries, shell.table_uuid)))
    yield Reject(0, MANIFEST, non_event=True) if manifest else Reject(0, f"{NO_RECORD}: eventName missing")


def _record(raw: bytes) -> Record:
    """A bare record; without an ``eventID`` its id is the SHA-256 of its canonical JSON."""
    try:
        record = _RECORD.decode(raw)
    except TROUBLE:
        record = _coerced(tolerant.decoded(raw))
    if not record.event_id:
        canonical = msgspec.json.encode(tolerant.decoded(raw), order="sorted")
        record.event_id = hashlib.sha256(canonical).hexdigest()
    return record


def _coerced(value: Json) -> Record:
    """A record some of whose fields have other types than CloudTrail gives them: numbers become text, the rest null."""
    held = value if isinstance(value, dict) else {}
    fields = {
        field.name: _as_typed(field.type, held.get(field.encode_name)) for field in msgspec.structs.fields(Record)
    }
    return Record(**fields)  # type: ignore[arg-type]  # each was made for its field's type


def _as_typed(wanted: object, found: Json) -> Text | bool | msgspec.Raw | Addendum:
    """The value of a field, of the type that the field has."""
    if wanted is msgspec.Raw:
        return NULL if found is None else msgspec.Raw(msgspec.json.encode(found))
    if wanted == Addendum | None:
        return (
            Addendum(text(found.get("reason")), text(found.get("originalEventID"))) if isinstance(found, dict) else None
        )
    if isinstance(found, bool):
        return found if wanted == Flag else None
    return found if isinstance(found, str) else str(found) if isinstance(found, int | float) else None
