"""Everything that graphtrail raises on purpose.

::

    GraphtrailError
    ├── UsageError            the words of a command or call are wrong      (exit code 2)
    │   ├── AmbiguousName     a name stands for several things
    │   └── StatementRefused  Cypher that is not run: it writes, reaches out, or is none
    ├── SourceError           a source as a whole cannot be read
    ├── CaseError             the case folder
    │   ├── CaseNotFound      no case at this place
    │   ├── CaseLocked        another process is writing this case
    │   └── SchemaMismatch    written by another version of the schema
    ├── NotFound              nothing in the case answers to this name
    ├── StatementFailed       an engine gave up on a Cypher statement
    └── StoreUnavailable      the home of the graph cannot be reached

A message says what was met, where (file, record) and what to do about it.
A record or file that cannot be read is no exception but a listed reject.
"""


class GraphtrailError(Exception):
    """The base of all errors that a caller may want to catch."""


class UsageError(GraphtrailError, ValueError):
    """The caller's words are wrong: an unknown question, a time that is none, a window that ends before it begins."""


class AmbiguousName(UsageError):
    """A name stands for several things in the case; the message lists them."""


class StatementRefused(UsageError):
    """A Cypher statement is not run: it would write, read files, reach the network, or it is no single statement."""


class SourceError(GraphtrailError):
    """A source as a whole cannot be read: no such folder, no permission."""


class CaseError(GraphtrailError):
    """Something is wrong with the case folder."""


class CaseNotFound(CaseError):
    """There is no case at this place."""


class CaseLocked(CaseError):
    """Another process is writing this case."""


class SchemaMismatch(CaseError):
    """The case was written by another version of the schema."""


class NotFound(GraphtrailError, LookupError):
    """Nothing in the case answers to this name."""


class StatementFailed(GraphtrailError):
    """An engine gave up on a Cypher statement: it is no Cypher, took too long, or asks for what the engine lacks."""


class StoreUnavailable(GraphtrailError):
    """The home of the graph cannot be reached."""
