"""An ingest that is killed at any moment and run again makes the case that nobody killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cases import case_of, digest, graph, record, totals, write

from graphtrail import api
from graphtrail.case import manifest
from graphtrail.case.ingest import Options

KILLS = 4
SIZES = Options(batch=10, segment=40, files=5)
# The same sizes in a process of its own.
WORK = """
import sys
from pathlib import Path
from graphtrail import api
from graphtrail.case.ingest import Options, ingest
from graphtrail.sources.files import blobs
case, folder = Path(sys.argv[1]), sys.argv[2]
ingest(case, blobs([folder]), options=Options(batch=10, segment=40, files=5))
api.prepare(case)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty small files, some with several segments' worth of records, one of them broken."""
    folder = tmp_path_factory.mktemp("source")
    numbers = iter(range(10_000))
    for file in range(40):
        count = 150 if file % 13 == 5 else 7
        forms = ("records", "lines", "gz")
        write(folder / f"{file:02d}", [record(next(numbers)) for _ in range(count)], form=forms[file % 3])
    (folder / "broken").write_text('{"Records": [' + '{"eventName": "X"},' * 3)
    return folder


@pytest.mark.slow
def test_an_ingest_that_is_killed_and_run_again_makes_the_same_case(folder: Path, tmp_path: Path):
    unharmed = case_of(tmp_path / "unharmed", folder, options=SIZES)
    dice = random.Random(3)  # noqa: S311 - moments, no secrets
    case = tmp_path / "killed"
    killed = 0
    while killed < KILLS:
        (case / ".lock").unlink(missing_ok=True)  # it comes again when the next begins to write
        with subprocess.Popen([sys.executable, "-c", WORK, case, folder]) as process:
            while not (case / ".lock").exists() and process.poll() is None:
                time.sleep(0.002)
            time.sleep(dice.uniform(0, 0.15))
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait()
        killed += 1
    subprocess.run([sys.executable, "-c", WORK, case, folder], check=True)
    found = api.open(case)
    assert digest(found) == digest(unharmed)
    assert graph(found) == graph(unharmed)
    assert totals(found) == totals(unharmed)
    assert list(case.rglob("*.new")) == []


def test_what_a_killed_ingest_left_behind_is_swept_away(folder: Path, tmp_path: Path):
    unharmed = case_of(tmp_path / "case", folder, options=SIZES)
    segments = tmp_path / "case" / "segments"
    for left in ("000099", "000100.new"):
        (segments / left).mkdir()
        (segments / left / "calls.parquet").write_bytes(b"half of it")
    (tmp_path / "case" / "manifest.json.new").write_text("{")
    (tmp_path / "case" / "graph" / "000001-v1-0.1.0.new").mkdir()
    before = digest(unharmed)
    write(folder / "late", [record(99_999)])
    again = case_of(tmp_path / "case", folder, options=SIZES)
    assert digest(again) != before
    assert totals(again)["events"] == totals(unharmed)["events"] + 1, "an open case answers as it was when opened"
    assert {path.name for path in segments.iterdir()} == set(manifest.load(tmp_path / "case").segments)
    assert list((tmp_path / "case").rglob("*.new")) == []
    (folder / "late").unlink()
