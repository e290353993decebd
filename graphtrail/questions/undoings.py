"""What the logs show to be undone: when, by which call, and by whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import NamedTuple

from graphtrail.questions.blinding import Undone
from graphtrail.questions.pivoted import Undid, Unshared
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import ControlEdge

# What a call deletes, and what the key of it holds: the call may name other things besides.
_GONE = {
    "cloudformation:DeleteStack": ":stack/",
    "cloudformation:DeleteStackSet": ":stackset/",
    "codebuild:DeleteProject": "",
    "codepipeline:DeletePipeline": ":codepipeline:",
    "ec2:DeleteSnapshot": "",
    "ec2:DeregisterImage": "",
    "ec2:TerminateInstances": "",
    "ecr:DeleteRepository": "",
    "ecs:DeleteService": ":service/",
    "ecs:DeregisterTaskDefinition": ":task-definition/",
    "ecs:StopTask": ":task/",
    "events:DeleteRule": ":rule/",
    "glue:DeleteDevEndpoint": ":devEndpoint/",
    "glue:DeleteJob": ":job/",
    "iam:DeleteGroup": "",
    "iam:DeleteInstanceProfile": "",
    "iam:DeleteOpenIDConnectProvider": "",
    "iam:DeletePolicy": "",
    "iam:DeleteRole": "",
    "iam:DeleteSAMLProvider": "",
    "iam:DeleteUser": "",
    "iam:DeleteVirtualMFADevice": ":mfa/",
    "lambda:DeleteFunction": "",
    "rds:DeleteDBClusterSnapshot": "",
    "rds:DeleteDBSnapshot": "",
    "rolesanywhere:DeleteProfile": ":profile/",
    "rolesanywhere:DeleteTrustAnchor": ":trust-anchor/",
    "s3:DeleteBucket": "",
    "sagemaker:DeleteDomain": ":domain/",
    "sagemaker:DeleteNotebookInstance": ":notebook-instance/",
    "scheduler:DeleteSchedule": ":schedule/",
    "sns:DeleteTopic": "",
    "sqs:DeleteQueue": "",
    "states:DeleteStateMachine": ":stateMachine:",
}
_PROFILE_GONE = "iam:DeleteLoginProfile"


class Undoing(NamedTuple):
    """One call that undid something, or with which it was gone.

    Attributes:
        at: epoch seconds.
        event_id: of the call.
        by: key of the principal whose session called, else of the session; None where that is not known.
        action: what it called.
    """

    at: int
    event_id: str
    by: str | None
    action: str = ""


class Undoings:
    """What undid something until a moment; what nodes are asked for is looked up once."""

    def __init__(self, trail: Trail, now: int) -> None:
        """Know nothing yet.

        Args:
            trail: the question.
            now: the moment, epoch seconds.
        """
        self._trail, self._now = trail, now
        self._undone, self._unshared, self._undid = Undone(trail, surely=True), Unshared(trail), Undid(trail)
        self._policies: dict[str, dict[int, ControlEdge]] = {}
        self._shares: dict[str, dict[str, list[ControlEdge]]] = {}

    def first(self, edge: ControlEdge, gone: Sequence[Undoing]) -> Undoing | None:
        """The first call after the one of an edge that undid it, of a share after the last time that it was made.

        What happened in the second of the call undoes nothing: which came first is not known.

        Args:
            edge: what was done.
            gone: calls with which what it was done to was gone.
        """
        found = [one for one in (*gone, *self._of_its_kind(edge)) if edge.at < one.at <= self._now]
        first = min(found, default=None, key=lambda one: (one.at, one.event_id))
        again = self._shared_again(edge, first.at) if first and edge.type == "SHARED_WITH" else None
        return self.first(again, gone) if again else first

    def is_only_that(self, edge: ControlEdge, calls: AbstractSet[str]) -> bool:
        """Whether an edge is nothing but the undoing of some calls: with them nothing is left of it either.

        Args:
            edge: what was done.
            calls: their event ids.
        """
        undid = self._undid.by(edge)
        return bool(undid) and undid <= calls

    def _of_its_kind(self, edge: ControlEdge) -> Iterator[Undoing]:
        """What undoes an edge of its type."""
        yield from (_by(self._trail, other) for other in self._undid.of(edge) if self._now < other.until)
        if edge.type == "BLINDED":
            end = self._undone.until(edge, self._now)
            call = self._trail.store.calls.find(end[1]) if end else None
            if call is not None:
                yield _called(self._trail, call)
        if edge.type == "SHARED_WITH":
            yield from self._no_longer_shared(edge)

    def _shared_again(self, share: ControlEdge, since: int) -> ControlEdge | None:
        """The last time since another that the same was shared with the same, whoever did it."""
        if share.target not in self._shares:
            shares: dict[str, list[ControlEdge]] = defaultdict(list)
            into = (edge for edge in self._trail.store.into(share.target) if edge.type == "SHARED_WITH")
            for edge in sorted(into, key=attrgetter("at")):
                if edge.at <= self._now:
                    shares[edge.detail].append(edge)
            self._shares[share.target] = shares
        last = self._shares[share.target][share.detail][-1]
        return last if last.at >= since else None

    def _no_longer_shared(self, share: ControlEdge) -> Iterator[Undoing]:
        """How a share ended: taken back, or by a policy that gave way to one that does not let the party in."""
        yield from (_by(self._trail, other) for other in self._unshared.taken_back(share))
        end = self._unshared.policy_end(share)
        if share.detail not in self._policies:
            into = self._trail.store.into(share.detail)
            self._policies[share.detail] = {edge.at: edge for edge in reversed(into) if edge.type == "CHANGED_POLICY"}
        change = self._policies[share.detail].get(end) if end is not None else None
        if change is not None:
            yield _by(self._trail, change)


def deletions(trail: Trail, targets: Iterable[str]) -> Mapping[str, list[Undoing]]:
    """The calls with which some things, or the password of a user, were gone."""
    held, found = trail.store.calls, defaultdict[str, list[Undoing]](list)
    numbers = {number: key for key in sorted(targets) if (number := trail.store.number(key)) is not None}
    calls = held.touching(list(numbers), frozenset({"target"}))
    calls = held.where_kind(calls, lambda kind: kind.action in {*_GONE, _PROFILE_GONE} and kind.outcome == "ok")
    places, nodes, roles = held.touched(calls)
    rows = calls.tolist()
    for place, node, role in zip(places.tolist(), nodes.tolist(), roles.tolist(), strict=True):
        key, one = numbers.get(node), _called(trail, rows[place])
        if key is not None and held.roles[role] == "target" and _GONE.get(one.action, "") in key:
            found[key].append(one)
    return found


def ends_password_only(one: Undoing) -> bool:
    """Whether a deletion took nothing but the password of a user."""
    return one.action == _PROFILE_GONE


def _by(trail: Trail, edge: ControlEdge) -> Undoing:
    session = trail.store.session(edge.source)
    return Undoing(edge.at, edge.event_ids[0], session.principal or session.key if session else None)


def _called(trail: Trail, call: int) -> Undoing:
    held = trail.store.calls
    session = trail.session_at(int(held.column("session")[call]))
    kind = held.kinds[int(held.column("kind")[call])]
    return Undoing(int(held.column("time")[call]), held.event_id(call), session.principal or session.key, kind.action)
