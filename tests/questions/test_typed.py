"""Which case of a server a statement means, and what becomes of values in a picture."""

from pathlib import Path

import pytest

from graphtrail import results
from graphtrail.errors import NotFound, UsageError
from graphtrail.questions.typed import case_on
from graphtrail.stores.cypher.values import (
    Found,
    GraphNode,
    GraphRelationship,
    node_of,
    plain,
    relationship_of,
    subgraph,
)


def where() -> str:
    return "bolt://here"


@pytest.mark.parametrize(
    ("cases", "wanted", "fallback", "name"),
    [
        (["a"], None, None, "a"),
        (["a", "b"], "b", "a", "b"),
        (["a", "b"], None, "a", "a"),
    ],
)
def test_the_case_that_is_meant(cases: list[str], wanted: str | None, fallback: str | None, name: str):
    assert case_on(cases, wanted, fallback, where) == name


@pytest.mark.parametrize(
    ("cases", "wanted", "fallback", "kind", "why"),
    [
        ([], None, None, NotFound, "bolt://here holds no case; load one"),
        (["b", "a"], None, None, UsageError, "bolt://here holds several cases: a, b; name one with --case-id"),
        (["a"], "c", None, NotFound, "bolt://here holds no case c; it holds a"),
        (["a"], None, "c", NotFound, "bolt://here holds no case c; it holds a"),
    ],
)
def test_no_case_is_guessed(
    cases: list[str], wanted: str | None, fallback: str | None, kind: type[Exception], why: str
):
    with pytest.raises(kind, match=why):
        case_on(cases, wanted, fallback, where)


def test_the_embedded_engine_needs_a_case():
    with pytest.raises(UsageError, match="needs a case"):
        results.run(Path(), None, "RETURN 1 AS a", {}, {})


def test_nodes_of_any_graph_are_drawn():
    bare = node_of(["Odd", "Also"], {}, "4:x:7")
    assert bare == GraphNode("node:4:x:7", ("Also", "Odd"), {})
    tied = relationship_of("KNOWS", bare.key, "gone", {"weights": [1, None, "x"], "map": {"a": 1}, "count": True})
    drawn = subgraph(Found(("r",), ((tied,), (7,), (None,)), ends={bare.key: bare}))
    assert [(node.key, node.label, node.name) for node in drawn.nodes] == [
        ("gone", "Resource", "gone"),
        ("node:4:x:7", "Also", "node:4:x:7"),
    ]
    (edge,) = drawn.edges
    assert (edge.type, edge.count, edge.first_seen, edge.confidence) == ("KNOWS", 1, 0, "exact")
    assert edge.properties == {"weights": (1, "None", "x"), "map": "{'a': 1}"}
    assert isinstance(tied, GraphRelationship)


def test_values_that_no_engine_hands_out_are_text():
    assert plain({1: (1, 2), "x": {"y": object}}) == {"1": [1, 2], "x": {"y": "<class 'object'>"}}
