"""What is shared is shared until it is taken back: by label, by a new list, by a reset."""

import json
from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
HERE = f"eu-central-1:{ct.HOME}"
FUNCTION = f"arn:aws:lambda:{HERE}:function:f"
OBJECT = "arn:aws:s3:::jewels/a"
SNAPSHOT = "arn:aws:ec2:eu-central-1::snapshot/snap-0123456789abcdef0"
STRANGE = f"account:{ct.STRANGE}"
ALL_USERS = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
PROJECT = f"arn:aws:codebuild:{HERE}:project/p"
Request = dict[str, object]
DISK: Request = {"snapshotId": "snap-0123456789abcdef0"}
GIVE: Request = {"createVolumePermission": {"add": {"items": [{"userId": ct.STRANGE}]}}}


def shares(case: graphtrail.Case) -> list[tuple[str, str, str, str | None]]:
    return [(row.change, row.resource, row.party, row.until and row.until[11:16]) for row in case.ask.shared_out().rows]


CHANGES: list[tuple[str, Request, str, Request, str, str]] = [
    ("lambda:AddPermission20150331v2", {"functionName": "f", "statementId": "s", "principal": ct.STRANGE},
     "lambda:RemovePermission20150331v2", {"functionName": "f", "statementId": "s"}, FUNCTION, STRANGE),
    ("lambda:CreateFunctionUrlConfig", {"functionName": "f", "authType": "NONE"},
     "lambda:DeleteFunctionUrlConfig", {"functionName": "f"}, FUNCTION, "public"),
    ("lambda:CreateFunctionUrlConfig", {"functionName": "f", "authType": "NONE"},
     "lambda:UpdateFunctionUrlConfig", {"functionName": "f", "authType": "AWS_IAM"}, FUNCTION, "public"),
    ("sqs:AddPermission", {"queueUrl": f"https://sqs.eu-central-1.amazonaws.com/{ct.HOME}/q", "label": "l",
                           "aWSAccountIds": [ct.STRANGE]},
     "sqs:RemovePermission", {"queueUrl": f"https://sqs.eu-central-1.amazonaws.com/{ct.HOME}/q", "label": "l"},
     f"arn:aws:sqs:{HERE}:q", STRANGE),
    ("s3:PutObject", {"bucketName": "jewels", "key": "a", "x-amz-acl": "public-read"},
     "s3:PutObjectAcl", {"bucketName": "jewels", "key": "a", "x-amz-acl": ["private"]}, OBJECT, "public"),
    ("s3:PutBucketAcl", {"bucketName": "jewels", "accessControlList": {"x-amz-grant-read": ALL_USERS}},
     "s3:PutBucketAcl", {"bucketName": "jewels", "acl": "", "x-amz-acl": "private"}, "arn:aws:s3:::jewels", "public"),
    ("ec2:ModifySnapshotAttribute", {**DISK, **GIVE},
     "ec2:ResetSnapshotAttribute", {**DISK, "attributeType": "CREATE_VOLUME_PERMISSION"}, SNAPSHOT, STRANGE),
    ("codebuild:UpdateProjectVisibility", {"projectArn": PROJECT, "projectVisibility": "PUBLIC_READ"},
     "codebuild:UpdateProjectVisibility", {"projectArn": PROJECT, "projectVisibility": "PRIVATE"}, PROJECT, "public"),
]  # fmt: skip


@pytest.mark.parametrize(("give", "given", "take", "taken", "resource", "party"), CHANGES)
def test_a_share_ends_when_it_is_taken_back(
    made: Made, give: str, given: Request, take: str, taken: Request, resource: str, party: str
):
    case = made(
        ct.record("09:00", give, ALICE, requestParameters=given),
        ct.record("10:00", take, ALICE, requestParameters=taken),
        ct.record("11:00", take, ALICE, requestParameters=taken),
    )
    assert shares(case) == [("shared", resource, party, "10:00"), ("unshared", resource, party, None)]


def test_only_what_was_given_under_the_label_is_taken_back(made: Made):
    def add(clock: str, statement: str, principal: str) -> ct.Record:
        request = {"functionName": "f", "statementId": statement, "principal": principal, "sourceArn": OBJECT}
        return ct.record(clock, "lambda:AddPermission20150331v2", ALICE, requestParameters=request)

    gone = {"functionName": "f", "statementId": "b"}
    case = made(
        add("09:00", "a", ct.STRANGE),
        add("09:01", "b", ct.OTHER),
        ct.record("10:00", "lambda:RemovePermission20150331v2", ALICE, requestParameters=gone),
    )
    assert shares(case) == [
        ("shared", FUNCTION, STRANGE, None),
        ("shared", FUNCTION, f"account:{ct.OTHER}", "10:00"),
        ("unshared", FUNCTION, f"account:{ct.OTHER}", None),
    ]


def test_a_list_that_lets_the_same_party_in_takes_nothing_back(made: Made):
    public = {"bucketName": "jewels", "key": "a", "x-amz-acl": "public-read"}
    case = made(*(ct.record(clock, "s3:PutObjectAcl", ALICE, requestParameters=public) for clock in ("09:00", "10:00")))
    assert shares(case) == [("shared", OBJECT, "public", None)] * 2


