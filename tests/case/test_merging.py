"""Small segments that are put together say what they said before."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from cases import case_of, digest, graph, record, segments, take, totals, write
from digests import delivered, key_file, spread
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.case import manifest, merging
from graphtrail.case.facts import Facts, read
from graphtrail.case.ingest import Options
from graphtrail.case.ingest import ingest as into
from graphtrail.case.integrity import Check
from graphtrail.case.manifest import Manifest
from graphtrail.simulate import simulate
from graphtrail.sources.files import blobs
from graphtrail.sources.integrity.keys import load
from graphtrail.sources.integrity.verdicts import Scope

TINY = Options(batch=40, segment=40, files=7, keep_records=True, small=0)


def same(one: api.Case, other: api.Case) -> None:
    assert digest(one) == digest(other)
    assert graph(one) == graph(other)
    assert totals(one) == totals(other)
    assert one.rejects() == other.rejects()
    assert one.status() == other.status()


def folders(place: Path, count: int) -> list[Path]:
    """An incident as a trail bucket, its files dealt out over folders."""
    simulate(place / "world", 2_000, seed=5)
    parts = [place / f"{number:02}" for number in range(count)]
    for number, file in enumerate(sorted((place / "world" / "bucket").rglob("*.gz"))):
        part = parts[number % count]
        part.mkdir(exist_ok=True)
        shutil.move(file, part / file.name)
    (parts[3] / "broken.json").write_text('{"Records": [{"eventName": "X"},')
    (parts[4] / "none.json").write_text("no record")
    shutil.copy(next(parts[5].iterdir()), parts[6] / "copy.gz")
    return parts


def test_a_case_that_is_fed_a_little_at_a_time_is_the_case_that_was_made_at_once(tmp_path: Path):
    parts = folders(tmp_path, 36)
    most = 0
    for part in parts:
        take(tmp_path / "fed", part, options=Options(keep_records=True))
        most = max(most, segments(tmp_path / "fed"))
    (parts[4] / "none.json").write_text("no record either")
    take(tmp_path / "fed", parts[4], options=Options(keep_records=True))
    assert most <= 17
    fed = api.open(tmp_path / "fed")
    one = Options(keep_records=True, small=0)
    (parts[4] / "none.json").write_text("no record")
    take(tmp_path / "once", *parts, options=one)
    (parts[4] / "none.json").write_text("no record either")
    once = case_of(tmp_path / "once", parts[4], options=one)
    same(fed, once)
    for row in fed.ask.events().rows[::100]:
        there = fed.event(row.event_id)[0], once.event(row.event_id)[0]
        assert there[0] == there[1]
        assert there[0].record["eventID"] == row.event_id.partition("#")[0]


def test_what_was_proven_of_files_stays_with_them(tmp_path: Path):
    records = [record(number, eventTime=f"2026-03-02T08:{number:02}:00Z") for number in range(15)]
    trail = delivered(records, account="111122223333")
    folder = spread(tmp_path / "copy", trail)
    (folder / trail.logs[4]).write_bytes(b"changed")
    (folder / trail.logs[7]).unlink()
    check = Check(load(key_file(tmp_path)), Scope())
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        into(tmp_path / "fed", blobs([str(file)]), options=Options(check=check))
    assert segments(tmp_path / "fed") <= 17
    into(tmp_path / "once", blobs([str(folder)]), options=Options(check=check))
    fed, once = api.open(tmp_path / "fed"), api.open(tmp_path / "once")
    assert {(one["file"], one["status"]) for one in fed.verdicts()} == {
        (one["file"], one["status"]) for one in once.verdicts()
    }
    assert {one["status"] for one in fed.verdicts()} >= {"verified", "modified", "missing"}
    assert fed.status()["integrity"] == once.status()["integrity"]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of many full segments, none of which is put together by itself."""
    place = tmp_path_factory.mktemp("apart")
    take(place / "case", *folders(place, 12), options=TINY)
    assert segments(place / "case") > 40
    return place / "case"


def numbers(facts: Facts) -> tuple[object, ...]:
    """What segments say, whatever their numbering of values."""
    calls = zip(
        facts.ids.tolist(), facts.times.tolist(), facts.request_ids.tolist(), facts.file.tolist(), facts.place.tolist(),
        facts.correction.tolist(), map(facts.kinds.__getitem__, facts.kind.tolist()),
        map(facts.callers.__getitem__, facts.caller.tolist()), map(facts.clients.__getitem__, facts.client.tolist()),
        strict=True,
    )  # fmt: skip
    touches = zip(
        facts.touch_call.tolist(), map(facts.resources.__getitem__, facts.touch_resource.tolist()),
        map(facts.roles.__getitem__, facts.touch_role.tolist()), strict=True,
    )  # fmt: skip
    given = [dict(column) for column in (facts.texts, facts.shared, facts.sessions)]
    return list(calls), list(touches), given, facts.credentials, facts.pivots, facts.files, facts.rejects


@settings(max_examples=8)
@given(st.data())
def test_neighbours_put_together_say_the_same(apart: Path, data: st.DataObject):
    held = manifest.load(apart)
    count = data.draw(st.integers(2, len(held.segments) - 1))
    names = held.segments[-count:]
    merging.write(apart, names, manifest.folder(apart, "999999"))
    merged = held.merged(names, "999999")
    assert len(merged.segments) == len(held.segments) - count + 1
    assert numbers(read(apart, merged)) == numbers(read(apart, held))
    shutil.rmtree(manifest.folder(apart, "999999"))


def of_sizes(case: Path, sizes: Sequence[int]) -> Manifest:
    """A case of segments with so many calls and files each."""
    start = 0
    for number, size in enumerate(sizes):
        held = [record(start + one) for one in range(size - 1)]
        start += size
        take(case, write(case.parent / f"{number}.json", held), options=Options(small=0))
    return manifest.load(case)


def test_segments_of_one_size_are_put_together_and_never_the_first(tmp_path: Path):
    held = of_sizes(tmp_path / "case", [40, *[5] * 16, 300, *[3] * 15, *[20] * 2, *[3] * 15])
    case = tmp_path / "case"
    few = [Manifest(held.segments[:end]) for end in range(len(held.segments) + 1)]
    found = [len(merging.small(case, one, 1_000)) for one in few]
    assert found == [0] * 17 + [16] + [0] * 33
    assert merging.small(case, few[17], 5) == (), "none of them is small"
    assert merging.small(case, few[17], 6) == held.segments[1:17]
    name = "000090"
    merging.write(case, held.segments[1:17], manifest.folder(case, name))
    assert (case / "segments" / "000001" / "files.parquet").exists()


def test_a_run_that_is_killed_while_it_puts_segments_together_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    files = [write(tmp_path / f"{number}.json", [record(number)]) for number in range(18)]
    for file in files[:16]:
        take(tmp_path / "case", file)
    with monkeypatch.context() as killed:
        killed.setattr(Manifest, "merged", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            take(tmp_path / "case", files[16])
    assert segments(tmp_path / "case") == 17
    same(api.open(tmp_path / "case"), case_of(tmp_path / "once", *files[:17]))
    take(tmp_path / "case", files[17])
    assert segments(tmp_path / "case") == 2
    same(api.open(tmp_path / "case"), case_of(tmp_path / "whole", *files))
    take(tmp_path / "case", files[17])
    left = {path.name for path in (tmp_path / "case" / "segments").iterdir()}
    assert left == set(manifest.load(tmp_path / "case").segments)
