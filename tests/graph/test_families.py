"""Sessions of one name and one second: what one of them tells of the others, and what it does not."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
STORE = "arn:aws:identitystore::111122223333:identitystore/d-1"
FIRST, SECOND, UNUSED = "ASIAFIRSTFIRSTFIRST0", "ASIASECONDSECONDSEC0", "ASIAUNUSEDUNUSEDUNU0"


def assumed(clock: str, who: ct.Record, key: str):
    return ct.assume_role(clock, who, "deploy", "build", key)


def used(clock: str, since: str, key: str, who: ct.Record | None = None, **fields: str):
    return ct.get_object(clock, ct.role("deploy", "build", key, since) | (who or {}), "jewels", "a", **fields)


def origin(case: graphtrail.Case, key: str, **limits: str):
    (row,) = case.ask.origin(f"key:{key}", **limits).rows
    return row


def test_the_person_of_one_key_is_not_that_of_another_that_was_handed_out_by_itself(made: Made):
    person = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    case = made(
        assumed("09:00", ALICE, FIRST),
        assumed("09:00", BOB, SECOND),
        used("09:01", "09:00", FIRST, person),
        used("09:02", "09:00", SECOND),
    )
    assert origin(case, FIRST).origin == f"idc:{STORE}#u-1"
    row = origin(case, SECOND)
    assert (row.origin, row.rule, row.confidence) == (BOB["arn"], "L1", "exact")


@pytest.mark.parametrize("sign", ["", "minted", "signed in"])
def test_the_person_of_one_key_is_that_of_another_of_one_sign_in(made: Made, sign: str):
    person = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    role = {key: value for key, value in ct.role("deploy", "build", None, "09:00").items() if key != "sessionContext"}
    case = made(
        assumed("09:00", ALICE, UNUSED),
        used("09:01", "09:00", FIRST, person),
        used("09:02", "09:00", SECOND, **({"sessionCredentialFromConsole": "true"} if sign == "minted" else {})),
        *([ct.record("09:00", "signin:ConsoleLogin", role, responseElements={"ConsoleLogin": "Success"})]
          if sign == "signed in" else ()),
    )  # fmt: skip
    assert origin(case, FIRST).origin == f"idc:{STORE}#u-1"
    row, hint = origin(case, SECOND), origin(case, SECOND, min_confidence="heuristic")
    assert row.origin == (f"idc:{STORE}#u-1" if sign else None)
    assert hint.origin == f"idc:{STORE}#u-1"


def test_one_issue_does_not_explain_two_keys(made: Made):
    case = made(assumed("09:00", ALICE, UNUSED), used("09:01", "09:00", FIRST), used("09:02", "09:00", SECOND))
    for key in (FIRST, SECOND):
        row = origin(case, key)
        assert (row.origin, row.origin_status) == (None, "unknown")
        assert row.candidates == ("key:AKIAALICEALICEALICE0",)
        assert origin(case, key, min_confidence="heuristic").origin == ALICE["arn"]


@pytest.mark.parametrize("sign", ["minted", "signed in"])
def test_of_a_console_one_issue_explains_all_keys(made: Made, sign: str):
    flag = {"sessionCredentialFromConsole": "true"} if sign == "minted" else {}
    role = ct.role("deploy", "build", None, "09:00")
    shown = {key: value for key, value in role.items() if key != "sessionContext"}
    case = made(
        assumed("09:00", ALICE, UNUSED),
        *(
            []
            if flag
            else [ct.record("09:00", "signin:ConsoleLogin", shown, responseElements={"ConsoleLogin": "Success"})]
        ),
        used("09:01", "09:00", FIRST),
        used("09:02", "09:00", SECOND),
        used("09:03", "09:00", "ASIATHIRDTHIRDTHIRD0", **flag),
    )
    for key in (FIRST, SECOND):
        row = origin(case, key)
        assert (row.origin, row.rule, row.confidence) == (ALICE["arn"], "L2", "strong")


def test_an_issue_goes_to_the_session_that_begins_with_it(made: Made):
    case = made(
        ct.get_object("08:00", BOB, "jewels", "a"),
        assumed("09:00:02", ALICE, UNUSED),
        used("09:01", "09:00:00", FIRST),
        used("09:01", "09:00:02", SECOND),
    )
    assert origin(case, SECOND).origin == ALICE["arn"]
    row = origin(case, FIRST)
    assert (row.origin, row.origin_status, row.candidates) == (None, "unknown", ())


@pytest.mark.parametrize(("apart", "sure"), [(None, True), (0, False), (1, True), (2, True)])
def test_another_second_is_a_hint_where_the_clocks_are_known_to_agree(made: Made, apart: int | None, *, sure: bool):
    handed_out_and_used = [
        ct.assume_role("08:00:00", BOB, "deploy", "other", SECOND),
        ct.get_object("08:05", ct.role("deploy", "other", SECOND, f"08:00:0{apart}"), "jewels", "a"),
    ]
    case = made(
        *(handed_out_and_used if apart is not None else ()),
        assumed("09:00:00", ALICE, UNUSED),
        used("09:01", "09:00:01", FIRST),
    )
    row, hint = origin(case, FIRST), origin(case, FIRST, min_confidence="heuristic")
    if sure:
        assert (row.origin, row.rule, row.confidence) == (ALICE["arn"], "L2", "strong")
    else:
        assert (row.origin, row.candidates) == (None, ("key:AKIAALICEALICEALICE0",))
    assert hint.origin == ALICE["arn"]


def test_a_clock_is_one_of_its_region(made: Made):
    case = made(
        ct.assume_role("08:00", BOB, "deploy", "other", SECOND, awsRegion="eu-west-1"),
        ct.get_object("08:05", ct.role("deploy", "other", SECOND, "08:00"), "jewels", "a"),
        assumed("09:00:00", ALICE, UNUSED),
        used("09:01", "09:00:01", FIRST),
    )
    assert origin(case, FIRST).origin == ALICE["arn"]


def test_whoever_opens_the_console_with_a_key_is_behind_all_that_follows(made: Made):
    console = {"sessionCredentialFromConsole": "true"}
    case = made(
        assumed("09:00", ALICE, FIRST),
        ct.record("09:01", "signin:GetSigninToken", ct.role("deploy", "build", FIRST, "09:00"),
                  responseElements={"GetSigninToken": "Success"}),
        used("09:02", "09:00", SECOND, **console),
        used("09:03", "09:00", "ASIATHIRDTHIRDTHIRD0"),
    )  # fmt: skip
    family = f"ses:{ct.role_id('deploy')}:build@{ct.at('09:00')}"
    for session in (family, "key:ASIATHIRDTHIRDTHIRD0"):
        (row,) = case.ask.origin(session).rows
        assert (row.origin, row.confidence) == (ALICE["arn"], "strong")
        assert f"key:{FIRST}" in [hop.session for hop in row.chain]
    reached = {row.session for row in case.ask.blast_radius(f"key:{FIRST}").rows}
    assert {family, "key:ASIATHIRDTHIRDTHIRD0"} <= reached


def test_a_console_that_two_may_have_opened_is_nobodys(made: Made):
    case = made(
        assumed("09:00", ALICE, FIRST),
        assumed("09:00", BOB, SECOND),
        used("09:01", "09:00", FIRST),
        used("09:02", "09:00", SECOND),
        used("09:03", "09:00", "ASIATHIRDTHIRDTHIRD0"),
        used("09:04", "09:00", "ASIAFOURTHFOURTHFOU0", sessionCredentialFromConsole="true"),
    )
    row = origin(case, "ASIATHIRDTHIRDTHIRD0")
    assert (row.origin, row.origin_status) == (None, "unknown")


def signed_in(clock: str, who: ct.Record):
    return ct.record(clock, "signin:ConsoleLogin", who, responseElements={"ConsoleLogin": "Success"})


@pytest.mark.parametrize("before", ["unused", "used"])
def test_a_role_that_signs_in_is_not_its_own_origin(made: Made, before: str):
    case = made(
        assumed("09:00", ALICE, UNUSED),
        *([used("09:01", "09:00", UNUSED)] if before == "used" else []),
        signed_in("09:05", ct.role("deploy", "build", None, "09:00")),
        used("09:06", "09:00", FIRST),
        used("09:07", "09:00", SECOND),
    )
    for key in (FIRST, SECOND):
        row = origin(case, key)
        assert (row.origin, row.origin_status, row.confidence) == (ALICE["arn"], "linked", "strong")


def test_of_a_role_that_signs_in_unissued_nobody_is_the_origin(made: Made):
    case = made(signed_in("09:05", ct.role("deploy", "build", None, "09:00")), used("09:06", "09:00", FIRST))
    row = origin(case, FIRST)
    assert (row.origin, row.origin_status) == (None, "before_window")


def test_a_federated_user_that_signs_in_is_whoever_federated_it(made: Made):
    name = "arn:aws:sts::111122223333:federated-user/partner"
    issuer = {"type": "IAMUser", "principalId": ALICE["principalId"], "arn": ALICE["arn"], "accountId": ct.HOME}
    federated = {
        "type": "FederatedUser", "principalId": f"{ct.HOME}:partner", "arn": name, "accountId": ct.HOME,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"creationDate": ct.at("09:00")}},
    }  # fmt: skip
    answer = {
        "credentials": {"accessKeyId": UNUSED, "sessionToken": "t"},
        "federatedUser": {"federatedUserId": f"{ct.HOME}:partner", "arn": name},
    }
    case = made(
        ct.record("09:00", "sts:GetFederationToken", ALICE, requestParameters={"name": "partner"},
                  responseElements=answer),
        signed_in("09:05", federated),
        ct.get_object("09:06", federated | {"accessKeyId": FIRST}, "jewels", "a"),
    )  # fmt: skip
    assert origin(case, FIRST).origin == ALICE["arn"]
    reached = {row.session for row in case.ask.blast_radius("key:AKIAALICEALICEALICE0").rows}
    assert f"key:{FIRST}" in reached


def test_the_console_of_older_records_is_no_service(made: Made):
    """Before ``sessionCredentialFromConsole`` the console stood in ``invokedBy``; the user's key was busy meanwhile."""
    context = {"sessionIssuer": {}, "attributes": {"creationDate": ct.at("08:00"), "mfaAuthenticated": "false"}}
    at_console = ct.user("alice", "ASIAALICEALICEALICE0") | {
        "sessionContext": context, "invokedBy": "signin.amazonaws.com"
    }  # fmt: skip
    case = made(
        ct.get_object("09:00", ct.user("alice", "AKIAALICEALICEALICE0"), "jewels", "a"),
        ct.get_object("09:00", at_console, "jewels", "b"),
    )
    (row,) = case.ask.who_touched("arn:aws:s3:::jewels/b").rows
    assert (row.kind, row.origin_status) == ("console_family", "linked")
    assert row.session == f"ses:{ct.user('alice')['principalId']}@{ct.at('08:00')}"


