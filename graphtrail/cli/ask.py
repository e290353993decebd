"""``ask``: every question is a command of its own, made from its declaration."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from graphtrail.cli import options
from graphtrail.cli.config import within
from graphtrail.questions import QUESTIONS, Parameter, Question, Row


class Questions(click.Group):
    """The questions as commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        return list(QUESTIONS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command that asks a question."""
        if cmd_name.endswith(".cypher"):
            from graphtrail.cli.script import script  # noqa: PLC0415 - few questions are people's own

            return script(Path(cmd_name))
        question = QUESTIONS.get(cmd_name)
        return None if question is None else _command(question)


@click.group(cls=Questions, invoke_without_command=True, no_args_is_help=True)
@click.option("--list", "listed", is_flag=True, help="List the questions with their parameters.")
@click.pass_context
def ask(ctx: click.Context, *, listed: bool) -> None:
    """Ask a question of a case.

    QUESTION is one of those below, or a .cypher file of your own, whose first comments say what it takes.
    """
    ctx.default_map = {name: within(dict(ctx.default_map or {}), name) for name in QUESTIONS}
    if listed:
        for question in QUESTIONS.values():
            signature = " ".join((question.name, *map(_signature, question.parameters)))
            click.echo(f"{signature}\n    {_plain(question.title)}")


def _signature(parameter: Parameter) -> str:
    name = parameter.name.replace("_", "-")
    if not parameter.option:
        return name.upper() if parameter.required else f"[{name.upper()}]"
    return f"[--{name}]" if parameter.type is bool else f"[--{name} {name.upper()}]"


def _command(question: Question[Row]) -> click.Command:
    parameters: list[click.Parameter] = [_parameter(parameter) for parameter in question.parameters]
    held = click.Command(
        question.name, callback=_asking(question), params=parameters, help=_help(question), short_help=question.title
    )
    for add in (
        options.output,
        options.limits,
        options.server,
        options.case_id,
        options.store,
        options.case(),
        options.verbosity,
    ):
        held = with_options(held, add)
    return held


def with_options(command: click.Command, add: Callable[[Any], Any]) -> click.Command:
    """Add options to a command that is made already."""

    def carrier() -> None: ...

    add(carrier)
    command.params += reversed(carrier.__click_params__)  # type: ignore[attr-defined]  # where click's decorators put them
    return command


def _parameter(parameter: Parameter) -> click.Parameter:
    kind = click.Choice(parameter.choices) if parameter.choices else parameter.type
    if not parameter.option:
        return click.Argument([parameter.name], required=parameter.required, default=parameter.default)
    flag = f"--{parameter.name.replace('_', '-')}"
    if parameter.type is bool:
        return click.Option([flag], is_flag=True, default=False, help=_plain(parameter.help))
    return click.Option([flag], type=kind, default=parameter.default, help=_plain(parameter.help), show_default=True)


def _help(question: Question[Row]) -> str:
    places = [parameter for parameter in question.parameters if not parameter.option]
    named = "".join(f"\n\n{parameter.name.upper()}: {parameter.help}." for parameter in places)
    return _plain(f"{question.title}\n\n{question.text}{named}")


def _plain(text: str) -> str:
    """The text of a docstring without its marks for code."""
    return text.replace("``", "")


def _asking(question: Question[Row]) -> Callable[..., None]:
    def asking(  # noqa: PLR0913 - what all questions take
        *,
        case: Path,
        store: str,
        case_id: str | None,
        output: str | None,
        file: Path | None,
        limit: int | None,
        exit_code: bool,
        verbose: bool,  # noqa: ARG001 - there is no more to say
        quiet: bool,  # noqa: ARG001 - cli.remark reads it
        **given: Any,  # noqa: ANN401 - what click read, by the declaration
    ) -> None:
        from graphtrail.cli.output import FOUND, put  # noqa: PLC0415 - not for --help
        from graphtrail.cli.server import asked  # noqa: PLC0415 - as above

        result = asked(case, store, case_id, given).answer(question, **given)
        put([result], output, file, limit)
        if exit_code and result.rows:
            raise click.exceptions.Exit(FOUND)

    return asking
