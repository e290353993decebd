"""The credentials that a call handed out, and the sign-ins that opened a session.

Sources: AWS STS API Reference (``Credentials``, ``AssumedRoleUser``, ``FederatedUser``); IAM API Reference
(``AccessKey``); CloudTrail User Guide, "AWS Management Console sign-in events"; real records of all but
CreateOAuth2Token.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from graphtrail import arn as arns
from graphtrail.events import times
from graphtrail.events.actions import SIGN_IN, Kind
from graphtrail.events.identity import Caller, key_id, unique_id
from graphtrail.events.record import Json, Text, either_case, mapping, text
from graphtrail.events.resources.forms import Place

# Answers of these only describe keys that exist.
_DESCRIBES = re.compile(r"iam:(?:List|Get)\w+|cloudtrail:\w+|guardduty:Get\w+|access-analyzer:\w+|s3:\w*Log\w*")
# These hand out a key that the record hides.
HIDES = frozenset({
    "lakeformation:GetDataAccess", "s3:GetDataAccess", "signin:CreateOAuth2Token", "sso:GetRoleCredentials",
})  # fmt: skip
# Of these the answer names the session that was issued, also where an export has taken the credentials out.
_NAMES_ISSUED = frozenset({
    "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:GetFederationToken",
})  # fmt: skip
# EKS calls it otherwise than STS.
_ISSUED_IDS = ("assumedRoleId", "assumeRoleId", "federatedUserId")
_KEY_ID = "accesskeyid"
_KEY_ID_LENGTH = len(_KEY_ID)
SIGN_INS = frozenset({"signin:ConsoleLogin", "signin:SwitchRole"})


class Credential(NamedTuple):
    """One credential that a successful call handed out, or one sign-in.

    Attributes:
        method: the action: ``sts:AssumeRole``, ``iam:CreateAccessKey``, ``signin:ConsoleLogin``.
        key: the issued access key id, or None where the record hides it or none was issued.
        temporary: it comes with a session token or an end.
        issued_id: ``assumedRoleId`` or ``federatedUserId``; of a sign-in the caller's ``principalId``.
        issued_arn: ARN of the session that was issued.
        target: key of the principal whose credential it is: a role, a user, a root.
        name: session name.
        expires: epoch seconds.
        source: who switched: ARN of ``additionalEventData.SwitchFrom``; of Cognito the key of the identity that
            asked, which the caller of the record is not: ``cognito:<identityId>``.
        sign_in: the ``signInSessionArn`` that was made.
        account: account in which the credential acts, where the call names one.
        role_name: permission set or role asked for, where only its name is given.
        source_identity: as asked for.
    """

    method: str
    key: Text
    temporary: bool
    issued_id: Text
    issued_arn: Text
    target: Text
    name: Text
    expires: int | None
    source: Text
    sign_in: Text
    account: Text
    role_name: Text
    source_identity: Text


class Answered(NamedTuple):
    """The parts of one successful record that tell what it issued, decoded."""

    request: Json
    response: Json
    additional: Json
    details: Json
    place: Place


def shows_key(response: bytes) -> bool:
    """Whether a raw answer holds an access key id, whatever the case of its letters."""
    return b"accesskeyid" in response.lower()


def show_keys(responses: Iterable[bytes]) -> list[bool]:
    """The same of many answers."""
    return [b"accesskeyid" in response.lower() for response in responses]


def may_issue(kind: Kind) -> bool:
    """Whether a call of this kind is looked at even where its answer shows no key."""
    return kind.outcome == "ok" and (kind.action in HIDES or is_sign_in(kind))


def names_issued(kind: Kind) -> bool:
    """Whether the answer of a call of this kind names the session that it issued beside the credentials."""
    return kind.outcome == "ok" and kind.action in _NAMES_ISSUED


def is_sign_in(kind: Kind) -> bool:
    """Whether the record stands for a person at the console: ConsoleLogin or SwitchRole."""
    return kind.source == SIGN_IN and kind.action in SIGN_INS


@lru_cache(maxsize=4_096)
def _describes(action: str) -> bool:
    return _DESCRIBES.fullmatch(action) is not None


def hands_out(kind: Kind) -> bool:
    """Whether a call of this kind can hand out what its answer shows: it succeeded, and does more than describe."""
    return kind.outcome == "ok" and not _describes(kind.action)


class _Call(NamedTuple):
    """A call that handed out something; its names of parameters found whatever their first letter's case."""

    kind: Kind
    who: Caller
    request: dict[str, Json]
    response: dict[str, Json]
    additional: dict[str, Json]
    details: dict[str, Json]
    place: Place


