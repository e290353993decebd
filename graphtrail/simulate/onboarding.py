"""Administrators make users, keys and passwords, and others use them: benign, and easily taken for the incident."""

from graphtrail.simulate.agents import CLI, SCRIPT
from graphtrail.simulate.cast import FIRST_NAMES, HOMES, LAST_NAMES
from graphtrail.simulate.catalogue import CALLS
from graphtrail.simulate.clock import HOUR, MINUTE
from graphtrail.simulate.organisation import MadeBy, User, user
from graphtrail.simulate.people import sso_session
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.signin import console_login
from graphtrail.simulate.users import key_caller
from graphtrail.simulate.work import Job, some_jewels, work
from graphtrail.simulate.world import Purse, Script, World

_LEAST_FOR_A_PERSON = 14


def _made(caller: Caller, event_id: str) -> MadeBy:
    return MadeBy(caller.session.principal, caller.session.key, event_id)


def make_user(world: World, caller: Caller, name: str) -> User:
    """CreateUser in the caller's account."""
    made = user(caller.site.account, name, world.dice)
    event_id = world.recorder.call(caller, CALLS["iam:CreateUser"], {"user_name": name, "user_id": made.uid})
    made.created_by = _made(caller, event_id)
    return made


def make_key(world: World, caller: Caller, owner: User) -> tuple[str, MadeBy]:
    """CreateAccessKey for a user. Returns the key and the call."""
    key = owner.account.unique_id("AKIA", world.dice)
    event_id = world.recorder.call(caller, CALLS["iam:CreateAccessKey"], {"user_name": owner.name, "access_key": key})
    world.ledger.issued[f"key:{key}"] = None
    return key, _made(caller, event_id)


def set_password(world: World, caller: Caller, owner: User, action: str) -> None:
    """CreateLoginProfile or UpdateLoginProfile for a user."""
    event_id = world.recorder.call(caller, CALLS[action], {"user_name": owner.name})
    owner.password_by = _made(caller, event_id)


def attach_policy(world: World, caller: Caller, owner: User, policy: str) -> None:
    """AttachUserPolicy with a policy of AWS."""
    bind = {"user_name": owner.name, "policy_arn": f"arn:aws:iam::aws:policy/{policy}"}
    world.recorder.call(caller, CALLS["iam:AttachUserPolicy"], bind)


def onboarding(world: World, purse: Purse, account: str = "") -> Script:
    """An administrator makes a user with a key, and a person with a password too.

    The user then works: its calls are its own, though the administrator made all that it works with.

    Args:
        world: the world.
        purse: what the records are paid from.
        account: ``data`` or ``production``; by chance if empty.
    """
    dice = world.dice
    account = account or dice.pick(("data", "production"))
    caller, _ = sso_session(world, purse, f"PlatformAdmin@{account}")
    yield dice.between(20, 90)
    person = purse.left >= _LEAST_FOR_A_PERSON and dice.chance(0.6)
    name = f"{dice.pick(FIRST_NAMES)}.{dice.pick(LAST_NAMES)}.{dice.hex(4)}" if person else f"svc-new-{dice.hex(6)}"
    with purse.paying():
        newcomer = make_user(world, caller, name)
        attach_policy(world, caller, newcomer, "ReadOnlyAccess")
    yield dice.between(2, 20)
    with purse.paying():
        key, made_by = make_key(world, caller, newcomer)
        if person:
            set_password(world, caller, newcomer, "iam:CreateLoginProfile")
    yield dice.between(5 * MINUTE, 40 * MINUTE)
    address = f"{HOMES}.{dice.between(1, 254)}"
    if person:
        own = purse.share(purse.left // 2)
        world.spawn(_first_days(world, own, newcomer, address))
    by_key = key_caller(world, newcomer, key, address, dice.pick(SCRIPT if not person else CLI), made_by)
    jewels = some_jewels(world, newcomer.account, 0.8)
    yield from work(world, Job(by_key, "script", HOUR // 2, jewels), purse, purse.left)


def _first_days(world: World, purse: Purse, newcomer: User, address: str) -> Script:
    """The first sign-in, with the administrator's password; then a password of one's own, and a second sign-in."""
    dice = world.dice
    yield from world.quiet(newcomer.uid)
    with purse.paying():
        page = console_login(world, newcomer, address, mfa=False)
    yield dice.between(5, 30)
    jewels = some_jewels(world, newcomer.account, 0.5)
    yield from work(world, Job(page, "developer", 10 * MINUTE, jewels), purse, purse.left // 3)
    if purse.left < 4:  # noqa: PLR2004 - the second sign-in would have nothing to do
        yield from work(world, Job(page, "developer", 10 * MINUTE), purse, purse.left)
        return
    with purse.paying():
        caller = page.member()
        event_id = world.recorder.call(caller, CALLS["iam:ChangePassword"])
        newcomer.password_by = _made(caller, event_id)
    yield dice.between(10 * MINUTE, 30 * MINUTE)
    yield from world.quiet(newcomer.uid)
    with purse.paying():
        page = console_login(world, newcomer, address)
    yield from work(world, Job(page, "developer", 20 * MINUTE), purse, purse.left)
