"""Proving that files are those that CloudTrail delivered, and saying so."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from graphtrail.case.integrity import Check
from graphtrail.cli import note, printable
from graphtrail.cli.reading import exist
from graphtrail.render.machine import encoded
from graphtrail.sources.blob import Blob, Has, Unreadable, shown
from graphtrail.sources.compression import Damaged
from graphtrail.sources.integrity.choice import keys as keys_of
from graphtrail.sources.integrity.keys import Keys
from graphtrail.sources.integrity.seen import Seen, watched
from graphtrail.sources.integrity.verdicts import Evidence, Scope, Verdict, judge, totals
from graphtrail.sources.places import Places, Reach, is_remote
from graphtrail.version import __version__

SCHEMA = 1
_BEFORE = b"\xef\xbb\xbf \t\r\n"
_ROW = "{:12}  {:16}  {:16}  {:16}  {:>9}"


def check(public_keys: Path | None, bucket: str | None, reached: Reach, sources: Sequence[str]) -> Check:
    """How an ingest proves files: everything that it finds in the case, from the beginning of its window on.

    Raises:
        SourceError: the file of keys is none.
        UsageError: there is no such profile.
    """
    return Check(_keys(public_keys, reached, sources), Scope(bucket, begins=reached.selection.window.since))


def _keys(public_keys: Path | None, reached: Reach, sources: Sequence[str]) -> Keys:
    if public_keys is None and not any(map(is_remote, sources)):
        note("no public keys: hashes are compared, but no signature; save them with: graphtrail keys save FILE")
    return keys_of(public_keys, sources, reached.access)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found.

    Attributes:
        verdicts: of every file, and of those that should be there.
        unread: files that could not be read, with the reason.
    """

    verdicts: list[Verdict]
    unread: list[Unreadable]

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against the evidence, and something for it."""
        return not any(one.failed for one in self.verdicts) and any(one.status == "verified" for one in self.verdicts)


def proof(
    sources: Sequence[str],
    public_keys: Path | None,
    bucket: str | None,
    reached: Reach,
    *,
    verbose: bool,
    quiet: bool,
) -> Proof:
    """Read sources, and judge what is in them.

    Raises:
        SourceError: a source does not exist, or keys cannot be had.
        UsageError: a source is named wrongly.
    """
    exist(sources)
    keys = _keys(public_keys, reached, sources)
    evidence, unread = Evidence(), []
    for number, found in enumerate(Places(sources, reached).blobs(Has(lambda _, __: False))):
        if isinstance(found, Blob):
            _take(evidence, number, found)
        elif isinstance(found, Unreadable):
            unread.append(found)
        elif found.reason:
            unread.append(Unreadable(found.place.encode(), found.reason))
        if verbose and isinstance(found, Blob):
            note(f"read {shown(found.name)}")
    for one in unread if not quiet else ():
        note(f"{shown(one.name)}: {one.reason}")
    span, selection = reached.selection.window, reached.selection
    scope = Scope(bucket, span.since, span.until, selection.accounts, selection.regions)
    return Proof(judge(evidence, keys, scope), unread)


def _take(evidence: Evidence, number: int, blob: Blob) -> None:
    """Read a file for its hash."""
    seen, log = Seen(), blob.delivery() is not None
    try:
        for part in watched(blob, seen):
            log = log or bytes(part[:64]).lstrip(_BEFORE).startswith(b'{"Records"')
    except (Damaged, OSError) as trouble:
        seen.flaw = str(trouble)
    evidence.take(number, blob.name, seen, log=log)


def say(found: Proof, output: str, *, everything: bool) -> None:
    """Print what was found.

    Args:
        found: by ``proof``.
        output: ``table`` or ``json``.
        everything: list what is verified, too.
    """
    listed = [one for one in found.verdicts if everything or one.status != "verified" or one.reason]
    if output == "json":
        click.echo(
            encoded(
                {
                    "graphtrail": __version__,
                    "schema": SCHEMA,
                    "passed": found.passed,
                    "totals": totals(found.verdicts),
                    "files": [one.said() for one in listed],
                    "unreadable": [{"file": shown(one.name), "reason": one.reason} for one in found.unread],
                }
            )
        )
        return
    click.echo(_ROW.format("account", "Region", "kind", "status", "files"))
    places: dict[tuple[str, str, str, str], int] = {}
    for one in found.verdicts:
        place = one.account or "-", one.region or "-", one.kind, one.status
        places[place] = places.get(place, 0) + 1
    for place, count in sorted(places.items()):
        click.echo(_ROW.format(*place, f"{count:,}"))
    for one in listed:
        click.echo(
            printable(f"{one.status}: {one.kind} {shown(one.name)}{': ' if one.reason else ''}{one.reason or ''}")
        )
    if not found.verdicts:
        click.echo("no log files and no digests are here")
    else:
        click.echo("whole and unchanged" if found.passed else "NOT proven to be whole and unchanged")
