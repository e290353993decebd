"""What is said of simulated incidents, against the truth about them: the benchmark of attribution in small."""

import sys
from pathlib import Path

import pytest

import graphtrail
from graphtrail.simulate import simulate

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "attribution"))
import msgspec
from against_truth import attribution, differing


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_determined_origin_is_found_and_no_other_is_claimed(tmp_path: Path, seed: int):
    truth = msgspec.to_builtins(simulate(tmp_path, 3_000, seed))
    case = graphtrail.ingest(tmp_path / "bucket", case=tmp_path / "case")
    figures = attribution(case, truth["sessions"])
    assert figures["wrong"] == []
    assert figures["missed"] == []
    assert figures["beyond"] == []
    assert differing(case, truth) == []
