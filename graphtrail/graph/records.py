"""Which records count: copies of one record, contradictions under one id, corrections, and the two copies of one call.

All of it is a function of the set of records: order, files and batches do not matter.
"""

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints, Mask
from graphtrail.case.columns import is_canonical
from graphtrail.case.facts import Facts
from graphtrail.case.segment import id_bytes

Fact = str | int | bool
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
        text = self._facts.texts.get(row) or str(UUID(bytes=self._facts.ids[row].tobytes()))
        return text + self._suffixes.get(row, "")


def choose(facts: Facts) -> Records:
    """The records of a case that count."""
    order, starts = _by_id(facts.ids)
    keep = np.ones(facts.rows, np.bool_)
    suffixes: dict[int, str] = {}
    conflicts: list[Conflict] = []
    ends = np.append(starts[1:], len(order))
    repeated = [
        rows
        for start, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True)
        for rows in _by_text(facts, order[start:end].tolist())
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
    events = _in_order(facts, order[keep[order]], suffixes)
    copies = _with_endpoints(facts, events, dict(_second_copies(facts, events, suffixes)))
    second = {row for others in copies.values() for row in others}
    calls = events[~np.isin(events, list(second))] if second else events
    return Records(events, calls, suffixes, conflicts, copies)


def _by_id(ids: npt.NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """The rows in order of their ids, and where in that order each id begins."""
    halves = ids.view(">u8").astype(np.uint64) if len(ids) else np.zeros((0, 2), np.uint64)
    high, low = halves[:, 0], halves[:, 1]
    order = np.argsort(high, kind="stable")
    near = np.flatnonzero(high[order][1:] == high[order][:-1])
    if len(near):
        close = np.union1d(near, near + 1)
        rows = order[close]
        order[close] = rows[np.lexsort((low[rows], high[rows]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = (high[order][1:] != high[order][:-1]) | (low[order][1:] != low[order][:-1])
    return order.astype(np.int32), np.flatnonzero(first).astype(np.int32)


def _in_order(facts: Facts, events: Ints, suffixes: dict[int, str]) -> Ints:
    """Events sorted by the bytes of their ids, once more by what tells those of equal bytes apart."""
    ids = facts.ids[events]
    equal = np.flatnonzero((ids[1:] == ids[:-1]).all(axis=1))
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

    def kept(self, rows: list[int]) -> list[int]:
        """The rows that count, the one that keeps the id first."""
        if len({self._all(row) for row in rows}) == 1:
            return rows[:1]
        corrections = [row for row in rows if self._facts.correction[row]]
        ranked = sorted(
            corrections or rows, key=lambda row: (-len(self._said(row)), self.digest(row), self._whole(row))
        )
        kept: list[int] = []
        for row in ranked:
            if not any(self._said(row) <= self._said(other) for other in kept):
                kept.append(row)
        return kept

    def digest(self, row: int) -> str:
        """SHA-256 of what a record says, in hex."""
        said = sorted(json.dumps(fact, sort_keys=True) for fact in self._said(row))
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def _all(self, row: int) -> tuple[object, ...]:
        """Everything known of a record: equal for byte-equal ones."""
        facts = self._facts
        return (
            facts.times[row],
            facts.kind[row],
            facts.caller[row],
            facts.client[row],
            facts.correction[row],
            facts.request_ids[row],
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
    for rows in _same_call(facts, events, suffixes):
        accounts = {facts.kinds[facts.kind[row]].account for row in rows}
        if len(accounts) == len(rows) and None not in accounts and seen.isdisjoint(rows):
            seen.update(rows)
            first, *others = sorted(rows, key=lambda row: _own_first(facts, row))
            yield first, tuple(others)


def _own_first(facts: Facts, row: int) -> tuple[bool, bool, str]:
    caller, kind = facts.callers[facts.caller[row]], facts.kinds[facts.kind[row]]
    return (caller.type == "AWSAccount", caller.account != kind.account, kind.account or "")


def _same_call(facts: Facts, events: Ints, suffixes: dict[int, str]) -> Iterator[list[int]]:
    yield from _by_shared_id(facts, events, suffixes)
    yield from _by_request(facts, events)


def _by_shared_id(facts: Facts, events: Ints, suffixes: dict[int, str]) -> Iterator[list[int]]:
    counted = set(events.tolist()) if facts.shared else set()
    sharing: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, shared in facts.shared.items():
        if row in counted:
            sharing[shared, facts.kinds[facts.kind[row]].category].append(row)
    # a record whose own id is the one that others share does not repeat it
    named = {shared for shared, _ in sharing}
    owners = {shared: _row_of(facts, events, suffixes, shared) for shared in named}
    for (shared, category), rows in sorted(sharing.items()):
        owner = owners.get(shared)
        if owner is not None and facts.kinds[facts.kind[owner]].category == category:
            rows.append(owner)
        if len(rows) > 1:
            yield rows


def _row_of(facts: Facts, events: Ints, suffixes: dict[int, str], event_id: str) -> int | None:
    """The event that bears just this id."""
    wanted, text = id_bytes(event_id), None if is_canonical(event_id) else event_id
    at = bisect_left(events, wanted, key=lambda row: facts.ids[row].tobytes())
    while at < len(events) and facts.ids[events[at]].tobytes() == wanted:
        row = int(events[at])
        if row not in suffixes and facts.texts.get(row) == text:
            return row
        at += 1
    return None


def _by_request(facts: Facts, events: Ints) -> Iterator[list[int]]:
    """Records without a shared id: the same request, action and second in several accounts."""
    alone = events[~np.isin(events, list(facts.shared))] if facts.shared else events
    known = alone[facts.request_ids[alone] != 0]
    request = facts.request_ids[known]
    order = np.argsort(request, kind="stable")
    equal = np.flatnonzero(request[order][1:] == request[order][:-1])
    groups: dict[tuple[int, str, str, str, int], list[int]] = defaultdict(list)
    for row in sorted({int(known[order[place]]) for near in equal.tolist() for place in (near, near + 1)}):
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
