"""How control travels by other ways than a role assumed: cases 31, 53 to 55, 57 to 59 and 62."""

import json
from collections.abc import Callable
from urllib.parse import quote

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES = "key:AKIAALICEALICEALICE0"
FIRST, SECOND, THIRD = (f"ASIA{name:0<16}" for name in ("FIRST", "SECOND", "THIRD"))
ROLE = "arn:aws:iam::111122223333:role/"
EC2 = "arn:aws:ec2:eu-central-1:111122223333:instance/"
MINE, OTHERS = "i-0123456789abcdef0", "i-0fedcba9876543210"
SNAPSHOT = "snap-083d3b857c13988bc"
STRANGE = f"account:{ct.STRANGE}"


def edges(case: graphtrail.Case, *types: str):
    return sorted(
        (edge.type, edge.source, edge.target, edge.detail) for edge in case.store.edges() if edge.type in types
    )


def reached(case: graphtrail.Case, seed: str = ALICES, **limits: str):
    return {row.session for row in case.ask.blast_radius(seed, **limits).rows if row.session}


def read(clock: str, who: ct.Record):
    return ct.get_object(clock, who, "jewels", "a")


def on_instance(clock: str, instance: str, key: str, name: str = "web"):
    """EC2 assumes the role of an instance, which uses its key."""
    issue = ct.assume_role(f"{clock}:00", ct.service("ec2"), name, instance, key)
    issue["responseElements"]["credentials"]["expiration"] = f"Mar 2, 2026, {int(clock[:2]) + 6}:00:00 PM"
    return [issue, read(f"{clock}:30", ct.role(name, instance, key, clock))]


def trusting(*principals: object):
    statements = [{"Effect": "Allow", "Principal": one, "Action": "sts:AssumeRole"} for one in principals]
    return {"Version": "2012-10-17", "Statement": statements}


def set_trust(clock: str, *principals: object, who: ct.Record = ALICE):
    document = json.dumps(trusting(*principals))
    return ct.record(clock, "iam:UpdateAssumeRolePolicy", who,
                     requestParameters={"roleName": "deploy", "policyDocument": document})  # fmt: skip


def test_31_a_deleted_principal_in_a_trust_policy_is_an_id_and_no_user_of_any_name(made: Made):
    case = made(set_trust("09:00", {"AWS": "AIDAQQ3B7YHGF3S7KU55X"}))
    assert edges(case, "POLICY_ALLOWS") == [("POLICY_ALLOWS", "uid:AIDAQQ3B7YHGF3S7KU55X", f"{ROLE}deploy", "trust")]
    assert case.store.entity("uid:AIDAQQ3B7YHGF3S7KU55X").label == "Unresolved"


def shared(clock: str, change: str, **item: str):
    return ct.record(clock, "ec2:ModifySnapshotAttribute", ALICE, requestParameters={
        "snapshotId": SNAPSHOT, "attributeType": "CREATE_VOLUME_PERMISSION",
        "createVolumePermission": {change: {"items": [item]}},
    })  # fmt: skip


def test_53_sharing_and_un_sharing_are_told_apart_and_public_is_public(made: Made):
    snapshot = f"arn:aws:ec2:eu-central-1::snapshot/{SNAPSHOT}"
    case = made(
        shared("09:00", "add", userId=ct.STRANGE),
        shared("09:05", "remove", userId=ct.STRANGE),
        shared("09:10", "add", group="all"),
    )
    assert edges(case, "SHARED_WITH", "UNSHARED_WITH") == [
        ("SHARED_WITH", ALICES, STRANGE, snapshot),
        ("SHARED_WITH", ALICES, "public", snapshot),
        ("UNSHARED_WITH", ALICES, STRANGE, snapshot),
    ]


def test_54_who_launches_an_instance_reaches_its_sessions_and_no_others_of_the_role(made: Made):
    launch = ct.record(
        "08:00", "ec2:RunInstances", ALICE, requestParameters={"iamInstanceProfile": {"name": "web-profile"}},
        responseElements={"instancesSet": {"items": [{"instanceId": MINE}]}},
    )  # fmt: skip
    case = made(launch, *on_instance("09:00", MINE, FIRST), *on_instance("09:10", OTHERS, SECOND))
    profile = "arn:aws:iam::111122223333:instance-profile/web-profile"
    assert edges(case, "PASSED_ROLE", "CONTROLS") == [
        ("CONTROLS", ALICES, f"{EC2}{MINE}", "ec2:RunInstances"),
        ("PASSED_ROLE", ALICES, profile, "ec2:RunInstances"),
    ]
    assert reached(case) == {ALICES, f"key:{FIRST}"}


