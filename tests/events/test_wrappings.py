"""Records are found in whatever they come, and the same is said of them."""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.events import envelopes, wrappings
from graphtrail.events.facts import facts

Made = dict[str, Any]


def record(number: int) -> Made:
    role = "arn:aws:iam::111122223333:role/Deploy"
    issuer = {"type": "Role", "principalId": "AROAEXAMPLEDEPLOY0000", "arn": role, "accountId": "111122223333"}
    return {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEDEPLOY0000:ann",
            "arn": "arn:aws:sts::111122223333:assumed-role/Deploy/ann",
            "accountId": "111122223333",
            "accessKeyId": f"ASIAEXAMPLE00000000{number}",
            "sessionContext": {
                "sessionIssuer": issuer,
                "attributes": {"creationDate": "2026-03-02T09:00:00Z", "mfaAuthenticated": "false"},
            },
        },
        "eventTime": f"2026-03-02T09:05:0{number}Z",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.15 {odd}",
        "requestParameters": {"secretId": 'prod/"db", {it}'},
        "requestID": f"request-{number}",
        "eventID": f"00000000-0000-4000-8000-00000000000{number}",
        "readOnly": True,
        "resources": [{"ARN": f"arn:aws:kms:eu-central-1:111122223333:key/{number}", "type": "AWS::KMS::Key"}],
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
    }


RECORDS = [record(number) for number in range(3)]
TEXTS = [json.dumps(one, separators=(",", ":")) for one in RECORDS]


def lines(values: list[Any], between: str = "\n") -> bytes:
    return between.join(json.dumps(one) for one in values).encode()


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def zipped(value: Made) -> str:
    return base64.b64encode(gzip.compress(json.dumps(value).encode())).decode()


def insight(text: str) -> list[Made]:
    columns = {"@timestamp": "1", "@message": text, "@ptr": "x"}
    return [{"field": name, "value": held} for name, held in columns.items()]


def flat(value: Made, path: str = "") -> Made:
    found = {}
    for name, held in value.items():
        if isinstance(held, dict):
            found |= flat(held, f"{path}{name}.")
        elif isinstance(held, list):
            for key in held[0]:
                found[f"{path}{name}{{}}.{key}"] = [one[key] for one in held] if len(held) > 1 else held[0][key]
        else:
            found[path + name] = held
    return found


