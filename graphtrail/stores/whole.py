"""The whole graph at once: for those who want all of it in another tool."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from graphtrail import arn as arns
from graphtrail.graph.layout import bucket_of, label_of
from graphtrail.graph.model import Edge, Node, Subgraph, Value
from graphtrail.graph.schema import PRINCIPALS
from graphtrail.stores.calls import Calls, Client, Rows
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.store import ControlEdge, EntityNode, SessionNode
from graphtrail.stores.tables import Numbers

_ENDS = 10
# Nodes that only edges name, by the type of the edge.
_PLACES = {"FROM": "IpAddress", "SIGHTED_AT": "VpcEndpoint", "CLAIMS": "SourceIdentity", "IN": "Account"}


class Acted(NamedTuple):
    """The action of an Action node: of one session, with one outcome."""

    action: str
    outcome: str
    error_code: str | None


def whole(store: MemoryStore) -> Subgraph:
    """All nodes and edges: control, and touches put together by session, action, outcome and error code."""
    nodes = [session_node(store.session_at(row)) for row in range(store.counts.sessions)]
    nodes += [entity_node(store.entity_at(row)) for row in range(store.counts.entities)]
    edges = [control_edge(edge) for edge in store.edges()]
    touching = list(_touching(store))
    inside = list(_inside(touching))
    buckets = {edge.target for edge in inside} - {node.key for node in nodes}
    nodes += [Node(key, "Bucket", short(key)) for key in buckets]
    actions = {edge.target: edge for edge in touching if edge.type == "PERFORMED"}
    nodes += [Node(key, "Action", str(edge.properties["action"]), edge.properties) for key, edge in actions.items()]
    belonging = [*_belonging(store)]
    edges += belonging
    known = {node.key for node in nodes}
    places = {edge.target: _PLACES[edge.type] for edge in (*touching, *belonging) if edge.type in _PLACES}
    nodes += [Node(key, label, key.partition(":")[2] or key) for key, label in places.items() if key not in known]
    return Subgraph(
        nodes=tuple(sorted(nodes, key=lambda node: node.key)),
        edges=tuple(
            sorted(
                (*edges, *touching, *inside), key=lambda edge: (edge.source, edge.target, edge.type, edge.first_seen)
            )
        ),
    )


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
    return Node(entity.key, entity.label, short(entity.key), said)


def short(key: str) -> str:
    """A name to read for a key: the last part of an ARN."""
    if not key.startswith("arn:"):
        return key.removeprefix("ip:").removeprefix("service:")
    resource = key.split(":", 5)[-1]
    return resource if ":s3:::" in key else resource.rpartition("/")[2] or resource


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


def _touching(store: MemoryStore) -> Iterator[Edge]:
    held = store.calls
    calls = held.by_time(held.all())
    if not len(calls):
        return
    actions: dict[Acted, int] = {}
    of_kind = np.array(
        [actions.setdefault(Acted(*_acted(held, code)), len(actions)) for code in range(len(held.kinds))]
    )
    names = list(actions)
    sessions, kinds = held.column("session")[calls], of_kind[held.column("kind")[calls]]
    for places in _groups([sessions, kinds]):
        session, acted = store.key(int(sessions[places[0]])), names[kinds[places[0]]]
        said: dict[str, Value] = {"action": acted.action, "outcome": acted.outcome, "error_code": acted.error_code}
        yield _edge(held, session, action_key(session, acted), "PERFORMED", calls[places], said)
    places_of, nodes, roles = held.touched(calls)
    for touches in _groups([sessions[places_of], kinds[places_of], nodes, roles]):
        first = places_of[touches[0]]
        source = action_key(store.key(int(sessions[first])), names[kinds[first]])
        role = held.roles[roles[touches[0]]]
        target = store.key(int(nodes[touches[0]]))
        yield _edge(held, source, target, "ON", calls[places_of[touches]], {"role": role})
    yield from _clients(store, calls, sessions, "FROM", lambda client: f"ip:{client.address}" if client.address else "")
    yield from _clients(store, calls, sessions, "SIGHTED_AT", lambda client: client.vpc_endpoint or "")


def _inside(touching: Sequence[Edge]) -> Iterator[Edge]:
    """An edge from each object to its bucket, over the time in which calls were on the object."""
    seen: dict[str, tuple[int, int]] = {}
    for edge in touching:
        if edge.type == "ON" and label_of(edge.target) == "Object":
            first, last = seen.get(edge.target, (edge.first_seen, edge.last_seen))
            seen[edge.target] = min(first, edge.first_seen), max(last, edge.last_seen)
    for key, (first, last) in seen.items():
        yield Edge(key, bucket_of(key), "IN", first, last)


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


def _belonging(store: MemoryStore) -> Iterator[Edge]:
    """The source identity that a session carries, and the account of each principal."""
    for row in range(store.counts.sessions):
        session = store.session_at(row)
        if session.source_identity:
            first, last = session.first_seen or session.created or 0, session.last_seen or session.created or 0
            yield Edge(session.key, f"srcid:{session.source_identity}", "CLAIMS", first, last, session.calls)
    first, last = store.case.first or 0, store.case.last or 0
    for row in range(store.counts.entities):
        entity = store.entity_at(row)
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
        event_ids=tuple(map(held.event_id, ends.tolist())),
        event_total=len(calls),
        properties=said,
    )
