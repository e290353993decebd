"""The calls by which somebody becomes a role.

Shapes: real records of AssumeRole by users and services (public sets invictus and stratus); AssumeRoleWithSAML as a
field report of 2026 shows it; AWS STS API Reference, AssumeRoleWithWebIdentity.
"""

from msgspec.structs import replace

from graphtrail.simulate.catalogue import CALLS
from graphtrail.simulate.clock import HOUR, iso
from graphtrail.simulate.identity import SessionContext, assumed_role, foreign, saml_user, service, web_identity
from graphtrail.simulate.ledger import BEFORE, CALLEE_ONLY, NO_TRAIL, WITHHELD, Origin, Session
from graphtrail.simulate.organisation import Provider, Role
from graphtrail.simulate.places import Site
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.storage import abroad_session, denied
from graphtrail.simulate.sts import Grant, Sender, Written, answer, exchange, log, resources, sender_of
from graphtrail.simulate.world import World


def role_session(
    world: World, role: Role, name: str, key: str, parent: Session, *, mfa: bool = False, early: int = 0
) -> Grant:
    """Enter a session of a role that begins now.

    Args:
        world: the world.
        role: the role.
        name: the session's name.
        key: the access key that its calls show; empty for a service-linked role.
        parent: the session that opened it.
        mfa: whether it says that MFA was used.
        early: seconds by which the endpoint's clock is slow.
    """
    created = world.now - early
    session = Session(f"key:{key}" if key else f"ses:{role.uid}:{name}@{iso(created)}", role.arn, parent=parent)
    session.role = None if role.account.observed else role
    session.shown, session.life = f"{role.uid}:{name}", (created, created + HOUR)
    identity = assumed_role(role, name, key or None, created, mfa=mfa)
    return Grant(world.ledger.enter(session), identity, key, created)


def _issued(world: World, role: Role, key: str) -> None:
    """Note that a written record names this key, and the role by id and ARN."""
    role.named = True
    world.ledger.issued[f"key:{key}"] = None


def assume_role(
    world: World,
    caller: Caller,
    role: Role,
    name: str,
    *,
    written: Written = Written.ALL,
    source_identity: str | None = None,
) -> Grant:
    """AssumeRole by a user or by another role; between accounts it is logged in both.

    Args:
        world: the world.
        caller: who calls.
        role: the role, of any account.
        name: the session's name, which the caller chooses.
        written: which copies reach the log.
        source_identity: a name that stays with the session and with all that it opens.
    """
    key = role.account.unique_id("ASIA", world.dice)
    region = caller.site.region
    own, theirs = caller.site, world.cast.site(role.account, region)
    crossing = own.account is not theirs.account
    grant = role_session(world, role, name, key, caller.session, early=caller.early)
    request: dict[str, object] = {"roleArn": role.arn, "roleSessionName": name, "durationSeconds": HOUR}
    response = answer(world, role, name, key, HOUR)
    if source_identity:
        request["sourceIdentity"] = response["sourceIdentity"] = source_identity
        context = replace(grant.identity.session_context or SessionContext(), source_identity=source_identity)
        grant = grant._replace(identity=replace(grant.identity, session_context=context))
    named = resources(("AWS::IAM::Role", role.arn, role.account))
    call = exchange(world, "AssumeRole", request, response, named, shared=crossing)
    seen_here = written is Written.ALL and log(world, own, sender_of(caller), call)
    principal_id = caller.identity.principal_id or ""
    abroad = foreign(own.account.id, principal_id).written(modern=True)
    shown = sender_of(caller)._replace(identity=abroad)
    seen_there = crossing and written in {Written.ALL, Written.CALLEE} and log(world, theirs, shown, call)
    if seen_here:
        world.recorder.count(caller)
    elif seen_there:
        # Nothing but the other account's copy: the caller is known by its unique id alone.
        why = CALLEE_ONLY if own.account.observed else NO_TRAIL
        anonymous = abroad_session(world, caller.session, principal_id, why)
        anonymous.records += 1
        grant.session.parent = anonymous
    else:
        grant.session.broken = WITHHELD if own.account.observed else NO_TRAIL
    if seen_here or seen_there:
        _issued(world, role, key)
    return grant


def refuse_role(world: World, caller: Caller, role: Role) -> None:
    """AssumeRole that is denied: logged with the caller only, and the role stands in the message only."""
    call = CALLS["sts:AssumeRole"]
    world.recorder.call(caller, call, failure=denied(caller, call, role.arn))


