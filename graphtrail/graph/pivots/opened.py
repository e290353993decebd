"""What passing a role and changing an identity provider really open: the sessions that came about by it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

from graphtrail.graph.control import Control, begin
from graphtrail.graph.pivots.touches import Touching
from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import World

_Held = tuple[int, str]  # when a session began, and its key
# Services that issue the sessions of what others start.
_RUN_BY = {
    "autoscaling": ("ec2",),
    "batch": ("ecs-tasks", "ec2"),
    "ecs": ("ecs-tasks", "ec2"),
    "eks": ("pods.eks", "eks-fargate-pods", "ec2"),
    "elasticbeanstalk": ("ec2",),
    "elasticmapreduce": ("ec2",),
}
_HINTS = 20  # sessions that passed a role before one began
_PROVIDERS = (":saml-provider/", ":oidc-provider/", ":trust-anchor/", ":rolesanywhere:")


def roles_passed(world: World, edges: Iterable[Control]) -> Iterator[Control]:
    """To the sessions, issued at or after the call, that run on what the role was passed to.

    Where no session of that role shows what it runs on, those that the service itself issued after it are a hint.
    """
    passed = [edge for edge in edges if edge.type == "PASSED_ROLE"]
    if not passed:
        return
    beside = Touching(world).of({edge.rows[0] for edge in passed}, ("target", "created"))
    on, of_role = _sessions(world)
    shown = {role for role, held in of_role.items() if any(key in world.workloads for _, key in held)}
    hints: dict[tuple[str, str], list[Control]] = defaultdict(list)
    for edge in passed:
        for workload in beside.get(edge.rows[0], ()):
            yield from _after(edge, on.get(workload, []), "role passed", Confidence.STRONG)
        if edge.target in of_role and edge.target not in shown:
            hints[edge.target, edge.detail.partition(":")[0]].append(edge)
    for (role, called), calls in hints.items():
        yield from _hints(calls, [held for held in of_role[role] if _by_service(world, held[1], called)])


def _hints(calls: list[Control], held: list[_Held]) -> Iterator[Control]:
    """To each of some sessions from those that passed the role last before it began, each with its latest call.

    A pipeline passes one role for years: that all of its runs may be behind all that the service did says nothing.
    """
    calls.sort(key=lambda edge: (edge.at, edge.rows))
    latest: dict[str, Control] = {}  # by session, the one that passed it last at the end
    place = 0
    for start, key in held:
        while place < len(calls) and calls[place].at <= start:
            latest.pop(calls[place].source, None)
            latest[calls[place].source] = calls[place]
            place += 1
            if len(latest) > _HINTS:
                del latest[next(iter(latest))]
        for edge in (edge for source, edge in latest.items() if source != key):
            yield _opened(edge, start, key, "role passed", Confidence.HEURISTIC)


def _sessions(world: World) -> tuple[dict[str, list[_Held]], dict[str, list[_Held]]]:
    """The sessions that surely run on each workload, and those of each role."""
    on: dict[str, list[str]] = defaultdict(list)
    of_role: dict[str, list[str]] = defaultdict(list)
    for key, (workload, _, confidence) in world.workloads.items():
        if confidence >= Confidence.STRONG:
            on[workload].append(key)
    for session in world.sessions.values():
        if session.label == "Role" and session.principal:
            of_role[session.principal].append(session.key)
    return _by_begin(world, on), _by_begin(world, of_role)


def _by_begin(world: World, held: dict[str, list[str]]) -> dict[str, list[_Held]]:
    return {name: sorted((begin(world.sessions[key]), key) for key in keys) for name, keys in held.items()}


def _by_service(world: World, key: str, called: str) -> bool:
    """Whether the service that was called issued a session itself, or one that runs what it starts."""
    services = {f"service:{name}.amazonaws.com" for name in (called, *_RUN_BY.get(called, ()))}
    sources = [world.sessions[link.source] for link in world.issuing(key) if link.source in world.sessions]
    return any((source.principal or "").removesuffix(".cn") in services for source in sources)


def _after(edge: Control, held: list[_Held], why: str, confidence: Confidence) -> Iterator[Control]:
    """To those of some sessions, in order of their begins, that begin at or after the call."""
    later = held[bisect_left(held, (edge.at, "")) :]
    yield from (_opened(edge, start, key, why, confidence) for start, key in later if key != edge.source)


def _opened(edge: Control, start: int, key: str, why: str, confidence: Confidence) -> Control:
    return edge._replace(target=key, type="OPENED_WAY", since=start, confidence=confidence, detail=why)


def providers(world: World, edges: Iterable[Control]) -> Iterator[Control]:
    """To the sessions that were issued at or after the call through the provider that it made or changed."""
    changed = [edge for edge in edges if edge.type == "CONTROLS" and any(mark in edge.target for mark in _PROVIDERS)]
    if not changed:
        return
    rows = {row: target for target, links in world.links.items() for link in links for row in link.rows}
    through: dict[str, list[str]] = defaultdict(list)
    for row, keys in Touching(world).of(rows, ("target", "context", "mentioned")).items():
        for key in keys:
            through[key].append(rows[row])
    issued = _by_begin(world, through)
    for edge in changed:
        yield from _after(edge, issued.get(edge.target, []), "identity provider changed", Confidence.STRONG)
