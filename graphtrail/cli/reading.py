"""Reading sources into a case, with a progress bar where somebody looks on."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from graphtrail.case.ingest import One, Options, Report, ingest
from graphtrail.case.integrity import Check
from graphtrail.case.known import known
from graphtrail.cli import note, printable
from graphtrail.errors import SourceError
from graphtrail.graph.prepared import prepare
from graphtrail.sources.blob import Blob, Has, Stretch, Unreadable, shown
from graphtrail.sources.files import STANDARD_INPUT, extent
from graphtrail.sources.integrity.verdicts import LOG
from graphtrail.sources.places import Places, Reach, is_remote


def read(
    sources: Sequence[str],
    case: Path,
    reached: Reach | None = None,
    *,
    keep_records: bool = False,
    check: Check | None = None,
    verbose: bool = False,
    quiet: bool = False,
) -> bool:
    """Read sources into a case and make its graph; with ``check``, prove the files too.

    Returns:
        Whether nothing at all could be read of what was there, or something that is there could not be fetched.

    Raises:
        UsageError: a source is named wrongly.
        SourceError: a source does not exist or cannot be reached; nothing has been read or written then.
    """
    exist(sources)
    places = Places(sources, reached or Reach())
    for caution in places.cautions:
        note(caution)
    with _progress(sources, quiet=quiet) as advance:

        def tell(found: One) -> None:
            advance(found)
            if isinstance(found, Unreadable) and not quiet:
                note(f"{shown(found.name)}: {found.reason}")
            elif isinstance(found, Stretch) and found.reason and not quiet:
                note(f"{found.place}: {found.reason}")
            elif verbose and isinstance(found, Blob):
                note(f"read {shown(found.name)}")

        report = ingest(case, places.blobs, tell, Options(keep_records=keep_records, check=check))
    for remark in places.remarks:
        note(remark)
    prepare(case)
    if not quiet:
        _say(report, case)
    return report.missed > 0 or (report.files + report.known + report.copies == 0 and report.unreadable > 0)


def planned(sources: Sequence[str], case: Path, reached: Reach) -> bool:
    """Say what reading would fetch; nothing is read or written.

    Returns:
        Whether something could not be listed.

    Raises:
        UsageError: a source lies on this machine, or is named wrongly.
        SourceError: a source cannot be reached.
    """
    failed = False
    for plan in Places(sources, reached).plans(Has(known(case).has_version)):
        click.echo(
            f"{printable(plan.source)}: {plan.objects:,} object(s), {plan.bytes:,} bytes to fetch from "
            f"{plan.streams:,} account(s) and Region(s); {plan.known:,} known already; {plan.left:,} left out; "
            f"requests: {plan.lists:,} LIST (made now, and once more by the run), {plan.gets:,} GET"
        )
        for line in plan.unlisted:
            note(line)
        failed = failed or bool(plan.unlisted)
    return failed


def exist(sources: Sequence[str]) -> None:
    """Look whether what lies on this machine is there, before anything is read.

    Raises:
        SourceError: something is not.
    """
    for source in sources:
        # an empty name is a variable of the shell that is not set, hardly the folder one is in
        if source != STANDARD_INPUT and not is_remote(source) and not (source and Path(source).exists()):
            way_out = "name a folder of logs, a log file, - for standard input, or s3://bucket/prefix/"
            raise SourceError(f"{source or repr(source)}: no such file or folder; {way_out}")


def _say(report: Report, case: Path) -> None:
    from graphtrail import api  # noqa: PLC0415 - it carries what asks

    totals = api.open(case).store.case.totals
    parts = [f"{report.events:,} event record(s) in {report.files:,} file(s) read"]
    parts += [f"{report.known:,} file(s) known already"] if report.known else []
    parts += [f"{report.copies:,} file(s) copies of files read under other names"] if report.copies else []
    parts += [f"{report.non_events:,} record(s) known as no events"] if report.non_events else []
    note(f"{case}: " + ", ".join(parts))
    again = f"; {totals['duplicates']:,} record(s) in it are further copies of these" if totals["duplicates"] else ""
    note(f"the case holds {totals['events']:,} distinct event(s){again}")
    if report.verdicts is not None:
        counts = Counter(one.status for one in report.verdicts if one.kind == LOG)
        bad = sum(one.failed for one in report.verdicts)
        note("log files: " + (", ".join(f"{count:,} {status}" for status, count in sorted(counts.items())) or "none"))
        if bad:
            note(
                f"{bad:,} finding(s) against the evidence; they are listed by: graphtrail status --files --case {case}"
            )
    if report.missed:
        note(
            f"{report.missed:,} file(s) or place(s) could not be fetched: they are named above and by: graphtrail "
            f"status --rejects --case {case}; run the same command again to complete it"
        )
    if report.rejects:
        note(f"{report.rejects:,} reject(s); they are listed by: graphtrail status --rejects --case {case}")


@contextmanager
def _progress(sources: Sequence[str], *, quiet: bool) -> Iterator[Callable[[One], None]]:
    """A bar on stderr if it is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - nobody pays for a bar that is not shown
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
    )

    size = extent([source for source in sources if not is_remote(source)])
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None if any(map(is_remote, sources)) else size.bytes or None)
        yield lambda found: bar.advance(task, found.size if isinstance(found, Blob) else 0)
