"""What was fetched of places: noted whole, in any order, and never more than was."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.case import manifest
from graphtrail.case.fetched import Place, from_json, to_json, with_stretches
from graphtrail.case.manifest import Manifest
from graphtrail.errors import CaseError
from graphtrail.questions.unfetched import lacking, sentences, unfetched_rows
from graphtrail.sources.blob import Stretch
from graphtrail.window import Window

TOP = "s3://b/AWSLogs/"
ENDS = st.none() | st.integers(0, 60)
PLACES = ("s3://b/AWSLogs/1/", "s3://b/AWSLogs/1/CloudTrail/x/", "s3://b/AWSLogs/2/CloudTrail/x/")


@st.composite
def spans(draw: st.DrawFn) -> tuple[int | None, int | None]:
    since, until = draw(ENDS), draw(ENDS)
    if since is not None and until is not None and until < since:
        since, until = until, since
    return since, until


def inside(second: int, span: tuple[int | None, int | None]) -> bool:
    return (span[0] is None or span[0] <= second) and (span[1] is None or second <= span[1])


@given(st.lists(spans()), st.randoms())
def test_the_spans_of_a_place_are_those_that_were_fetched_in_any_order(found: list, order: random.Random):
    stretches = [Stretch(TOP, "1", "x", span) for span in found]
    held = with_stretches({}, stretches)
    order.shuffle(stretches)
    assert with_stretches({}, stretches) == held
    assert with_stretches(held, stretches) == held
    fetched = held[TOP].spans if found else ()
    for second in range(-1, 62):
        assert any(inside(second, span) for span in fetched) == any(inside(second, span) for span in found)
    for before, after in pairwise(fetched):
        assert before[1] + 1 < after[0]


@given(st.lists(spans(), max_size=4), spans())
def test_a_window_is_covered_where_every_second_of_it_was_fetched(found: list, window: tuple):
    place = with_stretches({}, [Stretch(TOP, None, None, span) for span in found]).get(TOP, Place(None, None))
    since, until = window
    everything = all(any(inside(second, span) for span in found) for second in range(-5, 70) if inside(second, window))
    unbounded = (since is None and all(span[0] is not None for span in found)) or (
        until is None and all(span[1] is not None for span in found)
    )
    assert place.covers(Window(since, until)) == (everything and not unbounded)


STRETCHES = st.builds(
    Stretch, st.sampled_from(PLACES), st.none(), st.none(), st.none() | spans(), st.none() | st.just("denied")
)


@given(st.lists(STRETCHES))
def test_a_manifest_gives_back_what_was_fetched(tmp_path_factory: pytest.TempPathFactory, stretches: list[Stretch]):
    case = tmp_path_factory.mktemp("case")
    held = Manifest().with_stretches(stretches)
    manifest.save(case, held)
    assert manifest.load(case) == held
    assert from_json(json.loads(json.dumps(to_json(held.fetched)))) == held.fetched


def test_a_failure_is_forgotten_when_it_is_made_good_and_a_place_when_what_lies_in_it_is_known():
    denied = with_stretches({}, [Stretch(PLACES[0], "1", None, None, "denied"), Stretch(PLACES[2], "2", "x")])
    assert [name for name, _ in lacking(denied)] == [PLACES[0], PLACES[2]]
    assert [row["reason"] for row in unfetched_rows(denied)] == ["denied", None]
    known = with_stretches(denied, [Stretch(PLACES[1], "1", "x", (None, None))])
    assert [name for name, _ in lacking(known)] == [PLACES[2]]
    failed = with_stretches(known, [Stretch(PLACES[1], "1", "x", None, "expired")])
    assert failed[PLACES[1]].spans == ((None, None),), "what was fetched stays fetched"
    assert [name for name, _ in lacking(failed)] == [PLACES[1], PLACES[2]]
    assert with_stretches(failed, [Stretch(PLACES[1], "1", "x", (5, 9))])[PLACES[1]].reason is None


def test_places_of_one_account_with_the_same_lack_stand_in_one_sentence():
    held = {f"{TOP}1/{number}/": Place("1", f"r-{number}", ((0, 9),)) for number in range(5)}
    ((account, region, text),) = sentences(held)
    assert (account, region) == ("1", None)
    assert text.startswith(
        f"{TOP}1/0/, {TOP}1/1/, {TOP}1/2/ and 2 more: only 1970-01-01T00:00:00Z to 1970-01-01T00:00:09Z"
    )
    assert list(sentences(held, Window(1, 9))) == []


@pytest.mark.parametrize("held", ["[]", "7", '{"s3://b/": 7}', '{"s3://b/": {}}', '{"s3://b/": {"spans": [[1]]}}'])
def test_a_manifest_with_places_of_another_form_is_named(tmp_path: Path, held: str):
    manifest.save(tmp_path, Manifest())
    text = (tmp_path / manifest.NAME).read_text().rstrip().removesuffix("}")
    (tmp_path / manifest.NAME).write_text(f'{text}, "fetched": {held}}}')
    with pytest.raises(CaseError, match="cannot be read as a manifest"):
        manifest.load(tmp_path)
