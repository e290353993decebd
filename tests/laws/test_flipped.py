"""Bytes of a case that were flipped on the disk: the sound answer, or an error that names the file and the way out."""

import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cases import case_of, record, write
from commands import Ran, here

from graphtrail import api
from graphtrail.case import segment, sums
from graphtrail.errors import CaseError

ROUNDS = 40
QUESTIONS = (
    ("who-touched", "arn:aws:s3:::crown"),
    ("origin", "key:AKIAEXAMPLE000000001"),
    ("timeline", "key:AKIAEXAMPLE000000001"),
)
WAY_OUT = {"graph": "it is made again", "segments": "ingest the sources into a new case"}


def asked(case: Path) -> list[Ran]:
    return [here("ask", *words, "--output", "json", "--case", case) for words in QUESTIONS]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    key = {"accessKeyId": "AKIAEXAMPLE000000002", "userName": "ann"}
    made = record(
        501, eventSource="iam.amazonaws.com", eventName="CreateAccessKey", responseElements={"accessKey": key}
    )
    case_of(folder / "case", write(folder / "logs.json", [*map(record, range(500)), made]))
    return folder / "case"


def flipped(file: Path, dice: random.Random) -> bytes:
    """Flip up to 20 bytes of a file. Returns what it held."""
    before = file.read_bytes()
    data = bytearray(before)
    for _ in range(dice.randint(1, 20)):
        data[dice.randrange(len(data))] ^= dice.randint(1, 255)
    file.write_bytes(data)
    return before


@pytest.mark.parametrize("part", ["graph", "segments"])
def test_a_flipped_byte_is_never_another_answer(tmp_path: Path, sound: Path, part: str):
    dice, case = random.Random(part), tmp_path / "case"  # noqa: S311 - of a test
    shutil.copytree(sound, case)
    right = asked(case)
    assert [ran.code for ran in right] == [0, 0, 0]
    for _ in range(ROUNDS):
        file = dice.choice(sorted(path for path in (case / part).rglob("*") if path.stat().st_size and path.is_file()))
        before = flipped(file, dice)
        if part == "segments":
            shutil.rmtree(case / "graph")
        for ran, other in zip(asked(case), right, strict=True):
            assert ran.code == 1 or ran == other, file
            assert ran.code == 0 or (file.name in ran.err and WAY_OUT[part] in ran.err), ran.err
        file.write_bytes(before)
    assert asked(case) == right


@pytest.mark.parametrize("part", ["graph", "segments"])
def test_a_table_that_is_cut_or_gone_is_named(tmp_path: Path, sound: Path, part: str):
    case = tmp_path / "case"
    shutil.copytree(sound, case)
    (file,) = (case / part).rglob("calls*")
    for left in (b"", file.read_bytes()[:100], None):
        file.write_bytes(left) if left is not None else file.unlink()
        if part == "segments":
            shutil.rmtree(case / "graph")
        assert all(ran.code == 1 and file.name in ran.err for ran in asked(case))
        if part == "segments":
            shutil.copytree(sound / "graph", case / "graph", dirs_exist_ok=True)


def test_a_segment_with_a_column_of_another_type_or_without_one_is_named(tmp_path: Path, sound: Path):
    shutil.copytree(sound, tmp_path / "case")
    (file,) = (tmp_path / "case" / "segments").rglob("clients.parquet")
    held = pq.read_table(file)
    first = held.column_names[0]
    for other in (
        held.drop_columns([first]),
        held.set_column(0, first, pa.nulls(held.num_rows, pa.int64())),
    ):
        pq.write_table(other, file)
        with pytest.raises(CaseError, match=r"clients.parquet: cannot be read .*; ingest the sources into a new case"):
            segment.read(tmp_path / "case", file.parent.name, "clients")
    file.write_bytes(b"PAR1")
    with pytest.raises(CaseError, match=r"clients.parquet: cannot be read"):
        segment.length(tmp_path / "case", file.parent.name, "clients")


@pytest.mark.parametrize("held", [b"", b"\xff", b"[]", b"{}", b'{"sums": {}, "own": 1}', None])
def test_checksums_that_are_damaged_themselves_are_named(tmp_path: Path, sound: Path, held: bytes | None):
    shutil.copytree(sound, tmp_path / "case")
    (file,) = (tmp_path / "case" / "graph").rglob(sums.SUMS)
    file.write_bytes(held) if held is not None else file.unlink()
    with pytest.raises(CaseError, match=r"sums.json: cannot be read .*; delete the folder .*: it is made again"):
        api.open(tmp_path / "case")


def test_of_a_large_case_the_smaller_tables_are_checked_at_once_and_all_where_an_answer_fails(
    tmp_path: Path, sound: Path, monkeypatch: pytest.MonkeyPatch
):
    case = tmp_path / "case"
    shutil.copytree(sound, case)
    (calls,) = (case / "graph").rglob("calls")
    monkeypatch.setattr(sums, "AT_ONCE", calls.stat().st_size)
    kinds = api.open(case).store.calls.column("kind").tobytes()
    data = calls.read_bytes()
    assert kinds in data
    calls.write_bytes(data.replace(kinds, b"\x7f" * len(kinds)))
    damaged = api.open(case)
    with pytest.raises(CaseError, match=r"calls: cannot be read \(it is not as it was written\)"):
        damaged.ask.who_touched("arn:aws:s3:::crown")


def test_what_fails_for_another_reason_is_no_damage(sound: Path, monkeypatch: pytest.MonkeyPatch):
    case = api.open(sound)
    monkeypatch.setattr(type(case.store), "entity", lambda *_: {}["a mistake"])
    with pytest.raises(KeyError, match="a mistake"):
        list(case.ask.who_touched("arn:aws:s3:::crown").rows)


def test_what_others_put_beside_the_files_is_no_concern(tmp_path: Path, sound: Path):
    """A file manager leaves .DS_Store or Thumbs.db in every folder that somebody looks into."""
    case = tmp_path / "case"
    shutil.copytree(sound, case)
    for folder in [path for path in case.rglob("*") if path.is_dir()]:
        (folder / ".DS_Store").write_bytes(b"x")
    assert [(ran.code, ran.out) for ran in asked(case)] == [(ran.code, ran.out) for ran in asked(sound)]
