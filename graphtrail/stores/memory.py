"""The embedded store: a graph that grows, and that NetworkX can be handed.

The neighbours of a node are read in when a question first asks for them, so that a question costs what its answer
costs, and not what the case weighs.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from graphtrail.case.fetched import Fetched
from graphtrail.case.tables import Texts
from graphtrail.graph.layout import FOREVER, NO_TIME, NONE, label_of
from graphtrail.graph.schema import Confidence
from graphtrail.stores.call_table import Numbers
from graphtrail.stores.calls import Calls
from graphtrail.stores.store import Case, ControlEdge, EntityNode, SessionNode
from graphtrail.stores.tables import Tables

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[str]


class Counts(NamedTuple):
    """How many nodes there are."""

    sessions: int
    entities: int


class Extent(NamedTuple):
    """How much there is to read."""

    control: int
    touches: int


class MemoryStore:
    """The graph of one case, embedded.

    Attributes:
        calls: the calls of the case, as columns.
    """

    def __init__(self, folder: Path, fetched: Fetched | None = None) -> None:
        """Open the graph in a folder that ``graph.build`` wrote."""
        self._fetched = fetched or {}
        self._tables = Tables(folder)
        self._whole: dict[tuple[str, str], tuple[ControlEdge, ...]] = {}
        self._sessions: dict[int, SessionNode] = {}
        self._rows: dict[str, int | None] = {}

    @property
    def case(self) -> Case:
        """The case as a whole."""
        return self._tables.case

    def check(self) -> None:
        """See whether the tables are as they were written; see ``Store``."""
        self._tables.check()

    @property
    def fetched(self) -> Fetched:
        """What was fetched of the buckets and APIs that the case was made from."""
        return self._fetched

    @property
    def checked(self) -> Numbers | None:
        """Of each file the number of its status among ``STATUSES``, negative if unknown; None if none was checked."""
        return self.calls.checked

    def file_name(self, file: int) -> str | None:
        """The name of a file that is not verified."""
        return self.calls.file_name(file)

    @cached_property
    def calls(self) -> Calls:
        """The calls of the case, as columns."""
        return Calls(self._tables)

    @property
    def graph(self) -> "Graph":
        """The control half as NetworkX has it, as far as it has been asked for: each ``ControlEdge`` as ``edge``."""
        import networkx as nx  # noqa: PLC0415 - a fifth of a second, and most questions walk without it

        grown: Graph = nx.MultiDiGraph()
        for edge in dict.fromkeys(edge for edges in self._whole.values() for edge in edges):
            grown.add_edge(edge.source, edge.target, edge=edge)
        return grown

    def session(self, key: str) -> SessionNode | None:
        """The session with this key."""
        number = self._row(key)
        return None if number is None else self.session_at(number)

    def entity(self, key: str) -> EntityNode | None:
        """The principal, resource or workload with this key."""
        number = self._tables.texts("entities", "key").find(key)
        return None if number is None else self.entity_at(number)

    def out(self, key: str) -> Sequence[ControlEdge]:
        """The control edges from a node, in order of target, type and time."""
        return self._grown(key, "out")

    def into(self, key: str) -> Sequence[ControlEdge]:
        """The control edges to a node, in order of source, type and time."""
        return self._grown(key, "into")

    def grow(self, starts: Sequence[tuple[str, int]], until: int | None) -> None:
        """Nothing: the neighbours of any node are at hand."""

    def onward(self, key: str) -> Sequence[ControlEdge]:
        """The edges from a node that a search may cross, and others."""
        return self.out(key)

    def edges(self) -> Iterator[ControlEdge]:
        """All control edges, in order of source, target, type and time; to look through, not to walk."""
        return map(self._edge, range(self._tables.table("control").rows))

    def citing(self, event_id: str) -> Iterator[ControlEdge]:
        """The control edges that an event proves."""
        proof = self.calls.proof(event_id)
        rows = [] if proof is None else np.flatnonzero(self._tables.numbers("proofs", "event") == proof).tolist()
        ends = self._tables.numbers("control", "proofs")
        return map(self._edge, sorted({int(np.searchsorted(ends, row, "right")) for row in rows}))

    @property
    def counts(self) -> Counts:
        """How many nodes of each half of the numbering there are."""
        return Counts(self._tables.table("sessions").rows, self._tables.table("entities").rows)

    @property
    def extent(self) -> Extent:
        """How many control edges there are, and how often a call touched something."""
        return Extent(self._tables.table("control").rows, self._tables.table("touches").rows)

    @property
    def spans(self) -> Numbers:
        """Where the calls of each session begin, in order of sessions, and where the last ones end."""
        return self._tables.numbers("spans", "calls")

    def sessions(self) -> Iterator[SessionNode]:
        """All sessions, in order of their keys; to look through."""
        return map(self._session_at, range(self.counts.sessions))

    def entities(self) -> Iterator[EntityNode]:
        """All entities, in order of their keys; to look through."""
        return map(self.entity_at, range(self.counts.entities))

    def edges_of(self, types: frozenset[str]) -> Iterator[ControlEdge]:
        """All control edges of some types."""
        held = self._tables.values("control", "type")
        return (self._edge(place) for place, kind in enumerate(held) if kind in types)

    def candidates(self, key: str) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Possible parents of a session where the evidence does not decide, each with the events that speak for it."""
        number = self._row(key)
        return self._candidates.get(NONE if number is None else number, ())

    def number(self, key: str) -> int | None:
        """The number of a node: sessions first, then entities."""
        number = self._row(key)
        if number is not None:
            return number
        number = self._tables.texts("entities", "key").find(key)
        return None if number is None else number + self._tables.table("sessions").rows

    def key(self, number: int) -> str:
        """The key of a node by its number."""
        sessions = self._tables.texts("sessions", "key")
        if number < len(sessions):
            key = sessions[number] or ""
            self._rows[key] = number  # whoever asks for the key asks for its node next
            return key
        return self._tables.texts("entities", "key")[number - len(sessions)] or ""

    def numbers_below(self, key: str) -> range:
        """The numbers of the entities whose keys begin with a text: the objects of a bucket lie together."""
        keys, sessions = self._tables.texts("entities", "key"), self._tables.table("sessions").rows
        return range(keys.after(key) + sessions, keys.after(key[:-1] + chr(ord(key[-1]) + 1)) + sessions)

    def named(self, text: str) -> Sequence[EntityNode]:
        """The entities whose key contains a text, or one of whose unique ids it is, in order."""
        keys, ids = (self._tables.texts("entities", name).containing(text) for name in ("key", "unique_ids"))
        found = map(self.entity_at, sorted({*keys, *ids}))
        return [one for one in found if text in one.key or text in one.unique_ids]

    def sessions_below(self, key: str) -> list[SessionNode]:
        """The sessions whose keys begin with a text."""
        keys = self._tables.texts("sessions", "key")
        return [self.session_at(row) for row in range(keys.after(key), keys.after(key[:-1] + chr(ord(key[-1]) + 1)))]

    def sessions_with(self, column: str, values: set[str]) -> list[SessionNode]:
        """The sessions one of whose texts is one of these."""
        held = self._tables.values("sessions", column)
        return [self.session_at(row) for row, value in enumerate(held) if value in values]

    def session_at(self, row: int) -> SessionNode:
        """The session with this number."""
        if row not in self._sessions:
            self._sessions[row] = found = self._session_at(row)
            self._rows[found.key] = row
        return self._sessions[row]

    def principal(self, number: int) -> str | None:
        """Key of the principal of the session with this number."""
        return self._entity_key(self._session_numbers["principal"].item(number))

    def _row(self, key: str) -> int | None:
        if key not in self._rows:
            self._rows[key] = self._tables.texts("sessions", "key").find(key)
        return self._rows[key]

    def _session_at(self, row: int) -> SessionNode:
        text = {name: held[row] for name, held in self._session_texts.items()}
        number = {name: held.item(row) for name, held in self._session_numbers.items()}
        confidence = number["workload_confidence"]
        return SessionNode(
            key=text["key"] or "",
            principal=self._entity_key(number["principal"]),
            label=text["label"] or "",
            kind=text["kind"] or "",
            uid=text["uid"],
            name=text["name"],
            arn=text["arn"],
            issuer=text["issuer"],
            created=_time(number["created"]),
            expires=_time(number["expires"]),
            expires_assumed=bool(number["expires_assumed"]),
            first_seen=_time(number["first_seen"]),
            last_seen=_time(number["last_seen"]),
            calls=number["calls"],
            assumed_root=bool(number["assumed_root"]),
            authenticated=bool(number["authenticated"]),
            conflict=bool(number["conflict"]),
            account=text["account"],
            family=self._tables.texts("sessions", "key")[number["family"]] if number["family"] != NONE else None,
            workload=self._entity_key(number["workload"]),
            workload_rule=text["workload_rule"],
            workload_confidence=Confidence(confidence) if confidence else None,
            source_identity=text["source_identity"],
            ec2_role_delivery=text["ec2_role_delivery"],
            mfa=None if number["mfa"] == NONE else bool(number["mfa"]),
            status=text["status"] or "",
            origin=self._entity_key(number["origin"]),
        )

    def entity_at(self, row: int) -> EntityNode:
        """The entity in this row of its table."""
        key = self._tables.texts("entities", "key")[row] or ""
        return EntityNode(
            key=key,
            label=self._tables.texts("entities", "label")[row] or label_of(key),
            unique_ids=tuple((self._tables.texts("entities", "unique_ids")[row] or "").split()),
            recreated=bool(self._tables.numbers("entities", "recreated")[row]),
            owners=tuple((self._tables.texts("entities", "owners")[row] or "").split()),
        )

    @cached_property
    def _session_texts(self) -> dict[str, Texts]:
        return {name: self._tables.texts("sessions", name) for name in _TEXTS}

    @cached_property
    def _session_numbers(self) -> dict[str, Numbers]:
        return {name: self._tables.numbers("sessions", name) for name in _NUMBERS}

    @cached_property
    def _control(self) -> "_ControlColumns":
        def numbers(name: str) -> Numbers:
            return self._tables.numbers("control", name)

        def texts(name: str) -> Texts:
            return self._tables.texts("control", name)

        return _ControlColumns(
            source=numbers("source"),
            target=numbers("target"),
            at=numbers("at"),
            until=numbers("until"),
            since=numbers("since"),
            confidence=numbers("confidence"),
            proofs=numbers("proofs"),
            type=texts("type"),
            rule=texts("rule"),
            detail=texts("detail"),
            events=self._tables.numbers("proofs", "event"),
        )

    def _entity_key(self, row: int) -> str | None:
        return self._tables.texts("entities", "key")[row] if row != NONE else None

    @cached_property
    def _candidates(self) -> dict[int, tuple[tuple[str, tuple[str, ...]], ...]]:
        found: dict[int, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        sources = self._tables.values("candidates", "source")
        proofs = self._tables.values("candidates", "event_ids")
        for row, session in enumerate(self._tables.numbers("candidates", "session").tolist()):
            found[session].append((sources[row] or "", tuple((proofs[row] or "").split())))
        return {session: tuple(pairs) for session, pairs in found.items()}

    def _grown(self, key: str, way: str) -> Sequence[ControlEdge]:
        """The edges of a node, one way; read into the graph when they are first asked for."""
        if (key, way) not in self._whole:
            number = self.number(key)
            edges = () if number is None else map(self._edge, self._places(number, way))
            self._whole[key, way] = tuple(sorted(edges, key=_OUT if way == "out" else _INTO))
        return self._whole[key, way]

    def _places(self, number: int, way: str) -> Sequence[int]:
        """The rows of the control table that hold the edges of a node, one way."""
        start, end = self._tables.numbers("neighbours", way)[number : number + 2].tolist()
        return range(start, end) if way == "out" else self._tables.numbers("control", "into")[start:end].tolist()

    def _edge(self, place: int) -> ControlEdge:
        held = self._control
        start, end = held.proofs.item(place - 1) if place else 0, held.proofs.item(place)
        return ControlEdge(
            source=self.key(held.source.item(place)),
            target=self.key(held.target.item(place)),
            type=held.type[place] or "",
            at=held.at.item(place),
            until=held.until.item(place),
            since=held.since.item(place),
            rule=held.rule[place] or "",
            confidence=Confidence(held.confidence.item(place)),
            detail=held.detail[place] or "",
            event_ids=tuple(map(self.calls.proving, held.events[start:end].tolist())),
        )


class _ControlColumns(NamedTuple):
    """The columns of the table of control edges, and the events that prove them."""

    source: Numbers
    target: Numbers
    at: Numbers
    until: Numbers
    since: Numbers
    confidence: Numbers
    proofs: Numbers
    type: Texts
    rule: Texts
    detail: Texts
    events: Numbers


_OUT = attrgetter("target", "type", "at", "rule", "event_ids")
_INTO = attrgetter("source", "type", "at", "rule", "event_ids")
_TEXTS = (
    "key", "label", "kind", "uid", "name", "arn", "issuer", "account", "workload_rule", "source_identity",
    "ec2_role_delivery", "status",
)  # fmt: skip
_NUMBERS = (
    "principal", "created", "expires", "expires_assumed", "first_seen", "last_seen", "calls", "assumed_root",
    "authenticated",
    "conflict", "family", "workload", "workload_confidence", "mfa", "origin",
)  # fmt: skip


def _time(value: int) -> int | None:
    return None if value in {NO_TIME, FOREVER} else value
