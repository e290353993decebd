"""Who became whom: each rule on the fewest records that it takes, and where the evidence does not decide."""

import json
from collections.abc import Callable

import cloudtrail as ct
import pytest
from linked import ALICE, ALICES, ARN, BOB, BOBS, IN_USE, STORE, assumed, origin, used

import graphtrail
from graphtrail.graph.layout import label_of

Made = Callable[..., graphtrail.Case]


def test_the_issued_key_is_the_key_in_use(made: Made):
    row = origin(made(assumed("09:00", ALICE, IN_USE), used("09:01", "09:00")), f"key:{IN_USE}")
    assert (row.origin, row.rule, row.confidence) == (f"{ARN}alice", "L1", "exact")


def test_another_key_of_the_same_assumption_is_told_by_name_and_second(made: Made):
    row = origin(made(assumed("09:00", ALICE), used("09:01", "09:00")), f"key:{IN_USE}")
    assert (row.origin, row.rule, row.confidence) == (f"{ARN}alice", "L2", "strong")


@pytest.mark.parametrize(("since", "found"), [("09:00:01", True), ("08:59:58", True), ("09:00:03", False)])
def test_clocks_may_differ_by_two_seconds_and_no_more(made: Made, since: str, *, found: bool):
    row = origin(made(assumed("09:00", ALICE), used("09:01", since)), f"key:{IN_USE}")
    assert row.origin_status == ("linked" if found else "unknown")


def test_the_nearest_of_two_assumptions_counts(made: Made):
    case = made(assumed("09:00:00", ALICE), assumed("09:00:01", BOB, "ASIAOTHEROTHEROTHER0"), used("09:01", "09:00:01"))
    assert origin(case, f"key:{IN_USE}").origin == f"{ARN}bob"


def test_two_suspects_are_named_and_nobody_is_accused(made: Made):
    case = made(assumed("09:00", ALICE), assumed("09:00", BOB, "ASIAOTHEROTHEROTHER0"), used("09:01", "09:00"))
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert sorted(row.candidates) == [ALICES, BOBS]
    assert {edge.target for edge in case.store.edges() if edge.type == "ASSUMED"}.isdisjoint({f"key:{IN_USE}"})
    (unknown,) = [one for one in case.ask.unknowns().rows if one.code == "origin-ambiguous"]
    assert sorted(unknown.candidates) == [ALICES, BOBS]


def test_one_key_from_two_hands_is_ambiguous(made: Made):
    case = made(assumed("09:00", ALICE, IN_USE), assumed("09:05", BOB, IN_USE), used("09:06", "09:00"))
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert sorted(row.candidates) == [ALICES, BOBS]


def test_a_key_that_nobody_uses_is_a_session_of_its_own(made: Made):
    case = made(assumed("09:00", ALICE))
    assert [row.kind for row in case.ask.origin("key:ASIAISSUEDISSUEDISS0").rows] == ["unused"]


def test_a_key_under_two_principals_is_two_sessions(made: Made):
    case = made(
        ct.get_object("09:00", ct.user("alice", "AKIASHAREDSHAREDSHA0"), "jewels", "a"),
        ct.get_object("09:01", ct.user("bob", "AKIASHAREDSHAREDSHA0"), "jewels", "a"),
    )
    assert {row.principal for row in case.ask.origin("AKIASHAREDSHAREDSHA0").rows} == {f"{ARN}alice", f"{ARN}bob"}
    assert "key-of-several-principals" in {row.code for row in case.ask.unknowns().rows}


def test_the_person_that_one_record_names_stands_behind_the_whole_session(made: Made):
    behalf = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    role = ct.role("deploy", "build", IN_USE, "09:00")
    case = made(
        assumed("09:00", ALICE, IN_USE),
        ct.get_object("09:01", role | behalf, "jewels", "a"),
        ct.get_object("09:02", role, "jewels", "b"),
    )
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.chain[-1].rule, row.confidence) == (f"idc:{STORE}#u-1", "L8", "exact")


def test_two_persons_in_one_session_are_candidates(made: Made):
    role = ct.role("deploy", "build", IN_USE, "09:00")
    case = made(
        *(
            ct.get_object(clock, role | {"onBehalfOf": {"userId": who, "identityStoreArn": STORE}}, "jewels", "a")
            for clock, who in (("09:01", "u-1"), ("09:02", "u-2"))
        )
    )
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.origin_status) == (None, "ambiguous")
    assert sorted(row.candidates) == [f"idc:{STORE}#u-1", f"idc:{STORE}#u-2"]


