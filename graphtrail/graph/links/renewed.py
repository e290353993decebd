"""L27: a workload renews its credentials: the next session of one name, with the same address and agent.

For the reader alone: nobody comes to hold a session by this, and nobody's origin is found by it. Source: real records
of instances, whose session has the instance's name and a new key every hour.
"""

from collections import defaultdict
from itertools import pairwise

import numpy as np

from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import Link, World


def renewed(world: World) -> None:
    """Link sessions of one ``principalId`` with those of its next ``creationDate``, where just one fits."""
    named: dict[str, dict[int, list[Session]]] = defaultdict(lambda: defaultdict(list))
    for _, session in sorted(world.sessions.items()):
        if session.label == "Role" and session.family and session.key not in world.family_of:
            named[session.family[0]][session.family[1]].append(session)
    several = [by_time for by_time in named.values() if len(by_time) > 1]
    clients = _clients(world) if several else {}
    for by_time in several:
        for before, after in pairwise(sorted(by_time)):
            using: dict[int, list[str]] = defaultdict(list)
            for new in by_time[after]:
                for client in clients.get(new.key, _NONE):
                    using[client].append(new.key)
            for old in by_time[before]:
                # two of those that used one client are enough to know that not just one fits
                fitting = {key for client in clients.get(old.key, _NONE) for key in using.get(client, ())[:2]}
                if len(fitting) == 1:
                    (key,) = fitting
                    world.link(Link(old.key, key, "REFRESH_OF", after, "L27", Confidence.HEURISTIC, ()))


_NONE: frozenset[int] = frozenset()


def _clients(world: World) -> dict[str, frozenset[int]]:
    """Of each session the numbers of the pairs of address and agent that it called with."""
    facts, signed = world.facts, world.signed
    address, agent = facts.clients.column("address"), facts.clients.column("agent")
    pairs = address.codes.astype(np.int64) * len(agent.values) + agent.codes
    used = pairs[facts.client[world.records.calls]]
    most = int(pairs.max(initial=0)) + 1
    distinct = np.unique(signed.of_call.astype(np.int64) * most + used)
    found: dict[str, set[int]] = defaultdict(set)
    for session, pair in zip((distinct // most).tolist(), (distinct % most).tolist(), strict=True):
        found[signed.keys[session]].add(pair)
    return {key: frozenset(held) for key, held in found.items()}
