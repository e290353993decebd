"""The graph on disk: the tables that ``build`` writes and stores read.

Nodes have numbers: sessions first, then entities (principals, resources, workloads), both in order of their keys.
Control edges lie in order of their source, with an order by target beside; calls in order of session, time and id, with
orders by id, and for each resource its touches in order of time.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graphtrail.case.arrow import Ints, Longs
from graphtrail.case.derive import Client
from graphtrail.case.tables import pointers, sorted_by_bytes, write
from graphtrail.events.actions import Kind
from graphtrail.events.identity import Caller
from graphtrail.graph.control import Control
from graphtrail.graph.layout import NO_TIME, NONE
from graphtrail.graph.links.forwarded import Attributed
from graphtrail.graph.origin import Origin
from graphtrail.graph.records import Ids
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World
from graphtrail.sources.blob import shown


class Numbers(NamedTuple):
    """The numbers of nodes by their keys."""

    sessions: dict[str, int]
    entities: dict[str, int]

    @property
    def nodes(self) -> int:
        """How many nodes have numbers."""
        return len(self.sessions) + len(self.entities)

    def node(self, key: str) -> int:
        """The number of a node: sessions come first."""
        number = self.sessions.get(key)
        return number if number is not None else len(self.sessions) + self.entities[key]


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
    numbers = _numbers(world, edges, origins)
    _write_entities(folder, world, numbers)
    _write_sessions(folder, world, numbers, origins)
    _write_control(folder, world, numbers, edges)
    places = _write_calls(folder, world, numbers, attributed)
    _write_touches(folder, world, numbers, places)
    _write_issues(folder, world, numbers, places)
    _write_values(folder, world)


def _numbers(world: World, edges: Iterable[Control], origins: dict[str, Origin]) -> Numbers:
    sessions = sorted_by_bytes(world.sessions)
    keys = set(world.names.resources) | {key for key in world.names.principals if key}
    keys |= {session.principal for session in world.sessions.values() if session.principal}
    keys |= {key for edge in edges for key in (edge.source, edge.target) if key not in world.sessions}
    keys |= {found.principal for found in origins.values() if found.principal}
    keys -= set(world.sessions)
    entities = sorted_by_bytes(keys)
    return Numbers(
        {key: number for number, key in enumerate(sessions)}, {key: number for number, key in enumerate(entities)}
    )


def _write_entities(folder: Path, world: World, numbers: Numbers) -> None:
    said = {(session.principal, session.label) for session in world.sessions.values() if session.principal}
    said |= {(key, who.label) for who, key in zip(world.facts.callers, world.names.principals, strict=True) if key}
    labels = dict(sorted(said, key=lambda pair: (pair[1] != "Unresolved", pair[1])))
    keys = list(numbers.entities)
    write(
        folder / "entities",
        {
            "key": keys,
            "label": [labels.get(key) for key in keys],  # of most nodes the key tells it
            "unique_ids": [" ".join(world.names.unique_ids.get(key, ())) or None for key in keys],
            "recreated": np.fromiter((key in world.names.recreated for key in keys), np.bool_, len(keys)),
        },
    )


_TEXTS = (
    "key", "label", "kind", "uid", "principal_id", "name", "arn", "issuer", "source_identity", "ec2_role_delivery",
    "via", "delegate",
)  # fmt: skip


def _write_sessions(folder: Path, world: World, numbers: Numbers, origins: dict[str, Origin]) -> None:
    held = [world.sessions[key] for key in numbers.sessions]
    texts: dict[str, Any] = {name: [getattr(session, name) for session in held] for name in _TEXTS}
    families = [world.family_of.get(session.key, ("", ""))[0] for session in held]
    workloads = [world.workloads.get(session.key) for session in held]
    found = [origins[session.key] for session in held]
    write(
        folder / "sessions",
        texts
        | {
            "principal": _ints(numbers.entities.get(session.principal or "", NONE) for session in held),
            "family": _ints(numbers.sessions.get(family, NONE) for family in families),
            "workload": _ints(numbers.entities[named[0]] if named else NONE for named in workloads),
            "workload_rule": [named[1] if named else None for named in workloads],
            "workload_confidence": _ints(named[2] if named else 0 for named in workloads),
            "created": _times(session.created for session in held),
            "expires": _times(session.expires for session in held),
            "first_seen": _times(session.first_seen for session in held),
            "last_seen": _times(session.last_seen for session in held),
            "expires_assumed": _ints(session.expires_assumed for session in held),
            "mfa": _ints(NONE if session.mfa is None else session.mfa for session in held),
            "assumed_root": _ints(session.assumed_root for session in held),
            "authenticated": _ints(session.authenticated for session in held),
            "conflict": _ints(session.conflict for session in held),
            "calls": _ints(session.calls for session in held),
            "status": [one.status for one in found],
            "origin": _ints(numbers.entities.get(one.principal or "", NONE) for one in found),
            "account": [account_of(session) for session in held],
        },
    )
    pairs = [
        (numbers.sessions[key], source, rows)
        for key, sources in sorted(world.candidates.items(), key=lambda pair: numbers.sessions[pair[0]])
        for source, rows in sorted(sources.items())
    ]
    ids = Ids(world.facts, world.records.suffixes)
    write(
        folder / "candidates",
        {
            "session": _ints(session for session, _, _ in pairs),
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


def _write_control(folder: Path, world: World, numbers: Numbers, edges: Sequence[Control]) -> None:
    order = np.argsort(_ints(numbers.node(edge.source) for edge in edges), kind="stable").tolist()
    edges = [edges[place] for place in order]
    sources = _ints(numbers.node(edge.source) for edge in edges)
    targets = _ints(numbers.node(edge.target) for edge in edges)
    ids = Ids(world.facts, world.records.suffixes)
    times = world.facts.times
    proofs = [
        sorted({(int(times[row]), ids[row]) for row in edge.rows})
        if len(edge.rows) > 1
        else [(0, ids[row]) for row in edge.rows]
        for edge in edges
    ]
    write(
        folder / "control",
        {
            "source": sources,
            "target": targets,
            "type": [edge.type for edge in edges],
            "at": _times(edge.at for edge in edges),
            "until": _times(edge.until for edge in edges),
            "since": _times(edge.since for edge in edges),
            "rule": [edge.rule for edge in edges],
            "confidence": _ints(edge.confidence for edge in edges),
            "detail": [edge.detail for edge in edges],
            "into": np.argsort(targets, kind="stable").astype(np.int32),
            "proofs": np.cumsum(np.fromiter(map(len, proofs), np.int64, len(proofs))),
        },
    )
    write(folder / "proofs", {"event_id": [event_id for one in proofs for _, event_id in one]})
    write(folder / "neighbours", {"out": pointers(sources, numbers.nodes), "into": pointers(targets, numbers.nodes)})


def _write_calls(folder: Path, world: World, numbers: Numbers, attributed: Attributed) -> Longs:
    """The calls; returns for each record of the facts the number of its call, ``NONE`` where it stands for none."""
    facts, records = world.facts, world.records
    rank = _ints(numbers.sessions.get(key, NONE) for key in world.signed.keys)
    sessions = rank[attributed.of_call]
    order = np.lexsort((facts.times[records.calls], sessions))
    rows = records.calls[order]
    places = np.full(facts.rows, NONE, np.int64)
    places[rows] = np.arange(len(rows))
    halves = facts.ids[rows].view(">u8").astype(np.uint64).reshape(-1, 2)
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
            "id_high": halves[:, 0].copy(),
            "id_low": halves[:, 1].copy(),
            "by_id": np.argsort(order, kind="stable").astype(np.int32),
        },
    )
    write(folder / "spans", {"calls": pointers(sessions, len(numbers.sessions))})
    ids = Ids(facts, records.suffixes)
    odd = sorted((int(places[row]), ids[row]) for row in {*facts.texts, *records.suffixes} if places[row] >= 0)
    write(folder / "texts", {"call": _ints(call for call, _ in odd), "event_id": [text for _, text in odd]})
    copies = [(int(places[row]), copy) for row, others in sorted(records.copies.items()) for copy in others]
    write(
        folder / "copies",
        {
            "call": _ints(call for call, _ in copies),
            "event_id": [ids[copy] for _, copy in copies],
            "kind": _ints(int(facts.kind[copy]) for _, copy in copies),
            "file": _ints(int(facts.file[copy]) for _, copy in copies),
            "place": _ints(int(facts.place[copy]) for _, copy in copies),
        },
    )
    for call, copy in copies:
        places[copy] = call
    return places


def _write_touches(folder: Path, world: World, numbers: Numbers, places: Longs) -> None:
    """The touches of calls, and of nodes; a second copy of a call adds what the owner of the resource saw."""
    facts, times = world.facts, world.facts.times
    second = np.zeros(facts.rows, np.bool_)
    second[[copy for others in world.records.copies.values() for copy in others]] = True
    scoped = np.fromiter((key.startswith("scope:") for key in facts.resources), np.bool_, len(facts.resources))
    kept = (places[facts.touch_call] >= 0) & ~(second[facts.touch_call] & scoped[facts.touch_resource])
    nodes = np.fromiter(map(numbers.node, world.names.resources), np.int64, len(world.names.resources))
    call, node, role = places[facts.touch_call[kept]], nodes[facts.touch_resource[kept]], facts.touch_role[kept]
    time = times[facts.touch_call[kept]]
    order = np.lexsort((role, node, call))
    call, node, role, time = call[order], node[order], role[order], time[order]
    fresh = np.ones(len(call), np.bool_)
    fresh[1:] = (call[1:] != call[:-1]) | (node[1:] != node[:-1]) | (role[1:] != role[:-1])
    call, node, role, time = call[fresh], node[fresh], role[fresh].astype(np.int8), time[fresh]
    write(folder / "touches", {"node": node.astype(np.int32), "role": role})
    write(folder / "touched_by_call", {"from": pointers(call, int(places.max(initial=NONE)) + 1)})
    order = np.lexsort((call, time, node))
    write(folder / "touchers", {"call": call[order].astype(np.int32), "role": role[order]})
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
            "call": _ints(call for call, _, _ in rows),
            "session": _ints(session for _, _, session in rows),
            "key": [issue.credential.key for _, issue, _ in rows],
            "target": [issue.target for _, issue, _ in rows],
            "name": [issue.credential.name for _, issue, _ in rows],
            "method": [issue.credential.method for _, issue, _ in rows],
        },
    )


def _write_values(folder: Path, world: World) -> None:
    """The distinct values that calls point at."""
    facts = world.facts
    write(folder / "kinds", _columns(Kind._fields, facts.kinds, ("read_only",)))
    numeric = ("path_unknown", "created", "minted", "mfa", "assumed_root")
    write(folder / "callers", _columns(Caller._fields, facts.callers, numeric))
    write(folder / "clients", _columns(Client._fields, facts.clients, ()))
    write(
        folder / "files",
        {
            "name": [shown(file.name) for file in facts.files],
            "sha256": [file.sha256.hex() for file in facts.files],
            "again": _ints(file.again for file in facts.files),
        },
    )
    write(folder / "roles", {"role": facts.roles})


def _columns(fields: Sequence[str], rows: Sequence[Any], numeric: tuple[str, ...]) -> dict[str, Any]:
    """Columns of named tuples: texts, and numbers with ``NONE`` where there is none."""
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    return {name: _times(column) if name in numeric else column for name, column in zip(fields, columns, strict=True)}


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int32)


def _times(values: Iterable[int | None]) -> Longs:
    return np.array([NO_TIME if value is None else value for value in values], np.int64)
