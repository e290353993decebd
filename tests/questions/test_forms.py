"""An answer in its forms: JSON, CSV, NetworkX, pandas, GraphML, a page; and the case as a whole."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cloudtrail as ct
import msgspec
import networkx as nx
import pytest

import graphtrail
from graphtrail.errors import NotFound
from graphtrail.graph.model import Edge, Node, Subgraph
from graphtrail.questions.who_touched import Touch
from graphtrail.render.edges import edge as edge_json
from graphtrail.render.machine import as_csv, as_jsonl, cell_of, encoded, graph_csv, graph_json
from graphtrail.stores.exchange import to_graphml, to_networkx
from graphtrail.stores.whole import whole

JEWELS = "arn:aws:s3:::jewels"
ALICE, DEPLOY = "key:AKIAALICEALICEALICE0", "key:ASIADEPLOYDEPLOYDEP0"
HOSTILE = '=cmd|"/c calc"!A1'

Case = graphtrail.Case


@pytest.fixture(scope="module")
def answer(world: Case):
    return world.ask.who_touched(JEWELS)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory):
    """A case whose names are written by somebody who knows what reads them."""
    agent = "\x1b[31mred\u202e<script>\x07"
    who = ct.user(HOSTILE, "AKIAHOSTILEHOSTILE00")
    records = [ct.get_object("09:00", who, "jewels", f"{HOSTILE}\x00\x0b.csv", userAgent=agent)]
    return ct.case(tmp_path_factory.mktemp("hostile"), records)


def test_json_holds_rows_coverage_and_the_case(world: Case, answer: graphtrail.Result):
    held = json.loads(answer.to_json())
    assert held["question"] == "who-touched"
    assert held["parameters"] == {"resource": JEWELS}
    assert held["total"] == len(held["rows"]) == len(answer.rows)
    assert held["case"]["digest"] == world.status()["case"].digest == answer.case.digest
    assert {gap["code"] for gap in held["coverage"]} == {gap.code for gap in answer.coverage}
    assert held["rows"][0]["class"] == answer.rows[0].class_
    assert answer.parameters["resource"] == JEWELS


def test_json_lines_and_csv_hold_every_row(answer: graphtrail.Result):
    lines = [json.loads(line) for line in as_jsonl(answer.rows).splitlines()]
    table = list(csv.DictReader(io.StringIO(as_csv(Touch, answer.rows))))
    assert [line["session"] for line in lines] == [row["session"] for row in table]
    assert [row["count"] for row in table] == [str(row.count) for row in answer.rows]
    assert table[0]["expires_assumed"] in {"true", "false"}
    assert [json.loads(row["chain"]) for row in table] == [line["chain"] for line in lines]
    assert table[0]["made_by"] == ""


def test_no_cell_is_a_formula_and_nothing_controls_a_terminal(hostile: Case):
    rows = hostile.ask.who_touched(JEWELS).rows
    (row,) = csv.DictReader(io.StringIO(as_csv(Touch, rows)))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    for text in (as_csv(Touch, rows), as_jsonl(rows), hostile.ask.events().to_json()):
        assert not {"\x1b", "\x07", "\x00", "\x0b", "\u202e"} & set(text)
    (event,) = hostile.ask.events().rows
    assert csv_of(event)["address"] == "198.51.100.7"


def csv_of(row: msgspec.Struct):
    (cells,) = csv.DictReader(io.StringIO(as_csv(type(row), [row])))
    return cells


def test_the_graph_behind_an_answer_goes_from_who_to_what(answer: graphtrail.Result):
    graph = answer.to_networkx()
    assert nx.has_path(graph, ALICE, JEWELS)
    assert {graph.edges[edge]["type"] for edge in graph.edges} >= {"ASSUMED", "PERFORMED", "ON", "FROM", "OPENED"}
    assert graph.nodes[DEPLOY]["label"] == "Session"
    assert answer.graph.paths


def test_graphml_is_read_back_with_hostile_names(hostile: Case, tmp_path: Path):
    made = to_graphml(whole(hostile.store))
    file = tmp_path / "graph.graphml"
    file.write_text(made, encoding="utf-8")
    again = nx.read_graphml(file)
    assert len(again) == len(hostile.to_networkx())
    assert any(HOSTILE in node for node in again)


def test_keys_that_xml_cannot_hold_stay_apart(tmp_path: Path):
    odd = [Node(f"{JEWELS}/{char}", "Object", char) for char in ("\x00", "\x0b", "\ufffe", "\U0001fffe", "\ufffd")]
    edges = [Edge(one.key, JEWELS, "IN", 1, 1) for one in odd]
    file = tmp_path / "graph.graphml"
    file.write_text(to_graphml(Subgraph(tuple(odd), tuple(edges))), encoding="utf-8")
    again = nx.read_graphml(file)
    assert len(again) == len(odd) + 1
    assert again.in_degree(JEWELS) == len(odd)
    assert {said["name"] for node, said in again.nodes(data=True) if node != JEWELS} == {"\ufffd", "\U0001fffe"}


def test_no_edge_is_lost_beside_another_of_its_type_and_gephi_finds_each_by_its_id(world: Case, tmp_path: Path):
    several = [Edge("key:A", "account:1", "SHARED_WITH", at, at) for at in (1, 2, 3)]
    graph = Subgraph((), (*several, Edge("key:B", "account:1", "SHARED_WITH", 1, 1)))
    assert sorted(key for *_, key in to_networkx(graph).edges(keys=True)) == [
        "SHARED_WITH", "SHARED_WITH", "SHARED_WITH#2", "SHARED_WITH#3",
    ]  # fmt: skip
    file = tmp_path / "graph.graphml"
    file.write_text(to_graphml(graph), encoding="utf-8")
    again = nx.read_graphml(file, force_multigraph=True)
    assert sorted(said["first_seen"] for _, _, said in again.edges(data=True)) == [1, 1, 2, 3]
    drawn = whole(world.store)
    ids = re.findall(r'<edge source="[^"]*" target="[^"]*" id="([^"]*)"', to_graphml(drawn))
    assert len(set(ids)) == len(ids) == len(drawn.edges) == world.to_networkx().number_of_edges()


def test_the_whole_graph_as_json_and_csv(world: Case):
    graph = whole(world.store)
    held = json.loads(graph_json(graph))
    nodes, edges = (list(csv.DictReader(io.StringIO(text))) for text in graph_csv(graph))
    assert [node["key"] for node in held["nodes"]] == [node["key"] for node in nodes]
    assert len(held["edges"]) == len(edges) == len(graph.edges)
    assert {node["label"] for node in nodes} >= {"Session", "Role", "User", "Bucket", "Object", "Action"}


def test_a_data_frame_has_a_column_a_field(answer: graphtrail.Result):
    frame = answer.to_pandas()
    assert len(frame) == len(answer.rows)
    assert frame["count"].sum() == 8
    assert "class" in frame.columns


def test_a_page_is_one_document_that_a_notebook_shows_in_a_frame(answer: graphtrail.Result):
    page = answer.to_html()
    assert page.lower().startswith("<!doctype html>")
    assert "jewels" in page
    seen: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: seen.append((tag, dict(attributes)))  # type: ignore[method-assign]
    parser.feed(answer.show()._repr_html_())
    ((tag, attributes),) = seen
    assert tag == "iframe"
    assert attributes["sandbox"] == "allow-scripts allow-downloads"
    assert attributes["srcdoc"] == page


@pytest.mark.parametrize(
    "question",
    ["assumptions", "identities", "unknowns", "top", "events"],
)
def test_every_answer_can_be_drawn(world: Case, question: str):
    result = getattr(world.ask, question)()
    assert result.to_html()
    keys = {node.key for node in result.graph.nodes}
    assert all({edge.source, edge.target} <= keys for edge in result.graph.edges)


@pytest.mark.parametrize("question", ["origin", "chain", "blast_radius", "addresses", "denied", "secrets", "timeline"])
def test_every_answer_about_a_session_can_be_drawn(world: Case, question: str):
    result = getattr(world.ask, question)(DEPLOY)
    assert DEPLOY in {node.key for node in result.graph.nodes}
    assert result.to_html()


def test_an_event_is_shown_with_what_it_proves(world: Case):
    (issuing,) = [row.event_id for row in world.ask.assumptions().rows if row.issued_session == DEPLOY]
    found, row, edges = world.event(issuing)
    assert found.record["eventName"] == "AssumeRole"
    assert found.record["responseElements"]["credentials"]["sessionToken"] == "(secret removed)"
    assert row.event_id == issuing
    assert [(edge.source, edge.target, edge.type) for edge in edges] == [(ALICE, DEPLOY, "ASSUMED")]
    copy, _, _ = world.event("5a5a5a5a-0000-4000-8000-00000000000b")
    assert copy.record["recipientAccountId"] == ct.OTHER
    for event_id in ("nobody", "5A5A5A5A-0000-4000-8000-00000000000B", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(NotFound, match="no event of this case has that id"):
            world.event(event_id)


def test_an_edge_is_ready_for_json(world: Case):
    (issuing,) = [row.event_id for row in world.ask.assumptions().rows if row.issued_session == DEPLOY]
    _, _, (edge,) = world.event(issuing)
    held = edge_json(edge)
    assert (held["relation"], held["rule"], held["confidence"]) == ("ASSUMED", "L1", "exact")
    assert held["at"] == "2026-03-02T09:10:00Z"
    assert held["event_ids"] == (issuing,)


def test_the_status_adds_up_and_names_what_is_not_observed(world: Case):
    status = world.status()
    totals = status["totals"]
    assert totals["records"] == totals["events"] + totals["duplicates"] + totals["rejects"] + totals["non_events"]
    assert status["origins"] == {"external": 1, "linked": 5, "service": 2, "unknown": 1}
    assert list(status["not_observed"]) == [ct.STRANGE]
    assert {one["account"] for one in status["coverage"]} == {ct.HOME, ct.OTHER}
    assert world.rejects() == []


def test_the_package_has_no_other_names():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        graphtrail.nothing  # noqa: B018 - asking for it is the test


def test_the_embedded_graph_grows_with_what_is_asked(tmp_path: Path):
    case = ct.case(
        tmp_path,
        [ct.assume_role("09:00", ct.user("alice", "AKIAALICEALICEALICE0"), "deploy", "s", "ASIAISSUEDISSUEDISS0")],
    )
    assert len(case.store.graph) == 0
    assert case.ask.origin("ASIAISSUEDISSUEDISS0").rows
    assert case.store.graph.has_edge(ALICE, "key:ASIAISSUEDISSUEDISS0")


@pytest.mark.parametrize("hidden", ["\ufeff", "\u200b", "\u2060", "\u00ad", "\u061c", "\u202e", "\U000e0041", "\x9b"])
def test_what_is_not_seen_is_an_escape_that_json_reads_back(hidden: str):
    said = encoded([f"a{hidden}b"])
    assert hidden not in said
    assert json.loads(said) == [f"a{hidden}b"]
    assert hidden not in cell_of(f"a{hidden}b")


@pytest.mark.parametrize("text", ["=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", "  =1", "\n=1", "\u3000=1", "\t1"])
def test_no_text_that_a_spreadsheet_takes_for_a_formula_begins_a_cell(text: str):
    assert cell_of(text)[0] == "'"


def test_numbers_below_zero_stay_numbers():
    assert cell_of(-1) == "-1"
