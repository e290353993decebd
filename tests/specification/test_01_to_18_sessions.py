"""Sessions and how they come about: cases 1 to 18, each given by the fewest records that show it."""

from collections.abc import Callable

import cloudtrail as ct

import graphtrail

Made = Callable[..., graphtrail.Case]
ALICE = ct.user("alice", "AKIAALICEALICEALICE0")
ALICES = "key:AKIAALICEALICEALICE0"
USER = "arn:aws:iam::111122223333:user/alice"
DEPLOY = "arn:aws:iam::111122223333:role/deploy"
FIRST, SECOND, THIRD = (f"ASIA{name:0<16}" for name in ("FIRST", "SECOND", "THIRD"))
INSTANCE = "i-0123456789abcdef0"
WORKLOAD = f"arn:aws:ec2:eu-central-1:111122223333:instance/{INSTANCE}"
JEWELS = "arn:aws:s3:::jewels"
STORE = "arn:aws:identitystore::111122223333:identitystore/d-1"


def traced(case: graphtrail.Case, session: str, **limits: str):
    """The one row about a session."""
    (row,) = case.ask.origin(session, **limits).rows
    return row


def read(clock: str, who: ct.Record, **fields: object):
    return ct.get_object(clock, who, "jewels", "a", **fields)


def edges(case: graphtrail.Case, *types: str):
    return [(edge.source, edge.target) for edge in case.store.edges() if edge.type in types]


def without_key(who: ct.Record):
    return {name: value for name, value in who.items() if name != "accessKeyId"}


def test_01_two_assumptions_of_one_name_are_two_sessions_of_one_role(made: Made):
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "build", FIRST),
        ct.assume_role("10:00", ALICE, "deploy", "build", SECOND),
        read("09:01", ct.role("deploy", "build", FIRST, "09:00")),
        read("10:01", ct.role("deploy", "build", SECOND, "10:00")),
    )
    assert edges(case, "ASSUMED") == [(ALICES, f"key:{FIRST}"), (ALICES, f"key:{SECOND}")]
    assert {row.principal for row in case.ask.who_touched(JEWELS).rows} == {DEPLOY}


def test_02_two_keys_of_one_role_name_and_second_are_not_merged(made: Made):
    ec2 = ct.service("ec2")
    case = made(
        ct.assume_role("09:00", ec2, "deploy", INSTANCE, FIRST),
        ct.assume_role("09:00", ec2, "deploy", INSTANCE, SECOND),
        read("09:01", ct.role("deploy", INSTANCE, FIRST, "09:00")),
        read("09:02", ct.role("deploy", INSTANCE, SECOND, "09:00")),
    )
    rows = [traced(case, f"key:{key}") for key in (FIRST, SECOND)]
    assert [(row.rule, row.confidence, row.origin_status) for row in rows] == [("L1", "exact", "service")] * 2
    family = f"ses:{ct.role_id('deploy')}:{INSTANCE}@2026-03-02T09:00:00Z"
    assert edges(case, "PART_OF") == [(f"key:{FIRST}", family), (f"key:{SECOND}", family)]


def test_06_a_denied_assumption_opens_nothing_and_is_on_the_role_of_the_message(made: Made):
    message = f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {DEPLOY}"
    case = made(ct.record("09:00", "sts:AssumeRole", ALICE, requestParameters=None, **ct.refused(message)))
    assert edges(case, "ASSUMED", "ISSUED") == []
    (row,) = case.ask.who_touched(DEPLOY).rows
    assert (row.action, row.outcome, row.session) == ("sts:AssumeRole", "denied", ALICES)


def test_07_a_denied_assumption_without_a_name_is_on_the_service(made: Made):
    case = made(ct.record("09:00", "sts:AssumeRole", ALICE, requestParameters=None, **ct.refused("Access denied")))
    (call,) = case.ask.events().rows
    assert [(one.resource, call.outcome) for one in call.resources] == [
        ("scope:sts:eu-central-1:111122223333", "denied")
    ]


def test_08_each_hour_an_instance_has_a_new_key_and_stays_one_instance(made: Made):
    ec2 = ct.service("ec2")
    case = made(
        *(
            ct.assume_role(f"{9 + hour:02}:00", ec2, "deploy", INSTANCE, key)
            for hour, key in enumerate((FIRST, SECOND))
        ),
        *(
            read(f"{9 + hour:02}:01", ct.role("deploy", INSTANCE, key, f"{9 + hour:02}:00"))
            for hour, key in enumerate((FIRST, SECOND))
        ),
    )
    rows = [traced(case, f"key:{key}") for key in (FIRST, SECOND)]
    assert [(row.workload, row.origin_status, row.origin) for row in rows] == [
        (WORKLOAD, "service", "service:ec2.amazonaws.com")
    ] * 2


