"""Records that speak against what keys, names and seconds alone would say: nobody is given what is another's."""

from collections.abc import Callable

import cloudtrail as ct
import pytest
from linked import ALICE, ALICES, ARN, IN_USE, STORE, assumed, origin, used

import graphtrail

Made = Callable[..., graphtrail.Case]


@pytest.mark.parametrize("asked", ["08:00", "09:00"])
def test_what_a_service_sends_on_for_a_user_is_not_of_who_failed_to_sign_in_as_him(made: Made, asked: str):
    tried = {"type": "IAMUser", "accountId": ct.HOME, "userName": "alice"}
    sent_on = ALICE | {
        "accessKeyId": IN_USE,
        "invokedBy": "secretsmanager.amazonaws.com",
        "sessionContext": {"attributes": {"creationDate": ct.at("08:55")}},
    }
    call = ct.record("09:00", "kms:Decrypt", sent_on)
    case = made(
        ct.record("09:00", "signin:ConsoleLogin", tried, responseElements={"ConsoleLogin": "Failure"}),
        ct.get_object(asked, ALICE, "jewels", "a"),
        call,
    )
    (session,) = [row.session for row in case.ask.events().rows if row.event_id == call["eventID"]]
    found = {"08:00": f"ses:{ALICE['principalId']}@2026-03-02T08:55:00Z", "09:00": ALICES}
    assert session == found[asked]
    assert origin(case, session).origin == f"{ARN}alice"


PERSON = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}


def test_a_service_that_once_acted_for_somebody_is_not_that_person(made: Made):
    name = "i-0123456789abcdef0"
    case = made(
        ct.record("08:00", "s3:ListBuckets", ct.service("ec2") | PERSON),
        assumed("09:00", ct.service("ec2"), IN_USE, name),
        used("09:01", "09:00", session=name),
    )
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.origin_status) == ("service:ec2.amazonaws.com", "service")


@pytest.mark.parametrize("others", [False, True])
def test_records_without_key_and_date_are_the_persons_whom_all_of_them_name(made: Made, *, others: bool):
    nameless = {
        key: value for key, value in ct.role("deploy", "build", None, "09:00").items() if key != "sessionContext"
    }
    case = made(
        ct.record("09:00", "s3:ListBuckets", nameless | PERSON),
        ct.record("19:00", "s3:ListBuckets", nameless | ({} if others else PERSON)),
    )
    session = f"anon:AssumedRole:{nameless['principalId']}"
    assert origin(case, session).origin == (None if others else f"idc:{STORE}#u-1")
    assert origin(case, session, min_confidence="heuristic").origin == f"idc:{STORE}#u-1"


def test_what_a_service_sends_on_for_a_user_is_not_of_the_one_who_bore_the_name_before(made: Made):
    again = ALICE | {
        "principalId": "AIDANEWNEWNEWNEWNEWN0",
        "accessKeyId": IN_USE,
        "invokedBy": "secretsmanager.amazonaws.com",
        "sessionContext": {"attributes": {"creationDate": ct.at("08:55")}},
    }
    call = ct.record("09:00", "kms:Decrypt", again)
    case = made(ct.get_object("09:00", ALICE, "jewels", "a"), call)
    (session,) = [row.session for row in case.ask.events().rows if row.event_id == call["eventID"]]
    assert session == "ses:AIDANEWNEWNEWNEWNEWN0@2026-03-02T08:55:00Z"


def test_a_key_that_was_issued_for_another_role_is_not_the_key_in_use(made: Made):
    """As in logs whose publisher made all keys one."""
    other = ct.role("other", "night", IN_USE, "09:00")
    case = made(assumed("09:00", ALICE, IN_USE), ct.get_object("09:01", other, "jewels", "a"))
    assert (origin(case, f"key:{IN_USE}").origin, origin(case, f"key:{IN_USE}").origin_status) == (None, "unknown")
    issued = f"key:{IN_USE}#arn:aws:iam::111122223333:role/deploy"
    assert origin(case, issued).origin == f"{ARN}alice"
