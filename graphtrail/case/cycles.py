"""Millions of objects are made and none of ours refers to itself: the search for cycles costs much and finds little."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (100_000, 20, 50)  # new objects, and searches of a generation before one of the next


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Whatever is done inside is done without it; reference counts free what is no longer needed, as ever."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def seldom_searched_for_cycles() -> Iterator[None]:
    """Whatever is done inside, the search comes now and then only, also where it was switched off.

    What fetches from AWS leaves some for each object, so that memory would grow if nobody ever searched.
    """
    enabled, before = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not enabled:
            gc.disable()
