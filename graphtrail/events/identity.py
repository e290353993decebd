"""Who signed a call: the ``userIdentity`` of a record as principal and session.

Source of the format: CloudTrail User Guide, "CloudTrail userIdentity element"; real records of all types but
``Directory`` and ``Role``.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from graphtrail import arn as arns
from graphtrail.events import times
from graphtrail.events.actions import SIGN_IN
from graphtrail.events.record import Flag, Text, truth
from graphtrail.events.user_identity import OnBehalfOf, UserIdentity
from graphtrail.window import iso

ANONYMOUS = frozenset({"ANONYMOUS_PRINCIPAL", "anonymous"})
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_KEY_ID = re.compile(r"[A-Z0-9]{16,128}")
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{3}[A-Z0-9]{12,124}")
# Issuer, audience and subject, with colons between them; an issuer that is a provider's ARN has colons itself.
_TOKEN = re.compile(r"(?P<issuer>arn:[^:]+:iam::\d*:oidc-provider/[^:]+|[^:]+):[^:]*:.+", re.DOTALL)
_STS_ROLE = re.compile(r"arn:([a-z-]+):sts::(\d*):assumed-role/([^/]+)(?:/(.*))?", re.DOTALL)


class Caller(NamedTuple):
    """The caller of a call, as far as this one record knows.

    Attributes:
        session: key of the session, or None where only time or id of the record make it one (sign-ins, one-call
            sessions: ``session_of_call``).
        principal: key of the principal, or None if the record names nobody.
        label: kind of the principal: ``User``, ``Role``, ``Root``, ``FederatedUser``, ``Service``, ...
        path_unknown: the principal's ARN was put together without its IAM path.
        uid: unique id of the principal (``AIDA...``, ``AROA...``), or None.
        type, arn, access_key, principal_id, account, user_name, via: as recorded; ``via`` is ``invokedBy``, unless that
            is the console, which older records name there: it is no service that called for somebody.
        session_name: the name that the caller of AssumeRole or GetFederationToken chose.
        created: ``creationDate``, epoch seconds.
        minted: the key was made by AWS for one request on behalf of a session; nobody ever held it.
        issuer: ARN of ``sessionIssuer``.
        mfa: ``mfaAuthenticated``.
        source_identity, sign_in, ec2_role_delivery: of ``sessionContext``; ``sign_in`` is ``signInSessionArn``.
        assumed_root: the session came from AssumeRoot.
        person: key of the Identity Center user of ``onBehalfOf``.
        workload: ARN of ``inScopeOf.credentialsIssuedTo``.
        delegate: account of ``invokedByDelegate``.
        partition: of the ARNs in the identity, or None.
    """

    session: Text
    principal: Text
    label: str
    path_unknown: bool
    uid: Text
    type: Text
    arn: Text
    access_key: Text
    principal_id: Text
    account: Text
    user_name: Text
    via: Text
    session_name: Text
    created: int | None
    minted: bool
    issuer: Text
    mfa: bool | None
    source_identity: Text
    sign_in: Text
    ec2_role_delivery: Text
    assumed_root: bool
    person: Text
    workload: Text
    delegate: Text
    partition: Text


def key_id(written: Text) -> Text:
    """The access key id if it can be one; masked (``AKIA****``), hidden and empty ones are none."""
    return written if written and _KEY_ID.fullmatch(written) else None


def unique_id(written: Text) -> Text:
    """The unique id that a ``principalId`` begins with, or None."""
    first = (written or "").partition(":")[0]
    return first if _is_unique_id(first) else None


@lru_cache(maxsize=16_384)
def _is_unique_id(first: str) -> bool:
    """Kept, for the sessions of one role begin with one id."""
    return _UNIQUE_ID.fullmatch(first) is not None


def caller(who: UserIdentity, account: Text, console: Flag, nearby: str = "aws") -> Caller:
    """Who signed a call.

    Args:
        who: the ``userIdentity``.
        account: ``recipientAccountId``.
        console: ``sessionCredentialFromConsole``.
        nearby: the partition that the Region of the call belongs to, for an identity without an ARN.
    """
    context = who.context
    attributes, issuer = context.attributes, context.issuer
    partition = arns.partition(who.arn or "") or _partition(issuer.arn or "")
    key, label, path_unknown = _BY_TYPE.get(who.type or "", _unknown)(who, partition or nearby)
    created = times.moment(attributes.created)
    minted = who.via is not None or truth(console) is True
    return Caller(
        _session(who, account, created, minted=minted),
        key,
        label,
        path_unknown,
        (unique_id(issuer.principal_id) if label == "Role" else None) or unique_id(who.principal_id),
        who.type,
        who.arn,
        who.access_key,
        who.principal_id,
        who.account,
        _user_name(who),
        None if _at_console(who) else who.via,
        _session_name(who),
        created,
        minted,
        issuer.arn,
        truth(attributes.mfa),
        context.source_identity or attributes.source_identity,
        context.sign_in or attributes.sign_in,
        context.ec2_role_delivery,
        truth(context.assumed_root) is True,
        person(who.on_behalf_of),
        who.scope.issued_to or who.scope.source,
        who.delegate.account,
        partition,
    )


def _at_console(who: UserIdentity) -> bool:
    return who.via == SIGN_IN and who.type not in {None, "AWSService"}


_partition = lru_cache(maxsize=16_384)(arns.partition)


def session_of_call(who: Caller, call_id: str) -> str:
    """Key of the session of a caller whose records share nothing: one call, one session."""
    return f"anon:{who.type or '-'}:{call_id}"


def sign_in_session(who: Caller, time: int, call_id: str) -> Text:
    """Key of the session that a successful ConsoleLogin or SwitchRole opens, or None if its record has one by itself.

    Args:
        who: the caller of the record.
        time: epoch seconds of the record.
        call_id: its ``sharedEventID``, else its ``eventID``.
    """
    if who.session is not None and not who.session.startswith("anon:"):
        return None
    if who.type in {"Root", "IAMUser"} and who.principal_id:
        return f"ses:{who.principal_id}@{iso(time)}"
    return f"signin:{call_id}" if who.type in {"AssumedRole", "FederatedUser"} else None


def person(on_behalf_of: OnBehalfOf) -> Text:
    """Key of the Identity Center user that an ``onBehalfOf`` element names; a user id is unique in its store only."""
    return f"idc:{on_behalf_of.store or '-'}#{on_behalf_of.user}" if on_behalf_of.user else None


def _session(who: UserIdentity, account: Text, created: int | None, *, minted: bool) -> Text:
    """Rules 1 to 6 in their order; the key is a function of this one record."""
    key = key_id(who.access_key)
    if key and key.startswith("ASIA") and not minted:
        return f"key:{key}"
    whose = who.principal_id or who.arn
    if created is not None and whose:
        return f"ses:{whose}@{iso(created)}"
    if key:
        return f"key:{key}"
    if who.type == "AWSService" or (who.type is None and who.via):
        return f"svc:{who.via or whose or '-'}@{account or who.account or '-'}"
    if who.type == "IdentityCenterUser":
        named = person(who.on_behalf_of)
        return f"idc:{who.credential}" if who.credential else named and f"idc:session:{named.removeprefix('idc:')}"
    return _one_call(who, whose)


def _one_call(who: UserIdentity, whose: Text) -> Text:
    name, provider = _user_name(who), who.provider
    named = whose or (f"{name}+{provider}" if name and provider else name) or who.account
    return f"anon:{who.type or '-'}:{named}" if named else None


def _user_name(who: UserIdentity) -> Text:
    """``userName``, unless CloudTrail hid what was typed at a failed sign-in: nobody has that name."""
    return None if who.user_name == HIDDEN else who.user_name


def _session_name(who: UserIdentity) -> Text:
    first, _, name = (who.principal_id or "").partition(":")
    if who.type == "FederatedUser":
        return (who.arn or "").rpartition("/")[2] or name or None
    if name and _is_unique_id(first):
        return name
    if ":" in (who.principal_id or "") and _is_unique_id(first):
        return None
    found = _STS_ROLE.fullmatch(who.arn or "")
    return found[4] if found else None


# The principal: its key, its label, and whether its ARN was put together without its IAM path.
_Principal = tuple[Text, str, bool]


def _root(who: UserIdentity, partition: str) -> _Principal:
    account = who.account or who.principal_id
    return f"arn:{partition}:iam::{account}:root" if account else None, "Root", False


def _user(who: UserIdentity, partition: str) -> _Principal:
    name = _user_name(who)
    if who.arn and ":user/" in who.arn:
        return who.arn, "User", False
    if who.account and name:
        return f"arn:{partition}:iam::{who.account}:user/{name}", "User", True
    return _by_uid(who, "User")


def _by_uid(who: UserIdentity, label: str) -> _Principal:
    uid = unique_id(who.principal_id)
    return f"uid:{uid}" if uid else None, label, False


def _role(who: UserIdentity, _partition: str) -> _Principal:
    issuer, arn = who.context.issuer.arn, who.arn or ""
    if issuer and ":role/" in issuer:
        return issuer, "Role", False
    found = _STS_ROLE.fullmatch(arn)
    if found:
        return f"arn:{found[1]}:iam::{found[2]}:role/{found[3]}", "Role", True
    return (arn, "Role", False) if ":role/" in arn else _by_uid(who, "Role")


def _federated(who: UserIdentity, partition: str) -> _Principal:
    if who.arn and ":federated-user/" in who.arn:
        return who.arn, "FederatedUser", False
    name = (who.principal_id or "").partition(":")[2]
    key = f"arn:{partition}:sts::{who.account}:federated-user/{name}" if who.account and name else None
    return key, "FederatedUser", False


def _saml(who: UserIdentity, _partition: str) -> _Principal:
    name = _user_name(who)
    named = f"{who.provider or '-'}:{name}" if name else who.principal_id
    return f"saml:{named}" if named else None, "Saml", False


def _web_identity(who: UserIdentity, _partition: str) -> _Principal:
    """The subject of a token, which may hold colons; without ``userName`` it is what is left of ``principalId``."""
    told = _TOKEN.fullmatch(who.principal_id or "")
    issuer = who.provider or (told["issuer"] if told else "-")
    name = _user_name(who) or (_subject(who.principal_id or "", issuer) if told else None)
    named = f"{issuer}:{name}" if name else who.principal_id
    return f"oidc:{named}" if named else None, "WebIdentity", False


def _subject(principal_id: str, issuer: str) -> Text:
    """What stands behind issuer and audience."""
    rest = principal_id.removeprefix(f"{issuer}:")
    return rest.partition(":")[2] if rest != principal_id else None


def _foreign(who: UserIdentity, _partition: str) -> _Principal:
    uid = unique_id(who.principal_id)
    if not ANONYMOUS.isdisjoint({who.account, who.principal_id}):
        return "anonymous", "Anonymous", False
    if uid and uid.startswith(("AIDA", "AROA")):
        return f"uid:{uid}", "Unresolved", False
    account = who.account or who.principal_id
    return f"account:{account}" if account else None, "ForeignAccount", False


def _service(who: UserIdentity, _partition: str) -> _Principal:
    name = who.via or who.principal_id
    return f"service:{name}" if name else None, "Service", False


def _directory(who: UserIdentity, _partition: str) -> _Principal:
    return f"directory:{who.account}" if who.account else None, "Directory", False


def _identity_center(who: UserIdentity, _partition: str) -> _Principal:
    return person(who.on_behalf_of), "IdentityCenterUser", False


def _unknown(who: UserIdentity, partition: str) -> _Principal:
    """Type ``Unknown``, a type that is not known here, or none: what the ARN says, else a name of its own."""
    arn = who.arn or ""
    if _STS_ROLE.fullmatch(arn) or ":role/" in arn:
        return _role(who, partition)
    if ":user/" in arn and ":iam:" in arn:
        return arn, "User", False
    if ":federated-user/" in arn:
        return _federated(who, partition)
    if who.type is None and who.via:
        return _service(who, partition)
    own_id = who.principal_id if who.principal_id != who.account else None  # else it names the account, not somebody
    named = own_id or _user_name(who) or who.principal_id
    return f"unknown:{named}" if named else None, "Unresolved", False


_Builder = Callable[[UserIdentity, str], _Principal]
_BY_TYPE: dict[str, _Builder] = {
    "AWSAccount": _foreign,
    "AWSService": _service,
    "AssumedRole": _role,
    "Directory": _directory,
    "FederatedUser": _federated,
    "IAMUser": _user,
    "IdentityCenterUser": _identity_center,
    "Role": _role,
    "Root": _root,
    "SAMLUser": _saml,
    "WebIdentityUser": _web_identity,
}
