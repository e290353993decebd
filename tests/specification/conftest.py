"""Makes the helpers of tests/tools importable, and cases of a few records."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import graphtrail

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import cloudtrail as ct

Made = Callable[..., graphtrail.Case]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The case of the records that are given, each time another."""
    folders = iter(range(100))
    return lambda *records: ct.case(tmp_path / f"case-{next(folders)}", records)