def test_54_a_function_that_somebody_made_hands_over_what_runs_on_it(made: Made):
    arn = "arn:aws:lambda:eu-central-1:111122223333:function:job"
    case = made(
        ct.record("08:00", "lambda:CreateFunction20150331", ALICE,
                  requestParameters={"functionName": "job", "role": f"{ROLE}jobs"},
                  responseElements={"functionArn": arn, "role": f"{ROLE}jobs"}),
        ct.assume_role("09:00", ct.service("lambda"), "jobs", "job", FIRST),
        read("09:01", ct.role("jobs", "job", FIRST, "09:00")),
    )  # fmt: skip
    assert ("PASSED_ROLE", ALICES, f"{ROLE}jobs", "lambda:CreateFunction") in edges(case, "PASSED_ROLE")
    assert reached(case) == {ALICES, f"key:{FIRST}"}


def test_55_a_changed_trust_opens_the_way_to_those_whom_only_it_lets_in(made: Made):
    usual = {"Service": "ec2.amazonaws.com"}
    foreign = {"type": "AWSAccount", "principalId": "AIDASTRANGESTRANGEST0", "accountId": ct.STRANGE}
    case = made(
        set_trust("07:00", usual),
        set_trust("09:00", usual, {"AWS": f"arn:aws:iam::{ct.STRANGE}:root"}),
        ct.assume_role("08:00", foreign, "deploy", "early", THIRD),
        ct.assume_role("10:00", foreign, "deploy", "late", FIRST),
        ct.assume_role("10:05", ct.service("ec2"), "deploy", MINE, SECOND),
        read("08:01", ct.role("deploy", "early", THIRD, "08:00")),
        read("10:01", ct.role("deploy", "late", FIRST, "10:00")),
        read("10:06", ct.role("deploy", MINE, SECOND, "10:05")),
    )
    assert reached(case) == {ALICES, f"key:{FIRST}"}
    assert ("POLICY_ALLOWS", STRANGE, f"{ROLE}deploy", "trust") in edges(case, "POLICY_ALLOWS")


def test_55_without_the_policy_before_the_answer_says_that_it_is_not_known(made: Made):
    case = made(
        set_trust("09:00", {"AWS": ct.STRANGE}),
        ct.assume_role("10:00", {"type": "AWSAccount", "principalId": ct.STRANGE, "accountId": ct.STRANGE}, "deploy",
                       "late", FIRST),
    )  # fmt: skip
    (way,) = [edge for edge in case.store.edges() if edge.type == "OPENED_WAY"]
    assert (way.target, way.detail, way.confidence.name) == (
        f"key:{FIRST}", "trust changed, the policy before is not known", "STRONG"
    )  # fmt: skip


def test_55_a_later_change_ends_what_the_first_one_opened(made: Made):
    foreign = {"type": "AWSAccount", "principalId": ct.STRANGE, "accountId": ct.STRANGE}
    case = made(
        set_trust("07:00", {"Service": "ec2.amazonaws.com"}),
        set_trust("08:00", {"AWS": ct.STRANGE}),
        set_trust("09:00", {"Service": "ec2.amazonaws.com"}, who=ct.user("bob", "AKIABOBBOBBOBBOBBOB0")),
        ct.assume_role("10:00", foreign, "deploy", "late", FIRST),
    )
    assert reached(case) == {ALICES}


def command(clock: str, **request: object):
    return ct.record(
        clock, "ssm:SendCommand", ALICE, requestParameters={"documentName": "AWS-RunShellScript", **request}
    )


def test_57_a_command_reaches_keys_that_are_alive_then_and_none_that_had_ended(made: Made):
    live = on_instance("09:00", MINE, FIRST)
    ended = on_instance("01:00", MINE, SECOND)
    ended[0]["responseElements"]["credentials"]["expiration"] = "Mar 2, 2026, 7:00:00 AM"
    case = made(*live, *ended, command("10:00", instanceIds=[MINE]))
    assert edges(case, "EXECUTED_ON") == [("EXECUTED_ON", ALICES, f"{EC2}{MINE}", "ssm:SendCommand")]
    assert reached(case) == {ALICES, f"key:{FIRST}"}


