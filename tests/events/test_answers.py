"""What records say elsewhere than in the fields that most have: errors in answers, details of service events."""

import json
from pathlib import Path

import cloudtrail as ct
import pytest
from records import said, touched

import graphtrail

INSIGHT = f"arn:aws:securityhub:eu-central-1:{ct.HOME}:insight/x/y"
SECRET = f"arn:aws:secretsmanager:eu-central-1:{ct.HOME}:secret:s"
POLICY = f"arn:aws:organizations::{ct.HOME}:policy/o-abcdef/service_control_policy/p-12345678"
CLUSTER = f"arn:aws:eks:eu-central-1:{ct.HOME}:cluster/c"
SNAPSHOT = "arn:aws:ec2:eu-central-1::snapshot/snap-0123456789abcdef0"
DENIAL = "User: x is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::jewels/a because of a policy"


def test_an_error_in_the_answer_is_an_error():
    error = {"errorCode": "AccessDeniedException", "errorMessage": DENIAL}
    found = said("s3", "GetObject", responseElements=error)
    assert (found.kind.outcome, found.kind.error_code) == ("denied", "AccessDeniedException")
    assert found.touches == (("arn:aws:s3:::jewels/a", "target"),)
    issued = {"credentials": {"accessKeyId": "ASIAEXAMPLEEXAMPLE00"}}
    assert said("sts", "AssumeRole", responseElements=issued | error).credentials == ()


def test_the_error_beside_the_answer_counts_first():
    found = said("s3", "GetObject", errorCode="NoSuchKey", responseElements={"errorCode": "AccessDenied"})
    assert (found.kind.outcome, found.kind.error_code) == ("error", "NoSuchKey")


def test_an_answer_that_only_mentions_errors_is_none():
    for answer in ({"errorCode": None}, {"errorCode": ""}, {"tasks": [{"errorCode": "x"}]}, 'a "errorCode"'):
        assert said("s3", "GetObject", responseElements=answer).kind.outcome == "ok"


def test_events_of_services_name_their_resources_in_their_details():
    who = {"accountId": ct.HOME, "invokedBy": "ec2.amazonaws.com"}
    details = {"snapshotId": "snap-0123456789abcdef0"}
    event = {"userIdentity": who, "eventType": "AwsServiceEvent", "requestParameters": None}
    assert touched("ec2", "SharedSnapshotVolumeCreated", **event, serviceEventDetails=details) == {SNAPSHOT: "target"}
    asked = {"requestParameters": {"instanceId": "i-0123456789abcdef0"}, "serviceEventDetails": details}
    assert SNAPSHOT not in touched("ec2", "StopInstances", **asked)


def test_ids_that_only_begin_like_what_was_made_name_nothing():
    ranges = [{"associationId": "vpc-cidr-assoc-0a1b2c3d4e5f60718"}]
    vpc = {"vpcId": "vpc-0a1b2c3d4e5f60718", "cidrBlockAssociationSet": {"items": ranges}}
    made = f"arn:aws:ec2:eu-central-1:{ct.HOME}:vpc/vpc-0a1b2c3d4e5f60718"
    assert touched("ec2", "CreateVpc", responseElements={"vpc": vpc}) == {made: "created"}


def test_a_fleet_makes_the_instances_that_its_answer_names():
    instances = {"item": {"instanceIds": {"item": ["i-0123456789abcdef0", "i-0123456789abcdef1"]}}}
    answer = {"CreateFleetResponse": {"fleetId": "fleet-0a1b2c3d", "fleetInstanceSet": instances}}
    one = f"arn:aws:ec2:eu-central-1:{ct.HOME}:instance/i-0123456789abcdef"
    assert touched("ec2", "CreateFleet", responseElements=answer) == {f"{one}0": "created", f"{one}1": "created"}


@pytest.mark.parametrize(
    ("service", "name", "answer", "resource", "role"),
    [
        ("securityhub", "DeleteInsight", {"insightArn": INSIGHT}, INSIGHT, "target"),
        ("securityhub", "UpdateInsight", {"insight": {"insightArn": INSIGHT}}, INSIGHT, "target"),
        ("secretsmanager", "DeleteSecret", {"aRN": f"{SECRET}-AbCdEf"}, f"{SECRET}-AbCdEf", "target"),
        ("secretsmanager", "PutSecretValue", {"aRN": f"{SECRET}-AbCdEf"}, f"{SECRET}-AbCdEf", "target"),
        ("organizations", "CreatePolicy", {"policy": {"policySummary": {"arn": POLICY}}}, POLICY, "created"),
        ("eks", "CreateCluster", {"cluster": {"arn": CLUSTER, "logging": {"arn": INSIGHT}}}, CLUSTER, "created"),
        ("s3", "PutObject", {"arn": INSIGHT}, f"scope:s3:eu-central-1:{ct.HOME}", "target"),
        ("securityhub", "GetInsights", {"insightArn": INSIGHT}, f"scope:securityhub:eu-central-1:{ct.HOME}", "target"),
    ],
)
def test_an_answer_names_what_was_made_or_changed(service: str, name: str, answer: object, resource: str, role: str):
    assert touched(service, name, responseElements=answer) == {resource: role}
    refused = touched(service, name, responseElements=answer, errorCode="AccessDenied")
    assert refused == {f"scope:{service}:eu-central-1:{ct.HOME}": "target"}


def test_the_other_side_of_a_shared_snapshot_is_among_those_who_touched_it(tmp_path: Path):
    who = {"accountId": ct.HOME, "invokedBy": "ec2.amazonaws.com"}
    event = ct.record(
        "09:00",
        "ec2:SharedSnapshotVolumeCreated",
        who,
        requestParameters=None,
        eventType="AwsServiceEvent",
        serviceEventDetails={"snapshotId": "snap-0123456789abcdef0"},
    )
    failed = ct.record("09:01", "s3:GetObject", ct.user("eve", "AKIAEVEEVEEVEEVEEVE0"),
                       responseElements={"errorCode": "AccessDenied", "errorMessage": DENIAL})  # fmt: skip
    file = tmp_path / "records.json"
    file.write_text(json.dumps({"Records": [event, failed]}))
    case = graphtrail.ingest(file, case=tmp_path / "case")
    (row,) = case.ask.who_touched(SNAPSHOT).rows
    assert (row.principal, row.action) == ("service:ec2.amazonaws.com", "ec2:SharedSnapshotVolumeCreated")
    (row,) = case.ask.denied("key:AKIAEVEEVEEVEEVEEVE0").rows
    assert row.error_code == "AccessDenied"
