"""Ids that are no ids (placeholders, masks, documentation) stand in many hands: nobody is given another's calls."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.errors import NotFound

Made = Callable[..., graphtrail.Case]
MASK = "EXAMPLE"
OTHERS = "arn:aws:iam::777788889999:user/nikki"
MATEO = "arn:aws:iam::111122223333:user/mateo"
NAMES = {MATEO: ct.HOME, OTHERS: ct.STRANGE}


def masked(arn: str, since: str | None = None, **said: str) -> ct.Record:
    who = {"type": "IAMUser", "principalId": MASK, "arn": arn, "accountId": NAMES[arn], "userName": arn[-5:]} | said
    return who | ({"sessionContext": {"attributes": {"creationDate": ct.at(since)}}} if since else {})


@pytest.mark.parametrize("since", [None, "08:00"], ids=["one call", "a sign-in"])
def test_users_of_one_masked_id_are_not_one_session(made: Made, since: str | None):
    case = made(
        ct.get_object("09:00", masked(MATEO, since), "jewels", "a"),
        ct.get_object("09:01", masked(OTHERS, since), "jewels", "b"),
    )
    calls = case.ask.events().rows
    assert [(call.principal, call.identity_arn) for call in calls] == [(MATEO, MATEO), (OTHERS, OTHERS)]
    for arn in NAMES:
        (call,) = case.ask.events(principal=arn).rows
        assert (call.identity_arn, case.ask.origin(call.session).rows[0].origin) == (arn, arn)
    assert len(case.status()["split_keys"]) == 2
    split = [row for row in case.ask.unknowns().rows if row.code == "key-of-several-principals"]
    assert len(split) == 2


def test_sign_ins_of_one_masked_id_are_not_one_session(made: Made):
    def signed_in(arn: str) -> ct.Record:
        return ct.record("09:00", "signin:ConsoleLogin", masked(arn), responseElements={"ConsoleLogin": "Success"})

    case = made(signed_in(MATEO), signed_in(OTHERS))
    assert {call.principal: call.identity_arn for call in case.ask.events().rows} == {arn: arn for arn in NAMES}


def test_a_user_that_only_his_name_tells_is_another_one_in_another_account(made: Made):
    def named(account: str) -> ct.Record:
        return {"type": "IAMUser", "accountId": account, "userName": "mateo"}

    case = made(
        ct.get_object("09:00", named(ct.HOME), "jewels", "a"), ct.get_object("09:01", named(ct.STRANGE), "jewels", "b")
    )
    assert [call.principal for call in case.ask.events().rows] == [MATEO, f"arn:aws:iam::{ct.STRANGE}:user/mateo"]


def test_a_family_of_several_principals_ties_nobody_together(made: Made):
    case = made(
        ct.assume_role("09:00", ct.user("alice", "AKIAALICEALICEALICE0"), "deploy", "build", "ASIAISSUEDISSUEDISS0"),
        *(
            ct.get_object("09:10", ct.role("deploy", "build", key, "09:00", account) | {"principalId": "AROA**:build"},
                          "jewels", account)
            for key, account in (("ASIAONEONEONEONEONE0", ct.HOME), ("ASIATWOTWOTWOTWOTWO0", ct.OTHER))
        ),
    )  # fmt: skip
    found = {row.principal: row.session for row in case.ask.events(action="GetObject").rows}
    assert found == {
        f"arn:aws:iam::{ct.HOME}:role/deploy": "key:ASIAONEONEONEONEONE0",
        f"arn:aws:iam::{ct.OTHER}:role/deploy": "key:ASIATWOTWOTWOTWOTWO0",
    }
    assert all(case.ask.origin(session).rows[0].origin is None for session in found.values())


def test_a_session_is_found_by_every_arn_that_its_records_give(made: Made):
    key = "ASIAONEONEONEONEONE0"
    case = made(*(
        ct.get_object(f"09:0{at}", ct.role("deploy", name, key, "09:00"), "jewels", name)
        for at, name in enumerate(("dba", "admin"))
    ))  # fmt: skip
    for name in ("dba", "admin"):
        arn = f"arn:aws:sts::{ct.HOME}:assumed-role/deploy/{name}"
        assert {row.session for row in case.ask.events(session=arn).rows} == {f"key:{key}"}
    with pytest.raises(NotFound):
        case.ask.events(session=f"arn:aws:sts::{ct.HOME}:assumed-role/deploy/nobody")
