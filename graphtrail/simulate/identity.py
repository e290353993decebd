"""The ``userIdentity`` element, one function for each way in which a caller is written.

Format: AWS CloudTrail User Guide, "CloudTrail userIdentity element", and the public records that the project tests
against (invictus, stratus). Fields stand in the order in which AWS writes them. Records of version 1.08 hold an
empty ``webIdFederationData`` beside the issuer of the session, newer ones do not; both come from one identity.
"""

from msgspec import Raw, Struct
from msgspec.json import Encoder
from msgspec.structs import replace

from graphtrail.simulate.clock import iso
from graphtrail.simulate.organisation import Account, Person, Provider, Role, User

_encode = Encoder().encode


class SessionIssuer(Struct, omit_defaults=True, rename="camel", frozen=True):
    """Who stands behind temporary credentials: a role, or the user that asked for a federated session."""

    type: str
    principal_id: str
    arn: str
    account_id: str
    user_name: str


class SessionContext(Struct, omit_defaults=True, rename="camel", frozen=True):
    """``sessionContext``: what is known of temporary credentials."""

    session_issuer: SessionIssuer | dict[str, str] | None = None
    web_id_federation_data: dict[str, str] | None = None
    attributes: dict[str, str] | None = None
    source_identity: str | None = None
    ec2_role_delivery: str | None = None
    assumed_root: str | None = None


class UserIdentity(Struct, omit_defaults=True, rename="camel", frozen=True):
    """``userIdentity``: who made the request."""

    type: str | None = None
    principal_id: str | None = None
    arn: str | None = None
    account_id: str | None = None
    access_key_id: str | None = None
    user_name: str | None = None
    identity_provider: str | None = None
    session_context: SessionContext | None = None
    invoked_by: str | None = None
    on_behalf_of: dict[str, str] | None = None
    in_scope_of: dict[str, str] | None = None
    credential_id: str | None = None

    def written(self, *, modern: bool) -> Raw:
        """The identity as JSON.

        Args:
            modern: whether for a record of version 1.09 or newer.
        """
        context = self.session_context
        if modern or context is None or context.assumed_root:
            return Raw(_encode(self))
        issuer = context.session_issuer or {}
        older = replace(context, session_issuer=issuer, web_id_federation_data={})
        return Raw(_encode(replace(self, session_context=older)))


def attributes(created: int, *, mfa: bool = False) -> dict[str, str]:
    """The ``attributes`` of a session made at ``created`` (epoch seconds): AWS writes the truth value as text."""
    return {"creationDate": iso(created), "mfaAuthenticated": "true" if mfa else "false"}


def issuer_of(role: Role) -> SessionIssuer:
    """The issuer of every session of a role."""
    return SessionIssuer("Role", role.uid, role.arn, role.account.id, role.name)


def assumed_role(role: Role, session_name: str, key: str | None, created: int, *, mfa: bool = False) -> UserIdentity:
    """A session of a role.

    Args:
        role: the role.
        session_name: the name that its caller chose.
        key: the access key; None for a service-linked role, whose records show none.
        created: when it was issued, epoch seconds.
        mfa: whether it says that MFA was used.
    """
    return UserIdentity(
        type="AssumedRole",
        principal_id=f"{role.uid}:{session_name}",
        arn=role.session_arn(session_name),
        account_id=role.account.id,
        access_key_id=key,
        session_context=SessionContext(session_issuer=issuer_of(role), attributes=attributes(created, mfa=mfa)),
    )


def iam_user(user: User, key: str | None, created: int | None = None, *, mfa: bool = False) -> UserIdentity:
    """An IAM user, by a long-lived key, or by temporary credentials made at ``created`` (epoch seconds)."""
    context = None if created is None else SessionContext(attributes=attributes(created, mfa=mfa))
    return UserIdentity(
        type="IAMUser",
        principal_id=user.uid,
        arn=user.arn,
        account_id=user.account.id,
        access_key_id=key,
        user_name=user.name,
        session_context=context,
    )


def root(account: Account, key: str | None, created: int | None, *, assumed: bool = False) -> UserIdentity:
    """The root user of an account; ``assumed`` if the session was made by AssumeRoot.

    Source: IAM User Guide, "Track privileged tasks in AWS CloudTrail".
    """
    flag = "true" if assumed else None
    context = (
        None if created is None else SessionContext(attributes=attributes(created, mfa=not assumed), assumed_root=flag)
    )
    return UserIdentity(
        type="Root",
        principal_id=account.id,
        arn=account.arn("iam", "root"),
        account_id=account.id,
        access_key_id=key,
        session_context=context,
    )


def federated_user(user: User, name: str, key: str, created: int) -> UserIdentity:
    """A session of GetFederationToken, which names the user that asked for it (sample: public set stratus)."""
    account = user.account
    issuer = SessionIssuer("IAMUser", user.uid, user.arn, account.id, user.name)
    return UserIdentity(
        type="FederatedUser",
        principal_id=f"{account.id}:{name}",
        arn=account.arn("sts", f"federated-user/{name}"),
        account_id=account.id,
        access_key_id=key,
        session_context=SessionContext(session_issuer=issuer, attributes=attributes(created)),
    )


def saml_user(provider: Provider, name: str) -> UserIdentity:
    """Whoever calls AssumeRoleWithSAML."""
    return UserIdentity(
        type="SAMLUser",
        principal_id=f"{provider.qualifier}:{name}",
        user_name=name,
        identity_provider=provider.qualifier,
    )


def web_identity(provider: Provider, subject: str) -> UserIdentity:
    """Whoever calls AssumeRoleWithWebIdentity; its principalId joins provider, audience and subject."""
    return UserIdentity(
        type="WebIdentityUser",
        principal_id=f"{provider.qualifier}:sts.amazonaws.com:{subject}",
        user_name=subject,
        identity_provider=provider.qualifier,
    )


def identity_center(person: Person, account: Account, credential_id: str) -> UserIdentity:
    """Somebody signed in to the access portal; ``account`` is that of the Identity Center instance."""
    return UserIdentity(
        type="IdentityCenterUser",
        account_id=account.id,
        on_behalf_of=on_behalf_of(person),
        credential_id=credential_id,
    )


def on_behalf_of(person: Person) -> dict[str, str]:
    """The ``onBehalfOf`` that some services stamp on the calls of a person's role sessions."""
    return {"userId": person.user_id, "identityStoreArn": person.store_arn}


def service(invoked_by: str) -> UserIdentity:
    """An AWS service that acts for itself."""
    return UserIdentity(type="AWSService", invoked_by=invoked_by)


def foreign(account_id: str, principal_id: str) -> UserIdentity:
    """How the log of one account shows a caller from another: no ARN and no key."""
    return UserIdentity(type="AWSAccount", principal_id=principal_id, account_id=account_id)
