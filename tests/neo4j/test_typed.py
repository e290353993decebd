"""Cypher that people type, on a real server: what is refused, what is answered, and that nothing is ever changed."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Protocol

import cloudtrail as ct
import pytest
from cookbook import recipes, values
from statements import HARMLESS, HOSTILE, NOT_EMBEDDED, PARAMETERS

import graphtrail
from graphtrail.errors import GraphtrailError, NotFound, StatementFailed, StatementRefused, StoreUnavailable, UsageError
from graphtrail.questions.file import CypherFile
from graphtrail.simulate import simulate
from graphtrail.simulate.truth import Truth
from graphtrail.stores.cypher.engine import Bounds
from graphtrail.stores.cypher.guard import NEO4J, Statement, checked
from graphtrail.stores.cypher.server import Neo4jEngine
from graphtrail.stores.cypher.values import Found, GraphNode, GraphPath, GraphRelationship, subgraph
from graphtrail.stores.server.address import Address
from graphtrail.stores.server.connection import Connection

Digest = Callable[[], str]


class Home(Protocol):
    """The server of ``conftest``."""

    uri: str
    user: str
    password: str

    def rows(self, text: str, **values: object) -> list[dict[str, object]]: ...


pytestmark = pytest.mark.neo4j

ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")


def records():
    return [
        ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"]),
        ct.get_object("09:01", BUILD, "jewels", "a"),
        ct.get_object("09:02", BUILD, "jewels", "b", **ct.refused()),
    ]


@pytest.fixture(scope="module")
def server(home: Home) -> Address:
    return Address(home.uri, home.user, home.password)


@pytest.fixture(scope="module")
def case(server: Address, tmp_path_factory: pytest.TempPathFactory) -> graphtrail.Case:
    made = ct.case(tmp_path_factory.mktemp("typed"), records())
    made.load(server, "small")
    return made


@pytest.fixture
def connection(server: Address, case: graphtrail.Case) -> Iterator[Connection]:
    assert case.store.counts.sessions
    with Connection(server) as held:
        yield held


@pytest.fixture
def engine(connection: Connection) -> Neo4jEngine:
    return Neo4jEngine(connection, "small", ["small"])


@pytest.fixture
def digest(home: Home) -> Digest:
    """Tells the state of the whole server: every node, relationship, index and constraint."""

    def taken() -> str:
        nodes = home.rows("MATCH (n) RETURN labels(n) AS l, properties(n) AS p ORDER BY elementId(n)")
        tied = home.rows(
            "MATCH (a)-[r]->(b) RETURN a.uid AS a, type(r) AS t, b.uid AS b, properties(r) AS p ORDER BY elementId(r)"
        )
        schema = home.rows("SHOW INDEXES YIELD name, type RETURN name, type ORDER BY name")
        said = json.dumps([nodes, tied, schema], sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()

    return taken


def run(engine: Neo4jEngine, statement: str, bounds: Bounds | None = None, **given: object) -> Found:
    return engine.run(checked(statement, NEO4J, write=engine.write), given, bounds or Bounds())


def raw(engine: Neo4jEngine, statement: str) -> Found:
    """As if there were no guard: what the server itself refuses."""
    return engine.run(Statement(statement, frozenset()), {}, Bounds(seconds=5))


def test_hostile_statements_change_nothing_with_the_guard_and_without_it(engine: Neo4jEngine, digest: Digest):
    before = digest()
    for statement in filter(HOSTILE.get, HOSTILE):
        with pytest.raises(StatementRefused):
            run(engine, statement)
    refused = 0
    for statement in HOSTILE:
        if "\ud800" in statement or "$p" in statement:
            continue
        try:
            raw(engine, statement)
        except GraphtrailError:
            refused += 1
    assert refused > 0.8 * len(HOSTILE)
    assert digest() == before


@pytest.mark.parametrize("statement", [
    "CREATE (n:Planted)",
    "MATCH (n) SET n.planted = 1",
    "MATCH (n) DETACH DELETE n",
    "CREATE INDEX planted FOR (n:Entity) ON (n.x)",
    "MATCH (n) CALL (n) { CREATE (m) } IN TRANSACTIONS",
    "CALL db.createLabel('Planted')",
    "SHOW DATABASES",
])  # fmt: skip
def test_the_server_judges_again_before_anything_runs(engine: Neo4jEngine, statement: str):
    with pytest.raises(StatementRefused, match="Neo4j says that this"):
        raw(engine, statement)


def test_even_what_is_taken_for_reading_is_rolled_back(
    connection: Connection, digest: Digest, monkeypatch: pytest.MonkeyPatch
):
    engine = Neo4jEngine(connection, "small", ["small"])
    monkeypatch.setattr(Neo4jEngine, "_explain", lambda *_: None)
    before = digest()
    with pytest.raises(StatementRefused, match="Neo4j says that this writes"):
        raw(engine, "CREATE (n:Planted)")
    assert digest() == before


@pytest.mark.parametrize("statement", NOT_EMBEDDED)
def test_what_the_embedded_engine_does_not_run_is_answered_here(engine: Neo4jEngine, statement: str):
    assert run(engine, statement).columns


@pytest.mark.parametrize("statement", HARMLESS)
def test_harmless_statements_are_answered_and_both_engines_give_the_same_rows(
    case: graphtrail.Case, engine: Neo4jEngine, statement: str
):
    given = {name: value for name, value in PARAMETERS.items() if f"${name}" in statement}
    # the server holds one node more, which says what it holds
    asked = re.sub(r"match \((n|load)\)", r"MATCH (\1:Session)", statement, flags=re.IGNORECASE)
    here, there = case.cypher(asked, given, case_id="small").answer.found, run(engine, asked, **given)
    assert here.columns == there.columns
    if "db.relationshipTypes" not in statement:  # a server knows those too that only its constraints name
        assert here.rows == there.rows


def test_values_come_as_from_the_embedded_engine(case: graphtrail.Case, engine: Neo4jEngine):
    for statement in (
        "MATCH p = (a:User)-[:OPENED|ASSUMED*2..2]->(b) RETURN p, a, {in: [b]} AS m",
        "MATCH (a)-[r:ASSUMED]->() RETURN r, [r] AS l",
        "MATCH (s:Session)-[p:PERFORMED]->(a:Action)-[o:ON]->(x) RETURN s, p, a, o, x ORDER BY o.uid",
        "RETURN date('2024-03-01') AS d, time('10:00Z') AS t, duration('P1M2DT3S') AS u, null AS n, 1.5 AS f",
        "RETURN datetime('2024-03-01T10:00:00Z') AS d, localdatetime('2024-03-01T10:00') AS l",
    ):
        there, here = run(engine, statement), case.cypher(statement, case_id="small").answer.found
        assert there.rows == here.rows
        assert dict(there.ends) == dict(here.ends)
        assert subgraph(there) == subgraph(here)
        assert there.rows
    ((path, user, _),) = run(engine, "MATCH p = (a:User)-[:OPENED]->(b) RETURN p, a, 1 AS one").rows
    assert isinstance(path, GraphPath)
    assert isinstance(user, GraphNode)
    ((tied,),) = run(engine, "MATCH ()-[r:ASSUMED]->() RETURN r").rows
    assert isinstance(tied, GraphRelationship)


def test_nodes_without_a_key_and_places_are_told_too(engine: Neo4jEngine):
    ((held, place),) = run(engine, "MATCH (c:Case) RETURN c, point({x: 1.0, y: 2.0}) AS p").rows
    assert held.labels
    assert place == [1.0, 2.0]


def test_what_the_graph_does_not_have_is_said(engine: Neo4jEngine, capfd: pytest.CaptureFixture[str]):
    (note,) = run(engine, "MATCH (n:Sesion) RETURN count(n) AS c").notes
    assert "The label `Sesion` does not exist" in note
    assert capfd.readouterr() == ("", "")


def test_rows_beyond_the_limit_are_cut_and_said(engine: Neo4jEngine):
    many = "UNWIND range(1, 5000) AS x RETURN x"
    some = run(engine, many, Bounds(rows=3))
    assert (some.rows, some.cut, some.total) == (((1,), (2,), (3,)), True, None)
    exact = run(engine, many, Bounds(rows=5000))
    assert (len(exact.rows), exact.cut, exact.total) == (5000, False, 5000)
    assert run(engine, many, Bounds(rows=None)).total == 5000


def test_what_takes_too_long_is_stopped(engine: Neo4jEngine):
    long = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b) AS c"
    with pytest.raises(StatementFailed, match=r"longer than 0\.5 s and was stopped; give it more with --timeout"):
        run(engine, long, Bounds(seconds=0.5))


def test_errors_are_the_servers_own_in_one_line(engine: Neo4jEngine):
    with pytest.raises(StatementFailed, match=r"Neo4j does not run this: .*Invalid input") as wrong:
        run(engine, "MATCH (n RETURN n")
    assert "\n" not in str(wrong.value)
    with pytest.raises(StatementFailed, match="Neo4j does not run this"):
        run(engine, "RETURN 1 / 0 AS a")
    with pytest.raises(UsageError, match=r"\$x, which has no value"):
        run(engine, "RETURN $x AS a")


def test_the_language_may_be_named(engine: Neo4jEngine):
    assert run(engine, "CYPHER 5 RETURN 1 AS a").rows == ((1,),)


def test_a_server_that_went_away_is_said_as_such(server: Address):
    connection = Connection(server)
    connection.close()
    with pytest.raises(StoreUnavailable, match="connection"):
        run(Neo4jEngine(connection, "small", ["small"]), "RETURN 1 AS a")


def test_writing_is_for_those_who_asked_for_it(server: Address, case: graphtrail.Case, home: Home, digest: Digest):
    before = digest()
    done = case.cypher(
        "CREATE (n:Noted {case_id: $case_id, key: 'note'}) RETURN n.key AS key",
        server=server,
        case_id="small",
        write=True,
    )
    assert done.rows == [{"key": "note"}]
    assert home.rows("MATCH (n:Noted) RETURN count(n) AS c") == [{"c": 1}]
    with pytest.raises(StatementRefused, match="SET: Cypher that people type only reads"):
        case.cypher("MATCH (n:Noted) SET n.x = 1", server=server, case_id="small")
    with Connection(server) as connection:
        engine = Neo4jEngine(connection, "small", ["small"], write=True)
        with pytest.raises(StatementRefused, match="changes the schema or the server"):
            raw(engine, "CREATE INDEX planted FOR (n:Noted) ON (n.x)")
    case.cypher("MATCH (n:Noted {case_id: $case_id}) DELETE n", server=server, case_id="small", write=True)
    assert digest() == before


def test_a_case_on_a_server_is_asked_without_the_folder(server: Address, case: graphtrail.Case):
    with graphtrail.api.connect(server, "small") as remote:
        found = remote.cypher("MATCH (s:Session {case_id: $case_id})-[r:ASSUMED]->(t) RETURN s, r, t")
        local = case.cypher("MATCH (s:Session {case_id: $case_id})-[r:ASSUMED]->(t) RETURN s, r, t", case_id="small")
        assert found.answer.found.rows == local.answer.found.rows
        assert found.graph == local.graph
        assert found.graph.events
        assert found.answer.case == local.answer.case


@pytest.fixture(scope="module")
def incident(
    server: Address,
    case: graphtrail.Case,  # noqa: ARG001 - it is on the server first
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[graphtrail.Case, Truth]:
    folder = tmp_path_factory.mktemp("incident")
    truth = simulate(folder, 2000, seed=1)
    made = graphtrail.ingest(folder / "bucket", case=folder / "incident")
    made.load(server, "incident")
    return made, truth


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_every_recipe_gives_the_same_rows_on_both_engines(
    server: Address, incident: tuple[graphtrail.Case, Truth], recipe: CypherFile
):
    case, truth = incident
    given = values(recipe, truth)
    here = case.cypher(recipe, given)
    there = case.cypher(recipe, given, server=server)
    assert here.rows == there.rows
    assert here.columns == recipe.columns
    assert here.rows
    assert here.graph == there.graph


def test_on_a_server_with_several_cases_a_statement_says_which_it_means(
    server: Address, case: graphtrail.Case, incident: tuple[graphtrail.Case, Truth]
):
    asked = {"server": server, "case_id": "small"}
    with pytest.raises(UsageError, match=r"holds 2 cases \(incident, small\) and the statement asks all of them"):
        case.cypher("MATCH (s:Session) RETURN count(s)", **asked)
    small = case.cypher("MATCH (s:Session {case_id: $case_id}) RETURN count(s) AS c", **asked)
    large = incident[0].cypher("MATCH (s:Session {case_id: $case_id}) RETURN count(s) AS c", server=server)
    assert small.rows == [{"c": 2}]
    assert large.rows[0]["c"] > 100
    with pytest.raises(NotFound, match=r"holds no case other; it holds incident, small: name one with --case-id"):
        case.cypher("RETURN $case_id", server=server, case_id="other")
    with pytest.raises(NotFound, match=r"holds no case case; it holds incident, small"):
        case.cypher("RETURN $case_id", server=server)