def test_09_a_name_like_an_instance_that_a_person_chose_is_not_that_instance(made: Made):
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", INSTANCE, FIRST),
        read("09:01", ct.role("deploy", INSTANCE, FIRST, "09:00")),
    )
    row = traced(case, f"key:{FIRST}")
    assert (row.origin, case.store.session(f"key:{FIRST}").workload_confidence.name) == (USER, "HEURISTIC")
    assert edges(case, "HOSTS") == []


def test_10_a_stolen_key_of_an_instance_is_another_session_than_its_agents(made: Made):
    ec2 = ct.service("ec2")
    stolen, agents = (ct.role("deploy", INSTANCE, key, "09:00") for key in (FIRST, SECOND))
    stolen["sessionContext"]["ec2RoleDelivery"], agents["sessionContext"]["ec2RoleDelivery"] = "1.0", "2.0"
    case = made(
        *(ct.assume_role("09:00", ec2, "deploy", INSTANCE, key) for key in (FIRST, SECOND)),
        read("09:01", agents),
        read("09:02", stolen, sourceIPAddress="203.0.113.9"),
    )
    found = {row.session: row.address for row in case.ask.addresses(DEPLOY).rows}
    assert found == {f"key:{FIRST}": "203.0.113.9", f"key:{SECOND}": "198.51.100.7"}
    assert [case.store.session(f"key:{key}").ec2_role_delivery for key in (FIRST, SECOND)] == ["1.0", "2.0"]


def test_11_a_service_linked_role_without_a_key_is_linked_by_name_and_second(made: Made):
    case = made(
        ct.assume_role("09:00", ct.service("config"), "deploy", "watch", FIRST),
        read("09:01", without_key(ct.role("deploy", "watch", None, "09:00"))),
    )
    row = traced(case, f"ses:{ct.role_id('deploy')}:watch@2026-03-02T09:00:00Z")
    assert (row.rule, row.confidence, row.origin) == ("L2", "strong", "service:config.amazonaws.com")


def test_12_two_calls_of_one_parent_are_one_edge_and_two_parents_none(made: Made):
    config, other = ct.service("config"), ct.service("securityhub")
    used = read("09:01", ct.role("deploy", "watch", None, "09:00"))
    family = f"ses:{ct.role_id('deploy')}:watch@2026-03-02T09:00:00Z"
    both = [ct.assume_role("09:00", config, "deploy", "watch", key) for key in (FIRST, SECOND)]
    one = made(*both, used)
    (edge,) = [edge for edge in one.store.edges() if edge.target == family and edge.type == "ASSUMED"]
    assert (edge.rule, edge.confidence.name) == ("L2", "STRONG")
    assert sorted(edge.event_ids) == sorted(call["eventID"] for call in both)
    two = made(both[0], ct.assume_role("09:00", other, "deploy", "watch", SECOND), used)
    row = traced(two, family)
    assert (row.origin_status, row.origin, len(row.candidates)) == ("ambiguous", None, 2)


def test_13_a_directory_bucket_is_read_with_the_key_of_its_session(made: Made):
    answer = {"credentials": {"accessKeyId": FIRST, "sessionToken": "x"}}
    who = {
        "type": "AssumedRole",
        "principalId": f"{ct.role_id('deploy')}:build",
        "arn": "arn:aws:sts::111122223333:assumed-role/deploy/build",
        "accountId": ct.HOME,
        "accessKeyId": FIRST,
        "sessionContext": {"attributes": {"creationDate": ct.at("09:05"), "mfaAuthenticated": "false"}},
    }
    deploy = ct.role("deploy", "build", SECOND, "09:00")
    case = made(
        ct.assume_role("09:00", ALICE, "deploy", "build", SECOND),
        ct.record("09:05", "s3express:CreateSession", deploy, responseElements=answer,
                  requestParameters={"bucketName": "b--euc1-az1--x-s3"}),
        ct.record("09:06", "s3express:GetObject", who,
                  requestParameters={"bucketName": "b--euc1-az1--x-s3", "key": "a"}),
    )  # fmt: skip
    row = traced(case, f"key:{FIRST}")
    assert (row.principal, row.chain[-1].rule, row.confidence, row.origin) == (DEPLOY, "L19", "exact", USER)


def sign_in(clock: str, name: str, who: ct.Record, result: str = "Success", **fields: object):
    shown = {key: value for key, value in who.items() if key not in {"accessKeyId", "sessionContext"}}
    return ct.record(clock, f"signin:{name}", shown, responseElements={name: result}, **fields)


def minted(who: ct.Record, key: str, since: str):
    """The identity of a call that a console makes: a key of its own, of the sign-in's creation date."""
    attributes = {"attributes": {"creationDate": ct.at(since), "mfaAuthenticated": "true"}}
    return {**who, "accessKeyId": key, "sessionContext": who.get("sessionContext", {}) | attributes}


