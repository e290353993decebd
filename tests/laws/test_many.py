"""What is read of many values at a time is what the rules read of each alone."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graphtrail.case.columns import NO_TIME, Columns
from graphtrail.case.derive import derive, judge
from graphtrail.case.distinct import Slices
from graphtrail.events import times
from graphtrail.events.record import Record
from graphtrail.events.resources import Place, asked, asked_of, entries, listed, listed_entries, plan
from graphtrail.events.tolerant import decoded

PLACES = (Place("aws", "eu-west-1", "111122223333"), Place("aws-cn", "cn-north-1", "444455556666"))
ACTIONS = [
    ("s3", "GetObject"), ("s3", "CopyObject"), ("s3", "CreateBucket"), ("dynamodb", "GetItem"), ("ec2", "RunInstances"),
    ("ec2", "CopySnapshot"), ("ssm", "PutParameter"), ("ssm", "SendCommand"), ("ssm", "AddTagsToResource"),
    ("iam", "AddUserToGroup"), ("iam", "PassRole"), ("kms", "Decrypt"), ("sts", "GetCallerIdentity"),
    ("secretsmanager", "GetSecretValue"), ("lambda", "UpdateFunctionCode20150331v2"), ("ecs", "ExecuteCommand"),
    ("ecr", "BatchGetImage"), ("rds", "CopyDBSnapshot"), ("dynamodb", "BatchGetItem"), ("organizations", "MoveAccount"),
]  # fmt: skip
NAMES = [
    "bucketName", "BucketName", "bucket", "key", "Key", "x-amz-copy-source", "tableName", "instanceId", "instanceIds",
    "snapshotId", "sourceSnapshotId", "name", "names", "resourceId", "resourceType", "userName", "groupName", "roleArn",
    "keyId", "secretId", "functionName", "encryptionContext", "policyDocument", "other", "Host", "cluster",
    "task", "tasks", "registryId", "repositoryName", "requestItems", "accountId", "sourceDBSnapshotIdentifier",
    "targetDBSnapshotIdentifier",
]  # fmt: skip
WORDS = st.sampled_from([
    "", "a", "learn", "crown-jewels", "arn:aws:s3:::b", "arn:aws:iam::111122223333:role/R", "arn%3aaws%3as3%3a%3a%3ab",
    "i-0123456789abcdef0", "snap-0123456789abcdef0", "zz-0123456789abcdef0", "alias/k", "Parameter", "1:function:f:2",
    "see arn:aws:s3:::c here", "\ud800", "ü", "hosted.s3.eu-west-1.amazonaws.com", "a%2Fb%20c", "arn:aws:s3:::b/",
    "444455556666", "ou-abcd-12345678",
])  # fmt: skip
VALUES = WORDS | st.none() | st.booleans() | st.integers(0, 2) | st.lists(WORDS, max_size=2)
REQUESTS = st.dictionaries(st.sampled_from(NAMES), VALUES | st.dictionaries(WORDS, VALUES, max_size=2), max_size=4)


@given(st.sampled_from(ACTIONS), st.lists(st.tuples(st.integers(0, 1), REQUESTS | VALUES), max_size=6))
def test_requests_read_together_name_what_each_names_alone(action: tuple[str, str], held: list[tuple[int, object]]):
    rules = plan(f"{action[0]}.amazonaws.com", action[1])
    requests = [(place, json.dumps(request).encode()) for place, request in held]
    assert asked_of(rules, PLACES, requests) == [
        asked(rules, PLACES[place], raw, decoded(raw)) for place, raw in requests
    ]


ENTRY = st.dictionaries(st.sampled_from(["ARN", "arn", "ARNPrefix", "type", "accountId"]), VALUES, max_size=4)


@given(st.lists(st.lists(ENTRY | VALUES, max_size=3) | VALUES, max_size=4))
def test_lists_of_resources_read_together_name_what_each_names_alone(held: list[object]):
    rules = plan("iam.amazonaws.com", "CreateRole")
    raws = [json.dumps(list_).encode() for list_ in held]
    assert [listed_entries(rules.noun, read) for read in entries(raws)] == [listed(rules, decoded(raw)) for raw in raws]


def columns(*records: dict[str, object]) -> Columns:
    held = Columns(judge)
    made = [
        msgspec.json.decode(
            msgspec.json.encode({"eventSource": "s3.amazonaws.com", "eventName": "x"} | record), type=Record
        )
        for record in records
    ]
    held.add(made, 0, range(len(made)))
    return held


TIMES = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format,
    *(st.integers(0, most) for most in (9999, 13, 32, 25, 61, 61)),
)


@given(st.lists(TIMES | st.datetimes().map("{:%Y-%m-%dT%H:%M:%SZ}".format), min_size=1, max_size=4))
@example(["2024-02-29T23:59:59Z", "2023-02-29T00:00:00Z"])
@example(["2024-01-01T00:00:00", "2024-01-01T00:00:00Z1"])
def test_times_read_together_are_those_read_alone(written: list[str]):
    batch = columns(*({"eventID": "e", "eventTime": time} for time in written)).batch()
    moments = [times.parse(time) for time in written]
    assert batch.times.tolist() == [NO_TIME if moment is None else moment for moment in moments]
    assert batch.timeless == {row: written[row] for row, moment in enumerate(moments) if moment is None}


UUID = "0123abcd-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    "ids",
    [[UUID], [UUID, UUID.upper()], [UUID, ""], [UUID[:-1], UUID[-1] + UUID], [UUID.replace("a", "g")],
     [UUID.replace("-", "a")], [UUID, "ü" * 36], ["0123abcd89ab-cdef-0123-4567-89abcdef"]],
)  # fmt: skip
def test_an_event_id_read_among_others_is_the_one_that_was_written(ids: list[str]):
    batch = columns(*({"eventID": one, "eventTime": "2024-01-01T00:00:00Z"} for one in ids)).batch()
    assert [batch.odd_ids.get(row, batch.event_id(row)) for row in range(len(ids))] == ids


def test_nested_fields_are_let_go_when_the_rules_have_run():
    held = columns({"eventID": UUID, "eventTime": "2024-01-01T00:00:00Z", "requestParameters": {"bucketName": "b"}})
    facts = derive(held)
    assert facts.touched.resource_values == ["arn:aws:s3:::b"]
    assert [nested.values for nested in facts.batch if hasattr(nested, "values") and hasattr(nested, "codes")] == [
        []
    ] * 4


@given(st.lists(st.binary(max_size=3), max_size=20), st.integers(0, 20))
def test_slices_are_numbered_in_the_order_in_which_they_first_come(pieces: list[bytes], cut: int):
    slices = Slices()
    sizes = slices.add(pieces[:cut]) + slices.add(pieces[cut:])
    coded = slices.coded()
    assert coded.values == list(dict.fromkeys(pieces))
    assert [coded.values[code] for code in coded.codes.tolist()] == pieces
    assert sizes == sum(map(len, coded.values))
    assert coded.codes.dtype == np.int32


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (b'{"bucketName": "b", "key": "k"}', ["arn:aws:s3:::b", "arn:aws:s3:::b/k"]),
        (b'{"bucketName": "b", "Key": "k"}', ["arn:aws:s3:::b", "arn:aws:s3:::b/k"]),
        (rb'{"bucketName": "\u0061rn:aws:s3:::b", "key": "k"}', ["arn:aws:s3:::b/k"]),
        (b'{"bucketName": "b", "key": ""}', ["arn:aws:s3:::b"]),
    ],
)
def test_an_object_is_named_by_bucket_and_key_however_they_are_written(request_: bytes, named: list[str]):
    rules = plan("s3.amazonaws.com", "GetObject")
    (together,) = asked_of(rules, PLACES, [(0, request_)])
    assert [resource for resource, _ in together] == named
    assert together == asked(rules, PLACES[0], request_, decoded(request_))
