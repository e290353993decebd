"""The whole graph at once: for those who want all of it in another tool."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from graphtrail import arn as arns
from graphtrail.graph.layout import bucket_of, label_of
from graphtrail.graph.model import Edge, Node, Subgraph, Value
from graphtrail.graph.schema import PRINCIPALS
from graphtrail.stores.call_table import Client, Numbers, Rows
from graphtrail.stores.calls import Calls
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.store import ControlEdge, EntityNode, SessionNode

_ENDS = 10
# Nodes that only edges name, by the type of the edge.
_PLACES = {"CLAIMS": "SourceIdentity", "IN": "Account"}
# Calls that are put together at a time, those of one session never in two parts.
_PART = 200_000


class Acted(NamedTuple):
    """The action of an Action node: of one session, with one outcome."""

    action: str
    outcome: str
    error_code: str | None


def whole(store: MemoryStore) -> Subgraph:
    """All nodes and edges: control, and touches put together by session, action, outcome and error code."""
    nodes = [*map(session_node, store.sessions()), *map(entity_node, store.entities())]
    touching = list(touches(store))
    nodes += [node for edge in touching if (node := action_node(edge)) is not None]
    nodes += places(store)
    edges = [*map(control_edge, store.edges()), *touching, *inside(store), *belonging(store)]
    return Subgraph(
        nodes=tuple(sorted(nodes, key=lambda node: node.key)),
        edges=tuple(sorted(edges, key=lambda edge: (edge.source, edge.target, edge.type, edge.first_seen))),
    )


def places(store: MemoryStore) -> Iterator[Node]:
    """The nodes that only edges name, each once: buckets, addresses, endpoints, source identities, accounts."""
    held = store.calls
    named = {edge.target: "Bucket" for edge in inside(store)}
    used = np.flatnonzero(np.bincount(held.column("client"), minlength=len(held.clients))).tolist()
    clients = [held.clients[code] for code in used]
    named |= {f"ip:{client.address}": "IpAddress" for client in clients if client.address}
    named |= {client.vpc_endpoint: "VpcEndpoint" for client in clients if client.vpc_endpoint}
    named |= {edge.target: _PLACES[edge.type] for edge in belonging(store)}
    for key, label in named.items():
        if store.number(key) is None:
            yield Node(key, label, short(key) if label == "Bucket" else key.partition(":")[2] or key)


def session_node(session: SessionNode) -> Node:
    """A session as a node of a picture."""
    said: dict[str, Value] = {
        "kind": session.kind,
        "principal": session.principal,
        "principal_uid": session.uid,
        "workload": session.workload,
        "created": session.created,
        "expires": session.expires,
        "expires_assumed": session.expires_assumed,
        "first_seen": session.first_seen,
        "last_seen": session.last_seen,
        "calls": session.calls,
        "mfa": session.mfa,
        "origin": session.origin,
        "origin_status": session.status,
    }
    return Node(session.key, "Session", session.name or short(session.principal or session.key), said)


def entity_node(entity: EntityNode) -> Node:
    """A principal, resource or workload as a node of a picture."""
    said: dict[str, Value] = (
        {"unique_ids": entity.unique_ids, "recreated": entity.recreated} if entity.unique_ids else {}
    )
    if entity.owners:
        said["owner_accounts"] = entity.owners
    return Node(entity.key, entity.label, short(entity.key), said)


def short(key: str) -> str:
    """A name to read for a key: the last part of an ARN; the key itself, where a forged one has none."""
    if not key.startswith("arn:"):
        return key.removeprefix("ip:").removeprefix("service:") or key
    resource = key.split(":", 5)[-1]
    return (resource if ":s3:::" in key else resource.rpartition("/")[2] or resource) or key


def control_edge(edge: ControlEdge) -> Edge:
    """A control edge as an edge of a picture."""
    said: dict[str, Value] = {"until": edge.until, "since": edge.since}
    if edge.detail:
        said["detail"] = edge.detail
    return Edge(
        source=edge.source,
        target=edge.target,
        type=edge.type,
        first_seen=edge.at,
        last_seen=edge.at,
        count=max(len(edge.event_ids), 1),
        confidence=str(edge.confidence),
        rule=edge.rule,
        event_ids=edge.event_ids[: 2 * _ENDS],
        event_total=len(edge.event_ids),
        properties=said,
    )


def touches(store: MemoryStore) -> Iterator[Edge]:
    """The edges of the touch half, some sessions at a time, so that no more is held than their calls."""
    for calls in _parts(store):
        yield from _touching(store, calls)


def _parts(store: MemoryStore) -> Iterator[Rows]:
    """All calls in parts: those of some sessions, in order of time and id."""
    held, ends = store.calls, store.spans
    start = 0
    while start < len(ends) - 1:
        end = max(int(np.searchsorted(ends, ends[start] + _PART, "right")) - 1, start + 1)
        calls = np.arange(ends[start], ends[end])
        if len(calls):
            yield held.by_time(calls)
        start = end


def actions(store: MemoryStore) -> Iterator[Node]:
    """The Action nodes, each once."""
    for calls in _parts(store):
        yield from filter(None, map(action_node, _performed(store, calls, *_kinds(store, calls))))


def _kinds(store: MemoryStore, calls: Rows) -> tuple[Numbers, list[Acted]]:
    """What was done, of each of some calls the number of it."""
    held = store.calls
    found: dict[Acted, int] = {}
    of_kind = np.array([found.setdefault(Acted(*_acted(held, code)), len(found)) for code in range(len(held.kinds))])
    return of_kind[held.column("kind")[calls]], list(found)


def _performed(store: MemoryStore, calls: Rows, kinds: Numbers, names: list[Acted]) -> Iterator[Edge]:
    held = store.calls
    sessions = held.column("session")[calls]
    for places in _groups([sessions, kinds]):
        session, acted = store.key(int(sessions[places[0]])), names[kinds[places[0]]]
        said: dict[str, Value] = {"action": acted.action, "outcome": acted.outcome, "error_code": acted.error_code}
        yield _edge(held, session, action_key(session, acted), "PERFORMED", calls[places], said)


def _touching(store: MemoryStore, calls: Rows) -> Iterator[Edge]:
    held = store.calls
    kinds, names = _kinds(store, calls)
    yield from _performed(store, calls, kinds, names)
    sessions = held.column("session")[calls]
    places_of, nodes, roles = held.touched(calls)
    for touched in _groups([sessions[places_of], kinds[places_of], nodes, roles]):
        first = places_of[touched[0]]
        source = action_key(store.key(int(sessions[first])), names[kinds[first]])
        role = held.roles[roles[touched[0]]]
        target = store.key(int(nodes[touched[0]]))
        yield _edge(held, source, target, "ON", calls[places_of[touched]], {"role": role})
    yield from _clients(store, calls, sessions, "FROM", lambda client: f"ip:{client.address}" if client.address else "")
    yield from _clients(store, calls, sessions, "SIGHTED_AT", lambda client: client.vpc_endpoint or "")


def action_node(edge: Edge) -> Node | None:
    """The Action node at the end of an edge that leads to one."""
    return (
        Node(edge.target, "Action", str(edge.properties["action"]), edge.properties)
        if "action" in edge.properties
        else None
    )


def inside(store: MemoryStore) -> Iterator[Edge]:
    """An edge from each object to its bucket, over the time in which calls were on the object."""
    held, nodes = store.calls, sum(store.counts)
    first, last = np.full(nodes, 2**62), np.full(nodes, -(2**62))
    for calls in _parts(store):
        places, touched, _ = held.touched(calls)
        times = held.column("time")[calls][places]
        np.minimum.at(first, touched, times)
        np.maximum.at(last, touched, times)
    for node in np.flatnonzero(last >= first).tolist():
        key = store.key(node)
        if label_of(key) == "Object":
            yield Edge(key, bucket_of(key), "IN", int(first[node]), int(last[node]))


def _clients(
    store: MemoryStore, calls: Rows, sessions: Numbers, kind: str, key: Callable[[Client], str]
) -> Iterator[Edge]:
    """An edge from each session to each of what it called from: its address, or the endpoint of a VPC."""
    held = store.calls
    keys = sorted({key(client) for client in held.clients})
    of_client = np.searchsorted(keys, [key(client) for client in held.clients])
    codes = of_client[held.column("client")[calls]]
    for places in _groups([sessions, codes]):
        target = keys[codes[places[0]]]
        if target:
            yield _edge(held, store.key(int(sessions[places[0]])), target, kind, calls[places], {})


def belonging(store: MemoryStore) -> Iterator[Edge]:
    """The source identity that a session carries, and the account of each principal."""
    for session in store.sessions():
        if session.source_identity:
            first, last = session.first_seen or session.created or 0, session.last_seen or session.created or 0
            yield Edge(session.key, f"srcid:{session.source_identity}", "CLAIMS", first, last, session.calls)
    first, last = store.case.first or 0, store.case.last or 0
    for entity in store.entities():
        named = arns.parse(entity.key) if entity.label in PRINCIPALS else None
        if named and named.account:
            yield Edge(entity.key, f"account:{named.account}", "IN", first, last)


def action_key(session: str, acted: Acted) -> str:
    """The key of an Action node."""
    return f"act:{session}|{acted.action}|{acted.outcome}|{acted.error_code or ''}"


def _acted(held: Calls, code: int) -> tuple[str, str, str | None]:
    kind = held.kinds[code]
    return kind.action, kind.outcome, kind.error_code


def _groups(columns: Sequence[Numbers]) -> Iterator[Rows]:
    """The places of equal rows, each group in its order."""
    order = np.lexsort(tuple(reversed(columns)))
    change = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    yield from np.split(order, np.flatnonzero(change) + 1)


def _edge(held: Calls, source: str, target: str, kind: str, calls: Rows, said: dict[str, Value]) -> Edge:
    times = held.column("time")
    ends = calls if len(calls) <= 2 * _ENDS else np.concatenate([calls[:_ENDS], calls[-_ENDS:]])
    return Edge(
        source=source,
        target=target,
        type=kind,
        first_seen=int(times[calls[0]]),
        last_seen=int(times[calls[-1]]),
        count=len(calls),
        event_ids=tuple(held.event_ids(ends)),
        event_total=len(calls),
        properties=said,
    )
