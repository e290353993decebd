"""What a session runs on, and the account that an id carries."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.events.ids import account_of

Made = Callable[..., graphtrail.Case]
KEY = "ASIAWORKLOADWORKLOA0"
UUID = "0a1b2c3d-0000-4000-8000-0123456789ab"
HERE = "arn:aws:{}:eu-central-1:111122223333:{}"


def workload(case: graphtrail.Case):
    held = case.store.session(f"key:{KEY}")
    return held.workload, held.workload_rule, str(held.workload_confidence) if held.workload_confidence else None


@pytest.mark.parametrize(
    ("service", "name", "found", "rule"),
    [
        ("ecs-tasks", UUID, HERE.format("ecs", f"task/{UUID}"), "L15"),
        ("ecs-tasks", "0123456789abcdef" * 2, HERE.format("ecs", f"task/{'0123456789abcdef' * 2}"), "L15"),
        ("pods.eks", f"eks-prod-web-7d9f-{UUID}", "pod:prod-web-7d9f@eu-central-1:111122223333", "L16"),
        ("codebuild", f"AWSCodeBuild-{UUID}", HERE.format("codebuild", f"build/{UUID}"), "L17"),
        ("ssm", "mi-0123456789abcdef0", HERE.format("ssm", "managed-instance/mi-0123456789abcdef0"), "L17"),
        ("rolesanywhere", "0123456789abcdef01", HERE.format("rolesanywhere", "subject/0123456789abcdef01"), "L18"),
    ],
)
def test_a_name_that_a_service_gives_is_a_workload(made: Made, service: str, name: str, found: str, rule: str):
    case = made(
        ct.assume_role("09:00", ct.service(service), "jobs", name, KEY),
        ct.get_object("09:01", ct.role("jobs", name, KEY, "09:00"), "jewels", "a"),
    )
    assert workload(case) == (found, rule, "strong")


def test_a_service_in_china_has_another_name(made: Made):
    case = made(
        ct.assume_role("09:00", {"type": "AWSService", "invokedBy": "ec2.amazonaws.com.cn"}, "web",
                       "i-0123456789abcdef0", KEY),
        ct.get_object("09:01", ct.role("web", "i-0123456789abcdef0", KEY, "09:00"), "jewels", "a"),
    )  # fmt: skip
    assert workload(case) == (HERE.format("ec2", "instance/i-0123456789abcdef0"), "L13", "strong")


@pytest.mark.parametrize(
    ("action", "answer", "service", "name", "arn"),
    [
        ("ecs:RunTask", {"tasks": [{"taskArn": HERE.format("ecs", f"task/prod/{UUID}")}]}, "ecs-tasks", UUID,
         HERE.format("ecs", f"task/prod/{UUID}")),
        ("codebuild:StartBuild", {"build": {"arn": HERE.format("codebuild", f"build/site:{UUID}")}}, "codebuild",
         f"AWSCodeBuild-{UUID}", HERE.format("codebuild", f"build/site:{UUID}")),
    ],
)  # fmt: skip
def test_who_starts_it_reaches_its_session_by_its_full_name(
    made: Made, action: str, answer: ct.Record, service: str, name: str, arn: str
):
    alice = ct.user("alice", "AKIAALICEALICEALICE0")
    case = made(
        ct.record("08:59", action, alice, requestParameters={"cluster": "prod"}, responseElements=answer),
        ct.assume_role("09:00", ct.service(service), "jobs", name, KEY),
        ct.get_object("09:01", ct.role("jobs", name, KEY, "09:00"), "jewels", "a"),
    )
    assert workload(case)[0] == arn
    assert f"key:{KEY}" in {row.session for row in case.ask.blast_radius("key:AKIAALICEALICEALICE0").rows}


@pytest.mark.parametrize("name", [UUID, f"AWSCodeBuild-{UUID}", "0123456789abcdef01", f"eks-prod-web-{UUID}", "plain"])
def test_a_name_that_a_person_chose_is_none(made: Made, name: str):
    case = made(
        ct.assume_role("09:00", ct.user("alice", "AKIAALICEALICEALICE0"), "jobs", name, KEY),
        ct.get_object("09:01", ct.role("jobs", name, KEY, "09:00"), "jewels", "a"),
    )
    assert workload(case) == (None, None, None)


def test_a_token_of_a_cluster_names_the_service_account(made: Made):
    issuer = "oidc.eks.eu-central-1.amazonaws.com/id/0123"
    subject = "system:serviceaccount:shop:checkout"
    who = {"type": "WebIdentityUser", "principalId": f"{issuer}:sts.amazonaws.com:{subject}", "userName": subject,
           "identityProvider": issuer}  # fmt: skip
    case = made(
        ct.assume_role("09:00", who, "jobs", "pod", KEY) | {"eventName": "AssumeRoleWithWebIdentity"},
        ct.get_object("09:01", ct.role("jobs", "pod", KEY, "09:00"), "jewels", "a"),
    )
    assert workload(case) == (f"serviceaccount:shop:checkout@{issuer}", "L16", "strong")


@pytest.mark.parametrize(
    ("identifier", "account"),
    [
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("ASIA7777777777777777", None),
        ("key", None),
        ("", None),
    ],
)
def test_the_account_that_an_id_carries(identifier: str, account: str | None):
    assert account_of(identifier) == account


def test_a_share_with_a_deleted_principal_names_its_account(made: Made):
    document = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "AIDAQNZGKIQY56JQ7WML2"}}}
    case = made(
        ct.record("09:00", "s3:PutBucketPolicy", ct.user("alice", "AKIAALICEALICEALICE0"),
                  requestParameters={"bucketName": "jewels", "bucketPolicy": document})
    )  # fmt: skip
    (row,) = case.ask.shared_out().rows
    assert (row.party, row.party_account, row.foreign) == ("uid:AIDAQNZGKIQY56JQ7WML2", "029608264753", True)


def test_credentials_of_a_pod_are_those_of_its_role(made: Made):
    """EKS names the role by its unique id alone, in a field of its own."""
    name, node = f"eks-prod-web-7d9f-{UUID}", ct.role("node", "i-0123456789abcdef0", "ASIANODENODENODENODE", "08:00")
    answer = {
        "credentials": {"accessKeyId": KEY, "expiration": "Mar 2, 2026, 3:00:00 PM"},
        "assumedRoleUser": {
            "assumeRoleId": f"{ct.role_id('web')}:{name}",
            "arn": f"arn:aws:sts::111122223333:assumed-role/web/{name}",
        },
    }
    issue = ct.record("09:00", "eks-auth:AssumeRoleForPodIdentity", node, responseElements=answer,
                      requestParameters={"clusterName": "prod", "token": "HIDDEN_DUE_TO_SECURITY_REASONS"})  # fmt: skip
    seen = ct.role("web", name, "ASIAOTHEROTHEROTHER0", "08:30")
    seen["sessionContext"]["sessionIssuer"]["arn"] = "arn:aws:iam::111122223333:role/apps/web"
    held = made(issue, ct.get_object("08:31", seen, "jewels", "a")).store.session(f"key:{KEY}")
    assert (held.principal, held.kind) == ("arn:aws:iam::111122223333:role/apps/web", "unused")
    used = made(issue, ct.get_object("09:01", ct.role("web", name, KEY, "09:00"), "jewels", "a"))
    assert workload(used) == ("pod:prod-web-7d9f@eu-central-1:111122223333", "L16", "strong")


def test_a_root_key_that_nobody_used_is_of_a_root(made: Made):
    answer = {"credentials": {"accessKeyId": KEY, "sessionToken": "x", "expiration": "Mar 2, 2026, 9:15:00 AM"}}
    case = made(
        ct.record("09:00", "sts:AssumeRoot", ct.user("alice", "AKIAALICEALICEALICE0"), responseElements=answer,
                  requestParameters={"targetPrincipal": ct.OTHER})
    )  # fmt: skip
    held = case.store.session(f"key:{KEY}")
    assert (held.principal, held.label) == (f"arn:aws:iam::{ct.OTHER}:root", "Root")
