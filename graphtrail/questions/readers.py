"""``readers``."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated

import numpy as np

from graphtrail.questions.gaps import about_resource, about_sessions
from graphtrail.questions.groups import access_class, counted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Row, Text, Texts
from graphtrail.questions.seeds import COUNTING, is_bucket, resource_named, touching
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Kind
from graphtrail.window import iso

_HOUR = 3600
_SOURCE = frozenset({"source"})
_READS = frozenset({"list", "read", "read_data"})


class Reader(Row, frozen=True, kw_only=True):
    """What one origin read of a resource within one hour.

    Attributes:
        origin: principal at the start of the chains, None where it is not known.
        sessions, principals: keys of the sessions and of their principals.
        hour: its beginning.
        count: reads that worked.
        resources: how many different resources: of a bucket its objects.
        first_seen, last_seen: of the reads.
        addresses, agents, regions, accounts: theirs.
        event_ids, event_total: proofs.
    """

    origin: Text
    sessions: Texts
    principals: Texts
    hour: str
    count: int
    resources: int
    first_seen: str
    last_seen: str
    addresses: Texts
    agents: Texts
    regions: Texts
    accounts: Texts
    event_ids: Texts
    event_total: int


@question(Reader, "origin principals hour count resources first_seen last_seen addresses")
def readers(
    trail: Trail, resource: Annotated[str, "ARN or bare name of the resource; a bucket includes its objects"]
) -> Iterator[Reader]:
    """Who read it, how much, and when: bulk first?

    One row for each origin and hour: reads of the resource that worked, those of services among them, and copies that
    were made of it. Sessions whose origin is not known stand apart, each by itself.
    """
    key = resource_named(trail, resource)
    held = trail.store.calls
    calls = touching(trail, key, COUNTING)
    about_resource(trail, key, calls)
    reading, copied = held.where_kind(calls, _reads), held.where_kind(touching(trail, key, _SOURCE), _worked)
    calls = held.by_time(np.union1d(reading, copied))
    sessions = trail.sessions(calls).tolist()
    about_sessions(trail, [trail.session_at(number) for number in sorted(set(sessions))])
    hours = (held.column("time")[calls] // _HOUR).tolist()
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, (number, hour) in enumerate(zip(sessions, hours, strict=True)):
        session = trail.session_at(number)
        groups[trail.origin(session.key).principal or session.key, hour].append(place)
    rows = []
    for (_, hour), places in groups.items():
        own = calls[places]
        signed = [trail.session_at(sessions[place]) for place in places]
        _, nodes, _ = held.touched(own)
        touched = {trail.store.key(node) for node in np.unique(nodes).tolist()}
        inside = {one for one in touched if one.startswith(f"{key}/") or (one == key and not is_bucket(key))}
        said = counted(trail, own)
        rows.append(
            Reader(
                origin=trail.origin(signed[0].key).principal,
                sessions=tuple(sorted({session.key for session in signed})),
                principals=tuple(sorted({session.principal for session in signed if session.principal})),
                hour=iso(hour * _HOUR),
                resources=len(inside),
                **said,
            )
        )
    yield from sorted(rows, key=lambda row: (-row.count, row.hour, row.origin or "", row.sessions))


def _reads(kind: Kind) -> bool:
    """Whether a call that worked reads: as recorded, else by what AWS says of the action."""
    reads = access_class(kind) in _READS if kind.read_only is None else kind.read_only
    return reads and _worked(kind)


def _worked(kind: Kind) -> bool:
    return kind.outcome == "ok"
