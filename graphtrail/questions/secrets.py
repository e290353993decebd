"""``secrets``."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.reach import calls_from, closure
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.questions.who_touched import Touch

# Calls that hand out a secret, or the means to read one. Source: domain knowledge of each service's API reference.
_READS = frozenset({
    "ec2:GetPasswordData",
    "kms:Decrypt",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
})  # fmt: skip


class SecretRead(Touch, frozen=True, kw_only=True):
    """The reads of one secret by one session.

    Attributes:
        resource: key of the secret, parameter, key or instance.
        resource_type: its label.
    """

    resource: str
    resource_type: str


@question(SecretRead, "resource resource_type action origin chain count first_seen last_seen")
def secrets(
    trail: Trail, seed: Annotated[str, "session, key, principal, workload, address or event"]
) -> Iterator[SecretRead]:
    """Which secrets and parameters were read, and what was decrypted: what must be rotated?

    Of the seed and all that it reached: one row for each secret, session and action that worked.
    """
    reached = closure(trail, find(trail, seed))
    about_sessions(trail, [session for session, _ in reached])
    held = trail.store.calls
    calls = held.where_kind(calls_from(trail, reached), lambda kind: kind.action in _READS and kind.outcome == "ok")
    places, nodes, roles = held.touched(calls)
    wanted = np.array([role == "target" for role in held.roles], np.bool_)[roles]
    rows = []
    for group in by_action(trail, calls[places[wanted]], nodes[wanted].astype(np.int64)):
        key = trail.store.key(group.key[0])
        entity = trail.store.entity(key)
        fields = said_of(trail, group)
        rows.append(SecretRead(resource=key, resource_type=entity.label if entity else "Resource", **fields))
    yield from sorted(rows, key=lambda row: (row.resource, row.first_seen, row.session or "", row.action))
