"""The simulated organisation: its accounts, and the roles, users and people in them.

An id of AWS carries the number of its account: the 40 bits after the first of its characters 5 to 14, read as base32
(checked on public logs: every AKIA, ASIA, AIDA, AROA and AIPA id of an account begins alike). So the ids made here
decode as real ones do.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphtrail.simulate.dice import Dice

PARTITION = "aws"
GLOBAL_REGION = "us-east-1"
HOME_REGION = "eu-west-1"
COMPANY = "larkfield"

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_FIRST_BIT = 1 << 40


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """An AWS account; ``observed`` says whether the trail of the organisation covers it."""

    id: str
    name: str
    observed: bool = True
    id_start: str = field(init=False)

    def __post_init__(self) -> None:
        bits = (_FIRST_BIT | int(self.id)) >> 1
        text = "".join(_BASE32[bits >> shift & 31] for shift in range(35, -1, -5))
        object.__setattr__(self, "id_start", text)

    def unique_id(self, prefix: str, dice: "Dice") -> str:
        """A new id of this account.

        Args:
            prefix: ``AROA`` and the other four letters that tell its kind.
            dice: what chooses the rest.
        """
        ninth = _BASE32[(int(self.id) & 1) * 16 + dice.below(16)]
        return f"{prefix}{self.id_start}{ninth}{dice.base32(7 if prefix in {'AKIA', 'ASIA'} else 8)}"

    def arn(self, service: str, resource: str, region: str = "") -> str:
        """The ARN of a resource in this account."""
        return f"arn:{PARTITION}:{service}:{region}:{self.id}:{resource}"


@dataclass(slots=True, eq=False)
class Role:
    """An IAM role.

    ``named`` says whether a record that was written shows its unique id and its ARN together; else readers of the
    logs know it by its id only.
    """

    account: Account
    name: str
    uid: str
    path: str = "/"
    named: bool = False

    @property
    def arn(self) -> str:
        """The ARN of the role itself, with its path."""
        return self.account.arn("iam", f"role{self.path}{self.name}")

    def session_arn(self, session_name: str) -> str:
        """The ARN of a session of the role, in which AWS leaves out the path."""
        return self.account.arn("sts", f"assumed-role/{self.name}/{session_name}")


@dataclass(frozen=True, slots=True)
class MadeBy:
    """The call that made a key, a password or a user: its caller's principal and session key, and its eventID."""

    principal: str
    session: str
    event_id: str


@dataclass(slots=True, eq=False)
class User:
    """An IAM user, and who made it and its password last, where that is in the log; programs have a path."""

    account: Account
    name: str
    uid: str
    path: str = "/"
    created_by: MadeBy | None = None
    password_by: MadeBy | None = None

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return self.account.arn("iam", f"user{self.path}{self.name}")

    @property
    def is_program(self) -> bool:
        """Whether a program uses it, not a person."""
        return self.path != "/"


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody in the identity store of IAM Identity Center."""

    email: str
    user_id: str
    store_arn: str
    address: str

    @property
    def principal(self) -> str:
        """The key of this principal: store and user id, since a user id is unique only inside its store."""
        return f"idc:{self.store_arn}#{self.user_id}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket, its owner and its Region."""

    name: str
    owner: Account
    region: str

    @property
    def arn(self) -> str:
        """The bucket's ARN, which names neither owner nor Region."""
        return f"arn:{PARTITION}:s3:::{self.name}"


@dataclass(frozen=True, slots=True)
class Provider:
    """A SAML or OIDC identity provider in one account.

    ``qualifier`` is what ``identityProvider`` shows: the name qualifier of a SAML provider, the ARN of an OIDC one.
    """

    account: Account
    arn: str
    qualifier: str
    issuer: str


def role(account: Account, name: str, dice: "Dice", path: str = "/") -> Role:
    """A role with a new unique id."""
    return Role(account, name, account.unique_id("AROA", dice), path)


def user(account: Account, name: str, dice: "Dice", path: str = "/") -> User:
    """A user with a new unique id."""
    return User(account, name, account.unique_id("AIDA", dice), path)
