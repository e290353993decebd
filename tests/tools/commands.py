"""The command line, in this process and in one of its own."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from graphtrail import cli
from graphtrail.simulate.truth import Truth


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - JSON
        assert self.code == 0, self.err
        return json.loads(self.out)


def here(*words: object) -> Ran:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.run([str(word) for word in words])
        except SystemExit as left:  # --help and --version leave so
            code = int(left.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def process(*words: object, **options: Any) -> Ran:  # noqa: ANN401 - those of subprocess
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "graphtrail", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60, **options)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


class Simulated(NamedTuple):
    """A simulated incident: its folder of logs, its case and its truth."""

    bucket: Path
    case: Path
    truth: Truth

    @property
    def jewels(self) -> str:
        return self.truth.crown_jewels.bucket

    @property
    def thief(self) -> str:
        return self.truth.incident.seed
