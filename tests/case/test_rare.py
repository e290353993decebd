"""What few records have, and what becomes of it on the way through the columns."""

from pathlib import Path

import numpy as np
import pytest
from cases import ACCOUNT, USER, Record, case_of, event_id, record, write
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.case.distinct import grouped
from graphtrail.questions.events import Call


def rows(tmp_path: Path, *held: Record) -> list[Call]:
    return list(case_of(tmp_path / "case", write(tmp_path / "a.json", held)).ask.events().rows)


def test_a_time_that_no_calendar_has_is_a_reject(tmp_path: Path):
    held = [record(1), record(2, eventTime="2024-06-31T10:00:00Z")]
    case = case_of(tmp_path / "case", write(tmp_path / "a.json", held))
    assert [(one["index"], one["reason"]) for one in case.rejects()] == [(1, "eventTime is in no known form")]
    assert case.status()["totals"]["events"] == 1


@pytest.mark.parametrize("request_id", ["caf\u00e9", "SecretDeleteMessage:" + "x" * 60, "x" * 44, ""])
def test_request_ids_of_any_form_tell_calls_apart(tmp_path: Path, request_id: str):
    stranger = {"type": "AWSAccount", "principalId": USER["principalId"], "accountId": ACCOUNT}
    mine = record(1, requestID=request_id)
    theirs = record(1, requestID=request_id, eventID=event_id(2), recipientAccountId="444455556666",
                    userIdentity=stranger)  # fmt: skip
    other = theirs | {"requestID": f"{request_id}-", "eventID": event_id(3), "recipientAccountId": "777788889999"}
    found = rows(tmp_path, mine, theirs, other)
    assert len(found) == (2 if request_id else 3)


def test_a_call_that_names_nobody_acts_on_the_caller(tmp_path: Path):
    iam = {"eventSource": "iam.amazonaws.com", "requestParameters": None}
    found = rows(tmp_path, record(1, **iam, eventName="GetUser"), record(2, **iam, eventName="ListUsers"))
    assert [USER["arn"] in {one.resource for one in row.resources} for row in found] == [True, False]


CODES = st.integers(0, 2**31 - 2)


@given(st.lists(st.tuples(CODES, CODES, CODES), min_size=1, max_size=40))
def test_rows_are_grouped_by_equal_values_however_many_there_may_be(values: list[tuple[int, int, int]]):
    columns = [np.array([row[place] for row in values], np.int64) for place in range(3)]
    found = grouped([(column, 2**31) for column in columns])
    firsts = [values[row] for row in found.firsts.tolist()]
    assert [firsts[group] for group in found.groups.tolist()] == values
    assert len(set(firsts)) == len(firsts)
