"""A trail bucket as a source: what is found in it, what is fetched, and what a second run costs."""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from aws_server import Server, error
from cases import digest, record, records, totals
from commands import Ran
from trail_bucket import BUCKET, client, key, put

from graphtrail import api
from graphtrail.case import manifest, segment

Run = Callable[..., Ran]
A, B, C = "111122223333", "444455556666", "777788889999"
EU, US = "eu-west-1", "us-east-1"
ORG = "o-abcdefghij"


@pytest.fixture
def bucket(aws: Server) -> str:
    client().create_bucket(Bucket=BUCKET)
    aws.requests.clear()
    return f"s3://{BUCKET}/"


def read(run: Run, *words: object, code: int = 0) -> api.Case:
    ran = run("ingest", *words)
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    return api.open("graphtrail-case")


def names(case: api.Case) -> set[str]:
    """The keys of the objects that a case is told from."""
    return {one[len(f"s3://{BUCKET}/") :] for one in files(case)}


def files(case: api.Case) -> set[str]:
    held = manifest.load(case.folder)
    return {row[0].decode() for name in held.segments for row in segment.rows(case.folder, name, "files")}


def at(day: str, number: int) -> list[dict[str, object]]:
    return [record(number, eventTime=f"{day.replace('/', '-')}T10:00:00Z")]


def test_every_layout_is_found_wherever_it_lies(run: Run, bucket: str):
    keys = [
        key(A, EU, "2024/03/01"),
        key(B, US, "2024/03/01", top=f"AWSLogs/{ORG}/"),
        key(C, US, "2024/03/01", top=f"{ORG}/AWSLogs/{ORG}/"),
        key(A, US, "2024/03/01", top="deep/in/side/AWSLogs/"),
        key(A, "us-gov-east-1", "2024/03/01", kind="CloudTrail-NetworkActivity"),
    ]
    others = [
        key(A, EU, "2024/03/01", kind="CloudTrail-Digest"),
        f"AWSLogs/{A}/elasticloadbalancing/{EU}/2024/03/01/x.log.gz",
        f"AWSLogs/{A}/Config/ConfigWritabilityCheckFile",
    ]
    for number, name in enumerate(keys):
        put(name, [record(number)])
    for name in others:
        put(name, b"no log of CloudTrail")
    case = read(run, bucket)
    assert names(case) == set(keys)
    assert totals(case)["events"] == len(keys)
    assert case.status()["not_fetched"] == []


TWENTY = "201234567890"
BESIDE = {
    "nothing": [],
    "other services": [
        f"AWSLogs/{A}/elasticloadbalancing/{EU}/2024/03/01/x.log.gz",
        f"AWSLogs/{A}/Config/ConfigWritabilityCheckFile",
        f"AWSLogs/{TWENTY}/vpcflowlogs/{EU}/2024/03/01/x.log.gz",
    ],
    "marks of folders": [f"AWSLogs/{A}/", f"AWSLogs/{A}/CloudTrail/", f"AWSLogs/{A}/CloudTrail/{US}/"],
    "an object in the account": [f"AWSLogs/{A}/export.json"],
    "an object beside the Regions": [f"AWSLogs/{A}/CloudTrail/export.json"],
    "days without a Region": [f"AWSLogs/{A}/CloudTrail/2024/03/01/export.json"],
    "an object beside the days": [f"AWSLogs/{A}/CloudTrail/{US}/export.json"],
    "a folder that is none": [f"AWSLogs/{A}/2024/03/01/export.json"],
    "very much": [f"AWSLogs/{A}/CloudFront/E{number}.gz" for number in range(6)],
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=list(BESIDE))
def test_an_account_is_found_by_one_request_as_by_its_levels(
    run: Run, bucket: str, aws: Server, beside: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "5")
    keys = [
        key(A, EU, "2024/03/01"),
        key(A, EU, "2024/03/01", kind="CloudTrail-NetworkActivity"),
        key(TWENTY, US, "2024/03/01"),
        key(TWENTY, US, "2024/03/01", top=f"AWSLogs/{ORG}/"),
        key(B, EU, "2024/03/01", kind="CloudTrail-Digest"),
    ]
    for number, name in enumerate([*keys, *beside]):
        put(name, [record(number)])
    aws.requests.clear()
    found = {}
    for words in ((), ("--account", A), ("--region", EU)):
        case = f"one-{'-'.join(words)}"
        found[words] = run("ingest", bucket, *words, "--case", case).code, names(api.open(case)), missing(case)
    assert set(keys[:4]) <= found[()][1]
    aws.fail(error("400 Bad Request", "InvalidArgument", "what?"), action="LIST", query=r"'delimiter': \['/20'\]")
    for words, expected in found.items():
        case = f"levels-{'-'.join(words)}"
        assert (run("ingest", bucket, *words, "--case", case).code, names(api.open(case)), missing(case)) == expected


