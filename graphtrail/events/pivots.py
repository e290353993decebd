"""Calls by which control travels other than by a credential in their answer: users made, passwords set, keys ended.

Source: IAM API Reference; fields read from real records (CreateUser, CreateLoginProfile, UpdateLoginProfile,
ChangePassword, DeleteAccessKey).
"""

from collections.abc import Callable
from typing import NamedTuple

from graphtrail import arn as arns
from graphtrail.events.actions import Kind
from graphtrail.events.identity import Caller, unique_id
from graphtrail.events.record import Json, Text, mapping, text
from graphtrail.events.resources.forms import Place


class Pivot(NamedTuple):
    """One effect of one successful call.

    Attributes:
        type: ``CREATED`` (an identity was made), ``SET_PASSWORD``, ``ENDED`` (a key is no longer).
        made: what was made or changed: ``user``, ``role``, ``group``, ``policy``, ``instance profile``,
            ``login profile``, ``access key``, ``SAML provider``, ``OIDC provider``.
        target: key of the node: an ARN, of an access key ``key:<id>``.
        uid: unique id of what was made, or None.
        owner: key of the user whose key or password it is, or None.
    """

    type: str
    made: str
    target: str
    uid: Text
    owner: Text


class _Call(NamedTuple):
    request: dict[str, Json]
    response: dict[str, Json]
    who: Caller
    place: Place


_Rule = Callable[[_Call], Pivot | None]


def pivots(kind: Kind, who: Caller, request: Json, response: Json, place: Place) -> tuple[Pivot, ...]:
    """The effects of one record; none of a call that failed or of another action."""
    rule = RULES.get(kind.action)
    if rule is None or kind.outcome != "ok":
        return ()
    effect = rule(_Call(mapping(request), mapping(response), who, place))
    return (effect,) if effect else ()


def _iam_arn(call: _Call, resource: str) -> str:
    return f"arn:{call.place.partition}:iam::{call.place.account}:{resource}"


def _user(call: _Call) -> Text:
    """The user that the call names, else the caller himself."""
    name = text(call.request.get("userName"))
    return _iam_arn(call, f"user/{name}") if name else call.who.principal


def _created(made: str, element: str, parameter: str, resource: str) -> _Rule:
    """The rule of a call that answers with an object ``element``, or with the ARN alone under that name."""

    def rule(call: _Call) -> Pivot | None:
        answer = mapping(call.response.get(element))
        arn, name = text(answer.get("arn")) or text(call.response.get(element)), text(call.request.get(parameter))
        target = arn if arn and arns.is_arn(arn) else _iam_arn(call, f"{resource}/{name}") if name else None
        return Pivot("CREATED", made, target, unique_id(text(answer.get(f"{element}Id"))), None) if target else None

    return rule


def _access_key(call: _Call) -> Pivot | None:
    key = text(mapping(call.response.get("accessKey")).get("accessKeyId"))
    return Pivot("CREATED", "access key", f"key:{key}", None, _user(call)) if key else None


def _password(call: _Call) -> Pivot | None:
    user = _user(call)
    return Pivot("SET_PASSWORD", "login profile", user, None, user) if user else None


def _key_ended(call: _Call) -> Pivot | None:
    key = text(call.request.get("accessKeyId"))
    inactive = text(call.request.get("status")) in {None, "Inactive"}
    return Pivot("ENDED", "access key", f"key:{key}", None, _user(call)) if key and inactive else None


RULES: dict[str, _Rule] = {
    "iam:ChangePassword": _password,
    "iam:CreateAccessKey": _access_key,
    "iam:CreateGroup": _created("group", "group", "groupName", "group"),
    "iam:CreateInstanceProfile": _created(
        "instance profile", "instanceProfile", "instanceProfileName", "instance-profile"
    ),
    "iam:CreateLoginProfile": _password,
    "iam:CreateOpenIDConnectProvider": _created("OIDC provider", "openIDConnectProviderArn", "url", "oidc-provider"),
    "iam:CreatePolicy": _created("policy", "policy", "policyName", "policy"),
    "iam:CreateRole": _created("role", "role", "roleName", "role"),
    "iam:CreateSAMLProvider": _created("SAML provider", "sAMLProviderArn", "name", "saml-provider"),
    "iam:CreateUser": _created("user", "user", "userName", "user"),
    "iam:DeleteAccessKey": _key_ended,
    "iam:UpdateAccessKey": _key_ended,
    "iam:UpdateLoginProfile": _password,
}
