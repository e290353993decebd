"""Athena for tests: the statements that are sent are parsed in Athena's own dialect and run by DuckDB.

What a table can hold is what its statement declares: the records are read into a table of just those columns, as
Athena's reader of CloudTrail files does it (names without capitals, objects in a text column as their JSON).
"""

import csv
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import boto3
import duckdb
import sqlglot
from cases import Record
from moto.athena.models import Execution
from moto.athena.responses import AthenaResponse
from sqlglot import exp

_UNLOAD = re.compile(
    r"UNLOAD \((?P<select>.*)\) TO '(?P<to>[^']*)' WITH \(format = 'PARQUET', compression = 'ZSTD'\)", re.DOTALL
)
_FILES = 3
TABLES: dict[str, tuple[exp.Create, list[Record]]] = {}
RAN: list[tuple[str, list[str]]] = []


def make(ddl: str, database: str, records: list[Record]) -> None:
    """Make a table: in the catalog as its statement says, and with these records behind it."""
    parsed = sqlglot.parse_one(ddl, dialect="athena")
    assert isinstance(parsed, exp.Create)
    name = parsed.this.this.name
    partitions = [column for found in parsed.find_all(exp.PartitionedByProperty) for column in found.this.expressions]
    properties = {
        prop.name: prop.args["value"].name
        for prop in parsed.args["properties"].expressions
        if type(prop) is exp.Property
    }
    glue = boto3.client("glue")
    glue.create_database(DatabaseInput={"Name": database})
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": name,
            "StorageDescriptor": {"Columns": [_column(one) for one in parsed.this.expressions]},
            "PartitionKeys": [_column(one) for one in partitions],
            "Parameters": properties,
        },
    )
    TABLES[name] = (parsed, records)


def _column(held: exp.ColumnDef) -> dict[str, str]:
    return {"Name": held.name, "Type": held.args["kind"].sql(dialect="hive").lower()}


def _lower(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name.lower(): _lower(held) for name, held in value.items()}
    return [_lower(one) for one in value] if isinstance(value, list) else value


def _row(record: Record, types: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in record.items():
        kind = types.get(name.lower())
        if kind is None or value is None:
            continue
        text = kind.upper() in {"TEXT", "VARCHAR", "STRING"}
        row[name.lower()] = (value if isinstance(value, str) else json.dumps(value)) if text else _lower(value)
    day = record["eventTime"][:10].replace("-", "/")
    return row | {"account": record.get("recipientAccountId"), "region": record["awsRegion"], "day": day}


def _connection(name: str) -> duckdb.DuckDBPyConnection:
    created, records = TABLES[name]
    partitions = [column for found in created.find_all(exp.PartitionedByProperty) for column in found.this.expressions]
    columns = [*created.this.expressions, *partitions]
    types = {column.name: column.args["kind"].sql(dialect="duckdb") for column in columns}
    rows = [_row(record, types) for record in records]
    database = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        listed = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
        database.execute("CREATE SCHEMA logs")
        made = f"CREATE TABLE logs.{name} AS SELECT * FROM read_json('{path}', columns = {{{listed}}}, "  # noqa: S608 - of this test
        database.execute(made + "format = 'newline_delimited')")
    return database


def run(statement: str, parameters: list[str]) -> list[bytes]:
    """Run an UNLOAD; the Parquet files that it writes."""
    RAN.append((statement, parameters))
    found = _UNLOAD.fullmatch(statement)
    assert found, statement
    select = sqlglot.parse_one(found["select"], dialect="athena")
    values = []
    for parameter in parameters:
        literal = sqlglot.parse_one(parameter, dialect="athena")
        assert isinstance(literal, exp.Literal), f"{parameter}: no literal, but something that runs"
        values.append(literal.this)
    (table,) = {table.name for table in select.find_all(exp.Table)}
    database = _connection(table)
    database.execute(f"CREATE TABLE result AS {select.sql(dialect='duckdb')}", values)
    files = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(_FILES):
            path = Path(folder) / f"{number}.parquet"
            part = f"SELECT * FROM result WHERE rowid % {_FILES} = {number}"  # noqa: S608 - of this test
            database.execute(f"COPY ({part}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            files.append(path.read_bytes())
    return files


def _start(self: AthenaResponse) -> Any:  # noqa: ANN401 - moto's
    statement = self._get_param("QueryString")
    answer = _STARTED(self)
    execution: Execution = self.athena_backend.executions[json.loads(answer)["QueryExecutionId"]]
    to = _UNLOAD.fullmatch(statement)["to"]
    bucket, _, prefix = to.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3")
    try:
        files = run(statement, self._get_param("ExecutionParameters") or [])
    except duckdb.Error as error:
        execution.failed = str(error)
        files = [b"left behind"]
    places = []
    for number, file in enumerate(files):
        s3.put_object(Bucket=bucket, Key=f"{prefix}{number}", Body=file)
        places.append(f"{to}{number}")
    manifest = f"{execution.config['OutputLocation']}{execution.id}-manifest.csv"
    into = io.StringIO()
    csv.writer(into, lineterminator="\n").writerows([place] for place in places)
    bucket, _, key = manifest.removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=into.getvalue().encode())
    execution.manifest = manifest
    return answer


def _get(self: AthenaResponse) -> str:
    held = json.loads(_GOT(self))
    execution = self.athena_backend.executions[held["QueryExecution"]["QueryExecutionId"]]
    held["QueryExecution"]["Statistics"]["DataManifestLocation"] = execution.manifest
    if getattr(execution, "failed", None):
        held["QueryExecution"]["Status"] |= {"State": "FAILED", "StateChangeReason": execution.failed}
    return json.dumps(held)


_STARTED, _GOT = AthenaResponse.start_query_execution, AthenaResponse.get_query_execution
AthenaResponse.start_query_execution = _start
AthenaResponse.get_query_execution = _get
