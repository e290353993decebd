"""``objects``."""

from collections.abc import Iterator
from typing import Annotated

from graphtrail.questions.gaps import about_resource, about_sessions
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.seeds import COUNTING, is_bucket, resource_named, touching
from graphtrail.questions.trail import Trail
from graphtrail.questions.who_touched import Touch


class ObjectTouch(Touch, frozen=True, kw_only=True):
    """The calls of one session on one object that were the same action with the same outcome.

    Attributes:
        resource: ARN of the object.
        resource_type: ``Object``.
    """

    resource: str
    resource_type: str


@question(ObjectTouch, "resource origin chain action outcome count first_seen last_seen addresses")
def objects(
    trail: Trail,
    resource: Annotated[str, "ARN or bare name of a bucket, or of one object"],
    *,
    action: Annotated[str | None, "only this action, such as s3:GetObject"] = None,
) -> Iterator[ObjectTouch]:
    """Exactly which objects were touched, by whom?

    One row for each object, session, action, outcome and error code. Records of DeleteObjects name no objects;
    ``who-touched`` has them on the bucket.
    """
    key = resource_named(trail, resource)
    calls = touching(trail, key, COUNTING)
    about_resource(trail, key, calls)
    if action is not None:
        calls = trail.store.calls.where_kind(calls, lambda kind: action in {kind.action, kind.name})
    places, nodes, _ = trail.store.calls.touched(calls)
    wanted = {node for node in set(nodes.tolist()) if _is_object(trail.store.key(node), key)}
    kept = [at for at, node in enumerate(nodes.tolist()) if node in wanted]
    rows = []
    groups = list(by_action(trail, calls[places[kept]], nodes[kept].astype("int64")))
    about_sessions(trail, [trail.session_at(group.session) for group in groups])
    for group in groups:
        fields = said_of(trail, group)
        rows.append(ObjectTouch(resource=trail.store.key(group.key[0]), resource_type="Object", **fields))
    yield from sorted(
        rows, key=lambda row: (row.resource, row.first_seen, row.session or "", row.action, row.error_code or "")
    )


def _is_object(touched: str, key: str) -> bool:
    return touched.startswith(f"{key}/") if is_bucket(key) else touched == key
