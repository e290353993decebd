"""The documents name what there is: tables, rules, dependencies, files."""

import re
import tomllib
from pathlib import Path

import pytest
from question_pages import FOLDER, pages

from graphtrail.case.schema import TABLES
from graphtrail.graph.origin import STATUSES
from graphtrail.graph.schema import RELATIONS

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path for path in REPOSITORY.rglob("*.md") if not {".venv", ".git"} & set(path.relative_to(REPOSITORY).parts)
)


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_to_a_file(document: Path):
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert not [link for link in local if not (document.parent / link).exists()]


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_of_a_segment_are_described_column_by_column(table: str):
    row = next(line for line in read("docs/case.md").splitlines() if line.startswith(f"| `{table}` |"))
    columns = re.findall(r"`(\w+)`", row.rpartition(" | ")[2] if table != "touches" else row)
    assert set(TABLES[table].names) <= {*columns, *re.findall(r"`(\w+)`", row)}
    known = {*TABLES[table].names, table, "target", "source", "created", "context", "passed", "mentioned"}
    assert set(columns) <= known


def test_every_relation_and_every_status_is_described():
    rules = read("docs/rules.md")
    assert not [name for name in (*RELATIONS, *STATUSES) if name not in rules and name != "IN"]


def test_walked_is_what_the_schema_walks():
    control = read("docs/rules.md").partition("## Control")[2].partition("## Confidence")[0]
    rows = re.findall(r"^\| ([A-Z_, ]+) \| .* \| (yes|no)", control, re.MULTILINE)
    walked = {name: said == "yes" for names, said in rows for name in names.split(", ")}
    assert walked == {name: RELATIONS[name].walked for name in walked}
    assert {name for name, relation in RELATIONS.items() if relation.walked} <= set(walked)


def test_every_dependency_and_extra_has_its_reason():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    reasons = read("docs/decisions/0001-dependencies.md")
    core = [re.split(r"[^\w-]", one)[0] for one in project["dependencies"]]
    assert re.findall(r"^\| `([\w-]+)` \| `?[a-z]", reasons, re.MULTILINE)[: len(core)] == sorted(core)
    assert not [extra for extra in project["optional-dependencies"] if f"| `{extra}` |" not in reasons]


def test_every_question_has_its_page_with_an_example_as_it_is_answered_today(tmp_path: Path):
    made = pages(tmp_path)
    assert made == {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    empty = [name for name, text in made.items() if name != "README.md" and ": 0 row(s)" in text]
    assert not empty


def test_the_picture_of_the_page_is_small():
    assert (REPOSITORY / "docs/images/page.png").stat().st_size < 300_000


def test_what_the_commands_write_is_not_tracked():
    ignored = read(".gitignore").splitlines()
    assert {"graphtrail-*/", "/graphtrail.html", "/page.html"} <= set(ignored)
