"""L12, L13, L14: the instance or function that a session runs on.

Sources: CloudTrail User Guide, "userIdentity element" (``inScopeOf``, ``ec2RoleDelivery``); real records of AssumeRole
by ec2.amazonaws.com and lambda.amazonaws.com. Anybody may call AssumeRole with a session name ``i-...``: the name alone
is no more than a hint.
"""

import re
from collections import defaultdict

import numpy as np

from graphtrail import arn as arns
from graphtrail.graph.schema import Confidence
from graphtrail.graph.sessions import Session
from graphtrail.graph.world import World

_INSTANCE = re.compile(r"i-(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{17})")
_FUNCTION_CHECK = re.compile(r"awslambda_\d+_\d+")
_LAMBDA_AGENT = "exec-env/AWS_Lambda_"


def workloads(world: World) -> None:
    """Find the workload of every session of a role."""
    known = _known(world)
    in_lambda = _lambda_sessions(world)
    for session in world.sessions.values():
        if len(session.workloads) == 1:
            world.workloads[session.key] = (next(iter(session.workloads)), "L12", Confidence.EXACT)
        elif session.label == "Role" and session.name:
            found = _by_name(world, session, in_lambda)
            if found:
                kind, rule, confidence = found
                key = known.get((kind, session.name)) or _made(world, session, kind)
                world.workloads[session.key] = (key, rule, confidence)


def _by_name(world: World, session: Session, in_lambda: set[str]) -> tuple[str, str, Confidence] | None:
    """Kind of the workload, the rule, and how sure it is."""
    name = session.name or ""
    if _INSTANCE.fullmatch(name):
        sure = session.ec2_role_delivery is not None or _issued_by(world, session, "svc:ec2.amazonaws.com")
        return ("instance", "L13", Confidence.STRONG if sure else Confidence.HEURISTIC)
    by_service = _issued_by(world, session, "svc:lambda.amazonaws.com") and not _FUNCTION_CHECK.fullmatch(name)
    return ("function", "L14", Confidence.STRONG) if by_service or session.key in in_lambda else None


def _issued_by(world: World, session: Session, service: str) -> bool:
    return any(link.source.partition("@")[0] == service for link in world.issuing(session.key))


def _lambda_sessions(world: World) -> set[str]:
    """Sessions with a call whose agent is the runtime of a function."""
    facts, signed = world.facts, world.signed
    inside = facts.clients.column("agent").where(lambda agent: _LAMBDA_AGENT in (agent or ""))
    calls = np.bincount(signed.of_call[inside[facts.client[world.records.calls]]])
    return {signed.keys[number] for number in np.flatnonzero(calls).tolist()}


def _known(world: World) -> dict[tuple[str, str], str]:
    """The ARN of an instance or function by its name, where the records touch just one of that name."""
    by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    resources, renamed = world.facts.resources, world.names.renamed
    for kind, separator in (("instance", ":instance/"), ("function", ":function:")):
        named = {resources[code] for code in resources.containing(separator) if code not in renamed}
        for key in named.union(key for key in renamed.values() if separator in key):
            by_name[kind, key.partition(separator)[2]].add(key)
    return {name: next(iter(keys)) for name, keys in by_name.items() if len(keys) == 1}


def _made(world: World, session: Session, kind: str) -> str:
    """An ARN for a workload that no call touched: in the account of the role, in the Region where it was issued."""
    role = arns.parse(session.principal or "") or arns.Arn("aws", "iam", "", "", "")
    rows = [row for link in world.issuing(session.key) for row in link.rows]
    region = world.facts.kinds[world.facts.kind[min(rows)]].region if rows else None
    service, resource = (
        ("ec2", f"instance/{session.name}") if kind == "instance" else ("lambda", f"function:{session.name}")
    )
    return str(arns.Arn(role.partition, service, region or "", role.account, resource))
