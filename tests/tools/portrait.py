"""Takes the picture of a page for the README: ``python tests/tools/portrait.py page.html docs/images/page.png``."""

import sys
from pathlib import Path

from chromium import find
from playwright.sync_api import sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND")
SIZE = {"width": 1500, "height": 720}


def main() -> int:
    """Write the picture, in the light theme. Returns the exit code."""
    source, target = map(Path, sys.argv[1:])
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(source.resolve().as_uri())
        page.wait_for_function("document.fonts.ready && new Promise(done => requestAnimationFrame(() => done(true)))")
        page.screenshot(path=target)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
