"""What passing a role and changing an identity provider really open: the sessions that came about by it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from graphtrail.graph.control import Control, begin
from graphtrail.graph.pivots.touches import Touching
from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import World

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
    for edge in passed:
        for key in (key for workload in beside.get(edge.rows[0], ()) for key in on[workload]):
            yield from _after(world, edge, key, "role passed", Confidence.STRONG)
        roles = of_role[edge.target]
        if not any(key in world.workloads for key in roles):
            for key in (key for key in roles if _by_service(world, key, edge.detail)):
                yield from _after(world, edge, key, "role passed", Confidence.HEURISTIC)


def _sessions(world: World) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The sessions that surely run on each workload, and those of each role."""
    on: dict[str, list[str]] = defaultdict(list)
    of_role: dict[str, list[str]] = defaultdict(list)
    for key, (workload, _, confidence) in world.workloads.items():
        if confidence >= Confidence.STRONG:
            on[workload].append(key)
    for session in world.sessions.values():
        if session.label == "Role" and session.principal:
            of_role[session.principal].append(session.key)
    return on, of_role


def _by_service(world: World, key: str, action: str) -> bool:
    """Whether the service that was called issued a session itself, or one that runs what it starts."""
    called = action.partition(":")[0]
    services = {f"service:{name}.amazonaws.com" for name in (called, *_RUN_BY.get(called, ()))}
    sources = [world.sessions[link.source] for link in world.issuing(key) if link.source in world.sessions]
    return any((source.principal or "").removesuffix(".cn") in services for source in sources)


def _after(world: World, edge: Control, key: str, why: str, confidence: Confidence) -> Iterator[Control]:
    start = begin(world.sessions[key])
    if start >= edge.at and key != edge.source:
        yield edge._replace(target=key, type="OPENED_WAY", since=start, confidence=confidence, detail=why)


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
    for edge in changed:
        for key in through.get(edge.target, ()):
            yield from _after(world, edge, key, "identity provider changed", Confidence.STRONG)
