"""What a server holds, as the values that questions work with: the other way than ``stores.rows``."""

from typing import Any
from uuid import UUID

import msgspec

from graphtrail.graph.schema import Confidence
from graphtrail.stores.call_table import Caller, Client, Issue, Kind
from graphtrail.stores.named import LONG
from graphtrail.stores.store import ControlEdge, EntityNode, SessionNode

Said = dict[str, Any]
_HALF = 2**64


def whole(said: Said) -> Said:
    """What a node says, with the whole of what is shortened for an index."""
    return said | msgspec.json.decode(said[LONG]) if LONG in said else said


def key_of(said: Said) -> str:
    """The key of a node."""
    key: str = said.get("long_key") or said["key"]
    return key


def is_session(said: Said) -> bool:
    """Whether a node is a session."""
    return "origin_status" in said


def session(said: Said) -> SessionNode:
    """A session."""
    said = whole(said)
    confidence = said.get("workload_confidence")
    return SessionNode(
        key=key_of(said),
        principal=said.get("principal"),
        label=said.get("principal_label", ""),
        kind=said.get("kind", ""),
        uid=said.get("principal_uid"),
        name=said.get("session_name"),
        arn=said.get("session_arn"),
        issuer=said.get("issuer"),
        created=said.get("created"),
        expires=said.get("expires"),
        expires_assumed=said["expires_assumed"],
        first_seen=said.get("first_seen"),
        last_seen=said.get("last_seen"),
        calls=said["calls"],
        assumed_root=said["assumed_root"],
        authenticated=said["authenticated"],
        conflict=said["conflict"],
        account=said.get("account"),
        family=said.get("family"),
        workload=said.get("workload"),
        workload_rule=said.get("workload_rule"),
        workload_confidence=Confidence.of(confidence) if confidence else None,
        source_identity=said.get("source_identity"),
        ec2_role_delivery=said.get("ec2_role_delivery"),
        mfa=said.get("mfa"),
        status=said["origin_status"],
        origin=said.get("origin"),
    )


def candidates(said: Said) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The possible parents of a session, each with the events that speak for it."""
    proofs = (tuple(ids.split()) for ids in said.get("candidate_event_ids", ()))
    return tuple(zip(said.get("candidates", ()), proofs, strict=True))


def entity(said: Said) -> EntityNode:
    """A principal, resource or workload."""
    return EntityNode(
        key=key_of(said),
        label=said["label"],
        unique_ids=tuple(said.get("unique_ids", ())),
        recreated=said["recreated"],
        owners=tuple(said.get("owner_accounts", ())),
    )


def edge(row: Said) -> ControlEdge:
    """A control edge."""
    said = row["said"]
    return ControlEdge(
        source=row["source"],
        target=row["target"],
        type=row["type"],
        at=said["at"],
        until=said["until"],
        since=said["since"],
        rule=said["rule"],
        confidence=Confidence(said["level"]),
        detail=said.get("detail", ""),
        event_ids=tuple(said.get("event_ids", ())),
    )


def kind(said: Said) -> Kind:
    """What was called."""
    return Kind(
        source=said["event_source"],
        name=said["event_name"],
        action=said["action"],
        region=said.get("region"),
        account=said.get("account"),
        category=said["category"],
        outcome=said["outcome"],
        error_code=said.get("error_code"),
        read_only=said.get("read_only"),
        truncated=said.get("truncated", False),
    )


def caller(said: Said) -> Caller:
    """Who signed."""
    return Caller(
        type=said.get("identity_type"),
        arn=said.get("identity_arn"),
        access_key=said.get("access_key"),
        account=said.get("principal_account"),
        via=said.get("via"),
    )


def client(said: Said) -> Client:
    """From where."""
    return Client(said.get("address"), said.get("agent"), said.get("vpc_endpoint"))


def halves(said: Said) -> tuple[int, int]:
    """What an event id is sorted by: of one that is no UUID it is said beside it."""
    if "id_high" in said:
        return said["id_high"] % _HALF, said["id_low"] % _HALF
    whole = UUID(said["event_id"]).int
    return whole >> 64, whole % _HALF


def issue(row: Said) -> Issue:
    """A credential that a call handed out."""
    said, number = row["said"], row["session"]
    return Issue(
        call=row["number"],
        session=-1 if number is None else number,
        key=said.get("access_key"),
        target=said.get("principal"),
        name=said.get("session_name"),
        method=said["action"],
    )
