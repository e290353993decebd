"""Every question, asked of one small organisation whose day is written in ``conftest``."""

from collections.abc import Iterable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.errors import NotFound, UsageError
from graphtrail.questions.rows import Hop

JEWELS = "arn:aws:s3:::jewels"
ALICE = "arn:aws:iam::111122223333:user/alice"
BOB = "arn:aws:iam::111122223333:user/bob"
READER = "arn:aws:iam::444455556666:role/reader"
ALICES, DEPLOY, HOP = "key:AKIAALICEALICEALICE0", "key:ASIADEPLOYDEPLOYDEP0", "key:ASIAREADERREADERREA0"
WEB, LOST, BOBS = "key:ASIAWEBWEBWEBWEBWEB0", "key:ASIALOSTLOSTLOSTLOS0", "key:AKIABOBBOBBOBBOBBOB0"
FORWARDED = "ses:AIDAALICEXXXXXXXXXXXX@2026-03-02T09:05:00Z"
STRANGER = "anon:AWSAccount:AROASTRANGESTRANGEST0:ci"

Case = graphtrail.Case


def nodes(hops: Iterable[Hop]):
    return [hop.node for hop in hops]


def codes(result: graphtrail.Result):
    return {gap.code for gap in result.coverage}


def test_who_touched_names_each_session_action_and_outcome_with_its_chain(world: Case):
    answer = world.ask.who_touched(JEWELS)
    assert [(row.session, row.action, row.outcome, row.count) for row in answer.rows] == [
        (FORWARDED, "s3:GetObject", "ok", 1),
        (DEPLOY, "s3:GetObject", "denied", 1),
        (DEPLOY, "s3:GetObject", "ok", 2),
        (DEPLOY, "s3:PutObject", "ok", 1),
        (DEPLOY, "s3:DeleteBucket", "denied", 1),
        (LOST, "s3:GetObject", "ok", 1),
        (STRANGER, "s3:GetObject", "ok", 1),
    ]
    stolen = answer.rows[2]
    assert (stolen.origin, nodes(stolen.chain), stolen.rule) == (ALICE, [ALICES, DEPLOY], "L1")
    assert stolen.addresses == ("198.51.100.7", "203.0.113.9")
    assert len(stolen.event_ids) == stolen.event_total == 2


def test_who_touched_says_which_origins_the_logs_do_not_tell(world: Case):
    answer = world.ask.who_touched(JEWELS)
    assert codes(answer) == {"account-not-observed", "origin-unknown"}
    assert {row.session for row in answer.rows if row.origin is None} == {LOST, STRANGER}


