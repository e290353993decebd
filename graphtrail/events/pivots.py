"""Calls by which control travels other than by a credential in their answer.

Users made, passwords set, keys ended; trust policies and whom they let in; code run on machines by tag; the
organisation changed. What is shared and with whom is in ``shares``. Where the call's own resources are meant, they are
not repeated here.

Source: API references of IAM, Identity Store, Organizations, EC2 and Systems Manager; fields read from real records
(public sets invictus and stratus) but those of Identity Center and Organizations.
"""

from collections.abc import Iterator
from functools import partial

from graphtrail import arn as arns
from graphtrail.events.actions import Kind
from graphtrail.events.identity import Caller, key_id, unique_id
from graphtrail.events.pivot import UNREAD, Call, Pivot, Rule, Rules, listed
from graphtrail.events.policies import allows_everything
from graphtrail.events.record import Json, Text, either_case, mapping, text
from graphtrail.events.resources.forms import BUCKET, Place
from graphtrail.events.shares import SELDOM, SHARES, may_share, of_policy
from graphtrail.events.shares_beyond import BEYOND, any_policy, sets_policy
from graphtrail.events.undoing import BESIDE, named, undoing

__all__ = ["BESIDE", "SELDOM", "UNREAD", "Pivot", "has_rule", "may_share", "pivots"]
_ADMINISTRATOR = ":iam::aws:policy/AdministratorAccess"


def pivots(kind: Kind, who: Caller, request: Json, response: Json, place: Place) -> tuple[Pivot, ...]:
    """The effects of one record; none of a call that failed or of another action."""
    if kind.outcome != "ok" or not has_rule(kind.action):
        return ()
    call = Call(mapping(either_case(request)), mapping(either_case(response)), who, place)
    given = undoing(kind.action, call)
    if kind.action in _ONE:
        effect = _ONE[kind.action](call)
        return (effect, *given) if effect else given
    several = _SEVERAL.get(kind.action) or (any_policy if sets_policy(kind.action) else None)
    return (*several(call), *given) if several else given


def has_rule(action: str) -> bool:
    """Whether records of an action may tell an effect."""
    return action in _ONE or action in _SEVERAL or named(action) or sets_policy(action)


def _iam_arn(call: Call, resource: str) -> str:
    return f"arn:{call.place.partition}:iam::{call.place.account}:{resource}"


def _user(call: Call) -> Text:
    """The user that the call names, else the caller himself."""
    name = text(call.request.get("userName"))
    return _iam_arn(call, f"user/{name}") if name else call.who.principal


def _created(made: str, element: str, parameter: str, resource: str) -> Rule:
    """The rule of a call that answers with an object ``element``, or with the ARN alone under that name."""

    def rule(call: Call) -> Pivot | None:
        answer = mapping(call.response.get(element))
        arn, name = text(answer.get("arn")) or text(call.response.get(element)), text(call.request.get(parameter))
        target = arn if arn and arns.is_arn(arn) else _iam_arn(call, f"{resource}/{name}") if name else None
        return Pivot("CREATED", made, target, unique_id(text(answer.get(f"{element}Id"))), None) if target else None

    return rule


def _access_key(call: Call) -> Pivot | None:
    """A key; where its id is masked or missing, what was made on the user cannot be told from another."""
    key = key_id(text(mapping(call.response.get("accessKey")).get("accessKeyId")))
    return Pivot("CREATED", "access key", f"key:{key}", None, _user(call)) if key else _other("access key")(call)


def _other(made: str) -> Rule:
    """The rule of a call that gives a user a credential by which no record can be told."""

    def rule(call: Call) -> Pivot | None:
        user = _user(call)
        return Pivot("ISSUED_OTHER", made, user, None, user) if user else None

    return rule


def _password(made: str) -> Rule:
    """The rule of a call that sets a password: of a new login profile, or of one that was there."""

    def rule(call: Call) -> Pivot | None:
        user = _user(call)
        return Pivot("SET_PASSWORD", made, user, None, user) if user else None

    return rule


def _key_ended(call: Call) -> Pivot | None:
    """A key is deleted, or made inactive, or active again."""
    key, status = text(call.request.get("accessKeyId")), text(call.request.get("status"))
    kind = "RESTORED" if status == "Active" else "ENDED"
    return Pivot(kind, "access key", f"key:{key}", None, _user(call)) if key else None


def _trust(call: Call, name: str) -> Iterator[Pivot]:
    """A trust policy, and whom it lets in."""
    return of_policy("CHANGED_TRUST", call.request.get(name))


def _new_role(call: Call) -> Iterator[Pivot]:
    made = _ROLE_MADE(call)
    if made:
        yield made
    yield from _trust(call, "assumeRolePolicyDocument")


def _by_tag(call: Call) -> Iterator[Pivot]:
    """Code is run on whatever bears a tag: which machines those were is in no record."""
    targets = call.request.get("targets")
    for target in map(mapping, targets if isinstance(targets, list) else ()):
        key, values = text(target.get("key")) or "", target.get("values")
        for value in values if isinstance(values, list) else [values]:
            named = text(value)
            if named and key.casefold() != "instanceids":
                yield Pivot("EXECUTED_ON", "incomplete", f"target:{key}={named}", None, None)


