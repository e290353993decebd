"""Calls on buckets, also on those of other accounts, and the count of who touched the crown jewels.

A call on a bucket of another account is logged in both accounts, with one ``sharedEventID``. The copy of the owner
shows the caller without ARN and key, or a role session without its key. Source: Amazon S3 User Guide, "CloudTrail log
file entries for Amazon S3", and the wording of the specification of this project.
"""

from graphtrail.simulate.catalogue import CALLS, Call
from graphtrail.simulate.identity import UserIdentity, foreign
from graphtrail.simulate.ledger import NO_TRAIL, Session
from graphtrail.simulate.organisation import Bucket
from graphtrail.simulate.places import fill_words
from graphtrail.simulate.recorder import Caller, Failure
from graphtrail.simulate.world import World

_MISSING = Failure("NoSuchKey", "The specified key does not exist.")
# Where the operation that is logged is not the permission that is asked for.
_PERMISSIONS = {"s3:ListObjects": "s3:ListBucket", "s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject"}


def denied(caller: Caller, call: Call, resource: str) -> Failure:
    """The refusal of a call, in the words that AWS uses; they name the resource, which is all that some records tell.

    Args:
        caller: who is refused.
        call: what.
        resource: on what: an ARN, or ``*``.
    """
    if not caller.arn:
        return Failure(call.denial, "Access Denied")
    permission = _PERMISSIONS.get(call.action, call.action)
    start = "You are not authorized to perform this operation. " if call.denial.startswith("Client.") else ""
    if caller.identity.type == "Root":
        reason = "with an explicit deny in a resource-based policy"
    else:
        reason = f"because no identity-based policy allows the {permission} action"
    text = f"{start}User: {caller.arn} is not authorized to perform: {permission} on resource: {resource} {reason}"
    return Failure(call.denial, text)


def on_bucket(
    world: World,
    caller: Caller,
    action: str,
    bucket: Bucket,
    *,
    key: str = "",
    outcome: str = "ok",
    source: str = "",
) -> None:
    """Call S3 on a bucket or one of its objects.

    Args:
        world: the world.
        caller: who calls.
        action: such as ``s3:GetObject``.
        bucket: the bucket.
        key: the object's key; chosen by chance if empty.
        outcome: ``ok``, ``denied`` or ``error`` (there is no such object).
        source: bucket and key that a copy is made from.
    """
    call = CALLS[action]
    key = key or world.cast.object_key(world.dice, world.now)
    failure = None
    if outcome == "denied":
        failure = denied(
            caller, call, f'"{bucket.arn}{"" if call.name.startswith(("List", "GetBucket")) else f"/{key}"}"'
        )
    elif outcome == "error":
        failure = _MISSING
    bind = {"bucket": bucket.name, "owner": bucket.owner.id, "object": key, "source": source}
    there = world.cast.site(bucket.owner, bucket.region)
    session = caller.session
    if bucket.owner is caller.site.account:
        world.recorder.call(caller, call, bind, failure, there)
    else:
        # Both copies tell the same of the request and of its answer.
        bind = fill_words(call.words, there, world.dice, world.now, bind)
        shared = (world.dice.uuid(), world.recorder.request_id(call))
        world.recorder.call(caller, call, bind, failure, world.cast.site(caller.site.account, bucket.region), shared)
        seen = abroad(world, caller)
        world.recorder.call(seen, call, bind, failure, there, shared)
        session = seen.session
    jewels = world.cast.jewels
    if bucket is jewels or source.startswith(f"{jewels.name}/"):
        world.ledger.touch(caller.forwarded or session.key, call.action, outcome, failure.code if failure else None)


def abroad(world: World, caller: Caller) -> Caller:
    """How another account's log shows a caller.

    Where the caller's own account has no trail, that copy is all there is, and makes a session of its own.
    """
    account = caller.site.account
    principal_id = caller.identity.principal_id or ""
    observed = account.observed
    if observed and caller.identity.type == "AssumedRole" and world.dice.chance(0.4):
        shown = UserIdentity(
            type="AssumedRole", principal_id=principal_id, arn=caller.identity.arn, account_id=account.id
        )
    else:
        shown = foreign(account.id, principal_id)
    session = caller.session
    if not observed:
        session = abroad_session(world, session, principal_id, NO_TRAIL)
    seen = Caller(session, shown, caller.site, caller.home, caller.address, caller.agent)
    seen.sent_by_service = caller.sent_by_service
    return seen


def abroad_session(world: World, own: Session, principal_id: str, why: str) -> Session:
    """The session that is known from another account's log only.

    Args:
        world: the world.
        own: whose session it is in truth.
        principal_id: what that log shows.
        why: why no record tells it.
    """
    session = Session(f"anon:AWSAccount:{principal_id}", own.principal, parent=own)
    session.role = own.role
    session.broken = why
    session.shown = principal_id
    held = world.ledger.enter(session)
    held.calls.append(world.now)
    return held
