"""Which records count (domain.md 1.6), told from small cases: the answers, and that no order changes them."""

import itertools
import uuid
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from cases import ACCOUNT, USER, Record, case_of, digest, event_id, graph, record, totals, write

from graphtrail import api

OTHER = "444455556666"
STRANGER = {"type": "AWSAccount", "principalId": USER["principalId"], "accountId": ACCOUNT}


Maker = Callable[..., api.Case]


@pytest.fixture
def case(tmp_path: Path) -> Maker:
    """Makes the case of some records, the same in every order of them."""

    def made(*held: Record) -> api.Case:
        orders = list(itertools.permutations(held))[:6]
        cases = [
            case_of(tmp_path / f"case-{number}", write(tmp_path / f"{number}.json", order))
            for number, order in enumerate(orders)
        ]
        for other in cases[1:]:
            assert digest(other) == digest(cases[0])
            assert graph(other) == graph(cases[0])
            assert other.status()["conflicts"] == cases[0].status()["conflicts"]
        return cases[0]

    return made


def ids(case: api.Case) -> Sequence[str]:
    return [row.event_id for row in case.ask.events().rows]


def test_equal_records_are_one(case: Maker):
    held = case(record(1), record(1), record(1))
    assert ids(held) == [event_id(1)]
    assert totals(held) | {"records": 3, "events": 1, "duplicates": 2} == totals(held)
    assert list(held.status()["conflicts"]) == []


@pytest.mark.parametrize(
    "dropped", ["userAgent", "sourceIPAddress", "requestID", "requestParameters", "recipientAccountId", "readOnly"]
)
def test_a_record_whose_facts_another_has_all_disappears_into_it(case: Maker, dropped: str):
    held = case(record(1, **{dropped: None}), record(1))
    assert ids(held) == [event_id(1)]
    assert digest(held) == digest(case(record(1)))
    assert list(held.status()["conflicts"]) == []


@pytest.mark.parametrize(
    "said",
    [
        {"eventName": "PutObject"},
        {"requestID": "ANOTHER"},
        {"sourceIPAddress": "192.0.2.99"},
        {"eventTime": "2024-03-01T11:00:00Z"},
        {"errorCode": "NoSuchKey", "userAgent": None},
        {"requestParameters": {"bucketName": "other"}},
    ],
)
def test_records_that_contradict_each_other_are_both_kept(case: Maker, said: dict[str, object]):
    held = case(record(1), record(1, **said))
    first, second = sorted(ids(held), key=len)
    assert first == event_id(1)
    assert second.startswith(f"{first}#")
    assert len(second) == len(first) + 9
    assert [tuple(one["ids"]) for one in held.status()["conflicts"]] == [(first, second)]
    for one in (first, second):
        assert held.event(one)[1].event_id == one


def test_the_record_that_says_more_keeps_the_id(case: Maker):
    held = case(record(1, userAgent=None, sourceIPAddress="192.0.2.50"), record(1))
    row = next(row for row in held.ask.events().rows if row.event_id == event_id(1))
    assert row.address == record(1)["sourceIPAddress"]


def test_a_sign_in_that_failed_and_one_that_did_not_contradict_each_other(case: Maker):
    sign_in = {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "requestParameters": None}
    answers = [{"ConsoleLogin": "Failure"}, {"ConsoleLogin": "Success"}]
    held = case(*(record(1, **sign_in, responseElements=answer) for answer in answers))
    assert {row.outcome for row in held.ask.events().rows} == {"denied", "ok"}
    assert len(held.status()["conflicts"]) == 1


def test_a_correction_replaces_what_it_corrects(case: Maker):
    said = {"reason": "UPDATED_DATA", "originalEventID": event_id(1)}
    corrected = record(2, eventTime=record(1)["eventTime"], sourceIPAddress="192.0.2.50", addendum=said)
    held = case(record(1, userAgent="a", vpcEndpointId="vpce-1"), corrected)
    rows = held.ask.events().rows
    assert [(row.event_id, row.address) for row in rows] == [(event_id(1), "192.0.2.50")]
    assert list(held.status()["conflicts"]) == []


@pytest.mark.parametrize("reason", ["DELIVERY_DELAY", "SERVICE_OUTAGE"])
def test_a_record_that_is_only_late_corrects_nothing(case: Maker, reason: str):
    held = case(record(1), record(2, addendum={"reason": reason, "originalEventID": event_id(1)}))
    assert sorted(ids(held)) == [event_id(1), event_id(2)]


def test_records_without_an_id_are_known_by_what_they_say(case: Maker):
    held = case(record(1, eventID=None), record(1, eventID=None), record(2, eventID=None))
    assert len(ids(held)) == 2
    assert len({len(one) for one in ids(held)} | {64}) == 1


def test_an_id_made_of_the_hash_of_another_hides_nothing(case: Maker):
    forged = str(uuid.UUID(bytes=sha256(b"odd").digest()[:16]))
    held = case(record(1, eventID="odd"), record(1, eventID=forged), record(1, eventID=forged))
    assert sorted(ids(held)) == sorted(["odd", forged])
    assert list(held.status()["conflicts"]) == []
    assert totals(held)["duplicates"] == 1


