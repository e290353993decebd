"""The embedded engine: what it holds, what it answers, what it does not run, and the cache that it is kept in."""

import builtins
import os
import shutil
from pathlib import Path

import cloudtrail as ct
import pytest
from cases import write
from statements import HARMLESS, HOSTILE, NOT_EMBEDDED, PARAMETERS

import graphtrail
from graphtrail.errors import NotFound, StatementFailed, StatementRefused, StoreUnavailable, UsageError
from graphtrail.questions.part import around
from graphtrail.stores.cypher.embedded import EmbeddedEngine
from graphtrail.stores.cypher.engine import Bounds
from graphtrail.stores.cypher.filled import embedded
from graphtrail.stores.cypher.guard import EMBEDDED, checked
from graphtrail.stores.cypher.part import size
from graphtrail.stores.cypher.values import Found, GraphNode, GraphPath, GraphRelationship, subgraph
from graphtrail.stores.named import Named
from graphtrail.stores.rows import batches, named
from graphtrail.stores.whole import whole
from graphtrail.window import Window, window

ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")
NEXT = ct.role("reader", "hop", "ASIAREADERREADERREA0", "09:10")
BOB = ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
SERVICE = ct.service("ec2")


def records():
    return [
        ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"]),
        ct.get_object("09:01", BUILD, "jewels", "a"),
        ct.get_object("09:02", BUILD, "jewels", "a", **ct.refused()),
        ct.assume_role("09:10", BUILD, "reader", "hop", NEXT["accessKeyId"]),
        ct.get_object("09:11", NEXT, "jewels", "b"),
        ct.get_object("11:00", NEXT, "jewels", "late"),
        ct.get_object("09:20", BOB, "other", "c", eventID="no-uuid"),
    ]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> graphtrail.Case:
    return ct.case(tmp_path_factory.mktemp("embedded"), records())


@pytest.fixture(scope="module")
def name(case: graphtrail.Case) -> Named:
    return named(case.store, "acme")


@pytest.fixture(scope="module")
def engine(case: graphtrail.Case, name: Named) -> EmbeddedEngine:
    return embedded(case.folder, case.store, name)


def run(engine: EmbeddedEngine, statement: str, bounds: Bounds | None = None, **given: object) -> Found:
    return engine.run(checked(statement, EMBEDDED), given, bounds or Bounds())


def keys(engine: EmbeddedEngine, label: str) -> set[object]:
    return {row[0] for row in run(engine, f"MATCH (n:{label}) RETURN n.key").rows}


@pytest.mark.parametrize("statement", HARMLESS)
def test_harmless_statements_are_answered(engine: EmbeddedEngine, statement: str):
    given = {name: value for name, value in PARAMETERS.items() if f"${name}" in statement}
    assert run(engine, statement, **given).columns


@pytest.mark.parametrize("statement", NOT_EMBEDDED)
def test_what_it_does_not_run_is_listed_and_said_with_the_way_out(engine: EmbeddedEngine, statement: str):
    with pytest.raises((StatementFailed, StatementRefused)) as wrong:
        run(engine, statement)
    assert NOT_EMBEDDED[statement] in str(wrong.value)
    assert "runs on Neo4j" in str(wrong.value)
    assert "--store neo4j" in str(wrong.value)


def test_nothing_changes_it_even_past_the_guard(engine: EmbeddedEngine, tmp_path: Path):
    before = run(engine, "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN n, r")
    for statement in filter(HOSTILE.get, HOSTILE):
        with pytest.raises((StatementRefused, StatementFailed)):
            run(engine, statement)
    with pytest.raises(StatementFailed, match="does not run this"):
        engine.run(checked("MATCH (n) SET n.planted = 1", EMBEDDED, write=True), {}, Bounds())
    assert run(engine, "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN n, r") == before
    assert not list(tmp_path.iterdir())