def _master_password(call: Call) -> Iterator[Pivot]:
    """The password of a database's administrator; one that Secrets Manager keeps is read there."""
    if call.request.get("masterUserPassword"):
        yield Pivot("SET_PASSWORD", "master password", None, None, None)


def _decrypted(call: Call) -> Iterator[Pivot]:
    if str(call.request.get("withDecryption")).lower() == "true":
        yield Pivot("READ_SECRET", "", None, None, None)


def _user_data_read(call: Call) -> Iterator[Pivot]:
    if text(call.request.get("attribute")) == "userData":
        yield Pivot("READ_SECRET", "user data", None, None, None)


def _user_data_set(call: Call) -> Iterator[Pivot]:
    if call.request.get("userData") is not None:
        yield Pivot("CONTROLS", "user data", None, None, None)


def _attached(call: Call) -> Iterator[Pivot]:
    """A managed policy that allows everything; of a permission set it has a name of its own."""
    named = text(call.request.get("policyArn")) or text(call.request.get("managedPolicyArn")) or ""
    if named.endswith(_ADMINISTRATOR):
        yield Pivot("GRANTS_ADMIN", "", None, None, None)


def _inline(call: Call) -> Iterator[Pivot]:
    """A policy that was written with the call and allows everything."""
    if allows_everything(call.request.get("policyDocument") or call.request.get("inlinePolicy")):
        yield Pivot("GRANTS_ADMIN", "", None, None, None)


def _store(call: Call) -> Text:
    """The ARN of an identity store, of which a record names the id alone."""
    name = text(call.request.get("identityStoreId")) or text(call.response.get("identityStoreId"))
    place = call.place
    return f"arn:{place.partition}:identitystore::{place.account}:identitystore/{name}" if name else None


def _person(call: Call) -> Pivot | None:
    """A user of Identity Center."""
    user = text(call.response.get("userId")) or text(mapping(call.response.get("user")).get("userId"))
    store = _store(call)
    made = f"idc:{store}#{user}" if store and user else None
    return Pivot("CREATED", "Identity Center user", made, None, None) if made else None


def _joined(call: Call) -> Iterator[Pivot]:
    """A user of Identity Center who was put in a group."""
    asked = call.request
    member = asked.get("memberId") or mapping(asked.get("member")).get("memberId")
    user, store = text(mapping(member).get("userId")) or text(member), _store(call)
    if user and store:
        yield Pivot("CHANGED_PERMISSIONS", "group", f"idc:{store}#{user}", None, None)


def _password_of_person(call: Call) -> Pivot | None:
    """A password of a user of Identity Center is set anew, or sent."""
    user, store = text(call.request.get("userId")), _store(call)
    key = f"idc:{store}#{user}" if user and store else None
    return Pivot("SET_PASSWORD", "password", key, None, key) if key else None


def _organisation(call: Call) -> Iterator[Pivot]:
    """The account that a change of the organisation is about; without one it is the caller's own."""
    status = mapping(call.response.get("createAccountStatus")) or mapping(call.request.get("createAccountStatus"))
    target = mapping(call.request.get("target"))
    said = (call.request.get("accountId"), target.get("id"), status.get("accountId"))
    account = next((one for one in map(text, said) if one and one.isdigit()), call.place.account)
    yield Pivot("CHANGED_ORG", "", f"account:{account}", None, None)


def _logs_to(call: Call) -> Pivot | None:
    """The bucket that a trail writes to."""
    name = text(call.request.get("s3BucketName"))
    return Pivot("LOGS_TO", "", BUCKET.write(name, call.place), None, None) if name else None


def _bucket_logging(call: Call) -> Iterator[Pivot]:
    """Access logs of a bucket are switched off by a status that names no bucket to write to."""
    if not mapping(call.request.get("BucketLoggingStatus")).get("LoggingEnabled"):
        yield Pivot("BLINDED", "s3:PutBucketLogging", None, None, None)


def _off(action: str, part: str = "", *, whole: bool = False) -> Rules:
    """The rule of a call that may switch off what it names, or something for a whole account.

    Args:
        action: its name.
        part: the part of the request that says so, empty if all of it may.
        whole: it is switched off for the account.
    """

    def rule(call: Call) -> Iterator[Pivot]:
        if _is_off(call.request.get(part) if part else call.request):
            target = f"account:{call.place.account}" if whole and call.place.account else None
            yield Pivot("BLINDED", action, target, None, None)

    return rule


def _is_off(value: Json) -> bool:
    """Whether anything in a request says ``enable`` no, or ``status`` disabled."""
    if isinstance(value, list):
        return any(map(_is_off, value))
    if not isinstance(value, dict):
        return False
    said = {str(value.get(name)).lower() for name in ("enable", "enabled")}
    status = str(value.get("status")).lower()
    return "false" in said or status in {"disabled", "paused"} or any(map(_is_off, value.values()))


