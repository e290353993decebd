"""What is reached forwards in time, and by which way, on the fewest records."""

from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES, WEBS = "key:AKIAALICEALICEALICE0", "key:ASIAWEBWEBWEBWEBWEB0"
NAME = "i-0aaaabbbbccccdddd"
INSTANCE = f"arn:aws:ec2:eu-central-1:111122223333:instance/{NAME}"
WEB = ct.role("web", NAME, "ASIAWEBWEBWEBWEBWEB0", "08:00")
ADMIN, ADMINS = ct.role("admin", "x", "ASIAADMINADMINADMIN0", "08:10"), "key:ASIAADMINADMINADMIN0"
AUDITS = "key:ASIAAUDITAUDITAUDIT0"
RUNNING = [
    ct.assume_role("08:00", ct.service("ec2"), "web", NAME, "ASIAWEBWEBWEBWEBWEB0"),
    ct.record("08:01", "s3:ListBuckets", WEB),
]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda *records: ct.case(tmp_path, records)


def send(clock: str, who: ct.Record = ALICE) -> ct.Record:
    asked = {"instanceIds": [NAME], "documentName": "AWS-RunShellScript"}
    return ct.record(clock, "ssm:SendCommand", who, requestParameters=asked)


def look(clock: str) -> ct.Record:
    asked = {"instanceId": NAME, "attribute": "userData"}
    return ct.record(clock, "ec2:DescribeInstanceAttribute", ALICE, requestParameters=asked)


def reached(case: graphtrail.Case) -> dict[str, tuple[str | None, str]]:
    rows = case.ask.blast_radius(ALICES).rows
    return {row.session or row.resource or "": (row.relation, row.at) for row in rows}


@pytest.mark.parametrize("first", ["08:50", "09:00", "09:10"])
def test_a_machine_of_which_somebody_read_is_still_taken_by_who_runs_code_on_it(made: Made, first: str):
    case = made(*RUNNING, look(first), send("09:00"))
    found = reached(case)
    assert found[INSTANCE] == ("EXECUTED_ON", ct.at("09:00"))
    assert found[WEBS] == ("HOSTS", ct.at("09:00"))
    assert ("isolate workload", INSTANCE) in {(row.step, row.target) for row in case.ask.containment(ALICES).rows}
    assert ("EXECUTED_ON", INSTANCE) in {(row.relation, row.target) for row in case.ask.timeline(ALICES).rows}


def test_a_machine_of_which_somebody_only_read_is_not_taken(made: Made):
    found = reached(made(*RUNNING, look("08:50"), look("08:55")))
    assert found[INSTANCE] == ("READ_SECRET", ct.at("08:50"))
    assert WEBS not in found


def way(case: graphtrail.Case, end: str, **limits: str) -> list[str]:
    (row,) = case.ask.path(ALICES, end, **limits).rows
    return [hop.node for hop in row.path]


def test_a_path_has_the_fewest_hops_also_where_a_longer_one_is_earlier(made: Made):
    case = made(
        *RUNNING,
        ct.assume_role("08:10", ALICE, "admin", "x", "ASIAADMINADMINADMIN0"),
        look("08:15"),
        send("08:20", ADMIN),
        ct.assume_role("09:00", WEB, "audit", "y", "ASIAAUDITAUDITAUDIT0"),
        send("09:30"),
    )
    assert way(case, INSTANCE) == [ALICES, INSTANCE]
    assert case.ask.path(ALICES, INSTANCE).rows[0].path[1].relation == "EXECUTED_ON"
    assert way(case, WEBS) == [ALICES, INSTANCE, WEBS]
    assert way(case, AUDITS) == [ALICES, ADMINS, INSTANCE, WEBS, AUDITS]  # at 09:30 it was too late for the short one
    assert way(case, WEBS, until=ct.at("09:10")) == [ALICES, ADMINS, INSTANCE, WEBS]
    assert reached(case)[WEBS] == ("HOSTS", ct.at("08:20"))