def test_it_holds_all_nodes_and_relationships_of_the_case(case: graphtrail.Case, name: Named, engine: EmbeddedEngine):
    drawn = whole(case.store)
    rows = [(batch.name, row) for batch in batches(case.store, name, case.store.calls.all()) for row in batch.rows]
    held = run(engine, "MATCH (n) RETURN n.uid AS uid").rows
    tied = run(engine, "MATCH (a)-[r]->(b) RETURN a.uid, type(r), b.uid, r.uid").rows
    assert sorted(held) == sorted((row["uid"],) for _, row in rows if "source" not in row)
    assert sorted(tied) == sorted(
        (row["source"], kind, row["target"], row["properties"]["uid"]) for kind, row in rows if "source" in row
    )
    assert {node.key for node in drawn.nodes} <= {row[0] for row in run(engine, "MATCH (n) RETURN n.key").rows}


def test_properties_are_those_that_were_loaded_and_none_that_it_makes_up(
    case: graphtrail.Case, name: Named, engine: EmbeddedEngine
):
    made = {
        row["properties"]["uid"]: row["properties"]
        for batch in batches(case.store, name, case.store.calls.all())
        for row in batch.rows
    }
    nodes = [row[0] for row in run(engine, "MATCH (n) RETURN n").rows]
    tied = [row[0] for row in run(engine, "MATCH ()-[r]->() RETURN r").rows]
    assert {one.properties["uid"]: dict(one.properties) for one in (*nodes, *tied)} == made
    assert all(isinstance(node, GraphNode) and "Entity" in node.labels for node in nodes)


def test_relationships_know_their_ends_also_those_that_the_rows_do_not_hold(engine: EmbeddedEngine):
    found = run(engine, "MATCH (a)-[r:ASSUMED]->(b) RETURN r, {inside: [r]} AS m ORDER BY r.at")
    first, second = (row[0] for row in found.rows)
    assert isinstance(first, GraphRelationship)
    assert (first.start, first.end) == ("key:AKIAALICEALICEALICE0", "key:ASIABUILDBUILDBUILD0")
    assert (second.start, second.end) == ("key:ASIABUILDBUILDBUILD0", "key:ASIAREADERREADERREA0")
    assert found.rows[0][1] == {"inside": [first]}
    assert set(found.ends) == {first.start, first.end, second.end}
    assert {node.label for node in subgraph(found).nodes} == {"Session"}


def test_paths_become_the_graph_of_a_page_in_their_order(engine: EmbeddedEngine):
    found = run(engine, "MATCH p = (a:User)-[:OPENED|ASSUMED*3..3]->(b) RETURN p, collect(a) AS who, null AS nothing")
    ((path, who, nothing),) = found.rows
    assert isinstance(path, GraphPath)
    assert nothing is None
    assert [node.key.rpartition("/")[2] for node in path.nodes] == [
        "alice", "key:AKIAALICEALICEALICE0", "key:ASIABUILDBUILDBUILD0", "key:ASIAREADERREADERREA0",
    ]  # fmt: skip
    assert who == [path.nodes[0]]
    drawn = subgraph(found)
    (line,) = drawn.paths
    assert [drawn.edges[at].type for at in line] == ["OPENED", "ASSUMED", "ASSUMED"]
    assert [node.label for node in drawn.nodes] == ["User", "Session", "Session", "Session"]
    assert drawn.edges[line[1]].event_ids


def test_parallel_relationships_stay_apart_and_equal_ones_are_one(engine: EmbeddedEngine):
    twice = run(engine, "MATCH (s:Session)-[r:PERFORMED]->(a:Action) RETURN s, r, a UNION ALL "
                        "MATCH (s:Session)-[r:PERFORMED]->(a:Action) RETURN s, r, a")  # fmt: skip
    once = run(engine, "MATCH (s:Session)-[r:PERFORMED]->(a:Action) RETURN s, r, a")
    assert subgraph(twice) == subgraph(once)
    assert sum(edge.count for edge in subgraph(once).edges) == 7


def test_values_of_all_kinds_are_plain(engine: EmbeddedEngine):
    found = run(
        engine,
        "RETURN 1 AS i, 1.5 AS f, true AS t, null AS n, [1, [2]] AS l, {a: {b: 1}} AS m, date('2024-03-01') AS d, "
        "datetime('2024-03-01T10:00:00Z') AS dt, time('10:00Z') AS ti, duration('P1M2DT3S') AS du",
    )
    assert found.rows == (
        (1, 1.5, True, None, [1, [2]], {"a": {"b": 1}}, "2024-03-01", "2024-03-01T10:00:00Z", "10:00:00Z", "P1M2DT3S"),
    )


