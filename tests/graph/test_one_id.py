"""Very many records under one event id: those that another says all of and more are copies, the rest contradict it."""

from collections.abc import Callable
from typing import Any

import cloudtrail as ct

import graphtrail

Made = Callable[..., graphtrail.Case]
ONE = "00000000-0000-4000-8000-000000000001"
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")


def record(minute: int, **fields: Any) -> ct.Record:  # noqa: ANN401 - any field of a record
    return ct.get_object(f"09:{minute:02}", ALICE, "jewels", "a", eventID=ONE, **fields)


def test_of_many_records_with_one_id_only_those_that_say_something_of_their_own_are_kept(made: Made):
    fuller = [record(minute, requestID=f"{minute:016X}") for minute in range(40)]
    poorer = []
    for one in fuller[::2]:
        copy = dict(one)
        del copy["requestID"], copy["userAgent"]
        poorer.append(copy)
    digests = set()
    for records in ((*fuller, *poorer), (*reversed(poorer), *fuller)):
        case = made(*records)
        (conflict,) = case.store.case.conflicts
        assert (conflict["event_id"], len(conflict["ids"])) == (ONE, len(fuller))
        assert sorted(row.time for row in case.ask.events().rows) == [ct.at(f"09:{minute:02}") for minute in range(40)]
        digests.add(case.store.case.digest)
    assert len(digests) == 1


def test_of_many_ids_of_one_first_half_each_copy_finds_the_record_whose_id_it_shares(made: Made):
    def named(number: int) -> str:
        return f"00000000-0000-4000-8000-{number:012x}"

    own = [record(number) | {"eventID": named(number)} for number in range(0, 40, 2)]
    copies = [
        record(number, sharedEventID=named(number), recipientAccountId=ct.OTHER) | {"eventID": named(100 + number)}
        for number in range(0, 42, 2)
    ]
    rows = made(*copies, *own).ask.events().rows
    assert [row.event_id for row in rows] == [*(named(number) for number in range(0, 40, 2)), named(140)]