def sent_on(clock: str, since: str):
    """A call that a service sent on with a key that AWS minted for it."""
    who = ct.role("deploy", "build", None, since) | {"invokedBy": "secretsmanager.amazonaws.com"}
    return ct.record(clock, "kms:Decrypt", who)


def session_of(case: graphtrail.Case, call: ct.Record) -> str:
    (row,) = [row for row in case.ask.events().rows if row.event_id == call["eventID"]]
    return row.session


def test_what_a_service_sends_on_is_of_the_key_of_its_second_and_not_of_who_came_a_second_later(made: Made):
    call = sent_on("09:02", "09:00:00")
    case = made(
        assumed("09:00:00", ALICE, FIRST), assumed("09:00:01", BOB, UNUSED), used("09:01", "09:00:00", FIRST), call
    )
    assert session_of(case, call) == f"key:{FIRST}"


def test_what_a_service_sends_on_for_one_of_two_keys_of_a_second_names_both(made: Made):
    call = sent_on("09:02", "09:00")
    case = made(
        assumed("09:00", ALICE, FIRST),
        assumed("09:00", BOB, SECOND),
        used("09:01", "09:00", FIRST),
        used("09:01", "09:00", SECOND),
        call,
    )
    (row,) = case.ask.origin(session_of(case, call)).rows
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert sorted(row.candidates) == ["key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"]
    assert origin(case, FIRST).origin == ALICE["arn"]
    assert origin(case, SECOND).origin == BOB["arn"]


