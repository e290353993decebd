"""Callers that another account's log knows by their unique id alone: cases 3 to 5."""

from collections.abc import Callable

import cloudtrail as ct

import graphtrail

Made = Callable[..., graphtrail.Case]
THIRD = "999900001111"
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
USER = "arn:aws:iam::111122223333:user/alice"
B_KEY, OTHER_KEY, C_KEY = (f"ASIA{name:0<16}" for name in ("BBB", "OTHER", "CCC"))
B = {"type": "AWSAccount", "principalId": f"{ct.role_id('b')}:sess", "accountId": ct.OTHER}
IN_THIRD = {"recipientAccountId": THIRD}


def to_b(clock: str, key: str, **fields: object):
    """Account 1's copy of AssumeRole to role B of the account in the middle."""
    return ct.assume_role(clock, ALICE, "b", "sess", key, account=ct.OTHER, **fields)


def to_c(clock: str, **fields: object):
    """What account 3 sees: somebody of the account in the middle assumes C."""
    return ct.assume_role(clock, B, "c", "on", C_KEY, account=THIRD, **IN_THIRD, **fields)


def used_c(clock: str, since: str):
    return ct.get_object(clock, ct.role("c", "on", C_KEY, since, THIRD), "jewels", "a", **IN_THIRD)


def named(call: ct.Record, identity: str):
    """The same call with a source identity asked for."""
    return call | {"requestParameters": call["requestParameters"] | {"sourceIdentity": identity}}


def the_origin(case: graphtrail.Case, **limits: str):
    (row,) = case.ask.origin(f"key:{C_KEY}", **limits).rows
    return row


def test_03_a_chain_over_an_account_without_logs_is_only_a_hint(made: Made):
    case = made(to_b("09:00", B_KEY), to_c("09:10"), used_c("09:11", "09:10"))
    assert (the_origin(case).origin, the_origin(case).origin_status) == (None, "external")
    hint = the_origin(case, min_confidence="heuristic")
    assert (hint.origin, hint.confidence) == (USER, "heuristic")
    assert [hop.rule for hop in hint.chain] == [None, "L1", "L25", "L1"]
    notes = {(gap.code, gap.account) for gap in case.ask.who_touched("arn:aws:s3:::jewels").coverage}
    assert ("account-not-observed", ct.OTHER) in notes


def test_03_with_the_logs_of_the_account_in_the_middle_it_is_strong(made: Made):
    middle = {"recipientAccountId": ct.OTHER}
    case = made(
        ct.record("08:00", "iam:ListRoles", ct.user("bob", account=ct.OTHER), **middle),
        to_b("09:00", B_KEY),
        to_c("09:10"),
        used_c("09:11", "09:10"),
        ct.record("10:00", "iam:ListRoles", ct.user("bob", account=ct.OTHER), **middle),
    )
    row = the_origin(case)
    assert (row.origin, row.confidence, row.chain[2].rule) == (USER, "strong", "L25")


def test_04_of_two_sessions_of_that_name_none_is_chosen(made: Made):
    case = made(to_b("09:00", B_KEY), to_b("09:05", OTHER_KEY), to_c("09:10"), used_c("09:11", "09:10"))
    row = the_origin(case)
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert sorted(row.candidates) == sorted([f"key:{B_KEY}", f"key:{OTHER_KEY}"])
    caller = f"anon:AWSAccount:{B['principalId']}"
    assert [edge for edge in case.store.edges() if edge.target == caller and edge.type == "ISSUED"] == []


def test_04_a_session_that_had_ended_is_no_candidate(made: Made):
    early = to_b("09:00", OTHER_KEY)
    early["responseElements"]["credentials"]["expiration"] = "Mar 2, 2026, 9:30:00 AM"
    case = made(early, to_b("10:00", B_KEY), to_c("10:10"), used_c("10:11", "10:10"))
    row = the_origin(case, min_confidence="heuristic")
    assert row.chain[1].session == f"key:{B_KEY}"


def test_05_a_source_identity_that_one_of_them_carries_decides(made: Made):
    case = made(
        named(to_b("09:00", B_KEY), "ann"),
        named(to_b("09:05", OTHER_KEY), "ben"),
        named(to_c("09:10"), "ann"),
        used_c("09:11", "09:10"),
    )
    row = the_origin(case)
    assert (row.origin, row.confidence) == (USER, "strong")
    assert [(hop.session, hop.rule) for hop in row.chain[1:3]] == [
        (f"key:{B_KEY}", "L1"), (f"anon:AWSAccount:{B['principalId']}", "L26")
    ]  # fmt: skip


def test_05_a_source_identity_that_two_of_them_carry_does_not(made: Made):
    both = (named(to_b("09:00", B_KEY), "ann"), named(to_b("09:05", OTHER_KEY), "ann"))
    case = made(*both, named(to_c("09:10"), "ann"), used_c("09:11", "09:10"))
    assert the_origin(case).origin_status == "ambiguous"
