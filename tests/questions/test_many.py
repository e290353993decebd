"""Answers about very many of one thing are those that looking at each by itself gives."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail
from graphtrail.graph.schema import Confidence
from graphtrail.questions.way import Proofs
from graphtrail.stores.store import ControlEdge

Made = Callable[..., graphtrail.Case]
ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
ALICES = "key:AKIAALICEALICEALICE0"
USER = f"arn:aws:iam::{ct.HOME}:user/"
JEWELS = "arn:aws:s3:::jewels"
INSTANCE = "i-0123456789abcdef0"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return lambda *records: ct.case(tmp_path, records)


def clock(minute: int) -> str:
    return f"{9 + minute // 60:02}:{minute % 60:02}"


def whole(minute: int) -> str:
    return ct.at(clock(minute))


def test_what_is_switched_off_many_times_is_off_until_it_is_switched_on_next(made: Made):
    names = [f"arn:aws:cloudtrail:eu-central-1:{ct.HOME}:trail/{name}" for name in "ab"]
    switches = ("Stop", "Stop", "Start", "Start", "Stop")
    case = made(*(
        ct.record(clock(minute), f"cloudtrail:{action}Logging", ALICE, requestParameters={"name": name})
        for name, (minute, action) in product(names, zip((0, 1, 5, 6, 9), switches, strict=True))
    ))  # fmt: skip
    rows = case.ask.blinded().rows
    assert sorted((row.resource, row.time, row.until) for row in rows) == [
        (name, whole(off), None if on is None else whole(on))
        for name in names
        for off, on in [(0, 5), (1, 5), (9, None)]
    ]


def test_what_is_switched_off_for_all_of_an_account_is_switched_on_in_its_own_log(made: Made):
    def policy(minute: int, action: str, account: str, **more: str) -> ct.Record:
        return ct.record(clock(minute), f"iam:{action}AccountPasswordPolicy", ALICE, recipientAccountId=account, **more)

    accounts = (ct.HOME, ct.OTHER)
    off = [policy(2 * at, "Delete", account) for at, account in enumerate(accounts)]
    on = [policy(10 + at, "Update", account) for at, account in enumerate(reversed(accounts))]
    elsewhere = policy(5, "Update", ct.HOME, awsRegion="eu-west-1")
    rows = made(*off, *on, elsewhere).ask.blinded().rows
    assert [(row.account, row.until) for row in rows] == [(ct.HOME, whole(11)), (ct.OTHER, whole(10))]


def test_nothing_switches_on_what_was_deleted_for_good(made: Made):
    asked = {"firewallName": "wall", "firewallArn": f"arn:aws:network-firewall:eu-central-1:{ct.HOME}:firewall/wall"}
    case = made(ct.record("09:00", "network-firewall:DeleteFirewall", ALICE, requestParameters=asked))
    assert [(row.action, row.until) for row in case.ask.blinded().rows] == [("network-firewall:DeleteFirewall", None)]


def test_a_policy_that_was_detached_is_attached_again_to_the_same(made: Made):
    def policy(minute: int, action: str, target: str) -> ct.Record:
        asked = {"policyId": "p-abcdefgh", "targetId": target}
        return ct.record(clock(minute), f"organizations:{action}Policy", ALICE, requestParameters=asked)

    targets = ["111111111111", "222222222222", "333333333333"]
    case = made(
        *(policy(at, "Detach", target) for at, target in enumerate(targets)),
        *(policy(10 + at, "Attach", target) for at, target in enumerate(targets[:2])),
    )
    ends = {(row.time, row.until) for row in case.ask.blinded().rows}
    assert ends == {(whole(0), whole(10)), (whole(1), whole(11)), (whole(2), None)}


def test_each_of_many_policies_is_held_against_the_one_before(made: Made):
    def policy(minute: int, bucket: str, *names: str) -> ct.Record:
        allows = {"Effect": "Allow", "Principal": {"AWS": [f"{USER}{name}" for name in names]}, "Action": "s3:*"}
        asked = {"bucketName": bucket, "bucketPolicy": json.dumps({"Statement": [allows]})}
        return ct.record(clock(minute), "s3:PutBucketPolicy", ALICE, requestParameters=asked)

    steps = [("a",), ("a", "b"), ("b",), ("c", "a")]
    case = made(*(policy(at, bucket, *names) for at, names in enumerate(steps) for bucket in ("jewels", "loot")))
    for bucket in ("jewels", "loot"):
        found = [row for row in case.ask.policies().rows if row.resource == f"arn:aws:s3:::{bucket}"]
        named = [(row.allowed, row.before) for row in found]
        keys = [tuple(sorted(f"{USER}{name}" for name in names)) for names in steps]
        assert named == list(zip(keys, [None, *keys], strict=False))


def test_a_share_ends_with_the_last_of_the_policies_that_let_the_party_in(made: Made):
    def policy(minute: int, *accounts: str) -> ct.Record:
        allows = {"Effect": "Allow", "Principal": {"AWS": [*accounts, ct.HOME]}, "Action": "s3:*"}
        asked = {"bucketName": "jewels", "bucketPolicy": json.dumps({"Statement": [allows]})}
        return ct.record(clock(minute), "s3:PutBucketPolicy", ALICE, requestParameters=asked)

    case = made(policy(0, ct.OTHER), policy(1, ct.OTHER, ct.STRANGE), policy(2, ct.STRANGE), policy(3, ct.OTHER))
    ends = {(row.time, row.party): row.until for row in case.ask.shared_out().rows}
    assert ends == {
        (whole(0), f"account:{ct.OTHER}"): whole(2),
        (whole(1), f"account:{ct.OTHER}"): whole(2),
        (whole(1), f"account:{ct.STRANGE}"): whole(3),
        (whole(2), f"account:{ct.STRANGE}"): whole(3),
        (whole(3), f"account:{ct.OTHER}"): None,
    }


def test_what_was_refused_many_times_worked_on_its_own_resource_later(made: Made):
    names = [f"o{number}" for number in range(6)]
    refused = [ct.get_object(clock(at), ALICE, "jewels", name, **ct.refused()) for at, name in enumerate(names)]
    worked = [ct.get_object(clock(20 + at), ALICE, "jewels", name) for at, name in enumerate(names) if at % 2]
    earlier = ct.get_object("08:59", ALICE, "jewels", "o0")
    unnamed = [
        ct.record("10:00", "ec2:DescribeVpcs", ALICE, **ct.refused()),
        ct.record("10:01", "ec2:DescribeVpcs", ALICE),
    ]
    case = made(*refused, *worked, earlier, *unnamed)
    later = {row.resource: row.worked_later for row in case.ask.denied(ALICES).rows}
    assert {key: at for key, at in later.items() if key.startswith(f"{JEWELS}/")} == {
        f"{JEWELS}/{name}": whole(20 + at) if at % 2 else None for at, name in enumerate(names)
    }
    assert [at for key, at in later.items() if key.startswith("scope:")] == [ct.at("10:01")]


@pytest.mark.parametrize("level", ["exact", "strong", "heuristic"])
def test_of_many_sessions_that_touched_many_objects_each_is_reached_by_the_first(made: Made, level: str):
    keys = [f"ASIANUMBERNUMBER000{number}" for number in range(4)]
    issued = [ct.assume_role(clock(at), ALICE, "deploy", f"s{at}", key) for at, key in enumerate(keys)]
    touched = [
        ct.get_object(
            clock(10 + (at * 7 + number * 3) % 11), ct.role("deploy", f"s{at}", key, clock(at)), "jewels", name
        )
        for at, key in enumerate(keys)
        for number, name in enumerate("abc" if at % 2 else "bcd")
    ]
    early = ct.get_object("08:00", ct.role("deploy", "s0", keys[0], clock(0)), "jewels", "z", **ct.refused())
    case = made(*issued, *touched, early)
    rows = {row.resource: row for row in case.ask.blast_radius(ALICES, min_confidence=level).rows if row.resource}
    for name in "abcd":
        own = sorted(
            (record["eventTime"], keys.index(record["userIdentity"]["accessKeyId"]), record["eventID"])
            for record in touched
            if record["requestParameters"]["key"] == name
        )
        row = rows[f"{JEWELS}/{name}"]
        assert (row.at, row.path[-2].node) == (own[0][0], f"key:{keys[own[0][1]]}")
        assert set(row.path[-1].event_ids) == {event_id for _, at, event_id in own if at == own[0][1]}
    assert f"{JEWELS}/z" not in rows


def test_an_instance_of_many_keys_is_seen_outside_where_its_address_is_public(made: Made):
    keys = [f"ASIAINSTANCEKEY0000{number}" for number in range(4)]
    places = ["203.0.113.1", "203.0.113.2", "ssm.amazonaws.com", "203.0.113.1"]
    calls = [
        ct.get_object(clock(10 + at), ct.role("web", INSTANCE, key, clock(at)), "jewels", "a", sourceIPAddress=place)
        for at, (key, place) in enumerate(zip(keys, places, strict=True))
    ]
    issued = [
        ct.assume_role(clock(at), ct.service("ec2"), "web", INSTANCE, key) for at, key in enumerate(keys)
    ]  # fmt: skip
    rows = made(*issued, *calls).ask.addresses(JEWELS).rows
    assert [(row.session, row.address, row.outside) for row in rows] == [
        (f"key:{key}", place, place.startswith("203")) for key, place in zip(keys, places, strict=True)
    ]


def test_each_sign_in_has_the_password_that_was_set_last_before_it(made: Made):
    setters = [ct.user(name, f"AKIASETTERSETTER000{at}") for at, name in enumerate(("ann", "ben", "cleo"))]
    passwords = [
        ct.record(clock(10 * at), "iam:UpdateLoginProfile", who, requestParameters={"userName": "bob"})
        for at, who in enumerate(setters)
    ]
    answer = {"responseElements": {"ConsoleLogin": "Success"}}
    sign_ins = [ct.record(clock(10 * at + 5), "signin:ConsoleLogin", ct.user("bob"), **answer) for at in range(-1, 3)]
    case = made(*passwords, *sign_ins)
    found = [case.ask.origin(f"ses:{BOB['principalId']}@{whole(10 * at + 5)}").rows[0].made_by for at in range(-1, 3)]
    assert [maker and maker.principal for maker in found] == [None, *(who["arn"] for who in setters)]


def test_of_ways_that_arrive_together_the_one_whose_first_event_comes_first_is_shown(made: Made):
    def hop(who: ct.Record, name: str, key: str) -> ct.Record:
        return ct.assume_role("09:00", who, name, "s", key)

    keys = [f"ASIANUMBERNUMBER000{number}" for number in range(4)]
    first = [hop(ALICE, "a", keys[0]), hop(ALICE, "b", keys[1])]
    second = [hop(ct.role(name, "s", key, "09:00"), f"{name}-next", keys[at]) for name, key, at in (
        ("a", keys[0], 2), ("b", keys[1], 3))]  # fmt: skip
    function = f"arn:aws:lambda:eu-central-1:{ct.HOME}:function:f"
    code = [
        ct.record("09:00", "lambda:UpdateFunctionCode20150331v2", ct.role(name, "s", key, "09:00"),
                  requestParameters={"functionName": function})
        for name, key in (("a-next", keys[2]), ("b-next", keys[3]))
    ]  # fmt: skip
    case = made(*first, *second, *code)
    (row,) = [row for row in case.ask.blast_radius(ALICES).rows if row.resource == function]
    ways = [tuple(call["eventID"] for call in way) for way in zip(first, second, code, strict=True)]
    assert tuple(hop.event_ids[0] for hop in row.path[1:]) == min(ways)


def test_a_chain_of_many_hops_is_one_chain_and_its_ends_are_connected(made: Made):
    keys = [f"ASIAHOPHOPHOPHOP{number:04}" for number in range(300)]
    callers = [ALICE, *(ct.role(f"r{at % 3}", f"s{at}", key, clock(at)) for at, key in enumerate(keys))]
    hops = [ct.assume_role(clock(at), callers[at], f"r{at % 3}", f"s{at}", key) for at, key in enumerate(keys)]
    branch = ct.assume_role("12:00", callers[150], "other", "x", "ASIABRANCHBRANCHBRAN")
    case = made(*hops, branch)
    assert [(row.depth, row.session) for row in case.ask.chain(ALICES).rows] == [
        (300, f"key:{keys[-1]}"),
        (151, "key:ASIABRANCHBRANCHBRAN"),
    ]
    touched = [ct.get_object("15:00", who, "jewels", "a") for who in (*callers[1:6], callers[250])]
    whole = made(*hops, branch, *touched)
    assert whole.ask.chain(JEWELS).rows == case.ask.chain(ALICES).rows
    (way,) = case.ask.path(ALICES, f"key:{keys[-1]}").rows
    assert [hop.node for hop in way.path] == [ALICES, *(f"key:{key}" for key in keys)]
    assert [hop.node for hop in case.ask.origin(f"key:{keys[-1]}").rows[0].chain] == [hop.node for hop in way.path]


def test_the_proofs_of_ways_are_in_the_order_of_their_lists():
    def edge(*event_ids: str) -> ControlEdge:
        return ControlEdge("a", "b", "ASSUMED", 0, 0, 0, "L1", Confidence.EXACT, "", event_ids)

    lists: list[tuple[str, ...]] = [()]
    proofs = [Proofs()]
    for _ in range(3):
        for held, known in list(zip(lists, proofs, strict=True)):
            for event_id in "ba":
                lists.append((*held, event_id))
                proofs.append(known.and_of(edge(event_id, "never looked at")))
    assert Proofs().and_of(edge()) == Proofs()
    for (one, first), (two, second) in product(zip(lists, proofs, strict=True), repeat=2):
        assert (first < second, first == second) == (one < two, one == two)
