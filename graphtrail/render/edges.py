"""Control edges, ready for JSON."""

from typing import Any

from graphtrail.graph.layout import FOREVER
from graphtrail.stores.store import ControlEdge
from graphtrail.window import iso


def edge(held: ControlEdge) -> dict[str, Any]:
    """A control edge, ready for JSON; ``until`` is None where it has no end."""
    return {
        "source": held.source,
        "target": held.target,
        "relation": held.type,
        "at": iso(held.at),
        "until": iso(held.until) if held.until < FOREVER else None,
        "since": iso(held.since),
        "skew": held.skew,
        "rule": held.rule,
        "confidence": str(held.confidence),
        "detail": held.detail or None,
        "event_ids": held.event_ids,
    }