def table(names: list[str], rows: list[list[str]], mark: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows([names, *rows])
    return text.getvalue().encode()


def printed(value: object) -> str:
    """As Athena prints what is no text: names in small letters, nothing quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name.lower()}={printed(held)}" for name, held in value.items()) + "}"
    return "[" + ", ".join(map(printed, value)) + "]" if isinstance(value, list) else str(value)


def athena(one: Made) -> list[str]:
    found = []
    for name, value in one.items():
        is_text = name in {"requestParameters", "responseElements"}
        found.append(json.dumps(value) if is_text else printed(value))
    return found


LOGGED = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": text} for text in TEXTS]}
NOTES = [{"Type": "Notification", "Message": json.dumps({"detail": one})} for one in RECORDS]
KINESIS = {"eventSource": "aws:kinesis", "eventName": "aws:kinesis:record", "eventID": "shardId-0:1"}
FORMS: dict[str, Callable[[], bytes]] = {
    "documents without a separator": lambda: "".join(TEXTS).encode(),
    "documents of many lines": lambda: "\n".join(json.dumps(one, indent=2) for one in RECORDS).encode(),
    "files without a separator": lambda: lines([{"Records": [one]} for one in RECORDS], ""),
    "files of many lines": lambda: "\n".join(json.dumps({"Records": [one]}, indent=1) for one in RECORDS).encode(),
    "lines with commas": lambda: lines(RECORDS, ",\n"),
    "texts of LookupEvents": lambda: json.dumps(TEXTS).encode(),
    "texts of LookupEvents with tabs": lambda: "\t".join(TEXTS).encode(),
    "UTF-16": lambda: json.dumps({"Records": RECORDS}).encode("utf-16"),
    "export of CloudWatch Logs": lambda: "\n".join(f"2026-03-02T09:05:00.000Z {text}" for text in TEXTS).encode(),
    "syslog": lambda: "\n".join(f"<134>1 2026-03-02T09:05:00Z host trail - - - {text}" for text in TEXTS).encode(),
    "subscriptions without a separator": lambda: lines([{"logEvents": [{"message": one}]} for one in TEXTS], ""),
    "event of a subscription": lambda: lines([{"awslogs": {"data": zipped(LOGGED)}}]),
    "GetRecords of Kinesis": lambda: lines([{"Records": [{"Data": packed(one)} for one in TEXTS]}]),
    "GetRecords of a subscription": lambda: lines([{"Records": [{"Data": zipped(LOGGED)}]}]),
    "event of Kinesis": lambda: lines([{"Records": [KINESIS | {"kinesis": {"data": packed(one)}} for one in TEXTS]}]),
    "SNS": lambda: lines(NOTES),
    "SNS in messages of SQS": lambda: lines([{"Messages": [{"Body": json.dumps(one)} for one in NOTES]}]),
    "event of SQS": lambda: lines(
        [{"Records": [{"eventSource": "aws:sqs", "body": json.dumps({"detail": one})} for one in RECORDS]}]
    ),
    "event of SNS": lambda: lines([{"Records": [{"EventSource": "aws:sns", "Sns": one} for one in NOTES]}]),
    "CloudTrail Lake": lambda: lines([{"QueryResultRows": [[{"eventID": "1"}, {"eventJson": one}] for one in TEXTS]}]),
    "Logs Insights": lambda: lines([{"results": [insight(one) for one in TEXTS]}]),
    "Splunk, results": lambda: lines([{"preview": False, "results": [{"_raw": one} for one in TEXTS]}]),
    "Splunk, rows": lambda: lines([{"preview": False, "offset": 1, "result": {"_raw": one}} for one in TEXTS]),
    "Splunk, fields": lambda: lines([{"preview": False, "result": flat(one)} for one in RECORDS]),
    "fields made flat": lambda: lines([flat(one) for one in RECORDS]),
    "Splunk, collector": lambda: lines([{"time": 1, "event": one} for one in RECORDS]),
    "Splunk, table": lambda: table(["_time", "_raw"], [["1", one] for one in TEXTS]),
    "Insights, table": lambda: table(["timestamp", "message"], [["1", one] for one in TEXTS]),
    "tabs": lambda: table(["_messagetime", "_raw"], [["1", one] for one in TEXTS], "\t"),
    "Athena, table": lambda: table([name.lower() for name in RECORDS[0]], [athena(one) for one in RECORDS]),
    "Athena, rows": lambda: lines([{name.lower(): held for name, held in one.items()} for one in RECORDS]),
    "Elasticsearch, documents": lambda: lines(
        [{"_index": "i", "_source": {"message": "x", "event": {"original": one, "action": "a"}}} for one in TEXTS]
    ),
    "Elasticsearch, hits": lambda: lines([{"took": 1, "hits": {"hits": [{"_source": one} for one in RECORDS]}}]),
    "Elasticsearch, fields": lambda: lines([{"fields": {"event.original": [one]}} for one in TEXTS]),
    "ECS made flat": lambda: lines([{"@timestamp": "x", "event.original": one} for one in TEXTS]),
    "Datadog, archive": lambda: lines(
        [{"_id": "1", "message": "GetSecretValue", "attributes": one} for one in RECORDS]
    ),
    "Datadog, search": lambda: lines([{"data": [{"attributes": {"attributes": one}} for one in RECORDS]}]),
    "Sumo Logic": lambda: lines([{"messages": [{"map": {"_raw": one}} for one in TEXTS]}]),
    "Graylog": lambda: lines([{"short_message": "s", "full_message": one} for one in TEXTS]),
    "LogScale": lambda: lines([{"@rawstring": one} for one in TEXTS]),
    "Loki": lambda: lines([{"labels": {}, "line": one} for one in TEXTS]),
    "Wazuh": lambda: lines([{"rule": {"id": "1"}, "data": {"integration": "aws", "aws": one}} for one in RECORDS]),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_is_said_of_a_record_in_whatever_it_comes(form: str):
    data = FORMS[form]()
    expected = [facts(one) for one in envelopes.parse(lines(RECORDS)).records]
    for keep in (False, True):
        parsed = envelopes.parse(data, keep=keep)
        assert parsed.rejects == []
        assert list(parsed.places) == [0, 1, 2]
        assert [facts(one) for one in parsed.records] == expected
    kept = [json.loads(parsed.kept[place]) for place in parsed.places]
    assert [one["eventID"] for one in kept] == [one["eventID"] for one in RECORDS]


@pytest.mark.parametrize("form", ["export of CloudWatch Logs", "syslog", "Splunk, rows"])
def test_lines_in_parts_are_read_part_by_part(form: str):
    parts = FORMS[form]().splitlines(keepends=True)
    assert [len(one.records) for one in envelopes.read(iter(parts))] == [1, 1, 1]


def test_behind_a_file_that_broke_off_its_neighbour_is_read():
    broken = json.dumps({"Records": RECORDS[:1]}).replace("}]}", "}, NaN]}") + json.dumps({"Records": RECORDS[1:]})
    parsed = envelopes.parse(broken.encode())
    assert [one.event_id for one in parsed.records] == [one["eventID"] for one in RECORDS]
    assert [one.reason for one in parsed.rejects] == ["NaN is no JSON value"]
    array = f"[{TEXTS[0]}, NaN] {TEXTS[1]}"
    assert [one.event_id for one in envelopes.parse(array.encode()).records] == [one["eventID"] for one in RECORDS[:2]]
    cut = envelopes.parse("".join(TEXTS).encode()[:-20])
    assert len(cut.records) == 2
    assert cut.rejects[0].reason.startswith("the file breaks off here: ")


def test_what_follows_on_a_line_is_not_lost():
    data = f"{TEXTS[0]} {TEXTS[1]}\nnot JSON\n{TEXTS[2]}\n".encode()
    parsed = envelopes.parse(data)
    assert (len(parsed.records), [one.at for one in parsed.rejects]) == (3, [2])


def test_an_empty_line_is_none():
    data = f"2026-03-02 09:05 {TEXTS[0]}\n \n2026-03-02 09:06 {TEXTS[1]}\n".encode()
    parsed = envelopes.parse(data)
    assert (len(parsed.records), parsed.rejects) == (2, [])


def test_what_is_nested_too_deeply_in_a_table_says_nothing():
    deep = "[" * 200_000 + "]" * 200_000
    head = ["eventname", "eventsource", "eventtime", "useridentity"]
    (one,) = envelopes.parse(table(head, [["A", "b", "2026-03-02T09:05:00Z", deep]])).records
    assert facts(one).caller.principal is None


def test_a_wrapping_that_is_no_json_holds_nothing():
    assert wrappings.inside(b'{"Records":') is None


@pytest.mark.parametrize(
    ("flattened", "whole"),
    [
        ({"a": 1, "a.b": 2}, {"a": 1}),
        ({"a": 1, "a{}.b": 2}, {"a": 1}),
        ({"a{}": [1], "a{}.b": [2]}, {"a": [1]}),
        ({"a{}.b": [1, 2], "a{}.c": [3]}, {"a": [{"b": 1, "c": 3}, {"b": 2}]}),
    ],
)
def test_of_fields_that_contradict_each_other_the_first_counts(flattened: Made, whole: Made):
    assert json.loads(wrappings.nested(json.dumps(flattened).encode())) == whole


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"name,size\na,1\n", "a table without the columns of CloudTrail records: it has name, size ..."),
        (b"\xff\xfe{", "no UTF-16 as a whole, though it begins so: truncated data at byte 2"),
        (lines([{"detail-type": "GuardDuty Finding", "detail": {"id": "x"}}]), "eventName missing"),
        (lines([{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]}]), "eventName missing"),
        (lines([{"data": "bm90aGluZw=="}]), "eventName missing"),
        (lines([{"data": "no base64"}]), "eventName missing"),
        (b'_raw\n"' + b"a" * (2**24 + 1) + b'"\n', "the table breaks off here: field larger than field limit"),
    ],
)
def test_what_holds_no_record_is_said(data: bytes, reason: str):
    parsed = envelopes.parse(data)
    assert parsed.records == []
    assert reason in parsed.rejects[0].reason


@given(st.text(alphabet='{}[]=, "typearnnull\n:', max_size=60))
def test_whatever_stands_in_a_table_it_is_read_to_its_end(words: str):
    data = table(["eventname", "eventsource", "useridentity", "resources"], [["A", "b", words, words]])
    assert len(envelopes.parse(data).records) == 1


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader(data: bytes):
    for keep in (False, True):
        parsed = envelopes.parse(data, keep=keep)
        assert len(parsed.records) + len(parsed.rejects) >= 1
