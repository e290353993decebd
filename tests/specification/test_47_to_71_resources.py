"""Resources, actions and whole cases: 47 to 52, 56, 60 and 64 to 71."""

import json
from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
ALICES, BOBS = "key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"
JEWELS = "arn:aws:s3:::jewels"
HOME = f"arn:aws:{{}}:eu-central-1:{ct.HOME}:{{}}"


def touched(case: graphtrail.Case):
    """Resource and role of each touch of the one call."""
    (call,) = case.ask.events().rows
    return {(one.resource, one.role) for one in call.resources}


def s3(action: str, request: ct.Record, resources: list[ct.Record], **fields: object):
    return ct.record("09:00", f"s3:{action}", ALICE, requestParameters=request, resources=resources, **fields)


@pytest.mark.parametrize("key", ["a//b", "a%2Fb", "with space", "\N{PILE OF POO}.txt", "/head", "a?versionId=1"])
def test_47_an_object_is_in_its_bucket_and_its_key_is_as_given(made: Made, key: str):
    case = made(ct.get_object("09:00", ALICE, "jewels", key))
    assert touched(case) == {(f"{JEWELS}/{key}", "target"), (JEWELS, "target")}
    assert [row.resource for row in case.ask.objects(JEWELS).rows] == [f"{JEWELS}/{key}"]
    assert case.to_networkx().has_edge(f"{JEWELS}/{key}", JEWELS, "IN")


def test_47_a_bucket_keeps_the_account_that_owns_it(made: Made):
    listed = [{"type": "AWS::S3::Object", "ARN": f"{JEWELS}/a"},
              {"type": "AWS::S3::Bucket", "ARN": JEWELS, "accountId": ct.OTHER}]  # fmt: skip
    case = made(s3("GetObject", {"bucketName": "jewels", "key": "a"}, listed, eventCategory="Data"))
    owners = {key: entity.owners for key in (JEWELS, f"{JEWELS}/a") if (entity := case.store.entity(key))}
    assert owners == {JEWELS: (ct.OTHER,), f"{JEWELS}/a": ()}
    assert case.to_networkx().nodes[JEWELS]["owner_accounts"] == ct.OTHER
    for name in (JEWELS, f"{JEWELS}/a"):
        notes = [gap for gap in case.ask.who_touched(name).coverage if gap.code == "account-not-observed"]
        assert [gap.account for gap in notes] == [ct.OTHER]


def test_47_a_bucket_that_was_deleted_and_taken_by_another_shows_both_owners(made: Made):
    listed = [
        [{"type": "AWS::S3::Bucket", "ARN": JEWELS, "accountId": one}] for one in (ct.OTHER, ct.HOME, "no account")
    ]
    case = made(*(s3("GetBucketAcl", {"bucketName": "jewels"}, one) for one in listed))
    assert case.store.entity(JEWELS).owners == (ct.HOME, ct.OTHER)
    (gap,) = [gap for gap in case.ask.who_touched(JEWELS).coverage if gap.code == "several-owners"]
    assert gap.text == f"{JEWELS} is a name that belonged to several accounts: {ct.HOME}, {ct.OTHER}"


def test_47_a_bucket_may_be_named_by_its_access_point(made: Made):
    point = HOME.format("s3", "accesspoint/reports")
    case = made(s3("GetObject", {"bucketName": point, "key": "a"}, [], eventCategory="Data"))
    assert touched(case) == {(point, "target"), (f"{point}/object/a", "target")}


@pytest.mark.parametrize("action", ["ListObjects", "HeadBucket"])
def test_48_a_prefix_stands_for_its_bucket(made: Made, action: str):
    listed = [{"type": "AWS::S3::Object", "ARNPrefix": f"{JEWELS}/"},
              {"type": "AWS::S3::Bucket", "ARN": JEWELS, "accountId": ct.HOME}]  # fmt: skip
    assert touched(made(s3(action, {"bucketName": "jewels", "prefix": ""}, listed))) == {(JEWELS, "target")}


