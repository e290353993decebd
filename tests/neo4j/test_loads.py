"""A load that is repeated, stopped, killed or done by several at once gives the same graph."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cloudtrail as ct
import neo4j_server
import pytest
from home import Home, command, environment
from served import digest

import graphtrail
from graphtrail import api
from graphtrail.errors import NotFound, SchemaMismatch, StoreUnavailable, UsageError
from graphtrail.stores.rows import named
from graphtrail.stores.server import loading
from graphtrail.stores.server.address import Address
from graphtrail.stores.server.connection import Connection

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")
JEWELS = "arn:aws:s3:::jewels"
STOPS_AT = 7


class Stopped(Exception):
    """The load ends here."""


def records(reads: int) -> list[ct.Record]:
    made = [ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"])]
    return made + [ct.get_object(f"09:{10 + number}", BUILD, "jewels", f"part{number}") for number in range(reads)]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> graphtrail.Case:
    return ct.case(tmp_path_factory.mktemp("few"), records(9))


@pytest.fixture
def clean(home: Home) -> Home:
    home.empty()
    return home


@pytest.fixture(scope="module")
def whole(home: Home, case: graphtrail.Case) -> str:
    """The digest of a server that holds the case and nothing else."""
    home.empty()
    case.load(home.address, "few")
    return digest(home.rows)


def plan(case: graphtrail.Case, case_id: str = "few") -> loading.Plan:
    manifest = case.folder / "segments" / "000001" / "files.parquet"
    return loading.Plan(
        named(case.store, case_id), loading.origin_of(manifest.read_bytes()), case.store.calls.all(), "all"
    )


def test_a_second_load_changes_nothing(clean: Home, case: graphtrail.Case, whole: str):
    first = case.load(clean.address, "few")
    assert digest(clean.rows) == whole
    again = case.load(clean.address, "few")
    assert (again.nodes, again.relationships, again.batches) == (first.nodes, first.relationships, 0)
    written = case.load(clean.address, "few", again=True)
    assert (written.nodes, written.relationships) == (first.nodes, first.relationships)
    assert digest(clean.rows) == whole


def test_a_load_that_was_stopped_goes_on_where_it_stood(clean: Home, case: graphtrail.Case, whole: str):
    told: list[str] = []

    def stop(part: str, _rows: int) -> None:
        told.append(part)
        if len(told) == STOPS_AT:
            raise Stopped

    with Connection(clean.address) as connection:
        with pytest.raises(Stopped):
            loading.load(connection, case.store, plan(case), stop, size=3)
        with pytest.raises(StoreUnavailable, match="its load was stopped"):
            api.connect(clean.address, "few")
        loaded = loading.load(connection, case.store, plan(case), lambda *_: None, size=3)
    assert loaded.skipped == STOPS_AT
    assert digest(clean.rows) == whole


def test_what_was_taken_away_since_a_load_was_stopped_is_written_again(clean: Home, case: graphtrail.Case, whole: str):
    def stop(part: str, _rows: int) -> None:
        if part == "relationships":
            raise Stopped

    with Connection(clean.address) as connection:
        with pytest.raises(Stopped):
            loading.load(connection, case.store, plan(case), stop, size=3)
        clean.rows("MATCH (session:Session) DETACH DELETE session")
        loading.load(connection, case.store, plan(case), lambda *_: None, size=3)
    assert digest(clean.rows) == whole


def test_four_loads_at_once_give_the_graph_of_one(clean: Home, case: graphtrail.Case, whole: str):
    failed: list[BaseException] = []

    def load() -> None:
        try:
            with Connection(clean.address) as connection:
                loading.load(connection, case.store, plan(case), lambda *_: None, size=2, again=True)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert digest(clean.rows) == whole


def test_a_killed_process_leaves_nothing_that_the_next_does_not_mend(clean: Home, case: graphtrail.Case, whole: str):
    words = ["neo4j", "load", "--case", case.folder, "--case-id", "few"]
    started = subprocess.Popen(
        [sys.executable, "-m", "graphtrail", *map(str, words)], env=environment(clean), stderr=subprocess.DEVNULL
    )
    while started.poll() is None and not clean.rows("MATCH (held:Case) WHERE held.done > 5 RETURN held.done"):
        time.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.wait()
    ran = command(clean, *words)
    assert ran.code == 0, ran.err
    assert digest(clean.rows) == whole


def test_cases_of_one_server_do_not_touch_each_other(clean: Home, case: graphtrail.Case, tmp_path: Path):
    other = ct.case(tmp_path, records(3))
    case.load(clean.address, "few")
    before = digest(clean.rows, "few")
    other.load(clean.address, "other")
    assert digest(clean.rows, "few") == before
    with api.connect(clean.address, "other") as there:
        assert sum(row.count for row in there.ask.who_touched(JEWELS).rows) == 3
    with pytest.raises(UsageError, match="holds another case under the name few"):
        other.load(clean.address, "few")
    assert command(clean, "neo4j", "prune", "--case-id", "other", "--whole").code == 0
    assert digest(clean.rows, "few") == before
    assert not clean.rows("MATCH (node:Entity) WHERE node.case_id = 'other' RETURN node")


def test_a_case_that_grew_leaves_nothing_of_what_it_was(clean: Home, tmp_path: Path):
    case = ct.case(tmp_path, records(2))
    case.load(clean.address, "grown")
    more = tmp_path / "more.json"
    more.write_text(json.dumps({"Records": [
        *records(5), ct.record("10:00", "iam:CreateUser", ALICE, requestParameters={"userName": "eve"})]}))  # fmt: skip
    grown = graphtrail.ingest(more, case=case.folder)
    clean.rows("CREATE (:Entity:Session {uid: 'grown|gone', key: 'gone', case_id: 'grown', load: 'earlier'})")
    clean.rows("MATCH (node:Bucket {key: $key}) REMOVE node:Bucket SET node:Secret", key=JEWELS)
    loaded = grown.load(clean.address, "grown")
    found = digest(clean.rows)
    clean.empty()
    assert grown.load(clean.address, "grown").nodes == loaded.nodes
    assert loaded.removed == 1
    assert digest(clean.rows) == found


def test_a_server_without_calls_refuses_what_needs_them(clean: Home, case: graphtrail.Case):
    case.load(clean.address, "few", which="none")
    assert not clean.rows("MATCH (event:Event) RETURN event")
    none = pytest.raises(StoreUnavailable, match="loaded without single calls")
    with api.connect(clean.address, "few") as there, none:
        there.ask.who_touched(JEWELS)
    case.load(clean.address, "few", which="around key:ASIABUILDBUILDBUILD0")
    assert len(clean.rows("MATCH (event:Event) RETURN event")) == 9
    some = pytest.raises(StoreUnavailable, match="calls around key:ASIABUILDBUILDBUILD0 only")
    with api.connect(clean.address, "few") as there, some:
        there.ask.who_touched(JEWELS)


def test_a_graph_of_another_version_is_not_touched(clean: Home, case: graphtrail.Case):
    case.load(clean.address, "few")
    clean.rows("MATCH (held:Case) SET held.version = 0")
    before = digest(clean.rows)
    for ran in (
        command(clean, "neo4j", "load", "--case", case.folder, "--case-id", "few"),
        command(clean, "ask", "who-touched", JEWELS, "--store", "neo4j", "--case-id", "few"),
    ):
        assert (ran.code, "version 0 of the schema" in ran.err, "Traceback" in ran.err) == (1, True, False)
    assert command(clean, "neo4j", "doctor").code == 1
    with Connection(clean.address) as connection, pytest.raises(SchemaMismatch):
        loading.load(connection, case.store, plan(case), lambda *_: None)
    assert digest(clean.rows) == before


def test_prune_takes_what_a_stopped_load_left_and_nothing_else(clean: Home, case: graphtrail.Case, whole: str):
    case.load(clean.address, "few")
    clean.rows("CREATE (:Entity:Session {uid: 'few|x', key: 'x', case_id: 'few', load: 'old'})")
    ran = command(clean, "neo4j", "prune", "--case-id", "few")
    assert (ran.code, "1 node(s) and relationship(s) removed" in ran.err) == (0, True)
    assert digest(clean.rows) == whole
    with Connection(clean.address) as connection:
        with pytest.raises(NotFound, match="holds no case nowhere"):
            loading.prune(connection, "nowhere", lambda *_: None, whole=True)
        clean.rows("MATCH (held:Case) REMOVE held.load")
        with pytest.raises(NotFound, match="no load of few is complete"):
            loading.prune(connection, "few", lambda *_: None, whole=False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"NEO4J_URI": "bolt://127.0.0.1:1"}, "no Neo4j server answers"),
        ({"NEO4J_PASSWORD": "wrong"}, "refuses user neo4j"),
        ({"NEO4J_DATABASE": "nowhere"}, "it has no database nowhere"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(clean: Home, case: graphtrail.Case, more: dict[str, str], said: str):
    for words in (
        ("neo4j", "load", "--case", case.folder),
        ("neo4j", "doctor"),
        ("neo4j", "prune", "--case-id", "few"),
        ("ask", "who-touched", JEWELS, "--store", "neo4j"),
    ):
        ran = command(clean, *words, **more)
        assert (ran.code, said in ran.err, "Traceback" in ran.err) == (1, True, False), ran.err


def test_wrong_words_are_wrong_usage(clean: Home, case: graphtrail.Case):
    for words, said in (
        (("neo4j", "doctor", "--neo4j-uri", "what://x"), "no address of a Neo4j server"),
        (("neo4j", "doctor", "--neo4j-password-env-var", "NOBODY_SET_THIS"), "is not set"),
        (("neo4j", "load", "--case", case.folder, "--calls", "some"), "it is all, none, or"),
        (("neo4j", "load", "--case", case.folder, "--case-id", "a|b"), "a name is 1 to 64"),
    ):
        ran = command(clean, *words)
        assert (ran.code, said in ran.err) == (2, True), ran.err


def test_doctor_says_what_a_server_holds(clean: Home, case: graphtrail.Case):
    assert "no case; load one" in command(clean, "neo4j", "doctor").out
    case.load(clean.address, "few")
    ran = command(clean, "neo4j", "doctor")
    assert ran.code == 0
    assert "case few: " in ran.out
    assert case.store.case.digest in ran.out
    clean.rows("MATCH (held:Case) SET held.loading = 'other'")
    assert "a later load was stopped" in command(clean, "neo4j", "doctor").out
    clean.rows("MATCH (held:Case) REMOVE held.load")
    assert "its first load was stopped" in command(clean, "neo4j", "doctor").out


def test_a_case_that_is_not_there_is_named_with_those_that_are(clean: Home, case: graphtrail.Case):
    with pytest.raises(NotFound, match="it holds none"):
        api.connect(clean.address, "few")
    case.load(clean.address, "few")
    with pytest.raises(NotFound, match="it holds few"):
        api.connect(clean.address, "other")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[neo4j_server.Server]:
    server = neo4j_server.Server(tmp_path / "own", memory="400m", cache="64m").start()
    yield server
    server.kill()


@pytest.mark.slow
def test_a_server_that_is_killed_during_a_load_is_told_and_loaded_again(
    own: neo4j_server.Server, case: graphtrail.Case, whole: str
):
    address = Address(own.uri, neo4j_server.USER, neo4j_server.PASSWORD)
    told: list[str] = []

    def kill(part: str, _rows: int) -> None:
        told.append(part)
        if len(told) == STOPS_AT:
            own.kill()

    with Connection(address) as connection, pytest.raises(StoreUnavailable, match="no Neo4j server answers"):
        loading.load(connection, case.store, plan(case), kill, size=3)
    own.start()
    assert case.load(address, "few").nodes
    home = Home(own.uri, neo4j_server.USER, neo4j_server.PASSWORD, own)
    assert digest(home.rows) == whole
