import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incident import incident, picture, shuffled

from graphtrail.graph.model import Edge, EventLine, Node, Subgraph
from graphtrail.render.looks import NUMBER
from graphtrail.render.payload import Limits, in_order, payload
from graphtrail.render.picture import Picture


def drawn(graph: Subgraph, limits: Limits | None = None) -> dict:
    return payload(Picture("t", "q", graph), limits)


def two(edge: Edge, *more: Edge, events: dict[str, EventLine] | None = None, outcome: str = "ok") -> Subgraph:
    nodes = (Node("a", "Session", "A", {"created": 5}), Node("b", "Action", "s3:GetObject", {"outcome": outcome}))
    return Subgraph(nodes, (edge, *more), ((0,),), events or {})


EVENT = EventLine("e1", 7, "s3:GetObject", "ok", None, "eu-west-1", "111122223333", "192.0.2.1", "agent")


def test_everything_about_a_node_and_a_line_is_there():
    edge = Edge("a", "b", "PERFORMED", 5, 9, 3, "strong", "L4", ("e1",), 3, {"by": "x"})
    data = drawn(two(edge, events={"e1": EVENT}))
    values = data["values"]
    key, label, kind, short, name, properties, heap, failed = data["about"][0]
    assert [values[at] for at in (key, label, short, name)] == ["a", "Session", "A", "A"]
    assert (kind, heap, failed) == (NUMBER["session"], [], 0)
    assert [values[at] for at in properties] == ["created", 5]
    type_, first, last, calls, confidence, rule, failures, bow, events, total, extra, edges = data["behind"][0]
    assert [values[at] for at in data["types"][type_][:2]] == ["PERFORMED", "called"]
    assert (values[first], values[last], calls, confidence, values[rule]) == (5, 9, 3, 1, "L4")
    assert (failures, bow, total, edges) == (0, 0, 3, 1)
    assert [values[at] for at in events] == ["e1"]
    assert [values[at] for at in extra] == ["by", "x"]
    assert [[values[at] for at in line] for line in data["events"]] == [
        ["e1", 7, "s3:GetObject", "ok", None, "eu-west-1", "111122223333", "192.0.2.1", "agent"]
    ]
    assert data["paths"] == [[0]]
    assert data["counts"] == {"nodes": 2, "folded": 0, "heaps": 0, "edges": 1, "foldedEdges": 0, "paths": 1}


@pytest.mark.parametrize(
    ("edge", "outcome", "failed"),
    [
        ({}, "ok", 0),
        ({"outcome": "denied"}, "ok", 2),
        ({}, "denied", 2),
        ({}, "error", 2),
        ({"outcome": "ok"}, "ok", 0),
    ],
)
def test_a_line_fails_by_its_own_word_or_by_that_of_its_action(edge: dict[str, str], outcome: str, failed: int):
    data = drawn(two(Edge("a", "b", "ON", 0, 0, properties=edge), outcome=outcome))
    assert data["behind"][0][6] == failed


def test_a_line_of_many_edges_adds_them_up_and_takes_the_least_sure():
    edges = [
        Edge("a", "b", "ON", at, at + 10, 2, "heuristic" if at == 3 else "exact", f"L{at % 2}", (f"e{at}",), 5,
             {"outcome": "denied" if at == 4 else "ok"})
        for at in range(6)
    ]  # fmt: skip
    data = payload(Picture("t", "q", Subgraph(two(edges[0]).nodes, tuple(edges))))
    values = data["values"]
    type_, first, last, calls, confidence, rule, failures, _, events, total, extra, number = data["behind"][0]
    assert len(data["behind"]) == 1
    assert (values[first], values[last], calls, confidence, values[rule]) == (0, 15, 12, 2, "L0, L1")
    assert (failures, total, number, extra) == (1, 30, 6, [])
    assert [values[at] for at in events] == [f"e{at}" for at in range(6)]
    assert data["counts"]["foldedEdges"] == 6
    assert type_ == 0


def test_an_unknown_confidence_counts_as_the_least_sure():
    assert drawn(two(Edge("a", "b", "ON", 0, 0, confidence="maybe")))["behind"][0][4] == 2


