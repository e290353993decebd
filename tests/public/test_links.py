"""The public questions about who became whom. Rows are selected, grouped and counted; no link is worked out here."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from graphtrail import Case
from graphtrail.questions.events import Call

Answers = Callable[[str], Any]
Cases = Callable[[str], Case]
ME = "arn:aws:iam::123837392027:user/bert-jan"
STS = "arn:aws:sts::123837392027:assumed-role"
INSTANCE = f"{STS}/stratus-red-team-ec2-steal-credentials-role/i-0dbc91f429e48eeed"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def last(key: str):
    """The last part of an ARN or key: how the recorded answers name what was made."""
    return key.rpartition("/")[2].rpartition(":")[2]


def said(row: Call):
    return row.event_name + (f" !{row.error_code}" if row.error_code else "")


def assumed(case: Case):
    return [row for row in case.ask.assumptions().rows if row.action == "sts:AssumeRole"]


def test_p06_role_assumptions_and_the_keys_that_were_used(invictus: Case, answer: Answers):
    expected = answer("P06")
    calls = invictus.ask.events(action="sts:AssumeRole").rows
    used = [row for row in assumed(invictus) if row.issued_calls]
    assert len(calls) == expected["total"]
    assert sum(row.outcome == "denied" for row in calls) == expected["denied"]
    assert sum(row.issued_key is not None for row in assumed(invictus)) == expected["issued"]
    # Of sessions whose calls show no key the issued key is linked, not used.
    with_key = {row.issued_key: {"session": row.issued_arn, "events": row.issued_calls} for row in used
                if row.issued_key in {call.access_key for call in invictus.ask.events().rows}}  # fmt: skip
    assert len(with_key) == expected["used"]
    assert with_key == expected["used keys"]


def test_p07_which_of_two_keys_of_one_session_name_was_used(invictus: Case, answer: Answers):
    expected = answer("P07")
    session = f"{STS}/stratus-red-team-ec2-get-password-data-role/aws-go-sdk-1688990082523310002"
    issues = [row for row in assumed(invictus) if row.issued_arn == session]
    assert [row.issued_key for row in issues] == expected["candidate keys"]
    assert [row.issued_key for row in issues if row.issued_calls] == expected["keys used"]
    (traced,) = [row for row in invictus.ask.origin(session).rows if row.kind != "unused"]
    assert [traced.origin, traced.session_arn] == expected["chain"]
    assert traced.chain[-1].event_ids == (expected["assume eventID"],)
    assert traced.chain[0].session == f"key:{expected['caller key']}"
    done = invictus.ask.events(session=traced.session).rows
    assert Counter(map(said, done)) == expected["events in session"]


def test_p08_the_stolen_instance_session(invictus: Case, answer: Answers):
    expected = answer("P08")
    traced = [row for row in invictus.ask.origin(INSTANCE).rows if row.kind != "unused"]
    calls = invictus.ask.events(session=INSTANCE).rows
    assert Counter(row.access_key for row in calls) == expected["keys used"]
    assert sorted([row.origin, row.session_arn] for row in traced) == sorted(expected["strict chain"])
    assert [[row.time, row.event_source, row.event_name, row.address] for row in calls] == expected["session events"]
    launches = invictus.ask.events(action="ec2:RunInstances", outcome="ok").rows
    launched = [row for row in launches if any(last(touch.resource) == last(INSTANCE) for touch in row.resources)]
    passed = [touch.resource for row in launched for touch in row.resources if touch.role == "passed"]
    assert [
        {"who": row.principal, "at": row.time, "eventID": row.event_id, "instance profile": {"name": last(profile)}}
        for row, profile in zip(launched, passed, strict=True)
    ] == expected["launched by"]
    role = {row.principal for row in traced}
    made = [row for row in invictus.ask.identities().rows if row.resource in role]
    assert [{"who": row.principal, "at": row.time} for row in made] == expected["role created by"]


def test_p09_from_where_the_keys_of_the_instance_were_used(invictus: Case, answer: Answers):
    found = {}
    for row in invictus.ask.addresses(INSTANCE).rows:
        found.setdefault(row.access_key, {})[row.address] = row.count
    assert found == answer("P09")


def test_p12_which_identities_were_made_by_whom(invictus: Case, answer: Answers):
    made = [[row.time, row.made, last(row.resource), row.principal] for row in invictus.ask.identities().rows]
    assert sorted(made) == sorted(answer("P12"))


def test_p13_what_became_of_the_keys_that_were_made(invictus: Case, answer: Answers):
    gone = {touch.resource for row in invictus.ask.events(action="iam:DeleteAccessKey", outcome="ok").rows
            for touch in row.resources}  # fmt: skip
    assert [
        {
            "key": row.issued_key,
            "for": last(row.owner),
            "by": row.principal,
            "events": row.issued_calls,
            "deleted": row.resource in gone,
        }
        for row in invictus.ask.identities().rows
        if row.made == "access key"
    ] == answer("P13")


def test_p14_who_made_whom_an_administrator(invictus: Case, answer: Answers):
    assert [
        {"at": row.time, "by": row.principal, "to": last(touch.resource), "event": row.event_name}
        for row in invictus.ask.events(resource=ADMINISTRATOR, action="iam:Attach*").rows
        for touch in row.resources
        if touch.resource != ADMINISTRATOR
    ] == answer("P14")


def test_p15_refused_role_assumptions(invictus: Case, answer: Answers):
    expected = answer("P15")
    rows = invictus.ask.events(action="sts:AssumeRole", outcome="denied").rows
    assert len(rows) == expected["count"]
    assert Counter(row.principal for row in rows) == expected["by"]
    assert Counter(touch.resource for row in rows for touch in row.resources) == expected["roles"]
    records = [invictus.event(row.event_id)[0].record for row in rows]
    assert sum(record["requestParameters"] is None for record in records) == expected["requestParameters null"]


def test_p16_which_roles_a_user_assumed_directly(invictus: Case, answer: Answers):
    found = {}
    for row in invictus.ask.assumed_by(ME).rows:
        if row.action == "sts:AssumeRole" and row.principal == ME:
            found.setdefault(row.target_role, []).append(row.time)
    assert found == answer("P16")


def test_p17_calls_that_services_made_on_behalf_of_users(invictus: Case, answer: Answers):
    expected = answer("P17")
    rows = [
        row
        for row in invictus.ask.events().rows
        if row.identity_type == "IAMUser" and row.via and (row.access_key or "").startswith("ASIA")
    ]
    issued = {row.issued_key for row in invictus.ask.assumptions().rows}
    assert len(rows) == expected["count"]
    assert Counter(f"{row.principal} via {row.via}" for row in rows) == expected["by"]
    assert len({row.access_key for row in rows}) == expected["keys"]
    assert len({row.access_key for row in rows} & issued) == expected["keys issued in data"]


def test_p18_console_logins_and_who_made_the_user(invictus: Case, answer: Answers):
    made = {(row.made, row.resource): row.principal for row in invictus.ask.identities().rows}
    assert [
        {
            "who": row.principal,
            "at": row.time,
            "result": "Success" if row.outcome == "ok" else "Failure",
            "user created by": made.get(("user", row.principal)),
            "login profile by": made.get(("login profile", row.principal)),
        }
        for row in invictus.ask.events(action="signin:ConsoleLogin").rows
    ] == answer("P18")


def test_p20_what_a_user_reached_through_roles(invictus: Case, answer: Answers):
    expected = answer("P20")
    reached = invictus.ask.blast_radius(ME, since="2023-07-10T12:00:00Z").rows
    sessions = {row.session for row in reached if row.relation == "ASSUMED"}
    rows = [
        row for key in sorted(sessions) for row in invictus.ask.events(session=key, since="2023-07-10T12:00:00Z").rows
    ]
    traced = [row for key in sessions for row in invictus.ask.origin(key).rows]
    assert sorted({row.session_arn for row in traced if row.kind != "unused"}) == expected["sessions"]
    actions = Counter(
        f"{last(row.principal)}: {row.action}" + (f" !{row.error_code}" if row.error_code else "") for row in rows
    )
    assert actions == expected["actions"]


def test_p22_roles_that_services_assumed(invictus: Case, answer: Answers):
    found = Counter(
        f"{row.principal.removeprefix('service:')} -> {row.target_role}"
        for row in assumed(invictus)
        if row.kind == "service"
    )
    assert found == answer("P22")


def test_p23_sessions_without_a_key(invictus: Case, answer: Answers):
    rows = [row for row in invictus.ask.events().rows if row.identity_type == "AssumedRole" and row.access_key is None]
    sessions = {}
    for row in rows:
        sessions.setdefault(row.identity_arn, []).append(row)
    assert [
        {
            "session": arn,
            "events": len(calls),
            "invokedBy": sorted({call.via for call in calls}),
            "matching AssumeRole": sum(
                row.issued_arn == arn and row.time <= max(call.time for call in calls) for row in assumed(invictus)
            ),
        }
        for arn, calls in sorted(sessions.items())
    ] == answer("P23")


def test_p24_who_is_behind_the_federated_user(stratus: Case, answer: Answers):
    expected = answer("P24")
    (traced,) = [row for row in stratus.ask.origin(expected["session"]).rows if row.kind != "unused"]
    assert traced.session == f"key:{expected['key']}"
    assert [traced.origin, traced.session_arn] == expected["chain"]
    assert traced.chain[0].session == f"key:{expected['caller key']}"
    (issuing,) = [row for row in stratus.ask.assumptions().rows if row.event_id in traced.chain[-1].event_ids]
    assert issuing.action == f"sts:{expected['issuing event']}"


def test_p25_sessions_whose_beginning_is_not_in_the_logs(stratus: Case, answer: Answers):
    keys = {key for row in stratus.ask.unknowns().rows if row.code.startswith("origin-") for key in row.sessions}
    roles = [row for key in keys for row in stratus.ask.origin(key).rows if ":assumed-role/" in (row.session_arn or "")]
    assert sorted(row.session_arn for row in roles) == answer("P25")


def test_p21_what_was_shared_with_other_accounts_and_whom_roles_trust(invictus: Case, answer: Answers):
    shares = [row for row in invictus.ask.shared_out().rows if row.foreign and row.party_account]
    trusts = [row for row in invictus.ask.policies().rows if row.policy == "trust" and "CreateRole" not in row.action]
    found = [(row.time, row.principal, row.event_name, (row.party_account,)) for row in shares]
    found += [
        (row.time, row.principal, row.event_name, foreign)
        for row in trusts
        if (foreign := tuple(one.removeprefix("account:") for one in row.added if one.startswith("account:")))
        and row.account not in foreign
    ]
    expected = [(one["at"], one["by"], one["event"], tuple(one["accounts"])) for one in answer("P21")]
    assert sorted(found) == sorted(expected)
    assert {row.change for row in shares} == {"shared", "unshared"}
    assert [row.event_name for row in shares if row.change == "unshared"] == [
        "ModifySnapshotAttribute", "ModifyImageAttribute", "ModifyDBSnapshotAttribute"
    ]  # fmt: skip
