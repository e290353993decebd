"""``ingest``, ``status``, ``event``, ``show``, ``export``, ``demo``, ``doctor``, ``completion``."""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import cloudtrail as ct
import networkx as nx
import pytest
from commands import Ran, Simulated

import graphtrail
from graphtrail.cli import doctor

Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with two events, one of them twice, a record that is none, and a digest."""
    folder = tmp_path_factory.mktemp("few")
    records = [
        {
            "eventVersion": "1.08", "eventID": f"0000000{number}-2222-4333-8444-555555555555", "eventName": "GetUser",
            "eventSource": "iam.amazonaws.com", "eventTime": f"2024-05-0{number}T10:00:00Z", "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli", "recipientAccountId": "111122223333",
            "eventCategory": "Management", "eventType": "AwsApiCall", "requestParameters": {"userName": "ada"},
            "userIdentity": {
                "type": "IAMUser", "userName": "ada", "accountId": "111122223333",
                "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "principalId": "AIDAIOSFODNN7EXAMPLEX",
                "arn": "arn:aws:iam::111122223333:user/ada",
            },
        }
        for number in (1, 2, 1)
    ]  # fmt: skip
    (folder / "log.json").write_text(json.dumps({"Records": [*records, {"no": "event"}]}))
    return folder


def test_ingest_says_what_it_read_and_where_the_rejects_are_listed(run: Run, logs: Path):
    ran = run("ingest", logs, "--case", "few")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        "few: 3 event record(s) in 1 file(s) read",
        "the case holds 2 distinct event(s); 1 record(s) in it are further copies of these",
        "1 reject(s); they are listed by: graphtrail status --rejects --case few",
    ]
    assert "1 file(s) known already" in run("ingest", logs, "--case", "few").err


def test_compressed_records_one_a_line_are_read_too(run: Run, logs: Path):
    records = json.loads((logs / "log.json").read_text())["Records"]
    Path("lines.json.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    assert "3 event record(s) in 1 file(s)" in run("ingest", "lines.json.gz").err
    event = run("event", "00000002-2222-4333-8444-555555555555", "--output", "json").json()
    assert event["record"]["eventTime"] == "2024-05-02T10:00:00Z"


def test_verbose_names_each_file_and_quiet_says_nothing(run: Run, logs: Path):
    assert f"read {logs / 'log.json'}" in run("ingest", logs, "--case", "verbose", "-v").err
    assert run("ingest", logs, "--case", "quiet", "-q") == (0, "", "")


def test_status_counts_every_record_once(run: Run, logs: Path):
    run("ingest", logs)
    said = run("status", "--output", "json").json()
    totals = said["totals"]
    assert totals["records"] == 4
    assert totals["records"] == sum(totals[name] for name in ("events", "duplicates", "rejects", "non_events"))
    assert totals["duplicates"] == 1
    assert sum(one["count"] for one in said["rejects"]) == 1
    assert "listed" not in said
    listed = run("status", "--rejects", "--output", "json").json()["listed"]
    assert [(one["file"], one["index"]) for one in listed] == [(str(logs / "log.json"), 3)]


def test_status_and_event_are_written_to_a_file(run: Run, logs: Path):
    run("ingest", logs)
    for words in (("status",), ("event", "00000002-2222-4333-8444-555555555555")):
        said = run(*words).out
        ran = run(*words, "-o", "said")
        assert (ran.code, ran.out, ran.err) == (0, "", "wrote said\n")
        assert Path("said").read_text() == said


def test_status_for_people_has_a_head_over_columns_that_stand_below_it(run: Run, logs: Path):
    run("ingest", logs)
    lines = run("status", "--rejects").out.splitlines()
    assert lines[0].startswith("case graphtrail-case, sha256:")
    assert lines[1] == "2 distinct events from 2024-05-01T10:00:00Z to 2024-05-02T10:00:00Z"
    assert lines[2] == "4 records in 1 file(s): 2 events, 1 duplicates, 1 rejects, 0 non-events"
    head, row = lines[4:6]
    assert head.split() == ["account", "Region", "category", "days", "events", "from", "to"]
    assert row.split() == ["111122223333", "us-east-1", "Management", "2", "2", "2024-05-01", "2024-05-02"]
    for name, value in (("Region", "us-east-1"), ("category", "Management"), ("from", "2024-05-01")):
        assert head.index(name) == row.index(value)
    assert f"{logs / 'log.json'} record 3: " in lines[-1]


def test_status_names_days_without_a_record_and_what_was_switched_off(run: Run, tmp_path: Path, simulated: Simulated):
    bob = ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
    times = ("2026-03-02T10:00:00Z", "2026-03-04T10:00:00Z", "2026-03-09T10:00:00Z")
    ct.case(tmp_path, [ct.get_object("10:00", bob, "jewels", time, eventTime=time) for time in times])
    lines = run("status", "--case", tmp_path / "case").out.splitlines()
    quiet = "it was quiet, or logs are missing"
    assert [line for line in lines if quiet in line] == [
        f"111122223333 eu-central-1 Data: no record on 2026-03-03: {quiet}",
        f"111122223333 eu-central-1 Data: no record on 2026-03-05 to 2026-03-08: {quiet}",
    ]
    off = [line for line in run("status", "--case", simulated.case).out.splitlines() if ":StopLogging of arn:" in line]
    assert [line.endswith(", not undone in these logs") for line in off] == [True]


def test_status_counts_records_that_contradict_each_other(run: Run, logs: Path):
    record = json.loads((logs / "log.json").read_text())["Records"][0]
    Path("two.json").write_text(json.dumps({"Records": [record, record | {"eventName": "DeleteUser"}]}))
    run("ingest", "two.json")
    assert "1 event id(s) stand for records that contradict each other" in run("status").out


def test_status_lists_the_accounts_whose_logs_are_missing(run: Run, simulated: Simulated):
    unseen = {account.id for account in simulated.truth.accounts if not account.observed}
    lines = run("status", "--case", simulated.case).out.splitlines()
    named = {line.split()[1].rstrip(":") for line in lines if line.endswith("its own are not here")}
    assert unseen <= named


def test_a_case_is_found_by_flag_then_environment_then_configuration(
    run: Run, logs: Path, simulated: Simulated, monkeypatch: pytest.MonkeyPatch
):
    def digest(*words: object) -> str:
        return run("ask", "top", "--output", "json", *words).json()["case"]["digest"]

    run("ingest", logs, "--case", "few")
    few, large = digest("--case", "few"), digest("--case", simulated.case)
    Path("config/graphtrail").mkdir(parents=True)
    config = Path("config/graphtrail/config.toml")
    config.write_text(f'case = "{simulated.case}"\n[ask.top]\nby = "action"\n')
    assert digest() == large
    assert run("ask", "top", "--output", "json").json()["rows"][0]["by"] == "action"
    monkeypatch.setenv("GRAPHTRAIL_CASE", "few")
    assert digest() == few
    assert digest("--case", simulated.case) == large
    config.write_text('[status]\ncase = "nowhere"\n')
    monkeypatch.delenv("GRAPHTRAIL_CASE")
    assert "nowhere" in run("status").err
    assert "graphtrail-case" in run("ask", "top").err


@pytest.mark.parametrize("text", ["case = ", "case = [\n", "\udcff"])
def test_a_configuration_that_is_no_toml_is_wrong_usage(run: Run, text: str):
    Path("config/graphtrail").mkdir(parents=True)
    Path("config/graphtrail/config.toml").write_text(text, errors="surrogateescape")
    ran = run("status")
    assert ran.code == 2
    assert "config.toml: cannot be read as TOML" in ran.err


def test_a_value_in_the_place_of_a_section_is_no_section(run: Run, logs: Path):
    Path("config/graphtrail").mkdir(parents=True)
    Path("config/graphtrail/config.toml").write_text("ingest = 3\n")
    assert run("ingest", logs).code == 0


def test_event_shows_the_record_where_it_lies_and_the_edges_that_cite_it(run: Run, simulated: Simulated):
    origin = run("ask", "origin", simulated.thief, "--case", simulated.case, "--output", "json").json()["rows"][0]
    event_id = origin["chain"][-1]["event_ids"][0]
    said = run("event", event_id, "--case", simulated.case, "--output", "json").json()
    assert said["record"]["eventID"] == event_id
    assert said["record"]["eventName"] == "AssumeRole"
    assert said["record"]["responseElements"]["credentials"]["accessKeyId"] == simulated.thief.removeprefix("key:")
    assert said["record"]["responseElements"]["credentials"]["sessionToken"] == "(secret removed)"
    assert said["facts"]["event_id"] == event_id
    assert ("ASSUMED", simulated.thief) in {(edge["relation"], edge["target"]) for edge in said["edges"]}
    assert Path(said["file"]).is_file()
    people = run("event", event_id, "--case", simulated.case)
    assert json.loads(people.out) == said
    assert len(people.out.splitlines()) > 20


def test_event_says_when_its_file_is_gone_and_shows_what_the_case_keeps(run: Run, logs: Path):
    Path("log.json").write_bytes((logs / "log.json").read_bytes())
    run("ingest", "log.json")
    Path("log.json").unlink()
    ran = run("event", "00000001-2222-4333-8444-555555555555", "--output", "json")
    assert ran.json()["record"] is None
    assert ran.json()["facts"]["action"] == "iam:GetUser"
    assert "log.json is not there any more; facts and edges are what the case keeps" in ran.err


def test_kept_records_need_no_file(run: Run, logs: Path):
    Path("log.json").write_bytes((logs / "log.json").read_bytes())
    run("ingest", "log.json", "--keep-records")
    Path("log.json").unlink()
    ran = run("event", "00000001-2222-4333-8444-555555555555", "--output", "json")
    assert ran.json()["record"]["eventName"] == "GetUser"
    assert ran.err == ""


def test_an_event_that_is_not_there_is_a_failure(run: Run, simulated: Simulated):
    ran = run("event", "00000000-0000-0000-0000-000000000000", "--case", simulated.case)
    assert (ran.code, ran.out) == (1, "")
    assert "no event of this case has that id" in ran.err


def test_show_draws_several_seeds_on_one_page(run: Run, simulated: Simulated):
    ran = run("show", simulated.jewels, simulated.thief, "--case", simulated.case)
    assert ran.code == 0
    assert ran.err.splitlines()[0] == "wrote graphtrail.html"
    text = Path("graphtrail.html").read_text(encoding="utf-8")
    assert simulated.jewels in text
    assert simulated.thief in text


def test_an_empty_name_is_wrong_usage(run: Run, simulated: Simulated):
    for words in (("show", ""), ("show", " "), ("ask", "who-touched", "")):
        ran = run(*words, "--case", simulated.case)
        assert (ran.code, ran.out) == (2, "")
        assert "empty" in ran.err


def test_show_of_what_nobody_knows_is_a_failure(run: Run, simulated: Simulated):
    ran = run("show", "arn:aws:s3:::untouched", "--case", simulated.case)
    assert ran.code == 1
    assert "nothing in this case answers to that name" in ran.err
    assert not Path("graphtrail.html").exists()


def test_export_writes_the_same_graph_in_three_forms(run: Run, invictus: Path):
    run("ingest", invictus)
    graph = run("export", "json").json()
    keys = {node["key"] for node in graph["nodes"]}
    assert {"arn:aws:iam::123837392027:user/bert-jan", "ip:192.168.10.20"} <= keys
    assert {edge["source"] for edge in graph["edges"]} | {edge["target"] for edge in graph["edges"]} <= keys
    drawn = nx.parse_graphml(run("export", "graphml").out, force_multigraph=True)
    assert set(drawn.nodes) == keys
    assert run("export", "csv", "-o", "tables").code == 0
    nodes = list(csv.DictReader(io.StringIO(Path("tables/nodes.csv").read_text(encoding="utf-8"))))
    edges = list(csv.DictReader(io.StringIO(Path("tables/edges.csv").read_text(encoding="utf-8"))))
    assert {node["key"] for node in nodes} == keys
    assert len(edges) == len(graph["edges"])
    assert run("export", "json", "-o", "graph.json") == (0, "", "wrote graph.json\n")
    assert json.loads(Path("graph.json").read_text(encoding="utf-8")) == graph


def test_opengraph_holds_each_pair_of_nodes_once_and_names_none_that_is_not_there(run: Run, invictus: Path):
    run("ingest", invictus)
    graph, made = run("export", "json").json(), run("export", "opengraph").json()
    nodes, edges = made["graph"]["nodes"], made["graph"]["edges"]
    assert made["metadata"] == {"source_kind": "CloudTrail"}
    assert {node["id"]: node["kinds"] for node in nodes} == {
        node["key"]: [f"CT{node['label']}", "CloudTrail"] for node in graph["nodes"]
    }
    named = [(edge["start"]["value"], edge["kind"], edge["end"]["value"]) for edge in edges]
    assert set(named) == {(edge["source"], f"CT_{edge['type']}", edge["target"]) for edge in graph["edges"]}
    assert len(set(named)) == len(named)
    assert sum(edge["properties"]["count"] for edge in edges) == sum(edge["count"] for edge in graph["edges"])
    for held in (*nodes, *edges):
        for value in held["properties"].values():
            assert isinstance(value, str | int | float | bool) or all(isinstance(one, str) for one in value)


def test_timesketch_gets_every_call_with_who_stands_behind(run: Run, invictus: Path):
    run("ingest", invictus)
    lines = list(map(json.loads, run("export", "timesketch").out.splitlines()))
    events = run("ask", "events", "--output", "json").json()["rows"]
    assert [line["event_id"] for line in lines] == [event["event_id"] for event in events]
    assert [line["datetime"] for line in lines] == [event["time"].replace("Z", "+00:00") for event in events]
    assert {line["timestamp_desc"] for line in lines} == {"CloudTrail eventTime"}
    made = next(line for line in lines if line["event_name"] == "CreateBucket")
    assert made["message"].startswith("arn:aws:iam::123837392027:user/bert-jan s3:CreateBucket on arn:aws:s3:::")
    assert made["origin"] == "arn:aws:iam::123837392027:user/bert-jan"
    assert not any(isinstance(value, list | dict) for line in lines for value in line.values())


def test_csv_is_two_files_and_wants_a_folder(run: Run, simulated: Simulated):
    ran = run("export", "csv", "--case", simulated.case)
    assert ran.code == 2
    assert "name a folder with -o" in ran.err
    Path("file").touch()
    for form, failed in (("csv", "cannot be made a folder"), ("neo4j-admin", "cannot be written")):
        for place, why in (("file", "it is a file"), ("file/below", "Not a directory")):
            ran = run("export", form, "--case", simulated.case, "-o", place)
            assert ran.code == 1
            assert f"{place}: {failed} ({why}); name another" in ran.err


def test_demo_ends_with_who_took_what_over_which_chain(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "120")
    ran = run("demo", "demo", "--events", 3000, "--seed", 1)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 120
    jewels = json.loads(Path("demo/truth.json").read_text(encoding="utf-8"))["crown_jewels"]
    assert f"Who took what from {jewels['bucket']}, over which chain:" in lines
    rows = [line for line in lines if line[:4].strip().isdigit()]
    # The thief first: the key that it made, tokens and sign-ins of that, and the chain that made them.
    assert rows[0].split()[4] == "svc-vault-sync"
    incident = [row for row in rows if "vault-admin" in row]
    assert rows[: len(incident)] == incident
    assert {row.split()[4] for row in incident} == {"svc-vault-sync", "marta.lindqvist", "ec2"}
    took = [int(row.split()[0]) + int(row.split()[1]) for row in rows]
    rest = took[len(incident) :]
    assert rest == sorted(rest, reverse=True)
    assert sum(took[: len(incident)]) > rest[0]
    more = next(line for line in lines if "more, with fewer calls" in line)
    assert more.endswith(f"graphtrail ask who-touched {jewels['bucket']} --case demo/case")
    table = graphtrail.open("demo/case").ask.who_touched(jewels["bucket"])
    groups = {
        (row.origin, tuple(hop.principal for hop in row.chain), row.made_by and row.made_by.principal)
        for row in table.rows
    }
    assert int(more.split()[0]) + len(rows) == len(groups)
    for name in ("page.html", "case", "truth.json"):
        assert any(line.endswith(f"demo/{name}") for line in lines[-3:])
        assert Path("demo", name).exists()


def test_a_demo_that_is_too_small_is_wrong_usage(run: Run):
    ran = run("demo", "demo", "--events", 10)
    assert ran.code == 2
    assert "2000" in ran.err.replace(",", "")


def test_doctor_names_what_is_installed_and_the_case(run: Run, simulated: Simulated):
    ran = run("doctor", "--case", simulated.case)
    assert ran.code == 0
    assert f"case: {simulated.case}, 1 segment(s)" in ran.out.splitlines()
    assert "  pandas " in ran.out
    assert "case: none at graphtrail-case" in run("doctor").out
    Path("later").mkdir()
    Path("later/manifest.json").write_text('{"schema": 99, "segments": []}')
    assert "case: later: written with version 99 of the schema" in run("doctor", "--case", "later").out


def test_doctor_looks_for_all_that_the_project_depends_on():
    required = metadata.requires("graphtrail") or []
    core = {re.split(r"[^\w-]", one)[0] for one in required if "extra ==" not in one}
    assert set(doctor._PACKAGES) == core


def test_doctor_fails_if_a_package_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "_PACKAGES", ("rich", "no-such-package"))
    monkeypatch.setattr(doctor, "_EXTRAS", {"no-such-extra": "wings"})
    ran = run("doctor")
    assert ran.code == 1
    assert "no-such-package: missing; install graphtrail again" in ran.out
    assert "no-such-extra: not installed; it would give wings" in ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(run: Run, shell: str):
    ran = run("completion", shell)
    assert "_GRAPHTRAIL_COMPLETE" in ran.out
    assert f"graphtrail completion {shell}" in ran.err


@pytest.mark.parametrize("name", ["top", "events", "assumptions", "identities", "unknowns"])
def test_a_case_without_events_answers_with_nothing(run: Run, name: str):
    Path("empty.json").write_text('{"Records": []}')
    run("ingest", "empty.json")
    said = run("ask", name, "--output", "json").json()
    assert (said["rows"], said["case"]["events"], said["case"]["first"]) == ([], 0, None)
    assert run("status").code == 0
    assert run("export", "json").json() == {"nodes": [], "edges": []}
