"""L9, L20, L22, L26, L27: sessions whose key no record of their issue shows, and sessions that were renewed."""

from collections.abc import Callable

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]
STORE = "arn:aws:identitystore::111122223333:identitystore/d-1"
ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
ALICES, BOBS = "key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"
IN_USE = "ASIAINUSEINUSEINUSE0"
POWERLESS = f"arn:aws:iam::{ct.HOME}:role/deploy"
POWER = "AWSReservedSSO_Power_User_0123456789abcdef"
GRANTED = "access-grants-e653760c-4e8b-44fd-94d9-309e035b75ab"
LAKE = ct.service("lakeformation")
QUERY = "AWSLF-00-AT-111122223333-abcdefghij"


def behalf(user: str) -> ct.Record:
    return {"onBehalfOf": {"userId": user, "identityStoreArn": STORE}}


def person(user: str) -> ct.Record:
    return {"type": "IdentityCenterUser", "accountId": ct.HOME, "credentialId": f"c-{user}"} | behalf(user)


def portal(clock: str, who: ct.Record) -> ct.Record:
    details = {"role_name": "Power_User", "account_id": ct.HOME}
    return ct.record(clock, "sso:GetRoleCredentials", who, serviceEventDetails=details, requestParameters=None)


def used(name: str, session: str, since: str = "09:00:02", key: str = IN_USE, **fields: object) -> ct.Record:
    return ct.get_object("09:05", ct.role(name, session, key, since) | fields, "jewels", "red/a")


def asked(clock: str, who: ct.Record, target: str = "s3://jewels/red/*") -> ct.Record:
    return ct.record(clock, "s3:GetDataAccess", who, requestParameters={"target": target, "permission": "READ"})


def queried(who: ct.Record, name: str = QUERY) -> ct.Record:
    said = {"requesterService": "ATHENA", "lakeFormationRoleSessionName": name}
    return ct.record("09:00", "lakeformation:GetDataAccess", who, additionalEventData=said)


def origin(case: graphtrail.Case, level: str = "strong"):
    (row,) = case.ask.origin(f"key:{IN_USE}", min_confidence=level).rows
    return row


def test_the_portal_is_where_a_session_of_a_permission_set_came_from(made: Made):
    case = made(portal("09:00", person("u-1")), used(POWER, "ann", **behalf("u-1")))
    (row,) = case.ask.chain(f"key:{IN_USE}").rows
    assert (origin(case).origin, origin(case).origin_status) == (f"idc:{STORE}#u-1", "linked")
    assert row.confidence == "exact"


def test_without_the_person_on_the_session_the_portal_is_a_hint(made: Made):
    case = made(portal("09:00", person("u-1")), used(POWER, "ann"))
    assert (origin(case).origin, origin(case).origin_status) == (None, "hidden")
    assert origin(case).candidates == ("idc:c-u-1",)
    hint = origin(case, "heuristic")
    assert (hint.origin, hint.rule, hint.confidence) == (f"idc:{STORE}#u-1", "L9", "heuristic")


@pytest.mark.parametrize("since", ["08:59:59", "09:00:06"])
def test_the_portal_is_left_at_most_five_seconds_before_the_session_begins(made: Made, since: str):
    case = made(portal("09:00", person("u-1")), used(POWER, "ann", since))
    assert origin(case, "heuristic").origin is None


def test_who_is_only_a_hint_is_not_known_to_have_been_at_the_portal(made: Made):
    other = used(POWER, "session", key="ASIAOTHEROTHEROTHER0", **behalf("u-1"))
    case = made(portal("09:00", person("u-1")), other, used(POWER, "session"))
    assert origin(case).origin is None
    assert origin(case, "heuristic").origin == f"idc:{STORE}#u-1"


def test_two_people_at_the_portal_are_candidates(made: Made):
    case = made(portal("09:00", person("u-1")), portal("09:00:01", person("u-2")), used(POWER, "ann"))
    assert (origin(case).origin_status, len(origin(case).candidates)) == ("ambiguous", 2)


def test_of_two_people_at_the_portal_the_one_whom_the_session_names_counts(made: Made):
    case = made(
        portal("09:00", person("u-1")), portal("09:00:01", person("u-2")), used(POWER, "ann", **behalf("u-2"))
    )  # fmt: skip
    assert [edge.source for edge in case.store.into(f"key:{IN_USE}") if edge.rule == "L9"] == ["idc:c-u-2"]


def test_the_portal_knows_the_name_of_the_session(made: Made):
    old = {"type": "Unknown", "principalId": "x", "accountId": ct.HOME}
    case = made(
        portal("09:00", old | {"userName": "ann"}), portal("09:00:01", old | {"userName": "ben"}), used(POWER, "ann")
    )  # fmt: skip
    assert len(origin(case).candidates) == 1


def test_a_session_of_access_grants_is_hidden_and_who_asked_for_its_prefix_is_a_hint(made: Made):
    case = made(asked("09:00", ALICE), asked("09:00", BOB, "s3://jewels/blue*"), used("location", GRANTED))
    assert (origin(case).origin_status, origin(case).candidates) == ("hidden", (ALICES,))
    assert origin(case, "heuristic").rule == "L20"


