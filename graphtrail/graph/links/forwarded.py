"""L23: a call that a service sent on belongs to the session that it was sent for.

For such a call AWS mints a key: it tells the principal, not the session. Its ``creationDate`` is that of the session in
the console, else a time at which the minted key was cached, up to ten minutes before the call: useless.
Source: real records of kms:Decrypt through secretsmanager, and of ``AWS Internal`` calls of the console.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphtrail.case.arrow import Ints, Longs
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Link, World

NEAR = 1  # second
_SHIFT = 2**34  # more seconds than any log spans


class Attributed(NamedTuple):
    """Whose calls are whose after the forwarded ones have been given back.

    Attributes:
        of_call: number of the session of each call.
        confidence: of the attribution, 0 where the call is the session's own.
    """

    of_call: Ints
    confidence: npt.NDArray[np.int8]


def forwarded(world: World) -> Attributed:
    """Give forwarded calls to the session that they were made for, where the evidence decides."""
    numbers = {key: number for number, key in enumerate(world.signed.keys)}
    now = np.arange(len(world.signed.keys), dtype=np.int32)
    left = {}
    for number, key in enumerate(world.signed.keys):
        session = world.sessions[key]
        if not _minted(world, session):
            continue
        direct = _direct(world, session)
        if len(direct) == 1:
            now[number] = numbers[direct[0]]
        elif not direct:
            left[number] = session
    of_call = now[world.signed.of_call]
    sure = np.where(of_call != world.signed.of_call, np.int8(Confidence.EXACT), np.int8(0))
    if left:
        _by_second(world, left, of_call, sure)
    return Attributed(of_call, sure)


def _minted(world: World, session: Session) -> bool:
    """Whether nobody ever held its key: every record was sent on by a service, and nothing issued it."""
    if not (session.forwarded and session.key.startswith("ses:") and session.label in {"User", "Root", "Role"}):
        return False
    served = "/aws-service-role/" in (session.principal or "")
    told = any(link.type != "REFRESH_OF" for link in world.links.get(session.key, ()))  # which is for the reader
    return not (served or told or session.key in world.candidates)


def _direct(world: World, session: Session) -> list[str]:
    """The sessions that were created with it and signed calls of their own."""
    members = world.by_family[session.family] if session.family else []
    return [key for key in members if key != session.key and world.sessions[key].direct]


def _by_second(world: World, left: dict[int, Session], of_call: Ints, sure: npt.NDArray[np.int8]) -> None:
    """The one session of the same principal that made a call within a second.

    Strong for users and root; a role may be two people's at a time, so there it is only a hint.
    """
    facts, calls = world.facts, world.records.calls
    principals = {principal: at for at, principal in enumerate({session.principal or "" for session in left.values()})}
    by_key = np.array([principals.get(key or "", -1) for key in world.names.keys], np.int64)
    whose, times = by_key[world.names.whose][facts.caller[calls]], facts.times[calls]
    own = facts.callers.column("via").where(lambda via: via is None)[facts.caller[calls]] & (whose >= 0)
    # who tried to sign in and failed asked no service for anything
    signed = np.fromiter((world.sessions[key].authenticated for key in world.signed.keys), np.bool_)
    own &= signed[world.signed.of_call]
    near = _Near(whose[own], times[own], of_call[own])
    minted = np.zeros(len(world.signed.keys), np.bool_)
    minted[list(left)] = True
    places = np.flatnonzero(minted[world.signed.of_call])
    hints: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    numbers = world.signed.of_call[places].tolist()
    for place, number, busy in zip(places.tolist(), numbers, near.sessions(whose[places], times[places]), strict=True):
        session = left[number]
        found = [other for other in busy if _same_life(session, world.sessions[world.signed.keys[other]])]
        if len(found) == 1 and session.label in {"User", "Root"}:
            of_call[place] = found[0]
            sure[place] = Confidence.STRONG
        for other in found if session.label == "Role" or len(found) > 1 else ():
            hints[session.key][other].append(int(calls[place]))
    for key, by_session in sorted(hints.items()):
        _hint(world, key, {world.signed.keys[number]: rows for number, rows in by_session.items()})


def _same_life(one: Session, other: Session) -> bool:
    """Whether two sessions of one name can be of one principal: one that was made again is another."""
    return one.uid is None or other.uid is None or one.uid == other.uid


def _hint(world: World, key: str, sources: dict[str, list[int]]) -> None:
    if len(sources) == 1 and world.sessions[key].label == "Role":
        source, rows = next(iter(sources.items()))
        at = int(min(world.facts.times[rows]))
        world.link(Link(source, key, "VIA", at, "L23", Confidence.HEURISTIC, tuple(rows)))
    else:
        world.candidates[key] = {source: tuple(rows) for source, rows in sorted(sources.items())}


class _Near:
    """Which sessions of a principal made calls near a time."""

    def __init__(self, whose: Longs, times: Longs, sessions: Ints) -> None:
        keys = whose * _SHIFT + times
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._sessions = sessions[order]

    def sessions(self, whose: Longs, times: Longs) -> Iterator[list[int]]:
        """Their numbers, sorted, for each of some principals with a time."""
        keys = whose * _SHIFT + times
        starts = np.searchsorted(self._keys, keys - NEAR, "left").tolist()
        ends = np.searchsorted(self._keys, keys + NEAR, "right").tolist()
        for start, end in zip(starts, ends, strict=True):
            yield sorted(set(self._sessions[start:end].tolist())) if start < end else []
