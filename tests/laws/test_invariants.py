"""What holds of every case, whatever part of the logs is there, in which order, and how often.

The records are those of a small organisation that goes about its business: every key is handed out before it is used.
"""

import random
from collections import Counter, defaultdict
from pathlib import Path

import cloudtrail as ct
import pytest
from cases import case_of, digest, totals, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graphtrail
from graphtrail.graph.schema import Confidence

Record = ct.Record
USERS = [ct.user(name, f"AKIA{name.upper():0<16}") for name in ("alice", "bob", "carol")]
ROLES, BUCKETS = ("deploy", "reader", "audit"), ("jewels", "loot")
SERVICES = [ct.service(name) for name in ("ec2", "lambda")]
LEVELS = {str(level): level for level in Confidence}


@st.composite
def business(draw: st.DrawFn) -> list[Record]:
    """What happens in an hour: roles assumed by users, services and roles, keys made, objects read and refused."""
    held, records = [*USERS], []
    for number in range(draw(st.integers(3, 14))):
        clock = f"09:{number * 3 // 60:02}:{number * 3 % 60:02}"
        who = draw(st.sampled_from([*held, *SERVICES]))
        refused = ct.refused() if draw(st.integers(0, 4)) == 0 else {}
        done = draw(st.sampled_from(["assume", "assume", "read", "read", "read", "key", "password", "hidden"]))
        if done == "assume":
            role, name = draw(st.sampled_from(ROLES)), draw(st.sampled_from(["one", "i-0123456789abcdef0"]))
            key = f"ASIA{number:016}"
            call = ct.assume_role(clock, who, role, name, key)
            if refused:
                call |= {"responseElements": None, **refused}
            else:
                held.append(ct.role(role, name, draw(st.sampled_from([key, key, f"ASIB{number:016}", None])), clock))
            records.append(call)
        elif done == "key":
            owner = draw(st.sampled_from(["alice", "bob"]))
            answer = {"accessKey": {"userName": owner, "accessKeyId": f"AKIA{number:016}", "status": "Active"}}
            records.append(ct.record(clock, "iam:CreateAccessKey", who, requestParameters={"userName": owner},
                                     responseElements=None if refused else answer, **refused))  # fmt: skip
            if not refused:
                held.append(ct.user(owner, f"AKIA{number:016}"))
        elif done == "password":
            records.append(
                ct.record(clock, "iam:UpdateLoginProfile", who, requestParameters={"userName": "bob"}, **refused)
            )
        elif done == "hidden":
            records.append(ct.record(clock, "sso:GetRoleCredentials", who, requestParameters=None, **refused))
        else:
            records.append(ct.get_object(clock, who, draw(st.sampled_from(BUCKETS)), f"{number % 3}", **refused))
    return records


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whole=business(), data=st.data())
def test_what_holds_of_every_case(whole: list[Record], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("business")
    records = [record for record in whole if data.draw(st.integers(0, 5))]
    case = case_of(folder / "case", write(folder / "a.json", records or whole))
    one_parent_and_no_cycle(case)
    counts_add_up(case, records or whole)
    nothing_comes_of_a_failure(case, records or whole)
    the_least_sure_link_counts(case)
    any_order_is_the_same(case, records or whole, folder, data.draw(st.randoms(use_true_random=False)))


def one_parent_and_no_cycle(case: graphtrail.Case):
    """I1, I2."""
    parents: dict[str, set[str]] = defaultdict(set)
    issued: dict[str, set[str]] = defaultdict(set)
    for edge in case.store.edges():
        if edge.type in {"ASSUMED", "ISSUED"}:
            issued[edge.source].add(edge.target)
            if edge.confidence is Confidence.EXACT:
                parents[edge.target].add(edge.source)
    for target, sources in parents.items():
        assert len(sources) == 1 or not target.startswith("key:")
    left = dict(issued)
    while ends := [source for source, targets in left.items() if not any(target in left for target in targets)]:
        for source in ends:
            del left[source]
    assert not left


def counts_add_up(case: graphtrail.Case, records: list[Record]):
    """I3, I5, I7, I9."""
    held = totals(case)
    assert held["records"] == len(records) == held["events"] + held["duplicates"] + held["rejects"] + held["non_events"]
    facts: Counter[str] = Counter()
    triples = set()
    for row in case.ask.events().rows:
        for one in row.resources:
            facts[one.role] += 1
            triples.add((row.session, row.action, one.resource, row.outcome))
    graph = case.to_networkx()
    counted: Counter[str] = Counter()
    read_back = set()
    for source, target, kind, held_edge in graph.edges(keys=True, data=True):
        assert held_edge["first_seen"] <= held_edge["last_seen"]
        if kind.startswith("ON") and source.startswith("act:"):
            counted[held_edge["role"]] += held_edge["count"]
            session, action, outcome, _ = source.removeprefix("act:").rsplit("|", 3)
            read_back.add((session, action, target, outcome))
    assert counted == facts
    assert read_back == triples


def nothing_comes_of_a_failure(case: graphtrail.Case, records: list[Record]):
    """I6."""
    handed_out = {
        record["responseElements"]["credentials"]["accessKeyId"]
        for record in records
        if record["eventName"] == "AssumeRole" and record.get("responseElements")
    }
    made = {
        record["responseElements"]["accessKey"]["accessKeyId"]
        for record in records
        if record["eventName"] == "CreateAccessKey" and record.get("responseElements")
    }
    used = {record["userIdentity"].get("accessKeyId") for record in records}
    keys = {edge.target.removeprefix("key:") for edge in case.store.edges() if edge.type == "OPENED"}
    assert {key for key in keys if key.startswith(("ASIA", "ASIB", "AKIA"))} <= handed_out | made | used


def the_least_sure_link_counts(case: graphtrail.Case):
    """I10."""
    for session in sorted({row.session for row in case.ask.events().rows if row.session}):
        (row,) = case.ask.origin(session, min_confidence="heuristic").rows
        sure = [LEVELS[hop.confidence] for hop in row.chain if hop.confidence]
        assert LEVELS[row.confidence] == min(sure, default=Confidence.EXACT)


def any_order_is_the_same(case: graphtrail.Case, records: list[Record], folder: Path, dice: random.Random):
    """I4."""
    other = records + dice.choices(records, k=3)
    dice.shuffle(other)
    cut = dice.randrange(len(other))
    parts = [write(folder / "b.json", other[:cut] or other), write(folder / "c.ndjson", other[cut:], form="lines")]
    again = case_of(folder / "other", *parts)
    assert digest(again) == digest(case)
