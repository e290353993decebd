"""Facts become the tables of the graph. They are derived: thrown away and made again whenever segments change."""

import json
import shutil
from collections import defaultdict
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from graphtrail.case import facts as case_facts
from graphtrail.case import integrity, sums
from graphtrail.case.facts import Facts
from graphtrail.case.manifest import Manifest
from graphtrail.graph import coverage
from graphtrail.graph.control import Control, control
from graphtrail.graph.digest import digest
from graphtrail.graph.layout import META, folder
from graphtrail.graph.links import link
from graphtrail.graph.links.forwarded import Attributed, forwarded
from graphtrail.graph.links.workloads import workloads
from graphtrail.graph.lives import lives
from graphtrail.graph.names import Seen, names
from graphtrail.graph.origin import LONG_LIVED, Origin, Surroundings, origin
from graphtrail.graph.pivots import pivots
from graphtrail.graph.proven import proven, write_checked
from graphtrail.graph.records import Records, choose
from graphtrail.graph.schema import RELATIONS, Confidence
from graphtrail.graph.sessions import Session, sessions
from graphtrail.graph.summary import summary
from graphtrail.graph.tables import account_of, write_graph
from graphtrail.graph.world import World, world

# Types of edges that the way back goes over, or asks for.
_BACK = {name for name, relation in RELATIONS.items() if relation.origin} | {"ON_BEHALF_OF", "SAME_SIGN_IN", "PART_OF"}


def build(case: Path, manifest: Manifest) -> None:
    """Make the graph of a case, and remove what was made of fewer segments."""
    place = folder(case, manifest)
    new = place.with_name(f"{place.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    facts = case_facts.read(case, manifest)
    records = choose(facts)
    made, attributed = _linked(facts, records)
    edges = [*control(made), *pivots(made)]
    begins = {account: begin for account, (begin, _) in coverage.spans(facts, records).items()}
    origins = _origins(made, edges, begins)
    write_graph(new, made, attributed, edges, origins)
    verdicts = integrity.read(case, manifest)
    if verdicts is not None:
        write_checked(new, facts, verdicts)
    meta = summary(made, origins, digest(facts, records)) | {"integrity": proven(verdicts)}
    (new / META).write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    sums.write(new)
    shutil.rmtree(place, ignore_errors=True)
    new.rename(place)
    for other in place.parent.iterdir():
        if other != place:
            shutil.rmtree(other, ignore_errors=True)


def _linked(facts: Facts, records: Records) -> tuple[World, Attributed]:
    """Sessions with all their links; forwarded calls given back to the sessions that they were made for."""
    named = names(facts, _seen(facts, records))
    made = world(facts, records, named, sessions(facts, records.calls, named))
    link(made)
    attributed = forwarded(made)
    made.give_back(attributed.of_call)
    workloads(made)
    lives(made, attributed.of_call)
    return made, attributed


def _seen(facts: Facts, records: Records) -> Seen:
    """When each caller that counts made its first and its last call."""
    callers, times = facts.caller[records.events], facts.times[records.events]
    first = np.full(len(facts.callers), 2**62, np.int64)
    last = np.full(len(facts.callers), -(2**62), np.int64)
    np.minimum.at(first, callers, times)
    np.maximum.at(last, callers, times)
    used = np.flatnonzero(np.bincount(callers, minlength=len(facts.callers)))
    return Seen(used, first[used], last[used])


def _origins(made: World, edges: list[Control], begins: dict[str, int]) -> dict[str, Origin]:
    """Where every session comes from, at the default level; without the steps, for which nobody asks here."""
    into: dict[str, list[Control]] = defaultdict(list)
    for edge in edges:
        if edge.type in _BACK:
            into[edge.target].append(edge)
    for several in into.values():
        if len(several) > 1:
            several.sort()

    def known(key: str) -> _Known | None:
        held = made.sessions.get(key)
        return None if held is None else _known(held, made.family_of.get(key, (None, ""))[0])

    around = Surroundings(
        session=known,
        into=lambda key: into.get(key, ()),
        candidates=lambda key: tuple(made.candidates.get(key, ())),
        begins=lambda account: begins.get(account or ""),
    )
    issuer = {target: only[0].source for target, only in into.items() if _is_issue(made, only)}
    found: dict[str, Origin] = {}
    for key in sorted(made.sessions):
        at, way = key, {key}
        while at not in found and at in issuer and issuer[at] not in way:
            at = issuer[at]
            way.add(at)
        start = found.get(at) or origin(at, around, known=found, passed=way)
        found |= dict.fromkeys(way, start)
    return found


def _is_issue(made: World, into: list[Control]) -> bool:
    """Whether all that tells where a session comes from is one issue by another session: nothing is to be weighed."""
    edge = into[0]
    if len(into) > 1 or edge.confidence < Confidence.STRONG or edge.detail == LONG_LIVED:
        return False
    issued = RELATIONS[edge.type].origin and edge.source in made.sessions
    return issued and edge.target in made.sessions and made.sessions[edge.target].kind != "long_lived"


class _Known(NamedTuple):
    """A session as the way back needs it; see ``origin.Known``."""

    key: str
    principal: str | None
    label: str
    kind: str
    uid: str | None
    issuer: str | None
    created: int | None
    first_seen: int | None
    assumed_root: bool
    authenticated: bool
    account: str | None
    family: str | None


_HELD = attrgetter(*_Known._fields[:-2])


def _known(held: Session, family: str | None) -> _Known:
    return _Known._make((*_HELD(held), account_of(held), family))
