"""The questions about what was changed, shared, switched off, looked at and is still alive, on the fewest records."""

import json
from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
ALICES, BOBS = "key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"
USER = "arn:aws:iam::111122223333:user/"
ROLE = "arn:aws:iam::111122223333:role/deploy"
JEWELS = "arn:aws:s3:::jewels"
TRAIL = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main"
SNAPSHOT = "arn:aws:ec2:eu-central-1::snapshot/snap-083d3b857c13988bc"
STRANGE = f"account:{ct.STRANGE}"
HOME = "111122223333"
BUILD = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda *records: ct.case(tmp_path, records)


def snapshot(clock: str, change: str, account: str = ct.STRANGE, **fields: object):
    return ct.record(clock, "ec2:ModifySnapshotAttribute", ALICE, requestParameters={
        "snapshotId": "snap-083d3b857c13988bc", "createVolumePermission": {change: {"items": [{"userId": account}]}},
    }, **fields)  # fmt: skip


def test_shared_out_tells_shares_from_removals_and_says_until_when(made: Made):
    case = made(snapshot("09:00", "add"), snapshot("10:00", "remove"), snapshot("11:00", "add", ct.HOME))
    rows = case.ask.shared_out().rows
    assert [(row.change, row.resource, row.party, row.foreign, row.until) for row in rows] == [
        ("shared", SNAPSHOT, STRANGE, True, "2026-03-02T10:00:00Z"),
        ("unshared", SNAPSHOT, STRANGE, True, None),
        ("shared", SNAPSHOT, f"account:{ct.HOME}", False, None),
    ]
    assert {(row.origin, row.event_name, row.resource_type) for row in rows} == {
        (f"{USER}alice", "ModifySnapshotAttribute", "Snapshot")
    }


def test_shared_out_keeps_to_the_seed_the_window_and_the_account(made: Made):
    case = made(
        ct.assume_role("08:00", BOB, "deploy", "build", "ASIABUILDBUILDBUILD0"),
        snapshot("09:00", "add"),
        snapshot("10:00", "add", recipientAccountId=ct.OTHER),
    )
    assert not case.ask.shared_out(BOBS).rows
    assert len(case.ask.shared_out(ALICES).rows) == 2
    assert len(case.ask.shared_out(since="2026-03-02T09:30:00Z").rows) == 1
    assert [row.account for row in case.ask.shared_out(account=ct.OTHER).rows] == [ct.OTHER]
    assert not case.ask.shared_out(region="us-east-1").rows


def test_a_grant_of_a_key_is_shown_with_its_grantee(made: Made):
    key = "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-4333-8444-555555555555"
    case = made(ct.record("09:00", "kms:CreateGrant", ALICE,
                          requestParameters={"keyId": key, "granteePrincipal": f"{USER}bob"}))  # fmt: skip
    (row,) = case.ask.shared_out().rows
    assert (row.change, row.resource, row.party, row.party_account, row.foreign) == (
        "granted", key, f"{USER}bob", ct.HOME, False
    )  # fmt: skip


def set_trust(clock: str, *principals: object):
    statements = [{"Effect": "Allow", "Principal": one, "Action": "sts:AssumeRole"} for one in principals]
    return ct.record(clock, "iam:UpdateAssumeRolePolicy", ALICE, requestParameters={
        "roleName": "deploy", "policyDocument": json.dumps({"Statement": statements})
    })  # fmt: skip


def test_policies_say_whom_they_let_in_before_and_now(made: Made):
    service = {"Service": "ec2.amazonaws.com"}
    case = made(set_trust("09:00", service), set_trust("10:00", service, {"AWS": ct.STRANGE}), set_trust("11:00", "*"))
    rows = case.ask.policies().rows
    assert [(row.before, row.added, row.removed) for row in rows] == [
        (None, ("service:ec2.amazonaws.com",), ()),
        (("service:ec2.amazonaws.com",), (STRANGE,), ()),
        ((STRANGE, "service:ec2.amazonaws.com"), ("public",), (STRANGE, "service:ec2.amazonaws.com")),
    ]
    assert {(row.policy, row.resource, row.interpreted) for row in rows} == {("trust", ROLE, True)}


def test_a_role_that_was_just_made_let_nobody_in_before(made: Made):
    document = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*"}})
    case = made(ct.record("09:00", "iam:CreateRole", ALICE,
                          requestParameters={"roleName": "deploy", "assumeRolePolicyDocument": document}))  # fmt: skip
    (row,) = case.ask.policies().rows
    assert (row.before, row.added) == ((), ("public",))


