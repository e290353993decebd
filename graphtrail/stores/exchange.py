"""Pieces of the graph as NetworkX graphs and GraphML."""

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from graphtrail.graph.model import Edge, Node, Subgraph, Value

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]

Said = dict[str, str | int | float | bool]

# What XML 1.0 has no place for, not even as a reference to a character.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_networkx(graph: Subgraph) -> "Graph":
    """A NetworkX graph: nodes by key with ``label``, ``name`` and their properties; an edge's key is its type.

    Of several edges of one type between the same nodes the second has the key ``ASSUMED#2`` and so on. Times are epoch
    seconds; several values of one property are joined by spaces.
    """
    import networkx as nx  # noqa: PLC0415 - a fifth of a second, for those who want a graph

    made: Graph = nx.MultiDiGraph()
    for node in graph.nodes:
        made.add_node(node.key, **_of_node(node))
    drawn: Counter[tuple[str, str, str]] = Counter()
    for edge in graph.edges:
        same = (edge.source, edge.target, edge.type)
        drawn[same] += 1
        key = edge.type if drawn[same] == 1 else f"{edge.type}#{drawn[same]}"
        made.add_edge(edge.source, edge.target, key=key, **_of_edge(edge))
    return made


def to_graphml(graph: Subgraph) -> str:
    """The graph as GraphML, which Gephi, yEd and others read; characters that XML has no place for become U+FFFD.

    Each edge has an id of its own: Gephi leaves out all edges but one of those that share one.
    """
    import networkx as nx  # noqa: PLC0415 - as above

    made: Graph = nx.MultiDiGraph()
    for node in graph.nodes:
        made.add_node(_id(node.key), **_clean(_of_node(node)))
    for number, edge in enumerate(graph.edges):
        made.add_edge(_id(edge.source), _id(edge.target), key=f"e{number}", **_clean(_of_edge(edge)))
    return "\n".join(nx.generate_graphml(made)) + "\n"


def _of_node(node: Node) -> Said:
    return {"label": node.label, "name": node.name, **_plain(dict(node.properties))}


def _of_edge(edge: Edge) -> Said:
    return _plain({"type": edge.type, **edge.said()})


def _plain(said: dict[str, Value]) -> Said:
    """Properties without those that have no value."""
    return {
        name: " ".join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in said.items()
        if value is not None
    }


def _clean(said: Said) -> Said:
    return {name: _xml(value) if isinstance(value, str) else value for name, value in said.items()}


def _id(key: str) -> str:
    """A key as the id of a node: one that XML cannot hold is told from others by its SHA-256."""
    clean = _xml(key)
    return clean if clean == key else f"{clean}#sha256:{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
