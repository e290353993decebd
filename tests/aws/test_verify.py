"""``graphtrail verify`` beside the AWS CLI's ``cloudtrail validate-logs``, on the same bucket over HTTP."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_server import Server, error
from commands import Ran
from digests import ACCOUNT, BUCKET, NAME, REGION, Object, Trail, delivered, key_file, private, published, put, spread
from trail_bucket import client

import graphtrail

Run = Callable[..., Ran]
RECORDS = [
    {
        "eventID": f"e{number}", "eventName": "ListBuckets", "eventSource": "s3.amazonaws.com", "awsRegion": REGION,
        "eventTime": f"2026-03-02T08:{number:02}:00Z", "recipientAccountId": ACCOUNT, "eventCategory": "Management",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/u", "accountId": ACCOUNT},
    }
    for number in range(15)
]  # fmt: skip
EMPTY = gzip.compress(b'{"Records":[]}')
# What validate-logs says of a file, in our words.
WORDS = {
    ("Digest", "valid"): "verified",
    ("Digest", "not found"): "missing",
    ("Log", "valid"): "verified",
    ("Log", "not found"): "missing",
    ("Log", "hash value doesn't match"): "modified",
    ("Log", "invalid format"): "modified",
    ("Log", "unexpected data after end of compressed stream"): "modified",
}
LINE = re.compile(r"^(?:\(backfill\) )?(Digest|Log) file\ts3://[^/]+/(\S+)\t(?:INVALID: )?(.*)$", re.MULTILINE)


def intact(_: Trail) -> None:
    pass


def changed_log(trail: Trail) -> None:
    trail.objects[trail.logs[4]] = Object(EMPTY)


def lengthened_log(trail: Trail) -> None:
    trail.objects[trail.logs[4]] = Object(trail.objects[trail.logs[4]].body + b"more")


def broken_log(trail: Trail) -> None:
    trail.objects[trail.logs[4]] = Object(trail.objects[trail.logs[4]].body[:-12])


def deleted_log(trail: Trail) -> None:
    del trail.objects[trail.logs[4]]


def deleted_digest(trail: Trail) -> None:
    del trail.objects[trail.digests[2]]


def forged_digest(trail: Trail) -> None:
    """A log is changed, and so is its hash in the digest."""
    changed_log(trail)
    key = trail.digests[1]
    held = json.loads(trail.objects[key].plain)
    held["logFiles"][1]["hashValue"] = hashlib.sha256(gzip.decompress(EMPTY)).hexdigest()
    trail.objects[key] = Object(gzip.compress(json.dumps(held).encode()), trail.objects[key].metadata)


def backfilled(trail: Trail) -> None:
    now = trail.now
    trail.now = now.replace(hour=9)
    late = [trail.log([{**RECORDS[0], "eventID": f"late{number}"}], 50 + number) for number in range(2)]
    trail.digest(late[:1], backfill=True)
    trail.now = now.replace(hour=10)
    trail.digest(late[1:], backfill=True)
    trail.now = now


def moved_digest(trail: Trail) -> None:
    """A digest of another hour under the name of one."""
    trail.objects[trail.digests[2]] = trail.objects[trail.digests[1]]


def strange_key(trail: Trail) -> None:
    trail.key = private(5)
    trail.digest([trail.log([{**RECORDS[0], "eventID": "strange"}], 5)])


SCENES = [
    intact, changed_log, lengthened_log, broken_log, deleted_log, deleted_digest, forged_digest, backfilled,
    moved_digest, strange_key,
]  # fmt: skip


def oracle(server: Server, tmp_path: Path) -> tuple[int, dict[str, str]]:
    """Exit code and verdicts of the AWS CLI; of a digest that it calls invalid, ``digest-invalid``."""
    command = [
        Path(sys.executable).with_name("aws"), "cloudtrail", "validate-logs", "--verbose", "--region", REGION,
        "--trail-arn", f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{NAME}", "--s3-bucket", BUCKET,
        "--start-time", "2026-03-02T00:00:00Z", "--end-time", "2026-03-03T00:00:00Z",
        "--endpoint-url", server.url,
    ]  # fmt: skip
    place = {"HOME": str(tmp_path), "AWS_DEFAULT_REGION": REGION}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | place)
    said = LINE.findall(ran.stdout + ran.stderr)
    assert said, ran.stdout + ran.stderr
    return ran.returncode, {name: WORDS.get((kind, what), "digest-invalid") for kind, name, what in said}


def ours(run: Run, source: object, *words: object) -> tuple[bool, dict[str, str]]:
    found = run("verify", source, "--all", "--output", "json", "-q", *words).json()
    statuses = {
        one["file"].partition("/AWSLogs/")[2] if "/AWSLogs/" in one["file"] else one["file"]: one["status"]
        for one in found["files"]
    }
    return found["passed"], {f"AWSLogs/{name}": status for name, status in statuses.items()}


@pytest.fixture(name="server_with_keys")
def _server_with_keys(aws: Server) -> Server:
    aws.world.keys += published()
    client().create_bucket(Bucket=BUCKET)
    return aws


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_verdicts_are_those_of_the_aws_cli_and_of_a_bare_copy(
    run: Run, server_with_keys: Server, tmp_path: Path, scene: Callable[[Trail], None]
):
    trail = delivered(RECORDS)
    scene(trail)
    put(client(), trail)
    code, theirs = oracle(server_with_keys, tmp_path)
    passed, found = ours(run, f"s3://{BUCKET}/")
    assert passed == (code == 0)
    assert {name: found[name] for name in theirs} == theirs
    # Of what hangs on a digest that is invalid or missing, the AWS CLI says nothing.
    assert {found[name] for name in found.keys() - theirs.keys()} <= {"digest-invalid", "chain-gap"}

    bare_passed, bare = ours(run, spread(tmp_path / "copy", trail), "--public-keys", key_file(tmp_path))
    lost = {name for name in found if bare[name] != found[name]}
    assert {bare[name] for name in lost} <= {"unsigned"}
    chains = (trail.digests, trail.backfills)
    newest = {chain[-1] for chain in chains if chain} | {trail.digests[1]}
    assert {name for name in lost if "CloudTrail-Digest" in name} <= newest
    assert bare_passed == passed or scene is strange_key  # without its metadata the newest is only unsigned


def test_a_bucket_of_copies_is_read_with_the_name_of_the_original(run: Run, server_with_keys: Server):
    trail = delivered(RECORDS)
    client().create_bucket(Bucket="copies")
    for key, held in trail.objects.items():
        client().put_object(Bucket="copies", Key=f"from/{key}", Body=held.body, Metadata=held.metadata)
    passed, found = ours(run, "s3://copies/from/", "--bucket", BUCKET)
    assert passed
    assert set(found.values()) == {"verified"}
    passed, found = ours(run, "s3://copies/from/")
    assert not passed
    assert {status for name, status in found.items() if "Digest" in name} == {"digest-invalid"}
    assert server_with_keys.asked("ListPublicKeys")


def test_an_ingest_from_a_bucket_verifies_in_the_same_pass(run: Run, server_with_keys: Server):
    trail = delivered(RECORDS)
    changed_log(trail)
    put(client(), trail)
    words = ("ingest", f"s3://{BUCKET}/", "--verify")
    ran = run(*words)
    assert ran.code == 0, ran.err
    assert "1 modified, 14 verified" in ran.err
    gets = server_with_keys.asked("GET", r"\.json\.gz$")
    assert len(gets) == len({one.path for one in gets}) == 20
    assert len(server_with_keys.asked("HEAD", r"\.json\.gz$")) == 5
    statuses = [one["status"] for one in graphtrail.open("graphtrail-case").verdicts()]
    assert (statuses.count("verified"), statuses.count("modified")) == (19, 1)
    server_with_keys.requests.clear()
    assert run(*words).code == 0
    assert not server_with_keys.asked("GET", r"\.json\.gz$")


def test_what_was_ingested_without_proof_is_fetched_once_more_for_it(run: Run, server_with_keys: Server):
    trail = delivered(RECORDS)
    put(client(), trail)
    assert run("ingest", f"s3://{BUCKET}/").code == 0
    assert not server_with_keys.asked("GET", "Digest")
    ran = run("ingest", f"s3://{BUCKET}/", "--verify")
    assert "15 verified" in ran.err
    assert "15 file(s) known already" in ran.err


@pytest.mark.usefixtures("server_with_keys")
def test_a_window_asks_only_for_what_was_fetched(run: Run):
    trail = delivered(RECORDS)
    put(client(), trail)
    early = Trail(now=trail.now.replace(day=1), key=private())
    early.digest([early.log(RECORDS[:1], 5)])
    for since in ("2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z"):
        passed, found = ours(run, f"s3://{BUCKET}/", "--since", since)
        assert passed, found
        assert set(found.values()) == {"verified"}
    ran = run("ingest", f"s3://{BUCKET}/", "--verify", "--since", "2026-03-02T09:30:00Z")
    assert "15 verified" in ran.err


def test_keys_are_saved_for_proof_without_a_network(run: Run, server_with_keys: Server, tmp_path: Path):
    trail = delivered(RECORDS)
    file = tmp_path / "saved.json"
    ran = run("keys", "save", file, "--region", REGION, "--region", "us-east-1")
    assert ran.code == 0, ran.err
    assert "2 key(s) of 2 Region(s)" in ran.err
    server_with_keys.requests.clear()
    passed, _ = ours(run, spread(tmp_path / "copy", trail), "--public-keys", file)
    assert passed
    assert not server_with_keys.requests


def test_regions_that_give_no_keys_are_named(run: Run, server_with_keys: Server, tmp_path: Path):
    server_with_keys.fail(
        error("400 Bad Request", "AccessDeniedException"), action="ListPublicKeys", region="us-east-1"
    )
    ran = run("keys", "save", tmp_path / "saved.json", "--region", REGION, "--region", "us-east-1")
    assert ran.code == 1
    assert "us-east-1: gave no keys" in ran.err
    assert (tmp_path / "saved.json").exists()
    ran = run("keys", "save", tmp_path / "none.json", "--region", "us-east-1")
    assert ran.code == 1
    assert "no Region gave public keys" in ran.err
    ran = run("keys", "save", tmp_path / "all.json")
    assert ran.code == 0, ran.err
    assert "us-east-1: gave no keys" in ran.err


def test_keys_that_cannot_be_had_are_an_error_and_no_verdict(run: Run, server_with_keys: Server):
    put(client(), delivered(RECORDS))
    server_with_keys.fail(error("400 Bad Request", "AccessDeniedException"), action="ListPublicKeys")
    ran = run("verify", f"s3://{BUCKET}/")
    assert ran.code == 1
    assert "cloudtrail:ListPublicKeys" in ran.err


def test_an_object_that_cannot_be_fetched_fails_the_run(run: Run, server_with_keys: Server):
    trail = delivered(RECORDS)
    put(client(), trail)
    server_with_keys.fail(error("403 Forbidden", "AccessDenied"), action="GET", path=trail.logs[3].rpartition("/")[2])
    ran = run("verify", f"s3://{BUCKET}/", "--exit-code")
    assert ran.code == 1
    assert trail.logs[3] in ran.err
