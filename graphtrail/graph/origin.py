"""Who stands at the start of a session: the way back over the control edges, and where the logs do not tell.

The way goes back over ASSUMED, ISSUED, SIGNED_IN and VIA, from a member without an exact parent of its own to its
family, and to the person over ON_BEHALF_OF. It ends at the owner of a long-lived key or password: who made that key,
user or password is another fact (``made_by``), since the log does not say who used it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from graphtrail import arn as arns
from graphtrail.events.credentials import HIDES
from graphtrail.graph.schema import RELATIONS, Confidence

LINKED, SERVICE, AMBIGUOUS = "linked", "service", "ambiguous"
HIDDEN, EXTERNAL, BEFORE, UNKNOWN = "hidden", "external", "before_window", "unknown"
STATUSES = (LINKED, SERVICE, AMBIGUOUS, HIDDEN, EXTERNAL, BEFORE, UNKNOWN)
LONG_LIVED = "iam:CreateAccessKey"
_AT = attrgetter("at", "source")
_PORTAL = "/AWSReservedSSO_"  # roles of Identity Center, whose portal hides the keys that it hands out
_PEOPLE = frozenset({"User", "Saml", "WebIdentity", "IdentityCenterUser"})


class Step(Protocol):
    """What the way back needs of a control edge."""

    @property
    def source(self) -> str: ...  # noqa: D102 - as graph.control.Control
    @property
    def target(self) -> str: ...  # noqa: D102 - as graph.control.Control
    @property
    def type(self) -> str: ...  # noqa: D102 - as graph.control.Control
    @property
    def at(self) -> int: ...  # noqa: D102 - as graph.control.Control
    @property
    def confidence(self) -> Confidence: ...  # noqa: D102 - as graph.control.Control
    @property
    def detail(self) -> str: ...  # noqa: D102 - as graph.control.Control


class Known(Protocol):
    """What the way back needs of a session; its fields are those of ``sessions.Session``.

    ``account`` is that of the principal, None if unknown; ``family`` the key of the family that it is drawn as part of.
    """

    @property
    def key(self) -> str: ...  # noqa: D102 - see the class
    @property
    def principal(self) -> str | None: ...  # noqa: D102 - see the class
    @property
    def label(self) -> str: ...  # noqa: D102 - see the class
    @property
    def kind(self) -> str: ...  # noqa: D102 - see the class
    @property
    def uid(self) -> str | None: ...  # noqa: D102 - see the class
    @property
    def issuer(self) -> str | None: ...  # noqa: D102 - see the class
    @property
    def created(self) -> int | None: ...  # noqa: D102 - see the class
    @property
    def first_seen(self) -> int | None: ...  # noqa: D102 - see the class
    @property
    def assumed_root(self) -> bool: ...  # noqa: D102 - see the class
    @property
    def authenticated(self) -> bool: ...  # noqa: D102 - see the class
    @property
    def account(self) -> str | None: ...  # noqa: D102 - see the class
    @property
    def family(self) -> str | None: ...  # noqa: D102 - see the class


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the way back is asked of.

    Attributes:
        session: the session with a key, or None if it is the key of something else.
        into: the control edges into a node.
        candidates: sessions or people between whom the evidence does not decide.
        begins: first record in an account's own logs, epoch seconds; None if there is none.
    """

    session: Callable[[str], Known | None]
    into: Callable[[str], Sequence[Step]]
    candidates: Callable[[str], Sequence[str]]
    begins: Callable[[str | None], int | None]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Origin:
    """Where a session comes from.

    Attributes:
        status: one of ``STATUSES``.
        principal: key of who stands at the start; None unless the status is ``linked`` or ``service``.
        first: key of the node at the start of the chain: a session, or a principal.
        candidates: possible parents of the oldest session, undecided or below the level asked for.
        before: the origin of the session that the last edge of the chain comes from; None at its start.
        step: that edge.
        opening: the first edge of the chain.
    """

    status: str
    principal: str | None
    first: str
    candidates: tuple[str, ...]
    before: "Origin | None" = None
    step: Step | None = None
    opening: Step | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The edges from the start of the chain to the session; they are not kept, chains may be long."""
        found: list[Step] = []
        at: Origin | None = self
        while at is not None and at.step is not None:
            found.append(at.step)
            at = at.before
        return tuple(reversed(found))


def origin(
    key: str,
    world: Surroundings,
    level: Confidence = Confidence.STRONG,
    known: dict[str, Origin] | None = None,
    passed: Iterable[str] = (),
) -> Origin:
    """Where a session comes from.

    Args:
        key: of the session.
        world: what is around it.
        level: links that are less sure are not followed: their sources are candidates.
        known: origins found before, at this level; those found now are added.
        passed: sessions through which the way came here already; it does not go in circles.
    """
    found: dict[str, Origin] = {} if known is None else known
    way: list[Step] = []
    seen = {key, *passed}
    at = key
    while at not in found and (step := _back(at, world, level)) is not None and step.source not in seen:
        way.append(step)
        at = step.source
        seen.add(at)
    start = found[at] if at in found else found.setdefault(at, _start(at, world, level, reached=bool(way)))
    for step in reversed(way):
        opening = start.opening or step
        start = Origin(start.status, start.principal, start.first, start.candidates, start, step, opening)
        found[step.target] = start
    return start


def _start(at: str, world: Surroundings, level: Confidence, *, reached: bool) -> Origin:
    """The origin of the oldest node of a chain."""
    held = world.session(at)
    if held is None:  # a principal: somebody signed in, or switched roles, or is acted for
        status = _of_principal(at, world) if reached else UNKNOWN
        return Origin(status, at if status in {LINKED, SERVICE} else None, at, ())
    undecided = world.candidates(at) or (world.candidates(held.family) if held.family else ())
    status = AMBIGUOUS if undecided else _status(held, world)
    candidates = tuple(dict.fromkeys((*undecided, *_below(at, world, level))))
    return Origin(status, _whose(held) if status in {LINKED, SERVICE} else None, at, candidates)


def _of_principal(key: str, world: Surroundings) -> str:
    """What is known where a chain ends at a principal: of a role nobody knows who held it."""
    role = arns.parse(key)
    if role is None or not role.resource.startswith("role/"):
        return SERVICE if key.startswith("service:") else LINKED
    if _PORTAL in key:
        return HIDDEN
    return EXTERNAL if world.begins(role.account) is None else UNKNOWN


class Makers:
    """The call that made the key, password or user at which an origin stops.

    Of a long-lived key the call that issued it, of a sign-in the last password set before it, else the last call before
    its use that made the user: one made later is another of that name. None where no record shows one.
    """

    def __init__(self, world: Surroundings) -> None:
        """Nothing is known yet: who made what of a principal is looked up once, however many sessions it has."""
        self._world = world
        self._issued: dict[str, list[Step]] = {}
        self._passwords: dict[str, list[Step]] = {}
        self._made: dict[str, list[Step]] = {}

    def __call__(self, found: Origin) -> Step | None:
        """The call behind one origin."""
        if found.principal is None:
            return None
        if found.first not in self._issued:
            self._issued[found.first] = _in_order(self._world.into(found.first), lambda one: one.detail == LONG_LIVED)
        if self._issued[found.first]:
            return _last(self._issued[found.first], None)
        if found.principal not in self._made:
            into = self._world.into(found.principal)
            self._passwords[found.principal] = _in_order(into, lambda one: one.type == "SET_PASSWORD")
            self._made[found.principal] = _in_order(into, lambda one: one.type == "CREATED" and one.detail == "user")
        signed_in = found.opening.at if found.opening is not None and found.opening.type == "SIGNED_IN" else None
        password = None if signed_in is None else _last(self._passwords[found.principal], signed_in)
        held = self._world.session(found.first)
        used = signed_in if signed_in is not None else held.first_seen if held else None
        return password or _last(self._made[found.principal], used)


def _in_order(steps: Iterable[Step], asked: Callable[[Step], bool]) -> list[Step]:
    return sorted(filter(asked, steps), key=_AT)


def _last(steps: Sequence[Step], until: int | None) -> Step | None:
    """The last of some steps in order, up to a time if there is one; of equal ones the first."""
    end = len(steps) if until is None else bisect_right(steps, until, key=attrgetter("at"))
    return steps[bisect_left(steps, _AT(steps[end - 1]), key=_AT)] if end else None


def _back(key: str, world: Surroundings, level: Confidence) -> Step | None:
    """The edge by which a session came about: the person that a record of it names, else the surest issue."""
    held = world.session(key)
    if held is None or held.kind == "long_lived":
        return None
    into = [step for step in world.into(key) if step.confidence >= level]
    people = [step for step in into if step.type == "ON_BEHALF_OF" and _acts(step.source, world)]
    if people:
        return people[0]
    issued = _issuing(into)
    if issued is not None:
        return issued
    family = next((step for step in into if step.type == "SAME_SIGN_IN" and step.source == held.family), None)
    return family or (None if world.candidates(key) else _by_members(into, world))


def _acts(source: str, world: Surroundings) -> bool:
    """Whether somebody acts: a person, or a session that queries; of a role that queries nobody knows which session."""
    return source.startswith("idc:") or world.session(source) is not None


def _issuing(into: Sequence[Step]) -> Step | None:
    """The surest issue, if all that are as sure have one source. Who made a long-lived key did not issue its use."""
    steps = [step for step in into if RELATIONS[step.type].origin and step.detail != LONG_LIVED]
    if len(steps) == 1:
        return steps[0]
    surest = max((step.confidence for step in steps), default=None)
    best = [step for step in steps if step.confidence == surest]
    return min(best, key=lambda step: step.at) if len({step.source for step in best}) == 1 else None


def _by_members(into: Sequence[Step], world: Surroundings) -> Step | None:
    """A family of which nothing else is known came about as its members did, if all of them did alike.

    Of the console the keys that AWS made count for nothing: it came about as the key with which it was opened.
    """
    keys = [(step, _issuing(world.into(step.source))) for step in into if step.type == "SAME_SIGN_IN"]
    handed = [(step, issue.source) for step, issue in keys if issue]
    if len({source for _, source in handed}) == 1:
        return handed[0][0]
    members = [step for step in into if step.type == "PART_OF"]
    issued = [_issuing(world.into(step.source)) for step in members]
    sources = {step.source if step else None for step in issued}
    return members[0] if len(sources) == 1 and None not in sources else None


def _below(key: str, world: Surroundings, level: Confidence) -> list[str]:
    return sorted({step.source for step in world.into(key) if RELATIONS[step.type].origin and step.confidence < level})


def _status(held: Known, world: Surroundings) -> str:
    """What is known of the oldest session of a chain, if nothing forks."""
    if held.label == "Service":
        return SERVICE
    if _is_identity(held):
        return LINKED
    if _PORTAL in (held.principal or "") or any(step.detail in HIDES for step in world.into(held.key)):
        return HIDDEN
    begins = world.begins(held.account)
    if held.label == "ForeignAccount" or held.assumed_root or (held.account is not None and begins is None):
        return EXTERNAL
    if begins is not None and held.created is not None and held.created < begins:
        return BEFORE
    return UNKNOWN


def _is_identity(held: Known) -> bool:
    """Whether the record itself names who it is, also where the sign-in is missing."""
    if held.principal is None or not held.authenticated:
        return False
    if held.label == "Root":  # a temporary root key may come from AssumeRoot, whoever called that
        return not held.assumed_root and held.kind in {"long_lived", "console_family"}
    if held.label == "FederatedUser":
        return held.issuer is not None
    return held.label in _PEOPLE or (held.uid or "").startswith("AIDA")


def _whose(held: Known) -> str | None:
    """Who a session stands for: of a federated user whoever called GetFederationToken, who is named in it."""
    return held.issuer if held.label == "FederatedUser" else held.principal
