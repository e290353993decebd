"""How the ARN of a resource is put together from the name that a request gives, a form for each kind of resource.

Source of the ARN formats: Service Authorization Reference, "Resource types defined by" each service.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote


class Place(NamedTuple):
    """Where a call landed: what the ARN of a resource takes from the record and not from the request.

    Attributes:
        partition: ``aws``, ``aws-cn``, ...
        region: ``awsRegion``, empty where absent.
        account: account number of the owner of the resources, empty where unknown.
    """

    partition: str
    region: str
    account: str


Write = Callable[[str, Place], str]


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of resource.

    Attributes:
        noun: what the actions call it: ``CreateRole`` makes a ``Role``.
        write: the ARN for a name, in a place; empty for what is no name of that kind. It gets no ARN: what is one
            already is kept as it is.
        only: the parameter names this kind only where another parameter has this value.
        inside: the parameter is an object, and this member of it (of a member, after a dot) the name.
        role: in which the call touches it; if empty, as what it made or acted on.
        under: the parameter that names what the resource lies in, whose name stands before its own; where nothing
            says, that is ``default``.
        keys: the names are the keys of the object that the parameter is.
    """

    noun: str
    write: Write
    only: tuple[str, str] | None = None
    inside: str = ""
    role: str = ""
    under: str = ""
    keys: bool = False


def regional(noun: str, service: str, resource: str) -> Form:
    """The form of a kind whose ARN names Region and account, and whose resource part is a text and then the name."""

    def write(name: str, place: Place) -> str:
        return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{resource}{name}"

    return Form(noun, write)


def unregional(noun: str, service: str, resource: str) -> Form:
    """The form of a kind whose ARN names the account but no Region."""

    def write(name: str, place: Place) -> str:
        return f"arn:{place.partition}:{service}::{place.account}:{resource}{name}"

    return Form(noun, write)


ANY_SIX = "-??????"
_LIKE_WHOLE = re.compile(r".+-[A-Za-z0-9]{6}", re.DOTALL)
_OF_AWS = ("aws", "amazon", "amzn")
_ORGANIZATION = {"h": "handshake", "ou": "ou", "p": "policy", "r": "root"}
_INVOKED = ":lambda:path/2015-03-31/functions/"
_QUEUE_URL = re.compile(r"https?://[^/]+/(\d{12})/([^/?#]+)", re.ASCII)


def _queue(named: str, place: Place) -> str:
    """A queue by its name or its URL, which names the account that owns it."""
    found = _QUEUE_URL.fullmatch(named)
    account, name = found.groups() if found else (place.account, named)
    return f"arn:{place.partition}:sqs:{place.region}:{account}:{name}"


def _model(named: str, place: Place) -> str:
    """A foundation model, which belongs to nobody."""
    return f"arn:{place.partition}:bedrock:{place.region}::foundation-model/{named}"


QUEUE, MODEL = Form("Queue", _queue), Form("FoundationModel", _model)

_IDS = {
    "acl": "network-acl",
    "ami": "image",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "key": "key-pair",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "tmf": "traffic-mirror-filter",
    "tms": "traffic-mirror-session",
    "tmt": "traffic-mirror-target",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpn": "vpn-connection",
}
# What CreateX, RunX or AllocateX of EC2 makes, by the prefix of its id.
EC2_NOUNS = {
    "Address": "eipalloc",
    "DhcpOptions": "dopt",
    "EgressOnlyInternetGateway": "eigw",
    "Fleet": "i",
    "FlowLogs": "fl",
    "Image": "ami",
    "Instances": "i",
    "InternetGateway": "igw",
    "KeyPair": "key",
    "LaunchTemplate": "lt",
    "NatGateway": "nat",
    "NetworkAcl": "acl",
    "NetworkInterface": "eni",
    "RestoreImageTask": "ami",
    "RouteTable": "rtb",
    "SecurityGroup": "sg",
    "Snapshot": "snap",
    "Snapshots": "snap",
    "Subnet": "subnet",
    "TrafficMirrorFilter": "tmf",
    "TrafficMirrorSession": "tms",
    "TrafficMirrorTarget": "tmt",
    "TransitGateway": "tgw",
    "Volume": "vol",
    "Vpc": "vpc",
    "VpcEndpoint": "vpce",
    "VpcPeeringConnection": "pcx",
    "VpnConnection": "vpn",
}
# A typed id stands alone as a text, at any depth, also in filters. Exports scramble the case of its hex digits.
_PREFIXES = {prefix.encode(): prefix for prefix in _IDS}
_TYPED_ID = re.compile(rb'"(([a-z]+)-[0-9a-fA-F]{8,17})"')
_PUBLIC = frozenset({"snap", "ami"})  # their ARNs name no account


