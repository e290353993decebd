"""``blinded``."""

from collections.abc import Iterator

from graphtrail.graph.schema import Confidence
from graphtrail.questions.pivoted import Pivoted, called, pivoted
from graphtrail.questions.question import question
from graphtrail.questions.rows import Text
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge
from graphtrail.window import iso

# What switches the same thing on again.
_UNDOES = {
    "cloudtrail:StopLogging": frozenset({"cloudtrail:StartLogging"}),
    "cloudtrail:PutEventSelectors": frozenset({"cloudtrail:PutEventSelectors"}),
    "cloudtrail:UpdateTrail": frozenset({"cloudtrail:UpdateTrail"}),
    "config:StopConfigurationRecorder": frozenset({"config:StartConfigurationRecorder"}),
    "guardduty:UpdateDetector": frozenset({"guardduty:UpdateDetector"}),
    "s3:PutBucketLifecycle": frozenset({"s3:DeleteBucketLifecycle", "s3:PutBucketLifecycle"}),
}


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

    One row for each call and resource, by time. From then on these logs may lack what happened.
    """
    for edge, session in pivoted(trail, None, frozenset({"BLINDED"})):
        entity = trail.store.entity(edge.target)
        end = undone(trail, edge)
        yield Blinding(
            **called(trail, edge, session),
            resource=edge.target,
            resource_type=entity.label if entity else "Resource",
            certain=certain(edge),
            until=iso(end[0]) if end else None,
            until_event=end[1] if end else None,
        )


def certain(edge: ControlEdge) -> bool:
    """Whether the call of an edge can only switch off."""
    return edge.confidence is Confidence.EXACT and edge.detail.partition(":")[2].startswith(
        ("Stop", "Delete", "Disable")
    )


def undone(trail: Trail, edge: ControlEdge) -> tuple[int, str] | None:
    """The first later call that undid what an edge says, epoch seconds and event id."""
    held, undoes = trail.store.calls, _UNDOES.get(edge.detail)
    number = trail.store.number(edge.target)
    if undoes is None or number is None:
        return None
    calls = held.where_kind(
        held.touching([number], frozenset({"target"})), lambda kind: kind.action in undoes and kind.outcome == "ok"
    )
    later = [
        (int(held.column("time")[call]), held.event_id(call))
        for call in calls.tolist()
        if int(held.column("time")[call]) >= edge.at and held.event_id(call) not in edge.event_ids
    ]
    return min(later, default=None)
