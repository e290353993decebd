"""Logs and guardrails that somebody switched off: since when, and until when."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, reduce
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from graphtrail.graph.schema import Confidence
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import ControlEdge
from graphtrail.window import iso

BLINDED = frozenset({"BLINDED"})
_ANYTHING = -1  # no node

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
# Calls that change something again, which may leave it off.
_AGAIN = frozenset(action for action, undoes in _UNDOES.items() if action in undoes) - {"s3:PutBucketLogging"}
_SURELY_UNDOES = {action: undoes - _AGAIN for action, undoes in _UNDOES.items()}
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
    window, undone = trail.limits.window, Undone(trail)
    for edge in trail.store.edges_of(BLINDED):
        if window.until is not None and edge.at > window.until:
            continue
        end = undone(edge)
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


_End = tuple[int, str]
_Place = tuple[str | None, str | None]


class _What(NamedTuple):
    """Something that was switched off.

    Attributes:
        action: by which action.
        things: the numbers of what it is, of all of an account none.
        place: of all of an account the account and Region.
    """

    action: str
    things: tuple[int, ...]
    place: _Place | None


class Undone:
    """The first later call that undid what an edge says, epoch seconds and event id.

    It names the same resource, of a policy that was detached both the policy and what it was detached from; where
    something was switched off for all of an account, it is one in its log and Region.
    """

    def __init__(self, trail: Trail, *, surely: bool = False) -> None:
        """Nothing is known yet: what undoes an action of a resource is looked up once.

        Args:
            trail: the question.
            surely: leave out a call of the same second, which may have come before, and one that only changed the same
                again, or may itself have switched it off.
        """
        self._trail, self._surely = trail, surely
        self._undoes = _SURELY_UNDOES if surely else _UNDOES
        self._ends: dict[tuple[str, tuple[int, ...]], list[_End]] = {}
        self._in_places: dict[str, dict[_Place, list[_End]]] = {}
        self._calls: dict[tuple[str, int], Rows] = {}

    def __call__(self, edge: ControlEdge) -> _End | None:
        """When and by which call it was undone, None if these logs do not show it."""
        return self._after(edge, edge.at)

    def until(self, edge: ControlEdge, now: int) -> _End | None:
        """When and by which call it was undone after it was done for the last time until a moment, whoever did it."""
        what = self._what(edge)
        if what is None:
            return None
        done = self._done[what]
        end = self._after(edge, done[bisect_right(done, now) - 1])
        return end if end and end[0] <= now else None

    def _after(self, edge: ControlEdge, time: int) -> _End | None:
        what = self._what(edge)
        if what is None:
            return None
        ends = self._on(edge.detail, what.things) if what.things else self._in_log(edge.detail, what.place)
        later = islice(ends, bisect_left(ends, (time + self._surely, "")), None)
        return next((end for end in later if end[1] not in edge.event_ids), None)

    def _what(self, edge: ControlEdge) -> _What | None:
        """What an edge says to be off, None if nothing is known that undoes it."""
        number = self._trail.store.number(edge.target)
        if edge.detail not in _UNDOES or number is None:
            return None
        beside = self._detached.get(edge.event_ids, ()) if edge.detail == _DETACHED else (number,)
        if len(beside) != 1 or not edge.target.startswith("account:"):
            return _What(edge.detail, beside, None)
        own = self._trail.kind_of(edge)
        return _What(edge.detail, (), (own.account, own.region) if own else None)

    @cached_property
    def _done(self) -> dict[_What, list[int]]:
        """When each thing was switched off, in order."""
        found: dict[_What, list[int]] = defaultdict(list)
        for edge in self._trail.store.edges_of(BLINDED):
            what = self._what(edge)
            if what is not None:
                found[what].append(edge.at)
        return {what: sorted(times) for what, times in found.items()}

    def _on(self, action: str, beside: tuple[int, ...]) -> list[_End]:
        """The calls that undo an action on all of some things, in order."""
        if (action, beside) not in self._ends:
            calls = reduce(_both, sorted((self._undoing(action, one) for one in beside), key=len))
            self._ends[action, beside] = sorted(self._said(calls))
        return self._ends[action, beside]

    def _in_log(self, action: str, place: _Place | None) -> list[_End]:
        """The calls that undo an action on an account, in the log and Region of its call, in order."""
        if action not in self._in_places:
            calls, found = self._undoing(action, _ANYTHING), defaultdict[_Place, list[_End]](list)
            held = self._trail.store.calls
            kinds = [held.kinds[code] for code in held.column("kind")[calls].tolist()]
            for end, kind in sorted(zip(self._said(calls), kinds, strict=True), key=itemgetter(0)):
                found[kind.account, kind.region].append(end)
            self._in_places[action] = found
        return self._in_places[action].get(place, []) if place else []

    def _said(self, calls: Rows) -> list[_End]:
        held = self._trail.store.calls
        return list(zip(held.column("time")[calls].tolist(), map(held.event_id, calls.tolist()), strict=True))

    def _undoing(self, action: str, node: int) -> Rows:
        """The calls that undo an action and name a node, or anything."""
        if (action, node) not in self._calls:
            held, undoes = self._trail.store.calls, self._undoes[action]
            calls = held.all() if node == _ANYTHING else held.touching([node], frozenset({"target", "created"}))
            kinds = held.column("kind")[calls]
            wanted = [
                code
                for code in np.unique(kinds).tolist()
                if held.kinds[code].action in undoes and held.kinds[code].outcome == "ok"
            ]
            calls = calls[np.isin(kinds, wanted)]
            self._calls[action, node] = calls[~np.isin(calls, self._blinding)] if self._surely else calls
        return self._calls[action, node]

    @cached_property
    def _blinding(self) -> list[int]:
        """The calls that switched something off themselves."""
        edges = self._trail.store.edges_of(BLINDED)
        found = (self._trail.store.calls.find(edge.event_ids[0]) for edge in edges if edge.event_ids)
        return [call for call in found if call is not None]

    @cached_property
    def _detached(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        """The numbers of what calls detached a policy from, and of the policy, by the events that show the call."""
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        store = self._trail.store
        numbered = ((edge, store.number(edge.target)) for edge in store.edges_of(BLINDED))
        for edge, number in ((edge, number) for edge, number in numbered if number is not None):
            found[edge.event_ids].append(number)
        return {event_ids: tuple(numbers) for event_ids, numbers in found.items()}


def _both(few: Rows, many: Rows) -> Rows:
    """The calls that are among both; each in order."""
    found: Rows = few[np.append(many, _ANYTHING)[np.searchsorted(many, few)] == few]
    return found
