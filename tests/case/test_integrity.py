"""``ingest --verify``: the verdicts of the case are those of ``verify``, in any order and number of runs."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cloudtrail import assume_role, get_object, role, user
from commands import here
from digests import Trail, delivered, key_file, spread

import graphtrail
from graphtrail.case.ingest import Options
from graphtrail.case.ingest import ingest as into
from graphtrail.case.integrity import Check
from graphtrail.sources.files import blobs
from graphtrail.sources.integrity.keys import load
from graphtrail.sources.integrity.verdicts import Scope

BUCKET = "arn:aws:s3:::crown-jewels"
MALLORY = user("mallory", "AKIAMALLORYAAAAAAAAA")
SESSION = role("Admin", "night", "ASIANIGHTAAAAAAAAAAA", "08:00")
# By hour of delivery: three files each, one record a file.
RECORDS = [
    assume_role("08:00", MALLORY, "Admin", "night", "ASIANIGHTAAAAAAAAAAA"),
    *(get_object(f"08:{minute:02}", SESSION, "crown-jewels", f"{minute}.csv") for minute in range(1, 15)),
]


@pytest.fixture(name="trail")
def _trail() -> Trail:
    """The first file holds the AssumeRole, the others a read each."""
    return delivered(RECORDS, account="111122223333")


def ingest(folder: Path, *words: object, keys: Path | None = None) -> Path:
    case = folder.parent / "case"
    ran = here("ingest", folder, "--case", case, "--verify", "--public-keys", keys or key_file(folder.parent), *words)
    assert ran.code == 0, ran.err
    return case


def verdicts(case: Path) -> dict[str, tuple[str, str, bool]]:
    held = graphtrail.open(case).verdicts()
    return {one["file"].rpartition("/")[2]: (one["kind"], one["status"], one["failed"]) for one in held}


def gaps(case: Path, **limits: Any) -> dict[str, str]:  # noqa: ANN401 - limits of a question
    answer = graphtrail.open(case).ask.who_touched(BUCKET, **limits)
    return {gap.code: gap.text for gap in answer.coverage if gap.code.startswith("evidence")}


def test_the_case_says_what_verify_says(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[4]).write_bytes(gzip.compress(b'{"Records":[]}'))
    (folder / trail.logs[7]).unlink()
    (folder / trail.digests[3]).unlink()
    said = here("verify", folder, "--public-keys", key_file(tmp_path), "--all", "--output", "json").json()
    case = ingest(folder)
    assert graphtrail.open(case).verdicts() == said["files"]
    listed = here("status", "--case", case, "--files").out
    assert f"modified: log {folder / trail.logs[4]}: its hash is not the one that its digest states" in listed
    assert "111122223333 eu-central-1: 1 log(s) missing" in listed
    held = here("status", "--case", case, "--files", "--output", "json").json()
    assert held["files"] == said["files"]
    assert sum(one["count"] for one in held["integrity"]["places"]) == len(said["files"])


def test_of_whole_evidence_an_answer_says_only_that_the_newest_is_unsigned(trail: Trail, tmp_path: Path):
    case = ingest(spread(tmp_path / "copy", trail))
    assert set(gaps(case)) == {"evidence-unsigned"}
    assert "3 of the 15 files behind this answer" in gaps(case)["evidence-unsigned"]
    trail.digest([])
    shutil.rmtree(tmp_path / "copy")
    assert gaps(ingest(spread(tmp_path / "copy", trail))) == {}


def test_an_answer_names_what_it_rests_on_and_the_chain_behind_it_counts(trail: Trail, tmp_path: Path):
    trail.digest([])
    issue = json.loads(trail.objects[trail.logs[0]].plain)
    issue["Records"][0]["userAgent"] = "somebody else's"
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[0]).write_bytes(gzip.compress(json.dumps(issue).encode()))
    case = ingest(folder)
    found = graphtrail.open(case).ask.who_touched(BUCKET, since="2026-03-02T08:05:00Z")
    modified = next(gap.text for gap in found.coverage if gap.code == "evidence-modified")
    assert modified.startswith(
        f"1 of the 11 files behind this answer, the first {folder / trail.logs[0]}, were changed"
    )
    assert modified in found.to_html().replace("&#39;", "'")
    assert "14 of 15 verified" in found.to_html()
    events = graphtrail.open(case).ask.events(resource=BUCKET)
    assert not [gap for gap in events.coverage if gap.code.startswith("evidence")]


@pytest.mark.parametrize("question", ["blast_radius", "alive"])
def test_an_answer_whose_rows_nobody_looked_at_names_what_it_rests_on(trail: Trail, tmp_path: Path, question: str):
    issue = json.loads(trail.objects[trail.logs[0]].plain)
    issue["Records"][0]["userAgent"] = "somebody else's"
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[0]).write_bytes(gzip.compress(json.dumps(issue).encode()))
    case = graphtrail.open(ingest(folder))
    origin = case.ask.who_touched(BUCKET).rows[0].origin
    assert "evidence-modified" in {gap.code for gap in getattr(case.ask, question)(origin).coverage}


def test_the_main_job_verifies_in_one_line(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[2]).write_bytes(gzip.compress(trail.objects[trail.logs[2]].plain + b" "))
    words = ("investigate", folder, "--resource", BUCKET, "--case", tmp_path / "case", "--output", "json")
    plain = here(*words).json()
    assert not [gap for gap in plain["coverage"] if gap["code"].startswith("evidence")]
    ran = here(*words, "--verify", "--public-keys", key_file(tmp_path), "-o", tmp_path / "page.html")
    assert ran.code == 0
    assert "1 modified" in ran.err
    assert "evidence-modified" in {gap["code"] for gap in ran.json()["coverage"]}
    assert "11 of 15 verified" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_missing_files_and_gaps_stand_beside_every_answer_about_their_place(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[7]).unlink()
    (folder / trail.digests[3]).unlink()
    case = ingest(folder)
    said = gaps(case)
    assert "1 log file(s) that CloudTrail delivered are missing" in said["evidence-missing"]
    assert "1 gap(s)" in said["evidence-gap"]
    assert "evidence-chain-gap" in said
    assert not gaps(case, account="999999999999")
    assert "evidence-missing" in gaps(case, account="111122223333")
    codes = {row.code for row in graphtrail.open(case).ask.unknowns().rows}
    assert {"evidence-missing", "evidence-gap"} <= codes


def test_a_case_that_was_not_verified_says_so_and_can_be_verified_later(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    case = tmp_path / "case"
    assert here("ingest", folder, "--case", case).code == 0
    held = graphtrail.open(case)
    digest = held.status()["case"].digest
    assert held.verdicts() == []
    assert "not verified" in here("status", "--case", case).out
    assert not gaps(case)
    assert "not verified" in held.ask.who_touched(BUCKET).to_html()
    ingest(folder)
    later = graphtrail.open(case)
    totals = {"files": 20, "records": 20, "events": 15, "duplicates": 0, "rejects": 0, "non_events": 5, "superseded": 0}
    assert later.status()["totals"] == held.status()["totals"] == totals
    assert later.status()["case"].digest == digest
    assert {kind for kind, status, _ in verdicts(case).values() if status == "verified"} == {"log", "digest"}


@pytest.mark.parametrize("bad", [b'{"digestStartTime": 1}', b"\xff", None])
def test_a_digest_that_is_none_has_the_same_verdict(trail: Trail, tmp_path: Path, bad: bytes | None):
    folder = spread(tmp_path / "copy", trail)
    broken = gzip.compress(bad) if bad is not None else (folder / trail.digests[2]).read_bytes()[:-9]
    (folder / trail.digests[2]).write_bytes(broken)
    said = here("verify", folder, "--public-keys", key_file(tmp_path), "--all", "--output", "json").json()
    held = graphtrail.open(ingest(folder)).verdicts()
    assert [(one["file"], one["status"]) for one in held] == [(one["file"], one["status"]) for one in said["files"]]


def test_of_a_digest_only_what_it_states_is_kept(trail: Trail, tmp_path: Path):
    held = json.loads(trail.objects[trail.digests[0]].plain) | {"sessionToken": "FwoGZXIvYXdzEBYaDOEXAMPLETOKEN"}
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.digests[0]).write_bytes(gzip.compress(json.dumps(held).encode()))
    case = ingest(folder)
    for file in (case / "segments").rglob("digests.parquet"):
        assert "FwoGZXIvYXdzEBYaDOEXAMPLETOKEN" not in str(pq.read_table(file).to_pylist())


def test_verifying_again_changes_nothing(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    case = ingest(folder)
    before = sorted(path.name for path in (case / "segments").iterdir())
    ingest(folder)
    assert sorted(path.name for path in (case / "segments").iterdir()) == before


def test_files_that_come_in_parts_have_the_verdicts_of_one_run(trail: Trail, tmp_path: Path):
    whole = ingest(spread(tmp_path / "one" / "copy", trail))
    folder = tmp_path / "two" / "copy"
    folder.mkdir(parents=True)
    for key in sorted(trail.objects, reverse=True):
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(trail.objects[key].body)
        if key in trail.digests or key == trail.logs[0]:
            ingest(folder)
    assert verdicts(tmp_path / "two" / "case") == verdicts(whole)


def test_a_file_that_was_replaced_is_judged_beside_the_one_that_came_later(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    good = (folder / trail.logs[1]).read_bytes()
    (folder / trail.logs[1]).write_bytes(good[:-8])
    case = ingest(folder)
    assert verdicts(case)[trail.logs[1].rpartition("/")[2]] == ("log", "modified", True)
    (folder / trail.logs[1]).write_bytes(good)
    ingest(folder)
    both = [one["status"] for one in graphtrail.open(case).verdicts() if one["file"].endswith(trail.logs[1])]
    assert sorted(both) == ["modified", "verified"]


def test_a_copy_under_another_name_and_a_stream_are_proven_by_their_bytes(trail: Trail, tmp_path: Path):
    trail.digest([])
    folder = spread(tmp_path / "copy", trail)
    shutil.copyfile(folder / trail.logs[1], folder / "zz-copy")
    (folder / "zz-note.txt").write_text("no log")
    case = ingest(folder)
    assert verdicts(case)["zz-copy"] == ("log", "verified", False)
    assert "zz-note.txt" not in verdicts(case)
    shutil.copyfile(folder / trail.logs[2], folder / "zz-second")
    assert here("ingest", folder, "--case", case).code == 0
    ingest(folder)
    assert verdicts(case)["zz-second"] == ("log", "verified", False)


def test_python_verifies_too(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    case = graphtrail.ingest(folder, case=tmp_path / "case", verify=True, public_keys=key_file(tmp_path))
    assert [one["status"] for one in case.verdicts()].count("verified") == 16
    case = graphtrail.ingest(folder, case=tmp_path / "case", verify=True)
    assert {one["status"] for one in case.verdicts()} == {"unsigned"}


def test_a_large_file_is_one_file(tmp_path: Path):
    trail = Trail(account="111122223333")
    records = [get_object("08:00", SESSION, "crown-jewels", f"{number}") for number in range(50)]
    trail.digest([trail.log(records, 5)])
    trail.digest([trail.log(records[:1], 5)])
    small = Options(check=Check(load(key_file(tmp_path)), Scope()), batch=4, segment=8, files=2)
    into(tmp_path / "case", blobs([str(spread(tmp_path / "copy", trail))]), options=small)
    assert [status for _, status, _ in verdicts(tmp_path / "case").values()].count("verified") == 2
    assert gaps(tmp_path / "case") == {}  # the one event of the file that is unsigned lies in the other one too


def test_bytes_known_under_another_name_are_hashed_too(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    assert here("ingest", folder, "--case", tmp_path / "case").code == 0
    shutil.copytree(folder, tmp_path / "second")
    ran = here("ingest", tmp_path / "second", "--case", tmp_path / "case", "--verify", "--public-keys",
               key_file(tmp_path))  # fmt: skip
    assert "20 file(s) copies" in ran.err
    held = [one["status"] for one in graphtrail.open(tmp_path / "case").verdicts() if one["kind"] == "log"]
    assert held.count("verified") == 24  # under both names


def test_what_the_reader_of_records_leaves_is_hashed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("graphtrail.events.envelopes.DOCUMENT_LIMIT", 100)
    monkeypatch.setattr("graphtrail.sources.compression.PART", 64)
    trail = Trail(account="111122223333")
    key = trail.log([], 5)
    plain = json.dumps({"Records": RECORDS}, indent=1).encode()
    trail.objects[key].body = gzip.compress(plain) + gzip.compress(b"\n")
    trail.digest([key])
    case = ingest(spread(tmp_path / "copy", trail))
    assert verdicts(case)[key.rpartition("/")[2]] == ("log", "modified", True)
    assert graphtrail.open(case).status()["totals"]["rejects"] == 1
