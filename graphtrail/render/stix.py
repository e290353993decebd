"""The graph as STIX 2.1: sessions are user accounts, people and roles identities, everything else infrastructure.

Source: STIX Version 2.1, OASIS Standard of 10 June 2021: sections 2.9 (identifiers), 4.5, 4.8, 5.1, 6.4, 6.6 and 6.21.
Every id follows from what it names, so that the same case is the same bundle.
"""

import ipaddress
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from graphtrail.graph.model import Edge, Node, Subgraph
from graphtrail.graph.schema import PRINCIPALS
from graphtrail.render.machine import encoded

# The namespace that section 2.9 gives for observables, and one of graphtrail's own for all other objects.
_OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
_OWN = uuid5(_OBSERVABLES, "graphtrail")
_PEOPLE = frozenset({"User", "Root", "FederatedUser", "Saml", "WebIdentity", "IdentityCenterUser"})
_SYSTEMS = frozenset({"Role", "Service"})
_SURE = {"exact": 100, "strong": 85, "heuristic": 30}
_EVIDENCE = "AWS CloudTrail eventID"
_LAST = 253_402_300_799  # the end of the year 9999


def stix(graph: Subgraph) -> str:
    """A bundle of the nodes and edges of a graph.

    Actions are no objects of their own: what a session did to a resource is a relationship that names the action. A
    relationship carries up to 20 event ids as external references.
    """
    begin = _time(min((edge.first_seen for edge in graph.edges if edge.first_seen > 0), default=0))
    objects = {node.key: _object(node, begin) for node in graph.nodes if node.label != "Action"}
    actions = {node.key: node for node in graph.nodes if node.label == "Action"}
    actors = {edge.target: edge.source for edge in graph.edges if edge.type == "PERFORMED"}
    related = [
        made
        for edge in graph.edges
        if edge.type != "PERFORMED"
        for made in _relationship(edge, objects, actions.get(edge.source), actors.get(edge.source, edge.source))
    ]
    held = {made["id"]: made for made in (*objects.values(), *related)}
    bundle = uuid5(_OWN, json.dumps(sorted(held)))
    return encoded({"type": "bundle", "id": f"bundle--{bundle}", "objects": list(held.values())}) + "\n"


def _object(node: Node, begin: str) -> dict[str, Any]:
    """A node: what it observably is, else a domain object."""
    if node.label == "Session":
        return _account(node)
    address = _ip(node.key.removeprefix("ip:")) if node.label == "IpAddress" else None
    if address is not None:
        return _observable(f"ipv{address.version}-addr", {"value": str(address)})
    kind = "identity" if node.label in PRINCIPALS else "infrastructure"
    made = _domain(kind, node.key, begin) | {"name": node.name or node.key, "description": node.key}
    if kind == "identity":
        people = "individual" if node.label in _PEOPLE else "system" if node.label in _SYSTEMS else None
        made["identity_class"] = people or ("organization" if node.label == "ForeignAccount" else "unknown")
    return made


def _account(node: Node) -> dict[str, Any]:
    """A session: its key, the name that it was given, and its life."""
    said = _observable("user-account", {"account_type": "aws", "account_login": node.name, "user_id": node.key})
    for name, field in (("account_created", "created"), ("account_expires", "expires")):
        time = node.properties.get(field)
        if isinstance(time, int) and 0 < time < _LAST:
            said[name] = _time(time)
    return said


def _relationship(
    edge: Edge, objects: dict[str, dict[str, Any]], action: Node | None, source: str
) -> Iterator[dict[str, Any]]:
    """An edge, unless one of its ends is no object."""
    if source not in objects or edge.target not in objects:
        return
    said = [edge.type, edge.rule, *([action.name, str(action.properties.get("outcome"))] if action else [])]
    named = json.dumps([source, edge.target, *said, edge.source, edge.first_seen, edge.event_ids[:1]])
    made = _domain("relationship", named, _time(edge.first_seen)) | {
        "relationship_type": edge.type.lower().replace("_", "-"),
        "description": " ".join(said) + f" (calls: {edge.count})",
        "source_ref": objects[source]["id"],
        "target_ref": objects[edge.target]["id"],
        "confidence": _SURE[edge.confidence],
    }
    if edge.first_seen > 0:
        made["start_time"] = _time(edge.first_seen)
        if edge.last_seen > edge.first_seen:  # one must lie before the other
            made["stop_time"] = _time(edge.last_seen)
    if edge.event_ids:
        made["external_references"] = [{"source_name": _EVIDENCE, "external_id": one} for one in edge.event_ids[:20]]
    yield made


def _domain(kind: str, key: str, time: str) -> dict[str, Any]:
    named = f"{kind}--{uuid5(_OWN, f'{kind} {key}')}"
    return {"type": kind, "spec_version": "2.1", "id": named, "created": time, "modified": time}


def _observable(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """An observable, whose id is that of its properties as canonical JSON."""
    named = uuid5(_OBSERVABLES, json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{named}", **said}


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _time(seconds: int) -> str:
    held = datetime.fromtimestamp(min(max(seconds, 0), _LAST), UTC)
    return held.strftime("%Y-%m-%dT%H:%M:%S.000Z")