def test_an_identity_center_role_without_a_name_is_hidden(made: Made):
    role = ct.role("AWSReservedSSO_Admin_0123456789abcdef", "ann", IN_USE, "09:00")
    row = origin(made(ct.get_object("09:01", role, "jewels", "a")), f"key:{IN_USE}")
    assert (row.origin, row.origin_status) == (None, "hidden")


def sign_in(clock: str, name: str, who: ct.Record, result: str = "Success", **additional: str):
    shown = {key: value for key, value in who.items() if key not in {"accessKeyId", "sessionContext"}}
    return ct.record(
        clock, f"signin:{name}", shown, responseElements={name: result}, additionalEventData=additional or None
    )


def console(who: ct.Record, since: str):
    """What the console signs calls with: a minted key of the sign-in's creation date."""
    attributes = {"attributes": {"creationDate": ct.at(since), "mfaAuthenticated": "true"}}
    return {**who, "accessKeyId": "ASIAMINTEDMINTEDMIN0", "sessionContext": who.get("sessionContext", {}) | attributes}


def test_a_console_sign_in_opens_the_family_of_its_second(made: Made):
    case = made(
        sign_in("09:00", "ConsoleLogin", ct.user("alice")),
        ct.get_object("09:05", console(ct.user("alice"), "09:00"), "jewels", "a", sessionCredentialFromConsole="true"),
    )
    (row,) = case.ask.who_touched("arn:aws:s3:::jewels").rows
    assert (row.origin, row.kind, row.chain[-1].rule) == (f"{ARN}alice", "console_family", "L5")


def test_a_failed_sign_in_proves_nobody(made: Made):
    case = made(sign_in("09:00", "ConsoleLogin", ct.user("alice"), "Failure"))
    (row,) = [row for row in case.ask.unknowns().rows if row.code.startswith("origin-")]
    assert row.code == "origin-unknown"
    assert [one.outcome for one in case.ask.events().rows] == ["denied"]


@pytest.mark.parametrize(
    ("came_from", "found"),
    [
        (f"{ARN}alice", f"{ARN}alice"),
        ("arn:aws:sts::111122223333:assumed-role/hub/ann", "arn:aws:iam::111122223333:role/hub"),
    ],
)
def test_switch_role_names_who_switched(made: Made, came_from: str, found: str):
    role = ct.role("deploy", "alice", None, "09:00:01")
    case = made(
        sign_in("09:00", "SwitchRole", role, SwitchFrom=came_from),
        ct.get_object("09:05", console(role, "09:00:01"), "jewels", "a", sessionCredentialFromConsole="true"),
    )
    (row,) = case.ask.who_touched("arn:aws:s3:::jewels").rows
    assert [hop.node for hop in row.chain][:1] == [found]
    assert (row.rule, row.confidence) == ("L6", "strong")


@pytest.mark.parametrize(
    ("came_from", "status"),
    [
        ("111122223333:assumed-role/hub/ann", "unknown"),
        ("444455556666:assumed-role/hub/ann", "external"),
        ("111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann", "hidden"),
    ],
)
def test_a_role_that_somebody_switched_from_is_nobody(made: Made, came_from: str, status: str):
    call = sign_in(
        "09:00", "SwitchRole", ct.role("deploy", "ann", None, "09:00"), SwitchFrom=f"arn:aws:sts::{came_from}"
    )
    case = made(call)
    (event,) = case.ask.events().rows
    row = origin(case, event.session)
    assert (row.origin, row.origin_status, row.rule) == (None, status, "L6")


def test_a_switch_without_calls_is_a_session_too(made: Made):
    case = made(sign_in("09:00", "SwitchRole", ct.role("deploy", "alice", None, "09:00"), SwitchFrom=f"{ARN}alice"))
    (row,) = case.ask.events().rows
    assert origin(case, row.session).origin == f"{ARN}alice"


def test_the_sign_in_that_a_call_made_is_known_by_its_arn(made: Made):
    arn = "arn:aws:signin:eu-central-1:111122223333:session/s-1"
    role = ct.role("deploy", "cli", IN_USE, "09:00")
    role["sessionContext"]["signInSessionArn"] = arn
    case = made(
        ct.record("08:59", "signin:CreateOAuth2Token", ALICE, additionalEventData={"signInSessionArn": arn}),
        ct.get_object("09:01", role, "jewels", "a"),
    )
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.rule) == (f"{ARN}alice", "L11")


