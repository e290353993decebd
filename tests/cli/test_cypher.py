"""``graphtrail cypher`` and ``graphtrail ask FILE.cypher``: statements in, every form out."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import networkx as nx
import pytest
from commands import Ran

import graphtrail
from graphtrail.errors import StatementRefused, UsageError
from graphtrail.questions.file import Declared, parsed, read

Run = Callable[..., Ran]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")
FORMULA = "=cmd|'/c calc'!A1"
EVIL = ct.role("deploy", FORMULA, "ASIAEVILEVILEVILEVI0", "09:00")
CHAIN = (
    "MATCH p = (s:Session)-[r:ASSUMED]->(t:Session) RETURN p, r, t, t.session_name AS name, r.at AS at ORDER BY t.key"
)
OWN = """// title: Who became whom
// params: least (integer = 1: times at least), principal (text: ARN), since (time = 1970-01-01: from then on)
// columns: who, whom
MATCH (s:Session {case_id: $case_id, principal: $principal})-[r:ASSUMED]->(t:Session)
WHERE r.at >= $since
WITH s, t, count(r) AS times
WHERE times >= $least
RETURN s.key AS who, t.key AS whom ORDER BY whom
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = ct.case(
        tmp_path_factory.mktemp("cypher"),
        [
            ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"]),
            ct.assume_role("09:00", ALICE, "deploy", FORMULA, EVIL["accessKeyId"]),
            ct.get_object("09:01", BUILD, "jewels", "a"),
            ct.get_object("09:02", EVIL, "jewels", "b"),
        ],
    )
    return made.folder


def test_rows_as_a_table(run: Run, case: Path):
    ran = run("cypher", "MATCH (s:Session) RETURN s.session_name AS name, s ORDER BY s.key LIMIT 2", "--case", case)
    assert ran.code == 0
    assert ran.out.splitlines() == ["name\ts", "\tkey:AKIAALICEALICEALICE0", "build\tkey:ASIABUILDBUILDBUILD0"]
    assert ran.err.splitlines()[0] == "cypher: 2 row(s)"


def test_paths_and_relationships_are_read_in_a_table(run: Run, case: Path):
    asked = "MATCH p = (t:Session)<-[r:ASSUMED]-(s) RETURN p, r, [t] AS l, {a: 1} AS m ORDER BY t.key LIMIT 1"
    ran = run("cypher", asked, "--case", case)
    way = "key:AKIAALICEALICEALICE0 -[:ASSUMED]-> key:ASIABUILDBUILDBUILD0"
    back = "key:ASIABUILDBUILDBUILD0 <-[:ASSUMED]- key:AKIAALICEALICEALICE0"
    assert ran.out.splitlines()[1] == f'{back}\t{way}\tkey:ASIABUILDBUILDBUILD0\t{{"a":1}}'


def test_rows_as_json_with_everything_that_is_known(run: Run, case: Path):
    found = run("cypher", CHAIN, "--case", case, "--output", "json").json()
    assert found["question"] == "cypher"
    assert found["statement"] == CHAIN
    assert (found["engine"], found["total"], found["cut"]) == ("embedded", 2, False)
    assert found["columns"] == ["p", "r", "t", "name", "at"]
    assert found["case"]["events"] == 4
    assert found["coverage"] == []
    row = found["rows"][0]
    assert [node["key"] for node in row["p"]["nodes"]] == [row["r"]["start"], row["r"]["end"]]
    assert row["t"]["labels"] == ["Entity", "Session"]
    assert row["name"] == "build"


def test_rows_as_json_lines(run: Run, case: Path):
    ran = run(
        "cypher", "MATCH (s:Session) RETURN s.key AS k ORDER BY k", "--case", case, "--output", "jsonl", "--limit", 1
    )
    assert [json.loads(line) for line in ran.out.splitlines()] == [{"k": "key:AKIAALICEALICEALICE0"}]
    assert "cut: 1 row(s) of 3 are given; --limit 0 gives all" in ran.err


