"""A real headless Chromium, and a listener that nobody may reach."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import find
from playwright.sync_api import Browser, sync_playwright
from visits import Listener, Visit, Visitor

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
# What hostile texts call if they come to run, and what the browser blocked.
WATCH = """
globalThis.__ran = [];
globalThis.__hit = (how) => __ran.push(String(how));
for (const name of ["alert", "confirm", "prompt", "print"]) globalThis[name] = () => __hit(name);
globalThis.__blocked = [];
addEventListener("securitypolicyviolation", (event) => {
    __blocked.push(event.violatedDirective + " " + event.blockedURI);
});
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find()
    if program is None:
        pytest.skip("there is no Chromium: make test installs one, or name one with GRAPHTRAIL_TEST_CHROMIUM")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, headless=True, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def _listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def listener(_listener: Listener) -> Listener:
    """Nobody has asked it for anything yet."""
    _listener.asked.clear()
    return _listener


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """One open page for each set of options: opening one takes longer than loading the next file into it."""
    open_: dict[str, Visit] = {}

    def tab(**options: object) -> Visit:
        name = repr(sorted(options.items()))
        if name not in open_:
            context = browser.new_context(**{"viewport": {"width": 1440, "height": 840}, **options})
            context.add_init_script(WATCH)
            open_[name] = Visit(context.new_page())
        return open_[name]

    yield tab
    for made in open_.values():
        made.page.context.close()


@pytest.fixture
def visit(tabs: Callable[..., Visit], tmp_path: Path) -> Visitor:
    """Opens a page: its text, what stands after the ``#`` in its address, options of the browser."""

    def load(html: str, fragment: str = "", **options: object) -> Visit:
        made = tabs(**options)
        made.page.goto("about:blank")
        made.requests.clear()
        made.complaints.clear()
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8", newline="\n")
        made.address = file.as_uri()
        made.page.goto(made.address + fragment, wait_until="load")
        return made

    return load
