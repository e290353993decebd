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
    issued: dict[tuple[str, str], list[_Held]] = {}
    for edge in passed:
        for workload in beside.get(edge.rows[0], ()):
            yield from _after(edge, on.get(workload, []), "role passed", Confidence.STRONG)
        named = edge.target, edge.detail.partition(":")[0]
        if edge.target not in shown and named not in issued:
            held = of_role.get(edge.target, [])
            issued[named] = [(start, key) for start, key in held if _by_service(world, key, named[1])]
        yield from _after(edge, issued.get(named, []), "role passed", Confidence.HEURISTIC)


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
    opened = edge._replace(type="OPENED_WAY", confidence=confidence, detail=why)
    yield from (opened._replace(target=key, since=start) for start, key in later if key != edge.source)


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
