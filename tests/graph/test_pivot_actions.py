"""Pivots of services beyond the common ones: which edges one call draws."""

import json
from collections.abc import Callable
from typing import Any

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
IAM = "arn:aws:iam::111122223333:"
HERE = "arn:aws:{}:eu-central-1:111122223333:{}"
JEWELS = "arn:aws:s3:::jewels"
HOME, STRANGE = f"account:{ct.HOME}", f"account:{ct.STRANGE}"
INSTANCE = HERE.format("ec2", "instance/i-0123456789abcdef0")
OPEN = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": ct.STRANGE}, "Action": "*"}})
ALL = json.dumps({"Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": "*"}]})
SOME = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
STORE = "arn:aws:identitystore::111122223333:identitystore/d-1"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
Edges = set[tuple[str, str, str]]


def edges(case: graphtrail.Case) -> Edges:
    """Type, target and detail of what is not a matter of sessions and principals."""
    return {
        (edge.type, edge.target, edge.detail)
        for edge in case.store.edges()
        if edge.type not in {"OPENED", "POLICY_ALLOWS"}
    }


def opened(key: str) -> Edges:
    return {("CHANGED_POLICY", key, ""), ("SHARED_WITH", STRANGE, key)}


CALLS: list[tuple[str, dict[str, Any] | None, dict[str, Any] | None, Edges]] = [
    ("iam:PutUserPolicy", {"userName": "bob", "policyName": "p", "policyDocument": ALL.replace('"*"', '"*:*"', 1)},
     None,
     {("CHANGED_PERMISSIONS", f"{IAM}user/bob", "grants admin")}),
    ("sso:AttachManagedPolicyToPermissionSet", {
        "permissionSetArn": SET, "managedPolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, None,
     {("CHANGED_PERMISSIONS", SET, "grants admin")}),
    ("sso:PutInlinePolicyToPermissionSet", {"permissionSetArn": SET, "inlinePolicy": ALL}, None,
     {("CHANGED_PERMISSIONS", SET, "grants admin")}),
    ("glue:PutResourcePolicy", {"policyInJson": OPEN}, None, opened("scope:glue:eu-central-1:111122223333")),
    ("backup:PutBackupVaultAccessPolicy", {"backupVaultName": "v", "policy": OPEN}, None,
     opened(HERE.format("backup", "backup-vault:v"))),
    ("kms:CreateKey", {"policy": OPEN}, {"keyMetadata": {"arn": HERE.format("kms", "key/k")}},
     opened(HERE.format("kms", "key/k"))),
    ("kms:CreateKey", {"description": "no policy"}, {"keyMetadata": {"arn": HERE.format("kms", "key/k")}}, set()),
    ("events:PutPermission", {"principal": ct.STRANGE, "eventBusName": "default", "statementId": "in"}, None,
     {("CHANGED_POLICY", "scope:events:eu-central-1:111122223333", "statement in"),
      ("SHARED_WITH", STRANGE, "scope:events:eu-central-1:111122223333")}),
    ("events:PutPermission", {"policy": OPEN}, None, opened("scope:events:eu-central-1:111122223333")),
    ("ec2:ModifyVpcEndpoint", {"ModifyVpcEndpointRequest": {
        "VpcEndpointId": "vpce-0123456789abcdef0", "PolicyDocument": OPEN}}, None,
     opened(HERE.format("ec2", "vpc-endpoint/vpce-0123456789abcdef0"))),
    ("ec2:ModifyVpcEndpointServicePermissions", {"ModifyVpcEndpointServicePermissionsRequest": {
        "AddAllowedPrincipals": {"content": "*", "tag": 1}, "RemoveAllowedPrincipals": [{"content": ct.STRANGE}]}},
     None,
     {("SHARED_WITH", "public", "scope:ec2:eu-central-1:111122223333"),
      ("UNSHARED_WITH", STRANGE, "scope:ec2:eu-central-1:111122223333")}),
    ("ssm:ModifyDocumentPermission", {"name": "d", "accountIdsToAdd": ["all"], "accountIdsToRemove": [ct.STRANGE]},
     None,
     {("SHARED_WITH", "public", HERE.format("ssm", "document/d")),
      ("UNSHARED_WITH", STRANGE, HERE.format("ssm", "document/d"))}),
    ("logs:PutSubscriptionFilter", {"logGroupName": "g",
                                    "destinationArn": f"arn:aws:logs:eu-central-1:{ct.STRANGE}:destination:d"}, None,
     {("SHARED_WITH", STRANGE, HERE.format("logs", "log-group:g")),
      ("SHARED_WITH", STRANGE, f"arn:aws:logs:eu-central-1:{ct.STRANGE}:destination:d")}),
    ("logs:PutSubscriptionFilter", {"logGroupName": "g", "destinationArn": HERE.format("lambda", "function:f")}, None,
     set()),
    ("ecr:PutReplicationConfiguration", {"replicationConfiguration": {"rules": [{"destinations": [
        {"region": "eu-west-1", "registryId": ct.STRANGE}, {"region": "eu-west-1", "registryId": ct.HOME}]}]}}, None,
     {("SHARED_WITH", STRANGE, "scope:ecr:eu-central-1:111122223333")}),
    ("lakeformation:GrantPermissions", {"principal": {"dataLakePrincipalIdentifier": ct.STRANGE}}, None,
     {("SHARED_WITH", STRANGE, "scope:lakeformation:eu-central-1:111122223333")}),
    ("s3:PutBucketPublicAccessBlock", {"bucketName": "jewels", "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True, "BlockPublicPolicy": False}}, None,
     {("CHANGED_POLICY", JEWELS, "public access block")}),
    ("s3:PutBucketPublicAccessBlock", {"bucketName": "jewels", "PublicAccessBlockConfiguration": dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), "true")}, None,
     {("CHANGED_POLICY", JEWELS, "public access blocked")}),
    ("s3:DeleteBucketPublicAccessBlock", {"bucketName": "jewels"}, None,
     {("CHANGED_POLICY", JEWELS, "public access block")}),
    ("s3:CreateAccessPoint", {"bucketName": "jewels", "name": "ap"}, None,
     {("CHANGED_POLICY", JEWELS, "access point")}),
    ("s3:CreateBucket", {"bucketName": "jewels", "x-amz-acl": ["public-read"]}, None,
     {("SHARED_WITH", "public", JEWELS)}),
    ("s3:PutBucketAcl", {"bucketName": "jewels",
                         "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'}, None,
     {("CHANGED_POLICY", JEWELS, "ACL"), ("SHARED_WITH", "public", JEWELS)}),
    ("s3:PutBucketAcl", {"bucketName": "jewels", "AccessControlPolicy": {"Owner": {"ID": "me"}, "AccessControlList": {
        "Grant": [{"Grantee": {"ID": "me"}}, {"Grantee": {"ID": "you"}}]}}}, None,
     {("CHANGED_POLICY", JEWELS, "ACL"), ("SHARED_WITH", "canonical:you", JEWELS)}),
    ("iam:PutUserPolicy", {"userName": "bob", "policyName": "p", "policyDocument": ALL}, None,
     {("CHANGED_PERMISSIONS", f"{IAM}user/bob", "grants admin")}),
    ("iam:PutUserPolicy", {"userName": "bob", "policyName": "p", "policyDocument": SOME}, None,
     {("CHANGED_PERMISSIONS", f"{IAM}user/bob", "iam:PutUserPolicy")}),
    ("iam:CreateVirtualMFADevice", {"virtualMFADeviceName": "m"}, None,
     {("CHANGED_MFA", f"{IAM}mfa/m", "iam:CreateVirtualMFADevice")}),
    ("identitystore:CreateUser", {"identityStoreId": "d-1"}, {"userId": "u-1"},
     {("CREATED", f"idc:{STORE}#u-1", "Identity Center user")}),
    ("sso-directory:CreateUser", {"identityStoreId": "d-1"}, {"user": {"userId": "u-1"}},
     {("CREATED", f"idc:{STORE}#u-1", "Identity Center user")}),
    ("identitystore:CreateUser", {"identityStoreId": "d-1"}, None, set()),
    ("identitystore:CreateGroupMembership", {"identityStoreId": "d-1", "groupId": "g", "memberId": {"userId": "u-1"}},
     None, {("CHANGED_PERMISSIONS", f"idc:{STORE}#u-1", "group")}),
    ("sso-directory:AddMemberToGroup", {"groupId": "g"}, None, set()),
    ("sso-directory:AddMemberToGroup", {"identityStoreId": "d-1", "groupId": "g", "member": {"memberId": "u-1"}}, None,
     {("CHANGED_PERMISSIONS", f"idc:{STORE}#u-1", "group")}),
    ("sso-directory:UpdatePassword", {"identityStoreId": "d-1", "userId": "u-1", "passwordMode": "OTP"}, None,
     {("SET_PASSWORD", f"idc:{STORE}#u-1", "password")}),
    ("sso:CreateAccountAssignment", {"instanceArn": "arn:aws:sso:::instance/ssoins-1", "targetId": ct.HOME,
                                     "permissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1"}, None,
     {("CHANGED_PERMISSIONS", "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "sso:CreateAccountAssignment")}),
    ("organizations:InviteAccountToOrganization", {"target": {"type": "ACCOUNT", "id": ct.STRANGE}}, None,
     {("CHANGED_ORG", STRANGE, "")}),
    ("organizations:CreateAccount", {"accountName": "x"}, {"createAccountStatus": {"accountId": ct.STRANGE}},
     {("CHANGED_ORG", STRANGE, "")}),
    ("organizations:LeaveOrganization", None, None,
     {("CHANGED_ORG", HOME, ""), ("BLINDED", HOME, "organizations:LeaveOrganization")}),
    ("securityhub:DisableSecurityHub", None, None, {("BLINDED", HOME, "securityhub:DisableSecurityHub")}),
    ("cloudtrail:StopLogging", {"name": "t"}, None,
     {("BLINDED", HERE.format("cloudtrail", "trail/t"), "cloudtrail:StopLogging")}),
    ("macie2:UpdateMacieSession", {"status": "PAUSED"}, None, {("BLINDED", HOME, "macie2:UpdateMacieSession")}),
    ("macie2:UpdateMacieSession", {"findingPublishingFrequency": "SIX_HOURS"}, None, set()),
    ("eks:UpdateClusterConfig", {"name": "c", "logging": {"clusterLogging": [{"types": ["api"], "enabled": False}]}},
     None, {("BLINDED", HERE.format("eks", "cluster/c"), "eks:UpdateClusterConfig")}),
    ("eks:UpdateClusterConfig", {"name": "c", "computeConfig": {"enabled": False}}, None, set()),
    ("elasticloadbalancing:ModifyLoadBalancerAttributes", {
        "loadBalancerArn": HERE.format("elasticloadbalancing", "loadbalancer/app/l/1"),
        "attributes": [{"key": "deletion_protection.enabled", "value": "false"},
                       {"key": "access_logs.s3.enabled", "value": "false"}]}, None,
     {("BLINDED", HERE.format("elasticloadbalancing", "loadbalancer/app/l/1"),
       "elasticloadbalancing:ModifyLoadBalancerAttributes")}),
    ("redshift:DisableLogging", {"clusterIdentifier": "c"}, None,
     {("BLINDED", HERE.format("redshift", "cluster:c"), "redshift:DisableLogging")}),
    ("rds:StopActivityStream", {"resourceArn": HERE.format("rds", "cluster:c")}, None,
     {("BLINDED", HERE.format("rds", "cluster:c"), "rds:StopActivityStream")}),
    ("ec2:DisableEbsEncryptionByDefault", None, None, {("BLINDED", HOME, "ec2:DisableEbsEncryptionByDefault")}),
    ("config:DeleteConformancePack", {"conformancePackName": "p"}, None,
     {("BLINDED", HOME, "config:DeleteConformancePack")}),
    ("guardduty:UpdateDetector", {"detectorId": "d", "enable": False}, None,
     {("BLINDED", HERE.format("guardduty", "detector/d"), "guardduty:UpdateDetector")}),
    ("guardduty:UpdateDetector", {"detectorId": "d", "dataSources": {"s3Logs": {"enable": "false"}}}, None,
     {("BLINDED", HERE.format("guardduty", "detector/d"), "guardduty:UpdateDetector")}),
    ("guardduty:UpdateDetector", {"detectorId": "d", "features": [{"name": "EKS", "status": "DISABLED"}]}, None,
     {("BLINDED", HERE.format("guardduty", "detector/d"), "guardduty:UpdateDetector")}),
    ("guardduty:UpdateDetector", {"detectorId": "d", "enable": True}, None, set()),
    ("s3:PutBucketLogging", {"bucketName": "jewels", "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "l"}}},
     None, set()),
    ("s3:PutBucketLogging", {"bucketName": "jewels", "BucketLoggingStatus": ""}, None,
     {("BLINDED", JEWELS, "s3:PutBucketLogging")}),
    ("s3:PutBucketLifecycle", {"bucketName": "jewels"}, None, set()),
    ("cloudtrail:CreateTrail", {"name": "t"}, None, set()),
    ("ssm:CreateAssociation", {"name": "AWS-RunShellScript", "instanceId": "i-0123456789abcdef0"}, None,
     {("EXECUTED_ON", INSTANCE, "ssm:CreateAssociation")}),
    ("ssm:CreateAssociation", {"name": "AWS-RunShellScript", "targets": [{"key": "tag:Role", "values": ["db"]}]},
     None,
     {("EXECUTED_ON", "target:tag:Role=db", "incomplete")}),
    ("ssm:StartAutomationExecution", {"documentName": "d", "parameters": {"InstanceId": ["i-0123456789abcdef0"]}},
     None,
     {("EXECUTED_ON", INSTANCE, "ssm:StartAutomationExecution")}),
    ("ec2:CreateLaunchTemplate", {"CreateLaunchTemplateRequest": {"LaunchTemplateData": {
        "IamInstanceProfile": {"Name": "web"}}}}, None,
     {("PASSED_ROLE", f"{IAM}instance-profile/web", "ec2:CreateLaunchTemplate")}),
    ("ec2:ReplaceIamInstanceProfileAssociation", {"ReplaceIamInstanceProfileAssociationRequest": {
        "AssociationId": "iip-assoc-060bae234aac2e7fa", "IamInstanceProfile": {"Name": "admin"}}}, None,
     {("PASSED_ROLE", f"{IAM}instance-profile/admin", "ec2:ReplaceIamInstanceProfileAssociation")}),
    ("autoscaling:CreateLaunchConfiguration", {"iamInstanceProfile": "web"}, None,
     {("PASSED_ROLE", f"{IAM}instance-profile/web", "autoscaling:CreateLaunchConfiguration")}),
    ("apigateway:CreateRestApi", {"createRestApiInput": {"name": "n", "policy": OPEN}}, None,
     opened("scope:apigateway:eu-central-1:111122223333")),
    ("apigateway:CreateRestApi", {"createRestApiInput": {"name": "n"}}, None, set()),
    ("apigateway:UpdateRestApi", {"restApiId": "a1", "updateRestApiInput": {"patchOperations": [
        {"op": "replace", "path": "/name", "value": "n"}, {"op": "replace", "path": "/policy", "value": OPEN}]}}, None,
     opened("arn:aws:apigateway:eu-central-1::/restapis/a1")),
    ("events:PutTargets", {"rule": "r", "targets": [
        {"id": "1", "arn": HERE.format("lambda", "function:f"), "roleArn": f"{IAM}role/etl"}]}, None,
     {("CONTROLS", HERE.format("events", "rule/r"), "events:PutTargets"),
      ("PASSED_ROLE", f"{IAM}role/etl", "events:PutTargets")}),
    ("lambda:UpdateFunctionConfiguration", {"functionName": "f", "layers": [HERE.format("lambda", "layer:l:1")]}, None,
     {("CONTROLS", HERE.format("lambda", "function:f"), "lambda:UpdateFunctionConfiguration")}),
    ("lambda:PublishLayerVersion", {"layerName": "l"}, None,
     {("CONTROLS", HERE.format("lambda", "layer:l"), "lambda:PublishLayerVersion")}),
    ("lambda:CreateEventSourceMapping", {"functionName": "f", "eventSourceArn": HERE.format("sqs", "q")}, None,
     {("CONTROLS", HERE.format("lambda", "function:f"), "lambda:CreateEventSourceMapping")}),
    ("cognito-identity:SetIdentityPoolRoles", {"roles": {"authenticated": f"{IAM}role/etl"}}, None,
     {("PASSED_ROLE", f"{IAM}role/etl", "cognito-identity:SetIdentityPoolRoles")}),
    ("cloudtrail:PutEventSelectors", {"trailName": "t", "eventSelectors": [
        {"dataResources": [{"type": "AWS::S3::Object", "values": [f"{JEWELS}/"]}]}]}, None,
     {("BLINDED", HERE.format("cloudtrail", "trail/t"), "cloudtrail:PutEventSelectors")}),
    ("bedrock:DeleteModelInvocationLoggingConfiguration", None, None,
     {("BLINDED", HOME, "bedrock:DeleteModelInvocationLoggingConfiguration")}),
    ("kms:CreateGrant", {"keyId": HERE.format("kms", "key/k"), "granteePrincipal": f"{IAM}role/etl",
                         "operations": ["Decrypt", "CreateGrant"]}, None,
     {("KMS_GRANT", f"{IAM}role/etl", HERE.format("kms", "key/k"))}),
    ("ec2:ModifyImageAttribute", {"imageId": "ami-0123456789abcdef0", "launchPermission": {"add": {"items": [
        {"organizationArn": "arn:aws:organizations::111122223333:organization/o-1"}]}}}, None,
     {("SHARED_WITH", "arn:aws:organizations::111122223333:organization/o-1",
       "arn:aws:ec2:eu-central-1::image/ami-0123456789abcdef0")}),
    ("redshift:AuthorizeSnapshotAccess", {"snapshotArn": HERE.format("redshift", "snapshot:c/s"),
                                          "accountWithRestoreAccess": ct.STRANGE}, None,
     {("SHARED_WITH", STRANGE, HERE.format("redshift", "snapshot:c/s"))}),
    ("redshift:RevokeSnapshotAccess", {"snapshotArn": HERE.format("redshift", "snapshot:c/s"),
                                       "accountWithRestoreAccess": ct.STRANGE}, None,
     {("UNSHARED_WITH", STRANGE, HERE.format("redshift", "snapshot:c/s"))}),
    ("redshift:GetClusterCredentials", {"clusterIdentifier": "c", "dbUser": "admin"}, None,
     {("READ_SECRET", HERE.format("redshift", "cluster:c"), "redshift:GetClusterCredentials")}),
    ("rds:ModifyDBInstance", {"dBInstanceIdentifier": "d", "masterUserPassword": "****"}, None,
     {("SET_PASSWORD", HERE.format("rds", "db:d"), "master password")}),
    ("rds:ModifyDBInstance", {"dBInstanceIdentifier": "d", "publiclyAccessible": True}, None, set()),
    ("sagemaker:CreateTrainingJob", {"roleArn": f"{IAM}role/etl"}, {"trainingJobArn": HERE.format("sagemaker", "t/j")},
     {("PASSED_ROLE", f"{IAM}role/etl", "sagemaker:CreateTrainingJob"),
      ("CONTROLS", HERE.format("sagemaker", "t/j"), "sagemaker:CreateTrainingJob")}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "request_", "answer", "expected"), CALLS)
def test_a_call_draws_these_edges(
    made: Made, action: str, request_: dict[str, Any] | None, answer: dict[str, Any] | None, expected: Edges
):
    assert (
        edges(made(ct.record("09:00", action, ALICE, requestParameters=request_, responseElements=answer))) == expected
    )


@pytest.mark.parametrize("told", ["by the trail", "by its service"])
def test_a_lifecycle_rule_blinds_where_logs_are_delivered(made: Made, told: str):
    lifecycle = ct.record("09:05", "s3:PutBucketLifecycle", ALICE, requestParameters={"bucketName": "logs"})
    trail = ct.record("09:00", "cloudtrail:CreateTrail", ALICE, requestParameters={"name": "t", "s3BucketName": "logs"})
    looked = ct.record("09:00", "s3:GetBucketAcl", ct.service("cloudtrail"), requestParameters={"bucketName": "logs"})
    case = made(trail if told == "by the trail" else looked, lifecycle)
    (row,) = case.ask.blinded().rows
    assert (row.resource, row.certain, row.principal) == ("arn:aws:s3:::logs", False, ALICE["arn"])


def test_what_was_switched_off_for_an_account_is_on_again_by_a_call_in_its_log_and_region(made: Made):
    case = made(
        ct.record("09:00", "securityhub:DisableSecurityHub", ALICE),
        ct.record("09:10", "securityhub:EnableSecurityHub", ALICE, awsRegion="us-east-1"),
        ct.record("09:20", "securityhub:EnableSecurityHub", ALICE),
    )
    (row,) = case.ask.blinded().rows
    assert (row.resource, row.certain, row.until) == (HOME, True, ct.at("09:20"))


def test_who_made_a_person_of_identity_center_reaches_the_sessions_that_act_for_it(made: Made):
    behalf = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    case = made(
        ct.record("09:00", "identitystore:CreateUser", ALICE, requestParameters={"identityStoreId": "d-1"},
                  responseElements={"userId": "u-1"}),
        ct.get_object("10:00", ct.role("deploy", "u", "ASIAFIRST00000000000", "09:30") | behalf, "jewels", "a"),
    )  # fmt: skip
    reached = {row.session for row in case.ask.blast_radius("key:AKIAALICEALICEALICE0").rows}
    assert "key:ASIAFIRST00000000000" in reached
    (row,) = case.ask.identities().rows
    assert (row.made, row.resource) == ("Identity Center user", f"idc:{STORE}#u-1")


def test_a_key_that_was_made_active_again_lives(made: Made):
    key = "AKIABOBBOBBOBBOBBOB0"
    change = {"userName": "bob", "accessKeyId": key}
    case = made(
        ct.get_object("08:00", ct.user("bob", key), "jewels", "a"),
        ct.record("09:00", "iam:UpdateAccessKey", ALICE, requestParameters=change | {"status": "Inactive"}),
        ct.record("10:00", "iam:UpdateAccessKey", ALICE, requestParameters=change | {"status": "Active"}),
        ct.get_object("11:00", ALICE, "jewels", "a"),
    )
    assert [row.session for row in case.ask.alive(f"key:{key}").rows] == [f"key:{key}"]


def test_policies_tell_who_became_an_administrator(made: Made):
    case = made(
        ct.record("09:00", "iam:AttachRolePolicy", ALICE, requestParameters={
            "roleName": "deploy", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ct.record("09:01", "iam:AttachRolePolicy", ALICE, requestParameters={
            "roleName": "deploy", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    )  # fmt: skip
    assert [row.grants_admin for row in case.ask.policies().rows] == [True, False]


def test_a_policy_that_is_taken_away_ends_what_it_shared(made: Made):
    case = made(
        ct.record(
            "09:00", "s3:PutBucketPolicy", ALICE, requestParameters={"bucketName": "jewels", "bucketPolicy": OPEN}
        ),
        ct.record("10:00", "s3:DeleteBucketPolicy", ALICE, requestParameters={"bucketName": "jewels"}),
    )
    rows = [(row.change, row.party, row.until) for row in case.ask.shared_out().rows]
    assert rows == [("shared", STRANGE, ct.at("10:00"))]


def test_a_policy_that_goes_on_letting_somebody_in_ends_nothing(made: Made):
    put = {"bucketName": "jewels", "bucketPolicy": OPEN}
    case = made(
        ct.record("09:00", "s3:PutBucketPolicy", ALICE, requestParameters=put),
        ct.record("10:00", "s3:PutBucketPolicy", ALICE, requestParameters=put),
    )
    assert [row.until for row in case.ask.shared_out().rows] == [None, None]