def missing(case: str) -> list[object]:
    return [(one["place"], one["account"], one["region"]) for one in api.open(case).status()["not_fetched"]]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("AWSLogs", {0, 1, 2, 3}),
        ("AWSLogs/", {0, 1, 2, 3}),
        (f"AWSLogs/{A[:5]}", {0, 1, 2}),
        (f"AWSLogs/{A}/CloudTrail/", {0, 1, 2}),
        (f"AWSLogs/{A}/CloudTrail/eu-", {0, 1}),
        (f"AWSLogs/{A}/CloudTrail/{EU}/2024/03/0", {0}),
        (f"AWSLogs/{A}/CloudTrail/{EU}/2024/04", {1}),
        (key(A, EU, "2024/03/01"), {0}),
    ],
)
def test_a_prefix_may_end_anywhere(run: Run, bucket: str, prefix: str, expected: set[int]):
    keys = [key(A, EU, "2024/03/01"), key(A, EU, "2024/04/01"), key(A, US, "2024/03/01"), key(B, EU, "2024/03/01")]
    for number, name in enumerate(keys):
        put(name, [record(number)])
    assert names(read(run, bucket + prefix)) == {keys[number] for number in expected}


def test_a_window_fetches_its_days_and_one_more_for_what_came_late(run: Run, bucket: str, aws: Server):
    days = [f"2024/03/{day:02}" for day in range(1, 11)]
    keys = {day: key(A, EU, day, number) for number, day in enumerate(days)}
    for number, day in enumerate(days):
        put(keys[day], at(day, number))
    late = key(A, EU, "2024/03/06", 999)
    put(late, [record(99, eventTime="2024-03-05T23:59:59Z"), record(98, eventTime="2023-01-01T00:00:00Z")])
    aws.requests.clear()
    case = read(run, bucket, "--since", "2024-03-04T12:00:00Z", "--until", "2024-03-05T23:59:59Z")
    assert names(case) == {keys["2024/03/04"], keys["2024/03/05"], keys["2024/03/06"], late}
    assert totals(case)["events"] == 5, "a file that is read is read whole"
    assert len(aws.asked("LIST")) == 4, "root, AWSLogs/, account, and one stream"
    (place,) = case.status()["not_fetched"]
    assert (place["account"], place["region"], place["reason"]) == (A, EU, None)
    assert place["fetched"] == [{"since": "2024-03-04T12:00:00Z", "until": "2024-03-05T23:59:59Z"}]
    gaps = [gap for gap in case.ask.events().coverage if gap.code == "not-fetched"]
    assert [gap.account for gap in gaps] == [A]
    inside = case.ask.events(since="2024-03-04T13:00:00Z", until="2024-03-05T00:00:00Z")
    assert not [gap for gap in inside.coverage if gap.code == "not-fetched"]

    wider = read(run, bucket)
    assert names(wider) == {*keys.values(), late}
    assert wider.status()["not_fetched"] == []
    assert run("ingest", bucket, "--case", "at-once").code == 0
    assert digest(api.open("at-once")) == digest(wider)


def test_accounts_and_regions_are_chosen_and_the_rest_is_said_to_be_missing(run: Run, bucket: str, aws: Server):
    for number, (account, region) in enumerate([(A, EU), (A, US), (B, EU), (B, US)]):
        put(key(account, region, "2024/03/01"), [record(number)])
    aws.requests.clear()
    case = read(run, bucket, "--account", A, "--region", EU, "--region", "ap-south-1")
    assert names(case) == {key(A, EU, "2024/03/01")}
    assert not aws.asked("LIST", B)
    assert not [one for one in aws.requests if B in str(one.query.get("prefix"))]
    left = {(one["place"], one["account"], one["region"]) for one in case.status()["not_fetched"]}
    assert left == {(f"{bucket}AWSLogs/{A}/CloudTrail/{US}/", A, US), (f"{bucket}AWSLogs/{B}/", B, None)}
    assert f"account {B}" in run("status").out
    gaps = {(gap.account, gap.region) for gap in case.ask.events().coverage if gap.code == "not-fetched"}
    assert gaps == {(A, US), (B, None)}
    assert not [gap for gap in case.ask.events(account=A, region=EU).coverage if gap.code == "not-fetched"]
    wider = read(run, bucket)
    assert len(names(wider)) == 4
    assert wider.status()["not_fetched"] == []


def test_a_second_run_lists_and_fetches_nothing(run: Run, bucket: str, aws: Server):
    for number in range(5):
        put(key(A, EU, "2024/03/01", number), [record(number)])
    first = read(run, bucket)
    aws.requests.clear()
    ran = run("ingest", bucket)
    assert "5 file(s) known already" in ran.err
    assert {one.action for one in aws.requests} == {"HEAD", "LIST"}
    assert digest(api.open("graphtrail-case")) == digest(first)
    put(key(A, EU, "2024/03/01", 2), [record(2), record(20)])
    put(key(A, EU, "2024/03/01", 9), [record(9)])
    aws.requests.clear()
    assert totals(read(run, bucket))["events"] == 7
    assert len(aws.asked("GET")) == 2


