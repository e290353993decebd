"""Proof by digests, offline: every way of changing evidence has its verdict, on copies in any layout."""

import gzip
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from commands import here
from digests import BUCKET, Object, Trail, delivered, fingerprint, key_file, private, spread

RECORDS = [{"eventID": f"e{number}", "eventName": "ListBuckets"} for number in range(30)]


def verify(folder: Path, *words: object, keys: Path | None = None) -> dict[str, Any]:
    named = ("--public-keys", keys or key_file(folder.parent), *words)
    return here("verify", folder, *named, "--output", "json", "-q", "--all").json()


def said(found: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Status and reason of each file, by the last part of its name."""
    return {one["file"].rpartition("/")[2]: (one["status"], one["reason"]) for one in found["files"]}


def status(found: dict[str, Any], key: str) -> str:
    return said(found)[key.rsplit("/", maxsplit=1)[-1]][0]


@pytest.fixture(name="trail")
def _trail() -> Trail:
    return delivered(RECORDS)


def test_a_bare_copy_is_verified_up_to_its_newest_digest(trail: Trail, tmp_path: Path):
    found = verify(spread(tmp_path / "copy", trail))
    assert found["passed"]
    assert found["totals"] == {"digest": {"unsigned": 1, "verified": 4}, "log": {"unsigned": 3, "verified": 12}}
    assert said(found)[trail.digests[-1].split("/")[-1]] == (
        "unsigned",
        "the newest: its signature is metadata of its object in S3, which a copy has lost",
    )
    assert {status(found, key) for key in trail.logs[-3:]} == {"unsigned"}


def test_the_layout_of_a_copy_is_of_no_concern_nor_whether_it_is_unpacked(trail: Trail, tmp_path: Path):
    folder = tmp_path / "flat"
    folder.mkdir()
    for number, (key, held) in enumerate(trail.objects.items()):
        name = key.split("/")[-1]
        if number % 2:
            (folder / name.removesuffix(".gz")).write_bytes(held.plain)
        else:
            (folder / name).write_bytes(held.body)
    found = verify(folder)
    assert found["passed"]
    assert found["totals"]["log"] == {"unsigned": 3, "verified": 12}


def test_an_archive_is_a_copy_like_another(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    archive = shutil.make_archive(str(tmp_path / "evidence"), "zip", folder)
    found = verify(Path(archive))
    assert found["passed"]
    assert found["totals"]["log"] == {"unsigned": 3, "verified": 12}


def test_contents_are_proven_under_another_name_too_and_it_is_said(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[0]).rename(folder / "evidence-1.json.gz")
    found = verify(folder)
    assert found["passed"]
    assert said(found)["evidence-1.json.gz"] == ("verified", f"delivered as {trail.logs[0]}")


def test_a_changed_log_is_modified(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[4]).write_bytes(gzip.compress(b'{"Records":[]}'))
    found = verify(folder)
    assert not found["passed"]
    assert said(found)[trail.logs[4].split("/")[-1]] == ("modified", "its hash is not the one that its digest states")
    assert found["totals"]["log"] == {"modified": 1, "unsigned": 3, "verified": 11}


@pytest.mark.parametrize(
    "tail",
    [b"x", b"\0\0", gzip.compress(b""), gzip.compress(b" ")],
    ids=["text", "zeros", "an empty member", "another member"],
)
def test_bytes_behind_the_compressed_stream_are_a_modification(trail: Trail, tmp_path: Path, tail: bytes):
    folder = spread(tmp_path / "copy", trail)
    with (folder / trail.logs[4]).open("ab") as file:
        file.write(tail)
    assert status(verify(folder), trail.logs[4]) == "modified"


def test_a_log_cut_short_is_modified(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[4]).write_bytes(trail.objects[trail.logs[4]].body[:-9])
    found = said(verify(folder))[trail.logs[4].split("/")[-1]]
    assert found[0] == "modified"
    assert "breaks off" in (found[1] or "")


def test_a_deleted_log_is_missing(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[4]).unlink()
    found = verify(folder)
    missing = next(one for one in found["files"] if one["status"] == "missing")
    assert missing["file"] == f"s3://{BUCKET}/{trail.logs[4]}"
    assert missing["reason"] == f"listed by {trail.digests[1]}"
    assert not found["passed"]


def test_a_log_that_was_put_there_is_in_no_digest(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    planted = trail.logs[4].replace("Z_", "Z_0")[:-9] + ".json.gz"
    (folder / planted).write_bytes(gzip.compress(b'{"Records":[{"eventName":"planted"}]}'))
    (folder / "planted.json").write_bytes(b'{"Records":[{"eventName":"planted"}]}')
    found = verify(folder)
    assert status(found, planted) == status(found, "planted.json") == "not-in-a-digest"
    assert not found["passed"]


def test_a_log_delivered_after_the_newest_digest_speaks_against_nothing(trail: Trail, tmp_path: Path):
    late = trail.log(RECORDS[:1], 5)
    found = verify(spread(tmp_path / "copy", trail))
    assert status(found, late) == "not-in-a-digest"
    assert found["passed"]


def test_a_log_delivered_before_the_oldest_digest_does(trail: Trail, tmp_path: Path):
    trail.now = trail.now.replace(hour=2)
    early = trail.log(RECORDS[:1], 5)
    found = verify(spread(tmp_path / "copy", trail))
    assert status(found, early) == "not-in-a-digest"
    assert not found["passed"]


def test_a_deleted_digest_is_missing_its_logs_lie_in_a_gap_and_the_one_before_has_lost_its_signature(
    trail: Trail, tmp_path: Path
):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.digests[2]).unlink()
    found = verify(folder)
    missing = next(one for one in found["files"] if one["status"] == "missing")
    assert missing["file"] == f"s3://{BUCKET}/{trail.digests[2]}"
    assert [status(found, key) for key in trail.digests] == ["verified", "unsigned", "missing", "verified", "unsigned"]
    assert {status(found, key) for key in trail.logs[6:9]} == {"chain-gap"}
    assert {status(found, key) for key in trail.logs[3:6]} == {"unsigned"}
    assert {status(found, key) for key in (*trail.logs[:3], *trail.logs[9:12])} == {"verified"}
    assert not found["passed"]


def forged(trail: Trail, number: int, **changes: object) -> None:
    """Change what a digest states; its signature is no secret, its key is."""
    key = trail.digests[number]
    held = json.loads(trail.objects[key].plain) | changes
    trail.objects[key] = Object(gzip.compress(json.dumps(held).encode()), trail.objects[key].metadata)


def test_a_digest_with_a_forged_hash_is_invalid_and_so_is_what_it_lists(trail: Trail, tmp_path: Path):
    changed = trail.logs[4]
    trail.objects[changed] = Object(gzip.compress(b'{"Records":[]}'))
    held = json.loads(trail.objects[trail.digests[1]].plain)
    forged(trail, 1, logFiles=held["logFiles"] + [{
        "s3Bucket": BUCKET, "s3Object": changed, "hashAlgorithm": "SHA-256",
        "hashValue": hashlib.sha256(b'{"Records":[]}').hexdigest(),
    }])  # fmt: skip
    found = verify(spread(tmp_path / "copy", trail))
    assert [status(found, key) for key in trail.digests] == [
        "verified", "digest-invalid", "verified", "verified", "unsigned",
    ]  # fmt: skip
    assert {status(found, key) for key in trail.logs[3:6]} == {"digest-invalid"}
    assert found["totals"]["log"] == {"digest-invalid": 3, "unsigned": 3, "verified": 9}


def test_a_forged_digest_hides_no_deleted_log(trail: Trail, tmp_path: Path):
    held = json.loads(trail.objects[trail.digests[1]].plain)
    forged(trail, 1, logFiles=held["logFiles"][1:])
    del trail.objects[trail.logs[3]]
    found = verify(spread(tmp_path / "copy", trail))
    assert status(found, trail.digests[1]) == "digest-invalid"
    assert not found["passed"]


def test_what_the_unsigned_newest_says_of_the_one_before_must_fit(trail: Trail, tmp_path: Path):
    forged(trail, 3, digestStartTime="2026-03-02T08:00:01Z")
    found = verify(spread(tmp_path / "copy", trail))
    assert status(found, trail.digests[3]) == "digest-invalid"


def test_the_hash_alone_proves_a_digest_whose_key_is_not_known(tmp_path: Path):
    trail = Trail(key=private(1))
    trail.digest([trail.log(RECORDS[:1], 5)])
    trail.key = private(2)
    for _ in range(3):
        trail.digest([trail.log(RECORDS[:1], 5)])
    found = verify(spread(tmp_path / "copy", trail), keys=key_file(tmp_path, private(2)))
    assert [status(found, key) for key in trail.digests] == ["verified", "verified", "verified", "unsigned"]


def test_a_digest_of_a_key_that_is_not_known_is_invalid(trail: Trail, tmp_path: Path):
    found = verify(spread(tmp_path / "copy", trail), keys=key_file(tmp_path, private(9)))
    assert said(found)[trail.digests[0].split("/")[-1]] == (
        "digest-invalid",
        f"public key not found for fingerprint {fingerprint(private())}",
    )


def test_without_keys_nothing_is_verified_and_changes_are_seen_all_the_same(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[4]).write_bytes(gzip.compress(b'{"Records":[]}'))
    ran = here("verify", folder, "--output", "json")
    found = ran.json()
    assert "no public keys" in ran.err
    assert not found["passed"]
    assert found["totals"] == {"digest": {"unsigned": 5}, "log": {"modified": 1, "unsigned": 14}}


def test_a_chain_that_begins_anew_is_a_gap(trail: Trail, tmp_path: Path):
    trail.restart(6)
    unseen = trail.now.replace(hour=15)
    trail.digest([trail.log(RECORDS[:1], 5)])
    trail.digest([trail.log(RECORDS[:1], 5)])
    end, trail.now = trail.now, unseen
    inside = trail.log([{"eventID": "inside", "eventName": "ListBuckets"}], 5)
    trail.now = end
    found = verify(spread(tmp_path / "copy", trail))
    gap = next(one for one in found["files"] if one["kind"] == "chain")
    assert gap["reason"] == (
        "it begins anew here: nothing proves what was delivered from 2026-03-02T13:00:00Z to 2026-03-02T19:00:00Z"
    )
    assert status(found, inside) == "chain-gap"
    assert not found["passed"]


def test_a_copy_that_begins_in_the_middle_of_a_chain_says_so_and_may_be_asked_about_alone(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    for key in (*trail.digests[:2], *trail.logs[:6]):
        (folder / key).unlink()
    found = verify(folder)
    missing = [one for one in found["files"] if one["status"] == "missing"]
    assert [one["file"] for one in missing] == [f"s3://{BUCKET}/{trail.digests[1]}"]
    assert "--since" in missing[0]["reason"]
    assert not found["passed"]
    later = verify(folder, "--since", "2026-03-02T10:30:00Z")
    assert later["passed"]
    assert later["totals"] == {"digest": {"unsigned": 1, "verified": 2}, "log": {"unsigned": 3, "verified": 4}}


def test_backfill_digests_are_a_chain_of_their_own(trail: Trail, tmp_path: Path):
    trail.now = trail.now.replace(hour=9)
    late = [trail.log(RECORDS[:2], 50), trail.log(RECORDS[2:4], 51)]
    trail.digest(late[:1], backfill=True)
    trail.now = trail.now.replace(hour=10)
    trail.digest(late[1:], backfill=True)
    found = verify(spread(tmp_path / "copy", trail))
    assert [status(found, key) for key in (*trail.backfills, *late)] == ["verified", "unsigned", "verified", "unsigned"]
    assert found["totals"]["backfill digest"] == {"unsigned": 1, "verified": 1}
    assert found["passed"]


def test_a_digest_must_keep_its_name_and_come_from_the_bucket_named(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.digests[2]).rename(folder / "renamed.json.gz")
    found = said(verify(folder))
    assert found["renamed.json.gz"][0] == "digest-invalid"
    assert "moved" in (found["renamed.json.gz"][1] or "")
    other = verify(folder, "--bucket", "another-bucket")
    assert other["totals"]["digest"] == {"digest-invalid": 5}


def test_all_trails_accounts_and_regions_in_one_run_or_some(tmp_path: Path):
    trails = [
        delivered(RECORDS, account="111122223333", region="eu-central-1"),
        delivered(RECORDS, account="444455556666", region="us-east-1", prefix="p/", name="other-trail"),
        delivered(RECORDS, account="444455556666", region="eu-central-1", key=private(3)),
    ]
    folder = spread(tmp_path / "copy", *trails)
    (folder / trails[1].logs[0]).unlink()
    keys = key_file(tmp_path, private(), private(3))
    found = verify(folder, keys=keys)
    assert found["totals"] == {
        "digest": {"unsigned": 3, "verified": 12},
        "log": {"missing": 1, "unsigned": 9, "verified": 35},
    }
    assert not found["passed"]
    one = verify(folder, "--account", "444455556666", "--region", "eu-central-1", keys=keys)
    assert one["passed"]
    assert one["totals"] == {"digest": {"unsigned": 1, "verified": 4}, "log": {"unsigned": 3, "verified": 12}}


@pytest.mark.parametrize("bad", [b"{", b"[]", b'{"digestStartTime": 1}', b"\xff"])
def test_a_digest_that_cannot_be_read_is_invalid_and_not_missing(trail: Trail, tmp_path: Path, bad: bytes):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.digests[2]).write_bytes(gzip.compress(bad))
    found = verify(folder)
    assert status(found, trail.digests[2]) == "digest-invalid"
    assert not [one for one in found["files"] if one["status"] == "missing"]
    assert {status(found, key) for key in trail.logs[6:9]} == {"digest-invalid"}


def test_the_verdicts_do_not_depend_on_the_order_of_files(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.digests[1]).unlink()
    (folder / trail.logs[8]).unlink()
    (folder / trail.logs[12]).write_bytes(gzip.compress(b"{}"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    answers = []
    for seed in range(3):
        random.Random(seed).shuffle(files)  # noqa: S311 - an order, no secret
        ran = here("verify", *files, "--public-keys", key_file(tmp_path), "--output", "json", "--all")
        answers.append(ran.json())
    assert answers[0] == answers[1] == answers[2]


def test_exit_codes(trail: Trail, tmp_path: Path):
    folder, keys = spread(tmp_path / "copy", trail), key_file(tmp_path)
    assert here("verify", folder, "--public-keys", keys, "--exit-code").code == 0
    (folder / trail.logs[1]).unlink()
    assert here("verify", folder, "--public-keys", keys).code == 0
    ran = here("verify", folder, "--public-keys", keys, "--exit-code")
    assert ran.code == 3
    assert "NOT proven" in ran.out
    assert here("verify", tmp_path / "nothing", "--exit-code").code == 1
    (folder / "fifo").symlink_to("/dev/null")
    assert here("verify", folder, "--public-keys", keys, "--exit-code").code == 1
    empty = tmp_path / "empty"
    empty.mkdir()
    assert here("verify", empty, "--public-keys", keys, "--exit-code").code == 3


@pytest.mark.parametrize(
    "text", ["", "{}", '{"PublicKeyList": []}', '{"PublicKeyList": [{"Fingerprint": "a", "Value": "?"}]}']
)
def test_a_file_without_keys_is_refused(trail: Trail, tmp_path: Path, text: str):
    keys = tmp_path / "bad.json"
    keys.write_text(text)
    ran = here("verify", spread(tmp_path / "copy", trail), "--public-keys", keys)
    assert ran.code == 1
    assert "graphtrail keys save" in ran.err
    assert here("verify", tmp_path / "copy", "--public-keys", tmp_path / "none").code == 1


def test_a_key_that_is_none_fits_nothing(trail: Trail, tmp_path: Path):
    keys = key_file(tmp_path)
    held = json.loads(keys.read_text())
    held["PublicKeyList"][0]["Value"] = "AAAA"
    keys.write_text(json.dumps(held))
    found = verify(spread(tmp_path / "copy", trail), keys=keys)
    assert found["totals"]["digest"] == {"digest-invalid": 4, "unsigned": 1}


def test_a_signature_that_does_not_fit_is_said_whoever_of_the_two_was_changed(trail: Trail, tmp_path: Path):
    forged(trail, 4, previousDigestSignature="00" * 256, previousDigestHashValue=None)
    found = verify(spread(tmp_path / "copy", trail))
    said_of = said(found)[trail.digests[3].rpartition("/")[2]]
    assert said_of == ("digest-invalid", "signature verification failed")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"awsAccountId": "999999999999"}, "do not agree"),
        ({"digestSignatureAlgorithm": "MD5withRSA"}, "MD5withRSA"),
    ],
)
def test_a_digest_that_contradicts_itself_is_invalid(
    trail: Trail, tmp_path: Path, changes: dict[str, str], reason: str
):
    forged(trail, 1, **changes)
    found = said(verify(spread(tmp_path / "copy", trail)))[trail.digests[1].rpartition("/")[2]]
    assert found[0] == "digest-invalid"
    assert reason in (found[1] or "")


def test_logs_of_an_hour_whose_only_digest_is_invalid(trail: Trail, tmp_path: Path):
    """The first of the chain: it lies in no gap."""
    held = json.loads(trail.objects[trail.digests[0]].plain)
    forged(trail, 0, logFiles=held["logFiles"][1:])
    trail.objects[trail.logs[1]] = Object(gzip.compress(b'{"Records":[]}'))
    found = verify(spread(tmp_path / "copy", trail))
    assert said(found)[trail.logs[0].rpartition("/")[2]] == (
        "digest-invalid",
        "the digest of its hour cannot be trusted",
    )
    assert said(found)[trail.logs[1].rpartition("/")[2]] == (
        "digest-invalid",
        "the digest that lists it cannot be trusted",
    )


def test_a_name_whose_time_is_none_is_still_judged(trail: Trail, tmp_path: Path):
    folder = spread(tmp_path / "copy", trail)
    name = "111122223333_CloudTrail_eu-central-1_20269902T9999Z_0123456789abcdef.json.gz"
    (folder / name).write_bytes(gzip.compress(b'{"Records":[{"eventName":"x"}]}'))
    assert status(verify(folder), name) == "not-in-a-digest"