def test_no_cell_of_csv_is_a_formula(run: Run, case: Path):
    ran = run(
        "cypher", f"{CHAIN.partition(' ORDER')[0]}, '=1+1' AS `=2+2` ORDER BY t.key", "--case", case, "--output", "csv"
    )
    head, *rows = csv.reader(io.StringIO(ran.out))
    assert head == ["p", "r", "t", "name", "at", "'=2+2"]
    assert sorted(row[3] for row in rows) == sorted(["build", f"'{FORMULA}"])
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert json.loads(rows[0][2])["properties"]["kind"] == "temporary"


def test_the_page_shows_the_nodes_relationships_and_paths(run: Run, case: Path, tmp_path: Path):
    ran = run("cypher", CHAIN, "--case", case, "-o", tmp_path / "x.html")
    assert ran.code == 0
    page = (tmp_path / "x.html").read_text()
    assert "MATCH p = (s:Session)" in page
    assert "ASIABUILDBUILDBUILD0" in page
    assert "graphtrail cypher" in page
    assert "sts:AssumeRole" in page  # the event behind the relationship


def test_the_graph_for_other_tools(run: Run, case: Path, tmp_path: Path):
    assert run("cypher", CHAIN, "--case", case, "-o", tmp_path / "x.graphml").code == 0
    graph = nx.read_graphml(tmp_path / "x.graphml")
    assert set(graph) == {"key:AKIAALICEALICEALICE0", "key:ASIABUILDBUILDBUILD0", "key:ASIAEVILEVILEVILEVI0"}
    assert graph.number_of_edges() == 2


def test_a_table_in_a_file(run: Run, case: Path, tmp_path: Path):
    assert run("cypher", "RETURN 1 AS one, null AS none", "--case", case, "-o", tmp_path / "x.txt").code == 0
    assert (tmp_path / "x.txt").read_text() == "one\tnone\n1\t\n"


def test_nothing_in_a_cell_controls_the_terminal(run: Run, hostile: Path):
    ran = run("cypher", "MATCH (n) RETURN n.name AS `\x1b[2J`, n ORDER BY n.uid", "--case", hostile)
    assert ran.code == 0
    assert not [char for char in ran.out if not char.isprintable() and char not in "\n\t"]
    assert "\\x1b[31mred" in ran.out


def test_values_are_text_unless_they_are_said_to_be_json(run: Run, case: Path):
    words = ("cypher", "RETURN $a AS a, $b AS b, $c AS c", "--case", case, "--output", "jsonl")
    ran = run(*words, "-p", "a=012345678901", "-p", "b:=[1, 2.5, null]", "-p", "c=x=y")
    assert json.loads(ran.out) == {"a": "012345678901", "b": [1, 2.5, None], "c": "x=y"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["RETURN $a AS a"], "the statement uses $a, which has no value; give it with -p a=VALUE"),
        (["RETURN 1 AS a", "-p", "a=1"], "the statement has no parameter $a"),
        (["RETURN $a AS a", "-p", "a"], "-p a: write NAME=TEXT"),
        (["RETURN $a AS a", "-p", ":=1"], "-p :=1: write NAME=TEXT"),
        (["RETURN $a AS a", "-p", "a:=[1"], "'[1' is no JSON"),
        (["MATCH (n) DETACH DELETE n"], "refused at line 1, column 11: DETACH"),
        (["MATCH (n) DETACH DELETE n", "--write"], "only a Neo4j server is written to"),
        (["RETURN 1 AS a", "--timeout", "nan"], "a timeout of nan s: it is 0 (none) to 31,536,000 seconds"),
        (["RETURN 1 AS a", "--timeout", "inf"], "a timeout of inf s"),
        (["RETURN 1 AS a", "--timeout", "1e30", "--store", "neo4j"], "a timeout of 1e+30 s"),
        (["RETURN 1 AS a", "--since", "7d"], "a window goes with --around"),
        (["RETURN 1 AS a", "--around", "x", "--store", "neo4j"], "--around is for the embedded engine"),
        (["RETURN 1 AS a", "--file", "x"], "give a statement, or a file with one"),
        ([], "give a statement, or a file with one"),
        (["--file", "nope.cypher"], "nope.cypher: cannot be read"),
    ],
)
def test_wrong_words_are_wrong_usage(run: Run, case: Path, words: list[str], why: str):
    ran = run("cypher", *words, "--case", case)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_what_the_engine_does_not_run_is_a_failure(run: Run, case: Path):
    ran = run("cypher", "MATCH (n:!Session) RETURN n", "--case", case)
    assert ran.code == 1
    assert "the embedded engine does not run this" in ran.err
    ran = run("cypher", "UNWIND range(1, 20000) AS a UNWIND range(1, 20000) AS b RETURN sum(a * b) AS c", "--timeout",
              "0.05", "--case", case)  # fmt: skip
    assert ran.code == 1
    assert "longer than 0.05 s" in ran.err


