"""Distinct values in columns say what plain lists of them would say."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.case import arrow
from graphtrail.case.distinct import in_order
from graphtrail.case.values import Given, Rows, Words, column

TEXTS = st.lists(st.text(alphabet="ab\u00e9:"), unique=True)


class Pair(NamedTuple):
    """A row of two texts."""

    left: str | None
    right: str | None


@given(TEXTS, st.text(alphabet="ab\u00e9:", min_size=1, max_size=3))
def test_words_that_contain_a_text_are_found_and_no_others(texts: list[str], part: str):
    words = Words(arrow.texts(texts))
    assert words.containing(part) == [number for number, text in enumerate(texts) if part in text]
    assert [words[number] for number in words.order.tolist()] == sorted(texts)
    assert (list(words), len(words)) == (texts, len(texts))


@given(st.lists(st.tuples(st.none() | st.text(max_size=3), st.none() | st.text(max_size=3)), min_size=1))
def test_rows_are_those_that_went_into_their_columns(pairs: list[tuple[str | None, str | None]]):
    lefts, rights = zip(*pairs, strict=True)
    rows = Rows(Pair._make, {"left": column(lefts), "right": column(rights)})
    assert list(rows) == rows[:] == [rows[place] for place in range(len(rows))] == pairs
    assert rows[1:3] == pairs[1:3]
    assert rows.column("left").all() == list(lefts)
    assert rows.column("left").where(lambda text: text == "").tolist() == [text == "" for text in lefts]


@given(st.lists(st.integers(-1, 2), max_size=20))
def test_what_few_rows_have_is_a_mapping(codes: list[int]):
    held = Given(np.array(codes, np.int32), Words(arrow.texts(["a", "b", "c"])))
    assert dict(held.items()) == {row: "abc"[code] for row, code in enumerate(codes) if code >= 0}
    assert len(held) == sum(code >= 0 for code in codes)
    assert held.get(len(codes)) is None


@given(st.lists(st.tuples(*[st.integers(0, 2**31 - 1)] * 3), max_size=20), st.integers(0, 3))
def test_columns_are_sorted_as_rows_are(rows: list[tuple[int, int, int]], spare: int):
    """Also where the three numbers of a row are too long for one of 64 bits."""
    columns = [np.array([row[place] for row in rows], np.int64) for place in range(3)]
    if spare:
        columns = [part % 1000 for part in columns]
    size = 1000 if spare else 2**31
    made = in_order([(part, size) for part in columns])
    expected = sorted(zip(*(part.tolist() for part in columns), strict=True))
    assert list(zip(*(part.tolist() for part in made), strict=True)) == expected
