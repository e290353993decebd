"""The manifest: replaced whole, read with suspicion, written by one process at a time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cases import case_of, digest, record, segments, take, write
from hypothesis import given
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.case import manifest
from graphtrail.case.manifest import Manifest
from graphtrail.case.schema import VERSION
from graphtrail.errors import CaseError, CaseLocked, CaseNotFound, SchemaMismatch

HOLD = """
import sys
from pathlib import Path
from graphtrail.case import manifest
with manifest.writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@given(st.lists(st.integers(1, 10**7), unique=True))
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, numbers: list[int]):
    case = tmp_path_factory.mktemp("case")
    held = Manifest(tuple(f"{number:06d}" for number in numbers))
    manifest.save(case, held)
    assert manifest.load(case) == held
    assert [path.name for path in case.iterdir()] == ["manifest.json"]
    new = next(held.names())
    assert all(int(new) > int(name) for name in held.segments)
    assert manifest.load(case).with_segments([new]).segments == (*held.segments, new)


def test_two_processes_on_one_case_one_wins_and_the_other_says_so(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    case = tmp_path / "case"
    with subprocess.Popen([sys.executable, "-c", HOLD, case], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CaseLocked, match="another process is writing this case"):
            take(case, source)
        other.stdin.close()
        other.wait()
    assert take(case, source).events == 1


@pytest.mark.parametrize("version", [VERSION + 1, 0, "1", {}])
def test_another_version_of_the_schema_is_named(tmp_path: Path, version: object):
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": version, "parts": []}))
    with pytest.raises(SchemaMismatch, match=f"this graphtrail reads version {VERSION}"):
        manifest.load(tmp_path)
    with pytest.raises(SchemaMismatch), manifest.writing(tmp_path):
        pass


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "7", '"text"', "{}", '{"schema": null}', f'{{"schema": {VERSION}}}',
        *(f'{{"schema": {VERSION}, "segments": {held}}}' for held in ('"000001"', "[1]", '["../x"]', '["1"]')),
        "\xff", "[" * 5000,
    ],
)  # fmt: skip
def test_a_manifest_that_is_none_is_said_to_be_none(tmp_path: Path, text: str):
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(CaseError, match="cannot be read as a manifest"):
        manifest.load(tmp_path)


def test_a_manifest_that_is_a_folder_is_said_to_be_none(tmp_path: Path):
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(CaseError, match=r"cannot be read as a manifest .*directory"):
        manifest.load(tmp_path)


def test_a_folder_without_a_manifest_is_no_case(tmp_path: Path):
    with pytest.raises(CaseNotFound, match="no case here; make one with: graphtrail ingest"):
        api.open(tmp_path)
    with pytest.raises(CaseNotFound):
        api.open(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(CaseNotFound):
        api.open(tmp_path / "file")


def test_a_folder_that_is_empty_becomes_a_case(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    (tmp_path / "case").mkdir()
    assert take(tmp_path / "case", source).events == 1


def test_a_source_without_files_makes_a_case_without_records(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    case = case_of(tmp_path / "case", tmp_path / "empty")
    assert case.status()["totals"]["records"] == 0
    assert list(case.ask.events().rows) == []


def test_a_folder_that_holds_other_files_is_left_alone(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(CaseError, match="holds other files and no case"):
        take(mine, source)
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_a_folder_of_segments_that_are_none_of_ours_is_left_alone(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    film = tmp_path / "films" / "segments" / "film-01.ts"
    film.parent.mkdir(parents=True)
    film.write_text("the only copy")
    with pytest.raises(CaseError, match="holds other files and no case"):
        take(tmp_path / "films", source)
    assert film.read_text() == "the only copy"


def test_a_file_is_no_case(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    with pytest.raises(CaseError, match="a file; name a folder with --case"):
        take(source, source)


def test_a_case_whose_name_is_no_text_is_refused(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    with pytest.raises(CaseError, match="its name is no UTF-8"):
        take(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")), source)
    assert take(tmp_path / "caf\u00e9", source).events == 1


def test_a_case_below_a_file_cannot_be_written(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    with pytest.raises(CaseError, match="cannot be written"):
        take(source / "case", source)


def test_what_others_left_among_the_segments_stays_and_harms_nothing(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    before = digest(case_of(tmp_path / "case", source))
    stray = tmp_path / "case" / "segments" / ".DS_Store"
    stray.write_text("x")
    again = case_of(tmp_path / "case", source, write(tmp_path / "b.json", [record(2)]))
    assert stray.exists()
    assert digest(again) != before


def test_a_segment_that_is_gone_is_said_to_be_gone(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    take(tmp_path / "case", source)
    (tmp_path / "case" / "segments" / "000001").rename(tmp_path / "elsewhere")
    with pytest.raises(CaseError, match="listed in the manifest but gone"):
        take(tmp_path / "case", source)
    with pytest.raises(CaseError):
        api.open(tmp_path / "case")


@pytest.mark.parametrize("table", ["calls", "kinds", "files", "touches"])
def test_a_table_that_is_damaged_is_named(tmp_path: Path, table: str):
    source = write(tmp_path / "a.json", [record(1)])
    take(tmp_path / "case", source)
    path = tmp_path / "case" / "segments" / "000001" / f"{table}.parquet"
    path.write_bytes(b"PAR1" + bytes(20))
    with pytest.raises(CaseError, match=f"{table}.parquet: cannot be read"):
        api.open(tmp_path / "case")


def test_a_run_that_finds_nothing_new_writes_nothing(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1)])
    take(tmp_path / "case", source)
    before = (tmp_path / "case" / "manifest.json").stat()
    take(tmp_path / "case", source)
    after = (tmp_path / "case" / "manifest.json").stat()
    # the time of the last reading is not compared: it moves when a file is read
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)
    assert segments(tmp_path / "case") == 1
