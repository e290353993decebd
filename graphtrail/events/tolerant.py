"""JSON that is not quite JSON: bad UTF-8, lone surrogates, numbers that are none, documents that break off.

The strict decoder goes first, here and everywhere; what it refuses is read by Python's own, which tells where it
breaks.
"""

import json
import re

import msgspec
import numpy as np

from graphtrail.events.record import Json

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[\s,]*")


_DIGITS = 4000
# Deeper than any request of AWS by far, and no deeper than rules can walk.
DEEPEST = 200
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPEN, _SHUT = list(b"[{"), list(b"]}")
_decode = msgspec.json.Decoder().decode


class Broken(ValueError):
    """Text that cannot be read as JSON; the message says what was met.

    Attributes:
        end: the position behind the value, where it is known although the value is of no use.
    """

    def __init__(self, why: str, end: int | None = None) -> None:
        super().__init__(why)
        self.end = end


def decoded(raw: bytes) -> Json:
    """A value whose JSON is known to be well formed; bytes and surrogates that are no text become U+FFFD.

    What is nested more than ``DEEPEST`` deep says nothing: None.
    """
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(raw) > DEEPEST:
        return None
    try:
        return _decode(raw)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return value(as_text(raw))[0]
    except Broken:
        return None


def _depth(raw: bytes) -> int:
    """How deep a JSON text is nested."""
    marks = np.frombuffer(_STRING.sub(b"", raw), np.uint8)
    steps = np.isin(marks, _OPEN).astype(np.int64) - np.isin(marks, _SHUT)
    return int(np.cumsum(steps).max(initial=0))


def as_text(raw: bytes) -> str:
    """The bytes as text; a byte order mark is cut off, bytes that are no UTF-8 become U+FFFD."""
    return raw.decode("utf-8-sig", errors="replace")


def value(words: str, start: int = 0) -> tuple[Json, int]:
    """The JSON value at a position, and the position behind it.

    Raises:
        Broken: there is none, or it holds NaN or Infinity, which JSON does not have.
    """
    odd: list[str] = []
    try:
        read, end = json.JSONDecoder(parse_constant=odd.append, parse_int=_number).raw_decode(words, start)
        sound = _text_only(read)
    except RecursionError:
        raise Broken("nested too deeply") from None
    except json.JSONDecodeError as broken:
        raise Broken(f"{broken.msg} at character {broken.pos}") from None
    if odd:
        raise Broken(f"{odd[0]} is no JSON value", end)
    return sound, end


def _number(digits: str) -> int | str:
    """Python reads no number of more than 4,300 digits; such a one stays text."""
    return int(digits) if len(digits) <= _DIGITS else digits


def _text_only(read: Json) -> Json:
    if isinstance(read, str):
        return _SURROGATE.sub("\ufffd", read)
    if isinstance(read, list):
        return [_text_only(held) for held in read]
    if isinstance(read, dict):
        return {_SURROGATE.sub("\ufffd", key): _text_only(held) for key, held in read.items()}
    return read


def next_value(words: str, start: int) -> int:
    """The position of the next value in an array: behind spaces and commas."""
    found = _SPACE.match(words, start)
    return found.end() if found else start
