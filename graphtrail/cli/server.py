"""What commands that talk to a Neo4j server share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphtrail.errors import UsageError
from graphtrail.stores.server.address import Address, case_name

__all__ = ["address", "asked", "case_name"]

if TYPE_CHECKING:
    from graphtrail import api


def address(given: dict[str, object]) -> Address:
    """The address that the options of ``options.server`` give; they are taken out of what was given.

    Raises:
        UsageError: the variable that should hold the password is not set.
    """
    uri, user, database = (str(given.pop(f"neo4j_{name}")) for name in ("uri", "user", "database"))
    variable = str(given.pop("neo4j_password_env_var"))
    if given.pop("neo4j_password_prompt"):
        asked = str(click.prompt(f"password of {user}", hide_input=True, err=True))
        return Address(uri, user, asked, database)
    password = os.environ.get(variable)
    if password is None and variable != "NEO4J_PASSWORD":
        raise UsageError(f"{variable}: this variable, which --neo4j-password-env-var names, is not set")
    return Address(uri, user, password, database)


def asked(case: Path, store: str, case_id: str | None, given: dict[str, Any]) -> "api.Asked":
    """The case that is asked, on this disk or on a server; options of the server are taken out of what was given.

    The server is let go of when the command ends.
    """
    from graphtrail import api  # noqa: PLC0415 - the folder of a case is enough to name it

    where = address(given) if store == "neo4j" else None
    for name in [name for name in given if name.startswith("neo4j_")]:
        del given[name]
    if where is None:
        return api.open(case)
    held = api.connect(where, case_name(case, case_id))
    click.get_current_context().call_on_close(held.close)
    return held
