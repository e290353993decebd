"""``identities``."""

from collections.abc import Iterator
from typing import Annotated

from graphtrail.graph.origin import LONG_LIVED
from graphtrail.questions.pivoted import pivoted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Text, Texts, Traced
from graphtrail.questions.trail import PROOFS, Trail
from graphtrail.stores.store import ControlEdge, SessionNode
from graphtrail.window import iso

_ON_USERS = frozenset({"ISSUED_OTHER", "SET_PASSWORD"})
_TYPES = frozenset({"CREATED", "ISSUED"}) | _ON_USERS


class Identity(Traced, frozen=True, kw_only=True):
    """One identity or credential that was made, and by whom.

    Attributes:
        time, event_id: of the call.
        made: ``user``, ``role``, ``policy``, ``group``, ``instance profile``, ``login profile``, ``password`` (set anew
            where there was one), ``access key``, ``SSH public key``, ``service-specific credential``, ...
        resource: key of what was made; of a login profile, password or other credential its user, and of an access key
            whose id is masked.
        owner: key of the user whose key, password or credential it is, None of anything else.
        for_other: a key, password or credential was made on somebody else's user.
        issued_session, issued_key: of an access key whose id is recorded.
        issued_calls: how many calls were made with it.
        event_ids, event_total: proofs.
    """

    time: str
    event_id: Text
    made: str
    resource: str
    owner: Text
    for_other: bool
    issued_session: Text
    issued_key: Text
    issued_calls: int
    event_ids: Texts
    event_total: int


@question(Identity, "time made resource owner for_other principal origin issued_calls event_id")
def identities(
    trail: Trail,
    seed: Annotated[str | None, "only what this and all that it reached made; without it everything"] = None,
) -> Iterator[Identity]:
    """Which users, keys, roles and policies were made, by whom, and on whose users were keys made?

    One row for each, by time.
    """
    found = [(edge, session) for edge, session in pivoted(trail, seed, _TYPES) if _makes(edge)]
    rows = [_row(trail, edge, session) for edge, session in found]
    yield from sorted(rows, key=lambda row: (row.time, row.event_id or "", row.resource))


def _makes(edge: ControlEdge) -> bool:
    return edge.type != "ISSUED" or edge.detail == LONG_LIVED


def _row(trail: Trail, edge: ControlEdge, session: SessionNode) -> Identity:
    issued = trail.store.session(edge.target)
    owner = issued.principal if issued else edge.target if edge.type in _ON_USERS else None
    return Identity(
        **trail.traced(session),
        time=iso(edge.at),
        event_id=edge.event_ids[0] if edge.event_ids else None,
        made="access key" if issued else edge.detail,
        resource=edge.target,
        owner=owner,
        for_other=owner is not None and owner != session.principal,
        issued_session=issued.key if issued else None,
        issued_key=issued.key.removeprefix("key:").partition("#")[0] if issued else None,
        issued_calls=issued.calls if issued else 0,
        event_ids=edge.event_ids[:PROOFS],
        event_total=len(edge.event_ids),
    )
