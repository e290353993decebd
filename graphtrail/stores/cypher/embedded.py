"""The embedded engine: kglite, an index in memory that anybody can make again from the case.

What it does differently from Neo4j without an error is refused or said here; what it rejects it rejects with its own
words, and the same text runs on Neo4j. Measured on kglite 0.21.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from graphtrail.errors import StatementFailed
from graphtrail.graph.schema import BASE
from graphtrail.stores.cypher.engine import Bounds, bound
from graphtrail.stores.cypher.guard import EMBEDDED, Statement
from graphtrail.stores.cypher.tokens import NUMBER, WORD, Token, refused, words
from graphtrail.stores.cypher.values import (
    Found,
    GraphNode,
    GraphPath,
    GraphRelationship,
    node_of,
    plain,
    relationship_of,
)

if TYPE_CHECKING:
    from kglite import FrozenGraph

ON_NEO4J = "the same text runs on Neo4j: --store neo4j"
_NODE = frozenset({"id", "labels", "properties"})
_RELATIONSHIP = frozenset({"id", "start", "end", "type", "properties"})
_PATH = frozenset({"nodes", "relationships"})
_SPAN = frozenset({"months", "days", "seconds"})
# Properties that kglite makes up for nodes and relationships that have none of that name.
_MADE_UP = frozenset({"id", "title", "type", "node_type", "start", "end"})
_WITH_ALL = frozenset({"KEYS", "PROPERTIES"})
_OF_CALLS = frozenset({"EVENT", "COPY", "CREDENTIAL", "CALLED", "AT", "COPY_OF", "HANDED_OUT", "OPENS"})


class EmbeddedEngine:
    """A case in kglite, frozen: nothing changes it.

    Attributes:
        case_id: what ``$case_id`` stands for.
        notes: what was left out when it was filled.
        without_calls: why the single calls are not in it; empty if they are.
    """

    name = EMBEDDED

    def __init__(
        self, graph: "FrozenGraph", case_id: str, notes: tuple[str, ...] = (), without_calls: str = ""
    ) -> None:
        self._graph = graph
        self.case_id = case_id
        self.notes = notes
        self.without_calls = without_calls

    def run(self, statement: Statement, parameters: Mapping[str, Any], bounds: Bounds) -> Found:
        """The answer to a statement; see ``CypherEngine``."""
        tokens = words(statement.text).tokens
        self._refuse(statement.text, tokens)
        values = bound(statement, parameters, self.case_id)
        result = self._asked(statement.text, values, bounds)
        total = result.diagnostics["total_rows"]
        columns = tuple(result.columns)
        held = _Read(self._graph)
        rows = tuple(tuple(held.cell(row[name]) for name in columns) for row in result.to_list())
        rows = tuple(tuple(held.named(cell) for cell in row) for row in rows)
        said = [text for text in result.warnings if not text.startswith("Result truncated")]
        return Found(
            columns=columns,
            rows=rows,
            cut=total is not None and total > len(rows),
            total=len(rows) if total is None else total,
            ends=held.ends(),
            notes=(*self.notes, *_differences(tokens), *said),
        )

    def _asked(self, text: str, values: dict[str, Any], bounds: Bounds) -> Any:  # noqa: ANN401 - kglite types no results
        import kglite  # noqa: PLC0415 - an extra

        kglite.set_query_warning_policy("silent")  # they are in the result, and handed on from there
        timeout = 0 if bounds.seconds is None else max(int(bounds.seconds * 1000), 1)
        try:
            return self._graph.cypher(text, params=values, timeout_ms=timeout, row_limit=bounds.rows)
        except kglite.CypherTimeoutError:
            raise StatementFailed(
                f"the statement took longer than {bounds.seconds:g} s and was stopped; "
                "give it more with --timeout, or begin it at a node that is named by its key"
            ) from None
        except (kglite.KgError, TypeError, ValueError) as wrong:
            said = str(wrong).partition("\n")[0].strip()
            raise StatementFailed(f"the embedded engine does not run this: {said} ({ON_NEO4J})") from None

    def _refuse(self, text: str, tokens: tuple[Token, ...]) -> None:
        """What would be answered with other rows than Neo4j's, and no error."""
        for at, token in enumerate(tokens):
            if token.mark == "*" and _is_unbounded(tokens, at):
                why = "a path without a bound: the embedded engine would stop at 10 hops; write *1..10"
                raise refused(text, token.start, f"{why}, or {ON_NEO4J}")
            named = at > 0 and tokens[at - 1].mark in {":", "|"} and token.kind == WORD
            if self.without_calls and named and token.folded in _OF_CALLS:
                raise refused(text, token.start, f"{token.text}: {self.without_calls}")


