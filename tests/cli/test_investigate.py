"""``investigate``: the main job in one line."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
from commands import Ran, Simulated

Run = Callable[..., Ran]
BUCKET = "arn:aws:s3:::stratus-red-team-ctlr-bucket-zqfsvooxqj"
USER = "arn:aws:iam::123837392027:user/bert-jan"


def test_real_logs_in_the_answer_and_the_page_out(run: Run, invictus: Path):
    ran = run("investigate", invictus, "--resource", BUCKET, "-o", "page.html")
    assert ran.code == 0
    table = [line.split("\t") for line in ran.out.splitlines()]
    assert table[0][:3] == ["origin", "chain", "action"]
    assert [row[:5] for row in table[1:]] == [[USER, "bert-jan", "s3:CreateBucket", "ok", "1"]]
    assert BUCKET in Path("page.html").read_text(encoding="utf-8")
    case = next(Path().glob("graphtrail-logs*"))
    assert f"the case is {case}; ask it more" in ran.err


def test_a_case_of_its_own_is_the_same_each_time_and_nothing_is_read_twice(run: Run, invictus: Path):
    first = run("investigate", invictus, "--resource", BUCKET)
    second = run("investigate", invictus, "--resource", BUCKET)
    assert (first.code, first.out) == (second.code, second.out)
    assert "55 event record(s) in 2 file(s)" in first.err
    assert "0 event record(s) in 0 file(s) read, 2 file(s) known already" in second.err
    assert len(list(Path().glob("graphtrail-*"))) == 1


def test_what_comes_from_a_pipe_gets_a_case_too(run: Run, invictus: Path, monkeypatch: pytest.MonkeyPatch):
    file = next(invictus.glob("*1205Z*"))
    with file.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        said = run("investigate", "-", "--resource", BUCKET, "--output", "json").json()
    assert [(row["action"], row["count"]) for row in said["rows"]] == [("s3:CreateBucket", 1)]
    assert next(Path().glob("graphtrail-stdin-*")).is_dir()


def test_the_page_is_written_beside_an_answer_for_machines(run: Run, invictus: Path):
    for output in ("json", "jsonl", "csv", "graphml", "table"):
        ran = run("investigate", invictus, "--resource", BUCKET, "--output", output, "-o", f"{output}.html")
        assert "CreateBucket" in ran.out
        assert Path(f"{output}.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_html_without_a_file_is_the_page_alone_on_stdout(run: Run, invictus: Path):
    ran = run("investigate", invictus, "--resource", BUCKET, "--output", "html")
    assert ran.out.lower().startswith("<!doctype html>")
    assert ran.out.lower().rstrip().endswith("</html>")


def test_html_into_a_file_of_any_name(run: Run, invictus: Path):
    ran = run("investigate", invictus, "--resource", BUCKET, "--output", "html", "-o", "page.txt")
    assert ran.out.startswith("origin\tchain")
    assert Path("page.txt").read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_an_answer_goes_into_the_file_that_is_named(run: Run, invictus: Path):
    ran = run("investigate", invictus, "--resource", BUCKET, "-o", "answer.json")
    assert ran.out == ""
    assert json.loads(Path("answer.json").read_text(encoding="utf-8"))["total"] == 1


def seeds(simulated: Simulated) -> list[tuple[str, str]]:
    return [
        ("--session", simulated.thief), ("--key", simulated.thief.removeprefix("key:")),
        ("--principal", simulated.truth.incident.principals[0]), ("--ip", "192.0.2.66"),
    ]  # fmt: skip


def test_each_seed_is_traced_to_its_origin_and_followed_forwards(run: Run, simulated: Simulated):
    for option, seed in seeds(simulated):
        ran = run("investigate", simulated.bucket, option, seed, "--case", simulated.case, "--output", "json")
        origin, reached = ran.json()
        assert (origin["question"], reached["question"]) == ("origin", "blast-radius")
        assert reached["total"] > 0
    origin, reached = run(
        "investigate", simulated.bucket, "--session", simulated.thief, "--case", simulated.case, "--output", "json"
    ).json()
    truth = simulated.truth
    assert [row["origin"] for row in origin["rows"]] == [truth.sessions[simulated.thief].origin]
    assert set(truth.incident.sessions) <= {row["session"] for row in reached["rows"]}
    assert set(truth.incident.principals) <= {row["principal"] for row in reached["rows"]}


def test_an_event_is_followed_from_its_session(run: Run, simulated: Simulated):
    rows = run("ask", "events", "--session", simulated.thief, "--case", simulated.case, "--output", "json").json()
    event = rows["rows"][0]["event_id"]
    said = run(
        "investigate", simulated.bucket, "--event", event, "--case", simulated.case, "--output", "jsonl"
    ).out.splitlines()
    assert json.loads(said[0])["session"] == simulated.thief


def test_two_answers_are_two_tables_one_graph_one_page_and_no_csv(run: Run, simulated: Simulated):
    words = ("investigate", simulated.bucket, "--session", simulated.thief, "--case", simulated.case)
    tables = run(*words)
    assert "origin: 1 row(s)" in tables.err
    assert "blast-radius: " in tables.err
    graph = nx.parse_graphml(run(*words, "--output", "graphml").out)
    assert set(simulated.truth.incident.sessions) <= set(graph.nodes)
    assert run(*words, "-o", "page.html").code == 0
    table = run(*words, "--output", "csv")
    assert table.code == 2
    assert "ask them one by one" in table.err


def test_one_answer_as_csv(run: Run, invictus: Path):
    head, row = csv.reader(io.StringIO(run("investigate", invictus, "--resource", BUCKET, "--output", "csv").out))
    assert dict(zip(head, row, strict=True))["origin"] == USER


def test_exactly_one_seed_is_asked_for(run: Run, invictus: Path):
    for words in ((), ("--resource", BUCKET, "--ip", "192.0.2.1")):
        ran = run("investigate", invictus, *words)
        assert ran.code == 2
        assert "name one of --resource" in ran.err


def test_exit_code_3_says_that_something_was_found(run: Run, invictus: Path):
    assert run("investigate", invictus, "--resource", BUCKET, "--exit-code").code == 3
    assert run("investigate", invictus, "--resource", "arn:aws:s3:::untouched", "--exit-code").code == 0


def test_a_source_that_does_not_exist_is_named_with_a_way_out_and_leaves_no_case(run: Run, invictus: Path):
    ran = run("investigate", invictus, "logs/none", "--resource", BUCKET)
    assert ran.code == 1
    assert ran.err == (
        "graphtrail: logs/none: no such file or folder; name a folder of logs, a log file, - for standard input, "
        "or s3://bucket/prefix/\n"
    )
    assert run("ingest", "").err.startswith("graphtrail: '': no such file or folder")
    assert not list(Path().glob("graphtrail-*"))


def test_sources_that_cannot_be_read_at_all_fail_the_run(run: Run):
    Path("broken.zip").write_bytes(b"PK\x03\x04 no archive")
    for command in (("ingest", "broken.zip"), ("investigate", "broken.zip", "--resource", BUCKET)):
        ran = run(*command)
        assert ran.code == 1
        assert "broken.zip: the zip archive is damaged" in ran.err
