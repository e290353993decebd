"""Calls by which control travels other than by a credential in their answer.

Users made, passwords set, keys ended; trust and resource policies and whom they let in; what was shared with whom; code
run on machines by tag. Where the call's own resources are meant, they are not repeated here.

Source: API references of IAM, EC2, RDS, Amazon S3, Lambda, KMS, Secrets Manager, SQS, SNS, ECR, RAM and Systems
Manager; fields read from real records (public sets invictus and stratus) but those of KMS grants, queues, topics,
repositories and resource shares.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from graphtrail import arn as arns
from graphtrail.events.actions import Kind
from graphtrail.events.identity import Caller, unique_id
from graphtrail.events.policies import PUBLIC, policy, principal
from graphtrail.events.record import Json, Text, mapping, text
from graphtrail.events.resources.forms import BUCKET, Place

UNREAD = "not interpreted"


class Pivot(NamedTuple):
    """One effect of one successful call.

    Attributes:
        type: ``CREATED`` (an identity was made), ``SET_PASSWORD``, ``ENDED`` (a key is no longer), ``CHANGED_TRUST``,
            ``CHANGED_POLICY``, ``ALLOWS`` (the policy that was set lets ``party`` in), ``SHARED_WITH``,
            ``UNSHARED_WITH``, ``KMS_GRANT``, ``EXECUTED_ON``, ``CONTROLS``, ``READ_SECRET``.
        made: what was made or changed: ``user``, ``role``, ``group``, ``policy``, ``instance profile``,
            ``login profile``, ``access key``, ``SAML provider``, ``OIDC provider``; of a policy ``ACL``,
            ``replication`` or nothing, and ``not interpreted`` where not all of it was understood; of a grant its
            operations.
        target: key of the node: an ARN, of an access key ``key:<id>``; None is what the call touched.
        uid: unique id of what was made, or None.
        owner: key of the user whose key or password it is, or None.
        party: key of the principal that was let in, or no longer is.
    """

    type: str
    made: str
    target: Text
    uid: Text
    owner: Text
    party: Text = None


class _Call(NamedTuple):
    request: dict[str, Json]
    response: dict[str, Json]
    who: Caller
    place: Place


_Rule = Callable[[_Call], Pivot | None]
_Rules = Callable[[_Call], Iterable[Pivot]]


def pivots(kind: Kind, who: Caller, request: Json, response: Json, place: Place) -> tuple[Pivot, ...]:
    """The effects of one record; none of a call that failed or of another action."""
    if kind.outcome != "ok":
        return ()
    call = _Call(mapping(request), mapping(response), who, place)
    if kind.action in _SEVERAL:
        return tuple(_SEVERAL[kind.action](call))
    effect = _ONE[kind.action](call) if kind.action in _ONE else None
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


def _trust(call: _Call, name: str) -> Iterator[Pivot]:
    """A trust policy, and whom it lets in."""
    return _policy("CHANGED_TRUST", call.request.get(name))


def _new_role(call: _Call) -> Iterator[Pivot]:
    made = _ROLE_MADE(call)
    if made:
        yield made
    yield from _trust(call, "assumeRolePolicyDocument")


def _policy(change: str, document: Json) -> Iterator[Pivot]:
    found = policy(document)
    yield Pivot(change, "" if found.read else UNREAD, None, None, None)
    for party in found.allowed:
        yield Pivot("ALLOWS", "", None, None, None, party)


def _resource_policy(*names: str) -> _Rules:
    """The rule of a call whose request holds a policy of a resource under one of these names."""

    def rule(call: _Call) -> Iterator[Pivot]:
        held = next((call.request[name] for name in names if call.request.get(name)), None)
        return _policy("CHANGED_POLICY", held)

    return rule


def _attribute_policy(call: _Call) -> Iterator[Pivot]:
    """Queues and topics have their policy among their attributes; other attributes let nobody in."""
    held = mapping(call.request.get("attributes")).get("Policy")
    if text(call.request.get("attributeName")) == "Policy":
        held = call.request.get("attributeValue")
    return _policy("CHANGED_POLICY", held) if held is not None else iter(())


def _permission(element: str) -> _Rules:
    """Snapshots and images: accounts and groups that are added to or removed from a permission."""

    def rule(call: _Call) -> Iterator[Pivot]:
        permission = mapping(call.request.get(element))
        for change, relation in (("add", "SHARED_WITH"), ("remove", "UNSHARED_WITH")):
            items = mapping(permission.get(change)).get("items")
            for item in map(mapping, items if isinstance(items, list) else ()):
                named = text(item.get("userId")) or text(item.get("group")) or text(item.get("organizationArn"))
                if named:
                    yield _with(relation, named)

    return rule


def _restore(call: _Call) -> Iterator[Pivot]:
    """Snapshots of databases: accounts that may restore them."""
    if text(call.request.get("attributeName")) == "restore":
        yield from _listed(call, "valuesToAdd", "SHARED_WITH")
        yield from _listed(call, "valuesToRemove", "UNSHARED_WITH")


def _listed(call: _Call, parameter: str, relation: str) -> Iterator[Pivot]:
    """A relation to each account or principal that a parameter lists, or names."""
    held = call.request.get(parameter)
    for value in held if isinstance(held, list) else [held]:
        named = text(value)
        if named:
            yield _with(relation, named)


def _with(relation: str, named: str, made: str = "") -> Pivot:
    return Pivot(relation, made, None, None, None, principal(named))


def _invoker(call: _Call) -> Iterator[Pivot]:
    """Who may invoke a function: a service, an account, everybody."""
    named = text(call.request.get("principal")) or ""
    if named.endswith(".amazonaws.com"):
        yield Pivot("SHARED_WITH", "", None, None, None, f"service:{named}")
    elif named:
        yield _with("SHARED_WITH", named)


def _url(call: _Call) -> Iterator[Pivot]:
    if text(call.request.get("authType")) == "NONE":
        yield Pivot("SHARED_WITH", "", None, None, None, PUBLIC)


def _acl(call: _Call) -> Iterator[Pivot]:
    """Access control lists of S3: a canned one, or grants to groups; other accounts stand there by a canonical id."""
    yield Pivot("CHANGED_POLICY", "ACL", None, None, None)
    canned = text(call.request.get("x-amz-acl")) or ""
    grants = mapping(mapping(call.request.get("AccessControlPolicy")).get("AccessControlList")).get("Grant")
    named = [
        text(mapping(mapping(grant).get("Grantee")).get("URI")) or ""
        for grant in (grants if isinstance(grants, list) else [grants])
    ]
    if canned.startswith(("public-", "authenticated-")) or any(
        group.endswith(("/AllUsers", "/AuthenticatedUsers")) for group in named
    ):
        yield Pivot("SHARED_WITH", "", None, None, None, PUBLIC)


def _replication(call: _Call) -> Iterator[Pivot]:
    """The bucket that is copied from; the one that is copied to stands in the request too."""
    name = text(call.request.get("bucketName"))
    bucket = BUCKET.write(name, call.place) if name and not arns.is_arn(name) else name
    yield Pivot("CHANGED_POLICY", "replication", bucket, None, None)
    rules = mapping(call.request.get("ReplicationConfiguration")).get("Rule")
    for rule in map(mapping, rules if isinstance(rules, list) else [rules]):
        account = text(mapping(rule.get("Destination")).get("Account"))
        if account:
            yield _with("SHARED_WITH", account)._replace(target=bucket)


def _grant(call: _Call) -> Iterator[Pivot]:
    named, operations = text(call.request.get("granteePrincipal")), call.request.get("operations")
    if named:
        said = sorted(filter(None, map(text, operations if isinstance(operations, list) else [operations])))
        yield _with("KMS_GRANT", named, " ".join(said))


def _by_tag(call: _Call) -> Iterator[Pivot]:
    """Code is run on whatever bears a tag: which machines those were is in no record."""
    targets = call.request.get("targets")
    for target in map(mapping, targets if isinstance(targets, list) else ()):
        key, values = text(target.get("key")) or "", target.get("values")
        for value in values if isinstance(values, list) else [values]:
            named = text(value)
            if named and key.casefold() != "instanceids":
                yield Pivot("EXECUTED_ON", "incomplete", f"target:{key}={named}", None, None)


def _decrypted(call: _Call) -> Iterator[Pivot]:
    if str(call.request.get("withDecryption")).lower() == "true":
        yield Pivot("READ_SECRET", "", None, None, None)


def _user_data_read(call: _Call) -> Iterator[Pivot]:
    if text(call.request.get("attribute")) == "userData":
        yield Pivot("READ_SECRET", "user data", None, None, None)


def _user_data_set(call: _Call) -> Iterator[Pivot]:
    if call.request.get("userData") is not None:
        yield Pivot("CONTROLS", "user data", None, None, None)


_ROLE_MADE = _created("role", "role", "roleName", "role")
_ONE: dict[str, _Rule] = {
    "iam:ChangePassword": _password,
    "iam:CreateAccessKey": _access_key,
    "iam:CreateGroup": _created("group", "group", "groupName", "group"),
    "iam:CreateInstanceProfile": _created(
        "instance profile", "instanceProfile", "instanceProfileName", "instance-profile"
    ),
    "iam:CreateLoginProfile": _password,
    "iam:CreateOpenIDConnectProvider": _created("OIDC provider", "openIDConnectProviderArn", "url", "oidc-provider"),
    "iam:CreatePolicy": _created("policy", "policy", "policyName", "policy"),
    "iam:CreateSAMLProvider": _created("SAML provider", "sAMLProviderArn", "name", "saml-provider"),
    "iam:CreateUser": _created("user", "user", "userName", "user"),
    "iam:DeleteAccessKey": _key_ended,
    "iam:UpdateAccessKey": _key_ended,
    "iam:UpdateLoginProfile": _password,
}
_SEVERAL: dict[str, _Rules] = {
    "ec2:DescribeInstanceAttribute": _user_data_read,
    "ec2:ModifyImageAttribute": _permission("launchPermission"),
    "ec2:ModifyInstanceAttribute": _user_data_set,
    "ec2:ModifySnapshotAttribute": _permission("createVolumePermission"),
    "ecr:SetRepositoryPolicy": _resource_policy("policyText"),
    "iam:CreateRole": _new_role,
    "iam:UpdateAssumeRolePolicy": partial(_trust, name="policyDocument"),
    "kms:CreateGrant": _grant,
    "kms:PutKeyPolicy": _resource_policy("policy"),
    "lambda:AddLayerVersionPermission": _invoker,
    "lambda:AddPermission": _invoker,
    "lambda:CreateFunctionUrlConfig": _url,
    "ram:AssociateResourceShare": partial(_listed, parameter="principals", relation="SHARED_WITH"),
    "ram:CreateResourceShare": partial(_listed, parameter="principals", relation="SHARED_WITH"),
    "ram:DisassociateResourceShare": partial(_listed, parameter="principals", relation="UNSHARED_WITH"),
    "rds:ModifyDBClusterSnapshotAttribute": _restore,
    "rds:ModifyDBSnapshotAttribute": _restore,
    "s3:DeleteBucketPolicy": _resource_policy("bucketPolicy"),
    "s3:PutBucketAcl": _acl,
    "s3:PutBucketPolicy": _resource_policy("bucketPolicy"),
    "s3:PutBucketReplication": _replication,
    "s3:PutObjectAcl": _acl,
    "secretsmanager:DeleteResourcePolicy": _resource_policy("resourcePolicy"),
    "secretsmanager:PutResourcePolicy": _resource_policy("resourcePolicy"),
    "sns:AddPermission": partial(_listed, parameter="aWSAccountId", relation="SHARED_WITH"),
    "sns:SetTopicAttributes": _attribute_policy,
    "sqs:AddPermission": partial(_listed, parameter="aWSAccountIds", relation="SHARED_WITH"),
    "sqs:SetQueueAttributes": _attribute_policy,
    "ssm:GetParameter": _decrypted,
    "ssm:GetParameterHistory": _decrypted,
    "ssm:GetParameters": _decrypted,
    "ssm:GetParametersByPath": _decrypted,
    "ssm:SendCommand": _by_tag,
    "ssm:StartAutomationExecution": _by_tag,
}
RULES = frozenset({*_ONE, *_SEVERAL})
