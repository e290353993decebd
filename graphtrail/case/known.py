"""What a case has already, read from its segments."""

from pathlib import Path

from graphtrail.case import manifest
from graphtrail.case.files import File, Known
from graphtrail.case.manifest import Manifest
from graphtrail.case.segment import rows
from graphtrail.errors import CaseNotFound


def known(case: Path) -> Known:
    """What a case has; of one that does not exist yet, nothing.

    Raises:
        SchemaMismatch, CaseError: as ``manifest.load``.
    """
    try:
        held = manifest.load(case)
    except CaseNotFound:
        return Known()
    return of(case, held)


def of(case: Path, held: Manifest) -> Known:
    """What the case has."""
    known = Known()
    for name in held.segments:
        files = list(map(File._make, rows(case, name, "files")))
        reasons = {file: reason for file, place, reason, _ in rows(case, name, "rejects") if place is None}
        for number, file in enumerate(files):
            if file.unread:
                known.take_unread(file.name, reasons[number])
            elif file.ends:
                known.take(file)
    return known
