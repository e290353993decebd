from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulate.conftest import Run


def test_the_incident_starts_with_an_instance_key_at_two_addresses_beside_another_key(run: "Run"):
    incident = run.truth.incident
    calls = [call.record for call in run.calls if call.session == incident.seed]
    who = calls[0]["userIdentity"]
    assert who["sessionContext"]["ec2RoleDelivery"] == "1.0"
    addresses = Counter(call["sourceIPAddress"] for call in calls)
    assert sorted(address.split(".")[0] for address in addresses) == ["10", "192"]
    assert min(call["eventTime"] for call in calls if call["sourceIPAddress"].startswith("192.")) == incident.since
    beside = {call.session for call in run.calls if call.record["userIdentity"].get("principalId") == who["principalId"]
              and call.record["eventTime"] >= incident.since}  # fmt: skip
    assert len(beside) >= 2


def test_the_closure_is_what_can_be_reached_from_the_stolen_key(run: "Run"):
    """Forward in time: keys that are issued, users that are made, passwords that are set, sign-ins that follow."""
    incident = run.truth.incident
    held = {incident.seed: incident.since}
    users, passwords = set(), {}
    for call in sorted(run.calls, key=lambda call: call.record["eventTime"]):
        record, at = call.record, call.record["eventTime"]
        asked, answer = record["requestParameters"] or {}, record["responseElements"] or {}
        who = record["userIdentity"]
        user = who.get("arn", "") if who.get("type") == "IAMUser" else ""
        created = who.get("sessionContext", {}).get("attributes", {}).get("creationDate")
        if record["eventName"] == "ConsoleLogin" and (user in users or passwords.get(user)):
            held.setdefault(call.session, at)
        if f"ses:{who.get('principalId')}@{created}" in held or (user and user in users):
            held.setdefault(call.session, at)
        mine = call.session in held and at >= held[call.session]
        if record["eventName"] in {"CreateLoginProfile", "UpdateLoginProfile"}:
            passwords[f"arn:aws:iam::{record['recipientAccountId']}:user/{asked['userName']}"] = mine
        if mine and record["eventName"] == "CreateUser":
            users.add(answer["user"]["arn"])
        key = (answer.get("credentials") or answer.get("accessKey") or {}).get("accessKeyId")
        if mine and key:
            held.setdefault(f"key:{key}", at)
    reached = {key for key in held if key in run.truth.sessions}
    assert reached == set(incident.sessions)
    assert set(incident.principals) == users | {user for user in incident.principals if "lindqvist" in user}


def test_the_thief_goes_over_two_accounts_and_takes_the_crown_jewels(run: "Run"):
    incident = set(run.truth.incident.sessions)
    mine = [call.record for call in run.calls if call.session in incident and
            call.record["sourceIPAddress"].startswith("192.0.2.6")]  # fmt: skip
    names = Counter(record["eventName"] for record in mine)
    assert names["AssumeRole"] >= 4
    assert {"CreateUser", "CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "ConsoleLogin", "StopLogging",
            "GetFederationToken", "GetSessionToken"} <= names.keys()  # fmt: skip
    assert len({record["recipientAccountId"] for record in mine}) == 3
    assert names["GetObject"] >= 200
    assert any(record.get("errorCode") == "AccessDenied" for record in mine)
    assert len(run.truth.incident.story) >= 8


def test_what_happens_to_the_same_user_before_and_after_is_none_of_it(run: "Run"):
    taken = next(user for user in run.truth.incident.principals if user.endswith("lindqvist"))
    hers = {key for key, session in run.truth.sessions.items() if session.principal == taken}
    assert hers - set(run.truth.incident.sessions)
    assert hers & set(run.truth.incident.sessions)


def test_a_larger_simulation_loses_more_objects(run: "Run", smallest: "Run"):
    def taken(one: "Run") -> int:
        return sum(row.count for row in one.truth.crown_jewels.touched if row.action == "s3:GetObject"
                   and row.outcome == "ok" and row.session in one.truth.incident.sessions)  # fmt: skip

    assert taken(run) >= 200 > taken(smallest) >= 40
