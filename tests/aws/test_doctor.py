"""What a source takes to be allowed: tried against policies that are enforced, and the policy that is enough."""

import json
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from aws_server import ACCOUNT, Server, error
from cases import record
from commands import Ran
from trail_bucket import BUCKET, client, key, put

Run = Callable[..., Ran]
A, EU = "111122223333", "eu-west-1"
PREFIX = "AWSLogs/"
SOURCE = f"s3://{BUCKET}/{PREFIX}"


def user(monkeypatch: pytest.MonkeyPatch, document: dict | None) -> None:
    """From now on a user with this policy asks."""
    iam = boto3.client("iam")
    iam.create_user(UserName="reader")
    if document:
        iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(document))
    made = iam.create_access_key(UserName="reader")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])


def states(ran: Ran) -> dict[str, str]:
    lines = [line.split() for line in ran.err.splitlines() if line.startswith("  ")]
    return {words[1 + (words[0] == "not")]: words[0] for words in lines}


@pytest.fixture
def bucket(aws: Server) -> Server:
    client().create_bucket(Bucket=BUCKET)
    put(key(A, EU, "2024/03/01"), [record(1)])
    return aws


def test_the_policy_is_enough_and_nothing_less_is(run: Run, bucket: Server, monkeypatch: pytest.MonkeyPatch):
    open_to_all = run("doctor", "--source", SOURCE)
    assert open_to_all.code == 0
    least = json.loads(open_to_all.out)
    assert least["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": f"arn:aws:s3:::{BUCKET}",
            "Condition": {"StringLike": {"s3:prefix": f"{PREFIX}*"}},
        },
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"arn:aws:s3:::{BUCKET}/{PREFIX}*"},
    ]
    # the server knows no condition keys of S3: the statement holds there without its condition
    least["Statement"][0].pop("Condition")
    user(monkeypatch, least)
    bucket.enforce()
    allowed = run("doctor", "--source", SOURCE)
    assert allowed.code == 0, allowed.err
    assert states(allowed) == {"s3:ListBucket": "allowed", "s3:GetObject": "allowed"}
    assert run("ingest", SOURCE).code == 0


def test_what_is_denied_is_named(run: Run, bucket: Server, monkeypatch: pytest.MonkeyPatch):
    listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}
    user(monkeypatch, {"Version": "2012-10-17", "Statement": [listing]})
    bucket.enforce()
    ran = run("doctor", "--source", SOURCE)
    assert ran.code == 1
    assert states(ran) == {"s3:ListBucket": "allowed", "s3:GetObject": "denied"}
    assert "s3:GetObject" in json.loads(ran.out)["Statement"][1]["Action"]
    read = run("ingest", SOURCE)
    assert read.code == 1
    assert "not allowed" in read.err


def test_nobody_is_allowed_anything(run: Run, bucket: Server, monkeypatch: pytest.MonkeyPatch):
    user(monkeypatch, None)
    bucket.enforce()
    ran = run("doctor", "--source", SOURCE)
    assert ran.code == 1
    assert states(ran)["s3:ListBucket"] == "denied"
    assert "no object is known to try it on" in ran.err


def test_a_key_that_does_not_let_decrypt_is_in_the_policy(run: Run, bucket: Server):
    arn = f"arn:aws:kms:eu-west-1:{A}:key/1111-2222"
    said = f"User is not authorized to perform: kms:Decrypt on the resource {arn}"
    bucket.fail(error("403 Forbidden", "AccessDenied", said), action="GET", path="json.gz")
    ran = run("doctor", "--source", SOURCE)
    assert ran.code == 1
    assert states(ran)["kms:Decrypt"] == "denied"
    assert {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": arn} in json.loads(ran.out)["Statement"]


def test_the_other_sources_have_theirs(run: Run, bucket: Server):
    looked = run("doctor", "--source", "cloudtrail://")
    assert looked.code == 0
    assert json.loads(looked.out)["Statement"][0]["Action"] == ["cloudtrail:LookupEvents", "ec2:DescribeRegions"]
    bucket.fail(error("400 Bad Request", "AccessDeniedException", "no"), action="LookupEvents|DescribeQuery")
    assert states(run("doctor", "--source", "cloudtrail://"))["cloudtrail:LookupEvents"] == "denied"
    lake = run("doctor", "--source", "lake://11111111-2222-4333-8444-555555555555")
    assert lake.code == 1
    assert states(lake) == {
        "cloudtrail:StartQuery": "not",
        "cloudtrail:DescribeQuery": "denied",
        "cloudtrail:GetQueryResults": "allowed",
    }
    queue = run("doctor", "--source", f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/trail", "--source", SOURCE)
    assert queue.code == 0
    assert json.loads(queue.out)["Statement"][0] == {
        "Effect": "Allow",
        "Action": ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
        "Resource": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:trail",
    }


def test_athena_takes_its_table_its_results_and_the_logs(run: Run, bucket: Server):
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": "logs"})
    table = {"Name": "trail", "StorageDescriptor": {"Columns": [], "Location": SOURCE}}
    glue.create_table(DatabaseName="logs", TableInput=table)
    ran = run("doctor", "--source", "athena://logs/trail?output=s3://results/here/")
    held = {(action, one["Resource"]) for one in json.loads(ran.out)["Statement"] for action in one["Action"]}
    assert {
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/{PREFIX}*"),
        ("s3:DeleteObject", "arn:aws:s3:::results/here/*"),
        ("athena:StartQueryExecution", "arn:aws:athena:us-east-1:*:workgroup/primary"),
        ("glue:GetTable", "arn:aws:glue:us-east-1:*:table/logs/trail"),
    } <= held
    assert states(ran)["athena:GetWorkGroup"] == "allowed"
    assert bucket.asked("StartQueryExecution") == []


def test_a_folder_needs_nothing_and_nothing_is_asked(run: Run, aws: Server):
    assert run("doctor", "--source", str(Path.cwd())).code == 2
    assert run("doctor", "--source", "s3:///x").code == 2
    assert run("doctor", "--source", "https://example.org/x").code == 2
    aws.requests.clear()
    assert "AWS: not asked" in run("doctor").out
    assert not aws.requests
