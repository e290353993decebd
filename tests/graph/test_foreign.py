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


def origins(case: graphtrail.Case, **limits: str):
    """Of each part of the caller what is said of it, and the times of its calls."""
    rows = case.ask.origin(SESSION, **limits).rows
    calls = {
        row.session: tuple(event.time[11:16] for event in case.ask.events(session=row.session).rows) for row in rows
    }
    return {calls[row.session]: (row.origin or row.origin_status, row.rule) for row in rows}


def test_each_call_is_of_whoever_alone_was_alive_then(made: Made):
    first, second = assumed("09:00", ALICE, FIRST, "10:00:00 AM"), assumed("09:40", BOB, SECOND)
    alone = made(*DAY, first, outside("09:05"), outside("09:50"))
    assert (origin(alone).origin, origin(alone).rule) == (ALICE["arn"], "L25")
    case = made(*DAY, first, second, outside("09:05"), outside("09:50"), outside("11:00"))
    assert origins(case) == {
        ("09:05",): (ALICE["arn"], "L25"),
        ("09:50",): ("ambiguous", None),
        ("11:00",): (BOB["arn"], "L25"),
    }
    (undecided,) = [row for row in case.ask.origin(SESSION).rows if row.origin_status == "ambiguous"]
    assert (undecided.session, undecided.candidates) == (f"{SESSION}#?", (f"key:{FIRST}", f"key:{SECOND}"))


def test_a_name_that_was_used_again_is_two_sessions(made: Made):
    first, second = assumed("09:00", ALICE, FIRST, "10:00:00 AM"), assumed("20:00", BOB, SECOND)
    case = made(*DAY, first, second, outside("09:05"), onwards("09:06"), outside("20:05"))
    assert origins(case) == {("09:05", "09:06"): (ALICE["arn"], "L25"), ("20:05",): (BOB["arn"], "L25")}
    touched = {row.last_seen[11:16]: row.origin for row in case.ask.who_touched("arn:aws:s3:::theirs").rows}
    assert touched == {"09:05": ALICE["arn"], "20:05": BOB["arn"]}
    (row,) = case.ask.origin("key:ASIAONWARDSONWARDS00").rows
    assert [hop.session for hop in row.chain][-3:] == [
        f"key:{FIRST}", f"{SESSION}#key:{FIRST}", "key:ASIAONWARDSONWARDS00"
    ]  # fmt: skip
    assert case.store.session(SESSION) is None
    by_name = {row.session for row in case.ask.origin(CALLER["principalId"]).rows}
    assert by_name == {f"{SESSION}#key:{FIRST}", f"{SESSION}#key:{SECOND}"}


def test_a_divided_caller_that_opened_another_is_behind_its_part(made: Made):
    """Both names are used again; what the first opened in another account is seen in a third."""
    first, second = assumed("09:00", ALICE, FIRST, "10:00:00 AM"), assumed("20:00", BOB, SECOND)
    third = {"recipientAccountId": ct.STRANGE}
    other = {"type": "AWSAccount", "principalId": f"{ct.role_id('c')}:on", "accountId": ct.OTHER}
    opened = onwards("09:10")
    opened["responseElements"]["credentials"]["expiration"] = "Mar 2, 2026, 10:00:00 AM"
    again = ct.assume_role("20:10", CALLER, "c", "on", "ASIAAGAINAGAINAGAIN0", account=ct.OTHER, **OUTSIDE)
    case = made(
        *DAY,
        *(
            ct.record(clock, "iam:ListRoles", ct.user("dan", account=ct.OTHER), **OUTSIDE)
            for clock in ("07:00", "23:00")
        ),
        first,
        second,
        opened,
        again,
        ct.get_object("09:15", other, "far", "a", **third),
        ct.get_object("20:15", other, "far", "a", **third),
    )
    touched = {row.last_seen[11:16]: row.origin for row in case.ask.who_touched("arn:aws:s3:::far").rows}
    assert touched == {"09:15": ALICE["arn"], "20:15": BOB["arn"]}


