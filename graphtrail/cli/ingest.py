"""``ingest``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options


@click.command()
@click.argument("sources", nargs=-1, required=True)
@options.case()
@options.selection
@click.option("--keep-records", is_flag=True, help="Store the records themselves too, secrets removed.")
@click.option("--verify", is_flag=True, help="Prove in the same pass that log files are whole and unchanged.")
@options.proof
@click.option("--plan", is_flag=True, help="Only say what would be fetched: objects, bytes, requests.")
@options.aws
@options.verbosity
def ingest(  # noqa: PLR0913 - each is an option
    *,
    sources: tuple[str, ...],
    case: Path,
    keep_records: bool,
    verify: bool,
    public_keys: Path | None,
    bucket: str | None,
    plan: bool,
    verbose: bool,
    quiet: bool,
    **others: Any,  # noqa: ANN401 - the options of options.selection and options.aws
) -> None:
    """Read sources into a case.

    SOURCES are folders of any layout, files (plain, gzip or zip, whatever their names), - for standard input, or
    s3://bucket/prefix/. What the case has already is skipped; a run that was killed is finished by running it again.

    --since, --until, --account and --region choose what is fetched from a bucket; a file that is read is read whole.
    What was not fetched stands in status. With --verify every file is held against CloudTrail's digests on its way;
    status and answers say what came of it. Leaves with 1 if something is there and could not be fetched.
    """
    from graphtrail.cli.proving import check  # noqa: PLC0415 - not for --help
    from graphtrail.cli.reading import planned, read  # noqa: PLC0415 - as above
    from graphtrail.sources.places import reach  # noqa: PLC0415 - as above

    reached = reach(**others, digests=verify)
    if plan:
        failed = planned(sources, case, reached)
    else:
        proof = check(public_keys, bucket, reached, sources) if verify else None
        failed = read(sources, case, reached, keep_records=keep_records, check=proof, verbose=verbose, quiet=quiet)
    if failed:
        raise click.exceptions.Exit(1)