def test_permissions_and_lists_of_access_are_policies_too(made: Made):
    odd, bucket = {"Statement": [{"Effect": "Allow", "NotPrincipal": "*"}]}, {"bucketName": "jewels"}
    case = made(
        ct.record("09:00", "iam:AttachRolePolicy", ALICE,
                  requestParameters={"roleName": "deploy", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ct.record("09:01", "s3:PutBucketAcl", ALICE, requestParameters=bucket | {"x-amz-acl": "private"}),
        ct.record("09:02", "s3:PutBucketPolicy", ALICE, requestParameters=bucket | {"bucketPolicy": odd}),
    )  # fmt: skip
    assert [(row.policy, row.resource, row.before, row.interpreted) for row in case.ask.policies().rows] == [
        ("permissions", ROLE, None, True), ("ACL", JEWELS, None, True), ("resource", JEWELS, None, False)
    ]  # fmt: skip


def test_blinded_says_who_switched_it_off_and_until_when(made: Made):
    def on_trail(clock: str, action: str, who: ct.Record) -> ct.Record:
        return ct.record(clock, f"cloudtrail:{action}", who, requestParameters={"name": TRAIL})

    case = made(
        on_trail("09:00", "StopLogging", ALICE), on_trail("08:00", "StartLogging", BOB),
        on_trail("10:00", "StartLogging", BOB), on_trail("11:00", "DeleteTrail", ALICE),
        ct.record("12:00", "cloudtrail:PutEventSelectors", BOB, requestParameters={"trailName": TRAIL}),
    )  # fmt: skip
    rows = case.ask.blinded().rows
    assert [(row.action, row.certain, row.resource, row.until, row.origin) for row in rows] == [
        ("cloudtrail:StopLogging", True, TRAIL, "2026-03-02T10:00:00Z", f"{USER}alice"),
        ("cloudtrail:DeleteTrail", True, TRAIL, None, f"{USER}alice"),
        ("cloudtrail:PutEventSelectors", False, TRAIL, None, f"{USER}bob"),
    ]


def test_a_guardrail_is_on_again_when_the_same_one_is_attached_to_the_same(made: Made):
    def policy(clock: str, name: str, policy: str, target: str) -> ct.Record:
        request = {"policyId": policy, "targetId": target}
        return ct.record(clock, f"organizations:{name}", ALICE, requestParameters=request)

    case = made(
        policy("09:00", "DetachPolicy", "p-1", ct.OTHER),
        policy("09:10", "AttachPolicy", "p-2", ct.OTHER),
        policy("09:20", "AttachPolicy", "p-1", ct.STRANGE),
        policy("09:30", "AttachPolicy", "p-1", ct.OTHER),
    )
    rows = case.ask.blinded().rows
    assert {row.resource for row in rows} == {f"account:{ct.OTHER}", f"arn:aws:organizations::{HOME}:policy/*/p-1"}
    assert {row.until for row in rows} == {"2026-03-02T09:30:00Z"}


def test_an_answer_that_spans_a_blinding_says_so(made: Made):
    case = made(
        ct.record("09:00", "cloudtrail:StopLogging", ALICE, requestParameters={"name": TRAIL}),
        ct.get_object("10:00", BOB, "jewels", "a"),
    )
    codes = {gap.code for gap in case.ask.blast_radius(BOBS).coverage}
    assert "blinded" in codes
    before = case.ask.blast_radius(BOBS, until="2026-03-02T08:00:00Z")
    assert "blinded" not in {gap.code for gap in before.coverage}


def noted(case: graphtrail.Case, code: str, **limits: str) -> list[str]:
    """What stands beside an answer."""
    answer = case.ask.who_touched(JEWELS, **limits)
    return [gap.text for gap in answer.coverage if gap.code == code]


def test_what_was_switched_off_stands_in_the_status_and_beside_each_answer_that_spans_it(made: Made):
    def on_trail(clock: str, action: str, name: str = "name") -> ct.Record:
        return ct.record(clock, f"cloudtrail:{action}", ALICE, requestParameters={name: TRAIL})

    case = made(
        on_trail("09:00", "StopLogging"), on_trail("10:00", "StartLogging"), on_trail("11:00", "StopLogging"),
        on_trail("12:00", "PutEventSelectors", "trailName"), ct.get_object("10:00", BOB, "jewels", "a"),
    )  # fmt: skip
    spans = [(one["action"], one["time"], one["until"], one["certain"]) for one in case.status()["blinded"]]
    assert spans == [
        ("cloudtrail:StopLogging", "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", True),
        ("cloudtrail:StopLogging", "2026-03-02T11:00:00Z", None, True),
        ("cloudtrail:PutEventSelectors", "2026-03-02T12:00:00Z", None, False),
    ]
    first = f"cloudtrail:StopLogging of {TRAIL} at 2026-03-02T09:00:00Z"
    lack = "these logs may lack what happened"
    assert noted(case, "blinded", until="2026-03-02T09:30:00Z") == [f"{first}: until 2026-03-02T10:00:00Z {lack}"]
    assert noted(case, "blinded", since="2026-03-02T10:30:00Z", until="2026-03-02T11:30:00Z") == [
        f"{first.replace('09:00', '11:00')}: from then on {lack}"
    ]
    assert any(text.startswith(f"{first} and 1 more time(s)") for text in noted(case, "blinded"))
    assert noted(case, "blinded", account=ct.STRANGE) == []
    assert "blinded" in {row.code for row in case.ask.unknowns().rows}


def test_a_guardrail_that_is_off_takes_nothing_from_the_logs(made: Made):
    asked = {"policyId": "p-12345678", "targetId": ct.OTHER}
    case = made(ct.record("09:00", "organizations:DetachPolicy", BOB, requestParameters=asked))
    assert {text.partition(": ")[2] for text in noted(case, "blinded")} == {
        "from then on more is allowed than was before"
    }


def test_days_without_a_record_between_others_are_said(made: Made):
    def on(day: int, region: str = "eu-central-1") -> ct.Record:
        time = f"2026-03-{day:02}T10:00:00Z"
        return ct.get_object("10:00", BOB, "jewels", f"{day}", eventTime=time, awsRegion=region)

    case = made(on(2), on(3), on(7), on(5, "us-west-2"))
    assert case.status()["gaps"] == [
        {"account": HOME, "region": "eu-central-1", "category": "Data", "first": "2026-03-04", "last": "2026-03-06"}
    ]  # fmt: skip
    told = [f"{HOME}: no record from 2026-03-{day} to 2026-03-{day}, though" for day in ("04", "06")]
    listed = [row.text for row in case.ask.unknowns().rows if row.code == "silent-days"]
    assert [text[: len(told[0])] for text in listed] == told
    together = f"{HOME}: no record on 2 days in 2 spans, the longest from 2026-03-04 to 2026-03-04 (graphtrail ask"
    assert [text[: len(together)] for text in noted(case, "silent-days")] == [together]
    assert noted(case, "silent-days", since="2026-03-05T00:00:00Z") == [listed[1]]
    assert noted(case, "silent-days", until="2026-03-03T23:00:00Z") == []
    assert noted(case, "silent-days", account=ct.STRANGE) == []


def test_services_are_the_calls_made_for_it_and_the_roles_that_it_passed_on(made: Made):
    forwarded = ALICE | {"accessKeyId": "ASIAFORWARDFORWARDF0", "invokedBy": "athena.amazonaws.com", "sessionContext": {
        "attributes": {"creationDate": ct.at("09:00"), "mfaAuthenticated": "false"}}}  # fmt: skip
    case = made(
        ct.record("09:05", "athena:StartQueryExecution", ALICE),
        ct.get_object("09:05", forwarded, "jewels", "a", sourceIPAddress="athena.amazonaws.com"),
        ct.record("09:06", "glue:CreateJob", ALICE, requestParameters={"name": "etl", "role": ROLE}),
    )
    assert [(row.via, row.action, row.passed_role, row.session) for row in case.ask.services(ALICES).rows] == [
        ("athena.amazonaws.com", "s3:GetObject", None, ALICES), (None, "glue:CreateJob", ROLE, ALICES)
    ]  # fmt: skip


def test_alive_are_the_sessions_that_have_not_expired(made: Made):
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "build", "ASIABUILDBUILDBUILD0"),
        ct.get_object("09:30", BUILD, "jewels", "a"),
    )
    now = case.ask.alive(ALICES).rows
    assert [(row.session, row.expires, row.long_lived) for row in now] == [
        (ALICES, None, True), ("key:ASIABUILDBUILDBUILD0", "2026-03-02T23:00:00Z", False)
    ]  # fmt: skip
    assert [row.session for row in case.ask.alive(ALICES, at="2026-03-03T00:00:00Z").rows] == [ALICES]
    assert not case.ask.alive(ALICES, at="2026-03-02T08:00:00Z").rows


