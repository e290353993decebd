"""What the logs show to be undone is said to be, with when and by whom, and is nothing to do; on the fewest records."""

from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE, CAROL = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("carol", "AKIACAROLCAROLCAROL0")
ALICES, HERS = "key:AKIAALICEALICEALICE0", ("disable key", "key:AKIAALICEALICEALICE0")
IAM, HERE = "arn:aws:iam::111122223333:", "arn:aws:{}:eu-central-1:111122223333:{}"
KEY = HERE.format("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")
STACK = HERE.format("cloudformation", "stack/own/1b2c3d4e-0000-1111-2222-333344445555")
POLICY = {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
ATTACHED = {"roleName": "deploy", **POLICY}
GIVEN = {"userName": "bob", "serviceName": "codecommit.amazonaws.com"}
CREDENTIAL = {"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE", "userName": "bob"}}
CREDENTIAL_ID = {"userName": "bob", "serviceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE"}
SET = {
    "instanceArn": "arn:aws:sso:::instance/ssoins-1",
    "permissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
}
GRANT = {"keyId": KEY, "granteePrincipal": "arn:aws:iam::777788889999:root", "operations": ["Decrypt"]}
KEYS = {"resources": [{"ARN": KEY, "type": "AWS::KMS::Key", "accountId": ct.HOME}]}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    folders = iter(range(100))
    return lambda *records: ct.case(tmp_path / str(next(folders)), records)


def call(clock: str, action: str, asked: ct.Record | None, answer: ct.Record | None = None, **fields: object):
    who = fields.pop("who", ALICE)
    return ct.record(clock, action, who, requestParameters=asked, responseElements=answer, **fields)


def rows(case: graphtrail.Case, **limits: str):
    """All but that her own key is to be disabled."""
    return [row for row in case.ask.containment(ALICES, **limits).rows if (row.step, row.target) != HERS]


def steps(case: graphtrail.Case, **limits: str) -> list[tuple[str, str]]:
    return [(row.step, row.undone or "") for row in rows(case, **limits)]