def test_calls_without_credentials_are_said_to_be_anonymous_and_of_no_account(tmp_path: Path):
    nobody = {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    answer = ct.case(tmp_path, [ct.get_object("09:00", nobody, "jewels", "crown.csv")]).ask.who_touched(JEWELS)
    assert [(row.origin, row.count) for row in answer.rows] == [(None, 1)]
    assert [(note.code, note.text) for note in answer.coverage] == [
        ("anonymous", "calls came without credentials: no log can name who made them")
    ]


def test_who_touched_counts_calls_that_only_mention_it_when_asked(world: Case):
    instance = "arn:aws:iam::111122223333:role/deploy"
    assert [row.session for row in world.ask.who_touched(instance, all_roles=True).rows] == [ALICES]


def test_nobody_read_the_bucket_is_not_said_where_no_data_events_exist(world: Case):
    quiet = world.ask.who_touched("s3://quiet/")
    assert [row.action for row in quiet.rows] == ["s3:GetBucketAcl"]
    assert codes(quiet) == {"no-data-events"}
    assert codes(world.ask.who_touched("arn:aws:s3:::never")) == {"no-data-events", "not-seen"}


def test_a_resource_of_an_account_without_logs_is_said_to_be_unseen(world: Case):
    answer = world.ask.who_touched("arn:aws:dynamodb:eu-central-1:777788889999:table/x")
    assert codes(answer) == {"no-data-events", "not-seen", "account-not-observed"}


def test_a_window_outside_the_case_is_said_to_be_empty(world: Case):
    late = world.ask.who_touched(JEWELS, since="2027-01-01T00:00:00Z")
    early = world.ask.who_touched(JEWELS, until="2020-01-01T00:00:00Z")
    assert (late.rows, early.rows) == ((), ())
    assert "empty-window" in codes(late) & codes(early)


def test_windows_accounts_and_regions_choose_the_calls(world: Case):
    def counted(**limits: str | list[str]) -> int:
        return sum(row.count for row in world.ask.who_touched(JEWELS, **limits).rows)

    assert counted() == 8
    assert counted(since="2026-03-02T09:12:00Z", until="2026-03-02T09:13:00Z") == 2
    assert counted(account="111122223333", region=["eu-central-1", "us-east-1"]) == 8
    assert counted(account=["444455556666"]) == 0
    assert counted(region="us-east-1") == 0


def test_objects_are_the_keys_and_not_the_bucket(world: Case):
    found = {(row.resource, row.session, row.outcome): row.count for row in world.ask.objects(JEWELS).rows}
    assert found == {
        (f"{JEWELS}/a/b c.csv", DEPLOY, "ok"): 1,
        (f"{JEWELS}/athena.csv", FORWARDED, "ok"): 1,
        (f"{JEWELS}/crown.csv", DEPLOY, "denied"): 1,
        (f"{JEWELS}/crown.csv", DEPLOY, "ok"): 2,
        (f"{JEWELS}/crown.csv", LOST, "ok"): 1,
        (f"{JEWELS}/crown.csv", STRANGER, "ok"): 1,
    }
    put = world.ask.objects(JEWELS, action="s3:PutObject").rows
    assert [row.resource for row in put] == [f"{JEWELS}/a/b c.csv"]
    one = world.ask.objects("s3://jewels/athena.csv").rows
    assert [row.resource for row in one] == [f"{JEWELS}/athena.csv"]


def test_origin_follows_the_chain_over_two_accounts(world: Case):
    (row,) = world.ask.origin("ASIAREADERREADERREA0").rows
    assert (row.origin, row.origin_status, nodes(row.chain)) == (ALICE, "linked", [ALICES, DEPLOY, HOP])
    assert [hop.rule for hop in row.chain] == [None, "L1", "L1"]
    assert "5a5a5a5a-0000-4000-8000-00000000000b" in row.chain[2].event_ids


def test_who_made_a_key_is_another_fact_than_who_used_it(world: Case):
    (row,) = world.ask.origin(BOBS).rows
    assert (row.origin, row.chain[0].node) == (BOB, BOBS)
    assert (row.made_by.principal, row.made_by.session) == (ALICE, ALICES)


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("key:ASIADEPLOYDEPLOYDEP0", DEPLOY),
        ("ASIADEPLOYDEPLOYDEP0", DEPLOY),
        ("arn:aws:sts::111122223333:assumed-role/deploy/alice-cli", DEPLOY),
        ("203.0.113.9", DEPLOY),
        ("ip:203.0.113.9", DEPLOY),
        ("evt:5a5a5a5a-0000-4000-8000-00000000000b", DEPLOY),
        ("5a5a5a5a-0000-4000-8000-00000000000b", DEPLOY),
        (READER, HOP),
        ("arn:aws:secretsmanager:eu-central-1:111122223333:secret:db", DEPLOY),
        ("s3://jewels/a/b c.csv", DEPLOY),
        ("ASIAFORWARDFORWARDF0", FORWARDED),
    ],
)
def test_a_session_is_found_by_each_of_its_names(world: Case, name: str, session: str):
    assert [row.session for row in world.ask.origin(name).rows] == [session]


@pytest.mark.parametrize(
    "name", ["carol", "ASIANOSUCHKEYATALL00", "arn:aws:sts::111122223333:assumed-role/deploy/other", "192.0.2.250"]
)
def test_a_name_that_stands_for_nothing_is_not_found(world: Case, name: str):
    with pytest.raises(NotFound, match="nothing in this case answers to that name"):
        world.ask.origin(name)


