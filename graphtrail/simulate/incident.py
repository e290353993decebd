"""The incident: a stolen instance key, a chain over two accounts, a made user, passwords, and the crown jewels gone."""

from collections.abc import Generator, Iterator

from graphtrail.simulate.agents import CLI, SERVER, THIEF
from graphtrail.simulate.assume import assume_role, refuse_role, service_role
from graphtrail.simulate.cast import ELSEWHERE, HOMES, OFFICE
from graphtrail.simulate.catalogue import CALLS
from graphtrail.simulate.clock import MINUTE, iso
from graphtrail.simulate.ledger import Session
from graphtrail.simulate.machines import in_scope, machine_caller
from graphtrail.simulate.onboarding import attach_policy, make_key, make_user, set_password
from graphtrail.simulate.organisation import Role, User, user
from graphtrail.simulate.people import role_caller, sso_session
from graphtrail.simulate.places import fill_words
from graphtrail.simulate.recorder import NOTHING, Caller
from graphtrail.simulate.signin import Console, console_login
from graphtrail.simulate.storage import denied, on_bucket
from graphtrail.simulate.sts import Written
from graphtrail.simulate.tokens import federation_token, session_token
from graphtrail.simulate.users import granted, key_caller
from graphtrail.simulate.work import Job, work
from graphtrail.simulate.world import Purse, Script, World

_FIRST_ADDRESS = f"{ELSEWHERE}.66"
_SECOND_ADDRESS = f"{ELSEWHERE}.67"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_MADE_USER = "svc-vault-sync"
_TAKEN_USER = "marta.lindqvist"


