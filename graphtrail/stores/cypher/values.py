"""What a Cypher statement answers with: rows of plain values, nodes, relationships and paths, whatever the engine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from graphtrail.graph.model import Edge, Node, Subgraph, Value
from graphtrail.graph.schema import LABELS

_OWN = frozenset({"key", "name", "uid", "case_id"})  # of a node: said elsewhere
_OF_EDGES = frozenset({
    "at", "first_seen", "last_seen", "count", "confidence", "rule", "event_ids", "event_total", "uid", "case_id",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node of the graph.

    Attributes:
        key: its ``key``; of a node that has none, the engine's own id.
        labels: in order of the alphabet.
        properties: by name, in order.
    """

    key: str
    labels: tuple[str, ...]
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GraphRelationship:
    """A relationship of the graph; ``start`` and ``end`` are the keys of its nodes."""

    type: str
    start: str
    end: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GraphPath:
    """A path: its nodes in order, and between them the relationships."""

    nodes: tuple[GraphNode, ...]
    relationships: tuple[GraphRelationship, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of an engine.

    Attributes:
        columns: their names.
        rows: each as long as ``columns``; a cell is a plain value, a list, a map, a node, a relationship or a path.
        cut: whether there were more rows than were asked for.
        total: how many rows there are; None where that was not counted.
        ends: nodes that relationships among the rows lead to, by key, where the rows do not hold them.
        notes: what the engine had to say.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool = False
    total: int | None = None
    ends: Mapping[str, GraphNode] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def plain(value: object) -> object:
    """A value as JSON has it: moments and spans of time as ISO 8601 says them."""
    if value is None or isinstance(value, str | int | float | bool | GraphNode | GraphRelationship | GraphPath):
        return value
    native = getattr(value, "to_native", None)  # the driver's own dates and times
    value = native() if native else value
    if isinstance(value, date | time):
        return value.isoformat().replace("+00:00", "Z")
    span = getattr(value, "iso_format", None)  # the driver's spans of time
    if span:
        return str(span())
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list | tuple) else str(value)


def node_of(
    labels: Iterator[str] | list[str] | frozenset[str], properties: Mapping[str, Any], own: object
) -> GraphNode:
    """A node as an engine hands it out; ``own`` is the engine's id."""
    said = {name: plain(properties[name]) for name in sorted(properties)}
    key = said.get("key")
    return GraphNode(key if isinstance(key, str) else f"node:{own}", tuple(sorted(labels)), said)


def relationship_of(type_: str, start: str, end: str, properties: Mapping[str, Any]) -> GraphRelationship:
    """A relationship as an engine hands it out."""
    return GraphRelationship(type_, start, end, {name: plain(properties[name]) for name in sorted(properties)})


def subgraph(found: Found) -> Subgraph:
    """The nodes, relationships and paths of an answer, as a graph to draw and to write."""
    drawing = _Drawing(found)
    for row in found.rows:
        for cell in row:
            drawing.cell(cell)
    return drawing.graph()


class _Drawing:
    def __init__(self, found: Found) -> None:
        self._ends = found.ends
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[Any, ...], Edge] = {}
        self._paths: dict[tuple[tuple[Any, ...], ...], None] = {}

    def cell(self, cell: object) -> None:
        """Draw what a cell holds."""
        if isinstance(cell, GraphNode):
            self._nodes[cell.key] = _drawn(cell)
        elif isinstance(cell, GraphRelationship):
            self._edge(cell)
        elif isinstance(cell, GraphPath):
            for node in cell.nodes:
                self.cell(node)
            path = tuple(self._edge(one) for one in cell.relationships)
            if path:
                self._paths[path] = None
        elif isinstance(cell, Mapping):
            for part in cell.values():
                self.cell(part)
        elif isinstance(cell, list | tuple):
            for part in cell:
                self.cell(part)

    def graph(self) -> Subgraph:
        """What has been drawn."""
        for edge in self._edges.values():
            for key in (edge.source, edge.target):
                if key not in self._nodes:
                    self._nodes[key] = _drawn(self._ends.get(key) or GraphNode(key, (), {}))
        named = sorted(self._edges, key=repr)
        order = {name: place for place, name in enumerate(named)}
        return Subgraph(
            nodes=tuple(self._nodes[key] for key in sorted(self._nodes)),
            edges=tuple(self._edges[name] for name in named),
            paths=tuple(tuple(order[name] for name in path) for path in self._paths),
        )

    def _edge(self, one: GraphRelationship) -> tuple[Any, ...]:
        said = one.properties
        named = (one.start, one.end, one.type, repr(said.get("uid") or sorted(said.items(), key=repr)))
        if named not in self._edges:
            first = _number(said.get("first_seen", said.get("at")))
            ids = said.get("event_ids")
            event_ids = tuple(map(str, ids)) if isinstance(ids, list) else ()
            self._edges[named] = Edge(
                source=one.start,
                target=one.end,
                type=one.type,
                first_seen=first,
                last_seen=_number(said.get("last_seen")) or first,
                count=_number(said.get("count")) or 1,
                confidence=str(said.get("confidence") or "exact"),
                rule=str(said.get("rule") or "record"),
                event_ids=event_ids,
                event_total=_number(said.get("event_total")) or len(event_ids),
                properties={name: _value(part) for name, part in said.items() if name not in _OF_EDGES},
            )
        return named


def _drawn(node: GraphNode) -> Node:
    label = next((label for label in LABELS if label in node.labels), next(iter(node.labels), "Resource"))
    said = {name: _value(part) for name, part in node.properties.items() if name not in _OWN}
    return Node(node.key, label, str(node.properties.get("name") or node.key), said)


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _value(value: object) -> Value:
    """A property as a picture has it."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list):
        return tuple(part if isinstance(part, str | int | float | bool) else str(part) for part in value)
    return str(value)
