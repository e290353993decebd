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
    outside = _Outside(trail)
    order = np.argsort(pairs, kind="stable")
    for places in np.split(order, np.flatnonzero(np.diff(pairs[order])) + 1) if len(order) else ():
        own, (session, name) = held.by_time(calls[places]), divmod(int(pairs[places[0]]), len(names))
        rows.append(_row(trail, trail.session_at(session), names[name] or None, own, outside))
    yield from sorted(rows, key=lambda row: (row.first_seen, row.session or "", row.address or ""))


def _row(trail: Trail, session: SessionNode, address: Text, calls: Rows, outside: "_Outside") -> Sighting:
    held = trail.store.calls
    keys = {held.callers[code].access_key for code in set(held.column("caller")[calls].tolist())}
    return Sighting(
        **trail.traced(session) | counted(trail, calls),
        address=address,
        access_key=next(iter(keys)) if len(keys) == 1 else None,
        outside=_is_ip(address) and outside[session.workload]
        if session.workload and ":instance/" in session.workload
        else None,
    )


class _Outside(dict[str, bool]):
    """Whether an instance is seen at several public addresses: then what comes from one may be outside."""

    def __init__(self, trail: Trail) -> None:
        super().__init__()
        self._trail = trail

    def __missing__(self, instance: str) -> bool:
        store = self._trail.store
        edges = (edge for edge in store.out(instance) if edge.type == "HOSTS")
        siblings = [held for edge in edges if (held := store.session(edge.target))]
        codes = np.unique(store.calls.column("client")[self._trail.calls_of(siblings)]).tolist()
        seen = {store.calls.clients[code].address for code in codes}
        self[instance] = len({address for address in seen if _is_ip(address)}) > 1
        return self[instance]


def _is_ip(address: Text) -> bool:
    try:
        ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return True
