"""Options that several commands have, declared once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_CASE = "graphtrail-case"
OUTPUTS = ("table", "json", "jsonl", "csv", "html", "graphml")


def case(required: bool = True) -> Callable[[F], F]:  # noqa: FBT001, FBT002 - case() and case(False) read well
    """``--case``."""
    return click.option(
        "--case",
        type=click.Path(path_type=Path),
        envvar="GRAPHTRAIL_CASE",
        default=DEFAULT_CASE if required else None,
        show_default=required,
        help="Folder of the case.  [env: GRAPHTRAIL_CASE]",
    )


def selection(command: F) -> F:
    """``--since``, ``--until``, ``--account``, ``--region``."""
    for option in reversed((
        click.option("--since", "--from", "since", metavar="TIME", help="From this time on: 2h, 7d or ISO 8601, UTC."),
        click.option("--until", "--to", "until", metavar="TIME", help="Up to this time."),
        click.option("--account", multiple=True, metavar="ID", help="Only this account's logs; repeatable."),
        click.option("--region", multiple=True, metavar="NAME", help="Only this Region; repeatable."),
    )):  # fmt: skip
        command = option(command)
    return command


def limits(command: F) -> F:
    """``--since``, ``--until``, ``--account``, ``--region``, ``--min-confidence``."""
    level = click.option(
        "--min-confidence",
        type=click.Choice(["exact", "strong", "heuristic"]),
        default="strong",
        show_default=True,
        help="Follow no link that is less sure; what it hides stands among the candidates.",
    )
    return selection(level(command))


def aws(command: F) -> F:
    """``--profile``, ``--endpoint-url``, ``--role-arn``, ``--external-id``, ``--request-payer``."""
    for option in reversed((
        click.option("--profile", metavar="NAME", help="Profile of the AWS configuration; else its environment."),
        click.option("--endpoint-url", metavar="URL", help="Ask every service of AWS there.  [env: AWS_ENDPOINT_URL]"),
        click.option("--role-arn", metavar="ARN", help="Take on this role to read."),
        click.option("--external-id", metavar="ID", help="The external id that the role's trust policy asks for."),
        click.option("--request-payer", is_flag=True, help="The bucket is one whose requester pays: pay."),
    )):  # fmt: skip
        command = option(command)
    return command


def output(command: F) -> F:
    """``--output``, ``-o``, ``--limit``, ``--exit-code``."""
    for option in reversed((
        click.option("--output", type=click.Choice(OUTPUTS), help="Form; else by the name of -o, else table."),
        click.option("-o", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file."),
        click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most so many rows; 0 is all."),
        click.option("--exit-code", is_flag=True, help="Leave with 3 if anything was found."),
    )):  # fmt: skip
        command = option(command)
    return command


def verbosity(command: F) -> F:
    """``-v``, ``-q``."""
    for option in reversed(
        (
            click.option("-v", "--verbose", is_flag=True, help="Say more on the way."),
            click.option("-q", "--quiet", is_flag=True, help="Say nothing on the way but errors."),
        )
    ):
        command = option(command)
    return command


def proof(command: F) -> F:
    """``--public-keys``, ``--bucket``."""
    for option in reversed((
        click.option(
            "--public-keys",
            type=click.Path(path_type=Path, dir_okay=False),
            help="CloudTrail's public keys, as graphtrail keys save writes them.",
        ),
        click.option("--bucket", metavar="NAME", help="The bucket that CloudTrail delivered to, if files were copied."),
    )):  # fmt: skip
        command = option(command)
    return command