def ec2(typed: str, prefix: str, place: Place) -> str:
    """The ARN of the EC2 resource with a typed id: ``i-...`` is an instance."""
    account = "" if prefix in _PUBLIC else place.account
    return f"arn:{place.partition}:ec2:{place.region}:{account}:{_IDS[prefix]}/{typed}"


def typed_ids(raw: bytes) -> list[tuple[str, str]]:
    """The typed ids in the JSON of a request, each with its prefix."""
    found = _TYPED_ID.findall(raw)
    return [(typed.decode(), known) for typed, prefix in found if (known := _PREFIXES.get(prefix))]


_TASK = re.compile(r"ecs:(?P<cluster>.+)_(?P<task>[^_]+)_[^_]+")


def _instance(name: str, place: Place) -> str:
    """SSM's managed nodes outside EC2 are called ``mi-...``, tasks ``ecs:<cluster>_<task>_<container>``."""
    task = _TASK.fullmatch(name)
    if task:
        return f"arn:{place.partition}:ecs:{place.region}:{place.account}:task/{task['cluster']}/{task['task']}"
    if name.startswith("mi-"):
        return f"arn:{place.partition}:ssm:{place.region}:{place.account}:managed-instance/{name}"
    return f"arn:{place.partition}:ec2:{place.region}:{place.account}:instance/{name}"


def _bucket(name: str, place: Place) -> str:
    if name.endswith("--x-s3"):
        return f"arn:{place.partition}:s3express:{place.region}:{place.account}:bucket/{name}"
    return f"arn:{place.partition}:s3:::{name}"


# Hosts of S3 in all partitions: virtual-hosted buckets by Region, dual stack, accelerated, websites, directory buckets
# and through VPC endpoints. Control endpoints and paths behind a bare host name none.
_HOST = re.compile(
    r"(?P<bucket>.+)\.s3(?!-(?:control|accesspoint|object-lambda|outposts))(?:express)?(?:-[\w-]+)?"
    r"(?:\.[\w-]+){0,3}\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov)(?::\d+)?",
    re.ASCII | re.IGNORECASE,
)


def bucket_of_host(host: str) -> str | None:
    """The bucket that the host name of a request to S3 names; None where it names none."""
    found = _HOST.fullmatch(host)
    return found["bucket"].partition(".bucket.vpce-")[0] if found else None


def bucket_of_prefix(prefix: str) -> str:
    """The bucket that an ``ARNPrefix`` of ``resources[]`` lies in: ``arn:aws:s3:::bucket/`` of a listing."""
    start, mark, name = prefix.partition(":::" if ":::" in prefix else ":bucket/")
    return f"{start}{mark}{name.partition('/')[0]}"


def copied_from(source: str) -> str:
    """Bucket and key of an ``x-amz-copy-source``: the one place where S3 wants the key URL-encoded."""
    return unquote(source.partition("?versionId=")[0]).removeprefix("/")


def _s3_prefix(named: str, place: Place) -> str:
    """The objects under a prefix, as S3 Access Grants writes them: ``s3://bucket/prefix*``."""
    bucket, slash, prefix = named.removeprefix("s3://").partition("/")
    return f"{_bucket(bucket.removesuffix('*'), place)}{slash}{prefix}"


def _key(name: str, place: Place) -> str:
    """A key is named by its id, its alias, or the ARN of either."""
    resource = name if name.startswith("alias/") else f"key/{name}"
    return f"arn:{place.partition}:kms:{place.region}:{place.account}:{resource}"