def test_proofs_are_counted_even_where_the_total_was_not_filled_in():
    assert drawn(two(Edge("a", "b", "ON", 0, 0, event_ids=("x", "y"))))["behind"][0][9] == 2


@pytest.mark.parametrize(
    ("value", "fit"),
    [
        (1, 1), (True, True), (1.5, 1.5), (None, None), ("a\u202eb", "a\u2039U+202E\u203ab"),
        (2**53 + 1, "9007199254740993"),
        (float("nan"), "nan"), (float("inf"), "inf"), (("x", 1, None, "\ud800"), ["x", 1, None, "\ufffd"]),
    ],
)  # fmt: skip
def test_values_are_made_fit_for_the_page(value: object, fit: object):
    data = payload(
        Picture("t", "q", Subgraph((Node("a", "Session", "A", {"p": value}),)), columns=("c",), rows=((value,),))
    )
    at = data["about"][0][5][1]
    assert data["values"][at] == fit
    assert type(data["values"][at]) is type(fit)
    assert data["table"]["rows"] == [[at]]


def test_one_true_and_1_are_different_values():
    rows = ((1, True, 1.0, "1"),)
    data = payload(Picture("t", "q", Subgraph(), columns=("a", "b", "c", "d"), rows=rows))
    assert len(set(data["table"]["rows"][0])) == 4
    assert [data["values"][at] for at in data["table"]["rows"][0]] == [1, True, 1.0, "1"]


def test_labels_are_capped_and_the_full_text_is_kept():
    name = "a-very-long-object-name-" * 4
    data = drawn(Subgraph((Node("k", "Object", name),)))
    short, full = (data["values"][at] for at in data["about"][0][3:5])
    assert (len(short), full) == (30, name)


def test_a_nameless_node_is_called_by_its_key():
    data = drawn(Subgraph((Node("ip:192.0.2.1", "IpAddress", ""),)))
    assert data["values"][data["about"][0][4]] == "ip:192.0.2.1"


def test_heaps_list_their_members_and_the_command_for_all():
    data = drawn(incident(2, objects=3000))
    (heap,) = (about[6] for about in data["about"] if about[6])
    values = data["values"]
    assert heap[0] == 2997
    assert values[heap[1]] == "graphtrail ask objects arn:aws:s3:::customer-pii-prod"
    assert len(heap) == 2 + 2 * 2997
    counts = data["counts"]
    assert (counts["folded"], counts["heaps"]) == (2997, 1)
    assert counts["nodes"] == counts["folded"] + sum(not about[6] for about in data["about"])


def test_members_that_there_is_no_room_for_are_still_counted():
    data = drawn(incident(2, objects=12_000))
    (heap,) = (about[6] for about in data["about"] if about[6])
    assert heap[0] == 11_997
    assert len(heap) == 2 + 2 * 10_000


def test_small_heaps_are_listed_whole_and_large_ones_share_what_is_left():
    data = drawn(incident(300, objects=11_000), Limits(nodes=300))
    heaps = [about[6] for about in data["about"] if about[6]]
    listed = sorted((heap[0], (len(heap) - 2) // 2) for heap in heaps)
    assert all(total == shown for total, shown in listed[:-1])
    assert listed[-1][0] > listed[-1][1] > 7000
    assert sum(shown for _, shown in listed) <= 10_000


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 25), st.integers(0, 200), st.integers(2, 300), st.integers(2, 400))
def test_shown_and_folded_make_the_total(people: int, objects: int, most_nodes: int, most_edges: int):
    graph = incident(people, objects)
    data = drawn(graph, Limits(nodes=most_nodes, edges=most_edges))
    counts = data["counts"]
    alone = [not about[6] for about in data["about"]]
    assert counts["nodes"] == len(graph.nodes) == counts["folded"] + sum(alone)
    assert counts["folded"] == sum(about[6][0] for about in data["about"] if about[6])
    lines = [
        about[11] == 1 and alone[edge["from"]] and alone[edge["to"]]
        for about, edge in zip(data["behind"], data["edges"], strict=True)
    ]
    assert counts["edges"] == len(graph.edges) == counts["foldedEdges"] + sum(lines)
    for path, steps in zip(graph.paths, data["paths"], strict=True):
        assert len(path) == len(steps)


