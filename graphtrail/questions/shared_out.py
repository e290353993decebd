"""``shared-out``."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

from graphtrail import arn as arns
from graphtrail.events.ids import account_of
from graphtrail.events.policies import PUBLIC
from graphtrail.questions.pivoted import Pivoted, Undid, Unshared, called, pivoted, revoked
from graphtrail.questions.question import question
from graphtrail.questions.rows import Text
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge

_TYPES = frozenset({"SHARED_WITH", "UNSHARED_WITH", "KMS_GRANT"})


class Share(Pivoted, frozen=True, kw_only=True):
    """One resource that one call shared with somebody, or no longer shares.

    Attributes:
        change: ``shared``, ``unshared`` or ``granted``.
        resource, resource_type: what is shared.
        party: key of the principal that was let in: ``account:<id>``, an ARN, ``service:<name>``, ``public``.
        party_account: its account, None of a service and of everybody.
        foreign: it is another account's, or everybody.
        until: when it was undone, None if these logs do not show it.
    """

    change: str
    resource: str
    resource_type: str
    party: str
    party_account: Text
    foreign: bool
    until: Text


@question(Share, "time change resource party foreign action origin principal until event_id")
def shared_out(
    trail: Trail,
    seed: Annotated[str | None, "only what this and all that it reached shared; without it everything"] = None,
) -> Iterator[Share]:
    """What was shared out: snapshots, images, buckets, functions, keys, to whom, and was it undone?

    One row for each call, resource and party, by time: shares and removals told apart.
    """
    found = pivoted(trail, seed, _TYPES)
    ends: dict[str, Callable[[ControlEdge], Text]] = {
        "SHARED_WITH": Unshared(trail),
        "KMS_GRANT": partial(revoked, Undid(trail)),
    }
    for edge, session in found:
        fields = called(trail, edge, session)
        entity = trail.store.entity(edge.detail)
        account = _account(edge.target)
        yield Share(
            **fields,
            change={"SHARED_WITH": "shared", "UNSHARED_WITH": "unshared"}.get(edge.type, "granted"),
            resource=edge.detail,
            resource_type=entity.label if entity else "Resource",
            party=edge.target,
            party_account=account,
            foreign=edge.target == PUBLIC or (account is not None and account != fields["account"]),
            until=ends[edge.type](edge) if edge.type in ends else None,
        )


def _account(party: str) -> Text:
    """The account of a principal: of its ARN, else what its unique id carries."""
    found = arns.parse(party)
    if found is not None:
        return found.account or None
    kind, _, name = party.partition(":")
    return name if kind == "account" else account_of(name) if kind == "uid" else None
