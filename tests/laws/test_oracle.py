"""The columnar way in says of every record what the rules say of it alone."""

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cases import USER, Record, event_id, record, take, write
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtrail.case import facts as case_facts
from graphtrail.case import manifest
from graphtrail.case.ingest import Options
from graphtrail.events import envelopes
from graphtrail.events.facts import Facts, Rejected, facts
from graphtrail.graph.records import Ids

FOLDERS = (
    "formats", "invictus", "otrf-honeybucket", "panther-tests", "plaso", "stratus", "traildiscover", "umccr-examples",
)  # fmt: skip
Said = tuple[object, ...]


def each(files: Iterable[Path]) -> Iterator[Facts]:
    """What the rules say of each record of some files."""
    for file in files:
        data = file.read_bytes()
        for one in envelopes.parse(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).records:
            with suppress(Rejected):
                yield facts(one)


def owners(files: Iterable[Path]) -> dict[str, set[str]]:
    """The accounts that own a bucket, as the records of some files say one by one."""
    found: dict[str, set[str]] = {}
    for held in each(files):
        for bucket, account in held.owners:
            found.setdefault(bucket, set()).add(account)
    return found


def alone(files: Iterable[Path]) -> Counter[Said]:
    """What the rules say of each record of some files, one by one, without the owners."""
    found: Counter[Said] = Counter()
    for held in each(files):
        key = held.event_id, held.shared_id, held.time, held.correction, held.session, held.kind, held.caller
        client = held.address, held.agent, held.vpc_endpoint
        touched = frozenset(held.touches)
        found[*key, client, touched, held.credentials, held.pivots, held.request_id is not None] += 1
    return found


def together(case: Path) -> Counter[Said]:
    """What a case says of each of its records."""
    held = case_facts.read(case, manifest.load(case))
    ids = Ids(held, {})
    touched: dict[int, list[tuple[str, str]]] = {}
    for call, resource, role in zip(
        held.touch_call.tolist(), held.touch_resource.tolist(), held.touch_role.tolist(), strict=True
    ):
        touched.setdefault(call, []).append((held.resources[resource], held.roles[role]))
    found: Counter[Said] = Counter()
    for row in range(held.rows):
        caller, kind = held.callers[held.caller[row]], held.kinds[held.kind[row]]
        session = held.sessions.get(row) or caller.session
        key = ids[row], held.shared.get(row), int(held.times[row]), bool(held.correction[row]), session, kind, caller
        issued = tuple(one for call, one in held.credentials if call == row)
        done = tuple(one for call, one in held.pivots if call == row)
        client = tuple(held.clients[held.client[row]])
        touches = frozenset(touched.get(row, ()))
        found[*key, client, touches, issued, done, bool(held.request_ids[row])] += 1
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_records_say_the_same_alone_and_together(data: Path, tmp_path: Path, folder: str):
    files = {file.read_bytes(): file for file in sorted((data / folder).rglob("*")) if file.is_file()}.values()
    take(tmp_path / "case", *files)
    expected, found = alone(files), together(tmp_path / "case")
    assert found.total() > 0
    assert expected - found == Counter()
    assert found - expected == Counter()
    assert owners(files) == case_facts.read(tmp_path / "case", manifest.load(tmp_path / "case")).owners


