"""The digest of a case: of the set of its facts, and of nothing else.

Neither order, files, batches, repetition nor engine change it: rows stand in order of their ids, and values are written
once, in order, with the rows pointing at them.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints
from graphtrail.case.facts import Facts
from graphtrail.graph.records import Records

_FORMAT = b"graphtrail facts 1\n"


def digest(facts: Facts, records: Records) -> str:
    """``sha256:`` and the SHA-256, in hex, of the records that count, sorted by their ids."""
    whole = hashlib.sha256(_FORMAT)
    rows = records.events
    place = np.full(facts.rows, -1, np.int64)
    place[rows] = np.arange(len(rows))
    whole.update(facts.ids[rows].tobytes())
    whole.update(facts.times[rows].tobytes())
    whole.update(facts.correction[rows].tobytes())
    whole.update(facts.request_ids[rows].tobytes())
    for codes, values in ((facts.kind, facts.kinds), (facts.caller, facts.callers), (facts.client, facts.clients)):
        _column(whole, codes[rows], [msgspec.json.encode(value) for value in values])
    for texts in (facts.texts, facts.shared, facts.sessions, records.suffixes):
        _listed(whole, sorted((int(place[row]), text) for row, text in texts.items() if place[row] >= 0))
    _touches(whole, facts, place)
    for pairs in (facts.credentials, facts.pivots):
        _listed(
            whole,
            sorted((int(place[row]), msgspec.json.encode(fact).decode()) for row, fact in pairs if place[row] >= 0),
        )
    return f"sha256:{whole.hexdigest()}"


def _column(whole: "hashlib._Hash", codes: Ints, values: Sequence[bytes]) -> None:
    """Distinct values that are used, in order, and for each row which of them it has."""
    used = np.unique(codes)
    ordered = sorted(used.tolist(), key=values.__getitem__)
    rank = np.zeros(len(values), np.int32)
    rank[ordered] = np.arange(len(ordered), dtype=np.int32)
    for code in ordered:
        whole.update(b"%d:" % len(values[code]) + values[code])
    whole.update(rank[codes].tobytes())


def _touches(whole: "hashlib._Hash", facts: Facts, place: npt.NDArray[np.int64]) -> None:
    places = place[facts.touch_call]
    kept = places >= 0
    resources = _ranked(whole, facts.touch_resource[kept], facts.resources)
    roles = _ranked(whole, facts.touch_role[kept], facts.roles)
    order = np.lexsort((roles, resources, places[kept]))
    for column in (places[kept], resources, roles):
        whole.update(np.ascontiguousarray(column[order]).tobytes())


def _ranked(whole: "hashlib._Hash", codes: Ints, values: Sequence[str]) -> Ints:
    """Write the values that are used, in order; give each code its place among them."""
    ordered = sorted(np.unique(codes).tolist(), key=values.__getitem__)
    _listed(whole, (values[code] for code in ordered))
    rank = np.zeros(len(values), np.int32)
    rank[ordered] = np.arange(len(ordered), dtype=np.int32)
    return rank[codes]


def _listed(whole: "hashlib._Hash", values: Iterable[object]) -> None:
    for value in values:
        written = msgspec.json.encode(value)
        whole.update(b"%d:" % len(written) + written)
    whole.update(b"\n")
