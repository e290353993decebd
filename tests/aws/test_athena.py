"""Athena as a source: statements parsed in its dialect and run by a real engine, files over HTTP."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import athena_engine
import boto3
import pytest
import sqlglot
from aws_server import Server, error
from cases import USER, case_of, digest, record, totals, write
from commands import Ran
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp
from trail_bucket import client

from graphtrail import api
from graphtrail.errors import UsageError
from graphtrail.events.credentials import HIDES
from graphtrail.sources.athena.query import HIDING, ISSUERS, Table, literal, unload
from graphtrail.sources.athena.spelling import record as record_of
from graphtrail.sources.athena.table import COLUMNS, ddl
from graphtrail.sources.selection import Selection
from graphtrail.window import Window

Run = Callable[..., Ran]
A, B = "111122223333", "444455556666"
EU, US = "eu-west-1", "us-east-1"
EVENTS = 12  # thirteen records, one of which corrects another
SOURCE = "athena://logs/trail?output=s3://results/here"
ROLE = {
    "type": "AssumedRole", "principalId": "AROAEXAMPLE000000001:s", "arn": f"arn:aws:sts::{A}:assumed-role/r/s",
    "accountId": A, "accessKeyId": "ASIAEXAMPLE000000001",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role", "principalId": "AROAEXAMPLE000000001", "arn": f"arn:aws:iam::{A}:role/r", "accountId": A,
            "userName": "r",
        },
        "attributes": {"creationDate": "2024-03-01T09:00:00Z", "mfaAuthenticated": "false"},
        "ec2RoleDelivery": "2.0",
    },
    "onBehalfOf": {"userId": "u-1", "identityStoreArn": "arn:aws:identitystore::1:identitystore/d-1"},
    "inScopeOf": {"credentialsIssuedTo": "arn:aws:lambda:eu-west-1:1:function:f"},
    "invokedBy": "athena.amazonaws.com",
}  # fmt: skip
BUCKET_ARN = {"ARN": "arn:aws:s3:::crown", "accountId": A, "type": "AWS::S3::Bucket"}


def held() -> list[dict[str, object]]:
    """Records with everything that a table can hold."""
    days = [record(number, eventTime=f"2024-03-{number + 1:02}T10:00:00Z") for number in range(8)]
    issued = {"credentials": {"accessKeyId": "ASIAEXAMPLE000000001", "expiration": "Mar 1, 2024, 11:00:00 AM"}}
    assume = record(
        20, eventSource="sts.amazonaws.com", eventName="AssumeRole", readOnly=True, eventCategory="Management",
        requestParameters={"roleArn": f"arn:aws:iam::{A}:role/r", "roleSessionName": "s"}, responseElements=issued,
        resources=[{"ARN": f"arn:aws:iam::{A}:role/r", "accountId": A, "type": "AWS::IAM::Role"}],
        sharedEventID="11111111-2222-4333-8444-555555555555", vpcEndpointId="vpce-1",
    )  # fmt: skip
    used = record(21, userIdentity=ROLE, resources=[BUCKET_ARN], errorCode="AccessDenied", errorMessage='it\'s "no"')
    other = record(22, awsRegion=US, recipientAccountId=B, additionalEventData={"x": [1, None, {"y": "é"}]})
    corrected = record(23, addendum={"reason": "UPDATED_DATA", "originalEventID": record(0)["eventID"]})
    return [*days, assume, used, other, corrected, record(24, userIdentity=USER | {"credentialId": "c"})]


@pytest.fixture
def table(aws: Server) -> list[dict[str, object]]:
    made = held()
    client().create_bucket(Bucket="results")
    statement = ddl("s3://trail-logs/AWSLogs/o-abcdefghij/", "trail", [EU, US], [A, B])
    athena_engine.make(statement, "logs", made)
    aws.requests.clear()
    athena_engine.RAN.clear()
    return made


def left() -> list[str]:
    return [one["Key"] for one in client().list_objects_v2(Bucket="results").get("Contents", [])]


def test_a_table_gives_the_case_that_its_files_give(run: Run, table: list[dict], tmp_path: Path):
    ran = run("ingest", SOURCE)
    assert ran.code == 0, ran.err
    case = api.open("graphtrail-case")
    folder = case_of(tmp_path / "other", write(tmp_path / "a.json", table))
    assert totals(case)["events"] == EVENTS
    assert digest(case) == digest(folder)
    assert left() == [], "what the query wrote is removed"
    assert case.event(table[0]["eventID"])[0].record["userIdentity"] == table[0]["userIdentity"]
    assert case.status()["not_fetched"] == []


@pytest.mark.usefixtures("table")
def test_the_window_accounts_and_regions_are_pushed_down(run: Run):
    words = ("--since", "2024-03-02", "--until", "2024-03-04T12:00:00Z", "--account", A, "--region", EU)
    assert run("ingest", SOURCE, *words).code == 0
    ((statement, parameters),) = athena_engine.RAN
    assert 'eventtime >= ? AND eventtime <= ? AND "day" >= ? AND "day" <= ?' in statement
    assert '"account" IN (?) AND "region" IN (?)' in statement
    assert parameters == [
        "'2024-03-02T00:00:00Z'", "'2024-03-04T12:00:00Z'", "'2024/03/02'", "'2024/03/05'", f"'{A}'", f"'{EU}'",
    ]  # fmt: skip
    case = api.open("graphtrail-case")
    assert totals(case)["events"] == 3
    (place,) = case.status()["not_fetched"]
    assert place["place"] == f"athena://logs/trail?account={A}&region={EU}"
    assert "not-fetched" in {gap.code for gap in case.ask.events().coverage}


@pytest.mark.usefixtures("table")
def test_a_mention_keeps_what_hands_out_credentials(run: Run):
    assert run("ingest", SOURCE + "&mention=arn:aws:s3:::crown").code == 0
    case = api.open("graphtrail-case")
    assert totals(case)["events"] == 2
    (touch,) = case.ask.who_touched("arn:aws:s3:::crown").rows
    assert touch.origin == "idc:arn:aws:identitystore::1:identitystore/d-1#u-1"
    assert [hop.principal for hop in touch.chain][-1] == f"arn:aws:iam::{A}:role/r"
    assert "not-fetched" in {gap.code for gap in case.ask.events().coverage}


@pytest.mark.usefixtures("aws")
def test_a_mention_keeps_every_call_that_hands_out_a_credential_and_all_of_who_mentions_it(run: Run):
    ann, eve = USER | {"accessKeyId": "AKIAEXAMPLE000000002"}, USER | {"arn": f"arn:aws:iam::{A}:user/eve"}
    key = {"Credentials": {"AccessKeyId": "ASIAEXAMPLE000000009"}}
    wanted = [
        record(1, requestParameters={"bucketName": "crown"}, userIdentity=ann),
        record(2, requestParameters={"bucketName": "other"}, userIdentity=USER),
        record(3, requestParameters={"bucketName": "crown"}, userIdentity=ROLE),
        record(4, requestParameters={}, userIdentity=ROLE | {"arn": f"arn:aws:sts::{A}:assumed-role/r/other"}),
        record(5, userIdentity=eve, eventSource="eks-auth.amazonaws.com", eventName="X", responseElements=key),
        record(6, userIdentity=eve, eventSource="lakeformation.amazonaws.com", eventName="GetDataAccess"),
        record(7, userIdentity=eve, eventSource="sts.amazonaws.com", eventName="GetCallerIdentity"),
    ]
    for held in wanted[4:]:
        held["requestParameters"] = None
    others = [record(8, requestParameters={"bucketName": "other"}, userIdentity=eve)]
    client().create_bucket(Bucket="results")
    athena_engine.make(
        ddl("s3://trail-logs/AWSLogs/o-abcdefghij/", "trail", [EU, US], [A, B]), "logs", [*wanted, *others]
    )
    words = ("--since", "2024-03-01", "--account", A, "--region", EU)
    assert run("ingest", SOURCE + "&mention=crown", *words).code == 0
    found = {row.event_id for row in api.open("graphtrail-case").ask.events().rows}
    assert found == {held["eventID"] for held in wanted}


def test_every_call_whose_answer_hides_its_key_is_kept():
    for action in HIDES:
        service, _, name = action.partition(":")
        assert f"{service}.amazonaws.com" in ISSUERS or name in HIDING


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("hostile", ["'", "' OR '1'='1", "'; DROP TABLE x; --", "''", "\\'", "a\nb"])
def test_a_value_is_a_value_whatever_it_says(run: Run, hostile: str):
    assert run("ingest", f"{SOURCE}&mention={quote(hostile)}").code == 0
    assert totals(api.open("graphtrail-case"))["events"] == 1, "only what hands out credentials"
    assert not left()


@pytest.mark.usefixtures("table")
def test_a_query_that_fails_says_why_and_leaves_nothing_behind(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(athena_engine, "_connection", lambda _: athena_engine.duckdb.connect())
    ran = run("ingest", SOURCE)
    assert ran.code == 1
    assert "the query ended as FAILED" in ran.err
    assert not left()
    monkeypatch.undo()


@pytest.mark.usefixtures("table")
def test_what_cannot_be_read_of_the_results_is_said(run: Run, aws: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    aws.fail(error("403 Forbidden", "AccessDenied", "no"), action="GET", path="records/1$", times=1)
    ran = run("ingest", SOURCE)
    assert ran.code == 1
    assert "/1: not allowed" in ran.err
    assert 0 < totals(api.open("graphtrail-case"))["events"] < EVENTS
    assert run("ingest", SOURCE).code == 0
    assert totals(api.open("graphtrail-case"))["events"] == EVENTS
    aws.fail(error("403 Forbidden", "AccessDenied", "no"), action="POST", path="/results", times=9)
    ran = run("ingest", SOURCE, "--case", "other")
    assert ran.code == 0
    assert "what the query wrote is still there: not allowed" in ran.err


@pytest.mark.usefixtures("table")
def test_what_is_named_wrongly_is_said(run: Run):
    assert run("ingest", "athena://logs").code == 2
    assert run("ingest", "athena://logs/trail?form=csv").code == 2
    assert "where do results go?" in run("ingest", "athena://logs/trail").err
    assert run("ingest", "athena://logs/trail?output=s3://a'b/").code == 2
    missing = run("ingest", "athena://logs/none?output=s3://results/")
    assert missing.code == 1
    assert "EntityNotFoundException" in missing.err
    glue = boto3.client("glue")
    glue.create_table(DatabaseName="logs", TableInput={"Name": "sales", "StorageDescriptor": {"Columns": []}})
    assert "no table of CloudTrail records" in run("ingest", "athena://logs/sales?output=s3://results/").err


@pytest.mark.usefixtures("table")
def test_the_work_group_may_say_where_results_go(run: Run):
    configuration = {"ResultConfiguration": {"OutputLocation": "s3://results/group/"}}
    boto3.client("athena").create_work_group(Name="ir", Configuration=configuration)
    assert run("ingest", "athena://logs/trail?workgroup=ir").code == 0
    assert totals(api.open("graphtrail-case"))["events"] == EVENTS


def test_the_statement_of_a_table_is_one_that_athena_reads(run: Run):
    place = "s3://trail-logs/AWSLogs/o-abcdefghij/"
    ran = run("athena", "ddl", place, "--table", "logs.trail", "--account", A, "--region", EU)
    parsed = sqlglot.parse_one(ran.out, dialect="athena")
    assert isinstance(parsed, exp.Create)
    assert [column.name for column in parsed.this.expressions] == [name.lower() for name in COLUMNS]
    assert f"'{place}${{account}}/CloudTrail/${{region}}/${{day}}'" in ran.out
    assert f"'projection.account.values' = '{A}'" in ran.out
    injected = run("athena", "ddl", "s3://trail-logs/AWSLogs/").out
    assert "'projection.account.type' = 'injected'" in injected
    assert "us-east-1" in injected
    assert "eu-central-2" in injected


@pytest.mark.parametrize(
    "words",
    [
        ("s3://trail-logs/",), ("s3://trail-logs/x'y/AWSLogs/",), ("s3://trail-logs/AWSLogs/", "--table", "a`b"),
        ("s3://trail-logs/AWSLogs/", "--account", "12"), ("s3://trail-logs/AWSLogs/", "--region", "eu'"),
        ("s3://trail-logs/AWSLogs/", "--first-day", "2024-01-01"), ("s3://trail-logs/${x}/AWSLogs/",),
    ],
)  # fmt: skip
def test_nothing_gets_into_the_statement_that_is_not_of_its_form(run: Run, words: tuple[str, ...]):
    assert run("athena", "ddl", *words).code == 2


def test_an_injected_account_must_be_named():
    injected = Table(
        "d", "t", {"eventid": "string", "eventtime": "string"}, ["account"], {"projection.account.type": "injected"}
    )
    with pytest.raises(UsageError, match="name each with --account"):
        unload(injected, Selection(), [], "s3://results/")
    assert '"account" IN (?)' in unload(injected, Selection(Window(), frozenset({A})), [], "s3://results/").statement


@given(st.text())
def test_a_literal_is_one_literal_and_says_the_text(text: str):
    parsed = sqlglot.parse_one(literal(text), dialect="trino")
    assert isinstance(parsed, exp.Literal)
    assert parsed.this == text


def test_a_row_of_another_table_is_read_as_far_as_it_goes():
    row = {"eventID": "1", "readonly": "true", "requestparameters": "no JSON", "useridentity": {"arn": "a", "x": None}}
    assert record_of(row | {"own_column": 7}) == {
        "eventID": "1", "readOnly": True, "requestParameters": "no JSON", "userIdentity": {"arn": "a"},
    }  # fmt: skip