def test_49_a_copy_touches_what_it_reads_and_what_it_writes(made: Made):
    request = {"bucketName": "loot", "key": "b", "x-amz-copy-source": "jewels/a"}
    listed = [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::loot/b"},
              {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::loot", "accountId": ct.HOME}]  # fmt: skip
    case = made(s3("CopyObject", request, listed, eventCategory="Data"))
    assert (f"{JEWELS}/a", "source") in touched(case)
    for bucket in (JEWELS, "arn:aws:s3:::loot"):
        assert [row.session for row in case.ask.who_touched(bucket).rows] == [ALICES]


def test_50_a_key_that_is_asked_for_by_its_alias_is_the_key(made: Made):
    key = HOME.format("kms", "key/11111111-2222-4333-8444-555555555555")
    case = made(
        ct.record("09:00", "kms:Encrypt", ALICE, requestParameters={"keyId": "alias/aws/ssm"},
                  resources=[{"accountId": ct.HOME, "type": "AWS::KMS::Key", "ARN": key}])
    )  # fmt: skip
    assert (key, "target") in touched(case)
    assert {role for resource, role in touched(case) if resource.endswith("alias/aws/ssm")} == {"context"}
    (alias,) = [edge for edge in case.store.edges() if edge.type == "ALIAS_OF"]
    assert (alias.source, alias.target) == (HOME.format("kms", "alias/aws/ssm"), key)


@pytest.mark.parametrize(("name", "arn"), [("/a/b", "parameter/a/b"), ("a", "parameter/a")])
def test_51_a_parameter_with_and_without_a_slash(made: Made, name: str, arn: str):
    case = made(ct.record("09:00", "ssm:GetParameter", ALICE, requestParameters={"name": name}))
    assert touched(case) == {(HOME.format("ssm", arn), "target")}


def test_51_ten_parameters_of_one_call_are_ten_resources(made: Made):
    names = [f"/app/{number}" for number in range(10)]
    case = made(ct.record("09:00", "ssm:GetParameters", ALICE, requestParameters={"names": names}))
    assert touched(case) == {(HOME.format("ssm", f"parameter{name}"), "target") for name in names}


def test_52_a_batch_by_filter_invents_no_secret(made: Made):
    secret = HOME.format("secretsmanager", "secret:db-AbCdEf")
    filters = {"filters": [{"key": "name", "values": ["db"]}]}
    case = made(
        ct.record("09:00", "secretsmanager:BatchGetSecretValue", ALICE, requestParameters=filters),
        ct.record("09:00", "secretsmanager:GetSecretValue", ALICE, requestParameters={"secretId": secret}),
    )
    assert {(row.action, row.session) for row in case.ask.who_touched(secret).rows} == {
        ("secretsmanager:GetSecretValue", ALICES)
    }
    batch = next(call for call in case.ask.events().rows if call.action == "secretsmanager:BatchGetSecretValue")
    assert [one.resource for one in batch.resources] == [f"scope:secretsmanager:eu-central-1:{ct.HOME}"]


def test_56_a_key_made_without_a_user_name_is_the_callers_own(made: Made):
    answer = {"accessKey": {"userName": "alice", "accessKeyId": "AKIAMADEMADEMADEMADE", "status": "Active"}}
    case = made(
        ct.record("09:00", "iam:CreateAccessKey", ALICE, requestParameters=None, responseElements=answer),
        ct.record("09:01", "iam:CreateAccessKey", BOB, requestParameters={"userName": "alice"}, **ct.refused()),
    )
    (row,) = case.ask.origin("key:AKIAMADEMADEMADEMADE").rows
    assert (row.principal, row.made_by.session) == (f"arn:aws:iam::{ct.HOME}:user/alice", ALICES)
    assert not [edge for edge in case.store.edges() if edge.type == "ISSUED" and edge.source == BOBS]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("CreateFunction20150331", "lambda:CreateFunction"),
        ("UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
        ("ListFunctions20150331", "lambda:ListFunctions"),
    ],
)
def test_60_the_date_of_an_api_is_no_part_of_its_action(made: Made, name: str, action: str):
    case = made(ct.record("09:00", f"lambda:{name}", ALICE, requestParameters={"functionName": "f"}))
    (call,) = case.ask.events().rows
    assert (call.action, call.event_name) == (action, name)


def test_64_an_event_of_a_service_is_the_services_own(made: Made):
    key = HOME.format("kms", "key/11111111-2222-4333-8444-555555555555")
    case = made(
        ct.record("09:00", "kms:RotateKey", {"accountId": ct.HOME, "invokedBy": "AWS Internal"},
                  eventType="AwsServiceEvent", serviceEventDetails={"keyId": key},
                  resources=[{"accountId": ct.HOME, "type": "AWS::KMS::Key", "ARN": key}])
    )  # fmt: skip
    (row,) = case.ask.who_touched(key).rows
    assert (row.kind, row.principal) == ("service", "service:AWS Internal")


def test_65_who_comes_later_than_a_contact_does_not_cross_it(made: Made):
    """Alice reaches bob at 10; bob reaches roles at 5 and 20; what the role of 5 does at 12 is not alice's."""
    shown = {name: value for name, value in BOB.items() if name != "accessKeyId"}
    early, late = (f"ASIA{name:0<16}" for name in ("EARLY", "LATE"))

    def signed_in(clock: str) -> ct.Record:
        return ct.record(clock, "signin:ConsoleLogin", shown, responseElements={"ConsoleLogin": "Success"})

    def console(since: str) -> ct.Record:
        attributes = {"attributes": {"creationDate": ct.at(since), "mfaAuthenticated": "true"}}
        return shown | {"accessKeyId": "ASIAMINTEDMINTEDMIN0", "sessionContext": attributes}

    def becomes(clock: str, since: str, key: str) -> ct.Record:
        minted = {"sessionCredentialFromConsole": "true"}
        return ct.assume_role(clock, console(since), "deploy", f"at-{clock[3:]}", key, **minted)

    case = made(
        signed_in("08:05"),
        becomes("08:06", "08:05", early),
        ct.record("08:10", "iam:UpdateLoginProfile", ALICE, requestParameters={"userName": "bob"}),
        ct.assume_role("08:12", ct.role("deploy", "at-06", early, "08:06"), "vault", "on", "ASIAVAULTVAULTVAULT0"),
        signed_in("08:20"),
        becomes("08:21", "08:20", late),
    )
    reached = {row.session for row in case.ask.blast_radius(ALICES).rows if row.session}
    assert reached == {ALICES, f"ses:{BOB['principalId']}@2026-03-02T08:20:00Z", f"key:{late}"}


def test_66_calls_before_and_after_a_window_are_not_in_it(made: Made):
    case = made(ct.get_object("09:00", ALICE, "jewels", "a"), ct.get_object("11:00", ALICE, "jewels", "a"))
    inside = case.ask.who_touched(JEWELS, since="2026-03-02T09:30:00Z", until="2026-03-02T10:30:00Z")
    assert not inside.rows


def test_66_a_call_after_the_end_of_its_session_is_kept_and_marked(made: Made):
    build = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")
    calls = [ct.get_object(clock, build, "jewels", "a") for clock in ("23:00", "23:05:00", "23:05:01")]
    case = made(ct.assume_role("09:00", ALICE, "deploy", "build", "ASIABUILDBUILDBUILD0"), *calls)
    assert [call.late for call in case.ask.events(session="build").rows] == [False, False, True]


@pytest.mark.parametrize("request_", ["x" * 100_000, {"bucketName": "jewels", "key": "k" * 100_000}])
def test_67_a_request_that_is_no_object_or_very_long_loses_nothing_else(made: Made, request_: object):
    case = made(ct.record("09:00", "s3:GetObject", ALICE, requestParameters=request_))
    answer = case.ask.events()
    (call,) = answer.rows
    assert (call.session, call.action) == (ALICES, "s3:GetObject")
    assert call.truncated == isinstance(request_, str)
    assert ("truncated" in {gap.code for gap in answer.coverage}) == call.truncated


@pytest.mark.parametrize("side", ["requestParameters", "responseElements"])
@pytest.mark.parametrize("omitted", [True, "true"])
def test_67_what_aws_left_out_is_marked_and_said(made: Made, side: str, omitted: object):
    left = {"omitted": omitted, "originalSize": 149893, "reason": f"{side} too large"}
    whole = ct.record("09:01", "iam:PutRolePolicy", ALICE, requestParameters={"roleName": "a", "omitted": "no"})
    case = made(ct.record("09:00", "iam:PutRolePolicy", ALICE, **{side: left}), whole)
    assert [call.truncated for call in case.ask.events().rows] == [True, False]
    assert case.status()["truncated"] == 1
    assert [(row.code, row.count) for row in case.ask.unknowns().rows if row.code == "truncated"] == [("truncated", 1)]
    for answer in (case.ask.changes(ALICES), case.ask.who_touched("arn:aws:iam::111122223333:role/a")):
        assert "truncated" in {gap.code for gap in answer.coverage}


def test_68_what_is_no_event_is_counted_with_its_reason(tmp_path: Path):
    insight = ct.record("09:00", "ec2:RunInstances", {}, eventCategory="Insight", eventType="AwsCloudTrailInsight")
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "records.json").write_text(
        json.dumps({"Records": [ct.get_object("09:00", ALICE, "jewels", "a"), insight]})
    )
    (folder / "digest.json").write_text(json.dumps({"digestStartTime": ct.at("08:00"), "logFiles": []}))
    (folder / "manifest.json").write_text(json.dumps({"files": []}))
    case = graphtrail.ingest(folder, case=tmp_path / "case")
    totals = case.status()["totals"]
    assert (totals["events"], totals["non_events"], totals["rejects"]) == (1, 3, 0)
    assert sorted(one["reason"] for one in case.rejects()) == ["CloudTrail Insights event", "digest file", "manifest"]


