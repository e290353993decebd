"""``changes``, ``destruction``."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np

from graphtrail.questions.gaps import about_sessions, about_window
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.reach import calls_from, closure
from graphtrail.questions.seeds import seed as find
from graphtrail.questions.trail import Trail
from graphtrail.questions.who_touched import Touch
from graphtrail.stores.calls import Kind, Rows

_ENDS = re.compile(
    r"(?:Delete|Remove|Terminate|Deregister|Release|Purge|Destroy|Detach|Disassociate|Revoke|Cancel|Schedule\w*Deletion)"
)
_MAKES = re.compile(r"(?:Create|Run|Allocate|Copy|Import|Register|Restore|Upload|Put(?:Object|Item)|Publish)")
# Beside what deletes: what makes data unreadable or takes away the way back.
_DESTROYS = frozenset({
    "dynamodb:UpdateContinuousBackups",
    "kms:DisableKey",
    "kms:ImportKeyMaterial",
    "s3:PutBucketEncryption",
    "s3:PutBucketLifecycle",
    "s3:PutBucketVersioning",
})  # fmt: skip
_TOUCHED = frozenset({"target", "created"})


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
    rows = _changed(trail, calls_from(trail, reached), lambda kind: kind.read_only is False)
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
        calls = trail.within(trail.store.calls.all())
    else:
        reached = closure(trail, find(trail, seed))
        about_sessions(trail, [session for session, _ in reached])
        calls = trail.within(calls_from(trail, reached))
    rows = _changed(trail, calls, _destroys)
    most = {
        session: sum(row.count for row in rows if row.session == session) for session in {row.session for row in rows}
    }
    yield from sorted(
        rows, key=lambda row: (-most[row.session], row.session or "", row.first_seen, row.action, row.resource)
    )


def _destroys(kind: Kind) -> bool:
    name = kind.action.partition(":")[2]
    return kind.read_only is not True and (_ENDS.match(name) is not None or kind.action in _DESTROYS)


def _changed(trail: Trail, calls: Rows, asked: Callable[[Kind], bool]) -> list[Change]:
    held = trail.store.calls
    calls = held.where_kind(calls, lambda kind: kind.outcome == "ok" and asked(kind))
    places, nodes, roles = held.touched(calls)
    wanted = np.array([role in _TOUCHED for role in held.roles], np.bool_)[roles]
    made = np.array([role == "created" for role in held.roles], np.int64)[roles]
    rows = []
    for group in by_action(trail, calls[places[wanted]], nodes[wanted].astype(np.int64), made[wanted]):
        key = trail.store.key(group.key[0])
        entity = trail.store.entity(key)
        said = said_of(trail, group)
        change = "created" if group.key[1] else _change(said["action"])
        rows.append(Change(change=change, resource=key, resource_type=entity.label if entity else "AccessKey", **said))
    return rows


def _change(action: str) -> str:
    name = action.partition(":")[2]
    return "deleted" if _ENDS.match(name) else "created" if _MAKES.match(name) else "changed"
