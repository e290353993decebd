"""What a process costs with all that it starts, its byte code kept as that of an installed program is."""

import os
import subprocess
import time
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds of a clock on the wall, and of processors, user and system."""

    wall: float
    cpu: float


def cost(command: list[str], **environment: str) -> Cost:
    """What a command costs that must succeed; what it prints is dropped."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | environment
    before = time.perf_counter()
    with subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        told = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}: {told.decode(errors='replace')}")
    return Cost(time.perf_counter() - before, used.ru_utime + used.ru_stime)


def cpu_seconds(command: list[str]) -> float:
    """User and system time of a command that must succeed; what it prints is dropped."""
    return cost(command).cpu