@pytest.mark.parametrize(
    ("clock", "target"), [("09:00", "s3://jewels/blue*"), ("09:15:03", "s3://jewels/red*"), ("08:59", "s3://jewels*")]
)
def test_other_prefixes_and_other_times_are_no_hint(made: Made, clock: str, target: str):
    assert origin(made(asked(clock, ALICE, target), used("location", GRANTED))).candidates == ()


def test_a_whole_bucket_can_be_asked_for_and_two_who_did_are_candidates(made: Made):
    case = made(asked("09:01", ALICE, "s3://jewels*"), asked("09:02", BOB), used("location", GRANTED))
    assert (origin(case).origin_status, set(origin(case).candidates)) == ("ambiguous", {ALICES, BOBS})
    assert {row.session for row in case.ask.who_touched("arn:aws:s3:::jewels").rows} >= {ALICES, BOBS}


def test_a_session_of_another_name_is_not_of_access_grants(made: Made):
    assert origin(made(asked("09:00", ALICE), used("location", "build"))).candidates == ()


def test_lake_formation_reads_for_who_queried(made: Made):
    issue = ct.assume_role("09:00:02", LAKE, "lake", QUERY, IN_USE)
    nameless = ct.record("08:59", "lakeformation:GetDataAccess", BOB)
    case = made(nameless, queried(ALICE), issue, used("lake", QUERY))
    row = origin(case)
    assert (row.origin, row.rule, row.confidence) == (ALICE["arn"], "L22", "strong")
    assert f"key:{IN_USE}" in {reached.session for reached in case.ask.blast_radius(ALICE["arn"]).rows}


def test_a_name_like_lake_formations_that_somebody_else_chose_proves_nothing(made: Made):
    case = made(queried(ALICE), ct.assume_role("09:00:02", BOB, "lake", QUERY, IN_USE), used("lake", QUERY))
    assert origin(case).origin == BOB["arn"]


@pytest.mark.parametrize(("issuer", "found"), [(LAKE, [("exact", "L22")]), (BOB, []), (None, [("heuristic", "L22")])])
def test_the_querying_role_in_a_source_identity_counts_if_lake_formation_wrote_it(
    made: Made, issuer: ct.Record | None, found: list[tuple[str, str]]
):
    role = ct.role("lake", "x", IN_USE, "09:00:02")
    role["sessionContext"]["sourceIdentity"] = f"V2.{ct.HOME}.{ct.role_id('analyst')}"
    issue = [] if issuer is None else [ct.assume_role("09:00:02", issuer, "lake", "x", IN_USE)]
    query = ct.get_object("09:01", ct.role("analyst", "ann", "ASIAOTHEROTHEROTHER0", "09:00"), "jewels", "a")
    case = made(query, *issue, ct.get_object("09:05", role, "jewels", "red/a"))
    analyst = f"arn:aws:iam::{ct.HOME}:role/analyst"
    drawn = [edge for edge in case.store.into(f"key:{IN_USE}") if edge.source == analyst]
    assert [(str(edge.confidence), edge.rule) for edge in drawn] == found


def test_the_next_session_of_one_name_address_and_agent_was_renewed(made: Made):
    keys = [f"ASIARENEWEDRENEWED0{number}" for number in range(4)]
    instance = "i-0123456789abcdef0"
    case = made(
        used("web", instance, "07:00", keys[0]),
        used("web", instance, "08:00", keys[1]),
        used("web", instance, "09:00", keys[2]) | {"sourceIPAddress": "203.0.113.9"},
        used("web", "i-0fedcba9876543210", "09:00", keys[3]),
    )
    drawn = {(edge.source, key) for key in keys for edge in case.store.into(f"key:{key}") if edge.type == "REFRESH_OF"}
    assert drawn == {(f"key:{keys[0]}", keys[1])}
    reached = {row.session for row in case.ask.blast_radius(f"key:{keys[0]}").rows}
    assert f"key:{keys[1]}" not in reached


def carried(identity: str, key: str = IN_USE, since: str = "10:00") -> ct.Record:
    role = ct.role("far", "x", key, since)
    role["sessionContext"]["sourceIdentity"] = identity
    return ct.get_object("10:05", role, "jewels", "a")


def naming(who: ct.Record, identity: str, clock: str = "09:00", key: str = "ASIAOTHEROTHEROTHER0") -> ct.Record:
    made = ct.assume_role(clock, who, "near", "x", key)
    made["requestParameters"]["sourceIdentity"] = identity
    return made


def test_one_source_identity_that_one_session_set_is_a_hint_across_a_gap(made: Made):
    case = made(naming(ALICE, "alice"), naming(BOB, "bob", key="ASIABOBSBOBSBOBSBOB0"), carried("alice"))
    assert (origin(case).origin, origin(case).candidates) == (None, (ALICES,))
    assert (origin(case, "heuristic").origin, origin(case, "heuristic").rule) == (ALICE["arn"], "L26")


