"""Sign-ins to the console, and the families of keys that the console mints from one.

Shapes: ConsoleLogin and the calls after it as in the public set invictus, where one sign-in gave 217 records with 21
keys of one creation date, most of them flagged ``sessionCredentialFromConsole``; SwitchRole with its AssumeRole in both
accounts as published reports show it.
"""

from collections.abc import Callable, Mapping

from msgspec import Raw
from msgspec.structs import replace

from graphtrail.simulate.assume import assume_role
from graphtrail.simulate.clock import iso
from graphtrail.simulate.identity import UserIdentity, assumed_role, iam_user, root
from graphtrail.simulate.ledger import FAILED, Busy, Origin, Session
from graphtrail.simulate.organisation import HOME_REGION, Account, Role, User
from graphtrail.simulate.places import Site
from graphtrail.simulate.recorder import Caller, Failure
from graphtrail.simulate.records import NULL, Record, encode, tls
from graphtrail.simulate.sts import Written
from graphtrail.simulate.world import World

_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
)
_INTERNAL = "AWS Internal"
_FLAGGED, _INVOKED = 0.62, 0.74
_FAILED_SIGN_IN = Failure("", "Failed authentication")


class Console:
    """A console sign-in at work: each page has AWS mint another key for the same session.

    Args:
        world: the world.
        family: the session of the sign-in.
        identity_of: ``userIdentity`` by minted key.
        account: where it is signed in.
        address: where the browser is.
        busy: for users, when their sessions last called.
    """

    def __init__(
        self,
        world: World,
        family: Session,
        identity_of: Callable[[str], UserIdentity],
        account: Account,
        address: str,
        busy: Busy | None = None,
    ) -> None:
        self.family = family
        self.account = account
        self.address = address
        self.agent = world.dice.pick(_BROWSERS)
        self._world = world
        self._identity_of = identity_of
        self._busy = busy
        self._caller: Caller | None = None
        self._calls_left = 0

    def current(self) -> Caller:
        """How the next call is signed; the first one is always flagged, so that the family has a record of its own."""
        self._calls_left -= 1
        if self._caller is None or self._calls_left < 0:
            luck = 0.0 if self._caller is None else self._world.dice.unit()
            self._calls_left = self._world.dice.between(2, 8)
            self._caller = self._flagged() if luck < _FLAGGED else self.invoked() if luck < _INVOKED else self.member()
        return self._caller

    def _new(self, session: Session, identity: UserIdentity, address: str, agent: str) -> Caller:
        place = self._world.cast
        caller = Caller(session, identity, place.site(self.account), place.home(self.account), address, agent)
        caller.busy = self._busy
        return caller

    def _key(self) -> str:
        return self.account.unique_id("ASIA", self._world.dice)

    def _flagged(self) -> Caller:
        caller = self._new(self.family, self._identity_of(self._key()), self.address, _INTERNAL)
        caller.console = caller.sent_by_service = True
        return caller

    def invoked(self) -> Caller:
        """A call that AWS makes for the page: it shows ``invokedBy``."""
        identity = replace(self._identity_of(self._key()), invoked_by=_INTERNAL)
        return self._new(self.family, identity, _INTERNAL, _INTERNAL)

    def member(self) -> Caller:
        """A call with a minted key that no flag gives away."""
        key = self._key()
        family = self.family
        member = Session(f"key:{key}", family.principal, named=family.named, parent=family, made_by=family.made_by)
        return self._new(self._world.ledger.enter(member), self._identity_of(key), self.address, self.agent)


def _sign_in(
    world: World, place: Site, name: str, identity: Raw, sender: tuple[str, str], extra: Mapping[str, str],
    *, failed: bool = False,
) -> str:  # fmt: skip
    event_id = world.dice.uuid()
    world.recorder.write(
        place,
        Record(
            event_version="1.08",
            user_identity=identity,
            event_time=iso(world.now),
            event_source="signin.amazonaws.com",
            event_name=name,
            aws_region=place.region,
            source_ip_address=sender[0],
            user_agent=sender[1],
            error_message=_FAILED_SIGN_IN.message if failed else None,
            request_parameters=NULL,
            response_elements=Raw(encode({name: "Failure" if failed else "Success"})),
            additional_event_data=Raw(encode(extra)),
            event_id=event_id,
            read_only=False,
            event_type="AwsConsoleSignIn",
            management_event=True,
            recipient_account_id=place.account.id,
            event_category="Management",
            tls_details=tls(f"{place.region}.signin.aws.amazon.com"),
        ),
    )
    return event_id


def _page(*, mfa: bool) -> dict[str, str]:
    return {
        "LoginTo": f"https://{HOME_REGION}.console.aws.amazon.com/console/home?region={HOME_REGION}",
        "MobileVersion": "No",
        "MFAUsed": "Yes" if mfa else "No",
    }