def pair(shared: str | None, **said: object) -> tuple[Record, Record]:
    """The two records of one call: the caller's account's own, and the one of the account that owns the bucket."""
    mine = record(1, sharedEventID=shared, requestID="R1", **said)
    theirs = {"userIdentity": STRANGER, "recipientAccountId": OTHER, "eventID": event_id(9), "requestID": "R1"}
    return mine, record(1, **({"sharedEventID": shared} | said | theirs))


@pytest.mark.parametrize("shared", [event_id(50), event_id(1), event_id(9), "odd shared id", None])
def test_the_records_of_two_accounts_are_one_call_of_the_caller(case: Maker, shared: str | None):
    held = case(*pair(shared))
    assert totals(held)["events"] == 2
    row = next(iter(held.ask.events().rows))
    assert len(held.ask.events().rows) == 1
    assert (row.event_id, row.access_key, row.account) == (event_id(1), USER["accessKeyId"], ACCOUNT)
    assert held.event(event_id(9))[1].event_id == event_id(1)


def test_an_owner_whose_id_is_no_uuid_is_found_too(case: Maker):
    mine, theirs = pair(None)
    held = case(mine | {"eventID": "mine", "requestID": "R1"}, theirs | {"sharedEventID": "mine", "requestID": "R2"})
    assert ids(held) == ["mine"]


@pytest.mark.parametrize(
    "apart",
    [
        {"eventCategory": "Management"},
        {"recipientAccountId": ACCOUNT},
        {"recipientAccountId": None},
    ],
)
def test_what_shares_an_id_and_is_not_the_same_call_stays_apart(case: Maker, apart: dict[str, object]):
    mine, theirs = pair(event_id(50))
    assert len(ids(case(mine, {**theirs, **apart}))) == 2


@pytest.mark.parametrize(
    "apart",
    [{"eventName": "PutObject"}, {"eventTime": "2024-03-01T11:00:00Z"}, {"requestID": "R2"}, {"requestID": None},
     {"eventCategory": "Management"}],
)  # fmt: skip
def test_without_a_shared_id_request_action_and_second_must_agree(case: Maker, apart: dict[str, object]):
    mine, theirs = pair(None)
    assert len(ids(case(mine, {**theirs, **apart}))) == 2


def test_a_shared_id_on_one_record_alone_means_nothing(case: Maker):
    held = case(record(1, sharedEventID=event_id(50)), record(2, sharedEventID=event_id(51)))
    assert sorted(ids(held)) == [event_id(1), event_id(2)]


def test_an_id_that_records_contradict_each_other_under_is_shared_by_the_one_that_keeps_it(case: Maker):
    mine, theirs = pair(None)
    other = mine | {"sourceIPAddress": "192.0.2.99", "requestID": "R9"}
    held = case(mine, other, theirs | {"sharedEventID": event_id(1), "requestID": "R8"})
    assert totals(held)["events"] == 3
    assert len(ids(held)) == 2


def test_an_id_forged_from_the_hash_of_a_shared_one_is_not_its_owner(case: Maker):
    forged = str(uuid.UUID(bytes=sha256(b"mine").digest()[:16]))
    mine, theirs = pair(None)
    stray = record(7, eventID=forged, recipientAccountId="777788889999")
    held = case(
        mine | {"eventID": "mine", "requestID": "R1"}, theirs | {"sharedEventID": "mine", "requestID": "R2"}, stray
    )
    assert sorted(ids(held)) == sorted(["mine", forged])


def endpoint(number: int, **said: object) -> Record:
    """What the endpoint logged of the first call."""
    told = {"eventCategory": "NetworkActivity", "requestID": "R1", "vpcEndpointId": "vpce-1"}
    return record(number, **(told | {"eventTime": "2024-03-01T10:00:03Z"} | said))


def test_what_an_endpoint_logged_of_a_call_is_evidence_of_it_and_no_second_call(case: Maker):
    held = case(record(1, requestID="R1"), endpoint(5))
    assert ids(held) == [event_id(1)]
    assert totals(held)["events"] == 2
    assert held.event(event_id(5))[1].event_id == event_id(1)


def test_both_copies_of_a_call_and_of_what_endpoints_logged_are_one_call(case: Maker):
    shared = {"sharedEventID": event_id(60)}
    held = case(*pair(None), endpoint(5, **shared), endpoint(6, **shared, recipientAccountId=OTHER))
    assert ids(held) == [event_id(1)]


@pytest.mark.parametrize("said", [{"requestID": "R2"}, {"requestID": None}, {"eventSource": "kms.amazonaws.com"}])
def test_what_an_endpoint_logged_alone_is_a_call(case: Maker, said: dict[str, object]):
    assert len(ids(case(record(1, requestID="R1"), endpoint(5, **said)))) == 2


def test_what_an_endpoint_logged_of_one_of_two_calls_is_given_to_neither(case: Maker):
    calls = [record(1, requestID="R1"), record(2, requestID="R1", eventName="ListObjects")]
    assert len(ids(case(*calls, endpoint(5)))) == 3
