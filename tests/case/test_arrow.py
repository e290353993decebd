"""Arrays made from values give the values back, in whatever pieces they lie."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphtrail.case import arrow

TEXTS = st.lists(st.one_of(st.none(), st.text(), st.just("plain")))
INTS = st.lists(st.integers(-(2**31), 2**31 - 1))
CUT = st.tuples(st.integers(0, 20), st.integers(0, 20))


def pieces(array: arrow.Array, cut: tuple[int, int]) -> arrow.ChunkedArray:
    """The array as a column of slices: each begins somewhere inside a buffer."""
    first, second = sorted(cut)
    return pa.chunked_array([array[:first], array[first:second], array[second:]], type=array.type)


@given(TEXTS, CUT)
def test_texts_come_back(values: list[str | None], cut: tuple[int, int]):
    column = arrow.texts(values)
    column.validate(full=True)
    assert arrow.words(column) == values
    assert column.to_pylist() == values
    assert arrow.words(pieces(column, cut)) == values
    assert arrow.python(pieces(column, cut)) == values


@given(st.lists(st.one_of(st.none(), st.binary())))
def test_bytes_come_back(values: list[bytes | None]):
    column = arrow.blobs(values)
    column.validate(full=True)
    assert column.to_pylist() == values


@given(INTS, CUT)
def test_numbers_come_back(values: list[int], cut: tuple[int, int]):
    column = arrow.numbers(np.array(values, np.int32))
    assert arrow.integers(column).tolist() == values
    assert arrow.integers(pieces(column, cut)).tolist() == values
    assert arrow.python(pieces(column, cut)) == values


def test_a_column_without_chunks_is_empty():
    assert arrow.integers(pa.chunked_array([], pa.int64())).tolist() == []
    assert arrow.bits(pa.chunked_array([], pa.bool_())).tolist() == []
    assert arrow.words(pa.chunked_array([], pa.string())) == []


def test_arrays_that_arrow_made_without_buffers_are_empty():
    assert arrow.integers(pa.array([], pa.int32())).tolist() == []
    assert arrow.words(pa.array([], pa.string())) == []
    assert arrow.words(pa.Array.from_buffers(pa.string(), 0, [None, None, pa.py_buffer(b"")])) == []
    assert arrow.words(pa.nulls(2, pa.string())) == [None, None]


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))))
def test_numbers_with_nulls_come_back(values: list[int | None]):
    column = arrow.array(pa.int64(), values)
    column.validate(full=True)
    assert column.to_pylist() == values
    assert arrow.present(column).tolist() == [value is not None for value in values]


@given(st.lists(st.one_of(st.none(), st.booleans())))
def test_truths_come_back(values: list[bool | None]):
    column = arrow.truths(values)
    column.validate(full=True)
    assert column.to_pylist() == values
    assert arrow.array(pa.bool_(), values).to_pylist() == values


@given(st.lists(st.booleans()), CUT)
def test_masks_come_back(values: list[bool], cut: tuple[int, int]):
    column = arrow.mask(np.array(values, np.bool_))
    assert column.to_pylist() == values
    assert arrow.bits(pieces(column, cut)).tolist() == values


@given(st.lists(st.binary(min_size=16, max_size=16)))
def test_bytes_of_one_length_come_back(values: list[bytes]):
    column = arrow.array(pa.binary(16), values)
    column.validate(full=True)
    assert column.to_pylist() == values


@given(st.lists(st.text(), min_size=1, unique=True), st.data())
def test_numbered_texts_come_back(values: list[str], data: st.DataObject):
    codes = data.draw(st.lists(st.integers(-1, len(values) - 1)))
    column = arrow.coded(np.array(codes, np.int32), values)
    column.validate(full=True)
    assert column.to_pylist() == [None if code < 0 else values[code] for code in codes]


@pytest.mark.parametrize(("kind", "values"), [(pa.string(), ["a", None]), (pa.binary(), [b"\xff", None])])
def test_a_column_is_made_by_its_type(kind: pa.DataType, values: list[object]):
    column = arrow.array(kind, values)
    assert column.type == kind
    assert column.to_pylist() == values
