"""Where the graph of a case lies, and what its tables mean by a number: shared by what writes and what reads them.

What reads needs nothing of what writes: a question must not pay for the import of all rules.
"""

from pathlib import Path

from graphtrail.case.manifest import GRAPH, Manifest
from graphtrail.events.resources.forms import kind_of
from graphtrail.graph.schema import RESOURCE_LABELS
from graphtrail.version import __version__

VERSION = 3
META = "meta.json"
CHECKED = "checked"  # the table of what is proven of files, where that was asked for
NONE = -1  # no node
NO_TIME = -(2**62)
FOREVER = 2**62


def folder(case: Path, manifest: Manifest) -> Path:
    """Where the graph of just these segments lies, or would, as this version of graphtrail makes it.

    Another version may know rules that this one does not: its graph is no answer of this one.
    """
    return case / GRAPH / f"{manifest.segments[-1] if manifest.segments else 'empty'}-v{VERSION}-{__version__}"


def is_built(case: Path, manifest: Manifest) -> bool:
    """Whether the graph of these segments is there, whole."""
    return (folder(case, manifest) / META).is_file()


def label_of(key: str) -> str:
    """The kind of a node by its key alone."""
    if key.startswith("service:"):
        return "Service"
    if key.startswith("idc:"):
        return "IdentityCenterUser"
    kind = kind_of(key)
    return RESOURCE_LABELS.get(kind) or RESOURCE_LABELS.get((kind[0], ""), "Resource")


def bucket_of(key: str) -> str:
    """The key of the bucket of an object; the ARN of a directory bucket has a slash of its own."""
    start = key.find("/", key.index(":bucket/") + len(":bucket/")) if ":s3express:" in key else key.find("/")
    return key[:start]
