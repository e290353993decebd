"""The name of an action, and what became of it.

Source: IAM User Guide, "Actions, resources, and condition keys" (service prefixes); CloudTrail User Guide,
"userIdentity" and "errorCode"; eventNames with an API date were read from real records.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from graphtrail.events.record import Flag, Text, truth

# Event sources whose IAM prefix is not the last label before the domain.
_PREFIXES = {
    "agreement-marketplace": "aws-marketplace",
    "alexaforbusiness": "a4b",
    "amazonmq": "mq",
    "application-insights": "applicationinsights",
    "appstream2": "appstream",
    "bedrock-agent": "bedrock",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "bedrock-data-automation": "bedrock",
    "bedrock-runtime": "bedrock",
    "billingconsole": "aws-portal",
    "cloudcontrolapi": "cloudformation",
    "cloudhsmv2": "cloudhsm",
    "discovery-marketplace": "aws-marketplace",
    "email": "ses",
    "entitlement-marketplace": "aws-marketplace",
    "iotdata": "iot",
    "kinesisanalyticsv2": "kinesisanalytics",
    "mail-manager": "ses",
    "marketplace": "aws-marketplace",
    "memory-db": "memorydb",
    "metering-marketplace": "aws-marketplace",
    "models-v2-lex": "lex",
    "monitoring": "cloudwatch",
    "pinpoint": "mobiletargeting",
    "rdsdata": "rds-data",
    "runtime-lex": "lex",
    "runtime-v2-lex": "lex",
    "s3-control": "s3",
    "servicecatalog-appregistry": "servicecatalog",
    "tagging": "tag",
    "transcribestreaming": "transcribe",
}
_SOURCE = re.compile(r"(?:[\w-]+\.)*([\w-]+)\.amazonaws\.com(?:\.cn)?", re.ASCII)
_API_DATE = re.compile(r"(?:20\d\d_?[01]\d_?[0-3]\d(?:v\d+)?)$")
_DENIED = re.compile(
    r"AccessDenied|Unauthorized|AuthorizationError|NotAuthorized|Forbidden|InsufficientPrivileges|^AuthFailure$"
    r"|Client\.AuthFailure|OperationNotPermitted",
)
SIGN_IN = "signin.amazonaws.com"
_OBJECT_LEVEL = re.compile(
    r"(?:Get|Put|Head|Delete|Copy|Restore|Select|Write)Object(?:s|Content|Acl|Tagging|Torrent|Attributes|Retention"
    r"|LegalHold|Response)?$|List(?:Objects|ObjectVersions|Parts|MultipartUploads)$|UploadPart(?:Copy)?$"
    r"|(?:Create|Complete|Abort)MultipartUpload$|HeadBucket$",
)


class Kind(NamedTuple):
    """What a record says of the call but not of caller, time or target; a case has some thousand of them.

    Attributes:
        source: ``eventSource`` as recorded.
        name: ``eventName`` as recorded.
        action: ``<IAM prefix>:<eventName without its API date>``.
        region: ``awsRegion`` as recorded.
        account: ``recipientAccountId`` as recorded, text.
        category: ``Management``, ``Data``, ``NetworkActivity``; told from the action where old records lack it.
        outcome: ``ok``, ``denied`` or ``error``.
        error_code: as recorded; of a sign-in that failed, ``Failure``.
        read_only: as recorded.
        truncated: what was asked for or answered was too large for CloudTrail, which left it out.
    """

    source: str
    name: str
    action: str
    region: Text
    account: Text
    category: str
    outcome: str
    error_code: Text
    read_only: bool | None
    truncated: bool = False


@lru_cache(maxsize=16_384)
def prefix(source: str) -> str:
    """The IAM prefix of an event source: ``monitoring.amazonaws.com`` gives ``cloudwatch``."""
    named = _SOURCE.fullmatch(source)
    service = named[1] if named else source.partition(".")[0]
    return _PREFIXES.get(service, service)


@lru_cache(maxsize=16_384)
def operation(name: str) -> str:
    """An eventName without its API date: ``UpdateFunctionCode20150331v2`` gives ``UpdateFunctionCode``."""
    return _API_DATE.sub("", name) or name


@lru_cache(maxsize=4_096)
def outcome(error_code: Text) -> str:
    """``ok`` without an error code, ``denied`` for a refusal, ``error`` for anything else."""
    if not error_code:
        return "ok"
    return "denied" if _DENIED.search(error_code) else "error"


def kind(  # noqa: PLR0913, PLR0917 - the fields of a record that make it, in the order in which the record has them
    source: str,
    name: str,
    region: Text,
    error_code: Text,
    read_only: Flag,
    account: Text,
    category: Text,
    answer: Text,
) -> Kind:
    """What the short fields of a record say of the call.

    The arguments are the fields as recorded; ``answer`` is, of a sign-in, what its answer or details say under the
    name of the event (``Success`` or ``Failure``), and None of all other calls.
    """
    failed = answer is not None and answer != "Success" and not error_code
    return Kind(
        source=source,
        name=name,
        action=f"{prefix(source)}:{operation(name)}",
        region=region or None,
        account=account or None,
        category=category or _category(source, name),
        outcome="denied" if failed else outcome(error_code),
        error_code=answer if failed else error_code or None,
        read_only=truth(read_only),
    )


def _category(source: str, name: str) -> str:
    """Records before eventVersion 1.07 do not say: of them, calls on objects and invocations are data events."""
    on_object = source == "s3.amazonaws.com" and _OBJECT_LEVEL.match(name)
    return "Data" if on_object or (source == "lambda.amazonaws.com" and name == "Invoke") else "Management"
