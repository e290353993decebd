"""What is to be disabled, revoked and undone, on the fewest records."""

from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES, BOBS = "key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"
USER, ROLE = "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:role/"
SNAPSHOT = "arn:aws:ec2:eu-central-1::snapshot/snap-083d3b857c13988bc"
TRAIL = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda *records: ct.case(tmp_path, records)


def key_of_bob(clock: str) -> ct.Record:
    answer = {"accessKey": {"userName": "bob", "accessKeyId": "AKIABOBBOBBOBBOBBOB0", "status": "Active"}}
    return ct.record(
        clock, "iam:CreateAccessKey", ALICE, requestParameters={"userName": "bob"}, responseElements=answer
    )


def delete_key_of_bob(clock: str) -> ct.Record:
    named = {"userName": "bob", "accessKeyId": "AKIABOBBOBBOBBOBBOB0"}
    return ct.record(clock, "iam:DeleteAccessKey", ALICE, requestParameters=named)


def share(clock: str, change: str) -> ct.Record:
    return ct.record(clock, "ec2:ModifySnapshotAttribute", ALICE, requestParameters={
        "snapshotId": "snap-083d3b857c13988bc", "createVolumePermission": {change: {"items": [{"userId": ct.STRANGE}]}},
    })  # fmt: skip


def steps(case: graphtrail.Case, seed: str = ALICES, **limits: str) -> list[tuple[str, str]]:
    """What is still to do."""
    rows = case.ask.containment(seed, **limits).rows
    return [(row.step, row.target) for row in rows if row.step != "undone"]


def test_sessions_of_a_role_are_revoked_up_to_the_last_that_was_issued(made: Made):
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "one", "ASIAFIRSTFIRSTFIRST0"),
        ct.assume_role("09:30", ALICE, "deploy", "two", "ASIASECONDSECONDSEC0"),
        ct.assume_role("09:40", ct.user("carol", "AKIACAROLCAROLCAROL0"), "deploy", "other", "ASIATHIRDTHIRDTHIRD0"),
    )
    rows = case.ask.containment(ALICES).rows
    assert [(row.account, row.step, row.target, row.cut_off, row.sessions) for row in rows] == [
        (ct.HOME, "disable key", ALICES, None, (ALICES,)),
        (ct.HOME, "revoke sessions", f"{ROLE}deploy", ct.at("09:30"),
         ("key:ASIAFIRSTFIRSTFIRST0", "key:ASIASECONDSECONDSEC0")),
    ]  # fmt: skip
    assert rows[1].until == "2026-03-02T23:00:00Z"
    assert [hop.node for hop in rows[1].path] == [ALICES, "key:ASIAFIRSTFIRSTFIRST0"]
    assert steps(case, at=ct.at("09:10")) == [("disable key", ALICES), ("revoke sessions", f"{ROLE}deploy")]
    assert steps(case, at="2026-03-05T00:00:00Z") == [("disable key", ALICES)]


def test_a_key_that_was_made_is_disabled_unless_it_is_deleted_already(made: Made):
    case = made(key_of_bob("09:00"), delete_key_of_bob("10:00"))
    assert steps(case, at=ct.at("09:30")) == [("disable key", ALICES), ("disable key", BOBS)]
    assert steps(case, at="2026-03-02T11:00:00Z") == [("disable key", ALICES)]
    (unused,) = [row for row in case.ask.alive(ALICES, at=ct.at("09:30")).rows if row.session == BOBS]
    assert (unused.kind, unused.long_lived, unused.expires) == ("unused", True, ct.at("10:00"))


def test_a_key_that_nobody_used_lasts_as_long_as_nobody_deletes_it(made: Made):
    rows = made(key_of_bob("09:00")).ask.alive(ALICES, at="2027-03-02T11:00:00Z").rows
    assert [(row.session, row.expires, row.long_lived) for row in rows] == [
        (ALICES, None, True),
        (BOBS, None, True),
    ]


