"""L5: a sign-in and the calls that follow, where clocks differ by a second or two."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
ADMIN = ct.user("admin", "AKIAADMINADMINADMIN0")
ROOT = {"type": "Root", "principalId": ct.HOME, "arn": f"arn:aws:iam::{ct.HOME}:root", "accountId": ct.HOME}
BOB = ct.user("bob")
FIRST, SECOND = "ASIAFIRSTFIRSTFIRST0", "ASIASECONDSECONDSEC0"
CONSOLE = {"sessionCredentialFromConsole": "true"}
SKEWED = ["08:59:58", "08:59:59", "09:00:01", "09:00:02"]


def signed_in(clock: str, who: ct.Record):
    return ct.record(clock, "signin:ConsoleLogin", who, responseElements={"ConsoleLogin": "Success"})


def used(clock: str, who: ct.Record, key: str, since: str = "09:00", **fields: object):
    context = {"sessionIssuer": {}, "attributes": {"creationDate": ct.at(since), "mfaAuthenticated": "false"}}
    return ct.get_object(clock, who | {"accessKeyId": key, "sessionContext": context}, "jewels", "a", **fields)


def family(who: ct.Record, clock: str) -> str:
    return f"ses:{who['principalId']}@{ct.at(clock)}"


def origins(case: graphtrail.Case) -> dict[str, tuple[str | None, str | None]]:
    rows = (case.ask.origin(session.key).rows[0] for session in case.store.sessions())
    return {row.session: (row.origin, row.rule) for row in rows}


@pytest.mark.parametrize("who", [ROOT, BOB], ids=["root", "user"])
@pytest.mark.parametrize("console", [{}, CONSOLE], ids=["unmarked", "marked"])
@pytest.mark.parametrize("clock", SKEWED)
def test_a_sign_in_of_another_second_is_that_of_all_that_follows(
    made: Made, who: ct.Record, console: ct.Record, clock: str
):
    case = made(signed_in(clock, who), used("09:01", who, FIRST, **console), used("09:02", who, SECOND, **console))
    found = origins(case)
    assert found.keys() == {family(who, clock), family(who, "09:00"), *(
        () if console else (f"key:{FIRST}", f"key:{SECOND}")
    )}  # fmt: skip
    assert set(found.values()) == {(who["arn"], "L5")}
    parts = {(edge.source, edge.target) for edge in case.store.edges() if edge.type == "PART_OF"}
    assert (family(who, clock), family(who, "09:00")) in parts


@pytest.mark.parametrize("clock", SKEWED)
def test_who_set_the_password_reaches_what_a_skewed_sign_in_began(made: Made, clock: str):
    case = made(
        ct.record("08:00", "iam:UpdateLoginProfile", ADMIN, requestParameters={"userName": "bob"}),
        signed_in(clock, BOB),
        used("09:01", BOB, FIRST),
    )
    reached = {row.session for row in case.ask.blast_radius("key:AKIAADMINADMINADMIN0").rows}
    assert {family(BOB, clock), family(BOB, "09:00"), f"key:{FIRST}"} <= reached


def test_three_seconds_are_no_skew(made: Made):
    found = origins(made(signed_in("08:59:57", ROOT), used("09:01", ROOT, FIRST)))
    assert found[f"key:{FIRST}"] == (None, None)
    assert family(ROOT, "09:00") not in found


def test_a_family_that_has_its_sign_in_takes_no_other(made: Made):
    case = made(signed_in("08:59:59", BOB), signed_in("09:00", BOB), used("09:01", BOB, FIRST))
    parts = {edge.source for edge in case.store.edges() if edge.type == "PART_OF"}
    assert parts == {f"key:{FIRST}"}


def test_of_two_sign_ins_as_near_neither_is_taken_and_of_two_the_nearer(made: Made):
    calls = used("09:01", ROOT, FIRST), used("09:02", ROOT, SECOND)
    case = made(signed_in("08:59:59", ROOT), signed_in("09:00:01", ROOT), *calls)
    assert origins(case)[f"key:{FIRST}"] == (None, None)
    nearer = made(signed_in("08:59:58", ROOT), signed_in("09:00:01", ROOT), *calls)
    parts = {edge.source for edge in nearer.store.edges() if edge.type == "PART_OF"}
    assert parts == {f"key:{FIRST}", f"key:{SECOND}", family(ROOT, "09:00:01")}


def test_a_key_that_was_asked_for_in_that_second_is_of_no_sign_in(made: Made):
    answer = {"credentials": {"accessKeyId": FIRST, "expiration": "Mar 2, 2026, 11:00:00 PM"}}
    case = made(
        ct.record("09:00", "sts:GetSessionToken", ADMIN | BOB | {"accessKeyId": "AKIABOBBOBBOBBOBBOB0"},
                  responseElements=answer),
        signed_in("09:00:01", BOB),
        used("09:01", BOB, FIRST),
    )  # fmt: skip
    assert origins(case)[f"key:{FIRST}"] == (BOB["arn"], "L1")
    assert not any(edge.type in {"PART_OF", "SAME_SIGN_IN"} for edge in case.store.edges())


def test_a_root_session_of_assume_root_is_of_no_sign_in(made: Made):
    context = {"attributes": {"creationDate": ct.at("09:00"), "mfaAuthenticated": "false"}, "assumedRoot": "true"}
    abroad = ROOT | {"accessKeyId": FIRST, "sessionContext": context}
    found = origins(made(signed_in("09:00:01", ROOT), ct.get_object("09:01", abroad, "jewels", "a")))
    assert found[f"key:{FIRST}"] == (None, None)


def test_a_family_without_calls_is_whose_its_members_are(made: Made):
    found = origins(made(used("09:01", BOB, FIRST), used("09:02", BOB, SECOND)))
    assert found == dict.fromkeys([f"key:{FIRST}", f"key:{SECOND}", family(BOB, "09:00")], (BOB["arn"], None))
