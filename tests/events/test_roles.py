"""In which role a call touches what its request names by ARN: acted on, handed on, named beside, mentioned."""

import pytest
from records import HOME, touched

ROLE = f"arn:aws:iam::{HOME}:role/worker"
USER = f"arn:aws:iam::{HOME}:user/a"
PROFILE = f"arn:aws:iam::{HOME}:instance-profile/worker"
POLICY = f"arn:aws:iam::{HOME}:policy/narrow"
BUCKET = "arn:aws:s3:::jewels"


@pytest.mark.parametrize(
    ("service", "name", "request_", "resource", "role"),
    [
        ("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {"DeliverLogsPermissionArn": ROLE}}, ROLE, "passed"),
        ("apigateway", "PutIntegration", {"putIntegrationInput": {"credentials": ROLE}}, ROLE, "passed"),
        ("codebuild", "CreateProject", {"serviceRole": {"arn": ROLE}}, ROLE, "passed"),
        ("tagging", "TagResources", {"resourceARNList": [ROLE]}, ROLE, "target"),
        ("iam", "GenerateServiceLastAccessedDetails", {"arn": ROLE}, ROLE, "target"),
        ("lambda", "ListFunctions", {"role": ROLE}, ROLE, "target"),
        ("access-analyzer", "CheckNoNewAccess", {"role": ROLE}, ROLE, "target"),
        ("ec2", "DescribeInstances", {"filterSet": {"items": [{"valueSet": [{"value": PROFILE}]}]}}, PROFILE, "target"),
        ("ec2", "RunInstances", {"iamInstanceProfile": {"arn": PROFILE}}, PROFILE, "passed"),
        ("kms", "CreateGrant", {"granteePrincipal": ROLE}, ROLE, "context"),
        ("kms", "RevokeGrant", {"retiringPrincipal": ROLE}, ROLE, "context"),
        ("eks", "AssociateAccessPolicy", {"principalArn": ROLE}, ROLE, "target"),
        ("eks", "CreateAccessEntry", {"principalArn": USER}, USER, "target"),
        ("lambda", "AddPermission20150331v2", {"functionName": "f", "sourceArn": BUCKET}, BUCKET, "context"),
        ("lambda", "AddPermission20150331v2", {"functionName": "f", "sourceArn": BUCKET},
         f"arn:aws:lambda:eu-central-1:{HOME}:function:f", "target"),
        ("sts", "AssumeRole", {"policyArns": [{"arn": POLICY}]}, POLICY, "context"),
        ("sts", "AssumeRoot", {"taskPolicyArn": {"arn": POLICY}}, POLICY, "context"),
        ("iam", "AttachRolePolicy", {"policyArn": POLICY}, POLICY, "context"),
        ("iam", "TagPolicy", {"policyArn": POLICY}, POLICY, "target"),
        ("iam", "UntagPolicy", {"policyArn": POLICY}, POLICY, "target"),
        ("iam", "ListPolicyTags", {"policyArn": POLICY}, POLICY, "target"),
        ("kms", "Decrypt", {"EncryptionContext": {"aws:s3:arn": BUCKET}}, BUCKET, "context"),
        ("kms", "CreateGrant", {"constraints": {"encryptionContextSubset": {"aws:s3:arn": BUCKET}}}, BUCKET, "context"),
        ("ec2", "CreateTags", {"tagSet": {"items": [{"key": "x", "value": BUCKET}]}}, BUCKET, "mentioned"),
        ("ec2", "RunInstances", {"tagSpecificationSet": {"items": [{"value": BUCKET}]}}, BUCKET, "mentioned"),
        ("s3", "PutBucketTagging", {"Tagging": {"TagSet": {"Tag": {"Value": BUCKET}}}}, BUCKET, "mentioned"),
    ],
)  # fmt: skip
def test_the_role_of_an_arn(service: str, name: str, request_: object, resource: str, role: str):
    assert touched(service, name, requestParameters=request_)[resource] == role


def test_what_was_made_stands_once_with_the_path_that_the_answer_has():
    arn = f"arn:aws:iam::{HOME}:role/service-role/worker"
    request, answer = {"roleName": "worker", "path": "/service-role/"}, {"role": {"arn": arn, "roleName": "worker"}}
    assert touched("iam", "CreateRole", requestParameters=request, responseElements=answer) == {arn: "created"}
    pair = {"keyName": "k"}, {"keyName": "k", "keyPairId": "key-0123456789abcdef0"}
    assert len(touched("ec2", "CreateKeyPair", requestParameters=pair[0], responseElements=pair[1])) == 2


def test_a_profile_that_only_the_answer_names_was_passed_on_and_stands_once():
    arn = f"arn:aws:iam::{HOME}:instance-profile/teams/worker"
    instance = f"arn:aws:ec2:eu-central-1:{HOME}:instance/i-0123456789abcdef0"
    one = {"instanceId": "i-0123456789abcdef0", "iamInstanceProfile": {"arn": arn, "id": "AIPAEXAMPLE"}}
    answer, expected = {"instancesSet": {"items": [one]}}, {instance: "created", arn: "passed"}
    named = {"iamInstanceProfile": {"name": "worker"}}
    for request in ({"launchTemplate": {"launchTemplateName": "t"}}, named):
        assert touched("ec2", "RunInstances", requestParameters=request, responseElements=answer) == expected


@pytest.mark.parametrize("name", ["DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"])
def test_a_change_of_an_association_is_about_the_instance_that_its_answer_names(name: str):
    instance = f"arn:aws:ec2:eu-central-1:{HOME}:instance/i-0123456789abcdef0"
    held = {"associationId": "iip-assoc-0123456789abcdef0", "instanceId": "i-0123456789abcdef0"}
    answer = {f"{name}Response": {"iamInstanceProfileAssociation": held}}
    assert touched("ec2", name, responseElements=answer) == {instance: "target"}


def test_where_an_api_invokes_a_function_it_is_about_the_function():
    function = f"arn:aws:lambda:eu-central-1:{HOME}:function:f"
    path = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions"
    for named in (function, f"{function}:prod"):
        request = {"integrationUri": f"{path}/{named}/invocations"}
        assert touched("apigateway", "CreateIntegration", requestParameters=request) == {function: "target"}
