"""The public questions, and the cases of the real logs that they are asked of."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import graphtrail

Answers = Callable[[str], Any]
Cases = Callable[[str], graphtrail.Case]


@pytest.fixture(scope="session")
def answer(data: Path) -> Answers:
    """The recorded answer of a question."""
    recorded = {one["id"]: one["answer"] for one in json.loads((data / "questions.json").read_text(encoding="utf-8"))}
    return recorded.__getitem__


@pytest.fixture(scope="session")
def case(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """The case of a folder of real logs, made once."""

    @cache
    def made(name: str) -> graphtrail.Case:
        return graphtrail.ingest(data / name, case=tmp_path_factory.mktemp("cases") / name.replace("/", "-"))

    return made


@pytest.fixture(scope="session")
def invictus(case: Cases) -> graphtrail.Case:
    return case("invictus")


@pytest.fixture(scope="session")
def stratus(case: Cases) -> graphtrail.Case:
    return case("stratus")
