"""What records are wrapped in, told apart by content: queues, streams, search engines, log programs.

A wrapping is opened by the first of its members that can hold a record, in the order of ``_MEMBERS``: a list holds
several, an object one, a text the same as JSON, or as base64 of JSON, plain or gzip.
Sources: API references of CloudTrail (LookupEvents, GetQueryResults), CloudWatch Logs (FilterLogEvents,
GetQueryResults, subscription filters), SQS (ReceiveMessage), SNS (HTTP notifications) and Kinesis (GetRecords); Lambda
Developer Guide, events of SQS, SNS, Kinesis and CloudWatch Logs; EventBridge User Guide, "AWS API call events";
manuals of Splunk (HTTP Event Collector, export of search results), Elasticsearch (search API; ECS), Datadog, Sumo
Logic, Graylog, Grafana Loki, LogScale and Wazuh.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable

import msgspec

from graphtrail.events.documents import TROUBLE, Value, values
from graphtrail.events.record import Json, mapping
from graphtrail.events.tolerant import decoded

LARGEST = 2**28  # plain bytes of one packed text
_GZIP = b"\x1f\x8b"
_MARKS = (b"ventName", b"eventname", b"class_uid")
_OF_ECS = (b'"cloudtrail"', b'"aws.cloudtrail.')
_PACKED = ("data", "Data")
# These are lists of records whatever is in them; of others it takes a look.
_LISTS = frozenset({"Records", "Events", "events", "logEvents"})
_MEMBERS = (
    "Records", "Events", "events", "logEvents", "CloudTrailEvent", "eventJson", "message", "_raw", "original",
    "event.original", "@rawstring", "@message", "full_message", "full_log", "Message", "Body", "body", "line", "log",
    "rawLog", "detail", "event", "result", "results", "hits", "_source", "attributes", "map", "messages", "Messages",
    "QueryResultRows", "fields", "data", "Data", "aws", "Sns", "kinesis", "awslogs", "records", "items",
)  # fmt: skip
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def inside(raw: bytes) -> Iterable[Value] | None:
    """What a wrapping holds, as JSON of values that are records or wrapped again; None where there is no such thing.

    Args:
        raw: JSON of an object, a list, or a text.
    """
    try:
        if raw[:1] == b"{":
            return _members(_OBJECT.decode(raw))
        if raw[:1] == b"[":
            return _row(raw)
        return _text(raw, packed=False) if raw[:1] == b'"' else None
    except TROUBLE:
        return None


def _members(members: dict[str, msgspec.Raw]) -> Iterable[Value] | None:
    for name in _MEMBERS:
        held = bytes(members.get(name, b""))
        first = held[:1]
        if first == b"[" and (name in _LISTS or _may_hold(held)):
            return _LIST.decode(held)
        if first == b"{" and _may_hold(held):
            return (held,)
        if first == b'"' and (found := _text(held, packed=name in _PACKED)) is not None:
            return found
    return None


def _may_hold(held: bytes) -> bool:
    """Whether what is in a wrapping may hold a record."""
    return any(mark in held for mark in (*_MARKS, *_OF_ECS)) or any(f'"{name}"'.encode() in held for name in _PACKED)


def _text(held: bytes, *, packed: bool) -> Iterable[Value] | None:
    """The values in a text, given as JSON."""
    if any(mark in held for mark in _MARKS) and b"{" in held:
        return values(_TEXT.decode(held).encode())
    if not packed:
        return None
    try:
        plain = base64.b64decode(_TEXT.decode(held), validate=True)
        if plain.startswith(_GZIP):
            plain = zlib.decompressobj(wbits=31).decompress(plain, LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return values(plain) if _may_hold(plain) else None


def _row(raw: bytes) -> Iterable[Value]:
    """A list within a list: a row of a query, each element a column, or values as they are."""
    elements = _LIST.decode(raw)
    columns = [mapping(decoded(bytes(one))) for one in elements]
    if columns and all(one.keys() == {"field", "value"} for one in columns):
        return (msgspec.json.encode({str(one["field"]): one["value"] for one in columns}),)
    if columns and all(len(one) == 1 for one in columns):
        return (msgspec.json.encode({name: held for one in columns for name, held in one.items()}),)
    return elements


def nested(raw: bytes) -> bytes:
    """A record that was made flat, as it was: ``a.b`` is ``b`` of ``a``, ``a{}.b`` of each element of ``a``."""
    made: dict[str, Json] = {}
    for path, value in mapping(decoded(raw)).items():
        _put(made, path.split("."), value)
    return msgspec.json.encode(made)


def _put(at: dict[str, Json], path: list[str], value: Json) -> None:
    name, below = path[0], path[1:]
    if not below:
        listed = name.endswith("{}") and not isinstance(value, list)
        at[name.removesuffix("{}")] = [value] if listed else value
        return
    if not name.endswith("{}"):
        inner = at.setdefault(name, {})
        if isinstance(inner, dict):
            _put(inner, below, value)
        return
    elements = at.setdefault(name.removesuffix("{}"), [])
    if isinstance(elements, list):
        for place, one in enumerate(value if isinstance(value, list) else [value]):
            elements += [{}] if len(elements) <= place else []
            held = elements[place]
            if isinstance(held, dict):
                _put(held, below, one)
