"""A piece of the graph as values: what stores hand out and pages draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Scalar = str | int | float | bool | None
Value = Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One node.

    Attributes:
        key: unique over the whole graph, as domain terms have it: an ARN, ``key:ASIA...``, ``ip:192.0.2.1``.
        label: its kind, one of ``schema.LABELS``: ``Session``, ``Role``, ``Action``, ``Bucket``.
        name: short text to read; written by whoever wrote the log.
        properties: everything else that is known; times are epoch seconds.
    """

    key: str
    label: str
    name: str
    properties: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """One relationship, from where control or action comes to where it goes.

    Attributes:
        source: key of a node.
        target: key of a node.
        type: one of ``schema.EDGES``: ``ASSUMED``, ``PERFORMED``, ``ON``.
        first_seen: epoch seconds of the first call behind it; of a control edge, of the one call.
        last_seen: epoch seconds of the last call behind it.
        count: distinct calls behind it.
        confidence: ``exact``, ``strong`` or ``heuristic``.
        rule: which rule drew it: ``L1`` to ``L28`` or ``record``.
        event_ids: proofs, at most 20.
        event_total: how many proofs there are.
        properties: everything else, such as the role of a resource or the outcome of a call.
    """

    source: str
    target: str
    type: str
    first_seen: int
    last_seen: int
    count: int = 1
    confidence: str = "exact"
    rule: str = "record"
    event_ids: tuple[str, ...] = ()
    event_total: int = 0
    properties: Mapping[str, Value] = field(default_factory=dict)

    def said(self) -> dict[str, Value]:
        """What it says besides its ends and type, by name: times, count, certainty, proofs, then its own properties."""
        return {
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "count": self.count,
            "confidence": self.confidence,
            "rule": self.rule,
            "event_ids": self.event_ids,
            **self.properties,
        }


@dataclass(frozen=True, slots=True)
class EventLine:
    """What a reader needs to see of one event behind an edge; all texts as recorded, null where absent."""

    event_id: str
    time: int
    action: str
    outcome: str
    error_code: str | None
    region: str | None
    account: str | None
    address: str | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Nodes and the edges between them.

    Attributes:
        nodes: in order of key.
        edges: in order of source, target, type, first_seen; both ends are among the nodes.
        paths: evidence paths, each the positions in ``edges`` from its origin to its end, the most important first.
        events: the events named by the edges, as far as they were asked for, by id.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    paths: tuple[tuple[int, ...], ...] = ()
    events: Mapping[str, EventLine] = field(default_factory=dict)
