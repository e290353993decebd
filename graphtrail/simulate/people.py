"""People and pipelines that come from outside: Identity Center, a company directory (SAML), a build service (OIDC)."""

from graphtrail.simulate.agents import CLI, PIPELINE
from graphtrail.simulate.assume import assume_role, assume_with_saml, assume_with_web_identity
from graphtrail.simulate.cast import ELSEWHERE, FIRST_NAMES, OFFICE
from graphtrail.simulate.clock import HOUR, MINUTE
from graphtrail.simulate.forwarding import Date, Forwarder
from graphtrail.simulate.organisation import COMPANY, Person, Role
from graphtrail.simulate.portal import Portal
from graphtrail.simulate.recorder import Caller
from graphtrail.simulate.signin import federated_login, role_console
from graphtrail.simulate.sts import Grant, Written
from graphtrail.simulate.work import Job, some_jewels, work
from graphtrail.simulate.world import Purse, Script, World

_WITHHELD = 0.05
_STAMPED = 0.6
_SAME_KEY = 0.5
_PROFILES = {
    "Developer_Access": "developer",
    "DataAnalyst": "analyst",
    "PlatformAdmin": "deployer",
    "SecurityAudit": "auditor",
}
_REPOSITORIES = ("shop", "warehouse", "vault-schema", "infrastructure", "mobile-backend", "billing", "search-index")
_BRANCHES = ("ref:refs/heads/main", "ref:refs/heads/release", "environment:production", "pull_request")


def by_chance(world: World, withheld: float = _WITHHELD) -> Written:
    """Whether an issuing call is written: mostly."""
    return Written.NONE if world.dice.chance(withheld) else Written.ALL


def role_caller(world: World, grant: Grant, role: Role, address: str, agent: str) -> Caller:
    """How a session of a role calls, from the place that its account works in."""
    cast = world.cast
    return Caller(grant.session, grant.identity, cast.site(role.account), cast.home(role.account), address, agent)


def _seat(world: World, wanted: str = "") -> tuple[Person, str, Role]:
    """A person, a permission set and its role, not taken by the same person within seconds.

    Args:
        world: the world.
        wanted: set and account, joined by ``@``; by chance if empty.
    """
    cast, dice = world.cast, world.dice
    names = tuple(cast.sso_roles)
    while True:
        name = wanted or dice.pick(names)
        person, role = dice.pick(cast.people), cast.sso_roles[name]
        if world.free(role, person.email):
            return person, name.split("@")[0], role


def sso_session(
    world: World, purse: Purse, wanted: str = "", *, stamped: bool | None = None, how: Written | None = None
) -> tuple[Caller, str]:
    """A person takes a role from the portal for the command line.

    Args:
        world: the world.
        purse: what the records are paid from.
        wanted: set and account; by chance if empty.
        stamped: whether services show the person; by chance if None.
        how: whether AssumeRoleWithSAML is written; by chance if None.

    Returns:
        How its session calls, and the profile of its work.
    """
    dice = world.dice
    person, set_name, role = _seat(world, wanted)
    with purse.paying():
        portal = Portal(world, person)
        if dice.chance(0.25):  # the command line remembers accounts and roles
            portal.look("ListAccounts")
            portal.look("ListAccountRoles", role.account.id)
        grant = portal.role(set_name, role, same_key=dice.chance(_SAME_KEY), written=how or by_chance(world))
    caller = role_caller(world, grant, role, person.address, dice.pick(CLI))
    if dice.chance(_STAMPED) if stamped is None else stamped:
        caller.stamp(person)
    return caller, _PROFILES[set_name]


def sso(world: World, purse: Purse, wanted: str = "", *, stamped: bool | None = None) -> Script:
    """A person works on the command line with a role from the portal."""
    dice = world.dice
    created = world.now
    caller, profile = sso_session(world, purse, wanted, stamped=stamped)
    yield dice.between(0, 20)
    jewels = dice.between(1, 4) if "@data" in wanted else some_jewels(world, caller.site.account, 0.35)
    job = Job(caller, profile, 70 * MINUTE, jewels, Forwarder(world, caller, Date.OWN, created), world.cast.artifacts)
    yield from work(world, job, purse, purse.left)


