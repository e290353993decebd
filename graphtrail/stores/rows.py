"""The whole graph of a case as rows for a server: plain maps of texts, numbers, truths and lists of texts.

Node rows are ``{"uid", "properties"}``, relationship rows ``{"source", "target", "properties"}``; ``uid``, which is
among the properties too, is case and key, the only thing that is unique on a server that holds several cases. Rows come
in batches of one label or type, all nodes before all relationships, in an order that is a function of the case: the
same case gives the same batches. Nothing is held but the batches that are being filled.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

import msgspec

from graphtrail import arn as arns
from graphtrail.case.fetched import to_json
from graphtrail.graph.model import Edge, Node
from graphtrail.graph.schema import SERVER_VERSION, labels
from graphtrail.stores import call_rows, texts
from graphtrail.stores.call_table import Rows
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.named import SESSION_INDEXED, Named, Row, hashed, node, relationship
from graphtrail.stores.store import ControlEdge, EntityNode, SessionNode
from graphtrail.stores.whole import actions, belonging, inside, places, short, touches
from graphtrail.version import __version__

BATCH = 5_000
# Bytes of a batch beyond which it is ended: a server keeps a transaction in memory, and the texts of forged records may
# be as long as a record.
HEAVIEST = 2**24
_WEIGHED = 64  # rows


class Batch(NamedTuple):
    """Rows of one kind.

    Attributes:
        part: ``nodes`` or ``relationships``.
        name: label of the nodes or type of the relationships.
        rows: at most as many as were asked for, and fewer where they are long.
    """

    part: str
    name: str
    rows: list[Row]

    @property
    def statement(self) -> str:
        """The text that loads it."""
        return statement(self.part, self.name)


def statement(part: str, name: str) -> str:
    """The text that loads nodes with a label or relationships of a type; both are names of ``graph.schema``."""
    if part == "nodes":
        return labelled("load/nodes", name)
    return texts.text("load/relationships").replace("[relationship:TYPE ", f"[relationship:{name} ")


def labelled(name: str, label: str) -> str:
    """A text that is about nodes of a kind."""
    return texts.text(name).replace(" node:Label\n", f" node:{':'.join(labels(label)[1:])}\n")


def named(store: MemoryStore, case_id: str, which: str = "all") -> Named:
    """The name of a case, and of its state: of its digest, of the rules that drew it, and of the form of the rows.

    Args:
        store: the case.
        case_id: its name on the server.
        which: which of its calls are loaded, in words.
    """
    checked = None if store.checked is None else store.checked.tolist()
    said = repr((store.case.digest, __version__, SERVER_VERSION, which, to_json(store.fetched), checked))
    return Named(case_id, hashlib.sha256(said.encode()).hexdigest()[:16])


def batches(store: MemoryStore, name: Named, calls: Rows | None, size: int = BATCH) -> Iterator[Batch]:
    """All rows of a case.

    Args:
        store: the case.
        name: under which it stands on the server.
        calls: the single calls that are loaded too, None for none.
        size: rows of a batch.
    """
    yield from _batched("nodes", _nodes(store, name, calls), size)
    yield from _batched("relationships", _relationships(store, name, calls), size)


def _batched(part: str, rows: Iterable[tuple[str, Row]], size: int) -> Iterator[Batch]:
    filling: dict[str, _Filling] = defaultdict(_Filling)
    for kind, row in rows:
        held = filling[kind]
        held.rows.append(row)
        if len(held.rows) == size or held.is_heavy():
            yield Batch(part, kind, filling.pop(kind).rows)
    for kind, held in filling.items():
        yield Batch(part, kind, held.rows)


class _Filling:
    """A batch that is being filled."""

    __slots__ = ("_bytes", "rows")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._bytes = 0

    def is_heavy(self) -> bool:
        """Whether its rows are more than a server takes at once: some of them are weighed at a time, which is cheap."""
        if len(self.rows) % _WEIGHED:
            return False
        self._bytes += len(msgspec.msgpack.encode(self.rows[-_WEIGHED:]))
        return self._bytes >= HEAVIEST


def _nodes(store: MemoryStore, name: Named, calls: Rows | None) -> Iterator[tuple[str, Row]]:
    row = partial(node, name)
    for number, session in enumerate(store.sessions()):
        yield "Session", row(session.key, _session(store, session) | {"number": number}, SESSION_INDEXED)
    for number, entity in enumerate(store.entities(), store.counts.sessions):
        yield entity.label, row(entity.key, _entity(entity) | {"number": number})
    for place in places(store):
        yield place.label, row(place.key, {"name": place.name})
    for acting in actions(store):
        yield "Action", row(acting.key, _action(acting))
    if calls is not None:
        yield from call_rows.nodes(store, name, calls)


def _relationships(store: MemoryStore, name: Named, calls: Rows | None) -> Iterator[tuple[str, Row]]:
    again: dict[str, int] = defaultdict(int)
    for number, edge in enumerate(store.edges()):
        proof = edge.event_ids[0] if edge.event_ids else ""
        key = hashed(edge.type, edge.source, edge.target, str(edge.at), edge.rule, edge.detail, proof)
        again[key] += 1
        said = _control(edge) | {"number": number}
        yield (
            edge.type,
            relationship(name, edge.source, edge.target, f"{key}.{again[key]}" if again[key] > 1 else key, said),
        )
    for drawn in (touches(store), inside(store), belonging(store)):
        for held in drawn:
            role = str(held.properties.get("role", ""))
            key = hashed(held.type, held.source, held.target, role)
            yield held.type, relationship(name, held.source, held.target, key, _aggregated(held))
    if calls is not None:
        yield from call_rows.relationships(store, name, calls)


def _session(store: MemoryStore, session: SessionNode) -> Row:
    candidates = store.candidates(session.key)
    confidence = session.workload_confidence
    return {
        "name": session.name or short(session.principal or session.key),
        "kind": session.kind,
        "principal": session.principal,
        "principal_label": session.label,
        "principal_uid": session.uid,
        "session_name": session.name,
        "session_arn": session.arn,
        "issuer": session.issuer,
        "created": session.created,
        "expires": session.expires,
        "expires_assumed": session.expires_assumed,
        "first_seen": session.first_seen,
        "last_seen": session.last_seen,
        "calls": session.calls,
        "assumed_root": session.assumed_root,
        "authenticated": session.authenticated,
        "conflict": session.conflict,
        "account": session.account,
        "family": session.family,
        "workload": session.workload,
        "workload_rule": session.workload_rule,
        "workload_confidence": str(confidence) if confidence else None,
        "source_identity": session.source_identity,
        "ec2_role_delivery": session.ec2_role_delivery,
        "mfa": session.mfa,
        "origin_status": session.status,
        "origin": session.origin,
        "candidates": tuple(source for source, _ in candidates),
        "candidate_event_ids": tuple(" ".join(event_ids) for _, event_ids in candidates),
    }


def _entity(entity: EntityNode) -> Row:
    named = arns.parse(entity.key)
    return {
        "name": short(entity.key),
        "label": entity.label,
        "account": (named.account or None) if named else None,
        "region": (named.region or None) if named else None,
        "unique_ids": entity.unique_ids,
        "recreated": entity.recreated,
        "owner_accounts": entity.owners,
    }


def _action(acting: Node) -> Row:
    return {"name": acting.name, **acting.properties}


def _control(edge: ControlEdge) -> Row:
    return {
        "at": edge.at,
        "until": edge.until,
        "since": edge.since,
        "rule": edge.rule,
        "confidence": str(edge.confidence),
        "level": int(edge.confidence),
        "detail": edge.detail or None,
        "event_ids": edge.event_ids,
    }


def _aggregated(edge: Edge) -> Row:
    return {
        "count": edge.count,
        "first_seen": edge.first_seen,
        "last_seen": edge.last_seen,
        "event_ids": edge.event_ids,
        "event_total": edge.event_total,
        "role": edge.properties.get("role"),
    }


def schema() -> list[str]:
    """The statements that make constraints and indexes, each harmless where they are made already."""
    return texts.statements("schema")
