from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from incident import incident

from graphtrail.render.columns import Link, columns, flow, titles
from graphtrail.render.layout import LANE, NEXT_LANE, Plan, layout
from graphtrail.render.looks import KINDS, kind_of

KIND = st.sampled_from([kind.name for kind in KINDS])
TYPES = ("ASSUMED", "CONTROLS", "CREATED", "FROM", "HOSTS", "IN", "ON", "OPENED", "PERFORMED", "SAME_SIGN_IN")
Drawing = tuple[list[str], list[Link], list[list[int]]]


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    kinds = draw(st.lists(KIND, min_size=2, max_size=25))
    nodes = st.sampled_from(range(len(kinds)))
    links = [Link(*drawn) for drawn in draw(st.lists(st.tuples(nodes, nodes, st.sampled_from(TYPES)), max_size=40))]
    paths = []
    for walk in draw(st.lists(st.lists(nodes, min_size=2, max_size=7, unique=True), max_size=4)):
        path = []
        for left, right in pairwise(walk):
            type_ = draw(st.sampled_from(TYPES))
            path.append(len(links))
            links.append(Link(right, left, type_) if type_ == "FROM" else Link(left, right, type_))
        paths.append(path)
    return kinds, links, paths


def laid(drawing: Drawing) -> Plan:
    kinds, links, paths = drawing
    return layout(kinds, [(at * 37) % 190 for at in range(len(kinds))], links, paths)


@given(drawings())
def test_every_node_has_a_place_of_its_own(drawing: Drawing):
    plan = laid(drawing)
    assert len(plan.places) == len(drawing[0])
    assert len(set(plan.places)) == len(plan.places)
    assert len(plan.bows) == len(drawing[1])


@given(drawings())
def test_the_first_path_is_a_straight_line_to_the_right_and_alone_on_it(drawing: Drawing):
    _, links, paths = drawing
    plan = laid(drawing)
    if not paths:
        return
    spine = [flow(links[at])[0] for at in paths[0]] + [flow(links[paths[0][-1]])[1]]
    assert [plan.places[node][1] for node in spine] == [0] * len(spine)
    xs = [plan.places[node][0] for node in spine]
    assert all(left < right for left, right in pairwise(xs))
    assert {node for node, (_, y) in enumerate(plan.places) if y == 0} == set(spine)
    assert {plan.bows[at] for at in paths[0]} == {0}


@given(drawings())
def test_every_hop_of_every_path_leads_to_the_right_unless_paths_contradict_each_other(drawing: Drawing):
    _, links, paths = drawing
    plan = laid(drawing)
    before: dict[int, set[int]] = {}
    for left, right in (flow(links[at]) for path in paths for at in path):
        before.setdefault(right, set()).add(left)
    try:
        list(TopologicalSorter(before).static_order())
    except CycleError:
        return
    for right, lefts in before.items():
        assert all(plan.places[left][0] < plan.places[right][0] for left in lefts)


@given(drawings())
def test_edges_between_the_same_two_nodes_do_not_lie_on_each_other(drawing: Drawing):
    plan = laid(drawing)
    pairs = [(frozenset((link.source, link.target)), bow) for link, bow in zip(drawing[1], plan.bows, strict=True)]
    assert len(set(pairs)) == len(pairs)


@given(drawings())
def test_columns_lie_side_by_side_and_hold_their_nodes(drawing: Drawing):
    kinds, links, paths = drawing
    plan = laid(drawing)
    column = columns(kinds, links, paths)
    assert sorted(set(column)) == list(range(len(plan.columns)))
    assert len(titles(kinds, column)) == len(plan.columns)
    for (x, _), at in zip(plan.places, column, strict=True):
        assert plan.columns[at].left <= x < plan.columns[at].right
    assert all(one.right == other.left for one, other in pairwise(plan.columns))


def of_incident(people: int) -> tuple[list[str], list[str], list[Link], list[list[int]]]:
    graph = incident(people)
    index = {node.key: at for at, node in enumerate(graph.nodes)}
    links = [Link(index[edge.source], index[edge.target], edge.type) for edge in graph.edges]
    return (
        [node.key for node in graph.nodes],
        [kind_of(node.label) for node in graph.nodes],
        links,
        [*map(list, graph.paths)],
    )


def test_the_columns_of_an_incident_read_like_its_story():
    keys, kinds, links, paths = of_incident(6)
    column = columns(kinds, links, paths)
    where = dict(zip(keys, column, strict=True))
    names = titles(kinds, column)
    assert names == [
        *("Source", "Identity", "Session 1", "Role", "Session 2", "Role", "Session 3"),
        *("Identity", "Session 4", "Action", "Resource", "Resource"),
    ]
    story = (
        "ip:198.51.100.23", "arn:aws:iam::111122223333:user/ci-deploy", "key:AKIAIOSFODNN7EXAMPLE",
        "arn:aws:iam::111122223333:role/BuildRole", "key:ASIABUILD7F3AEXAMPLE",
        "arn:aws:iam::444455556666:role/ProdAdmin",
        "key:ASIAADMIN7F3AEXAMPLE", "arn:aws:iam::444455556666:user/svc-metrics-2", "key:AKIAMADEBYTHEMEXAMPLE",
        "act:key:ASIAADMIN7F3AEXAMPLE|s3:GetObject|ok|",
        "arn:aws:s3:::customer-pii-prod/exports/2019/customers-2019-full.parquet",
        "arn:aws:s3:::customer-pii-prod",
    )  # fmt: skip
    assert [where[key] for key in story] == list(range(12))


def test_further_paths_of_an_incident_are_lines_below_the_first():
    keys, kinds, links, paths = of_incident(6)
    plan = layout(kinds, [100] * len(kinds), links, paths)
    y = {key: place[1] for key, place in zip(keys, plan.places, strict=True)}
    assert y["act:key:ASIAADMIN7F3AEXAMPLE|s3:ListObjects|ok|"] == LANE
    assert y["act:key:ASIABUILD7F3AEXAMPLE|s3:GetBucketPolicy|denied|"] == LANE + NEXT_LANE
    on_lines = {end for path in paths for at in path for end in (links[at].source, links[at].target)}
    lowest = max(plan.places[node][1] for node in on_lines)
    assert all(y > lowest for node, (_, y) in enumerate(plan.places) if node not in on_lines)


def test_more_paths_than_lines_still_have_places():
    kinds = ["session"] * 40 + ["bucket"]
    links = [Link(at, 40, "ON") for at in range(40)]
    plan = layout(kinds, [80] * 41, links, [[at] for at in range(40)])
    assert len(set(plan.places)) == 41


def test_a_crowded_column_wraps_so_that_the_picture_keeps_its_shape():
    kinds = ["session"] + ["object"] * 900
    plan = layout(kinds, [90] * 901, [Link(0, at, "ON") for at in range(1, 901)], [])
    xs, ys = zip(*plan.places, strict=True)
    assert len({x for x, _ in plan.places[1:]}) > 10
    assert 0.3 < (max(ys) - min(ys)) / (max(xs) - min(xs)) < 1.6


def test_circles_are_laid_out_too():
    ring = [Link(at, (at + 1) % 5, "ASSUMED") for at in range(5)]
    plan = layout(["session"] * 5, [50] * 5, ring, [[0, 1, 2, 3, 4]])
    assert len(set(plan.places)) == 5


def test_nothing_has_no_layout():
    assert layout([], [], [], []) == Plan((), (), ())
