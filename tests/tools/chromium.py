"""Finds the Chromium that the browser tests drive, installs Debian's where there is none, or says what to do."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The program that GRAPHTRAIL_TEST_CHROMIUM names, else the first on PATH, else None."""
    named = os.environ.get("GRAPHTRAIL_TEST_CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Make sure there is one. Returns the exit code."""
    if find():
        return 0
    if os.environ.get("GRAPHTRAIL_TEST_CHROMIUM"):
        sys.stderr.write(f"GRAPHTRAIL_TEST_CHROMIUM={os.environ['GRAPHTRAIL_TEST_CHROMIUM']} is no program.\n")
        return 1
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([apt, "update", "-qq"], check=False, env=quiet)
        subprocess.run([apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False, env=quiet)
        if find():
            return 0
    sys.stderr.write(
        "The tests open the page in a real Chromium and there is none: install it (Debian: apt-get install chromium)\n"
        "or name one with GRAPHTRAIL_TEST_CHROMIUM=/path/to/chromium.\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
