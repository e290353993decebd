"""Every reject is listed: where, why, and whether it still counts."""

from pathlib import Path

from cases import case_of, record, take, write

from graphtrail import api


def test_rejects_name_their_file_and_their_place(tmp_path: Path):
    write(tmp_path / "logs" / "a", [record(1), record(2, eventName=None), record(3, eventCategory="Insight")])
    (tmp_path / "logs" / "b").write_text("hello")
    write(tmp_path / "logs" / "c", [record(4, eventTime="noon")])
    case = case_of(tmp_path / "case", tmp_path / "logs")
    listed = {(Path(one["file"]).name, one["index"]): one for one in case.rejects()}
    assert set(listed) == {("a", 1), ("a", 2), ("b", None), ("c", 0)}
    assert listed["a", 1]["reason"] == "no CloudTrail record: eventName missing"
    assert listed["a", 2] | {"reason": "CloudTrail Insights event", "kind": "non_event"} == listed["a", 2]
    assert listed["b", None]["reason"].startswith("no JSON: it begins with")
    assert listed["c", 0] | {"reason": "eventTime is in no known form", "kind": "reject"} == listed["c", 0]
    assert {one["superseded"] for one in listed.values()} == {False}
    assert {one["names"] for one in listed.values()} == {1}


def test_rejects_of_later_segments_are_listed_with_their_own_files(tmp_path: Path):
    for name in "abc":
        (tmp_path / name).write_text(f"hello {name}")
        take(tmp_path / "case", tmp_path / name)
    listed = api.open(tmp_path / "case").rejects()
    assert [Path(one["file"]).name for one in listed] == ["a", "b", "c"]


def test_status_counts_rejects_by_their_reason(tmp_path: Path):
    write(tmp_path / "a", [record(number, eventTime="noon") for number in range(3)])
    said = case_of(tmp_path / "case", tmp_path / "a").status()
    assert list(said["rejects"]) == [{"kind": "reject", "reason": "eventTime is in no known form", "count": 3}]
