"""CloudTrail records as Security Lake writes them: OCSF of several versions, as JSON lines or partitioned Parquet.

Written from AWS's published mapping (github.com/ocsf/examples, mappings/markdown/AWS, v1.0.0-rc.2, v1.1.0 and v1.5.0:
the tables "Mapping" and "Conditional Mapping" of CloudTrail's three classes, and their samples) and the schema of OCSF,
not from the code that reads it. What the tables do not name goes into ``unmapped`` under its dotted name, as text.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Record = Mapping[str, Any]
Event = dict[str, Any]
OLD, VERSIONS = "1.0.0-rc.2", ("1.0.0-rc.2", "1.1.0", "1.3.0", "1.5.0", "1.6.0")
AUTHENTICATION = {
    "ConsoleLogin", "CredentialChallenge", "CredentialVerification", "UserAuthentication", "SwitchRole", "AssumeRole",
    "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetSessionToken", "GetFederationToken",
}  # fmt: skip
ACCOUNT_CHANGE = {
    "CreateUser", "DeleteUser", "CreateRole", "DeleteRole", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey",
    "CreateLoginProfile", "UpdateLoginProfile", "ChangePassword",
}  # fmt: skip
USER_ACCESS = {"AttachUserPolicy", "DetachUserPolicy", "AttachRolePolicy", "PutUserPolicy", "PutRolePolicy"}


def class_of(name: str, version: str) -> tuple[int, str]:
    if name in AUTHENTICATION:
        return 3002, "Authentication"
    if name in ACCOUNT_CHANGE:
        return 3001, "Account Change"
    if version == OLD:
        return 3005, "API Activity"
    return (3005, "User Access Management") if name in USER_ACCESS else (6003, "API Activity")


def event(record: Record, version: str, *, unmapped: bool = True) -> Event:
    """A record in OCSF."""
    left = flat(record)
    number, title = class_of(record["eventName"], version)
    identity = record.get("userIdentity") or {}
    milliseconds = int(datetime.fromisoformat(record["eventTime"]).timestamp() * 1000)
    made: Event = {
        "metadata": {
            "product": {"version": take(left, "eventVersion"), "name": "CloudTrail", "vendor_name": "AWS"},
            "uid": take(left, "eventID"),
            "profiles": ["cloud", "datetime"],
            "version": version,
        },
        "time": milliseconds,
        "cloud": {"region": take(left, "awsRegion"), "provider": "AWS"},
        "api": {
            "response": {"error": take(left, "errorCode"), "message": take(left, "errorMessage")},
            "operation": take(left, "eventName"),
            "version": take(left, "apiVersion"),
            "service": {"name": take(left, "eventSource")},
            "request": {"uid": take(left, "requestID")},
        },
        "actor": {
            "user": {
                "type": take(left, "userIdentity.type"),
                "name": take(left, "userIdentity.userName"),
                "credential_uid": take(left, "userIdentity.accessKeyId"),
            },
            "session": {"issuer": take(left, "userIdentity.sessionContext.sessionIssuer.arn")},
            "invoked_by": take(left, "userIdentity.invokedBy"),
            "idp": {
                "name": take(left, "userIdentity.identityProvider")
                or take(left, "userIdentity.sessionContext.webIdFederationData.federatedProvider")
            },
        },
        "http_request": {"user_agent": take(left, "userAgent")},
        "src_endpoint": endpoint(take(left, "sourceIPAddress")) | {"uid": take(left, "vpcEndpointId")},
        "class_uid": number,
        "class_name": title,
        "category_uid": 6 if number == 6003 else 3,
        "severity_id": 1,
        "status": "Failure" if record.get("errorCode") else "Success",
    }
    left.pop("eventTime")
    created = take(left, "userIdentity.sessionContext.attributes.creationDate")
    mfa = take(left, "userIdentity.sessionContext.attributes.mfaAuthenticated")
    (old if version == OLD else new)(made, record, left, created, mfa)
    if number == 3002:
        authentication(made, record, left, version)
    if number in {6003, 3005} and version != OLD and record.get("resources"):
        made["resources"] = [
            {"uid": one.get("ARN"), "type": one.get("type"), "owner": {"account": {"uid": one.get("accountId")}}}
            for one in record["resources"]
        ]
        left.pop("resources", None)
    if identity.get("type") == "IdentityCenterUser":
        made["actor"]["user"]["credential_uid"] = take(left, "userIdentity.credentialId")
        made["actor"]["user"]["name"] = take(left, "additionalEventData.UserName")
    if unmapped:
        made["unmapped"] = left
    return bare(made)


def old(made: Event, record: Record, left: dict[str, str], created: str | None, mfa: str | None) -> None:
    """Release candidate 2: the table "Mapping" of v1.0.0-rc.2; request and answer are unmapped, as JSON."""
    user = made["actor"]["user"]
    user["uid"], user["uuid"] = take(left, "userIdentity.principalId"), take(left, "userIdentity.arn")
    user["account_uid"] = take(left, "userIdentity.accountId")
    made["metadata"]["product"]["feature"] = {"name": "Management, Data, and Insights"}
    if created:
        made["actor"]["session"]["created_time"] = int(datetime.fromisoformat(created).timestamp() * 1000)
    if mfa:
        made["actor"]["session"]["mfa"] = mfa == "true"
    for name in ("requestParameters", "responseElements"):
        for path in [path for path in left if path == name or path.startswith(f"{name}.")]:
            del left[path]
        if record.get(name) is not None:
            left[name] = json.dumps(record[name])


def new(made: Event, record: Record, left: dict[str, str], created: str | None, mfa: str | None) -> None:
    """From 1.1.0 on."""
    user = made["actor"]["user"]
    user["uid"], user["uid_alt"] = take(left, "userIdentity.arn"), take(left, "userIdentity.principalId")
    user["account"] = {"uid": take(left, "userIdentity.accountId")}
    person = take(left, "userIdentity.onBehalfOf.userId")
    made["actor"]["idp"]["uid"] = take(left, "userIdentity.onBehalfOf.identityStoreArn")
    user["uid_alt"] = person or user["uid_alt"]
    made["cloud"]["account"] = {"uid": take(left, "recipientAccountId")}
    made["metadata"]["event_code"] = take(left, "eventType")
    made["metadata"]["product"]["feature"] = {"name": take(left, "eventCategory")}
    made["time_dt"] = record["eventTime"].replace("Z", ".000+00:00")
    if created:
        made["actor"]["session"]["created_time_dt"] = created.replace("Z", ".000+00:00")
    if mfa:
        made["actor"]["session"]["is_mfa"] = mfa == "true"
    for name, part in (("requestParameters", "request"), ("responseElements", "response")):
        for path in [path for path in left if path == name or path.startswith(f"{name}.")]:
            del left[path]
        made["api"][part]["data"] = json.dumps(record[name]) if record.get(name) is not None else ""


def authentication(made: Event, record: Record, left: dict[str, str], version: str) -> None:
    answer, request = record.get("responseElements") or {}, record.get("requestParameters") or {}
    assumed = answer.get("assumedRoleUser") or {}
    made["session"] = {
        "credential_uid": (answer.get("credentials") or {}).get("accessKeyId"),
        "uid": assumed.get("arn"),
        "uid_alt": assumed.get("assumedRoleId"),
    }
    made["user"] = {"uid": request.get("roleArn"), "name": request.get("roleSessionName")}
    made["dst_endpoint"] = {"svc_name": take(left, "additionalEventData.LoginTo")}
    used = take(left, "additionalEventData.MFAUsed")
    if used:
        made["mfa" if version == OLD else "is_mfa"] = used == "Yes"
    if record["eventName"] == "ConsoleLogin":
        made["status"] = answer.get("ConsoleLogin")


def endpoint(address: str | None) -> Event:
    if address is None:
        return {}
    return {"ip": address} if address[0].isdigit() or ":" in address else {"domain": address}


def take(left: dict[str, str], path: str) -> str | None:
    return left.pop(path, None)


def flat(value: object, path: str = "") -> dict[str, str]:
    """The texts of a record by their dotted names."""
    if isinstance(value, dict) and (value or not path):
        found: dict[str, str] = {}
        for name, one in value.items():
            found |= flat(one, f"{path}.{name}" if path else name)
        return found
    if value is None:
        return {}
    return {path: value if isinstance(value, str) else json.dumps(value)}


def bare(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Without what is null or an empty object."""
    if not isinstance(value, dict):
        return value
    held = {name: bare(one) for name, one in value.items()}
    return {name: one for name, one in held.items() if one is not None and one != {}}


