"""Derived tables: what is written is read, and found by its bytes."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from cases import case_of, record
from cases import write as write_logs
from hypothesis import given
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.case import sums
from graphtrail.case.tables import Table, pointers, sorted_by_bytes, write
from graphtrail.errors import CaseError


@given(st.lists(st.tuples(st.text(), st.integers(-(2**31), 2**31 - 1), st.booleans())))
def test_columns_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, bool]]):
    path = tmp_path_factory.mktemp("tables") / "table"
    words, numbers, truths = ([row[place] for row in rows] for place in range(3))
    write(path, {"text": [*words, None], "number": np.array([*numbers, 7]), "truth": np.array([*truths, True])})
    table = Table(path)
    assert table.rows == len(rows) + 1
    texts = table.texts("text")
    assert len(texts) == table.rows
    assert texts.all() == [*words, None]
    assert [texts[row] for row in range(table.rows)] == [*words, None]
    assert table.numbers("number").tolist() == [*numbers, 7]
    assert table.numbers("truth").tolist() == [*map(int, truths), 1]


def test_an_empty_table_has_columns_too(tmp_path: Path):
    write(tmp_path / "table", {"text": [], "number": np.zeros(0, np.int32)})
    table = Table(tmp_path / "table")
    assert table.rows == 0
    assert table.texts("text").all() == []
    assert table.texts("text").find("x") is None
    assert table.numbers("number").tolist() == []


@given(st.sets(st.text()), st.text())
def test_a_text_is_found_where_it_stands_and_only_there(
    tmp_path_factory: pytest.TempPathFactory, keys: set[str], other: str
):
    path = tmp_path_factory.mktemp("tables") / "table"
    ordered = sorted_by_bytes(keys)
    write(path, {"key": ordered})
    texts = Table(path).texts("key")
    assert [texts.find(key) for key in ordered] == list(range(len(ordered)))
    assert (texts.find(other) is not None) == (other in keys)
    assert texts.after(other) == sum(key.encode() < other.encode() for key in keys)


@given(st.lists(st.integers(0, 9)).map(sorted))
def test_pointers_tell_where_the_members_of_each_group_lie(groups: list[int]):
    found = pointers(np.array(groups, np.int64), 10).tolist()
    assert len(found) == 11
    for group in range(10):
        assert groups[found[group] : found[group + 1]] == [group] * groups.count(group)


@pytest.mark.parametrize("name", ["meta.json", "sessions", "kinds"])
@pytest.mark.parametrize("left", [None, b"", b"no table of anything", "a folder"])
def test_a_damaged_graph_says_how_to_have_it_made_again(tmp_path: Path, name: str, left: bytes | str | None):
    case = tmp_path / "case"
    (row,) = case_of(case, write_logs(tmp_path / "logs.json", [record(1)])).ask.events().rows
    (graph,) = (case / "graph").iterdir()
    (graph / name).unlink()
    if isinstance(left, bytes):
        (graph / name).write_bytes(left)
    elif left:
        (graph / name).mkdir()
    if name != "meta.json" or isinstance(left, bytes):  # without it no graph was ever finished
        with pytest.raises(CaseError, match=r"cannot be read .*; delete the folder .*: it is made again"):
            list(api.open(case).ask.events().rows)
        shutil.rmtree(graph)
    assert list(api.open(case).ask.events().rows) == [row]


def test_a_damaged_table_of_a_graph_too_large_to_be_checked_at_once_says_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    case = case_of(tmp_path / "case", write_logs(tmp_path / "logs.json", [record(1)])).folder
    (graph,) = (case / "graph").iterdir()
    (graph / "sessions").write_bytes(b"no table of anything")
    monkeypatch.setattr(sums, "AT_ONCE", 0)
    with pytest.raises(CaseError, match=r"sessions: cannot be read .*; delete the folder .*: it is made again"):
        api.open(case)
