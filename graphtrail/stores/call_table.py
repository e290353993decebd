"""What can be asked of the calls of a case, wherever they lie."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from graphtrail.window import Window

Numbers = npt.NDArray[np.integer]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Kind(NamedTuple):
    """What was called, where, with which outcome; see ``events.actions.Kind``."""

    source: str
    name: str
    action: str
    region: str | None
    account: str | None
    category: str
    outcome: str
    error_code: str | None
    read_only: bool | None
    truncated: bool


class Caller(NamedTuple):
    """Who signed, as recorded; see ``events.identity.Caller``."""

    type: str | None
    arn: str | None
    access_key: str | None
    account: str | None
    via: str | None


class Client(NamedTuple):
    """Where a call came from, as recorded."""

    address: str | None
    agent: str | None
    vpc_endpoint: str | None


class Issue(NamedTuple):
    """A credential that a call handed out.

    Attributes:
        call: its number.
        session: number of the session that it opened, negative if none is known.
        key: access key id, None where the record hides it.
        target: key of the principal whose credential it is.
        name: session name.
        method: the action.
    """

    call: int
    session: int
    key: str | None
    target: str | None
    name: str | None
    method: str


class CallTable(Protocol):
    """All calls; a call is known by its number, calls of one session lie together in order of time.

    What chooses calls is answered by the store; what weighs calls that were chosen works on their columns, and is the
    same for all stores.
    """

    def column(self, name: str) -> Numbers:
        """A column over all calls: only the places of calls that were chosen hold what is so.

        ``time``, ``session``, ``signed``, ``sure``, ``kind``, ``caller``, ``client``; ``file``, if checked.
        """
        ...

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def kinds(self) -> Sequence[Kind]:
        """Distinct kinds of the calls that were chosen, by code."""
        ...

    @property
    def callers(self) -> Sequence[Caller]:
        """Distinct callers of the calls that were chosen, by code."""
        ...

    @property
    def clients(self) -> Sequence[Client]:
        """Distinct clients of the calls that were chosen, by code."""
        ...

    @property
    def roles(self) -> Sequence[str]:
        """Roles of resources, by code."""
        ...

    @property
    def issues(self) -> Sequence[Issue]:
        """The credentials that calls handed out, in order of the call."""
        ...

    def all(self, window: Window | None = None) -> Rows:
        """Every call, or those in a window."""
        ...

    def doing(self, asked: Callable[[str], bool], window: Window | None = None) -> Rows:
        """The calls whose action is asked for, or those of them in a window."""
        return self.where_kind(self.all(window), lambda kind: asked(kind.action))

    def of_session(self, number: int) -> Rows:
        """The calls of a session."""
        ...

    def of_sessions(self, numbers: Sequence[int]) -> Rows:
        """The calls that sessions signed or that were made for them."""
        ...

    def touching(self, nodes: Sequence[int], roles: frozenset[str] | None) -> Rows:
        """The calls that touch one of some nodes in one of some roles (any if None), each once, in order."""
        ...

    def signed_by(self, access_key: str) -> Rows:
        """The calls that were signed with an access key."""
        ...

    def signed_as(self, arn: str) -> Rows:
        """The calls whose caller has an ARN, as recorded."""
        ...

    def from_address(self, address: str) -> Rows:
        """The calls that came from an address."""
        ...

    def touches(self, call: int) -> list[tuple[int, str]]:
        """The nodes that a call touched, each with its role."""
        ...

    def touched(self, calls: Rows) -> tuple[Rows, Rows, Rows]:
        """The touches of many calls: the place in ``calls``, the node and the code of the role of each."""
        ...

    def issued(self, call: int) -> list[Issue]:
        """The credentials that a call handed out."""
        ...

    def event_id(self, call: int) -> str:
        """The id of the event."""
        ...

    def find(self, event_id: str) -> int | None:
        """The call with this event id, also that of a second copy."""
        ...

    def expect(self, event_ids: Iterable[str]) -> None:
        """Hear which event ids will be asked for; a store far away brings their calls at once."""
        ...

    def copies(self, call: int) -> tuple[str, ...]:
        """The ids of second copies of a call, in other accounts."""
        ...

    def where_kind(self, calls: Rows, asked: Callable[[Kind], bool]) -> Rows:
        """Those of some calls whose kind is asked for."""
        wanted = np.fromiter(map(asked, self.kinds), np.bool_, len(self.kinds))
        return calls[wanted[self.column("kind")[calls]]]

    def where_caller(self, calls: Rows, asked: Callable[[Caller], bool]) -> Rows:
        """Those of some calls whose caller is asked for."""
        wanted = np.fromiter(map(asked, self.callers), np.bool_, len(self.callers))
        return calls[wanted[self.column("caller")[calls]]]

    def where_client(self, calls: Rows, asked: Callable[[Client], bool]) -> Rows:
        """Those of some calls whose client is asked for."""
        wanted = np.fromiter(map(asked, self.clients), np.bool_, len(self.clients))
        return calls[wanted[self.column("client")[calls]]]

    def within(self, calls: Rows, window: Window) -> Rows:
        """Those of some calls that lie in a window."""
        if not window:
            return calls
        times = self.column("time")[calls]
        kept = np.ones(len(calls), np.bool_)
        if window.since is not None:
            kept &= times >= window.since
        if window.until is not None:
            kept &= times <= window.until
        return calls[kept]

    def by_time(self, calls: Rows) -> Rows:
        """Some calls in order of time and id."""
        if not len(calls):
            return calls
        times, high = self.column("time")[calls], self.column("id_high")[calls]
        since = (times - times.min()).astype(np.uint64)
        width = np.uint64(max(int(since.max(initial=0)).bit_length(), 1))
        packed = (since << (np.uint64(64) - width)) | (high >> width)  # the begin of an id is nearly always enough
        order = np.argsort(packed)
        ordered = packed[order]
        if (ordered[1:] == ordered[:-1]).any():
            order = np.lexsort((self.column("id_low")[calls], high, times))
        return calls[order]
