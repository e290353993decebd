"""What a question is asked of: a store, limits in time and place, and a memory of what the logs cannot show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from graphtrail.graph.origin import Makers, Origin, Step, Surroundings, origin
from graphtrail.graph.schema import Confidence
from graphtrail.questions.answer import Gap
from graphtrail.questions.proof import Rests
from graphtrail.questions.rows import Hop, Maker
from graphtrail.questions.way import Way
from graphtrail.stores.call_table import Kind, Rows
from graphtrail.stores.store import ControlEdge, SessionNode, Store
from graphtrail.window import Window, iso

PROOFS = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer is about.

    Attributes:
        window: of time.
        accounts, regions: whose logs; empty is all.
        level: links that are less sure are not followed.
    """

    window: Window = field(default_factory=Window)
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    level: Confidence = Confidence.STRONG


class Trail:
    """One question on its way through one case.

    Attributes:
        store: the graph and the calls.
        limits: what the answer is about.
    """

    def __init__(self, store: Store, limits: Limits) -> None:
        self.store = store
        self.limits = limits
        self._gaps: dict[tuple[str, str, str, str], Gap] = {}
        self._origins: dict[str, Origin] = {}
        self._traced: dict[str, dict[str, Any]] = {}
        self._rests = Rests(store)
        self._hops: dict[tuple[int, bool], tuple[Step, Hop]] = {}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What has been noted that the logs cannot show, in order."""
        for code, text in self._rests.said():
            self.note(code, text)
        return tuple(self._gaps[key] for key in sorted(self._gaps))

    def note(self, code: str, text: str, account: str | None = None, region: str | None = None) -> None:
        """Remember something that the logs cannot show."""
        self._gaps[code, account or "", region or "", text] = Gap(code=code, account=account, region=region, text=text)

    def rests_on(self, ways: Iterable[Way | None]) -> None:
        """An answer rests on the calls behind some ways, whether or not somebody looks at the rows that show them."""
        seen: set[Way] = set()
        for way in ways if self._rests.matters else ():
            at = way
            while at is not None and at not in seen:
                seen.add(at)
                self._rests.on_events(at.edge.event_ids)
                at = at.before

    def rests_behind(self, sessions: Iterable[SessionNode]) -> None:
        """An answer rests on the calls by which some sessions came about, likewise."""
        for session in sessions if self._rests.matters else ():
            self.traced(session)

    def within(self, calls: Rows) -> Rows:
        """Those of some calls that the answer is about, and rests on."""
        calls = self.inside(calls)
        self._rests.on(calls)
        return calls

    def inside(self, calls: Rows) -> Rows:
        """Those of some calls that lie in the window, accounts and Regions asked for."""
        calls = self.store.calls.within(calls, self.limits.window)
        if self.limits.accounts or self.limits.regions:
            calls = self.store.calls.where_kind(calls, self.asked)
        return calls

    def asked(self, kind: Kind) -> bool:
        """Whether the answer is about calls of this kind."""
        accounts, regions = self.limits.accounts, self.limits.regions
        return (not accounts or kind.account in accounts) and (not regions or kind.region in regions)

    def kind_of(self, edge: ControlEdge) -> Kind | None:
        """The kind of the first call that proves an edge."""
        call = self.store.calls.find(edge.event_ids[0]) if edge.event_ids else None
        return None if call is None else self.store.calls.kinds[int(self.store.calls.column("kind")[call])]

    def sessions(self, calls: Rows) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The number of the session of each call: the one that a service acted for, where that is sure enough."""
        held = self.store.calls
        sure = held.column("sure")[calls]
        doubtful = (sure > 0) & (sure < self.limits.level)
        return np.where(doubtful, held.column("signed")[calls], held.column("session")[calls]).astype(np.int64)

    def calls_of(self, sessions: Iterable[SessionNode]) -> Rows:
        """The calls of sessions, forwarded ones included, that the answer is about."""
        numbers = [number for session in sessions if (number := self.store.number(session.key)) is not None]
        if self.limits.level > Confidence.STRONG:
            either = self.store.calls.of_sessions(numbers)
            return self.within(either[np.isin(self.sessions(either), numbers)])
        spans = [self.store.calls.of_session(number) for number in numbers]
        return self.within(np.concatenate(spans) if spans else np.zeros(0, np.int64))

    def origin(self, key: str) -> Origin:
        """Where a session comes from, at the level asked for."""
        return origin(key, self._around, self.limits.level, self._origins)

    def hops(self, first: str, steps: Sequence[Step]) -> tuple[Hop, ...]:
        """A way through the graph as hops, from its first node."""
        hops = [self._hop(first, None, tie=False)]
        at = None
        for step in steps:
            # many ways have most of their hops in common; as long as its edge is kept no other has its number
            named = id(step), step.at == at
            if named not in self._hops:
                self._hops[named] = step, self._hop(step.target, step, tie=named[1])
            hops.append(self._hops[named][1])
            at = step.at
        return tuple(hops)

    def traced(self, session: SessionNode) -> dict[str, Any]:
        """The fields of ``rows.Traced``."""
        if session.key not in self._traced:
            found = self.origin(session.key)
            chain = self.hops(found.first, found.steps)
            least = min(found.steps, key=lambda step: step.confidence, default=None)
            self._traced[session.key] = self.signed(session) | {
                "origin": found.principal,
                "origin_status": found.status,
                "made_by": self._maker(found),
                "candidates": found.candidates,
                "chain": chain,
                "confidence": str(least.confidence if least else Confidence.EXACT),
                "rule": least.rule if isinstance(least, ControlEdge) else None,
            }
        return self._traced[session.key]

    def signed(self, session: SessionNode) -> dict[str, Any]:
        """The fields of ``rows.Signed``."""
        return {
            "principal": session.principal,
            "session": session.key,
            "session_name": session.name,
            "session_arn": session.arn,
            "kind": session.kind,
            "workload": session.workload,
            "created": _iso(session.created),
            "expires": _iso(session.expires),
            "expires_assumed": session.expires_assumed,
        }

    def session_at(self, number: int) -> SessionNode:
        """A session by its number."""
        return self.store.session_at(number)

    def _hop(self, node: str, step: Step | None, *, tie: bool) -> Hop:
        session = self.store.session(node)
        self._rests.on_events(step.event_ids if isinstance(step, ControlEdge) else ())
        return Hop(
            node=node,
            session=node if session else None,
            principal=session.principal if session else node,
            relation=step.type if step else None,
            at=iso(step.at) if step else None,
            rule=step.rule if isinstance(step, ControlEdge) else None,
            confidence=str(step.confidence) if step else None,
            tie=tie,
            event_ids=step.event_ids[:PROOFS] if isinstance(step, ControlEdge) else (),
        )

    def _maker(self, found: Origin) -> Maker | None:
        step = self._makers(found)
        if not isinstance(step, ControlEdge):
            return None
        session = self.store.session(step.source)
        behind = self.origin(step.source)
        return Maker(
            principal=session.principal if session else step.source,
            session=step.source,
            event_id=step.event_ids[0] if step.event_ids else None,
            chain=self.hops(behind.first, behind.steps),
        )

    @cached_property
    def _makers(self) -> Makers:
        return Makers(self._around)

    @cached_property
    def _around(self) -> Surroundings:
        store = self.store
        begins = store.case.begins
        return Surroundings(
            session=store.session,
            into=store.into,
            candidates=lambda key: tuple(source for source, _ in store.candidates(key)),
            begins=lambda account: begins.get(account or ""),
        )


def _iso(time: int | None) -> str | None:
    return None if time is None else iso(time)