def test_chains_lead_through_a_session_from_its_origin_to_its_end(world: Case):
    rows = world.ask.chain(DEPLOY).rows
    assert [(nodes(row.chain), row.depth, row.accounts) for row in rows] == [
        ([ALICES, DEPLOY, HOP], 2, ("111122223333", "444455556666"))
    ]
    through_alice = world.ask.chain(ALICE).rows
    assert [row.session for row in through_alice] == [HOP, BOBS, FORWARDED]


def test_blast_radius_follows_time_and_made_identities(world: Case):
    rows = world.ask.blast_radius(ALICE).rows
    reached = {row.session or row.principal or row.resource: row.relation for row in rows}
    assert reached[HOP] == "ASSUMED"
    assert reached[BOBS] == "ISSUED"
    assert reached[BOB] == "CREATED"
    assert reached["arn:aws:dynamodb:eu-central-1:444455556666:table/ledger"] == "ON"
    assert WEB not in reached
    later = world.ask.blast_radius(ALICE, since="2026-03-02T09:15:30Z").rows
    assert f"{JEWELS}/crown.csv" not in {row.resource for row in later}


def test_a_path_is_the_shortest_way_of_control(world: Case):
    (row,) = world.ask.path(ALICE, HOP).rows
    assert (row.relation, nodes(row.path), row.confidence) == ("path", [ALICES, DEPLOY, HOP], "exact")
    assert [one.relation for one in world.ask.path(HOP, ALICE).rows] == ["path"]


def test_two_that_no_path_connects_may_share_something(world: Case):
    rows = world.ask.path(WEB, LOST).rows
    assert [(row.relation, row.shared, row.value) for row in rows] == [("shares", "agent", "aws-cli/2.15")]


def test_assumptions_are_listed_by_time_with_what_they_opened(world: Case):
    rows = world.ask.assumptions().rows
    assert [(row.session, row.issued_session, row.issued_calls) for row in rows] == [
        (ALICES, DEPLOY, 7),
        (DEPLOY, HOP, 2),
        ("svc:ec2.amazonaws.com@111122223333", WEB, 3),
    ]
    assert [row.issued_session for row in world.ask.assumptions(cross_account=True).rows] == [HOP]
    fresh = world.ask.assumptions(first_seen_after="2026-03-02T09:30:00Z").rows
    assert [row.issued_session for row in fresh] == [WEB]


def test_assumed_by_a_role_and_by_a_principal(world: Case):
    assert [row.session for row in world.ask.assumed_by(READER).rows] == [DEPLOY]
    assert [row.target_role for row in world.ask.assumed_by(ALICE).rows] == ["arn:aws:iam::111122223333:role/deploy"]


def test_an_instance_key_seen_at_a_second_address_is_called_outside(world: Case):
    rows = world.ask.addresses(WEB).rows
    assert [(row.address, row.outside) for row in rows] == [
        ("10.0.0.5", True),
        ("192.0.2.66", True),
        ("ssm.amazonaws.com", False),
    ]
    assert [(row.address, row.outside) for row in world.ask.addresses("192.0.2.66").rows] == [("192.0.2.66", True)]
    at_bucket = {row.address: row.session for row in world.ask.addresses(JEWELS).rows}
    assert at_bucket["athena.amazonaws.com"] == FORWARDED


def test_identities_made_and_by_whom(world: Case):
    rows = world.ask.identities().rows
    assert [(row.made, row.resource, row.owner, row.for_other) for row in rows] == [
        ("user", BOB, None, False),
        ("access key", BOBS, BOB, True),
        ("login profile", BOB, BOB, True),
    ]
    assert [row.issued_calls for row in rows] == [0, 1, 0]
    assert world.ask.identities(WEB).rows == ()


