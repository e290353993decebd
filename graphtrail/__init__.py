"""graphtrail: who touched this bucket, through which chain of roles, and what else did they reach?"""

from typing import TYPE_CHECKING

from graphtrail.version import __version__

if TYPE_CHECKING:
    from graphtrail.api import Case, ingest, open  # noqa: A004 - what one does to a case
    from graphtrail.results import Result

__all__ = ["Case", "Result", "__version__", "ingest", "open"]


def __getattr__(name: str) -> object:
    """The Python interface, imported when it is first used, so that the command line need not carry it.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in __all__:
        raise AttributeError(f"module 'graphtrail' has no attribute {name!r}")
    from graphtrail import api  # noqa: PLC0415 - see above

    return getattr(api, name)
