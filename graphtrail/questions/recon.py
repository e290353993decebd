"""``recon``."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated

from graphtrail.events.classes import access_class
from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import counted
from graphtrail.questions.question import question
from graphtrail.questions.reach import calls_from, closure
from graphtrail.questions.rows import Counted, Text, Texts
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Kind
from graphtrail.window import iso

_WHO_AM_I = frozenset({"iam:GetAccountAuthorizationDetails", "iam:GetUser", "sts:GetCallerIdentity"})
_LOOKS = ("List", "Describe", "Get", "Head", "Lookup", "Search", "BatchGet")


class Sweep(Counted, frozen=True, kw_only=True):
    """What one session looked at.

    Attributes:
        who_am_i: when it first asked who it is, None if it never did.
        actions: what it looked at, each once.
        services: of how many services.
        denied: how many of the calls were refused.
    """

    who_am_i: Text
    actions: Texts
    services: int
    denied: int


@question(Sweep, "principal origin count services denied who_am_i first_seen last_seen actions", needs="calls")
def recon(trail: Trail, seed: Annotated[str, "session, key, principal, workload, address or event"]) -> Iterator[Sweep]:
    """Did it look around: who am I, what is there?

    Of the seed and all that it reached: one row for each session that made management calls that only look, those of
    services for it left out; the widest sweep first.
    """
    reached = [(session, at) for session, at in closure(trail, find(trail, seed)) if session.kind != "service"]
    about_sessions(trail, [session for session, _ in reached])
    held = trail.store.calls
    calls = held.where_caller(held.where_kind(calls_from(trail, reached), _looks), lambda caller: caller.via is None)
    calls = held.by_time(calls)
    groups: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(trail.sessions(calls).tolist()):
        groups[number].append(place)
    rows = []
    for number, places in groups.items():
        own = calls[places]
        kinds = [held.kinds[code] for code in held.column("kind")[own].tolist()]
        times = held.column("time")[own].tolist()
        asked = [time for time, kind in zip(times, kinds, strict=True) if kind.action in _WHO_AM_I]
        actions = sorted({kind.action for kind in kinds})
        rows.append(
            Sweep(
                **trail.traced(trail.session_at(number)),
                **counted(trail, own),
                who_am_i=iso(min(asked)) if asked else None,
                actions=tuple(actions),
                services=len({action.partition(":")[0] for action in actions}),
                denied=sum(kind.outcome == "denied" for kind in kinds),
            )
        )
    yield from sorted(rows, key=lambda row: (-len(row.actions), row.first_seen, row.session or ""))


def _looks(kind: Kind) -> bool:
    """Whether a call only looks; one that hands out credentials does more."""
    service, _, name = kind.action.partition(":")
    looks = kind.category != "Data" and kind.read_only is not False and name.startswith(_LOOKS)
    return looks and service != "signin" and access_class(kind.action, kind.read_only) != "credential"
