"""L12, L13, L14: the instance or function that a session runs on.

Sources: CloudTrail User Guide, "userIdentity element" (``inScopeOf``, ``ec2RoleDelivery``); real records of AssumeRole
by ec2.amazonaws.com and lambda.amazonaws.com. Anybody may call AssumeRole with a session name ``i-...``: the name alone
is no more than a hint.
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


def workloads(world: World) -> None:
    """Find the workload of every session of a role."""
    by_ec2, by_lambda = _issued_by(world, "svc:ec2.amazonaws.com"), _issued_by(world, "svc:lambda.amazonaws.com")
    in_lambda = _lambda_sessions(world)
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
    known = _known(world, {(what.kind, session.name or "") for session, what in found})
    for session, what in found:
        key = known.get((what.kind, session.name or "")) or _made(world, session, what.kind)
        world.workloads[session.key] = (key, what.rule, what.confidence)


class _Found(NamedTuple):
    """Kind of a workload, the rule, and how sure it is."""

    kind: str
    rule: str
    confidence: Confidence


def _issued_by(world: World, service: str) -> set[str]:
    """The sessions that a service issued, in whatever account."""
    return {
        target
        for target, links in world.links.items()
        if any(link.source.startswith(service) and link.source.partition("@")[0] == service for link in links)
        and any(link.source.partition("@")[0] == service for link in world.issuing(target))
    }


def _lambda_sessions(world: World) -> set[str]:
    """Sessions with a call whose agent is the runtime of a function."""
    facts, signed = world.facts, world.signed
    inside = facts.clients.column("agent").where(lambda agent: _LAMBDA_AGENT in (agent or ""))
    calls = np.bincount(signed.of_call[inside[facts.client[world.records.calls]]])
    return {signed.keys[number] for number in np.flatnonzero(calls).tolist()}


def _known(world: World, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The ARN of an instance or function by its kind and name, where the records touch just one of that name."""
    by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    resources, renamed = world.facts.resources, world.names.renamed
    for kind, separator in (("instance", ":instance/"), ("function", ":function:")):
        named = {resources[code] for code in resources.containing(separator) if code not in renamed}
        for key in named.union(key for key in renamed.values() if separator in key):
            name = kind, key.partition(separator)[2]
            if name in wanted:
                by_name[name].add(key)
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
