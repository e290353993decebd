"""What goes wrong on the way: a run ends with all that it could get, says what it could not, and can be completed."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from aws_server import Server, after, cut, error, slow
from cases import digest, record, totals
from commands import Ran
from trail_bucket import BUCKET, client, key, put

from graphtrail import api
from graphtrail.case.ingest import ingest
from graphtrail.sources.places import Places, Reach
from graphtrail.sources.selection import Access

Run = Callable[..., Ran]
Answer = Callable[..., Iterable[bytes]]
A, B, C = "111122223333", "444455556666", "777788889999"
EU = "eu-west-1"
URL = f"s3://{BUCKET}/"
KEYS = [key(account, EU, "2024/03/01", number) for number, account in enumerate((A, A, A, B, B, C))]
SLOW_DOWN = error("503 Slow Down", "SlowDown")
BROKEN = error("500 Internal Server Error", "InternalError")
DENIED = error("403 Forbidden", "AccessDenied", "User: reader is not authorized to perform: s3:ListBucket")
KMS = error("403 Forbidden", "AccessDenied", "User: reader is not authorized to perform: kms:Decrypt on this resource")
EXPIRED = error("400 Bad Request", "ExpiredToken", "The provided token has expired.")
GLACIER = error("403 Forbidden", "InvalidObjectState", "The operation is not valid for the object's storage class")


@pytest.fixture(autouse=True)
def bucket(aws: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six files of three accounts; few attempts, so that what lasts is known to last soon."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")
    client().create_bucket(Bucket=BUCKET)
    for number, name in enumerate(KEYS):
        put(name, [record(number), record(number + 100)])
    aws.requests.clear()


def events(case: str = "graphtrail-case") -> int:
    return totals(api.open(case))["events"]


def completes(run: Run, aws: Server, lost: int = 0) -> None:
    """A run without faults makes the case whole, and equal to one that never met any."""
    aws.faults.clear()
    ran = run("ingest", URL)
    assert ran.code == 0, ran.err
    case = api.open("graphtrail-case")
    assert run("ingest", URL, "--case", "whole").code == 0
    assert digest(case) == digest(api.open("whole"))
    assert totals(case)["events"] == 2 * len(KEYS) - lost
    assert case.status()["not_fetched"] == []
    listed = [one for one in case.rejects() if not one["superseded"]]
    assert len(listed) == lost // 2


@pytest.mark.parametrize("answer", [SLOW_DOWN, BROKEN], ids=["throttled", "500"])
@pytest.mark.parametrize("action", ["LIST", "GET"])
def test_what_passes_is_tried_again(run: Run, aws: Server, answer: Answer, action: str):
    aws.fail(answer, action=action, times=2)
    assert run("ingest", URL).code == 0
    assert events() == 2 * len(KEYS)
    assert len(aws.asked(action)) >= 2 + len(KEYS)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (SLOW_DOWN, "SlowDown"),
        (BROKEN, "InternalError"),
        (cut, "the connection broke"),
        (KMS, "takes kms:Decrypt on that key"),
        (GLACIER, "restore it first"),
        (DENIED, "not allowed"),
    ],
    ids=["throttled", "500", "cut", "kms", "archived", "denied"],
)
def test_an_object_that_cannot_be_fetched_is_named_and_the_rest_is_there(
    run: Run, aws: Server, answer: Answer, said: str
):
    aws.fail(answer, action="GET", path=KEYS[1])
    ran = run("ingest", URL)
    assert ran.code == 1
    (line,) = [line for line in ran.err.splitlines() if line.startswith(URL)]
    assert line.startswith(f"{URL}{KEYS[1]}: ")
    assert said in line
    assert "1 file(s) or place(s) could not be fetched" in ran.err
    assert events() == 2 * len(KEYS) - 2
    assert [one["file"] for one in api.open("graphtrail-case").rejects()] == [URL + KEYS[1]]
    again = run("ingest", URL)
    assert again.code == 1
    assert len(api.open("graphtrail-case").rejects()) == 1
    completes(run, aws)


def test_a_body_cut_short_once_is_read_whole(run: Run, aws: Server):
    aws.fail(cut, action="GET", times=3)
    assert run("ingest", URL).code == 0
    completes(run, aws)


def test_a_body_that_stands_still_is_waited_for_or_asked_for_again(run: Run, aws: Server):
    aws.fail(slow(0.3), action="GET", path=KEYS[0])
    aws.fail(slow(2), action="GET", path=KEYS[1], times=1)
    places = Places([URL], Reach(Access(read_timeout=1)))
    assert ingest(Path("graphtrail-case"), places.blobs).missed == 0
    assert len(aws.asked("GET", KEYS[1])) == 2
    completes(run, aws)


def test_an_object_deleted_between_list_and_get_is_named(run: Run, aws: Server):
    aws.fail(after(lambda: client().delete_object(Bucket=BUCKET, Key=KEYS[2])), action="GET", path=KEYS[2])
    ran = run("ingest", URL)
    assert ran.code == 1
    assert f"{URL}{KEYS[2]}: it was listed and is gone: deleted meanwhile" in ran.err
    aws.faults.clear()
    again = run("ingest", URL)
    assert again.code == 0, "what is not listed any more is missed no more by a run, but status goes on to name it"
    assert events() == 2 * len(KEYS) - 2
    assert [one["file"] for one in api.open("graphtrail-case").rejects()] == [URL + KEYS[2]]


def test_credentials_that_expire_half_way_stop_the_asking_and_lose_nothing(run: Run, aws: Server):
    aws.fail(after(lambda: None), action="GET", times=2)
    aws.fail(EXPIRED, action="GET")
    ran = run("ingest", URL)
    assert ran.code == 1
    lost = [line for line in ran.err.splitlines() if line.startswith(URL)]
    assert len(lost) == len(KEYS) - 2
    assert all("the credentials have expired" in line for line in lost)
    assert events() == 4
    completes(run, aws)


def test_credentials_that_expire_while_a_bucket_is_listed(run: Run, aws: Server):
    aws.fail(EXPIRED, action="LIST", query=f"{B}/CloudTrail/{EU}|{C}/CloudTrail/{EU}")
    ran = run("ingest", URL)
    assert ran.code == 1
    places = {one["place"]: one["reason"] for one in api.open("graphtrail-case").status()["not_fetched"]}
    assert {f"{URL}AWSLogs/{account}/CloudTrail/{EU}/" for account in (B, C)} <= set(places)
    assert all("expired" in reason for reason in places.values() if reason)
    completes(run, aws)


@pytest.mark.parametrize("depth", ["", "CloudTrail/", f"CloudTrail/{EU}/"])
def test_one_of_many_accounts_is_denied(run: Run, aws: Server, depth: str):
    if depth == "CloudTrail/":  # which is only listed where an account is not found by one request
        aws.fail(DENIED, action="LIST", query=r"'delimiter': \['/20'\]")
    aws.fail(DENIED, action="LIST", query=f"'AWSLogs/{B}/{depth}'")
    ran = run("ingest", URL)
    assert ran.code == 1
    assert f"{URL}AWSLogs/{B}/{depth}: not allowed" in ran.err
    assert "graphtrail doctor --source" in ran.err
    case = api.open("graphtrail-case")
    assert totals(case)["events"] == 2 * len(KEYS) - 4
    (place,) = case.status()["not_fetched"]
    assert (place["place"], place["account"]) == (f"{URL}AWSLogs/{B}/{depth}", B)
    assert f"account {B}" in run("status").out
    assert [gap.account for gap in case.ask.events().coverage if gap.code == "not-fetched"] == [B]
    completes(run, aws)


def test_a_bucket_that_is_denied_as_a_whole(run: Run, aws: Server):
    aws.fail(DENIED, action="LIST|HEAD")
    ran = run("ingest", URL)
    assert ran.code == 1
    assert f"{URL}: not allowed" in ran.err
    assert run("ingest", URL, "--plan").code == 1
    completes(run, aws)


def test_credentials_that_nobody_knows(run: Run, aws: Server):
    aws.fail(error("403 Forbidden", "InvalidAccessKeyId", "unknown"), action="LIST")
    aws.fail(error("400 Bad Request", "ExpiredToken", "unknown"), action="HEAD", times=1)
    expired = run("ingest", URL)
    assert expired.code == 1
    ran = run("ingest", URL)
    assert ran.code == 1
    assert "AWS does not know these credentials" in ran.err
    completes(run, aws)


def test_what_came_before_a_source_that_is_none_is_kept(run: Run):
    ran = run("ingest", URL, f"{URL}AWSLog/")
    assert ran.code == 1
    assert "begins with AWSLog/" in ran.err
    assert events() == 2 * len(KEYS)


def test_a_server_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    ran = run("ingest", URL, "--endpoint-url", "http://127.0.0.1:9")
    assert ran.code == 1
    assert "AWS could not be asked" in ran.err or "the connection broke" in ran.err
    assert not Path("graphtrail-case").exists()


def test_a_run_that_is_killed_goes_on_where_it_was(run: Run, aws: Server):
    def killed() -> None:
        raise KeyboardInterrupt

    places = Places([URL], Reach())
    taken = []
    with pytest.raises(KeyboardInterrupt):
        ingest(Path("graphtrail-case"), places.blobs, lambda one: taken.append(one) or (len(taken) > 3 and killed()))
    completes(run, aws)
