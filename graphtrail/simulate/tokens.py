"""Credentials without a role: session tokens, federated users, and the root user of a member account.

Shapes: GetFederationToken as in the public set stratus; AWS STS API Reference, GetSessionToken; IAM User Guide, "Track
privileged tasks in AWS CloudTrail" for AssumeRoot.
"""

from graphtrail.simulate.clock import HOUR
from graphtrail.simulate.identity import federated_user, iam_user, root
from graphtrail.simulate.ledger import WITHHELD, Origin, Session
from graphtrail.simulate.organisation import Account, User
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.sts import Exchange, Grant, credentials, exchange, log, sender_of
from graphtrail.simulate.world import World

_LIFE = 12 * HOUR


def _written(world: World, caller: Caller, session: Session, call: Exchange) -> None:
    log(world, caller.site, sender_of(caller), call)
    world.recorder.count(caller)
    world.ledger.issued[session.key] = None


def session_token(world: World, caller: Caller, user: User, *, written: bool = True) -> Grant:
    """GetSessionToken: temporary credentials of the same user.

    Args:
        world: the world.
        caller: the user by a long-lived key.
        user: the user.
        written: whether the call reaches the log. If not, the records still name the user, but not the key behind.
    """
    key = user.account.unique_id("ASIA", world.dice)
    session = Session(f"key:{key}", user.arn, named=Origin(user.arn, "user"), parent=caller.session)
    if written:
        session.made_by = caller.session.made_by
        request = {"durationSeconds": _LIFE, "serialNumber": user.account.arn("iam", f"mfa/{user.name}")}
        response = {"credentials": credentials(world, key, _LIFE)}
        _written(world, caller, session, exchange(world, "GetSessionToken", request, response, read_only=False))
    else:
        session.broken = WITHHELD
    world.busy(user).began.add(world.now)
    return Grant(world.ledger.enter(session), iam_user(user, key, world.now, mfa=True), key, world.now)


def federation_token(world: World, caller: Caller, user: User, name: str, *, written: bool = True) -> Grant:
    """GetFederationToken: credentials that outlive the key that asked for them.

    Args:
        world: the world.
        caller: the user by a long-lived key.
        user: the user, whom the federated session's own records name.
        name: the federated user's name.
        written: whether the call reaches the log.
    """
    key = user.account.unique_id("ASIA", world.dice)
    identity = federated_user(user, name, key, world.now)
    session = Session(f"key:{key}", identity.arn or "", named=Origin(user.arn, "user"), parent=caller.session)
    if written:
        session.made_by = caller.session.made_by
        response = {
            "credentials": credentials(world, key, _LIFE),
            "federatedUser": {"federatedUserId": identity.principal_id, "arn": identity.arn},
            "packedPolicySize": 4,
        }
        request = {"name": name, "durationSeconds": _LIFE}
        _written(world, caller, session, exchange(world, "GetFederationToken", request, response, read_only=False))
    else:
        session.broken = WITHHELD
    return Grant(world.ledger.enter(session), identity, key, world.now)


def assume_root(world: World, caller: Caller, account: Account, *, written: bool = True) -> Grant:
    """AssumeRoot from the management account: logged there, used in the member account.

    Args:
        world: the world.
        caller: a session in the management account.
        account: the member account.
        written: whether the call reaches the log.
    """
    key = account.unique_id("ASIA", world.dice)
    session = Session(f"key:{key}", account.arn("iam", "root"), parent=caller.session)
    if written:
        policy = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"
        request = {"targetPrincipal": account.id, "taskPolicyArn": {"arn": policy}, "durationSeconds": HOUR // 4}
        response = {"credentials": credentials(world, key, HOUR // 4)}
        _written(world, caller, session, exchange(world, "AssumeRoot", request, response))
    else:
        session.broken = WITHHELD
    return Grant(world.ledger.enter(session), root(account, key, world.now, assumed=True), key, world.now)
