"""What a refusal says of the resource, where the record has no parameters."""

import json

import pytest

from graphtrail.events import envelopes
from graphtrail.events.facts import facts

WHO = "User: arn:aws:iam::111122223333:user/bob is not authorized to perform:"
IAM = "arn:aws:iam::111122223333:"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"{WHO} iam:CreateAccessKey on resource: user ann because no policy allows it", f"{IAM}user/ann"),
        (f"{WHO} iam:PutRolePolicy on resource: role Deploy", f"{IAM}role/Deploy"),
        (f"{WHO} iam:AddUserToGroup on resource: group admins because", f"{IAM}group/admins"),
        (f"{WHO} iam:AddRoleToInstanceProfile on resource: instance profile web because",
         f"{IAM}instance-profile/web"),
        (f"{WHO} iam:CreatePolicy on resource: policy p because", f"{IAM}policy/p"),
        (f"{WHO} iam:DeletePolicy on resource: policy {IAM}policy/p because", f"{IAM}policy/p"),
        (f"{WHO} iam:CreateAccessKey on resource: user  because none", "scope:iam:us-east-1:111122223333"),
        (f"{WHO} iam:ListUsers on resource: * because", "scope:iam:us-east-1:111122223333"),
    ],
)  # fmt: skip
def test_what_iam_refused_is_named_in_its_words(message: str, expected: str):
    held = {
        "eventTime": "2026-03-02T09:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey",
        "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "eventID": "1", "errorCode": "AccessDenied",
        "errorMessage": message, "requestParameters": None,
    }  # fmt: skip
    (record,) = envelopes.parse(json.dumps(held).encode()).records
    assert facts(record).touches == ((expected, "target"),)


@pytest.mark.parametrize(
    ("source", "name", "request_", "expected"),
    [
        ("logs", "GetLogEvents", {"logGroupIdentifier": "g", "logStreamName": "s"}, {"logs:{}:log-group:g"}),
        ("logs", "StartQuery", {"logGroupNames": ["g", "h"]}, {"logs:{}:log-group:g", "logs:{}:log-group:h"}),
        ("glue", "GetTable", {"databaseName": "d", "name": "t"}, {"glue:{}:database/d", "glue:{}:table/d/t"}),
        ("glue", "UpdateTable", {"databaseName": "d", "tableInput": {"name": "t"}},
         {"glue:{}:database/d", "glue:{}:table/d/t"}),
        ("glue", "GetPartitions", {"databaseName": "d", "tableName": "t"},
         {"glue:{}:database/d", "glue:{}:table/d/t"}),
    ],
)  # fmt: skip
def test_log_groups_and_tables_are_found_under_all_their_names(
    source: str, name: str, request_: dict[str, object], expected: set[str]
):
    held = {
        "eventTime": "2026-03-02T09:00:00Z", "eventSource": f"{source}.amazonaws.com", "eventName": name,
        "awsRegion": "eu-central-1", "recipientAccountId": "111122223333", "eventID": "1",
        "requestParameters": request_,
    }  # fmt: skip
    (record,) = envelopes.parse(json.dumps(held).encode()).records
    found = {resource.removeprefix("arn:aws:").replace("eu-central-1:111122223333", "{}") for resource, _ in
             facts(record).touches}  # fmt: skip
    assert found == expected