def test_no_server_is_said_without_a_traceback(run: Run, case: Path):
    ran = run("cypher", "RETURN 1 AS a", "--store", "neo4j", "--neo4j-uri", "bolt://127.0.0.1:1", "--case", case)
    assert ran.code == 1
    assert "no Neo4j server answers" in ran.err


def test_finding_something_can_be_the_exit_code(run: Run, case: Path):
    assert run("cypher", "MATCH (s:Session) RETURN s.key", "--exit-code", "--case", case).code == 3
    assert run("cypher", "MATCH (s:Session {key: 'x'}) RETURN s.key", "--exit-code", "--case", case).code == 0


def test_the_part_around_something(run: Run, case: Path):
    ran = run("cypher", "MATCH (s:Session) RETURN count(s) AS c", "--around", "ASIABUILDBUILDBUILD0", "--since",
              "2026-01-01", "--case", case)  # fmt: skip
    assert ran.out == "c\n2\n"
    assert "only the part around ASIABUILDBUILDBUILD0 from 2026-01-01T00:00:00Z is asked" in ran.err


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "own.cypher"
    file.write_text(OWN)
    return file


def test_a_file_is_a_question_whose_parameters_are_options(run: Run, case: Path, own: Path):
    ran = run("ask", own, "--principal", ALICE["arn"], "--case", case, "--output", "json")
    found = ran.json()
    assert found["question"] == "own"
    assert [row["whom"] for row in found["rows"]] == ["key:ASIABUILDBUILDBUILD0", "key:ASIAEVILEVILEVILEVI0"]
    assert found["parameters"] == {"least": 1, "principal": ALICE["arn"], "since": 0}
    assert run("ask", own, "--principal", ALICE["arn"], "--least", "2", "--case", case).out == "who\twhom\n"
    assert run("ask", own, "--principal", ALICE["arn"], "--since", "2030-01-01", "--case", case).out == "who\twhom\n"


def test_a_file_explains_itself(run: Run, own: Path):
    ran = run("ask", own, "--help")
    assert ran.code == 0
    for said in ("Who became whom", "Columns: who, whom.", "--least INTEGER", "times at least", "--principal TEXT"):
        assert said in ran.out


def test_the_statement_of_a_file_with_the_values_of_p(run: Run, case: Path, own: Path):
    ran = run("cypher", "--file", own, "-p", f"principal={ALICE['arn']}", "-p", "least=1", "--case", case)
    assert ran.out.count("ASIA") == 2
    ran = run("cypher", "--file", own, "--case", case)
    assert (ran.code, ran.err) == (2, "graphtrail: own needs principal: ARN\n")


def test_a_statement_from_standard_input(run: Run, case: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("RETURN 7 AS seven"))
    assert run("cypher", "--file", "-", "--case", case).out == "seven\n7\n"


