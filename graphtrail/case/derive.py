"""The rules of ``graphtrail.events`` run on the distinct values of a segment, and what they say spread over its rows.

``graphtrail.events.facts`` is the oracle: it runs the same functions on one record, and the facts are equal.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from graphtrail.arn import partition_of_region
from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.columns import FAILED, FAULTY, NO_TIME, SPECIAL, Batch, Columns, KindKey
from graphtrail.case.distinct import Codes, grouped
from graphtrail.case.touch import Touched, touched
from graphtrail.events import credentials, facts, identity, pivots
from graphtrail.events.actions import SIGN_IN, Kind, kind, operation, outcome, prefix
from graphtrail.events.credentials import Answered, Credential
from graphtrail.events.documents import Reject
from graphtrail.events.facts import Failure
from graphtrail.events.identity import Caller
from graphtrail.events.pivots import Pivot
from graphtrail.events.record import Flag, Json, Text
from graphtrail.events.resources import Place
from graphtrail.events.tolerant import decoded
from graphtrail.events.user_identity import user_identities


class Client(NamedTuple):
    """Where a call came from: ``sourceIPAddress``, ``userAgent``, ``vpcEndpointId``, as recorded."""

    address: Text
    agent: Text
    vpc_endpoint: Text


class Rejected(NamedTuple):
    """What is no event: the number of its file in the segment, and the reject."""

    file: int
    reject: Reject


class Derived(NamedTuple):
    """The facts of a segment.

    Attributes:
        batch: the records that are events.
        times: epoch seconds.
        kinds, callers, clients: of each row the place of its value below.
        kind_values, caller_values, client_values: those values.
        sessions: keys of the sessions that the caller alone does not tell, by row.
        corrected: ids of the records that rows correct, by row.
        touched: the resources.
        issued: credentials, each with the row of the call that handed it out.
        effects: pivots, each with the row of its call.
        rejects: the records that are no events.
    """

    batch: Batch
    times: Longs
    kinds: Ints
    callers: Ints
    clients: Ints
    kind_values: list[Kind]
    caller_values: list[Caller]
    client_values: list[Client]
    sessions: dict[int, str]
    corrected: dict[int, str]
    touched: Touched
    issued: list[tuple[int, Credential]]
    effects: list[tuple[int, Pivot]]
    rejects: list[Rejected]


def judge(key: KindKey) -> int:
    """What is to be done with the records of a kind."""
    if facts.fault(key.source, key.name, key.category):
        return FAULTY
    action = f"{prefix(key.source or '')}:{operation(key.name or '')}"
    told = action in credentials.HIDES or action in pivots.BESIDE
    special = key.source == SIGN_IN or told or key.addendum is not None
    return (SPECIAL if special else 0) | (FAILED if outcome(key.error_code) != "ok" else 0)


def derive(columns: Columns) -> Derived:
    """The facts of a segment's records."""
    batch, rejects = _sound(columns, columns.batch())
    kinds, kind_values = _kinds(columns, batch)
    callers, caller_values = _callers(columns, batch)
    clients: Codes[Client] = Codes()
    client_rows = np.array([clients[Client(*(field or None for field in key))] for key in columns.clients], np.int32)
    rows = Rows(batch, kinds, kind_values, callers, caller_values)
    return Derived(
        batch=batch.bare(),
        times=batch.times,
        kinds=kinds,
        callers=callers,
        clients=client_rows[batch.clients],
        kind_values=kind_values,
        caller_values=caller_values,
        client_values=list(clients),
        sessions=_sessions(rows),
        corrected={
            row: corrected
            for row, record in batch.special.items()
            if (corrected := facts.corrected_id(record.addendum))
        },
        touched=touched(rows),
        issued=_issued(rows),
        effects=_effects(rows),
        rejects=rejects,
    )