def test_a_key_and_records_without_one_are_of_whoever_can_have_opened_them(made: Made):
    case = made(
        assumed("09:00:00", ALICE, FIRST),
        assumed("09:00:01", BOB, UNUSED),
        used("09:01", "09:00:00", FIRST),
        used("09:02", "09:00:00", SECOND),
        ct.record("09:03", "kms:Decrypt", ct.role("deploy", "build", None, "09:00:00")),
    )
    assert (origin(case, SECOND).origin, origin(case, SECOND).origin_status) == (None, "ambiguous")


def switched(clock: str, came_from: ct.Record):
    who = {key: value for key, value in ct.role("deploy", "build", None, clock).items() if key != "sessionContext"}
    source = {"SwitchFrom": came_from["arn"]}
    return ct.record(
        clock, "signin:SwitchRole", who, additionalEventData=source, responseElements={"SwitchRole": "Success"}
    )


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("calls", [False, True])
def test_whom_a_switch_of_roles_names_is_not_somebody_who_assumed_the_role_in_that_second(
    made: Made, *, own: bool, calls: bool
):
    case = made(
        assumed("09:00", BOB, UNUSED),
        switched("09:00", ALICE),
        *([assumed("09:00", ALICE, SECOND)] if own else []),
        *([used("09:01", "09:00", FIRST, sessionCredentialFromConsole="true")] if calls else []),
    )
    for session in {row.session for row in case.ask.events().rows if row.session.startswith(("signin:", "ses:"))}:
        (row,) = case.ask.origin(session).rows
        assert (row.origin, row.origin_status, row.candidates) == (ALICE["arn"], "linked", ())


