"""Answers for machines: JSON, JSON lines, CSV."""

import csv
import dataclasses
import io
import json
import re
from collections.abc import Sequence

import msgspec

from graphtrail.graph.model import Edge, Node, Subgraph
from graphtrail.questions import Answer, Row
from graphtrail.questions.answer import SCHEMA

# What a terminal may take for a command, what makes text run backwards, and what is not seen; JSON can write all of
# them as escapes.
_HIDDEN = "\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_UNSAFE = re.compile(f"[{_HIDDEN}]")
_CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f{_HIDDEN}]")
# Spreadsheets take a cell that begins like this for a formula; some read its wide form for it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_json(answer: Answer[Row], version: str, limit: int | None = None) -> str:
    """The whole answer as one JSON object.

    Args:
        answer: what to write.
        version: of graphtrail.
        limit: rows to write; ``total`` counts all.
    """
    return (
        encoded(
            {
                "graphtrail": version,
                "schema": SCHEMA,
                "question": answer.question.name,
                "parameters": {name: value for name, value in answer.parameters.items() if value not in {None, False}},
                "case": answer.case,
                "rows": answer.rows[:limit],
                "total": len(answer.rows),
                "coverage": answer.coverage,
            }
        )
        + "\n"
    )


def as_jsonl(rows: Sequence[Row]) -> str:
    """One row a line."""
    return "".join(encoded(row) + "\n" for row in rows)


def as_csv(row_type: type[Row], rows: Sequence[Row]) -> str:
    """A table with a head; what is no plain value is written as JSON, and no cell is a formula."""
    fields = msgspec.structs.fields(row_type)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.encode_name for field in fields])
    writer.writerows([cell_of(getattr(row, field.name)) for field in fields] for row in rows)
    return out.getvalue()


def encoded(value: object) -> str:
    """JSON that is safe to show on a terminal."""
    return _UNSAFE.sub(_escape, msgspec.json.encode(value).decode())


def _escape(found: re.Match[str]) -> str:
    """A character as JSON escapes it: beyond the first plane as two halves."""
    return json.dumps(found[0])[1:-1]


def cell_of(value: object) -> str:
    """A cell of CSV: what is no plain value is JSON, and no text is a formula or controls a terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else encoded(value)
    text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    risky = isinstance(value, str) and (text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA))
    return f"'{text}" if risky else text


def indented(value: object) -> str:
    """As ``encoded``, for a reader."""
    return _UNSAFE.sub(_escape, msgspec.json.format(msgspec.json.encode(value)).decode())


def graph_json(graph: Subgraph) -> str:
    """A graph as one JSON object with ``nodes`` and ``edges``."""
    return encoded({"nodes": graph.nodes, "edges": graph.edges}) + "\n"


def graph_csv(graph: Subgraph) -> tuple[str, str]:
    """A graph as two tables: nodes and edges; properties are one cell of JSON."""
    return _table(Node, graph.nodes), _table(Edge, graph.edges)


def _table(kind: type[Node] | type[Edge], rows: Sequence[Node] | Sequence[Edge]) -> str:
    names = [field.name for field in dataclasses.fields(kind)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell_of(getattr(row, name)) for name in names] for row in rows)
    return out.getvalue()
