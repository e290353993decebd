"""``athena://database/table``: records unloaded from Athena as Parquet, read, and removed again.

``?output=s3://bucket/prefix/`` says where results go, else the work group does (``?workgroup=NAME``, default primary);
``?mention=TEXT`` (several times) narrows to records that mention it, all of their principals, and all that hand out
credentials.
Sources: Athena API reference (StartQueryExecution, GetQueryExecution with ``DataManifestLocation``); Athena User Guide,
"UNLOAD": many files in no order, a manifest that lists them, files left behind by a query that failed.
"""

import time
import uuid
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError
from pyarrow import ArrowException

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources.athena import query
from graphtrail.sources.athena.records import records
from graphtrail.sources.aws import TROUBLE, Account, explained
from graphtrail.sources.blob import Found, Has, Stretch, Unreadable
from graphtrail.sources.bucket import SCHEME as S3
from graphtrail.sources.bucket import at_home
from graphtrail.sources.files import in_memory
from graphtrail.sources.selection import Selection

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

SCHEME = "athena://"
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0  # seconds between two looks at a query
_AT_ONCE = 1_000  # objects that one request deletes
_OPTIONS = frozenset({"output", "workgroup", "mention"})


class Athena:
    """One table.

    Attributes:
        remarks: what was left behind, if anything.
    """

    caution: str | None = None

    def __init__(self, source: str, account: Account, selection: Selection) -> None:
        """Look the table up and make the query; nothing is run yet.

        Raises:
            UsageError: the source is named wrongly, the table is none of CloudTrail's, or nobody says where results go.
            SourceError: the catalog cannot be asked.
        """
        url = urlsplit(source)
        options = parse_qs(url.query.replace("+", "%2B"))
        name = url.path.strip("/")
        if not url.netloc or not name or "/" in name or not options.keys() <= _OPTIONS:
            raise UsageError(
                f"{source}: write athena://database/table, with ?output=, &workgroup= or &mention= as needed"
            )
        self.remarks: list[str] = []
        self._source = source
        self._selection = selection
        mentions = options.get("mention", [])
        narrowed = [
            *(f"mention={mention}" for mention in mentions),
            *(f"account={account}" for account in sorted(selection.accounts)),
            *(f"region={region}" for region in sorted(selection.regions)),
        ]
        self._place = f"{SCHEME}{url.netloc}/{name}{'?' + '&'.join(narrowed) if narrowed else ''}"
        self._group = options.get("workgroup", ["primary"])[0]
        self._athena: AthenaClient = account.client("athena")
        self._account = account
        output = (options.get("output") or [self._default_output()])[0]
        self._output = f"{output.rstrip('/')}/graphtrail-{uuid.uuid4()}/"
        table = _table(account, source, url.netloc, name)
        self._table = table
        self._query = query.unload(table, selection, mentions, f"{self._output}records/")

    def blobs(self, has: Has) -> Found:  # noqa: ARG002 - a query has no versions
        """The records as files of the case, then what was asked for; what the query wrote is removed.

        Raises:
            SourceError: the bucket of the results cannot be reached.
        """
        bucket = self._output.removeprefix(S3).partition("/")[0]
        client = at_home(self._account, self._output, bucket)
        failed = False
        try:
            run = self._run()
            for file in self._written(client, run):
                for one in self._read(client, file, run["QueryExecutionId"]):
                    failed = failed or isinstance(one, Unreadable)
                    yield one
        except (*TROUBLE, SourceError) as error:
            said = str(error) if isinstance(error, SourceError) else explained(error)
            yield Stretch(self._place, None, None, None, said)
        else:
            if not failed:
                yield Stretch(self._place, None, None, self._selection.span)
        finally:
            self._clean(client, bucket)

    def _default_output(self) -> str:
        try:
            held = self._athena.get_work_group(WorkGroup=self._group)["WorkGroup"].get("Configuration", {})
        except TROUBLE as error:
            raise SourceError(f"{self._source}: work group {self._group}: {explained(error)}") from None
        place = held.get("ResultConfiguration", {}).get("OutputLocation")
        if not place:
            raise UsageError(f"{self._source}: where do results go? Add ?output=s3://bucket/prefix/")
        return place

    def _run(self) -> "QueryExecutionTypeDef":
        """Run the query to its end."""
        statement, parameters = self._query
        number = self._athena.start_query_execution(
            QueryString=statement,
            QueryExecutionContext={"Database": self._table.database},
            WorkGroup=self._group,
            ResultConfiguration={"OutputLocation": self._output},
            **({"ExecutionParameters": parameters} if parameters else {}),  # type: ignore[arg-type]  # the stub knows each by its name
        )["QueryExecutionId"]
        pause = _FIRST_WAIT
        while True:
            found = self._athena.get_query_execution(QueryExecutionId=number)["QueryExecution"]
            status = found.get("Status", {})
            if status.get("State") == "SUCCEEDED":
                return found
            if status.get("State") in {"FAILED", "CANCELLED"}:
                raise SourceError(
                    f"the query ended as {status['State']}: {status.get('StateChangeReason', 'no reason given')}"
                )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_WAIT)

    def _written(self, client: "S3Client", run: "QueryExecutionTypeDef") -> list[str]:
        """The files that the query wrote, by its manifest."""
        place = run.get("Statistics", {}).get("DataManifestLocation")
        if not place:
            raise SourceError("the query names no manifest of what it wrote")
        return [line for line in _get(client, place).decode().splitlines() if line]

    def _read(self, client: "S3Client", file: str, run: str) -> Found:
        short = file.rpartition("/")[2]
        name = f"{self._place}#{run}/{short}".encode()
        try:
            for number, lines in enumerate(records(_get(client, file))):
                yield from in_memory(name + b"/%d" % number, lines)
        except TROUBLE as error:
            yield Unreadable(name, explained(error), missed=True)
        except ArrowException as error:
            yield Unreadable(name, f"no Parquet ({error})", missed=True)

    def _clean(self, client: "S3Client", bucket: str) -> None:
        """Remove what the query wrote, whether it succeeded or not."""
        prefix = self._output.removeprefix(f"{S3}{bucket}/")
        try:
            for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                keys = [{"Key": one["Key"]} for one in page.get("Contents", ())]
                if keys:
                    told = client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})  # type: ignore[typeddict-item]  # the stub wants its own dict
                    self.remarks += [f"{self._output}: {one['Message']}" for one in told.get("Errors", ())]
        except TROUBLE as error:
            self.remarks.append(f"{self._output}: what the query wrote is still there: {explained(error)}")


def _get(client: "S3Client", place: str) -> bytes:
    bucket, _, key = place.removeprefix(S3).partition("/")
    return client.get_object(Bucket=bucket, Key=key)["Body"].read()


def _table(account: Account, source: str, database: str, name: str) -> query.Table:
    client: GlueClient = account.client("glue")
    try:
        held = client.get_table(DatabaseName=database, Name=name)["Table"]
    except ClientError as error:
        raise SourceError(f"{source}: {explained(error)}") from None
    except TROUBLE as error:
        raise SourceError(f"{source}: {explained(error)}") from None
    columns = {one["Name"].lower(): one.get("Type", "") for one in held.get("StorageDescriptor", {}).get("Columns", ())}
    partitions = [one["Name"] for one in held.get("PartitionKeys", ())]
    return query.Table(database, name, columns, partitions, held.get("Parameters", {}))
