"""A queue as a source: S3's notifications, a trail's topic and EventBridge, with real redelivery."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from aws_server import ACCOUNT, Server, error
from cases import case_of, digest, record, totals, write
from commands import Ran
from hypothesis import given
from hypothesis import strategies as st
from trail_bucket import BUCKET, client, key, put

from graphtrail import api
from graphtrail.case import manifest
from graphtrail.sources.announcements import announced

Run = Callable[..., Ran]
A, EU = "111122223333", "eu-west-1"
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:trail"


class Trail:
    """A bucket and a queue."""

    def __init__(self) -> None:
        self.sqs = boto3.client("sqs")
        client().create_bucket(Bucket=BUCKET)
        self.url = self.sqs.create_queue(QueueName="trail", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]

    def send(self, body: object) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body if isinstance(body, str) else json.dumps(body))

    def left(self) -> int:
        """Messages that wait or are hidden."""
        held = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return int(held["ApproximateNumberOfMessages"]) + int(held["ApproximateNumberOfMessagesNotVisible"])

    def show(self) -> None:
        """Make hidden messages visible, as when their time has passed."""
        for hidden in list_hidden(self.url):
            hidden.visible_at = 0


def list_hidden(url: str) -> list:
    from moto.sqs.models import sqs_backends  # noqa: PLC0415 - the clock of a queue, which no call of SQS turns

    queue = sqs_backends[ACCOUNT]["us-east-1"].queues[url.rpartition("/")[2]]
    return list(queue._messages)


@pytest.fixture
def trail(aws: Server) -> Trail:
    made = Trail()
    aws.requests.clear()
    return made


def follow(run: Run, trail: Trail, *words: object, code: int = 0) -> Ran:
    ran = run("follow", trail.url, "--once", *words)
    assert ran.code == code, ran.err
    return ran


def notified() -> None:
    """Let the bucket announce its objects on the queue."""
    rule = {"QueueArn": ARN, "Events": ["s3:ObjectCreated:*"]}
    client().put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [rule]}
    )


def test_what_a_bucket_announces_is_taken_in_and_the_messages_are_gone(run: Run, trail: Trail, aws: Server):
    notified()
    keys = [key(A, EU, "2024/03/01", number, top="a b+ü/AWSLogs/") for number in range(12)]
    for number, name in enumerate(keys):
        put(name, [record(number)])
    put(key(A, EU, "2024/03/01", kind="CloudTrail-Digest"), b"no log")
    assert trail.left() >= 13
    ran = follow(run, trail)
    assert "12 events of 12 file(s)" in ran.err
    assert trail.left() == 0
    case = api.open("graphtrail-case")
    assert run("ingest", f"s3://{BUCKET}/a b+ü/", "--case", "listed").code == 0
    assert digest(case) == digest(api.open("listed"))
    assert not aws.asked("GET", "Digest")
    assert case.event(record(3)["eventID"])[0].record["eventID"] == record(3)["eventID"]
    put(keys[0], [record(0), record(99)])
    follow(run, trail)
    assert totals(api.open("graphtrail-case"))["events"] == 13


def test_topics_and_buses_are_understood(run: Run, trail: Trail):
    names = [key(A, EU, "2024/03/01", number) for number in range(4)]
    for number, name in enumerate(names):
        put(name, [record(number)])
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="trail")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=ARN)
    sns.publish(TopicArn=topic, Message=json.dumps({"s3Bucket": BUCKET, "s3ObjectKey": names[:2]}))
    sns.publish(TopicArn=topic, Message="CloudTrail validation message.")
    trail.send({"s3Bucket": BUCKET, "s3ObjectKey": names[2:3]})
    made = {"bucket": {"name": BUCKET}, "object": {"key": names[3], "size": 5}}
    trail.send({"detail-type": "Object Created", "source": "aws.s3", "detail": made})
    events = boto3.client("events")
    events.put_rule(Name="calls", EventPattern=json.dumps({"source": ["custom.trail"]}))
    events.put_targets(Rule="calls", Targets=[{"Id": "1", "Arn": ARN}])
    call = record(50, eventCategory="Management")
    entry = {"Source": "custom.trail", "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(call)}
    events.put_events(Entries=[entry])
    trail.send({"Event": "s3:TestEvent", "Service": "Amazon S3", "Bucket": BUCKET})
    follow(run, trail)
    case = api.open("graphtrail-case")
    assert totals(case)["events"] == 5
    assert trail.left() == 0
    found = case.event(call["eventID"])[0]
    assert found.record["eventID"] == call["eventID"]
    assert found.file.startswith(f"sqs://{ACCOUNT}/trail/")


def test_what_comes_again_does_no_harm(run: Run, trail: Trail, aws: Server):
    notified()
    put(key(A, EU, "2024/03/01"), [record(1)])
    aws.fail(error("400 Bad Request", "AWS.SimpleQueueService.Busy", "later"), action="DeleteMessageBatch", times=1)
    ran = follow(run, trail)
    assert "could not be deleted" in ran.err
    first = digest(api.open("graphtrail-case"))
    assert trail.left() > 0
    trail.show()
    aws.requests.clear()
    follow(run, trail)
    assert trail.left() == 0
    assert digest(api.open("graphtrail-case")) == first
    assert totals(api.open("graphtrail-case")) | {"files": 1} == totals(api.open("graphtrail-case"))
    assert not aws.asked("GET", r"\.json\.gz$"), "the version that is announced is known"


def test_what_cannot_be_fetched_stays_and_comes_again(
    run: Run, trail: Trail, aws: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    notified()
    for number in range(2):
        put(key(A, EU, "2024/03/01", number), [record(number)])
    aws.fail(error("403 Forbidden", "AccessDenied", "no"), action="GET", path="0001.json.gz")
    ran = follow(run, trail, code=1)
    assert "not allowed" in ran.err
    assert trail.left() == 1
    aws.faults.clear()
    trail.show()
    follow(run, trail)
    case = api.open("graphtrail-case")
    assert trail.left() == 0
    assert totals(case)["events"] == 2
    assert not [one for one in case.rejects() if not one["superseded"]]


def test_what_is_not_understood_stays_for_others(run: Run, trail: Trail):
    broken = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {}}]}
    for body in ("no JSON", "[]", broken, {"detail": {}}, {"Type": "Notification", "Message": "x"}):
        trail.send(body)
    ran = follow(run, trail)
    assert "5 message(s) are no announcement of logs: they stay on the queue" in ran.err
    assert trail.left() == 5


def test_only_the_logs_that_are_wanted(run: Run, trail: Trail):
    notified()
    for number, region in enumerate((EU, "us-east-1")):
        put(key(A, region, "2024/03/01", number), [record(number)])
    follow(run, trail, "--region", EU)
    assert totals(api.open("graphtrail-case"))["events"] == 1
    assert trail.left() == 0


def test_a_queue_that_is_none(run: Run, trail: Trail, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert run("follow", "trail").code == 2
    ran = run("follow", trail.url + "x", "--once")
    assert ran.code == 1
    assert "does not exist" in ran.err


def test_many_batches_are_few_segments(run: Run, trail: Trail, tmp_path: Path):
    notified()
    for number in range(17):
        put(key(A, EU, "2024/03/01", number), [record(number)])
        follow(run, trail, "-q")
    assert len(manifest.load(Path("graphtrail-case")).segments) == 2
    other = case_of(tmp_path / "other", write(tmp_path / "a.json", [record(number) for number in range(17)]))
    assert digest(api.open("graphtrail-case")) == digest(other)


@pytest.mark.usefixtures("run")
def test_it_waits_while_another_process_writes_the_case(trail: Trail):
    notified()
    put(key(A, EU, "2024/03/01"), [record(1)])
    with ThreadPoolExecutor(1) as pool:
        with manifest.writing(Path("graphtrail-case")):
            following = pool.submit(subprocess.run, command(trail), capture_output=True, text=True, check=False)
            assert not following.done()
            time.sleep(6)
            assert not following.done()
            assert trail.left() == 2, "the test message of S3, and the file"
        ran = following.result()
    assert ran.returncode == 0, ran.stderr
    assert "waiting for another process that is writing it" in ran.stderr
    assert totals(api.open("graphtrail-case"))["events"] == 1
    assert trail.left() == 0


@pytest.mark.usefixtures("run")
def test_it_stops_while_another_process_writes_the_case_and_leaves_what_came(trail: Trail):
    notified()
    put(key(A, EU, "2024/03/01"), [record(1)])
    with (
        manifest.writing(Path("graphtrail-case")),
        subprocess.Popen(command(trail), stderr=subprocess.PIPE, text=True) as process,
    ):
        said = next(process.stderr) + next(process.stderr)
        assert "following" in said
        assert "waiting for another process" in said
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 0, said
    assert "2 message(s) stay on the queue" in said
    assert trail.left() == 2


def command(trail: Trail) -> list[str]:
    return [sys.executable, "-m", "graphtrail", "follow", trail.url, "--once", "--case", "graphtrail-case"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_to_with_all_that_came(trail: Trail, tmp_path: Path, number: int):
    notified()
    put(key(A, EU, "2024/03/01"), [record(1)])
    words = ["follow", trail.url, "--case", str(tmp_path / "case"), "--every", "3600"]
    with subprocess.Popen(
        [sys.executable, "-m", "graphtrail", *words], stderr=subprocess.PIPE, env=os.environ
    ) as process:
        for _ in range(600):
            held = trail.sqs.get_queue_attributes(QueueUrl=trail.url, AttributeNames=["All"])["Attributes"]
            if held["ApproximateNumberOfMessages"] == "0":
                break
            time.sleep(0.1)
        time.sleep(0.5)
        process.send_signal(number)
        said = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert trail.left() == 0
    other = case_of(tmp_path / "other", write(tmp_path / "a.json", [record(1)]))
    assert digest(api.open(tmp_path / "case")) == digest(other)


NAMES = st.sampled_from(["Records", "s3", "detail", "Type", "Message", "object", "bucket", "key", "s3ObjectKey"])
JSON = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_message_breaks_the_reading(body: object):
    said = announced(json.dumps(body))
    assert said.known or not said.objects