def test_what_was_changed_is_undone_unless_the_logs_show_that_it_was(made: Made):
    named = {"requestParameters": {"name": "main"}}
    policy = {"roleName": "deploy", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    case = made(
        share("09:00", "add"),
        ct.record("09:01", "cloudtrail:StopLogging", ALICE, **named),
        ct.record("09:02", "iam:AttachRolePolicy", ALICE, requestParameters=policy),
        ct.record("09:03", "iam:UpdateLoginProfile", ALICE, requestParameters={"userName": "bob"}),
        ct.record("09:04", "secretsmanager:GetSecretValue", ALICE, requestParameters={"secretId": "db"}),
        share("10:00", "remove"),
        ct.record("10:01", "cloudtrail:StartLogging", ct.user("carol", "AKIACAROLCAROLCAROL0"), **named),
    )
    before = [
        ("disable key", ALICES),
        ("reset password", f"{USER}bob"),
        ("restore logging", TRAIL),
        ("restore permissions", f"{ROLE}deploy"),
        ("rotate secret", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db"),
        ("take back share", SNAPSHOT),
    ]
    found = case.ask.containment(ALICES, at=ct.at("09:30")).rows
    assert sorted((row.step, row.target) for row in found) == before
    assert {row.party for row in found if row.step == "take back share"} == {f"account:{ct.STRANGE}"}
    after = {step for step, _ in before} - {"restore logging", "take back share"}
    assert {step for step, _ in steps(case)} == after


def test_what_is_gone_needs_nothing_more(made: Made):
    bob = {"requestParameters": {"userName": "bob"}}
    case = made(ct.record("09:00", "iam:CreateUser", ALICE, **bob), ct.record("09:30", "iam:DeleteUser", ALICE, **bob))
    assert steps(case, at=ct.at("09:10")) == [("disable key", ALICES), ("remove identity", f"{USER}bob")]
    assert steps(case) == [("disable key", ALICES)]


OPEN = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"*"}}'
RESTORE = {"attributeName": "restore", "valuesToAdd": [ct.STRANGE]}
SAML = {"sAMLProviderArn": "arn:aws:iam::111122223333:saml-provider/own"}
OIDC = {"openIDConnectProviderArn": "arn:aws:iam::111122223333:oidc-provider/idp.example"}


@pytest.mark.parametrize(("action", "asked", "answer", "gone", "named"), [
    ("rds:ModifyDBClusterSnapshotAttribute", {"dBClusterSnapshotIdentifier": "s", **RESTORE}, None,
     "rds:DeleteDBClusterSnapshot", {"dBClusterSnapshotIdentifier": "s"}),
    ("ecr:SetRepositoryPolicy", {"repositoryName": "app", "policyText": OPEN}, None,
     "ecr:DeleteRepository", {"repositoryName": "app"}),
    ("iam:CreateSAMLProvider", {"name": "own"}, SAML, "iam:DeleteSAMLProvider", SAML),
    ("iam:CreateOpenIDConnectProvider", {"url": "https://idp.example"}, OIDC, "iam:DeleteOpenIDConnectProvider", OIDC),
    ("codebuild:CreateProject", {"name": "p", "serviceRole": f"{ROLE}build"},
     {"project": {"arn": "arn:aws:codebuild:eu-central-1:111122223333:project/p"}},
     "codebuild:DeleteProject", {"name": "p"}),
])  # fmt: skip
def test_snapshots_repositories_providers_and_projects_that_are_gone_need_nothing_more(
    made: Made, action: str, asked: ct.Record, answer: ct.Record | None, gone: str, named: ct.Record
):
    case = made(
        ct.record("09:00", action, ALICE, requestParameters=asked, responseElements=answer),
        ct.record("09:20", gone, ALICE, requestParameters=named, **ct.refused()),
        ct.record("09:30", gone, ALICE, requestParameters=named),
    )
    assert len(steps(case, at=ct.at("09:25"))) > 1
    assert steps(case) == [("disable key", ALICES)]


