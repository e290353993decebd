"""The kinds of the graph: what nodes and relationships there are, and which of them control travels on.

Every relationship points the way control flows. Names of IAM and CloudTrail where they have one.
"""

from dataclasses import dataclass
from enum import IntEnum


class Confidence(IntEnum):
    """How sure a rule is; a path is as sure as its least sure relationship."""

    HEURISTIC = 1
    STRONG = 2
    EXACT = 3

    @classmethod
    def of(cls, name: str) -> "Confidence":
        """The level with this name: ``exact``, ``strong`` or ``heuristic``."""
        return cls[name.upper()]

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Relation:
    """A type of relationship.

    Attributes:
        verb: what a reader says for it.
        walked: whether the forward search goes on from its end.
        ends: whether the forward search reaches its end and stops there.
        resource: its detail is the resource that it is about, else the action or what was made.
        origin: whether the search for who stands behind a session goes back over it.
    """

    verb: str
    walked: bool = False
    ends: bool = False
    resource: bool = False
    origin: bool = False


RELATIONS = {
    "ASSUMED": Relation("assumed role", walked=True, origin=True),
    "ISSUED": Relation("was issued credentials", walked=True, origin=True),
    "SIGNED_IN": Relation("signed in", origin=True),
    "HOSTS": Relation("runs with", walked=True),
    "SAME_SIGN_IN": Relation("same sign-in", walked=True),
    "VIA": Relation("acted through a service", walked=True, origin=True),
    "OPENED_WAY": Relation("opened the way to", walked=True),
    "OPENED": Relation("opened"),
    "ON_BEHALF_OF": Relation("acts through", walked=True),
    "REFRESH_OF": Relation("was renewed as"),
    "CONTROLS": Relation("controls", walked=True),
    "EXECUTED_ON": Relation("ran code on", walked=True),
    "CREATED": Relation("created", ends=True),
    "SET_PASSWORD": Relation("set the password of", ends=True),
    "CHANGED_MFA": Relation("changed the MFA of", ends=True),
    "ISSUED_OTHER": Relation("issued other credentials to", ends=True),
    "CHANGED_PERMISSIONS": Relation("changed the permissions of", ends=True),
    "CHANGED_TRUST": Relation("changed the trust of", ends=True),
    "CHANGED_POLICY": Relation("changed the policy of", ends=True),
    "CHANGED_ORG": Relation("changed the organisation of", ends=True),
    "CHANGED_COMPUTE_ROLE": Relation("changed the role of", ends=True),
    "PASSED_ROLE": Relation("passed on", ends=True),
    "POLICY_ALLOWS": Relation("may come in to"),
    "SHARED_WITH": Relation("shared with", ends=True, resource=True),
    "UNSHARED_WITH": Relation("no longer shares with", resource=True),
    "UNDID": Relation("undid a change of"),
    "KMS_GRANT": Relation("granted a key to", ends=True, resource=True),
    "READ_SECRET": Relation("read", ends=True),
    "DERIVED": Relation("was copied to"),
    "ALIAS_OF": Relation("names"),
    "DELEGATED_TO": Relation("acts for"),
    "BLINDED": Relation("switched off", ends=True),
    "PART_OF": Relation("is part of"),
    "PERFORMED": Relation("called"),
    "ON": Relation("on"),
    "FROM": Relation("from"),
    "SIGHTED_AT": Relation("seen at"),
    "CLAIMS": Relation("carries"),
    "IN": Relation("in"),
    "CALLED": Relation("made the call"),
    "AT": Relation("touched"),
    "COPY_OF": Relation("is the copy of"),
    "HANDED_OUT": Relation("handed out"),
    "OPENS": Relation("opens"),
}

# What a call that issues a credential is called in the graph, where it is no ISSUED.
ASSUMES = frozenset({
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoot",
    "signin:SwitchRole",
})  # fmt: skip

LABELS = (
    "Session", "User", "Role", "Root", "FederatedUser", "Service", "IdentityCenterUser", "Saml", "WebIdentity",
    "ForeignAccount", "Anonymous", "Public", "Directory", "Unresolved", "Action", "IpAddress", "Scope", "AccessKey",
    "Bucket", "Object", "Secret", "Parameter", "Key", "KeyAlias", "Function", "Instance", "Volume", "Snapshot", "Image",
    "Policy", "Group", "InstanceProfile", "Trail", "Table", "LogGroup", "Account", "VpcEndpoint", "SourceIdentity",
    "Resource", "Event", "Copy", "Credential", "Case",
)  # fmt: skip
PRINCIPALS = frozenset({
    "User", "Role", "Root", "FederatedUser", "Service", "IdentityCenterUser", "Saml", "WebIdentity", "ForeignAccount",
    "Anonymous", "Public", "Directory", "Unresolved",
})  # fmt: skip

# Kinds of nodes that are neither principals nor resources.
_APART = frozenset({
    "Session", "Action", "IpAddress", "VpcEndpoint", "SourceIdentity", "Account", "Scope", "Event", "Copy",
    "Credential", "Case",
})  # fmt: skip
# Every node of a server has this label; a node is known by its ``uid`` there.
BASE = "Entity"
# Version of what a server holds: labels, types, properties and what they mean.
SERVER_VERSION = 3


def labels(label: str) -> tuple[str, ...]:
    """All labels that a node of a kind has on a server: the base, whether it is a principal or a resource, its kind."""
    if label in PRINCIPALS:
        return BASE, "Principal", label
    return (BASE, label) if label in _APART or label == "Resource" else (BASE, "Resource", label)


# Label of a resource by service and type of its ARN; everything else is a Resource.
RESOURCE_LABELS = {
    ("cloudtrail", "trail"): "Trail",
    ("dynamodb", "table"): "Table",
    ("ec2", "image"): "Image",
    ("ec2", "instance"): "Instance",
    ("ec2", "snapshot"): "Snapshot",
    ("ec2", "volume"): "Volume",
    ("iam", "group"): "Group",
    ("iam", "instance-profile"): "InstanceProfile",
    ("iam", "policy"): "Policy",
    ("iam", "role"): "Role",
    ("iam", "root"): "Root",
    ("iam", "user"): "User",
    ("account", ""): "ForeignAccount",
    ("canonical", ""): "ForeignAccount",
    ("cognito", ""): "WebIdentity",
    ("key", ""): "AccessKey",
    ("kms", "alias"): "KeyAlias",
    ("kms", "key"): "Key",
    ("lambda", "function"): "Function",
    ("logs", "log-group"): "LogGroup",
    ("public", ""): "Public",
    ("rds", "snapshot"): "Snapshot",
    ("s3", "bucket"): "Bucket",
    ("s3", "object"): "Object",
    ("s3express", "bucket"): "Bucket",
    ("s3express", "object"): "Object",
    ("scope", ""): "Scope",
    ("secretsmanager", "secret"): "Secret",
    ("ssm", "managed-instance"): "Instance",
    ("ssm", "parameter"): "Parameter",
    ("uid", ""): "Unresolved",
}
