"""``verify``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options


@click.command()
@click.argument("sources", nargs=-1, required=True)
@options.proof
@options.selection
@click.option("--all", "everything", is_flag=True, help="List the files that are verified too.")
@click.option("--output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Form.")
@click.option("--exit-code", is_flag=True, help="Leave with 3 if anything speaks against the evidence.")
@options.aws
@options.verbosity
def verify(  # noqa: PLR0913 - each is an option
    *,
    sources: tuple[str, ...],
    public_keys: Path | None,
    bucket: str | None,
    everything: bool,
    output: str,
    exit_code: bool,
    verbose: bool,
    quiet: bool,
    **given: Any,  # noqa: ANN401 - the options of options.selection and options.aws
) -> None:
    """Prove that log files are whole and unchanged.

    Goes back along the chains of digest files in SOURCES, all trails, accounts and Regions at once, and compares every
    log file with the hash that CloudTrail signed. SOURCES are what ingest takes; files may be copies in any layout, as
    long as they keep their names. Without --public-keys those of a bucket are asked of CloudTrail.

    --since, --until, --account and --region choose what is asked about, by its delivery.
    """
    from graphtrail.cli.output import FOUND  # noqa: PLC0415 - not for --help
    from graphtrail.cli.proving import proof, say  # noqa: PLC0415 - as above
    from graphtrail.sources.places import reach  # noqa: PLC0415 - as above

    found = proof(sources, public_keys, bucket, reach(**given, digests=True), verbose=verbose, quiet=quiet)
    say(found, output, everything=everything)
    if found.unread:
        raise click.exceptions.Exit(1)
    if exit_code and not found.passed:
        raise click.exceptions.Exit(FOUND)
