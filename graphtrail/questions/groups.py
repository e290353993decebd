"""Calls put together: by session and action, with what an answer says of many calls at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from graphtrail.events import classes
from graphtrail.graph.schema import Confidence
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.stores.call_table import Kind, Numbers, Rows
from graphtrail.window import iso


class Group(NamedTuple):
    """Calls of one session that were the same action with the same outcome.

    Attributes:
        session: its number.
        kinds: their kinds, which differ in Region, account and raw name only.
        calls: in order of time and id.
        key: what else they have in common, as codes.
    """

    session: int
    kinds: tuple[Kind, ...]
    calls: Rows
    key: tuple[int, ...]


def by_action(trail: Trail, calls: Rows, *more: Rows) -> Iterator[Group]:
    """Group calls by session, action, outcome and error code.

    Args:
        trail: the question.
        calls: which.
        more: further columns of codes to group by, one place a call.
    """
    if not len(calls):
        return
    held = trail.store.calls
    acts = [(kind.action, kind.outcome, kind.error_code or "", kind.error_code is None) for kind in held.kinds]
    # In order of the texts: groups that nothing else tells apart stand in the same order wherever the calls lie.
    places_of = {act: place for place, act in enumerate(sorted(set(acts)))}
    codes = np.fromiter((places_of[act] for act in acts), np.int64, len(acts))
    kinds = held.column("kind")[calls]
    columns = [trail.sessions(calls), codes[kinds], *more]
    order = np.lexsort((*_by_time(trail, calls), *reversed(columns)))
    change = np.ones(len(calls), np.bool_)
    change[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    starts = np.flatnonzero(change)
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(calls)], strict=True):
        places = order[start:end]
        first = places[0]
        yield Group(
            session=int(columns[0][first]),
            kinds=tuple(held.kinds[code] for code in _used(kinds[places])),
            calls=calls[places],
            key=tuple(int(column[first]) for column in more),
        )


def _by_time(trail: Trail, calls: Rows) -> Sequence[Numbers]:
    held = trail.store.calls
    return [held.column(name)[calls] for name in ("id_low", "id_high", "time")]


def counted(trail: Trail, calls: Rows) -> dict[str, Any]:
    """What ``rows.Counted`` says of calls that are in order of time and id."""
    held = trail.store.calls
    kinds = [held.kinds[code] for code in _used(held.column("kind")[calls])]
    clients = [held.clients[code] for code in _used(held.column("client")[calls])]
    times = held.column("time")[calls]
    return {
        "count": len(calls),
        "first_seen": iso(int(times[0])),
        "last_seen": iso(int(times[-1])),
        "addresses": distinct(client.address for client in clients),
        "agents": distinct(client.agent for client in clients),
        "regions": distinct(kind.region for kind in kinds),
        "accounts": distinct(kind.account for kind in kinds),
        "event_ids": tuple(held.event_id(call) for call in calls[:PROOFS].tolist()),
        "event_total": len(calls),
    }


def said_first(group: Group) -> Kind:
    """The kind that speaks for a group: the first by name, wherever and in whatever order the calls were stored."""
    return min(group.kinds, key=lambda one: (one.name, one.source, one.read_only is not True, one.read_only is None))


def acted(group: Group) -> dict[str, Any]:
    """What a row says of the action of a group."""
    kind = said_first(group)
    return {
        "action": kind.action,
        "event_name": kind.name,
        "event_source": kind.source,
        "outcome": kind.outcome,
        "error_code": kind.error_code,
        "class_": access_class(kind),
    }


def said_of(trail: Trail, group: Group) -> dict[str, Any]:
    """All that a row of ``who_touched.Touch`` says of a group."""
    traced = trail.traced(trail.session_at(group.session))
    confidence = sure(trail, group.calls, traced["confidence"])
    return traced | {"confidence": confidence} | counted(trail, group.calls) | acted(group)


def access_class(kind: Kind) -> str | None:
    """One of ``classes.CLASSES``; None where neither AWS's table nor the record says."""
    return classes.access_class(kind.action, kind.read_only)


def sure(trail: Trail, calls: Rows, least: str) -> str:
    """The confidence of calls of a session: of its chain, and of giving forwarded calls back to it.

    Args:
        trail: the question.
        calls: of one session.
        least: confidence of the chain.
    """
    given = [value for value in _used(trail.store.calls.column("sure")[calls]) if value and value >= trail.limits.level]
    return str(min([Confidence.of(least), *map(Confidence, given)]))


def _used(codes: Numbers) -> list[int]:
    """The distinct codes of a few calls, in order; numpy takes ten times as long for so few."""
    return sorted(set(codes.tolist()))


def distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    """Texts, each once, sorted, without None."""
    return tuple(sorted({value for value in values if value is not None}))