def test_refusals_and_what_worked_later(world: Case):
    rows = {(row.action, row.resource): row.worked_later for row in world.ask.denied(ALICE).rows}
    assert rows == {
        ("s3:GetObject", JEWELS): "2026-03-02T09:12:00Z",
        ("s3:GetObject", f"{JEWELS}/crown.csv"): "2026-03-02T09:12:00Z",
        ("s3:DeleteBucket", JEWELS): None,
        ("iam:ListUsers", "scope:iam:eu-central-1:444455556666"): None,
    }


def test_secrets_that_were_read(world: Case):
    (row,) = world.ask.secrets(ALICE).rows
    assert (row.resource, row.action, row.session) == (
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db",
        "secretsmanager:GetSecretValue",
        DEPLOY,
    )


def test_the_timeline_leaves_out_what_only_looks(world: Case):
    rows = world.ask.timeline(DEPLOY).rows
    assert [(row.relation, row.action, row.outcome, row.count) for row in rows] == [
        ("PERFORMED", "s3:GetObject", "denied", 1),
        ("PERFORMED", "s3:GetObject", "ok", 2),
        ("PERFORMED", "s3:PutObject", "ok", 1),
        ("READ_SECRET", "secretsmanager:GetSecretValue", None, 1),
        ("PERFORMED", "secretsmanager:GetSecretValue", "ok", 1),
        ("PERFORMED", "s3:DeleteBucket", "denied", 1),
        ("ASSUMED", "sts:AssumeRole", None, 2),
        ("PERFORMED", "sts:AssumeRole", "ok", 1),
        ("PERFORMED", "iam:ListUsers", "denied", 1),
    ]


@pytest.mark.parametrize(
    ("by", "value", "count"),
    [
        ("principal", "arn:aws:iam::111122223333:role/deploy", 7),
        ("action", "s3:GetObject", 6),
        ("resource", JEWELS, 8),
        ("address", "198.51.100.7", 16),
        ("error", "AccessDenied", 3),
    ],
)
def test_top_counts_distinct_calls(world: Case, by: str, value: str, count: int):
    first = world.ask.top(by=by).rows[0]
    assert (first.by, first.value, first.count) == (by, value, count)
    assert world.ask.top(by=by, region="us-east-1").rows == ()


def test_unknowns_list_what_the_logs_cannot_show(world: Case):
    found = {(row.code, row.account): row.sessions for row in world.ask.unknowns().rows}
    assert found == {
        ("origin-external", "777788889999"): (STRANGER,),
        ("origin-unknown", "111122223333"): (LOST,),
        ("account-not-observed", "777788889999"): (),
        ("no-data-events", "444455556666"): (),
    }
    assert [row.sessions for row in world.ask.unknowns(LOST).rows] == [(LOST,)]
    assert world.ask.unknowns(ALICE).rows == ()


@pytest.mark.parametrize(
    ("limits", "times"),
    [
        ({"principal": ALICE}, 6),
        ({"session": DEPLOY}, 7),
        ({"session": DEPLOY, "resource": JEWELS}, 5),
        ({"key": "ASIAFORWARDFORWARDF0"}, 1),
        ({"resource": f"{JEWELS}/crown.csv"}, 5),
        ({"action": "getobject", "outcome": "denied"}, 1),
        ({"action": "s3:*Object"}, 7),
        ({"ip": "192.0.2.66"}, 1),
        ({"service": "dynamodb.amazonaws.com"}, 1),
        ({"service": "dynamodb"}, 1),
    ],
)
def test_events_narrow_together(world: Case, limits: dict[str, str], times: int):
    assert len(world.ask.events(**limits).rows) == times


def test_events_are_made_when_they_are_looked_at(world: Case):
    rows = world.ask.events().rows
    assert len(rows) == 23 - 1  # the copy in the other account is the same call
    assert rows[0].action == "iam:CreateUser"
    assert [row.time for row in rows[-2:]] == ["2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z"]
    assert rows[1].issued[0].access_key == "AKIABOBBOBBOBBOBBOB0"


