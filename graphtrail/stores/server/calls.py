"""The calls of a case on a server: chosen by Cypher texts, weighed as columns.

The columns are as long as the case has calls, so that a call has the number that it has in the embedded store; only the
places of calls that were chosen use memory.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from graphtrail.stores import texts
from graphtrail.stores.call_table import Caller, CallTable, Client, Issue, Kind, Numbers, Rows
from graphtrail.stores.named import Named, indexed
from graphtrail.stores.server import decode
from graphtrail.stores.server.ahead import Ahead
from graphtrail.stores.server.connection import Connection
from graphtrail.window import Window

_EVER = 2**62
_NUMBERS = {
    "time": np.int64, "session": np.int32, "signed": np.int32, "sure": np.int8, "kind": np.int32, "caller": np.int32,
    "client": np.int32, "file": np.int32, "id_high": np.uint64, "id_low": np.uint64,
}  # fmt: skip
V = TypeVar("V")


def _span(window: Window | None) -> dict[str, int]:
    """A window as texts have it."""
    since, until = (window.since, window.until) if window else (None, None)
    return {"since": -_EVER if since is None else since, "until": _EVER if until is None else until}


class _Distinct(Generic[V]):
    """Distinct values, numbered as they come."""

    def __init__(self) -> None:
        self.values: list[V] = []
        self._codes: dict[V, int] = {}

    def code(self, value: V) -> int:
        """The number of a value."""
        found = self._codes.setdefault(value, len(self.values))
        if found == len(self.values):
            self.values.append(value)
        return found


class Nodes(Protocol):
    """What the calls need of the store of the nodes."""

    def met(self, keys: dict[str, int]) -> None:
        """Hear of sessions and entities, with their numbers, that came along with calls."""
        ...

    def see(self, keys: Iterable[str]) -> None:
        """Hear of nodes that may be asked for next."""
        ...

    def key(self, number: int) -> str:
        """The key of a node by its number."""
        ...


class ServerCalls(CallTable):
    """See ``stores.call_table.CallTable``."""

    def __init__(self, connection: Connection, name: Named, count: int, roles: Sequence[str], nodes: "Nodes") -> None:
        """Ask a case.

        Args:
            connection: to the server.
            name: of the case there.
            count: how many calls the case has.
            roles: of resources, by code.
            nodes: the store of the nodes.
        """
        self._connection = connection
        self._name = name
        self._count = count
        self._roles = list(roles)
        self._met = nodes.met
        self._see = nodes.see
        self._key = nodes.key
        self._columns: dict[str, Any] = {column: np.zeros(count, kind) for column, kind in _NUMBERS.items()}
        self._event_ids: dict[int, str] = {}
        self._copies: dict[int, tuple[str, ...]] = {}
        self._numbers: dict[str, int] = {}
        self._kinds: _Distinct[Kind] = _Distinct()
        self._callers: _Distinct[Caller] = _Distinct()
        self._clients: _Distinct[Client] = _Distinct()
        self._touches: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._issued: dict[int, list[Issue]] = defaultdict(list)
        self._by_id = Ahead(self._fetch_ids)
        self._of_session = Ahead(self._fetch_sessions)
        self._spans: dict[int, Rows] = {}
        self._chosen_before: dict[tuple[str, str], Rows] = {}
        self._whole = False
        self._touching_calls = Ahead(self._fetch_touches)
        self._issuing_calls = Ahead(self._fetch_issues)

    def column(self, name: str) -> Numbers:
        """A column over all calls, filled where calls were chosen."""
        column: Numbers = self._columns[name]
        return column

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count

    @property
    def kinds(self) -> Sequence[Kind]:
        """Distinct kinds, by code."""
        return self._kinds.values

    @property
    def callers(self) -> Sequence[Caller]:
        """Distinct callers, by code."""
        return self._callers.values

    @property
    def clients(self) -> Sequence[Client]:
        """Distinct clients, by code."""
        return self._clients.values

    @property
    def roles(self) -> Sequence[str]:
        """Roles of resources, by code."""
        return self._roles

    @cached_property
    def issues(self) -> Sequence[Issue]:
        """The credentials that calls handed out, in order of the call."""
        calls = self._chosen("calls_that_issued", case_id=self._name.case_id)
        return [issue for call in calls.tolist() for issue in self.issued(call)]

    def all(self, window: Window | None = None) -> Rows:
        """Every call, or those in a window; once every call is here, nothing is asked for again."""
        if not self._whole:
            chosen = self._chosen("calls_between", case_id=self._name.case_id, **_span(window))
            self._whole = not window
            return chosen
        return self.within(np.arange(self._count), window or Window())

    def doing(self, asked: Callable[[str], bool], window: Window | None = None) -> Rows:
        """The calls whose action is asked for, or those of them in a window."""
        if self._whole:
            return super().doing(asked, window)
        rows = self._connection.read(texts.text("store/actions"), case_id=self._name.case_id)
        actions = [indexed(row["action"]) for row in rows if asked(row["action"])]
        return self._chosen("calls_doing", case_id=self._name.case_id, actions=actions, **_span(window))

    def of_session(self, number: int) -> Rows:
        """The calls of a session."""
        self._of_session.need(number)
        return self._spans.get(number, np.zeros(0, np.int64))

    def of_sessions(self, numbers: Sequence[int]) -> Rows:
        """The calls that sessions signed or that were made for them."""
        self._of_session.need(*numbers)
        keys = [indexed(self._key(number)) for number in numbers]
        signed = self._chosen("calls_signed_by_sessions", case_id=self._name.case_id, keys=keys)
        return np.unique(np.concatenate([signed, *map(self.of_session, numbers)]))

    def touching(self, nodes: Sequence[int], roles: frozenset[str] | None) -> Rows:
        """The calls that touch one of some nodes in one of some roles (any if None), each once, in order."""
        uids = [self._name.uid(self._key(node)) for node in nodes]
        return self._chosen("calls_touching", uids=uids, roles=None if roles is None else sorted(roles))

    def signed_by(self, access_key: str) -> Rows:
        """The calls that were signed with an access key."""
        return self._chosen("calls_signed_by_key", case_id=self._name.case_id, access_key=indexed(access_key))

    def signed_as(self, arn: str) -> Rows:
        """The calls whose caller has an ARN, as recorded."""
        return self._chosen("calls_signed_as", case_id=self._name.case_id, arn=indexed(arn))

    def from_address(self, address: str) -> Rows:
        """The calls that came from an address."""
        return self._chosen("calls_from_address", uid=self._name.uid(f"ip:{address}"), address=address)

    def touches(self, call: int) -> list[tuple[int, str]]:
        """The nodes that a call touched, each with its role."""
        self._touching_calls.need(call)
        return self._touches[call]

    def touched(self, calls: Rows) -> tuple[Rows, Rows, Rows]:
        """The touches of many calls: the place in ``calls``, the node and the code of the role of each."""
        numbers = calls.tolist()
        self._touching_calls.need(*numbers)
        codes = {role: code for code, role in enumerate(self._roles)}
        found = [(place, node, codes[role]) for place, call in enumerate(numbers) for node, role in self._touches[call]]
        columns = np.array(found, np.int64).reshape(-1, 3).T
        return columns[0], columns[1], columns[2]

    def issued(self, call: int) -> list[Issue]:
        """The credentials that a call handed out."""
        self._issuing_calls.need(call)
        return self._issued[call]

    def event_id(self, call: int) -> str:
        """The id of the event."""
        return self._event_ids[call]

    def find(self, event_id: str) -> int | None:
        """The call with this event id, also that of a second copy."""
        self._by_id.need(event_id)
        return self._numbers.get(event_id)

    def expect(self, event_ids: Iterable[str]) -> None:
        """Bring the calls with these ids at once when the first of them is asked for."""
        self._by_id.see(event_ids)

    def copies(self, call: int) -> tuple[str, ...]:
        """The ids of second copies of a call, in other accounts."""
        return self._copies.get(call, ())

    def _chosen(self, name: str, **values: Any) -> Rows:  # noqa: ANN401 - what Cypher takes
        """What a text chooses; several questions about one resource choose the same calls."""
        asked = name, repr(values)
        if asked not in self._chosen_before:
            self._chosen_before[asked] = self._fetched(name, **values)
        return self._chosen_before[asked]

    def _fetched(self, name: str, **values: Any) -> Rows:  # noqa: ANN401 - what Cypher takes
        return self._kept(self._connection.read(texts.text(f"store/{name}"), **values))

    def _kept(self, rows: Sequence[dict[str, Any]]) -> Rows:
        """Keep what is said of calls; their numbers in order."""
        sessions: dict[str, int] = {}
        for row in rows:
            if row["number"] not in self._event_ids:
                self._keep(row)
            sessions[row["key"]] = row["session"]
        self._met(sessions)
        numbers = [row["number"] for row in rows]
        self._see(f"ip:{client.address}" for client in self.clients)
        self._touching_calls.see(numbers)
        self._issuing_calls.see(numbers)
        return np.unique(np.array(numbers, np.int64))

    def _keep(self, row: dict[str, Any]) -> None:
        said, number, columns = decode.whole(row["said"]), row["number"], self._columns
        columns["time"][number] = said["time"]
        columns["session"][number] = row["session"]
        columns["signed"][number] = said.get("signed_number", row["session"])
        columns["file"][number] = said.get("file", 0)
        columns["sure"][number] = said.get("given_back", 0)
        columns["kind"][number] = self._kinds.code(decode.kind(said))
        columns["caller"][number] = self._callers.code(decode.caller(said))
        columns["client"][number] = self._clients.code(decode.client(said))
        columns["id_high"][number], columns["id_low"][number] = decode.halves(said)
        self._event_ids[number] = said["event_id"]
        self._numbers[said["event_id"]] = number
        self._by_id.known((said["event_id"],))
        copies = tuple(said.get("copies", ()))
        if copies:
            self._copies[number] = copies
            self._numbers |= dict.fromkeys(copies, number)
            self._by_id.known(copies)
        if "signed" in said:
            self._met({said["signed"]: said["signed_number"]})

    def _fetch_ids(self, event_ids: Sequence[str]) -> None:
        uids = [self._name.uid(f"evt:{event_id}") for event_id in event_ids]
        for name in ("calls_by_id", "calls_by_copy"):
            self._fetched(name, uids=uids)

    def _fetch_sessions(self, numbers: Sequence[int]) -> None:
        uids = [self._name.uid(self._key(number)) for number in numbers]
        calls = self._fetched("calls_of_sessions", uids=uids)
        sessions = self._columns["session"][calls]
        self._spans |= {number: calls[sessions == number] for number in numbers}

    def _fetch_touches(self, calls: Sequence[int]) -> None:
        nodes: dict[str, int] = {}
        for row in self._of_calls("touches", calls):
            self._touches[row["number"]].append((row["node"], row["role"]))
            nodes[row["key"]] = row["node"]
        self._met(nodes)

    def _fetch_issues(self, calls: Sequence[int]) -> None:
        sessions: dict[str, int] = {}
        for row in self._of_calls("issues", calls):
            self._issued[row["number"]].append(decode.issue(row))
            if row["session"] is not None:
                sessions[row["key"]] = row["session"]
        self._met(sessions)

    def _of_calls(self, name: str, calls: Sequence[int]) -> list[dict[str, Any]]:
        uids = [self._name.uid(f"evt:{self._event_ids[call]}") for call in calls]
        return self._connection.read(texts.text(f"store/{name}"), uids=uids)