@pytest.mark.parametrize(
    ("head", "words", "why"),
    [
        ("// params: a (integer)", ["--a", "x"], "a: 'x' is not a whole number"),
        ("// params: a (bool)", [], "a is of type 'bool'; types are: text, integer"),
        ("// params: a integer", [], "own: its line params cannot be read from 'a integer' on"),
        ("// params: a (text)", [], "own needs a: text"),
        ("// params: case (text)", [], "its parameter case is called like an option of graphtrail ask"),
        ("// columns: b", [], "gives the columns a, and declares b"),
    ],
)
def test_what_a_file_says_wrong_is_told(run: Run, case: Path, tmp_path: Path, head: str, words: list[str], why: str):
    file = tmp_path / "own.cypher"
    uses = "$a AS a" if "a (" in head else "1 AS a"
    file.write_text(f"{head}\nRETURN {uses}\n")
    ran = run("ask", file, *words, "--case", case)
    assert ran.code in {1, 2}
    assert why in ran.err


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "007", "007"),
        ("integer", "7", 7),
        ("number", "1.5", 1.5),
        ("boolean", "True", True),
        ("time", "1970-01-02", 86_400),
        ("list of texts", "a, b,,c", ["a", "b", "c"]),
        ("json", '{"a": [1]}', {"a": [1]}),
    ],
)
def test_values_are_read_as_declared(kind: str, text: str, value: object):
    assert read(Declared("x", kind, None, ""), text) == value


@pytest.mark.parametrize(("kind", "text"), [("integer", "1.5"), ("number", "x"), ("boolean", "yes"), ("json", "{"),
                                            ("time", "soon")])  # fmt: skip
def test_values_that_are_not_of_their_type_are_wrong_usage(kind: str, text: str):
    with pytest.raises(UsageError, match=r"soon|x: .* is not"):
        read(Declared("x", kind, None, ""), text)


def test_comments_at_the_beginning_may_say_nothing_or_little():
    assert parsed("x", "RETURN 1 AS a").parameters is None
    assert parsed("x", "// params: none\n\n// title: T\nRETURN 1 AS a // columns: no").parameters == ()
    assert parsed("x", "// columns: a, b\nRETURN 1").columns == ("a", "b")
    assert parsed("x", "// params: a (text), case_id (text)").bind({"a": 1}) == {"a": 1}
    assert parsed("x", "// params: a (text)").bind({"a": None}) == {"a": None}
    with pytest.raises(UsageError, match="x has no parameter b; it has: none"):
        parsed("x", "// params: none").bind({"b": 1})
    assert parsed("x", "// params: a (text: what)").parameters == (Declared("a", "text", None, "what"),)


def test_a_relationship_and_a_path_of_one_node_are_drawn_whole(case: Path):
    held = graphtrail.open(case)
    found = held.cypher("MATCH p = (s:User) RETURN p, [s.unique_ids] AS ids, 1 AS one")
    assert found.graph.paths == ()
    assert [node.label for node in found.graph.nodes] == ["User"]
    assert "arn:aws:iam" in found.to_html()
    assert "n:=2" in held.cypher("MATCH (n) RETURN n LIMIT $n", {"n": 2}).to_html()


def test_in_python_rows_frames_and_graphs(case: Path, own: Path):
    held = graphtrail.open(case)
    found = held.cypher(CHAIN)
    assert found.columns == ("p", "r", "t", "name", "at")
    assert [row["name"] for row in found.rows] == ["build", FORMULA]
    frame = found.to_pandas()
    assert list(frame.columns) == list(found.columns)
    assert frame["at"].tolist() == [row["at"] for row in found.rows]
    graph = found.to_networkx()
    assert graph.number_of_nodes() == 3
    assert {kind for _, _, kind in graph.edges(keys=True)} == {"ASSUMED"}
    assert graph.nodes["key:ASIABUILDBUILDBUILD0"]["label"] == "Session"
    assert json.loads(found.to_json())["total"] == 2
    assert "<iframe" in found.show()._repr_html_()
    assert not found.cut
    assert not found.notes
    assert held.cypher("MATCH (n) RETURN n.key AS k", limit=1).cut
    assert len(held.cypher("MATCH (n) RETURN n.key AS k", limit=0, timeout=0).rows) > 1
    assert held.cypher(own, {"principal": ALICE["arn"]}).rows[0]["whom"] == "key:ASIABUILDBUILDBUILD0"
    with pytest.raises(StatementRefused):
        held.cypher("CREATE (n)")
