"""The digest of a case: of the set of its facts, and of nothing else.

Neither order, files, batches, repetition nor engine change it: rows stand in order of their ids, and values are written
once, in order, with the rows pointing at them.
"""

import hashlib
from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints, Mask
from graphtrail.case.distinct import in_order
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
    _column(whole, facts.kind[rows], facts.kinds)
    _column(whole, facts.caller[rows], facts.callers)
    _column(whole, facts.client[rows], facts.clients)
    for texts in (facts.texts, facts.shared, facts.sessions, records.suffixes):
        _listed(whole, sorted((int(place[row]), text) for row, text in texts.items() if place[row] >= 0))
    _touches(whole, facts, place)
    for pairs in (facts.credentials, facts.pivots):
        told = ((int(place[row]), msgspec.json.encode(fact).decode()) for row, fact in pairs if place[row] >= 0)
        _listed(whole, sorted(told))
    return f"sha256:{whole.hexdigest()}"


def _column(whole: "hashlib._Hash", codes: Ints, values: Iterable[object]) -> None:
    """Distinct values that are used, in order, and for each row which of them it has."""
    written = list(map(msgspec.json.Encoder().encode, values))
    used = _used(codes, len(written))
    ordered = sorted(np.flatnonzero(used).tolist(), key=written.__getitem__)
    whole.update(_joined(map(written.__getitem__, ordered)))
    whole.update(_rank(np.array(ordered, np.int32), len(written))[codes].tobytes())


def _touches(whole: "hashlib._Hash", facts: Facts, place: npt.NDArray[np.int64]) -> None:
    places = place[facts.touch_call]
    kept = places >= 0
    resources, roles = facts.touch_resource[kept], facts.touch_role[kept]
    named = facts.resources.order
    named = named[_used(resources, len(facts.resources))[named]]
    _listed(whole, map(facts.resources.all.__getitem__, named.tolist()))
    played = sorted(np.flatnonzero(_used(roles, len(facts.roles))).tolist(), key=facts.roles.__getitem__)
    _listed(whole, map(facts.roles.__getitem__, played))
    ranked = (
        (places[kept], len(place)),
        (_rank(named, len(facts.resources))[resources], len(named)),
        (_rank(np.array(played, np.int32), len(facts.roles))[roles], len(played)),
    )
    for column in in_order(ranked):
        whole.update(column.tobytes())


def _used(codes: Ints, count: int) -> Mask:
    """Which of ``count`` values have a row."""
    used = np.zeros(count, np.bool_)
    used[codes] = True
    return used


def _rank(ordered: Ints, count: int) -> Ints:
    """For each of ``count`` values its place among those that are used."""
    rank = np.zeros(count, np.int32)
    rank[ordered] = np.arange(len(ordered), dtype=np.int32)
    return rank


def _listed(whole: "hashlib._Hash", values: Iterable[object]) -> None:
    whole.update(_joined(map(msgspec.json.Encoder().encode, values)) + b"\n")


def _joined(written: Iterable[bytes]) -> bytes:
    return b"".join([b"%d:%b" % (len(one), one) for one in written])
