"""``changes``, ``destruction``."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import Annotated

import numpy as np

from graphtrail.events.classes import access_class
from graphtrail.questions.gaps import about_sessions, about_window
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.reach import calls_from, closure
from graphtrail.questions.rows import Text
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.questions.who_touched import Touch
from graphtrail.stores.call_table import Kind, Rows

_ENDS = re.compile(
    r"(?:Admin|Batch|Force)?"
    r"(?:Delete|Remove|Terminate|Deregister|Release|Purge|Destroy|Detach|Disassociate|Revoke|Cancel|Schedule\w*Deletion)"
)
_MAKES = re.compile(r"(?:Create|Run|Allocate|Copy|Import|Register|Restore|Upload|Put|Publish)(\w*?)[\d_v]*")
_CHANGES = frozenset({"write", "permissions", "tagging"})
# Beside what deletes: what makes data unreadable or takes away the way back.
_DESTROYS = frozenset({
    "account:CloseAccount",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTimeToLive",
    "ecr:PutLifecyclePolicy",
    "kms:DisableKey",
    "kms:ImportKeyMaterial",
    "logs:PutRetentionPolicy",
    "organizations:CloseAccount",
    "s3:PutBucketEncryption",
    "s3:PutBucketLifecycle",
    "s3:PutBucketLifecycleConfiguration",
    "s3:PutBucketVersioning",
})  # fmt: skip
_TOUCHED, _DESTROYED = frozenset({"target", "created"}), frozenset({"target"})


class Change(Touch, frozen=True, kw_only=True):
    """The calls of one session and action that changed one resource.

    Attributes:
        change: ``created``, ``changed`` or ``deleted``.
        resource, resource_type: what was changed; a scope where the record names nothing.
    """

    change: str
    resource: str
    resource_type: str


@question(Change, "resource change action origin principal count first_seen last_seen", needs="calls")
def changes(
    trail: Trail, seed: Annotated[str, "session, key, principal, workload, address or event"]
) -> Iterator[Change]:
    """What did it create, change and delete?

    Of the seed and all that it reached: one row for each resource, session and action that worked, by resource.
    """
    reached = closure(trail, find(trail, seed))
    about_sessions(trail, [session for session, _ in reached])
    rows = _changed(trail, calls_from(trail, reached), _changes, _TOUCHED)
    yield from sorted(rows, key=lambda row: (row.resource, row.first_seen, row.session or "", row.action))


@question(Change, "first_seen change action resource origin principal count last_seen", needs="calls")
def destruction(
    trail: Trail,
    seed: Annotated[str | None, "only what this and all that it reached destroyed; without it everything"] = None,
) -> Iterator[Change]:
    """What was deleted, or made unreadable?

    One row for each resource, session and action that worked: deletions, keys disabled or about to be deleted, life
    cycles and versioning changed; the session that did most of it first.
    """
    about_window(trail)
    if seed is None:
        calls = trail.within(trail.store.calls.doing(_destructive, trail.limits.window))
    else:
        reached = closure(trail, find(trail, seed))
        about_sessions(trail, [session for session, _ in reached])
        calls = trail.within(calls_from(trail, reached))
    rows = _changed(trail, calls, _destroys, _DESTROYED)
    most: Counter[Text] = Counter()
    for row in rows:
        most[row.session] += row.count
    yield from sorted(
        rows, key=lambda row: (-most[row.session], row.session or "", row.first_seen, row.action, row.resource)
    )


def _changes(kind: Kind) -> bool:
    """Whether a call changes anything; one that hands out credentials does only where it makes something that lasts."""
    said = access_class(kind.action, kind.read_only)
    return kind.read_only is not True and (said in _CHANGES or kind.action == "iam:CreateAccessKey")


def _destroys(kind: Kind) -> bool:
    return kind.read_only is not True and _destructive(kind.action)


def _destructive(action: str) -> bool:
    return _ENDS.match(action.partition(":")[2]) is not None or action in _DESTROYS


def _changed(trail: Trail, calls: Rows, asked: Callable[[Kind], bool], played: AbstractSet[str]) -> list[Change]:
    held = trail.store.calls
    calls = held.where_kind(calls, lambda kind: kind.outcome == "ok" and asked(kind))
    places, nodes, roles = held.touched(calls)
    wanted = np.array([role in played for role in held.roles], np.bool_)[roles]
    made = np.array([role == "created" for role in held.roles], np.int64)[roles]
    # Where the record names what was made, the other things that it names were there before.
    named = np.isin(places, places[made > 0])
    rows = []
    for group in by_action(
        trail, calls[places[wanted]], nodes[wanted].astype(np.int64), made[wanted], named[wanted].astype(np.int64)
    ):
        key = trail.store.key(group.key[0])
        entity = trail.store.entity(key)
        said = said_of(trail, group)
        label = entity.label if entity else "AccessKey"
        change = "created" if group.key[1] else _change(said["action"], "" if group.key[2] else label)
        rows.append(Change(change=change, resource=key, resource_type=label, **said))
    return rows


def _change(action: str, label: str) -> str:
    """What an action did to something with a label; without a label it did not make it."""
    name = action.partition(":")[2]
    if _ENDS.match(name):
        return "deleted"
    makes = _MAKES.fullmatch(name)
    return "created" if label and makes and makes[1].endswith(label) else "changed"
