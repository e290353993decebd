"""What a home of the graph can be asked.

Loading is idempotent: the same facts, in any order and batches, are the same graph. No exception of a driver escapes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphtrail.case.fetched import Fetched
from graphtrail.graph.schema import Confidence
from graphtrail.stores.call_table import CallTable, Numbers


@dataclass(frozen=True, slots=True)
class SessionNode:
    """A session as a store hands it out; see ``graph.sessions.Session`` for the fields that are not said here.

    Attributes:
        principal: key of its principal.
        family: key of the family that it is drawn as part of.
        workload, workload_rule, workload_confidence: the instance or function that it runs on.
        expires: epoch seconds; None if it does not end.
        status, origin: at the default level of confidence; see ``graph.origin``.
        account: of the principal.
        calls: how many it made.
    """

    key: str
    principal: str | None
    label: str
    kind: str
    uid: str | None
    name: str | None
    arn: str | None
    issuer: str | None
    created: int | None
    expires: int | None
    expires_assumed: bool
    first_seen: int | None
    last_seen: int | None
    calls: int
    assumed_root: bool
    authenticated: bool
    conflict: bool
    account: str | None
    family: str | None
    workload: str | None
    workload_rule: str | None
    workload_confidence: Confidence | None
    source_identity: str | None
    ec2_role_delivery: str | None
    mfa: bool | None
    status: str
    origin: str | None


@dataclass(frozen=True, slots=True)
class EntityNode:
    """A principal, resource or workload.

    Attributes:
        key: an ARN or a documented pseudo-key.
        label: one of ``graph.schema.LABELS``.
        unique_ids: of a principal.
        recreated: it was deleted and made again under the same name.
        owners: of a bucket, whose ARN names none: the accounts that own it, as ``resources[]`` gives them.
    """

    key: str
    label: str
    unique_ids: tuple[str, ...]
    recreated: bool
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlEdge:
    """An edge of the control half; see ``graph.control.Control``.

    Attributes:
        event_ids: the calls that prove it, by time and id.
    """

    source: str
    target: str
    type: str
    at: int
    until: int
    since: int
    rule: str
    confidence: Confidence
    detail: str
    event_ids: tuple[str, ...]

    @property
    def skew(self) -> bool:
        """Whether what it led to was seen before the call that proves it: clocks differ, or a second was rounded."""
        return self.since < self.at


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of the case as a whole; see ``graph.summary.summary``."""

    digest: str
    totals: dict[str, int]
    calls: int
    first: int | None
    last: int | None
    begins: dict[str, int]
    spoken_of: tuple[str, ...]
    statuses: dict[str, int]
    rejects: tuple[dict[str, Any], ...]
    conflicts: tuple[dict[str, Any], ...]
    split_keys: tuple[str, ...]
    extents: tuple[dict[str, Any], ...]
    integrity: dict[str, Any] | None = None
    forms: dict[str, int] = field(default_factory=dict)
    truncated: int = 0


class Store(Protocol):
    """A home for the graph: its control half, node by node, and what is known of the case.

    Raises StoreUnavailable if the home cannot be reached, SchemaMismatch if it holds a graph of another version.
    """

    @property
    def case(self) -> Case:
        """The case as a whole."""
        ...

    def check(self) -> None:
        """See whether what it holds is as it was written, as far as it can tell.

        Raises:
            CaseError: it is damaged.
        """
        ...

    @property
    def fetched(self) -> Fetched:
        """What was fetched of the buckets and APIs that the case was made from."""
        ...

    @property
    def checked(self) -> Numbers | None:
        """Of each file the number of its status among ``STATUSES``, negative if unknown; None if none was checked."""
        ...

    def file_name(self, file: int) -> str | None:
        """The name of a file that is not verified."""
        ...

    @property
    def calls(self) -> CallTable:
        """The single calls."""
        ...

    def session(self, key: str) -> SessionNode | None:
        """The session with this key."""
        ...

    def entity(self, key: str) -> EntityNode | None:
        """The principal, resource or workload with this key."""
        ...

    def out(self, key: str) -> Sequence[ControlEdge]:
        """The control edges from a node, in order of target, type and time."""
        ...

    def into(self, key: str) -> Sequence[ControlEdge]:
        """The control edges to a node, in order of source, type and time."""
        ...

    def candidates(self, key: str) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Possible parents of a session where the evidence does not decide, each with the events that speak for it."""
        ...

    def grow(self, starts: Sequence[tuple[str, int]], until: int | None) -> None:
        """Hear that a search onward in time begins at some nodes, each held from a time on; ``onward`` follows.

        Args:
            starts: keys and epoch seconds.
            until: the search crosses nothing that is later.
        """
        ...

    def onward(self, key: str) -> Sequence[ControlEdge]:
        """The edges from a node that the search which ``grow`` heard of may cross, in order as ``out``."""
        ...

    def edges_of(self, types: frozenset[str]) -> Iterable[ControlEdge]:
        """All control edges of some types, in order of source, target, type and time."""
        ...

    def number(self, key: str) -> int | None:
        """The number of a session or entity: sessions first, both in order of their keys."""
        ...

    def key(self, number: int) -> str:
        """The key of a node by its number."""
        ...

    def numbers_below(self, key: str) -> Sequence[int]:
        """The numbers of the entities whose keys begin with a text: the objects of a bucket lie together."""
        ...

    def named(self, text: str) -> Sequence[EntityNode]:
        """The entities whose key contains a text, or one of whose unique ids it is, in order; each is looked at."""
        ...

    def sessions_below(self, key: str) -> list[SessionNode]:
        """The sessions whose keys begin with a text."""
        ...

    def sessions_with(self, column: str, values: set[str]) -> list[SessionNode]:
        """The sessions whose ``arn``, ``name``, ``account`` or ``status`` is one of some values."""
        ...

    def session_at(self, row: int) -> SessionNode:
        """The session with this number."""
        ...

    def principal(self, number: int) -> str | None:
        """Key of the principal of the session with this number."""
        ...