def test_the_case_id_is_always_there_and_other_values_must_be_given(engine: EmbeddedEngine):
    statement = "MATCH (s:Session {case_id: $case_id}) WHERE s.key STARTS WITH $begin RETURN count(s)"
    assert run(engine, statement, begin="key:A").rows == ((4,),)
    assert run(engine, statement, begin="key:A", case_id="another").rows == ((0,),)
    with pytest.raises(UsageError, match=r"\$begin, which has no value; give it with -p begin=VALUE"):
        run(engine, statement)
    with pytest.raises(UsageError, match=r"no parameter \$begins"):
        run(engine, statement, begin="key:A", begins="key:B")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (2**63, "larger than Cypher's integers"),
        ({"a": [2**70]}, "larger than Cypher's integers"),
        ("half \ud800", "half a character"),
        (object(), "object is no value of Cypher"),
    ],
)
def test_values_that_cypher_has_not_are_wrong_usage(engine: EmbeddedEngine, value: object, why: str):
    with pytest.raises(UsageError, match=why):
        run(engine, "RETURN $v", v=value)


def test_values_are_never_text(engine: EmbeddedEngine):
    hostile = "x' OR true //\u2028`$"
    assert run(engine, "MATCH (n) WHERE n.key = $v RETURN count(n)", v=hostile).rows == ((0,),)
    assert run(engine, "RETURN $v", v=[hostile, {"a": None}]).rows == (([hostile, {"a": None}],),)


def test_rows_beyond_the_limit_are_counted_and_said(engine: EmbeddedEngine):
    every = run(engine, "MATCH (n) RETURN n.key AS k ORDER BY k", Bounds(rows=None))
    some = run(engine, "MATCH (n) RETURN n.key AS k ORDER BY k", Bounds(rows=2))
    assert some.rows == every.rows[:2]
    assert (some.cut, some.total) == (True, len(every.rows))
    assert (every.cut, every.total) == (False, len(every.rows))


def test_what_takes_too_long_is_stopped(engine: EmbeddedEngine):
    long = "UNWIND range(1, 20000) AS a UNWIND range(1, 20000) AS b RETURN sum(a * b) AS c"
    with pytest.raises(StatementFailed, match=r"longer than 0\.05 s and was stopped; give it more with --timeout"):
        run(engine, long, Bounds(seconds=0.05))
    assert run(engine, "RETURN 1 AS a", Bounds(seconds=None)).rows == ((1,),)


@pytest.mark.parametrize("star", ["*", "*2..", "*..", "*0..", "r:ASSUMED*", "*{rule: 'L1'}"])
def test_paths_without_a_bound_are_refused_since_it_would_cut_them(engine: EmbeddedEngine, star: str):
    with pytest.raises(StatementRefused, match="would stop at 10 hops"):
        run(engine, f"MATCH (a)-[{star}]->(b) RETURN count(b)")


@pytest.mark.parametrize("star", ["*1..3", "*..3", "*2", ":ASSUMED*0..2"])
def test_paths_with_a_bound_are_answered(engine: EmbeddedEngine, star: str):
    assert run(engine, f"MATCH (a)-[{star}]->(b) RETURN count(*), 2 * 3 AS six").rows[0][1] == 6


def test_what_it_makes_up_is_said(engine: EmbeddedEngine):
    assert "makes up a value" in run(engine, "MATCH (n:Session) RETURN n.type LIMIT 1").notes[0]
    assert "keys()" in run(engine, "MATCH (n:Session) RETURN keys(n) LIMIT 1").notes[0]
    assert "keys()" in run(engine, "MATCH (n:Session) RETURN n {.*} AS m LIMIT 1").notes[0]
    assert "unknown node label 'Sesion'" in run(engine, "MATCH (n:Sesion) RETURN n.key").notes[0]
    assert not run(engine, "MATCH (n:Session) RETURN n.key LIMIT 1").notes


