"""Cypher that people type, on a Neo4j server: explained first, run where nothing can be written, and rolled back.

The guard has passed the statement. The server judges it once more by EXPLAIN, which runs nothing: only what reads (type
``r``) goes on. It then runs with READ routing, which Neo4j enforces, in a transaction that ends with a rollback. With
``write`` the type may be ``w`` or ``rw``, the transaction is committed, and schema (type ``s``) stays closed.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import neo4j
from neo4j import exceptions, graph

from graphtrail.errors import GraphtrailError, StatementFailed, StatementRefused, UsageError
from graphtrail.stores.cypher.engine import CASE, Bounds, bound
from graphtrail.stores.cypher.guard import NEO4J, Statement
from graphtrail.stores.cypher.values import (
    Found,
    GraphNode,
    GraphPath,
    GraphRelationship,
    node_of,
    plain,
    relationship_of,
)
from graphtrail.stores.server.connection import Connection

# What the server warns of stands in the answer; without this the driver would print it too.
logging.getLogger("neo4j.notifications").addHandler(logging.NullHandler())
_READS, _WRITES = frozenset({"r"}), frozenset({"r", "w", "rw"})
_NAMES = 10


class Neo4jEngine:
    """A case on a server.

    Attributes:
        case_id: what ``$case_id`` stands for.
        cases: all cases that the database holds.
        write: whether statements may change the graph.
    """

    name = NEO4J

    def __init__(self, connection: Connection, case_id: str, cases: Sequence[str], *, write: bool = False) -> None:
        self._connection = connection
        self.case_id = case_id
        self.cases = tuple(cases)
        self.write = write

    def run(self, statement: Statement, parameters: Mapping[str, Any], bounds: Bounds) -> Found:
        """The answer to a statement; see ``CypherEngine``."""
        if len(self.cases) > 1 and CASE not in statement.parameters:
            named = ", ".join(self.cases[:_NAMES]) + (", ..." if len(self.cases) > _NAMES else "")
            raise UsageError(
                f"this server holds {len(self.cases)} cases ({named}) and the statement asks all of them: "
                f"say which nodes it means, as in MATCH (n:Session {{case_id: $case_id}})"
            )
        values = bound(statement, parameters, self.case_id)
        try:
            with self._connection.transaction(bounds.seconds, write=self.write) as transaction:
                self._explain(transaction, statement, values)
                found = _rows(transaction, statement, values, bounds)
                if self.write:
                    transaction.commit()
                else:
                    transaction.rollback()
                return found
        except exceptions.Neo4jError as wrong:
            raise _failed(wrong, bounds) from None

    def _explain(self, transaction: neo4j.Transaction, statement: Statement, values: dict[str, Any]) -> None:
        text = statement.text.lstrip()
        rest = text[len(statement.language) :] if statement.language else text
        explained = f"{statement.language} EXPLAIN {rest}".lstrip()
        kind = transaction.run(explained, values).consume().query_type
        if kind not in (_WRITES if self.write else _READS):
            raise StatementRefused(
                "refused: Neo4j says that this is no reading"
                if not self.write
                else "refused: Neo4j says that this changes the schema or the server, which --write does not allow"
            )


def _rows(transaction: neo4j.Transaction, statement: Statement, values: dict[str, Any], bounds: Bounds) -> Found:
    result = transaction.run(statement.text, values)
    columns = tuple(result.keys())
    wanted = None if bounds.rows is None else bounds.rows + 1
    records = list(result) if wanted is None else result.fetch(wanted)
    summary = result.consume()
    cut = wanted is not None and len(records) == wanted
    records = records[: bounds.rows]
    held = _Read(transaction)
    held.look([value for record in records for value in record.values()])
    return Found(
        columns=columns,
        rows=tuple(tuple(map(held.cell, record.values())) for record in records),
        cut=cut,
        total=None if cut else len(records),
        ends=held.ends,
        notes=tuple(_notes(summary)),
    )


def _notes(summary: neo4j.ResultSummary) -> Iterable[str]:
    """What the server warns of, each once: labels, types and properties that the graph does not have."""
    return dict.fromkeys(
        " ".join(status.status_description.removeprefix("warn: ").split())
        for status in summary.gql_status_objects
        if status.is_notification and status.raw_severity == "WARNING"
    )


class _Read:
    """Reads the driver's values."""

    def __init__(self, transaction: neo4j.Transaction) -> None:
        self._transaction = transaction
        self._nodes: dict[str, GraphNode] = {}
        self.ends: dict[str, GraphNode] = {}

    def look(self, values: Iterable[object]) -> None:
        """Find the nodes at the ends of relationships, of which the server sends no more than an id."""
        bare: set[str] = set()
        for value in values:
            self._collect(value, bare)
        bare -= set(self._nodes)
        if bare:
            text = "MATCH (n) WHERE elementId(n) IN $ids RETURN n"
            for (node,) in self._transaction.run(text, ids=sorted(bare)):
                made = self._node(node)
                self.ends[made.key] = made

    def cell(self, value: object) -> object:
        """A value as all engines hand it out."""
        if isinstance(value, graph.Path):
            return GraphPath(tuple(map(self._node, value.nodes)), tuple(map(self._relationship, value.relationships)))
        if isinstance(value, graph.Node):
            return self._node(value)
        if isinstance(value, graph.Relationship):
            return self._relationship(value)
        if isinstance(value, dict):
            return {name: self.cell(part) for name, part in value.items()}
        return [self.cell(part) for part in value] if isinstance(value, list) else plain(value)

    def _collect(self, value: object, bare: set[str]) -> None:
        if isinstance(value, graph.Path):
            for node in value.nodes:
                self._node(node)
        elif isinstance(value, graph.Node):
            self._node(value)
        elif isinstance(value, graph.Relationship):
            bare.update(node.element_id for node in value.nodes if node is not None)
        elif isinstance(value, dict | list):
            for part in value.values() if isinstance(value, dict) else value:
                self._collect(part, bare)

    def _node(self, node: graph.Node) -> GraphNode:
        if node.element_id not in self._nodes:
            self._nodes[node.element_id] = node_of(node.labels, dict(node), node.element_id)
        return self._nodes[node.element_id]

    def _relationship(self, one: graph.Relationship) -> GraphRelationship:
        start, end = (self._nodes[node.element_id].key for node in one.nodes if node is not None)
        return relationship_of(one.type, start, end, dict(one))


def _failed(wrong: exceptions.Neo4jError, bounds: Bounds) -> GraphtrailError:
    """An error of the server in our words."""
    code, said = wrong.code or "", (wrong.message or "").partition("\n")[0]
    if "TransactionTimedOut" in code or "TransactionTerminated" in code or "LockClientStopped" in code:
        seconds = "the server allows" if bounds.seconds is None else f"{bounds.seconds:g} s"
        return StatementFailed(
            f"the statement took longer than {seconds} and was stopped; give it more with --timeout, or begin it at a "
            "node that is named by its key"
        )
    if code.endswith("AccessMode"):
        return StatementRefused("refused: Neo4j says that this writes; graphtrail cypher --write lets it write")
    return StatementFailed(f"Neo4j does not run this: {said}")
