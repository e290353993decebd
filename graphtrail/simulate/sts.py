"""How calls to STS are written: one exchange, in one copy or two.

Shapes: real records of AssumeRole (public sets invictus and stratus); AWS STS API Reference. Every answer holds a
session token, as real ones do; here it is random text, and readers of the logs must drop it all the same.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from msgspec import Raw

from graphtrail.simulate.clock import expiration, iso
from graphtrail.simulate.identity import UserIdentity
from graphtrail.simulate.ledger import Session
from graphtrail.simulate.organisation import Account, Role
from graphtrail.simulate.places import Site
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.records import Record, encode, tls
from graphtrail.simulate.world import World

_USUAL_FORM, _WITHOUT_COMMA = 0.9, 0.96


class Written(Enum):
    """Which records of an issuing call reach the log."""

    ALL = "all"
    NONE = "none"
    CALLEE = "callee"  # of a call between accounts, only the copy in the role's account
    BEFORE = "before"  # it was made before the log begins


class Sender(NamedTuple):
    """How a copy shows who called.

    Attributes:
        identity: ``userIdentity``.
        address: ``sourceIPAddress``.
        agent: ``userAgent``.
        by_service: whether a service sent the request.
        early: seconds by which the endpoint's clock is slow.
    """

    identity: Raw
    address: str
    agent: str
    by_service: bool = False
    early: int = 0


class Exchange(NamedTuple):
    """What all copies of a call have in common.

    Attributes:
        name: ``eventName``.
        request: ``requestParameters``.
        response: ``responseElements``.
        resources: ``resources``; None if the service names none.
        request_id: ``requestID``.
        shared: ``sharedEventID``; None for a call within an account.
        read_only: ``readOnly``.
    """

    name: str
    request: Raw
    response: Raw
    resources: Raw | None
    request_id: str
    shared: str | None = None
    read_only: bool = True


class Grant(NamedTuple):
    """Credentials that were handed out.

    Attributes:
        session: the session that they open.
        identity: ``userIdentity`` of whoever uses them.
        key: the access key; empty if its use shows none.
        created: epoch seconds.
    """

    session: Session
    identity: UserIdentity
    key: str
    created: int


def exchange(
    world: World,
    name: str,
    request: Mapping[str, object],
    response: Mapping[str, object],
    resources: Raw | None = None,
    *,
    shared: bool = False,
    read_only: bool = True,
) -> Exchange:
    """A call with new ids.

    Args:
        world: the world.
        name: ``eventName``.
        request: ``requestParameters``.
        response: ``responseElements``.
        resources: ``resources``.
        shared: whether it has a ``sharedEventID``.
        read_only: ``readOnly``.
    """
    dice = world.dice
    shared_id = dice.uuid() if shared else None
    return Exchange(name, Raw(encode(request)), Raw(encode(response)), resources, dice.uuid(), shared_id, read_only)


def log(world: World, place: Site, sender: Sender, call: Exchange) -> bool:
    """Write one copy of a call to STS. Returns whether a trail covers the account."""
    if not place.account.observed:
        return False
    extra = {"RequestDetails": {"awsServingRegion": place.region, "endpointType": "regional"}}
    world.recorder.write(
        place,
        Record(
            event_version="1.11",
            user_identity=sender.identity,
            event_time=iso(world.now - sender.early),
            event_source="sts.amazonaws.com",
            event_name=call.name,
            aws_region=place.region,
            source_ip_address=sender.address,
            user_agent=sender.agent,
            request_parameters=call.request,
            response_elements=call.response,
            additional_event_data=None if sender.by_service else Raw(encode(extra)),
            request_id=call.request_id,
            event_id=world.dice.uuid(),
            read_only=call.read_only,
            resources=call.resources,
            event_type="AwsApiCall",
            management_event=True,
            recipient_account_id=place.account.id,
            shared_event_id=call.shared,
            event_category="Management",
            tls_details=None if sender.by_service else tls(f"sts.{place.region}.amazonaws.com"),
        ),
    )
    return True


def sender_of(caller: Caller) -> Sender:
    """A caller as its own account's log shows it."""
    return Sender(caller.modern, caller.address, caller.agent, caller.sent_by_service, caller.early)


def credentials(world: World, key: str, seconds: int) -> dict[str, str]:
    """The ``credentials`` of an answer: key, token, and the time of their end in one of its real forms.

    Args:
        world: the world.
        key: the access key.
        seconds: how long they live.
    """
    dice = world.dice
    luck = dice.unit()
    form = 0 if luck < _USUAL_FORM else 1 if luck < _WITHOUT_COMMA else 2
    token = f"IQoJb3JpZ2luX2VjE{dice.base64(dice.between(420, 760))}"
    return {"accessKeyId": key, "sessionToken": token, "expiration": expiration(world.now + seconds, form)}


def resources(*named: tuple[str, str, Account]) -> Raw:
    """The ``resources`` of a record, from type, ARN and owner of each."""
    return Raw(encode([{"accountId": account.id, "type": kind, "ARN": arn} for kind, arn, account in named]))


def answer(world: World, role: Role, name: str, issued: str, seconds: int) -> dict[str, object]:
    """The answer of the calls that assume a role.

    Args:
        world: the world.
        role: the role.
        name: the session's name.
        issued: the access key.
        seconds: how long it lives.
    """
    user = {"assumedRoleId": f"{role.uid}:{name}", "arn": role.session_arn(name)}
    return {"credentials": credentials(world, issued, seconds), "assumedRoleUser": user}
