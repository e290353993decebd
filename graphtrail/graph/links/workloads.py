"""L12 to L18: the instance, function, task, pod, build or certificate that a session runs on.

Sources: CloudTrail User Guide, "userIdentity element" (``inScopeOf``, ``ec2RoleDelivery``); real records of AssumeRole
by ec2.amazonaws.com and lambda.amazonaws.com; public write-ups of tasks of ECS and builds of CodeBuild; EKS User Guide,
"EKS Pod Identity" and "IAM roles for service accounts"; IAM Roles Anywhere User Guide, "Monitoring" (the session name
is the serial number of the certificate). Anybody may call AssumeRole with a session name ``i-...``: a name counts with
the service that issued the session, and alone it is no more than a hint.
"""

import re
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from graphtrail import arn as arns
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World

_INSTANCE = re.compile(r"i-(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{17})")
_FUNCTION_CHECK = re.compile(r"awslambda_\d+_\d+")
_LAMBDA_AGENT = "exec-env/AWS_Lambda_"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SERVICE_ACCOUNT = re.compile(r"(?P<start>.*:)system:serviceaccount:(?P<space>[^:]+):(?P<name>[^:]+)$")


class _Named(NamedTuple):
    """A kind of workload that is told by the name of the session and who issued it.

    Attributes:
        rule: which one.
        kind: see ``_KINDS``.
        name: what the session's name is.
        issuers: services, or the action that issued it; whoever else chose such a name is not believed.
    """

    rule: str
    kind: str
    name: re.Pattern[str]
    issuers: frozenset[str]


_NAMED = (
    _Named("L15", "task", re.compile(f"(?P<name>{_UUID}|[0-9a-f]{{32}})"), frozenset({"ecs-tasks.amazonaws.com"})),
    _Named(
        "L16", "pod", re.compile(f"eks-(?P<name>.+)-{_UUID}"),
        frozenset({"pods.eks.amazonaws.com", "eks-auth:AssumeRoleForPodIdentity"}),
    ),
    _Named("L17", "build", re.compile(f"AWSCodeBuild-(?P<name>{_UUID})"), frozenset({"codebuild.amazonaws.com"})),
    _Named("L17", "managed", re.compile("(?P<name>mi-[0-9a-f]{8,17})"), frozenset({"ssm.amazonaws.com"})),
    _Named("L18", "certificate", re.compile("(?P<name>[0-9a-f]{8,64})"), frozenset({"rolesanywhere.amazonaws.com"})),
)  # fmt: skip
_LAST = re.compile("[/:]")
_IN_ARNS = {"instance": ":instance/", "function": ":function:", "task": ":task/", "build": ":build/"}
# Of each kind the service and the resource part of its ARN; of those that have no ARN a key of their own.
_KINDS = {
    "build": ("codebuild", "build/"),
    "function": ("lambda", "function:"),
    "instance": ("ec2", "instance/"),
    "managed": ("ssm", "managed-instance/"),
    "task": ("ecs", "task/"),
    "certificate": ("rolesanywhere", "subject/"),
}


def workloads(world: World) -> None:
    """Find the workload of every session of a role."""
    by_ec2, by_lambda = _issued_by(world, "ec2.amazonaws.com"), _issued_by(world, "lambda.amazonaws.com")
    in_lambda = _lambda_sessions(world)
    _service_accounts(world)
    found: list[tuple[Session, _Found]] = []
    for session in world.sessions.values():
        name = session.name or ""
        if len(session.workloads) == 1:
            world.workloads[session.key] = (next(iter(session.workloads)), "L12", Confidence.EXACT)
        elif session.label != "Role" or not name:
            continue
        elif _INSTANCE.fullmatch(name):
            sure = session.ec2_role_delivery is not None or session.key in by_ec2
            found.append((session, _Found("instance", "L13", Confidence.STRONG if sure else Confidence.HEURISTIC)))
        elif session.key in in_lambda or (session.key in by_lambda and not _FUNCTION_CHECK.fullmatch(name)):
            found.append((session, _Found("function", "L14", Confidence.STRONG)))
        elif session.key not in world.workloads:
            _by_name(world, session, name, found)
    known = _known(world, {(what.kind, what.name or session.name or "") for session, what in found})
    for session, what in found:
        name = what.name or session.name or ""
        key = known.get((what.kind, name)) or _made(world, session, what.kind, name)
        world.workloads[session.key] = (key, what.rule, what.confidence)


