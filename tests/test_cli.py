import subprocess
import sys

import graphtrail


def test_the_module_runs_as_a_program():
    ran = subprocess.run([sys.executable, "-m", "graphtrail", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"graphtrail {graphtrail.__version__}\n"