IDENTITIES = [
    USER, None, {}, {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, {"type": "AWSAccount", "accountId": "1"},
    {"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"},
    {"type": "AssumedRole", "principalId": "AROAEXAMPLE000000001:i-0123456789abcdef0", "accountId": "111122223333",
     "arn": "arn:aws-cn:sts::111122223333:assumed-role/R/i-0123456789abcdef0", "accessKeyId": "ASIAEXAMPLE000000001",
     "sessionContext": {"attributes": {"creationDate": "2024-03-01T09:00:00Z"}}},
    {"type": "IAMUser", "principalId": "AIDAEXAMPLE000000001", "accountId": "111122223333", "accessKeyId": ""},
]  # fmt: skip
ISSUED = {
    "credentials": {"accessKeyId": "ASIAEXAMPLE000000009", "expiration": "Mar 1, 2024, 11:00:00 AM"},
    "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE000000001:x", "arn": "arn:aws:sts::1:assumed-role/R/x"},
    "ConsoleLogin": "Success",
    "user": {"userName": "bob", "userId": "AIDAEXAMPLE000000002", "arn": "arn:aws:iam::111122223333:user/bob"},
}
REFUSED = {"errorCode": "X", "errorMessage": "x is not authorized to perform: y:z on resource: arn:aws:s3:::e"}
VALUES = {
    "eventSource": ["s3.amazonaws.com", "sts.amazonaws.com", "iam.amazonaws.com", "signin.amazonaws.com", "", None],
    "eventName": ["GetObject", "AssumeRole", "CreateUser", "GetUser", "ConsoleLogin", "SwitchRole", "CreateUser2"],
    "userIdentity": IDENTITIES,
    "requestParameters": [None, {"bucketName": "b"}, {"userName": "bob"}, {"roleArn": "arn:aws:iam::1:role/R"}, "text",
                          {"key": "\ud800"}],
    "responseElements": [None, ISSUED, {"ConsoleLogin": "Failure"}, {"SwitchRole": "Success"}, "text", REFUSED,
                         {"errorCode": "AccessDenied", "errorMessage": "not authorized"}, {"errorCode": None}],
    "serviceEventDetails": [None, {"bucketName": "f"}],
    "errorCode": [None, "AccessDenied"],
    "errorMessage": [None, "User: x is not authorized to perform: y on resource: arn:aws:s3:::c"],
    "eventTime": ["2024-03-01T10:00:00Z", "2024-06-31T10:00:00Z", "2024-03-01 10:00:00.5", "", None],
    "@timestamp": [None, "2024-03-01T10:00:00.000Z"],
    "eventID": [event_id(1), event_id(2).upper(), "odd", None],
    "sharedEventID": [None, event_id(1), event_id(3)],
    "requestID": [None, "R", "caf\u00e9"],
    "awsRegion": [None, "eu-west-1", "cn-north-1", "us-gov-west-1"],
    "recipientAccountId": ["111122223333", None, 111122223333],
    "readOnly": [True, "true", None],
    "eventCategory": [None, "Insight", "Data"],
    "addendum": [None, {"reason": "UPDATED_DATA", "originalEventID": event_id(1)}],
    "resources": [None, [{"ARN": "arn:aws-us-gov:s3:::d", "accountId": "1", "type": "AWS::S3::Bucket"}],
                  [{"ARN": "arn:aws:s3:::d", "accountId": 111122223333, "type": "AWS::S3::Bucket"}],
                  [{"ARN": "arn:aws:s3:::d", "accountId": "444455556666", "type": "AWS::S3::Bucket"}]],
}  # fmt: skip


@st.composite
def varied(draw: st.DrawFn) -> list[Record]:
    return [
        record(0, **{name: draw(st.sampled_from(values)) for name, values in VALUES.items()})
        for _ in range(draw(st.integers(1, 12)))
    ]


@settings(max_examples=50)
@given(held=varied(), batch=st.integers(1, 6))
def test_records_of_every_form_say_the_same_alone_and_together(
    held: list[Record], batch: int, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("oracle")
    files = [write(folder / "a.json", held), write(folder / "b.ndjson", held[::2], form="lines")]
    take(folder / "case", *files, options=Options(batch=batch, segment=2 * batch))
    assert alone(files) == together(folder / "case")
    assert owners(files) == case_facts.read(folder / "case", manifest.load(folder / "case")).owners


def test_more_kinds_than_any_table_begins_with(tmp_path: Path):
    held = [record(number, eventName=f"Get{number}", errorCode=f"E{number % 7}") for number in range(1200)]
    file = write(tmp_path / "a.json", held)
    take(tmp_path / "case", file)
    assert alone([file]) == together(tmp_path / "case")


def test_a_correction_by_nobody_known_is_of_the_session_of_what_it_corrects(tmp_path: Path):
    said = {"reason": "UPDATED_DATA", "originalEventID": event_id(1)}
    held = [record(number, userIdentity=None, addendum=said, sharedEventID=event_id(2)) for number in (2, 3)]
    file = write(tmp_path / "a.json", held)
    take(tmp_path / "case", file)
    assert alone([file]) == together(tmp_path / "case")
    assert {held[4] for held in alone([file])} == {f"anon:-:{event_id(1)}", f"anon:-:{event_id(2)}"}
