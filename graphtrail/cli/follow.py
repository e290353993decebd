"""``follow``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options


@click.command()
@click.argument("queue_url")
@options.case()
@click.option("--account", multiple=True, metavar="ID", help="Only this account's logs; repeatable.")
@click.option("--region", multiple=True, metavar="NAME", help="Only this Region; repeatable.")
@click.option(
    "--every",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="Collect so long before what came is added to the case.",
)
@click.option("--once", is_flag=True, help="Leave when nothing waits any more.")
@options.aws
@options.verbosity
def follow(
    *,
    queue_url: str,
    case: Path,
    every: int,
    once: bool,
    verbose: bool,
    quiet: bool,
    **others: Any,  # noqa: ANN401 - the options of options.aws
) -> None:
    """Take in what is announced on a queue, as it comes.

    QUEUE_URL is an SQS queue fed by the notifications of a trail's bucket, by the trail's SNS topic (or by both one
    after the other), or by an EventBridge rule. A message is deleted when what it announces is in the case; one that
    comes again does no harm; one that is not understood stays. Ends at Ctrl-C or SIGTERM, with what came added.
    """
    from graphtrail.cli.following import following  # noqa: PLC0415 - not for --help
    from graphtrail.sources.places import reach  # noqa: PLC0415 - as above

    reached = reach(**others)
    if following(queue_url, case, reached, every=every, once=once, verbose=verbose, quiet=quiet):
        raise click.exceptions.Exit(1)