UNDOINGS = [
    ("restore permissions", f"{IAM}role/deploy", call("09:00", "iam:AttachRolePolicy", ATTACHED),
     call("10:00", "iam:DetachRolePolicy", ATTACHED, who=CAROL)),
    ("restore permissions", f"{IAM}user/bob",
     call("09:00", "iam:PutUserPolicy", {"userName": "bob", "policyName": "p", "policyDocument": "{}"}),
     call("10:00", "iam:DeleteUserPolicy", {"userName": "bob", "policyName": "p"}, who=CAROL)),
    ("restore permissions", f"{IAM}policy/own",
     call("09:00", "iam:CreatePolicyVersion", {"policyArn": f"{IAM}policy/own", "policyDocument": "{}"},
          {"policyVersion": {"versionId": "v2", "isDefaultVersion": True}}),
     call("10:00", "iam:DeletePolicyVersion", {"policyArn": f"{IAM}policy/own", "versionId": "v2"}, who=CAROL)),
    ("restore permissions", SET["permissionSetArn"],
     call("09:00", "sso:PutInlinePolicyToPermissionSet", {**SET, "inlinePolicy": "{}"}),
     call("10:00", "sso:DeleteInlinePolicyFromPermissionSet", SET, who=CAROL)),
    ("remove credential", f"{IAM}user/bob",
     call("09:00", "iam:CreateServiceSpecificCredential", GIVEN, CREDENTIAL),
     call("10:00", "iam:DeleteServiceSpecificCredential", CREDENTIAL_ID, who=CAROL)),
    ("remove credential", f"{IAM}user/bob",
     call("09:00", "iam:CreateServiceSpecificCredential", GIVEN, CREDENTIAL),
     call("10:00", "iam:UpdateServiceSpecificCredential", {**CREDENTIAL_ID, "status": "Inactive"}, who=CAROL)),
    ("remove credential", f"{IAM}user/bob",
     call("09:00", "iam:UploadSSHPublicKey", {"userName": "bob"}, {"sSHPublicKey": {"sSHPublicKeyId": "APKAEXAMPLE"}}),
     call("10:00", "iam:DeleteSSHPublicKey", {"userName": "bob", "sSHPublicKeyId": "APKAEXAMPLE"}, who=CAROL)),
    ("check MFA", f"{IAM}user/bob",
     call("09:00", "iam:EnableMFADevice", {"userName": "bob", "serialNumber": f"{IAM}mfa/bob"}),
     call("10:00", "iam:DeactivateMFADevice", {"userName": "bob", "serialNumber": f"{IAM}mfa/bob"}, who=CAROL)),
    ("take back grant", KEY,
     call("09:00", "kms:CreateGrant", GRANT, {"grantId": "abcde1237f76"}, **KEYS),
     call("10:00", "kms:RevokeGrant", {"keyId": KEY, "grantId": "abcde1237f76"}, who=CAROL, **KEYS)),
    ("take back grant", KEY,
     call("09:00", "kms:CreateGrant", GRANT, {"grantId": "abcde1237f76"}, **KEYS),
     call("10:00", "kms:RetireGrant", None, who=CAROL, additionalEventData={"grantId": "abcde1237f76"}, **KEYS)),
    ("isolate workload", STACK, call("09:00", "cloudformation:CreateStack", {"stackName": "own"}, {"stackId": STACK}),
     call("10:00", "cloudformation:DeleteStack", {"stackName": "own"}, who=CAROL)),
    ("remove identity", f"{IAM}instance-profile/own",
     call("09:00", "iam:CreateInstanceProfile", {"instanceProfileName": "own"}),
     call("10:00", "iam:DeleteInstanceProfile", {"instanceProfileName": "own"}, who=CAROL)),
    ("remove identity", f"{IAM}policy/own", call("09:00", "iam:CreatePolicy", {"policyName": "own"}),
     call("10:00", "iam:DeletePolicy", {"policyArn": f"{IAM}policy/own"}, who=CAROL)),
]  # fmt: skip
AGAIN = [row for row in UNDOINGS if row[0] not in {"isolate workload", "remove identity"}]


@pytest.mark.parametrize(("step", "target", "change", "undoing"), UNDOINGS)
def test_what_was_undone_is_said_to_be_with_when_and_by_whom(
    made: Made, step: str, target: str, change: ct.Record, undoing: ct.Record
):
    case = made(change, undoing)
    before = rows(case, at=ct.at("09:30"))
    assert [(row.step, row.target, row.undone) for row in before] == [(step, target, None)]
    (row,) = rows(case)
    assert (row.step, row.undone, row.target) == ("undone", step, target)
    assert (row.undone_at, row.undone_by) == (ct.at("10:00"), (CAROL["arn"],))
    assert row.undone_event_ids == (undoing["eventID"],)
    assert row.event_ids == (change["eventID"],)


@pytest.mark.parametrize(("step", "target", "change", "undoing"), UNDOINGS)
def test_what_failed_or_was_before_or_in_that_second_undoes_nothing(
    made: Made, step: str, target: str, change: ct.Record, undoing: ct.Record
):
    for other in (
        undoing | ct.refused(),
        undoing | {"eventTime": ct.at("08:00")},
        undoing | {"eventTime": change["eventTime"]},
    ):
        assert [(row.step, row.target) for row in rows(made(change, other))] == [(step, target)]


