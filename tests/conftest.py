"""What all tests share: the real logs, and the count of what did not run."""

import os
from pathlib import Path

import hypothesis
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
NO_DATA = "no data: GRAPHTRAIL_TEST_DATA"

# The gate tries the same examples each time, so that it fails for a change and not by chance; whoever looks for new
# counterexamples says --hypothesis-profile=search. A busy machine is no counterexample: there is no deadline.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=10_000)
hypothesis.settings.load_profile("gate")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require", action="append", default=[], help="fail unless tests with this mark ran")


def data_folder() -> Path:
    """Where the real logs lie: GRAPHTRAIL_TEST_DATA, else ``../shared/data`` beside the repository."""
    return Path(os.environ.get("GRAPHTRAIL_TEST_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real logs; a test that asks for it is skipped where it is absent."""
    folder = data_folder()
    if not (folder / "questions.json").is_file():
        pytest.skip(f"{NO_DATA} names no folder with questions.json ({folder})")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.extend(("mark", mark.name) for mark in item.iter_markers())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    without_data = sum(NO_DATA in str(report.longrepr) for report in skipped)
    terminalreporter.write_line(f"skipped for want of data: {without_data}; skipped in all: {len(skipped)}")
    for mark in config.getoption("--require"):
        ran = _ran(terminalreporter, mark)
        terminalreporter.write_line(f"ran with mark {mark}: {ran}")


def _ran(reporter: pytest.TerminalReporter, mark: str) -> int:
    return sum(("mark", mark) in map(tuple, report.user_properties) for report in reporter.stats.get("passed", []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    if any(_ran(reporter, mark) == 0 for mark in session.config.getoption("--require")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
