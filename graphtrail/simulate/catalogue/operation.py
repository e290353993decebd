"""What the catalogue is made of: services, their operations, and the templates of what an operation logs."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Raw

_WORD = re.compile(r"<([a-z_0-9]+)>")
_ARN = re.compile(r"<arn:([a-z0-9-]+)>")
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_READS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Select", "Query", "Scan", "Filter")


class Operation(NamedTuple):
    """An operation as the catalogue lists it.

    Attributes:
        name: the ``eventName``, with its API date where AWS logs one.
        request: ``requestParameters`` as JSON, with words in angle brackets.
        response: ``responseElements``, likewise.
        resources: ``resources``, likewise; empty where the service names none.
        read_only: the ``readOnly`` of its records; None if the name tells it.
        data: whether it is a data event.
        extra: ``additionalEventData``; empty if absent.
    """

    name: str
    request: str = "null"
    response: str = "null"
    resources: str = ""
    read_only: bool | None = None
    data: bool = False
    extra: str = ""


class Service(NamedTuple):
    """A service and its operations.

    Attributes:
        prefix: its IAM prefix, before the colon of an action.
        version: the ``eventVersion`` of its records.
        operations: what it can be asked.
        source: the first label of its ``eventSource``; empty if that is the prefix.
        everywhere: whether it is global, so that all its records lie in one Region.
        denial: the ``errorCode`` of a refusal.
        mute: whether a refused call logs no parameters, so that only the message names the target.
        stamps: whether its records show ``onBehalfOf``.
    """

    prefix: str
    version: str
    operations: tuple[Operation, ...]
    source: str = ""
    everywhere: bool = False
    denial: str = "AccessDenied"
    mute: bool = False
    stamps: bool = False


class Template:
    """JSON text with words in it.

    ``<arn:sqs>`` is short for the start of an ARN of that service at the place, ``<hidden>`` for what AWS writes
    instead of a secret.
    """

    __slots__ = ("_format", "_text", "words")

    def __init__(self, text: str) -> None:
        text = _ARN.sub(r"arn:<partition>:\1:<region>:<account>:", text.replace("<hidden>", _HIDDEN))
        self.words = tuple(_WORD.findall(text))
        self._format = _WORD.sub("%s", text.replace("%", "%%")) if self.words else ""
        self._text = Raw(text)

    def fill(self, values: Mapping[str, str]) -> Raw:
        """The JSON with these values in the places of its words."""
        if not self.words:
            return self._text
        return Raw(self._format % tuple([values[word] for word in self.words]))


class Call:
    """An operation, ready to be logged."""

    __slots__ = (
        "action", "asked", "category", "denial", "everywhere", "extra", "host", "modern", "mute", "name", "read_only",
        "request", "resources", "response", "s3", "source", "stamps", "version", "words",
    )  # fmt: skip

    def __init__(self, service: Service, operation: Operation) -> None:
        label = service.source or service.prefix
        self.source = f"{label}.amazonaws.com"
        self.name = operation.name
        self.action = f"{service.prefix}:{re.sub(r'20[0-9]{6}(v[0-9]+)?$', '', operation.name)}"
        self.version = service.version
        self.modern = service.version != "1.08"
        self.read_only = operation.name.startswith(_READS) if operation.read_only is None else operation.read_only
        self.category = "Data" if operation.data else "Management"
        self.everywhere = service.everywhere
        self.denial = service.denial
        self.mute = service.mute
        self.stamps = service.stamps
        self.s3 = service.prefix == "s3"
        self.host = f"{label}.amazonaws.com" if service.everywhere else f"{label}.%s.amazonaws.com"
        self.request = Template(operation.request)
        self.response = Template(operation.response)
        self.resources = Template(operation.resources) if operation.resources else None
        self.extra = Template(operation.extra) if operation.extra else None
        every = (self.request, self.response, self.resources, self.extra)
        self.words = _words(*every)
        self.asked = _words(self.request, self.resources)


def _words(*templates: Template | None) -> tuple[str, ...]:
    # dict.fromkeys, not a set: the order of the words decides which roll goes to which.
    return tuple(dict.fromkeys(word for template in templates if template for word in template.words))
