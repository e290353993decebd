"""Reading sources into a case, with a progress bar where somebody looks on."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graphtrail.case.ingest import Options, Report, ingest
from graphtrail.cli import note
from graphtrail.errors import SourceError
from graphtrail.graph.prepared import prepare
from graphtrail.sources.blob import Blob, Unreadable, shown
from graphtrail.sources.files import STANDARD_INPUT, blobs, extent


def read(sources: Sequence[str], case: Path, *, keep_records: bool, verbose: bool, quiet: bool) -> bool:
    """Read sources into a case and make its graph.

    Returns:
        Whether nothing at all could be read of what was there.

    Raises:
        SourceError: a source does not exist; nothing has been read or written then.
    """
    for source in sources:
        # an empty name is a variable of the shell that is not set, hardly the folder one is in
        if source != STANDARD_INPUT and not (source and Path(source).exists()):
            raise SourceError(f"{source or repr(source)}: no such file or folder; {_way_out(source)}")
    with _progress(sources, quiet=quiet) as advance:

        def tell(found: Blob | Unreadable) -> None:
            advance(found)
            if isinstance(found, Unreadable) and not quiet:
                note(f"{shown(found.name)}: {found.reason}")
            elif verbose and isinstance(found, Blob):
                note(f"read {shown(found.name)}")

        report = ingest(case, blobs(sources), tell, Options(keep_records=keep_records))
    prepare(case)
    if not quiet:
        _say(report, case)
    return report.files + report.known + report.copies == 0 and report.unreadable > 0


def _way_out(source: str) -> str:
    if source.startswith("s3://"):
        return f"sources are local: fetch a bucket with aws s3 sync {source} logs, then name logs"
    return "name a folder of logs, a log file, or - for standard input"


def _say(report: Report, case: Path) -> None:
    parts = [f"{report.events:,} events in {report.files:,} file(s)"]
    parts += [f"{report.known:,} file(s) known already"] if report.known else []
    parts += [f"{report.copies:,} file(s) copies of files read under other names"] if report.copies else []
    parts += [f"{report.non_events:,} record(s) known as no events"] if report.non_events else []
    note(f"{case}: " + ", ".join(parts))
    if report.rejects:
        note(f"{report.rejects:,} reject(s); they are listed by: graphtrail status --rejects --case {case}")


@contextmanager
def _progress(sources: Sequence[str], *, quiet: bool) -> Iterator[Callable[[Blob | Unreadable], None]]:
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

    size = extent(sources)
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=size.bytes or None)
        yield lambda found: bar.advance(task, found.size if isinstance(found, Blob) else 0)
