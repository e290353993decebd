"""A record is found again where it lies, or the answer says why not."""

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import record, records, write

from graphtrail import api
from graphtrail.case.ingest import Options, ingest
from graphtrail.case.original import Original
from graphtrail.sources.files import blobs

SECOND = record(2)


def found(case: Path, number: int = 2) -> Original:
    return api.open(case).event(record(number)["eventID"])[0]


def ingested(case: Path, *sources: Path, **options: bool) -> Path:
    ingest(case, blobs(map(str, sources)), options=Options(**options))
    return case


@pytest.mark.parametrize("form", ["records", "lines", "gz"])
@pytest.mark.parametrize("keep", [False, True])
def test_a_record_is_found_where_it_lies(tmp_path: Path, form: str, *, keep: bool):
    other = write(tmp_path / "a.other", records(7))
    source = write(tmp_path / "b.source", records(1, 2, 3), form=form)
    case = ingested(tmp_path / "case", other, source, keep_records=keep)
    assert found(case) == Original(SECOND, str(source), 1, None)


def test_secrets_of_a_record_are_not_shown(tmp_path: Path):
    said = {"credentials": {"sessionToken": "secret", "accessKeyId": "ASIAEXAMPLE000000001"}, "none": None}
    source = write(tmp_path / "a", [record(2, responseElements=said)])
    shown = found(ingested(tmp_path / "case", source)).record["responseElements"]
    assert shown == {
        "credentials": {"sessionToken": "(secret removed)", "accessKeyId": "ASIAEXAMPLE000000001"},
        "none": None,
    }


def test_a_record_inside_an_archive_is_found(tmp_path: Path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.json", json.dumps(record(1)))
        made.writestr("in/b.json.gz", gzip.compress(json.dumps(records(1, 2)).encode()))
    case = ingested(tmp_path / "case", archive)
    assert found(case) == Original(SECOND, f"{archive}!in/b.json.gz", 1, None)
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.json", json.dumps(record(1)))
    assert found(case).trouble == f"{archive}!in/b.json.gz is not there any more"


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path: Path):
    source = write(tmp_path / "a", records(1, 2))
    case = ingested(tmp_path / "case", source)
    source.unlink()
    assert found(case) == Original(None, str(source), 1, f"{source} is not there any more")


def test_a_file_with_other_bytes_is_said_to_have_them(tmp_path: Path):
    source = write(tmp_path / "a", records(1, 2))
    case = ingested(tmp_path / "case", source)
    write(source, records(1, 3))
    assert found(case) == Original(None, str(source), 1, f"{source} has other bytes now than when it was read")


def test_a_record_that_was_kept_needs_no_file(tmp_path: Path):
    source = write(tmp_path / "a", records(1, 2))
    case = ingested(tmp_path / "case", source, keep_records=True)
    source.unlink()
    assert found(case) == Original(SECOND, str(source), 1, None)


def test_a_record_of_a_stream_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    case = ingested(tmp_path / "case", write(tmp_path / "a", records(5)))
    data = json.dumps({"Records": [*records(1, 2), record(3, eventSource=None)]}).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    ingest(case, blobs(["-"]))
    assert found(case) == Original(SECOND, "-", 1, None)
    assert found(case, 5).record == record(5)


def test_records_kept_now_and_not_before_are_told_apart(tmp_path: Path):
    one, two = write(tmp_path / "a", records(1, 2)), write(tmp_path / "b", records(3))
    case = ingested(tmp_path / "case", one)
    ingested(case, two, keep_records=True)
    one.unlink()
    two.unlink()
    assert found(case).record is None
    assert found(case, 3).record == record(3)


def test_a_record_is_found_by_the_bytes_of_any_of_its_files(tmp_path: Path):
    """The file that a record came from first may be gone while another with it is there."""
    one, two = write(tmp_path / "a", records(1, 2)), write(tmp_path / "b", records(2), form="lines")
    case = ingested(tmp_path / "case", one, two)
    assert found(case).record == SECOND
    two.unlink()
    assert found(case).record == SECOND
