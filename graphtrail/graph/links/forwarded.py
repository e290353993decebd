"""L23: a call that a service sent on belongs to the session that it was sent for.

For such a call AWS mints a key: it tells the principal, not the session. Its ``creationDate`` is that of the session in
the console, else a time at which the minted key was cached, up to ten minutes before the call: useless.
Source: real records of kms:Decrypt through secretsmanager, and of ``AWS Internal`` calls of the console.
"""

from collections import defaultdict
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
    of_call = world.signed.of_call.copy()
    sure = np.zeros(len(of_call), np.int8)
    numbers = {key: number for number, key in enumerate(world.signed.keys)}
    left = []
    for session in sorted(world.sessions.values(), key=lambda held: held.key):
        if not _minted(world, session):
            continue
        direct = _direct(world, session)
        if len(direct) == 1:
            own = world.signed.of_call == numbers[session.key]
            of_call[own] = numbers[direct[0]]
            sure[own] = Confidence.EXACT
        elif not direct:
            left.append(session)
    if left:
        _by_second(world, left, numbers, of_call, sure)
    return Attributed(of_call, sure)


def _minted(world: World, session: Session) -> bool:
    """Whether nobody ever held its key: every record was sent on by a service, and nothing issued it."""
    if not (session.key.startswith("ses:") and session.forwarded and session.label in {"User", "Root", "Role"}):
        return False
    served = "/aws-service-role/" in (session.principal or "")
    return not (served or world.links.get(session.key) or session.key in world.candidates)


def _direct(world: World, session: Session) -> list[str]:
    """The sessions that were created with it and signed calls of their own."""
    members = world.by_family[session.family] if session.family else []
    return [key for key in members if key != session.key and world.sessions[key].direct]


def _by_second(
    world: World, left: list[Session], numbers: dict[str, int], of_call: Ints, sure: npt.NDArray[np.int8]
) -> None:
    """The one session of the same principal that made a call within a second.

    Strong for users and root; a role may be two people's at a time, so there it is only a hint.
    """
    facts, calls = world.facts, world.records.calls
    principals = {principal: at for at, principal in enumerate(sorted({session.principal or "" for session in left}))}
    by_caller = np.array([principals.get(key or "", -1) for key in world.names.principals], np.int64)
    whose, times = by_caller[facts.caller[calls]], facts.times[calls]
    own = np.fromiter((who.via is None for who in facts.callers), np.bool_, len(facts.callers))[facts.caller[calls]]
    near = _Near(whose[own & (whose >= 0)], times[own & (whose >= 0)], of_call[own & (whose >= 0)])
    hints: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    by_number = {numbers[session.key]: session for session in left}
    for place in np.flatnonzero(np.isin(world.signed.of_call, list(by_number))).tolist():
        session = by_number[int(world.signed.of_call[place])]
        found = near.sessions(int(whose[place]), int(times[place]))
        if len(found) == 1 and session.label in {"User", "Root"}:
            of_call[place] = found[0]
            sure[place] = Confidence.STRONG
        for number in found if session.label == "Role" or len(found) > 1 else ():
            hints[session.key][number].append(int(calls[place]))
    for key, by_session in sorted(hints.items()):
        _hint(world, key, {world.signed.keys[number]: rows for number, rows in by_session.items()})


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

    def sessions(self, whose: int, time: int) -> list[int]:
        """Their numbers, sorted."""
        key = whose * _SHIFT + time
        start = np.searchsorted(self._keys, key - NEAR, "left")
        end = np.searchsorted(self._keys, key + NEAR, "right")
        return sorted(set(self._sessions[start:end].tolist()))
