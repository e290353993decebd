"""The access portal of IAM Identity Center, and the role sessions that people get from it.

Shapes: a field report of 2026 with all records of one such session: ListAccounts, ListAccountRoles and
GetRoleCredentials in the account of Identity Center (their answers are not logged), AssumeRoleWithSAML in the target
account, and calls of the role session that show ``onBehalfOf`` where the service stamps it.
"""

from msgspec import Raw

from graphtrail.simulate.assume import assume_with_saml
from graphtrail.simulate.clock import iso
from graphtrail.simulate.identity import identity_center
from graphtrail.simulate.ledger import Origin, Session
from graphtrail.simulate.organisation import HOME_REGION, Person, Role
from graphtrail.simulate.records import NULL, Record, encode
from graphtrail.simulate.sts import Grant, Written
from graphtrail.simulate.world import World

_AGENT = "aws-cli/2.33.1 md/awscrt#0.29.2 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.11 md/pyimpl#CPython"
_SERVICE_AGENT = (
    "aws-sdk-java/2.46.14 md/io#sync md/http#Apache md/internal ua/2.1 api/STS#2.46.x os/Linux lang/java#17.0.19"
)
_PORTAL_ADDRESS = "192.0.2.250"


class Portal:
    """A person signed in to the portal.

    Args:
        world: the world.
        person: the person.
    """

    def __init__(self, world: World, person: Person) -> None:
        self.person = person
        self._world = world
        self._account = world.cast.accounts["management"]
        token = world.dice.base64(78).replace("+", "-").replace("/", "_")
        credential_id = f"AAAAAG{token}"
        self._identity = identity_center(person, self._account, credential_id).written(modern=True)
        self._session = world.ledger.enter(
            Session(f"idc:{credential_id}", person.principal, named=Origin(person.principal, "identity_center"))
        )

    def look(self, name: str, account_id: str = "") -> None:
        """Ask the portal for accounts, or for the roles in one."""
        self._log(name, {"account_id": account_id} if account_id else None)

    def role(self, set_name: str, role: Role, *, same_key: bool, written: Written = Written.ALL) -> Grant:
        """Take credentials of a role.

        Args:
            set_name: the permission set.
            role: its role in an account.
            same_key: whether the session's calls show the key that AssumeRoleWithSAML answers.
            written: whether AssumeRoleWithSAML reaches the log.
        """
        self._log("GetRoleCredentials", {"role_name": set_name, "account_id": role.account.id})
        provider = self._world.cast.providers[f"sso@{role.account.name}"]
        grant = assume_with_saml(
            self._world, provider, self.person.email, role, (_PORTAL_ADDRESS, _SERVICE_AGENT), same_key=same_key,
            written=written,
        )  # fmt: skip
        grant.session.person = self.person
        return grant

    def _log(self, name: str, details: dict[str, str] | None) -> None:
        world = self._world
        self._session.records += 1
        world.recorder.write(
            world.cast.site(self._account),
            Record(
                event_version="1.11",
                user_identity=self._identity,
                event_time=iso(world.now),
                event_source="sso.amazonaws.com",
                event_name=name,
                aws_region=HOME_REGION,
                source_ip_address=self.person.address,
                user_agent=_AGENT,
                request_parameters=NULL,
                response_elements=NULL,
                request_id=world.dice.uuid(),
                event_id=world.dice.uuid(),
                read_only=True,
                event_type="AwsServiceEvent",
                management_event=True,
                recipient_account_id=self._account.id,
                service_event_details=Raw(encode(details)) if details else None,
                event_category="Management",
            ),
        )
