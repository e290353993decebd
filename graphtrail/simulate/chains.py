"""Roles that assume roles: over accounts, of themselves, round and round; and the cases that tempt a wrong answer."""

from graphtrail.simulate.agents import SCRIPT
from graphtrail.simulate.assume import assume_role, refuse_role, role_session
from graphtrail.simulate.cast import ELSEWHERE, OFFICE
from graphtrail.simulate.clock import HOUR, MINUTE
from graphtrail.simulate.forwarding import Date, Forwarder
from graphtrail.simulate.identity import foreign
from graphtrail.simulate.ledger import NO_TRAIL, NOBODY, Session
from graphtrail.simulate.organisation import Role
from graphtrail.simulate.people import by_chance, role_caller, sso_session
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.storage import on_bucket
from graphtrail.simulate.sts import Written
from graphtrail.simulate.tokens import assume_root
from graphtrail.simulate.users import key_caller, standing_key
from graphtrail.simulate.work import Job, some_jewels, touch_jewels, work
from graphtrail.simulate.world import Purse, Script, World

_BUSY_SECONDS = 12
_JUGGLED = 6


def _onward(
    world: World, caller: Caller, role: Role, name: str, *, written: Written = Written.ALL, source: str | None = None
) -> Caller:
    """Assume a role and call from there as before."""
    grant = assume_role(world, caller, role, name, written=written, source_identity=source)
    return role_caller(world, grant, role, caller.address, caller.agent)


