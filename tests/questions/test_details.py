"""What a question must not say: of another account, of another resource, of another time."""

from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
IN_OTHER = {"recipientAccountId": ct.OTHER}
JEWELS, VAULT = "arn:aws:s3:::jewels", "arn:aws:s3:::vault"


def made(clock: str, name: str, **fields: object) -> ct.Record:
    return ct.record(clock, "iam:CreateUser", ALICE, requestParameters={"userName": name}, **fields)


def test_identities_are_those_of_the_accounts_regions_and_time_asked_about(tmp_path: Path):
    case = ct.case(tmp_path, [made("09:00", "bob"), made("09:01", "eve", **IN_OTHER, awsRegion="us-east-1")])

    def names(**limits: str) -> list[str]:
        return [row.resource.rpartition("/")[2] for row in case.ask.identities(**limits).rows]

    assert names() == ["bob", "eve"]
    assert names(account=ct.OTHER) == ["eve"]
    assert names(region="eu-central-1") == ["bob"]
    assert names(since=ct.at("09:01")) == ["eve"]


def test_a_password_that_is_set_anew_is_no_new_login_profile(tmp_path: Path):
    bob = {"requestParameters": {"userName": "bob"}}
    case = ct.case(
        tmp_path,
        [
            ct.record("09:00", "iam:CreateLoginProfile", ALICE, **bob),
            ct.record("09:01", "iam:UpdateLoginProfile", ALICE, **bob),
            ct.record("09:02", "iam:ChangePassword", ALICE),
        ],
    )
    rows = case.ask.identities().rows
    assert [(row.made, row.for_other) for row in rows] == [
        ("login profile", True),
        ("password", True),
        ("password", False),
    ]


def test_what_worked_later_worked_on_the_same_resource(tmp_path: Path):
    case = ct.case(
        tmp_path,
        [
            ct.get_object("09:00", ALICE, "vault", "gold", **ct.refused()),
            ct.get_object("09:00", ALICE, "jewels", "crown", **ct.refused()),
            ct.get_object("09:01", ALICE, "jewels", "crown"),
        ],
    )
    assert {row.resource: row.worked_later for row in case.ask.denied("alice").rows} == {
        VAULT: None,
        f"{VAULT}/gold": None,
        JEWELS: ct.at("09:01"),
        f"{JEWELS}/crown": ct.at("09:01"),
    }


def test_who_assumed_the_role_before_the_window_is_not_seen_for_the_first_time(tmp_path: Path):
    case = ct.case(
        tmp_path,
        [
            ct.assume_role("09:00", ALICE, "deploy", "a", "ASIAFIRSTFIRSTFIRST0"),
            ct.assume_role("10:00", ALICE, "deploy", "b", "ASIASECONDSECONDSEC0"),
            ct.assume_role("10:01", ALICE, "admin", "c", "ASIATHIRDTHIRDTHIRD0"),
        ],
    )
    fresh = case.ask.assumptions(first_seen_after=ct.at("09:30"), since=ct.at("09:30")).rows
    assert [row.issued_name for row in fresh] == ["c"]


def test_readers_are_those_who_copied_it_and_those_whose_records_do_not_say_that_they_read(tmp_path: Path):
    copy = {"bucketName": "elsewhere", "key": "k", "x-amz-copy-source": "jewels/crown"}
    records = [
        ct.get_object("09:00", ALICE, "jewels", "crown", readOnly=None),
        ct.get_object("09:01", ALICE, "jewels", "crown", action="s3:PutObject", readOnly=None),
        ct.record("09:02", "s3:CopyObject", ALICE, requestParameters=copy, readOnly=False),
        ct.record("09:03", "s3:CopyObject", ALICE, requestParameters=copy, **ct.refused()),
    ]
    case: graphtrail.Case = ct.case(tmp_path, records)
    assert [(row.count, row.event_ids) for row in case.ask.readers("jewels").rows] == [
        (2, (records[0]["eventID"], records[2]["eventID"]))
    ]
    assert case.ask.readers("elsewhere").rows == ()