@pytest.mark.parametrize(("step", "target", "change", "undoing"), AGAIN)
def test_what_was_made_again_is_to_be_undone_again(
    made: Made, step: str, target: str, change: ct.Record, undoing: ct.Record
):
    by_carol = change | {"eventTime": ct.at("11:00"), "eventID": "0" * 31 + "1", "userIdentity": CAROL}
    again = made(change, undoing, by_carol)
    assert [(row.step, row.target) for row in rows(again)] == [(step, target)]
    assert [row.step for row in rows(again, at=ct.at("10:30"))] == ["undone"]
    once_more = undoing | {"eventTime": ct.at("12:00"), "eventID": "0" * 31 + "2"}
    (row,) = rows(made(change, undoing, by_carol, once_more))
    assert (row.step, row.undone_at) == ("undone", ct.at("12:00"))


def test_what_was_undone_and_made_again_in_one_second_is_to_be_undone(made: Made):
    step, target, change, undoing = UNDOINGS[0]
    again = change | {"eventTime": undoing["eventTime"], "eventID": "0" * 31 + "1", "userIdentity": CAROL}
    assert [(row.step, row.target) for row in rows(made(change, undoing, again))] == [(step, target)]


def test_another_of_its_kind_undoes_nothing(made: Made):
    change = call("09:00", "iam:AttachRolePolicy", {"roleName": "deploy", **POLICY})
    for asked in ({"roleName": "other", **POLICY}, {"roleName": "deploy", "policyArn": f"{IAM}policy/own"}):
        case = made(change, call("10:00", "iam:DetachRolePolicy", asked, who=CAROL))
        assert steps(case) == [("restore permissions", "")]


def test_who_undoes_his_own_change_has_changed_nothing(made: Made):
    asked = {"roleName": "deploy", **POLICY}
    on, off = call("09:00", "iam:AttachRolePolicy", asked), call("10:00", "iam:DetachRolePolicy", asked)
    (row,) = rows(made(on, off))
    assert (row.step, row.undone_by, row.event_ids) == ("undone", (ALICE["arn"],), (on["eventID"], off["eventID"]))
    there_before = call("08:00", "iam:AttachRolePolicy", asked, who=CAROL)
    assert steps(made(there_before, on, off)) == [("restore permissions", "")]
    assert steps(made(there_before, off)) == [("restore permissions", "")]
    restored = call("11:00", "iam:AttachRolePolicy", asked, who=CAROL)
    assert steps(made(there_before, off, restored)) == [("undone", "restore permissions")]


def test_one_of_two_that_is_undone_leaves_the_other(made: Made):
    change, undoing = UNDOINGS[0][2:]
    other = call("09:10", "iam:AttachRolePolicy", {"roleName": "deploy", "policyArn": f"{IAM}policy/own"})
    case = made(change, other, undoing)
    assert steps(case) == [("restore permissions", "")]


def test_what_deletes_a_service_leaves_its_cluster(made: Made):
    service = HERE.format("ecs", "service/c/s")
    asked = {"cluster": HERE.format("ecs", "cluster/c"), "service": service}
    made_it = call("09:00", "ecs:UpdateService", asked)
    deleted = call("10:00", "ecs:DeleteService", asked, who=CAROL)
    found = {(row.step, row.target) for row in rows(made(made_it, deleted))}
    assert ("undone", service) in found
    assert ("undone", asked["cluster"]) not in found


def test_logging_that_was_switched_on_again_and_shares_that_ended_say_by_whom(made: Made):
    trail, bucket = {"name": "main"}, {"bucketName": "jewels"}
    opened = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": [ct.STRANGE, ct.OTHER]}, "Action": "*"},
    }
    snapshot = {"snapshotId": "snap-083d3b857c13988bc"}
    share, unshare = (
        {"createVolumePermission": {change: {"items": [{"userId": ct.STRANGE}]}}} for change in ("add", "remove")
    )
    case = made(
        call("09:00", "cloudtrail:StopLogging", trail),
        call("09:01", "s3:PutBucketPolicy", bucket | {"bucketPolicy": opened}),
        call("09:02", "ec2:ModifySnapshotAttribute", snapshot | share),
        call("10:00", "cloudtrail:StartLogging", trail, who=CAROL),
        call("10:01", "s3:DeleteBucketPolicy", bucket, who=CAROL),
        call("10:02", "ec2:ModifySnapshotAttribute", snapshot | unshare, who=CAROL),
    )
    found = {(row.undone, row.party, row.undone_at) for row in rows(case) if row.undone_by == (CAROL["arn"],)}
    assert found == {
        ("restore logging", None, ct.at("10:00")),
        ("take back share", f"account:{ct.STRANGE}", ct.at("10:01")),
        ("take back share", f"account:{ct.OTHER}", ct.at("10:01")),
        ("take back share", f"account:{ct.STRANGE}", ct.at("10:02")),
    }
    assert [row.step for row in rows(case) if row.step != "undone"] == ["restore policy"]