def test_14_a_sign_in_and_its_many_keys_are_one_actor(made: Made):
    calls = [
        read(f"09:{number // 10 + 1:02}:{number % 10:02}", minted(ALICE, f"ASIACONSOLE{number % 21:09}", "09:00"),
             sessionCredentialFromConsole="true")
        for number in range(217)
    ]  # fmt: skip
    case = made(sign_in("09:00", "ConsoleLogin", ALICE), *calls)
    rows = case.ask.who_touched(JEWELS).rows
    family = f"ses:{ALICE['principalId']}@2026-03-02T09:00:00Z"
    assert [(row.session, row.count, row.kind, row.rule) for row in rows] == [(family, 217, "console_family", "L5")]
    assert len(edges(case, "SIGNED_IN")) == 1


def test_15_a_failed_sign_in_makes_no_session_and_no_user(made: Made):
    hidden = {"type": "IAMUser", "accountId": ct.HOME, "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    case = made(
        sign_in("09:00", "ConsoleLogin", hidden, "Failure", errorMessage="No username found in supplied account")
    )
    (call,) = case.ask.events().rows
    assert (call.action, call.outcome) == ("signin:ConsoleLogin", "denied")
    assert [one.resource for one in call.resources] == ["scope:signin:eu-central-1:111122223333"]
    assert not any("HIDDEN" in node for node in case.to_networkx().nodes)


def test_16_a_switched_role_seen_in_both_accounts_is_one_step(made: Made):
    shared = {"sharedEventID": "5a5a5a5a-0000-4000-8000-00000000000b", "requestID": "r-16"}
    there = ct.role("reader", "alice", None, "09:10", ct.OTHER)
    caller = minted(ALICE, THIRD, "09:00")
    issue = {"account": ct.OTHER, "name": "reader", "session": "alice", "key": FIRST}
    foreign = {"type": "AWSAccount", "principalId": ALICE["principalId"], "accountId": ct.HOME}
    in_other = {"recipientAccountId": ct.OTHER}
    case = made(
        sign_in("09:00", "ConsoleLogin", ALICE),
        ct.assume_role("09:10", caller, **issue, **shared, sessionCredentialFromConsole="true"),
        ct.assume_role("09:10", foreign, **issue, **shared, **in_other),
        sign_in("09:10", "SwitchRole", there, additionalEventData={"SwitchFrom": USER}, **in_other),
        read("09:11", minted(there, SECOND, "09:10"), sessionCredentialFromConsole="true", **in_other),
    )
    source = f"ses:{ALICE['principalId']}@2026-03-02T09:00:00Z"
    family = f"ses:{ct.role_id('reader')}:alice@2026-03-02T09:10:00Z"
    (row,) = case.ask.who_touched(JEWELS).rows
    assert (row.session, row.origin, row.confidence) == (family, USER, "strong")
    assert [target for from_, target in edges(case, "ASSUMED") if from_ == source and target == family] == [family]
    assert traced(case, f"key:{FIRST}").kind == "unused"
    assert len([one for one in case.ask.events().rows if one.action == "sts:AssumeRole"]) == 1


def portal(person: ct.Record, name: str):
    return ct.record(
        "09:00", "sso:GetRoleCredentials", person,
        serviceEventDetails={"role_name": name, "account_id": ct.HOME}, requestParameters=None,
    )  # fmt: skip


def test_17_who_came_by_identity_center_is_named_by_any_later_record(made: Made):
    name = "AWSReservedSSO_Power_User_0123456789abcdef"
    behalf = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    person = {"type": "IdentityCenterUser", "accountId": ct.HOME, "credentialId": "c-1"} | behalf
    saml = {"type": "SAMLUser", "principalId": "x:ann", "userName": "ann", "identityProvider": "x"}
    role = ct.role(name, "ann", SECOND, "09:00")
    case = made(
        portal(person, "Power_User"),
        ct.assume_role("09:00", saml, name, "ann", FIRST) | {"eventName": "AssumeRoleWithSAML"},
        read("09:05", role),
        read("09:06", role | behalf),
    )
    row = traced(case, f"key:{SECOND}")
    assert (row.origin, row.origin_status) == (f"idc:{STORE}#u-1", "linked")
    assert row.confidence in {"exact", "strong"}


def test_18_one_stamped_record_names_the_person_of_all_and_a_store_is_part_of_the_name(made: Made):
    other = STORE.replace("d-1", "d-2")
    first, second = (ct.role("deploy", "ann", key, "09:00") for key in (FIRST, SECOND))
    behalf = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    case = made(
        *(read(f"09:0{number}", first | (behalf if number < 3 else {})) for number in range(5)),
        read("09:09", second | {"onBehalfOf": {"userId": "u-1", "identityStoreArn": other}}),
    )
    found = {(row.session, row.origin, row.count) for row in case.ask.who_touched(JEWELS).rows}
    assert found == {(f"key:{FIRST}", f"idc:{STORE}#u-1", 5), (f"key:{SECOND}", f"idc:{other}#u-1", 1)}