def test_changes_are_grouped_by_what_was_changed_and_how(made: Made):
    case = made(
        ct.record("09:00", "s3:CreateBucket", ALICE, requestParameters={"bucketName": "loot"}),
        ct.record("09:05", "s3:PutBucketTagging", ALICE, requestParameters={"bucketName": "loot"}),
        ct.record("09:10", "s3:DeleteBucket", ALICE, requestParameters={"bucketName": "loot"}),
        ct.record("09:15", "s3:DeleteBucket", ALICE, requestParameters={"bucketName": "loot"}, **ct.refused()),
        ct.record("09:20", "s3:ListBuckets", ALICE),
    )
    rows = case.ask.changes(ALICES).rows
    assert [(row.change, row.resource, row.action, row.count) for row in rows] == [
        ("created", "arn:aws:s3:::loot", "s3:CreateBucket", 1),
        ("changed", "arn:aws:s3:::loot", "s3:PutBucketTagging", 1),
        ("deleted", "arn:aws:s3:::loot", "s3:DeleteBucket", 1),
    ]


def test_what_was_made_is_told_from_what_it_was_made_of(made: Made):
    answer = {"snapshotId": "snap-0123456789abcdef0", "volumeId": "vol-0123456789abcdef0"}
    case = made(
        ct.record("09:00", "ec2:CreateSnapshot", ALICE, requestParameters={"volumeId": "vol-0123456789abcdef0"},
                  responseElements=answer),
        ct.record("09:01", "iam:CreateLoginProfile", ALICE, requestParameters={"userName": "bob"}),
        ct.record("09:02", "sts:GetSessionToken", ALICE, readOnly=False),
        ct.get_object("09:03", ALICE, "jewels", "a", action="s3:PutObject", readOnly=False),
    )  # fmt: skip
    rows = case.ask.changes(ALICES).rows
    assert {(row.change, row.resource_type, row.action) for row in rows if row.resource_type != "Bucket"} == {
        ("created", "Snapshot", "ec2:CreateSnapshot"),
        ("changed", "Volume", "ec2:CreateSnapshot"),
        ("changed", "User", "iam:CreateLoginProfile"),
        ("created", "Object", "s3:PutObject"),
    }


