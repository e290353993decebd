"""The graph of a case, made where it is not there yet."""

from pathlib import Path

from graphtrail.case import manifest
from graphtrail.graph import build


def prepare(case: Path) -> None:
    """Make the graph of a case, unless it is there.

    Raises:
        CaseNotFound, SchemaMismatch, CaseLocked, CaseError: the case is gone, of another version, in use, damaged.
    """
    if not build.is_built(case, manifest.load(case)):
        with manifest.writing(case) as held:
            build.build(case, held)
