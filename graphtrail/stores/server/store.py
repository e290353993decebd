"""A case on a Neo4j server as a store: every selection is a fixed Cypher text, and what it gives is kept.

The answers are those of the embedded store: the numbers of nodes and calls, and so all orders, are those of the case.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from graphtrail.case.fetched import Fetched, from_json
from graphtrail.errors import NotFound, SchemaMismatch, StoreUnavailable
from graphtrail.graph.schema import RELATIONS, SERVER_VERSION, Confidence
from graphtrail.stores import texts
from graphtrail.stores.call_table import Numbers
from graphtrail.stores.named import Named, indexed
from graphtrail.stores.server import decode
from graphtrail.stores.server.address import Address
from graphtrail.stores.server.ahead import MOST, Ahead
from graphtrail.stores.server.calls import ServerCalls
from graphtrail.stores.server.connection import Connection
from graphtrail.stores.server.loading import Held, held, mismatch
from graphtrail.stores.store import Case, ControlEdge, EntityNode, SessionNode

_OUT = attrgetter("target", "type", "at", "rule", "event_ids")
_INTO = attrgetter("source", "type", "at", "rule", "event_ids")
_EVER = 2**62
_BY = {name: f"store/sessions_by_{name}" for name in ("account", "arn", "name", "status")}
# The way back goes over these edges: whoever asks for those into a session will ask for those into their sources.
_BACK = {name for name, relation in RELATIONS.items() if relation.origin} | {"ON_BEHALF_OF", "SAME_SIGN_IN", "PART_OF"}


class ServerStore:
    """One case on a server; see ``stores.store.Store``.

    Attributes:
        held: what the server says of the case.
    """

    def __init__(self, connection: Connection, case_id: str) -> None:
        """Open a case.

        Raises:
            NotFound: the server holds no case of this name.
            SchemaMismatch: it holds it in another version of the schema.
            StoreUnavailable: its load was stopped, or is going on.
        """
        self.held = _ready(connection, case_id)
        self._connection = connection
        self._name = Named(case_id, self.held.load or "")
        self._sessions: dict[str, SessionNode] = {}
        self._entities: dict[str, EntityNode] = {}
        self._candidates: dict[str, Sequence[tuple[str, tuple[str, ...]]]] = {}
        self._numbers: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._edges: dict[str, dict[str, tuple[ControlEdge, ...]]] = {"out": {}, "into": {}}
        self._grown: dict[str, tuple[ControlEdge, ...]] = {}
        self._nodes = Ahead(self._fetch_nodes)
        self._by_number = Ahead(self._fetch_numbers)
        self._out = Ahead(self._fetch_out)
        self._into = Ahead(self._fetch_into)

    @property
    def address(self) -> Address:
        """Where the server is."""
        return self._connection.address

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()

    @cached_property
    def case(self) -> Case:
        """The case as a whole."""
        return msgspec.json.decode(self._about["about"], type=Case)

    def check(self) -> None:
        """Nothing: a server looks after its own files."""

    @cached_property
    def fetched(self) -> Fetched:
        """What was fetched of the buckets and APIs that the case was made from."""
        return from_json(msgspec.json.decode(self._about["fetched"]))

    @cached_property
    def checked(self) -> Numbers | None:
        """Of each file the number of its status among ``STATUSES``, negative if unknown; None if none was checked."""
        held = self._about["checked"]
        return None if held is None else np.array(held, np.int32)

    def file_name(self, file: int) -> str | None:
        """The name of a file that is not verified."""
        names: dict[str, str] = msgspec.json.decode(self._about["unverified"])
        return names.get(str(file))

    @cached_property
    def calls(self) -> ServerCalls:
        """The single calls.

        Raises:
            StoreUnavailable: the server was loaded without them, or with a part of them.
        """
        if self.held.calls != "all":
            part = "without single calls" if self.held.calls == "none" else f"with the calls {self.held.calls} only"
            raise StoreUnavailable(
                f"{self._connection.address.uri}: {self.held.case_id} was loaded {part}, and this question needs them "
                "all: load it with --calls all, or ask the case on disk (--store embedded)"
            )
        return ServerCalls(self._connection, self._name, self.case.calls, self._about["roles"], self)

    @cached_property
    def _about(self) -> dict[str, Any]:
        (row,) = self._read("store/about", uid=self._name.uid("case"))
        return row

    def met(self, keys: dict[str, int]) -> None:
        """Hear of sessions and entities, with their numbers, that came along with calls."""
        self._numbers |= keys
        self._keys |= {number: key for key, number in keys.items()}
        self._nodes.see(keys)
        self._into.see(keys)

    def see(self, keys: Iterable[str]) -> None:
        """Hear of nodes that may be asked for next."""
        self._nodes.see(keys)

    def session(self, key: str) -> SessionNode | None:
        """The session with this key."""
        self._nodes.need(key)
        return self._sessions.get(key)

    def entity(self, key: str) -> EntityNode | None:
        """The principal, resource or workload with this key."""
        self._nodes.need(key)
        return self._entities.get(key)

    def out(self, key: str) -> Sequence[ControlEdge]:
        """The control edges from a node, in order of target, type and time."""
        self._out.need(key)
        return self._edges["out"].get(key, ())

    def into(self, key: str) -> Sequence[ControlEdge]:
        """The control edges to a node, in order of source, type and time."""
        self._into.need(key)
        return self._edges["into"].get(key, ())

    def grow(self, starts: Iterable[tuple[str, int]], until: int | None) -> None:
        """Bring all edges that may be crossed in time by whoever holds some nodes, in rounds of one hop each."""
        self._grown.clear()
        best: dict[str, int] = {}
        last = _EVER if until is None else until
        frontier: dict[str, int] = {}
        for key, at in starts:
            frontier[key] = min(at, frontier.get(key, at))
        while frontier:
            best |= frontier
            edges = self._round(frontier, last)
            further: dict[str, int] = {}
            for edge in edges:
                at = max(best[edge.source], edge.since)
                if RELATIONS[edge.type].walked and at < min(
                    best.get(edge.target, _EVER + 1), further.get(edge.target, _EVER + 1)
                ):
                    further[edge.target] = at
            self._nodes.see(further)
            frontier = {key: at for key, at in further.items() if not self._is_hub(key)}
        self._out.see(best)
        self._into.see(best)

    def onward(self, key: str) -> Sequence[ControlEdge]:
        """The edges from a node that a search may cross which ``grow`` heard of."""
        return self._grown.get(key, ())

    def _round(self, frontier: dict[str, int], until: int) -> list[ControlEdge]:
        rows = [{"uid": self._name.uid(key), "at": at} for key, at in frontier.items()]
        found: dict[str, list[ControlEdge]] = {key: [] for key in frontier}
        for start in range(0, len(rows), MOST):
            part = rows[start : start + MOST]
            for row in self._read("store/onward", rows=part, level=int(Confidence.HEURISTIC), until=until):
                edge = self._edge(row)
                found[edge.source].append(edge)
        self._grown |= {key: tuple(sorted(edges, key=_OUT)) for key, edges in found.items()}
        return [edge for edges in found.values() for edge in edges]

    def _is_hub(self, key: str) -> bool:
        session = self.session(key)
        return session is not None and session.kind == "service"

    def edges_of(self, types: frozenset[str]) -> Iterable[ControlEdge]:
        """All control edges of some types, in order of source, target, type and time."""
        text = texts.text("store/edges")
        rows = [
            row
            for kind in sorted(types)
            for row in self._connection.read(text.replace(":TYPE]", f":{kind}]"), case_id=self._name.case_id)
        ]
        return [self._edge(row) for row in sorted(rows, key=lambda row: row["said"]["number"])]

    def candidates(self, key: str) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Possible parents of a session where the evidence does not decide, each with the events that speak for it."""
        self._nodes.need(key)
        return self._candidates.get(key, ())

    def number(self, key: str) -> int | None:
        """The number of a node: sessions first, then entities."""
        if key not in self._numbers:
            self._nodes.need(key)
        return self._numbers.get(key)

    def key(self, number: int) -> str:
        """The key of a node by its number."""
        if number not in self._keys:
            self._by_number.need(number)
        return self._keys[number]

    def numbers_below(self, key: str) -> Sequence[int]:
        """The numbers of the entities whose keys begin with a text."""
        rows = self._read("store/nodes_below", prefix=self._name.uid(key))
        return [row["said"]["number"] for row in rows if not decode.is_session(self._keep(row["said"]))]

    def named(self, text: str) -> Sequence[EntityNode]:
        """The entities whose key contains a text, or one of whose unique ids it is, in order."""
        rows = self._read("store/nodes_named", case_id=self._name.case_id, part=text)
        return [self._entities[decode.key_of(self._keep(row["said"]))] for row in rows]

    def sessions_below(self, key: str) -> list[SessionNode]:
        """The sessions whose keys begin with a text."""
        rows = self._read("store/nodes_below", prefix=self._name.uid(key))
        return [
            self._sessions[decode.key_of(row["said"])] for row in rows if decode.is_session(self._keep(row["said"]))
        ]

    def sessions_with(self, column: str, values: set[str]) -> list[SessionNode]:
        """The sessions whose ``arn``, ``name``, ``account`` or ``status`` is one of some values."""
        rows = self._read(_BY[column], case_id=self._name.case_id, values=sorted(map(indexed, values)))
        return [self._sessions[decode.key_of(self._keep(row["said"]))] for row in rows]

    def session_at(self, row: int) -> SessionNode:
        """The session with this number."""
        session = self.session(self.key(row))
        assert session is not None  # noqa: S101 - numbers of sessions come from the store
        return session

    def principal(self, number: int) -> str | None:
        """Key of the principal of the session with this number."""
        return self.session_at(number).principal

    def _fetch_nodes(self, keys: Sequence[str]) -> None:
        for row in self._read("store/nodes", uids=list(map(self._name.uid, keys))):
            self._keep(row["said"])

    def _fetch_numbers(self, numbers: Sequence[int]) -> None:
        for row in self._read("store/nodes_by_number", case_id=self._name.case_id, numbers=list(numbers)):
            self._keep(row["said"])

    def _fetch_out(self, keys: Sequence[str]) -> None:
        self._fetch_edges("out", keys, _OUT)
        further = [
            edge.target for key in keys for edge in self._edges["out"].get(key, ()) if RELATIONS[edge.type].walked
        ]
        self._out.see(further)

    def _fetch_into(self, keys: Sequence[str]) -> None:
        self._fetch_edges("into", keys, _INTO)
        further = [edge.source for key in keys for edge in self._edges["into"].get(key, ()) if edge.type in _BACK]
        self._into.see(further)

    def _fetch_edges(self, way: str, keys: Sequence[str], order: "attrgetter[Any]") -> None:
        found: dict[str, list[ControlEdge]] = defaultdict(list)
        for row in self._read(f"store/{way}", uids=list(map(self._name.uid, keys))):
            edge = self._edge(row)
            found[edge.source if way == "out" else edge.target].append(edge)
        self._edges[way] |= {key: tuple(sorted(edges, key=order)) for key, edges in found.items()}

    def _edge(self, row: dict[str, Any]) -> ControlEdge:
        edge = decode.edge(row)
        self._nodes.see((edge.source, edge.target))
        if self.held.calls == "all":
            self.calls.expect(edge.event_ids[:1])
        return edge

    def _keep(self, said: dict[str, Any]) -> dict[str, Any]:
        """Keep a node."""
        key = decode.key_of(said)
        if "number" in said:
            self._numbers[key], self._keys[said["number"]] = said["number"], key
            if decode.is_session(said):
                self._sessions[key] = decode.session(said)
                self._candidates[key] = decode.candidates(said)
            else:
                self._entities[key] = decode.entity(said)
        self._nodes.known((key,))
        return said

    def _read(self, name: str, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what Cypher takes
        return self._connection.read(texts.text(name), **values)


def _ready(connection: Connection, case_id: str) -> Held:
    cases, uri = held(connection), connection.address.uri
    found = cases.get(case_id)
    if found is None:
        known = f"it holds {', '.join(cases)}" if cases else "it holds none"
        raise NotFound(f"{uri}: no case {case_id}; {known}; name one with --case-id, or load it: graphtrail neo4j load")
    if found.version != SERVER_VERSION:
        raise SchemaMismatch(mismatch(connection, found))
    if found.load is None or found.loading not in {None, found.load}:
        raise StoreUnavailable(
            f"{uri}: {case_id} is being loaded, or its load was stopped: graphtrail neo4j load ends it"
        )
    return found