def test_keys_of_one_sign_in_hang_together(made: Made):
    arn = "arn:aws:signin:eu-central-1:111122223333:session/s-1"
    first, second = (
        ct.role("deploy", "cli", key, since) for key, since in ((IN_USE, "09:00"), ("ASIASECONDSECONDSEC0", "10:00"))
    )
    for role in (first, second):
        role["sessionContext"]["signInSessionArn"] = arn
    case = made(
        assumed("09:00", ALICE, IN_USE, "cli"),
        ct.get_object("09:01", first, "jewels", "a"),
        ct.get_object("10:01", second, "jewels", "a"),
    )
    assert origin(case, "key:ASIASECONDSECONDSEC0").origin == f"{ARN}alice"


def test_a_renamed_user_is_one_user_and_a_recreated_one_is_two(made: Made):
    was = ct.user("alice", "AKIAALICEALICEALICE0")
    now = was | {"userName": "alicia", "arn": f"{ARN}alicia"}
    renamed = made(ct.get_object("09:00", was, "jewels", "a"), ct.get_object("10:00", now, "jewels", "b"))
    assert {row.principal for row in renamed.ask.origin(ALICES).rows} == {f"{ARN}alicia"}


def test_a_recreated_user_is_marked(made: Made):
    again = ct.user("alice", "AKIASECONDSECONDSEC0") | {"principalId": "AIDASECONDALICEXXXXXX"}
    case = made(ct.get_object("09:00", ALICE, "jewels", "a"), ct.get_object("10:00", again, "jewels", "b"))
    entity = case.store.entity(f"{ARN}alice")
    assert entity is not None
    assert (len(entity.unique_ids), entity.recreated) == (2, True)


def test_roles_that_assume_each_other_end_somewhere(made: Made):
    there, back = (ct.role("deploy", "loop", key, "09:00") for key in ("ASIATHERETHERETHERE0", "ASIABACKBACKBACKBAC0"))
    case = made(
        assumed("09:00", there, "ASIABACKBACKBACKBAC0", "loop"),
        assumed("09:00", back, "ASIATHERETHERETHERE0", "loop"),
    )
    for row in case.ask.origin("arn:aws:sts::111122223333:assumed-role/deploy/loop").rows:
        assert row.origin is None


def test_a_chain_of_a_thousand_hops_is_followed_to_its_start(made: Made):
    keys = [f"ASIA{number:016d}" for number in range(1_000)]
    who, records = ALICE, []
    for number, key in enumerate(keys):
        records.append(
            assumed(f"{9 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}", who, key, f"s{number}")
        )
        who = ct.role("deploy", f"s{number}", key, "09:00")
    case = made(*records, ct.get_object("20:00", who, "jewels", "a"))
    row = origin(case, f"key:{keys[-1]}")
    assert (row.origin, len(row.chain)) == (f"{ARN}alice", 1_001)


def test_a_key_made_on_a_user_who_was_made_again_is_not_the_first_ones(made: Made):
    """CreateUser, then the user of that name calls: only the one with the id that was made is reached."""
    made_user = ct.record(
        "09:00", "iam:CreateUser", ALICE, requestParameters={"userName": "bob"},
        responseElements={"user": {"userName": "bob", "userId": "AIDASECONDBOBXXXXXXXX", "arn": f"{ARN}bob"}},
    )  # fmt: skip
    case = made(made_user, ct.get_object("09:30", BOB, "jewels", "a"))
    reached = {row.session for row in case.ask.blast_radius(ALICES).rows}
    assert BOBS not in reached


def test_each_of_many_passwords_opens_the_sign_ins_up_to_the_next_change_by_somebody_else(made: Made):
    carol = ct.user("carol", "AKIACAROLCAROLCAROL0")
    changes = [("09:00", ALICE), ("10:00", carol), ("11:00", carol), ("12:00", ALICE)]
    passwords = [
        ct.record(at, "iam:UpdateLoginProfile", who, requestParameters={"userName": "bob"}) for at, who in changes
    ]
    sign_ins = [sign_in(at, "ConsoleLogin", ct.user("bob")) for at in ("08:30", "09:30", "10:30", "11:30", "12:30")]
    opened = [edge for edge in made(*passwords, *sign_ins).store.edges() if edge.type == "OPENED_WAY"]
    at = {call["eventID"]: call["eventTime"][11:16] for call in passwords}
    assert sorted((at[edge.event_ids[0]], edge.target[-9:-4]) for edge in opened) == [
        ("09:00", "09:30"), ("10:00", "10:30"), ("10:00", "11:30"), ("11:00", "11:30"), ("12:00", "12:30"),
    ]  # fmt: skip


