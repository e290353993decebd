"""The server that the tests of this folder talk to answers as AWS does, where moto alone does not."""

from datetime import UTC, datetime

import boto3
import pytest
from aws_server import Server, after, cut, error, lookup_event
from botocore.config import Config
from botocore.exceptions import ClientError, ResponseStreamingError
from cases import records
from urllib3.exceptions import ProtocolError

ONCE = Config(retries={"total_max_attempts": 1})


def test_lookup_events_come_newest_first_fifty_a_page(aws: Server):
    aws.world.lookups["us-east-1"] = [lookup_event(one) for one in records(*range(60))]
    client = boto3.client("cloudtrail")
    first = client.lookup_events()
    rest = client.lookup_events(NextToken=first["NextToken"])
    assert (len(first["Events"]), len(rest["Events"])) == (50, 10)
    assert "NextToken" not in rest
    times = [one["EventTime"] for one in first["Events"]]
    assert times == sorted(times, reverse=True)
    assert boto3.client("cloudtrail", region_name="eu-west-1").lookup_events()["Events"] == []
    narrow = client.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Other"}])
    assert narrow["Events"] == []


def test_public_keys_and_lake_queries_are_answered(aws: Server):
    aws.world.keys = [{"Value": "AA==", "Fingerprint": "f", "ValidityStartTime": 0, "ValidityEndTime": 1}]
    aws.world.lake = [{"eventjson": str(number)} for number in range(1500)]
    client = boto3.client("cloudtrail")
    now = datetime.now(tz=UTC)
    assert client.list_public_keys(StartTime=now, EndTime=now)["PublicKeyList"][0]["Fingerprint"] == "f"
    query = client.start_query(QueryStatement="SELECT 1 FROM x")["QueryId"]
    assert client.describe_query(QueryId=query)["QueryStatus"] == "FINISHED"
    page = client.get_query_results(QueryId=query)
    assert len(page["QueryResultRows"]) == 1000
    assert len(client.get_query_results(QueryId=query, NextToken=page["NextToken"])["QueryResultRows"]) == 500


def test_faults_are_those_of_a_network(aws: Server):
    client = boto3.client("s3", config=ONCE)
    client.create_bucket(Bucket="trail")
    client.put_object(Bucket="trail", Key="a b+ü", Body=b"x" * 1000)
    aws.fail(error("503 Slow Down", "SlowDown"), action="LIST", times=1)
    aws.fail(cut, action="GET", path="^/trail/a b", times=1)
    with pytest.raises(ClientError, match="SlowDown"):
        client.list_objects_v2(Bucket="trail")
    assert client.list_objects_v2(Bucket="trail")["KeyCount"] == 1
    with pytest.raises((ResponseStreamingError, ProtocolError)):
        client.get_object(Bucket="trail", Key="a b+ü")["Body"].read()
    aws.fail(after(aws.requests.clear), action="GET", times=1)
    assert client.get_object(Bucket="trail", Key="a b+ü")["Body"].read() == b"x" * 1000
    assert aws.requests == []


def test_policies_decide_when_asked_to(aws: Server):
    client = boto3.client("s3", config=ONCE)
    client.create_bucket(Bucket="trail")
    aws.enforce()
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        client.list_objects_v2(Bucket="trail")
