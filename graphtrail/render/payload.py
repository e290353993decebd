"""A picture becomes the data of its page: folded, laid out, made visible, and written small.

Every text and number stands once in ``values`` and everything else refers to it by position, so the page holds no
object whose keys somebody else chose. What is left out for size (members of a heap, events behind an edge, rows) is
counted, and the page says how to get it.
"""

import math
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import Any, TypeVar

from graphtrail.graph.model import Edge, Node, Scalar, Subgraph, Value
from graphtrail.render.columns import Link
from graphtrail.render.fold import MOST_EDGES, MOST_NODES, Folded, Line, Unit, fold
from graphtrail.render.layout import Plan, layout
from graphtrail.render.looks import BACKWARDS, CANVAS, KINDS, NUMBER, kind_of, plural, verb
from graphtrail.render.picture import Picture
from graphtrail.render.visible import capped, visible

MOST_ROWS = 2_000
MOST_EVENTS = 800
MOST_MEMBERS = 10_000
MOST_HOPS = 50_000
MOST_CHARACTERS = 1_000_000
_PER_EDGE = 20
_CHARACTER = 6
_EXACT_IN_JAVASCRIPT = 2**53
_FAILED = frozenset({"denied", "error"})
CONFIDENCES = ("exact", "strong", "heuristic")
_Long = TypeVar("_Long")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a picture a page shows at once.

    Attributes:
        nodes: nodes that are drawn, heaps included.
        edges: lines that are drawn.
        rows: rows of the answer that the page holds.
        events: events behind edges that the page holds.
        hops: of the evidence paths that the page holds; the first stands there however long it is.
        characters: of the rows that the page holds, the first likewise.
    """

    nodes: int = MOST_NODES
    edges: int = MOST_EDGES
    rows: int = MOST_ROWS
    events: int = MOST_EVENTS
    hops: int = MOST_HOPS
    characters: int = MOST_CHARACTERS


def payload(picture: Picture, limits: Limits | None = None) -> dict[str, Any]:
    """What the page needs to know, ready for JSON; equal for equal pictures, in whatever order nodes and edges come.

    Args:
        picture: what to draw.
        limits: how much of it at once.
    """
    limits = limits or Limits()
    shown = replace(picture.graph, paths=_within(picture.graph.paths, len, limits.hops))
    graph = in_order(shown)
    folded = fold(graph, limits.nodes, limits.edges)
    return _Writer(graph, folded, limits).written(picture)


def _within(all_of_them: Iterable[_Long], length: Callable[[_Long], int], room: int) -> tuple[_Long, ...]:
    """The first of what a page is to hold, as many as there is room for, one in any case."""
    found: list[_Long] = []
    for one in all_of_them:
        room -= length(one)
        if room < 0 and found:
            break
        found.append(one)
    return tuple(found)


def _characters(row: tuple[Value, ...]) -> int:
    return sum(len(cell) for cell in row if isinstance(cell, str))


def in_order(graph: Subgraph) -> Subgraph:
    """The same graph with nodes and edges in one order, whichever they came in; paths follow their edges."""
    nodes = tuple(sorted(graph.nodes, key=lambda node: node.key))
    order = sorted(range(len(graph.edges)), key=lambda at: _order(graph.edges[at]))
    new = {old: position for position, old in enumerate(order)}
    paths = tuple(tuple(new[at] for at in path) for path in graph.paths)
    return replace(graph, nodes=nodes, edges=tuple(graph.edges[at] for at in order), paths=paths)


def _order(edge: Edge) -> tuple[Any, ...]:
    head = edge.source, edge.target, edge.type, edge.first_seen, edge.last_seen
    return (*head, edge.event_ids, edge.rule, repr(sorted(edge.properties.items())), edge.count, edge.event_total)


class _Values:
    """Every scalar once, in the order in which it was first asked for."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._at: dict[tuple[str, Any], int] = {}

    def __call__(self, value: Value) -> int:
        """The position of a value, which is made fit for the page."""
        fit: Any = [_fit(part) for part in value] if isinstance(value, tuple) else _fit(value)
        name = type(fit).__name__, repr(fit) if isinstance(fit, list) else fit
        at = self._at.setdefault(name, len(self.values))
        if at == len(self.values):
            self.values.append(fit)
        return at


