"""The cases that the tests of tests/specification make by hand, to be asked elsewhere too."""

import inspect
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudtrail as ct

import graphtrail

FOLDER = Path(__file__).resolve().parent.parent / "specification"


def handmade(folder: Path) -> Iterator[tuple[str, graphtrail.Case]]:
    """The cases of all these tests, each with the name of its test; of one with parameters those of the first.

    Args:
        folder: where the cases are made.
    """
    for file in sorted(FOLDER.glob("test_*.py")):
        tests = {name: held for name, held in vars(_module(file)).items() if name.startswith("test_")}
        for name, test in tests.items():
            place = folder / name
            place.mkdir()
            made: list[graphtrail.Case] = []
            test(**_given(test, place, made))
            yield from ((f"{name}-{number}", case) for number, case in enumerate(made))


def _given(test: Callable[..., None], place: Path, made: list[graphtrail.Case]) -> dict[str, Any]:
    """What pytest would give a test."""

    def make(*records: ct.Record) -> graphtrail.Case:
        made.append(ct.case(place / f"made-{len(made)}", records))
        return made[-1]

    given: dict[str, Any] = {"made": make, "tmp_path": place}
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "parametrize":
            names, rows = mark.args
            names = names.split(",") if isinstance(names, str) else names
            row = rows[0].values if hasattr(rows[0], "values") and not isinstance(rows[0], dict) else rows[0]
            given |= zip(map(str.strip, names), row if len(names) > 1 else [row], strict=True)
    return {name: given[name] for name in inspect.signature(test).parameters}


def _module(file: Path) -> ModuleType:
    said = spec_from_file_location(f"handmade_{file.stem}", file)
    assert said
    assert said.loader
    module = module_from_spec(said)
    said.loader.exec_module(module)
    return module
