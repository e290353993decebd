"""One small organisation, of which every question is asked."""

import cloudtrail as ct
import pytest

import graphtrail

ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BOB = ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
DEPLOY = ct.role("deploy", "alice-cli", "ASIADEPLOYDEPLOYDEP0", "09:10")
READER = ct.role("reader", "hop", "ASIAREADERREADERREA0", "09:20", ct.OTHER)
WEB = ct.role("web", "i-0aaaabbbbccccdddd", "ASIAWEBWEBWEBWEBWEB0", "10:00")
LOST = ct.role("lost", "nobody", "ASIALOSTLOSTLOSTLOS0", "12:00")
FOREIGN = {"type": "AWSAccount", "principalId": "AROASTRANGESTRANGEST0:ci", "accountId": ct.STRANGE}
IN_OTHER = {"recipientAccountId": ct.OTHER}


def organisation():
    """A day: alice makes bob and becomes deploy, who becomes reader in the other account; an instance is robbed."""
    for_bob = {"userName": "bob"}
    new_user = {"user": {"userName": "bob", "userId": BOB["principalId"], "arn": BOB["arn"]}}
    new_key = {"accessKey": {"userName": "bob", "accessKeyId": BOB["accessKeyId"], "status": "Active"}}
    shared = {"sharedEventID": "5a5a5a5a-0000-4000-8000-00000000000a"}
    hop = {"account": ct.OTHER, "name": "reader", "session": "hop", "key": READER["accessKeyId"]}
    forwarded = ct.user("alice", "ASIAFORWARDFORWARDF0") | {
        "invokedBy": "athena.amazonaws.com",
        "sessionContext": {"attributes": {"creationDate": ct.at("09:05"), "mfaAuthenticated": "false"}},
    }
    return [
        ct.record("09:00", "iam:CreateUser", ALICE, requestParameters=for_bob, responseElements=new_user),
        ct.record("09:01", "iam:CreateAccessKey", ALICE, requestParameters=for_bob, responseElements=new_key),
        ct.record("09:02", "iam:CreateLoginProfile", ALICE, requestParameters=for_bob),
        ct.get_object("09:05", forwarded, "jewels", "athena.csv", sourceIPAddress="athena.amazonaws.com"),
        ct.assume_role("09:10", ALICE, "deploy", "alice-cli", DEPLOY["accessKeyId"]),
        ct.get_object("09:11", DEPLOY, "jewels", "crown.csv", **ct.refused()),
        ct.get_object("09:12", DEPLOY, "jewels", "crown.csv"),
        ct.get_object("09:13", DEPLOY, "jewels", "crown.csv", sourceIPAddress="203.0.113.9"),
        ct.get_object("09:14", DEPLOY, "jewels", "a/b c.csv", action="s3:PutObject"),
        ct.record("09:15", "secretsmanager:GetSecretValue", DEPLOY, requestParameters={"secretId": "db"}),
        ct.record("09:16", "s3:DeleteBucket", DEPLOY, requestParameters={"bucketName": "jewels"}, **ct.refused()),
        ct.assume_role("09:20", DEPLOY, **hop, **shared),
        ct.assume_role("09:20", {"type": "AWSAccount", "principalId": DEPLOY["principalId"], "accountId": ct.HOME},
                       **hop, **shared, **IN_OTHER, eventID="5a5a5a5a-0000-4000-8000-00000000000b"),
        ct.record("09:21", "dynamodb:DescribeTable", READER, requestParameters={"tableName": "ledger"}, **IN_OTHER),
        ct.record("09:22", "iam:ListUsers", READER, **IN_OTHER, **ct.refused()),
        ct.assume_role("10:00", ct.service("ec2"), "web", "i-0aaaabbbbccccdddd", WEB["accessKeyId"]),
        ct.record("10:01", "ssm:UpdateInstanceInformation", WEB, sourceIPAddress="10.0.0.5",
                  requestParameters={"instanceId": "i-0aaaabbbbccccdddd"}),
        ct.record("10:05", "sts:GetCallerIdentity", WEB, sourceIPAddress="192.0.2.66"),
        ct.record("10:06", "kms:Decrypt", WEB, sourceIPAddress="ssm.amazonaws.com"),
        ct.record("10:10", "s3:ListBuckets", BOB),
        ct.get_object("12:01", LOST, "jewels", "crown.csv"),
        ct.get_object("13:00", FOREIGN, "jewels", "crown.csv", sourceIPAddress="192.0.2.99"),
        ct.record("14:00", "s3:GetBucketAcl", ALICE, requestParameters={"bucketName": "quiet"}),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> graphtrail.Case:
    return ct.case(tmp_path_factory.mktemp("organisation"), organisation())
