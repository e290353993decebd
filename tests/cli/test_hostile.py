"""Whatever a log says, a terminal shows it as text: each command, on a case whose every text is an attack."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Ran

from graphtrail.questions import QUESTIONS

Run = Callable[..., Ran]
EVENT = "11111111-2222-4333-8444-555555555555"
SEEDS = {"SEED": "key:AKIAIOSFODNN7EXAMPLE", "SESSION": "key:AKIAIOSFODNN7EXAMPLE", "RESOURCE": "arn:aws:s3:::loot",
         "START": "key:AKIAIOSFODNN7EXAMPLE", "END": "arn:aws:s3:::loot"}  # fmt: skip
COMMANDS = [
    ("status", "--rejects"), ("status", "--rejects", "--output", "json"), ("event", EVENT),
    ("event", EVENT, "--output", "json"), ("export", "json"), ("export", "graphml"), ("doctor",),
    ("export", "opengraph"), ("export", "stix"), ("export", "timesketch"),
    ("ask", "events", "--output", "jsonl"), ("ask", "events", "--output", "graphml"),
    *(
        ("ask", name, *(SEEDS[one.name.upper()] for one in question.parameters if not one.option and one.required),
         "--output", output)
        for name, question in QUESTIONS.items() for output in ("table", "json", "csv")
    ),
]  # fmt: skip


def dangerous(text: str) -> set[str]:
    """What a terminal would obey: control characters, and those that turn text round."""
    return {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}} - {"\n", "\t"}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_text_of_a_log_reaches_the_terminal_raw(run: Run, hostile: Path, words: tuple[str, ...]):
    ran = run(*words, "--case", hostile)
    assert ran.code == 0, ran.err
    assert not dangerous(ran.out + ran.err)


@pytest.mark.parametrize("words", [("status", "--rejects"), ("ask", "events"), ("ask", "top", "--by", "address")])
def test_no_line_can_be_forged(run: Run, hostile: Path, words: tuple[str, ...]):
    ran = run(*words, "--case", hostile)
    assert "forged" in ran.out
    assert not [line for line in (ran.out + ran.err).splitlines() if line.startswith("forged")]


def test_no_name_is_so_long_that_it_drowns_the_rest(run: Run, tmp_path: Path):
    long = "n" * 100_000
    record = {
        "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "eventTime": "2024-05-01T10:00:00Z",
        "eventID": EVENT, "awsRegion": long, "recipientAccountId": long, "requestParameters": {"name": long},
        "eventCategory": "Management", "userIdentity": {"type": "Root", "accountId": "111122223333"},
    }  # fmt: skip
    (tmp_path / "logs.json").write_text(json.dumps({"Records": [record]}))
    assert run("ingest", tmp_path / "logs.json", "--case", tmp_path / "case").code == 0
    said = run("status", "--case", tmp_path / "case").out.splitlines()
    assert max(map(len, said)) <= 2_000
    assert any(line.endswith("1          1  2024-05-01  2024-05-01") for line in said)
    assert any("cloudtrail:StopLogging of " in line for line in said)
    asked = run("ask", "blinded", "--case", tmp_path / "case", "--output", "jsonl")
    assert long in asked.out
    assert "what the logs cannot show" in asked.err
    assert len(asked.err) < 10_000
    assert long in run("status", "--case", tmp_path / "case", "--output", "json").out


def test_markup_is_shown_as_it_is_written(run: Run, hostile: Path):
    assert "[bold]x[/bold]" in run("ask", "top", "--by", "address", "--case", hostile).out


def test_what_was_typed_is_not_obeyed_either(run: Run):
    for words in (("\x1b[31m",), ("ask", "events", "\x1b[31m"), ("ingest", "\x1b[31m"), ("ask", "top", "--by", "\x1b")):
        ran = run(*words)
        assert ran.code in {1, 2}
        assert not dangerous(ran.out + ran.err)
