"""Which files are read, which are listed, and what counts of them afterwards."""

import gc
import gzip
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import Record, case_of, digest, graph, record, records, segments, take, totals, write

from graphtrail import api
from graphtrail.case.ingest import Options, Report, ingest
from graphtrail.sources.blob import Blob, Unreadable
from graphtrail.sources.files import blobs


def streamed(monkeypatch: pytest.MonkeyPatch, case: Path, data: bytes, **options: int) -> Report:
    """Ingest standard input."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    return ingest(case, blobs(["-"]), options=Options(**options))


def counted(case: Path) -> dict[str, int]:
    return {name: count for name, count in totals(api.open(case)).items() if count}


def text(*numbers: int) -> bytes:
    return json.dumps({"Records": records(*numbers)}).encode()


def test_new_files_are_read_known_ones_are_not(tmp_path: Path):
    write(tmp_path / "logs" / "a.json", records(1, 2))
    assert take(tmp_path / "case", tmp_path / "logs") == Report(files=1, events=2)
    write(tmp_path / "logs" / "b.json", records(2, 3))
    assert take(tmp_path / "case", tmp_path / "logs") == Report(files=1, known=1, events=2)
    assert counted(tmp_path / "case") == {"files": 2, "records": 4, "events": 3, "duplicates": 1}


def test_every_file_is_told_of_when_it_has_been_taken(tmp_path: Path):
    write(tmp_path / "logs" / "a.json", records(1))
    os.mkfifo(tmp_path / "logs" / "pipe")
    told: list[Blob | Unreadable] = []
    ingest(tmp_path / "case", blobs([str(tmp_path / "logs")]), told.append)
    assert [Path(os.fsdecode(found.name)).name for found in told] == ["a.json", "pipe"]


def test_the_same_bytes_under_another_name_are_listed_as_a_copy(tmp_path: Path):
    broken = text(1, 2) + b"\nnot this"
    (tmp_path / "a").write_bytes(broken)
    take(tmp_path / "case", tmp_path / "a")
    before = counted(tmp_path / "case")
    (tmp_path / "b").write_bytes(broken)
    assert take(tmp_path / "case", tmp_path / "b") == Report(copies=1)
    after = counted(tmp_path / "case")
    assert after["files"] == 2
    assert after["rejects"] == 2 * before["rejects"]
    assert after["events"] == before["events"]
    assert after["duplicates"] == before["events"]
    assert take(tmp_path / "case", tmp_path / "a", tmp_path / "b") == Report(known=2)
    assert counted(tmp_path / "case") == after
    assert [one["names"] for one in api.open(tmp_path / "case").rejects()] == [2] * before["rejects"]


def test_new_bytes_under_a_known_name_supersede_what_the_old_ones_had_of_rejects(tmp_path: Path):
    source = tmp_path / "a.json.gz"
    whole = gzip.compress(text(*range(50)), mtime=0)
    source.write_bytes(whole[:-200])
    take(tmp_path / "case", source)
    before = counted(tmp_path / "case")
    assert before["rejects"] == 1
    source.write_bytes(whole)
    assert take(tmp_path / "case", source).files == 1
    after = counted(tmp_path / "case")
    assert (after["events"], after["superseded"], after.get("rejects")) == (50, 1, None)
    assert [one["superseded"] for one in api.open(tmp_path / "case").rejects()] == [True]
    source.write_bytes(whole[:-200])
    assert take(tmp_path / "case", source) == Report(copies=1)
    again = counted(tmp_path / "case")
    assert (again["rejects"], again.get("superseded")) == (1, None)
    assert again["files"] == after["files"] == 2


def test_the_events_of_bytes_that_were_replaced_stay(tmp_path: Path):
    source = write(tmp_path / "a.json", records(1))
    take(tmp_path / "case", source)
    write(source, records(2))
    take(tmp_path / "case", source)
    assert counted(tmp_path / "case") == {"files": 2, "records": 2, "events": 2}


def test_a_copy_of_what_was_replaced_keeps_its_rejects_alive(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"no json")
    (tmp_path / "b").write_bytes(b"no json")
    take(tmp_path / "case", tmp_path / "a", tmp_path / "b")
    (tmp_path / "a").write_bytes(text(1))
    take(tmp_path / "case", tmp_path / "a")
    assert counted(tmp_path / "case") == {"files": 3, "records": 2, "events": 1, "rejects": 1, "superseded": 1}


def test_a_stream_is_read_once_and_known_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    case = tmp_path / "case"
    assert streamed(monkeypatch, case, text(1, 2)) == Report(files=1, events=2)
    assert streamed(monkeypatch, case, text(1, 2)) == Report(known=1)
    assert streamed(monkeypatch, case, text(3)) == Report(files=1, events=1)
    assert streamed(monkeypatch, case, text(1, 2)) == Report(known=1)
    assert counted(case) == {"files": 2, "records": 3, "events": 3}


def test_a_stream_never_supersedes_what_came_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    case = tmp_path / "case"
    streamed(monkeypatch, case, b"no json")
    streamed(monkeypatch, case, text(1))
    assert counted(case) == {"files": 2, "records": 2, "events": 1, "rejects": 1}


def test_a_stream_of_bytes_that_a_file_had_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    case = tmp_path / "case"
    (tmp_path / "a").write_bytes(text(1, 2))
    take(case, tmp_path / "a")
    assert streamed(monkeypatch, case, text(1, 2), batch=1, segment=1) == Report(copies=1)
    assert streamed(monkeypatch, case, text(1, 2)) == Report(known=1)
    assert counted(case) == {"files": 2, "records": 4, "events": 2, "duplicates": 2}


def test_a_file_of_bytes_that_a_stream_had_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    case = tmp_path / "case"
    streamed(monkeypatch, case, text(1, 2))
    (tmp_path / "a").write_bytes(text(1, 2))
    assert take(case, tmp_path / "a") == Report(copies=1)
    assert counted(case) == {"files": 2, "records": 4, "events": 2, "duplicates": 2}


def test_files_before_and_after_a_stream_are_read_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    one, two = write(tmp_path / "a", records(1)), write(tmp_path / "b", records(3))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text(2))))
    report = ingest(tmp_path / "case", blobs([str(one), "-", str(two)]))
    assert report == Report(files=3, events=3)
    assert counted(tmp_path / "case") == {"files": 3, "records": 3, "events": 3}


def test_what_cannot_be_read_is_listed_once_until_it_is_read(tmp_path: Path):
    source = tmp_path / "logs" / "a"
    source.parent.mkdir()
    os.mkfifo(source)
    assert take(tmp_path / "case", source.parent) == Report(unreadable=1, rejects=1)
    assert take(tmp_path / "case", source.parent) == Report(unreadable=1)
    assert counted(tmp_path / "case") == {"records": 1, "rejects": 1}
    source.unlink()
    source.write_bytes(text(1))
    take(tmp_path / "case", source.parent)
    assert counted(tmp_path / "case") == {"files": 1, "records": 1, "events": 1, "superseded": 1}
    source.unlink()
    os.mkfifo(source)
    assert take(tmp_path / "case", source.parent) == Report(unreadable=1, rejects=1)
    source.unlink()
    source.write_bytes(text(1))
    assert take(tmp_path / "case", source.parent) == Report(copies=1)
    assert counted(tmp_path / "case") == {"files": 1, "records": 1, "events": 1, "superseded": 2}


def test_an_archive_that_was_damaged_is_made_good_by_any_of_its_members(tmp_path: Path):
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK\x03\x04 broken")
    take(tmp_path / "case", archive)
    assert counted(tmp_path / "case") == {"records": 1, "rejects": 1}
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("in/b.json", text(1))
        made.writestr("c.json", text(1))
    assert take(tmp_path / "case", archive) == Report(files=1, copies=1, events=1)
    expected = {"files": 2, "records": 2, "events": 1, "duplicates": 1, "superseded": 1}
    assert counted(tmp_path / "case") == expected
    assert take(tmp_path / "case", archive) == Report(known=2)


def test_digests_and_insights_are_no_events_and_not_missed(tmp_path: Path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "digest").write_text('{"digestStartTime": "x", "digestEndTime": "y"}')
    insight = record(2, eventCategory="Insight")
    details = {"insightDetails": {"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "state": "Start"}}
    as_written = {"eventVersion": "1.07", "eventCategory": "Insight", "eventType": "AwsCloudTrailInsight", **details}
    odd = [record(3, eventTime="yesterday"), record(4, eventSource=None)]
    write(tmp_path / "logs" / "a", [record(1), insight, *odd, as_written])
    report = take(tmp_path / "case", tmp_path / "logs")
    assert report == Report(files=2, events=1, rejects=2, non_events=3)
    assert counted(tmp_path / "case") == {"files": 2, "records": 6, "events": 1, "rejects": 2, "non_events": 3}


def test_a_file_that_fills_several_segments_is_one_file(tmp_path: Path):
    source = tmp_path / "a.gz"
    source.write_bytes(b"".join(gzip.compress(half, 1, mtime=0) for half in (long(700) + b"no json\n", long(900, 700))))
    whole = case_of(tmp_path / "whole", source)
    parts = case_of(tmp_path / "parts", source, options=Options(batch=10, segment=100))
    assert segments(tmp_path / "parts") > 2
    assert (digest(whole), graph(whole)) == (digest(parts), graph(parts))
    expected = {"files": 1, "records": 901, "events": 900, "rejects": 1}
    assert counted(tmp_path / "parts") == counted(tmp_path / "whole") == expected
    assert take(tmp_path / "parts", source) == Report(known=1)
    assert [(one["file"], one["index"]) for one in parts.rejects()] == [(str(source), 700)]
    for number in (699, 899):
        found, _, _ = parts.event(f"{number:08d}")
        assert (found.record["eventID"], found.place) == (f"{number:08d}", number + (number >= 700))


def long(end: int, start: int = 0) -> bytes:
    """Lines that make a part of a file full after some hundred."""
    line = record(1, requestParameters={"bucketName": "b", "key": "k" * 60_000})
    return b"".join(json.dumps(line | {"eventID": f"{number:08d}"}).encode() + b"\n" for number in range(start, end))


@pytest.mark.parametrize("form", ["json", "gz"])
def test_a_large_file_whose_end_is_missing_says_so(tmp_path: Path, form: str):
    source = tmp_path / "a"
    source.write_bytes(gzip.compress(long(900), 1, mtime=0)[:-30] if form == "gz" else long(900)[:-100])
    case = case_of(tmp_path / "case", source)
    held = totals(case)
    assert (held["files"], held["events"]) == (1, 899)
    reasons = {one["index"]: one["reason"] for one in case.rejects()}
    assert reasons.pop(899).startswith("no JSON")
    assert [why.startswith("the gzip breaks off after") for why in reasons.values()] == [True] * (form == "gz")


def test_a_file_that_stops_being_readable_is_kept_as_far_as_it_came(tmp_path: Path):
    def parts() -> Iterator[bytes]:
        yield json.dumps(record(1)).encode() + b"\n"
        yield json.dumps(record(2)).encode() + b"\n"
        raise OSError(5, "Input/output error")

    report = ingest(tmp_path / "case", [Blob(b"bad disk", 1, bytes(31) + b"1", parts)])
    assert report == Report(files=1, events=2, rejects=1)
    listed = api.open(tmp_path / "case").rejects()
    assert [one["reason"] for one in listed] == ["it could not be read to its end (Input/output error)"]


@pytest.mark.parametrize("before", [True, False])
def test_the_search_for_cycles_is_as_it_was_before(tmp_path: Path, *, before: bool):
    try:
        gc.enable() if before else gc.disable()
        threshold = gc.get_threshold()
        take(tmp_path / "case", write(tmp_path / "a", records(1)))
        assert (gc.isenabled(), gc.get_threshold()) == (before, threshold)
    finally:
        gc.enable()


def many(count: int) -> list[Record]:
    return [record(number) for number in range(count)]


@pytest.mark.parametrize("options", [Options(files=3), Options(segment=20, batch=7)])
def test_only_whole_files_are_listed_whenever_it_is_killed(tmp_path: Path, options: Options):
    for number in range(10):
        write(tmp_path / "logs" / f"{number}", many(100)[number * 10 : number * 10 + 10])

    class Killed(Exception):
        pass

    def tell(found: Blob | Unreadable) -> None:
        if found.name.endswith(b"/7"):
            raise Killed

    with pytest.raises(Killed):
        ingest(tmp_path / "case", blobs([str(tmp_path / "logs")]), tell, options)
    report = take(tmp_path / "case", tmp_path / "logs", options=options)
    assert 0 < report.known < 10
    assert report.files + report.known == 10
    assert counted(tmp_path / "case") == {"files": 10, "records": 100, "events": 100}