def over_accounts(world: World, purse: Purse, hops: int = 0) -> Script:
    """A person of the platform team goes through its automation role into one or two other accounts.

    Args:
        world: the world.
        purse: what the records are paid from.
        hops: 2 to end in production, 3 to go on to the data account; by chance if 0.
    """
    dice, roles = world.dice, world.cast.roles
    caller, profile = sso_session(world, purse, "PlatformAdmin@platform")
    yield dice.between(2, 20)
    yield from work(world, Job(caller, profile, 3 * MINUTE), purse, purse.left // 5)
    route = ["ops-automation@platform", "deployer@production", "maintenance@data"]
    name, source = f"change-{dice.hex(8)}", (caller.identity.principal_id or "").partition(":")[2]
    for step, target in enumerate(route[: hops or dice.between(2, 3)]):
        if purse.left < 4:  # noqa: PLR2004 - no record would be left for the role's own work
            break
        with purse.paying():
            how = by_chance(world, 0.04) if step else Written.ALL
            caller = _onward(world, caller, roles[target], name, written=how, source=source)
        yield dice.between(0, 6)
        jewels = some_jewels(world, caller.site.account, 0.8)
        yield from work(world, Job(caller, "deployer", 5 * MINUTE, jewels), purse, max(purse.left // 3, 1))
    yield from work(world, Job(caller, "deployer", 10 * MINUTE), purse, purse.left)


def self_assumed(world: World, purse: Purse) -> Script:
    """A role that assumes itself, to live longer: two sessions of one role."""
    dice, roles = world.dice, world.cast.roles
    caller, _ = sso_session(world, purse, "Developer_Access@staging")
    for _ in range(2):
        yield dice.between(1, 30)
        with purse.paying():
            caller = _onward(world, caller, roles["blue@staging"], f"renew-{dice.hex(6)}")
        yield from work(world, Job(caller, "developer", 4 * MINUTE), purse, max(purse.left // 3, 1))
    yield from work(world, Job(caller, "developer", 10 * MINUTE), purse, purse.left)


def juggled(world: World, purse: Purse) -> Script:
    """Two roles that assume each other, six times: a chain of sessions, not a circle."""
    dice, roles = world.dice, world.cast.roles
    user = next(user for user in world.cast.users if user.account.name == "production")
    caller = standing_key(world, user)
    for turn in range(_JUGGLED):
        with purse.paying():
            role = roles["green@staging" if turn % 2 else "blue@staging"]
            caller = _onward(world, caller, role, f"juggle-{dice.hex(6)}")
        yield dice.between(0, 40)
    with purse.paying():
        touch_jewels(world, caller)
    yield from work(world, Job(caller, "script", 10 * MINUTE), purse, purse.left)


def twice(world: World, purse: Purse) -> Script:
    """One user assumes one role twice under one name in one second: two keys, two sessions."""
    dice, cast = world.dice, world.cast
    user = next(user for user in cast.users if user.account.name == "data")
    key = standing_key(world, user)
    with purse.paying():
        pair = [_onward(world, key, cast.roles["maintenance@data"], "nightly") for _ in range(2)]
    own = purse.share(purse.left // 2)
    world.spawn(work(world, Job(pair[1], "script", 10 * MINUTE, jewels=1), own, own.left))
    yield dice.between(1, 3)
    yield from work(world, Job(pair[0], "script", 10 * MINUTE, jewels=1), purse, purse.left)


def one_name(world: World, purse: Purse) -> Script:
    """Several people at once assume the support role under the name that their tool gives: only keys differ."""
    dice = world.dice
    pause = max(purse.left // 4, 6)
    while purse.left > 0:
        own = purse.share(min(pause, purse.left))
        world.spawn(_same_name(world, own))
        yield dice.between(0, 3)
    purse.close()


def _same_name(world: World, purse: Purse) -> Script:
    dice = world.dice
    caller, _ = sso_session(world, purse, "Developer_Access@production")
    yield dice.between(5, 9)
    if purse.left > 1:
        with purse.paying():
            caller = _onward(world, caller, world.cast.roles["support@data"], "botocore-session")
        yield dice.between(0, 2)
    yield from work(
        world, Job(caller, "developer", 15 * MINUTE, some_jewels(world, caller.site.account, 0.5)), purse, purse.left
    )


def slow_clock(world: World, purse: Purse) -> Script:
    """The endpoint that a role calls first has a clock one second behind: its calls are dated before their issue."""
    dice, roles = world.dice, world.cast.roles
    caller, _ = sso_session(world, purse, "PlatformAdmin@production")
    yield dice.between(2, 9)
    with purse.paying():
        first = _onward(world, caller, roles["break-glass@production"], f"urgent-{dice.hex(6)}")
        first.early = 1
        second = _onward(world, first, roles["maintenance@data"], f"urgent-{dice.hex(6)}")
        touch_jewels(world, second)
    first.early = 0
    yield 2
    yield from work(world, Job(first, "developer", 5 * MINUTE), purse, purse.left // 2)
    yield from work(world, Job(second, "developer", 5 * MINUTE), purse, purse.left)


def unlocked(world: World, purse: Purse) -> Script:
    """From the management account, AssumeRoot into a member account, to remove a policy that locks everybody out."""
    dice, cast = world.dice, world.cast
    caller, _ = sso_session(world, purse, "PlatformAdmin@management")
    yield dice.between(10, 60)
    data = cast.accounts["data"]
    with purse.paying():
        grant = assume_root(world, caller, data, written=not dice.chance(0.05))
    there = Caller(grant.session, grant.identity, cast.site(data), cast.home(data), caller.address, caller.agent)
    for bucket, action in (
        (cast.jewels, "s3:GetBucketPolicy"),
        (cast.exports, "s3:GetBucketPolicy"),
        (cast.exports, "s3:DeleteBucketPolicy"),
    ):
        yield dice.between(4, 20)
        with purse.paying():
            on_bucket(world, there, action, bucket)
    yield from work(world, Job(caller, "auditor", 10 * MINUTE), purse, purse.left)


def through_sandbox(world: World, purse: Purse) -> Script:
    """A chain whose middle lies in an account without a trail; it ends among the crown jewels."""
    dice, cast = world.dice, world.cast
    caller, profile = sso_session(world, purse, "PlatformAdmin@platform")
    yield dice.between(5, 40)
    with purse.paying():
        middle = _onward(world, caller, cast.roles["experiment@sandbox"], f"trial-{dice.hex(8)}")
    yield dice.between(1, 20)
    with purse.paying():
        touch_jewels(world, middle)
        there = _onward(world, middle, cast.roles["partner-access@data"], f"trial-{dice.hex(8)}")
    yield dice.between(1, 20)
    yield from work(world, Job(there, "analyst", 10 * MINUTE, jewels=1), purse, purse.left // 2)
    yield from work(world, Job(caller, profile, 10 * MINUTE), purse, purse.left)


def partner(world: World, purse: Purse) -> Script:
    """A company outside assumes the role made for it; whoever stands behind is in no log."""
    dice, cast = world.dice, world.cast
    role = cast.roles["collector@partner"]
    outside = Session(f"key:{role.account.unique_id('ASIA', dice)}", role.arn)
    outside.broken = NO_TRAIL
    grant = role_session(world, role, f"collect-{dice.hex(8)}", role.account.unique_id("ASIA", dice), outside)
    caller = role_caller(world, grant, role, f"{ELSEWHERE}.{dice.between(1, 200)}", dice.pick(SCRIPT))
    with purse.paying():
        if dice.chance(0.4):
            touch_jewels(world, caller)
        there = _onward(world, caller, cast.roles["partner-access@data"], f"collect-{dice.hex(8)}")
    yield dice.between(1, 9)
    yield from work(world, Job(there, "analyst", 20 * MINUTE, jewels=1), purse, purse.left)


def anonymous(world: World, purse: Purse) -> Script:
    """Somebody without credentials tries the crown jewels and is refused (as in the public set otrf-honeybucket)."""
    dice, cast = world.dice, world.cast
    session = world.ledger.enter(Session("anon:AWSAccount:ANONYMOUS_PRINCIPAL", "anonymous"))
    session.broken = NOBODY
    owner = cast.jewels.owner
    caller = Caller(
        session, foreign("ANONYMOUS_PRINCIPAL", ""), cast.site(owner), cast.home(owner),
        f"{ELSEWHERE}.{dice.between(1, 200)}", dice.pick(SCRIPT),
    )  # fmt: skip
    while purse.left > 0:
        with purse.paying():
            on_bucket(world, caller, dice.pick(("s3:GetObject", "s3:ListObjects")), cast.jewels, outcome="denied")
        yield dice.below(20)


def refused(world: World, purse: Purse) -> Script:
    """A developer tries doors that are closed: roles first, then the crown jewels."""
    dice, cast = world.dice, world.cast
    caller, profile = sso_session(world, purse, "Developer_Access@production")
    closed = ("vault-admin@data", "forensics@security", "organisation-admin@management", "maintenance@data")
    for _ in range(3):
        yield dice.between(2, 20)
        with purse.paying():
            refuse_role(world, caller, cast.roles[dice.pick(closed)])
    if purse.left > 1:
        with purse.paying():
            on_bucket(world, caller, "s3:GetObject", cast.jewels, key=world.jewel_key(), outcome="denied")
    yield from work(world, Job(caller, profile, HOUR // 2), purse, purse.left)


def both_keys(world: World, purse: Purse) -> Script:
    """A user with two keys that are busy in the same seconds: whose the forwarded calls are, no record tells."""
    dice, cast = world.dice, world.cast
    users = [user for user in cast.users if user.account.name == "platform"]
    user = users[-1]
    first = standing_key(world, user)
    second = world.keys.get(f"second {user.uid}")
    if second is None:
        key = user.account.unique_id("AKIA", dice)
        second = world.keys[f"second {user.uid}"] = key_caller(world, user, key, f"{OFFICE}.9", dice.pick(SCRIPT))
    forwarders = [Forwarder(world, caller, Date.MINTED) for caller in (first, second)]
    for _ in range(min(_BUSY_SECONDS, purse.left // 4)):
        with purse.paying():
            for forwarder in forwarders:
                forwarder.step()
        yield dice.below(2)
    yield from work(world, Job(second, "script", 10 * MINUTE), purse, purse.left)
