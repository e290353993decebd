"""What no call of an answer names is said to be missing only where it is, and only from what was looked at."""

from pathlib import Path

import cloudtrail as ct

import graphtrail

JEWELS = "arn:aws:s3:::jewels"


def codes(result: graphtrail.Result) -> set[str]:
    return {note.code for note in result.coverage}


def test_what_calls_only_name_beside_what_they_touch_is_not_said_to_be_unseen(tmp_path: Path):
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = {"requestParameters": {"userName": "bob", "policyArn": policy}}
    case = ct.case(
        tmp_path, [ct.record("09:00", "iam:AttachUserPolicy", ct.user("alice", "AKIAALICEALICEALICE0"), **attached)]
    )
    answer = case.ask.who_touched(policy)
    (note,) = (note for note in answer.coverage if note.code == "only-named")
    assert note.text == (
        f"no call in these logs touches {policy} itself; 1 name(s) it beside what they touch "
        "(graphtrail ask events --resource)"
    )
    assert (answer.rows, len(case.ask.events(resource=policy).rows)) == ((), 1)
    others = (*case.ask.events(resource=policy).coverage, *case.ask.who_touched(policy, all_roles=True).coverage)
    assert not {"only-named", "not-seen"} & {note.code for note in others}


def test_what_lies_elsewhere_in_the_logs_is_not_said_to_be_missing(world: graphtrail.Case):
    late = world.ask.who_touched(JEWELS, since="2027-01-01T00:00:00Z")
    said, where = {note.code: note.text for note in late.coverage}, "the window, accounts and Regions asked for"
    assert said["not-seen"].startswith(f"no call in {where} names {JEWELS}; ")
    assert said["not-seen"].endswith(" other(s) do")
    assert said["no-data-events"].startswith(f"no data event of {JEWELS} is in {where}: ")
    none = world.ask.events(resource=JEWELS, action="s3:PutBucketAcl")
    assert (list(none.rows), codes(none) & {"no-data-events", "not-seen"}) == ([], set())
