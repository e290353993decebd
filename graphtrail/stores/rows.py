"""The whole graph of a case as rows for a server: plain maps of texts, numbers, truths and lists of texts.

Node rows are ``{"uid", "properties"}``, relationship rows ``{"uid", "source", "target", "properties"}``; ``uid`` is
case and key, the only thing that is unique on a server that holds several cases. Rows come in batches of one label or
type, all nodes before all relationships, in an order that is a function of the case: the same case gives the same
batches. Nothing is held but the batches that are being filled.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from graphtrail import arn as arns
from graphtrail.case.fetched import to_json
from graphtrail.events.classes import access_class
from graphtrail.graph.model import Edge, Node
from graphtrail.graph.schema import SERVER_VERSION, labels
from graphtrail.stores import texts
from graphtrail.stores.call_table import Issue, Rows
from graphtrail.stores.calls import Calls
from graphtrail.stores.memory import MemoryStore
from graphtrail.stores.store import ControlEdge, EntityNode, SessionNode
from graphtrail.stores.whole import action_node, belonging, inside, places, short, touches
from graphtrail.version import __version__

BATCH = 5_000
# Neo4j indexes no text of more than some 8,000 bytes: a longer key, which only a forged record has, is shortened there.
LONGEST = 4_000

Row = dict[str, Any]


class Batch(NamedTuple):
    """Rows of one kind.

    Attributes:
        part: ``nodes`` or ``relationships``.
        name: label of the nodes or type of the relationships.
        rows: at most as many as were asked for.
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


@dataclass(frozen=True, slots=True)
class Named:
    """Under which name a case stands on a server.

    Attributes:
        case_id: its name there.
        load: of which state of the case the rows are: every node and relationship carries it, so that what an earlier
            state left is known by another one.
    """

    case_id: str
    load: str

    def uid(self, key: str) -> str:
        """The unique id of a node, or of a relationship by its own key."""
        return f"{self.case_id}|{indexed(key)}"


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


def indexed(key: str) -> str:
    """A key as an index takes it: one that is too long keeps its beginning, and its SHA-256 tells it from others."""
    written = key.encode()
    if len(written) <= LONGEST:
        return key
    return f"{written[:200].decode(errors='ignore')}#sha256:{hashlib.sha256(written).hexdigest()}"


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
    filling: dict[str, list[Row]] = defaultdict(list)
    for kind, row in rows:
        held = filling[kind]
        held.append(row)
        if len(held) == size:
            yield Batch(part, kind, filling.pop(kind))
    for kind, held in filling.items():
        yield Batch(part, kind, held)


def _nodes(store: MemoryStore, name: Named, calls: Rows | None) -> Iterator[tuple[str, Row]]:
    row = partial(_node, name)
    for number, session in enumerate(store.sessions()):
        yield "Session", row(session.key, _session(store, session) | {"number": number})
    for number, entity in enumerate(store.entities(), store.counts.sessions):
        yield entity.label, row(entity.key, _entity(entity) | {"number": number})
    for node in places(store):
        yield node.label, row(node.key, {"name": node.name})
    for edge in touches(store):
        acting = action_node(edge)
        if acting is not None:
            yield "Action", row(acting.key, _action(acting))
    for call in _each(calls):
        yield from _event(store, name, call)


def _relationships(store: MemoryStore, name: Named, calls: Rows | None) -> Iterator[tuple[str, Row]]:
    again: dict[str, int] = defaultdict(int)
    for number, edge in enumerate(store.edges()):
        proof = edge.event_ids[0] if edge.event_ids else ""
        key = _hashed(edge.type, edge.source, edge.target, str(edge.at), edge.rule, edge.detail, proof)
        again[key] += 1
        said = _control(edge) | {"number": number}
        yield (
            edge.type,
            _relationship(name, edge.source, edge.target, f"{key}.{again[key]}" if again[key] > 1 else key, said),
        )
    for drawn in (touches(store), inside(store), belonging(store)):
        for held in drawn:
            role = str(held.properties.get("role", ""))
            key = _hashed(held.type, held.source, held.target, role)
            yield held.type, _relationship(name, held.source, held.target, key, _aggregated(held))
    for call in _each(calls):
        yield from _called(store, name, call)


