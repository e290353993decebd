"""Chance that repeats: the same seed gives the same rolls on every machine and Python.

Only ``random.random`` and ``random.getrandbits`` are used, since the other methods of ``random`` may change between
Python versions, and no logarithm, since its last digit differs between machines. Identifiers are cut from pools of
random text, because making each one alone would cost more than the rest of its record.
"""

import base64
import random
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")

_POOL_BYTES = 30_720  # divides by 3 and by 5, so that base64 and base32 need no padding
# Sixteen equally likely quantiles of an exponential distribution of mean 1: waiting times with a long tail.
_LONG_TAIL = (0.03, 0.1, 0.17, 0.25, 0.33, 0.42, 0.52, 0.63, 0.76, 0.9, 1.07, 1.27, 1.52, 1.86, 2.37, 3.8)


class _Pool:
    """Random text that is handed out piece by piece and made anew when it runs out."""

    __slots__ = ("_at", "_make", "_text")

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._text = ""
        self._at = 0

    def take(self, length: int) -> str:
        start, self._at = self._at, self._at + length
        while self._at > len(self._text):
            self._text = self._text[start:] + self._make()
            start, self._at = 0, length
        return self._text[start : self._at]


class Dice:
    """Every chance of one simulation.

    ``hex``, ``base32`` and ``base64`` give that many characters of random text; ``unit`` a number from 0 to below 1.

    Args:
        seed: any integer; equal seeds give equal rolls.
    """

    __slots__ = ("_rng", "base32", "base64", "hex", "unit")

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - it must repeat, and it guards no secret
        self.unit = self._rng.random
        self.hex = _Pool(lambda: self._bytes().hex()).take
        self.base32 = _Pool(lambda: base64.b32encode(self._bytes()).decode()).take
        self.base64 = _Pool(lambda: base64.b64encode(self._bytes()).decode()).take

    def _bytes(self) -> bytes:
        return self._rng.getrandbits(8 * _POOL_BYTES).to_bytes(_POOL_BYTES, "little")

    def chance(self, probability: float) -> bool:
        """Whether something with this probability happens."""
        return self.unit() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit - 1``."""
        return int(self.unit() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def around(self, mean: float) -> int:
        """A whole number, at least 0, whose mean is about ``mean`` and which is now and then much larger."""
        return int(mean * _LONG_TAIL[int(self.unit() * 16)] * (0.8 + 0.4 * self.unit()))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.unit() * len(options))]

    def uuid(self) -> str:
        """A version 4 UUID, the form of eventID and of most requestIDs."""
        text = self.hex(32)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


class Weighted(Generic[T]):
    """Options of unequal likelihood.

    Args:
        weights: options and their weights, on any positive scale.
    """

    __slots__ = ("_options", "_sums")

    def __init__(self, weights: Sequence[tuple[T, float]]) -> None:
        self._options = [option for option, _ in weights]
        self._sums = list(accumulate(weight for _, weight in weights))

    def pick(self, dice: Dice) -> T:
        """One of the options, as likely as its weight says."""
        return self._options[bisect(self._sums, dice.unit() * self._sums[-1])]