def test_a_statement_of_a_bus_stands_until_it_is_removed(made: Made):
    def call(clock: str, name: str, **request: str) -> ct.Record:
        return ct.record(clock, f"events:{name}", ALICE, requestParameters=request)

    case = made(
        call("09:00", "PutPermission", principal=ct.STRANGE, statementId="a"),
        call("09:01", "PutPermission", principal=ct.OTHER, statementId="b"),
        call("10:00", "RemovePermission", statementId="a"),
    )
    bus = f"scope:events:{HERE}"
    assert shares(case) == [("shared", bus, STRANGE, "10:00"), ("shared", bus, f"account:{ct.OTHER}", None)]
    assert [row.policy for row in case.ask.policies().rows] == ["statement a", "statement b", "statement a"]


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("ec2:ResetImageAttribute", {"imageId": "ami-0123456789abcdef0", "attribute": "kernel"}),
        ("lambda:UpdateFunctionUrlConfig", {"functionName": "f", "cors": {}}),
    ],
)
def test_a_change_of_something_else_takes_nothing_back(made: Made, action: str, request_: Request):
    image = {"imageId": "ami-0123456789abcdef0", "launchPermission": {"add": {"items": [{"userId": ct.STRANGE}]}}}
    case = made(
        ct.record("09:00", "ec2:ModifyImageAttribute", ALICE, requestParameters=image),
        ct.record("09:01", "lambda:CreateFunctionUrlConfig", ALICE,
                  requestParameters={"functionName": "f", "authType": "NONE"}),
        ct.record("09:02", action, ALICE, requestParameters=request_),
    )  # fmt: skip
    assert [(change, until) for change, _, _, until in shares(case)] == [("shared", None), ("shared", None)]


def test_nothing_is_shared_with_itself(made: Made):
    request = {"functionName": FUNCTION, "statementId": "s", "principal": FUNCTION}
    assert shares(made(ct.record("09:00", "lambda:AddPermission", ALICE, requestParameters=request))) == []


OPEN = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": ct.STRANGE}, "Action": "*"}})
UPDATES = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}})
GRANTS = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
TABLES = f"arn:aws:s3tables:{HERE}:bucket/t"
DIRECTORY = f"arn:aws:ds:{HERE}:directory/d-0123456789"


@pytest.mark.parametrize(
    ("action", "request_", "resource"),
    [
        ("s3tables:PutTableBucketPolicy", {"tableBucketARN": TABLES, "resourcePolicy": OPEN}, TABLES),
        ("kafka:PutClusterPolicy", {"clusterArn": TABLES, "policy": OPEN}, TABLES),
        ("kafka:PutClusterPolicy", {"clusterArn": TABLES, "tags": ["a"], "policy": json.loads(OPEN)}, TABLES),
        ("glacier:SetVaultAccessPolicy", {"vaultName": "v", "policy": {"policy": OPEN}},
         f"arn:aws:glacier:{HERE}:vaults/v"),
        ("ds:ShareDirectory", {"directoryId": "d-0123456789", "shareTarget": {"id": ct.STRANGE, "type": "ACCOUNT"}},
         DIRECTORY),
        ("redshift:AuthorizeDataShare", {"dataShareArn": TABLES, "consumerIdentifier": ct.STRANGE}, TABLES),
        ("workspaces:UpdateWorkspaceImagePermission",
         {"imageId": "wsi-0123456789", "allowCopyImage": True, "sharedAccountId": ct.STRANGE},
         f"arn:aws:workspaces:{HERE}:workspaceimage/wsi-0123456789"),
    ],
)  # fmt: skip
def test_services_beyond_the_common_ones_share_too(made: Made, action: str, request_: Request, resource: str):
    assert shares(made(ct.record("09:00", action, ALICE, requestParameters=request_))) == [
        ("shared", resource, STRANGE, None)
    ]


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("cloudformation:SetStackPolicy", {"stackName": "s", "stackPolicyBody": UPDATES}),
        ("organizations:CreatePolicy", {"content": GRANTS, "type": "SERVICE_CONTROL_POLICY"}),
        ("iot:CreatePolicy", {"policyName": "p", "policyDocument": GRANTS}),
        ("kafka:PutClusterPolicy", {"clusterArn": TABLES, "policy": OPEN.replace("Allow", "Deny")}),
        ("ds:ShareDirectory", {"directoryId": "d-0123456789", "shareMethod": "HANDSHAKE"}),
    ],
)
def test_what_lets_nobody_in_is_no_policy_of_a_resource(made: Made, action: str, request_: Request):
    case = made(ct.record("09:00", action, ALICE, requestParameters=request_))
    assert not case.ask.policies().rows
    assert not case.ask.shared_out().rows


def test_of_many_statements_each_is_taken_back_by_its_own_id_and_a_reset_takes_the_rest(made: Made):
    def permission(minute: int, name: str, label: str, **more: str) -> ct.Record:
        asked = {"functionName": "f", "statementId": label, **more}
        return ct.record(f"09:{minute:02}", f"lambda:{name}Permission20150331v2", ALICE, requestParameters=asked)

    accounts = [f"{number}" * 12 for number in range(2, 6)]
    given = [permission(at, "Add", f"s{at}", principal=account) for at, account in enumerate(accounts)]
    again = permission(10, "Add", "other", principal=accounts[0])
    taken = [permission(20 + at, "Remove", label) for at, label in enumerate(("s0", "s1", "s1", "none"))]
    found = shares(made(*given, again, *taken))
    assert [row[1:] for row in found if row[0] == "unshared"] == [(FUNCTION, f"account:{accounts[1]}", None)]
    assert {(row[2], row[3]) for row in found if row[0] == "shared"} == {
        (f"account:{account}", "09:21" if account == accounts[1] else None) for account in accounts
    }
