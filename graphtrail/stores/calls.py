"""The calls of a case as columns: filtered and counted whole, read one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from uuid import UUID

import numpy as np

from graphtrail.events.ids import dashed
from graphtrail.graph.layout import CHECKED, NO_TIME
from graphtrail.stores.call_table import Caller, CallTable, Client, Issue, Kind, Numbers, Rows
from graphtrail.stores.tables import Tables
from graphtrail.window import Window

_ISSUE_TEXTS = ("key", "target", "name", "method")


class Calls(CallTable):
    """The calls of a case on this disk, as columns."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def column(self, name: str) -> Numbers:
        """A column over all calls: ``time``, ``session``, ``signed``, ``sure``, ``kind``, ``caller``, ``client``."""
        return self._tables.numbers("calls", name)

    @property
    def count(self) -> int:
        """How many there are."""
        return self._tables.table("calls").rows

    @cached_property
    def kinds(self) -> list[Kind]:
        """Distinct kinds, by code."""
        columns = [self._tables.values("kinds", name) for name in Kind._fields[:-2]]
        read_only = [None if value == NO_TIME else bool(value) for value in self._numbers("kinds", "read_only")]
        truncated = map(bool, self._numbers("kinds", "truncated"))
        return [Kind(*row) for row in zip(*columns, read_only, truncated, strict=True)]

    @cached_property
    def callers(self) -> list[Caller]:
        """Distinct callers, by code."""
        return [
            Caller(*row) for row in zip(*(self._tables.values("callers", name) for name in Caller._fields), strict=True)
        ]

    @cached_property
    def clients(self) -> list[Client]:
        """Distinct clients, by code."""
        return [
            Client(*row) for row in zip(*(self._tables.values("clients", name) for name in Client._fields), strict=True)
        ]

    @cached_property
    def roles(self) -> list[str]:
        """Roles of resources, by code."""
        return [role or "" for role in self._tables.values("roles", "role")]

    def of_session(self, number: int) -> Rows:
        """The calls of a session."""
        start, end = self._tables.numbers("spans", "calls")[number : number + 2].tolist()
        return np.arange(start, end)

    def of_sessions(self, numbers: Sequence[int]) -> Rows:
        """The calls that sessions signed or that were made for them."""
        calls, signed = self._given_back
        spans = [self.of_session(number) for number in numbers]
        spans += [calls[slice(*np.searchsorted(signed, [number, number + 1]).tolist())] for number in numbers]
        return np.unique(np.concatenate(spans)) if spans else np.zeros(0, np.int64)

    def signed_by(self, access_key: str) -> Rows:
        """The calls that were signed with an access key."""
        return self.where_caller(self.all(), lambda caller: caller.access_key == access_key)

    def signed_as(self, arn: str) -> Rows:
        """The calls whose caller has an ARN, as recorded."""
        return self.where_caller(self.all(), lambda caller: caller.arn == arn)

    def from_address(self, address: str) -> Rows:
        """The calls that came from an address."""
        return self.where_client(self.all(), lambda client: client.address == address)

    def expect(self, event_ids: Iterable[str]) -> None:
        """Nothing: any call is at hand."""

    def touching(self, nodes: Sequence[int], roles: frozenset[str] | None) -> Rows:
        """The calls that touch one of some nodes in one of some roles (any if None), each once, in order."""
        if not nodes:
            return np.zeros(0, np.int64)
        pointers = self._tables.numbers("touchers_by_node", "from")
        spans = [slice(int(pointers[node]), int(pointers[node + 1])) for node in nodes]
        calls, held = self._tables.numbers("touchers", "call"), self._tables.numbers("touchers", "role")
        found = np.concatenate([calls[span] for span in spans])
        if roles is not None:
            wanted = np.array([role in roles for role in self.roles], np.bool_)
            found = found[wanted[np.concatenate([held[span] for span in spans])]]
        return np.unique(found).astype(np.int64)

    def touches(self, call: int) -> list[tuple[int, str]]:
        """The nodes that a call touched, each with its role."""
        start, end = self._tables.numbers("touched_by_call", "from")[call : call + 2].tolist()
        nodes, roles = self._tables.numbers("touches", "node"), self._tables.numbers("touches", "role")
        return [(int(nodes[at]), self.roles[roles[at]]) for at in range(start, end)]

    def touched(self, calls: Rows) -> tuple[Rows, Rows, Rows]:
        """The touches of many calls: the place in ``calls``, the node and the code of the role of each."""
        pointers = self._tables.numbers("touched_by_call", "from")
        starts, lengths = pointers[calls], pointers[calls + 1] - pointers[calls]
        places = np.repeat(np.arange(len(calls)), lengths)
        before = np.cumsum(lengths) - lengths
        at = np.arange(len(places)) - before[places] + starts[places]
        return places, self._tables.numbers("touches", "node")[at], self._tables.numbers("touches", "role")[at]

    @cached_property
    def issues(self) -> list[Issue]:
        """The credentials that calls handed out, in order of the call."""
        numbers = [self._numbers("issues", name) for name in ("call", "session")]
        texts = [self._tables.values("issues", name) for name in _ISSUE_TEXTS]
        return [Issue(*row) for row in zip(*numbers, *texts, strict=True)]

    def issued(self, call: int) -> list[Issue]:
        """The credentials that a call handed out."""
        calls, sessions = self._tables.numbers("issues", "call"), self._tables.numbers("issues", "session")
        key, target, name, method = (self._tables.texts("issues", name) for name in _ISSUE_TEXTS)
        start, end = np.searchsorted(calls, [call, call + 1]).tolist()
        return [
            Issue(call, sessions.item(row), key[row], target[row], name[row], method[row] or "")
            for row in range(start, end)
        ]

    @property
    def issuing(self) -> Numbers:
        """The calls that handed out credentials."""
        return self._tables.numbers("issues", "call")

    def all(self, window: Window | None = None) -> Rows:
        """Every call, or those in a window."""
        return self.within(np.arange(self.count), window or Window())

    def event_id(self, call: int) -> str:
        """The id of the event."""
        odd = self._odd.get(call)
        return odd or dashed(f"{self._high.item(call):016x}{self._low.item(call):016x}")

    def event_ids(self, calls: Rows) -> list[str]:
        """The ids of the events of some calls."""
        digits = np.stack([self._high[calls], self._low[calls]], axis=1).astype(">u8").tobytes().hex()
        ids = [dashed(digits[start : start + 32]) for start in range(0, len(digits), 32)]
        for place in np.flatnonzero(np.isin(calls, self._odd_calls)).tolist() if self._odd else ():
            ids[place] = self._odd[int(calls[place])]
        return ids

    def is_odd(self, call: int) -> bool:
        """Whether the id of the event is no canonical UUID."""
        return call in self._odd

    @cached_property
    def checked(self) -> Numbers | None:
        """Of each file the number of its status among ``STATUSES``, negative if unknown; None if none was checked."""
        return self._tables.numbers(CHECKED, "status") if self._tables.has(CHECKED) else None

    def file_name(self, file: int) -> str | None:
        """The name of a file that is not verified."""
        return self._tables.texts(CHECKED, "name")[file]

    def find(self, event_id: str) -> int | None:
        """The call with this event id, also that of a second copy."""
        if event_id in self._by_odd:
            return self._by_odd[event_id]
        try:
            wanted = UUID(event_id)
        except ValueError:
            return None
        if str(wanted) != event_id:
            return None
        order, high, low = self.column("by_id"), self.column("id_high"), self.column("id_low")
        start, end = 0, len(order)
        key = (wanted.int >> 64, wanted.int & (2**64 - 1))
        while start < end:
            middle = (start + end) // 2
            call = order[middle]
            if (int(high[call]), int(low[call])) < key:
                start = middle + 1
            else:
                end = middle
        call = int(order[start]) if start < len(order) else -1
        return call if call >= 0 and self.event_id(call) == event_id else None

    def proof(self, event_id: str) -> int | None:
        """The number under which an event proves something: that of its call, or behind all calls that of its copy."""
        copies = self._tables.values("copies", "event_id")
        return self.count + copies.index(event_id) if event_id in copies else self.find(event_id)

    def proving(self, number: int) -> str:
        """The id of the event that proves something under a number."""
        if number < self.count:
            return self.event_id(number)
        return self._tables.values("copies", "event_id")[number - self.count] or ""

    def lies(self, call: int, event_id: str) -> tuple[int, int]:
        """Number of the file that a record of a call lies in, and its place there; a second copy lies elsewhere."""
        copies = self._tables.values("copies", "event_id")
        if event_id in copies:
            row = copies.index(event_id)
            return self._numbers("copies", "file")[row], self._numbers("copies", "place")[row]
        return int(self.column("file")[call]), int(self.column("place")[call])

    def copies(self, call: int) -> tuple[str, ...]:
        """The ids of second copies of a call, in other accounts."""
        return self._copies.get(call, ())

    @cached_property
    def _given_back(self) -> tuple[Rows, Numbers]:
        """The calls that are not of the session that signed them, in order of that session; and that, of each."""
        signed = self.column("signed")
        calls = np.flatnonzero(self.column("session") != signed)
        order = np.argsort(signed[calls], kind="stable")
        return calls[order], signed[calls[order]]

    @cached_property
    def _copies(self) -> dict[int, tuple[str, ...]]:
        found: dict[int, list[str]] = defaultdict(list)
        for call, text in zip(self._numbers("copies", "call"), self._tables.values("copies", "event_id"), strict=True):
            found[call].append(text or "")
        return {call: tuple(ids) for call, ids in found.items()}

    @cached_property
    def _high(self) -> Numbers:
        return self.column("id_high")

    @cached_property
    def _low(self) -> Numbers:
        return self.column("id_low")

    @cached_property
    def _odd(self) -> dict[int, str]:
        """Ids that are no canonical UUIDs, by call."""
        calls = self._numbers("texts", "call")
        return {call: text or "" for call, text in zip(calls, self._tables.values("texts", "event_id"), strict=True)}

    @cached_property
    def _odd_calls(self) -> Rows:
        return np.array(list(self._odd), np.int64)

    @cached_property
    def _by_odd(self) -> dict[str, int]:
        copies = zip(self._tables.values("copies", "event_id"), self._numbers("copies", "call"), strict=True)
        return {text: call for call, text in self._odd.items()} | {text or "": call for text, call in copies}

    def _numbers(self, table: str, column: str) -> list[int]:
        numbers: list[int] = self._tables.numbers(table, column).tolist()
        return numbers