def _access_logs(call: Call) -> Iterator[Pivot]:
    """Access logs of a load balancer are switched off by an attribute."""
    for one in map(mapping, listed(call.request.get("attributes"))):
        if text(one.get("key")) == "access_logs.s3.enabled" and str(one.get("value")).lower() == "false":
            yield Pivot("BLINDED", "elasticloadbalancing:ModifyLoadBalancerAttributes", None, None, None)


_ROLE_MADE = _created("role", "role", "roleName", "role")
_ONE: dict[str, Rule] = {
    "cloudtrail:CreateTrail": _logs_to,
    "cloudtrail:UpdateTrail": _logs_to,
    "iam:ChangePassword": _password("password"),
    "iam:CreateAccessKey": _access_key,
    "iam:CreateGroup": _created("group", "group", "groupName", "group"),
    "iam:CreateInstanceProfile": _created(
        "instance profile", "instanceProfile", "instanceProfileName", "instance-profile"
    ),
    "iam:CreateLoginProfile": _password("login profile"),
    "iam:CreateOpenIDConnectProvider": _created("OIDC provider", "openIDConnectProviderArn", "url", "oidc-provider"),
    "iam:CreatePolicy": _created("policy", "policy", "policyName", "policy"),
    "iam:CreateSAMLProvider": _created("SAML provider", "sAMLProviderArn", "name", "saml-provider"),
    "iam:CreateServiceLinkedRole": _ROLE_MADE,
    "iam:CreateServiceSpecificCredential": _other("service-specific credential"),
    "iam:CreateUser": _created("user", "user", "userName", "user"),
    "iam:DeleteAccessKey": _key_ended,
    "iam:ResetServiceSpecificCredential": _other("service-specific credential"),
    "iam:UpdateAccessKey": _key_ended,
    "iam:UpdateLoginProfile": _password("password"),
    "iam:UploadSSHPublicKey": _other("SSH public key"),
    "iam:UploadSigningCertificate": _other("signing certificate"),
    "identitystore:CreateUser": _person,
    "signin:PasswordRecoveryCompleted": _password("password"),
    "signin:PasswordUpdated": _password("password"),
    "sso-directory:CreateUser": _person,
    "sso-directory:UpdatePassword": _password_of_person,
}
_SEVERAL: dict[str, Rules] = {
    **BEYOND,
    **SHARES,
    "ec2:DescribeInstanceAttribute": _user_data_read,
    "ec2:ModifyInstanceAttribute": _user_data_set,
    "eks:UpdateClusterConfig": _off("eks:UpdateClusterConfig", "logging"),
    "elasticloadbalancing:ModifyLoadBalancerAttributes": _access_logs,
    "guardduty:UpdateDetector": _off("guardduty:UpdateDetector"),
    "guardduty:UpdateMemberDetectors": _off("guardduty:UpdateMemberDetectors"),
    "iam:AttachGroupPolicy": _attached,
    "iam:AttachRolePolicy": _attached,
    "iam:AttachUserPolicy": _attached,
    "iam:CreatePolicyVersion": _inline,
    "iam:CreateRole": _new_role,
    "iam:PutGroupPolicy": _inline,
    "iam:PutRolePolicy": _inline,
    "iam:PutUserPolicy": _inline,
    "iam:UpdateAssumeRolePolicy": partial(_trust, name="policyDocument"),
    "identitystore:CreateGroupMembership": _joined,
    "macie2:UpdateMacieSession": _off("macie2:UpdateMacieSession", whole=True),
    "organizations:AcceptHandshake": _organisation,
    "organizations:CloseAccount": _organisation,
    "organizations:CreateAccount": _organisation,
    "organizations:CreateAccountResult": _organisation,
    "organizations:EnableAWSServiceAccess": _organisation,
    "organizations:InviteAccountToOrganization": _organisation,
    "organizations:LeaveOrganization": _organisation,
    "organizations:MoveAccount": _organisation,
    "organizations:RegisterDelegatedAdministrator": _organisation,
    "organizations:RemoveAccountFromOrganization": _organisation,
    "iam:EnableOrganizationsRootCredentialsManagement": _organisation,
    "iam:EnableOrganizationsRootSessions": _organisation,
    "rds:ModifyDBCluster": _master_password,
    "rds:ModifyDBInstance": _master_password,
    "redshift:ModifyCluster": _master_password,
    "s3:PutBucketLogging": _bucket_logging,
    "sso:AttachManagedPolicyToPermissionSet": _attached,
    "sso:PutInlinePolicyToPermissionSet": _inline,
    "sso-directory:AddMemberToGroup": _joined,
    "ssm:CreateAssociation": _by_tag,
    "ssm:GetParameter": _decrypted,
    "ssm:GetParameterHistory": _decrypted,
    "ssm:GetParameters": _decrypted,
    "ssm:GetParametersByPath": _decrypted,
    "ssm:SendCommand": _by_tag,
    "ssm:StartAutomationExecution": _by_tag,
    "ssm:UpdateAssociation": _by_tag,
}
