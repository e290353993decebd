"""The effects that records themselves tell, with who caused them and what they touched."""

from collections import defaultdict
from dataclasses import dataclass

from graphtrail import arn as arns
from graphtrail.events.actions import Kind
from graphtrail.events.pivots import Pivot
from graphtrail.graph.control import Control
from graphtrail.graph.pivots.touches import Touching, places
from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import World

# What these say is told by the life of a key, or by the edge of another call.
_NO_EDGES = frozenset({"ENDED", "GRANTS_ADMIN", "LOGS_TO", "RESTORED"})


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of one call that counts.

    Attributes:
        pivot: as the record tells it.
        row: the call.
        time: epoch seconds.
        source: key of the session that called.
        principal: whose session that is.
        account: in whose log the call stands.
        resources: keys of what the effect is on: where the record does not say, what the call acted on or made.
        trusting: the call changed a trust policy.
    """

    pivot: Pivot
    row: int
    time: int
    source: str
    principal: str | None
    account: str | None
    resources: tuple[str, ...]
    trusting: bool

    def edge(self, relation: str, target: str, detail: str) -> Control:
        """An edge from the session that called."""
        return Control(
            self.source, target, relation, self.time, "record", (self.row,), self.time, self.time, Confidence.EXACT,
            detail,
        )  # fmt: skip

    def opened(self, target: str, since: int, why: str, confidence: Confidence = Confidence.STRONG) -> Control:
        """A way that the call opened to a session."""
        return Control(
            self.source, target, "OPENED_WAY", self.time, "record", (self.row,), self.time, since, confidence, why
        )

    def is_foreign(self, party: str) -> bool:
        """Whether a principal that was let in is none of the account's own, and no service."""
        if party.startswith("service:"):
            return False
        found = arns.parse(party)
        owner = found.account if found else party.removeprefix("account:") if party.startswith("account:") else None
        return owner != self.account


def effects(world: World) -> list[Effect]:
    """All effects of calls that count, by time.

    In one second calls that only take back come last; else the event ids say which comes first.
    """
    place = places(world)
    counted = [(row, pivot) for row, pivot in world.facts.pivots if place[row] >= 0 and pivot.type not in _NO_EDGES]
    touching = Touching(world)
    targets = touching.of({row for row, _ in counted}, ("target", "created"))
    trusting = {row for row, pivot in counted if pivot.type == "CHANGED_TRUST"}
    kinds = world.facts.kinds
    found = []
    for row, pivot in counted:
        source = world.source(row, int(place[row]))
        kind = kinds[int(world.facts.kind[row])]
        touched = tuple(sorted(targets.get(row, ())))
        found.append(
            Effect(
                pivot=pivot,
                row=row,
                time=int(world.facts.times[row]),
                source=source,
                principal=world.sessions[source].principal,
                account=kind.account,
                resources=(pivot.target,) if pivot.target else touched or (() if row in trusting else (_scope(kind),)),
                trusting=row in trusting,
            )
        )
    adding = {effect.row for effect in found if effect.pivot.type != "UNSHARED_WITH"}
    return sorted(found, key=lambda effect: (effect.time, effect.row not in adding, int(place[effect.row])))


def _scope(kind: Kind) -> str:
    """What stands for the resource of a call that names none: the service in its place."""
    return f"scope:{kind.action.partition(':')[0]}:{kind.region or ''}:{kind.account or ''}"


def by_target(done: list[Effect], world: World) -> dict[str, list[Effect]]:
    """Effects on identities, by the identity."""
    found: dict[str, list[Effect]] = defaultdict(list)
    for effect in done:
        if effect.pivot.target and effect.pivot.type in {"CREATED", "ISSUED_OTHER", "SET_PASSWORD"}:
            found[world.names.principal(effect.pivot.target, effect.pivot.uid) or effect.pivot.target].append(effect)
    return found
