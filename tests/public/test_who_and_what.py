"""The public questions about who called, and what was touched. Rows are selected, grouped and counted, no more."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphtrail import Case
from graphtrail.arn import parse
from graphtrail.questions.events import Call
from graphtrail.questions.who_touched import Touch

Answers = Callable[[str], Any]
Called = Call | Touch
Cases = Callable[[str], Case]
BUCKET = "arn:aws:s3:::stratus-red-team-ctlr-bucket-zqfsvooxqj"


def said(row: Called):
    """An action as the recorded answers write it: ``GetBucketTagging !NoSuchTagSet``."""
    return row.event_name + (f" !{row.error_code}" if row.error_code else "")


def test_p01_how_many_events_and_in_which_span(invictus: Case, answer: Answers):
    expected = answer("P01")
    status = invictus.status()
    assert status["totals"]["events"] == expected["events"]
    assert len({row.event_id for row in invictus.ask.events().rows}) == expected["distinct eventID"]
    assert [status["case"].first, status["case"].last] == expected["range"]


def test_p02_who_called_by_type_of_identity(invictus: Case, answer: Answers):
    rows = invictus.ask.events().rows
    assert Counter(str(row.identity_type) for row in rows) == answer("P02")["types"]
    assert sum(row.identity_arn is None for row in rows) == answer("P02")["no arn"]


def test_p03_who_touched_the_bucket_with_which_actions(invictus: Case, answer: Answers):
    rows = invictus.ask.who_touched(BUCKET).rows
    found = {}
    for row in rows:
        found.setdefault(row.principal, Counter())[said(row)] += row.count
    assert found == answer("P03")["principals"]
    assert [min(row.first_seen for row in rows), max(row.last_seen for row in rows)] == answer("P03")["span"]
    assert sum(row.count for row in rows) == answer("P03")["events"]


def test_p04_every_bucket_with_its_events_and_principals(invictus: Case, answer: Answers):
    found = {}
    for row in invictus.ask.events().rows:
        for bucket in {bucket_of(touch.resource) for touch in row.resources} - {None}:
            of_bucket = found.setdefault(bucket, {"events": 0, "principals": set()})
            of_bucket["events"] += 1
            of_bucket["principals"].add(row.principal)
    expected = answer("P04")
    assert {name: of["events"] for name, of in found.items()} == {name: of["events"] for name, of in expected.items()}
    assert {name: sorted(of["principals"]) for name, of in found.items()} == {
        name: sorted(of["principals"]) for name, of in expected.items()
    }


def bucket_of(resource: str):
    """The bucket of an ARN of S3, also of an object; what has an account in its ARN is something else."""
    arn = parse(resource)
    return arn.resource.partition("/")[0] if arn and arn.service == "s3" and not arn.account else None


def test_p05_which_buckets_were_made_by_whom_and_which_are_gone(invictus: Case, answer: Answers):
    made = invictus.ask.events(action="s3:CreateBucket", outcome="ok").rows
    gone = {bucket_of(touch.resource) for row in invictus.ask.events(action="s3:DeleteBucket", outcome="ok").rows
            for touch in row.resources}  # fmt: skip
    assert [
        {"bucket": bucket, "by": row.principal, "at": row.time, "deleted": bucket in gone}
        for row in made
        for bucket in {bucket_of(touch.resource) for touch in row.resources}
    ] == answer("P05")


def test_p10_what_an_access_key_did(invictus: Case, answer: Answers):
    rows = invictus.ask.events(key="AKIAIULZ4BA2EEXAMPLE").rows
    expected = answer("P10")
    assert sorted({row.principal for row in rows}) == expected["owner"]
    assert len(rows) == expected["events"]
    assert Counter(row.event_source.partition(".")[0] for row in rows) == expected["by service"]
    assert sum(row.outcome != "ok" for row in rows) == expected["failed"]
    assert [rows[0].time, rows[-1].time] == expected["span"]


def test_p11_long_lived_keys_of_each_user(invictus: Case, answer: Answers):
    found = {}
    for row in invictus.ask.events().rows:
        if row.identity_type == "IAMUser":
            keys = found.setdefault(row.principal, set())
            if (row.access_key or "").startswith("AKIA"):
                keys.add(row.access_key)
    assert found == {user: set(keys) for user, keys in answer("P11").items()}


def test_p19_which_secrets_were_read_by_whom(invictus: Case, answer: Answers):
    found = {}
    for who in {row.principal for row in invictus.ask.events(action="secretsmanager:GetSecretValue").rows}:
        read = [row for row in invictus.ask.secrets(who).rows if row.action == "secretsmanager:GetSecretValue"]
        found[who] = {"events": sum(row.count for row in read), "secrets": {row.resource for row in read}}
    assert {
        who: {"events": of["events"], "distinct secrets": len(of["secrets"])} for who, of in found.items()
    } == answer("P19")


def test_p26_how_many_accounts_and_regions(stratus: Case, answer: Answers):
    """Each detonation was anonymised by itself, so that no account and no Region but global ones repeats."""
    coverage = stratus.status()["coverage"]
    assert len({one["account"] for one in coverage}) == answer("P26")["accounts"]
    assert len({one["region"] for one in coverage}) == answer("P26")["regions"]


def test_p27_who_touched_the_public_bucket(case: Cases, answer: Answers):
    rows = case("otrf-honeybucket").ask.who_touched("arn:aws:s3:::microsoft-devtest").rows
    expected = answer("P27")
    found = Counter()
    for row in rows:
        found[(row.principal or "").rpartition(":")[2]] += row.count
    assert found == expected["principals"]
    events = case("otrf-honeybucket").ask.events(resource="arn:aws:s3:::microsoft-devtest").rows
    assert sorted({row.principal_account for row in events}) == expected["accounts"]
    writes = [[row.time, row.principal_account, row.address] for row in events if row.action == "s3:PutObject"]
    assert sorted(writes, reverse=True) == sorted(expected["writes"], reverse=True)


def test_p28_the_ten_formats_hold_the_same_events(data: Path, case: Cases, answer: Answers):
    files = sorted((data / "formats").iterdir())
    assert len(files) == 10
    counts = {file.name: case(f"formats/{file.name}").status()["totals"]["events"] for file in files}
    assert set(counts.values()) == {answer("P28")}
    assert len({case(f"formats/{file.name}").status()["case"].digest for file in files}) == 1


def test_p29_raw_and_distinct_events_with_masked_keys(case: Cases, answer: Answers):
    expected = answer("P29")
    held = case("traildiscover")
    totals = held.status()["totals"]
    rows = held.ask.events().rows
    assert (totals["records"], totals["events"]) == (expected["raw"], expected["eventIDs"])
    assert len({row.identity_arn for row in rows} - {None}) == expected["arns"]
    assert sorted({row.access_key for row in rows} - {None}) == expected["keys"]


def test_the_first_path_that_is_drawn_is_a_persons_and_not_that_of_a_service(invictus: Case):
    graph = invictus.ask.who_touched(BUCKET).graph
    starts = [graph.edges[path[0]].source for path in graph.paths]
    assert starts[0] == "arn:aws:iam::123837392027:user/bert-jan"
    assert starts[-1] == "service:cloudtrail.amazonaws.com"
