"""Which records count: copies of one record, contradictions under one id, corrections, and the two copies of one call.

All of it is a function of the set of records: order, files and batches do not matter.
"""

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints, Mask
from graphtrail.case.columns import is_canonical
from graphtrail.case.facts import Facts
from graphtrail.case.segment import id_bytes
from graphtrail.events.ids import dashed

Fact = str | int | bool
Halves = npt.NDArray[np.uint64]
# What the record itself says of kind and caller: the rest follows from it, and differs where a field was dropped.
_SAID_OF_KIND = ("source", "name", "region", "account", "error_code", "read_only")
_SAID_OF_CALLER = (
    "type", "arn", "access_key", "principal_id", "account", "user_name", "via", "created", "issuer", "mfa",
    "source_identity", "sign_in", "ec2_role_delivery", "assumed_root", "person", "workload", "delegate",
)  # fmt: skip

_ENDPOINT = "NetworkActivity"


class Conflict(NamedTuple):
    """Records under one event id that contradict each other; all are kept, each under an id of its own."""

    event_id: str
    ids: tuple[str, ...]


@dataclass(slots=True)
class Records:
    """The records that count.

    Attributes:
        events: numbers of the distinct records, in order of their ids: of the same records the same order.
        calls: those of them that stand for a call: all but second copies.
        suffixes: of contradicting records what is added to their id: ``#`` and 8 hex digits.
        conflicts: what contradicts what.
        copies: second copies of a call, by the number of the record that stands for it.
    """

    events: Ints
    calls: Ints
    suffixes: dict[int, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    copies: dict[int, tuple[int, ...]] = field(default_factory=dict)


class Ids:
    """Event ids as text."""

    def __init__(self, facts: Facts, suffixes: dict[int, str]) -> None:
        self._facts = facts
        self._suffixes = suffixes

    def __getitem__(self, row: int) -> str:
        text = self._facts.texts.get(row)
        if not text:
            text = dashed(self._facts.ids[row].tobytes().hex())
        return text + self._suffixes.get(row, "")


def choose(facts: Facts) -> Records:
    """The records of a case that count."""
    order, starts = _by_id(facts.ids)
    lengths = np.diff(starts, append=len(order))
    keep = np.ones(facts.rows, np.bool_)
    suffixes: dict[int, str] = {}
    conflicts: list[Conflict] = []
    several = starts[lengths > 1]
    repeated = [
        rows
        for start, length in zip(several.tolist(), lengths[lengths > 1].tolist(), strict=True)
        for rows in _by_text(facts, order[start : start + length].tolist())
    ]
    wanted = np.zeros(facts.rows, np.bool_)
    wanted[[row for rows in repeated for row in rows]] = True
    teller = _Teller(facts, wanted)
    for rows in repeated:
        kept = teller.kept(rows)
        keep[rows] = False
        keep[kept] = True
        if len(kept) > 1:
            suffixes |= {row: f"#{teller.digest(row)[:8]}" for row in kept[1:]}
            ids = Ids(facts, suffixes)
            conflicts.append(Conflict(ids[kept[0]], tuple(ids[row] for row in kept)))
    same_id = np.repeat(np.arange(len(starts), dtype=np.int32), lengths)
    events = _in_order(facts, order[keep[order]], same_id[keep[order]], suffixes)
    copies = _with_endpoints(facts, events, dict(_second_copies(facts, events, suffixes)))
    first = np.ones(facts.rows, np.bool_)
    first[[row for others in copies.values() for row in others]] = False
    return Records(events, events[first[events]], suffixes, conflicts, copies)


def _by_id(ids: npt.NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """The rows in order of their ids, and where in that order each id begins."""
    high, low = halves(ids)
    order = _order(high)
    near = _equal(high[order])
    first = np.ones(len(order), np.bool_)
    if len(near):
        close = np.union1d(near, near + 1)
        rows = order[close]
        order[close] = rows[np.lexsort((low[rows], high[rows]))]
        first[near + 1] = low[order[near + 1]] != low[order[near]]
    return order, np.flatnonzero(first).astype(np.int32)


def halves(ids: npt.NDArray[np.uint8]) -> tuple[Halves, Halves]:
    """The first and the last 8 bytes of ids as numbers in the same order."""
    halves = ids.reshape(-1).view(">u8").astype(np.uint64).reshape(-1, 2)
    return halves[:, 0].copy(), halves[:, 1].copy()


def _order(values: Halves) -> Ints:
    """The order of numbers, stable; by sorting them with their places inside: half the cost of an ``argsort``."""
    width = np.uint64(len(values).bit_length())
    packed = (values >> width << width) | np.arange(len(values), dtype=np.uint64)
    packed.sort()
    order = (packed & ((np.uint64(1) << width) - np.uint64(1))).astype(np.int32)
    packed >>= width
    near = _equal(packed)
    if len(near):  # the end of the numbers made way for the places
        close = np.union1d(near, near + 1)
        rows = order[close]
        order[close] = rows[np.lexsort((rows, values[rows]))]
    return order


def _equal(sorted_values: Halves) -> npt.NDArray[np.intp]:
    """The places of values that are followed by an equal one."""
    return np.flatnonzero(sorted_values[1:] == sorted_values[:-1])


def _in_order(facts: Facts, events: Ints, same_id: Ints, suffixes: dict[int, str]) -> Ints:
    """Events sorted by the bytes of their ids, once more by what tells those of equal bytes apart.

    Args:
        facts: the facts.
        events: sorted by the bytes.
        same_id: of each a number; those of equal bytes have one.
        suffixes: of contradicting records.
    """
    equal = np.flatnonzero(same_id[1:] == same_id[:-1])
    places = np.union1d(equal, equal + 1)
    events[places] = sorted(
        events[places].tolist(),
        key=lambda row: (facts.ids[row].tobytes(), facts.texts.get(row, ""), suffixes.get(row, "")),
    )
    return events


def _by_text(facts: Facts, rows: list[int]) -> Iterable[list[int]]:
    """Rows of equal id bytes by the ids themselves: whoever makes up ids can make a UUID of another's SHA-256."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[facts.texts.get(row, "")].append(row)
    return found.values()


class _Teller:
    """Tells records under one id apart."""

    def __init__(self, facts: Facts, wanted: Mask) -> None:
        self._facts = facts
        self._touched = _of_rows(wanted, facts.touch_call, facts.touch_resource)
        self._touched_as = _of_rows(wanted, facts.touch_call, facts.touch_role)
        self._issued = _listed(facts.credentials, wanted)
        self._done = _listed(facts.pivots, wanted)
        rows = np.flatnonzero(wanted)
        columns = (facts.times, facts.kind, facts.caller, facts.client, facts.correction, facts.request_ids)
        numbers = zip(*(column[rows].tolist() for column in columns), strict=True)
        self._numbers = dict(zip(rows.tolist(), numbers, strict=True))

    def kept(self, rows: list[int]) -> list[int]:
        """The rows that count, the one that keeps the id first."""
        if len({self._all(row) for row in rows}) == 1:
            return rows[:1]
        corrections = [row for row in rows if self._facts.correction[row]]
        said = {row: self._said(row) for row in corrections or rows}
        ranked = sorted(said, key=lambda row: (-len(said[row]), _digest(said[row]), self._whole(row)))
        kept: list[int] = []
        saying: dict[tuple[str, Fact], list[int]] = defaultdict(list)
        for row in ranked:
            # whoever says all that a record says is among those that say what the fewest do
            rarest = min((saying.get(fact, []) for fact in said[row]), key=len)
            if not any(said[row] <= said[other] for other in rarest):
                kept.append(row)
                for fact in said[row]:
                    saying[fact].append(row)
        return kept

    def digest(self, row: int) -> str:
        """SHA-256 of what a record says, in hex."""
        return _digest(self._said(row))

    def _all(self, row: int) -> tuple[object, ...]:
        """Everything known of a record: equal for byte-equal ones."""
        facts = self._facts
        return (
            self._numbers[row],
            facts.shared.get(row),
            facts.sessions.get(row),
            frozenset(zip(self._touched.get(row, ()), self._touched_as.get(row, ()), strict=True)),
            tuple(self._issued.get(row, ())),
            tuple(self._done.get(row, ())),
        )

    def _whole(self, row: int) -> str:
        """Everything known of a record as text: what decides where the record itself says the same."""
        facts = self._facts
        touched = zip(self._touched.get(row, ()), self._touched_as.get(row, ()), strict=True)
        return json.dumps([
            facts.kinds[facts.kind[row]],
            facts.callers[facts.caller[row]],
            facts.sessions.get(row),
            sorted((facts.resources[resource], facts.roles[role]) for resource, role in touched),
            self._issued.get(row),
            self._done.get(row),
        ])  # fmt: skip

    def _said(self, row: int) -> frozenset[tuple[str, Fact]]:
        """The facts that the record itself states, without those that it leaves open."""
        facts = self._facts
        kind, caller, client = (
            facts.kinds[facts.kind[row]],
            facts.callers[facts.caller[row]],
            facts.clients[facts.client[row]],
        )
        single: dict[str, Fact | None] = {"time": int(facts.times[row]), "shared": facts.shared.get(row)}
        single["request"] = int(facts.request_ids[row]) or None
        single |= {f"kind.{name}": getattr(kind, name) for name in _SAID_OF_KIND}
        single |= {f"caller.{name}": getattr(caller, name) or None for name in _SAID_OF_CALLER}
        single |= {f"client.{name}": value for name, value in client._asdict().items()}
        said = {(name, value) for name, value in single.items() if value is not None}
        resources = (facts.resources[code] for code in self._touched.get(row, ()))
        said |= {("resource", resource) for resource in resources if not resource.startswith("scope:")}
        said |= set(_fields("issued", self._issued.get(row, ())))
        return frozenset(said | set(_fields("done", self._done.get(row, ()))))


def _digest(said: Iterable[tuple[str, Fact]]) -> str:
    written = sorted(json.dumps(fact, sort_keys=True) for fact in said)
    return hashlib.sha256("\n".join(written).encode()).hexdigest()


def _of_rows(wanted: Mask, calls: Ints, values: Ints) -> dict[int, list[int]]:
    chosen = wanted[calls]
    found: dict[int, list[int]] = defaultdict(list)
    for call, value in zip(calls[chosen].tolist(), values[chosen].tolist(), strict=True):
        found[call].append(value)
    return found


def _listed(
    pairs: Iterable[tuple[int, tuple[Fact | None, ...]]], wanted: Mask
) -> dict[int, list[tuple[Fact | None, ...]]]:
    found: dict[int, list[tuple[Fact | None, ...]]] = defaultdict(list)
    for call, value in pairs:
        if wanted[call]:
            found[call].append(value)
    return found


def _fields(name: str, tuples: Iterable[tuple[Fact | None, ...]]) -> Iterator[tuple[str, Fact]]:
    for held in tuples:
        for place, value in enumerate(held):
            if value is not None:
                yield f"{name}.{place}", value


def _second_copies(facts: Facts, events: Ints, suffixes: dict[int, str]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Records of one call in several accounts: by the shared id, else by request id, action and second.

    The caller's own record stands for the call: it has his key, and tells his session.
    """
    seen: set[int] = set()
    kinds = [kind.account for kind in facts.kinds]
    callers, types = facts.callers.column("account").all(), facts.callers.column("type").all()

    def own_first(row: int) -> tuple[bool, bool, str]:
        kind, caller = kinds[facts.kind[row]], facts.caller[row]
        return types[caller] == "AWSAccount", callers[caller] != kind, kind or ""

    for rows in _same_call(facts, events, suffixes):
        accounts = {kinds[facts.kind[row]] for row in rows}
        if len(accounts) == len(rows) and None not in accounts and seen.isdisjoint(rows):
            seen.update(rows)
            first, *others = sorted(rows, key=own_first)
            yield first, tuple(others)


def _same_call(facts: Facts, events: Ints, suffixes: dict[int, str]) -> Iterator[list[int]]:
    yield from _by_shared_id(facts, events, suffixes)
    yield from _by_request(facts, events)


def _by_shared_id(facts: Facts, events: Ints, suffixes: dict[int, str]) -> Iterator[list[int]]:
    """Records of one category that share an id, in order of the ids."""
    counted = np.zeros(facts.rows, np.bool_)
    counted[events] = True
    shared = facts.shared
    sharing = counted[shared.rows]
    # a record whose own id is the one that others share does not repeat it
    owners = _owners(facts, events, suffixes, shared.distinct.all)
    owned = np.flatnonzero(owners >= 0)
    rows = np.concatenate([shared.rows[sharing], owners[owned]])
    texts = _ranks(shared.distinct.all)[np.concatenate([shared.codes[sharing], owned])]
    categories = _ranks([kind.category for kind in facts.kinds])[facts.kind[rows]]
    order = np.lexsort((categories, texts))
    change = (np.diff(texts[order]) != 0) | (np.diff(categories[order]) != 0)
    ends = [*(np.flatnonzero(change) + 1).tolist(), len(order)]
    ordered = rows[order].tolist()
    yield from (ordered[start:end] for start, end in itertools.pairwise([0, *ends]) if end - start > 1)


def _ranks(texts: Sequence[str]) -> Ints:
    """For each of some texts its place among them, in their order; equal ones have one."""
    place = {text: at for at, text in enumerate(sorted(set(texts)))}
    return np.fromiter(map(place.__getitem__, texts), np.int32, len(texts))


def _owners(facts: Facts, events: Ints, suffixes: dict[int, str], texts: Sequence[str]) -> Ints:
    """For each of some ids the event that bears just this id, negative if none does."""
    found = np.full(len(texts), -1, np.int32)
    ids = [id_bytes(text) for text in texts]
    wanted, ends = halves(np.frombuffer(b"".join(ids), np.uint8))
    high, low = halves(facts.ids[events])
    order = _order(wanted)  # those that come one after the other are found near each other
    starts, stops = np.searchsorted(high, wanted[order]), np.searchsorted(high, wanted[order], "right")
    for place, start, stop in zip(order.tolist(), starts.tolist(), stops.tolist(), strict=True):
        if start == stop:
            continue
        if stop - start > 1:  # ids of one first half are nobody's chance
            start += int(np.searchsorted(low[start:stop], ends[place]))  # noqa: PLW2901 - the same place, found better
        text = None if is_canonical(texts[place]) else texts[place]
        bearing = _bearing(facts, events, start, ids[place])
        found[place] = next((row for row in bearing if row not in suffixes and facts.texts.get(row) == text), -1)
    return found


def _bearing(facts: Facts, events: Ints, start: int, wanted: bytes) -> Iterator[int]:
    """The events whose ids have these bytes, from the place on where they begin if there are any."""
    bearing = map(int, events[start:])
    yield from itertools.takewhile(lambda row: facts.ids[row].tobytes() == wanted, bearing)


def _by_request(facts: Facts, events: Ints) -> Iterator[list[int]]:
    """Records without a shared id: the same request, action and second in several accounts."""
    asking = facts.request_ids != 0
    asking[facts.shared.rows] = False
    known = events[asking[events]]
    request = facts.request_ids[known]
    order = _order(request)
    equal = _equal(request[order])
    groups: dict[tuple[int, str, str, str, int], list[int]] = defaultdict(list)
    for row in np.unique(known[order[np.union1d(equal, equal + 1)]]).tolist():
        kind = facts.kinds[facts.kind[row]]
        request_id, time = int(facts.request_ids[row]), int(facts.times[row])
        groups[request_id, kind.source, kind.name, kind.category, time].append(row)
    yield from (rows for rows in groups.values() if len(rows) > 1)


def _with_endpoints(facts: Facts, events: Ints, copies: dict[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """The copies, and with them what VPC endpoints logged of a call: by request id and service, if one call has both.

    Source: CloudTrail User Guide, network activity events; ``sharedEventID`` of theirs need not be that of the call.
    """
    endpoint = np.fromiter((kind.category == _ENDPOINT for kind in facts.kinds), np.bool_, len(facts.kinds))
    logged = endpoint[facts.kind[events]] & (facts.request_ids[events] != 0)
    if not logged.any():
        return copies
    asked = np.isin(facts.request_ids[events], facts.request_ids[events[logged]]) & ~endpoint[facts.kind[events]]
    stands_for = {other: first for first, others in copies.items() for other in others}
    calls: dict[tuple[int, str], set[int]] = defaultdict(set)
    for row in events[asked].tolist():
        calls[_request(facts, row)].add(stands_for.get(row, row))
    for row in events[logged].tolist():
        of_call = calls[_request(facts, row)]
        if len(of_call) == 1 and row not in stands_for:
            (call,) = of_call
            copies[call] = (*copies.get(call, ()), row, *copies.pop(row, ()))
    return copies


def _request(facts: Facts, row: int) -> tuple[int, str]:
    return int(facts.request_ids[row]), facts.kinds[facts.kind[row]].source
