"""The values that stand in a file.

One JSON document, or several with anything or nothing between them; lines with or without a time before them; an array
that breaks off; a table as text.

Sources: RFC 8259; Firehose Developer Guide, "Data delivery" (records are joined without a separator); CloudWatch Logs
User Guide, "Exporting log data to Amazon S3" (a time stands before each line).
"""

import csv
import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

import msgspec

from graphtrail.events import separated, tolerant

Plain = bytes | bytearray
SPACE = b" \t\r\n"
TROUBLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
MANIFEST = "manifest"
_ARRAY = re.compile(r'\s*(?:\{\s*"(?:Records|Events|events|logEvents|results)"\s*:\s*)?\[')
# What may stand behind the array of such an object: members that hold neither arrays nor objects.
_CLOSED = re.compile(r'(?:[^\[\]{}"]|"(?:[^"\\]|\\.)*")*\}')
# A time, a priority, a host: what programs that pass lines on write before them.
_BEFORE = re.compile(rb'[^{\["\n]{1,300}(?=\{)')
_AVRO = b"Obj\x01"  # manifests of Iceberg tables, as in Security Lake
_WIDE = {b"\xff\xfe", b"\xfe\xff"}


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


Value = Plain | msgspec.Raw | Reject


def values(data: Plain) -> Iterator[Value]:
    """The values that stand in a document: the elements of its array, its lines, or itself."""
    body = data.strip(SPACE)
    if bytes(data[:2]) in _WIDE:
        yield from _wide(bytes(data))
    elif not body:
        yield Reject(None, "the file is empty")
    elif body.startswith(_AVRO):
        yield Reject(None, MANIFEST, non_event=True)
    elif bytes(body[:1]) in {b"{", b"["}:
        try:
            if body[:1] == b"[":
                yield from msgspec.json.decode(body, type=list[msgspec.Raw])
            else:
                yield msgspec.json.decode(body, type=msgspec.Raw)
        except TROUBLE as trouble:
            yield from _broken(body, trouble)
    elif begins_with_a_line(body):
        yield from lines(body)
    else:
        yield from _rows(body)


def _wide(data: bytes) -> Iterator[Value]:
    """The values in a text of UTF-16, as PowerShell writes it."""
    try:
        words = data.decode("utf-16")
    except UnicodeDecodeError as broken:
        yield Reject(None, f"no UTF-16 as a whole, though it begins so: {broken.reason} at byte {broken.start}")
    else:
        yield from values(words.encode(errors="replace"))


def _rows(body: Plain) -> Iterator[Value]:
    """The rows of a table as text."""
    try:
        rows = separated.rows(tolerant.as_text(bytes(body)))
        if rows is None:
            yield Reject(None, f"no JSON: it begins with {bytes(body[:8])!r}")
        else:
            yield from rows
    except separated.NoRecords as none:
        yield Reject(None, str(none))
    except csv.Error as broken:
        yield Reject(None, f"the table breaks off here: {broken}; what follows is lost")


def lines(body: Plain) -> Iterator[Value]:
    """The lines that are not empty, without what stands before their JSON."""
    for line in bytes(body).splitlines():
        if line.strip(SPACE):
            before = _BEFORE.match(line)
            yield line[before.end() :] if before else line


def begins_with_a_line(part: Plain) -> bool:
    """Whether the first line begins with a whole document: then every line does."""
    line = bytes(part.lstrip(SPACE).partition(b"\n")[0])
    before = _BEFORE.match(line)
    line = line[before.end() :] if before else line
    try:
        tolerant.value(tolerant.as_text(line))
    except tolerant.Broken:
        return False
    return line[:1] in {b"{", b"["}


def _broken(body: Plain, trouble: Exception) -> Iterator[Value]:
    """A document that is no JSON as a whole: lines, several documents, or an array of which the sound part is kept."""
    if b"\n" in body and begins_with_a_line(body):
        yield from lines(body)
    else:
        yield from following(tolerant.as_text(bytes(body)), f"no JSON as a whole: {why(trouble)}")


def following(words: str, otherwise: str) -> Iterator[Value]:
    """The values of a text one after another.

    Args:
        words: the text.
        otherwise: what to say where it has no sound value at all.
    """
    at = tolerant.next_value(words, 0)
    first = True
    while at < len(words):
        try:
            read, end = tolerant.value(words, at)
        except tolerant.Broken as broken:
            array = _ARRAY.match(words, at)
            if array is None:
                lost = f"the file breaks off here: {broken}; what follows is lost"
                yield Reject(None, otherwise if first else lost)
                return
            ended = yield from _elements(words, array)
            if ended is None:
                return
            end = ended
        else:
            yield msgspec.json.encode(read)
        at, first = tolerant.next_value(words, end), False


def _elements(words: str, array: re.Match[str]) -> Generator[Value, None, int | None]:
    """The sound elements of an array, and the position behind what holds it; None where nothing can be read on."""
    at = tolerant.next_value(words, array.end())
    while at < len(words) and words[at] != "]":
        try:
            read, end = tolerant.value(words, at)
        except tolerant.Broken as broken:
            if broken.end is None:
                yield Reject(None, f"the file breaks off here: {broken}; what follows is lost")
                return None
            yield Reject(0, str(broken))
            end = broken.end
        else:
            yield msgspec.json.encode(read)
        at = tolerant.next_value(words, end)
    if at >= len(words):
        yield Reject(None, "the file breaks off here: its array has no end")
        return None
    if "{" not in array[0]:
        return at + 1
    closed = _CLOSED.match(words, at + 1)
    return closed.end() if closed else len(words)


def why(trouble: Exception) -> str:
    """What the strict decoder says of what it refuses."""
    return "nested too deeply" if isinstance(trouble, RecursionError) else str(trouble)
