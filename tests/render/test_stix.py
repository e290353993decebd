"""The bundle of STIX 2.1: every reference is there, every id follows from what it names, nothing is lost."""

import json
import re
from random import Random

import cloudtrail as ct
import pytest
from incident import incident, shuffled

from graphtrail.graph.model import Edge, Node, Subgraph
from graphtrail.render.stix import stix
from graphtrail.stores.whole import whole

ID = re.compile(r"([a-z0-9-]+)--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DEPLOY = ct.role("deploy", "alice-cli", "ASIADEPLOYDEPLOYDEP0", "09:10")


def bundle(graph: Subgraph) -> list[dict]:
    held = json.loads(stix(graph))
    assert held["type"] == "bundle"
    assert ID.fullmatch(held["id"])
    return held["objects"]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Subgraph:
    alice = ct.user("alice", "AKIAALICEALICEALICE0")
    address = {"sourceIPAddress": "198.51.100.3"}
    return whole(
        ct.case(
            tmp_path_factory.mktemp("stix"),
            [
                ct.assume_role("09:10", alice, "deploy", "alice-cli", DEPLOY["accessKeyId"], **address),
                ct.get_object("09:11", DEPLOY, "jewels", "crown", sourceIPAddress="athena.amazonaws.com"),
                ct.get_object("09:12", DEPLOY, "jewels", "crown", **ct.refused()),
            ],
        ).store
    )


def test_every_object_is_whole_and_every_reference_is_there(graph: Subgraph):
    objects = bundle(graph)
    ids = {one["id"] for one in objects}
    assert len(ids) == len(objects)
    for one in objects:
        assert ID.fullmatch(one["id"])[1] == one["type"]
        assert one["spec_version"] == "2.1"
        if one["type"] == "relationship":
            assert {one["source_ref"], one["target_ref"]} <= ids
            assert re.fullmatch(r"[a-z0-9-]+", one["relationship_type"])
            assert one.get("stop_time", "9") > one["start_time"]
        if one["type"] in {"relationship", "identity", "infrastructure"}:
            assert TIME.fullmatch(one["created"])


def test_ids_of_observables_are_those_that_everybody_makes(graph: Subgraph):
    held = {one["id"]: one for one in bundle(graph)}
    # as OASIS's own library makes them
    assert held["ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"]["value"] == "198.51.100.3"
    session = held["user-account--c96c28bd-0e19-5a22-aceb-923b4302a9dc"]
    assert session["user_id"] == "key:ASIADEPLOYDEPLOYDEP0"
    assert (session["account_type"], session["account_login"]) == ("aws", "alice-cli")
    assert session["account_created"] == "2026-03-02T09:10:00.000Z"


def test_what_a_session_did_names_action_outcome_and_events(graph: Subgraph):
    objects = bundle(graph)
    names = {one["id"]: one.get("user_id") or one.get("name") or one.get("value") for one in objects}
    did = {
        (names[one["source_ref"]], names[one["target_ref"]], one["description"])
        for one in objects
        if one["type"] == "relationship" and one["relationship_type"] == "on"
    }
    key = "key:ASIADEPLOYDEPLOYDEP0"
    assert (key, "jewels", "ON record s3:GetObject ok (calls: 1)") in did
    assert (key, "jewels", "ON record s3:GetObject denied (calls: 1)") in did
    assumed = [one for one in objects if one.get("relationship_type") == "assumed"]
    assert [(names[one["source_ref"]], names[one["target_ref"]], one["confidence"]) for one in assumed] == [
        ("key:AKIAALICEALICEALICE0", key, 100)
    ]
    assert [one["source_name"] for one in assumed[0]["external_references"]] == ["AWS CloudTrail eventID"]


def test_the_order_of_nodes_and_edges_changes_no_object():
    drawn, order = incident(4), Random(1)  # noqa: S311 - a test
    assert {one["id"]: one for one in bundle(drawn)} == {one["id"]: one for one in bundle(shuffled(drawn, order))}


def test_an_edge_without_its_node_is_left_out():
    assert [one["type"] for one in bundle(Subgraph((Node("a", "User", "a"),), (Edge("a", "b", "CREATED", 1, 1),)))] == [
        "identity"
    ]
