"""IAM users: long-lived keys, session tokens, federated sessions, consoles; and the root user."""

from graphtrail.simulate.agents import CLI, SCRIPT
from graphtrail.simulate.cast import HOMES, OFFICE
from graphtrail.simulate.clock import HOUR, MINUTE
from graphtrail.simulate.forwarding import Date, Forwarder
from graphtrail.simulate.identity import iam_user
from graphtrail.simulate.ledger import Origin, Session
from graphtrail.simulate.organisation import MadeBy, User
from graphtrail.simulate.people import by_chance
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.signin import Console, console_login, failed_login, root_login, switch_role
from graphtrail.simulate.sts import Grant
from graphtrail.simulate.tokens import federation_token, session_token
from graphtrail.simulate.work import Job, some_jewels, work
from graphtrail.simulate.world import Purse, Script, World

_WITHHELD = 0.06


def key_caller(world: World, user: User, key: str, address: str, agent: str, made_by: MadeBy | None = None) -> Caller:
    """How a user calls with a long-lived key.

    Args:
        world: the world.
        user: the user.
        key: the access key.
        address: where from.
        agent: with what.
        made_by: the call that made the key, if it is in the log.
    """
    session = Session(f"key:{key}", user.arn, named=Origin(user.arn, "user"), made_by=made_by)
    cast = world.cast
    caller = Caller(
        world.ledger.enter(session),
        iam_user(user, key),
        cast.site(user.account),
        cast.home(user.account),
        address,
        agent,
    )
    caller.busy = world.busy(user)
    return caller


def granted(world: World, user: User, grant: Grant, address: str, agent: str) -> Caller:
    """How temporary credentials of a user are used."""
    cast = world.cast
    caller = Caller(grant.session, grant.identity, cast.site(user.account), cast.home(user.account), address, agent)
    if grant.identity.type == "IAMUser":
        caller.busy = world.busy(user)
    return caller


def standing_key(world: World, user: User) -> Caller:
    """A key that the user had before the log begins: always the same one, always from the same address."""
    found = world.keys.get(user.uid)
    if found is None:
        dice = world.dice
        key = user.account.unique_id("AKIA", dice)
        address = f"{dice.pick((OFFICE, HOMES))}.{dice.between(1, 254)}"
        found = world.keys[user.uid] = key_caller(world, user, key, address, dice.pick(SCRIPT))
    return found


def _somebody(world: World, account: str, *, program: bool) -> User:
    users = [user for user in world.cast.users if account in {"", user.account.name} and user.is_program is program]
    return world.dice.pick(users)


def program(world: World, purse: Purse, account: str = "") -> Script:
    """A program works with a long-lived key; its reads of secrets make services call further."""
    user = _somebody(world, account, program=True)
    caller = standing_key(world, user)
    forwarder = Forwarder(world, caller, Date.MINTED)
    yield world.dice.below(30)
    if some_jewels(world, user.account, 0.5) and purse.left > 2:  # noqa: PLR2004 - a query has two records
        with purse.paying():
            forwarder.query_jewels()
        yield world.dice.between(5, 60)
    job = Job(caller, "script", 50 * MINUTE, some_jewels(world, user.account, 0.6), forwarder)
    yield from work(world, job, purse, purse.left)


def token(world: World, purse: Purse, account: str = "") -> Script:
    """A user takes a session token, with MFA, and works with that."""
    user = _somebody(world, account, program=True)
    yield from world.quiet(user.uid)
    key = standing_key(world, user)
    with purse.paying():
        grant = session_token(world, key, user, written=not world.dice.chance(_WITHHELD))
    caller = granted(world, user, grant, key.address, world.dice.pick(CLI))
    yield world.dice.between(1, 30)
    job = Job(caller, "script", 40 * MINUTE, some_jewels(world, user.account, 0.6))
    yield from work(world, job, purse, purse.left)


def federation(world: World, purse: Purse, account: str = "") -> Script:
    """A broker with a user's key hands out federated sessions."""
    dice = world.dice
    user = _somebody(world, account, program=True)
    key = standing_key(world, user)
    with purse.paying():
        grant = federation_token(world, key, user, f"guest-{dice.hex(6)}", written=not dice.chance(_WITHHELD))
    caller = granted(world, user, grant, f"{HOMES}.{dice.between(1, 254)}", dice.pick(SCRIPT))
    yield dice.between(1, 30)
    job = Job(caller, "script", 30 * MINUTE, some_jewels(world, user.account, 0.7))
    yield from work(world, job, purse, purse.left)


def console(
    world: World, purse: Purse, account: str = "", *, mistyped: bool | None = None, switch: bool | None = None
) -> Script:
    """A user signs in to the console, mistypes the password now and then, and often switches to a role.

    Args:
        world: the world.
        purse: what the records are paid from.
        account: the user's account; by chance if empty.
        mistyped: whether the first try fails; by chance if None.
        switch: whether to switch to a role of another account; by chance if None.
    """
    dice = world.dice
    user = _somebody(world, account, program=False)
    address = f"{dice.pick((OFFICE, HOMES))}.{dice.between(1, 254)}"
    if purse.left > 8 and (dice.chance(0.15) if mistyped is None else mistyped):  # noqa: PLR2004 - the rest needs some
        failed_login(world, user, address)
        purse.spend(1)
        yield dice.between(4, 30)
    yield from world.quiet(user.uid)
    written = not dice.chance(_WITHHELD)
    with purse.paying():
        page = console_login(world, user, address, written=written)
    yield dice.between(3, 20)
    forth = dice.chance(0.5) if switch is None else switch
    job = Job(page, "developer", 40 * MINUTE, some_jewels(world, user.account, 0.4))
    yield from work(world, job, purse, purse.left // 2 if forth else purse.left)
    if forth and purse.left > 4:  # noqa: PLR2004 - the switch alone writes three
        yield from _switched(world, purse, page, user)


def _switched(world: World, purse: Purse, page: Console, user: User) -> Script:
    dice, cast = world.dice, world.cast
    targets = [
        role for name, role in cast.roles.items() if name.startswith("support@") and role.account is not user.account
    ]
    role = dice.pick(targets)
    while not world.free(role, user.name):
        yield dice.between(7, 20)
    with purse.paying():
        there = switch_role(world, page, user, role, written=by_chance(world))
    yield dice.between(2, 20)
    job = Job(there, "developer", 30 * MINUTE, some_jewels(world, role.account, 0.5))
    yield from work(world, job, purse, purse.left)


def root(world: World, purse: Purse, account: str = "data") -> Script:
    """Somebody breaks the glass: the root user signs in."""
    dice = world.dice
    owner = world.cast.accounts[account]
    yield from world.quiet(owner.id)
    with purse.paying():
        page = root_login(world, owner, f"{OFFICE}.{dice.between(1, 254)}")
    yield dice.between(5, 40)
    yield from work(world, Job(page, "auditor", HOUR // 3, jewels=2), purse, purse.left)