@pytest.mark.parametrize(
    "records",
    [
        [naming(ALICE, "x"), naming(BOB, "x", key="ASIABOBSBOBSBOBSBOB0"), carried("x")],
        [naming(ALICE, "x", "10:01"), carried("x")],
        [naming(ALICE, "x", "09:00"), carried("x", since="21:30")],
    ],
)
def test_an_identity_that_two_set_or_at_another_time_is_no_hint(made: Made, records: list[ct.Record]):
    assert origin(made(*records)).candidates == ()


def test_a_source_identity_adds_nothing_where_the_issue_is_known(made: Made):
    case = made(naming(ALICE, "x"), ct.assume_role("10:00", BOB, "far", "x", IN_USE), carried("x"))
    assert origin(case, "heuristic").origin == BOB["arn"]


@pytest.mark.parametrize("key", [None, IN_USE])
def test_an_answer_without_its_credentials_still_names_the_session(made: Made, key: str | None):
    issue = ct.assume_role("09:00", ALICE, "deploy", "build", IN_USE)
    del issue["responseElements"]["credentials"]  # as exports do that must not hold any
    case = made(issue, ct.get_object("09:05", ct.role("deploy", "build", key, "09:00"), "jewels", "a"))
    (row,) = case.ask.who_touched("jewels").rows
    assert (row.origin, row.confidence, row.chain[-1].event_ids or row.chain[1].event_ids) == (
        ALICE["arn"], "strong", (issue["eventID"],)
    )  # fmt: skip
    (issued,) = case.ask.assumptions().rows
    assert (issued.principal, issued.target_role, issued.issued_key) == (ALICE["arn"], POWERLESS, None)


def test_an_answer_that_names_no_session_issued_none(made: Made):
    checked = ct.assume_role("09:00", ct.service("lambda"), "deploy", "awslambda_7_20260302", IN_USE)
    checked["responseElements"] = None
    assert not made(checked).ask.assumptions().rows


def test_of_many_calls_at_the_portal_each_session_cites_those_of_its_person_in_the_five_seconds_before(made: Made):
    calls = {
        (second, user): portal(f"09:00:{second:02}", person(user)) for second in range(20) for user in ("u-1", "u-2")
    }
    keys = {second: f"ASIAOFSECOND{second:08}" for second in range(8, 20, 4)}
    sessions = [used(POWER, "ann", f"09:00:{second:02}", key, **behalf("u-1")) for second, key in keys.items()]
    case = made(*reversed(calls.values()), *sessions)
    for second, key in keys.items():
        (edge,) = [edge for edge in case.store.into(f"key:{key}") if edge.rule == "L9"]
        assert edge.source == "idc:c-u-1"
        assert set(edge.event_ids) == {calls[at, "u-1"]["eventID"] for at in range(second - 5, second + 1)}


def test_a_session_of_access_grants_cites_every_call_that_asked_for_a_beginning_of_what_it_touched(made: Made):
    targets = ("s3://jewels/red/*", "s3://jewels*", "s3://jewels/r*", "s3://jewels/red/a", "s3://jewels/redder*")
    calls = {target: asked(f"09:{minute:02}", ALICE, target) for minute, target in enumerate(targets)}
    other = ct.get_object("09:06", ct.role("location", GRANTED, IN_USE, "09:00:02"), "jewels", "blue/b")
    case = made(*calls.values(), used("location", GRANTED), other)
    (edge,) = [edge for edge in case.store.into(f"key:{IN_USE}") if edge.rule == "L20"]
    assert set(edge.event_ids) == {calls[target]["eventID"] for target in targets[:4]}


def test_of_many_who_set_one_source_identity_the_one_who_alone_did_in_twelve_hours_is_a_hint(made: Made):
    near = [naming(ALICE, "x", f"10:{minute:02}", f"ASIAALICESKEYOFMIN{minute:02}") for minute in range(3)]
    far = [naming(BOB, "x", f"23:{minute:02}", f"ASIABOBSOTHERKEYOF{minute:02}") for minute in range(3)]
    case = made(*far, *near, carried("x", since="22:00"), carried("x", "ASIABETWEENBETWEEN00", "23:01"))
    (edge,) = [edge for edge in case.store.into(f"key:{IN_USE}") if edge.rule == "L26"]
    assert (edge.source, set(edge.event_ids)) == (ALICES, {call["eventID"] for call in near})
    assert [edge.source for edge in case.store.into("key:ASIABETWEENBETWEEN00") if edge.rule == "L26"] == [BOBS]


def test_two_that_could_have_been_renewed_from_one_are_not_told_apart(made: Made):
    keys = [f"ASIARENEWEDRENEWED0{number}" for number in range(3)]
    times = ("07:00", "08:00", "08:00")
    case = made(*(used("web", "i-0123456789abcdef0", since, key) for since, key in zip(times, keys, strict=True)))
    assert not [edge for key in keys for edge in case.store.into(f"key:{key}") if edge.type == "REFRESH_OF"]
