"""The yardsticks that no linter holds."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md",
    "benchmarks", "constraints.txt", "cypher", "docs", "graphtrail", "notebooks", "pyproject.toml", "tests",
}  # fmt: skip

# Each third-party package has one home: the stage that knows it.
HOMES = {
    "boto3": {"sources"},
    "botocore": {"sources"},
    "click": {"cli"},
    "cryptography": {"sources"},
    "deflate": {"simulate", "sources"},
    "filelock": {"case"},
    "jinja2": {"render"},
    "kglite": {"stores"},
    "neo4j": {"stores"},
    "networkx": {"api", "results", "stores"},
    "pandas": {"api", "results"},
    "platformdirs": {"cli"},
    "pyarrow": {"case", "sources"},
    "pytimeparse": {"window"},
    "pyvis": {"render"},
    "rich": {"cli"},
    "s3transfer": {"sources"},
    "urllib3": {"sources"},
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def modules() -> list[Path]:
    return sorted((REPOSITORY / "graphtrail").rglob("*.py"))


def test_the_top_level_holds_what_a_stranger_expects():
    assert {name.split("/")[0] for name in tracked()} <= TOP


def test_no_file_is_longer_than_400_lines():
    long = {name: lines for name in tracked() if name.endswith((".py", ".js", ".css", ".html"))
            if (lines := len((REPOSITORY / name).read_text().splitlines())) > 400}  # fmt: skip
    assert not long


def imported(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_third_party_packages_stay_at_home(module: Path):
    stage = module.relative_to(REPOSITORY / "graphtrail").parts[0].removesuffix(".py")
    packages = {name.split(".")[0] for name in imported(ast.parse(module.read_text()))}
    assert not {package for package in packages & set(HOMES) if stage not in HOMES[package]}


def test_help_imports_nothing_heavy():
    heavy = ["boto3", "jinja2", "kglite", "msgspec", "neo4j", "networkx", "numpy", "pandas", "pyarrow", "pyvis", "rich"]
    code = f"""
import sys
from graphtrail.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print(*[name for name in {heavy!r} if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not ran.stdout.splitlines()[-1]


def test_the_project_names_no_place_of_one_machine():
    needles = ("/" + "work/", "/" + "root/", "/" + "home/", "pypi" + ".org", "files." + "pythonhosted")
    texts = {name: (REPOSITORY / name).read_bytes().decode(errors="replace") for name in tracked()}
    assert not {name for name, text in texts.items() if name != "LICENSE" for needle in needles if needle in text}
