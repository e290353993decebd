"""Each way in which sessions come about occurs, with the trap that it holds for whoever reads the logs."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from graphtrail.simulate.truth import SessionTruth
    from tests.simulate.conftest import Reading, Run


def by_key(run: "Run"):
    return {call.session: call.record for call in run.calls}


def depth(sessions: "dict[str, SessionTruth]", key: str) -> int:
    hops = 0
    while (parent := sessions[key].parent) in sessions:
        key, hops = parent, hops + 1
    return hops


def issues(run: "Run", name: str = "AssumeRole"):
    return [call for call in run.calls if call.record["eventName"] == name and call.record["responseElements"]]


def test_identity_center_comes_in_both_variants_of_the_key(run: "Run"):
    used = {call.session for call in run.calls}
    kinds = Counter(f"key:{call.record['responseElements']['credentials']['accessKeyId']}" in used
                    for call in issues(run, "AssumeRoleWithSAML"))  # fmt: skip
    assert kinds[True] >= 5
    assert kinds[False] >= 5


def test_identity_center_hides_its_answers_and_shows_the_person_on_some_calls_only(run: "Run"):
    answers = [record for record in run.records if record["eventName"] == "GetRoleCredentials"]
    assert answers
    assert all(record["responseElements"] is None and record["serviceEventDetails"]["role_name"] for record in answers)
    stamps = defaultdict(set)
    for call in run.calls:
        if "AWSReservedSSO" in call.record["userIdentity"].get("arn", ""):
            stamps[call.session].add("onBehalfOf" in call.record["userIdentity"])
    assert {frozenset(one) for one in stamps.values()} >= {frozenset({True, False}), frozenset({False})}


def test_instances_have_two_live_keys_of_one_second(run: "Run"):
    keys = defaultdict(set)
    for call in issues(run):
        if call.session.startswith("svc:ec2"):
            keys[call.record["requestParameters"]["roleSessionName"], call.record["eventTime"]].add(
                call.record["responseElements"]["credentials"]["accessKeyId"]
            )
            assert "assumedRoleUser" not in call.record["responseElements"]
    assert any(len(one) == 2 for one in keys.values())


def test_service_linked_roles_show_no_key(run: "Run"):
    keyless = [call for call in run.calls if "AWSServiceRoleFor" in call.record["userIdentity"].get("arn", "")]
    assert len(keyless) > 500
    assert all("accessKeyId" not in call.record["userIdentity"] and call.session.startswith("ses:") for call in keyless)


@pytest.mark.parametrize("name", ["deploy", "botocore-session", "nightly"])
def test_session_names_are_used_again_by_others(run: "Run", name: str):
    same = [call for call in issues(run) if call.record["requestParameters"].get("roleSessionName") == name]
    assert len({call.record["responseElements"]["credentials"]["accessKeyId"] for call in same}) >= 2


def test_one_role_name_and_second_opens_two_sessions(run: "Run"):
    seconds = Counter(
        (call.record["requestParameters"]["roleArn"], call.record["requestParameters"]["roleSessionName"],
         call.record["eventTime"])
        for call in issues(run) if call.session.startswith("key:AKIA")
    )  # fmt: skip
    assert max(seconds.values()) == 2


def test_roles_are_juggled_in_a_chain_of_six(run: "Run"):
    sessions = run.truth.sessions
    longest = max((key for key in sessions if sessions[key].determined), key=lambda key: depth(sessions, key))
    assert depth(sessions, longest) >= 6
    assert len({sessions[key].principal for key in sessions if "role/blue" in sessions[key].principal}) == 1


def test_a_role_assumes_itself(run: "Run"):
    sessions = run.truth.sessions
    assert any(one.parent in sessions and sessions[one.parent].principal == one.principal
               and one.parent.startswith("key:") and key.startswith("key:ASIA") for key, one in sessions.items()
               if "role/" in one.principal)  # fmt: skip


def test_chains_cross_three_accounts(run: "Run"):
    def accounts(key: str) -> set[str]:
        found = []
        while key in run.truth.sessions:
            found.append(run.truth.sessions[key].principal.split(":")[4:5])
            key = run.truth.sessions[key].parent
        return {one[0] for one in found if one and one[0].isdigit()}

    assert max(len(accounts(key)) for key in run.truth.sessions) >= 3


def test_a_few_uses_are_dated_before_their_issue(run: "Run", reading: "type[Reading]"):
    issued = {
        call.record["responseElements"]["credentials"]["accessKeyId"]: call.record["eventTime"] for call in issues(run)
    }
    early = [reading.seconds(issued[key]) - reading.seconds(call.record["eventTime"]) for call in run.calls
             if (key := call.session.removeprefix("key:")) in issued]  # fmt: skip
    assert max(early) == 1


def test_switching_roles_in_the_console_leaves_the_issued_key_unused(run: "Run"):
    switches = [call for call in run.calls if call.record["eventName"] == "SwitchRole"]
    assert switches
    sessions = run.truth.sessions
    for call in switches:
        source = call.record["additionalEventData"]["SwitchFrom"]
        assert sessions[call.session].origin == source
        families = [
            key
            for key, one in sessions.items()
            if key.startswith("ses:") and one.parent == sessions[call.session].parent
        ]
        assert families


def test_a_console_sign_in_mints_many_keys(run: "Run", reading: "type[Reading]"):
    keys = defaultdict(set)
    flags = defaultdict(Counter)
    for record in run.records:
        who = record["userIdentity"]
        if who.get("type") == "IAMUser" and reading.created(record) and who["sessionContext"]:
            family = who["principalId"], reading.created(record)
            keys[family].add(who["accessKeyId"])
            flags[family][record.get("sessionCredentialFromConsole"), "invokedBy" in who] += 1
    assert max(map(len, keys.values())) >= 5
    assert any(one[None, True] and one["true", False] for one in flags.values())


def test_the_root_user_comes_by_sign_in_and_by_assume_root(run: "Run"):
    sessions = run.truth.sessions
    roots = {key: one for key, one in sessions.items() if one.principal.endswith(":root")}
    assert {one.origin_kind for one in roots.values()} >= {"root"}
    assert {one.origin_kind for one in roots.values()} & {"saml", "identity_center"}


def test_federated_sessions_name_their_user_even_when_the_issue_is_withheld(run: "Run"):
    federated = [one for one in run.truth.sessions.values() if "federated-user" in one.principal]
    assert federated
    assert all(one.determined and one.origin_kind == "user" for one in federated)


def test_a_failed_sign_in_opens_nothing(run: "Run"):
    failed = [call for call in run.calls if "Failure" in (call.record["responseElements"] or {}).values()]
    for call in failed:
        assert call.session.startswith("anon:IAMUser:AIDA")
        assert not run.truth.sessions[call.session].determined
