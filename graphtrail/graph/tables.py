"""The graph on disk: the tables that ``build`` writes and stores read.

Nodes have numbers: sessions first, then entities (principals, resources, workloads), both in order of their keys.
Control edges lie in order of their source, with an order by target beside; calls in order of session, time and id, with
orders by id, and for each resource its touches in order of time.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.derive import Client
from graphtrail.case.distinct import in_order
from graphtrail.case.tables import pointers, write
from graphtrail.case.values import Column, column
from graphtrail.events.actions import Kind
from graphtrail.graph.control import Control
from graphtrail.graph.control_table import write_control
from graphtrail.graph.layout import NO_TIME, NONE
from graphtrail.graph.links.forwarded import Attributed
from graphtrail.graph.numbering import Numbers, numbered
from graphtrail.graph.origin import Origin
from graphtrail.graph.records import Ids, halves
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World

_NO_WORKLOAD = ("", None, 0)
_OF_CALLERS = ("type", "arn", "access_key", "account", "via")


def write_graph(
    folder: Path, world: World, attributed: Attributed, edges: Sequence[Control], origins: dict[str, Origin]
) -> None:
    """Write all tables.

    Args:
        folder: it exists and is empty.
        world: sessions, links and facts.
        attributed: whose calls are whose.
        edges: the control edges, in order of source.
        origins: of every session.
    """
    numbers = numbered(world, edges, origins)
    _write_entities(folder, world, numbers)
    _write_sessions(folder, world, numbers, origins)
    places, proving = _write_calls(folder, world, numbers, attributed)
    write_control(folder, world, numbers, proving, edges)
    _write_touches(folder, world, numbers, places)
    _write_issues(folder, world, numbers, places)
    _write_values(folder, world)


def _write_entities(folder: Path, world: World, numbers: Numbers) -> None:
    """The entities: what cannot be told from their keys stands beside them."""
    said = {(session.principal, session.label) for session in world.sessions.values() if session.principal}
    said |= _callers_labels(world)
    labels = dict(sorted(said, key=lambda pair: (pair[1] != "Unresolved", pair[1])))
    ids = {key: " ".join(found) for key, found in world.names.unique_ids.items()}
    recreated = np.zeros(len(numbers.keys), np.bool_)
    recreated[[numbers.entities[key] for key in world.names.recreated if key in numbers.entities]] = True
    write(
        folder / "entities",
        {
            "key": numbers.keys,
            "label": _of_some(labels, numbers),
            "unique_ids": _of_some(ids, numbers),
            "recreated": recreated,
        },
    )


def _callers_labels(world: World) -> set[tuple[str, str]]:
    """The principals that callers name, and what they are."""
    labels = world.facts.callers.column("label")
    pairs = np.unique(world.names.whose.astype(np.int64) * len(labels.values) + labels.codes)
    named = ((world.names.keys[pair // len(labels.values)], pair % len(labels.values)) for pair in pairs.tolist())
    return {(key, labels.values[label]) for key, label in named if key}


def _of_some(texts: dict[str, str], numbers: Numbers) -> Column:
    """A column of entities in which few have a text."""
    some = column([None, *texts.values()])
    codes = np.zeros(len(numbers.keys), np.int32)
    for key, code in zip(texts, some.codes[1:].tolist(), strict=True):
        if key in numbers.entities:
            codes[numbers.entities[key]] = code
    return Column(codes, some.distinct)


_CODED = ("label", "kind", "uid", "issuer", "source_identity", "ec2_role_delivery")


def _write_sessions(folder: Path, world: World, numbers: Numbers, origins: dict[str, Origin]) -> None:
    held = [world.sessions[key] for key in numbers.sessions]
    families = [world.family_of.get(key, ("", ""))[0] for key in numbers.sessions]
    workloads = [world.workloads.get(key, _NO_WORKLOAD) for key in numbers.sessions]
    found = [origins[key] for key in numbers.sessions]
    write(
        folder / "sessions",
        {
            "key": list(numbers.sessions),
            **{name: column([getattr(session, name) for session in held]) for name in _CODED},
            "name": column([session.name for session in held]),
            "arn": column([session.arn for session in held]),
            "principal": _ints([numbers.entities.get(session.principal or "", NONE) for session in held]),
            "family": _ints([numbers.sessions.get(family, NONE) for family in families]),
            "workload": _ints([numbers.entities.get(workload, NONE) for workload, _, _ in workloads]),
            "workload_rule": column([rule for _, rule, _ in workloads]),
            "workload_confidence": _ints([confidence for _, _, confidence in workloads]),
            "created": _times([session.created for session in held]),
            "expires": _times([session.expires for session in held]),
            "first_seen": _times([session.first_seen for session in held]),
            "last_seen": _times([session.last_seen for session in held]),
            "expires_assumed": _ints([session.expires_assumed for session in held]),
            "mfa": _ints([NONE if session.mfa is None else session.mfa for session in held]),
            "assumed_root": _ints([session.assumed_root for session in held]),
            "authenticated": _ints([session.authenticated for session in held]),
            "conflict": _ints([session.conflict for session in held]),
            "calls": _ints([session.calls for session in held]),
            "status": column([one.status for one in found]),
            "origin": _ints([numbers.entities.get(one.principal or "", NONE) for one in found]),
            "account": column(map(account_of, held)),
        },
    )
    _write_candidates(folder, world, numbers)


def _write_candidates(folder: Path, world: World, numbers: Numbers) -> None:
    pairs = [
        (numbers.sessions[key], source, rows)
        for key, sources in sorted(world.candidates.items(), key=lambda pair: numbers.sessions[pair[0]])
        for source, rows in sorted(sources.items())
    ]
    ids = Ids(world.facts, world.records.suffixes)
    write(
        folder / "candidates",
        {
            "session": _ints([session for session, _, _ in pairs]),
            "source": [source for _, source, _ in pairs],
            "event_ids": [" ".join(ids[row] for row in rows) for _, _, rows in pairs],
        },
    )


def account_of(session: Session) -> str | None:
    """The account of a session's principal: of its ARN, else of its records."""
    parts = (session.principal or "").split(":")
    if len(parts) > 5 and parts[0] == "arn" and parts[4]:  # noqa: PLR2004 - the account is the fifth of six parts
        return parts[4]
    return min(session.accounts, default=None)


