"""Options that several commands have, declared once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from graphtrail.stores.server.address import DATABASE, URI, USER

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_CASE = "graphtrail-case"
STORES = ("embedded", "neo4j")
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


def file(command: F) -> F:
    """``-o``."""
    return click.option("-o", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file.")(
        command
    )


def output(command: F) -> F:
    """``--output``, ``-o``, ``--limit``, ``--exit-code``."""
    for option in reversed((
        click.option("--output", type=click.Choice(OUTPUTS), help="Form; else by the name of -o, else table."),
        file,
        click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most so many rows; 0 is all."),
        click.option("--exit-code", is_flag=True, help="Leave with 3 if anything was found."),
    )):  # fmt: skip
        command = option(command)
    return command


def server(command: F) -> F:
    """``--neo4j-uri``, ``-user``, ``-password-env-var``, ``-password-prompt``, ``-database``.

    ``server.address`` makes an address of what they give.
    """
    for option in reversed((
        click.option("--neo4j-uri", envvar="NEO4J_URI", default=URI, show_default=True, metavar="URI",
                     help="Address of the server; neo4j+s:// for Aura.  [env: NEO4J_URI]"),
        click.option("--neo4j-user", envvar="NEO4J_USERNAME", default=USER, show_default=True, metavar="NAME",
                     help="Name of the user.  [env: NEO4J_USERNAME]"),
        click.option("--neo4j-password-env-var", default="NEO4J_PASSWORD", show_default=True, metavar="NAME",
                     help="Variable of the environment that holds the password."),
        click.option("--neo4j-password-prompt", is_flag=True, help="Ask for the password."),
        click.option("--neo4j-database", envvar="NEO4J_DATABASE", default=DATABASE, show_default=True, metavar="NAME",
                     help="Database on the server.  [env: NEO4J_DATABASE]"),
    )):  # fmt: skip
        command = option(command)
    return command


def store(command: F) -> F:
    """``--store``."""
    return click.option(
        "--store",
        type=click.Choice(STORES),
        default=STORES[0],
        show_default=True,
        help="Ask the case on this disk, or the same case on a Neo4j server.",
    )(command)


def cypher(command: F) -> F:
    """``--store``, ``--case-id``, ``--around``, ``--since``, ``--until``, ``--timeout``: how a statement is run."""
    for option in reversed((
        store,
        case_id,
        click.option("--around", metavar="SEED", help="Ask the part of the case around SEED; for a case that the "
                     "embedded engine cannot hold."),
        click.option("--since", "--from", "since", metavar="TIME", help="Window of that part: from this time on."),
        click.option("--until", "--to", "until", metavar="TIME", help="Up to this time."),
        click.option("--timeout", type=click.FloatRange(min=0), default=60.0, show_default=True, metavar="SECONDS",
                     help="Stop it after so long; 0 never."),
    )):  # fmt: skip
        command = option(command)
    return command


def case_id(command: F) -> F:
    """``--case-id``."""
    return click.option(
        "--case-id", metavar="NAME", help="Name of the case on the server; without it the name of its folder."
    )(command)


def calls(command: F) -> F:
    """``--calls``."""
    return click.option(
        "--calls",
        metavar="all|none|around SEED",
        help="Which single calls go to a server beside the sums: all, none, or those of SEED and all that it reached. "
        "Without it all, up to a million.",
    )(command)


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
