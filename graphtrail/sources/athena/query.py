"""The query that unloads records: what is wanted is pushed down, and each value is bound, never written into the text.

Sources: Athena User Guide, "UNLOAD" and "Use parameterized queries" (execution parameters are literals: a text stands
in single quotes, a quote in it is doubled); Trino, "Lexical elements".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from graphtrail.errors import UsageError
from graphtrail.sources.selection import Selection
from graphtrail.window import iso

_DAY_FORMAT = "yyyy/MM/dd"
_PLACE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/(?:[A-Za-z0-9!_.*()/=-]*/)?")
# A question about one thing needs every credential that was handed out, else its chains have no beginning: all calls
# of the services whose business that is, any answer that shows a key, and calls whose answer hides it.
ISSUERS = (
    "sts.amazonaws.com", "signin.amazonaws.com", "sso.amazonaws.com", "iam.amazonaws.com",
    "rolesanywhere.amazonaws.com", "cognito-identity.amazonaws.com",
)  # fmt: skip
HIDING = ("GetDataAccess",)
_SHOWS = "strpos(lower(coalesce(responseelements, '')), 'accesskeyid') > 0"
# Whose calls they are: those of a role are those of all its sessions.
_PRINCIPAL = "coalesce(useridentity.sessioncontext.sessionissuer.arn, useridentity.arn)"
_SEARCHED = (
    "requestparameters", "responseelements", "useridentity.arn", "useridentity.accesskeyid", "sourceipaddress",
    "array_join(transform(resources, r -> r.arn), ' ')",
)  # fmt: skip


class Table(NamedTuple):
    """A table, as the Glue catalog has it.

    Attributes:
        database, name: of the table.
        columns: their types by name, lower case.
        partitions: the names of the partition columns.
        parameters: properties, those of the projection among them.
    """

    database: str
    name: str
    columns: Mapping[str, str]
    partitions: Sequence[str]
    parameters: Mapping[str, str]


class Query(NamedTuple):
    """A statement and the literals for its question marks."""

    statement: str
    parameters: list[str]


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def unload(table: Table, selection: Selection, mentions: Sequence[str], output: str) -> Query:
    """The query that writes the wanted records as Parquet.

    Args:
        table: where they are.
        selection: the times, accounts and Regions that are wanted.
        mentions: only records that mention one of these, all of the principals of those records, and all that hand out
            credentials; empty is all.
        output: ``s3://bucket/prefix/`` where nothing lies yet.

    Raises:
        UsageError: the table is no CloudTrail table, must be told accounts, or the output is no place.
    """
    if not _PLACE.fullmatch(output):
        raise UsageError(f"{output}: no place for results such as s3://bucket/prefix/")
    if "eventid" not in table.columns or table.columns.get("eventtime") != "string":
        raise UsageError(
            f"{table.database}.{table.name}: no table of CloudTrail records: graphtrail athena ddl prints one"
        )
    terms = [
        *_times(selection), *_days(table, selection),
        *_among(table, "account", "recipientaccountid", selection.accounts),
        *_among(table, "region", "awsregion", selection.regions),
    ]  # fmt: skip
    terms += _mentions(table, terms, mentions)
    select = f"SELECT * {_from(table, terms)}"
    statement = f"UNLOAD ({select}) TO '{output}' WITH (format = 'PARQUET', compression = 'ZSTD')"
    return Query(statement, [literal(value) for _, values in terms for value in values])


_Term = tuple[str, Sequence[str]]


def _times(selection: Selection) -> Iterable[_Term]:
    for end, sign in zip(selection.span, (">=", "<="), strict=True):
        if end is not None:
            yield f"eventtime {sign} ?", (iso(end),)


def _days(table: Table, selection: Selection) -> Iterable[_Term]:
    """The days of the deliveries, where the table is projected over days in the form of their keys."""
    for name in table.partitions:
        if table.parameters.get(f"projection.{name}.format") == _DAY_FORMAT:
            for day, sign in ((selection.first_day, ">="), (selection.last_day, "<=")):
                if day is not None:
                    yield f"{_quoted(name)} {sign} ?", (day,)


def _among(table: Table, partition: str, column: str, values: Iterable[str]) -> Iterable[_Term]:
    """Accounts or Regions: of the partitions if there are such, else of the records."""
    chosen = sorted(values)
    name = partition if partition in table.partitions else column
    if chosen:
        yield f"{_quoted(name)} IN ({_marks(chosen)})", chosen
    elif table.parameters.get(f"projection.{partition}.type") == "injected":
        raise UsageError(
            f"{table.database}.{table.name}: its {partition} is projected as injected: name each with --{partition}"
        )


def _mentions(table: Table, terms: Sequence[_Term], mentions: Sequence[str]) -> Iterable[_Term]:
    """What mentions something, what its principals did beside, and what hands out credentials."""
    if mentions:
        hits = [f"strpos(coalesce({column}, ''), ?) > 0" for column in _SEARCHED]
        said = " OR ".join(hit for _ in mentions for hit in hits)
        values = [mention for mention in mentions for _ in hits]
        within = [*terms, (f"({said})", values)]
        issues = f"eventsource IN ({_marks(ISSUERS)}) OR eventname IN ({_marks(HIDING)}) OR {_SHOWS}"
        same = f"{_PRINCIPAL} IN (SELECT {_PRINCIPAL} {_from(table, within)})"
        bound = [value for _, some in within for value in some]
        yield f"({said} OR {issues} OR {same})", [*values, *ISSUERS, *HIDING, *bound]


def _from(table: Table, terms: Sequence[_Term]) -> str:
    where = f" WHERE {' AND '.join(term for term, _ in terms)}" if terms else ""
    return f"FROM {_quoted(table.database)}.{_quoted(table.name)}{where}"


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" for _ in values)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
