"""The life of each session: what kind it is, when it was seen, and until when it holds.

Limits where no answer states one are AWS's: IAM User Guide, "Using IAM roles", "Roles terms and concepts" (chaining),
STS API Reference (GetSessionToken, GetFederationToken, AssumeRoot), S3 User Guide (CreateSession of Express One Zone).
"""

import numpy as np

from graphtrail.case.arrow import Ints, Longs
from graphtrail.graph.layout import FOREVER
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World

_HOUR = 3600
ROLE, CHAINED, TOKEN, ROOT, EXPRESS, CONSOLE = 12 * _HOUR, _HOUR, 36 * _HOUR, _HOUR, 300, 12 * _HOUR


def lives(world: World, of_call: Ints) -> None:
    """Set kind, first and last sight and end of all sessions.

    Args:
        world: with all links.
        of_call: number of the session of each call, forwarded ones given back.
    """
    _sightings(world, of_call)
    ended = _ended(world)
    for session in world.sessions.values():
        kind = _kind(world, session)
        session.kind = session.kind or kind
        if kind == "long_lived":  # also a key that was made and never used
            session.expires = ended.get(session.key.partition("#")[0], FOREVER)
        elif session.expires == FOREVER and session.kind not in {"service", "anonymous", "bearer"}:
            session.expires_assumed = True
            session.expires = (session.created or session.first_seen or 0) + _limit(world, session)


def _sightings(world: World, of_call: Ints) -> None:
    count = len(world.signed.keys)
    times: Longs = world.facts.times[world.records.calls]
    first = np.full(count, FOREVER, np.int64)
    last = np.full(count, -FOREVER, np.int64)
    np.minimum.at(first, of_call, times)
    np.maximum.at(last, of_call, times)
    calls = np.bincount(of_call, minlength=count)
    for key, made, start, end in zip(world.signed.keys, calls.tolist(), first.tolist(), last.tolist(), strict=True):
        if made:
            session = world.sessions[key]
            session.calls, session.first_seen, session.last_seen = made, start, end


def _ended(world: World) -> dict[str, int]:
    """When long-lived keys were deleted or made inactive for the last time, and not made active again afterwards."""
    counted = np.zeros(world.facts.rows, np.bool_)
    counted[world.records.calls] = True
    last: dict[tuple[str, str], int] = {}
    for row, pivot in world.facts.pivots:
        if pivot.type in {"ENDED", "RESTORED"} and pivot.target and counted[row]:
            known = (pivot.target, pivot.type)
            last[known] = max(int(world.facts.times[row]), last.get(known, 0))
    return {
        key: time for (key, kind), time in last.items() if kind == "ENDED" and last.get((key, "RESTORED"), -1) < time
    }


def _kind(world: World, session: Session) -> str:
    start, _, rest = session.key.partition(":")
    if start == "key":
        return "bearer" if rest.startswith("ABIA") else "temporary" if rest.startswith("ASIA") else "long_lived"
    if start == "ses":
        signed_in = any(link.type == "SIGNED_IN" for link in world.links.get(session.key, ()))
        if signed_in or session.console:
            return "console_family"
        return (
            "fas_family" if session.forwarded and "/aws-service-role/" not in (session.principal or "") else "temporary"
        )
    return {"svc": "service", "idc": "bearer", "signin": "console_family"}.get(start, "anonymous")


def _limit(world: World, session: Session) -> int:
    """AWS's upper bound for the life of a session, seconds."""
    issuing = world.issuing(session.key)
    if session.kind == "console_family":
        return CONSOLE
    if issuing and issuing[0].method == "s3:CreateSession":
        return EXPRESS
    if session.label == "Role":
        source = world.sessions.get(issuing[0].source) if issuing else None
        return CHAINED if source is not None and source.label == "Role" else ROLE
    return ROOT if session.label == "Root" else TOKEN
