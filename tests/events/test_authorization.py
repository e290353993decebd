"""What AWS says of actions, and what kind of access a call is."""

import gzip
import json
import sys
import time
from pathlib import Path

import pytest

from graphtrail.events import authorization
from graphtrail.events.actions import outcome, prefix
from graphtrail.events.classes import CLASSES, access_class, iam_action
from graphtrail.events.resources import Place, completed, templated

TABLE = Path(authorization.__file__).with_name("table.json.gz")


def test_the_table_is_small_and_quickly_read():
    assert TABLE.stat().st_size <= 200_000
    start = time.process_time()
    table = json.loads(gzip.decompress(TABLE.read_bytes()))
    assert len(table["services"]) > 400
    assert time.process_time() > start


def test_the_table_is_what_its_sources_say():
    """With the packages of these versions at hand the table is written anew and compared."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
    import authorization as generator  # noqa: PLC0415 - it needs the packages, which are large

    held = json.loads(gzip.decompress(TABLE.read_bytes()))
    assert held == json.loads(json.dumps(generator.table()))


@pytest.mark.parametrize(
    ("action", "level", "types", "passes"),
    [
        ("s3:GetObject", "Read", {"object", "accesspointobject"}, False),
        ("iam:CreateAccessKey", "Permissions management", {"user"}, False),
        ("lambda:CreateFunction", "Write", {"function"}, True),
        ("s3:ListAllMyBuckets", "List", set(), False),
    ],
)
def test_what_aws_says_of_an_action(action: str, level: str, types: set[str], *, passes: bool):
    held = authorization.authorization(action)
    assert held is not None
    assert (held.level, set(held.types) >= types, held.passes_role) == (level, True, passes)


@pytest.mark.parametrize("action", ["s3:NoSuchThing", "nosuchservice:Get", "s3", ""])
def test_what_aws_does_not_know_is_none(action: str):
    assert authorization.authorization(action) is None


def test_templates_leave_out_the_partition():
    assert authorization.templates("s3")["object"] == "s3:::${BucketName}/${ObjectName}"
    assert authorization.templates("nosuchservice") == {}
    assert authorization.version()


@pytest.mark.parametrize(
    ("action", "read_only", "expected"),
    [
        ("s3:ListObjects", True, "list"),
        ("s3:HeadObject", True, "read"),
        ("s3:GetObject", True, "read_data"),
        ("secretsmanager:GetSecretValue", True, "read_data"),
        ("s3:PutObject", False, "write"),
        ("s3:PutBucketPolicy", False, "permissions"),
        ("s3:DeleteBucketPublicAccessBlock", False, "permissions"),
        ("s3:DeletePublicAccessBlock", False, "permissions"),
        ("s3:GetBucketInventoryConfiguration", True, "read"),
        ("lightsail:GetBucketAccessKeys", True, "credential"),
        ("dynamodb:TransactGetItems", True, "read_data"),
        ("iam:CreateUser", False, "permissions"),
        ("ec2:CreateTags", False, "tagging"),
        ("iam:CreateAccessKey", False, "credential"),
        ("sts:AssumeRole", True, "credential"),
        ("kms:Decrypt", True, "crypto"),
        ("kms:GenerateDataKeyWithoutPlaintext", True, "crypto"),
        ("kms:DescribeKey", True, "read"),
        ("odd:ListThings", True, "list"),
        ("odd:GetThing", True, "read"),
        ("odd:DoThing", False, "write"),
        ("odd:DoThing", None, None),
    ],
)
def test_the_class_of_a_call(action: str, *, read_only: bool | None, expected: str | None):
    assert access_class(action, read_only) == expected
    assert expected is None or expected in CLASSES


def test_an_operation_may_be_authorised_as_another_action():
    assert (iam_action("s3:HeadBucket"), iam_action("s3:GetObject")) == ("s3:ListBucket", "s3:GetObject")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("s3.amazonaws.com", "s3"),
        ("s3.amazonaws.com.cn", "s3"),
        ("monitoring.amazonaws.com", "cloudwatch"),
        ("rdsdata.amazonaws.com", "rds-data"),
        ("amazonmq.amazonaws.com", "mq"),
        ("runtime.sagemaker.amazonaws.com", "sagemaker"),
        ("catalog.marketplace.amazonaws.com", "aws-marketplace"),
        ("aws.example", "aws"),
    ],
)
def test_the_prefix_of_a_source(source: str, expected: str):
    assert prefix(source) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [(None, "ok"), ("Unauthorized", "denied"), ("Client.Forbidden", "denied"), ("AccessDeniedException", "denied"),
     ("InsufficientPrivilegesException", "denied"), ("NoSuchKey", "error"), ("ThrottlingException", "error")],
)  # fmt: skip
def test_what_became_of_a_call(code: str | None, expected: str):
    assert outcome(code) == expected


HERE = Place("aws", "eu-central-1", "111122223333")


@pytest.mark.parametrize(
    ("action", "request_", "expected"),
    [
        ("ec2:ModifyImageAttribute", {"imageId": "ami-1111"}, ["arn:aws:ec2:eu-central-1::image/ami-1111"]),
        ("ssm:TerminateSession", {"SessionID": "s-1"}, ["arn:aws:ssm:eu-central-1:111122223333:session/s-1"]),
        ("ec2:StartInstances", {"instancesSet": {"items": [{"instanceId": "i-x"}, {"instanceId": "i-y"}]}},
         ["arn:aws:ec2:eu-central-1:111122223333:instance/i-x"]),
        ("s3:GetObject", {"BUCKETNAME": "b", "objectname": "o"}, ["arn:aws:s3:::b/o"]),
        ("s3:GetObject", {"bucketname": "b"}, []),
        ("ssm:TerminateSession", {"sessionId": "arn:aws:ssm:eu-central-1:111122223333:session/s-1"}, []),
        ("ssm:TerminateSession", {"sessionId": ""}, []),
        ("ssm:TerminateSession", {"a": {"b": {"c": {"d": {"e": {"f": {"sessionId": "s-1"}}}}}}}, []),
        ("s3:ListAllMyBuckets", {"bucketName": "b"}, []),
        ("odd:GetThing", {"thingId": "t"}, []),
        ("route53:ChangeResourceRecordSets", {"hostedZoneId": "/hostedzone/Z1"}, ["arn:aws:route53:::hostedzone/Z1"]),
        ("route53:CreateTrafficPolicyInstance", {"hostedZoneId": "Z1", "trafficPolicyId": "p", "name": "n"},
         ["arn:aws:route53:::hostedzone/Z1", "arn:aws:route53:::trafficpolicy/p"]),
        ("glue:DeleteCrawler", {"name": "c"}, ["arn:aws:glue:eu-central-1:111122223333:crawler/c"]),
        ("glue:DeleteCrawler", {"name": "c", "names": ["d"]}, []),
        ("glue:UpdateDevEndpoint", {"endpointName": "e"},
         ["arn:aws:glue:eu-central-1:111122223333:devEndpoint/e"]),
        ("glue:BatchGetJobs", {"jobNames": ["a", "b"]},
         ["arn:aws:glue:eu-central-1:111122223333:job/a", "arn:aws:glue:eu-central-1:111122223333:job/b"]),
        ("codepipeline:StartPipelineExecution", {"name": "p"}, ["arn:aws:codepipeline:eu-central-1:111122223333:p"]),
        ("rds:ModifyDBParameterGroup", {"dBParameterGroupName": "g"}, ["arn:aws:rds:eu-central-1:111122223333:pg:g"]),
        ("rds:DeleteDBClusterEndpoint", {"dBClusterEndpointIdentifier": "e"},
         ["arn:aws:rds:eu-central-1:111122223333:cluster-endpoint:e"]),
        ("wafv2:DeleteWebACL", {"name": "w", "id": "i", "scope": "REGIONAL"},
         ["arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/w/i"]),
        ("config:DeleteConfigRule", {"configRuleName": "r"}, []),
        ("rds:DeleteDBProxy", {"dBProxyName": "p"}, []),
        ("sagemaker:CreateTags", {"name": "n"}, []),
    ],
)  # fmt: skip
def test_what_fills_a_template_of_the_action(action: str, request_: dict[str, object], expected: list[str]):
    raw = json.dumps(request_).encode()
    assert templated(action, HERE, raw) == tuple((arn, "target") for arn in expected)


def test_beside_a_role_that_is_passed_on_the_templates_find_what_the_call_is_about():
    role, job = "arn:aws:iam::111122223333:role/etl", "arn:aws:glue:eu-central-1:111122223333:job/j"
    raw = json.dumps({"name": "j", "role": role}).encode()
    assert completed(((role, "passed"),), "glue:CreateJob", HERE, raw) == ((role, "passed"), (job, "target"))
    assert completed(((job, "target"),), "glue:CreateJob", HERE, b'{"name": "other"}') == ((job, "target"),)
