"""Pivots: which edges a call draws, one call at a time, and what they opened."""

import json
from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.events.policies import policy

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES = "key:AKIAALICEALICEALICE0"
IAM = "arn:aws:iam::111122223333:"
HOME = "arn:aws:{}:eu-central-1:111122223333:{}"
JEWELS = "arn:aws:s3:::jewels"
STRANGE = f"account:{ct.STRANGE}"
FIRST = "ASIAFIRST00000000000"
PATH = "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-4333-8444-555555555555"
OPEN = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": ct.STRANGE}, "Action": "*"}})
CLOSED = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*"}]})
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def edges(case: graphtrail.Case):
    """Type, target and detail of what is not a matter of sessions and principals."""
    return {
        (edge.type, edge.target, edge.detail)
        for edge in case.store.edges()
        if edge.type not in {"OPENED", "POLICY_ALLOWS"}
    }


CALLS = [
    ("s3:PutBucketAcl", {"bucketName": "jewels", "x-amz-acl": "public-read"},
     {("CHANGED_POLICY", JEWELS, "ACL"), ("SHARED_WITH", "public", JEWELS)}),
    ("s3:PutBucketAcl", {"bucketName": "jewels", "AccessControlPolicy": {
        "AccessControlList": {"Grant": {"Grantee": {"URI": ALL_USERS}, "Permission": "READ"}}}},
     {("CHANGED_POLICY", JEWELS, "ACL"), ("SHARED_WITH", "public", JEWELS)}),
    ("s3:PutBucketAcl", {"bucketName": "jewels", "x-amz-acl": "private"}, {("CHANGED_POLICY", JEWELS, "ACL")}),
    ("s3:PutBucketPolicy", {"bucketName": "jewels", "bucketPolicy": OPEN},
     {("CHANGED_POLICY", JEWELS, ""), ("SHARED_WITH", STRANGE, JEWELS)}),
    ("s3:PutBucketPolicy", {"bucketName": "jewels", "bucketPolicy": CLOSED}, {("CHANGED_POLICY", JEWELS, "")}),
    ("s3:PutBucketPolicy", {"bucketName": "jewels", "bucketPolicy": "no policy"},
     {("CHANGED_POLICY", JEWELS, "not interpreted")}),
    ("s3:PutBucketPolicy", {"bucketName": "jewels", "bucketPolicy": {"Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ct.HOME}:root"}}]}},
     {("CHANGED_POLICY", JEWELS, "")}),
    ("s3:DeleteBucketPolicy", {"bucketName": "jewels", "policy": ""}, {("CHANGED_POLICY", JEWELS, "")}),
    ("s3:PutBucketReplication", {"bucketName": "jewels", "ReplicationConfiguration": {
        "Rule": {"Destination": {"Bucket": "arn:aws:s3:::loot", "Account": ct.STRANGE}}}},
     {("CHANGED_POLICY", JEWELS, "replication"), ("SHARED_WITH", STRANGE, JEWELS)}),
    ("s3:PutBucketReplication", {"bucketName": "jewels", "ReplicationConfiguration": {"Rule": [{}]}},
     {("CHANGED_POLICY", JEWELS, "replication")}),
    ("kms:CreateGrant", {"keyId": PATH, "granteePrincipal": f"arn:aws:iam::{ct.STRANGE}:root",
                         "operations": ["Encrypt", "Decrypt"]}, {("KMS_GRANT", STRANGE, PATH)}),
    ("kms:CreateGrant", {"keyId": PATH}, set()),
    ("lambda:AddPermission20150331v2", {"functionName": "job", "principal": "*"},
     {("SHARED_WITH", "public", HOME.format("lambda", "function:job"))}),
    ("lambda:AddPermission20150331v2", {"functionName": "job", "principal": "s3.amazonaws.com"},
     {("SHARED_WITH", "service:s3.amazonaws.com", HOME.format("lambda", "function:job"))}),
    ("lambda:AddPermission20150331v2", {"functionName": "job"}, set()),
    ("lambda:CreateFunctionUrlConfig", {"functionName": "job", "authType": "NONE"},
     {("SHARED_WITH", "public", HOME.format("lambda", "function:job"))}),
    ("lambda:CreateFunctionUrlConfig", {"functionName": "job", "authType": "AWS_IAM"}, set()),
    ("sqs:SetQueueAttributes", {"queueUrl": "https://sqs.eu-central-1.amazonaws.com/111122223333/q",
                                "attributes": {"Policy": OPEN}},
     {("CHANGED_POLICY", HOME.format("sqs", "q"), ""), ("SHARED_WITH", STRANGE, HOME.format("sqs", "q"))}),
    ("sqs:SetQueueAttributes", {"queueUrl": "https://sqs.eu-central-1.amazonaws.com/111122223333/q",
                                "attributes": {"DelaySeconds": "5"}}, set()),
    ("sns:SetTopicAttributes", {"topicArn": HOME.format("sns", "t"), "attributeName": "Policy", "attributeValue": OPEN},
     {("CHANGED_POLICY", HOME.format("sns", "t"), ""), ("SHARED_WITH", STRANGE, HOME.format("sns", "t"))}),
    ("rds:ModifyDBSnapshotAttribute", {"dBSnapshotIdentifier": "s", "attributeName": "restore",
                                       "valuesToAdd": ["all"], "valuesToRemove": [ct.STRANGE]},
     {("SHARED_WITH", "public", HOME.format("rds", "snapshot:s")),
      ("UNSHARED_WITH", STRANGE, HOME.format("rds", "snapshot:s"))}),
    ("rds:ModifyDBSnapshotAttribute", {"dBSnapshotIdentifier": "s", "attributeName": "other", "valuesToAdd": ["all"]},
     set()),
    ("ec2:ModifySnapshotAttribute", {"snapshotId": "snap-083d3b857c13988bc", "createVolumePermission": {
        "add": {"items": [{}]}}}, set()),
    ("ssm:GetParameter", {"name": "/db", "withDecryption": True},
     {("READ_SECRET", HOME.format("ssm", "parameter/db"), "")}),
    ("ssm:GetParameter", {"name": "/db"}, set()),
    ("ec2:DescribeInstanceAttribute", {"instanceId": "i-0123456789abcdef0", "attribute": "userData"},
     {("READ_SECRET", HOME.format("ec2", "instance/i-0123456789abcdef0"), "user data")}),
    ("ec2:DescribeInstanceAttribute", {"instanceId": "i-0123456789abcdef0", "attribute": "kernel"}, set()),
    ("ec2:ModifyInstanceAttribute", {"instanceId": "i-0123456789abcdef0", "userData": "<sensitiveDataRemoved>"},
     {("CONTROLS", HOME.format("ec2", "instance/i-0123456789abcdef0"), "user data")}),
    ("ec2:ModifyInstanceAttribute", {"instanceId": "i-0123456789abcdef0", "disableApiStop": {"value": False}}, set()),
    ("ssm:SendCommand", {"targets": [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}]},
     {("EXECUTED_ON", HOME.format("ec2", "instance/i-0123456789abcdef0"), "ssm:SendCommand")}),
    ("iam:AttachUserPolicy", {"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
     {("CHANGED_PERMISSIONS", f"{IAM}user/bob", "grants admin")}),
    ("iam:AttachUserPolicy", {"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
     {("CHANGED_PERMISSIONS", f"{IAM}user/bob", "iam:AttachUserPolicy")}),
    ("iam:DeactivateMFADevice", {"userName": "bob", "serialNumber": f"{IAM}mfa/bob"},
     {("CHANGED_MFA", f"{IAM}user/bob", "iam:DeactivateMFADevice")}),
    ("iam:AddRoleToInstanceProfile", {"instanceProfileName": "web", "roleName": "web"},
     {("CHANGED_COMPUTE_ROLE", f"{IAM}instance-profile/web", "iam:AddRoleToInstanceProfile")}),
    ("s3:CopyObject", {"bucketName": "loot", "key": "b", "x-amz-copy-source": "jewels/a"},
     {("DERIVED", "arn:aws:s3:::loot/b", "")}),
    ("rds:StartExportTask", {"sourceArn": HOME.format("rds", "snapshot:s"), "s3BucketName": "loot"},
     {("DERIVED", "arn:aws:s3:::loot", "")}),
    ("rds:CopyDBSnapshot", {"sourceDBSnapshotIdentifier": "s", "targetDBSnapshotIdentifier": "t"},
     {("DERIVED", HOME.format("rds", "snapshot:t"), "")}),
    ("ecs:ExecuteCommand", {"cluster": "web", "task": "0f1e", "command": "sh", "interactive": True},
     {("EXECUTED_ON", HOME.format("ecs", "task/web/0f1e"), "ecs:ExecuteCommand")}),
    ("ssm:StartSession", {"target": "ecs:web_0f1e_0f1e-9"},
     {("EXECUTED_ON", HOME.format("ecs", "task/web/0f1e"), "ssm:StartSession")}),
    ("ssm:StartSession", {"target": "mi-0123456789abcdef0"},
     {("EXECUTED_ON", HOME.format("ssm", "managed-instance/mi-0123456789abcdef0"), "ssm:StartSession")}),
    ("ec2:DisableSnapshotBlockPublicAccess", {"DisableSnapshotBlockPublicAccessRequest": ""},
     {("CHANGED_POLICY", "scope:ec2:eu-central-1:111122223333", "public access block")}),
    ("organizations:DetachPolicy", {"policyId": "p-1", "targetId": "444455556666"},
     {("BLINDED", "arn:aws:organizations::111122223333:policy/*/p-1", "organizations:DetachPolicy"),
      ("BLINDED", "account:444455556666", "organizations:DetachPolicy")}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "request_", "expected"), CALLS)
def test_a_call_draws_these_edges(made: Made, action: str, request_: ct.Record, expected: set[tuple[str, str, str]]):
    assert edges(made(ct.record("09:00", action, ALICE, requestParameters=request_))) == expected


def test_a_call_that_was_refused_draws_none(made: Made):
    request = {"bucketName": "jewels", "bucketPolicy": OPEN}
    assert (
        edges(made(ct.record("09:00", "s3:PutBucketPolicy", ALICE, requestParameters=request, **ct.refused()))) == set()
    )


def test_a_copy_of_a_disk_is_derived_from_it(made: Made):
    case = made(
        ct.record("09:00", "ec2:CreateSnapshot", ALICE, requestParameters={"volumeId": "vol-0123456789abcdef0"},
                  responseElements={"snapshotId": "snap-083d3b857c13988bc"})
    )  # fmt: skip
    (edge,) = [edge for edge in case.store.edges() if edge.type == "DERIVED"]
    assert (edge.source, edge.target) == (
        HOME.format("ec2", "volume/vol-0123456789abcdef0"), "arn:aws:ec2:eu-central-1::snapshot/snap-083d3b857c13988bc"
    )  # fmt: skip


def test_a_made_role_lets_in_whom_its_policy_says(made: Made):
    arn = f"{IAM}role/deploy"
    case = made(
        ct.record("09:00", "iam:CreateRole", ALICE,
                  requestParameters={"roleName": "deploy", "assumeRolePolicyDocument": OPEN},
                  responseElements={"role": {"arn": arn, "roleId": ct.role_id("deploy"), "roleName": "deploy"}}),
        ct.assume_role("10:00", {"type": "AWSAccount", "principalId": ct.STRANGE, "accountId": ct.STRANGE}, "deploy",
                       "s", FIRST),
    )  # fmt: skip
    assert {("CREATED", arn, "role"), ("CHANGED_TRUST", arn, ""),
            ("OPENED_WAY", f"key:{FIRST}", "trust changed")} <= edges(case)  # fmt: skip


def test_a_session_whose_issue_is_not_recorded_is_only_hinted_at(made: Made):
    def trust(clock: str, document: str) -> ct.Record:
        request = {"roleName": "deploy", "policyDocument": document}
        return ct.record(clock, "iam:UpdateAssumeRolePolicy", ALICE, requestParameters=request)

    case = made(
        trust("08:00", CLOSED), trust("09:00", OPEN),
        ct.get_object("10:01", ct.role("deploy", "s", FIRST, "10:00"), "jewels", "a"),
    )  # fmt: skip
    (way,) = [edge for edge in case.store.edges() if edge.type == "OPENED_WAY"]
    assert (way.target, str(way.confidence)) == (f"key:{FIRST}", "heuristic")


@pytest.mark.parametrize("named", [f"{IAM}user/alice", f"uid:{ALICE['principalId']}"])
def test_a_policy_may_name_the_caller_by_arn_or_by_id(made: Made, named: str):
    def trust(clock: str, principal: object) -> ct.Record:
        document = json.dumps({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
        request = {"roleName": "deploy", "policyDocument": document}
        return ct.record(clock, "iam:UpdateAssumeRolePolicy", ct.user("bob", "AKIABOBBOBBOBBOBBOB0"),
                         requestParameters=request)  # fmt: skip

    case = made(
        trust("08:00", {"Service": "ec2.amazonaws.com"}),
        trust("09:00", {"AWS": named.removeprefix("uid:")}),
        ct.assume_role("10:00", ALICE, "deploy", "s", FIRST),
        trust("11:00", {"AWS": named.removeprefix("uid:")}),
        ct.assume_role("12:00", ALICE, "deploy", "t", "ASIASECOND0000000000"),
    )
    ways = [(edge.source, edge.target) for edge in case.store.edges() if edge.type == "OPENED_WAY"]
    assert ways == [("key:AKIABOBBOBBOBBOBBOB0", f"key:{FIRST}")]


@pytest.mark.parametrize(
    ("action", "request_", "issuer"),
    [
        ("glue:CreateJob", {"name": "etl", "role": f"{IAM}role/build"}, "glue"),
        ("glue:CreateJob", {"name": "etl", "role": "build"}, "glue"),
        ("ecs:CreateService", {"serviceName": "web", "role": f"{IAM}role/build"}, "ecs-tasks"),
        ("elasticmapreduce:RunJobFlow", {"serviceRole": "build"}, "elasticmapreduce"),
    ],
)
def test_a_role_passed_to_a_service_that_shows_no_workload_is_only_a_hint(
    made: Made, action: str, request_: ct.Record, issuer: str
):
    case = made(
        ct.record("09:00", action, ALICE, requestParameters=request_),
        ct.assume_role("10:00", ct.service(issuer), "build", "GlueJobRunnerSession", FIRST),
        ct.assume_role("08:00", ct.service(issuer), "build", "GlueJobRunnerSession", "ASIASECOND0000000000"),
        ct.assume_role("11:00", ALICE, "build", "by-hand", "ASIATHIRD00000000000"),
    )
    ways = [(edge.target, str(edge.confidence)) for edge in case.store.edges() if edge.type == "OPENED_WAY"]
    assert ways == [(f"key:{FIRST}", "heuristic")]


def test_whoever_changes_an_identity_provider_reaches_the_sessions_that_came_through_it(made: Made):
    provider = f"{IAM}saml-provider/corp"
    saml = {"type": "SAMLUser", "principalId": "x:ann", "userName": "ann", "identityProvider": "x"}

    def signs_in(clock: str, key: str) -> ct.Record:
        call = ct.assume_role(clock, saml, "deploy", "ann", key) | {"eventName": "AssumeRoleWithSAML"}
        return call | {"requestParameters": call["requestParameters"] | {"principalArn": provider}}

    case = made(
        signs_in("08:00", "ASIASECOND0000000000"),
        ct.record("09:00", "iam:UpdateSAMLProvider", ALICE, requestParameters={"sAMLProviderArn": provider}),
        signs_in("10:00", FIRST),
    )
    reached = {row.session for row in case.ask.blast_radius(ALICES).rows if row.session}
    assert reached == {ALICES, f"key:{FIRST}"}


@pytest.mark.parametrize(
    ("document", "allowed", "read"),
    [
        (None, (), True),
        ("", (), True),
        ([], (), False),
        ({"Statement": None}, (), True),
        ({"Statement": [{"Effect": "Allow", "Principal": {"AWS": [7, "", "*"]}}]}, ("public",), True),
        ({"Statement": [{"Effect": "Allow", "Action": "*"}]}, (), False),
        ({"Statement": {"Effect": "Allow", "Principal": {"CanonicalUser": "79a5"}}}, ("canonical:79a5",), True),
        ("%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22%2A%22%7D%7D", ("public",), True),
        ({"Statement": {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:sts::{ct.HOME}:assumed-role/a/b"}}},
         (f"arn:aws:sts::{ct.HOME}:assumed-role/a/b",), True),
    ],
)  # fmt: skip
def test_what_a_policy_allows(document: object, allowed: tuple[str, ...], *, read: bool):
    assert policy(document) == (allowed, read)


@pytest.mark.parametrize(
    ("action", "confidence"), [("lambda:CreateFunction20150331", "exact"), ("odd:MakeThing", "strong")]
)
def test_a_passed_role_is_exact_where_aws_says_that_the_call_passes_one(made: Made, action: str, confidence: str):
    request = {"functionName": "job", "role": f"{IAM}role/jobs"}
    case = made(ct.record("09:00", action, ALICE, requestParameters=request))
    (edge,) = [edge for edge in case.store.edges() if edge.type == "PASSED_ROLE"]
    assert (edge.target, str(edge.confidence)) == (f"{IAM}role/jobs", confidence)


def test_a_role_that_is_not_named_is_no_role(made: Made):
    assert edges(made(ct.record("09:00", "iam:CreateRole", ALICE, requestParameters={"path": "/"}))) == set()


def test_a_trust_for_a_provider_opens_no_way_by_itself(made: Made):
    provider = "token.actions.githubusercontent.com"
    who = {"type": "WebIdentityUser", "principalId": f"{provider}:x:repo", "userName": "repo",
           "identityProvider": provider}  # fmt: skip
    document = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"Federated": provider}}})
    case = made(
        ct.record("09:00", "iam:UpdateAssumeRolePolicy", ALICE,
                  requestParameters={"roleName": "deploy", "policyDocument": document}),
        ct.assume_role("10:00", who, "deploy", "s", FIRST) | {"eventName": "AssumeRoleWithWebIdentity"},
        ct.get_object("10:01", ct.role("deploy", "t", "ASIASECOND0000000000", "10:00"), "jewels", "a"),
    )  # fmt: skip
    assert [edge for edge in case.store.edges() if edge.type == "OPENED_WAY"] == []


def test_an_alias_names_the_key_once_and_never_one_of_several(made: Made):
    key, alias = HOME.format("kms", "key/k"), HOME.format("kms", "alias/a")
    listed = [{"ARN": key, "type": "AWS::KMS::Key"}]

    def call(clock: str, name: str, *keys: dict[str, str], **request: str) -> ct.Record:
        return ct.record(clock, f"kms:{name}", ALICE, requestParameters=request, resources=[*keys])

    case = made(
        call("09:00", "CreateAlias", aliasName="alias/a", targetKeyId="k"),
        call("09:01", "Encrypt", *listed, keyId="alias/a"),
        call("09:02", "ReEncrypt", *listed, {"ARN": HOME.format("kms", "key/l")}, destinationKeyId="alias/a"),
        call("09:03", "Encrypt", *listed, keyId="k"),
    )
    assert [
        (edge.source, edge.target, len(edge.event_ids)) for edge in case.store.edges() if edge.type == "ALIAS_OF"
    ] == [(alias, key, 1)]


def test_a_role_passed_again_opens_what_the_service_issued_until_it_is_passed_once_more(made: Made):
    role = f"{IAM}role/etl"

    def passed(clock: str, name: str, service: str = "glue") -> ct.Record:
        return ct.record(clock, f"{service}:CreateJob", ALICE, requestParameters={"name": name, "role": role})

    def issued(clock: str, who: ct.Record, key: str) -> ct.Record:
        return ct.assume_role(clock, who, "etl", key.lower(), key)

    calls = {"09:00": passed("09:00", "a"), "10:00": passed("10:00", "b"), "11:00": passed("11:00", "c", "databrew")}
    sessions = {clock: f"ASIAGLUEGLUEGLUE{clock[:2]}00" for clock in ("08:30", "09:30", "10:00", "11:30")}
    case = made(
        *calls.values(),
        *(issued(clock, ct.service("glue"), key) for clock, key in sessions.items()),
        issued("10:30", ct.user("bob", "AKIABOBBOBBOBBOBBOB0"), "ASIABOBSBOBSBOBS1030"),
    )
    at = {call["eventID"]: clock for clock, call in calls.items()}
    opened = [edge for edge in case.store.edges() if edge.type == "OPENED_WAY"]
    assert {(at[edge.event_ids[0]], edge.target, str(edge.confidence)) for edge in opened} == {
        (clock, f"key:{sessions[later]}", "heuristic")
        for clock, after in {"09:00": ("09:30",), "10:00": ("10:00", "11:30")}.items()
        for later in after
    }


def test_of_many_who_passed_a_role_the_last_twenty_are_hints(made: Made):
    def passed(number: int) -> ct.Record:
        who = ct.user(f"user{number}", f"AKIAUSERUSERUSERUS{number:02}")
        return ct.record(f"09:{number:02}", "glue:CreateJob", who, requestParameters={"role": f"{IAM}role/etl"})

    key = "ASIAGLUEGLUEGLUEGLUE"
    case = made(*map(passed, range(30)), ct.assume_role("09:24:30", ct.service("glue"), "etl", "job", key))
    opened = [edge for edge in case.store.edges() if edge.type == "OPENED_WAY"]
    assert sorted(edge.source for edge in opened) == [f"key:AKIAUSERUSERUSERUS{number:02}" for number in range(5, 25)]
