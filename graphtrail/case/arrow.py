"""Arrow arrays from and to numpy and lists, by their buffers.

Handed a Python object or a numpy array, Arrow first imports pandas, where it is installed, to see whether it is one of
its: a quarter of a second of CPU for nothing. Handed buffers it asks nobody.
"""

import itertools
from collections.abc import Iterable, Sequence, Sized
from functools import partial
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow._compute import DictionaryEncodeOptions, MatchSubstringOptions, TakeOptions, call_function  # see encoded

from graphtrail.events.secrets import cleaned

if TYPE_CHECKING:
    Array = pa.Array[Any]
    ChunkedArray = pa.ChunkedArray[Any]
    CodedColumn = Any  # a chunked array of dictionaries, which the stubs do not know
else:
    Array = pa.Array
    ChunkedArray = CodedColumn = pa.ChunkedArray
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_IS_NONE = partial(is_, None)


def numbers(values: npt.NDArray[np.number], missing: Mask | None = None) -> Array:
    """An array of integers; null where ``missing`` is true."""
    kind = pa.from_numpy_dtype(values.dtype)
    held = np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(held), [_valid(missing), pa.py_buffer(held.data)])


def truths(values: Iterable[bool | None]) -> Array:
    """An array of booleans, null where a value is None."""
    held = list(values)
    bits = np.packbits(np.fromiter((value is True for value in held), np.bool_, len(held)), bitorder="little")
    missing = np.fromiter((value is None for value in held), np.bool_, len(held))
    return pa.Array.from_buffers(pa.bool_(), len(held), [_valid(missing), pa.py_buffer(bits.data)])


def mask(values: Mask) -> Array:
    """An array of booleans without nulls."""
    return pa.Array.from_buffers(
        pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little").data)]
    )


def texts(values: Iterable[str | None]) -> Array:
    """An array of texts, null where a value is None."""
    held = list(values)
    given: list[str] = [value or "" for value in held] if None in held else held  # type: ignore[assignment]  # no None
    joined = "".join(given)
    if joined.isascii():
        data, lengths = joined.encode(), _lengths(given)
    else:
        encoded = [value.encode() for value in given]
        data, lengths = b"".join(encoded), _lengths(encoded)
    return _variable(pa.string(), data, lengths, held)


def blobs(values: Iterable[bytes | None]) -> Array:
    """An array of bytes, null where a value is None."""
    held = list(values)
    given = [value or b"" for value in held]
    return _variable(pa.binary(), b"".join(given), _lengths(given), held)


def numbered(values: npt.NDArray[np.integer]) -> Ints:
    """Numbers of equal values, in the order in which they first come."""
    return encoded(numbers(values))[0]


def encoded(column: Array | ChunkedArray) -> tuple[Ints, Array]:
    """A column as codes into its distinct values, which stand in the order in which they first come, null among them.

    Args:
        column: of texts, numbers or truths.
    """
    # Not by the method of the array: it imports pyarrow.compute, which takes 40 ms to write its functions.
    held = call_function("dictionary_encode", [column], DictionaryEncodeOptions("encode"))
    chunks: list[Any] = held.chunks if isinstance(held, pa.ChunkedArray) else [held]
    if not chunks:
        return np.zeros(0, np.int32), pa.nulls(0, column.type)
    return np.concatenate([integers(chunk.indices) for chunk in chunks]), chunks[0].dictionary


def fixed(values: npt.NDArray[np.uint8]) -> Array:
    """An array of bytes of one length, from a matrix with a row each."""
    count, width = values.shape
    return pa.Array.from_buffers(pa.binary(width), count, [None, pa.py_buffer(values.tobytes())])


def coded(codes: Ints, values: Iterable[str]) -> Array:
    """A dictionary-encoded array of texts without the secrets in them; null where a code is negative."""
    missing = codes < 0
    indices = numbers(np.where(missing, 0, codes).astype(np.int32), missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, texts(cleaned(list(values))))


def with_codes(codes: Ints, values: Array) -> Array:
    """A dictionary-encoded array of values that Arrow has already."""
    return pa.DictionaryArray.from_arrays(numbers(codes), values)


def taken(values: Sequence[Array], places: npt.NDArray[np.integer]) -> Array:
    """The values at some places of arrays that are laid one behind the other."""
    found: Array = call_function("take", [pa.concat_arrays(values), numbers(places)], TakeOptions(boundscheck=False))
    return found


