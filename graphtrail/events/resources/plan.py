"""What of the rules concerns one action, worked out once an action and not once a call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from graphtrail.events.actions import operation, prefix
from graphtrail.events.resources.curated import CURATED, EXCEPTIONS, OWNERS, SELF_CALLS
from graphtrail.events.resources.forms import EC2_NOUNS, Form

_MAKES = re.compile(
    r"(?:Create|Run|Allocate|Copy|Import|Register|Restore|Request|Upload|Start(?=(?:Build|Execution|Task)$))([A-Z]\w*)"
)
# What calls like these answer with is what they were about; of those that come by the thousand nothing is answered.
_CHANGES = re.compile(
    r"(?:Cancel|Delete|Deregister|Disable|Enable|Modify|Put|Restore|Rotate|Stop|Terminate|Update)([A-Z]\w*)"
)
# Their requests name the association alone, their answers the instance.
_OF_INSTANCES = frozenset({"DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"})
_FROM = re.compile(r"(?:From|To)[A-Z]\w*$")
_TYPED_IDS_IN = frozenset({"autoscaling", "ec2", "ec2-instance-connect", "elasticloadbalancing", "rds", "ssm"})
_READS = re.compile(
    r"(?:Get|List|Describe|Head|Lookup|Search|BatchGet|BatchCheck|BatchDescribe|Check|Query|Scan|Select|Simulate|Validate"
    r"|Preview|Estimate)"
)

OBJECT = frozenset({"key", "Key", "x-amz-copy-source"})
BUCKETS = ("bucketName", "BucketName")
HOST = "Host"
OBJECT_STORES = frozenset({"s3", "s3express"})
_SHAPES = 256


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of one action.

    Attributes:
        action: ``s3:GetObject``.
        service: the IAM prefix.
        noun: what the action makes (``User`` of CreateUser), empty if it makes nothing.
        about: what it changes, by whose ARN its answer may tell, empty where it makes something.
        made_id: prefix of the typed ids that it makes, or whose answer alone names what it changes (``i`` of
            RunInstances), empty if none.
        named: request parameters that name a resource.
        typed_ids: whether ids such as ``i-0123...`` name resources of EC2 here.
        copies: what its request names is the source of what it makes.
        reads: it only looks.
        self_call: without a user name it acts on the caller's own user.
        owner: the parameter that names the account of what it acts on, empty if there is none.
    """

    action: str
    service: str
    noun: str
    about: str
    made_id: str
    named: Mapping[str, Form]
    typed_ids: bool
    copies: bool
    reads: bool
    self_call: bool
    owner: str
    shapes: dict[tuple[str, ...], "Shape"] = field(default_factory=dict, compare=False, repr=False)

    @property
    def answers(self) -> bool:
        """Whether the answer may name a resource."""
        return bool(self.noun or self.about)

    def shape(self, names: tuple[str, ...]) -> "Shape":
        """What is to be done with a request of these parameters: worked out once, for an action has few shapes."""
        found = self.shapes.get(names)
        if found is None:
            forms = [(name, self.named[name]) for name in names if name in self.named]
            roles = [form.role or self._role(name, form) for name, form in forms]
            found = Shape(
                tuple((name, form, role) for (name, form), role in zip(forms, roles, strict=True)),
                self.service in OBJECT_STORES and _names_object(names),
            )
            if len(self.shapes) < _SHAPES:
                self.shapes[names] = found
        return found

    def _role(self, name: str, form: Form) -> str:
        """As what a call touches a resource that a parameter of this name names."""
        if self.noun and name.lower().startswith("source"):
            return "source"
        return "created" if form.noun and form.noun == self.noun else "target"


def _names_object(names: tuple[str, ...]) -> bool:
    return not OBJECT.isdisjoint(names) or (HOST in names and not any(name in names for name in BUCKETS))


class Shape(NamedTuple):
    """What is to be done with a request that has certain parameters.

    Attributes:
        forms: the parameters that name a resource, its kind, and its role.
        objects: it names an object of S3, or a bucket by nothing but its host.
    """

    forms: tuple[tuple[str, Form, str], ...]
    objects: bool


@lru_cache(maxsize=16_384)
def plan(source: str, name: str) -> Plan:
    """The rules of the action with this ``eventSource`` and ``eventName``."""
    service, done = prefix(source), operation(name)
    makes = _MAKES.fullmatch(done)
    noun = _FROM.sub("", makes[1]) if makes else ""
    changes = _CHANGES.fullmatch(done) if not noun and service not in OBJECT_STORES else None
    about = "Instances" if service == "ec2" and done in _OF_INSTANCES else changes[1] if changes else ""
    return Plan(
        action=f"{service}:{done}",
        service=service,
        noun=noun,
        about=about,
        made_id=EC2_NOUNS.get(noun, "i" if done in _OF_INSTANCES else "") if service == "ec2" else "",
        named=_named(service, done),
        typed_ids=service in _TYPED_IDS_IN,
        copies=done.startswith("Copy"),
        reads=_READS.match(done) is not None,
        self_call=f"{service}:{done}" in SELF_CALLS,
        owner=OWNERS.get(service, ""),
    )


def _named(service: str, done: str) -> Mapping[str, Form]:
    """Parameter to kind, also with a capital first letter: services differ in what they log."""
    forms: dict[str, Form | None] = {**CURATED.get(service, {}), **EXCEPTIONS.get((service, done), {})}
    kept = {name: form for name, form in forms.items() if form is not None}
    return kept | {name[0].upper() + name[1:]: form for name, form in kept.items()}