def test_58_a_command_by_tag_names_the_tag_and_says_that_it_is_incomplete(made: Made):
    case = made(command("10:00", targets=[{"key": "tag:Env", "values": ["prod"]}]))
    assert edges(case, "EXECUTED_ON") == [("EXECUTED_ON", ALICES, "target:tag:Env=prod", "incomplete")]


@pytest.mark.parametrize(
    "encoded",
    [lambda policy: policy, json.dumps, lambda policy: quote(json.dumps(policy))],
    ids=["object", "text", "URL-encoded"],
)
def test_59_a_policy_is_read_in_all_three_encodings(made: Made, encoded: Callable[[object], object]):
    document = encoded(trusting("*", {"AWS": [ct.STRANGE, f"arn:aws:iam::{ct.STRANGE}:user/eve"]},
                                {"Service": "ec2.amazonaws.com"},
                                {"Federated": "arn:aws:iam::111122223333:saml-provider/corp"}))  # fmt: skip
    case = made(
        ct.record("09:00", "iam:UpdateAssumeRolePolicy", ALICE,
                  requestParameters={"roleName": "deploy", "policyDocument": document})
    )  # fmt: skip
    assert {source for _, source, _, _ in edges(case, "POLICY_ALLOWS")} == {
        "public", STRANGE, f"arn:aws:iam::{ct.STRANGE}:user/eve", "service:ec2.amazonaws.com",
        "arn:aws:iam::111122223333:saml-provider/corp",
    }  # fmt: skip
    assert edges(case, "CHANGED_TRUST") == [("CHANGED_TRUST", ALICES, f"{ROLE}deploy", "")]


def test_59_what_is_not_interpreted_is_said(made: Made):
    document = {"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": ct.STRANGE}, "Action": "*"}]}
    case = made(
        ct.record("09:00", "s3:PutBucketPolicy", ALICE,
                  requestParameters={"bucketName": "jewels", "bucketPolicy": document})
    )  # fmt: skip
    assert edges(case, "CHANGED_POLICY") == [("CHANGED_POLICY", ALICES, "arn:aws:s3:::jewels", "not interpreted")]


def test_62_logging_that_was_stopped_is_an_edge_of_who_did_it(made: Made):
    trail = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/main"
    case = made(ct.record("09:00", "cloudtrail:StopLogging", ALICE, requestParameters={"name": trail}))
    assert edges(case, "BLINDED") == [("BLINDED", ALICES, trail, "cloudtrail:StopLogging")]


@pytest.mark.parametrize(("action", "expected"), [("kms:Decrypt", "crypto"), ("sts:AssumeRole", "credential")])
def test_61_the_class_of_a_call_is_not_what_the_record_calls_read_only(made: Made, action: str, expected: str):
    (call,) = made(ct.record("09:00", action, ALICE, readOnly=True)).ask.events().rows
    assert (call.class_, call.read_only) == (expected, True)


def at_endpoint(clock: str, who: ct.Record, **fields: object):
    return ct.record(clock, "s3:GetObject", who, eventType="AwsVpceEvent", eventCategory="NetworkActivity",
                     vpcEndpointId="vpce-0123456789abcdef0", **fields)  # fmt: skip


def test_63_what_a_network_endpoint_saw_is_no_second_call(made: Made):
    request = {"requestID": "R63R63R63R63R63R"}
    case = made(
        ct.get_object("09:00", ALICE, "jewels", "a", **request),
        at_endpoint("09:00", ct.user("alice", "AKIAALICEALICEALICE0"), **request),
    )
    assert [row.count for row in case.ask.who_touched("arn:aws:s3:::jewels").rows] == [1]
    assert len(case.ask.events().rows) == 1


def test_63_what_an_endpoint_refused_is_a_refusal_of_the_foreign_account(made: Made):
    stranger = {"type": "AWSAccount", "principalId": ct.STRANGE, "accountId": ct.STRANGE}
    case = made(at_endpoint("09:00", stranger, errorCode="VpceAccessDenied", errorMessage="The request was denied"))
    (call,) = case.ask.events().rows
    assert (call.action, call.outcome, call.principal) == ("s3:GetObject", "denied", STRANGE)
