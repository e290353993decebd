"""What the picture of an answer leads with."""

from pathlib import Path

import cloudtrail as ct

import graphtrail

ALICE, CAROL = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("carol", "AKIACAROLCAROLCAROL0")
BOB = ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
DEPLOY = ct.role("deploy", "d", "ASIADEPLOYDEPLOYDEP0", "09:01")


def juggled() -> list[ct.Record]:
    """Carol takes on role after role and only looks."""
    hops = [ct.role(f"role{at}", "c", f"ASIAHOP{at:013d}", f"08:0{at}") for at in range(5)]
    steps = [ct.assume_role(f"08:0{at}", before, f"role{at}", "c", f"ASIAHOP{at:013d}")
             for at, before in enumerate([CAROL, *hops[:-1]])]  # fmt: skip
    return [*steps, ct.record("08:10", "s3:GetBucketAcl", hops[-1], requestParameters={"bucketName": "jewels"})]


def robbed() -> list[ct.Record]:
    """Alice makes a key of bob through a role, and with it somebody reads."""
    named = {"userName": "bob"}
    key = {"accessKey": {"userName": "bob", "accessKeyId": BOB["accessKeyId"], "status": "Active"}}
    return [
        ct.assume_role("09:01", ALICE, "deploy", "d", DEPLOY["accessKeyId"]),
        ct.record("09:02", "iam:CreateAccessKey", DEPLOY, requestParameters=named, responseElements=key),
        *(ct.get_object(f"09:1{at}", BOB, "jewels", f"crown{at}") for at in range(4)),
        ct.record("09:20", "s3:GetBucketAcl", BOB, requestParameters={"bucketName": "jewels"}),
    ]


def first_path(case: graphtrail.Case) -> list[str]:
    graph = case.ask.who_touched("jewels").graph
    steps = [graph.edges[at] for at in graph.paths[0]]
    return [steps[0].source, *(step.target for step in steps)]


def test_the_page_leads_with_who_took_most_and_how_the_key_came_to_be_made(tmp_path: Path):
    path = first_path(ct.case(tmp_path, [*juggled(), *robbed()]))
    assert path[:4] == [ALICE["arn"], f"key:{ALICE['accessKeyId']}", f"key:{DEPLOY['accessKeyId']}",
                        f"key:{BOB['accessKeyId']}"]  # fmt: skip
    assert path[4:] == [f"act:key:{BOB['accessKeyId']}|s3:GetObject|ok|", "arn:aws:s3:::jewels"]


def test_of_those_who_only_look_the_longest_chain_comes_first(tmp_path: Path):
    looks = ct.record("07:00", "s3:GetBucketAcl", ALICE, requestParameters={"bucketName": "jewels"})
    path = first_path(ct.case(tmp_path, [looks, *juggled()]))
    assert (path[0], len(path)) == (CAROL["arn"], 9)


def test_a_password_that_somebody_set_leads_to_the_sign_in(tmp_path: Path):
    signed = {"additionalEventData": {"MFAUsed": "No"}, "responseElements": {"ConsoleLogin": "Success"}}
    bob = ct.user("bob")
    session = {"attributes": {"creationDate": ct.at("09:05"), "mfaAuthenticated": "false"}}
    minted = {**bob, "accessKeyId": "ASIAMINTEDMINTEDMIN0", "sessionContext": session}
    path = first_path(ct.case(tmp_path, [
        ct.record("09:00", "iam:CreateLoginProfile", ALICE, requestParameters={"userName": "bob"}),
        ct.record("09:05", "signin:ConsoleLogin", bob, **signed),
        ct.get_object("09:06", minted, "jewels", "crown", sessionCredentialFromConsole="true"),
    ]))  # fmt: skip
    assert path[:4] == [ALICE["arn"], f"key:{ALICE['accessKeyId']}", bob["arn"],
                        f"ses:{bob['principalId']}@{ct.at('09:05')}"]  # fmt: skip


def test_where_no_record_ties_a_federated_user_to_whoever_was_made_the_path_begins_with_it(tmp_path: Path):
    name = f"arn:aws:sts::{ct.HOME}:federated-user/partner"
    issuer = {"type": "IAMUser", "principalId": BOB["principalId"], "arn": BOB["arn"], "accountId": ct.HOME}
    federated = {
        "type": "FederatedUser", "principalId": f"{ct.HOME}:partner", "arn": name, "accountId": ct.HOME,
        "accessKeyId": "ASIAPARTNERPARTNERP0",
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"creationDate": ct.at("09:05")}},
    }  # fmt: skip
    made = {"user": {"userName": "bob", "userId": BOB["principalId"], "arn": BOB["arn"]}}
    path = first_path(ct.case(tmp_path, [
        ct.record("09:00", "iam:CreateUser", ALICE, requestParameters={"userName": "bob"}, responseElements=made),
        ct.get_object("09:06", federated, "jewels", "crown"),
    ]))  # fmt: skip
    assert path == [name, "key:ASIAPARTNERPARTNERP0", "act:key:ASIAPARTNERPARTNERP0|s3:GetObject|ok|",
                    "arn:aws:s3:::jewels"]  # fmt: skip
