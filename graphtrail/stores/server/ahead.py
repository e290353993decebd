"""Asked for one by one, fetched many at a time: a server is far away.

Whoever answers says which keys he has seen; the first of them that is asked for brings along the others.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
MOST = 1_000


class Ahead(Generic[K]):
    """Keys of one kind, and what brings them."""

    def __init__(self, fetch: Callable[[Sequence[K]], None]) -> None:
        """Fetch with a function that takes several keys and keeps what it finds."""
        self._fetch = fetch
        self._seen: dict[K, None] = {}
        self._known: set[K] = set()

    def see(self, keys: Iterable[K]) -> None:
        """These may be asked for next."""
        self._seen |= dict.fromkeys(key for key in keys if key not in self._known)

    def known(self, keys: Iterable[K]) -> None:
        """These need not be fetched any more."""
        self._known.update(keys)

    def need(self, *keys: K) -> None:
        """Have these, and as many of those seen as fit."""
        missing = dict.fromkeys(key for key in keys if key not in self._known)
        if not missing:
            return
        for key in list(self._seen)[:MOST]:
            del self._seen[key]
            if key not in self._known:
                missing[key] = None
        wanted = list(missing)
        for start in range(0, len(wanted), MOST):
            self._fetch(wanted[start : start + MOST])
        self._known.update(wanted)
