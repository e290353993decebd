"""Users made, credentials given and passwords set, and what they really open: the sessions that followed."""

from collections import defaultdict
from collections.abc import Iterator

from graphtrail.graph.control import Control, begin
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.pivots.effects import Effect, by_target
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World


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
        for effect in effects:
            if effect.pivot.type != "CREATED" or effect.pivot.made != "access key":  # its edge is the key's ISSUED
                yield effect.edge(effect.pivot.type, target, effect.pivot.made)
            if effect.pivot.made in {"user", "Identity Center user"}:
                yield from _made_user(effect, sessions[target])
        for place, effect in enumerate(passwords):
            yield from _set_password(world, effect, passwords[place + 1 :], sessions[target])


def _made_user(effect: Effect, sessions: list[Session]) -> Iterator[Control]:
    for session in sessions:
        same = effect.pivot.uid is None or session.uid in {None, effect.pivot.uid}
        start = session.first_seen if session.first_seen is not None else begin(session)
        if same and session.key != effect.source and start >= effect.time:
            yield effect.opened(session.key, start, "user made")


def _set_password(world: World, effect: Effect, later: list[Effect], sessions: list[Session]) -> Iterator[Control]:
    """To each later sign-in, up to the next change by somebody else."""
    end = min((other.time for other in later if other.principal != effect.principal), default=FOREVER)
    for session in sessions:
        for link in world.links.get(session.key, ()):
            if link.type == "SIGNED_IN" and effect.time <= link.at <= end and session.key != effect.source:
                yield effect.opened(session.key, link.at, "password set")
