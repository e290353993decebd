"""A case is a function of the set of its records: order, files, batches and repetition do not change it."""

import json
import random
import shutil
from pathlib import Path

import pytest
from cases import Record, case_of, digest, event_id, graph, record, segments, totals, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.case.ingest import Options
from graphtrail.render.machine import encoded

SMALL = Options(batch=97, segment=240, files=7)


@pytest.fixture(scope="session")
def chosen(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of real logs, with chains, conflicts and several hundred files."""
    folder = tmp_path_factory.mktemp("chosen")
    for name in ("stratus", "umccr-examples", "otrf-honeybucket", "plaso"):
        shutil.copytree(data / name, folder / name)
    for number, file in enumerate(sorted((data / "invictus").iterdir())):
        if number % 5 == 0:
            shutil.copy(file, folder / file.name)
    return folder


@pytest.fixture(scope="session")
def case(chosen: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Case:
    return case_of(tmp_path_factory.mktemp("case") / "case", chosen)


def same(one: api.Case, other: api.Case) -> None:
    assert digest(one) == digest(other)
    nodes, edges = graph(one)
    other_nodes, other_edges = graph(other)
    assert nodes ^ other_nodes == set()
    assert edges ^ other_edges == set()


def test_the_ten_formats_give_one_digest_and_one_graph(data: Path, tmp_path: Path):
    cases = [case_of(tmp_path / file.name, file) for file in sorted((data / "formats").iterdir())]
    assert len(cases) == 10
    assert {totals(one)["events"] for one in cases} == {856}
    for one in cases[1:]:
        same(cases[0], one)


def test_all_formats_together_are_one_of_them_and_duplicates(data: Path, tmp_path: Path):
    whole = case_of(tmp_path / "whole", data / "formats")
    same(whole, case_of(tmp_path / "one", data / "formats" / "events.ndjson"))
    assert totals(whole)["duplicates"] == 9 * 856


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_files_changes_nothing(chosen: Path, case: api.Case, tmp_path: Path, seed: int):
    files = [file for file in sorted(chosen.rglob("*")) if file.is_file()]
    random.Random(seed).shuffle(files)  # noqa: S311 - an order, no secret
    same(case, case_of(tmp_path / "case", *files))


def test_a_folder_ingested_twice_changes_nothing(chosen: Path, case: api.Case, tmp_path: Path):
    case_of(tmp_path / "case", chosen)
    before = digest(api.open(tmp_path / "case")), segments(tmp_path / "case")
    again = case_of(tmp_path / "case", chosen)
    same(case, again)
    assert (digest(again), segments(tmp_path / "case")) == before
    assert totals(again) == totals(case)


@pytest.mark.parametrize("turned", [False, True])
def test_two_halves_in_either_order_are_the_whole(chosen: Path, case: api.Case, tmp_path: Path, *, turned: bool):
    files = [file for file in sorted(chosen.rglob("*")) if file.is_file()]
    halves = [files[::2], files[1::2]]
    for half in reversed(halves) if turned else halves:
        held = case_of(tmp_path / "case", *half)
    same(case, held)


def test_small_batches_and_segments_change_nothing(chosen: Path, case: api.Case, tmp_path: Path):
    same(case, case_of(tmp_path / "case", chosen, options=SMALL))
    assert segments(tmp_path / "case") > 5


def test_keeping_the_records_changes_nothing(chosen: Path, case: api.Case, tmp_path: Path):
    same(case, case_of(tmp_path / "case", chosen, options=Options(keep_records=True)))


def test_one_record_a_segment_changes_nothing(tmp_path: Path):
    held = [record(number, requestParameters={"bucketName": f"b{number % 3}", "key": "k"}) for number in range(12)]
    source = write(tmp_path / "a.ndjson", held, form="lines")
    whole = case_of(tmp_path / "whole", source)
    same(whole, case_of(tmp_path / "parts", source, options=Options(batch=1, segment=1, files=1)))


@pytest.mark.parametrize(
    "folder", ["formats", "invictus", "licences", "otrf-honeybucket", "panther-tests", "plaso", "stratus",
               "traildiscover", "umccr-examples"],
)  # fmt: skip
def test_every_record_of_every_folder_is_accounted_for(data: Path, tmp_path: Path, folder: str):
    expected = {
        "formats": (10, 8560, 856, 0),
        "invictus": (55, 2900, 2900, 0),
        "licences": (6, 6, 0, 6),
        "otrf-honeybucket": (1, 301, 301, 0),
        "plaso": (1, 3, 3, 0),
        "stratus": (35, 310, 310, 0),
        "umccr-examples": (16, 21, 20, 0),
    }
    case = case_of(tmp_path / "case", data / folder)
    held = totals(case)
    if folder in expected:
        assert (held["files"], held["records"], held["events"], held["rejects"]) == expected[folder]
    assert held["files"] == sum(file.is_file() for file in (data / folder).rglob("*"))
    listed = [one for one in case.rejects() if not one["superseded"]]
    assert sum(one["names"] for one in listed) == held["rejects"] + held["non_events"]
    assert sum(one["count"] for one in case.status()["rejects"]) == held["rejects"] + held["non_events"]
    assert all(one["reason"] and one["file"] for one in listed)


VALUES = {
    "eventName": ["GetObject", "PutObject"],
    "errorCode": [None, "AccessDenied"],
    "userAgent": ["cli", None],
    "requestID": ["R1", "R2", None],
    "recipientAccountId": ["111122223333", "444455556666", None],
    "sharedEventID": [None, event_id(1), event_id(2), "odd"],
    "addendum": [None, {"reason": "UPDATED_DATA", "originalEventID": event_id(1)}, {"reason": "DELIVERY_DELAY"}],
    "eventCategory": ["Data", "Management", None],
    "sourceIPAddress": ["192.0.2.1", None],
    "requestParameters": [None, {"bucketName": "b", "key": "k"}, {"bucketName": "c"}],
    "userIdentity": [
        {"type": "AWSAccount", "principalId": "AROAEXAMPLE000000009:x", "accountId": "444455556666"},
        {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333",
         "accessKeyId": "AKIAEXAMPLE000000001", "userName": "ann"},
        {"type": "IAMUser", "accountId": "111122223333", "userName": "ann"},
    ],
}  # fmt: skip
IDS = [event_id(1), event_id(2), "odd", "ODD", None]


@st.composite
def tangled(draw: st.DrawFn) -> list[Record]:
    """Records of few ids: duplicates, contradictions, corrections, second copies."""
    made = []
    for _ in range(draw(st.integers(2, 7))):
        said = {name: draw(st.sampled_from(values)) for name, values in VALUES.items()}
        said["eventID"] = draw(st.sampled_from(IDS))
        made.append(record(0, **said))
    return made


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=tangled(), data=st.data())
def test_tangled_records_give_one_case_in_any_order_and_number(
    held: list[Record], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("tangled")
    other = data.draw(st.permutations(held)) + data.draw(st.lists(st.sampled_from(held), max_size=3))
    cut = data.draw(st.integers(0, len(other)))
    one = case_of(folder / "one", write(folder / "one.json", held))
    parts = [write(folder / "a.json", other[:cut]), write(folder / "b.ndjson", other[cut:] or held[:1], form="lines")]
    two = case_of(folder / "two", *parts, options=Options(batch=2, segment=3))
    same(one, two)
    assert one.status()["conflicts"] == two.status()["conflicts"]
    assert totals(one)["events"] == totals(two)["events"]
    totals(two)


def test_the_case_says_nothing_of_where_records_were_found(tmp_path: Path):
    source = write(tmp_path / "a.json", [record(1), record(2)])
    moved = write(tmp_path / "elsewhere" / "z.ndjson", [record(2), record(1)], form="lines")
    one, two = case_of(tmp_path / "one", source), case_of(tmp_path / "two", moved)
    same(one, two)


def test_one_field_more_or_other_makes_another_digest(tmp_path: Path):
    digests = set()
    changes: list[dict[str, object]] = [
        {},
        {"requestID": "R9"},
        {"sourceIPAddress": "192.0.2.8"},
        {"errorCode": "AccessDenied"},
        {"sharedEventID": event_id(9)},
        {"eventTime": "2024-03-01T10:00:09Z"},
        {"userAgent": None},
        {"requestParameters": {"bucketName": "crown"}},
        {"eventID": "odd"},
        {"recipientAccountId": None},
    ]
    for number, said in enumerate(changes):
        folder = tmp_path / str(number)
        digests.add(digest(case_of(folder / "case", write(folder / "a.json", [record(0, **said)]))))
    assert len(digests) == len(changes)


def test_an_empty_case_has_a_digest_too(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    case = case_of(tmp_path / "case", tmp_path / "empty")
    assert digest(case).startswith("sha256:")
    assert totals(case) == dict.fromkeys(
        ("files", "records", "events", "duplicates", "rejects", "non_events", "superseded"), 0
    )
    assert json.loads(encoded(case.status()))["case"]["digest"] == digest(case)
