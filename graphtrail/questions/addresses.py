"""``addresses``."""

import ipaddress
from collections.abc import Iterator
from typing import Annotated

import numpy as np

from graphtrail.questions.gaps import about_window
from graphtrail.questions.groups import counted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Counted, Text
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.seeds import touching
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import SessionNode


class Sighting(Counted, frozen=True, kw_only=True):
    """The calls of one session from one address.

    Attributes:
        address: as recorded: an IP address, or the name of a service; None where the record has none.
        access_key: that signed them, None if none or several did.
        outside: of a session of an instance: a sibling key of the instance is used from another address, so that this
            one may have left it; None of all other sessions.
    """

    address: Text
    access_key: Text
    outside: bool | None


@question(Sighting, "address session principal access_key outside count first_seen last_seen agents")
def addresses(
    trail: Trail, seed: Annotated[str, "session, key, principal, resource, address or event"]
) -> Iterator[Sighting]:
    """From which addresses was it used, and were credentials of an instance used outside it?

    One row for each session and address, by first sight. Of an access key id the calls that it signed; of its session
    (``key:AKIA...``) those that services forwarded for it, too.
    """
    found = find(trail, seed)
    about_window(trail)
    held = trail.store.calls
    if found.kind == "key":
        calls = trail.within(held.signed_by(found.key.removeprefix("key:")))
    elif found.kind == "resource":
        calls = touching(trail, found.key, None)
    else:
        calls = trail.calls_of(found.sessions)
    if found.kind == "address":
        calls = held.where_client(calls, lambda client: f"ip:{client.address}" == found.key)
    rows = []
    sessions, clients = trail.sessions(calls), held.column("client")[calls]
    names = sorted({client.address or "" for client in held.clients})
    of_client = np.searchsorted(names, [client.address or "" for client in held.clients])
    pairs = sessions * max(len(names), 1) + of_client[clients]
    for pair in np.unique(pairs).tolist():
        own = held.by_time(calls[pairs == pair])
        rows.append(_row(trail, trail.session_at(pair // len(names)), names[pair % len(names)] or None, own))
    yield from sorted(rows, key=lambda row: (row.first_seen, row.session or "", row.address or ""))


def _row(trail: Trail, session: SessionNode, address: Text, calls: Rows) -> Sighting:
    held = trail.store.calls
    keys = {held.callers[code].access_key for code in set(held.column("caller")[calls].tolist())}
    return Sighting(
        **trail.traced(session) | counted(trail, calls),
        address=address,
        access_key=next(iter(keys)) if len(keys) == 1 else None,
        outside=_outside(trail, session, address) if session.workload and ":instance/" in session.workload else None,
    )


def _outside(trail: Trail, session: SessionNode, address: Text) -> bool:
    """Whether the instance is also seen at another public address, or at none, while this one is public."""
    edges = trail.store.out(session.workload or "")
    siblings = [held for edge in edges if edge.type == "HOSTS" and (held := trail.store.session(edge.target))]
    calls = trail.store.calls
    seen = {
        calls.clients[code].address
        for sibling in siblings
        for code in set(calls.column("client")[trail.calls_of([sibling])].tolist())
    }
    return len({other for other in seen if _is_ip(other)}) > 1 and _is_ip(address)


def _is_ip(address: Text) -> bool:
    try:
        ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return True
