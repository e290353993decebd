"""What a kind of node looks like, and how an edge is read aloud.

A kind gathers labels that play one part in an investigation. It has a colour for each theme and a shape of its own,
so that neither colour blindness nor a black and white print takes it away. The colours were searched for: at least
3 : 1 against the canvas, and at least 20 (CIE76) from each other and from the red of evidence for people who see all
colours and for those who lack one kind of cone; a test computes both.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of node labels that look alike.

    Attributes:
        name: how the code calls it.
        title: how the page calls it.
        shape: the name of its outline.
        light: its colour in the light theme.
        dark: its colour in the dark theme.
        labels: what belongs to it.
    """

    name: str
    title: str
    shape: str
    light: str
    dark: str
    labels: tuple[str, ...] = ()


KINDS = (
    Kind("address", "Address", "triangle", "#5d5871", "#dcdeec", ("IpAddress", "VpcEndpoint")),
    Kind(
        "person",
        "Identity",
        "circle",
        "#032c6a",
        "#0064c8",
        (
            *("Anonymous", "FederatedUser", "ForeignAccount", "IdentityCenterUser", "Principal", "Root", "Saml"),
            *("SourceIdentity", "Unresolved", "User", "WebIdentity"),
        ),
    ),
    Kind("role", "Role", "diamond", "#cb7700", "#e9901e", ("Role", "PermissionSet")),
    Kind("service", "Service", "pentagon", "#444cd3", "#a994ff", ("Account", "Scope", "Service")),
    Kind("session", "Session", "square", "#338eed", "#a3c7fc", ("Session",)),
    Kind("action", "Action", "hexagon", "#c26eb6", "#d181b4", ("Action",)),
    Kind(
        "bucket",
        "Data store",
        "cylinder",
        "#176744",
        "#37be89",
        ("Bucket", "Cluster", "DBCluster", "DBInstance", "Database", "FileSystem", "Table", "Volume"),
    ),
    Kind("object", "Object, copy", "document", "#6c975a", "#96ffc4", ("Image", "Object", "Snapshot")),
    Kind(
        "secret",
        "Secret, key",
        "shield",
        "#560035",
        "#a43c90",
        ("AccessKey", "Certificate", "Key", "KeyPair", "Parameter", "Secret"),
    ),
    Kind(
        "workload",
        "Workload",
        "hourglass",
        "#392200",
        "#eac676",
        ("Container", "Function", "Instance", "Job", "Notebook", "Pod", "Project", "Stack", "Task", "TaskDefinition"),
    ),
    Kind("other", "Other resource", "cross", "#9c8789", "#726c6a"),
)
NUMBER = {kind.name: number for number, kind in enumerate(KINDS)}
_KIND_OF = {label: kind.name for kind in KINDS for label in kind.labels}

# What is painted besides kinds: (light, dark).
CANVAS = {
    "ground": ("#f7f8fa", "#0f141a"),
    "ink": ("#17202b", "#e8edf3"),
    "quiet": ("#56616f", "#9aa7b6"),
    "line": ("#d5dae1", "#2b3644"),
    "evidence": ("#b31807", "#e3584c"),
    "choice": ("#0b57d0", "#8ab4ff"),
}

_VERBS = {
    "ASSUMED": "assumed",
    "CONTROLS": "controls",
    "EXECUTED_ON": "ran code on",
    "FROM": "used by",
    "HOSTS": "hosts",
    "IN": "in",
    "ISSUED": "issued",
    "KMS_GRANT": "granted use of",
    "ON": "on",
    "OPENED": "opened",
    "OPENED_WAY": "opened the way to",
    "PASSED_ROLE": "passed",
    "PERFORMED": "called",
    "POLICY_ALLOWS": "may by policy",
    "SAME_SIGN_IN": "same sign-in as",
    "SIGHTED_AT": "used by",
    "SIGNED_IN": "signed in",
}
# Edges that are read from their target: the address stands left of the session that came from it.
BACKWARDS = frozenset({"FROM", "SIGHTED_AT"})
_PLURALS = {"IpAddress": "addresses", "SourceIdentity": "source identities"}


def kind_of(label: str) -> str:
    """The name of the kind that a label belongs to, ``other`` for one that is not known."""
    return _KIND_OF.get(label, "other")


def verb(type_: str) -> str:
    """How an edge of this type is read: ``ASSUMED`` as ``assumed``, an unknown one as its own words."""
    return _VERBS.get(type_) or type_.replace("_", " ").lower()


def plural(label: str) -> str:
    """Many of a label in plain words: ``objects``, ``policies``, ``identity center users``."""
    if label in _PLURALS:
        return _PLURALS[label]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).lower()
    if words.endswith("y") and words[-2:-1] not in {"", "a", "e", "o"}:
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("s", "x", "ch")) else f"{words}s"
