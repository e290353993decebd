"""OCSF events back in CloudTrail's form: what each version and writer puts where."""

import json
from typing import Any

import pytest

from graphtrail.events import envelopes
from graphtrail.events.ocsf import NoCall, converted

Event = dict[str, Any]
ROLE = "arn:aws:iam::111122223333:role/Admin"
SESSION = "arn:aws:sts::111122223333:assumed-role/Admin/night"


def call(operation: str = "GetObject", service: str = "s3.amazonaws.com", **fields: Any) -> Event:  # noqa: ANN401
    return {
        "class_uid": 6003,
        "time": 1_772_445_600_000,
        "metadata": {"uid": "e1", "version": "1.5.0", "product": {"name": "CloudTrail", "version": "1.11"}},
        "api": {"operation": operation, "service": {"name": service}},
        "unmapped": {"readOnly": "true"},
    } | fields


def sign_in(operation: str = "ConsoleLogin", **fields: Any) -> Event:  # noqa: ANN401 - any field of an event
    return call(operation, "signin.amazonaws.com", class_uid=3002, **fields)


def record(event: Event) -> Event:
    return converted(event).record


def test_what_every_call_has():
    found = record(
        call(
            cloud={"region": "eu-central-1", "account": {"uid": "111122223333"}},
            src_endpoint={"ip": "198.51.100.7", "uid": "vpce-1"},
            http_request={"user_agent": "cli"},
            api={
                "operation": "GetObject", "service": {"name": "s3.amazonaws.com"},
                "request": {"uid": "R1", "data": '{"bucketName": "b"}'},
                "response": {"error": "AccessDenied", "message": "no", "data": {"x": 1}},
            },
        )
    )  # fmt: skip
    assert found == {
        "eventVersion": "1.11", "eventTime": "2026-03-02T10:00:00Z", "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject", "awsRegion": "eu-central-1", "sourceIPAddress": "198.51.100.7", "userAgent": "cli",
        "errorCode": "AccessDenied", "errorMessage": "no", "requestID": "R1", "eventID": "e1", "readOnly": "true",
        "recipientAccountId": "111122223333", "vpcEndpointId": "vpce-1", "requestParameters": {"bucketName": "b"},
        "responseElements": {"x": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "time"),
    [
        ({"time": 1_772_445_600_123}, "2026-03-02T10:00:00Z"),
        ({"time": 1_772_445_600}, "2026-03-02T10:00:00Z"),
        ({"time": None, "time_dt": "2026-03-02T05:00:00.000-05:00"}, "2026-03-02T10:00:00Z"),
        ({"time": None, "time_dt": "2026-03-02 10:00:00"}, "2026-03-02T10:00:00Z"),
        ({"time": "yesterday"}, "yesterday"),
        ({"time": -62_135_596_800_000}, "0001-01-01T00:00:00Z"),
        ({"time": 10**30}, str(10**30)),
        ({"time": 1e300}, "1e+300"),
        ({"time": "9999-12-31T23:59:59-14:00"}, "9999-12-31T23:59:59-14:00"),
        ({"time": True}, None),
        ({"time": ""}, None),
    ],
)
def test_times(given: Event, time: str | None):
    assert record(call(**given)).get("eventTime") == time


@pytest.mark.parametrize(
    "user",
    [
        {"uid": "AROAADMIN:night", "uuid": SESSION, "account_uid": "111122223333"},
        {"uid": SESSION, "uid_alt": "AROAADMIN:night", "account": {"uid": "111122223333"}},
    ],
)
@pytest.mark.parametrize(
    "session",
    [
        {"issuer": ROLE, "created_time": 1_772_442_000_000, "mfa": False},
        {"issuer": ROLE, "created_time_dt": "2026-03-02T09:00:00+00:00", "is_mfa": False},
    ],
)
def test_the_session_of_a_role_in_the_names_of_every_version(user: Event, session: Event):
    user = user | {"type": "AssumedRole", "credential_uid": "ASIA1"}
    assert record(call(actor={"user": user, "session": session, "invoked_by": "a.amazonaws.com"}))["userIdentity"] == {
        "type": "AssumedRole", "principalId": "AROAADMIN:night", "arn": SESSION, "accountId": "111122223333",
        "accessKeyId": "ASIA1", "invokedBy": "a.amazonaws.com",
        "sessionContext": {
            "attributes": {"creationDate": "2026-03-02T09:00:00Z", "mfaAuthenticated": "false"},
            "sessionIssuer": {
                "type": "Role", "arn": ROLE, "userName": "Admin", "accountId": "111122223333",
                "principalId": "AROAADMIN",
            },
        },
    }  # fmt: skip


