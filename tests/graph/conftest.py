"""Cases of a few records."""

from collections.abc import Callable
from pathlib import Path

import cloudtrail as ct
import pytest

import graphtrail

Made = Callable[..., graphtrail.Case]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The case of the records that are given, each time another."""
    folders = iter(range(100))
    return lambda *records: ct.case(tmp_path / f"case-{next(folders)}", records)