def test_bytes_written_again_are_fetched_once_more_and_then_known(run: Run, bucket: str, aws: Server):
    name = key(A, EU, "2024/03/01")
    put(name, [record(1)])
    read(run, bucket)
    s3 = client()
    part = s3.create_multipart_upload(Bucket=BUCKET, Key=name)["UploadId"]
    body = s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    done = s3.upload_part(Bucket=BUCKET, Key=name, UploadId=part, PartNumber=1, Body=body)["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": done}]}
    s3.complete_multipart_upload(Bucket=BUCKET, Key=name, UploadId=part, MultipartUpload=parts)
    fetched = []
    for _ in range(2):
        aws.requests.clear()
        assert totals(read(run, bucket)) == totals(read(run, bucket))
        fetched.append(len(aws.asked("GET")))
    assert fetched == [1, 0]


def test_the_plan_says_what_it_would_take_and_takes_nothing(run: Run, bucket: str, aws: Server):
    sizes = 0
    for number, (account, region) in enumerate([(A, EU), (A, US), (B, EU)]):
        put(name := key(account, region, "2024/03/01"), [record(number)])
        sizes += client().head_object(Bucket=BUCKET, Key=name)["ContentLength"] if account == A else 0
    aws.requests.clear()
    ran = run("ingest", bucket, "--plan", "--account", A)
    assert ran.code == 0
    assert f"2 object(s), {sizes:,} bytes to fetch from 2 account(s) and Region(s); 0 known" in ran.out
    assert "5 LIST" in ran.out
    assert "2 GET" in ran.out
    assert len(aws.asked("LIST")) == 5
    assert not aws.asked("GET")
    assert not Path("graphtrail-case").exists()
    read(run, bucket, "--account", A, "--region", EU)
    assert "1 object(s)" in (said := run("ingest", bucket, "--plan", "--account", A).out)
    assert "1 known already" in said
    assert run("ingest", "--plan", str(Path.cwd())).code == 2


def test_a_bucket_of_loose_files_is_read_by_their_names(run: Run, bucket: str):
    put("evidence/one/" + key(A, EU, "2024/03/01").rpartition("/")[2], at("2024/03/01", 1))
    put("evidence/two/" + key(A, EU, "2024/03/09").rpartition("/")[2], at("2024/03/09", 2))
    put("evidence/two/" + key(B, EU, "2024/03/01").rpartition("/")[2], at("2024/03/01", 3))
    put("evidence/export.json", at("2024/03/05", 4))
    case = read(run, bucket + "evidence", "--until", "2024-03-02", "--account", A)
    assert totals(case)["events"] == 2
    assert totals(read(run, bucket))["events"] == 4


def test_partitions_of_security_lake_are_streams_too(run: Run, bucket: str, aws: Server):
    def lake(account: str, region: str, day: str, source: str = "aws/CLOUD_TRAIL_MGMT/2.0") -> str:
        return f"{source}/region={region}/accountId={account}/eventDay={day}/x.json.gz"

    keys = [lake(A, EU, f"202403{day:02}") for day in range(1, 6)]
    keys += [lake(B, EU, "20240302"), lake(A, US, "20240302", "ext/mine/1.0")]
    for number, name in enumerate(keys):
        put(name, [record(number)])
    put(lake(A, EU, "20240302", "aws/VPC_FLOW/2.0"), b"no calls")
    aws.requests.clear()
    words = ("--account", A, "--since", "2024-03-02", "--until", "2024-03-03")
    assert names(read(run, bucket, *words)) == {*keys[1:4], keys[6]}
    assert sorted(one.query["start-after"][0] for one in aws.asked("LIST") if "start-after" in one.query) == [
        lake(A, EU, "20240302").removesuffix("x.json.gz"),
        lake(A, US, "20240302", "ext/mine/1.0").removesuffix("x.json.gz"),
    ]
    assert names(read(run, bucket)) == set(keys)


def test_objects_beside_a_trail_are_named_and_not_read(run: Run, bucket: str):
    put(key(A, EU, "2024/03/01"), [record(1)])
    put("copies/export.json", [record(2)])
    case = read(run, bucket)
    assert totals(case)["events"] == 1
    assert [one["place"] for one in case.status()["not_fetched"]] == [f"{bucket}copies/*"]
    assert totals(read(run, bucket + "copies/"))["events"] == 2


