"""Who and what there is in the simulated organisation, in numbers that fit the size of the simulation."""

from dataclasses import dataclass

from graphtrail.simulate.dice import Dice
from graphtrail.simulate.organisation import (
    COMPANY,
    GLOBAL_REGION,
    HOME_REGION,
    Account,
    Bucket,
    Person,
    Provider,
    Role,
    User,
    role,
    user,
)
from graphtrail.simulate.places import Site, object_key, site

_REGIONS = {
    "management": (GLOBAL_REGION, HOME_REGION),
    "security": (GLOBAL_REGION, HOME_REGION),
    "platform": (GLOBAL_REGION, HOME_REGION),
    "production": (GLOBAL_REGION, HOME_REGION, "eu-central-1", "us-west-2"),
    "staging": (GLOBAL_REGION, HOME_REGION),
    "data": (GLOBAL_REGION, HOME_REGION, "ap-southeast-2"),
    "sandbox": (GLOBAL_REGION, HOME_REGION),
    "partner": (GLOBAL_REGION, HOME_REGION),
}
_UNOBSERVED = ("sandbox", "partner")
_OUTSIDE = "partner"
FIRST_NAMES = (
    "ada", "bela", "chidi", "dana", "emre", "farah", "goran", "hana", "ines", "jonas", "kaya", "lotte", "milan", "noor",
    "oskar", "priya", "quinn", "rosa", "sami", "tariq", "uma", "vera", "wanda", "yusuf", "zofia",
)  # fmt: skip
LAST_NAMES = (
    "arendt", "brandt", "castro", "dalal", "ekman", "fontana", "gruber", "haddad", "ivanov", "jansen", "kimura",
    "laurent", "moreau", "nowak", "okafor", "petrov", "quist", "rossi", "sato", "thorne", "ueda", "vogel", "weber",
)  # fmt: skip
# Addresses of documentation (RFC 5737): an office, homes, and everybody else.
OFFICE, HOMES, ELSEWHERE = "203.0.113", "198.51.100", "192.0.2"


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Something that a service runs with a role: an instance, a function, a task or a service's own work.

    Attributes:
        role: the role that it runs with.
        name: instance id, function name, name of the service.
        site: where.
        modern: whether its records show ``inScopeOf``.
        service: which service runs it, as ``invokedBy`` shows it.
        reads_jewels: whether its work is on the crown jewels.
        silent: whether the calls that issue its keys are never written.
    """

    role: Role
    name: str
    site: Site
    service: str
    modern: bool = False
    reads_jewels: bool = False
    silent: bool = False


class Cast:
    """The organisation.

    Args:
        dice: chance.
        sessions_an_hour: how many workloads and people are needed, in sessions an hour.
    """

    def __init__(self, dice: Dice, sessions_an_hour: float) -> None:
        self.organisation_id = f"o-{dice.base32(10).lower()}"
        # A leading zero is real, and a trap for whoever reads an account id as a number.
        self.accounts = {
            name: Account(
                f"0{dice.below(10**11):011}" if name == "staging" else f"{dice.between(1, 9)}{dice.below(10**11):011}",
                name,
                name not in _UNOBSERVED,
            )
            for name in _REGIONS
        }
        self.places: list[Site] = []
        self._sites: dict[tuple[str, str], Site] = {}
        for name, regions in _REGIONS.items():
            for region in regions:
                place = site(self.accounts[name], region, len(self.places), dice)
                self.places.append(place)
                self._sites[place.account.id, region] = place
        size = max(sessions_an_hour, 12.0)
        self.store_arn = f"arn:aws:identitystore::{self.accounts['management'].id}:identitystore/d-{dice.hex(10)}"
        self.jewels = Bucket(f"{COMPANY}-crown-jewels", self.accounts["data"], HOME_REGION)
        self.jewel_keys = tuple(object_key(self.places[0], dice, 1_772_000_000) for _ in range(4_000))
        self.artifacts = Bucket(f"{COMPANY}-build-artifacts", self.accounts["platform"], HOME_REGION)
        self.exports = Bucket(f"{COMPANY}-exports", self.accounts["data"], HOME_REGION)
        self.people = self._people(dice, int(10 + size * 0.8))
        self.sso_roles = self._sso_roles(dice)
        self.providers = self._providers(dice)
        self.roles = self._roles(dice)
        self.workloads = self._workloads(dice, size)
        self.users = self._users(dice, int(6 + size * 0.05))

    def site(self, account: Account, region: str = HOME_REGION) -> Site:
        """An account in one of the Regions that it uses; all use the home Region."""
        return self._sites[account.id, region]

    def home(self, account: Account) -> Site:
        """Where the calls of global services of an account are logged."""
        return self._sites[account.id, GLOBAL_REGION]

    def object_key(self, dice: Dice, now: int) -> str:
        """A key of an object that is no crown jewel."""
        return object_key(self.places[0], dice, now)

    def observed(self) -> list[Account]:
        """The accounts that the trail covers."""
        return [account for account in self.accounts.values() if account.observed]

    def members(self) -> list[Account]:
        """The accounts of the organisation."""
        return [account for name, account in self.accounts.items() if name != _OUTSIDE]

    def _people(self, dice: Dice, count: int) -> tuple[Person, ...]:
        people = []
        for number in range(count):
            first = FIRST_NAMES[number % len(FIRST_NAMES)]
            turn = number // len(FIRST_NAMES)
            last = LAST_NAMES[(number + turn) % len(LAST_NAMES)]
            again = str(turn // len(LAST_NAMES) + 1) if turn >= len(LAST_NAMES) else ""
            address = f"{dice.pick((OFFICE, HOMES))}.{dice.between(1, 254)}"
            user_id = f"{dice.hex(10)}-{dice.uuid()}"
            people.append(Person(f"{first}.{last}{again}@{COMPANY}.example", user_id, self.store_arn, address))
        return tuple(people)

    def _sso_roles(self, dice: Dice) -> dict[str, Role]:
        """The roles of the permission sets, by set and account."""
        path = f"/aws-reserved/sso.amazonaws.com/{HOME_REGION}/"
        sets = {
            "Developer_Access": ("production", "staging"),
            "DataAnalyst": ("data",),
            "PlatformAdmin": ("platform", "management", "data", "production"),
            "SecurityAudit": ("security", "production", "data", "management"),
        }
        return {
            f"{name}@{account}": role(self.accounts[account], f"AWSReservedSSO_{name}_{dice.hex(16)}", dice, path)
            for name, accounts in sets.items()
            for account in accounts
        }

    def _roles(self, dice: Dice) -> dict[str, Role]:
        """The roles that people, pipelines and other roles assume, by name and account."""
        names = {
            "platform": ("pipeline", "ops-automation", "support"),
            "production": ("deployer", "support", "saml-support", "break-glass"),
            "staging": ("deployer", "support", "blue", "green"),
            "data": ("deployer", "maintenance", "support", "saml-analyst", "partner-access", "vault-admin"),
            "management": ("organisation-admin",),
            "security": ("forensics",),
            "sandbox": ("experiment", "exporter"),
            "partner": ("collector",),
        }
        return {
            f"{name}@{account}": role(self.accounts[account], name, dice)
            for account, found in names.items()
            for name in found
        }

    def _providers(self, dice: Dice) -> dict[str, Provider]:
        """Identity providers: of Identity Center in each account, of a company directory, of a build service."""
        found = {}
        portal = f"https://portal.sso.{HOME_REGION}.amazonaws.com/saml/assertion/{dice.base64(40)}"
        for account in self.observed():
            arn = account.arn("iam", f"saml-provider/AWSSSO_{dice.hex(16)}_DO_NOT_DELETE")
            found[f"sso@{account.name}"] = Provider(account, arn, f"{dice.base64(27)}=", portal)
        for name in ("data", "production"):
            account = self.accounts[name]
            arn = account.arn("iam", "saml-provider/CompanyDirectory")
            found[f"saml@{name}"] = Provider(account, arn, f"{dice.base64(27)}=", f"https://idp.{COMPANY}.example/saml")
        for name in ("platform", "production"):
            account = self.accounts[name]
            arn = account.arn("iam", "oidc-provider/token.actions.githubusercontent.com")
            found[f"oidc@{name}"] = Provider(account, arn, arn, "https://token.actions.githubusercontent.com")
        return found

    def _workloads(self, dice: Dice, size: float) -> dict[str, tuple[Workload, ...]]:
        """Numbers are chosen so that an instance is refreshed about every hour."""
        return {
            "function": tuple(self._functions(dice, int(7 + size * 0.2))),
            "instance": tuple(self._instances(dice, int(3 + size * 0.2))),
            "task": tuple(self._tasks(dice, int(3 + size * 0.03))),
            "linked": tuple(self._linked(dice)),
        }

    def _functions(self, dice: Dice, count: int) -> list[Workload]:
        places = [
            self.site(self.accounts[name], region)
            for name, region in (
                ("production", HOME_REGION), ("data", HOME_REGION), ("production", "eu-central-1"),
                ("staging", HOME_REGION), ("production", "us-west-2"), ("management", HOME_REGION),
                ("data", "ap-southeast-2"),
            )
        ]  # fmt: skip
        found = []
        for number in range(count):
            # The first runs beside the crown jewels; every seventh place is the Region whose issuing calls are missing.
            place = places[1] if number == 0 else places[number % len(places)]
            name = "vault-indexer" if number == 0 else f"{dice.pick(place.pools['function'])[:-5]}-{number}"
            worker = role(place.account, f"{name}-role", dice, "/service-role/")
            found.append(Workload(
                worker, name, place, "lambda.amazonaws.com", modern=number % 3 == 0, reads_jewels=number == 0,
                silent=place.region == "ap-southeast-2",
            ))  # fmt: skip
        return found

    def _instances(self, dice: Dice, count: int) -> list[Workload]:
        groups = [
            (role(self.accounts["production"], "web-server", dice), self.site(self.accounts["production"])),
            (
                role(self.accounts["production"], "batch-server", dice),
                self.site(self.accounts["production"], "us-west-2"),
            ),
            (role(self.accounts["staging"], "web-server", dice), self.site(self.accounts["staging"])),
            (role(self.accounts["data"], "report-runner", dice), self.site(self.accounts["data"])),
        ]
        found = []
        for number in range(count):
            worker, place = groups[number % len(groups)]
            found.append(Workload(
                worker, f"i-0{dice.hex(16)}", place, "ec2.amazonaws.com", modern=number % 3 == 0,
                reads_jewels=worker.name == "report-runner",
            ))  # fmt: skip
        return found

    def _tasks(self, dice: Dice, count: int) -> list[Workload]:
        found = []
        for number in range(count):
            place = self.site(self.accounts[("production", "staging", "data")[number % 3]])
            name = dice.pick(place.pools["service"])
            worker = role(place.account, f"ecs-{name}-{number}", dice)
            found.append(
                Workload(worker, name, place, "ecs-tasks.amazonaws.com", reads_jewels=place.account.name == "data")
            )
        return found

    def _linked(self, dice: Dice) -> list[Workload]:
        """Service-linked roles, whose records show no key."""
        names = {
            "config.amazonaws.com": "AWSServiceRoleForConfig",
            "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
            "inspector2.amazonaws.com": "AWSServiceRoleForAmazonInspector2",
            "rds.amazonaws.com": "AWSServiceRoleForRDS",
            "securityhub.amazonaws.com": "AWSServiceRoleForSecurityHub",
        }
        return [
            Workload(role(account, name, dice, f"/aws-service-role/{invoked_by}/"), name, self.site(account),
                     invoked_by, reads_jewels=account.name == "data" and invoked_by == "config.amazonaws.com")
            for account in self.observed()
            for invoked_by, name in names.items()
        ]  # fmt: skip

    def _users(self, dice: Dice, count: int) -> tuple[User, ...]:
        """IAM users that were there before the log begins; six are enough for a person and a program an account."""
        found = []
        for number in range(count):
            account = self.accounts[("data", "production", "platform")[number % 3]]
            person = f"{FIRST_NAMES[-1 - number % 20]}.{LAST_NAMES[number % 23]}"
            if number % 2:
                found.append(user(account, f"{person}{number}", dice))
            else:
                found.append(user(account, f"svc-{dice.pick(('backup', 'metrics', 'mail', 'sync'))}-{number}", dice,
                                  "/programs/"))  # fmt: skip
        return tuple(found)