def _sound(columns: Columns, batch: Batch) -> tuple[Batch, list[Rejected]]:
    """The records that are events, and why the others are none."""
    bad = ((np.array(columns.kinds.marks)[batch.kinds] & FAULTY) != 0) | (batch.times == NO_TIME)
    if not bad.any():
        return batch, []
    kinds = list(columns.kinds)
    rejects = []
    for row in np.flatnonzero(bad).tolist():
        key = KindKey(*kinds[batch.kinds[row]])
        why = facts.fault(key.source, key.name, key.category) or facts.time_fault(batch.timeless[row])
        reject = Reject(int(batch.places[row]), why.reason, why.non_event)
        rejects.append(Rejected(int(batch.files[row]), reject))
    return batch.where(~bad), rejects


def _kinds(columns: Columns, batch: Batch) -> tuple[Ints, list[Kind]]:
    kinds: Codes[Kind] = Codes()
    keys = list(map(KindKey._make, columns.kinds))
    rows = np.fromiter((kinds[_kind(key)] for key in keys), np.int32, len(keys))[batch.kinds]
    for row, failure in _failures(batch):
        key = keys[batch.kinds[row]]
        if not key.error_code:
            rows[row] = kinds[_kind(key._replace(error_code=failure.code))]
            batch.messages[row] = failure.message
    for row, record in batch.special.items():
        if record.event_source == SIGN_IN:
            rows[row] = kinds[facts.kind_of(record)]
    made = list(kinds)
    for row in _cut(batch):
        rows[row] = kinds[made[rows[row]]._replace(truncated=True)]
    return rows, list(kinds)


def _cut(batch: Batch) -> list[int]:
    """The rows of which CloudTrail left something out."""
    found = np.zeros(batch.rows, np.bool_)
    for held in (batch.requests, batch.responses):
        cut = np.fromiter(map(facts.is_cut, held.values), np.bool_, len(held.values))
        if cut.any():
            found |= cut[held.codes]
    return np.flatnonzero(found).tolist()


def _kind(key: KindKey) -> Kind:
    return kind(
        key.source or "", key.name or "", key.region, key.error_code, key.read_only, key.account, key.category, None
    )


def _failures(batch: Batch) -> Iterator[tuple[int, Failure]]:
    """The rows whose answers are errors."""
    responses = batch.responses
    shows = np.fromiter(map(facts.shows_error, responses.values), np.bool_, len(responses.values))
    for row in np.flatnonzero(shows[responses.codes]).tolist() if shows.any() else ():
        failure = facts.answered_error(responses.values[responses.codes[row]])
        if failure.code:
            yield row, failure


def _callers(columns: Columns, batch: Batch) -> tuple[Ints, list[Caller]]:
    """The caller is a function of identity, recipient's account, partition, and whether the console made the key."""
    signers: Codes[tuple[Text, Flag, str]] = Codes()
    keys = map(KindKey._make, columns.kinds)
    by_kind = np.array([signers[key.account, key.console, partition_of_region(key.region)] for key in keys], np.int32)
    of_row = by_kind[batch.kinds]
    groups = grouped([(batch.identities.codes, len(batch.identities.values)), (of_row, len(signers))])
    identities, named = user_identities(batch.identities.values), list(signers)
    callers: Codes[Caller] = Codes()
    firsts = groups.firsts
    made = [
        callers[identity.caller(identities[code], *named[signer])]
        for code, signer in zip(batch.identities.codes[firsts].tolist(), of_row[firsts].tolist(), strict=True)
    ]
    return np.array(made, np.int32)[groups.groups], list(callers)