def array(kind: pa.DataType, values: Sequence[object]) -> Array:
    """A column of a table from Python values of its type; texts go without the secrets in them."""
    if pa.types.is_string(kind):
        return texts(cleaned(list(values)))  # type: ignore[arg-type]  # the column's type says what its values are
    if pa.types.is_binary(kind):
        return blobs(values)  # type: ignore[arg-type]  # as above
    if pa.types.is_fixed_size_binary(kind):
        joined = np.frombuffer(b"".join(values), np.uint8)  # type: ignore[arg-type]  # as above
        return fixed(joined.reshape(len(values), kind.byte_width))
    if pa.types.is_boolean(kind):
        return truths(values)  # type: ignore[arg-type]  # as above
    missing = np.fromiter((value is None for value in values), np.bool_, len(values))
    held = np.fromiter((0 if value is None else value for value in values), kind.to_pandas_dtype(), len(values))
    return numbers(held, missing if missing.any() else None)


def integers(column: Array | ChunkedArray) -> npt.NDArray[Any]:
    """The numbers of a column without nulls, as one numpy array of their own width."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_held(chunk) for chunk in chunks] or [np.zeros(0, column.type.to_pandas_dtype())]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _held(chunk: Array) -> npt.NDArray[Any]:
    data = chunk.buffers()[1]
    kind = np.dtype(chunk.type.to_pandas_dtype())
    return (
        np.frombuffer(memoryview(data), kind, len(chunk), chunk.offset * kind.itemsize) if data else np.zeros(0, kind)
    )


def _valid(missing: Mask | None) -> pa.Buffer | None:
    if missing is None or not missing.any():
        return None
    return pa.py_buffer(np.packbits(~missing, bitorder="little").data)


def _lengths(values: Sequence[Sized]) -> Ints:
    return np.fromiter(map(len, values), np.int32, len(values))


def _variable(kind: pa.DataType, data: bytes, lengths: Ints, values: Sequence[object]) -> Array:
    """An array of texts or bytes from their concatenation and their lengths; null where a value is None."""
    ends = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=ends[1:])
    missing = np.fromiter(map(_IS_NONE, values), np.bool_, len(values)) if None in values else None
    return pa.Array.from_buffers(kind, len(lengths), [_valid(missing), pa.py_buffer(ends.data), pa.py_buffer(data)])


def bits(column: Array | ChunkedArray) -> Mask:
    """The truths of a column without nulls."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    parts = [_unpacked(data, chunk) for chunk in chunks if (data := chunk.buffers()[1])]
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


def containing(column: Array, part: str) -> Mask:
    """Where a column of texts contains a text; not where it has none."""
    found = call_function("match_substring", [column], MatchSubstringOptions(part))
    return _unpacked(found.buffers()[1], found) & present(found) if len(found) else np.zeros(0, np.bool_)


def present(chunk: Array) -> Mask:
    """Where an array has a value."""
    valid = chunk.buffers()[0]
    return _unpacked(valid, chunk) if valid else np.ones(len(chunk), np.bool_)


def _unpacked(data: pa.Buffer, chunk: Array) -> Mask:
    unpacked = np.unpackbits(np.frombuffer(memoryview(data), np.uint8), bitorder="little")
    return unpacked[chunk.offset :][: len(chunk)].astype(np.bool_)


def words(column: Array | ChunkedArray) -> list[str | None]:
    """The texts of a column; ten times as fast as Arrow's own way through its scalars."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return [word for chunk in chunks for word in _words(chunk)]


def spans(chunk: Array) -> tuple[list[int], bytes]:
    """Where the values of an array of texts or bytes end, the first one's beginning before them, and its data."""
    _, offsets, data = chunk.buffers()
    if not offsets:
        return [], b""
    ends = np.frombuffer(memoryview(offsets), np.int32, len(chunk) + 1, chunk.offset * 4).tolist()
    return ends, data.to_pybytes() if data else b""


def _words(chunk: Array) -> list[str | None]:
    ends, held = spans(chunk)
    found: list[str | None]
    if held.isascii():
        text = held.decode("ascii")
        found = [text[start:end] for start, end in itertools.pairwise(ends)]
    else:
        found = [held[start:end].decode() for start, end in itertools.pairwise(ends)]
    return _with_none(found, chunk)


def python(column: Array | ChunkedArray) -> list[Any]:
    """The values of a column as Python objects."""
    if pa.types.is_string(column.type):
        return words(column)
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return [value for chunk in chunks for value in _python(chunk)]


def _python(chunk: Array) -> list[Any]:
    if pa.types.is_integer(chunk.type):
        found = integers(chunk).tolist()
    elif pa.types.is_boolean(chunk.type):
        found = bits(chunk).tolist()
    elif pa.types.is_binary(chunk.type):
        ends, data = spans(chunk)
        found = [data[start:end] for start, end in itertools.pairwise(ends)]
    else:  # bytes of one length: Arrow's own way
        return chunk.to_pylist()
    return _with_none(found, chunk)


def _with_none(found: list[Any], chunk: Array) -> list[Any]:
    """The values, None where the chunk has none."""
    if chunk.null_count:
        for row in np.flatnonzero(~present(chunk)).tolist():
            found[row] = None
    return found
