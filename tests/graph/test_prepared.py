"""The graph of a case is there when it is needed, and is the work of this version of graphtrail."""

from pathlib import Path

import pytest
from cases import record, take, totals, write

from graphtrail import api
from graphtrail.graph import layout


def test_a_graph_that_another_version_made_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    take(tmp_path / "case", write(tmp_path / "logs.json", [record(1)]))
    with monkeypatch.context() as older:
        older.setattr(layout, "__version__", "0.0.9")
        api.open(tmp_path / "case")
    made = next((tmp_path / "case" / "graph").iterdir())
    (made / layout.META).write_text("{}")  # as nobody writes it any more
    assert totals(api.open(tmp_path / "case"))["events"] == 1
    assert made not in set((tmp_path / "case" / "graph").iterdir())
