"""What ``graphtrail --help`` costs: CPU seconds of a process against the 0.12 that it may take.

The least of several runs counts, files in the page cache. ``python -X importtime -m graphtrail --help`` says where they
go.
"""

import sys

from cost import cpu_seconds

MOST = 0.12
ROUNDS = 9


def main() -> int:
    """Print the figure; 1 if it is more than it may be."""
    command = [sys.executable, "-m", "graphtrail", "--help"]
    least = min(cpu_seconds(command) for _ in range(ROUNDS))
    print(f"graphtrail --help: {least:.3f} s CPU, {least / MOST:.2f} of what it may cost")
    return int(least > MOST)


if __name__ == "__main__":
    sys.exit(main())