def test_an_issuer_that_is_no_arn_is_kept_as_it_is():
    actor = {"user": {"type": "Root"}, "session": {"issuer": "somebody"}}
    assert record(call(actor=actor))["userIdentity"]["sessionContext"] == {"sessionIssuer": {"arn": "somebody"}}


def test_who_acts_for_a_person_of_identity_center():
    actor = {
        "user": {"type": "AssumedRole", "uid": SESSION, "uid_alt": "0a1b-person"},
        "session": {"issuer": ROLE},
        "idp": {"uid": "arn:aws:identitystore::111122223333:identitystore/d-1"},
    }
    issuer = "userIdentity.sessionContext.sessionIssuer.principalId"
    for unmapped, principal in (({issuer: "AROAADMIN"}, "AROAADMIN:night"), ({}, None)):
        found = record(call(actor=actor, unmapped=unmapped))["userIdentity"]
        assert found["onBehalfOf"] == {"userId": "0a1b-person", "identityStoreArn": actor["idp"]["uid"]}
        assert found.get("principalId") == principal


def test_a_person_of_identity_center_signs_in():
    actor = {
        "user": {"type": "IdentityCenterUser", "name": "test", "credential_uid": "c1", "uid_alt": "e364-person"},
        "idp": {"uid": "arn:aws:identitystore::111122223333:identitystore/d-1"},
    }
    unmapped = {"serviceEventDetails.CredentialChallenge": "Success", "additionalEventData.AuthWorkflowID": "w"}
    found = record(sign_in("CredentialChallenge", actor=actor, unmapped=unmapped))
    assert found["userIdentity"]["credentialId"] == "c1"
    assert found["userIdentity"]["onBehalfOf"]["userId"] == "e364-person"
    assert found["additionalEventData"] == {"AuthWorkflowID": "w", "UserName": "test"}
    assert found["serviceEventDetails"] == {"CredentialChallenge": "Success"}


@pytest.mark.parametrize("kind", ["SAMLUser", "WebIdentityUser", "AssumedRole"])
def test_who_comes_from_a_provider(kind: str):
    actor = {"user": {"type": kind, "uid": "arn:x" if kind == "AssumedRole" else "idp:sub"}, "idp": {"name": "idp"}}
    found = record(call(actor=actor))["userIdentity"]
    if kind == "AssumedRole":
        assert found["sessionContext"] == {"webIdFederationData": {"federatedProvider": "idp"}}
    else:
        assert found == {"type": kind, "principalId": "idp:sub", "identityProvider": "idp"}


def test_a_sign_in_says_in_its_answer_what_became_of_it():
    given = {"status": "Failure", "is_mfa": True, "dst_endpoint": {"svc_name": "https://console"}}
    found = record(sign_in(**given))
    assert found["responseElements"] == {"ConsoleLogin": "Failure"}
    assert found["additionalEventData"] == {"LoginTo": "https://console", "MFAUsed": "Yes"}
    assert "errorCode" not in found
    assert record(sign_in(is_mfa=False))["additionalEventData"] == {"MFAUsed": "No"}
    assert "responseElements" not in record(sign_in())


