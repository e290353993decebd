"""The help: whole, true, and nothing heavy is imported for it."""

from collections.abc import Callable

import click
import pytest
from commands import Ran
from reference import FILE, text

from graphtrail.cli import COMMANDS, cli

Run = Callable[..., Ran]


def test_the_list_of_commands_says_what_each_says_of_itself(run: Run):
    ran = run("--help")
    assert ran.code == 0
    for name, said in COMMANDS.items():
        command = cli.get_command(None, name)
        assert command is not None
        assert (command.help or "").splitlines()[0] == said
        assert f"  {name} " in ran.out


def test_a_command_that_does_not_exist_is_wrong_usage(run: Run):
    ran = run("touched")
    assert ran.code == 2
    assert "No such command 'touched'" in ran.err


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_and_its_options(run: Run, name: str):
    ran = run(name, "--help")
    assert ran.code == 0
    assert f"Usage: graphtrail {name} " in ran.out
    assert "``" not in ran.out
    command = cli.get_command(None, name)
    assert command is not None
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_reference_is_what_the_commands_say():
    assert FILE.read_text(encoding="utf-8") == text(), "run: python tests/tools/reference.py"
