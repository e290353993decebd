"""``doctor``."""

import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from graphtrail.cli import config, options
from graphtrail.errors import CaseNotFound, GraphtrailError
from graphtrail.version import __version__

_PACKAGES = (
    "boto3", "click", "cryptography", "deflate", "filelock", "jinja2", "msgspec", "neo4j", "networkx", "numpy",
    "platformdirs", "pyarrow", "pytimeparse", "pyvis", "rich",
)  # fmt: skip
_EXTRAS = {"kglite": "Cypher without a server (extra cypher)", "pandas": "answers as data frames (extra pandas)"}


@click.command()
@options.case()
@click.option("--source", "sources", multiple=True, metavar="URL", help="Say what reading it takes; repeatable.")
@options.aws
def doctor(
    *,
    case: Path,
    sources: tuple[str, ...],
    **others: Any,  # noqa: ANN401 - the options of options.aws
) -> None:
    """Say what is installed and what works.

    With --source (s3://..., cloudtrail://, athena://..., lake://..., the URL of a queue) it says which actions of AWS
    are allowed, tried where that costs and changes nothing, and prints the least IAM policy. Without it nothing on
    the network is touched. Leaves with 1 if something that is needed is missing or denied.
    """
    if sources:
        if _permissions(sources, others):
            raise click.exceptions.Exit(1)
        return
    click.echo(f"graphtrail {__version__}, Python {platform.python_version()} on {platform.platform()}")
    missing = 0
    for name in (*_PACKAGES, *_EXTRAS):
        version = _version(name)
        if version is None and name in _PACKAGES:
            missing += 1
            click.echo(
                f"  {name}: missing; install graphtrail again: python -m pip install --force-reinstall graphtrail"
            )
        elif version is None:
            click.echo(f"  {name}: not installed; it would give {_EXTRAS[name]}")
        else:
            click.echo(f"  {name} {version}")
    file = config.path()
    click.echo(f"configuration: {file}{'' if file.exists() else ' (none)'}")
    click.echo(f"case: {_case(case)}")
    click.echo("AWS: not asked; graphtrail doctor --source s3://bucket/prefix/ does")
    if missing:
        raise click.exceptions.Exit(1)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _case(case: Path) -> str:
    from graphtrail.case import manifest  # noqa: PLC0415 - not for --help

    try:
        held = manifest.load(case)
    except CaseNotFound:
        return f"none at {case}"
    except GraphtrailError as wrong:
        return str(wrong)
    return f"{case}, {len(held.segments)} segment(s)"


def _permissions(sources: tuple[str, ...], others: dict[str, Any]) -> bool:
    """Say what sources need to be allowed.

    Returns:
        Whether something is denied or fails.
    """
    import json  # noqa: PLC0415 - not for --help

    from graphtrail.cli import printable  # noqa: PLC0415 - as above
    from graphtrail.sources.aws import Account  # noqa: PLC0415 - as above
    from graphtrail.sources.permissions import DENIED, FAILED, checks, policy  # noqa: PLC0415 - as above
    from graphtrail.sources.places import reach  # noqa: PLC0415 - as above

    account = Account(reach(**others).access)
    found = [check for source in sources for check in checks(source, account)]
    for check in found:
        why = f": {check.said}" if check.said else ""
        click.echo(printable(f"  {check.state:9}  {check.action} on {check.on}{why}"), err=True)
    click.echo(json.dumps(policy(found), indent=2))
    return any(check.state in {DENIED, FAILED} for check in found)
