"""The rows for a server, and the texts that load them."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.graph.properties import INTEGER, TEXT, TEXTS, TRUTH, of_node, of_relationship
from graphtrail.graph.schema import LABELS, RELATIONS
from graphtrail.stores import texts
from graphtrail.stores.named import EVENT_INDEXED, LONGEST, SESSION_INDEXED, Named, indexed, node
from graphtrail.stores.rows import batches, named, statement
from graphtrail.stores.server import decode
from graphtrail.stores.whole import whole

ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> graphtrail.Case:
    return ct.case(
        tmp_path_factory.mktemp("rows"),
        [
            ct.assume_role("09:00", ALICE, "deploy", "build", BUILD["accessKeyId"]),
            ct.get_object("09:01", BUILD, "jewels", "a"),
            ct.get_object("09:02", BUILD, "jewels", "a"),
            ct.get_object("09:03", BUILD, "jewels", "b", eventID="no-uuid"),
        ],
    )


def rows(case: graphtrail.Case, size: int = 5000):
    calls = case.store.calls.all()
    return [
        (batch.part, batch.name, row)
        for batch in batches(case.store, Named("a", "now"), calls, size)
        for row in batch.rows
    ]


def test_the_whole_graph_is_there_and_every_end_is_a_node(case: graphtrail.Case):
    made, drawn = rows(case), whole(case.store)
    nodes = {row["uid"]: row["properties"] for part, _, row in made if part == "nodes"}
    keys = {held["key"] for held in nodes.values()}
    assert {node.key for node in drawn.nodes} <= keys
    assert {key.partition(":")[0] for key in keys - {node.key for node in drawn.nodes}} == {"evt", "cred"}
    ends = {(row["source"], name, row["target"]) for part, name, row in made if part == "relationships"}
    assert {(f"a|{edge.source}", edge.type, f"a|{edge.target}") for edge in drawn.edges} <= ends
    assert {uid for source, _, target in ends for uid in (source, target)} <= set(nodes)


def test_no_two_rows_have_one_uid_and_all_values_are_plain(case: graphtrail.Case):
    made = rows(case)
    uids = [(part if part == "nodes" else name, row["properties"]["uid"]) for part, name, row in made]
    assert len(uids) == len(set(uids))
    values = [value for _, _, row in made for value in row["properties"].values()]
    assert {type(value) for value in values} == {str, int, bool, list}
    assert {type(one) for value in values if isinstance(value, list) for one in value} == {str}
    assert all(row["properties"]["case_id"] == "a" and row["properties"]["load"] == "now" for _, _, row in made)


def test_every_property_is_declared_with_its_type(case: graphtrail.Case):
    types = {INTEGER: int, TEXT: str, TRUTH: bool, TEXTS: list}
    for part, name, row in rows(case):
        declared = {
            held.name: types[held.type] for held in (of_node(name) if part == "nodes" else of_relationship(name))
        }
        assert {held: type(value) for held, value in row["properties"].items()}.items() <= declared.items(), name


def test_batches_of_any_size_hold_the_same_rows_in_the_same_order_of_kinds(case: graphtrail.Case):
    def told(size: int) -> list[str]:
        return sorted(map(repr, rows(case, size)))

    assert told(1) == told(3) == told(5000)
    assert [part for part, _, _ in rows(case, 3)] == sorted(part for part, _, _ in rows(case, 3))


def test_long_texts_end_a_batch_before_a_server_runs_out_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(graphtrail.stores.rows, "HEAVIEST", 1_000_000)
    forged = [ct.get_object("09:00", ALICE, "jewels", "a", userAgent=f"{n}" + "u" * 10_000) for n in range(300)]
    calls = ct.case(tmp_path, forged)
    made = [one for one in batches(calls.store, Named("a", "now"), calls.store.calls.all()) if one.name == "Event"]
    assert [len(one.rows) for one in made] == [128, 128, 44]
    assert [len(one.rows) for one in batches(calls.store, Named("a", "now"), None) if one.name == "PERFORMED"] == [1]


def test_a_call_says_who_made_it_what_it_touched_and_what_it_handed_out(case: graphtrail.Case):
    made = rows(case)
    (issue,) = [row["properties"] for _, name, row in made if name == "Credential"]
    assert (issue["access_key"], issue["session"]) == ("ASIABUILDBUILDBUILD0", "key:ASIABUILDBUILDBUILD0")
    events = {row["properties"]["event_id"]: row["properties"] for _, name, row in made if name == "Event"}
    assert {"id_high", "id_low"} <= set(events["no-uuid"])
    at = [row["target"] for _, name, row in made if name == "AT" and row["source"] == "a|evt:no-uuid"]
    assert "a|arn:aws:s3:::jewels/b" in at


def test_without_calls_there_are_sums_and_control_only(case: graphtrail.Case):
    kinds = {batch.name for batch in batches(case.store, Named("a", "now"), None)}
    assert not {"Event", "CALLED", "AT", "Credential"} & kinds
    assert {"Session", "ASSUMED", "PERFORMED", "ON", "FROM"} <= kinds


def test_the_state_of_a_case_has_one_name_wherever_it_is_loaded(case: graphtrail.Case):
    assert named(case.store, "a").load == named(case.store, "b").load
    assert named(case.store, "a").uid("x") == "a|x"


def test_a_key_too_long_for_an_index_is_told_from_others_and_kept():
    one, other = "k" * LONGEST + "a", "k" * LONGEST + "b"
    assert indexed("k" * LONGEST) == "k" * LONGEST
    assert len({indexed(one), indexed(other)}) == 2
    assert len(indexed(one)) < LONGEST


def test_a_text_too_long_for_an_index_is_shortened_where_it_has_one_and_comes_back_whole():
    long = {"action": "a" * 9000, "access_key": "k" * 3000}
    said = node(Named("case", "load"), "evt:1", long | {"agent": "b" * 9000}, ("action", "access_key"))["properties"]
    assert said["action"] == indexed("a" * 9000)
    assert (said["access_key"], said["agent"]) == (long["access_key"], "b" * 9000)
    assert {name: decode.whole(said)[name] for name in long} == long
    assert decode.whole({"action": "s3:GetObject"}) == {"action": "s3:GetObject"}


def test_what_has_an_index_is_shortened():
    made = re.findall(r"FOR \(node:(Session|Event)\) ON \(node\.(\w+)\)", "\n".join(texts.statements("schema")))
    integers = {one.name for label in ("Session", "Event") for one in of_node(label) if one.type == INTEGER}
    expected = {("Session", name) for name in SESSION_INDEXED} | {("Event", name) for name in EVENT_INDEXED}
    assert {one for one in made if one[1] not in integers} == expected


def test_the_text_that_loads_is_fixed_but_for_a_name_of_the_schema():
    assert "SET node:Principal:Role" in statement("nodes", "Role")
    assert "SET node:Resource:Bucket" in statement("nodes", "Bucket")
    assert "SET node:Session" in statement("nodes", "Session")
    assert "[relationship:ASSUMED {uid: row.properties.uid}]" in statement("relationships", "ASSUMED")


def test_the_schema_makes_every_uid_unique():
    made = "\n".join(texts.statements("schema"))
    for name in RELATIONS:
        assert f"CREATE CONSTRAINT {name.lower()}_uid IF NOT EXISTS FOR ()-[relationship:{name}]-()" in made
    assert made.count("CREATE CONSTRAINT") == len(RELATIONS) + 1
    assert len(set(LABELS)) == len(LABELS)


@pytest.mark.slow
def test_an_installed_wheel_has_the_texts(tmp_path: Path):
    root = Path(texts.__file__).parents[2]
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"graphtrail/cypher/{path.relative_to(root / 'cypher')}" for path in (root / "cypher").rglob("*.cypher")}
    assert shipped <= inside
