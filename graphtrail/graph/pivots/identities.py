"""Users made, credentials given and passwords set, and what they really open: the sessions that followed."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter

from graphtrail.graph.control import Control, begin
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.pivots.effects import Effect, by_target
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World

_AT = itemgetter(0)


def identities(world: World, done: list[Effect]) -> Iterator[Control]:
    """An edge to each identity that was made, or given a password or credential, and the ways that this opened."""
    sessions: dict[str, list[Session]] = defaultdict(list)
    for session in world.sessions.values():
        if session.principal and session.label == "User":
            sessions[session.principal].append(session)
    for key, links in world.links.items():
        for person in {link.source for link in links if link.type == "ON_BEHALF_OF"}:
            sessions[person].append(world.sessions[key])
    for target, effects in by_target(done, world).items():
        passwords = [effect for effect in effects if effect.pivot.type == "SET_PASSWORD"]
        followed = _by_id(sessions[target])
        for effect in effects:
            if effect.pivot.type != "CREATED" or effect.pivot.made != "access key":  # its edge is the key's ISSUED
                yield effect.edge(effect.pivot.type, target, effect.pivot.made)
            if effect.pivot.made in {"user", "Identity Center user"}:
                yield from _made_user(effect, followed)
        yield from _passwords_set(passwords, _signed_in(world, sessions[target]) if passwords else [])


def _by_id(sessions: list[Session]) -> dict[str | None, list[tuple[int, str]]]:
    """Sessions by the unique id of their user, by the time from which they were held."""
    found: dict[str | None, list[tuple[int, str]]] = defaultdict(list)
    for session in sessions:
        start = session.first_seen if session.first_seen is not None else begin(session)
        found[session.uid].append((start, session.key))
    return {uid: sorted(held) for uid, held in found.items()}


def _made_user(effect: Effect, sessions: dict[str | None, list[tuple[int, str]]]) -> Iterator[Control]:
    for uid in sessions if effect.pivot.uid is None else (None, effect.pivot.uid):
        held = sessions.get(uid, [])
        later = held[bisect_left(held, effect.time, key=_AT) :]
        yield from (effect.opened(key, start, "user made") for start, key in later if key != effect.source)


def _signed_in(world: World, sessions: list[Session]) -> list[tuple[int, str]]:
    """The sign-ins of a user, by time."""
    links = (link for session in sessions for link in world.links.get(session.key, ()))
    return sorted((link.at, link.target) for link in links if link.type == "SIGNED_IN")


def _passwords_set(passwords: list[Effect], sign_ins: list[tuple[int, str]]) -> Iterator[Control]:
    """From each to each later sign-in, up to the next change by somebody else."""
    end, after = FOREVER, None
    for effect in reversed(passwords):
        if after is not None and after.principal != effect.principal:
            end = after.time
        after = effect
        start, stop = bisect_left(sign_ins, effect.time, key=_AT), bisect_right(sign_ins, end, key=_AT)
        later = sign_ins[start:stop]
        yield from (effect.opened(key, at, "password set") for at, key in later if key != effect.source)