def test_sessions_that_begin_after_the_end_of_the_window_are_not_held_in_it(made: Made):
    case = made(
        *RUNNING,
        ct.assume_role("09:00", ALICE, "admin", "x", "ASIAADMINADMINADMIN0"),
        ct.assume_role("10:00", ALICE, "admin", "x", "ASIAAUDITAUDITAUDIT0"),
        ct.assume_role("11:00", ALICE, "deploy", "x", "ASIAOTHEROTHEROTHER0"),
    )
    admin, limits = "arn:aws:iam::111122223333:role/admin", {"until": ct.at("10:00")}
    assert [row.session for row in case.ask.blast_radius(admin, **limits).rows] == [ADMINS, AUDITS]
    assert [row.session for row in case.ask.blast_radius(admin, until=ct.at("09:59:59")).rows] == [ADMINS]
    assert [row.session for row in case.ask.alive(admin, until=ct.at("09:59:59")).rows] == [ADMINS]
    assert case.ask.blast_radius(ADMINS, until=ct.at("08:30")).rows == ()


def test_a_timeline_has_every_session_that_read_a_secret_and_how_often(made: Made):
    def read(clock: str, who: ct.Record) -> ct.Record:
        return ct.record(clock, "secretsmanager:GetSecretValue", who, requestParameters={"secretId": "db"})

    case = made(
        read("08:00", ALICE),
        read("08:05", ALICE),
        ct.assume_role("08:10", ALICE, "admin", "x", "ASIAADMINADMINADMIN0"),
        read("08:20", ADMIN),
        ct.record("08:21", "ec2:DescribeInstances", ADMIN),
    )
    rows = [row for row in case.ask.timeline(ALICES).rows if row.relation == "PERFORMED"]
    assert [(row.session, row.action, row.count) for row in rows] == [
        (ALICES, "secretsmanager:GetSecretValue", 2),
        (ALICES, "sts:AssumeRole", 1),
        (ADMINS, "secretsmanager:GetSecretValue", 1),
    ]


def test_a_path_to_a_resource_ends_with_a_call_that_worked(made: Made):
    jewels, loot = "arn:aws:s3:::jewels", "arn:aws:s3:::loot"
    case = made(
        ct.get_object("08:00", ALICE, "jewels", "a", **ct.refused()),
        ct.assume_role("08:10", ALICE, "admin", "x", "ASIAADMINADMINADMIN0"),
        ct.get_object("09:00", ADMIN, "jewels", "a"),
        ct.get_object("08:30", ADMIN, "jewels", "b"),
        ct.get_object("09:30", ADMIN, "loot", "a", **ct.refused()),
        ct.assume_role("10:00", ct.service("ec2"), "web", NAME, "ASIAWEBWEBWEBWEBWEB0", resources=[{"ARN": loot}]),
    )
    assert way(case, jewels) == [ALICES, ADMINS, jewels]
    (row,) = case.ask.path(jewels, ALICES).rows
    assert (row.relation, row.start, row.end, row.confidence) == ("path", ALICES, jewels, "exact")
    assert (row.path[-1].relation, row.path[-1].at, len(row.path[-1].event_ids)) == ("ON", ct.at("08:30"), 2)
    assert way(case, f"{jewels}/a") == [ALICES, ADMINS, f"{jewels}/a"]
    assert {one.relation for one in case.ask.path(ALICES, loot).rows} == {"shares"}
    assert {one.relation for one in case.ask.path(jewels, loot).rows} == {"shares"}
    assert case.ask.path(ALICES, jewels, since=ct.at("09:15")).rows == ()
    rows = case.ask.path("svc:ec2.amazonaws.com@111122223333", loot).rows  # a service acts for everybody
    assert "path" not in {one.relation for one in rows}


def test_what_a_session_did_before_it_was_taken_is_no_path(made: Made):
    early = [*RUNNING, ct.get_object("08:30", WEB, "jewels", "a"), send("09:00")]
    case = made(*early, ct.get_object("09:30", WEB, "other", "a"))
    ends = {name: [row.relation for row in case.ask.path(ALICES, name).rows] for name in ("jewels", "other")}
    assert ends["other"] == ["path"]
    assert "path" not in ends["jewels"]


def test_a_secret_that_was_read_is_the_end_of_the_path_that_read_it(made: Made):
    asked = {"requestParameters": {"secretId": "db"}}
    case = made(
        ct.record("08:00", "secretsmanager:DescribeSecret", ALICE, **asked),
        ct.record("08:10", "secretsmanager:GetSecretValue", ALICE, **asked),
    )
    (row,) = case.ask.path(ALICES, "db").rows
    assert [hop.relation for hop in row.path] == [None, "READ_SECRET"]