def _is_unbounded(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a star stands in a relationship, with no upper bound."""
    after = [token.mark or token.kind for token in tokens[at + 1 : at + 5]]
    if after[:1] == [NUMBER] and after[1:3] == [".", "."]:
        after = after[1:]
    if after[:2] == [".", "."]:
        return after[2:3] != [NUMBER]
    return after[:1] in (["]"], ["{"]) and tokens[at - 1].mark != "."


def _differences(tokens: tuple[Token, ...]) -> Iterator[str]:
    """What the engine may answer in another way than Neo4j does."""
    pairs = list(pairwise(tokens))
    for name in sorted({after.text for before, after in pairs if before.mark == "." and after.text in _MADE_UP}):
        yield f".{name} has no meaning in this graph, but the embedded engine makes up a value for it"
    every = any(before.folded in _WITH_ALL and after.mark == "(" for before, after in pairs)
    if every or any(before.mark == "." and after.mark == "*" for before, after in pairs):
        yield "keys(), properties() and .* also give id, title and type, which the embedded engine makes up"


class _Read:
    """Reads kglite's values; ends of relationships are known by numbers until they are named."""

    def __init__(self, graph: "FrozenGraph") -> None:
        self._graph = graph
        self._nodes: dict[int, GraphNode] = {}
        self._wanted: set[int] = set()
        self._missing: dict[str, GraphNode] | None = None

    def cell(self, value: Any) -> Any:  # noqa: ANN401 - what an engine hands out
        """A value with its nodes; relationships are still as kglite has them."""
        if isinstance(value, dict):
            if value.keys() == _NODE:
                return self._node(value)
            if value.keys() == _RELATIONSHIP:
                self._wanted |= {value["start"], value["end"]}
                return value
            if value.keys() == _SPAN:
                from neo4j.time import Duration  # noqa: PLC0415 - few answers hold a span of time

                return Duration(**value).iso_format()
            return {name: self.cell(part) for name, part in value.items()}
        return [self.cell(part) for part in value] if isinstance(value, list) else value

    def named(self, value: Any) -> Any:  # noqa: ANN401 - as above
        """A value as all engines hand it out."""
        if isinstance(value, dict):
            if value.keys() == _RELATIONSHIP:
                return self._relationship(value)
            if value.keys() == _PATH and value["nodes"]:
                return GraphPath(
                    nodes=tuple(value["nodes"]), relationships=tuple(map(self._relationship, value["relationships"]))
                )
            return {name: self.named(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self.named(part) for part in value]
        return plain(value)

    def ends(self) -> dict[str, GraphNode]:
        """The nodes at the ends of relationships that the rows do not hold."""
        return self._missing or {}

    def _node(self, value: dict[str, Any]) -> GraphNode:
        own = value["id"]
        if own not in self._nodes:
            made_up = _MADE_UP | ({"label"} if value["properties"].get("label") == BASE else set())
            said = {name: part for name, part in value["properties"].items() if name not in made_up}
            self._nodes[own] = node_of(value["labels"], said, own)
        return self._nodes[own]

    def _relationship(self, value: dict[str, Any]) -> GraphRelationship:
        if self._missing is None:
            self._missing = self._looked_up()
        start, end = self._nodes[value["start"]].key, self._nodes[value["end"]].key
        return relationship_of(value["type"], start, end, value["properties"])

    def _looked_up(self) -> dict[str, GraphNode]:
        wanted = sorted(self._wanted - set(self._nodes))
        if not wanted:
            return {}
        found = self._graph.cypher("MATCH (n) WHERE id(n) IN $ids RETURN n", params={"ids": wanted})
        nodes = [self._node(row["n"]) for row in found.to_list()]
        return {node.key: node for node in nodes}
