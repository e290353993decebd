"""``ask``: every question, in every form, gives on the command line what it gives in Python."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import networkx as nx
import pytest
from commands import Ran, Simulated

import graphtrail
from graphtrail.questions import QUESTIONS

Run = Callable[..., Ran]
# What each question is asked about: the crown jewels, the thief, or nothing.
ABOUT = {
    "events": ["--resource", "JEWELS", "--action", "s3:GetObject"],
    "who-touched": ["JEWELS"],
    "objects": ["JEWELS"],
    "origin": ["THIEF"],
    "chain": ["THIEF"],
    "blast-radius": ["THIEF"],
    "path": ["THIEF", "JEWELS"],
    "assumptions": ["--cross-account"],
    "assumed-by": ["THIEF"],
    "addresses": ["THIEF"],
    "identities": [],
    "denied": ["THIEF"],
    "secrets": ["THIEF"],
    "changes": ["THIEF"],
    "policies": [],
    "recon": ["THIEF"],
    "blinded": [],
    "shared-out": [],
    "destruction": [],
    "alive": ["THIEF"],
    "containment": ["THIEF"],
    "services": ["THIEF"],
    "readers": ["JEWELS"],
    "timeline": ["THIEF"],
    "top": ["--by", "action"],
    "unknowns": [],
}


def words(simulated: Simulated, name: str) -> list[str]:
    meant = {"JEWELS": simulated.jewels, "THIEF": simulated.thief}
    return [meant.get(word, word) for word in ABOUT[name]]


def asked(simulated: Simulated, name: str) -> graphtrail.Result:
    given = words(simulated, name)
    options = {
        given[place][2:].replace("-", "_"): (given[place + 1 : place + 2] or [True])[0]
        for place, word in enumerate(given)
        if word.startswith("--")
    }
    places = [] if options else given
    return getattr(graphtrail.open(simulated.case).ask, name.replace("-", "_"))(*places, **options)


def test_every_question_is_asked_here():
    assert set(ABOUT) == set(QUESTIONS)


@pytest.mark.parametrize("name", ABOUT)
def test_json_is_what_python_gives(run: Run, simulated: Simulated, name: str):
    said = run("ask", name, *words(simulated, name), "--case", simulated.case, "--output", "json").json()
    assert said == json.loads(asked(simulated, name).to_json())
    assert (said["question"], said["schema"], said["graphtrail"]) == (name, 1, graphtrail.__version__)
    assert said["total"] == len(said["rows"])
    assert said["rows"]


@pytest.mark.parametrize("name", ABOUT)
def test_all_forms_hold_the_same_rows(run: Run, simulated: Simulated, name: str):
    def form(output: str) -> str:
        ran = run("ask", name, *words(simulated, name), "--case", simulated.case, "--output", output)
        assert ran.code == 0, ran.err
        return ran.out

    rows = json.loads(form("json"))["rows"]
    assert [json.loads(line) for line in form("jsonl").splitlines()] == rows
    head, *table = csv.reader(io.StringIO(form("csv")))
    assert head == list(rows[0])
    assert len(table) == len(rows)
    assert len(form("table").splitlines()) == len(rows) + 1


def test_a_limit_cuts_the_rows_and_total_counts_all(run: Run, simulated: Simulated):
    def limited(output: str, limit: int) -> str:
        return run(
            "ask", "who-touched", simulated.jewels, "--case", simulated.case, "--output", output, "--limit", limit
        ).out

    said = json.loads(limited("json", 2))
    every = len(simulated.truth.crown_jewels.touched)
    assert (len(said["rows"]), said["total"]) == (2, every)
    assert len(limited("jsonl", 2).splitlines()) == 2
    assert len(limited("csv", 2).splitlines()) == 3
    assert len(limited("table", 2).splitlines()) == 3
    assert len(limited("jsonl", 0).splitlines()) == every


def test_who_touched_is_what_really_happened(run: Run, simulated: Simulated):
    said = run("ask", "who-touched", simulated.jewels, "--case", simulated.case, "--output", "json").json()
    found: Counter[tuple[str | None, ...]] = Counter()
    for row in said["rows"]:
        found[row["session"], row["action"], row["outcome"], row["error_code"]] += row["count"]
    truth = {
        (one.session, one.action, one.outcome, one.error_code): one.count
        for one in simulated.truth.crown_jewels.touched
    }
    assert found == truth


def test_graphml_is_the_graph_behind_the_answer(run: Run, simulated: Simulated):
    ran = run("ask", "chain", simulated.thief, "--case", simulated.case, "--output", "graphml")
    assert set(nx.parse_graphml(ran.out).nodes) == set(asked(simulated, "chain").to_networkx().nodes)


def test_the_name_of_the_file_tells_the_form(run: Run, simulated: Simulated):
    for name, start in (
        ("a.json", '{"graphtrail"'), ("a.jsonl", '{"time"'), ("a.csv", "time,event_id"), ("a.graphml", "<graphml"),
        ("a.html", "<!doctype html>"), ("a.txt", "time\taction"),
    ):  # fmt: skip
        ran = run("ask", "events", "--limit", 5, "--key", simulated.thief[4:], "--case", simulated.case, "-o", name)
        assert (ran.code, ran.out) == (0, "")
        assert f"wrote {name}" in ran.err
        assert start in Path(name).read_text(encoding="utf-8")[:200]


def test_a_form_that_is_named_counts_more_than_the_name_of_the_file(run: Run, simulated: Simulated):
    run("ask", "top", "--case", simulated.case, "--output", "jsonl", "-o", "a.json")
    assert json.loads(Path("a.json").read_text(encoding="utf-8").splitlines()[0])["by"] == "principal"


def test_what_the_logs_cannot_show_stands_on_stderr(run: Run, simulated: Simulated):
    ran = run("ask", "who-touched", "arn:aws:s3:::nobody-touched-this", "--case", simulated.case)
    assert ran.out.splitlines() == [ran.out.strip("\n")]
    assert "what the logs cannot show: no data event of arn:aws:s3:::nobody-touched-this" in ran.err


def test_time_account_and_region_limit_the_answer(run: Run, simulated: Simulated):
    def times(*limits: str) -> list[dict[str, str]]:
        return run("ask", "events", "--case", simulated.case, "--output", "json", *limits).json()["rows"]

    everything = times()
    noon, one = "2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z"
    assert times("--since", noon, "--until", one) == [row for row in everything if noon <= row["time"] <= one]
    assert times("--from", noon, "--to", one) == times("--since", noon, "--until", one)
    account = everything[0]["account"]
    assert times("--account", account) == [row for row in everything if row["account"] == account]
    regions = {"eu-central-1", "us-west-2"}
    given = [word for region in sorted(regions) for word in ("--region", region)]
    assert times(*given) == [row for row in everything if row["region"] in regions]


def test_links_below_the_confidence_asked_for_are_not_followed(run: Run, simulated: Simulated):
    def reached(level: str) -> int:
        return run(
            "ask", "blast-radius", simulated.thief, "--case", simulated.case, "--output", "json",
            "--min-confidence", level,
        ).json()["total"]  # fmt: skip

    assert 0 < reached("exact") < reached("strong") <= reached("heuristic")


def test_the_list_names_each_question_with_its_parameters(run: Run):
    lines = run("ask", "--list").out.splitlines()
    assert [line.split()[0] for line in lines[::2]] == list(QUESTIONS)
    assert "who-touched RESOURCE [--all-roles]" in lines
    assert "identities [SEED]" in lines
    assert "assumptions [--cross-account] [--first-seen-after FIRST-SEEN-AFTER]" in lines
    assert "``" not in "".join(lines)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_help_of_a_question_explains_it_and_offers_no_none(run: Run, name: str):
    said = run("ask", name, "--help").out
    assert " ".join(QUESTIONS[name].title.replace("``", "").split()) in " ".join(said.split())
    assert "None" not in said
    assert "``" not in said
    for parameter in QUESTIONS[name].parameters:
        assert (f"--{parameter.name.replace('_', '-')}" if parameter.option else parameter.name.upper()) in said


def test_exit_code_tells_found_from_nothing_found_and_wrong_usage_from_failure(run: Run, simulated: Simulated):
    def left(*words: object) -> int:
        return run(*words, "--case", simulated.case).code

    assert left("ask", "who-touched", simulated.jewels) == 0
    assert left("ask", "who-touched", simulated.jewels, "--exit-code") == 3
    assert left("ask", "who-touched", "arn:aws:s3:::nobody-touched-this", "--exit-code") == 0
    assert left("ask", "origin", "key:ASIANOBODYKNOWSTHIS1") == 1
    assert left("ask", "events", "--outcome", "perhaps") == 2
    assert left("ask", "events", "--since", "01/02/2026") == 2
    assert left("nothing") == 2


def test_ask_alone_lists_the_questions_and_is_wrong_usage(run: Run):
    for words in (("ask",), ("ask", "--help")):
        ran = run(*words)
        assert ran.code == (0 if "--help" in words else 2)
        listed = [line.split()[0] for line in (ran.out + ran.err).splitlines() if line.startswith("  ")]
        assert [name for name in listed if name in QUESTIONS] == list(QUESTIONS)


def test_quiet_says_nothing_but_how_much_was_left_out(run: Run, simulated: Simulated):
    loud = run("ask", "who-touched", simulated.jewels, "--case", simulated.case)
    quiet = run("ask", "who-touched", simulated.jewels, "--case", simulated.case, "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, loud.out, "")
    assert "what the logs cannot show" in loud.err
    cut = run("ask", "who-touched", simulated.jewels, "--case", simulated.case, "-q", "--limit", "1")
    assert "folded (--limit 0 shows all)" in cut.err


def test_a_name_of_several_things_is_wrong_usage_and_lists_them(run: Run, tmp_path: Path):
    ann = ct.user("ann", "AKIAANNANNANNANNANN0")
    ct.case(tmp_path, [
        ct.record("09:00", "iam:CreateRole", ann, requestParameters={"roleName": "web"}),
        ct.record("09:01", "iam:CreateInstanceProfile", ann, requestParameters={"instanceProfileName": "web"}),
    ])  # fmt: skip
    ran = run("ask", "who-touched", "web", "--case", tmp_path / "case")
    assert (ran.code, ran.out) == (2, "")
    assert (
        "web is the name of 2 things in this case; say which: arn:aws:iam::111122223333:instance-profile/web" in ran.err
    )
