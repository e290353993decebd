"""Whatever lies in a folder: a message that says what was met, no traceback, and the rest is read."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cases import quiet, record, run, totals, write

from graphtrail import api

NESTED = 100_000


def status(case: Path) -> dict[str, Any]:
    held = api.open(case)
    totals(held)
    return held.status() | {"listed": held.rejects()}


def hostile(folder: Path) -> dict[str, str]:
    """A folder of what should not be there, and the reason that is expected for each file."""
    folder.mkdir()
    sound = json.dumps({"Records": [record(number) for number in range(200)]}).encode()
    packed = gzip.compress(sound, mtime=0)
    deep = '{"eventName": ' + "[" * NESTED + "]" * NESTED + "}"
    inside = json.dumps(record(1)).replace('"part/1"', "[" * NESTED + "]" * NESTED)
    files = {
        "truncated.json.gz": packed[: len(packed) // 2],
        "garbage-behind.gz": packed + b"something else",
        "damaged.gz": packed[:300] + b"\0\0\0\0" + packed[304:],
        "binary": bytes(range(256)) * 64,
        "empty": b"",
        "blank": b" \n\n ",
        "nan.json": b'{"Records": [{"eventName": NaN}, ' + json.dumps(record(201)).encode() + b"]}",
        "infinity.ndjson": json.dumps(record(202)).encode() + b'\n{"eventName": -Infinity}\n',
        "deep.json": deep.encode(),
        "deep-inside.json": inside.encode(),
        "breaks-off.json": sound[: len(sound) // 2],
        "array-of-numbers": b"[1, 2, null]",
        "text": b"hello",
        "utf16.json": b"\xff\xfe\x00\xd8",
        "zip.zip": b"PK\x03\x04 and no more",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "good.json").write_bytes(json.dumps({"Records": [record(900)]}).encode())
    odd = os.path.join(os.fsencode(folder), b"caf\xe9 \x1b[31m.json")  # noqa: PTH118 - the name is no text
    with open(odd, "wb") as file:  # noqa: PTH123 - as above
        file.write(json.dumps(record(901)).encode() + b"\n{")
    os.mkfifo(folder / "pipe")
    (folder / "dangling").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder)
    return {
        "truncated.json.gz": "the gzip breaks off",
        "garbage-behind.gz": "something follows that is no gzip",
        "damaged.gz": "the gzip is damaged",
        "binary": "no JSON",
        "empty": "the file is empty",
        "blank": "the file is empty",
        "nan.json": "NaN is no JSON value",
        "infinity.ndjson": "no JSON",
        "deep.json": "nested too deeply",
        "deep-inside.json": "nested too deeply",
        "breaks-off.json": "breaks off here",
        "array-of-numbers": "no object",
        "text": "no JSON",
        "utf16.json": "no UTF-16 as a whole",
        "zip.zip": "the zip archive is damaged",
        "caf\\xe9": "no JSON",
        "pipe": "no regular file",
        "dangling": "No such file",
        "loop": "a link to a folder",
    }


@pytest.mark.parametrize("keep", [False, True])
def test_whatever_lies_in_a_folder_is_named_and_the_rest_is_read(tmp_path: Path, *, keep: bool):
    expected = hostile(tmp_path / "folder")
    words = ["ingest", tmp_path / "folder", "--case", tmp_path / "case", *(["--keep-records"] if keep else [])]
    said = quiet(run(*words))
    assert "reject(s); they are listed by" in said
    assert "\x1b" not in said
    held = status(tmp_path / "case")
    reasons = {Path(one["file"]).name: one["reason"] for one in held["listed"]}
    for name, reason in expected.items():
        assert [why for file, why in reasons.items() if file.startswith(name) and reason in why], (name, reasons)
    found = {row["event_id"] for row in map(json.loads, run(
        "ask", "events", "--case", tmp_path / "case", "--output", "jsonl").stdout.splitlines())}  # fmt: skip
    assert {record(number)["eventID"] for number in (900, 901, 201, 202)} <= found
    assert len(found) == held["totals"]["events"]
    assert held["totals"]["duplicates"] > 0
    again = quiet(run(*words))
    assert "0 event record(s) in 0 file(s)" in again
    assert status(tmp_path / "case")["totals"] == held["totals"]


@pytest.mark.slow
def test_a_line_of_a_hundred_megabytes_is_one_reject(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with (folder / "long.ndjson").open("w") as file:
        file.write(json.dumps(record(1)) + "\n")
        file.write('{"eventName": "' + "x" * 100 * 2**20 + '"}\n')
        file.write(json.dumps(record(2)) + "\n")
    write(folder / "good.json", [record(3)])
    quiet(run("ingest", folder, "--case", tmp_path / "case"))
    held = status(tmp_path / "case")
    assert held["totals"] | {"files": 2, "events": 3, "rejects": 1} == held["totals"]
    assert held["listed"][0]["reason"] == "a record of 100 MiB: CloudTrail writes at most 1 MiB"
    assert held["listed"][0]["index"] == 1


@pytest.mark.parametrize("keep", [False, True])
def test_a_request_of_any_depth_breaks_nothing(tmp_path: Path, *, keep: bool):
    depths = [90, 300, 480, 700, 900, *range(940, 1000, 3), 1010, 3000]
    for depth in depths:
        for number, core in enumerate(('"x"', '"\\ud800"')):
            text = json.dumps(record(depth * 2 + number, **({"eventID": None} if depth % 2 else {})))
            nested = "[" * depth + core + "]" * depth
            (tmp_path / f"{depth}-{number}").write_text(text.replace(f'"part/{depth * 2 + number}"', nested))
    flags = ["--keep-records"] if keep else []
    quiet(run("ingest", *sorted(tmp_path.iterdir()), "--case", tmp_path / "case", *flags))
    held = status(tmp_path / "case")["totals"]
    assert held["records"] == 2 * len(depths)
    assert held["events"] >= 4


def test_times_at_the_ends_of_the_calendar_stop_nothing(tmp_path: Path):
    times = ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
    held = [record(number, eventTime=time) for number, time in enumerate(times)]
    for number, time in enumerate(times, 10):
        context = {"attributes": {"creationDate": time, "mfaAuthenticated": "false"}}
        session = {"type": "AssumedRole", "principalId": "AROAEXAMPLE000000001:late", "sessionContext": context}
        held.append(record(number, userIdentity=session))
    quiet(run("ingest", write(tmp_path / "a.json", held), "--case", tmp_path / "case"))
    said = status(tmp_path / "case")
    assert [one["reason"] for one in said["listed"]] == ["eventTime is in no known form"] * 2
    asked = run("ask", "events", "--case", tmp_path / "case", "--output", "jsonl")
    found = sorted(json.loads(line)["time"] for line in asked.stdout.splitlines())
    assert (found[0], found[-1], len(found)) == (times[2], times[0], 6)


@pytest.mark.parametrize("stdin", ["truncated", "garbage", "binary", "empty"])
def test_standard_input_of_any_kind_is_read_as_far_as_it_goes(tmp_path: Path, stdin: str):
    packed = gzip.compress(json.dumps({"Records": [record(1)]}).encode(), mtime=0)
    given = {"truncated": packed[:-9], "garbage": packed + b"?" * 100, "binary": b"\x00\xff" * 99, "empty": b""}
    for _ in range(2):
        quiet(run("ingest", "-", "--case", tmp_path / "case", stdin=given[stdin]))
    held = status(tmp_path / "case")
    assert held["totals"]["files"] == 1
    assert held["totals"]["rejects"] == 1
    if stdin == "garbage":
        assert held["totals"]["events"] == 1
        kept = json.loads(run("event", record(1)["eventID"], "--case", tmp_path / "case").stdout)
        assert kept["record"] == record(1)


@pytest.mark.parametrize(
    ("stdin", "code", "reason"),
    [("/proc/self/mem", 0, "could not be read to its end"), ("&-", 1, "standard input is closed")],
)
def test_standard_input_that_cannot_be_read_is_said(tmp_path: Path, stdin: str, code: int, reason: str):
    if stdin.startswith("/") and not Path(stdin).exists():
        pytest.skip("this system has no such file")
    command = f'"$0" -m graphtrail ingest - --case "$1" <{stdin}'
    words = ["sh", "-c", command, sys.executable, tmp_path / "case"]
    said = quiet(subprocess.run(words, capture_output=True, check=False), code)
    listed = [] if code else status(tmp_path / "case")["listed"]
    assert reason in " ".join([said, *(one["reason"] for one in listed)])


def test_the_record_of_a_damaged_file_is_found_again(tmp_path: Path):
    whole = gzip.compress(json.dumps({"Records": [record(1), record(2)]}).encode(), mtime=0)
    (tmp_path / "a.gz").write_bytes(whole + b"something else")
    quiet(run("ingest", tmp_path / "a.gz", "--case", tmp_path / "case"))
    done = run("event", record(2)["eventID"], "--case", tmp_path / "case", "--output", "json")
    quiet(done)
    assert json.loads(done.stdout)["record"] == record(2)


def full(place: Path, size: str) -> bool:
    """Whether a file system of just this size could be mounted there."""
    mount = shutil.which("mount")
    return (
        bool(mount)
        and not subprocess.run(
            [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
        ).returncode
    )


def test_a_full_disk_is_said_and_the_run_after_it_goes_on(tmp_path: Path):
    place = tmp_path / "small"
    place.mkdir()
    if not full(place, "96k"):
        pytest.skip("only root may mount a file system")
    try:
        source = write(tmp_path / "a.json", [record(number, userAgent=f"{number}" * 40) for number in range(3000)])
        said = quiet(run("ingest", source, "--case", place / "case"), code=1)
        assert f"{place / 'case'}: cannot be written (No space left on device)" in said
        subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
        quiet(run("ingest", source, "--case", place / "case"))
        assert status(place / "case")["totals"]["events"] == 3000
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        said = quiet(run("ingest", source, "--case", place / "case"), code=1)
        assert "cannot be written (Read-only file system)" in said
        assert status(place / "case")["totals"]["events"] == 3000
    finally:
        # Lazily: the tables of the case may still be mapped by whoever asked for its status.
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("place", ["/dev/null", "/dev/full/case", "/proc/case"])
def test_a_case_that_cannot_be_made_is_said(tmp_path: Path, place: str):
    source = write(tmp_path / "a.json", [record(1)])
    said = quiet(run("ingest", source, "--case", place), code=1)
    assert said.startswith(f"graphtrail: {place}: ")


def test_a_case_inside_the_source_folder_is_no_source(tmp_path: Path):
    write(tmp_path / "logs" / "a.json", [record(1)])
    case = tmp_path / "logs" / "graphtrail-case"
    for _ in range(2):
        said = quiet(run("ingest", tmp_path / "logs", "--case", case))
        assert f"{case}: a graphtrail case: it is no source" in said
        held = status(case)
        assert (held["totals"]["files"], held["totals"]["events"], held["totals"]["rejects"]) == (1, 1, 1)
    said = quiet(run("ingest", case, "--case", tmp_path / "other"), code=1)
    assert "a graphtrail case: it is no source" in said


def test_a_source_that_is_not_there_is_said(tmp_path: Path):
    said = quiet(run("ingest", tmp_path / "nowhere", "--case", tmp_path / "case"), code=1)
    assert said.startswith(f"graphtrail: {tmp_path / 'nowhere'}: no such file or folder")