@pytest.mark.parametrize("undo", ["s3:DeleteBucketPolicy", "s3:PutBucketPolicy"])
def test_a_share_by_a_policy_that_gave_way_is_taken_back_already_whoever_did_it(made: Made, undo: str):
    carol, bucket = ct.user("carol", "AKIACAROLCAROLCAROL0"), {"bucketName": "jewels"}
    nobody = {"Version": "2012-10-17", "Statement": []}
    case = made(
        ct.record("09:00", "s3:PutBucketPolicy", ALICE, requestParameters=bucket | {"bucketPolicy": OPEN}),
        ct.record("10:00", undo, carol, requestParameters=bucket | {"bucketPolicy": nobody}),
    )
    before = {step for step, _ in steps(case, at=ct.at("09:30"))}
    assert {step for step, _ in steps(case)} == before - {"take back share"} == {"disable key", "restore policy"}


def test_a_share_that_somebody_else_took_back_is_said_to_be_over(made: Made):
    removal = share("10:00", "remove") | {"userIdentity": ct.user("carol", "AKIACAROLCAROLCAROL0")}
    case = made(share("09:00", "add"), removal)
    (row,) = case.ask.shared_out(ALICES).rows
    assert (row.change, row.until) == ("shared", ct.at("10:00"))
    assert {step for step, _ in steps(case)} == {"disable key"}


def test_a_secret_that_was_read_is_rotated_also_when_it_is_gone(made: Made):
    named = {"requestParameters": {"secretId": "db"}}
    read, deleted = "secretsmanager:GetSecretValue", "secretsmanager:DeleteSecret"
    case = made(ct.record("09:00", read, ALICE, **named), ct.record("09:30", deleted, ALICE, **named))
    assert steps(case)[1:] == [("rotate secret", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db")]


def test_a_user_without_a_password_is_still_a_user(made: Made):
    bob = {"requestParameters": {"userName": "bob"}}
    case = made(
        ct.record("09:00", "iam:CreateUser", ALICE, **bob),
        ct.record("09:01", "iam:CreateLoginProfile", ALICE, **bob),
        key_of_bob("09:02"),
        ct.record("09:30", "iam:DeleteLoginProfile", ALICE, **bob),
        delete_key_of_bob("09:31"),
    )
    assert steps(case) == [("disable key", ALICES), ("remove identity", f"{USER}bob")]


def test_nothing_is_said_of_what_others_did(made: Made):
    carol = ct.user("carol", "AKIACAROLCAROLCAROL0")
    case = made(ct.get_object("09:00", ALICE, "jewels", "a"), ct.record("09:01", "iam:CreateUser", carol,
                requestParameters={"userName": "eve"}))  # fmt: skip
    assert steps(case, "alice") == [("disable key", ALICES)]


def test_a_password_that_was_set_and_used_is_reset_once(made: Made):
    bob = ct.user("bob")
    case = made(
        ct.record("09:00", "iam:UpdateLoginProfile", ALICE, requestParameters={"userName": "bob"}),
        ct.record("09:05", "signin:ConsoleLogin", bob, responseElements={"ConsoleLogin": "Success"}),
    )
    family = f"ses:{bob['principalId']}@{ct.at('09:05')}"
    assert steps(case) == [
        ("disable key", ALICES),
        ("revoke sessions", bob["arn"]),
        ("reset password", bob["arn"]),
    ]
    assert steps(case, family) == [("revoke sessions", bob["arn"]), ("reset password", bob["arn"])]


def test_what_was_deleted_beside_something_else_is_gone_and_the_other_is_not(made: Made):
    def on(clock: str, action: str, *names: str) -> ct.Record:
        listed = [{"ARN": f"{USER}{name}", "type": "AWS::IAM::User", "accountId": ct.HOME} for name in names]
        return ct.record(clock, action, ALICE, requestParameters={"userName": names[0]}, resources=listed)

    case = made(on("09:00", "iam:CreateUser", "bob"), on("09:01", "iam:DeleteUser", "bob", "carol"))
    assert steps(case) == [("disable key", ALICES)]
