"""Events of Elastic whose original was not kept say what CloudTrail's record said."""

import json
from pathlib import Path
from typing import Any

import pytest

import graphtrail
from graphtrail.events import envelopes
from graphtrail.events.facts import facts

ROLE = "arn:aws:iam::111122223333:role/Deploy"
SESSION = "arn:aws:sts::111122223333:assumed-role/Deploy/ann"
RECORD: dict[str, Any] = {
    "eventVersion": "1.08",
    "userIdentity": {
        "type": "AssumedRole", "principalId": "AROAEXAMPLEDEPLOY0000:ann", "arn": SESSION, "accountId": "111122223333",
        "accessKeyId": "ASIAEXAMPLE000000000",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role", "principalId": "AROAEXAMPLEDEPLOY0000", "arn": ROLE, "accountId": "111122223333",
            },
            "attributes": {"creationDate": "2026-03-02T09:00:00Z", "mfaAuthenticated": "false"},
        },
    },
    "eventTime": "2026-03-02T09:05:00Z", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
    "awsRegion": "eu-central-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli",
    "requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/Target", "roleSessionName": "s"},
    "responseElements": {
        "credentials": {"accessKeyId": "ASIAEXAMPLE000000001", "expiration": "Mar 2, 2026, 10:05:00 AM"},
        "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLETARGET0000:s",
                            "arn": "arn:aws:sts::444455556666:assumed-role/Target/s"},
    },
    "requestID": "r", "eventID": "00000000-0000-4000-8000-000000000001", "readOnly": True,
    "resources": [{"ARN": "arn:aws:iam::444455556666:role/Target", "accountId": "444455556666",
                   "type": "AWS::IAM::Role"}],
    "recipientAccountId": "111122223333", "sharedEventID": "00000000-0000-4000-8000-00000000000a",
}  # fmt: skip


def elastic(*, flattened: bool = True) -> dict[str, Any]:
    said: dict[str, Any] = {
        "event_version": "1.08",
        "user_identity": {
            "type": "AssumedRole", "arn": SESSION, "access_key_id": "ASIAEXAMPLE000000000",
            "session_context": {
                "creation_date": "2026-03-02T09:00:00.000Z", "mfa_authenticated": "false",
                "session_issuer": {"type": "Role", "principal_id": "AROAEXAMPLEDEPLOY0000", "arn": ROLE,
                                   "account_id": "111122223333"},
            },
        },
        "request_id": "r", "read_only": True, "recipient_account_id": "111122223333",
        "shared_event_id": "00000000-0000-4000-8000-00000000000a",
        "request_parameters": "{roleArn=arn:aws:iam::444455556666:role/Target, roleSessionName=s}",
        "resources": [{"arn": "arn:aws:iam::444455556666:role/Target", "account_id": "444455556666",
                       "type": "AWS::IAM::Role"}],
    }  # fmt: skip
    if flattened:
        said["flattened"] = {
            "request_parameters": RECORD["requestParameters"], "response_elements": RECORD["responseElements"],
        }  # fmt: skip
    return {
        "@timestamp": "2026-03-02T09:05:00.000Z", "aws": {"cloudtrail": said},
        "cloud": {"account": {"id": "111122223333"}, "provider": "aws", "region": "eu-central-1"},
        "event": {"action": "AssumeRole", "provider": "sts.amazonaws.com", "outcome": "success",
                  "id": "00000000-0000-4000-8000-000000000001"},
        "source": {"address": "198.51.100.7", "ip": "198.51.100.7"},
        "user": {"id": "AROAEXAMPLEDEPLOY0000:ann", "name": "ann"}, "user_agent": {"original": "aws-cli"},
    }  # fmt: skip


def dotted(held: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in held.items():
        plain = isinstance(value, dict) and name not in {"request_parameters", "response_elements"}
        found |= dotted(value, f"{path}{name}.") if plain else {path + name: value}
    return found


@pytest.mark.parametrize("way", ["document", "hits", "dotted"])
def test_an_event_of_elastic_is_the_record_again(way: str):
    event = elastic()
    held = {
        "document": event,
        "hits": {"hits": {"hits": [{"_index": "i", "_source": event}]}},
        "dotted": dotted(event),
    }[way]
    parsed = envelopes.parse(json.dumps(held).encode())
    (expected,) = envelopes.parse(json.dumps(RECORD).encode()).records
    assert [facts(one) for one in parsed.records] == [facts(expected)]
    assert parsed.forms == {"ECS"}


def test_without_what_was_flattened_requests_and_answers_are_lost_and_that_is_said():
    parsed = envelopes.parse(json.dumps(elastic(flattened=False)).encode())
    (found,) = map(facts, parsed.records)
    assert parsed.forms == {"ECS without requests and answers"}
    assert found.session == "key:ASIAEXAMPLE000000000"
    assert found.touches == (("arn:aws:iam::444455556666:role/Target", "target"),)
    assert found.credentials == ()


@pytest.mark.parametrize(("outcome", "expected"), [("failure", "denied"), ("success", "ok")])
def test_what_became_of_a_sign_in_is_told_by_the_event(outcome: str, expected: str):
    event = elastic(flattened=False)
    event["event"] |= {"action": "ConsoleLogin", "provider": "signin.amazonaws.com", "outcome": outcome}
    event["aws"]["cloudtrail"]["user_identity"] = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bob"}
    event["user"] = {"id": "AIDAEXAMPLEBOB0000000", "name": "bob"}
    (found,) = map(facts, envelopes.parse(json.dumps(event).encode()).records)
    assert (found.kind.outcome, found.caller.user_name) == (expected, "bob")


@pytest.mark.parametrize("odd", [{"aws": {"cloudtrail": {}}}, {"aws": {"cloudtrail": 1}, "event": {"action": "x"}}])
def test_what_only_looks_like_an_event_of_elastic_is_none(odd: dict[str, Any]):
    (reject,) = envelopes.parse(json.dumps(odd).encode()).rejects
    assert "eventName missing" in reject.reason


@pytest.mark.parametrize(("flattened", "lost"), [(True, "and sign-ins"), (False, "which keys were handed out")])
def test_answers_say_what_the_way_through_elastic_has_lost(tmp_path: Path, *, flattened: bool, lost: str):
    (tmp_path / "logs.json").write_text(json.dumps(elastic(flattened=flattened)))
    case = graphtrail.ingest(tmp_path / "logs.json", case=tmp_path / "case")
    (gap,) = [gap for gap in case.ask.events().coverage if gap.code == "ecs"]
    assert gap.text.endswith(lost)
