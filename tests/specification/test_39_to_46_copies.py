"""Copies, order and partitions: cases 39 to 46."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.render.machine import as_csv

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES = "key:AKIAALICEALICEALICE0"
USER = "arn:aws:iam::111122223333:user/alice"
FIRST = "ASIAFIRST00000000000"
JEWELS = "arn:aws:s3:::jewels"


def read(clock: str, who: ct.Record, **fields: object):
    return ct.get_object(clock, who, "jewels", "a", **fields)


def digest(case: graphtrail.Case):
    return case.store.case.digest


def test_39_copies_in_any_wrapping_are_one(made: Made, tmp_path: Path):
    records = [read("09:00", ALICE), read("09:01", ALICE)]
    folder = tmp_path / "logs"
    folder.mkdir()
    whole = json.dumps({"Records": records}).encode()
    (folder / "a.json").write_bytes(whole)
    (folder / "b.json.gz").write_bytes(gzip.compress(whole))
    (folder / "c.jsonl").write_text("\n".join(map(json.dumps, records)))
    looked_up = {"Events": [{"EventId": one["eventID"], "CloudTrailEvent": json.dumps(one)} for one in records]}
    (folder / "d.json").write_text(json.dumps(looked_up))
    case = graphtrail.ingest(folder, case=tmp_path / "case")
    assert digest(case) == digest(made(*records))
    assert [row.count for row in case.ask.who_touched(JEWELS).rows] == [2]
    totals = case.status()["totals"]
    assert (totals["records"], totals["events"], totals["duplicates"]) == (8, 2, 6)


def test_40_the_two_copies_of_a_call_are_one_in_either_order_and_the_callers_counts(made: Made):
    shared = {"sharedEventID": "5a5a5a5a-0000-4000-8000-00000000000c", "requestID": "r-40"}
    issue = {"account": ct.OTHER, "name": "reader", "session": "on", "key": FIRST}
    foreign = {"type": "AWSAccount", "principalId": ALICE["principalId"], "accountId": ct.HOME}
    own = ct.assume_role("09:00", ALICE, **issue, **shared)
    copy = ct.assume_role("09:00", foreign, **issue, **shared, recipientAccountId=ct.OTHER)
    alone, both, turned = made(copy), made(copy, own), made(own, copy)
    (before,) = alone.ask.events().rows
    assert before.session.startswith("anon:AWSAccount:")
    (after,) = both.ask.events().rows
    assert (after.session, after.principal) == (ALICES, USER)
    assert digest(both) == digest(turned)


def test_41_a_correction_replaces_its_original_in_either_order(made: Made):
    was = read("09:00", ALICE, sourceIPAddress="192.0.2.1")
    now = read("09:00", ALICE, sourceIPAddress="203.0.113.9",
               addendum={"reason": "UPDATED_DATA", "originalEventID": was["eventID"]})  # fmt: skip
    late, early = made(was, now), made(now, was)
    (call,) = late.ask.events().rows
    assert (call.address, call.event_id) == ("203.0.113.9", was["eventID"])
    assert digest(late) == digest(early)


def test_42_of_two_records_with_one_id_the_fuller_counts_in_either_order(made: Made):
    full = read("09:00", ALICE)
    less = {name: value for name, value in full.items() if name not in {"resources", "userAgent"}}
    for case in (made(full, less), made(less, full)):
        (call,) = case.ask.events().rows
        assert call.agent == "aws-cli/2.15"
        assert digest(case) == digest(made(full))
        assert case.store.case.conflicts == ()


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"), ("aws-eusc", "eusc-de-east-1"),
        ("aws-iso", "us-iso-east-1"), ("aws-iso-b", "us-isob-east-1"),
    ],
)  # fmt: skip
def test_43_each_partition_has_its_own_arns(made: Made, partition: str, region: str):
    here = ALICE | {"arn": USER.replace("arn:aws:", f"arn:{partition}:")}
    there = ct.record("09:00", "s3:GetBucketAcl", here, awsRegion=region, requestParameters={"bucketName": "jewels"})
    home = ct.record("09:00", "s3:GetBucketAcl", ALICE, requestParameters={"bucketName": "jewels"})
    case = made(there, home)
    touched = {one.resource for call in case.ask.events().rows for one in call.resources}
    assert touched == {f"arn:{partition}:s3:::jewels", JEWELS}
    nameless = made(there | {"userIdentity": ct.service("config")})
    assert {one.resource for call in nameless.ask.events().rows for one in call.resources} == {
        f"arn:{partition}:s3:::jewels"
    }


def test_44_of_a_scrambled_region_the_arns_tell_the_partition(made: Made):
    case = made(
        ct.record("09:00", "s3:GetBucketAcl", ALICE, awsRegion="cn-west-3r", requestParameters={"bucketName": "b"}),
        ct.record("09:01", "s3:GetBucketAcl", ALICE, awsRegion="apiso-northsouth-3r",
                  requestParameters={"bucketName": "b"}),
    )  # fmt: skip
    assert {one.resource for call in case.ask.events().rows for one in call.resources} == {"arn:aws:s3:::b"}


def test_45_the_zero_at_the_head_of_an_account_stays(made: Made):
    account = "070411556318"
    who = ct.user("alice", "AKIAALICEALICEALICE0", account)
    case = made(read("09:00", who, recipientAccountId=account))
    answer = case.ask.events()
    assert [row.account for row in answer.rows] == [account]
    assert account in case.status()["coverage"][0]["account"]
    assert f",{account}," in as_csv(type(answer.rows[0]), answer.rows)
    assert json.loads(answer.to_json())["rows"][0]["principal_account"] == account


def test_46_ten_records_of_a_second_may_stand_in_any_order(made: Made):
    build = ct.role("deploy", "build", FIRST, "09:00")
    case = made(
        *(read("09:00", build, requestID=f"r-{number}") for number in range(9)),
        ct.assume_role("09:00", ALICE, "deploy", "build", FIRST),
    )
    assert {row.session for row in case.ask.blast_radius(ALICES).rows if row.session} == {ALICES, f"key:{FIRST}"}
    (row,) = case.ask.who_touched(JEWELS).rows
    assert (row.count, row.origin) == (9, USER)
