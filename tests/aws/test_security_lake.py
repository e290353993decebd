"""Security Lake read from its bucket over HTTP."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aws_server import Server
from cases import digest, record, totals
from commands import Ran
from ocsf_writer import lake
from trail_bucket import BUCKET, client, put

import graphtrail

Run = Callable[..., Ran]


@pytest.mark.parametrize("version", ["1.0.0-rc.2", "1.5.0"])
def test_the_lake_in_a_bucket_is_the_case_of_the_lake_in_a_folder(run: Run, aws: Server, tmp_path: Path, version: str):
    made = [record(number, requestID=f"R{number}") for number in range(20)]
    client().create_bucket(Bucket=BUCKET)
    folder = lake(tmp_path / "lake", made, version)
    for path in (path for path in folder.rglob("*") if path.is_file()):
        put(str(path.relative_to(folder)), path.read_bytes())
    source = f"s3://{BUCKET}/aws/CLOUD_TRAIL_MGMT/"
    ran = run("ingest", source)
    assert ran.code == 0, ran.err
    case = graphtrail.open("graphtrail-case")
    other = graphtrail.ingest(folder, case=tmp_path / "other")
    assert digest(case) == digest(other)
    assert totals(case)["events"] == 20
    assert totals(case)["non_events"] == 0  # what describes the Iceberg table is not even fetched
    assert case.event(made[0]["eventID"])[0].record["requestID"] == "R0"
    aws.requests.clear()
    assert run("ingest", source).code == 0
    assert not aws.asked("GET", "parquet")
