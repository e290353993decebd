"""``athena``."""

import click

from graphtrail.errors import UsageError


@click.group()
def athena() -> None:
    """Prepare Athena for a trail bucket."""


@athena.command()
@click.argument("place")
@click.option(
    "--table", default="cloudtrail", show_default=True, metavar="NAME", help="Its name: table, or database.table."
)
@click.option("--account", multiple=True, metavar="ID", help="An account of the trail; repeatable.")
@click.option("--region", multiple=True, metavar="NAME", help="A Region of the trail; repeatable.  [default: all]")
@click.option("--first-day", default="2013/11/01", show_default=True, metavar="DAY", help="The first day of logs.")
def ddl(*, place: str, table: str, account: tuple[str, ...], region: tuple[str, ...], first_day: str) -> None:
    """Print the table of a trail bucket, with partition projection.

    PLACE is s3://bucket/[prefix/]AWSLogs/ of the trail of an account, and s3://bucket/[prefix/]AWSLogs/o-ID/ of that of
    an organisation. Without --account each query must name its accounts. Nothing on the network is touched.
    """
    from graphtrail.sources.athena.table import ddl as statement  # noqa: PLC0415 - not for --help
    from graphtrail.sources.aws import all_regions  # noqa: PLC0415 - as above

    if "/AWSLogs" not in place:
        raise UsageError(f"{place}: name the place down to AWSLogs/, of an organisation down to AWSLogs/o-ID/")
    click.echo(statement(place, table, region or all_regions(), account, first_day))
