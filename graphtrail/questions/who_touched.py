"""``who-touched``."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from graphtrail.questions.gaps import about_resource, about_sessions
from graphtrail.questions.groups import by_action, said_of
from graphtrail.questions.question import question
from graphtrail.questions.rows import Counted, Text
from graphtrail.questions.seeds import COUNTING, resource_named, touching
from graphtrail.questions.trail import Trail


class Touch(Counted, frozen=True, kw_only=True):
    """The calls of one session on a resource that were the same action with the same outcome.

    Attributes:
        action: ``s3:GetObject``.
        event_name: the raw name, the smallest if several.
        event_source: as recorded.
        outcome: ``ok``, ``denied`` or ``error``.
        error_code: as recorded.
        class_: access class.
    """

    action: str
    event_name: str
    event_source: str
    outcome: str
    error_code: Text
    class_: Text = msgspec.field(name="class")


@question(Touch, "origin chain action outcome error_code count first_seen last_seen addresses confidence")
def who_touched(
    trail: Trail,
    resource: Annotated[str, "ARN or bare name of the resource; a bucket includes its objects"],
    *,
    all_roles: Annotated[bool, "count calls that only mention it, pass it on or use it as context, too"] = False,
) -> Iterator[Touch]:
    """Who touched this resource, through which session, and who stands at the start of the chain?

    One row for each session, action, outcome and error code; ``count`` is distinct calls, so that rows add up.
    """
    key = resource_named(trail, resource)
    roles = None if all_roles else COUNTING
    calls = touching(trail, key, roles)
    about_resource(trail, key, calls)
    groups = list(by_action(trail, calls))
    about_sessions(trail, [trail.session_at(group.session) for group in groups])
    rows = [Touch(**said_of(trail, group)) for group in groups]
    yield from sorted(
        rows, key=lambda row: (row.first_seen, row.session or "", row.action, row.outcome, row.error_code or "")
    )
