"""``doctor``."""

import platform
from importlib import metadata
from pathlib import Path

import click

from graphtrail.cli import config, options
from graphtrail.errors import CaseNotFound, GraphtrailError
from graphtrail.version import __version__

_PACKAGES = (
    "boto3", "click", "deflate", "filelock", "jinja2", "msgspec", "neo4j", "networkx", "numpy", "platformdirs",
    "pyarrow", "pytimeparse", "pyvis", "rich",
)  # fmt: skip
_EXTRAS = {"pandas": "answers as data frames (extra pandas)"}


@click.command()
@options.case()
def doctor(*, case: Path) -> None:
    """Say what is installed and what works.

    Nothing on the network is touched. Leaves with 1 if something that graphtrail needs is missing.
    """
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
    click.echo("AWS: not asked")
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
