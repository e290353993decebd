"""Answers to Cypher: for machines, for tables, as pictures."""

import csv
import io
import shlex
from typing import Any

from graphtrail.graph.model import Value
from graphtrail.questions.answer import SCHEMA
from graphtrail.questions.typed import TypedAnswer
from graphtrail.render.machine import cell_of, encoded
from graphtrail.render.picture import Picture
from graphtrail.stores.cypher.values import GraphNode, GraphPath, GraphRelationship
from graphtrail.stores.whole import short


def rows_of(answer: TypedAnswer) -> list[dict[str, Any]]:
    """The rows, by column."""
    return [dict(zip(answer.found.columns, row, strict=True)) for row in answer.found.rows]


def typed_json(answer: TypedAnswer, version: str) -> str:
    """The whole answer as one JSON object; ``total`` is null where the rows were cut before all were counted."""
    found = answer.found
    said = {
        "graphtrail": version,
        "schema": SCHEMA,
        "question": answer.file.name,
        "statement": answer.file.statement,
        "engine": answer.engine,
        "parameters": dict(answer.parameters),
        "case": answer.case,
        "columns": found.columns,
        "rows": rows_of(answer),
        "total": found.total,
        "cut": found.cut,
        "notes": found.notes,
        "coverage": answer.coverage,
    }
    return encoded(said) + "\n"


def typed_jsonl(answer: TypedAnswer) -> str:
    """One row a line."""
    return "".join(encoded(row) + "\n" for row in rows_of(answer))


def typed_csv(answer: TypedAnswer) -> str:
    """A table with a head; nodes, relationships, paths, lists and maps are JSON, and no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(cell_of, answer.found.columns))
    writer.writerows(map(cell_of, row) for row in answer.found.rows)
    return out.getvalue()


def told(value: object) -> Value:
    """What a table shows of a cell: of nodes their keys, of paths the way."""
    if isinstance(value, GraphNode):
        return value.key
    if isinstance(value, GraphRelationship):
        return f"{value.start} -[:{value.type}]-> {value.end}"
    if isinstance(value, GraphPath):
        return _way(value)
    if isinstance(value, list):
        return ", ".join(str(told(part)) for part in value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return encoded(value)


def _way(path: GraphPath) -> str:
    """A path as Cypher writes it, an arrow for each relationship in its own direction."""
    said = path.nodes[0].key
    for before, one, node in zip(path.nodes, path.relationships, path.nodes[1:], strict=False):
        arrow = f"-[:{one.type}]->" if one.start == before.key else f"<-[:{one.type}]-"
        said = f"{said} {arrow} {node.key}"
    return said


def typed_picture(answer: TypedAnswer) -> Picture:
    """The picture of an answer: what its rows hold of the graph, and the rows."""
    found, case = answer.found, answer.case
    lines = [line.strip() for line in answer.file.statement.splitlines()]
    statement = " ".join(line for line in lines if line and not line.startswith("//"))
    facts = (
        ("engine", answer.engine),
        ("events", f"{case.events:,}"),
        ("from", case.first or "-"),
        ("to", case.last or "-"),
        ("case", case.digest),
    )
    about = [str(value) for value in answer.parameters.values() if isinstance(value, str) and value]
    cut = (f"the answer is cut after {len(found.rows):,} rows (--limit 0 gives all)",) if found.cut else ()
    return Picture(
        title=" ".join(map(short, about)) or answer.file.title or answer.file.name,
        question=answer.file.title or statement,
        graph=answer.graph,
        facts=facts,
        columns=found.columns,
        rows=tuple(tuple(map(told, row)) for row in found.rows),
        coverage=(*cut, *found.notes, *dict.fromkeys(gap.text for gap in answer.coverage)),
        commands=(_command(answer, statement),),
    )


def _command(answer: TypedAnswer, statement: str) -> str:
    words = ["graphtrail", "cypher", statement]
    for name, value in answer.parameters.items():
        words += ["-p", f"{name}={value}" if isinstance(value, str) else f"{name}:={encoded(value)}"]
    return shlex.join([*words, "--output", "json"])
