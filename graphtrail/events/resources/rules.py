"""The rules that find the resources of a call; each a plain function of one part of one record."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from graphtrail import arn as arns
from graphtrail.events.record import Json, Text, either_case, mapping, text
from graphtrail.events.resources import forms
from graphtrail.events.resources.forms import BUCKET, Form, Place, ec2, kind_of, normal
from graphtrail.events.resources.plan import HOST, Plan
from graphtrail.events.resources.recorded import entries_of

# The resources that a part of a record names, with their roles, in the order in which they were found.
Touches = tuple[tuple[str, str], ...]
_Found = dict[str, str]

# The first of these wins where a call touches one resource in several roles.
ROLES = ("created", "source", "passed", "context", "target", "mentioned")
_RANK = {role: rank for rank, role in enumerate(ROLES)}

_INSIDE = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d{0,12}:[^\s\"'\\,;<>\[\]{}]+")
_DOCUMENT = re.compile(
    r"(?i)policy(?:document|text)?$|policies$|^principals?$|tags?$|^tag(?:set|list|ging|specification\w*)$|statement"
    r"|eventselectors$"
)
# A role under any other name than these is handed on to whoever is called.
_NOT_HANDED_ON = re.compile(r"(?i)grantee|principal|resource|filter")
_KMS_KEY = re.compile(r"(?i)kms.*key|encryption")
_BESIDE = re.compile(r"(?i)grantee|(?<!target)principal|^organization(?:alUnit)?Arn$")
# What a permission depends on, not what it is given for.
_OF_PERMISSIONS = {
    "lambda:AddPermission": {"sourceArn"},
    "ram:AssociateResourceShare": {"permissionArn", "permissionArns"},
    "ram:CreateResourceShare": {"permissionArns"},
}
_POLICY_KEY = re.compile(r"(?i)policyarns?$|permissionsboundary$")
_ON_POLICY = re.compile(r"iam:\w*(?<!User)(?<!Role)(?<!Group)Policy(?:Versions?|Tags)?$")
_DENIAL = re.compile(
    r"is not authorized to perform: [\w-]+:\w+ on resource: \"?"
    r"(?:(user|role|group|policy|instance profile) )?([^\s\"]+)"
)
_NAMED_BY_IAM = {
    "user": forms.USER,
    "role": forms.ROLE,
    "group": forms.GROUP,
    "policy": forms.POLICY,
    "instance profile": forms.INSTANCE_PROFILE,
}
_WHOLE = ("arn:", "arn%3")
_ARN_KEYS = frozenset({"Arn", "ARN", "aRN", "arn"})
_SCOPE = ("scope", "")
_ANSWERED = ("created", "passed")
_DEPTHS = (2, 3)  # of the ARN in an answer; as near to its top as there is one
_KMS_ALIAS = ("kms", "alias")
_KMS_KEY_KIND = ("kms", "key")


def listed(plan: Plan, resources: Json) -> Touches:
    """``resources[]``: ``ARN``, in exports ``arn``; an ``ARNPrefix`` stands for the bucket that it lies in."""
    return listed_entries(plan.noun, entries_of(resources))


def listed_entries(noun: str, entries: Iterable[tuple[Text, Text, str | int | None]]) -> Touches:
    """The same as ``listed`` of the entries, for an action that makes a ``noun``."""
    found: _Found = {}
    for named, type_, _ in entries:
        if named:
            made = noun and (type_ or "").endswith(f"::{noun}")
            _put(found, normal(named), "created" if made else "target")
    return tuple(found.items())


def asked(plan: Plan, place: Place, raw: bytes, request: Json) -> Touches:
    """What the request names: whole ARNs, typed ids, and parameters that name a resource.

    Args:
        plan: the rules of the action.
        place: where the call landed.
        raw: the request's JSON as it came: it tells what is worth a walk.
        request: the same, decoded.
    """
    if not isinstance(request, dict):
        return ()
    found: _Found = {}
    if b"arn:" in raw or b"arn%3" in raw:
        _arns(plan, request, "", found)
    if plan.typed_ids and b"-" in raw:
        for resource, role in typed_ids(plan, place, raw).items():
            _put(found, resource, role)
    _parameters(plan, place, request, found)
    return tuple(found.items())


def typed_ids(plan: Plan, place: Place, raw: bytes) -> dict[str, str]:
    """The ids with a prefix that tells their kind, anywhere in the JSON of a request, with their roles."""
    return {
        ec2(typed, prefix, place): "source" if plan.copies and plan.made_id == prefix else "target"
        for typed, prefix in forms.typed_ids(raw)
    }


def named(plan: Plan, place: Place, request: Mapping[str, Json], before: Touches = ()) -> Touches:
    """What the parameters of a request name that holds no ARN.

    Args:
        plan: the rules of the action.
        place: where the call landed.
        request: parameters; others than those that the rules read may be missing.
        before: the typed ids.
    """
    found = dict(before)
    _parameters(plan, place, request, found)
    return tuple(found.items())


def _parameters(plan: Plan, place: Place, request: Mapping[str, Json], found: _Found) -> None:
    shape = plan.shape(tuple(request))
    if plan.owner in request:
        place = _owned(place, text(request[plan.owner]))
    for name, form, role in shape.forms:
        value = request[name]
        if type(value) is str and form.only is None and not form.under:  # the common case, without a call
            if value and not value.startswith(_WHOLE):
                _put(found, form.write(value, place), role)
        elif form.only is None or text(request.get(form.only[0])) == form.only[1]:
            above = f"{_last(text(request.get(form.under))) or 'default'}/" if form.under else ""
            for named in _names(value, form):
                _put(found, form.write(above + (_last(named) if above else named), place), role)
    if shape.objects:
        _objects(place, request, found)


def made(plan: Plan, place: Place, response: Json) -> Touches:
    """What the answer of an action says was made: its access key, its typed id, or its ARN; or what was changed."""
    found: _Found = {}
    if plan.noun == "AccessKey":
        key = text(mapping(mapping(either_case(response)).get("accessKey")).get("accessKeyId"))
        if key:
            found[f"key:{key}"] = "created"
    elif plan.made_id:
        _made_ids(plan, place, response, found)
    else:
        for depth in _DEPTHS:
            _made_arns((plan.noun or plan.about).lower(), response, found, depth=depth)
            if found:
                break
    return tuple((resource, role if plan.noun else "target") for resource, role in found.items())


def refused(message: str, place: Place) -> tuple[str, ...]:
    """The resource that a refusal names, by its ARN or, in IAM, as ``user bob``.

    Where STS and IAM log no parameters it is the only place that does.
    """
    said = _DENIAL.search(message)
    if said is None:
        return ()
    resource = normal(said[2])
    if arns.is_arn(resource):
        return (resource,)
    return (_NAMED_BY_IAM[said[1]].write(resource, place),) if said[1] else ()


def combined(in_list: Touches, in_answer: Touches, in_request: Touches, others: tuple[str, ...]) -> Touches:
    """All resources of a call, each once, with the role that counts most.

    A target that was only guessed from a parameter is dropped where the record itself names one of its kind, and the
    scope where anything else is named.

    Args:
        in_list: from ``resources[]``.
        in_answer: from the answer.
        in_request: from the request, or the scope.
        others: further targets: what a refusal names, the caller himself.
    """
    if not (in_list or in_answer or others):
        return in_request
    if not (in_answer or others) and all(map(in_list.__contains__, in_request)):
        return in_list
    found = dict(in_list) | _copied(in_list, in_request)
    for resource, role in in_answer:
        _put(found, resource, role)
    certain = {kind_of(resource) for resource in found}
    answered = {_by_name(resource) for resource, _ in in_answer}
    for resource, role in in_request:
        if role != "target":
            if role not in _ANSWERED or _by_name(resource) not in answered:  # the answer has the path of what was made
                _put(found, resource, role)
            continue
        kind = kind_of(resource)
        if kind == _KMS_ALIAS and _KMS_KEY_KIND in certain:
            _put(found, resource, "context")  # the name under which the listed key was asked for
        elif kind not in certain and kind != _SCOPE:
            _put(found, resource, role)
    for other in others:
        _put(found, other, "target")
    return tuple(found.items())


def _copied(in_list: Touches, in_request: Touches) -> _Found:
    """What a copy was made from, where ``resources[]`` names it beside the copy; what is copied onto itself is made."""
    sources = {resource for resource, role in in_request if role == "source"}
    made = [resource for resource, role in in_list if role == "created"] if sources else []
    return dict.fromkeys(sources.intersection(made), "source") if len(made) > 1 else {}


def _by_name(resource: str) -> tuple[tuple[str, str], str]:
    return kind_of(resource), resource.rpartition("/")[2]


def scope(plan: Plan, place: Place) -> Touches:
    """What a call touched that names no resource: the service in its place."""
    return ((f"scope:{plan.service}:{place.region}:{place.account}", "target"),)


def _put(found: _Found, resource: str, role: str) -> None:
    if resource and (resource not in found or _RANK[role] < _RANK[found[resource]]):
        found[resource] = role


def _arns(plan: Plan, value: Json, name: str, found: _Found, *, role: str = "") -> None:
    """Whole ARNs anywhere in the request; ARNs inside longer texts and policies are only mentioned."""
    if isinstance(value, str):
        if "arn" in value:
            _arn(plan, value, name, found, role)
    elif isinstance(value, dict):
        for key, held in value.items():
            if held.__class__ is not str:
                _arns(plan, held, key, found, role=role or _role_below(key))
            elif "arn" in held:  # what is called no more than that is what it lies in
                _arn(plan, held, name if name and key in _ARN_KEYS else key, found, role or _role_below(key))
    elif isinstance(value, list):
        for held in value:
            _arns(plan, held, name, found, role=role)


def _arn(plan: Plan, value: str, name: str, found: _Found, role: str) -> None:
    whole = normal(value)
    if arns.is_arn(whole):
        _put(found, whole, role or _role_of(plan, name, whole))
    else:
        for inside in _INSIDE.findall(value):
            _put(found, inside, "mentioned")


@lru_cache(maxsize=4_096)
def _role_below(key: str) -> str:
    if key.lower().startswith("encryptioncontext"):
        return "context"
    return "mentioned" if _DOCUMENT.search(key) else ""


@lru_cache(maxsize=4_096)
def _matches(pattern: re.Pattern[str], name: str) -> bool:
    """Whether a pattern is found in the name of a parameter, of which there are few."""
    return pattern.search(name) is not None


def _role_of(plan: Plan, name: str, whole: str) -> str:
    """The role of an ARN by the name of the parameter that holds it."""
    if name == "x-amz-copy-source" or (plan.copies and name.lower().startswith("source")):
        return "source"
    if _is_of_iam(whole, ":role/") or _is_of_iam(whole, ":instance-profile/"):
        return _role_of_role(plan, name)
    if _matches(_POLICY_KEY, name):
        return "target" if _ON_POLICY.search(plan.action) else "context"
    beside = _matches(_BESIDE, name) and plan.service != "eks"  # whose access entries are about principals
    return (
        "context"
        if beside
        or (plan.service == "s3" and name == "Bucket")  # where copies or reports are put
        or name in _OF_PERMISSIONS.get(plan.action, ())
        or (plan.service != "kms" and _matches(_KMS_KEY, name))
        else "target"
    )


def _is_of_iam(whole: str, kind: str) -> bool:
    return kind in whole and ":iam:" in whole


def _role_of_role(plan: Plan, name: str) -> str:
    """A role is passed on to whatever does more than look, unless the call is about the role."""
    if plan.service in {"iam", "sts"} or plan.reads:
        return "target"
    if not _matches(_NOT_HANDED_ON, name):
        return "passed"
    return "context" if _matches(_BESIDE, name) and plan.service != "eks" else "target"


def _owned(place: Place, owner: Text) -> Place:
    """The same place in the account that a parameter names."""
    return place._replace(account=owner) if owner and owner.isdigit() else place


def _last(named: Text) -> str:
    """The name at the end of an ARN; what is none is a name."""
    return (named or "").rpartition("/")[2]


def _names(value: Json, form: Form) -> Iterator[str]:
    """The names that a parameter holds; ARNs are found without it."""
    held = value
    for inside in filter(None, form.inside.split(".")):
        held = mapping(held).get(inside)
    if form.keys:
        held = list(mapping(held))
    for named in map(text, held if isinstance(held, list) else (held,)):
        if named and not named.startswith(_WHOLE):
            yield named


def object_of(bucket: str, key: str) -> str:
    """The ARN of an object in a bucket, or behind an access point, with this ARN."""
    return f"{bucket}/object/{key}" if ":accesspoint" in bucket else f"{bucket}/{key}"


def object_of_request(request: Mapping[str, Json], place: Place) -> Text:
    """The ARN of the object that a request of S3 names by bucket and key, or None."""
    key = text(request.get("key")) or text(request.get("Key"))
    bucket = text(request.get("bucketName")) or text(request.get("BucketName"))
    bucket = bucket or forms.bucket_of_host(text(request.get(HOST)) or "")
    if not (bucket and key):
        return None
    return object_of(bucket if bucket.startswith("arn:") else BUCKET.write(bucket, place), key)


def _objects(place: Place, request: Mapping[str, Json], found: _Found) -> None:
    """S3: the object of bucket and key, stored exactly as given, and the object that a copy was made from.

    The host stands for the bucket only where no parameter names it.
    """
    if not (text(request.get("bucketName")) or text(request.get("BucketName"))):
        bucket = forms.bucket_of_host(text(request.get(HOST)) or "")
        _put(found, BUCKET.write(bucket, place) if bucket else "", "target")
    _put(found, object_of_request(request, place) or "", "target")
    copied = text(request["x-amz-copy-source"]) if "x-amz-copy-source" in request else None
    if copied and not copied.startswith(_WHOLE):
        _put(found, BUCKET.write(forms.copied_from(copied), place), "source")


def _made_ids(plan: Plan, place: Place, value: Json, found: _Found) -> None:
    if isinstance(value, dict):
        for name, held in value.items():
            profile = text(mapping(held).get("arn")) if name == "iamInstanceProfile" and plan.noun else None
            if profile:  # that of a launch template stands nowhere else
                found[profile] = "passed"
            else:
                _made_ids(plan, place, held, found)
    elif isinstance(value, list):
        for held in value:
            _made_ids(plan, place, held, found)
    elif isinstance(value, str) and value.rpartition("-")[0] == plan.made_id:  # not vpc-cidr-assoc-0123...
        found[ec2(value, plan.made_id, place)] = "created"


def _made_arns(noun: str, value: Json, found: _Found, *, depth: int) -> None:
    for key, held in mapping(value).items():
        if isinstance(held, str):
            if key.lower() in {"arn", f"{noun}arn", f"{noun}id"} and arns.is_arn(held):
                found[normal(held)] = "created"
        elif depth > 1:
            for one in held if isinstance(held, list) else (held,):
                _made_arns(noun, one, found, depth=depth - 1)
