"""The sound part of a file whose bytes are damaged."""

from collections.abc import Generator, Iterator

from graphtrail.sources.compression import Damaged, Plain


class Sound(Iterator[Plain]):
    """The parts of a file up to where its bytes are damaged.

    Attributes:
        damage: what was met there, or None.
    """

    def __init__(self, parts: Iterator[Plain]) -> None:
        """Read these parts."""
        self._parts = parts
        self.damage: str | None = None

    def __next__(self) -> Plain:
        try:
            return next(self._parts)
        except Damaged as damage:
            self.damage = str(damage)
        except OSError as error:
            self.damage = f"it could not be read to its end ({error.strerror})"
        raise StopIteration

    def close(self) -> None:
        """Let go of the file, wherever in it the reader stopped."""
        if isinstance(self._parts, Generator):
            self._parts.close()
