"""Pieces of the graph as NetworkX graphs and GraphML."""

from typing import TYPE_CHECKING

from graphtrail.graph.model import Subgraph, Value

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]


def to_networkx(graph: Subgraph) -> "Graph":
    """A NetworkX graph: nodes by key with ``label``, ``name`` and their properties; an edge's key is its type.

    Times are epoch seconds; several values of one property are joined by spaces.
    """
    import networkx as nx  # noqa: PLC0415 - a fifth of a second, for those who want a graph

    made: Graph = nx.MultiDiGraph()
    for node in graph.nodes:
        made.add_node(node.key, label=node.label, name=node.name, **_plain(dict(node.properties)))
    for edge in graph.edges:
        said = {"type": edge.type, **edge.said()}
        made.add_edge(edge.source, edge.target, key=edge.type, **_plain(said))
    return made


def to_graphml(graph: Subgraph) -> str:
    """The graph as GraphML, which Gephi, yEd and others read; characters that XML has no place for become U+FFFD."""
    import networkx as nx  # noqa: PLC0415 - as above

    made = to_networkx(graph)
    clean = nx.relabel_nodes(made, {key: _xml(key) for key in made})
    for _, said in clean.nodes(data=True):
        said.update({name: _xml(value) for name, value in said.items() if isinstance(value, str)})
    for _, _, said in clean.edges(data=True):
        said.update({name: _xml(value) for name, value in said.items() if isinstance(value, str)})
    return "\n".join(nx.generate_graphml(clean)) + "\n"


def _plain(said: dict[str, Value]) -> dict[str, str | int | float | bool]:
    """Properties without those that have no value."""
    return {
        name: " ".join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in said.items()
        if value is not None
    }


def _xml(text: str) -> str:
    return "".join(char if char >= " " or char in "\t\n\r" else "\ufffd" for char in text)
