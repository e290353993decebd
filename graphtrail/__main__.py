"""``python -m graphtrail``: the command line."""

from graphtrail.cli import main

main()
