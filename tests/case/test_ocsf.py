"""OCSF as a source: one organisation, whichever way its records came, and what that way has lost."""

import gzip
import json
from pathlib import Path
from typing import Any

import ocsf_writer
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cloudtrail import assume_role, get_object, record, role, user
from commands import here
from ocsf_writer import VERSIONS, event, lake, lines

import graphtrail
from graphtrail.simulate import simulate

MALLORY = user("mallory", "AKIAMALLORYAAAAAAAAA")
ADMIN = role("Admin", "night", "ASIANIGHTAAAAAAAAAAA", "09:00")
BUCKET = "arn:aws:s3:::crown-jewels"
CHAIN = [
    assume_role("09:00", MALLORY, "Admin", "night", "ASIANIGHTAAAAAAAAAAA"),
    get_object("09:05", ADMIN, "crown-jewels", "a.csv", requestID="REQUEST1"),
    record("09:10", "iam:CreateUser", ADMIN, requestParameters={"userName": "eve"},
           responseElements={"user": {"userName": "eve", "arn": "arn:aws:iam::111122223333:user/eve",
                                      "userId": "AIDAEVE00000000000000"}}),
    record("09:11", "s3:DeleteBucket", ADMIN, requestParameters={"bucketName": "crown-jewels"},
           errorCode="AccessDenied", errorMessage="no"),
]  # fmt: skip


@pytest.fixture(scope="module", name="organisation")
def _organisation(tmp_path_factory: pytest.TempPathFactory) -> tuple[graphtrail.api.Case, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("organisation")
    simulate(folder, 2000, seed=3)
    files = sorted((folder / "bucket").rglob("*.json.gz"))
    records = [one for file in files for one in json.loads(gzip.decompress(file.read_bytes()))["Records"]]
    return graphtrail.ingest(folder / "bucket", case=folder / "case"), records


def totals(case: graphtrail.api.Case) -> dict[str, int]:
    held = case.status()["totals"]
    return {name: held[name] for name in ("events", "duplicates", "rejects")}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_organisation_through_security_lake_is_the_same_case(
    organisation: tuple[graphtrail.api.Case, list[dict[str, Any]]], tmp_path: Path, version: str
):
    folder, records = organisation
    case = graphtrail.ingest(lake(tmp_path / "lake", records, version), case=tmp_path / "case")
    assert totals(case) == totals(folder)
    assert case.status()["case"].digest == folder.status()["case"].digest
    assert case.status()["totals"]["non_events"] == 2  # what describes the Iceberg table
    codes = {gap.code: gap.text for gap in case.ask.who_touched(BUCKET).coverage}
    assert f"OCSF {version}, not CloudTrail's own records" in codes["ocsf"]


def test_json_lines_are_the_same_too(organisation: tuple[graphtrail.api.Case, list[dict[str, Any]]], tmp_path: Path):
    folder, records = organisation
    case = graphtrail.ingest(lines(tmp_path / "lake" / "1.gz", records, "1.5.0"), case=tmp_path / "case")
    assert totals(case) == totals(folder)
    assert case.status()["case"].digest == folder.status()["case"].digest


def test_without_unmapped_fields_chains_still_link_and_what_is_lost_is_said(
    organisation: tuple[graphtrail.api.Case, list[dict[str, Any]]], tmp_path: Path
):
    folder, records = organisation
    file = lines(tmp_path / "lake" / "1.gz", records, "1.5.0", unmapped=False)
    case = graphtrail.ingest(file, case=tmp_path / "case")
    assert totals(case) == totals(folder)
    assert case.status()["case"].digest != folder.status()["case"].digest
    text = next(gap.text for gap in case.ask.events().coverage if gap.code == "ocsf")
    assert text == (
        "1 file(s) hold OCSF 1.5.0 without unmapped fields, not CloudTrail's own records: without its unmapped fields "
        "it names no shared event ids, source identities, machines, sign-ins and "
        "console keys, and not whether a call only read"
    )
    rows, others = folder.ask.events().rows, case.ask.events().rows
    # equal but for what stands in the text
    said = {row.event_id: (row.time, row.action, row.outcome, row.access_key, row.principal) for row in rows}
    there = {row.event_id: (row.time, row.action, row.outcome, row.access_key, row.principal) for row in others}
    assert {said[name] for name in said.keys() & there.keys()} == {there[name] for name in said.keys() & there.keys()}
    assert issued(folder) == issued(case)


def issued(case: graphtrail.api.Case) -> set[tuple[str | None, str | None]]:
    """Which key opened which session."""
    return {(row.issued_session, row.issued_key) for row in case.ask.assumptions().rows if row.issued_key}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_chain_of_roles_is_found_and_its_record_shown(tmp_path: Path, version: str):
    case = graphtrail.ingest(lake(tmp_path / "lake", CHAIN, version), case=tmp_path / "case")
    rows = case.ask.who_touched(BUCKET).rows
    assert {(row.action, row.outcome, row.origin) for row in rows} == {
        ("s3:GetObject", "ok", "arn:aws:iam::111122223333:user/mallory"),
        ("s3:DeleteBucket", "denied", "arn:aws:iam::111122223333:user/mallory"),
    }
    found, _, _ = case.event(CHAIN[1]["eventID"])
    assert found.trouble is None
    assert found.record["requestParameters"] == CHAIN[1]["requestParameters"]
    assert found.record["userIdentity"] == ADMIN
    assert found.file.endswith(".parquet")
    made = case.ask.identities().rows
    assert [row.resource for row in made] == ["arn:aws:iam::111122223333:user/eve"]


def test_a_parquet_file_that_is_damaged_is_one_reject(tmp_path: Path):
    folder = lake(tmp_path / "lake", CHAIN, "1.5.0")
    file = next(folder.rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-30])
    case = graphtrail.ingest(folder, case=tmp_path / "case")
    assert totals(case) == {"events": 0, "duplicates": 0, "rejects": 1}
    assert "Parquet is damaged after 0 rows" in here("status", "--case", tmp_path / "case", "--rejects").out


