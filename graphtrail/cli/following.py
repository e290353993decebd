"""Following a queue: collect messages for a while, add what they announce to the case, delete them."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from graphtrail.case.ingest import One, Report, ingest
from graphtrail.cli import note
from graphtrail.errors import CaseLocked
from graphtrail.sources.aws import Account
from graphtrail.sources.blob import Blob, Unreadable, shown
from graphtrail.sources.places import Reach
from graphtrail.sources.queue import Message, Queue

_LONG_POLL = 20  # seconds, the most that SQS waits
_HIDDEN = 900  # seconds that a message stays hidden beyond the time of collecting: for fetching and writing
_LOCKED = 0.5  # seconds between two tries to write a case that is locked
_MOST = 10_000  # messages that are collected


class _Stopped(BaseException):
    """Somebody asked to stop; no exception that botocore would take for a broken connection and try again."""


class _Ending:
    """Whether somebody asked to stop; while the queue is waited for, the wait is broken off."""

    def __init__(self) -> None:
        self.asked = False
        self._waiting = False

    def stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a signal's handler
        """Called by the signal."""
        self.asked = True
        if self._waiting:
            raise _Stopped

    def receive(self, queue: Queue, wait: int, hidden: int) -> list[Message]:
        """Messages of the queue, none once somebody asked to stop."""
        self._waiting = True
        try:
            return [] if self.asked else queue.receive(wait, hidden)
        except _Stopped:
            return []
        finally:
            self._waiting = False


def following(url: str, case: Path, reached: Reach, *, every: int, once: bool, verbose: bool, quiet: bool) -> bool:
    """Follow a queue until somebody asks to stop.

    Returns:
        Whether something that was announced could not be fetched and is left on the queue.

    Raises:
        UsageError, SourceError: the queue is named wrongly or cannot be asked.
        CaseError: the case cannot be written.
    """
    queue = Queue(url, Account(reached.access), reached.selection)
    failed = False
    if not quiet:
        note(f"{case}: following {url}" + ("" if once else "; Ctrl-C ends it"))
    with _signals() as ending:
        while not ending.asked:
            messages = _collected(queue, ending, every, once=once)
            if messages:
                failed |= _taken(queue, messages, case, ending, verbose=verbose, quiet=quiet)
            elif once:
                break
    return failed


@contextmanager
def _signals() -> Iterator[_Ending]:
    """Ctrl-C and SIGTERM ask to stop, and what has come is still added."""
    ending = _Ending()
    before = {number: signal.signal(number, ending.stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _collected(queue: Queue, ending: _Ending, every: int, *, once: bool) -> list[Message]:
    """The messages that come within a while, each once."""
    end = time.monotonic() + every
    messages: dict[str, Message] = {}
    while len(messages) < _MOST and not ending.asked:
        left = int(end - time.monotonic())
        wait = 1 if once else max(1, min(_LONG_POLL, left))
        some = ending.receive(queue, wait, every + _HIDDEN)
        messages |= {message.id: message for message in some}
        if left <= 0 or (once and not some):
            break
    return list(messages.values())


def _taken(queue: Queue, messages: list[Message], case: Path, ending: _Ending, *, verbose: bool, quiet: bool) -> bool:
    """Add what messages announce to the case and then delete them.

    Returns:
        Whether something could not be fetched.
    """
    missed: set[bytes] = set()

    def tell(found: One) -> None:
        if isinstance(found, Unreadable):
            if found.missed:
                missed.add(found.name)
            note(f"{shown(found.name)}: {found.reason}")
        elif verbose and isinstance(found, Blob):
            note(f"read {shown(found.name)}")

    report = _added(queue, messages, case, tell, ending)
    if report is None:
        note(f"{case}: another process is still writing it: {len(messages)} message(s) stay on the queue")
        return False
    done = [message for message in messages if message.says.known and message.names.isdisjoint(missed)]
    for why in queue.delete(done):
        note(f"a message could not be deleted ({why}): it comes again, which does no harm")
    strange = sum(not message.says.known for message in messages)
    if strange:
        note(f"{strange} message(s) are no announcement of logs: they stay on the queue")
    if not quiet:
        note(f"{case}: {report.events:,} events of {report.files:,} file(s), {len(done)} message(s) done")
    return bool(missed)


def _added(
    queue: Queue, messages: list[Message], case: Path, tell: Callable[[One], None], ending: _Ending
) -> Report | None:
    """Add what messages announce, when no other process writes the case; a question that makes the graph does.

    Returns:
        What was added; None if somebody asked to stop before it could be.
    """
    waits = False
    while True:
        try:
            return ingest(case, lambda has: queue.blobs(messages, has), tell)
        except CaseLocked:
            if ending.asked:
                return None
            if not waits:
                note(f"{case}: waiting for another process that is writing it")
            waits = True
            time.sleep(_LOCKED)
