"""Zip archives in a bucket: read whole, known whole."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_server import Server
from cases import digest, records, totals
from commands import Ran
from trail_bucket import BUCKET, client, packed, put

from graphtrail import api
from graphtrail.case.ingest import Options, ingest
from graphtrail.sources.places import Places, Reach

Run = Callable[..., Ran]


@pytest.fixture
def bucket(aws: Server) -> str:
    client().create_bucket(Bucket=BUCKET)
    aws.requests.clear()
    return f"s3://{BUCKET}/"


def read(run: Run, *words: object) -> api.Case:
    ran = run("ingest", *words)
    assert ran.code == 0, ran.err
    return api.open("graphtrail-case")


def zipped(members: dict[str, bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return into.getvalue()


def test_an_archive_that_was_read_whole_is_known_as_a_whole(run: Run, bucket: str, aws: Server):
    inner = zipped({"x.json": packed(records(1)), "y.json": packed(records(2))})
    members = {"a.json": packed(records(3)), "b.zip": inner, "c.json": packed(records(4))}
    put("evidence/all.zip", zipped(members))
    first = read(run, bucket)
    assert totals(first)["events"] == 4
    for words, gets in (((), 0), (("--verify",), 1), (("--verify",), 0), ((), 0)):
        aws.requests.clear()
        assert digest(read(run, bucket, *words)) == digest(first)
        assert len(aws.asked("GET")) == gets, "to be verified it is fetched once more"
    put("evidence/all.zip", zipped(members | {"c.json": packed(records(4, 5))}))
    assert totals(read(run, bucket))["events"] == 5


def test_an_archive_of_which_a_part_was_read_is_fetched_again(run: Run, bucket: str):
    put("evidence/all.zip", zipped({f"{number}.json": packed(records(number)) for number in range(5)}))
    places = Places([bucket], Reach())
    taken = []

    def tell(one: object) -> None:
        taken.append(one)
        if len(taken) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(Path("graphtrail-case"), places.blobs, tell, Options(files=1))
    assert 0 < totals(api.open("graphtrail-case"))["events"] < 5
    assert totals(read(run, bucket))["events"] == 5


def test_what_is_damaged_in_an_archive_is_named_once(run: Run, bucket: str, aws: Server):
    body = bytearray(zipped({"a.json": packed(records(1)), "b.json": packed(records(2))}))
    body[body.rindex(packed(records(2))) + 30] ^= 255
    put("evidence/all.zip", bytes(body))
    case = read(run, bucket)
    assert totals(case)["events"] == 1
    assert [one["file"] for one in case.rejects()] == [f"{bucket}evidence/all.zip!b.json"]
    aws.requests.clear()
    assert totals(read(run, bucket))["rejects"] == 1
    assert not aws.asked("GET")
