"""The graph of a case, made where it is not there yet."""

from pathlib import Path

from graphtrail.case import manifest
from graphtrail.case.cycles import no_search_for_cycles
from graphtrail.graph.layout import is_built


def prepare(case: Path) -> None:
    """Make the graph of a case, unless it is there.

    Raises:
        CaseNotFound, SchemaMismatch, CaseLocked, CaseError: the case is gone, of another version, in use, damaged.
    """
    if not is_built(case, manifest.load(case)):
        from graphtrail.graph import build  # noqa: PLC0415 - most questions find the graph made

        with manifest.writing(case) as held, no_search_for_cycles():
            build.build(case, held)
