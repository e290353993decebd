"""Logs and guardrails that somebody switched off: since when, and until when."""

import re
from collections.abc import Iterator
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from graphtrail.graph.schema import Confidence
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge
from graphtrail.window import iso

BLINDED = frozenset({"BLINDED"})

_LIFECYCLE = frozenset({"s3:DeleteBucketLifecycle", "s3:PutBucketLifecycle", "s3:PutBucketLifecycleConfiguration"})
# What switches the same thing on again.
_UNDOES = {
    "bedrock:DeleteModelInvocationLoggingConfiguration": frozenset({"bedrock:PutModelInvocationLoggingConfiguration"}),
    "cloudtrail:DeleteTrail": frozenset({"cloudtrail:CreateTrail"}),
    "cloudtrail:PutEventSelectors": frozenset({"cloudtrail:PutEventSelectors"}),
    "cloudtrail:PutInsightSelectors": frozenset({"cloudtrail:PutInsightSelectors"}),
    "cloudtrail:StopEventDataStoreIngestion": frozenset({"cloudtrail:StartEventDataStoreIngestion"}),
    "cloudtrail:StopLogging": frozenset({"cloudtrail:StartLogging"}),
    "cloudtrail:UpdateEventDataStore": frozenset({"cloudtrail:UpdateEventDataStore"}),
    "cloudtrail:UpdateTrail": frozenset({"cloudtrail:UpdateTrail"}),
    "cloudwatch:DeleteAlarms": frozenset({"cloudwatch:PutMetricAlarm"}),
    "cloudwatch:DisableAlarmActions": frozenset({"cloudwatch:EnableAlarmActions"}),
    "config:DeleteConfigRule": frozenset({"config:PutConfigRule"}),
    "config:DeleteConfigurationRecorder": frozenset({"config:PutConfigurationRecorder"}),
    "config:DeleteDeliveryChannel": frozenset({"config:PutDeliveryChannel"}),
    "config:StopConfigurationRecorder": frozenset({"config:StartConfigurationRecorder"}),
    "ec2:DisableEbsEncryptionByDefault": frozenset({"ec2:EnableEbsEncryptionByDefault"}),
    "eks:UpdateClusterConfig": frozenset({"eks:UpdateClusterConfig"}),
    "elasticloadbalancing:ModifyLoadBalancerAttributes": frozenset(
        {"elasticloadbalancing:ModifyLoadBalancerAttributes"}
    ),
    "guardduty:CreateFilter": frozenset({"guardduty:DeleteFilter"}),
    "guardduty:CreateIPSet": frozenset({"guardduty:DeleteIPSet"}),
    "guardduty:DeleteDetector": frozenset({"guardduty:CreateDetector"}),
    "guardduty:UpdateDetector": frozenset({"guardduty:UpdateDetector"}),
    "guardduty:UpdateMemberDetectors": frozenset({"guardduty:UpdateMemberDetectors"}),
    "iam:DeleteAccountPasswordPolicy": frozenset({"iam:UpdateAccountPasswordPolicy"}),
    "inspector2:Disable": frozenset({"inspector2:Enable"}),
    "logs:DeleteSubscriptionFilter": frozenset({"logs:PutSubscriptionFilter"}),
    "macie2:DisableMacie": frozenset({"macie2:EnableMacie"}),
    "macie2:UpdateMacieSession": frozenset({"macie2:UpdateMacieSession"}),
    "organizations:DetachPolicy": frozenset({"organizations:AttachPolicy"}),
    "organizations:DisablePolicyType": frozenset({"organizations:EnablePolicyType"}),
    "organizations:UpdatePolicy": frozenset({"organizations:UpdatePolicy"}),
    "rds:StopActivityStream": frozenset({"rds:StartActivityStream"}),
    "redshift:DisableLogging": frozenset({"redshift:EnableLogging"}),
    "s3:PutBucketLifecycle": _LIFECYCLE,
    "s3:PutBucketLifecycleConfiguration": _LIFECYCLE,
    "s3:PutBucketLogging": frozenset({"s3:PutBucketLogging"}),
    "securityhub:DisableSecurityHub": frozenset({"securityhub:EnableSecurityHub"}),
    "waf-regional:DisassociateWebACL": frozenset({"waf-regional:AssociateWebACL"}),
    "wafv2:DeleteLoggingConfiguration": frozenset({"wafv2:PutLoggingConfiguration"}),
    "wafv2:DisassociateWebACL": frozenset({"wafv2:AssociateWebACL"}),
}
# What keeps people from doing something; all others are logs, and what reads or watches them.
_GUARDRAIL = re.compile(
    r"ec2:DisableEbsEncryptionByDefault|iam:DeleteAccountPasswordPolicy|network-firewall:\w+|organizations:\w+|shield:\w+"
    r"|waf(?:v2|-regional)?:\w+WebACL"
)
_DETACHED = "organizations:DetachPolicy"
_ONLY_OFF = (
    "Stop",
    "Delete",
    "Disable",
    "Disassociate",
    "Leave",
    "Detach",
    "BatchDisable",
    "PutBucketLogging",
    "UpdateClusterConfig",
    "UpdateDetector",
    "UpdateMacieSession",
    "UpdateMemberDetectors",
    "ModifyLoadBalancerAttributes",
)