def console_login(
    world: World, user: User, address: str, *, mfa: bool = True, written: bool = True, agent: str = ""
) -> Console:
    """An IAM user signs in.

    Args:
        world: the world.
        user: the user.
        address: where from.
        mfa: whether with MFA.
        written: whether the sign-in reaches the log; the calls after it name the user all the same.
        agent: the browser; chosen by chance if empty.
    """
    created = world.now
    maker = user.password_by or user.created_by
    family = Session(
        f"ses:{user.uid}@{iso(created)}", user.arn, named=Origin(user.arn, "user"), made_by=maker if written else None
    )
    world.ledger.enter(family)
    busy = world.busy(user)
    console = Console(world, family, lambda key: iam_user(user, key, created, mfa=mfa), user.account, address, busy)
    console.agent = agent or console.agent
    if written:
        identity = iam_user(user, None).written(modern=False)
        _sign_in(
            world, world.cast.site(user.account), "ConsoleLogin", identity, (address, console.agent), _page(mfa=mfa)
        )
        family.records += 1
        busy.direct(family, created)
    return console


def failed_login(world: World, user: User, address: str) -> None:
    """Somebody types a wrong password of an IAM user."""
    session = world.ledger.enter(Session(f"anon:IAMUser:{user.uid}", user.arn))
    session.broken = FAILED
    identity = replace(iam_user(user, ""), arn=None).written(modern=False)
    sender = (address, world.dice.pick(_BROWSERS))
    _sign_in(world, world.cast.site(user.account), "ConsoleLogin", identity, sender, _page(mfa=False), failed=True)
    session.records += 1


def root_login(world: World, account: Account, address: str) -> Console:
    """The root user of an account signs in."""
    created = world.now
    principal = account.arn("iam", "root")
    family = Session(f"ses:{account.id}@{iso(created)}", principal, named=Origin(principal, "root"))
    world.ledger.enter(family)
    console = Console(world, family, lambda key: root(account, key, created), account, address)
    identity = root(account, "", None).written(modern=False)
    _sign_in(world, world.cast.home(account), "ConsoleLogin", identity, (address, console.agent), _page(mfa=True))
    family.records += 1
    return console


def role_console(world: World, role: Role, name: str, opened: Session, address: str, *, mfa: bool = False) -> Console:
    """The console of a role: the keys that its calls show are none that a call has handed out.

    Args:
        world: the world.
        role: the role.
        name: the session's name.
        opened: the session that the issuing call entered; the family takes its place.
        address: where the browser is.
        mfa: whether the session says that MFA was used.
    """
    created = world.now
    family = Session(f"ses:{role.uid}:{name}@{iso(created)}", role.arn, parent=opened.parent)
    family.broken, family.person = opened.broken, opened.person
    world.ledger.enter(family)
    return Console(world, family, lambda key: assumed_role(role, name, key, created, mfa=mfa), role.account, address)


def _role_sign_in(world: World, console: Console, role: Role, name: str, event: str, extra: Mapping[str, str]) -> None:
    shown = UserIdentity(
        type="AssumedRole", principal_id=f"{role.uid}:{name}", arn=role.session_arn(name), account_id=role.account.id
    )
    place = world.cast.site(role.account)
    sender = (console.address, console.agent)
    event_id = _sign_in(world, place, event, shown.written(modern=True), sender, extra)
    session = Session(f"signin:{event_id}", role.arn, parent=console.family.parent)
    session.broken, session.person = console.family.broken, console.family.person
    session.named = console.family.named
    session.records = 1
    world.ledger.enter(session)


def federated_login(world: World, console: Console, role: Role, name: str) -> None:
    """The sign-in record of a role that came by a federated way; in the second in which the role was assumed."""
    _role_sign_in(world, console, role, name, "ConsoleLogin", _page(mfa=False))


def switch_role(world: World, console: Console, user: User, role: Role, *, written: Written = Written.ALL) -> Console:
    """SwitchRole: from a user's console into a role, mostly of another account.

    Args:
        world: the world.
        console: the user's console.
        user: the user.
        role: the role.
        written: which copies of its AssumeRole reach the log.
    """
    grant = assume_role(world, console.invoked(), role, user.name, written=written)
    there = role_console(world, role, user.name, grant.session, console.address, mfa=True)
    there.agent = console.agent
    if grant.session.broken:  # the SwitchRole record names the user, also where no AssumeRole tells the session
        there.family.named, there.family.broken = Origin(user.arn, "user"), None
    page = f"https://{HOME_REGION}.console.aws.amazon.com/console/home?region={HOME_REGION}#"
    _role_sign_in(world, there, role, user.name, "SwitchRole", {"SwitchFrom": user.arn, "RedirectTo": page})
    return there
