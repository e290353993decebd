"""What another account's log knows of a session, where its name was used again or its keys are several."""

from collections.abc import Callable

import cloudtrail as ct

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
FIRST, SECOND, UNUSED = "ASIAFIRSTFIRSTFIRST0", "ASIASECONDSECONDSEC0", "ASIAUNUSEDUNUSEDUNU0"
OUTSIDE = {"recipientAccountId": ct.OTHER}
CALLER = {"type": "AWSAccount", "principalId": f"{ct.role_id('deploy')}:build", "accountId": ct.HOME}
SESSION = f"anon:AWSAccount:{CALLER['principalId']}"
DAY = (ct.record("07:00", "iam:ListRoles", BOB), ct.record("23:00", "iam:ListRoles", BOB))


def assumed(clock: str, who: ct.Record, key: str, until: str = "11:00:00 PM", **asked: str):
    call = ct.assume_role(clock, who, "deploy", "build", key)
    call["responseElements"]["credentials"]["expiration"] = f"Mar 2, 2026, {until}"
    call["requestParameters"] |= asked
    return call


def used(clock: str, key: str, **fields: str):
    return ct.get_object(clock, ct.role("deploy", "build", key, "09:00"), "jewels", "a", **fields)


def outside(clock: str):
    return ct.get_object(clock, CALLER, "theirs", "a", **OUTSIDE)


def onwards(clock: str, **asked: str):
    call = ct.assume_role(clock, CALLER, "c", "on", "ASIAONWARDSONWARDS00", account=ct.OTHER, **OUTSIDE)
    call["requestParameters"] |= asked
    return call


def origin(case: graphtrail.Case, **limits: str):
    (row,) = case.ask.origin(SESSION, **limits).rows
    return row


def test_of_calls_of_two_sessions_none_is_given_to_the_one_that_was_alive_at_all(made: Made):
    first, second = assumed("09:00", ALICE, FIRST, "10:00:00 AM"), assumed("09:40", BOB, SECOND)
    alone = made(*DAY, first, outside("09:05"), outside("09:50"))
    assert (origin(alone).origin, origin(alone).rule) == (ALICE["arn"], "L25")
    row = origin(made(*DAY, first, second, outside("09:05"), outside("09:50")), min_confidence="heuristic")
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert row.candidates == (f"key:{FIRST}", f"key:{SECOND}")


def test_a_name_that_was_used_again_has_several_candidates(made: Made):
    first, second = assumed("09:00", ALICE, FIRST, "10:00:00 AM"), assumed("20:00", BOB, SECOND)
    row = origin(made(*DAY, first, second, outside("09:05"), outside("20:05")))
    assert (row.origin_status, row.candidates) == ("ambiguous", (f"key:{FIRST}", f"key:{SECOND}"))


def test_calls_after_its_end_are_not_of_the_one_session_that_is_known(made: Made):
    case = made(*DAY, assumed("09:00", ALICE, FIRST, "10:00:00 AM"), outside("09:05"), outside("20:05"))
    assert origin(case, min_confidence="heuristic").origin is None


def test_an_identity_that_one_call_hands_on_does_not_tell_whose_the_others_are(made: Made):
    both = (
        *DAY,
        assumed("09:00", ALICE, FIRST, sourceIdentity="ann"),
        assumed("09:05", BOB, SECOND, sourceIdentity="ben"),
        onwards("09:10", sourceIdentity="ann"),
    )
    assert (origin(made(*both)).origin, origin(made(*both)).rule) == (ALICE["arn"], "L26")
    assert origin(made(*both, outside("09:20"))).origin_status == "ambiguous"


def test_another_key_than_the_one_issued_is_not_another_session(made: Made):
    row = origin(made(*DAY, assumed("09:00", ALICE, UNUSED), used("09:01", FIRST), outside("09:10")))
    assert (row.origin, [hop.session for hop in row.chain][-2:]) == (ALICE["arn"], [f"key:{FIRST}", SESSION])


def test_the_keys_of_one_console_are_one_session(made: Made):
    console = {"sessionCredentialFromConsole": "true"}
    case = made(
        *DAY,
        assumed("09:00", ALICE, UNUSED),
        used("09:01", FIRST),
        used("09:02", SECOND),
        used("09:03", "ASIATHIRDTHIRDTHIRD0", **console),
        outside("09:10"),
    )
    row = origin(case)
    family = f"ses:{CALLER['principalId']}@2026-03-02T09:00:00Z"
    assert (row.origin, [hop.session for hop in row.chain][-2:]) == (ALICE["arn"], [family, SESSION])