def test_a_case_without_events_is_empty(tmp_path: Path):
    empty = ct.case(tmp_path, [])
    assert run(embedded(empty.folder, empty.store, named(empty.store, "none")), "MATCH (n) RETURN count(n)").rows == (
        (0,),
    )


def test_the_size_is_never_below_what_is_held(case: graphtrail.Case, engine: EmbeddedEngine):
    ((held,),) = run(engine, "MATCH ()-[r]->() RETURN count(r)").rows
    quick, exact = size(case.store), size(case.store, most=0)
    assert held <= exact.graph + exact.calls <= quick.graph + quick.calls
    assert exact.calls == 7 + 12 + 2 * 2


def test_a_case_that_does_not_fit_with_its_calls_is_held_without_them(case: graphtrail.Case, name: Named):
    extent = size(case.store, most=0)
    small = embedded(case.folder, case.store, name, most=extent.graph + 1)
    assert run(small, "MATCH (s:Session) RETURN count(s)").rows == ((4,),)
    assert run(small, "MATCH (n) WHERE n.key STARTS WITH 'evt:' RETURN count(n)").rows == ((0,),)
    for statement in ("MATCH (e:Event) RETURN count(e)", "MATCH ()-[r:FROM|CALLED]->() RETURN count(r)"):
        with pytest.raises(StatementRefused, match=r"single calls of this case \(7\) are not in the embedded engine"):
            run(small, statement)


def test_a_case_that_does_not_fit_at_all_is_refused_with_the_way_out(case: graphtrail.Case, name: Named):
    with pytest.raises(UsageError, match=r"relationships, and the embedded engine holds 5 .* --around SEED"):
        embedded(case.folder, case.store, name, most=5)


def test_the_part_around_a_seed_holds_what_led_to_it_and_what_it_reached(case: graphtrail.Case, name: Named):
    part = embedded(case.folder, case.store, name, around(case.store, "ASIABUILDBUILDBUILD0", Window()))
    assert keys(part, "Session") == {f"key:{one['accessKeyId']}" for one in (ALICE, BUILD, NEXT)}
    assert keys(part, "User") == {ALICE["arn"]}
    assert {str(key).rpartition(":")[2] for key in keys(part, "Bucket")} == {"jewels"}
    assert {str(key).rpartition("/")[2] for key in keys(part, "Object")} == {"a", "b", "late"}
    assert len(keys(part, "Event")) == 6
    found = run(part, "MATCH (o:Object)-[:IN]->(b:Bucket) RETURN count(o)")
    assert found.rows == ((3,),)
    assert "only the part around ASIABUILDBUILDBUILD0 is asked: 3 session(s) and 6 call(s)" in found.notes[0]
    ends = run(part, "MATCH (a)-[r]->(b) WHERE a.key IS NULL OR b.key IS NULL RETURN count(r)")
    assert ends.rows == ((0,),)


def test_the_window_of_a_part_leaves_out_what_lies_outside(case: graphtrail.Case, name: Named):
    span = window(ct.at("09:05"), ct.at("10:00"), 0)
    seed = around(case.store, "key:ASIAREADERREADERREA0", span)
    part = embedded(case.folder, case.store, name, seed)
    assert {str(key).rpartition("/")[2] for key in keys(part, "Object")} == {"b"}
    assert len(keys(part, "Event")) == 2
    assert run(part, "MATCH (a)-[:ASSUMED*2..2]->(b) RETURN count(b)").rows == ((1,),)  # the chain stays whole
    assert "from 20" in part.notes[0]
    assert " until 20" in part.notes[0]


def test_the_part_around_a_resource_holds_who_touched_it(case: graphtrail.Case, name: Named):
    part = embedded(case.folder, case.store, name, around(case.store, "arn:aws:s3:::other", Window()))
    assert keys(part, "Session") == {"key:AKIABOBBOBBOBBOBBOB0"}


def test_a_part_that_is_too_large_is_refused(case: graphtrail.Case, name: Named):
    seed = around(case.store, "ASIABUILDBUILDBUILD0", Window())
    with pytest.raises(UsageError, match="this part has more than 3 relationships"):
        embedded(case.folder, case.store, name, seed, most=3)