def test_destruction_begins_with_whoever_did_most_of_it(made: Made):
    def deletes(clock: str, who: ct.Record, key: str) -> ct.Record:
        return ct.get_object(clock, who, "jewels", key, action="s3:DeleteObject", readOnly=False)

    case = made(
        deletes("08:00", ALICE, "a"), deletes("09:00", BOB, "b"), deletes("09:01", BOB, "c"),
        ct.record("09:02", "kms:DisableKey", BOB, requestParameters={"keyId": "k"}),
        ct.record("09:03", "s3:PutBucketTagging", BOB, requestParameters={"bucketName": "jewels"}),
    )  # fmt: skip
    rows = case.ask.destruction().rows
    assert [row.session for row in rows] == [BOBS] * (len(rows) - 2) + [ALICES] * 2
    assert {row.action for row in rows} == {"s3:DeleteObject", "kms:DisableKey"}
    assert {row.session for row in case.ask.destruction(ALICES).rows} == {ALICES}


def test_many_deleted_at_once_are_deleted(made: Made):
    images = {"repositoryName": "app", "imageIds": [{"imageTag": "latest"}]}
    case = made(ct.record("09:00", "ecr:BatchDeleteImage", ALICE, requestParameters=images, readOnly=False))
    (row,) = case.ask.destruction().rows
    assert (row.action, row.change) == ("ecr:BatchDeleteImage", "deleted")


def test_readers_are_counted_by_origin_and_hour_bulk_first(made: Made):
    case = made(
        *(ct.get_object(f"10:{number:02}", BOB, "jewels", f"{number}") for number in range(5)),
        *(ct.get_object("09:00", ALICE, "jewels", "a", requestID=f"r-{number}") for number in range(2)),
        ct.get_object("11:00", ALICE, "jewels", "a", **ct.refused()),
        ct.get_object("12:00", ct.role("lost", "x", "ASIALOSTLOSTLOSTLOS0", "11:30"), "jewels", "a"),
    )
    rows = case.ask.readers(JEWELS).rows
    assert [(row.origin, row.hour, row.count, row.resources) for row in rows] == [
        (f"{USER}bob", "2026-03-02T10:00:00Z", 5, 5), (f"{USER}alice", "2026-03-02T09:00:00Z", 2, 1),
        (None, "2026-03-02T12:00:00Z", 1, 1),
    ]  # fmt: skip
    assert [row.resources for row in case.ask.readers(f"{JEWELS}/a").rows] == [1, 1]


def test_recon_is_what_a_session_looked_at_the_widest_sweep_first(made: Made):
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "build", "ASIABUILDBUILDBUILD0"),
        ct.record("09:01", "sts:GetCallerIdentity", BUILD),
        ct.record("09:02", "iam:ListUsers", BUILD, **ct.refused()),
        ct.record("09:03", "ec2:DescribeInstances", BUILD),
        ct.record("09:04", "s3:ListBuckets", ALICE),
        ct.get_object("09:05", BUILD, "jewels", "a"),
    )
    rows = case.ask.recon(ALICES).rows
    assert [(row.session, row.count, row.services, row.denied, row.who_am_i) for row in rows] == [
        ("key:ASIABUILDBUILDBUILD0", 3, 3, 1, "2026-03-02T09:01:00Z"), (ALICES, 1, 1, 0, None)
    ]  # fmt: skip
