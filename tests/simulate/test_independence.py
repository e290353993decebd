"""The truth owes nothing to the code that it is a test of."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "graphtrail"
ALLOWED = {"deflate", "msgspec", "numpy"}


def imported(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in nodes)
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    members = {
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return plain | members


def stage(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("module", [one for one in MODULES if stage(one) == "simulate"], ids=lambda path: path.name)
def test_the_simulator_imports_nothing_of_the_rest(module: Path):
    names = imported(module)
    assert all(name.startswith("graphtrail.simulate.") for name in names if name.split(".")[0] == "graphtrail")
    standard = sys.stdlib_module_names
    assert {name.split(".")[0] for name in names} <= {"graphtrail", *ALLOWED, *standard}
    assert not {"importlib", "runpy"} & {name.split(".")[0] for name in names}


@pytest.mark.parametrize("module", [one for one in MODULES if stage(one) not in {"simulate", "cli"}], ids=str)
def test_only_the_command_line_imports_the_simulator(module: Path):
    assert not {name for name in imported(module) if name.startswith("graphtrail.simulate")}
