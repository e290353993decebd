"""What a person may call a thing: what its ARN ends in, its unique id, its account, as well as its key."""

from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.errors import AmbiguousName

ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
BOB = ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
DEPLOY = "arn:aws:sts::111122223333:assumed-role/deploy/alice-cli"
HERE = "198.51.100.7"

Case = graphtrail.Case
INSTANCE = "arn:aws:ec2:eu-central-1:111122223333:instance/i-0aaaabbbbccccdddd"


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("bob", BOB["arn"]),
        (BOB["principalId"], BOB["arn"]),
        ("user/bob", BOB["arn"]),
        ("deploy", "arn:aws:iam::111122223333:role/deploy"),
        ("alice-cli", DEPLOY),
        (ct.role("deploy", "alice-cli", "", "09:10")["principalId"], DEPLOY),
        ("i-0aaaabbbbccccdddd", INSTANCE),
        ("db", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db"),
        ("jewels", "arn:aws:s3:::jewels"),
        ("crown.csv", "arn:aws:s3:::jewels/crown.csv"),
    ],
)
def test_a_bare_name_stands_for_the_one_thing_that_bears_it(world: Case, name: str, whole: str):
    assert world.ask.blast_radius(name).rows == world.ask.blast_radius(whole).rows != ()
    assert world.ask.addresses(name).rows == world.ask.addresses(whole).rows


def test_an_instance_stands_for_the_sessions_that_run_on_it(world: Case):
    (row,) = world.ask.origin(INSTANCE).rows
    assert (row.session, row.workload) == ("key:ASIAWEBWEBWEBWEBWEB0", INSTANCE)
    assert {row.address for row in world.ask.addresses(INSTANCE).rows} == {
        "10.0.0.5",
        "192.0.2.66",
        "ssm.amazonaws.com",
    }
    touched = {row.session for row in world.ask.who_touched(INSTANCE).rows}
    assert touched == {"key:ASIAWEBWEBWEBWEBWEB0"}


def test_a_number_of_an_account_stands_for_all_its_principals(world: Case):
    strangers = world.ask.events(principal="777788889999").rows
    assert [(row.principal_account, row.event_name) for row in strangers] == [("777788889999", "GetObject")]
    at_home = {row.session for row in world.ask.addresses("111122223333").rows}
    assert at_home == {row.session for row in world.ask.events().rows if row.principal_account == "111122223333"}


@pytest.mark.parametrize(
    ("limits", "times"),
    [
        ({"principal": "bob"}, 1),
        ({"principal": "alice"}, 6),
        ({"session": "alice-cli"}, 7),
        ({"resource": "jewels"}, 8),
        ({"key": f"key:{ALICE['accessKeyId']}"}, 5),
        ({"ip": "ip:203.0.113.9"}, 1),
    ],
)
def test_events_take_names_too(world: Case, limits: dict[str, str], times: int):
    assert len(world.ask.events(**limits).rows) == times


def test_a_name_of_several_things_lists_them(tmp_path: Path):
    case = ct.case(
        tmp_path,
        [
            ct.record("09:00", "iam:CreateRole", ALICE, requestParameters={"roleName": "web"}),
            ct.record("09:01", "iam:CreateInstanceProfile", ALICE, requestParameters={"instanceProfileName": "web"}),
            ct.get_object("09:02", ALICE, "jewels", "web"),
        ],
    )
    with pytest.raises(
        AmbiguousName, match="web is the name of 2 things in this case; say which: arn:aws:iam::1"
    ) as it:
        case.ask.who_touched("web")
    assert "instance-profile/web, arn:aws:iam::111122223333:role/web" in str(it.value)
    assert [row.action for row in case.ask.events(resource="role/web").rows] == ["iam:CreateRole"]


def test_who_never_acted_reached_nothing_and_is_no_stand_in_for_who_made_him(tmp_path: Path):
    made = {"user": {"userName": "mallory", "arn": "arn:aws:iam::111122223333:user/mallory", "userId": "AIDAMALLORY"}}
    case = ct.case(
        tmp_path,
        [
            ct.record(
                "09:00", "iam:CreateUser", ALICE, requestParameters={"userName": "mallory"}, responseElements=made
            ),
            ct.record("09:01", "s3:DeleteBucket", ALICE, requestParameters={"bucketName": "jewels"}),
        ],
    )
    assert not case.ask.events(principal="mallory").rows
    assert case.ask.changes("mallory").rows == case.ask.blast_radius("mallory").rows == ()
    assert [row.action for row in case.ask.who_touched("mallory").rows] == ["iam:CreateUser"]


def test_addresses_of_a_key_are_those_of_the_calls_that_it_signed(tmp_path: Path):
    forwarded = ct.user("alice", "ASIAFORWARDFORWARDF0") | {
        "invokedBy": "secretsmanager.amazonaws.com",
        "sessionContext": {"attributes": {"creationDate": ct.at("08:55"), "mfaAuthenticated": "false"}},
    }
    case = ct.case(
        tmp_path,
        [
            ct.record("09:00", "secretsmanager:GetSecretValue", ALICE, requestParameters={"secretId": "db"}),
            ct.record("09:00", "kms:Decrypt", forwarded, sourceIPAddress="secretsmanager.amazonaws.com"),
        ],
    )
    signed = case.ask.addresses(ALICE["accessKeyId"]).rows
    assert [(row.address, row.count, row.access_key) for row in signed] == [(HERE, 1, ALICE["accessKeyId"])]
    minted = case.ask.addresses("ASIAFORWARDFORWARDF0").rows
    assert [(row.address, row.count) for row in minted] == [("secretsmanager.amazonaws.com", 1)]
    session = case.ask.addresses(f"key:{ALICE['accessKeyId']}").rows
    assert {row.address: row.count for row in session} == {HERE: 1, "secretsmanager.amazonaws.com": 1}


