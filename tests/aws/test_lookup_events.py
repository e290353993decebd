"""LookupEvents as a source, over HTTP, and what it cannot show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from aws_server import ACCOUNT, Server, after, error, lookup_event
from cases import case_of, digest, record, totals, write
from commands import Ran
from hypothesis import given
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.case.fetched import Place, with_stretches
from graphtrail.sources.blob import Stretch
from graphtrail.sources.selection import LATE, still_wanted

Run = Callable[..., Ran]
EU, US = "eu-west-1", "us-east-1"


def recent(number: int, days: float = 1, **said: object) -> dict[str, object]:
    """A management event of some days ago."""
    when = datetime.now(UTC) - timedelta(days=days, seconds=number)
    return record(number, eventTime=f"{when:%Y-%m-%dT%H:%M:%SZ}", eventCategory="Management", **said)


@pytest.fixture
def held(aws: Server) -> dict[str, list[dict[str, object]]]:
    """Two Regions, one with more than one page."""
    records = {
        EU: [recent(number, eventName="AssumeRole" if number % 2 else "GetObject") for number in range(120)],
        US: [recent(1000, awsRegion=US, eventName="AssumeRole"), recent(1001, 100, awsRegion=US)],
    }
    aws.world.lookups = {region: list(map(lookup_event, found)) for region, found in records.items()}
    return records


@pytest.mark.parametrize("every", [0, 2])
def test_all_regions_are_looked_up_whole(
    run: Run, aws: Server, held: dict[str, list[dict]], every: int, tmp_path: Path
):
    aws.world.every = every
    ran = run("ingest", "cloudtrail://")
    assert ran.code == 0, ran.err
    assert "no data events" in ran.err
    case = api.open("graphtrail-case")
    young = [*held[EU], held[US][0]]
    assert digest(case) == digest(case_of(tmp_path / "other", write(tmp_path / "a.json", young)))
    asked = {one.region for one in aws.asked("LookupEvents")}
    assert {EU, US, "ap-northeast-1"} <= asked
    assert len(asked) > 10
    event = held[EU][3]["eventID"]
    assert case.event(event)[0].record["eventID"] == event
    gaps = {gap.code for gap in case.ask.who_touched("arn:aws:s3:::crown").coverage}
    assert {"lookup-events", "not-fetched"} <= gaps
    assert "only " in run("status").out
    aws.world.every = 2
    again = run("ingest", "cloudtrail://", "--region", EU)
    assert again.code == 0, "half of the requests were refused as too many, and asked again"
    assert totals(api.open("graphtrail-case"))["events"] == len(young)


def test_a_window_and_regions_are_asked_for(run: Run, aws: Server, held: dict[str, list[dict]]):
    aws.requests.clear()
    assert run("ingest", "cloudtrail://", "--since", "100d", "--until", "12h", "--region", EU).code == 0
    assert not aws.asked("POST", "ec2")
    assert {one.region for one in aws.asked("LookupEvents")} == {EU}
    assert totals(api.open("graphtrail-case"))["events"] == len(held[EU])
    assert run("ingest", "cloudtrail://", "--since", "1h", "--region", EU, "--case", "new").code == 0
    assert totals(api.open("new"))["events"] == 0
    window = api.open("graphtrail-case").ask.events(since="2d", until="1d").coverage
    assert "not-fetched" not in {gap.code for gap in window}


def test_one_attribute_narrows_it_and_the_case_says_so(run: Run, held: dict[str, list[dict]]):
    assert sum(one["eventName"] == "AssumeRole" for found in held.values() for one in found) == 61
    assert run("ingest", "cloudtrail://?EventName=AssumeRole").code == 0
    case = api.open("graphtrail-case")
    assert totals(case)["events"] == 61
    assert all("?EventName=AssumeRole" in one["place"] for one in case.status()["not_fetched"])
    assert any("of the records that the name says" in gap.text for gap in case.ask.events(since="1d").coverage)
    old = run("ingest", "cloudtrail://", "--until", "91d")
    assert old.code == 1
    assert "keeps 90 days" in old.err
    for source in (
        "cloudtrail://?Name=x",
        "cloudtrail://?EventName=a&EventId=b",
        "cloudtrail://eu-west-1",
        "cloudtrail://?EventName=",
    ):
        assert run("ingest", source).code == 2


def test_another_account_is_not_looked_up(run: Run, aws: Server, held: dict[str, list[dict]]):
    assert run("ingest", "cloudtrail://", "--account", "999988887777").code == 0
    assert not aws.asked("LookupEvents")
    assert {one["account"] for one in api.open("graphtrail-case").status()["not_fetched"]} == {ACCOUNT}
    assert run("ingest", "cloudtrail://", "--account", ACCOUNT).code == 0
    assert totals(api.open("graphtrail-case"))["events"] == len(held[EU]) + 1


def test_what_breaks_off_is_kept_as_far_as_it_came_and_can_be_completed(
    run: Run, aws: Server, held: dict[str, list[dict]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.fail(error("400 Bad Request", "AccessDeniedException", "no"), action="LookupEvents", region=US)
    ran = run("ingest", "cloudtrail://")
    assert ran.code == 1
    assert f"cloudtrail://{ACCOUNT}/{US}: not allowed" in ran.err
    assert totals(api.open("graphtrail-case"))["events"] == len(held[EU])
    aws.faults.clear()
    assert run("ingest", "cloudtrail://").code == 0
    assert totals(api.open("graphtrail-case"))["events"] == len(held[EU]) + 1
    assert not [one for one in api.open("graphtrail-case").status()["not_fetched"] if one["reason"]]
    aws.fail(error("403 Forbidden", "UnauthorizedOperation", "no"), action="POST")
    denied = run("ingest", "cloudtrail://")
    assert denied.code == 1
    assert "not allowed" in denied.err


def asked_from(aws: Server) -> set[tuple[str, int]]:
    """Each Region that was asked for events, and how many days back."""
    asked = [(one.region, float(one.body["StartTime"])) for one in aws.asked("LookupEvents")]
    return {(region, round((datetime.now(UTC).timestamp() - since) / 86_400)) for region, since in asked}


def test_a_second_run_looks_up_what_is_new_and_a_day_for_what_came_late(
    run: Run, aws: Server, held: dict[str, list[dict]], tmp_path: Path
):
    words = ("cloudtrail://", "--region", EU)
    assert run("ingest", *words).code == 0
    assert asked_from(aws) == {(EU, 90)}
    aws.requests.clear()
    late, old = recent(500, 0.5), recent(501, 30)
    aws.world.lookups[EU] += map(lookup_event, (late, old))
    ran = run("ingest", *words)
    assert ran.code == 0
    assert asked_from(aws) == {(EU, 1)}
    assert "of 1 Region(s) only what the case does not have was looked up" in ran.err
    folder = write(tmp_path / "a.json", [*held[EU], late])
    assert digest(api.open("graphtrail-case")) == digest(case_of(tmp_path / "other", folder))
    aws.requests.clear()
    assert run("ingest", "cloudtrail://", "--region", EU, "--region", US).code == 0
    assert asked_from(aws) == {(EU, 1), (US, 90)}
    aws.requests.clear()
    assert run("ingest", *words, "--since", "20d", "--until", "10d").code == 0
    assert not aws.asked("LookupEvents"), "the case has it"
    assert run("ingest", "cloudtrail://?EventName=AssumeRole", "--region", EU).code == 0
    assert asked_from(aws) == {(EU, 90)}, "what was looked up by an attribute is another thing"


def test_a_wider_window_looks_up_the_rest(run: Run, aws: Server, tmp_path: Path):
    found = [recent(number, number) for number in range(1, 60)]
    aws.world.lookups = {EU: list(map(lookup_event, found))}
    words = ("cloudtrail://", "--region", EU)
    assert run("ingest", *words, "--since", "40d", "--until", "20d").code == 0
    aws.requests.clear()
    assert run("ingest", *words).code == 0
    windows = {
        tuple(
            round((datetime.now(UTC).timestamp() - float(one.body[end])) / 86_400) for end in ("StartTime", "EndTime")
        )
        for one in aws.asked("LookupEvents")
    }
    assert windows == {(90, 40), (21, 0)}
    case = api.open("graphtrail-case")
    assert digest(case) == digest(case_of(tmp_path / "other", write(tmp_path / "a.json", found)))
    (place,) = case.status()["not_fetched"]
    assert len(place["fetched"]) == 1


def test_what_broke_off_goes_on_where_it_was(run: Run, aws: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    found = [recent(number, 2 + number / 100) for number in range(2_500)]
    aws.world.lookups = {EU: list(map(lookup_event, found))}
    aws.fail(after(lambda: None), action="LookupEvents", times=24)
    aws.fail(error("400 Bad Request", "ThrottlingException", "no"), action="LookupEvents")
    words = ("cloudtrail://", "--region", EU)
    assert run("ingest", *words).code == 1
    assert totals(api.open("graphtrail-case"))["events"] == 24 * 50
    aws.faults.clear()
    aws.requests.clear()
    assert run("ingest", *words).code == 0
    whole = -(-len(found) // 50)
    assert len(aws.asked("LookupEvents")) < whole - 20, "what came before it broke off is not looked up again"
    case = api.open("graphtrail-case")
    assert digest(case) == digest(case_of(tmp_path / "other", write(tmp_path / "a.json", found)))
    assert not [one for one in case.status()["not_fetched"] if one["reason"]]


ENDS = st.integers(0, 400_000)
SPANS = st.lists(st.tuples(st.none() | ENDS, st.none() | ENDS).filter(lambda one: None in one or one[0] <= one[1]))


@given(st.tuples(ENDS, ENDS).map(sorted), SPANS)
def test_every_time_is_asked_for_once_unless_the_case_has_it_for_a_day(window: list[int], spans: list):
    place = with_stretches({}, [Stretch("x", None, None, span) for span in spans]).get("x", Place(None, None))
    asked = still_wanted((window[0], window[1]), place.spans)
    assert all(before[1] < after[0] for before, after in pairwise(asked))
    ends = {one + step for span in (*spans, *asked, window) for one in span if one is not None for step in (-1, 0, 1)}
    ends |= {one - LATE + step for _, one in spans if one is not None for step in (-1, 0, 1)}
    for second in ends:
        inside = any(since <= second <= until for since, until in asked)
        had = any(until is not None and (since or 0) <= second <= until - LATE for since, until in place.spans)
        assert inside == (window[0] <= second <= window[1] and not had)
