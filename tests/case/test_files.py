"""Which files count, against a model that keeps everything: in one run or in several, the totals are the same."""

import hashlib
import json
from pathlib import Path

import pytest
from cases import case_of, event_id, record, totals
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.case.files import File, standing
from graphtrail.case.ingest import Report, ingest
from graphtrail.sources.blob import Blob, Unreadable

# Bytes by what stands in them: which events, how many rejects, how many non-events.
CONTENTS = {
    "one": ((1,), 0, 0),
    "two": ((1, 2), 0, 0),
    "odd": ((3,), 2, 1),
    "bad": ((), 1, 0),
    "digest": ((), 0, 1),
}
NAMES = (b"a", b"b", b"z.zip", b"z.zip!one", b"z.zip!in.zip!two")
STREAMS = (b"-", b"api://events")


def data(content: str) -> bytes:
    events, rejects, non_events = CONTENTS[content]
    lines = [json.dumps(record(number)) for number in events]
    lines += [json.dumps({"eventName": f"X{number}", "eventID": "x"}) for number in range(rejects)]
    lines += ['{"digestStartTime": 1}'] * non_events
    return "\n".join(lines).encode()


def blob(name: bytes, content: str) -> Blob:
    held = data(content)
    return Blob(name, len(held), hashlib.sha256(held).digest(), lambda: iter((held,)), name not in STREAMS)


Step = tuple[bytes, str | None]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES + STREAMS), st.sampled_from(sorted(CONTENTS))),
        st.tuples(st.sampled_from(NAMES), st.none()),
    ),
    min_size=1,
    max_size=9,
)


def found(step: Step) -> Blob | Unreadable:
    name, content = step
    return Unreadable(name, "no permission") if content is None else blob(name, content)


def archives(name: bytes) -> set[bytes]:
    """The name and those of the archives that it lies in."""
    parts = name.split(b"!")
    return {b"!".join(parts[:count]) for count in range(1, len(parts) + 1)}


def model(steps: list[Step]) -> dict[str, int]:
    """The totals, worked out from all that was ever read."""
    placed: set[tuple[bytes, str]] = set()
    last: dict[bytes, str] = {}
    unread: set[bytes] = set()
    unread_once: list[bytes] = []
    for name, content in steps:
        if content is None:
            if name not in unread:
                unread_once.append(name)
            unread.add(name)
        else:
            placed.add((name, content))
            last[name] = content
            unread -= archives(name)
    live = [content for name, content in placed if name in STREAMS or last[name] == content]
    dead = [content for name, content in placed if name not in STREAMS and last[name] != content]
    rows = sum(len(CONTENTS[content][0]) for _, content in placed)
    events = len({number for _, content in placed for number in CONTENTS[content][0]})
    rejects = sum(CONTENTS[content][1] for content in live) + len(unread)
    non_events = sum(CONTENTS[content][2] for content in live)
    return {
        "files": len(placed),
        "records": rows + rejects + non_events,
        "events": events,
        "duplicates": rows - events,
        "rejects": rejects,
        "non_events": non_events,
        "superseded": sum(sum(CONTENTS[content][1:]) for content in dead) + len(unread_once) - len(unread),
    }


@settings(max_examples=40)
@given(steps=STEPS, cut=st.integers(0, 9))
def test_the_totals_are_those_of_the_model_in_one_run_or_in_two(
    steps: list[Step], cut: int, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("files")
    ingest(folder / "one", map(found, steps))
    ingest(folder / "two", map(found, steps[:cut]))
    ingest(folder / "two", map(found, steps[cut:]))
    one, two = api.open(folder / "one"), api.open(folder / "two")
    assert totals(one) == model(steps)
    assert totals(two) == totals(one)
    assert two.rejects() == one.rejects()


@settings(max_examples=25)
@given(steps=STEPS)
def test_what_was_read_last_is_known_when_it_comes_again(steps: list[Step], tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("files")
    ingest(folder / "case", map(found, steps))
    name, content = steps[-1]
    again = ingest(folder / "case", [found(steps[-1])])
    assert again == (Report(unreadable=1) if content is None else Report(known=1)), (name, content)


def test_a_large_file_ends_in_the_last_of_its_rows():
    first = File(b"a", 9, bytes(32), 5, again=True)
    last = File(b"a", 9, b"1" * 32, 2, again=True, ends=True)
    other = File(b"b", 9, b"2" * 32, 2, again=True, ends=True)
    held = standing([first, first, last, other])
    assert held.ends.tolist() == [2, 2, 2, 3]
    assert (held.files, held.live.tolist(), held.superseded.tolist()) == (2, [0, 0, 1, 1], [0, 0, 0, 0])


def test_no_files_stand_where_there_are_none(tmp_path: Path):
    held = standing([])
    assert (held.files, held.ends.tolist()) == (0, [])
    assert event_id(1) not in {row.event_id for row in case_of(tmp_path / "case").ask.events().rows}