def test_a_grant_that_was_retired_is_over_in_shared_out_too(made: Made):
    change, undoing = UNDOINGS[9][2:]
    (row,) = made(change, undoing).ask.shared_out(ALICES).rows
    assert (row.change, row.until) == ("granted", ct.at("10:00"))
    assert made(change).ask.shared_out(ALICES).rows[0].until is None


def test_a_status_that_is_none_undoes_nothing(made: Made):
    change = UNDOINGS[5][2]
    case = made(change, call("10:00", "iam:UpdateServiceSpecificCredential", CREDENTIAL_ID, who=CAROL))
    assert steps(case) == [("remove credential", "")]


@pytest.mark.parametrize("gone", ["iam:DeleteLoginProfile", "iam:DeleteUser"])
def test_a_password_that_is_gone_since_it_was_used_is_not_to_be_reset(made: Made, gone: str):
    bob = {"userName": "bob"}
    set_, out = call("09:00", "iam:UpdateLoginProfile", bob), call("10:00", gone, bob, who=CAROL)
    signed_in = ct.record("09:05", "signin:ConsoleLogin", ct.user("bob"), responseElements={"ConsoleLogin": "Success"})
    family = f"ses:{ct.user('bob')['principalId']}@{ct.at('09:05')}"
    case, own = made(set_, signed_in, out), made(signed_in, out)
    assert steps(case) == [("revoke sessions", ""), ("undone", "reset password")]
    assert steps(case, at=ct.at("09:30")) == [("revoke sessions", ""), ("reset password", "")]
    (row,) = [row for row in own.ask.containment(family).rows if row.undone]
    assert (row.undone, row.undone_at, row.undone_by) == ("reset password", ct.at("10:00"), (CAROL["arn"],))


def test_a_password_that_was_gone_before_it_was_used_is_to_be_reset(made: Made):
    bob = {"userName": "bob"}
    case = made(
        call("09:00", "iam:CreateLoginProfile", bob),
        call("09:30", "iam:DeleteLoginProfile", bob, who=CAROL),
        call("09:40", "iam:CreateLoginProfile", bob, who=CAROL),
        ct.record("10:05", "signin:ConsoleLogin", ct.user("bob"), responseElements={"ConsoleLogin": "Success"}),
    )
    family = f"ses:{ct.user('bob')['principalId']}@{ct.at('10:05')}"
    assert [row.step for row in case.ask.containment(family).rows] == ["revoke sessions", "reset password"]


