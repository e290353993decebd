from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from incident import incident

from graphtrail.graph.model import Edge, Node, Subgraph
from graphtrail.render.fold import MOST_EDGES, MOST_NODES, MOST_PARALLEL, Folded, fold

LABELS = ("Action", "Bucket", "IpAddress", "Object", "Role", "Session", "Trail", "User")
TYPES = ("ASSUMED", "FROM", "IN", "ON", "OPENED", "PERFORMED")


@st.composite
def graphs(draw: st.DrawFn) -> Subgraph:
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=30))
    nodes = tuple(
        Node(
            f"arn:aws:s{at % 3}:::b{at % 2}/{at:02d}", label, f"s{at % 2}:{at}", {"outcome": "denied"} if at % 5 else {}
        )
        for at, label in enumerate(labels)
    )
    ends = st.sampled_from(range(len(nodes)))
    drawn = draw(st.lists(st.tuples(ends, ends, st.sampled_from(TYPES), st.integers(1, 9)), max_size=60))
    edges = tuple(Edge(nodes[a].key, nodes[b].key, type_, 0, 1, count) for a, b, type_, count in drawn)
    paths = draw(st.lists(st.lists(st.sampled_from(range(len(edges))), max_size=5), max_size=3)) if edges else []
    return Subgraph(nodes, edges, tuple(map(tuple, paths)))


def accounted(graph: Subgraph, folded: Folded) -> None:
    """Every node is in one unit, every edge in one line or inside a heap."""
    members = Counter(member for unit in folded.units for member in unit.members)
    assert members == Counter(range(len(graph.nodes)))
    edges = Counter([edge for line in folded.lines for edge in line.edges] + list(folded.inside))
    assert edges == Counter(range(len(graph.edges)))


@given(graphs(), st.integers(1, 30), st.integers(1, 60))
def test_nothing_is_lost_whatever_the_room(graph: Subgraph, most_nodes: int, most_edges: int):
    folded = fold(graph, most_nodes, most_edges)
    accounted(graph, folded)
    index = {node.key: at for at, node in enumerate(graph.nodes)}
    home = {member: number for number, unit in enumerate(folded.units) for member in unit.members}
    for line in folded.lines:
        for at in line.edges:
            edge = graph.edges[at]
            assert (home[index[edge.source]], home[index[edge.target]]) == (line.source, line.target)
            assert edge.type == graph.edges[line.edges[0]].type
    for at in folded.inside:
        assert home[index[graph.edges[at].source]] == home[index[graph.edges[at].target]]


@given(graphs(), st.integers(1, 30), st.integers(1, 60))
def test_whole_paths_are_never_folded(graph: Subgraph, most_nodes: int, most_edges: int):
    folded = fold(graph, most_nodes, most_edges)
    assert folded.whole >= min(1, len(graph.paths))
    alone = {line.edges for line in folded.lines}
    for path in graph.paths[: folded.whole]:
        assert all((at,) in alone for at in path)
    ends = {
        end
        for path in graph.paths[: folded.whole]
        for at in path
        for end in (graph.edges[at].source, graph.edges[at].target)
    }
    heaped = {graph.nodes[member].key for unit in folded.units if len(unit.members) > 1 for member in unit.members}
    assert not ends & heaped


@given(graphs(), st.integers(1, 30))
def test_what_is_not_evidence_fits_into_the_room(graph: Subgraph, most_nodes: int):
    folded = fold(graph, most_nodes, 1000)
    firm = {end for path in graph.paths for at in path for end in (graph.edges[at].source, graph.edges[at].target)}
    assert len(folded.units) <= max(most_nodes, len(firm) + len(LABELS))


@given(graphs())
def test_members_of_a_heap_have_one_label(graph: Subgraph):
    for unit in fold(graph, 3, 3).units:
        assert len({graph.nodes[member].label for member in unit.members}) == 1