def test_a_session_or_principal_that_is_not_there_is_said_so(world: Case):
    with pytest.raises(NotFound, match="no principal of this case"):
        world.ask.events(principal="arn:aws:iam::111122223333:user/carol")
    with pytest.raises(NotFound, match="no session, access key id, STS ARN or name"):
        world.ask.events(session="carol")


def test_a_question_says_which_parameters_it_takes(world: Case):
    with pytest.raises(UsageError, match=r"origin takes 1 value\(s\), not 2"):
        world.ask.origin(ALICE, BOB)
    with pytest.raises(UsageError, match="has no parameter colour"):
        world.ask.origin(ALICE, colour="red")
    with pytest.raises(UsageError, match="origin needs SESSION: session key"):
        world.ask.origin()
    with pytest.raises(UsageError, match="origin: session is empty; it is: session key"):
        world.ask.origin(" ")
    with pytest.raises(UsageError, match="events: key is empty"):
        world.ask.events(key="")
    with pytest.raises(UsageError, match="by is one of principal"):
        world.ask.top(by="colour")
    with pytest.raises(UsageError, match="min_confidence is exact, strong or heuristic"):
        world.ask.top(min_confidence="sure")
    with pytest.raises(AttributeError, match="no question who_knows"):
        world.ask.who_knows  # noqa: B018 - asking for it is the test
    assert "who_touched" in dir(world.ask)
    assert "Who touched this resource" in world.ask.who_touched.__doc__


def test_a_link_that_is_less_sure_is_followed_only_when_asked(world: Case):
    exact = world.ask.events(session=FORWARDED, min_confidence="exact").rows
    assert [row.session for row in exact] == [FORWARDED]
    assert [row.origin for row in world.ask.origin(HOP, min_confidence="exact").rows] == [ALICE]


def test_an_empty_case_says_so(tmp_path: Path):
    (tmp_path / "empty.json").write_text('{"Records": []}')
    case = graphtrail.ingest(tmp_path / "empty.json", case=tmp_path / "case")
    for answer in (case.ask.top(), case.ask.assumptions(), case.ask.unknowns(), case.ask.who_touched(JEWELS)):
        assert list(answer.rows) == []
    assert "empty-case" in codes(case.ask.who_touched(JEWELS))


def test_what_an_instance_reached_and_what_its_services_did(world: Case):
    instance = "arn:aws:ec2:eu-central-1:111122223333:instance/i-0aaaabbbbccccdddd"
    reached = {row.session: row.relation for row in world.ask.blast_radius(instance).rows if row.session}
    assert reached == {WEB: "HOSTS"}


def test_a_session_that_had_expired_reaches_nothing(world: Case):
    assert world.ask.blast_radius(DEPLOY, since="2026-03-03T12:00:00Z").rows == ()
    assert [row.made for row in world.ask.identities(since="2026-03-02T09:02:00Z").rows] == ["login profile"]


def test_records_that_contradict_each_other_are_listed_with_rejects(tmp_path: Path):
    same = {"eventID": "00000000-0000-4000-8000-000000000000"}
    records = [ct.get_object("09:00", ct.user("alice"), "jewels", key, **same) for key in "ab"]
    case = ct.case(tmp_path, [*records, {"eventCategory": "Insight", "eventName": "x"}, {"eventName": "y"}])
    found = {row.code: row.count for row in case.ask.unknowns().rows}
    assert found["conflicting-records"] == 2
    assert found["rejected-records"] == 1
    assert len({row.event_id for row in case.ask.events().rows}) == 2
    assert case.ask.who_touched(JEWELS).graph.events


def test_calls_of_one_second_are_in_order_of_their_ids(tmp_path: Path):
    ids = [f"00000000-0000-4000-8000-00000000000{number}" for number in (3, 1, 2)]
    records = [ct.get_object("09:00", ct.user("alice"), "jewels", one, eventID=one) for one in ids]
    assert [row.event_id for row in ct.case(tmp_path, records).ask.events().rows] == sorted(ids)
