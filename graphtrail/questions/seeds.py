"""What a person may name: a session, key, principal, resource, address or event."""

import re
from dataclasses import dataclass, replace

import numpy as np

from graphtrail import arn as arns
from graphtrail.errors import NotFound, UsageError
from graphtrail.events.identity import key_id
from graphtrail.events.resources.forms import normal
from graphtrail.graph.schema import PRINCIPALS
from graphtrail.graph.sessions import FOREIGN
from graphtrail.questions.names import account_number, anything_named, entity_named, session_named
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import SessionNode

_STS = re.compile(r"arn:[a-z-]+:sts::(\d*):(assumed-role|federated-user)/([^/]+)(?:/.*)?", re.DOTALL)
_S3 = re.compile(r"s3://(.+)", re.DOTALL)
_WHOLE_BUCKET = re.compile(r"(arn:[a-z-]+:s3:::[^/]+)/\*?")
# In these roles a call touches a resource; in others it only names it.
COUNTING = frozenset({"target", "source", "created"})


@dataclass(frozen=True, slots=True)
class Seed:
    """What a name stands for.

    Attributes:
        text: as it was given.
        kind: ``session``, ``key``, ``principal``, ``workload``, ``resource``, ``address`` or ``event``.
        key: of its node; of an event its id.
        sessions: the sessions that it stands for: its own, those of the principal, those that run on the workload,
            those that touched the resource or came from the address.
    """

    text: str
    kind: str
    key: str
    sessions: tuple[SessionNode, ...]


def seed(trail: Trail, text: str) -> Seed:
    """What a name stands for.

    Raises:
        NotFound: nothing in the case answers to it.
        AmbiguousName: several things do.
        UsageError: it is empty.
    """
    if not text.strip():
        raise UsageError("an empty name stands for nothing; name a session, principal, resource, address or event")
    for find in (_session, _by_key_id, _by_arn, _entity, _address, _event, _account, _as_recorded, _by_name):
        found = find(trail, text)
        if found is not None:
            return found
    raise NotFound(
        f"{text}: nothing in this case answers to that name; a name is the key of a session (key:ASIA...), "
        "an access key id, an ARN or what it ends in, a unique id, an account number, an address or an event id"
    )


def resource_key(text: str) -> str:
    """The key of a resource as a person names it: an ARN, or ``s3://bucket/key``; all in a bucket is the bucket."""
    found = _S3.fullmatch(text)
    key = f"arn:aws:s3:::{found[1]}" if found else text
    whole = _WHOLE_BUCKET.fullmatch(key)
    return whole[1] if whole else key


def resource_named(trail: Trail, text: str) -> str:
    """The key of a resource as a person names it: as ``resource_key``, else what bears the name, else the text itself.

    An ARN may be longer or shorter than the node's: of a function with its version, of a secret without the six
    characters that AWS adds. ``s3://`` is of whatever partition the case knows it in. An access key id is the key.

    Raises:
        AmbiguousName: several things bear it.
    """
    key = resource_key(text)
    if nodes(trail, key):
        return key
    if not arns.is_arn(key):
        named = f"key:{text}"
        bucket = resource_key(f"s3://{text}")  # no call may name more of it than objects
        known = named if key_id(text) and nodes(trail, named) else entity_named(trail, text)
        return known or (bucket if is_bucket(bucket) and nodes(trail, bucket) else key)
    secret, stored = key.partition(":secret:")[2], key.partition(":s3:::")[2] if _S3.fullmatch(text) else ""
    found = entity_named(trail, secret, lambda one: one.key.startswith(f"{key}-")) if secret else None
    found = entity_named(trail, stored, lambda one: one.key.endswith(f":s3:::{stored}")) if stored else found
    return found or normal(key)


def principal_named(trail: Trail, text: str) -> Seed:
    """A principal as a person names it: by its key, its unique id, its name, or all of an account by its number.

    Raises:
        NotFound: there is none.
        AmbiguousName: several principals bear the name.
    """
    key: str | None = text
    if account_number(text) is None and trail.store.entity(text) is None:
        key = entity_named(trail, text, lambda one: one.label in PRINCIPALS)
    found = (_entity(trail, key) or _account(trail, key)) if key else None
    if found is None or found.kind != "principal":
        raise NotFound(f"{text}: no principal of this case")
    return replace(found, text=text)


def sessions_of(trail: Trail, principal: str) -> tuple[SessionNode, ...]:
    """The sessions of a principal, in order of their keys."""
    edges = trail.store.out(principal)
    found = (trail.store.session(edge.target) for edge in edges if edge.type == "OPENED")
    return tuple(session for session in found if session is not None)


def by_session_name(trail: Trail, text: str) -> tuple[SessionNode, ...]:
    """The sessions that a session key, an access key id or an STS ARN stands for: those of an ARN that made calls.

    Raises:
        NotFound: there is none.
    """
    for find in (_session, _by_key_id, _by_arn, _as_recorded, _by_session_name):
        found = find(trail, text)
        if found is not None:
            return found.sessions
    raise NotFound(f"{text}: no session, access key id, STS ARN or name of a session of this case")


