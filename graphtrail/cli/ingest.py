"""``ingest``."""

from pathlib import Path

import click

from graphtrail.cli import options


@click.command()
@click.argument("sources", nargs=-1, required=True)
@options.case()
@click.option("--keep-records", is_flag=True, help="Store the records themselves too, secrets removed.")
@options.verbosity
def ingest(*, sources: tuple[str, ...], case: Path, keep_records: bool, verbose: bool, quiet: bool) -> None:
    """Read sources into a case.

    SOURCES are folders of any layout, files (plain, gzip or zip, whatever their names), or - for standard input.
    What the case has already is skipped; a run that was killed is finished by running it again.
    """
    from graphtrail.cli.reading import read  # noqa: PLC0415 - not for --help

    failed = read(sources, case, keep_records=keep_records, verbose=verbose, quiet=quiet)
    if failed:
        raise click.exceptions.Exit(1)