def _function(name: str, place: Place) -> str:
    """Names may carry the account before and a version or alias behind; the node is the unqualified function."""
    account, parts = place.account, name.split(":")
    if len(parts) > 2 and parts[1] == "function":  # noqa: PLR2004 - account:function:name[:qualifier]
        account, parts = parts[0], parts[2:]
    return f"arn:{place.partition}:lambda:{place.region}:{account}:function:{parts[0]}"


def _parameter(name: str, place: Place) -> str:
    """One slash stands between ``parameter`` and the name, whether the name begins with one or not.

    Behind a colon stands a version or label: it is the same parameter.
    """
    bare = name.removeprefix("/").partition(":")[0]
    return f"arn:{place.partition}:ssm:{place.region}:{place.account}:parameter/{bare}"


def _document(name: str, place: Place) -> str:
    """A document of Systems Manager; whose name begins like AWS's own, which nobody else's may, belongs to AWS."""
    account = "" if name.lower().startswith(_OF_AWS) else place.account
    return f"arn:{place.partition}:ssm:{place.region}:{account}:document/{name}"


def _of_organization(name: str, place: Place) -> str:
    """An account by its number, else a policy, unit or root by its id; no call names the id of the organisation."""
    if name.isdigit():
        return f"account:{name}"
    kind = _ORGANIZATION.get(name.partition("-")[0])
    return f"arn:{place.partition}:organizations::{place.account}:{kind}/*/{name}" if kind else ""


def _log_group(name: str, place: Place) -> str:
    return f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:{name.removesuffix(':*')}"


def _secret(name: str, place: Place) -> str:
    """A secret's ARN ends in a dash and six characters that AWS chose; without them AWS takes it as well.

    Behind a name that ends like that itself stands what AWS writes for any six characters: it is no whole ARN.
    """
    ending = ANY_SIX if _LIKE_WHOLE.fullmatch(name) else ""
    return f"arn:{place.partition}:secretsmanager:{place.region}:{place.account}:secret:{name}{ending}"


USER = unregional("User", "iam", "user/")
ROLE = unregional("Role", "iam", "role/")
GROUP = unregional("Group", "iam", "group/")
POLICY = unregional("Policy", "iam", "policy/")
INSTANCE_PROFILE = unregional("InstanceProfile", "iam", "instance-profile/")
SERVER_CERTIFICATE = unregional("ServerCertificate", "iam", "server-certificate/")
MFA_DEVICE = unregional("VirtualMFADevice", "iam", "mfa/")
SAML_PROVIDER = unregional("SAMLProvider", "iam", "saml-provider/")
ACCESS_KEY = Form("AccessKey", lambda name, _: f"key:{name}")
BUCKET = Form("Bucket", _bucket)
KEY = Form("Key", _key)
FUNCTION = Form("Function", _function)
PARAMETER = Form("Parameter", _parameter)
DOCUMENT = Form("Document", _document)
OF_ORGANIZATION = Form("", _of_organization)
ROOT = Form("", lambda name, place: f"arn:{place.partition}:iam::{name}:root")
S3_PREFIX = Form("Object", _s3_prefix)
LOG_GROUP = Form("LogGroup", _log_group)
INSTANCE = Form("Instances", _instance)
SECRET = Form("Secret", _secret)


def normal(name: str) -> str:
    """An ARN as one node has it: URL encoding undone, a Lambda qualifier and ``:*`` of a log group cut off.

    Where API Gateway invokes a function, the function stands inside the ARN of that.
    """
    if "%" in name and name.lower().startswith("arn%3a"):
        name = unquote(name)
    if ":lambda:" in name and ":function:" in name:
        named = name.rpartition(_INVOKED)[2].removesuffix("/invocations")
        return ":".join(named.split(":")[:7])
    return name.removesuffix(":*") if ":logs:" in name else name


def kind_of(key: str) -> tuple[str, str]:
    """Service and resource type of a key: ``("iam", "role")``; of S3 ``bucket`` or ``object``, of a scope ``scope``."""
    parts = key.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":  # noqa: PLR2004 - the parts of an ARN
        return (parts[0], "")
    service, resource = parts[2], parts[5]
    if service == "s3" and not parts[3]:
        return ("s3", "object" if "/" in resource else "bucket")
    if service == "s3express" and "/" in resource.removeprefix("bucket/"):
        return ("s3express", "object")
    return (service, resource.partition("/")[0].partition(":")[0])