class _Found(NamedTuple):
    """Kind of a workload, the rule, how sure it is, and its name where that is not the session's."""

    kind: str
    rule: str
    confidence: Confidence
    name: str = ""


def _by_name(world: World, session: Session, name: str, found: list[tuple[Session, "_Found"]]) -> None:
    """Tasks, pods, builds and certificates: strong with the service that issues such names, else a hint."""
    for one in _NAMED:
        told = one.name.fullmatch(name)
        if told is None:
            continue
        issued = {part for link in world.issuing(session.key) for part in (_service(world, link.source), link.method)}
        if issued & one.issuers:
            found.append((session, _Found(one.kind, one.rule, Confidence.STRONG, told["name"])))
        return


def _service(world: World, source: str) -> str:
    """The service that a session is one of, empty if it is none's."""
    session = world.sessions.get(source)
    return ((session.principal if session else source) or "").partition("service:")[2].removesuffix(".cn")


def _service_accounts(world: World) -> None:
    """L16: the subject of a token of a Kubernetes cluster names the service account that a session belongs to."""
    for session in world.sessions.values():
        for link in world.issuing(session.key) if session.label == "Role" else ():
            source = world.sessions.get(link.source)
            told = _SERVICE_ACCOUNT.fullmatch((source.principal if source else None) or "")
            if told:
                issuer = told["start"].removeprefix("oidc:").removesuffix(":")
                key = f"serviceaccount:{told['space']}:{told['name']}@{issuer}"
                world.workloads[session.key] = (key, "L16", Confidence.STRONG)


def _issued_by(world: World, service: str) -> set[str]:
    """The sessions that a service issued, in whatever account; in China its name ends in ``.cn``."""
    names = {f"svc:{service}", f"svc:{service}.cn"}
    return {
        target
        for target, links in world.links.items()
        if any(link.source.partition("@")[0] in names for link in links)
        and any(link.source.partition("@")[0] in names for link in world.issuing(target))
    }


def _lambda_sessions(world: World) -> set[str]:
    """Sessions with a call whose agent is the runtime of a function."""
    facts, signed = world.facts, world.signed
    inside = facts.clients.column("agent").where(lambda agent: _LAMBDA_AGENT in (agent or ""))
    calls = np.bincount(signed.of_call[inside[facts.client[world.records.calls]]])
    return {signed.keys[number] for number in np.flatnonzero(calls).tolist()}


def _known(world: World, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The ARN of a workload by its kind and name, where the records touch just one of that name.

    The ARN of a task has its cluster before the id, that of a build its project.
    """
    by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    resources, renamed = world.facts.resources, world.names.renamed
    for kind, separator in _IN_ARNS.items():
        named = {resources[code] for code in resources.containing(separator) if code not in renamed}
        for key in named.union(key for key in renamed.values() if separator in key):
            name = kind, _LAST.split(key.partition(separator)[2])[-1]
            if name in wanted:
                by_name[name].add(key)
    return {name: next(iter(keys)) for name, keys in by_name.items() if len(keys) == 1}


def _made(world: World, session: Session, kind: str, name: str) -> str:
    """An ARN for a workload that no call touched: in the account of the role, in the Region where it was issued."""
    role = arns.parse(session.principal or "") or arns.Arn("aws", "iam", "", "", "")
    rows = [row for link in world.issuing(session.key) for row in link.rows]
    region = world.facts.kinds[world.facts.kind[min(rows)]].region if rows else None
    if kind == "pod":  # clusters of one name may be in several places
        return f"pod:{name}@{region or ''}:{role.account}"
    service, resource = _KINDS[kind]
    return str(arns.Arn(role.partition, service, region or "", role.account, f"{resource}{name}"))
