"""The single calls of a case as rows for a server; see ``stores.rows``.

There are as many as all else together, so they are put together some thousand at a time: what many calls share is made
once for all of them.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from graphtrail.events.classes import access_class
from graphtrail.stores.call_table import Issue, Rows
from graphtrail.stores.calls import Calls
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import DIGEST, EVENT_INDEXED, Named, Row, hashed, known, lengthened, node, relationship

_PART = 5_000
_LETTERS = 4 * DIGEST // 3  # of a digest, in base64


def nodes(store: MemoryStore, name: Named, calls: Rows) -> Iterator[tuple[str, Row]]:
    """The calls, the copies of them in other accounts, and what they handed out."""
    held = store.calls
    for part in _parts(calls):
        ids = held.event_ids(part)
        yield from (
            ("Event", node(name, f"evt:{event_id}", said, EVENT_INDEXED))
            for event_id, said in zip(ids, _events(store, part, ids), strict=True)
        )
        for call in part.tolist():
            for place, copy in enumerate(held.copies(call)):
                said = {"name": _action(held, call), "event_id": copy, "place": place}
                yield "Copy", node(name, f"evt:{copy}", said)
        for event_id, place, issue in _issues(held, part, ids):
            yield "Credential", node(name, _credential(event_id, place), _issue(store, issue) | {"place": place})


def relationships(store: MemoryStore, name: Named, calls: Rows) -> Iterator[tuple[str, Row]]:
    """Who made the calls, what they touched, which copies they have, and what their credentials opened."""
    for part in _parts(calls):
        ids = store.calls.event_ids(part)
        yield from _called(store, name, part, ids)
        yield from _touched(store, name, part, ids)
        yield from _others(store, name, part, ids)


def _parts(calls: Rows) -> Iterator[Rows]:
    """Calls, some at a time: as many Python objects as there are calls would fill the memory."""
    return (calls[start : start + _PART] for start in range(0, len(calls), _PART))


def _events(store: MemoryStore, calls: Rows, ids: Sequence[str]) -> Iterator[Row]:
    """What is known of calls, as the properties of their nodes."""
    held = store.calls
    kind = _of_codes(held.column("kind")[calls], lambda code: _kind(held, code))
    caller = _of_codes(held.column("caller")[calls], lambda code: _caller(held, code))
    client = _of_codes(held.column("client")[calls], lambda code: _client(held, code))
    columns = [held.column(column)[calls].tolist() for column in ("time", "session", "signed", "sure", "file")]
    rows = zip(calls.tolist(), ids, kind, caller, client, *columns, strict=True)
    for call, event_id, of_kind, of_caller, of_client, time, session, signed, sure, file in rows:
        said = {"number": call, "event_id": event_id, "time": time, **of_kind, **of_caller, **of_client}
        if signed != session:
            said |= {"signed": store.key(signed), "signed_number": signed}
        if store.checked is not None:
            said["file"] = file
        if sure:
            said["given_back"] = sure
        if held.copies(call):
            said["copies"] = held.copies(call)
        if held.is_odd(call):  # what it is sorted by: of a UUID it follows from the id
            said |= {half: int(held.column(half)[call].astype(np.int64)) for half in ("id_high", "id_low")}
        yield said


def _of_codes(codes: Any, make: Callable[[int], Row]) -> Iterator[Row]:  # noqa: ANN401 - numbers of any width
    """What each code stands for, made once."""
    distinct, places = np.unique(codes, return_inverse=True)
    return map(list(map(make, distinct.tolist())).__getitem__, places.tolist())


def _kind(held: Calls, code: int) -> Row:
    kind = held.kinds[code]
    return known(
        {
            "name": kind.action,
            "action": kind.action,
            "event_name": kind.name,
            "event_source": kind.source,
            "region": kind.region,
            "account": kind.account,
            "category": kind.category,
            "outcome": kind.outcome,
            "error_code": kind.error_code,
            "read_only": kind.read_only,
            "truncated": kind.truncated or None,
            "access_class": access_class(kind.action, kind.read_only),
        }
    )


def _caller(held: Calls, code: int) -> Row:
    caller = held.callers[code]
    return known(
        {
            "via": caller.via,
            "identity_type": caller.type,
            "identity_arn": caller.arn,
            "access_key": caller.access_key,
            "principal_account": caller.account,
        }
    )


def _client(held: Calls, code: int) -> Row:
    client = held.clients[code]
    return known({"address": client.address, "agent": client.agent, "vpc_endpoint": client.vpc_endpoint})


def _action(held: Calls, call: int) -> str:
    return held.kinds[held.column("kind").item(call)].action


def _issues(held: Calls, calls: Rows, ids: Sequence[str]) -> Iterator[tuple[str, int, Issue]]:
    """The credentials that some calls handed out, each with the id of its event and its place among those of it."""
    issuing = np.flatnonzero(np.isin(calls, held.issuing)).tolist()
    for at in issuing:
        yield from ((ids[at], place, issue) for place, issue in enumerate(held.issued(int(calls[at]))))


def _credential(event_id: str, place: int) -> str:
    return f"cred:{event_id}#{place}"


def _issue(store: MemoryStore, issue: Issue) -> Row:
    return {
        "name": issue.name or issue.method,
        "action": issue.method,
        "access_key": issue.key,
        "session": store.key(issue.session) if issue.session >= 0 else None,
        "principal": issue.target,
        "session_name": issue.name,
    }


def _called(store: MemoryStore, name: Named, calls: Rows, ids: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Who made some calls."""
    sessions = store.calls.column("session")[calls].tolist()
    times = store.calls.column("time")[calls].tolist()
    callers = {number: store.key(number) for number in set(sessions)}
    for event_id, session, at in zip(ids, sessions, times, strict=True):
        key = hashed("CALLED", event_id)
        yield "CALLED", relationship(name, callers[session], f"evt:{event_id}", key, {"at": at})


