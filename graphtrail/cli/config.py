"""Defaults from the configuration file: what no flag and no variable of the environment says."""

import tomllib
from pathlib import Path
from typing import Any

from graphtrail.errors import UsageError

EXAMPLE = 'case = "/evidence/acme"\nmin_confidence = "exact"'


def path() -> Path:
    """Where the file lies on this system."""
    import platformdirs  # noqa: PLC0415 - only where a command runs

    return platformdirs.user_config_path("graphtrail") / "config.toml"


def defaults() -> dict[str, Any]:
    """Options by name, for every command: ``case = "..."`` is ``--case`` wherever there is one.

    Raises:
        UsageError: the file is no TOML, or cannot be read.
    """
    from graphtrail.cli import COMMANDS  # noqa: PLC0415 - it imports this module

    file = path()
    try:
        held = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read as TOML ({error}); it holds lines such as {EXAMPLE!r}") from None
    return {command: within(held, command) for command in COMMANDS}


def within(held: dict[str, Any], name: str) -> dict[str, Any]:
    """The options of one command: those above all sections, then those of the section of its name."""
    section = held.get(name)
    plain = {key: value for key, value in held.items() if not isinstance(value, dict)}
    return plain | section if isinstance(section, dict) else plain
