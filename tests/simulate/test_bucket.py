import gzip
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from graphtrail.simulate import LEAST_EVENTS, Truth, simulate

if TYPE_CHECKING:
    from tests.simulate.conftest import Reading, Run

LAYOUT = re.compile(
    r"AWSLogs/o-[a-z0-9]{10}/(?P<account>\d{12})/CloudTrail/(?P<region>[a-z]{2}-[a-z]+-\d)/(?P<day>\d{4}/\d\d/\d\d)/"
    r"(?P=account)_CloudTrail_(?P=region)_(?P<stamp>\d{8}T\d{4}Z)_[A-Za-z0-9]{16}\.json\.gz"
)


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return whole.hexdigest()


def stamp(path: Path) -> int:
    return int(datetime.strptime(path.name.split("_")[3], "%Y%m%dT%H%MZ").replace(tzinfo=UTC).timestamp())


def test_equal_sizes_and_seeds_give_equal_bytes_in_any_process(smallest: "Run", tmp_path: Path):
    code = "import sys, pathlib, graphtrail.simulate as it; it.simulate(pathlib.Path(sys.argv[1]), 2000, 1)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env={**os.environ, "PYTHONHASHSEED": "4"})
    assert digest(tmp_path) == digest(smallest.folder)


def test_another_seed_gives_other_bytes(smallest: "Run", tmp_path: Path):
    simulate(tmp_path, 2_000, 2)
    assert digest(tmp_path) != digest(smallest.folder)


@pytest.mark.parametrize("size", ["run", "smallest"])
def test_the_size_is_met(size: str, request: pytest.FixtureRequest):
    run = request.getfixturevalue(size)
    wanted = 20_000 if size == "run" else 2_000
    assert len(run.events) == run.truth.events == pytest.approx(wanted, rel=0.01)
    assert len(run.records) == run.truth.records


def test_too_small_a_size_is_refused_with_the_least(tmp_path: Path):
    with pytest.raises(ValueError, match=str(LEAST_EVENTS)):
        simulate(tmp_path, LEAST_EVENTS - 1)


def test_the_truth_is_written_as_it_is_returned(run: "Run"):
    assert msgspec.json.decode((run.folder / "truth.json").read_bytes(), type=Truth) == run.truth


def test_files_lie_where_the_trail_of_an_organisation_puts_them(run: "Run"):
    observed = {account.id for account in run.truth.accounts if account.observed}
    for path, records in run.files.items():
        match = LAYOUT.fullmatch(str(path.relative_to(run.folder / "bucket")))
        assert match
        assert match["day"].replace("/", "") == match["stamp"][:8]
        assert {record["recipientAccountId"] for record in records} == {match["account"]} <= observed
        assert {record["awsRegion"] for record in records} == {match["region"]}
    assert 4 <= len(observed) < len(run.truth.accounts)
    assert max(map(len, run.files.values())) <= 1_500


def test_records_are_as_long_as_in_life(run: "Run"):
    texts = [msgspec.json.encode(record) for record in run.records]
    assert 1_200 <= sum(map(len, texts)) / len(texts) <= 1_700


@pytest.mark.parametrize("seed", [7, 8])
def test_enough_identities_and_requests_are_distinct_in_every_window(run: "Run", tmp_path: Path, seed: int):
    class Parts(msgspec.Struct):
        userIdentity: msgspec.Raw  # noqa: N815 - as AWS names it
        requestParameters: msgspec.Raw  # noqa: N815 - as AWS names it
        eventTime: str  # noqa: N815 - as AWS names it

    class File(msgspec.Struct):
        Records: list[Parts]

    texts = run.texts
    if seed != 7:
        bucket = tmp_path / "bucket"
        simulate(tmp_path, 48_000, seed)
        texts = {path: gzip.decompress(path.read_bytes()) for path in sorted(bucket.rglob("*.gz"))}
    records = [record for text in texts.values() for record in msgspec.json.decode(text, type=File).Records]
    for order in (records, sorted(records, key=lambda record: record.eventTime)):
        for start in range(0, len(order) - 15_999, 4_000):
            window = order[start : start + 16_000]
            assert len({bytes(record.userIdentity) for record in window}) >= 0.04 * 16_000
            assert len({bytes(record.requestParameters) for record in window}) >= 0.40 * 16_000


def test_some_records_come_twice_byte_by_byte_and_in_another_file(run: "Run"):
    seen = defaultdict(list)
    for path, text in run.texts.items():
        for raw in msgspec.json.decode(text, type=dict[str, list[msgspec.Raw]])["Records"]:
            seen[msgspec.json.decode(raw)["eventID"]].append((path, bytes(raw)))
    twice = [copies for copies in seen.values() if len(copies) > 1]
    assert 0.01 <= len(twice) / len(run.events) <= 0.02
    for (first, text), (second, again) in twice:
        assert first != second
        assert text == again


def test_some_records_come_hours_late_and_none_before_it_happened(run: "Run", reading: "type[Reading]"):
    lag = [
        stamp(path) - reading.seconds(record["eventTime"]) for path, records in run.files.items() for record in records
    ]
    assert min(lag) >= 0
    assert 120 < sorted(lag)[len(lag) // 2] < 420
    assert sum(value > 1_200 for value in lag) > 60
    assert max(lag) > 2 * 3_600


def test_some_keys_are_used_in_an_earlier_file_than_that_of_their_issue(run: "Run"):
    issued, used = {}, {}
    for path, records in run.files.items():
        for record in records:
            key = ((record["responseElements"] or {}).get("credentials") or {}).get("accessKeyId")
            if key:
                issued[key] = min(stamp(path), issued.get(key, stamp(path)))
            own = record["userIdentity"].get("accessKeyId")
            if own:
                used[own] = min(stamp(path), used.get(own, stamp(path)))
    assert sum(used.get(key, at) < at for key, at in issued.items()) >= 3


def test_neighbours_in_a_file_go_backwards_in_time_now_and_then(run: "Run"):
    steps = [first["eventTime"] > second["eventTime"] for records in run.files.values()
             for first, second in pairwise(records)]  # fmt: skip
    assert 0.05 < Counter(steps)[True] / len(steps) < 0.4