def sso_console(world: World, purse: Purse) -> Script:
    """A person works in the console with a role from the portal."""
    person, set_name, role = _seat(world)
    with purse.paying():
        portal = Portal(world, person)
        portal.look("ListAccounts")
        grant = portal.role(set_name, role, same_key=False, written=by_chance(world))
        console = role_console(world, role, person.email, grant.session, person.address)
        federated_login(world, console, role, person.email)
    yield world.dice.between(1, 20)
    jewels = some_jewels(world, role.account, 0.3)
    yield from work(world, Job(console, _PROFILES[set_name], HOUR, jewels), purse, purse.left)


def saml(world: World, purse: Purse, account: str = "") -> Script:
    """Somebody of the company directory takes a role, without Identity Center."""
    dice, cast = world.dice, world.cast
    account = account or dice.pick(("data", "data", "production"))
    role = cast.roles["saml-analyst@data" if account == "data" else "saml-support@production"]
    name = f"{dice.pick(FIRST_NAMES)}.{dice.between(1, 40):02}@{COMPANY}.example"
    while not world.free(role, name):
        name = f"{dice.pick(FIRST_NAMES)}.{dice.between(1, 40):02}@{COMPANY}.example"
    address = f"{OFFICE}.{dice.between(1, 254)}"
    created = world.now
    with purse.paying():
        grant = assume_with_saml(
            world, cast.providers[f"saml@{account}"], name, role, (address, dice.pick(CLI)), same_key=dice.chance(0.6),
            written=by_chance(world),
        )  # fmt: skip
    caller = role_caller(world, grant, role, address, dice.pick(CLI))
    yield dice.between(0, 10)
    profile = "analyst" if account == "data" else "developer"
    job = Job(caller, profile, HOUR, some_jewels(world, role.account, 0.6), Forwarder(world, caller, Date.OWN, created))
    yield from work(world, job, purse, purse.left)


def pipeline(world: World, purse: Purse, target: str = "", subject: str = "", how: Written | None = None) -> Script:
    """A build takes a role by OIDC, and with it the deployer's role of another account.

    All builds call the second session ``deploy``, often at the same time: only the key tells them apart.

    Args:
        world: the world.
        purse: what the records are paid from.
        target: the account that is deployed to; by chance if empty.
        subject: the subject of the token; by chance if empty.
        how: which copies of the second call are written; by chance if None.
    """
    dice, cast = world.dice, world.cast
    address, agent = f"{ELSEWHERE}.{dice.between(1, 200)}", dice.pick(PIPELINE)
    given = bool(subject)
    subject = subject or f"repo:{COMPANY}/{dice.pick(_REPOSITORIES)}:{dice.pick(_BRANCHES)}"
    role = cast.roles["pipeline@platform"]
    with purse.paying():
        created = world.now
        grant = assume_with_web_identity(
            world, cast.providers["oidc@platform"], subject, role, f"run-{dice.below(10**10):010}", (address, agent),
            written=by_chance(world),
        )  # fmt: skip
    caller = role_caller(world, grant, role, address, agent)
    yield dice.between(1, 8)
    forwarder = Forwarder(world, caller, Date.OWN, created)
    yield from work(world, Job(caller, "deployer", 3 * MINUTE, forwarder=forwarder), purse, max(purse.left // 4, 1))
    if purse.left > 2:  # noqa: PLR2004 - the call has two copies
        target = target or dice.pick(("production", "production", "staging", "data"))
        deployer = cast.roles[f"deployer@{target}"]
        luck = dice.unit()
        by_luck = Written.NONE if luck < _WITHHELD else Written.CALLEE if luck > 1 - _WITHHELD else Written.ALL
        with purse.paying():
            onward = assume_role(world, caller, deployer, "deploy", written=how or by_luck)
        there = role_caller(world, onward, deployer, address, agent)
        yield dice.between(0, 5)
        jewels = some_jewels(world, deployer.account, 1.0 if given else 0.5)
        job = Job(there, "deployer", 8 * MINUTE, jewels, bucket=cast.artifacts)
        yield from work(world, job, purse, purse.left)
