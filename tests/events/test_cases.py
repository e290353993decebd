"""Parameters that begin with a capital letter, as some services and exports write them, say the same."""

import json

import pytest
from records import ALICE, said

from graphtrail.events.record import Json, either_case

POLICY = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*", "Service": "ec2.amazonaws.com"}}]}
ROLE = "arn:aws:iam::111122223333:role/x/r"
CALLS: list[tuple[str, str, dict[str, Json], Json]] = [
    ("iam", "AttachUserPolicy",
     {"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, None),
    ("iam", "CreateAccessKey", {"userName": "bob"}, {"accessKey": {"accessKeyId": "AKIABOBBOBBOBBOBBOB0"}}),
    ("iam", "CreateRole", {"roleName": "r", "assumeRolePolicyDocument": json.dumps(POLICY)},
     {"role": {"arn": ROLE, "roleId": "AROARRRRRRRRRRRRRRRR2"}}),
    ("iam", "UpdateAccessKey", {"userName": "bob", "accessKeyId": "AKIABOBBOBBOBBOBBOB0", "status": "Inactive"}, None),
    ("s3", "PutBucketPolicy", {"bucketName": "jewels", "bucketPolicy": POLICY}, None),
    ("sts", "AssumeRole", {"roleArn": ROLE, "roleSessionName": "s"},
     {"credentials": {"accessKeyId": "ASIASSSSSSSSSSSSSSS2", "expiration": "Mar 2, 2026, 9:00:00 PM"},
      "assumedRoleUser": {"assumedRoleId": "AROARRRRRRRRRRRRRRRR2:s", "arn": "arn:aws:sts::1:assumed-role/r/s"}}),
    ("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "*", "statementId": "s"}, None),
    ("rds", "ModifyDBSnapshotAttribute",
     {"dBSnapshotIdentifier": "s", "attributeName": "restore", "valuesToAdd": ["all"]}, None),
    ("ssm", "SendCommand", {"instanceIds": ["i-0123456789abcdef0"], "targets": [{"key": "tag:a", "values": ["b"]}]},
     None),
]  # fmt: skip


def capital(value: Json) -> Json:
    if isinstance(value, list):
        return [capital(held) for held in value]
    if not isinstance(value, dict) or "Statement" in value:
        return value
    return {name[:1].upper() + name[1:]: capital(held) for name, held in value.items()}


@pytest.mark.parametrize(("service", "name", "request_", "answer"), CALLS)
def test_capital_letters_say_the_same(service: str, name: str, request_: dict[str, Json], answer: Json):
    small = said(service, name, requestParameters=request_, responseElements=answer)
    large = said(service, name, requestParameters=capital(request_), responseElements=capital(answer))
    assert (dict(large.touches), large.credentials, large.pivots) == (
        dict(small.touches), small.credentials, small.pivots
    )  # fmt: skip
    assert ALICE["arn"] not in dict(large.touches)
    assert small.credentials or small.pivots


def test_a_policy_and_what_is_no_object_stay_as_they_are():
    assert either_case([POLICY, "A", None]) == [POLICY, "A", None]
    assert either_case({"A": [{"Bc": 1}], "a": 2}) == {"a": 2, "A": [{"bc": 1, "Bc": 1}]}