def test_69_who_deleted_and_who_read_are_not_mixed(made: Made):
    first, second = ({"type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{name}"} for name in ("r1", "r2"))

    def on(clock: str, action: str, who: ct.Record, bucket: ct.Record) -> ct.Record:
        return ct.record(clock, f"s3:{action}", who, resources=[bucket])

    case = made(
        on("09:00", "GetObject", ALICE, first),
        on("09:01", "DeleteObject", BOB, first),
        on("09:02", "GetObject", BOB, second),
    )
    deleted = [row for row in case.ask.who_touched("arn:aws:s3:::r1").rows if row.action == "s3:DeleteObject"]
    assert [row.session for row in deleted] == [BOBS]
    graph = case.to_networkx()
    by_alice = [node for node in graph.successors(ALICES) if str(node).startswith("act:")]
    assert [str(node).rsplit("|", 3)[1] for node in by_alice] == ["s3:GetObject"]


def test_70_a_shared_id_of_which_one_copy_is_there_is_one_call(made: Made):
    case = made(ct.get_object("09:00", ALICE, "jewels", "a", sharedEventID="5a5a5a5a-0000-4000-8000-00000000000d"))
    assert [row.count for row in case.ask.who_touched(JEWELS).rows] == [1]


def test_71_two_records_with_one_id_that_contradict_each_other_are_both_kept(made: Made):
    records = [
        ct.assume_role("09:00", ALICE, "deploy", "build", key) | {"eventID": "5a5a5a5a-0000-4000-8000-00000000000e"}
        for key in ("ASIAONEONEONEONEONE0", "ASIATWOTWOTWOTWOTWO0")
    ]
    case, turned = made(*records), made(*reversed(records))
    issued = {edge.target for edge in case.store.edges() if edge.type == "ASSUMED"}
    assert issued == {"key:ASIAONEONEONEONEONE0", "key:ASIATWOTWOTWOTWOTWO0"}
    assert case.store.case.digest == turned.store.case.digest
    (pair,) = case.store.case.conflicts
    assert pair["event_id"] == "5a5a5a5a-0000-4000-8000-00000000000e"
    assert "conflicting-records" in {row.code for row in case.ask.unknowns().rows}