def test_a_key_of_the_command_line_is_not_whoevers_who_switched_in_that_second(made: Made):
    case = made(assumed("09:00", BOB, UNUSED), switched("09:00", ALICE), used("09:01", "09:00", FIRST))
    assert origin(case, FIRST).origin == BOB["arn"]


def test_a_switch_between_two_sessions_is_of_neither(made: Made):
    case = made(switched("09:00:01", ALICE), used("09:01", "09:00:00", FIRST), used("09:01", "09:00:02", SECOND))
    assert [origin(case, key).origin for key in (FIRST, SECOND)] == [None, None]


@pytest.mark.parametrize("own", [False, True])
def test_whom_a_federated_user_names_is_not_somebody_who_federated_that_name_in_that_second(made: Made, *, own: bool):
    named = {"federatedUserId": f"{ct.HOME}:n", "arn": f"arn:aws:sts::{ct.HOME}:federated-user/n"}
    who = {
        "type": "FederatedUser",
        "principalId": named["federatedUserId"],
        "arn": named["arn"],
        "accountId": ct.HOME,
        "accessKeyId": FIRST,
        "sessionContext": {"sessionIssuer": BOB, "attributes": {"creationDate": ct.at("09:00")}},
    }

    def federated(by: ct.Record, key: str) -> ct.Record:
        answer = {"credentials": {"accessKeyId": key, "sessionToken": "x"}, "federatedUser": named}
        return ct.record(
            "09:00", "sts:GetFederationToken", by, requestParameters={"name": "n"}, responseElements=answer
        )

    case = made(
        federated(ALICE, UNUSED),
        *([federated(BOB, SECOND)] if own else []),
        ct.record("09:01", "s3:ListBuckets", who),
        ct.record("09:02", "s3:ListBuckets", BOB),
    )
    assert (origin(case, FIRST).origin, origin(case, FIRST).origin_status) == (BOB["arn"], "linked")
    assert origin(case, FIRST).rule == ("L2" if own else None)


def test_a_copy_that_hides_the_key_is_not_a_second_key_that_was_handed_out(made: Made):
    foreign = {"type": "AWSAccount", "principalId": ALICE["principalId"], "accountId": ct.HOME}

    def copy(who: ct.Record, key: str, account: str) -> ct.Record:
        asked = assumed("09:00", who, key)
        return asked | {"sharedEventID": "s-1", "recipientAccountId": account, "eventID": f"e-{account}"}

    case = made(
        copy(ALICE, "****", ct.HOME),
        copy(foreign, FIRST, ct.OTHER),
        used("09:01", "09:00", FIRST),
        used("09:02", "09:00", SECOND),
    )
    assert origin(case, FIRST).origin == ALICE["arn"]
    assert (origin(case, SECOND).origin, origin(case, SECOND).candidates) == (None, ())


@pytest.mark.parametrize("key", [SECOND, "ASIAMINTEDMINTEDMIN0"])
def test_what_services_call_for_two_of_one_second_is_not_all_of_the_one_whose_key_they_show(made: Made, key: str):
    sent = {"invokedBy": "secretsmanager.amazonaws.com"}
    first = used("09:01", "09:00", FIRST, sent)
    both = (assumed("09:00", ALICE, FIRST), assumed("09:00", BOB, SECOND), first)
    alone = made(*both)
    assert alone.ask.origin(session_of(alone, first)).rows[0].origin == ALICE["arn"]
    case = made(*both, used("09:02", "09:00", key, sent))
    (row,) = case.ask.origin(session_of(case, first)).rows
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert sorted(row.candidates) == ["key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"]


def test_what_a_service_sends_on_for_one_of_two_keys_that_nobody_is_known_to_have_issued_is_neithers(made: Made):
    call = sent_on("09:02", "09:00")
    case = made(used("09:01", "09:00", FIRST), used("09:01", "09:00", SECOND), call)
    session = session_of(case, call)
    assert session == f"ses:{ct.role_id('deploy')}:build@2026-03-02T09:00:00Z"
    assert case.ask.origin(session).rows[0].origin is None


def test_what_a_service_sends_on_for_a_role_in_the_second_of_one_session_is_a_hint(made: Made):
    call = sent_on("09:01", "08:58")
    case = made(assumed("08:00", ALICE, FIRST), used("09:01", "08:00", FIRST), call)
    session = session_of(case, call)
    assert case.ask.origin(session).rows[0].origin is None
    (row,) = case.ask.origin(session, min_confidence="heuristic").rows
    assert (row.origin, row.rule) == (ALICE["arn"], "L23")
