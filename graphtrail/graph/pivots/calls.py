"""Pivots that are told by the action and by what it touched: one edge a call and resource.

Source: API references of the services; the actions are those of real attacks and of their public emulations.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from graphtrail.case.arrow import Ints, Mask
from graphtrail.events.authorization import authorization
from graphtrail.graph.control import Control
from graphtrail.graph.layout import label_of
from graphtrail.graph.pivots.actions import ACTIONS, COPIES, EXPORTS
from graphtrail.graph.pivots.logs import is_of_logs, log_buckets
from graphtrail.graph.pivots.touches import Touching, places
from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import World

ADMIN = "grants admin"
# What is made with a role passed on, and runs no code.
_NO_WORKLOADS = frozenset({"InstanceProfile", "Policy", "Role", "User", "Volume"})


def calls(world: World) -> Iterator[Control]:
    """The edges of all successful calls that count: those of the table, roles passed on, and copies."""
    facts = world.facts
    place = places(world)
    ok = np.fromiter((kind.outcome == "ok" for kind in facts.kinds), np.bool_, len(facts.kinds))
    told = np.fromiter((kind.action in ACTIONS for kind in facts.kinds), np.bool_, len(facts.kinds))
    counted = (place >= 0) & ok[facts.kind]
    touching = Touching(world)
    yield from _of_table(world, touching, place, counted & told[facts.kind])
    passed = [
        _passed(_edge(world, place, row, "PASSED_ROLE", key)) for row, key, _ in touching.where(counted, ("passed",))
    ]
    yield from passed
    made = touching.of({edge.rows[0] for edge in passed if edge.confidence is Confidence.EXACT}, ("created",))
    for row, keys in made.items():
        yield from (_edge(world, place, row, "CONTROLS", key) for key in keys if label_of(key) not in _NO_WORKLOADS)
    yield from _copies(world, touching, counted)


def _of_table(world: World, touching: Touching, place: Ints, calls: Mask) -> Iterator[Control]:
    """The edges of the actions of the table. Of what switches something off for all of an account, that is the end."""
    facts = world.facts
    admin = {row for row, pivot in facts.pivots if pivot.type == "GRANTS_ADMIN"}
    buckets = log_buckets(world, touching)
    ended = set()
    for row, key, role in touching.where(calls, ("target", "created")):
        action = facts.kinds[int(facts.kind[row])].action
        ends = ACTIONS[action]
        ended.add(row)
        if ends.are(key, role) and is_of_logs(action, key, buckets):
            edge = _edge(world, place, row, ends.relation, key)
            yield edge._replace(detail=ADMIN) if row in admin else edge
    for row in np.flatnonzero(calls).tolist():
        kind = facts.kinds[int(facts.kind[row])]
        if row not in ended and ACTIONS[kind.action].relation == "BLINDED" and kind.account:
            yield _edge(world, place, row, "BLINDED", f"account:{kind.account}")


def _passed(edge: Control) -> Control:
    """Exact where AWS says that the action passes a role on; else a role was named, which looks like it."""
    said = authorization(edge.detail)
    return edge if said is not None and said.passes_role else edge._replace(confidence=Confidence.STRONG)


def _copies(world: World, touching: Touching, counted: Mask) -> Iterator[Control]:
    """From what was copied to the copy: what a call made, else what it wrote to, of an export the bucket."""
    facts = world.facts
    copies = np.fromiter((kind.action in COPIES | EXPORTS for kind in facts.kinds), np.bool_, len(facts.kinds))
    touched: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row, key, role in touching.where(counted & copies[facts.kind], ("source", "target", "created")):
        touched[row][role].append(key)
    for row, by_role in touched.items():
        time, action = int(facts.times[row]), facts.kinds[int(facts.kind[row])].action
        for source, copy in _copied(by_role, exports=action in EXPORTS):
            yield Control(source, copy, "DERIVED", time, "record", (row,), time, time, Confidence.EXACT)


def _copied(by_role: Mapping[str, list[str]], *, exports: bool) -> Iterator[tuple[str, str]]:
    """What was copied, and the copy, by the roles of what one call touched."""
    targets = by_role["target"]
    buckets = [key for key in targets if label_of(key) == "Bucket"]
    others = [key for key in targets if key not in buckets]
    if exports:
        yield from product(others, buckets)
    else:
        yield from product(by_role["source"] or targets, by_role["created"] or (others if by_role["source"] else ()))


def _edge(world: World, place: Ints, row: int, relation: str, key: str) -> Control:
    time, kind = int(world.facts.times[row]), world.facts.kinds[int(world.facts.kind[row])]
    source = world.source(row, int(place[row]))
    return Control(source, key, relation, time, "record", (row,), time, time, Confidence.EXACT, kind.action)
