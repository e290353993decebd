"""What other services and other accounts' logs show of a session."""

from collections.abc import Callable

import cloudtrail as ct

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BUCKET = "arn:aws:s3express:eu-central-1:111122223333:bucket/b--euc1-az1--x-s3"
ZONAL, FIRST = "ASIAEXPRESSEXPRESS00", "ASIAFIRST00000000000"


def test_an_object_of_a_directory_bucket_lies_in_it(made: Made):
    name = "b--euc1-az1--x-s3"
    answer = {"credentials": {"accessKeyId": ZONAL, "sessionToken": "x", "expiration": "Mar 2, 2026, 9:06:00 AM"}}
    zonal = ct.role("deploy", "x", ZONAL, "09:01")
    zonal["sessionContext"].pop("sessionIssuer")
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "x", FIRST),
        ct.record("09:01", "s3express:CreateSession", ct.role("deploy", "x", FIRST, "09:00"),
                  requestParameters={"bucketName": name}, responseElements=answer),
        ct.record("09:02", "s3express:GetObject", zonal, requestParameters={"bucketName": name, "key": "a/b"}),
    )  # fmt: skip
    rows = {row.action: row for row in case.ask.who_touched(BUCKET).rows}
    assert rows["s3express:GetObject"].origin == ALICE["arn"]
    (row,) = case.ask.objects(BUCKET).rows
    assert row.resource == f"{BUCKET}/a/b"
    inside = {(edge[0], edge[1]) for edge in case.to_networkx().edges(keys=True) if edge[2].startswith("IN")}
    assert (f"{BUCKET}/a/b", BUCKET) in inside


def test_whoever_assumed_root_is_in_the_log_of_another_account(made: Made):
    root = {
        "type": "Root", "principalId": ct.OTHER, "arn": f"arn:aws:iam::{ct.OTHER}:root", "accountId": ct.OTHER,
        "accessKeyId": "ASIAROOTROOTROOTROOT",
        "sessionContext": {"assumedRoot": "true", "attributes": {"creationDate": ct.at("09:00")}},
    }  # fmt: skip
    case = made(
        ct.record("09:05", "s3:DeleteBucketPolicy", root, requestParameters={"bucketName": "b"},
                  recipientAccountId=ct.OTHER)
    )  # fmt: skip
    answer = case.ask.origin("key:ASIAROOTROOTROOTROOT")
    (row,) = answer.rows
    assert (row.origin, row.origin_status) == (None, "external")
    (said,) = [one.text for one in answer.coverage if one.code == "account-not-observed"]
    assert "management account" in said
