"""The case for other tools: the graph for BloodHound (OpenGraph), the calls for Timesketch.

Sources: BloodHound documentation, "OpenGraph schema"; Timesketch documentation, "Create timeline from JSON/JSONL/CSV
file".
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from graphtrail.graph.model import Edge, Node, Subgraph, Value
from graphtrail.questions.events import Call
from graphtrail.render.machine import encoded
from graphtrail.stores.store import Store

SOURCE = "CloudTrail"
# BloodHound has kinds of its own called User and Session; these are none of those.
_NODE, _EDGE = "CT", "CT_"


def opengraph(graph: Subgraph) -> str:
    """A graph as BloodHound takes it: nodes with ``kinds``, and one edge for each source, type and target.

    Times are epoch seconds. Of several calls between the same two nodes the first 20 proofs are kept, and all counted.
    """
    edges: dict[tuple[str, str, str], Edge] = {}
    for edge in graph.edges:
        named = (edge.source, edge.type, edge.target)
        edges[named] = _added(edges[named], edge) if named in edges else edge
    made = {
        "metadata": {"source_kind": SOURCE},
        "graph": {"nodes": list(map(_node, graph.nodes)), "edges": list(map(_edge, edges.values()))},
    }
    return encoded(made) + "\n"


def _node(node: Node) -> dict[str, object]:
    properties = {"name": node.name, "label": node.label, **_given(dict(node.properties))}
    return {"id": node.key, "kinds": [f"{_NODE}{node.label}", SOURCE], "properties": properties}


def _edge(edge: Edge) -> dict[str, object]:
    return {
        "kind": f"{_EDGE}{edge.type}",
        "start": {"value": edge.source, "match_by": "id"},
        "end": {"value": edge.target, "match_by": "id"},
        "properties": _given({"event_total": edge.event_total, **edge.said()}),
    }


def _given(said: dict[str, Value]) -> dict[str, object]:
    """The properties that have a value; those of a list are all texts, for BloodHound takes no mixed ones."""
    return {
        name: [str(one) for one in value if one is not None] if isinstance(value, tuple) else value
        for name, value in said.items()
        if value is not None
    }


def _added(held: Edge, more: Edge) -> Edge:
    """Two edges of one kind between the same nodes as one, as sure as the surer."""
    order = ("heuristic", "strong", "exact")
    surer = max((held, more), key=lambda edge: order.index(edge.confidence))
    return replace(
        surer,
        first_seen=min(held.first_seen, more.first_seen),
        last_seen=max(held.last_seen, more.last_seen),
        count=held.count + more.count,
        event_ids=tuple(dict.fromkeys((*held.event_ids, *more.event_ids)))[:20],
        event_total=held.event_total + more.event_total,
    )


def timesketch(store: Store, calls: Iterable[Call]) -> Iterator[str]:
    """The calls as lines of JSON for a timeline: when, what, by whom, and who stands behind; lists are texts."""
    for call in calls:
        session = store.session(call.session or "")
        said = msgspec.to_builtins(call)
        said["resources"] = " ".join(touched.resource for touched in call.resources)
        said["issued"] = " ".join(one.access_key or one.session or "" for one in call.issued)
        line = {
            "message": _message(call),
            "datetime": call.time.replace("Z", "+00:00"),
            "timestamp_desc": "CloudTrail eventTime",
            "origin": session.origin if session else None,
            "origin_status": session.status if session else None,
            **{name: value for name, value in said.items() if name != "time"},
        }
        yield encoded({name: value for name, value in line.items() if value not in {None, ""}}) + "\n"


def _message(call: Call) -> str:
    """One line to read."""
    named = [touched.resource for touched in call.resources if not touched.resource.startswith("scope:")]
    more = f" and {len(named) - 1} more" if len(named) > 1 else ""
    parts = [
        call.principal or call.identity_type or "unknown",
        call.action,
        f"on {named[0]}{more}" if named else "",
        f"({call.outcome}: {call.error_code})" if call.error_code else "",
        f"from {call.address}" if call.address else "",
    ]
    return " ".join(filter(None, parts))