def test_a_parquet_file_of_something_else_is_rejected_row_by_row(tmp_path: Path):
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "x.parquet")
    case = graphtrail.ingest(tmp_path / "x.parquet", case=tmp_path / "case")
    assert totals(case)["rejects"] == 2


def test_a_parquet_file_that_comes_in_parts_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = next(lake(tmp_path / "lake", CHAIN, "1.5.0").rglob("*.parquet"))
    data = file.read_bytes()
    monkeypatch.setattr("graphtrail.sources.compression.PART", 64)
    file.write_bytes(gzip.compress(data[:900]) + gzip.compress(data[900:]))
    (tmp_path / "empty.parquet").touch()
    case = graphtrail.ingest(file, tmp_path / "empty.parquet", case=tmp_path / "case")
    assert totals(case) == {"events": 4, "duplicates": 0, "rejects": 1}


def test_a_parquet_file_too_large_to_be_held_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("graphtrail.case.parquet.DOCUMENT_LIMIT", 100)
    monkeypatch.setattr("graphtrail.sources.compression.PART", 64)
    folder = lake(tmp_path / "lake", CHAIN, "1.5.0")
    file = next(folder.rglob("*.parquet"))
    file.write_bytes(gzip.compress(file.read_bytes()) + gzip.compress(b"\n"))
    case = graphtrail.ingest(file, case=tmp_path / "case")
    assert "split it" in case.status()["rejects"][0]["reason"]


def test_records_of_both_kinds_are_one_case(tmp_path: Path):
    folder = lake(tmp_path / "lake", CHAIN, "1.5.0")
    (folder / "trail.json").write_text(json.dumps({"Records": CHAIN}))
    case = graphtrail.ingest(folder, case=tmp_path / "case")
    assert totals(case) == {"events": 4, "duplicates": 4, "rejects": 0}
    assert not case.status()["conflicts"]


def test_a_large_file_of_several_segments_keeps_its_form(tmp_path: Path):
    from graphtrail.case.ingest import Options, ingest  # noqa: PLC0415
    from graphtrail.sources.files import blobs  # noqa: PLC0415

    file = lines(tmp_path / "x.gz", [{**CHAIN[1], "eventID": f"e{number}"} for number in range(40)], "1.5.0")
    ingest(tmp_path / "case", blobs([str(file)]), options=Options(batch=4, segment=8))
    assert graphtrail.open(tmp_path / "case").store.case.forms == {"OCSF 1.5.0": 1}


def test_a_record_that_was_kept_whole_is_itself(tmp_path: Path):
    made = [event(one, "1.6.0") | {"raw_data": json.dumps(one), "unmapped": {}} for one in CHAIN]
    (tmp_path / "x.json").write_text("\n".join(map(json.dumps, made)))
    case = graphtrail.ingest(tmp_path / "x.json", case=tmp_path / "case")
    assert case.event(CHAIN[0]["eventID"])[0].record["userIdentity"] == MALLORY
    assert not [gap for gap in case.ask.events().coverage if gap.code == "ocsf"]
    assert ocsf_writer.OLD in VERSIONS
