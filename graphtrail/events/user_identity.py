"""The ``userIdentity`` element of a record, decoded.

Source of the format: CloudTrail User Guide, "CloudTrail userIdentity element"; ``onBehalfOf``, ``inScopeOf`` and
``invokedByDelegate`` were read from real records.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from graphtrail.events.record import Flag, Json, Text, mapping, text
from graphtrail.events.tolerant import decoded

_Part = TypeVar("_Part", bound=msgspec.Struct)


class SessionIssuer(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Who issued the session: the role, of GetFederationToken and GetSessionToken the user."""

    arn: Text = None
    principal_id: Text = None


class Attributes(msgspec.Struct, frozen=True, gc=False):
    """``sessionContext.attributes``."""

    created: Text = msgspec.field(name="creationDate", default=None)
    mfa: Flag = msgspec.field(name="mfaAuthenticated", default=None)
    source_identity: Text = msgspec.field(name="sourceIdentity", default=None)
    sign_in: Text = msgspec.field(name="signInSessionArn", default=None)


class SessionContext(msgspec.Struct, frozen=True, gc=False):
    """``sessionContext``."""

    attributes: Attributes = Attributes()
    issuer: SessionIssuer = msgspec.field(name="sessionIssuer", default=SessionIssuer())
    source_identity: Text = msgspec.field(name="sourceIdentity", default=None)
    sign_in: Text = msgspec.field(name="signInSessionArn", default=None)
    ec2_role_delivery: Text = msgspec.field(name="ec2RoleDelivery", default=None)
    assumed_root: Flag = msgspec.field(name="assumedRoot", default=None)


class OnBehalfOf(msgspec.Struct, frozen=True, gc=False):
    """``onBehalfOf``: the Identity Center user for whom a service or a role acts."""

    user: Text = msgspec.field(name="userId", default=None)
    store: Text = msgspec.field(name="identityStoreArn", default=None)


class InScopeOf(msgspec.Struct, frozen=True, gc=False):
    """``inScopeOf``: the workload that the credentials were given to."""

    issued_to: Text = msgspec.field(name="credentialsIssuedTo", default=None)
    source: Text = msgspec.field(name="sourceArn", default=None)


class Delegate(msgspec.Struct, frozen=True, gc=False):
    """``invokedByDelegate``: the account of a partner who acts with a delegated role."""

    account: Text = msgspec.field(name="accountId", default=None)


class UserIdentity(msgspec.Struct, frozen=True, gc=False):
    """``userIdentity``. A text that is absent, null or empty is None; an object that is absent or null is empty."""

    type: Text = None
    principal_id: Text = msgspec.field(name="principalId", default=None)
    arn: Text = None
    account: Text = msgspec.field(name="accountId", default=None)
    access_key: Text = msgspec.field(name="accessKeyId", default=None)
    user_name: Text = msgspec.field(name="userName", default=None)
    context: SessionContext = msgspec.field(name="sessionContext", default=SessionContext())
    via: Text = msgspec.field(name="invokedBy", default=None)
    provider: Text = msgspec.field(name="identityProvider", default=None)
    credential: Text = msgspec.field(name="credentialId", default=None)
    on_behalf_of: OnBehalfOf = msgspec.field(name="onBehalfOf", default=OnBehalfOf())
    scope: InScopeOf = msgspec.field(name="inScopeOf", default=InScopeOf())
    delegate: Delegate = msgspec.field(name="invokedByDelegate", default=Delegate())


_ONE = msgspec.json.Decoder(UserIdentity)
_MANY = msgspec.json.Decoder(list[UserIdentity])


def user_identity(raw: bytes) -> UserIdentity:
    """The element from its JSON, tolerant of fields of other types: numbers are read as text, the rest says nothing."""
    if _is_plain(raw):
        try:
            return _ONE.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return _coerced(decoded(raw), UserIdentity)


def user_identities(raws: Sequence[bytes]) -> list[UserIdentity]:
    """Many of them, decoded in one call where all have the types that CloudTrail gives them."""
    joined = b"[" + b",".join(raws) + b"]"
    if _is_plain(joined):
        try:
            return _MANY.decode(joined)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return list(map(user_identity, raws))


def _is_plain(raw: bytes) -> bool:
    """Whether no text is empty and nothing is null: then the strict decoder says the same as the tolerant reader."""
    return b'""' not in raw and b"null" not in raw


def _coerced(value: Json, part: type[_Part]) -> _Part:
    held = mapping(value)
    fields: dict[str, msgspec.Struct | Flag] = {}
    for field in msgspec.structs.fields(part):
        found = held.get(field.encode_name)
        if isinstance(field.default, msgspec.Struct):
            fields[field.name] = _coerced(found, type(field.default))
        elif field.type == Flag and isinstance(found, bool):
            fields[field.name] = found
        else:
            fields[field.name] = text(found)
    return part(**fields)
