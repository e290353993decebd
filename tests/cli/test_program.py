"""The program as a process: exit codes, pipes, terminals, and what it imports."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import Simulated, process

import graphtrail

PROGRAM = [sys.executable, "-m", "graphtrail"]


def test_the_module_runs_as_a_program():
    assert process("--version") == (0, f"graphtrail {graphtrail.__version__}\n", "")


def test_a_command_that_found_nothing_wrong_leaves_with_0_and_data_alone_on_stdout(simulated: Simulated):
    ran = process("ask", "who-touched", simulated.jewels, "--case", simulated.case, "--output", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["total"] > 0


def test_a_full_disk_is_a_failure_with_a_reason(simulated: Simulated):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*PROGRAM, "status", "--case", simulated.case], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr == "graphtrail: standard output: No space left on device\n"


def test_what_a_file_held_stays_where_the_new_text_finds_no_room(simulated: Simulated, tmp_path: Path):
    for name in ("old.csv", "new.csv"):
        file = tmp_path / name
        if name == "old.csv":
            file.write_text("as it was")
        command = 'ulimit -f 8; exec "$@"'
        words = [*PROGRAM, "ask", "events", "--case", str(simulated.case), "-o", str(file)]
        ran = subprocess.run(["sh", "-c", command, "sh", *words], capture_output=True, text=True, check=False)
        assert ran.returncode == 1
        assert f"{file}: cannot be written (File too large); name another place with -o" in ran.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["old.csv"]
    assert (tmp_path / "old.csv").read_text() == "as it was"


def test_a_link_to_a_file_stays_one_and_a_file_keeps_its_permissions(simulated: Simulated, tmp_path: Path):
    kept, link = tmp_path / "kept.json", tmp_path / "link.json"
    kept.touch(mode=0o600)
    link.symlink_to(kept)
    assert process("ask", "top", "--case", simulated.case, "-o", link).code == 0
    assert link.is_symlink()
    assert json.loads(kept.read_text())["total"] > 0
    assert kept.stat().st_mode & 0o777 == 0o600


def test_whoever_stops_a_run_is_told_so(tmp_path: Path):
    # In the background of a shell signals are ignored, and a child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    words = [*PROGRAM, "ingest", "-", "--case", str(tmp_path / "case")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as waiting:
        while not (tmp_path / "case").exists():
            time.sleep(0.05)
        waiting.send_signal(signal.SIGINT)
        _, said = waiting.communicate(timeout=60)
    assert waiting.returncode == 1
    assert said.decode().strip() == "graphtrail: stopped"


def test_nothing_is_ever_answered_with_a_traceback(simulated: Simulated, tmp_path: Path):
    (tmp_path / "file").write_text("no case")
    wrong: list[tuple[object, ...]] = [
        ("status", "--case", tmp_path / "file"),
        ("ingest", tmp_path / "file", "--case", tmp_path / "file"),
        ("ask", "top", "--case", simulated.case, "-o", tmp_path / "none" / "x.json"),
        ("demo", tmp_path / "file"),
        ("event", "\udcff\x1b[31m", "--case", simulated.case),
    ]
    for words in wrong:
        ran = process(*words)
        assert ran.code in {1, 2}, words
        assert "Traceback" not in ran.err
        assert ran.err.strip()
        assert "\x1b" not in ran.err


@pytest.mark.parametrize("words", [("ask", "events"), ("export", "json"), ("ask", "top", "--limit", "3"), ("status",)])
def test_a_reader_that_goes_away_is_no_error_to_speak_of(simulated: Simulated, words: tuple[str, ...]):
    command = [*PROGRAM, *words, "--case", str(simulated.case)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as gone:
        assert gone.stdout is not None
        gone.stdout.close()
        _, said = gone.communicate(timeout=60)
    assert b"Broken" not in said
    assert b"Traceback" not in said
    assert b"Exception" not in said


def test_what_is_written_is_utf_8_whatever_the_locale_says(simulated: Simulated):
    ran = process(
        "ask", "chain", simulated.thief, "--case", simulated.case, env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    assert ran.code == 0
    assert " → " in ran.out


def on_terminal(width: int, *words: object) -> str:
    """What a terminal of that width shows, stdout and stderr together."""
    ours, theirs = pty.openpty()
    env = os.environ | {"COLUMNS": str(width), "TERM": "xterm"}
    with subprocess.Popen([*PROGRAM, *map(str, words)], stdout=theirs, stderr=theirs, env=env) as program:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:  # that is how the end of a terminal looks
            pass
        program.wait(timeout=60)
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [80, 120, 200])
def test_on_a_terminal_each_row_fits_and_what_is_folded_is_said(simulated: Simulated, width: int):
    seen = on_terminal(width, "ask", "who-touched", simulated.jewels, "--case", simulated.case).splitlines()
    table = [line for line in seen if not line.startswith(("who-touched:", "what the logs cannot show"))]
    assert max(map(len, table)) <= width
    assert len(table) == 2 + 40
    folded = len(simulated.truth.crown_jewels.touched) - 40
    assert f"{folded} of them folded (--limit 0 shows all)" in "".join(seen)
    assert ("no room for" in "".join(seen)) == (width < 200)


def test_limit_0_shows_all_rows_on_a_terminal(simulated: Simulated):
    seen = on_terminal(120, "ask", "who-touched", simulated.jewels, "--case", simulated.case, "--limit", 0)
    assert f"{len(simulated.truth.crown_jewels.touched)} row(s)" in seen
    assert "folded" not in seen


def test_on_a_terminal_a_bar_shows_how_far_the_reading_is_and_goes_away(simulated: Simulated, tmp_path: Path):
    seen = on_terminal(100, "ingest", simulated.bucket, "--case", tmp_path / "case")
    assert "\x1b[" in seen
    read, held = seen.splitlines()[-2:]
    assert read.endswith("file(s) copies of files read under other names")
    assert re.fullmatch(r"the case holds [\d,]+ distinct event\(s\); \d+ record\(s\) in it are further copies.*", held)
    assert "\x1b" not in on_terminal(100, "ingest", simulated.bucket, "--case", tmp_path / "quiet", "--quiet")


HEAVY = ("boto3", "jinja2", "neo4j", "pandas", "pyvis")


def test_a_question_imports_nothing_that_it_does_not_need(simulated: Simulated):
    code = f"""
import sys
from graphtrail.cli import run
run(["ask", "origin", {simulated.thief!r}, "--case", {str(simulated.case)!r}, "--output", "json"])
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.splitlines()[-1] == "[]"


def test_completion_offers_the_commands(tmp_path: Path):
    env = os.environ | {"_GRAPHTRAIL_COMPLETE": "bash_complete", "COMP_WORDS": "graphtrail in", "COMP_CWORD": "1"}
    ran = process(env=env, cwd=tmp_path)
    assert ran.out.split() == ["plain,investigate", "plain,ingest"]