def issued(kind: Kind, who: Caller, answered: Answered) -> tuple[Credential, ...]:
    """The credentials of one record, in the order of its answer; none of a call that failed."""
    if not hands_out(kind):
        return ()
    if is_sign_in(kind):
        return (_sign_in(kind, who, answered),)
    request, response = mapping(either_case(answered.request)), mapping(either_case(answered.response))
    call = _Call(kind, who, request, response, mapping(answered.additional), mapping(answered.details), answered.place)
    issued_id = _issued_id(response)
    made = tuple([_credential(call, issued_id, held) for held in _holders(answered.response)])
    named = issued_id is not None and names_issued(kind)
    return made or ((_credential(call, issued_id, {}),) if named or kind.action in HIDES else ())


def _holders(value: Json) -> list[dict[str, Json]]:
    """The objects, at any depth, that hold an ``accessKeyId`` in any letter case."""
    if isinstance(value, list):
        return [found for held in value for found in _holders(held)]
    if not isinstance(value, dict):
        return []
    found = [value] if any(len(name) == _KEY_ID_LENGTH and name.lower() == _KEY_ID for name in value) else []
    for held in value.values():
        if held.__class__ is not str:  # most are
            found += _holders(held)
    return found


def _credential(call: _Call, issued_id: Text, holder: dict[str, Json]) -> Credential:
    kind, _, request, response, additional, details, _ = call
    held = {name.lower(): value for name, value in holder.items()}
    expires = times.moment(held.get("expiration"))
    return Credential(
        method=kind.action,
        key=key_id(text(held.get(_KEY_ID))),
        temporary="sessiontoken" in held or expires is not None or not holder,
        issued_id=issued_id,
        issued_arn=text(_issued_to(response).get("arn")),
        target=_target(call, issued_id, held),
        name=text(request.get("roleSessionName"))
        or (issued_id or "").partition(":")[2]
        or text(request.get("name"))
        or text(additional.get("lakeFormationRoleSessionName")),
        expires=expires,
        source=_cognito(kind, request, response),
        sign_in=text(additional.get("signInSessionArn")),
        account=text(request.get("accountId")) or text(details.get("account_id")) or text(details.get("accountId")),
        role_name=text(request.get("roleName")) or text(details.get("role_name")) or text(details.get("roleName")),
        source_identity=text(request.get("sourceIdentity")) or text(response.get("sourceIdentity")),
    )


def _cognito(kind: Kind, request: dict[str, Json], response: dict[str, Json]) -> Text:
    named = text(response.get("identityId")) or text(request.get("identityId"))
    return f"cognito:{named}" if named and kind.action == "cognito-identity:GetCredentialsForIdentity" else None


def _issued_to(response: dict[str, Json]) -> dict[str, Json]:
    return mapping(response.get("assumedRoleUser")) or mapping(response.get("federatedUser"))


def _issued_id(response: dict[str, Json]) -> Text:
    user = _issued_to(response)
    return next(filter(None, (text(user.get(name)) for name in _ISSUED_IDS)), None)


def _target(call: _Call, issued_id: Text, held: dict[str, Json]) -> Text:
    """Key of the principal whose credential was issued."""
    action, place, request = call.kind.action, call.place, call.request
    role = text(request.get("roleArn"))
    if role:
        return role
    if action == "sts:GetFederationToken":
        return text(mapping(call.response.get("federatedUser")).get("arn"))
    assumed = unique_id(issued_id)
    if assumed:
        return f"uid:{assumed}"
    if action == "sts:AssumeRoot":
        target = text(request.get("targetPrincipal")) or ""
        return target if arns.is_arn(target) else f"arn:{place.partition}:iam::{target}:root" if target else None
    name = text(held.get("username")) or text(request.get("userName"))
    if action == "iam:CreateAccessKey" and name:
        return f"arn:{place.partition}:iam::{place.account}:user/{name}"
    return call.who.principal


def _sign_in(kind: Kind, who: Caller, answered: Answered) -> Credential:
    additional = mapping(answered.additional)
    return Credential(
        method=kind.action,
        key=None,
        temporary=True,
        issued_id=who.principal_id,
        issued_arn=who.arn,
        target=who.principal,
        name=who.session_name,
        expires=None,
        source=text(additional.get("SwitchFrom")),
        sign_in=text(additional.get("signInSessionArn")),
        account=None,
        role_name=None,
        source_identity=None,
    )
