"""What a source needs to be allowed, tried where trying is harmless, and the least IAM policy for it.

Sources: Service Authorization Reference of S3, CloudTrail, Athena, Glue, SQS and KMS; S3 User Guide, "Required
permissions for Amazon S3 API operations" (HEAD and LIST of a bucket take s3:ListBucket); Athena User Guide, "Access to
Athena".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from graphtrail.errors import UsageError
from graphtrail.sources.aws import TROUBLE, Account, code_of, explained, is_denied

ALLOWED, DENIED, FAILED, NOT_TRIED = "allowed", "denied", "failed", "not tried"
_NO_ID = "00000000-0000-4000-8000-000000000000"
_KEY = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:key/[\w-]+")


class Check(NamedTuple):
    """One action.

    Attributes:
        action: ``s3:ListBucket`` and the like.
        on: the ARN of what it is needed on, ``*`` where IAM knows no narrower.
        state: ``allowed``, ``denied``, ``failed`` (for another reason), ``not tried``.
        said: why.
        condition: under which a policy may allow it and still be enough.
    """

    action: str
    on: str
    state: str = NOT_TRIED
    said: str = ""
    condition: tuple[tuple[str, str, str], ...] = ()


def checks(source: str, account: Account) -> list[Check]:
    """What a source needs, each action tried if that costs and changes nothing.

    Raises:
        UsageError: the source is none that needs to be allowed anything.
    """
    scheme = source.partition("://")[0]
    kinds: dict[str, Callable[[str, Account], Iterator[Check]]] = {
        "s3": _bucket,
        "cloudtrail": _lookup,
        "lake": _lake,
        "athena": _athena,
        "https": _queue,
        "http": _queue,
    }
    if "://" not in source or scheme not in kinds:
        raise UsageError(
            f"{source}: needs no permission of AWS; name s3://, cloudtrail://, athena://, lake:// or a queue"
        )
    return list(kinds[scheme](source, account))


def policy(found: Sequence[Check]) -> dict[str, Any]:
    """The least policy that allows some actions: one statement for what is needed on the same things."""
    groups: dict[tuple[str, tuple[tuple[str, str, str], ...]], list[str]] = {}
    for check in found:
        groups.setdefault((check.on, check.condition), []).append(check.action)
    statements = []
    for (on, condition), actions in groups.items():
        statement: dict[str, Any] = {"Effect": "Allow", "Action": sorted(set(actions)), "Resource": on}
        for operator, key, value in condition:
            statement.setdefault("Condition", {})[operator] = {key: value}
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def _tried(action: str, on: str, call: Callable[[], object], harmless: frozenset[str] = frozenset()) -> Check:
    """An action, tried; some errors say that it was allowed and met nothing."""
    try:
        call()
    except TROUBLE as error:
        if code_of(error) in harmless:
            return Check(action, on, ALLOWED)
        return Check(action, on, DENIED if is_denied(error) else FAILED, explained(error))
    return Check(action, on, ALLOWED)


def _partition(account: Account) -> str:
    return f"arn:{account.partition}"


def _bucket(source: str, account: Account) -> Iterator[Check]:
    name, _, prefix = source.removeprefix("s3://").partition("/")
    if not name:
        raise UsageError(f"{source}: names no bucket; write s3://bucket/prefix/")
    client = account.client("s3", account.bucket_region(name))
    payer = {"RequestPayer": "requester"} if account.access.requester_pays else {}
    arn = f"{_partition(account)}:s3:::{name}"
    first: list[str] = []

    def listed() -> None:
        held = client.list_objects_v2(Bucket=name, Prefix=prefix, MaxKeys=1, **payer)
        first.extend(one["Key"] for one in held.get("Contents", ()))

    within = (("StringLike", "s3:prefix", f"{prefix}*"),) if prefix else ()
    yield _tried("s3:ListBucket", arn, listed)._replace(condition=within)
    reading = Check("s3:GetObject", f"{arn}/{prefix}*", said="no object is known to try it on")
    key = None
    if first:
        head: dict[str, Any] = {}
        tried = _tried(
            "s3:GetObject",
            reading.on,
            lambda: head.update(client.get_object(Bucket=name, Key=first[0], Range="bytes=0-0", **payer)),
        )
        key = head.get("SSEKMSKeyId") or next(iter(_KEY.findall(tried.said)), None)
        by_key = tried.state == DENIED and "kms" in tried.said.lower()
        reading = Check("s3:GetObject", reading.on, NOT_TRIED, "kms:Decrypt came first") if by_key else tried
        if key or by_key:
            on = key or f"{_partition(account)}:kms:*:*:key/*"
            yield reading
            yield Check("kms:Decrypt", on, DENIED if by_key else ALLOWED, tried.said)
            return
    yield reading


def _lookup(source: str, account: Account) -> Iterator[Check]:  # noqa: ARG001 - as the others
    yield _tried("ec2:DescribeRegions", "*", lambda: account.client("ec2").describe_regions())
    look = account.client("cloudtrail")
    yield _tried("cloudtrail:LookupEvents", "*", lambda: look.lookup_events(MaxResults=1))


def _lake(source: str, account: Account) -> Iterator[Check]:
    client = account.client("cloudtrail")
    store = source.removeprefix("lake://").strip("/")
    on = f"{_partition(account)}:cloudtrail:{account.region}:*:eventdatastore/{store}"
    none = frozenset({"QueryIdNotFoundException", "InactiveQueryException"})
    yield Check("cloudtrail:StartQuery", on, said="a query costs what it scans")
    yield _tried("cloudtrail:DescribeQuery", on, lambda: client.describe_query(QueryId=_NO_ID), none)
    yield _tried("cloudtrail:GetQueryResults", on, lambda: client.get_query_results(QueryId=_NO_ID), none)


def _athena(source: str, account: Account) -> Iterator[Check]:
    url = urlsplit(source)
    database, table = url.netloc, url.path.strip("/")
    options = parse_qs(url.query)
    group = options.get("workgroup", ["primary"])[0]
    start = f"{_partition(account)}:athena:{account.region}:*:workgroup/{group}"
    client = account.client("athena")
    held: dict[str, Any] = {}
    place: dict[str, Any] = {}
    yield _tried("athena:GetWorkGroup", start, lambda: held.update(client.get_work_group(WorkGroup=group)["WorkGroup"]))
    yield Check("athena:StartQueryExecution", start, said="a query costs what it scans")
    gone = frozenset({"InvalidRequestException"})
    asked = lambda: client.get_query_execution(QueryExecutionId=_NO_ID)  # noqa: E731 - tried once
    yield _tried("athena:GetQueryExecution", start, asked, gone)
    catalog = f"{_partition(account)}:glue:{account.region}:*"
    glue = account.client("glue")
    got = lambda: place.update(glue.get_table(DatabaseName=database, Name=table)["Table"])  # noqa: E731 - as above
    yield _tried("glue:GetTable", f"{catalog}:table/{database}/{table}", got)
    for on in (f"{catalog}:catalog", f"{catalog}:database/{database}"):
        yield Check("glue:GetTable", on, said="tried with the table")
    for action in ("glue:GetDatabase", "glue:GetPartitions"):
        yield Check(action, f"{catalog}:table/{database}/{table}", said="Athena itself asks")
    output = (options.get("output") or [_output(held)])[0]
    yield from _results(account, output)
    logs = str(place.get("StorageDescriptor", {}).get("Location", ""))
    if logs.startswith("s3://"):
        yield from _bucket(logs, account)


def _output(group: dict[str, Any]) -> str:
    return str(group.get("Configuration", {}).get("ResultConfiguration", {}).get("OutputLocation", ""))


def _results(account: Account, output: str) -> Iterator[Check]:
    """The bucket of the results of queries: nothing is written to try it."""
    bucket, _, prefix = output.removeprefix("s3://").partition("/")
    arn = f"{_partition(account)}:s3:::{bucket or 'BUCKET-OF-THE-RESULTS'}"
    for action in ("s3:GetBucketLocation", "s3:ListBucket"):
        yield Check(action, arn, said="Athena itself asks" if action.endswith("Location") else "")
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"):
        yield Check(action, f"{arn}/{prefix}*", said="nothing is written to try it")


def _queue(source: str, account: Account) -> Iterator[Check]:
    parts = urlsplit(source).path.strip("/").split("/")
    if len(parts) != 2:  # noqa: PLR2004 - /ACCOUNT/NAME
        raise UsageError(f"{source}: no URL of a queue")
    host = (urlsplit(source).hostname or "").split(".")
    region = host[1] if host[0] == "sqs" and len(host) > 1 else account.region
    on = f"{_partition(account)}:sqs:{region}:{parts[0]}:{parts[1]}"
    for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
        yield Check(action, on, said="it would count against the message; the bucket is another --source")
