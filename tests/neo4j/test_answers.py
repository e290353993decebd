"""Every question is answered by the server as by the case on disk: rows, order, evidence, coverage, picture."""

import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import cloudtrail as ct
import pytest
from asked import Asking, askings
from chained import ANN, HOPS, chained, hop
from digests import delivered, key_file, spread
from home import Home, command
from served import answer

import graphtrail
from graphtrail import api
from graphtrail.questions import QUESTIONS
from graphtrail.simulate import simulate

pytestmark = [pytest.mark.neo4j, pytest.mark.xdist_group("neo4j")]

LONG_ACTION, LONG_KEY = f"s3:Get{'X' * 9000}", f"ASIA{'Q' * 9000}"


def odd() -> list[ct.Record]:
    """What is rare: ids that are no UUIDs, copies of one call, texts that were written to harm, nobody at all."""
    build = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")
    shared = {"sharedEventID": "5a5a5a5a-0000-4000-8000-00000000000a"}
    other = {"type": "AWSAccount", "principalId": ANN["principalId"], "accountId": ct.HOME}
    hostile = "x' OR 1=1 // \n\u202e `]} RETURN 1;"
    return [
        ct.assume_role("09:00", ANN, "deploy", "build", build["accessKeyId"], **shared),
        ct.assume_role("09:00", other, "deploy", "build", build["accessKeyId"], **shared,
                       recipientAccountId=ct.OTHER, eventID="5a5a5a5a-0000-4000-8000-00000000000b"),
        ct.get_object("09:01", build, "jewels", "a", eventID="no-uuid"),
        ct.get_object("09:01", build, "jewels", "b", eventID="another"),
        ct.get_object("09:02", build, "jewels", hostile, userAgent=hostile, errorCode=hostile),
        ct.get_object("09:03", build, "jewels", "k" * 5000),
        ct.record("09:04", "iam:CreateUser", build, requestParameters={"userName": hostile}),
        ct.record("09:05", "cloudtrail:StopLogging", build, requestParameters={"name": "trail"}),
        ct.record("09:06", "s3:GetObject", {"type": "Unknown"}, requestParameters={"bucketName": "b", "key": "c"}),
        ct.record("09:06:30", "iam:PutRolePolicy", build, requestParameters={"omitted": True, "originalSize": 120_000}),
        ct.record("09:06:40", "s3:GetBucketAcl", build, requestParameters={"bucketName": "jewels"},
                  resources=[{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::jewels", "accountId": ct.STRANGE}]),
        ct.record("09:07", LONG_ACTION, ct.role("deploy", "n" * 9000, LONG_KEY, "09:00")),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def compare(home: Home) -> Callable[[graphtrail.Case, str, Iterable[Asking]], None]:
    def same(case: graphtrail.Case, case_id: str, asked: Iterable[Asking]) -> None:
        case.load(home.address, case_id)
        asked = list(asked)
        with api.connect(home.address, case_id) as there:
            found = {str(one): answer(there, *one, drawn=True) for one in asked}
        expected = {str(one): answer(case, *one, drawn=True) for one in asked}
        assert {one: said for one, said in expected.items() if found[one] != said} == {}

    return same


def test_of_a_simulated_incident(compare: Callable[..., None], tmp_path: Path):
    simulate(tmp_path, 2000, seed=1)
    case = graphtrail.ingest(tmp_path / "bucket", case=tmp_path / "case")
    compare(case, "simulated", askings(case, 2))


def test_names_stand_for_the_same_there(compare: Callable[..., None], tmp_path: Path):
    case = ct.case(tmp_path, [*chained(), *odd()])
    names = ("ann", ANN["principalId"], "role7", "build", f"{ct.role_id('role7')}:hop", ct.HOME)
    compare(case, "names", [Asking("blast-radius", {"seed": name}) for name in names])
    events = [{"key": LONG_KEY}, {"action": LONG_ACTION}, {"principal": "n" * 9000}, {"session": "n" * 9000}]
    compare(case, "names", [Asking("events", given) for given in events])
    compare(case, "names", [Asking("who-touched", {"resource": name}) for name in ("jewels", "k" * 5000, "nothing")])


@pytest.mark.parametrize("name", ["invictus", "stratus"])
def test_of_real_logs(compare: Callable[..., None], data: Path, tmp_path: Path, name: str):
    case = graphtrail.ingest(data / name, case=tmp_path / "case")
    compare(case, name, askings(case, 1))


def test_of_a_chain_of_forty_hops(compare: Callable[..., None], home: Home, tmp_path: Path):
    case = ct.case(tmp_path, chained())
    names = ("blast-radius", "chain", "origin", "timeline", "alive", "secrets", "denied")
    seeds = (ANN["arn"], f"key:{hop(20)}", f"key:{hop(HOPS - 1)}")
    asked = [Asking(name, {QUESTIONS[name].parameters[0].name: seed}) for name in names for seed in seeds]
    compare(case, "chained", [*asked, Asking("path", {"start": ANN["arn"], "end": f"key:{hop(HOPS - 1)}"})])
    with api.connect(home.address, "chained") as there:
        (jewels,) = [row for row in there.ask.blast_radius(ANN["arn"]).rows if row.resource == "arn:aws:s3:::jewels"]
    assert len(jewels.path) == HOPS + 2


def test_of_what_is_rare(compare: Callable[..., None], tmp_path: Path):
    case = ct.case(tmp_path, odd())
    compare(case, "odd", askings(case, 2))


def test_of_an_empty_case(compare: Callable[..., None], tmp_path: Path):
    case = ct.case(tmp_path, [])
    compare(case, "empty", askings(case, 1))


def evidence(tmp_path: Path) -> graphtrail.Case:
    """A case of files of which one was changed, one is gone, some lie in a gap of the digests, one was not checked."""
    build = ct.role("deploy", "build", "ASIABUILDBUILDBUILD0", "09:00")
    records = [ct.assume_role("09:00", ANN, "deploy", "build", build["accessKeyId"])]
    records += [ct.get_object(f"09:{number:02}", build, "jewels", f"{number}.csv") for number in range(1, 15)]
    trail = delivered(records, account=ct.HOME)
    folder = spread(tmp_path / "copy", trail)
    changed = folder / trail.logs[4]
    changed.write_bytes(gzip.compress(gzip.decompress(changed.read_bytes()) + b"\n"))
    (folder / trail.logs[10]).unlink()
    (folder / trail.digests[2]).unlink()
    keys = key_file(tmp_path)
    case = graphtrail.ingest(folder, case=tmp_path / "case", verify=True, public_keys=keys)
    later = tmp_path / "later.json"
    later.write_text(json.dumps({"Records": [ct.get_object("10:00", build, "jewels", "late.csv")]}))
    return graphtrail.ingest(later, case=case.folder)


def test_of_evidence_that_is_not_all_proven(compare: Callable[..., None], home: Home, tmp_path: Path):
    case = evidence(tmp_path)
    compare(case, "evidence", list(askings(case, 1))[::5])
    with api.connect(home.address, "evidence") as there:
        answered = there.ask.who_touched("arn:aws:s3:::jewels")
    said = {gap.code: gap.text for gap in answered.coverage if gap.code.startswith("evidence")}
    assert {"evidence-modified", "evidence-missing", "evidence-unchecked", "evidence-unsigned"} <= set(said)
    assert said == {
        gap.code: gap.text
        for gap in case.ask.who_touched("arn:aws:s3:::jewels").coverage
        if gap.code.startswith("evidence")
    }
    assert "1 of the 15 files behind this answer, the first " in said["evidence-modified"]


def test_status_and_page_of_a_case_on_the_server_are_those_of_the_folder(home: Home, tmp_path: Path):
    case = ct.case(tmp_path, [*chained(), *odd()])
    case.load(home.address, "looked-at")
    there = ("--store", "neo4j", "--case-id", "looked-at")
    for words in (("status", "--output", "json"), ("show", "build")):
        files = [tmp_path / "here", tmp_path / "there"]
        for file, more in zip(files, (("--case", case.folder), there), strict=True):
            ran = command(home, *words, *more, "-o", file)
            assert ran.code == 0, ran.err
        assert files[0].read_bytes() == files[1].read_bytes()
    said = command(home, "status", *there)
    assert said.out.startswith(f"case looked-at, {case.store.case.digest}\n")
    ran = command(home, "status", *there, "--rejects")
    assert (ran.code, "a server has no list of files" in ran.err) == (2, True)