def test_hops_inside_a_heap_point_to_it():
    sessions = [Node(f"key:{at:03d}", "Session", f"s{at}") for at in range(50)]
    edges = tuple(Edge(f"key:{at:03d}", f"key:{at + 1:03d}", "ASSUMED", at, at) for at in range(49))
    graph = Subgraph(tuple(sessions), edges, ((0,), (1,), *((at,) for at in range(2, 49))))
    data = drawn(graph, Limits(nodes=8))
    hidden = [step for steps in data["paths"] for step in steps if step < 0]
    assert hidden
    assert all(data["about"][-1 - step][6] for step in hidden)
    assert data["whole"] < len(graph.paths)


def test_every_line_shows_an_event_and_paths_show_all_that_are_named():
    graph = in_order(incident(14))
    data = drawn(graph, Limits(events=300))
    assert all(line[8] for line in data["behind"])
    on_first = set(graph.paths[0])
    for number, (edge, line) in enumerate(zip(graph.edges, data["behind"], strict=True)):
        if number in on_first:
            assert len(line[8]) == len(edge.event_ids)
        assert line[9] == edge.event_total
    assert 300 <= len(data["events"]) <= 300 + len(graph.edges)


def test_rows_beyond_the_room_are_counted():
    graph = Subgraph()
    data = payload(Picture("t", "q", graph, columns=("n",), rows=tuple((at,) for at in range(50))), Limits(rows=20))
    assert (len(data["table"]["rows"]), data["table"]["total"]) == (20, 50)


def test_long_rows_beyond_the_room_are_counted_and_the_first_is_there():
    rows = tuple((letter * 30, at) for at, letter in enumerate("abcd"))
    picture = Picture("t", "q", Subgraph(), columns=("text", "n"), rows=rows)
    for characters, shown in ((10, 1), (60, 2), (89, 2), (1000, 4)):
        table = payload(picture, Limits(characters=characters))["table"]
        assert (len(table["rows"]), table["total"]) == (shown, 4)


def test_paths_beyond_the_room_are_counted_and_the_first_is_there():
    nodes = tuple(Node(f"key:{at:03d}", "Session", f"s{at}") for at in range(50))
    edges = tuple(Edge(f"key:{at:03d}", f"key:{at + 1:03d}", "ASSUMED", at, at) for at in range(49))
    graph = Subgraph(nodes, edges, tuple(tuple(range(hops)) for hops in range(49, 0, -1)))
    for hops, shown in ((10, 1), (97, 2), (49 * 50, 49)):
        data = drawn(graph, Limits(hops=hops))
        assert [len(path) for path in data["paths"]] == list(range(49, 49 - shown, -1))
        assert data["counts"]["paths"] == 49


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_nodes_and_edges_changes_nothing(seed: int):
    graph = incident(5, objects=20)
    mixed = shuffled(graph, Random(seed))  # noqa: S311 (any order will do)
    assert json.dumps(drawn(mixed)) == json.dumps(drawn(graph))
    limits = Limits(nodes=40, edges=60)
    assert json.dumps(drawn(mixed, limits)) == json.dumps(drawn(graph, limits))


def test_a_picture_of_nothing_has_a_payload():
    data = drawn(Subgraph())
    assert (data["nodes"], data["edges"], data["columns"], data["paths"]) == ([], [], [], [])
    assert set(data["counts"].values()) == {0}


def test_ids_are_positions_and_ends_are_ids():
    data = payload(picture(6))
    assert [node["id"] for node in data["nodes"]] == list(range(len(data["about"])))
    assert [edge["id"] for edge in data["edges"]] == list(range(len(data["behind"])))
    assert {end for edge in data["edges"] for end in (edge["from"], edge["to"])} <= set(range(len(data["nodes"])))
