"""``blinded``."""

from collections.abc import Iterator

from graphtrail.questions.blinding import Undone, certain
from graphtrail.questions.pivoted import Pivoted, called, pivoted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Text
from graphtrail.questions.trail import Trail
from graphtrail.window import iso


class Blinding(Pivoted, frozen=True, kw_only=True):
    """One log or guardrail that one call switched off or changed.

    Attributes:
        resource, resource_type: trail, detector, flow log, recorder, bucket.
        certain: the call can only switch off; else it changes what is logged, and may as well switch it on.
        until, until_event: when and by which event it was undone or changed again, None if these logs do not show it.
    """

    resource: str
    resource_type: str
    certain: bool
    until: Text
    until_event: Text


@question(Blinding, "time action resource certain origin principal until event_id", needs="calls")
def blinded(trail: Trail) -> Iterator[Blinding]:
    """Was logging or a guardrail switched off, by whom, and until when?

    One row for each call and resource, by time. From then on logs may lack what happened; without a guardrail more is
    allowed than was before.
    """
    undone = Undone(trail)
    for edge, session in pivoted(trail, None, frozenset({"BLINDED"})):
        entity = trail.store.entity(edge.target)
        end = undone(edge)
        yield Blinding(
            **called(trail, edge, session),
            resource=edge.target,
            resource_type=entity.label if entity else "Resource",
            certain=certain(edge),
            until=iso(end[0]) if end else None,
            until_event=end[1] if end else None,
        )