TRAIL, SELECTORS = {"name": "main"}, {"trailName": "main"}
OFF_AND_ON = [
    (call("09:00", "cloudtrail:StopLogging", TRAIL), call("10:00", "cloudtrail:StartLogging", TRAIL, who=CAROL)),
    (call("09:00", "ec2:DisableEbsEncryptionByDefault", {}),
     call("10:00", "ec2:EnableEbsEncryptionByDefault", {}, who=CAROL)),
    (call("09:00", "s3:PutBucketLogging", {"bucketName": "b", "BucketLoggingStatus": {}}),
     call("10:00", "s3:PutBucketLogging",
          {"bucketName": "b", "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "c"}}}, who=CAROL)),
]  # fmt: skip


@pytest.mark.parametrize(("off", "on"), OFF_AND_ON)
def test_what_somebody_switched_off_again_is_still_to_be_switched_on(made: Made, off: ct.Record, on: ct.Record):
    again = off | {"eventTime": ct.at("11:00"), "eventID": "0" * 31 + "1", "userIdentity": CAROL}
    assert steps(made(off, on)) == [("undone", "restore logging")]
    case = made(off, on, again)
    assert steps(case) == [("restore logging", "")]
    assert steps(case, at=ct.at("10:30")) == [("undone", "restore logging")]
    (row,) = rows(made(off, on, again, on | {"eventTime": ct.at("12:00"), "eventID": "0" * 31 + "2"}))
    assert (row.undone, row.undone_at) == ("restore logging", ct.at("12:00"))


def test_what_nothing_is_known_to_switch_on_again_is_to_be_restored(made: Made):
    logs = {"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-0123456789abcdef0"}}}
    case = made(
        call("09:00", "ec2:DeleteFlowLogs", logs),
        call("09:01", "cloudtrail:StopLogging", TRAIL),
        call("10:00", "ec2:CreateFlowLogs", {}, who=CAROL),
        call("10:01", "cloudtrail:StartLogging", TRAIL, who=CAROL),
    )
    assert set(steps(case)) == {("restore logging", ""), ("undone", "restore logging")}


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("cloudtrail:UpdateTrail", TRAIL | {"isMultiRegionTrail": False}),
        ("cloudtrail:PutEventSelectors", SELECTORS | {"eventSelectors": []}),
        ("guardduty:UpdateDetector", {"detectorId": "d", "enable": False}),
    ],
)
def test_what_was_changed_again_may_still_be_off(made: Made, action: str, asked: ct.Record):
    other = asked | {"isMultiRegionTrail": None, "enable": None, "s3KeyPrefix": "logs"}
    case = made(call("09:00", action, asked), call("10:00", action, other, who=CAROL))
    assert steps(case) == [("restore logging", "")]
    assert case.ask.blinded().rows[0].until == ct.at("10:00")


OPEN = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ct.STRANGE}, "Action": "*"}}
SNAPSHOT, STRANGER = {"snapshotId": "snap-083d3b857c13988bc"}, {"items": [{"userId": ct.STRANGE}]}
SHARES = [
    (call("09:00", "s3:PutBucketPolicy", {"bucketName": "jewels", "bucketPolicy": OPEN}),
     call("10:00", "s3:DeleteBucketPolicy", {"bucketName": "jewels"}, who=CAROL)),
    (call("09:00", "ec2:ModifySnapshotAttribute", {**SNAPSHOT, "createVolumePermission": {"add": STRANGER}}),
     call("10:00", "ec2:ModifySnapshotAttribute", {**SNAPSHOT, "createVolumePermission": {"remove": STRANGER}},
          who=CAROL)),
]  # fmt: skip


@pytest.mark.parametrize(("share", "end"), SHARES)
def test_what_somebody_shared_again_is_still_to_be_taken_back(made: Made, share: ct.Record, end: ct.Record):
    def shares(*records: ct.Record, **limits: str) -> list[tuple[str, str | None]]:
        found = [row for row in rows(made(*records), **limits) if "take back share" in {row.step, row.undone}]
        return [(row.step, row.undone_at) for row in found]

    again = share | {"eventTime": ct.at("11:00"), "eventID": "0" * 31 + "1", "userIdentity": CAROL}
    over = end | {"eventTime": ct.at("12:00"), "eventID": "0" * 31 + "2"}
    assert shares(share, end) == [("undone", ct.at("10:00"))]
    assert shares(share, end, again) == [("take back share", None)]
    assert shares(share, end, again, at=ct.at("10:30")) == [("undone", ct.at("10:00"))]
    assert shares(share, end, again, over) == [("undone", ct.at("12:00"))]
