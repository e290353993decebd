"""The part of the graph that stands behind an answer, put together from its rows.

A field has one meaning in all rows, so that the fields a row has tell what is drawn of it: a ``chain`` or ``path`` hop
by hop, an ``action`` as session, action and resource, ``issued_session`` and what was ``made`` as one edge. Before a
chain that begins with a key, password or user that somebody made stands, as part of its path, how they came to make it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from graphtrail.graph.layout import label_of
from graphtrail.graph.model import Edge, EventLine, Node, Subgraph, Value
from graphtrail.questions.answer import Answer
from graphtrail.questions.question import R
from graphtrail.questions.rows import Hop, Maker, Row
from graphtrail.questions.seeds import resource_named
from graphtrail.questions.trail import Limits, Trail
from graphtrail.stores.store import Store
from graphtrail.stores.whole import entity_node, session_node, short

_EVENTS = 2000
_LOOKS = frozenset({"list", "read"})
_SUMS = frozenset({"PERFORMED", "ON", "FROM"})
_MADE = frozenset({"CREATED", "ISSUED", "SET_PASSWORD"})
_WORKLOAD = 4  # hops: opened, assumed, called, on; a service that acts for itself assumes nothing
_Named = tuple[str, str, str]
_Actor = tuple[str | None, ...]


class _Span(NamedTuple):
    """When, how often and how sure: what an edge says beside its ends."""

    first: int
    last: int
    times: int
    confidence: str
    rule: str
    event_ids: tuple[str, ...]
    total: int


def subgraph(store: Store, *answers: Answer[R]) -> Subgraph:
    """What stands behind some answers: nodes, edges, and the evidence paths, what did most by a chain first."""
    drawing = _Drawing(store)
    for answer in answers:
        named = answer.parameters.get("resource")
        drawing.resource = resource_named(Trail(store, Limits()), named) if named else None
        for row in answer.rows:
            drawing.row(row)
    return drawing.graph()


class _Drawing:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.resource: str | None = None
        self._nodes: dict[str, Node] = {}
        self._edges: dict[_Named, Edge] = {}
        self._paths: dict[tuple[_Named, ...], int] = {}
        self._done: Counter[_Actor] = Counter()
        self._drawn: dict[tuple[int, int], tuple[Hop | None, Hop, list[_Named]]] = {}
        self._looking: set[tuple[_Named, ...]] = set()
        self._actors: dict[tuple[_Named, ...], _Actor] = {}

    def row(self, row: Row) -> None:
        """Draw what one row says."""
        chain: tuple[Hop, ...] = getattr(row, "chain", ())
        maker: Maker | None = getattr(row, "made_by", None)
        path = self._hops(chain or getattr(row, "path", ()))
        if maker and chain:
            path = self._made(maker, chain, path)
        session = getattr(row, "session", None)
        if session and getattr(row, "action", None) and hasattr(row, "outcome"):
            path += self._action(row, session)
        if session and getattr(row, "issued_session", None) and not hasattr(row, "made"):
            path.append(self._edge(session, str(_field(row, "issued_session")), "ASSUMED", _span(row)))
        if session and hasattr(row, "made"):
            made = "ISSUED" if _field(row, "issued_session") else "CREATED"
            path.append(self._edge(session, str(_field(row, "resource")), made, _span(row)))
        if hasattr(row, "relation") and getattr(row, "target", None):
            source = session or _field(row, "principal")
            self._edge(str(source), str(_field(row, "target")), str(_field(row, "relation")), _span(row))
        if len(path) > 1:
            named, count = tuple(path), getattr(row, "count", 1)
            self._paths[named] = max(self._paths.get(named, 0), count)
            actor = self._actors[named] = tuple(hop.principal for hop in (maker.chain if maker else chain))
            if getattr(row, "class_", None) in _LOOKS:
                self._looking.add(named)
            elif getattr(row, "outcome", None) == "ok":
                self._done[actor] += count

    def graph(self) -> Subgraph:
        """What has been drawn."""
        order = {named: place for place, named in enumerate(sorted(self._edges))}
        paths = sorted(self._paths, key=self._rank)
        edges = tuple(self._edges[named] for named in order)
        return Subgraph(
            nodes=tuple(self._nodes[key] for key in sorted(self._nodes)),
            edges=edges,
            paths=tuple(tuple(order[named] for named in path) for path in paths),
            events=event_lines(self._store, (event_id for edge in edges for event_id in edge.event_ids)),
        )

    def _rank(self, path: tuple[_Named, ...]) -> tuple[Any, ...]:
        """People and workloads before services for themselves, what worked before what failed.

        Then whoever did most that does not only look, with the keys and passwords that were made on the way; of that
        what does not only look, and the longest path.
        """
        by_service = path[0][0].startswith(("service:", "svc:")) and len(path) < _WORKLOAD
        failed = any(self._edges[named].properties.get("outcome", "ok") != "ok" for named in path)
        done = self._done[self._actors[path]]
        return by_service, failed, -done, path in self._looking, -len(path), -self._paths[path], path

    def _made(self, maker: Maker, chain: Sequence[Hop], path: list[_Named]) -> list[_Named]:
        """The path of a chain, with that of whoever made its key, password or user before it."""
        start = chain[0]
        ends = [(start.node, path[1:] if start.session else path), (start.principal or start.node, path)]
        for end, onward in ends:
            for edge in self._store.into(end):
                if edge.type in _MADE and edge.source == maker.session and maker.event_id in edge.event_ids:
                    span = _Span(edge.at, edge.at, 1, str(edge.confidence), edge.rule, edge.event_ids, 1)
                    return [*self._hops(maker.chain), self._edge(edge.source, end, edge.type, span), *onward]
        return path

    def _hops(self, hops: Sequence[Hop]) -> list[_Named]:
        path: list[_Named] = []
        for before, hop in zip([None, *hops], hops, strict=False):
            # many paths have most of their hops in common; as long as a hop is kept no other has its number
            pair = id(before), id(hop)
            if pair not in self._drawn or hop.relation in _SUMS:
                self._drawn[pair] = before, hop, self._hop(before, hop)
            path += self._drawn[pair][2]
        return path

    def _hop(self, before: Hop | None, hop: Hop) -> list[_Named]:
        opened = hop.session and hop.principal
        path = [self._edge(hop.principal, hop.node, "OPENED", self._life(hop.node))] if opened and hop.principal else []
        if before is None:
            return path
        at = _seconds(hop.at)
        span = _Span(at, at, 1, hop.confidence or "exact", hop.rule or "record", hop.event_ids, len(hop.event_ids))
        return [self._edge(before.node, hop.node, hop.relation or "", span)]

    def _life(self, key: str) -> _Span:
        session = self._store.session(key)
        start = (session.created or session.first_seen or 0) if session else 0
        return _Span(start, start, 1, "exact", "record", (), 0)

    def _action(self, row: Row, session: str) -> list[_Named]:
        span = _span(row)
        outcome, error = str(_field(row, "outcome")), _field(row, "error_code")
        key = f"act:{session}|{_field(row, 'action')}|{outcome}|{error or ''}"
        if key not in self._nodes:
            said: dict[str, Value] = {
                "outcome": outcome,
                "error_code": error,
                "event_source": _field(row, "event_source"),
            }
            self._nodes[key] = Node(key, "Action", str(_field(row, "action")), said)
        path = [self._edge(session, key, "PERFORMED", span, outcome=outcome)]
        touched = [(one.resource, one.role) for one in getattr(row, "resources", ())]
        named = getattr(row, "resource", None) or self.resource
        for resource, role in touched or ([(named, "target")] if named else []):
            edge = self._edge(key, resource, "ON", span, outcome=outcome, role=role)
            path += [edge] if len(path) == 1 else []
        for address in getattr(row, "addresses", None) or [_field(row, "address")]:
            if address:
                self._edge(session, f"ip:{address}", "FROM", span)
        return path

    def _edge(self, source: str, target: str, kind: str, span: _Span, **properties: str) -> _Named:
        self._node(source)
        self._node(target)
        named = (source, target, kind)
        held = self._edges.get(named)
        if held is None:
            self._edges[named] = Edge(
                source, target, kind, span.first, span.last, span.times, span.confidence, span.rule, span.event_ids,
                span.total, properties,
            )  # fmt: skip
        elif kind in _SUMS:
            self._edges[named] = _added(held, span)
        return named

    def _node(self, key: str) -> None:
        if key in self._nodes:
            return
        session, entity = self._store.session(key), self._store.entity(key)
        if session is not None:
            self._nodes[key] = session_node(session)
        elif entity is not None:
            self._nodes[key] = entity_node(entity)
        else:
            self._nodes[key] = Node(key, "IpAddress" if key.startswith("ip:") else label_of(key), short(key))


def event_lines(store: Store, event_ids: Iterable[str]) -> dict[str, EventLine]:
    """What is known of some events, by id; of very many, of the first of them."""
    calls = store.calls
    lines: dict[str, EventLine] = {}
    wanted = list(islice(dict.fromkeys(event_ids), _EVENTS))
    calls.expect(wanted)
    for event_id in wanted:
        if (call := calls.find(event_id)) is None:
            continue
        kind = calls.kinds[int(calls.column("kind")[call])]
        client = calls.clients[int(calls.column("client")[call])]
        lines[event_id] = EventLine(
            event_id, int(calls.column("time")[call]), kind.action, kind.outcome, kind.error_code, kind.region,
            kind.account, client.address, client.agent,
        )  # fmt: skip
    return lines


def _field(row: Row, name: str) -> str | None:
    value: str | None = getattr(row, name, None)
    return value


def _span(row: Row) -> _Span:
    first = _field(row, "first_seen") or _field(row, "time")
    last = _field(row, "last_seen") or first
    one = _field(row, "event_id")
    ids: tuple[str, ...] = getattr(row, "event_ids", ()) or ((one,) if one else ())
    return _Span(
        _seconds(first),
        _seconds(last),
        getattr(row, "count", 1),
        _field(row, "confidence") or "exact",
        _field(row, "rule") or "record",
        ids,
        getattr(row, "event_total", len(ids)),
    )


def _added(held: Edge, span: _Span) -> Edge:
    known = dict.fromkeys((*held.event_ids, *span.event_ids))
    return Edge(
        held.source, held.target, held.type, min(held.first_seen, span.first), max(held.last_seen, span.last),
        held.count + span.times, held.confidence, held.rule, tuple(known)[:20], held.event_total + span.total,
        held.properties,
    )  # fmt: skip


def _seconds(written: str | None) -> int:
    return int(datetime.fromisoformat(written).timestamp()) if written else 0
