"""The rejects of a case, one by one."""

from pathlib import Path
from typing import Any

from graphtrail.case import segment
from graphtrail.case.files import File, standing
from graphtrail.case.manifest import Manifest
from graphtrail.sources.blob import shown


def rejected(case: Path, manifest: Manifest) -> list[dict[str, Any]]:
    """Every record that is no event: ``file``, ``index``, ``reason``, ``kind``, ``superseded``, and ``names``.

    They stand in the order of their files and places. A reject is superseded where the file's name has stood for other
    bytes since. ``names`` counts the names under which the bytes of the file stand: more than 1 where there are copies.
    """
    files: list[File] = []
    found = []
    for name in manifest.segments:
        rejects = segment.rows(case, name, "rejects")
        found += [(len(files) + file, place, reason, non_event) for file, place, reason, non_event in rejects]
        files += map(File._make, segment.rows(case, name, "files"))
    found.sort(key=lambda one: (one[0], one[1] is None, one[1]))
    stands = standing(files)
    return [
        {
            "file": shown(files[file].name),
            "index": place,
            "reason": reason,
            "kind": "non_event" if non_event else "reject",
            "superseded": not stands.live[stands.ends[file]],
            "names": int(stands.live[stands.ends[file]]),
        }
        for file, place, reason, non_event in found
    ]
