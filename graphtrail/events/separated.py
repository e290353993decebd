"""Tables as text (CSV, tab-separated): exports of Athena, Splunk, Sumo Logic and CloudWatch Logs Insights.

A row holds a record in one column, as JSON, or is one, a column a field, as in a table of Athena; that writes objects
as ``{type=IAMUser, arn=...}``, in which only names of fields tell where a value ends.
Sources: Athena User Guide, "Query CloudTrail logs" and "Work with query results" (CSV); RFC 4180.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO

import msgspec

from graphtrail.events.record import Json
from graphtrail.sources.athena.spelling import NAMES, record

# Columns that hold a whole record, in small letters.
_WHOLE = (
    "cloudtrailevent", "eventjson", "event.original", "_raw", "@rawstring", "@message", "message", "raw_log", "rawlog",
    "log", "line", "event", "body",
)  # fmt: skip
_PARTS = frozenset({"useridentity", "resources", "tlsdetails", "addendum"})
_FIELD = re.compile(rf"(?:, ?)?({'|'.join(sorted(NAMES, key=len, reverse=True))})=")
_LIMIT = 2**24
_DEEPEST = 20


class NoRecords(Exception):
    """A table that holds no records; its text says what it lacks."""


def rows(words: str) -> Iterator[bytes] | None:
    """The JSON of the record in each row of a table; None where the text is none.

    Raises:
        NoRecords: it is a table of something else.
    """
    head = words.partition("\n")[0]
    mark = max(",\t;", key=head.count)
    if mark not in head and head.strip().strip('"').lower() not in _WHOLE:
        return None
    csv.field_size_limit(_LIMIT)
    reader = csv.reader(StringIO(words, newline=""), delimiter=mark)
    names = [name.strip().lower() for name in next(reader, [])]
    if not all(re.fullmatch(r"[\w@#$%. :/()-]*", name) for name in names):
        return None
    whole = next((names.index(name) for name in _WHOLE if name in names), None)
    if whole is not None:
        return (row[whole].encode() if whole < len(row) else b"" for row in reader if row)
    if not {"eventname", "eventsource"} <= set(names):
        raise NoRecords(f"a table without the columns of CloudTrail records: it has {', '.join(names[:6])} ...")
    return (of_row(dict(zip(names, row, strict=False))) for row in reader if row)


def of_row(row: Mapping[str, Json]) -> bytes:
    """The record that a row of a table is, of which the columns are the fields in any letter case."""
    read = {name: _part(value) if name in _PARTS else value for name, value in row.items() if value not in (None, "")}
    return msgspec.json.encode(record(read))


def _part(words: Json) -> Json:
    """An object or a list: as it is, as JSON, or as Athena prints it."""
    if not isinstance(words, str):
        return words
    try:
        held: Json = msgspec.json.decode(words)
    except msgspec.DecodeError:
        return _printed(words, 0, _DEEPEST)[0]
    except RecursionError:
        return None
    return held


def _printed(words: str, at: int, depth: int) -> tuple[Json, int]:
    """What Athena printed at a position, and the position behind it."""
    if depth and words[at : at + 1] == "{":
        return _object(words, at + 1, depth - 1)
    if depth and words[at : at + 1] == "[":
        return _list(words, at + 1, depth - 1)
    end = at
    while end < len(words) and words[end] not in "}]" and not (words[end] == "," and _FIELD.match(words, end)):
        end += 1
    said = words[at:end]
    return (None if said in {"null", ""} else said), end


def _object(words: str, at: int, depth: int) -> tuple[Json, int]:
    held: dict[str, Json] = {}
    while field := _FIELD.match(words, at):
        held[field[1]], at = _printed(words, field.end(), depth)
    return held, at + 1


def _list(words: str, at: int, depth: int) -> tuple[Json, int]:
    held: list[Json] = []
    while at < len(words) and words[at] != "]":
        one, end = _printed(words, at, depth)
        if one is not None and words[at] not in ", }":
            held.append(one)
        at = max(end, at + 1)
    return held, at + 1