@pytest.mark.parametrize(
    ("service", "resource", "label", "party"),
    [
        ("lambda", {"functionName": "job"}, "statementId", {"principal": ct.STRANGE}),
        ("sqs", {"queueUrl": f"https://sqs.eu-central-1.amazonaws.com/{ct.HOME}/job"}, "label",
         {"aWSAccountIds": [ct.STRANGE]}),
        ("sns", {"topicArn": f"arn:aws:sns:eu-central-1:{ct.HOME}:job"}, "label", {"aWSAccountId": [ct.STRANGE]}),
    ],
)  # fmt: skip
def test_a_permission_is_taken_back_by_its_name(
    tmp_path: Path, service: str, resource: ct.Record, label: str, party: ct.Record
):
    def changed(clock: str, change: str, name: str, **more: object) -> ct.Record:
        return ct.record(clock, f"{service}:{change}Permission", ALICE,
                         requestParameters={**resource, label: name, **more})  # fmt: skip

    case = ct.case(
        tmp_path,
        [
            changed("09:00", "Add", "backdoor", **party),
            changed("09:01", "Add", "kept", **party),
            changed("09:02", "Remove", "another"),
            changed("09:03", "Remove", "backdoor"),
            changed("09:04", "Remove", "kept"),
        ],
    )
    assert [(row.change, row.party, row.time, row.until) for row in case.ask.shared_out().rows] == [
        ("shared", f"account:{ct.STRANGE}", ct.at("09:00"), ct.at("09:04")),
        ("shared", f"account:{ct.STRANGE}", ct.at("09:01"), ct.at("09:04")),
        ("unshared", f"account:{ct.STRANGE}", ct.at("09:04"), None),
    ]


def test_a_function_url_is_open_until_it_is_gone(tmp_path: Path):
    def url(clock: str, change: str, **more: str) -> ct.Record:
        parameters = {"functionName": "job", **more}
        return ct.record(clock, f"lambda:{change}FunctionUrlConfig", ALICE, requestParameters=parameters)

    case = ct.case(tmp_path, [url("09:00", "Create", authType="NONE"), url("09:05", "Delete"), url("09:06", "Delete")])
    assert [(row.change, row.party, row.until) for row in case.ask.shared_out().rows] == [
        ("shared", "public", ct.at("09:05")),
        ("unshared", "public", None),
    ]


def test_a_permission_that_is_given_and_taken_in_one_second_ends_in_whatever_order_the_records_stand(tmp_path: Path):
    records = [
        ct.record("09:00", f"lambda:{change}Permission", ALICE,
                  requestParameters={"functionName": "job", "statementId": "backdoor", **party})
        for change, party in (("Add", {"principal": ct.STRANGE}), ("Remove", {}))
    ]  # fmt: skip
    one, other = (ct.case(tmp_path / name, held) for name, held in (("one", records), ("other", records[::-1])))
    assert sorted((row.change, row.party) for row in one.ask.shared_out().rows) == [
        ("shared", f"account:{ct.STRANGE}"),
        ("unshared", f"account:{ct.STRANGE}"),
    ]
    assert one.ask.shared_out().rows == other.ask.shared_out().rows


def test_a_key_whose_id_is_masked_was_made_all_the_same(tmp_path: Path):
    masked = {"accessKey": {"accessKeyId": "AKIA****************", "userName": "bob", "status": "Active"}}
    case = ct.case(
        tmp_path,
        [
            ct.record("09:00", "iam:CreateUser", ALICE, requestParameters={"userName": "bob"}),
            ct.record(
                "09:01", "iam:CreateAccessKey", ALICE, requestParameters={"userName": "bob"}, responseElements=masked
            ),
            ct.record("09:02", "iam:CreateAccessKey", ALICE),
            ct.record("09:03", "iam:UploadSSHPublicKey", ALICE, requestParameters={"userName": "bob"}),
            ct.record(
                "09:04", "iam:CreateServiceSpecificCredential", ALICE, requestParameters={"userName": "bob"},
                errorCode="AccessDenied",
            ),
        ],
    )  # fmt: skip
    alice, bob = (f"arn:aws:iam::{ct.HOME}:user/{name}" for name in ("alice", "bob"))
    found = [(row.made, row.resource, row.owner, row.for_other, row.issued_key) for row in case.ask.identities().rows]
    assert found == [
        ("user", bob, None, False, None),
        ("access key", bob, bob, True, None),
        ("access key", alice, alice, False, None),
        ("SSH public key", bob, bob, True, None),
    ]


