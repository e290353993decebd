"""CloudTrail Lake, for those who have it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_server import Server, error
from cases import case_of, digest, record, records, totals, write
from commands import Ran

from graphtrail import api
from graphtrail.errors import UsageError
from graphtrail.sources.lake import statement
from graphtrail.sources.selection import Selection
from graphtrail.window import Window

Run = Callable[..., Ran]
SELECT = "SELECT eventjson FROM "
STORE = "11111111-2222-4333-8444-555555555555"


def test_a_store_is_read_page_by_page(run: Run, aws: Server, tmp_path: Path):
    held = [record(number, eventTime="2024-03-01T10:00:00Z") for number in range(1100)]
    aws.world.lake = [{"eventJson": json.dumps(one, indent=1)} for one in held]
    ran = run("ingest", f"lake://{STORE}")
    assert ran.code == 0, ran.err
    case = api.open("graphtrail-case")
    assert digest(case) == digest(case_of(tmp_path / "other", write(tmp_path / "a.json", held)))
    assert case.event(held[5]["eventID"])[0].record["eventID"] == held[5]["eventID"]
    assert aws.world.statements == [{"QueryStatement": f"{SELECT}{STORE}"}]


def test_the_selection_is_in_the_query_and_in_the_case(run: Run, aws: Server):
    aws.world.lake = [{"eventJson": json.dumps(one)} for one in records(1, 2)]
    words = (
        "--since",
        "2024-03-01",
        "--until",
        "2024-03-02T10:00:00Z",
        "--account",
        "111122223333",
        "--region",
        "eu-west-1",
    )
    assert run("ingest", f"lake://{STORE}", *words).code == 0
    assert aws.world.statements[0]["QueryStatement"] == (
        f"{SELECT}{STORE} WHERE eventtime >= '2024-03-01 00:00:00' AND eventtime <= '2024-03-02 10:00:00' "
        "AND recipientaccountid IN ('111122223333') AND awsregion IN ('eu-west-1')"
    )
    assert len(api.open("graphtrail-case").status()["not_fetched"]) == 1


@pytest.mark.parametrize(
    "selection",
    [Selection(Window(), frozenset({"1' OR '1'='1"})), Selection(Window(), frozenset(), frozenset({"eu') --"}))],
)
def test_nothing_gets_into_the_query_that_is_no_account_or_region(selection: Selection):
    with pytest.raises(UsageError, match="no account or Region"):
        statement(STORE, selection)


def test_what_goes_wrong_is_said(run: Run, aws: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert run("ingest", "lake://my-store").code == 2
    aws.fail(error("400 Bad Request", "EventDataStoreNotFoundException", "none"), action="StartQuery", times=1)
    ran = run("ingest", f"lake://{STORE}")
    assert ran.code == 1
    assert "EventDataStoreNotFoundException" in ran.err
    aws.world.ends = ["QUEUED", "FAILED"]
    ran = run("ingest", f"lake://{STORE}")
    assert ran.code == 1
    assert "the query ended as FAILED" in ran.err
    assert run("ingest", f"lake://{STORE}").code == 0
    assert totals(api.open("graphtrail-case"))["events"] == 0
