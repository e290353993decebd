"""The graph on disk: the tables that ``build`` writes and stores read.

Nodes have numbers: sessions first, then entities (principals, resources, workloads), both in order of their keys.
Control edges lie in order of their source, with an order by target beside; calls in order of session, time and id, with
orders by id, and for each resource its touches in order of time.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

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
from graphtrail.graph.world import Issue, World

_NO_FAMILY = ("", "")
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
            "owners": _owners(world, numbers),
            "recreated": recreated,
        },
    )


def _owners(world: World, numbers: Numbers) -> Column:
    """Of buckets the accounts that own them."""
    texts = {key: " ".join(sorted(found)) for key, found in sorted(world.facts.owners.items())}
    known = world.facts.resources.numbers
    places = numbers.resources[[known[key] for key in texts]] - len(numbers.sessions)
    return _at(places.tolist(), list(texts.values()), numbers)


def _callers_labels(world: World) -> set[tuple[str, str]]:
    """The principals that callers name, and what they are."""
    labels = world.facts.callers.column("label")
    pairs = np.unique(world.names.whose.astype(np.int64) * len(labels.values) + labels.codes)
    named = ((world.names.keys[pair // len(labels.values)], pair % len(labels.values)) for pair in pairs.tolist())
    return {(key, labels.values[label]) for key, label in named if key}


def _of_some(texts: dict[str, str], numbers: Numbers) -> Column:
    """A column of entities in which few have a text."""
    known = {numbers.entities[key]: text for key, text in texts.items() if key in numbers.entities}
    return _at(list(known), list(known.values()), numbers)


def _at(places: list[int], texts: list[str], numbers: Numbers) -> Column:
    """A column of entities with texts at some places."""
    some = column([None, *texts])
    codes = np.zeros(len(numbers.keys), np.int32)
    codes[places] = some.codes[1:]
    return Column(codes, some.distinct)


_TEXTS = ("label", "kind", "uid", "issuer", "source_identity", "ec2_role_delivery", "name", "arn")
_TIMES = ("created", "expires", "first_seen", "last_seen")
_NUMBERS = ("expires_assumed", "assumed_root", "authenticated", "conflict", "calls")


def _write_sessions(folder: Path, world: World, numbers: Numbers, origins: dict[str, Origin]) -> None:
    held = [world.sessions[key] for key in numbers.sessions]
    families = [world.family_of.get(key, _NO_FAMILY)[0] for key in numbers.sessions]
    workloads = [world.workloads.get(key, _NO_WORKLOAD) for key in numbers.sessions]
    found = [origins[key] for key in numbers.sessions]
    said = _fields(("principal", "mfa", *_TEXTS, *_TIMES, *_NUMBERS), held)
    write(
        folder / "sessions",
        {
            "key": list(numbers.sessions),
            **{name: column(said[name]) for name in _TEXTS},
            **{name: _times(said[name]) for name in _TIMES},
            **{name: np.fromiter(said[name], np.int32, len(held)) for name in _NUMBERS},
            "principal": _ints(numbers.entities.get(key or "", NONE) for key in said["principal"]),
            "family": _ints(numbers.sessions.get(family, NONE) for family in families),
            "workload": _ints(numbers.entities.get(workload, NONE) for workload, _, _ in workloads),
            "workload_rule": column(rule for _, rule, _ in workloads),
            "workload_confidence": _ints(confidence for _, _, confidence in workloads),
            "mfa": _ints(NONE if mfa is None else mfa for mfa in said["mfa"]),
            "status": column(one.status for one in found),
            "origin": _ints(numbers.entities.get(one.principal or "", NONE) for one in found),
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
    return _account(session.principal or "") or min(session.accounts, default=None)


@lru_cache(maxsize=65_536)
def _account(principal: str) -> str:
    parts = principal.split(":")
    return parts[4] if len(parts) > 5 and parts[0] == "arn" else ""  # noqa: PLR2004 - the fifth of six parts


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
    calls = places[_ints(issue.rows[0] for issue in world.issues)].tolist()
    rows = sorted(zip(calls, world.issues, strict=True), key=lambda row: (row[0], row[1].credential.key or ""))
    issues = [issue for _, issue in rows]
    said = _fields(("key", "name", "method"), [issue.credential for issue in issues])
    write(
        folder / "issues",
        {
            "call": _ints(call for call, _ in rows),
            "session": _ints(numbers.sessions.get(_opened(world, issue, linked), NONE) for issue in issues),
            "key": said["key"],
            "target": column(issue.target for issue in issues),
            "name": column(said["name"]),
            "method": column(said["method"]),
        },
    )


def _opened(world: World, issue: Issue, linked: dict[int, str]) -> str:
    """The session that an issued credential opened, empty if none is known."""
    key = f"key:{issue.credential.key}"
    if key in world.sessions:
        return key
    key = f"{key}#{issue.target}"
    return key if key in world.sessions else linked.get(issue.rows[0], "")


def _write_values(folder: Path, world: World) -> None:
    """The distinct values that calls point at, as far as anybody asks for them."""
    facts = world.facts
    kinds = _fields(Kind._fields, facts.kinds)
    truths = {name: _times(kinds.pop(name)) for name in ("read_only", "truncated")}
    write(folder / "kinds", {**truths, **{name: column(values) for name, values in kinds.items()}})
    write(folder / "callers", {name: facts.callers.column(name) for name in _OF_CALLERS})
    write(folder / "clients", {name: facts.clients.column(name) for name in Client._fields})
    write(folder / "roles", {"role": facts.roles})


def _fields(names: Sequence[str], rows: Sequence[object]) -> dict[str, Sequence[Any]]:
    """Some fields of objects, in columns."""
    columns = zip(*map(attrgetter(*names), rows), strict=True) if rows else ((),) * len(names)
    return dict(zip(names, columns, strict=True))


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int32)


def _times(values: Iterable[int | None]) -> Longs:
    return np.fromiter((NO_TIME if value is None else value for value in values), np.int64)
