"""The wrappings in which records come, told apart by content and never by name.

``{"Records": [...]}`` (CloudTrail's files), arrays, JSON lines, LookupEvents (``CloudTrailEvent`` holds the record as
text), EventBridge (``detail``), CloudWatch Logs (``message``), ECS (``event.original``), Splunk (``result._raw``),
OCSF (``class_uid``), and the bare record, each alone, in an array or one a line. Digest files and manifests are known
for what they are.
Sources: CloudTrail User Guide, "CloudTrail log file examples" and "Digest file structure"; API references of CloudTrail
(LookupEvents) and CloudWatch Logs (FilterLogEvents); EventBridge User Guide, "AWS API call events"; real exports.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec

from graphtrail.events import ocsf, tolerant
from graphtrail.events.record import NULL, Addendum, Flag, Json, Record, Text, mapping, text
from graphtrail.events.secrets import without_secrets

Plain = bytes | bytearray
RECORD_LIMIT = 16 * 2**20
DOCUMENT_LIMIT = 2**30
_RECORDS = re.compile(rb'\s*\{\s*"Records"\s*:')
_ARRAY = re.compile(r'\s*(?:\{\s*"(?:Records|Events|events|logEvents)"\s*:\s*)?\[')
# A bare record by its first field, whichever of those that begin one: what is something else is looked at closely.
_LIST = re.compile(rb'\s*\[\s*\{\s*"(?:event[A-Z]|userIdentity|awsRegion)')
_LINE = re.compile(rb'\s*\{\s*"(?:event[A-Z]|userIdentity|awsRegion)')
_SPACE = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_AVRO = b"Obj\x01"  # manifests of Iceberg tables, as in Security Lake
_WIDE = {b"\xff\xfe", b"\xfe\xff"}
_DEPTH = 4
NO_RECORD = "no CloudTrail record"
DIGEST = "digest file"
MANIFEST = "manifest"
_EVENT_ID = attrgetter("event_id")
_EVENT_NAME = attrgetter("event_name")


class Reject(NamedTuple):
    """A record, or what stands where one should, that is no event.

    Attributes:
        at: its place among the records of the file, from 0; None for the file as a whole.
        reason: why.
        non_event: it is known for what it is (a digest, an Insights event) and not missed.
    """

    at: int | None
    reason: str
    non_event: bool = False


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
    records: msgspec.Raw = msgspec.field(name="Records", default=NULL)
    looked_up: msgspec.Raw = msgspec.field(name="Events", default=NULL)
    filtered: msgspec.Raw = msgspec.field(name="events", default=NULL)
    log_events: msgspec.Raw = NULL
    cloud_trail_event: msgspec.Raw = msgspec.field(name="CloudTrailEvent", default=NULL)
    message: msgspec.Raw = NULL
    raw: msgspec.Raw = msgspec.field(name="_raw", default=NULL)
    original: msgspec.Raw = NULL
    detail: msgspec.Raw = NULL
    event: msgspec.Raw = NULL
    result: msgspec.Raw = NULL
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
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_TROUBLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_CONTAINERS = ("records", "looked_up", "filtered", "log_events")
_TEXTS = ("cloud_trail_event", "message", "raw", "original")
_OBJECTS = ("detail", "event", "result")


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
    elif _begins_with_a_line(first):
        end = 0
        for part in _chain(first, second, parts):
            lines = (line for line in bytes(part).splitlines() if line.strip(_SPACE))
            parsed = (None if keep else _bare(part, end)) or _unwrapped(lines, end, keep=keep)
            end = parsed.end
            yield parsed
    else:
        yield _large(_chain(first, second, parts), keep=keep)


def parse(data: Plain, *, keep: bool = False) -> Parsed:
    """The records of a whole file in memory."""
    data = data.removeprefix(_MARK)
    return (None if keep else _bare(data, 0)) or _unwrapped(_values(data), 0, keep=keep)


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
    except _TROUBLE:
        return None
    if not (all(map(_EVENT_ID, records)) and all(map(_EVENT_NAME, records))):
        return None
    return Parsed(records, range(start, start + len(records)), [], start + len(records), {})


def _too_long(lines: Plain) -> bool:
    """Whether one of the lines is longer than any record."""
    return len(lines) > RECORD_LIMIT and max(map(len, lines.splitlines())) > RECORD_LIMIT


def _chain(first: Plain, second: Plain, rest: Iterator[Plain]) -> Iterator[Plain]:
    yield first
    yield second
    yield from rest


def _begins_with_a_line(part: Plain) -> bool:
    """Whether the first line is a document of its own: then every line is."""
    line = part.removeprefix(_MARK).lstrip(_SPACE).partition(b"\n")[0]
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except _TROUBLE:
        return False
    return bytes(line[:1]) in {b"{", b"["}


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


_Value = Plain | msgspec.Raw | Reject


def _values(data: Plain) -> Iterator[_Value]:
    """The values that stand in a document: the elements of its array, its lines, or itself."""
    body = data.strip(_SPACE)
    if not body:
        yield Reject(None, "the file is empty")
        return
    if body.startswith(_AVRO):
        yield Reject(None, MANIFEST, non_event=True)
        return
    if bytes(body[:1]) not in {b"{", b"["}:
        wide = " (UTF-16: write it as UTF-8, iconv -f UTF-16 -t UTF-8)" if bytes(body[:2]) in _WIDE else ""
        yield Reject(None, f"no JSON: it begins with {bytes(body[:8])!r}{wide}")
        return
    try:
        if body[:1] == b"[":
            yield from _RAWS.decode(body)
        else:
            yield msgspec.json.decode(body, type=msgspec.Raw)
    except _TROUBLE as trouble:
        yield from _broken(body, trouble)


def _broken(body: Plain, trouble: Exception) -> Iterator[_Value]:
    """A document that is no JSON as a whole: lines, or an array of which the sound elements are kept."""
    lines = bytes(body).splitlines()
    if len(lines) > 1 and _begins_with_a_line(body):
        yield from (line for line in lines if line.strip(_SPACE))
        return
    words = tolerant.as_text(bytes(body))
    array = _ARRAY.match(words)
    if array is None:
        yield Reject(None, f"no JSON as a whole: {_why(trouble)}")
        return
    yield from _elements(words, array.end())


def _elements(words: str, start: int) -> Iterator[_Value]:
    at = tolerant.next_value(words, start)
    while at < len(words) and words[at] != "]":
        try:
            read, end = tolerant.value(words, at)
        except tolerant.Broken as broken:
            if broken.end is None:
                yield Reject(None, f"the file breaks off here: {broken}; what follows is lost")
                return
            yield Reject(0, str(broken))
            end = broken.end
        else:
            yield msgspec.json.encode(read)
        at = tolerant.next_value(words, end)
    if at >= len(words):
        yield Reject(None, "the file breaks off here: its array has no end")


def _why(trouble: Exception) -> str:
    return "nested too deeply" if isinstance(trouble, RecursionError) else str(trouble)


def _unwrapped(values: Iterable[_Value], start: int, *, keep: bool) -> Parsed:
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


def _records(value: _Value, depth: int) -> Iterator[bytes | Reject | _Converted]:
    """What one value holds: the JSON of a record, wrapped or bare, or of several in a container."""
    if isinstance(value, Reject):
        yield value
        return
    raw = bytes(value)
    try:
        shell = _SHELL.decode(raw)
    except msgspec.ValidationError:
        yield Reject(0, f"{NO_RECORD}: no object")
    except _TROUBLE as trouble:
        yield from _repaired(raw, trouble, depth)
    else:
        yield from _opened(shell, raw, depth)


def _repaired(raw: bytes, trouble: Exception, depth: int) -> Iterator[bytes | Reject | _Converted]:
    """A value that the strict decoder refuses: once more as plain text, with what is no text replaced."""
    try:
        read, _ = tolerant.value(tolerant.as_text(raw).strip())
    except tolerant.Broken as broken:
        yield Reject(0, f"no JSON: {broken}")
        return
    if depth > 0 and isinstance(read, dict):
        yield from _records(msgspec.json.encode(read), depth - 1)
    else:
        yield Reject(0, f"{NO_RECORD}: {_why(trouble)}")


def _opened(shell: _Shell, raw: bytes, depth: int) -> Iterator[bytes | Reject | _Converted]:
    if _given(shell.event_name):
        too_long = f"a record of {len(raw) >> 20} MiB: CloudTrail writes at most 1 MiB"
        yield Reject(0, too_long) if len(raw) > RECORD_LIMIT else raw
    elif _given(shell.ocsf_class):
        yield _from_ocsf(raw)
    elif _given(shell.digest_start_time):
        yield Reject(0, DIGEST, non_event=True)
    elif depth == 0:
        yield Reject(0, f"{NO_RECORD}: wrapped too often")
    else:
        yield from _inside(shell, depth)


def _from_ocsf(raw: bytes) -> Reject | _Converted:
    try:
        found = ocsf.converted(mapping(tolerant.decoded(raw)))
    except ocsf.NoCall as other:
        return Reject(0, str(other), non_event=True)
    return _Converted(msgspec.json.encode(found.record), found.form)


def _given(held: msgspec.Raw) -> bool:
    return held is not NULL and bytes(held) != b"null"


def _inside(shell: _Shell, depth: int) -> Iterator[bytes | Reject | _Converted]:
    for name in _CONTAINERS:
        held: msgspec.Raw = getattr(shell, name)
        if bytes(held).startswith(b"["):
            for element in _RAWS.decode(held):
                yield from _records(element, depth - 1)
            return
    for name in _TEXTS:
        held = getattr(shell, name)
        if bytes(held).startswith(b'"'):
            yield from _records(_TEXT.decode(held).encode(), depth - 1)
            return
    for name in _OBJECTS:
        held = getattr(shell, name)
        if bytes(held).startswith(b"{"):
            yield from _records(held, depth - 1)
            return
    manifest = any(map(_given, (shell.files, shell.manifest, shell.entries, shell.table_uuid)))
    yield Reject(0, MANIFEST, non_event=True) if manifest else Reject(0, f"{NO_RECORD}: eventName missing")


def _record(raw: bytes) -> Record:
    """A bare record; without an ``eventID`` its id is the SHA-256 of its canonical JSON."""
    try:
        record = _RECORD.decode(raw)
    except _TROUBLE:
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