def test_a_masked_key_is_found_as_it_is_recorded(tmp_path: Path):
    masked = ct.user("alice", "AKIA****************")
    case = ct.case(tmp_path, [ct.get_object("09:00", masked, "jewels", "a", sourceIPAddress="192.0.2.7")])
    assert [(row.address, row.count) for row in case.ask.addresses("AKIA****************").rows] == [("192.0.2.7", 1)]
    assert [row.principal for row in case.ask.origin("AKIA****************").rows] == [ALICE["arn"]]


def test_principals_without_an_arn_are_named_by_their_keys_and_their_last_part(tmp_path: Path):
    nobody = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    saml = {"type": "SAMLUser", "principalId": "qualifier:ann@example.com", "identityProvider": "qualifier",
            "userName": "ann@example.com"}  # fmt: skip
    case = ct.case(
        tmp_path,
        [
            ct.get_object("09:00", nobody, "jewels", "a"),
            ct.get_object("09:01", ct.service("config"), "jewels", "a"),
            ct.record("09:02", "sts:AssumeRoleWithSAML", saml, requestParameters={}),
        ],
    )
    read, signed_in = "s3:GetObject", "sts:AssumeRoleWithSAML"
    names = {"anonymous": read, "service:config.amazonaws.com": read, "config.amazonaws.com": read,
             "ann@example.com": signed_in}  # fmt: skip
    for name, action in names.items():
        assert [row.action for row in case.ask.events(principal=name).rows] == [action], name
        assert len(case.ask.addresses(name).rows) == 1


@pytest.mark.parametrize(
    ("named", "actions"),
    [
        ("arn:aws:s3:::jewels/*", ["s3:GetObject"]),
        ("arn:aws:s3:::jewels/", ["s3:GetObject"]),
        ("s3://jewels/*", ["s3:GetObject"]),
        ("arn:aws:lambda:eu-central-1:111122223333:function:f:7", ["lambda:Invoke"]),
        ("arn:aws:secretsmanager:eu-central-1:111122223333:secret:db", ["secretsmanager:GetSecretValue"]),
        ("AKIABOBBOBBOBBOBBOB0", ["iam:DeleteAccessKey"]),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db", []),
    ],
)
def test_a_resource_is_found_under_whatever_form_of_its_name(tmp_path: Path, named: str, actions: list[str]):
    gone = {"userName": "bob", "accessKeyId": BOB["accessKeyId"]}
    whole = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"
    case = ct.case(
        tmp_path,
        [
            ct.get_object("09:00", ALICE, "jewels", "a"),
            ct.record("09:01", "lambda:Invoke", ALICE, requestParameters={"functionName": "f"}),
            ct.record("09:02", "secretsmanager:GetSecretValue", ALICE, requestParameters={"secretId": whole}),
            ct.record("09:03", "iam:DeleteAccessKey", ALICE, requestParameters=gone),
        ],
    )
    assert [row.action for row in case.ask.who_touched(named).rows] == actions
    assert [row.action for row in case.ask.events(resource=named).rows] == actions


@pytest.mark.parametrize(("named", "times"), [("s3://jewels", 1), ("s3://jewels/a", 1), ("s3://jewels/b", 0)])
def test_a_bucket_of_another_partition_is_found_without_it(tmp_path: Path, named: str, times: int):
    resources = [{"ARN": "arn:aws-cn:s3:::jewels/a"}, {"ARN": "arn:aws-cn:s3:::jewels"}]
    read = ct.get_object("09:00", ALICE, "jewels", "a") | {"awsRegion": "cn-north-1", "resources": resources}
    assert len(ct.case(tmp_path, [read]).ask.who_touched(named).rows) == times


def test_a_bucket_of_which_calls_name_objects_alone_is_found_by_its_name(tmp_path: Path):
    copy = {"bucketName": "elsewhere", "key": "k", "x-amz-copy-source": "vault/gold"}
    case = ct.case(tmp_path, [ct.record("09:00", "s3:CopyObject", ALICE, requestParameters=copy)])
    assert [row.action for row in case.ask.who_touched("vault").rows] == ["s3:CopyObject"]
    assert [row.count for row in case.ask.readers("vault").rows] == [1]


def test_a_user_is_not_confused_with_his_device(tmp_path: Path):
    device = f"arn:aws:iam::{ct.HOME}:mfa/"
    case = ct.case(tmp_path, [
        ct.record("09:00", "iam:EnableMFADevice", ALICE,
                  requestParameters={"userName": "alice", "serialNumber": f"{device}{name}"})
        for name in ("alice", "phone")
    ])  # fmt: skip
    assert [row.session for row in case.ask.origin("alice").rows] == ["key:AKIAALICEALICEALICE0"]
    assert case.ask.who_touched("phone").rows == case.ask.who_touched(f"{device}phone").rows != ()