def test_a_graph_that_fits_is_left_alone():
    graph = incident(people=20)
    folded = fold(graph)
    assert all(len(unit.members) == 1 for unit in folded.units)
    assert len(folded.lines) == len(graph.edges)
    assert not folded.inside


def test_objects_read_in_bulk_become_one_heap_of_their_bucket_and_the_busiest_stay():
    graph = incident(people=10, objects=3000)
    folded = fold(graph)
    accounted(graph, folded)
    assert len(folded.units) <= MOST_NODES
    heaps = [unit for unit in folded.units if len(unit.members) > 1]
    assert [unit.below for unit in heaps] == ["of customer-pii-prod"]
    assert {graph.nodes[member].label for member in heaps[0].members} == {"Object"}
    single = {graph.nodes[unit.members[0]].name for unit in folded.units if len(unit.members) == 1}
    assert {f"customers-{year}-full.parquet" for year in range(2019, 2024)} <= single


@pytest.mark.parametrize("people", [200, 900])
def test_a_very_large_case_fits_and_its_heaps_have_meaning(people: int):
    graph = incident(people, objects=2000)
    folded = fold(graph)
    accounted(graph, folded)
    assert len(folded.units) <= MOST_NODES
    assert len(folded.lines) <= MOST_EDGES
    assert folded.whole == len(graph.paths)
    belows = {unit.below for unit in folded.units if len(unit.members) > 1}
    assert "of customer-pii-prod" in belows


def test_actions_of_one_session_fold_by_service_and_what_failed_apart():
    session = Node("key:A", "Session", "Admin/x")
    actions = [
        Node(f"act:{at:03d}", "Action", f"{service}:Do{at}", {"outcome": "denied" if at % 2 else "ok"})
        for at in range(40)
        for service in ["iam" if at < 20 else "ec2"]
    ]
    edges = tuple(Edge("key:A", action.key, "PERFORMED", 0, 1) for action in actions)
    folded = fold(Subgraph((*actions, session), edges), most_nodes=5)
    heaps = {(unit.below, len(unit.members)) for unit in folded.units if len(unit.members) > 1}
    assert heaps == {("of iam by Admin/x", 10), ("of ec2 by Admin/x", 10)}
    assert len(folded.units) == 5


def test_sessions_fold_by_principal():
    roles = [Node(f"arn:aws:iam::1:role/{name}", "Role", name) for name in ("A", "B")]
    sessions = [Node(f"key:{name}{at:02d}", "Session", f"{name}/{at}") for name in "AB" for at in range(20)]
    edges = tuple(Edge(f"arn:aws:iam::1:role/{node.key[4]}", node.key, "OPENED", 0, 1) for node in sessions)
    folded = fold(Subgraph((*roles, *sessions), edges), most_nodes=10)
    assert {(unit.below, len(unit.members)) for unit in folded.units if len(unit.members) > 1} == {
        ("of A", 17),
        ("of B", 17),
    }


def test_many_edges_of_one_type_between_two_nodes_are_one_line():
    nodes = (Node("a", "Session", "a"), Node("b", "Bucket", "b"))
    edges = tuple(Edge("a", "b", "ON", at, at) for at in range(MOST_PARALLEL + 2))
    folded = fold(Subgraph(nodes, edges, ((2,),)))
    assert sorted(line.edges for line in folded.lines) == [(0, 1, 3, 4, 5), (2,)]
    few = fold(Subgraph(nodes, edges[:MOST_PARALLEL]))
    assert len(few.lines) == MOST_PARALLEL


def test_evidence_without_end_leaves_room_for_the_rest_and_says_how_much_is_whole():
    sessions = [Node(f"key:{at:04d}", "Session", f"s{at}") for at in range(3000)]
    edges = tuple(Edge(node.key, "z", "ON", 0, 1) for node in sessions)
    graph = Subgraph((*sessions, Node("z", "Bucket", "b")), edges, tuple((at,) for at in range(3000)))
    folded = fold(graph)
    assert folded.whole == MOST_NODES // 2 - 1
    assert len(folded.units) <= MOST_NODES
    accounted(graph, folded)