def _touched(store: MemoryStore, name: Named, calls: Rows, ids: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """What some calls touched: the row of ``named.relationship``, its parts put together once for all of them."""
    held = store.calls
    places, touched, roles = held.touched(calls)
    pairs, of_pair = np.unique(touched.astype(np.int64) * len(held.roles) + roles, return_inverse=True)
    ends = [_end(store, name, *divmod(pair, len(held.roles))) for pair in pairs.tolist()]
    events = [(name.uid(f"evt:{event_id}"), lengthened("AT", event_id)) for event_id in ids]
    times = held.column("time")[calls].tolist()
    first = np.searchsorted(places, places)  # of the touches of the same call
    at, pair = places.tolist(), of_pair.tolist()
    keys = _digests(events[call][1] + ends[end][2] for call, end in zip(at, pair, strict=True))
    case_id, load = name.case_id, name.load
    for call, end, place, key in zip(at, pair, (np.arange(len(places)) - first).tolist(), keys, strict=True):
        target, role, _ = ends[end]
        said = {"uid": f"{case_id}|{key}", "case_id": case_id, "load": load}
        said |= {"at": times[call], "role": role, "place": place}
        yield "AT", {"source": events[call][0], "target": target, "properties": said}


def _end(store: MemoryStore, name: Named, node_: int, code: int) -> tuple[str, str, bytes]:
    """A node that is touched in a role: its uid, the role, and what both add to the key of a touch."""
    key, role = store.key(node_), store.calls.roles[code]
    return name.uid(key), role, lengthened(key, role)


def _digests(parts: Iterator[bytes]) -> Iterator[str]:
    """Of each what ``named.hashed`` gives: digests are a whole number of letters long, so all are written at once."""
    joined = b"".join([hashlib.blake2b(part, digest_size=DIGEST).digest() for part in parts])
    written = base64.urlsafe_b64encode(joined).decode()
    return (written[start : start + _LETTERS] for start in range(0, len(written), _LETTERS))


def _others(store: MemoryStore, name: Named, calls: Rows, ids: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Which copies some calls have, and what their credentials opened."""
    held = store.calls
    times = held.column("time")
    for call, event_id in zip(calls.tolist(), ids, strict=True):
        for copy in held.copies(call):
            key = hashed("COPY_OF", event_id, copy)
            yield "COPY_OF", relationship(name, f"evt:{copy}", f"evt:{event_id}", key, {"at": times.item(call)})
    for event_id, place, issue in _issues(held, calls, ids):
        credential, said = _credential(event_id, place), {"at": times.item(issue.call)}
        yield "HANDED_OUT", relationship(name, f"evt:{event_id}", credential, hashed("HANDED_OUT", credential), said)
        if issue.session >= 0:
            opened = store.key(issue.session)
            yield "OPENS", relationship(name, credential, opened, hashed("OPENS", credential), said)
