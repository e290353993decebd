"""Records of a small organisation, written by hand: what each test needs of CloudTrail, and no more."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import graphtrail

Record = dict[str, Any]
HOME, OTHER, STRANGE = "111122223333", "444455556666", "777788889999"
DAY = "2026-03-02"


def at(clock: str) -> str:
    """A time of the day on which everything happens: ``09:30`` or ``09:30:05``."""
    return f"{DAY}T{clock if clock.count(':') == 2 else clock + ':00'}Z"


def record(clock: str, action: str, who: Record, **fields: Any) -> Record:  # noqa: ANN401 - any field of a record
    """One record: ``action`` is ``s3:GetObject``; ``fields`` stand beside or replace what all records have."""
    service, name = action.split(":")
    made = {
        "eventVersion": "1.09",
        "userIdentity": who,
        "eventTime": at(clock),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15",
        "readOnly": name.startswith(("Get", "List", "Describe", "Head")),
        "eventCategory": "Data" if name in {"GetObject", "PutObject"} else "Management",
        "recipientAccountId": HOME,
    } | fields
    text = json.dumps(made, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    made.setdefault("eventID", f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}")
    return made


def user(name: str, key: str | None = None, account: str = HOME) -> Record:
    """An IAM user, whose unique id follows from the name."""
    who = {
        "type": "IAMUser",
        "principalId": f"AIDA{name.upper():X<17}"[:21],
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "userName": name,
    }
    return who | ({"accessKeyId": key} if key else {})


def role(name: str, session: str, key: str | None, since: str, account: str = HOME) -> Record:
    """A session of a role since a time of the day."""
    who = {
        "type": "AssumedRole",
        "principalId": f"{role_id(name)}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id(name),
                "arn": f"arn:aws:iam::{account}:role/{name}",
                "accountId": account,
                "userName": name,
            },
            "attributes": {"creationDate": at(since), "mfaAuthenticated": "false"},
        },
    }
    return who | ({"accessKeyId": key} if key else {})


def role_id(name: str) -> str:
    """The unique id of a role."""
    return f"AROA{name.upper().replace('-', ''):X<17}"[:21]


def service(name: str) -> Record:
    """An AWS service that calls for itself."""
    return {"type": "AWSService", "invokedBy": f"{name}.amazonaws.com"}


def assume_role(clock: str, who: Record, name: str, session: str, key: str, **fields: Any) -> Record:  # noqa: ANN401
    """A successful AssumeRole; ``account`` is that of the role."""
    account = fields.pop("account", HOME)
    return record(
        clock,
        "sts:AssumeRole",
        who,
        requestParameters={"roleArn": f"arn:aws:iam::{account}:role/{name}", "roleSessionName": session},
        responseElements={
            "credentials": {"accessKeyId": key, "sessionToken": "x", "expiration": "Mar 2, 2026, 11:00:00 PM"},
            "assumedRoleUser": {
                "assumedRoleId": f"{role_id(name)}:{session}",
                "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            },
        },
        **fields,
    )


def get_object(clock: str, who: Record, bucket: str, key: str, **fields: Any) -> Record:  # noqa: ANN401 - as above
    """A data event on an object of S3."""
    action = fields.pop("action", "s3:GetObject")
    return record(
        clock,
        action,
        who,
        requestParameters={"bucketName": bucket, "key": key},
        resources=[
            {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
            {"type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}", "accountId": HOME},
        ],
        **fields,
    )


def refused(message: str = "") -> Record:
    """The fields of a call that was denied."""
    return {"errorCode": "AccessDenied", "errorMessage": message or "Access Denied"}


def case(folder: Path, records: Iterable[Record]) -> graphtrail.Case:
    """The case of some records."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "records.json"
    file.write_text(json.dumps({"Records": list(records)}), encoding="utf-8")
    return graphtrail.ingest(file, case=folder / "case")
