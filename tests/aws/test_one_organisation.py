"""One simulated organisation, read from a folder, a bucket, LookupEvents, Athena, a lake and a queue, is one case.

LookupEvents holds no data events: there the case is that of the folder without them.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import athena_engine
import boto3
import pytest
from aws_server import Server, lookup_event
from cases import case_of, digest, totals, write
from commands import Ran
from trail_bucket import BUCKET, client, key, put

from graphtrail import api
from graphtrail.simulate import simulate
from graphtrail.sources.athena.table import ddl

Run = Callable[..., Ran]
Record = dict[str, Any]
STORE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Its records, moved to yesterday: LookupEvents gives only the last 90 days."""
    folder = tmp_path_factory.mktemp("organisation")
    simulate(folder, 2000, seed=3)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    found = []
    for path in sorted((folder / "bucket").rglob("*.gz")):
        text = gzip.decompress(path.read_bytes()).decode()
        text = text.replace("2026-03-02", f"{yesterday:%Y-%m-%d}").replace("Mar 2, 2026", f"{yesterday:%b %-d, %Y}")
        found += json.loads(text)["Records"]
    assert len(found) > 2000
    return found


@pytest.fixture(scope="module")
def folder(organisation: list[Record], tmp_path_factory: pytest.TempPathFactory) -> api.Case:
    """The case of a folder."""
    place = tmp_path_factory.mktemp("folder")
    return case_of(place / "case", write(place / "logs" / "all.json", organisation))


@pytest.fixture
def bucket(aws: Server, organisation: list[Record]) -> list[str]:
    """The organisation's bucket: a file for each account and Region. The keys."""
    client().create_bucket(Bucket=BUCKET)
    places: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in organisation:
        places[record["recipientAccountId"], record["awsRegion"]].append(record)
    day = f"{datetime.now(UTC) - timedelta(days=1):%Y/%m/%d}"
    keys = []
    for (account, region), held in sorted(places.items()):
        keys.append(key(account, region, day, top="AWSLogs/o-abcdefghij/"))
        put(keys[-1], held)
    aws.requests.clear()
    return keys


def same(run: Run, source: str, folder: api.Case) -> api.Case:
    ran = run("ingest", source)
    assert ran.code == 0, ran.err
    case = api.open("graphtrail-case")
    assert digest(case) == digest(folder)
    return case


def test_a_bucket(run: Run, bucket: list[str], aws: Server, folder: api.Case):
    case = same(run, f"s3://{BUCKET}/", folder)
    assert totals(case) | {"files": 0} == totals(folder) | {"files": 0}
    assert len(aws.asked("GET", r"\.json\.gz$")) == len(bucket)
    event = case.ask.events().rows[0].event_id
    found = case.event(event)[0]
    assert found.record["eventID"] == event
    assert found.file.startswith(f"s3://{BUCKET}/AWSLogs/")


def test_lookup_events_without_data_events(run: Run, aws: Server, organisation: list[Record], tmp_path: Path):
    managed = [record for record in organisation if record.get("eventCategory") != "Data"]
    assert len(managed) < len(organisation)
    for record in managed:
        aws.world.lookups.setdefault(record["awsRegion"], []).append(lookup_event(record))
    case = same(run, "cloudtrail://", case_of(tmp_path / "other", write(tmp_path / "logs" / "m.json", managed)))
    assert {"lookup-events"} <= {gap.code for gap in case.ask.events().coverage}


def test_athena(run: Run, bucket: list[str], organisation: list[Record], folder: api.Case):
    accounts = sorted({name.split("/")[2] for name in bucket})
    regions = sorted({name.split("/")[4] for name in bucket})
    statement = ddl(f"s3://{BUCKET}/AWSLogs/o-abcdefghij/", "trail", regions, accounts)
    athena_engine.make(statement, "logs", organisation)
    client().create_bucket(Bucket="results")
    same(run, "athena://logs/trail?output=s3://results/", folder)


def test_a_lake(run: Run, aws: Server, organisation: list[Record], folder: api.Case):
    aws.world.lake = [{"eventJson": json.dumps(record)} for record in organisation]
    same(run, f"lake://{STORE}", folder)


def test_a_queue(run: Run, bucket: list[str], folder: api.Case):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="trail")["QueueUrl"]
    for start in range(0, len(bucket), 5):
        body = {"s3Bucket": BUCKET, "s3ObjectKey": bucket[start : start + 5]}
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
    assert run("follow", url, "--once").code == 0
    assert digest(api.open("graphtrail-case")) == digest(folder)


def test_from_python(run: Run, bucket: list[str], folder: api.Case):
    assert run is not None
    first = bucket[0].split("/")[2]
    part = api.ingest(f"s3://{BUCKET}/", case="part", account=first, since="7d")
    assert {extent["account"] for extent in part.status()["coverage"]} == {first}
    assert digest(api.ingest(f"s3://{BUCKET}/", case="part")) == digest(folder)
