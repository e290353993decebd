"""Sessions and how they come about: cases 19 to 38, each given by the fewest records that show it."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES = "key:AKIAALICEALICEALICE0"
USER = "arn:aws:iam::111122223333:user/alice"
DEPLOY = "arn:aws:iam::111122223333:role/deploy"
READER = "arn:aws:iam::444455556666:role/reader"
FIRST, SECOND, THIRD = (f"ASIA{name:0<16}" for name in ("FIRST", "SECOND", "THIRD"))
JEWELS = "arn:aws:s3:::jewels"
SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"  # noqa: S105 - the name of one


def traced(case: graphtrail.Case, session: str, **limits: str):
    """The one row about a session."""
    (row,) = case.ask.origin(session, **limits).rows
    return row


def read(clock: str, who: ct.Record, **fields: object):
    return ct.get_object(clock, who, "jewels", "a", **fields)


def forwarded(who: ct.Record, key: str, since: str, service: str = "secretsmanager"):
    """The identity with which a service goes on calling for a caller."""
    attributes = {"attributes": {"creationDate": ct.at(since), "mfaAuthenticated": "false"}}
    return who | {
        "accessKeyId": key,
        "invokedBy": f"{service}.amazonaws.com",
        "sessionContext": who.get("sessionContext", {}) | attributes,
    }


def get_secret(clock: str, who: ct.Record):
    return ct.record(clock, "secretsmanager:GetSecretValue", who, requestParameters={"secretId": SECRET})


def decrypt(clock: str, who: ct.Record):
    return ct.record(clock, "kms:Decrypt", who, sourceIPAddress="secretsmanager.amazonaws.com",
                     requestParameters={"encryptionContext": {"SecretARN": SECRET}})  # fmt: skip


def test_19_what_a_service_calls_for_a_key_is_the_keys_own_call(made: Made):
    case = made(get_secret("09:00", ALICE), decrypt("09:00:01", forwarded(ALICE, FIRST, "08:55")))
    calls = case.ask.events(session=ALICES).rows
    assert [(call.action, call.via) for call in calls] == [
        ("secretsmanager:GetSecretValue", None), ("kms:Decrypt", "secretsmanager.amazonaws.com")
    ]  # fmt: skip


def test_20_what_a_service_calls_for_a_console_is_the_consoles_own_call(made: Made):
    shown = {name: value for name, value in ALICE.items() if name != "accessKeyId"}
    page = forwarded(ALICE, FIRST, "09:00")
    del page["invokedBy"]
    case = made(
        ct.record("09:00", "signin:ConsoleLogin", shown, responseElements={"ConsoleLogin": "Success"}),
        ct.record("09:05", "secretsmanager:GetSecretValue", page, requestParameters={"secretId": SECRET},
                  sessionCredentialFromConsole="true"),
        decrypt("09:30", forwarded(ALICE, SECOND, "09:00")),
    )  # fmt: skip
    family = f"ses:{ALICE['principalId']}@2026-03-02T09:00:00Z"
    assert [call.action for call in case.ask.events(session=family).rows] == [
        "signin:ConsoleLogin", "secretsmanager:GetSecretValue", "kms:Decrypt"
    ]  # fmt: skip
    assert traced(case, family).confidence in {"exact", "strong"}


def test_21_of_two_keys_that_are_busy_in_one_second_none_is_chosen(made: Made):
    other = ct.user("alice", "AKIASECONDSECONDSEC0")
    case = made(
        get_secret("09:00", ALICE), get_secret("09:00", other), decrypt("09:00:01", forwarded(ALICE, FIRST, "08:55"))
    )
    family = f"ses:{ALICE['principalId']}@2026-03-02T08:55:00Z"
    assert [call.action for call in case.ask.events(session=family).rows] == ["kms:Decrypt"]
    (row,) = case.ask.origin(family).rows
    assert row.kind == "fas_family"
    assert row.principal == USER


def test_22_a_federated_session_outlives_the_key_of_its_parent(made: Made):
    arn = "arn:aws:sts::111122223333:federated-user/partner"
    federated = {
        "type": "FederatedUser", "principalId": f"{ct.HOME}:partner", "arn": arn, "accountId": ct.HOME,
        "accessKeyId": FIRST,
        "sessionContext": {
            "sessionIssuer": {"type": "IAMUser", "principalId": ALICE["principalId"], "arn": USER,
                              "accountId": ct.HOME, "userName": "alice"},
            "attributes": {"creationDate": ct.at("09:00"), "mfaAuthenticated": "false"},
        },
    }  # fmt: skip
    answer = {
        "credentials": {"accessKeyId": FIRST, "sessionToken": "x", "expiration": "Mar 2, 2026, 9:00:00 PM"},
        "federatedUser": {"federatedUserId": f"{ct.HOME}:partner", "arn": arn},
    }
    case = made(
        ct.record("09:00", "sts:GetFederationToken", ALICE, requestParameters={"name": "partner"},
                  responseElements=answer),
        ct.record("09:10", "iam:DeleteAccessKey", ct.user("admin", "AKIAADMINADMINADMIN0"),
                  requestParameters={"userName": "alice", "accessKeyId": "AKIAALICEALICEALICE0"}),
        read("09:20", federated),
    )  # fmt: skip
    (row,) = case.ask.who_touched(JEWELS).rows
    assert (row.session, row.principal, row.origin, row.rule, row.confidence) == (
        f"key:{FIRST}", arn, USER, "L1", "exact"
    )  # fmt: skip


def test_23_a_session_token_is_the_users_own_temporary_session(made: Made):
    answer = {"credentials": {"accessKeyId": FIRST, "sessionToken": "x", "expiration": "Mar 2, 2026, 9:00:00 PM"}}
    temporary = ct.user("alice", FIRST) | {
        "sessionContext": {
            "sessionIssuer": {},
            "attributes": {"creationDate": ct.at("09:00"), "mfaAuthenticated": "true"},
        }
    }
    case = made(ct.record("09:00", "sts:GetSessionToken", ALICE, responseElements=answer), read("09:05", temporary))
    (row,) = case.ask.who_touched(JEWELS).rows
    assert (row.session, row.principal, row.kind, row.origin) == (f"key:{FIRST}", USER, "temporary", USER)
    assert [hop.node for hop in row.chain] == [ALICES, f"key:{FIRST}"]


def test_24_a_root_session_of_a_member_account_is_that_of_who_asked_for_it(made: Made):
    answer = {"credentials": {"accessKeyId": FIRST, "sessionToken": "x", "expiration": "Mar 2, 2026, 9:15:00 AM"}}
    root = {
        "type": "Root", "principalId": ct.OTHER, "arn": f"arn:aws:iam::{ct.OTHER}:root", "accountId": ct.OTHER,
        "accessKeyId": FIRST,
        "sessionContext": {"attributes": {"creationDate": ct.at("09:00"), "mfaAuthenticated": "false"},
                           "assumedRoot": "true"},
    }  # fmt: skip
    case = made(
        ct.record("09:00", "sts:AssumeRoot", ALICE, responseElements=answer,
                  requestParameters={"targetPrincipal": ct.OTHER}),
        ct.record("09:01", "s3:DeleteBucketPolicy", root, requestParameters={"bucketName": "jewels"},
                  recipientAccountId=ct.OTHER),
    )  # fmt: skip
    (row,) = case.ask.who_touched(JEWELS).rows
    assert (row.principal, row.origin, row.rule, row.confidence) == (
        f"arn:aws:iam::{ct.OTHER}:root", USER, "L24", "exact"
    )  # fmt: skip


def test_25_six_hops_between_two_roles_are_six_sessions_of_two(made: Made):
    keys = [f"ASIAHOP{number:013d}" for number in range(6)]
    who, records = ALICE, []
    for number, key in enumerate(keys):
        name = ("deploy", "build")[number % 2]
        records.append(ct.assume_role(f"09:0{number}", who, name, "loop", key))
        who = ct.role(name, "loop", key, f"09:0{number}")
    case = made(*records, read("09:30", who))
    (row,) = case.ask.who_touched(JEWELS).rows
    assert [hop.node for hop in row.chain] == [ALICES, *(f"key:{key}" for key in keys)]
    assert row.origin == USER
    assert len({hop.principal for hop in row.chain}) == 3
    reached = {one.session for one in case.ask.blast_radius(ALICES).rows if one.session}
    assert reached == {ALICES, *(f"key:{key}" for key in keys)}


def test_26_a_role_that_assumes_itself_is_two_sessions_and_no_loop(made: Made):
    first = ct.role("deploy", "one", FIRST, "09:00")
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "one", FIRST),
        ct.assume_role("09:05", first, "deploy", "two", SECOND),
        read("09:06", ct.role("deploy", "two", SECOND, "09:05")),
    )
    assert [(edge.source, edge.target) for edge in case.store.edges() if edge.type == "ASSUMED"] == [
        (ALICES, f"key:{FIRST}"), (f"key:{FIRST}", f"key:{SECOND}")
    ]  # fmt: skip


def test_27_a_key_that_is_seen_before_its_issue_is_linked_all_the_same(made: Made):
    records = [
        read("09:01", ct.role("deploy", "build", FIRST, "09:00")),
        ct.assume_role("09:00", ALICE, "deploy", "build", FIRST),
    ]
    late, early = made(*records), made(*reversed(records))
    row = traced(late, f"key:{FIRST}")
    assert (row.origin, row.confidence) == (USER, "exact")
    assert late.store.case.digest == early.store.case.digest


def test_28_a_use_before_the_issue_is_skew_and_its_own_assumption_of_that_second_is_reached(made: Made):
    deploy = ct.role("deploy", "build", FIRST, "09:00")
    case = made(
        read("08:59", ALICE),
        ct.assume_role("09:00:01", ALICE, "deploy", "build", FIRST),
        ct.assume_role("09:00:00", deploy, "reader", "on", SECOND, account=ct.OTHER),
        read("09:05", ct.role("reader", "on", SECOND, "09:00", ct.OTHER)),
    )
    (link,) = [edge for edge in case.store.edges() if edge.type == "ASSUMED" and edge.target == f"key:{FIRST}"]
    assert (link.skew, link.since) == (True, case.store.session(f"key:{FIRST}").first_seen)
    assert {row.session for row in case.ask.blast_radius(ALICES).rows if row.session} == {
        ALICES,
        f"key:{FIRST}",
        f"key:{SECOND}",
    }
    assert traced(case, f"key:{SECOND}").origin == USER


def test_29_an_arn_that_comes_last_names_all_calls_before(made: Made):
    nameless = {"type": "AWSAccount", "principalId": ALICE["principalId"], "accountId": ct.HOME}
    records = [read("09:00", nameless), read("09:05", ALICE)]
    late, early = made(*records), made(*reversed(records))
    assert late.store.case.digest == early.store.case.digest
    assert {row.principal for row in late.ask.who_touched(JEWELS).rows} == {USER}
    assert not any(str(node).startswith("uid:") for node in late.to_networkx().nodes)


def test_30_a_role_made_again_is_one_node_with_two_ids(made: Made):
    again = ct.role("deploy", "late", SECOND, "10:00")
    again["principalId"] = "AROASECONDDEPLOYXXXXX:late"
    again["sessionContext"]["sessionIssuer"]["principalId"] = "AROASECONDDEPLOYXXXXX"
    case = made(read("09:01", ct.role("deploy", "early", FIRST, "09:00")), read("10:01", again))
    entity = case.store.entity(DEPLOY)
    assert entity is not None
    assert (entity.unique_ids, entity.recreated) == (("AROADEPLOYXXXXXXXXXXX", "AROASECONDDEPLOYXXXXX"), True)
    assert [case.store.session(f"key:{key}").uid for key in (FIRST, SECOND)] == list(entity.unique_ids)


def test_32_a_key_that_is_used_from_two_places_is_one_session_at_two_addresses(made: Made):
    case = made(read("09:00", ALICE), read("09:01", ALICE, sourceIPAddress="203.0.113.9"))
    assert {(row.session, row.address) for row in case.ask.addresses(ALICES).rows} == {
        (ALICES, "198.51.100.7"), (ALICES, "203.0.113.9")
    }  # fmt: skip


def test_33_a_user_without_an_arn_is_the_user_whose_path_another_record_tells(made: Made):
    arn = "arn:aws:iam::111122223333:user/staff/alice"
    bare = {name: value for name, value in ALICE.items() if name != "arn"}
    alone = made(read("09:00", bare))
    assert {row.principal for row in alone.ask.who_touched(JEWELS).rows} == {USER}
    both = made(read("09:00", bare), read("09:01", ALICE | {"arn": arn}))
    assert {row.principal for row in both.ask.who_touched(JEWELS).rows} == {arn}


def test_34_an_unknown_type_is_what_its_arn_says_and_without_any_id_nobody_twice(made: Made):
    of_role = {"type": "Unknown", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/build"}
    case = made(read("09:00", of_role), read("09:01", {"type": "Unknown"}), read("09:02", {"type": "Unknown"}))
    sessions = {row.session: row.principal for row in case.ask.who_touched(JEWELS).rows}
    assert len(sessions) == 3
    assert DEPLOY in sessions.values()


@pytest.mark.parametrize("subjects", [("repo:ORG/REPO:ref:refs/heads/main", "repo:ORG/REPO:ref:refs/heads/dev")])
def test_35_a_subject_of_a_web_identity_keeps_its_colons(made: Made, subjects: tuple[str, str]):
    provider = "token.actions.githubusercontent.com"
    case = made(
        *(
            ct.assume_role(
                f"09:0{number}",
                {"type": "WebIdentityUser", "principalId": f"{provider}:sts.amazonaws.com:{subject}",
                 "userName": subject, "identityProvider": provider},
                "deploy", f"b{number}", key,
            ) | {"eventName": "AssumeRoleWithWebIdentity"}
            for number, (subject, key) in enumerate(zip(subjects, (FIRST, SECOND), strict=True))
        )
    )  # fmt: skip
    assert [traced(case, f"key:{key}").origin for key in (FIRST, SECOND)] == [
        f"oidc:{provider}:{subject}" for subject in subjects
    ]


def test_36_who_acts_for_a_product_provider_stays_who_it_is(made: Made):
    case = made(read("09:00", ALICE | {"invokedByDelegate": {"accountId": ct.STRANGE}}))
    (row,) = case.ask.who_touched(JEWELS).rows
    assert (row.principal, row.origin) == (USER, USER)
    (edge,) = [edge for edge in case.store.edges() if edge.type == "DELEGATED_TO"]
    assert (edge.source, edge.target) == (row.session, f"account:{ct.STRANGE}")


def test_37_credentials_of_cognito_are_the_identitys_where_data_events_show_it(made: Made):
    answer = {"credentials": {"accessKeyId": FIRST, "sessionToken": "x"}, "identityId": "eu-central-1:abc"}
    issue = ct.record("09:00", "cognito-identity:GetCredentialsForIdentity", {"type": "Unknown"},
                      requestParameters={"identityId": "eu-central-1:abc"}, responseElements=answer)  # fmt: skip
    use = read("09:01", ct.role("deploy", "CognitoIdentityCredentials", FIRST, "09:00"))
    shown, hidden = made(issue, use), made(read("08:00", ALICE), use)
    row = traced(shown, f"key:{FIRST}")
    assert (row.chain[-1].rule, row.confidence) == ("L21", "exact")
    assert (row.origin, row.origin_status) == ("cognito:eu-central-1:abc", "linked")
    assert traced(hidden, f"key:{FIRST}").origin_status == "unknown"


def test_38_the_name_of_a_permission_set_may_hold_an_underscore(made: Made):
    name = "AWSReservedSSO_Power_User_Access_0123456789abcdef"
    case = made(read("09:00", ct.role(name, "ann", FIRST, "08:59")))
    assert traced(case, f"key:{FIRST}").origin_status == "hidden"