def test_other_sessions_that_came_of_the_same_one_belong_to_other_parts(tmp_path: Path):
    twin = ct.role("deploy", "twin", "ASIATWINTWINTWINTWI0", "09:00")
    held = ct.case(
        tmp_path,
        [
            ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"]),
            ct.assume_role("09:05", ALICE, "deploy", "twin", twin["accessKeyId"]),
            ct.get_object("09:10", BUILD, "jewels", "a"),
            ct.get_object("09:10", twin, "jewels", "b"),
        ],
    )
    part = embedded(
        held.folder, held.store, named(held.store, "acme"), around(held.store, "ASIABUILDBUILDBUILD0", Window())
    )
    assert keys(part, "Session") == {"key:AKIAALICEALICEALICE0", "key:ASIABUILDBUILDBUILD0"}
    assert len(keys(part, "Event")) == 3


def test_an_unknown_seed_is_not_found(case: graphtrail.Case):
    with pytest.raises(NotFound, match="nothing in this case answers to that name"):
        around(case.store, "nobody", Window())


def cached(folder: Path) -> list[Path]:
    return sorted((folder / "cypher").iterdir())


@pytest.fixture
def copied(case: graphtrail.Case, tmp_path: Path) -> graphtrail.Case:
    shutil.copytree(case.folder, tmp_path / "case", ignore=shutil.ignore_patterns("cypher"))
    return graphtrail.open(tmp_path / "case")


def test_the_cache_is_read_and_made_again_when_it_is_gone_or_broken(copied: graphtrail.Case, name: Named):
    question = "MATCH (n) RETURN n.uid ORDER BY n.uid"
    first = run(embedded(copied.folder, copied.store, name), question)
    (kept,) = cached(copied.folder)
    stamp = kept.stat().st_mtime_ns
    assert run(embedded(copied.folder, copied.store, name), question) == first
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(kept.read_bytes()[:200])
    assert run(embedded(copied.folder, copied.store, name), question) == first
    assert kept.stat().st_mtime_ns != stamp
    kept.unlink()
    assert run(embedded(copied.folder, copied.store, name), question) == first
    assert cached(copied.folder) == [kept]


def test_a_case_that_grew_is_filled_again_and_what_is_old_goes(copied: graphtrail.Case, tmp_path: Path):
    embedded(copied.folder, copied.store, named(copied.store, "acme"))
    old = cached(copied.folder)
    more = write(tmp_path / "more.json", [ct.get_object("12:00", BOB, "third", "x")])
    grown = graphtrail.ingest(more, case=copied.folder)
    engine = embedded(grown.folder, grown.store, named(grown.store, "acme"))
    assert any("third" in str(key) for key in keys(engine, "Bucket"))
    assert len(cached(copied.folder)) == 1
    assert cached(copied.folder) != old


def test_parts_and_names_are_kept_apart(copied: graphtrail.Case, name: Named):
    embedded(copied.folder, copied.store, name)
    embedded(copied.folder, copied.store, name, around(copied.store, "AKIABOBBOBBOBBOBBOB0", Window()))
    other = embedded(copied.folder, copied.store, Named("other", name.load))
    assert len(cached(copied.folder)) == 3
    assert run(other, "MATCH (n {case_id: $case_id}) RETURN count(n) > 0").rows == ((True,),)


def test_where_nothing_can_be_kept_it_answers_and_says_so(copied: graphtrail.Case, name: Named):
    (copied.folder / "cypher").write_text("in the way")
    engine = embedded(copied.folder, copied.store, name)
    assert "cannot be kept there" in run(engine, "RETURN 1 AS a").notes[0]


def test_without_kglite_the_extra_is_named(case: graphtrail.Case, name: Named, monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(module: str, *rest: object, **more: object) -> object:
        if module == "kglite":
            raise ModuleNotFoundError(module)
        return real(module, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StoreUnavailable, match=r"python -m pip install 'graphtrail\[cypher\]'"):
        embedded(case.folder, case.store, name)


def test_nothing_temporary_is_left(case: graphtrail.Case):
    assert not [path for path in cached(case.folder) if not path.name.endswith(".kgl")]
    assert os.access(case.folder, os.W_OK)