def _fit(value: Scalar) -> Scalar:
    """Visible text; numbers that JavaScript would round, or that JSON does not know, as text."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT_IN_JAVASCRIPT:
        return str(value)
    return value


class _Writer:
    """Writes one page's data."""

    def __init__(self, graph: Subgraph, folded: Folded, limits: Limits) -> None:
        self.graph = graph
        self.folded = folded
        self.limits = limits
        self.value = _Values()
        self.first = [graph.nodes[unit.members[0]] for unit in folded.units]
        self.names = [visible(_name(graph, unit)) for unit in folded.units]
        self.types = sorted({edge.type for edge in graph.edges})
        self.line_of = {edge: number for number, line in enumerate(folded.lines) for edge in line.edges}
        self.position = {node.key: at for at, node in enumerate(graph.nodes)}
        self.unit_of = {member: number for number, unit in enumerate(folded.units) for member in unit.members}
        self.per_heap = _share(MOST_MEMBERS, [len(unit.members) for unit in folded.units if len(unit.members) > 1])

    def written(self, picture: Picture) -> dict[str, Any]:
        """The whole."""
        plan = self._plan()
        shown = _samples([self._ids(line) for line in self.folded.lines], self._on_paths(), self.limits.events)
        rows = _within(islice(picture.rows, self.limits.rows), _characters, self.limits.characters)
        return {
            "kinds": [[kind.name, kind.title, kind.shape, kind.light, kind.dark] for kind in KINDS],
            "canvas": {name: list(colours) for name, colours in CANVAS.items()},
            "types": [[self.value(type_), self.value(verb(type_)), type_ in BACKWARDS] for type_ in self.types],
            "nodes": [{"id": at, "x": x, "y": y} for at, (x, y) in enumerate(plan.places)],
            "about": [self._about(at, unit) for at, unit in enumerate(self.folded.units)],
            "edges": [{"id": at, "from": line.source, "to": line.target} for at, line in enumerate(self.folded.lines)],
            "behind": [self._behind(line, plan.bows[at], shown[at]) for at, line in enumerate(self.folded.lines)],
            "events": self._events(shown),
            "paths": [self._path(path) for path in self.graph.paths],
            "whole": self.folded.whole,
            "columns": [[column.title, column.left, column.right] for column in plan.columns],
            "table": {
                "columns": [self.value(column) for column in picture.columns],
                "rows": [[self.value(cell) for cell in row] for row in rows],
                "total": len(picture.rows),
            },
            "counts": self._counts() | {"paths": sum(map(bool, picture.graph.paths))},
            "values": self.value.values,
        }

    def _plan(self) -> Plan:
        kinds = [kind_of(node.label) for node in self.first]
        # The label of an address stands to its left, outside the columns.
        widths = [
            18 if kind == "address" else len(capped(name)) * _CHARACTER
            for kind, name in zip(kinds, self.names, strict=True)
        ]
        links = [Link(line.source, line.target, self.graph.edges[line.edges[0]].type) for line in self.folded.lines]
        paths = [[self.line_of[at] for at in path if at in self.line_of] for path in self.graph.paths]
        return layout(kinds, widths, links, paths)

    def _on_paths(self) -> list[int]:
        """The lines on paths, those of the first one first."""
        return list(dict.fromkeys(self.line_of[at] for path in self.graph.paths for at in path if at in self.line_of))

    def _about(self, at: int, unit: Unit) -> list[Any]:
        """One node: key, label, kind, short name, full name, calls around it, properties, members if it is a heap."""
        node = self.first[at]
        heap = len(unit.members) > 1
        return [
            self.value("" if heap else node.key),
            self.value(node.label),
            NUMBER[kind_of(node.label)],
            self.value(capped(self.names[at])),
            self.value(self.names[at]),
            [] if heap else self._properties(node.properties),
            [len(unit.members), *self._members(unit)] if heap else [],
            int(node.properties.get("outcome") in _FAILED),
        ]

    def _members(self, unit: Unit) -> Iterable[int]:
        """The command that lists all members, then name and key of each that there is room for."""
        first = self.graph.nodes[unit.members[0]]
        bucket = first.key.partition("/")[0]
        objects = first.label == "Object" and bucket.startswith("arn:")
        all_of_them = f"graphtrail ask objects {shlex.quote(visible(bucket))}" if objects else "graphtrail export csv"
        yield self.value(all_of_them)
        for member in unit.members[: self.per_heap]:
            node: Node = self.graph.nodes[member]
            yield self.value(node.key if node.key.endswith(node.name) else node.name)
            yield self.value(node.key)

    def _properties(self, properties: Mapping[str, Value]) -> list[int]:
        return [self.value(part) for name in sorted(properties) for part in (name, properties[name])]

    def _ids(self, line: Line) -> list[str]:
        return list(dict.fromkeys(event_id for at in line.edges for event_id in self.graph.edges[at].event_ids))

    def _behind(self, line: Line, bow: int, shown: Sequence[str]) -> list[Any]:
        """One line: type, times, calls, confidence, rules, failures, bow, events, properties, edges it stands for."""
        edges = [self.graph.edges[at] for at in line.edges]
        first = edges[0]
        failed = [self._failed(edge) for edge in edges]
        return [
            self.types.index(first.type),
            self.value(min(edge.first_seen for edge in edges)),
            self.value(max(edge.last_seen for edge in edges)),
            sum(edge.count for edge in edges),
            max(_confidence(edge.confidence) for edge in edges),
            self.value(", ".join(sorted({edge.rule for edge in edges}))),
            2 if all(failed) else int(any(failed)),
            bow,
            [self.value(event_id) for event_id in shown],
            sum(max(edge.event_total, len(edge.event_ids)) for edge in edges),
            self._properties(first.properties) if len(edges) == 1 else [],
            len(edges),
        ]

    def _failed(self, edge: Edge) -> bool:
        """Whether an edge stands for calls that did not work, by its own word or by that of an action at its end."""
        ends = (self.graph.nodes[self.position[key]] for key in (edge.source, edge.target))
        words = {
            edge.properties.get("outcome"),
            *(node.properties.get("outcome") for node in ends if node.label == "Action"),
        }
        return bool(words & _FAILED)

    def _events(self, shown: Iterable[Sequence[str]]) -> list[list[int]]:
        """What is known of each event that an edge shows, in the order of its id."""
        found = (self.graph.events.get(event_id) for event_id in sorted({at for ids in shown for at in ids}))
        return [
            [
                self.value(part)
                for part in (
                    *(line.event_id, line.time, line.action, line.outcome, line.error_code),
                    *(line.region, line.account, line.address, line.agent),
                )
            ]
            for line in found
            if line is not None
        ]

    def _path(self, path: Sequence[int]) -> list[int]:
        """One path: for every hop the line that it lies on, or -1 minus the heap that hides it."""
        return [
            self.line_of[at] if at in self.line_of else -1 - self.unit_of[self.position[self.graph.edges[at].source]]
            for at in path
        ]

    def _counts(self) -> dict[str, int]:
        heaps = [len(unit.members) for unit in self.folded.units if len(unit.members) > 1]
        alone = sum(
            len(line.edges) == 1 and all(len(self.folded.units[end].members) == 1 for end in (line.source, line.target))
            for line in self.folded.lines
        )
        return {
            "nodes": len(self.graph.nodes),
            "folded": sum(heaps),
            "heaps": len(heaps),
            "edges": len(self.graph.edges),
            "foldedEdges": len(self.graph.edges) - alone,
        }