class Blind(NamedTuple):
    """A span of time in which something was not logged, or may not have been.

    Attributes:
        edge: the call that switched it off.
        end: when and by which event it was undone or changed again, None if the logs do not show it.
    """

    edge: ControlEdge
    end: tuple[int, str] | None


def blind_spans(trail: Trail) -> Iterator[Blind]:
    """The spans that touch the window of an answer, in the order of the edges."""
    window = trail.limits.window
    for edge in trail.store.edges_of(BLINDED):
        if window.until is not None and edge.at > window.until:
            continue
        end = undone(trail, edge)
        if window.since is None or end is None or end[0] >= window.since:
            yield Blind(edge, end)


def blind_rows(trail: Trail) -> list[dict[str, Any]]:
    """The spans for ``status``: where, what, since when, until when (None where the logs do not show it)."""
    rows = []
    for edge, end in blind_spans(trail):
        kind = trail.kind_of(edge)
        rows.append(
            {
                "account": kind.account if kind else None,
                "region": kind.region if kind else None,
                "action": edge.detail,
                "resource": edge.target,
                "time": iso(edge.at),
                "until": iso(end[0]) if end else None,
                "certain": certain(edge),
                "event_ids": list(edge.event_ids),
            }
        )
    return sorted(rows, key=lambda row: (row["time"], row["action"], row["resource"], row["event_ids"]))


def is_guardrail(action: str) -> bool:
    """Whether an action that switches something off takes nothing from the logs: more is allowed than was before."""
    return _GUARDRAIL.fullmatch(action) is not None


def certain(edge: ControlEdge) -> bool:
    """Whether the call of an edge can only switch off."""
    return edge.confidence is Confidence.EXACT and edge.detail.partition(":")[2].startswith(_ONLY_OFF)


def undone(trail: Trail, edge: ControlEdge) -> tuple[int, str] | None:
    """The first later call that undid what an edge says, epoch seconds and event id.

    It names the same resource, of a policy that was detached both the policy and what it was detached from; where
    something was switched off for all of an account, it is one in its log and Region.
    """
    held, undoes = trail.store.calls, _UNDOES.get(edge.detail)
    number = trail.store.number(edge.target)
    if undoes is None or number is None:
        return None
    own = trail.kind_of(edge)
    beside = [number]
    if edge.detail == _DETACHED:
        same_call = (other for other in trail.store.edges_of(BLINDED) if other.event_ids == edge.event_ids)
        beside = [at for other in same_call if (at := trail.store.number(other.target)) is not None]
    whole = len(beside) == 1 and edge.target.startswith("account:")
    alike = [held.touching([one], frozenset({"target", "created"})) for one in beside if not whole]
    touching = reduce(np.intersect1d, alike) if alike else held.all()
    calls = held.where_kind(
        touching,
        lambda kind: (
            kind.action in undoes
            and kind.outcome == "ok"
            and (not whole or own is None or (kind.account, kind.region) == (own.account, own.region))
        ),
    )
    later = [
        (int(held.column("time")[call]), held.event_id(call))
        for call in calls.tolist()
        if int(held.column("time")[call]) >= edge.at and held.event_id(call) not in edge.event_ids
    ]
    return min(later, default=None)