def _write_calls(folder: Path, world: World, numbers: Numbers, attributed: Attributed) -> tuple[Longs, Longs]:
    """The calls, and the second copies of some.

    Returns:
        For each record of the facts the number of its call, and the number that stands for the record as a proof: that
        of the call, or behind all calls that of the copy. ``NONE`` where it does not count.
    """
    facts, records = world.facts, world.records
    rank = _ints([numbers.sessions[key] for key in world.signed.keys])
    sessions, times = rank[attributed.of_call], facts.times[records.calls]
    first, last = int(times.min(initial=2**62)), int(times.max(initial=-(2**62)))
    count = len(records.calls)
    numbered = (sessions, len(rank)), (times - first, max(last - first, 0) + 1), (np.arange(count), count)
    _, _, order = in_order(numbered)
    rows = records.calls[order]
    places = np.full(facts.rows, NONE, np.int64)
    places[rows] = np.arange(len(rows))
    high, low = halves(facts.ids[rows])
    write(
        folder / "calls",
        {
            "session": sessions[order],
            "signed": rank[world.signed.of_call[order]],
            "sure": attributed.confidence[order],
            "time": facts.times[rows],
            "kind": facts.kind[rows],
            "caller": facts.caller[rows],
            "client": facts.client[rows],
            "file": facts.file[rows],
            "place": facts.place[rows],
            "id_high": high,
            "id_low": low,
            "by_id": places[records.calls].astype(np.int32),
        },
    )
    write(folder / "spans", {"calls": pointers(sessions, len(numbers.sessions))})
    ids = Ids(facts, records.suffixes)
    odd = sorted((int(places[row]), ids[row]) for row in {*facts.texts, *records.suffixes} if places[row] >= 0)
    write(folder / "texts", {"call": _ints([call for call, _ in odd]), "event_id": [text for _, text in odd]})
    copies = [(row, copy) for row, others in sorted(records.copies.items()) for copy in others]
    second = _ints([copy for _, copy in copies])
    calls = places[_ints([row for row, _ in copies])]
    write(
        folder / "copies",
        {
            "call": calls.astype(np.int32),
            "event_id": [ids[copy] for _, copy in copies],
            "file": facts.file[second],
            "place": facts.place[second],
        },
    )
    proving = places.copy()
    proving[second] = np.arange(len(rows), len(rows) + len(second))
    places[second] = calls
    return places, proving