class Rows:
    """The records of a segment on their way to their facts."""

    def __init__(
        self, batch: Batch, kinds: Ints, kind_values: list[Kind], callers: Ints, caller_values: list[Caller]
    ) -> None:
        self.batch = batch
        self.kinds = kinds
        self.callers = callers
        self.kind_values = kind_values
        self.caller_values = caller_values

    def of_kind(self, asked: Iterable[bool]) -> list[int]:
        """The rows whose kind is one of those asked for: a truth a kind, by its code."""
        rows: list[int] = np.flatnonzero(np.fromiter(asked, np.bool_, len(self.kind_values))[self.kinds]).tolist()
        return rows

    def kind(self, row: int) -> Kind:
        """The kind of a row."""
        return self.kind_values[int(self.kinds[row])]

    def caller(self, row: int) -> Caller:
        """The caller of a row."""
        return self.caller_values[int(self.callers[row])]

    def request(self, row: int) -> Json:
        """The decoded request of a row."""
        return decoded(self.batch.requests.values[self.batch.requests.codes[row]])

    def response(self, row: int) -> Json:
        """The decoded answer of a row."""
        return decoded(self.batch.responses.values[self.batch.responses.codes[row]])

    def place(self, row: int) -> Place:
        """Where the call of a row landed."""
        requests, lists = self.batch.requests, self.batch.resources
        request, in_list = requests.values[int(requests.codes[row])], lists.values[int(lists.codes[row])]
        return facts.place_of(self.kind(row), self.caller(row), request, in_list)


def _sessions(rows: Rows) -> dict[int, str]:
    """Sessions that take the record's own time or id: sign-ins that succeeded, and callers that say nothing of one."""
    nameless = np.fromiter((who.session is None for who in rows.caller_values), np.bool_, len(rows.caller_values))
    apart = set(np.flatnonzero(nameless[rows.callers]).tolist())
    apart.update(rows.of_kind(map(facts.opens_session, rows.kind_values)))
    found = {}
    for row in sorted(apart):
        record = rows.batch.special.get(row)
        corrected = facts.corrected_id(record.addendum) if record else None
        call_id = rows.batch.shared.get(row) or corrected or rows.batch.event_id(row)
        session = facts.session_of(rows.kind(row), rows.caller(row), int(rows.batch.times[row]), call_id)
        if session != rows.caller(row).session:
            found[row] = session
    return found


def _issued(rows: Rows) -> list[tuple[int, Credential]]:
    responses = rows.batch.responses
    shows = np.array(credentials.show_keys(responses.values), np.bool_)
    may = set(rows.of_kind(map(credentials.may_issue, rows.kind_values)))
    hands_out = np.fromiter(map(credentials.hands_out, rows.kind_values), np.bool_, len(rows.kind_values))
    names = np.fromiter(map(credentials.names_issued, rows.kind_values), np.bool_, len(rows.kind_values))
    told = (shows[responses.codes] & hands_out[rows.kinds]) | names[rows.kinds]
    found = []
    for row in sorted(may.union(np.flatnonzero(told).tolist())):
        record = rows.batch.special.get(row) if row in may else None
        answered = Answered(
            request=rows.request(row),
            response=rows.response(row),
            additional=facts.part(record.additional).value if record else None,
            details=facts.part(record.service_details).value if record else None,
            place=rows.place(row),
        )
        found += [(row, made) for made in credentials.issued(rows.kind(row), rows.caller(row), answered)]
    return found


def _effects(rows: Rows) -> list[tuple[int, Pivot]]:
    requests, kinds = rows.batch.requests, rows.kind_values
    ruled = np.fromiter((what.outcome == "ok" and pivots.has_rule(what.action) for what in kinds), np.bool_, len(kinds))
    seldom = np.fromiter((what.action in pivots.SELDOM for what in kinds), np.bool_, len(kinds))
    wanted = ruled[rows.kinds]
    if seldom.any():
        telling = np.fromiter(map(pivots.may_share, requests.values), np.bool_, len(requests.values))
        wanted &= telling[requests.codes] | ~seldom[rows.kinds]
    return [
        (row, effect)
        for row in np.flatnonzero(wanted).tolist()
        for effect in pivots.pivots(
            rows.kind(row), rows.caller(row), rows.request(row), _answer(rows, row), rows.place(row)
        )
    ]


def _answer(rows: Rows, row: int) -> Json:
    return facts.told_by(rows.batch.special.get(row), rows.kind(row), rows.response(row))
