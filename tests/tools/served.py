"""A case on a server, as tests look at it."""

import hashlib
import json
from typing import Any

from graphtrail import api
from graphtrail.errors import GraphtrailError
from graphtrail.questions import QUESTIONS

_NODES = "MATCH (node:Entity) RETURN labels(node) AS labels, properties(node) AS said"
_EDGES = """
MATCH (source)-[edge]->(target)
RETURN source.uid AS source, target.uid AS target, type(edge) AS type, properties(edge) AS said
"""


def digest(ask: Any, case_id: str | None = None) -> str:  # noqa: ANN401 - what asks the server: text to rows
    """Of all nodes and relationships of a server, or of one case there, with all that they say."""
    rows: list[str] = []
    for text in (_NODES, _EDGES):
        rows += [
            json.dumps(row | {"labels": sorted(row.get("labels", ()))}, sort_keys=True)
            for row in ask(text)
            if case_id in {None, row["said"]["case_id"]}
        ]
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def answer(case: api.Asked, name: str, parameters: dict[str, Any], *, drawn: bool = False) -> object:
    """All that an answer says, or the error that stands for it."""
    try:
        result = case.answer(QUESTIONS[name], **parameters)
        said = list(result.rows), result.coverage, result.case, result.graph if drawn else None
    except GraphtrailError as error:
        return type(error), str(error)
    return said
