"""A question is declared once: by the signature and docstring of its function.

Options of the command line, parameters, help and documentation follow from them.
"""

import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from graphtrail.errors import UsageError
from graphtrail.questions.rows import Row

R = TypeVar("R", bound=Row, covariant=True)  # noqa: PLC0105 - R is what it is called everywhere
Made = TypeVar("Made", bound=Row)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a question.

    Attributes:
        name: in Python; on the command line underscores become dashes.
        type: ``str``, ``int`` or ``bool``.
        help: what it is.
        option: it is given by name, else by place.
        required: it has no default.
        default: None, False or a value.
        choices: the only values that it takes; empty if any.
    """

    name: str
    type: type
    help: str
    option: bool
    required: bool
    default: Any
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question(Generic[R]):
    """A question.

    Attributes:
        name: on the command line: ``who-touched``.
        title: first sentence of its docstring.
        text: the rest of it.
        row: type of its rows.
        parameters: in their order.
        columns: the fields that a table shows, in order.
        needs: ``graph`` or ``calls``: what a server must be loaded with.
        ask: the function: a trail and the parameters give the rows.
    """

    name: str
    title: str
    text: str
    row: type[R]
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    needs: str
    ask: Callable[..., Iterable[R]] = field(repr=False)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters by name, defaults filled in.

        Raises:
            UsageError: one is missing, unknown, or not among its choices.
        """
        places = [parameter.name for parameter in self.parameters if not parameter.option]
        if len(args) > len(places):
            raise UsageError(f"{self.name} takes {len(places)} value(s), not {len(args)}")
        given = dict(zip(places, args, strict=False)) | dict(kwargs)
        known = {parameter.name for parameter in self.parameters}
        if unknown := sorted(set(given) - known):
            raise UsageError(f"{self.name} has no parameter {', '.join(unknown)}; it has: {', '.join(sorted(known))}")
        bound = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            if value is None and parameter.required:
                raise UsageError(f"{self.name} needs {parameter.name.upper()}: {parameter.help}")
            if isinstance(value, str) and not value.strip():
                raise UsageError(f"{self.name}: {parameter.name} is empty; it is: {parameter.help}")
            if parameter.choices and value is not None and value not in parameter.choices:
                raise UsageError(
                    f"{self.name}: {parameter.name} is one of {', '.join(parameter.choices)}, not {value!r}"
                )
            bound[parameter.name] = value
        return bound


def question(
    row: type[Made], columns: str, *, needs: str = "graph"
) -> Callable[[Callable[..., Iterable[Made]]], Question[Made]]:
    """Declare the function below as a question.

    Args:
        row: type of its rows.
        columns: names of the fields that a table shows, separated by spaces.
        needs: ``graph`` or ``calls``.
    """

    def declare(ask: Callable[..., Iterable[Made]]) -> Question[Made]:
        title, _, text = inspect.cleandoc(ask.__doc__ or "").partition("\n\n")
        return Question(
            name=ask.__name__.replace("_", "-"),
            title=" ".join(title.split()),
            text=text,
            row=row,
            parameters=tuple(_parameters(ask)),
            columns=tuple(columns.split()),
            needs=needs,
            ask=ask,
        )

    return declare


def _parameters(ask: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(ask, include_extras=True)
    for name, held in list(inspect.signature(ask).parameters.items())[1:]:
        base, help_text, *rest = get_args(hints[name]) if get_origin(hints[name]) is Annotated else (hints[name], "")
        if isinstance(base, types.UnionType) or get_origin(base) is Union:
            base = next(kind for kind in get_args(base) if kind is not type(None))
        yield Parameter(
            name=name,
            type=base,
            help=help_text,
            option=held.kind is inspect.Parameter.KEYWORD_ONLY,
            required=held.default is inspect.Parameter.empty,
            default=None if held.default is inspect.Parameter.empty else held.default,
            choices=tuple(rest),
        )
