"""The rules for many requests, or many lists of resources, at a time.

What the rules of an action read of a request is decoded without the rest; where that takes a closer look, the rule
itself reads the whole. What is found is the same.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import msgspec
from msgspec.structs import astuple

from graphtrail.events.record import Text
from graphtrail.events.resources.forms import Place
from graphtrail.events.resources.plan import BUCKETS, HOST, OBJECT, OBJECT_STORES, Plan
from graphtrail.events.resources.recorded import entries_of, entry_arn
from graphtrail.events.resources.rules import (
    Touches,
    asked,
    named,
    object_of,
    typed_ids,
)
from graphtrail.events.tolerant import decoded

_TROUBLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_VALUE = itemgetter(1)
Entries = Sequence[tuple[Text, Text, str | int | None]]


class _Entry(msgspec.Struct, gc=False):
    """An element of ``resources[]``."""

    ARN: Text = None
    arn: Text = None
    ARNPrefix: Text = None
    type: Text = None
    account: str | int | None = msgspec.field(name="accountId", default=None)


class _Reader(NamedTuple):
    """What decodes the parameters that the rules of an action read.

    Attributes:
        names: those parameters, in the order of the decoded fields.
        naming: those of them that name a resource.
        one, many: of a request, of a list of requests.
    """

    names: tuple[str, ...]
    naming: frozenset[str]
    one: msgspec.json.Decoder[msgspec.Struct]
    many: msgspec.json.Decoder[list[msgspec.Struct]]

    def given(self, values: tuple[Text, ...]) -> dict[str, Text] | None:
        """The parameters that say anything; None where one is no text, or where several name a resource.

        What several name is found in the order in which they stand in the request, which the decoder does not tell.
        """
        if not values:
            return None
        given = dict(filter(_VALUE, zip(self.names, values, strict=True)))
        if len(given) > 1 and len(self.naming.intersection(given)) > 1:
            return None
        return given


_ENTRIES = msgspec.json.Decoder(list[list[_Entry] | None])


def asked_of(plan: Plan, places: Sequence[Place], requests: Sequence[tuple[int, bytes]]) -> list[Touches]:
    """What each of many requests of one action names: as ``asked`` says of each.

    Args:
        plan: the rules of the action.
        places: where calls landed.
        requests: the number of the place and the JSON of each request.
    """
    found: list[Touches] = [()] * len(requests)
    whole = b"\0".join([raw for _, raw in requests])  # one look at all is many times as fast as one at each
    has_ids = plan.typed_ids and b"-" in whole
    if has_ids or b"arn" in whole:
        plain = _looked_at(plan, places, requests, found)
    else:
        plain = [at for at, (_, raw) in enumerate(requests) if raw[:1] == b"{"]
    if plain and plan.named:
        _read(plan, places, requests, plain, found)
    return found


def _looked_at(
    plan: Plan, places: Sequence[Place], requests: Sequence[tuple[int, bytes]], found: list[Touches]
) -> list[int]:
    """Find the ARNs and typed ids in requests; hand out where those are whose parameters are still to be read."""
    plain = []
    for at, (place, raw) in enumerate(requests):
        if b"arn" in raw:
            found[at] = asked(plan, places[place], raw, decoded(raw))
        elif raw[:1] == b"{":
            if plan.typed_ids and b"-" in raw and (ids := typed_ids(plan, places[place], raw)):
                found[at] = tuple(ids.items())
            plain.append(at)
    return plain


def _read(
    plan: Plan, places: Sequence[Place], requests: Sequence[tuple[int, bytes]], plain: list[int], found: list[Touches]
) -> None:
    """Find what the parameters name, of the requests at some positions; what is found already comes first."""
    reader = _reader_of(plan)
    memo: dict[tuple[int, tuple[Text, ...]], Touches] = {}
    buckets: dict[tuple[int, Text], Touches] = {}
    objects = plan.service in OBJECT_STORES
    hosted = _hosted(reader) if objects else None
    for at, values in zip(plain, _values(reader, [requests[at][1] for at in plain]), strict=True):
        place, raw = requests[at]
        if hosted and values and hosted(values, raw):
            found[at] = asked(plan, places[place], raw, decoded(raw))
            continue
        if values and not any(values):
            continue
        if objects and len(values) - values.count(None) == 2 and not found[at]:  # noqa: PLR2004 - its bucket and its key
            named_object = _object(plan, reader, places, place, values, buckets)
            if named_object:
                found[at] = named_object
                continue
        known = (place, values)
        if known in memo and not found[at]:
            found[at] = memo[known]
            continue
        given = reader.given(values)
        if given is None:
            found[at] = asked(plan, places[place], raw, decoded(raw))
        elif found[at]:
            found[at] = named(plan, places[place], given, found[at])
        else:
            memo[known] = found[at] = named(plan, places[place], given)


def _hosted(reader: _Reader) -> Callable[[tuple[Text, ...], bytes], bool]:
    """What tells of a request of S3 whether nothing but its host can name the bucket."""
    buckets = [reader.names.index(name) for name in BUCKETS]
    host = f'"{HOST}"'.encode()
    return lambda values, raw: not any(values[at] for at in buckets) and host in raw


def _object(
    plan: Plan,
    reader: _Reader,
    places: Sequence[Place],
    place: int,
    values: tuple[Text, ...],
    buckets: dict[tuple[int, Text], Touches],
) -> Touches:
    """The bucket and the object that a request of S3 names by ``bucketName`` and ``key``; nothing where it does not.

    Most requests of S3 are such, and hardly one is like another: only their buckets are.
    """
    bucket, key = values[reader.names.index("bucketName")], values[reader.names.index("key")]
    if not (bucket and key):
        return ()
    known = (place, bucket)
    found = buckets.get(known)
    if found is None:
        buckets[known] = found = named(plan, places[place], {"bucketName": bucket})
    return (*found, (object_of(found[0][0], key), "target")) if found else ()


def _values(reader: _Reader, raws: list[bytes]) -> Iterable[tuple[Text, ...]]:
    """The parameters of each request that the rules read, None for one that is absent; nothing where one is no text."""
    try:
        return map(astuple, reader.many.decode(b"[%s]" % b",".join(raws)))
    except _TROUBLE:
        return [_value(reader, raw) for raw in raws]


def _value(reader: _Reader, raw: bytes) -> tuple[Text, ...]:
    try:
        return astuple(reader.one.decode(raw))
    except _TROUBLE:
        return ()


def _reader_of(plan: Plan) -> _Reader:
    beside = [name for form in plan.named.values() for name in (form.only[0] if form.only else "", form.under) if name]
    if plan.owner:
        beside.append(plan.owner)
    return _reader(tuple(plan.named), (*beside, *sorted(OBJECT)) if plan.service in OBJECT_STORES else tuple(beside))


@lru_cache(maxsize=1_024)
def _reader(naming: tuple[str, ...], beside: tuple[str, ...]) -> _Reader:
    names = (*naming, *(name for name in dict.fromkeys(beside) if name not in naming))
    fields = [(f"at_{at}", Text, msgspec.field(name=name, default=None)) for at, name in enumerate(names)]
    request = msgspec.defstruct("Request", fields, gc=False)
    return _Reader(
        names,
        frozenset(naming),
        msgspec.json.Decoder(request),
        msgspec.json.Decoder(list[request]),  # type: ignore[valid-type]
    )


def entries(raws: Sequence[bytes]) -> list[Entries]:
    """ARN, type and account of each element of many ``resources[]``: what ``listed_entries`` and ``owners_of`` read."""
    try:
        lists = _ENTRIES.decode(b"[%s]" % b",".join(raws))
    except _TROUBLE:
        return [entries_of(decoded(raw)) for raw in raws]
    return [
        [
            (entry.ARN or entry.arn or entry_arn(None, entry.ARNPrefix), entry.type, entry.account)
            for entry in held or ()
        ]
        for held in lists
    ]