def test_a_user_made_again_and_again_opens_the_sessions_of_that_one(made: Made):
    def bob(number: int) -> ct.Record:
        return ct.user("bob", f"AKIABOBBOBBOBBOBBOB{number}") | {"principalId": f"AIDABOBBOBBOBBOBBOBB{number}"}

    def make(number: int) -> ct.Record:
        answer = {"userName": "bob", "userId": bob(number)["principalId"], "arn": bob(number)["arn"]}
        return ct.record(f"1{number}:00", "iam:CreateUser", ALICE, responseElements={"user": answer})

    used = [ct.get_object(f"1{number}:{minute}", bob(number), "b", "a") for number in range(3) for minute in (10, 20)]
    opened = [edge for edge in made(*map(make, range(3)), *used).store.edges() if edge.type == "OPENED_WAY"]
    assert [(edge.target, edge.at < edge.since) for edge in opened] == [
        (f"key:AKIABOBBOBBOBBOBBOB{number}", True) for number in range(3)
    ]


def test_a_session_that_changes_whom_its_role_trusts_opens_no_way_to_itself(made: Made):
    allows = {"Statement": {"Effect": "Allow", "Principal": {"AWS": f"{ARN}alice"}, "Action": "sts:AssumeRole"}}
    asked = {"roleName": "deploy", "policyDocument": json.dumps(allows)}
    who = ct.role("deploy", "build", IN_USE, "09:00")
    case = made(ct.record("09:00", "iam:UpdateAssumeRolePolicy", who, requestParameters=asked))
    assert [edge.type for edge in case.store.out(f"key:{IN_USE}")] == ["CHANGED_TRUST"]


def test_a_password_opens_the_way_to_later_sign_ins_only(made: Made):
    password = ct.record("09:30", "iam:UpdateLoginProfile", ALICE, requestParameters={"userName": "bob"})
    case = made(
        sign_in("09:00", "ConsoleLogin", ct.user("bob")), password, sign_in("10:00", "ConsoleLogin", ct.user("bob"))
    )
    reached = {row.session for row in case.ask.blast_radius(ALICES).rows if row.session}
    assert reached == {ALICES, f"ses:{BOB['principalId']}@2026-03-02T10:00:00Z"}
    late = origin(case, f"ses:{BOB['principalId']}@2026-03-02T10:00:00Z")
    assert (late.origin, late.made_by.principal) == (f"{ARN}bob", f"{ARN}alice")
    early = origin(case, f"ses:{BOB['principalId']}@2026-03-02T09:00:00Z")
    assert early.made_by is None


def test_an_assumption_without_an_end_lives_as_long_as_aws_allows(made: Made):
    issue = assumed("09:00", ALICE)
    del issue["responseElements"]["credentials"]["expiration"]
    row = origin(made(issue, used("09:01", "09:00")), f"key:{IN_USE}")
    assert (row.origin, row.expires, row.expires_assumed) == (f"{ARN}alice", "2026-03-02T21:00:00Z", True)


def test_a_link_by_key_is_surer_than_the_sign_in_that_a_call_names(made: Made):
    arn = "arn:aws:signin:eu-central-1:111122223333:session/s-1"
    role = ct.role("deploy", "cli", IN_USE, "09:00")
    role["sessionContext"]["signInSessionArn"] = arn
    case = made(
        ct.record("08:59", "signin:CreateOAuth2Token", BOB, additionalEventData={"signInSessionArn": arn}),
        assumed("09:00", ALICE, IN_USE, "cli"),
        ct.get_object("09:01", role, "jewels", "a"),
    )
    assert origin(case, f"key:{IN_USE}").origin == f"{ARN}alice"