def test_a_role_that_a_service_asked_for_was_made_by_whoever_made_it(tmp_path: Path):
    role = f"arn:aws:iam::{ct.HOME}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    made = ct.record(
        "09:00", "iam:CreateServiceLinkedRole", ALICE,
        requestParameters={"aWSServiceName": "autoscaling.amazonaws.com"},
        responseElements={"role": {"arn": role, "roleId": "AROASERVICELINKED22222"}},
    )  # fmt: skip
    (row,) = ct.case(tmp_path, [made]).ask.identities().rows
    assert (row.made, row.resource) == ("role", role)


def test_a_user_that_was_made_after_the_use_of_a_key_is_another_one(tmp_path: Path):
    def eve(key: str, uid: str) -> ct.Record:
        return ct.user("eve", key) | {"principalId": uid}

    def made(clock: str, uid: str) -> ct.Record:
        answer = {"user": {"arn": f"arn:aws:iam::{ct.HOME}:user/eve", "userId": uid}}
        asked = {"userName": "eve"}
        return ct.record(clock, "iam:CreateUser", ALICE, requestParameters=asked, responseElements=answer)

    first, second = "AIDAFIRSTFIRSTFIRST22", "AIDASECONDSECONDSEC22"
    again = made("11:00", second)
    case = ct.case(
        tmp_path,
        [
            ct.get_object("09:00", eve("AKIAEVEEVEEVEEVEEVE2", first), "jewels", "a"),
            ct.record("10:00", "iam:DeleteUser", ALICE, requestParameters={"userName": "eve"}),
            again,
            ct.get_object("12:00", eve("AKIAEVEEVEEVEEVEEVE3", second), "jewels", "a"),
        ],
    )
    makers = {row.session: row.made_by and row.made_by.event_id for row in case.ask.who_touched(JEWELS).rows}
    assert makers == {"key:AKIAEVEEVEEVEEVEEVE2": None, "key:AKIAEVEEVEEVEEVEEVE3": again["eventID"]}


def test_whoever_asked_for_credentials_did_more_than_look_around(tmp_path: Path):
    names = ("sts:GetCallerIdentity", "sts:GetSessionToken", "ecr:GetAuthorizationToken", "signin:GetSigninToken")
    case = ct.case(tmp_path, [ct.record(f"09:0{at}", name, ALICE) for at, name in enumerate(names)])
    assert [row.actions for row in case.ask.recon("alice").rows] == [("sts:GetCallerIdentity",)]


@pytest.mark.parametrize(
    "action",
    ["s3:PutBucketLifecycleConfiguration", "logs:PutRetentionPolicy", "dynamodb:UpdateTimeToLive",
     "ecr:PutLifecyclePolicy", "organizations:CloseAccount"],
)  # fmt: skip
def test_what_lets_things_run_out_destroys_them(tmp_path: Path, action: str):
    (row,) = ct.case(tmp_path, [ct.record("09:00", action, ALICE)]).ask.destruction().rows
    assert row.action == action


def test_the_last_snapshot_of_a_database_that_is_deleted_is_made_and_not_destroyed(tmp_path: Path):
    request = {"dBInstanceIdentifier": "sales", "skipFinalSnapshot": False, "finalDBSnapshotIdentifier": "last"}
    case = ct.case(tmp_path, [ct.record("09:00", "rds:DeleteDBInstance", ALICE, requestParameters=request)])
    here = f"arn:aws:rds:eu-central-1:{ct.HOME}"
    changed = {row.resource: row.change for row in case.ask.changes("alice").rows}
    assert changed == {f"{here}:db:sales": "deleted", f"{here}:snapshot:last": "created"}
    assert [row.resource for row in case.ask.destruction().rows] == [f"{here}:db:sales"]
    copies = [(edge.source, edge.target) for edge in case.store.edges() if edge.type == "DERIVED"]
    assert copies == [(f"{here}:db:sales", f"{here}:snapshot:last")]


def test_a_password_of_root_that_was_recovered_is_a_password_set(tmp_path: Path):
    key = f"arn:aws:iam::{ct.HOME}:root"
    root = {"type": "Root", "principalId": ct.HOME, "arn": key, "accountId": ct.HOME}
    names = ("PasswordRecoveryRequested", "PasswordRecoveryCompleted", "PasswordUpdated")
    case = ct.case(
        tmp_path,
        [
            ct.record(f"09:0{at}", f"signin:{name}", root, responseElements={name: "Success"})
            for at, name in enumerate(names)
        ],
    )
    assert [(row.made, row.resource) for row in case.ask.identities().rows] == [("password", key)] * 2