def test_logs_of_other_services_are_no_source(run: Run, bucket: str):
    put(f"AWSLogs/{A}/elasticloadbalancing/{EU}/2024/03/01/x.log.gz", b"x")
    ran = run("ingest", bucket)
    assert ran.code == 1
    assert "no logs of CloudTrail there, only s3://trail-logs/AWSLogs/111122223333/elasticloadbalancing/" in ran.err


def test_a_prefix_that_nothing_begins_with_is_no_source_and_an_empty_bucket_is(run: Run, bucket: str):
    assert totals(read(run, bucket))["records"] == 0
    put(key(A, EU, "2024/03/01"), [record(1)])
    for words in ((), ("--plan",)):
        ran = run("ingest", f"{bucket}AWSLog/", *words)
        assert ran.code == 1
        assert "nothing in bucket trail-logs begins with AWSLog/" in ran.err


def test_what_is_there_is_named_if_nothing_of_what_was_asked_for_is(run: Run, bucket: str):
    for number in range(5):
        put(key(f"{number}" * 12, EU, "2024/03/01"), [record(number)])
    ran = run("ingest", bucket, "--account", A)
    assert ran.code == 0
    assert f"no logs of the accounts and Regions asked for; there are {bucket}AWSLogs/000000000000/, " in ran.err
    assert " and 2 more" in ran.err
    assert "asked for" not in run("ingest", bucket, "--account", "000000000000").err


def test_the_bucket_is_asked_in_its_own_region(run: Run, aws: Server):
    place = {"LocationConstraint": "ap-southeast-2"}
    boto3.client("s3", region_name="ap-southeast-2").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    put(key(A, EU, "2024/03/01"), [record(1)])
    aws.requests.clear()
    read(run, f"s3://{BUCKET}")
    assert {one.region for one in aws.asked("LIST")} == {"ap-southeast-2"}


def test_the_requester_pays_if_told_to(run: Run, bucket: str, aws: Server):
    put(key(A, EU, "2024/03/01"), [record(1)])
    aws.requests.clear()
    read(run, bucket, "--request-payer")
    paid = [one.headers.get("HTTP_X_AMZ_REQUEST_PAYER") for one in aws.asked("LIST") + aws.asked("GET")]
    assert set(paid) == {"requester"}


def test_a_role_is_taken_on_with_its_external_id(run: Run, bucket: str, aws: Server):
    put(key(A, EU, "2024/03/01"), [record(1)])
    aws.requests.clear()
    read(run, bucket, "--role-arn", f"arn:aws:iam::{B}:role/reader", "--external-id", "case-7")
    (assumed,) = [one for one in aws.requests if one.action == "POST"]
    assert assumed.path == "/"
    signed = {one.headers["HTTP_AUTHORIZATION"].partition("Credential=")[2][:4] for one in aws.asked("LIST")}
    assert signed == {"ASIA"}


def test_what_is_named_wrongly_is_said_before_anything_is_asked(run: Run, aws: Server, monkeypatch: pytest.MonkeyPatch):
    assert "names no bucket" in run("ingest", "s3:///prefix").err
    assert run("ingest", "s3:///prefix").code == 2
    assert run("ingest", "gs://bucket/").code == 2
    assert "unknown kind of source" in run("ingest", "gs://bucket/").err
    assert run("ingest", "s3://b/", "--profile", "nobody").code == 2
    assert run("ingest", "s3://b/", "--since", "01/02/2024").code == 2
    assert not aws.requests
    missing = run("ingest", "s3://no-such-bucket/x")
    assert missing.code == 1
    assert "there is no bucket no-such-bucket" in missing.err
    aws.requests.clear()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    nobody = run("ingest", "s3://trail-logs/")
    assert nobody.code == 1
    assert "no AWS credentials: name a profile with --profile" in nobody.err
    for words, said in {
        ("ingest", "lake://"): "name an event data store by its id",
        ("ingest", "athena://db"): "write athena://database/table",
        ("ingest", "cloudtrail://?x=y"): "LookupEvents takes a value for one of",
        ("ingest", "s3://"): "names no bucket",
        ("ingest", "lake://", "--role-arn", f"arn:aws:iam::{B}:role/reader"): "name an event data store by its id",
        ("follow", "nonsense"): "nonsense: no URL of a queue",
        ("follow", ""): "'': no URL of a queue",
    }.items():
        assert run(*words).code == 2
        assert said in run(*words).err
    assert not aws.requests
    assert not Path("graphtrail-case").exists()


def test_investigate_reads_a_bucket_into_a_case_of_its_own(run: Run, bucket: str):
    put(key(A, EU, "2024/03/01"), records(1, 2))
    ran = run("investigate", bucket + "AWSLogs/", "--resource", "arn:aws:s3:::crown", "--output", "json")
    assert ran.json()["total"] == 1
    assert [path.name for path in Path.cwd().glob("graphtrail-trail-logs-AWSLogs-*")]