def lines(file: Path, records: Iterable[Record], version: str, **options: bool) -> Path:
    """As a gzip of JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(event(one, version, **options)) + "\n" for one in records)
    file.write_bytes(gzip.compress(text.encode(), 1))
    return file


def lake(folder: Path, records: Iterable[Record], version: str) -> Path:
    """As Security Lake lays it out: a Parquet file an account, Region and day, and the metadata of an Iceberg table."""
    parts: dict[str, list[Event]] = defaultdict(list)
    source = folder / "aws" / "CLOUD_TRAIL_MGMT" / ("1.0" if version == OLD else "2.0")
    for one in records:
        day, account = one["eventTime"][:10].replace("-", ""), one.get("recipientAccountId", "unknown")
        parts[f"region={one['awsRegion']}/accountId={account}/eventDay={day}"].append(event(one, version))
    for place, events in parts.items():
        file = source / place / "0000.gz.parquet"
        file.parent.mkdir(parents=True)
        pq.write_table(table(events), file, compression="gzip" if version == OLD else "zstd")
    metadata = source / "metadata"
    metadata.mkdir()
    (metadata / "00001.metadata.json").write_text(json.dumps({"format-version": 2, "table-uuid": "x", "schemas": []}))
    (metadata / "snap-1.avro").write_bytes(b"Obj\x01\x04\x14avro.codec")
    return folder


def table(events: list[Event]) -> pa.Table:
    names = dict.fromkeys(name for one in events for name in one)
    texts = pa.map_(pa.string(), pa.string())
    columns = {
        name: pa.array(
            [list(one[name].items()) if name == "unmapped" and name in one else one.get(name) for one in events],
            texts if name == "unmapped" else None,
        )
        for name in names
    }
    if "time_dt" in columns:
        times = [datetime.fromisoformat(one["time_dt"]).astimezone(UTC) for one in events]
        columns["time_dt"] = pa.array(times, pa.timestamp("us", "UTC"))
    return pa.table(columns)