def test_a_session_of_one_directory_bucket_lives_five_minutes(made: Made):
    answer = {"credentials": {"accessKeyId": IN_USE, "sessionToken": "x"}}
    case = made(
        ct.record("09:00", "s3express:CreateSession", ALICE, responseElements=answer, eventSource="s3.amazonaws.com",
                  requestParameters={"bucketName": "b--euc1-az1--x-s3"})
    )  # fmt: skip
    assert origin(case, f"key:{IN_USE}").expires == "2026-03-02T09:05:00Z"


def forwarded(name: str, since: str):
    """The identity with which a service goes on calling for a user."""
    attributes = {"attributes": {"creationDate": ct.at(since), "mfaAuthenticated": "false"}}
    return ct.user(name, "ASIAFORWARDFORWARDF0") | {
        "invokedBy": "cloudformation.amazonaws.com",
        "sessionContext": attributes,
    }


def test_what_a_service_does_for_a_session_is_the_sessions_own(made: Made):
    case = made(
        ct.record("09:00", "cloudformation:CreateStack", ALICE, requestParameters={"stackName": "s"}),
        ct.assume_role("09:00:01", forwarded("alice", "09:00"), "deploy", "build", IN_USE,
                       sourceIPAddress="cloudformation.amazonaws.com"),
        used("09:01", "09:00:01"),
    )  # fmt: skip
    row = origin(case, f"key:{IN_USE}")
    assert (row.origin, row.chain[0].node, row.rule) == (f"{ARN}alice", ALICES, "L1")
    actions = [one.action for one in case.ask.events(session=ALICES).rows]
    assert actions == [
        "cloudformation:CreateStack",
        "sts:AssumeRole",
    ]


def test_the_kind_of_a_node_is_in_its_key():
    keys = ["service:x.amazonaws.com", "idc:store#u", "arn:aws:s3:::b", "arn:aws:s3:::b/k", "scope:s3:r:1"]
    assert list(map(label_of, keys)) == ["Service", "IdentityCenterUser", "Bucket", "Object", "Scope"]


def test_the_whole_graph_says_where_sessions_were_seen_what_they_carry_and_whose_principals_are(made: Made):
    role = ct.role("deploy", "build", IN_USE, "09:00")
    role["sessionContext"]["sourceIdentity"] = "ann"
    case = made(ct.get_object("09:01", role, "jewels", "a", vpcEndpointId="vpce-0123456789abcdef0"))
    graph, session = case.to_networkx(), f"key:{IN_USE}"
    out = {(kind, target) for _, target, kind in graph.out_edges(session, keys=True)}
    assert {("SIGHTED_AT", "vpce-0123456789abcdef0"), ("CLAIMS", "srcid:ann"), ("FROM", "ip:198.51.100.7")} <= out
    assert graph.has_edge(f"arn:aws:iam::{ct.HOME}:role/deploy", f"account:{ct.HOME}", key="IN")
    labels = {graph.nodes[key]["label"] for key in ("vpce-0123456789abcdef0", "srcid:ann", f"account:{ct.HOME}")}
    assert labels == {"VpcEndpoint", "SourceIdentity", "Account"}


def test_a_person_stands_behind_his_own_session_only_where_two_opened_it_alike(made: Made):
    behalf = {"onBehalfOf": {"userId": "u-1", "identityStoreArn": STORE}}
    other = "ASIAOTHERINUSEOTHER0"
    case = made(
        assumed("09:00", ALICE), assumed("09:00", BOB, "ASIAOTHEROTHEROTHER0"),
        used("09:01", "09:00", **behalf), used("09:02", "09:00", other),
    )  # fmt: skip
    assert origin(case, f"key:{IN_USE}").origin == f"idc:{STORE}#u-1"
    assert (origin(case, f"key:{other}").origin, origin(case, f"key:{other}").origin_status) == (None, "ambiguous")


def test_records_without_a_key_may_be_of_the_one_whose_key_is_in_use(made: Made):
    keyless = ct.role("deploy", "build", None, "09:00")
    case = made(
        assumed("09:00", ALICE), assumed("09:00", BOB, IN_USE), used("09:01", "09:00"),
        ct.get_object("09:02", keyless, "jewels", "b"),
    )  # fmt: skip
    family = f"ses:{ct.role_id('deploy')}:build@2026-03-02T09:00:00Z"
    assert (origin(case, family).origin, origin(case, family).origin_status) == (None, "ambiguous")
    assert origin(case, f"key:{IN_USE}").origin == f"{ARN}bob"
