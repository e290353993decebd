"""``keys``."""

from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options
from graphtrail.errors import SourceError


@click.group()
def keys() -> None:
    """Public keys of CloudTrail, for proof without a network."""


@keys.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--region", multiple=True, metavar="NAME", help="Only this Region's keys; repeatable. Default: all.")
@options.aws
def save(*, file: Path, region: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 - the options of options.aws
    """Save the public keys that CloudTrail signs digest files with.

    FILE is what `aws cloudtrail list-public-keys` prints, of all Regions in one; keep it beside the evidence, and give
    it to `graphtrail verify --public-keys`. Regions that the account has not enabled are named and left out.
    """
    from graphtrail.cli import note  # noqa: PLC0415 - not for --help
    from graphtrail.cli.output import write  # noqa: PLC0415 - as above
    from graphtrail.sources.aws import Account  # noqa: PLC0415 - as above
    from graphtrail.sources.integrity.keys import dumped  # noqa: PLC0415 - as above
    from graphtrail.sources.integrity.published import Refused, public_keys  # noqa: PLC0415 - as above
    from graphtrail.sources.places import reach  # noqa: PLC0415 - as above

    account = Account(reach(**given).access)
    found = list(public_keys(account, region or account.regions("cloudtrail")))
    held = [one for one in found if not isinstance(one, Refused)]
    refused = [one for one in found if isinstance(one, Refused)]
    for one in refused:
        note(f"{one.region}: gave no keys ({one.reason})")
    if not held:
        raise SourceError("no Region gave public keys; look at the credentials, or name Regions with --region")
    write(dumped(held), file)
    note(f"{len(held):,} key(s) of {len({one['Region'] for one in held}):,} Region(s)")
    if region and refused:
        raise click.exceptions.Exit(1)