def test_what_a_role_was_assumed_with_stands_elsewhere_where_the_request_was_not_kept():
    given = {
        "user": {"uid": ROLE, "name": "night"},
        "session": {"credential_uid": "ASIA1", "uid": SESSION, "uid_alt": "AROAADMIN:night"},
    }
    found = record(call("AssumeRole", "sts.amazonaws.com", class_uid=3002, **given))
    assert found["requestParameters"] == {"roleArn": ROLE, "roleSessionName": "night"}
    assert found["responseElements"] == {
        "credentials": {"accessKeyId": "ASIA1"},
        "assumedRoleUser": {"arn": SESSION, "assumedRoleId": "AROAADMIN:night"},
    }
    bare = record(call("AssumeRole", "sts.amazonaws.com", class_uid=3002))
    assert "requestParameters" not in bare
    assert "responseElements" not in bare


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"status": "Failure"}, "Failure", None),
        ({"status_id": 2, "status_code": "Denied", "status_detail": "why"}, "Denied", "why"),
        ({"status": "Success"}, None, None),
    ],
)
def test_failures_that_name_no_error(given: Event, code: str | None, message: str | None):
    found = record(call(**given))
    assert (found.get("errorCode"), found.get("errorMessage")) == (code, message)


@pytest.mark.parametrize(
    ("feature", "unmapped", "category"),
    [
        ("Data", {}, "Data"),
        ("Management, Data, and Insights", {"managementEvent": "true"}, "Management"),
        ("Management, Data, and Insights", {"managementEvent": "False"}, "Data"),
        ("Management, Data, and Insights", {"eventCategory": "NetworkActivity"}, "NetworkActivity"),
        ("Management, Data, and Insights", {}, None),
    ],
)
def test_categories(feature: str, unmapped: Event, category: str | None):
    metadata = {"version": "1.0.0", "product": {"name": "CloudTrail", "feature": {"name": feature}}}
    assert record(call(metadata=metadata, unmapped=unmapped)).get("eventCategory") == category


@pytest.mark.parametrize(
    "unmapped",
    [
        {"requestParameters": '{"a": {"b": "1"}}', "requestParameters.a.c": "2"},
        {"requestParameters.a.b": "1", "requestParameters.a.c": "2"},
        {"requestParameters": {"a": {"b": "1", "c": "2"}}},
        {"requestParameters.a": '{"b": "1"}', "requestParameters.a.c": "2", "other.thing": "x", "resources": ""},
    ],
)
def test_unmapped_fields_in_every_shape(unmapped: Event):
    assert record(call(unmapped=unmapped))["requestParameters"] == {"a": {"b": "1", "c": "2"}}


def test_text_that_only_looks_like_json_or_like_an_object_is_text():
    found = record(
        call(unmapped={"requestParameters.a": "{x", "requestParameters.b": "t", "requestParameters.b.c": "u"})
    )
    assert found["requestParameters"] == {"a": "{x", "b": {"c": "u"}}


def test_resources():
    listed = [
        {"uid": "arn:aws:s3:::b", "type": "AWS::S3::Bucket", "owner": {"account": {"uid": "111122223333"}}},
        {"ARN": "arn:aws:s3:::c", "account_uid": "444455556666"},
    ]
    expected = [
        {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b", "accountId": "111122223333"},
        {"ARN": "arn:aws:s3:::c", "accountId": "444455556666"},
    ]
    assert record(call(resources=listed))["resources"] == expected
    assert record(call(unmapped={"resources": json.dumps(listed)}))["resources"] == expected


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"class_uid": 4001, "class_name": "Network Activity"}, "OCSF class 4001 (Network Activity)"),
        ({"class_uid": None}, "OCSF class None (unnamed)"),
        ({"class_uid": 3002}, "OCSF Authentication of an unnamed product, no call of AWS"),
        (
            {"class_uid": 6003, "api": {"operation": "x", "service": {"name": "okta"}},
             "metadata": {"product": {"name": "Okta"}}},
            "OCSF API Activity of Okta, no call of AWS",
        ),
    ],
)  # fmt: skip
def test_other_events_are_known_for_what_they_are(event: Event, reason: str):
    with pytest.raises(NoCall, match=reason.replace("(", r"\(").replace(")", r"\)")):
        converted(event)
    if event["class_uid"]:
        parsed = envelopes.parse(json.dumps(event).encode())
        assert [(reject.reason, reject.non_event) for reject in parsed.rejects] == [(reason, True)]


def test_a_version_that_is_not_named_is_said():
    assert converted(call(metadata={})).form == "OCSF of an unknown version"


def test_raw_data_that_is_no_record_is_passed_over():
    assert record(call(raw_data='{"a": 1}'))["eventName"] == "GetObject"