def _write_touches(folder: Path, world: World, numbers: Numbers, places: Longs) -> None:
    """The touches of calls, and of nodes; a second copy of a call adds what the owner of the resource saw."""
    facts, calls = world.facts, world.records.calls
    second = np.zeros(facts.rows, np.bool_)
    second[[copy for others in world.records.copies.values() for copy in others]] = True
    scoped = np.fromiter((key.startswith("scope:") for key in facts.resources), np.bool_, len(facts.resources))
    kept = (places[facts.touch_call] >= 0) & ~(second[facts.touch_call] & scoped[facts.touch_resource])
    call, node, role = in_order([
        (places[facts.touch_call[kept]], len(calls)),
        (numbers.resources[facts.touch_resource[kept]], numbers.nodes),
        (facts.touch_role[kept].astype(np.int8), len(facts.roles)),
    ])  # fmt: skip
    fresh = np.ones(len(call), np.bool_)
    fresh[1:] = (call[1:] != call[:-1]) | (node[1:] != node[:-1]) | (role[1:] != role[:-1])
    call, node, role = call[fresh], node[fresh], role[fresh]
    write(folder / "touches", {"node": node, "role": role})
    write(folder / "touched_by_call", {"from": pointers(call, int(places.max(initial=NONE)) + 1)})
    times = np.empty(len(calls), np.int64)
    times[places[calls]] = facts.times[calls]
    by_time = np.argsort(times, kind="stable")
    rank = np.empty(len(calls), np.int32)
    rank[by_time] = np.arange(len(calls), dtype=np.int32)
    node, when, role = in_order([(node, numbers.nodes), (rank[call], len(calls)), (role, len(facts.roles))])
    write(folder / "touchers", {"call": by_time[when].astype(np.int32), "role": role})
    write(folder / "touchers_by_node", {"from": pointers(node, numbers.nodes)})


def _write_issues(folder: Path, world: World, numbers: Numbers, places: Longs) -> None:
    """The credentials that calls handed out, in order of the call."""
    linked = {row: link.target for links in world.links.values() for link in links for row in link.rows}
    rows = []
    for issue in world.issues:
        key = issue.credential.key
        held = next((name for name in (f"key:{key}", f"key:{key}#{issue.target}") if name in world.sessions), None)
        session = held or linked.get(issue.rows[0])
        rows.append((int(places[issue.rows[0]]), issue, numbers.sessions.get(session or "", NONE)))
    rows.sort(key=lambda row: (row[0], row[1].credential.key or ""))
    write(
        folder / "issues",
        {
            "call": _ints([call for call, _, _ in rows]),
            "session": _ints([session for _, _, session in rows]),
            "key": [issue.credential.key for _, issue, _ in rows],
            "target": column([issue.target for _, issue, _ in rows]),
            "name": column([issue.credential.name for _, issue, _ in rows]),
            "method": column([issue.credential.method for _, issue, _ in rows]),
        },
    )


def _write_values(folder: Path, world: World) -> None:
    """The distinct values that calls point at, as far as anybody asks for them."""
    facts = world.facts
    kinds = {name: column([getattr(kind, name) for kind in facts.kinds]) for name in Kind._fields[:-1]}
    write(folder / "kinds", {**kinds, "read_only": _times([kind.read_only for kind in facts.kinds])})
    write(folder / "callers", {name: facts.callers.column(name) for name in _OF_CALLERS})
    write(folder / "clients", {name: facts.clients.column(name) for name in Client._fields})
    write(folder / "roles", {"role": facts.roles})


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int32)


def _times(values: Iterable[int | None]) -> Longs:
    return np.array([NO_TIME if value is None else value for value in values], np.int64)