def _session(trail: Trail, text: str) -> Seed | None:
    """A session by its key; a caller of another account by its own, whatever sessions its calls turned out to be of."""
    session = trail.store.session(text)
    found = [session] if session else trail.store.sessions_below(f"{text}#") if text.startswith(FOREIGN) else []
    return Seed(text, "session", text, tuple(found)) if found else None


def _by_key_id(trail: Trail, text: str) -> Seed | None:
    wanted = key_id(text.removeprefix("key:").partition("#")[0])
    if wanted is None:
        return None
    own = [
        held for held in trail.store.sessions_below(f"key:{wanted}") if held.key.partition("#")[0] == f"key:{wanted}"
    ]
    found = own or signing(trail, wanted)
    return Seed(text, "key", f"key:{wanted}", tuple(found)) if found else None


def signing(trail: Trail, access_key: str) -> list[SessionNode]:
    """The sessions some of whose calls were signed with a key: families whose keys AWS made a call."""
    return _of_calls(trail, trail.store.calls.signed_by(access_key))


def _of_calls(trail: Trail, calls: Rows) -> list[SessionNode]:
    """The sessions of some calls."""
    numbers = sorted(set(trail.sessions(calls).tolist()))
    return [trail.session_at(number) for number in numbers]


def _by_arn(trail: Trail, text: str) -> Seed | None:
    found = _STS.fullmatch(text)
    if found is None:
        return None
    sessions = tuple(session for session in trail.store.sessions_with("arn", {text}) if session.calls)
    sessions = sessions or tuple(_of_calls(trail, trail.store.calls.signed_as(text)))
    return Seed(text, "session", text, sessions) if sessions else None


def _entity(trail: Trail, text: str) -> Seed | None:
    key = resource_key(text)
    entity = trail.store.entity(key)
    if entity is None:
        return Seed(text, "resource", key, _touching(trail, key)) if nodes(trail, key) else None
    if entity.label in PRINCIPALS:
        sessions = sessions_of(trail, key)
        account = None if sessions else account_number(key)
        return (account and _of_account(trail, text, account)) or Seed(text, "principal", key, sessions)
    level = trail.limits.level
    hosted = [edge.target for edge in trail.store.out(key) if edge.type == "HOSTS" and edge.confidence >= level]
    if hosted:
        running = filter(None, map(trail.store.session, dict.fromkeys(hosted)))
        return Seed(text, "workload", key, tuple(running))
    return Seed(text, "resource", key, _touching(trail, key))


def _account(trail: Trail, text: str) -> Seed | None:
    """An account: the sessions of its principals that made calls."""
    account = account_number(text)
    return _of_account(trail, text, account) or _entity(trail, f"account:{account}") if account else None


def _of_account(trail: Trail, text: str, account: str) -> Seed | None:
    found = tuple(one for one in trail.store.sessions_with("account", {account}) if one.calls)
    return Seed(text, "principal", f"account:{account}", found) if found else None


def _as_recorded(trail: Trail, text: str) -> Seed | None:
    """An access key id that is none, as it is recorded: masked ids make no session."""
    found = signing(trail, text)
    return Seed(text, "key", text, tuple(found)) if found else None


def _by_session_name(trail: Trail, text: str) -> Seed | None:
    key = session_named(trail, text)
    return (_session(trail, key) or _by_arn(trail, key)) if key else None


def _by_name(trail: Trail, text: str) -> Seed | None:
    key = anything_named(trail, text)
    found = next(filter(None, (find(trail, key) for find in (_session, _by_arn, _entity))), None) if key else None
    return found and replace(found, text=text)


def _touching(trail: Trail, key: str) -> tuple[SessionNode, ...]:
    numbers = sorted(set(trail.sessions(touching(trail, key, None)).tolist()))
    return tuple(map(trail.session_at, numbers))


def touching(trail: Trail, key: str, roles: frozenset[str] | None) -> Rows:
    """The calls that touch a resource, of a bucket its objects too, that the answer is about."""
    return trail.within(trail.store.calls.touching(nodes(trail, key), roles))


def nodes(trail: Trail, key: str) -> list[int]:
    """The numbers of the nodes that a resource stands for: its own, of a bucket those of its objects too."""
    own = trail.store.number(key)
    found = [] if own is None else [own]
    if is_bucket(key):
        found += trail.store.numbers_below(f"{key}/")
    return found


def is_bucket(key: str) -> bool:
    """Whether a key is that of a bucket: its objects lie below it."""
    found = arns.parse(key)
    return (
        found is not None and found.service in {"s3", "s3express"} and "/" not in found.resource.removeprefix("bucket/")
    )


def _address(trail: Trail, text: str) -> Seed | None:
    wanted = text.removeprefix("ip:")
    calls = trail.store.calls.from_address(wanted)
    if not len(calls):
        return None
    numbers = sorted(set(trail.sessions(trail.within(calls)).tolist()))
    return Seed(text, "address", f"ip:{wanted}", tuple(map(trail.session_at, numbers)))


def _event(trail: Trail, text: str) -> Seed | None:
    call = trail.store.calls.find(text.removeprefix("evt:"))
    if call is None:
        return None
    number = int(trail.sessions(np.array([call]))[0])
    return Seed(text, "event", text.removeprefix("evt:"), (trail.session_at(number),))
