"""Writes ``docs/schema.md`` from what the graph declares: ``python tests/tools/schema_page.py``; a test compares."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphtrail.graph.properties import (
    CALLS,
    CONTROL,
    EVERY_NODE,
    EVERY_RELATIONSHIP,
    NODES,
    SUMS,
    Property,
    of_node,
    of_relationship,
)
from graphtrail.graph.schema import LABELS, PRINCIPALS, RELATIONS, SERVER_VERSION, labels
from graphtrail.stores.rows import schema

FILE = Path(__file__).resolve().parents[2] / "docs" / "schema.md"
HEAD = f"""# The schema of the graph on a server

Made from `graphtrail/graph/schema.py` and `graphtrail/graph/properties.py` by `python tests/tools/schema_page.py`.
Version {SERVER_VERSION}. The same labels, types and properties stand in the embedded Cypher engine. What draws each
relationship, and how sure that is: [rules.md](rules.md). How to load and ask: [neo4j.md](neo4j.md).

Times are epoch seconds, UTC. A property is absent where nothing is known. A server may hold several cases: `case_id`
says which, and `uid`, which is unique, is the case and the key, with `|` between them.
"""


def text() -> str:
    """The whole document."""
    return "\n".join([HEAD, *_nodes(), *_relationships(), *_indexes()]) + "\n"


def _nodes() -> Iterator[str]:
    yield "## Nodes\n\nEvery node has the label `Entity`; principals have `Principal` besides, resources `Resource`.\n"
    yield "| kind | labels |\n|---|---|"
    for label in LABELS:
        yield f"| {label} | {' '.join(f'`{one}`' for one in labels(label))} |"
    yield "\n### Every node\n"
    yield from _table(EVERY_NODE)
    for label in NODES:
        yield f"\n### {label}\n"
        yield from _table(of_node(label)[len(EVERY_NODE) :])
    yield "\n### Principals, resources and places\n"
    yield f"{', '.join(sorted(PRINCIPALS))}, and all resources."
    yield "A node that only relationships name has a `name` alone.\n"
    yield from _table(of_node("Resource")[len(EVERY_NODE) :])


def _relationships() -> Iterator[str]:
    yield "\n## Relationships\n\n### Every relationship\n"
    yield from _table(EVERY_RELATIONSHIP)
    yield "\n### Control: one a call\n\nEach points the way control flows."
    yield "A walk goes on over those that are walked, and stops at the end of the others.\n"
    yield "| type | reads as | walked |\n|---|---|---|"
    for name in CONTROL:
        held = RELATIONS[name]
        yield f"| `{name}` | {held.verb} | {'yes' if held.walked else 'its end is reached' if held.ends else 'no'} |"
    yield ""
    yield from _table(of_relationship("ASSUMED")[len(EVERY_RELATIONSHIP) :])
    yield "\n### Sums: calls put together; only ever the last hop of a path\n"
    yield "| type | reads as |\n|---|---|"
    for name in sorted(SUMS):
        yield f"| `{name}` | {RELATIONS[name].verb} |"
    yield ""
    yield from _table(of_relationship("ON")[len(EVERY_RELATIONSHIP) :])
    yield "\n### Single calls\n"
    yield "Absent on a server that was loaded with `--calls none`; `role` and `place` are of `AT`.\n"
    yield "| type | reads as |\n|---|---|"
    for name in sorted(CALLS):
        yield f"| `{name}` | {RELATIONS[name].verb} |"
    yield ""
    yield from _table(of_relationship("AT")[len(EVERY_RELATIONSHIP) :])


def _indexes() -> Iterator[str]:
    yield "\n## Constraints and indexes\n\n```cypher"
    yield from (f"{statement};" for statement in schema())
    yield "```"


def _table(properties: Iterable[Property]) -> Iterator[str]:
    yield "| property | type | meaning |\n|---|---|---|"
    for held in properties:
        yield f"| `{held.name}` | {held.type} | {held.about} |"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    sys.exit(0)