def _name(graph: Subgraph, unit: Unit) -> str:
    first = graph.nodes[unit.members[0]]
    if len(unit.members) == 1:
        return first.name or first.key
    return f"{len(unit.members):,} {plural(first.label)} {unit.below}".strip()


def _confidence(confidence: str) -> int:
    return CONFIDENCES.index(confidence) if confidence in CONFIDENCES else len(CONFIDENCES) - 1


def _share(room: int, crowds: Sequence[int]) -> int:
    """How many of each crowd there is room for: small ones whole, the large ones equally."""
    left = room
    for number, crowd in enumerate(sorted(crowds)):
        share = left // (len(crowds) - number)
        if crowd > share:
            return max(share, 1)
        left -= crowd
    return room


def _samples(ids: Sequence[Sequence[str]], first: Sequence[int], room: int) -> list[list[str]]:
    """Which events each line shows: all that paths name, one of every line, then a second while there is room."""
    shown: list[list[str]] = [[] for _ in ids]
    known: set[str] = set()
    for line in first:
        if len(known) < room // 2:
            shown[line] = list(ids[line][:_PER_EDGE])
            known.update(shown[line])
    fresh = [() if shown[line] else some[:_PER_EDGE] for line, some in enumerate(ids)]
    for number, turn in enumerate(zip_longest(*fresh)):
        for line, event_id in enumerate(turn):
            if event_id is not None and (not number or event_id in known or len(known) < room):
                known.add(event_id)
                shown[line].append(event_id)
    return shown