def service_role(
    world: World,
    invoked_by: str,
    role: Role,
    name: str,
    site: Site,
    *,
    keyless: bool = False,
    written: Written = Written.ALL,
) -> Grant:
    """AssumeRole by an AWS service.

    Args:
        world: the world.
        invoked_by: the service.
        role: a role of the same account.
        name: the session's name: an instance, a function, a task.
        site: where.
        keyless: whether the role is service-linked, so that the records of its sessions show no key.
        written: whether the call reaches the log.
    """
    issued = role.account.unique_id("ASIA", world.dice)
    parent = world.service(invoked_by, role.account)
    grant = role_session(world, role, name, "" if keyless else issued, parent)
    grant.session.life = (grant.created, grant.created + 6 * HOUR)
    if written is not Written.ALL:
        grant.session.broken = BEFORE if written is Written.BEFORE else WITHHELD
        return grant
    response = answer(world, role, name, issued, 6 * HOUR)
    if not keyless:
        del response["assumedRoleUser"]  # instances and functions get no such element, service-linked roles do
    named = resources(("AWS::IAM::Role", role.arn, role.account))
    request = {"roleArn": role.arn, "roleSessionName": name}
    call = exchange(world, "AssumeRole", request, response, named, shared=True)
    log(world, site, Sender(service(invoked_by).written(modern=True), invoked_by, invoked_by, by_service=True), call)
    parent.records += 1
    _issued(world, role, issued)
    return grant


def assume_with_saml(
    world: World,
    provider: Provider,
    name: str,
    role: Role,
    sender: tuple[str, str],
    *,
    same_key: bool,
    written: Written = Written.ALL,
) -> Grant:
    """AssumeRoleWithSAML.

    Args:
        world: the world.
        provider: the SAML provider in the role's account.
        name: the user, which is the session's name too.
        role: the role.
        sender: address and agent.
        same_key: whether the session's calls show the key of the answer; with Identity Center and the console they
            often show another, and only role, name and second tie the two together.
        written: whether the call reaches the log.
    """
    identity = saml_user(provider, name)
    origin = Origin(f"saml:{provider.qualifier}:{name}", "saml")
    caller = world.ledger.enter(Session(f"anon:SAMLUser:{identity.principal_id}", origin.principal, named=origin))
    issued = role.account.unique_id("ASIA", world.dice)
    key = issued if same_key else role.account.unique_id("ASIA", world.dice)
    grant = role_session(world, role, name, key, caller)
    grant.session.life = (grant.created, grant.created + 12 * HOUR)
    if written is not Written.ALL:
        grant.session.broken = WITHHELD
        return grant
    response = answer(world, role, name, issued, 12 * HOUR) | {
        "subject": name,
        "subjectType": "persistent",
        "issuer": provider.issuer,
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": provider.qualifier,
    }
    request = {
        "sAMLAssertionID": f"_{world.dice.uuid()}",
        "roleSessionName": name,
        "roleArn": role.arn,
        "principalArn": provider.arn,
        "durationSeconds": 12 * HOUR,
    }
    named = resources(
        ("AWS::IAM::Role", role.arn, role.account), ("AWS::IAM::SAMLProvider", provider.arn, provider.account)
    )
    call = exchange(world, "AssumeRoleWithSAML", request, response, named)
    log(world, world.cast.site(role.account), Sender(identity.written(modern=True), *sender), call)
    caller.records += 1
    _issued(world, role, issued)
    return grant


def assume_with_web_identity(
    world: World,
    provider: Provider,
    subject: str,
    role: Role,
    name: str,
    sender: tuple[str, str],
    *,
    written: Written = Written.ALL,
) -> Grant:
    """AssumeRoleWithWebIdentity.

    Args:
        world: the world.
        provider: the OIDC provider in the role's account.
        subject: the ``sub`` of the token, such as ``repo:ORG/REPO:ref:refs/heads/main``.
        role: the role.
        name: the session's name.
        sender: address and agent.
        written: whether the call reaches the log.
    """
    identity = web_identity(provider, subject)
    origin = Origin(f"oidc:{provider.qualifier}:{subject}", "web_identity")
    caller = world.ledger.enter(
        Session(f"anon:WebIdentityUser:{identity.principal_id}", origin.principal, named=origin)
    )
    key = role.account.unique_id("ASIA", world.dice)
    grant = role_session(world, role, name, key, caller)
    if written is not Written.ALL:
        grant.session.broken = WITHHELD
        return grant
    response = answer(world, role, name, key, HOUR) | {
        "subjectFromWebIdentityToken": subject,
        "provider": provider.arn,
        "audience": "sts.amazonaws.com",
    }
    request = {"roleArn": role.arn, "roleSessionName": name, "durationSeconds": HOUR}
    named = resources(("AWS::IAM::Role", role.arn, role.account))
    call = exchange(world, "AssumeRoleWithWebIdentity", request, response, named)
    log(world, world.cast.site(role.account), Sender(identity.written(modern=True), *sender), call)
    caller.records += 1
    _issued(world, role, key)
    return grant
