"""The command line. Everything heavy is imported by the command that needs it, never by ``--help``."""

import click

from graphtrail import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="graphtrail", message="%(prog)s %(version)s")
def main() -> None:
    """Who touched this bucket, through which chain of roles, and what else did they reach?"""
