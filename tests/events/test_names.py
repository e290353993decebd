"""Which resource a parameter names in which operation, and in which role."""

import pytest
from records import HOME, touched

REGIONAL = f"eu-central-1:{HOME}"
ORGANIZATION = f"arn:aws:organizations::{HOME}"


def target(*resources: str) -> dict[str, str]:
    return dict.fromkeys(resources, "target")


def scope(service: str) -> dict[str, str]:
    return target(f"scope:{service}:{REGIONAL}")


@pytest.mark.parametrize(
    ("service", "name", "request_", "expected"),
    [
        ("ssm", "GetParameter", {"name": "/a/b:3"}, target(f"arn:aws:ssm:{REGIONAL}:parameter/a/b")),
        ("ssm", "DeleteParameters", {"names": ["a"]}, target(f"arn:aws:ssm:{REGIONAL}:parameter/a")),
        ("ssm", "CreateMaintenanceWindow", {"name": "nightly"}, scope("ssm")),
        ("ssm", "UpdatePatchBaseline", {"name": "base"}, scope("ssm")),
        ("ssm", "UpdateAssociation", {"name": "Mine"}, target(f"arn:aws:ssm:{REGIONAL}:document/Mine")),
        (
            "ssm",
            "DescribeDocument",
            {"name": "AWS-RunShellScript"},
            target("arn:aws:ssm:eu-central-1::document/AWS-RunShellScript"),
        ),
        ("ssm", "StartSession", {"target": "ecs:a_b_0f1e_0f1e-9"}, target(f"arn:aws:ecs:{REGIONAL}:task/a_b/0f1e")),
        ("cloudtrail", "StopLogging", {"name": "main"}, target(f"arn:aws:cloudtrail:{REGIONAL}:trail/main")),
        ("cloudtrail", "CreateChannel", {"name": "in"}, scope("cloudtrail")),
        ("sns", "CreateTopic", {"name": "news"}, {f"arn:aws:sns:{REGIONAL}:news": "created"}),
        ("sns", "CreatePlatformApplication", {"name": "app"}, scope("sns")),
        (
            "cloudformation",
            "CreateStackInstances",
            {"stackSetName": "everywhere"},
            target(f"arn:aws:cloudformation:{REGIONAL}:stackset/everywhere"),
        ),
        (
            "codepipeline",
            "CreatePipeline",
            {"pipeline": {"name": "p", "version": 1}},
            {f"arn:aws:codepipeline:{REGIONAL}:p": "created"},
        ),
        (
            "glue",
            "CreateDevEndpoint",
            {"endpointName": "d"},
            {f"arn:aws:glue:{REGIONAL}:devEndpoint/d": "created"},
        ),
        (
            "ec2",
            "CreateStoreImageTask",
            {"CreateStoreImageTaskRequest": {"ImageId": "ami-0123456789abcdef0", "Bucket": "images"}},
            target("arn:aws:ec2:eu-central-1::image/ami-0123456789abcdef0", "arn:aws:s3:::images"),
        ),
        (
            "ec2",
            "ExportImage",
            {"ExportImageRequest": {"S3ExportLocation": {"S3Bucket": "images"}}},
            target("arn:aws:s3:::images"),
        ),
        (
            "ec2",
            "CreateRestoreImageTask",
            {"CreateRestoreImageTaskRequest": {"Bucket": "images", "ObjectKey": "ami-0123456789abcdef0.bin"}},
            {"arn:aws:s3:::images": "source"},
        ),
        ("appsync", "CreateApiKey", {"apiId": "a"}, target(f"arn:aws:appsync:{REGIONAL}:apis/a")),
        ("ssm", "CreateActivation", {"iamRole": "hybrid"}, {f"arn:aws:iam::{HOME}:role/hybrid": "passed"}),
        ("events", "EnableRule", {"name": "r"}, target(f"arn:aws:events:{REGIONAL}:rule/r")),
        ("codebuild", "DeleteProject", {"name": "p"}, target(f"arn:aws:codebuild:{REGIONAL}:project/p")),
        (
            "kms",
            "ReEncrypt",
            {"sourceKeyId": "k1", "destinationKeyId": "k2"},
            target(f"arn:aws:kms:{REGIONAL}:key/k1", f"arn:aws:kms:{REGIONAL}:key/k2"),
        ),
        (
            "dynamodb",
            "BatchGetItem",
            {"requestItems": {"a": {}, "b": {}}},
            target(f"arn:aws:dynamodb:{REGIONAL}:table/a", f"arn:aws:dynamodb:{REGIONAL}:table/b"),
        ),
        (
            "ecs",
            "StopTask",
            {"cluster": f"arn:aws:ecs:{REGIONAL}:cluster/c", "task": "0f1e"},
            target(f"arn:aws:ecs:{REGIONAL}:cluster/c", f"arn:aws:ecs:{REGIONAL}:task/c/0f1e"),
        ),
        ("ecs", "DescribeTasks", {"tasks": ["0f1e"]}, target(f"arn:aws:ecs:{REGIONAL}:task/default/0f1e")),
        (
            "ecr",
            "BatchGetImage",
            {"registryId": "444455556666", "repositoryName": "web"},
            target("arn:aws:ecr:eu-central-1:444455556666:repository/web"),
        ),
        (
            "sqs",
            "GetQueueUrl",
            {"queueName": "q", "queueOwnerAWSAccountId": "444455556666"},
            target("arn:aws:sqs:eu-central-1:444455556666:q"),
        ),
        (
            "glue",
            "GetTable",
            {"catalogId": "HIDDEN", "databaseName": "d"},
            target(f"arn:aws:glue:{REGIONAL}:database/d"),
        ),
        (
            "organizations",
            "DetachPolicy",
            {"policyId": "p-12345678", "targetId": "444455556666"},
            target(f"{ORGANIZATION}:policy/*/p-12345678", "account:444455556666"),
        ),
        (
            "organizations",
            "AttachPolicy",
            {"policyId": "p-12345678", "targetId": "ou-abcd-12345678"},
            target(f"{ORGANIZATION}:policy/*/p-12345678", f"{ORGANIZATION}:ou/*/ou-abcd-12345678"),
        ),
        ("organizations", "InviteAccountToOrganization", {"target": {"id": "x@example.com"}}, scope("organizations")),
        (
            "sso",
            "CreateAccountAssignment",
            {"permissionSetArn": "arn:aws:sso:::permissionSet/i/p", "targetId": "444455556666", "principalId": "u"},
            target("arn:aws:sso:::permissionSet/i/p", "account:444455556666"),
        ),
        ("sts", "AssumeRoot", {"targetPrincipal": "444455556666"}, target("arn:aws:iam::444455556666:root")),
        ("s3", "GetAccessPointPolicy", {"name": "ap"}, target(f"arn:aws:s3:{REGIONAL}:accesspoint/ap")),
        (
            "elasticmapreduce",
            "RunJobFlow",
            {"serviceRole": "EMR", "jobFlowRole": "EMR_EC2"},
            {f"arn:aws:iam::{HOME}:role/EMR": "passed", f"arn:aws:iam::{HOME}:instance-profile/EMR_EC2": "passed"},
        ),
        (
            "rds",
            "CopyDBSnapshot",
            {"sourceDBSnapshotIdentifier": "s", "targetDBSnapshotIdentifier": "t"},
            {f"arn:aws:rds:{REGIONAL}:snapshot:s": "source", f"arn:aws:rds:{REGIONAL}:snapshot:t": "created"},
        ),
        (
            "rds",
            "RestoreDBInstanceToPointInTime",
            {"sourceDBInstanceIdentifier": "a", "targetDBInstanceIdentifier": "b"},
            {f"arn:aws:rds:{REGIONAL}:db:a": "source", f"arn:aws:rds:{REGIONAL}:db:b": "created"},
        ),
        (
            "rds",
            "CreateDBInstanceReadReplica",
            {"sourceDBInstanceIdentifier": "a", "dBInstanceIdentifier": "b"},
            {f"arn:aws:rds:{REGIONAL}:db:a": "source", f"arn:aws:rds:{REGIONAL}:db:b": "created"},
        ),
    ],
)  # fmt: skip
def test_what_a_parameter_names(service: str, name: str, request_: object, expected: dict[str, str]):
    assert touched(service, name, requestParameters=request_) == expected


@pytest.mark.parametrize("name", ["DeactivateMFADevice", "DeleteSigningCertificate", "ResetServiceSpecificCredential"])
def test_without_a_name_the_user_is_the_caller(name: str):
    assert touched("iam", name, requestParameters=None) == target(f"arn:aws:iam::{HOME}:user/alice")
