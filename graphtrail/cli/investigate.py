"""``investigate``: the main job in one line."""

import hashlib
import re
from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options
from graphtrail.errors import UsageError

_NAMELESS = re.compile(r"^\w+://|/$|[^\w.-]+")
LIMITS = frozenset({"since", "until", "account", "region", "min_confidence"})


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--resource", metavar="ARN", help="Who touched it? A bare name will do.")
@click.option("--principal", metavar="ARN", help="What did it reach? A bare name or an account number will do.")
@click.option("--session", metavar="KEY", help="Where does it come from, and what did it reach?")
@click.option("--key", metavar="ID", help="The same, of an access key id.")
@click.option("--ip", metavar="ADDRESS", help="What came from there?")
@click.option("--event", metavar="ID", help="Where does its session come from, and what did it reach?")
@options.case(False)  # noqa: FBT003 - required or not
@options.limits
@click.option("--verify", is_flag=True, help="Prove in the same pass that log files are whole and unchanged.")
@options.proof
@options.aws
@options.output
@options.verbosity
def investigate(  # noqa: PLR0913 - the main job in one line has the options of all its parts
    *,
    sources: tuple[str, ...],
    resource: str | None,
    principal: str | None,
    session: str | None,
    key: str | None,
    ip: str | None,
    event: str | None,
    case: Path | None,
    verify: bool,
    public_keys: Path | None,
    bucket: str | None,
    output: str | None,
    file: Path | None,
    limit: int | None,
    exit_code: bool,
    verbose: bool,
    quiet: bool,
    **others: Any,  # noqa: ANN401 - the options of options.limits and options.aws
) -> None:
    """Sources in, the answer and a page out: the main job in one line.

    Reads SOURCES into a case (--case, else one that it names) and answers on stdout: of a resource who touched it, of
    anything else where it comes from and what it reached. With -o page.html it also writes the page. A name that
    several things bear is not guessed: they are listed. With --verify every file is held against CloudTrail's digests
    on its way, and answer and page say what they rest on.
    """
    from graphtrail.cli.output import FOUND  # noqa: PLC0415 - not for --help
    from graphtrail.cli.proving import check  # noqa: PLC0415 - as above
    from graphtrail.cli.reading import read  # noqa: PLC0415 - as above
    from graphtrail.cli.showing import answer  # noqa: PLC0415 - as above
    from graphtrail.sources.places import reach  # noqa: PLC0415 - as above

    things = {
        "resource": resource, "principal": principal, "session": session, "key": key, "ip": ip, "event": event,
    }  # fmt: skip
    named = [(kind, name) for kind, name in things.items() if name]
    if len(named) != 1:
        raise UsageError("name one of --resource, --principal, --session, --key, --ip and --event")
    folder = case or own_case(sources)
    reached = reach(**{name: value for name, value in others.items() if name != "min_confidence"}, digests=verify)
    proof = check(public_keys, bucket, reached, sources) if verify else None
    limits = {name: value for name, value in others.items() if name in LIMITS}
    failed = read(sources, folder, reached, check=proof, verbose=verbose, quiet=quiet)
    found = answer(folder, *named[0], limits, output, file, limit)
    if failed:
        raise click.exceptions.Exit(1)
    if exit_code and found:
        raise click.exceptions.Exit(FOUND)


def own_case(sources: tuple[str, ...]) -> Path:
    """The folder of the case that these sources get of their own: the same whenever they are named again."""
    from graphtrail.sources.places import is_remote  # noqa: PLC0415 - not for --help

    places = "\n".join(source if is_remote(source) else str(Path(source).resolve()) for source in sources)
    name = (
        _NAMELESS.sub("-", sources[0]).strip("-")
        if is_remote(sources[0])
        else Path(sources[0]).resolve().name.split(".")[0]
    )
    name = "stdin" if sources[0] == "-" else name
    return Path(f"graphtrail-{name}-{hashlib.sha256(places.encode(errors='surrogateescape')).hexdigest()[:6]}")