def test_what_calls_of_two_parts_opened_in_one_second_is_given_to_neither(made: Made):
    """Of which of the two keys that were handed out the session came is not known, so the callers are candidates."""
    first, second = assumed("09:00", ALICE, FIRST, sourceIdentity="ann"), assumed("09:05", BOB, SECOND)
    second["requestParameters"] |= {"sourceIdentity": "ben"}
    one, other = onwards("09:10", sourceIdentity="ann"), onwards("09:10", sourceIdentity="ben")
    other["responseElements"]["credentials"]["accessKeyId"] = UNUSED
    there = ct.role("c", "on", "ASIATHIRDTHIRDTHIRD0", "09:10", account=ct.OTHER)
    touching = ct.get_object("09:11", there, "far", "a", **OUTSIDE)
    alone = made(*DAY, first, one, touching).ask.who_touched("arn:aws:s3:::far").rows
    assert [row.origin for row in alone] == [ALICE["arn"]]
    (row,) = (
        made(*DAY, first, second, one, other | {"eventID": "0" * 31 + "1"}, touching)
        .ask.who_touched("arn:aws:s3:::far")
        .rows
    )
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert row.candidates == (f"{SESSION}#key:{FIRST}", f"{SESSION}#key:{SECOND}")


def test_a_session_of_another_day_is_no_candidate(made: Made):
    """Of an issue without a stated end AWS's limit of twelve hours holds."""
    first, second = assumed("09:00", ALICE, FIRST), assumed("20:00", BOB, SECOND)
    first["eventTime"] = "2026-02-27T09:00:00Z"
    for call in (first, second):
        del call["responseElements"]["credentials"]["expiration"]
    earlier = ct.record("08:00", "iam:ListRoles", BOB, eventTime="2026-02-27T08:00:00Z", eventID="0" * 31 + "1")
    before = outside("09:05") | {"eventTime": "2026-02-27T09:05:00Z", "eventID": "0" * 31 + "2"}
    case = made(earlier, *DAY, first, second, before, outside("20:05"))
    assert origins(case) == {("09:05",): (ALICE["arn"], "L25"), ("20:05",): (BOB["arn"], "L25")}


def test_calls_after_its_end_are_not_of_the_one_session_that_is_known(made: Made):
    case = made(*DAY, assumed("09:00", ALICE, FIRST, "10:00:00 AM"), outside("09:05"), outside("20:05"))
    found = origins(case, min_confidence="heuristic")
    assert found.keys() == {("09:05",), ("20:05",)}
    assert found["09:05",] == (ALICE["arn"], "L25")
    assert found["20:05",][0] not in {ALICE["arn"], BOB["arn"], "ambiguous"}


def test_who_acts_on_behalf_of_whom_holds_for_each_part(made: Made):
    person = {
        "onBehalfOf": {
            "userId": "90677c3c",
            "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1",
        }
    }
    first, second = assumed("09:00", ALICE, FIRST, "10:00:00 AM"), assumed("20:00", BOB, SECOND)
    calls = [outside("09:05"), outside("20:05")]
    for call in calls:
        call["userIdentity"] = call["userIdentity"] | person
    case = made(*DAY, first, second, *calls)
    behind = {edge.target for edge in case.store.edges() if edge.type == "ON_BEHALF_OF"}
    parts = {f"{SESSION}#key:{FIRST}", f"{SESSION}#key:{SECOND}"}
    assert behind == parts
    other = {"onBehalfOf": person["onBehalfOf"] | {"userId": "another"}}
    calls[1]["userIdentity"] = calls[1]["userIdentity"] | other
    case = made(*DAY, first, second, *calls)
    assert [edge for edge in case.store.edges() if edge.type == "ON_BEHALF_OF"] == []
    assert {row.session for row in case.ask.origin(SESSION).rows} == parts


def test_an_identity_that_one_call_hands_on_does_not_tell_whose_the_others_are(made: Made):
    both = (
        *DAY,
        assumed("09:00", ALICE, FIRST, sourceIdentity="ann"),
        assumed("09:05", BOB, SECOND, sourceIdentity="ben"),
        onwards("09:10", sourceIdentity="ann"),
    )
    assert (origin(made(*both)).origin, origin(made(*both)).rule) == (ALICE["arn"], "L26")
    case = made(*both, outside("09:20"))
    assert origins(case) == {("09:10",): (ALICE["arn"], "L26"), ("09:20",): ("ambiguous", None)}


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