class Incident:
    """What the thief does; no other script touches the users and roles that it uses.

    Args:
        world: the world.
        objects: how many of the crown jewels are taken.

    Attributes:
        opened: the sessions at which its control begins: the stolen key, the made key, the sign-ins. Whatever these
            opened in turn belongs to it too.
        since: when the stolen key was first used by the thief, epoch seconds.
        users: the users that it made or whose password it set.
        story: what happened, in sentences.
    """

    def __init__(self, world: World, objects: int) -> None:
        self.opened: list[Session] = []
        self.since = 0
        self.users: list[str] = []
        self.story: list[str] = []
        self._world = world
        self._objects = objects

    def sessions(self) -> Iterator[Session]:
        """Every session that the thief held and that left a record, in the order in which they were opened."""
        mine = {session.key for session in self.opened}
        for session in self._world.ledger.sessions.values():
            ancestor: Session | None = session
            while ancestor is not None and ancestor.key not in mine:
                ancestor = ancestor.parent
            if ancestor is not None:
                mine.add(session.key)
                if session.records:
                    yield session

    def script(self) -> Script:
        """The whole of it, and how it was answered."""
        world = self._world
        taken = self._victim()
        yield from self._before(taken)
        stolen = yield from self._stolen_key()
        yield from self._look_around(stolen)
        automation = yield from self._assume(stolen, world.cast.roles["ops-automation@platform"])
        admin = yield from self._assume(automation, world.cast.roles["vault-admin@data"])
        yield from self._survey(admin)
        yield from self._loot(admin)
        made, by_key = yield from self._persist(admin, taken)
        yield from self._sign_in(made)
        yield from self._sign_in(taken)
        yield from self._take(by_key, made)
        yield from self._answer(taken)

    def _tell(self, sentence: str) -> None:
        self.story.append(f"{iso(self._world.now)}: {sentence}")

    def _call(self, caller: Caller, *actions: str) -> Script:
        for action in actions:
            self._world.recorder.call(caller, CALLS[action])
            yield self._world.dice.between(0, 12)

    def _victim(self) -> User:
        """A person with a user of her own in the data account since long before the log."""
        return user(self._world.cast.accounts["data"], _TAKEN_USER, self._world.dice)

    def _before(self, taken: User) -> Script:
        """Her usual day: a sign-in and a key of her own, which stay hers."""
        world = self._world
        yield from world.quiet(taken.uid)
        page = console_login(world, taken, f"{HOMES}.31")
        purse = Purse(18, world)
        yield from work(world, Job(page, "developer", 5 * MINUTE, jewels=1), purse, 9)
        own = key_caller(world, taken, taken.account.unique_id("AKIA", world.dice), f"{OFFICE}.31", CLI[0])
        yield from work(world, Job(own, "script", 5 * MINUTE), purse, purse.left)

    def _stolen_key(self) -> Generator[int, None, Caller]:
        """Two keys of one instance, issued in one second: the agent keeps one, the application the other."""
        world = self._world
        workload = world.cast.workloads["instance"][0]
        grants = [service_role(world, workload.service, workload.role, workload.name, workload.site) for _ in range(2)]
        agent = machine_caller(world, grants[0], in_scope(grants[0], workload, "2.0"), workload.site, SERVER[0])
        identity = in_scope(grants[1], workload, "1.0")
        application = machine_caller(world, grants[1], identity, workload.site, SERVER[2])
        purse = Purse(30, world)
        world.spawn(work(world, Job(agent, "server", 120 * MINUTE), purse.share(16), 16))
        yield world.dice.between(3, 9)
        yield from work(world, Job(application, "server", 6 * MINUTE), purse, 4)
        world.spawn(work(world, Job(application, "server", 90 * MINUTE), purse, purse.left))
        yield world.dice.between(60, 200)
        stolen = Caller(grants[1].session, identity, workload.site, agent.home, _FIRST_ADDRESS, THIEF[0])
        self.opened.append(stolen.session)
        self.since = world.now
        self._tell(
            f"the key {grants[1].key} of the instance {workload.name} is used from {_FIRST_ADDRESS}, while the "
            f"instance itself goes on to use it and another one"
        )
        return stolen

    def _look_around(self, stolen: Caller) -> Script:
        """What the instance's own role allows is little; the rest is refused, and says so."""
        world = self._world
        yield from self._call(stolen, "sts:GetCallerIdentity", "s3:ListBuckets", "ec2:DescribeInstances")
        users = CALLS["iam:ListUsers"]
        world.recorder.call(stolen, users, failure=denied(stolen, users, stolen.site.account.arn("iam", "user/")))
        yield 3
        for _ in range(2):
            on_bucket(world, stolen, "s3:GetObject", world.cast.jewels, key=world.jewel_key(), outcome="denied")
            yield 2
        for name in ("vault-admin@data", "deployer@production"):
            refuse_role(world, stolen, world.cast.roles[name])
            yield world.dice.between(1, 5)
        self._tell("it tries the crown jewels and two roles, and is refused")

    def _assume(self, caller: Caller, role: Role) -> Generator[int, None, Caller]:
        world = self._world
        grant = assume_role(world, caller, role, "ops-sync")
        self._tell(f"it becomes {role.name} of the account {role.account.name} (key {grant.key})")
        onward = role_caller(world, grant, role, caller.address, caller.agent)
        yield world.dice.between(1, 9)
        yield from self._call(onward, "sts:GetCallerIdentity", "iam:ListRoles", "organizations:ListAccounts")
        return onward

    def _survey(self, admin: Caller) -> Script:
        world = self._world
        for action in (
            "s3:GetBucketLocation",
            "s3:GetBucketPolicy",
            "s3:ListObjects",
            "s3:ListObjects",
            "s3:GetObject",
        ):
            on_bucket(world, admin, action, world.cast.jewels, key=world.jewel_key())
            yield world.dice.between(1, 12)
        self._tell(f"it finds {world.cast.jewels.name} and reads a first object")

    def _loot(self, admin: Caller) -> Script:
        """What leaves without a copy of the crown jewels: secrets, and a disk that another account may read."""
        world = self._world
        for _ in range(2):
            yield from self._call(admin, "secretsmanager:GetSecretValue")
        copy, share = CALLS["ec2:CreateSnapshot"], CALLS["ec2:ModifySnapshotAttribute"]
        party = f"{world.dice.between(10**11, 10**12 - 1)}"
        bind = fill_words(copy.words, admin.site, world.dice, world.now, NOTHING) | {"party": party}
        for call in (copy, share):
            world.recorder.call(admin, call, bind)
            yield 3
        self._tell(f"it reads two secrets, and shares a new snapshot with the account {party}")

    def _persist(self, admin: Caller, taken: User) -> Generator[int, None, tuple[User, Caller]]:
        """A user with a key and a password, the password of another user, and the trail stopped."""
        world = self._world
        made = make_user(world, admin, _MADE_USER)
        yield 2
        attach_policy(world, admin, made, "AdministratorAccess")
        key, made_by = make_key(world, admin, made)
        yield 4
        set_password(world, admin, made, "iam:CreateLoginProfile")
        yield world.dice.between(20, 60)
        set_password(world, admin, taken, "iam:UpdateLoginProfile")
        yield world.dice.between(20, 60)
        trail = admin.site.account.arn("cloudtrail", "trail/data-events", admin.site.region)
        world.recorder.call(admin, CALLS["cloudtrail:StopLogging"], {"trail": trail})
        self.users += [made.arn, taken.arn]
        self._tell(f"it makes the user {made.name} with the key {key} and a password, and sets that of {taken.name}")
        self._tell("it stops the data account's own trail; the organisation's goes on")
        yield world.dice.between(60, 240)
        by_key = key_caller(world, made, key, _SECOND_ADDRESS, THIEF[1], made_by)
        self.opened.append(by_key.session)
        return made, by_key

    def _sign_in(self, who: User) -> Script:
        world = self._world
        yield from world.quiet(who.uid)
        page = console_login(world, who, _SECOND_ADDRESS, mfa=False, agent=_BROWSER)
        self.opened.append(page.family)
        self._tell(f"it signs in to the console as {who.name}")
        yield world.dice.between(5, 20)
        yield from self._browse(page)

    def _browse(self, page: Console) -> Script:
        world = self._world
        for action in ("s3:ListBuckets", "iam:ListUsers", "iam:GetAccountSummary", "cloudtrail:DescribeTrails"):
            world.recorder.call(page.current(), CALLS[action])
            yield world.dice.between(1, 9)
        for _ in range(6):
            on_bucket(world, page.current(), "s3:ListObjects", world.cast.jewels)
            yield world.dice.between(1, 15)

    def _take(self, by_key: Caller, made: User) -> Script:
        """Everything is read, with the key, with a session token, and with a federated session that outlives both."""
        world = self._world
        callers = [by_key]
        for grant in (session_token(world, by_key, made), federation_token(world, by_key, made, "sync")):
            callers.append(granted(world, made, grant, _SECOND_ADDRESS, by_key.agent))
            yield 1
        for number in range(self._objects):
            caller = callers[0 if number % 4 else 1 + number // 4 % 2]
            on_bucket(world, caller, "s3:GetObject", world.cast.jewels, key=world.cast.jewel_keys[number % 4_000])
            yield 0 if number % 3 else 1
        self._tell(f"{self._objects} objects are read in a few minutes with the made key and two sessions of it")

    def _answer(self, taken: User) -> Script:
        """The platform team sees it and sets the password again, so that the next sign-in is her own."""
        world = self._world
        purse = Purse(24, world)
        yield world.dice.between(10 * MINUTE, 20 * MINUTE)
        admin, _ = sso_session(world, purse, "PlatformAdmin@data", stamped=True, how=Written.ALL)
        yield from self._call(admin, "cloudtrail:LookupEvents", "cloudtrail:GetTrailStatus", "iam:ListUsers")
        with purse.paying():
            set_password(world, admin, taken, "iam:UpdateLoginProfile")
        self._tell(f"an administrator sets the password of {taken.name} again; what follows there is her own")
        yield world.dice.between(5 * MINUTE, 15 * MINUTE)
        yield from world.quiet(taken.uid)
        page = console_login(world, taken, f"{HOMES}.31")
        yield from work(world, Job(page, "developer", 5 * MINUTE), purse, purse.left)
