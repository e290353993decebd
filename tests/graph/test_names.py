"""Things that records call by partial ARNs are one node where just one whole ARN is known, and never another's."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
SECRET = f"arn:aws:secretsmanager:eu-central-1:{ct.HOME}:secret:"


def touched(case: graphtrail.Case) -> list[str]:
    return [one.resource for row in case.ask.events().rows for one in row.resources]


def secrets(*names: str) -> list[ct.Record]:
    return [
        ct.record(f"09:0{at}", "secretsmanager:GetSecretValue", ALICE, requestParameters={"secretId": name})
        for at, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["app", "app-dbpass"], ["app", "app-dbpass"]),
        (["app", f"{SECRET}app-dbpass"], ["app-dbpass", "app-dbpass"]),
        (["app-dbpass", f"{SECRET}app-dbpass-AbCdEf"], ["app-dbpass-AbCdEf", "app-dbpass-AbCdEf"]),
        (["app", "app-dbpass", f"{SECRET}app-dbpass-AbCdEf"], ["app", "app-dbpass-AbCdEf", "app-dbpass-AbCdEf"]),
        (["app", f"{SECRET}app-AbCdEf", f"{SECRET}app-GhIjKl"], ["app", "app-AbCdEf", "app-GhIjKl"]),
    ],
)
def test_a_secret_is_not_another_because_of_its_name(made: Made, names: list[str], expected: list[str]):
    assert touched(made(*secrets(*names))) == [SECRET + name for name in expected]


@pytest.mark.parametrize(
    ("action", "by_name", "whole"),
    [
        ("cloudformation:DescribeStacks", {"stackName": "web"},
         f"arn:aws:cloudformation:eu-central-1:{ct.HOME}:stack/web/0f1e2d3c-0000"),
        ("autoscaling:DeleteAutoScalingGroup", {"autoScalingGroupName": "web"},
         f"arn:aws:autoscaling:eu-central-1:{ct.HOME}:autoScalingGroup:0f1e-2d3c:autoScalingGroupName/web"),
        ("organizations:DescribePolicy", {"policyId": "p-12345678"},
         f"arn:aws:organizations::{ct.HOME}:policy/o-abcdef/service_control_policy/p-12345678"),
        ("organizations:DescribeOrganizationalUnit", {"organizationalUnitId": "ou-ab12-12345678"},
         f"arn:aws:organizations::{ct.HOME}:ou/o-abcdef/ou-ab12-12345678"),
    ],
)  # fmt: skip
def test_what_is_named_without_its_id_is_the_one_that_is_known(
    made: Made, action: str, by_name: dict[str, str], whole: str
):
    case = made(known(whole), ct.record("09:01", action, ALICE, requestParameters=by_name))
    assert touched(case) == [whole, whole]


def known(arn: str) -> ct.Record:
    return ct.record("09:00", "tagging:TagResources", ALICE, requestParameters={"resourceARNList": [arn]})


def test_a_name_that_was_used_twice_stays_a_name(made: Made):
    stack = f"arn:aws:cloudformation:eu-central-1:{ct.HOME}:stack/web"
    call = ct.record("09:01", "cloudformation:DescribeStacks", ALICE, requestParameters={"stackName": "web"})
    assert sorted(touched(made(known(f"{stack}/1"), known(f"{stack}/2"), call))) == [stack, f"{stack}/1", f"{stack}/2"]