def _each(calls: Rows | None) -> Iterator[int]:
    """The numbers of calls, some at a time: as many Python objects as there are calls would fill the memory."""
    for part in () if calls is None else np.array_split(calls, len(calls) // BATCH + 1):
        yield from part.tolist()


def _node(name: Named, key: str, said: Mapping[str, Any]) -> Row:
    uid = name.uid(key)
    properties = {"uid": uid, "case_id": name.case_id, "load": name.load, "key": indexed(key)}
    if properties["key"] != key:
        properties["long_key"] = key
    return {"uid": uid, "properties": properties | _known(said)}


def _relationship(name: Named, source: str, target: str, key: str, said: Mapping[str, Any]) -> Row:
    uid = name.uid(key)
    properties = {"uid": uid, "case_id": name.case_id, "load": name.load}
    return {
        "uid": uid,
        "source": name.uid(source),
        "target": name.uid(target),
        "properties": properties | _known(said),
    }


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    """What has a value; a server knows no property without one."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in said.items()
        if value not in {None, ()}
    }


def _hashed(*parts: str) -> str:
    """A short text for a key of several parts."""
    whole = b"".join(b"%d:%b" % (len(part), part) for part in map(str.encode, parts))
    return base64.urlsafe_b64encode(hashlib.blake2b(whole, digest_size=15).digest()).decode()


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
    }


def _action(node: Node) -> Row:
    return {"name": node.name, **node.properties}


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


def _event(store: MemoryStore, name: Named, call: int) -> Iterator[tuple[str, Row]]:
    """A call, the copies of it in other accounts, and what it handed out."""
    held = store.calls
    event_id = held.event_id(call)
    said = event_of(store, call)
    copies = held.copies(call)
    yield "Event", _node(name, f"evt:{event_id}", said | {"copies": copies})
    for place, copy in enumerate(copies):
        yield "Copy", _node(name, f"evt:{copy}", {"name": said["name"], "event_id": copy, "place": place})
    for place, issue in enumerate(held.issued(call)):
        yield "Credential", _node(name, _credential(event_id, place), _issue(store, issue) | {"place": place})


def event_of(store: MemoryStore, call: int) -> Row:
    """What is known of a call, as the properties of its node."""
    held = store.calls
    kind = held.kinds[held.column("kind").item(call)]
    caller = held.callers[held.column("caller").item(call)]
    client = held.clients[held.column("client").item(call)]
    session, signed = held.column("session").item(call), held.column("signed").item(call)
    return {
        "number": call,
        "event_id": held.event_id(call),
        "time": held.column("time").item(call),
        "name": kind.action,
        "action": kind.action,
        "event_name": kind.name,
        "event_source": kind.source,
        "region": kind.region,
        "account": kind.account,
        "category": kind.category,
        "outcome": kind.outcome,
        "error_code": kind.error_code,
        "read_only": kind.read_only,
        "access_class": access_class(kind.action, kind.read_only),
        "via": caller.via,
        "identity_type": caller.type,
        "identity_arn": caller.arn,
        "access_key": caller.access_key,
        "principal_account": caller.account,
        "address": client.address,
        "agent": client.agent,
        "vpc_endpoint": client.vpc_endpoint,
        "signed": store.key(signed) if signed != session else None,
        "signed_number": signed if signed != session else None,
        "file": held.column("file").item(call) if store.checked is not None else None,
        "given_back": held.column("sure").item(call) or None,
        **_halves(held, call),
    }


def _halves(held: Calls, call: int) -> Row:
    """What an event id that is no UUID is sorted by: of a UUID it follows from the id."""
    if not held.is_odd(call):
        return {}
    return {name: int(held.column(name)[call].astype(np.int64)) for name in ("id_high", "id_low")}


def _credential(event_id: str, place: int) -> str:
    return f"cred:{event_id}#{place}"


def _issue(store: MemoryStore, issue: Issue) -> Row:
    return {
        "name": issue.name or issue.method,
        "action": issue.method,
        "access_key": issue.key,
        "session": store.key(issue.session) if issue.session >= 0 else None,
        "principal": issue.target,
        "session_name": issue.name,
    }


def _called(store: MemoryStore, name: Named, call: int) -> Iterator[tuple[str, Row]]:
    """Who made a call, what it touched, which copies it has, and what its credentials opened."""
    held = store.calls
    event_id, at = held.event_id(call), held.column("time").item(call)
    key = f"evt:{event_id}"
    row = partial(_relationship, name)
    yield "CALLED", row(store.key(held.column("session").item(call)), key, _hashed("CALLED", event_id), {"at": at})
    for place, (node, role) in enumerate(held.touches(call)):
        said = {"at": at, "role": role, "place": place}
        yield "AT", row(key, store.key(node), _hashed("AT", event_id, store.key(node), role), said)
    for copy in held.copies(call):
        yield "COPY_OF", row(f"evt:{copy}", key, _hashed("COPY_OF", event_id, copy), {"at": at})
    for place, issue in enumerate(held.issued(call)):
        credential = _credential(event_id, place)
        yield "HANDED_OUT", row(key, credential, _hashed("HANDED_OUT", credential), {"at": at})
        if issue.session >= 0:
            yield "OPENS", row(credential, store.key(issue.session), _hashed("OPENS", credential), {"at": at})


def schema() -> list[str]:
    """The statements that make constraints and indexes, each harmless where they are made already."""
    return texts.statements("schema")
