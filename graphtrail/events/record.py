"""One CloudTrail record as it came: short fields as text, everything nested as the raw bytes of its JSON.

Source of the format: AWS CloudTrail User Guide, "CloudTrail record contents for management, data, and network
activity events" (eventVersion 1.11). Fields that graphtrail does not read are passed over.
"""

import msgspec

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Text = str | None
Flag = bool | str | None

NULL = msgspec.Raw(b"null")


def _named(name: str) -> Text:
    """A text field that has another name in the record; typed for the checker, a field descriptor for msgspec."""
    return msgspec.field(name=name, default=None)


def _flag(name: str) -> Flag:
    return msgspec.field(name=name, default=None)


def _raw(name: str) -> msgspec.Raw:
    return msgspec.field(name=name, default=NULL)


class Addendum(msgspec.Struct, frozen=True, gc=False, rename={"original_id": "originalEventID"}):
    """Why a record was delivered late or again; ``UPDATED_DATA`` corrects the record with ``original_id``."""

    reason: Text = None
    original_id: Text = None


class Record(msgspec.Struct, gc=False):
    """A record of any ``eventVersion`` 1.x, fields in the order in which CloudTrail writes them (it decodes faster).

    A raw field that is absent holds the bytes ``null``. Raw bytes are valid JSON, not necessarily valid UTF-8.
    Not tracked by the garbage collector: a record holds no containers.
    """

    user_identity: msgspec.Raw = _raw("userIdentity")
    event_time: Text = _named("eventTime")
    event_source: Text = _named("eventSource")
    event_name: Text = _named("eventName")
    region: Text = _named("awsRegion")
    address: Text = _named("sourceIPAddress")
    agent: Text = _named("userAgent")
    error_code: Text = _named("errorCode")
    error_message: Text = _named("errorMessage")
    request: msgspec.Raw = _raw("requestParameters")
    response: msgspec.Raw = _raw("responseElements")
    additional: msgspec.Raw = _raw("additionalEventData")
    request_id: Text = _named("requestID")
    event_id: Text = _named("eventID")
    read_only: Flag = _flag("readOnly")
    resources: msgspec.Raw = _raw("resources")
    account: Text = _named("recipientAccountId")
    shared_id: Text = _named("sharedEventID")
    vpc_endpoint: Text = _named("vpcEndpointId")
    category: Text = _named("eventCategory")
    service_details: msgspec.Raw = _raw("serviceEventDetails")
    console: Flag = _flag("sessionCredentialFromConsole")
    addendum: Addendum | None = None
    exported_time: Text = _named("@timestamp")


def asked_for(request: msgspec.Raw, details: msgspec.Raw) -> msgspec.Raw:
    """What the rules read as the request: of an event of a service, which nobody asked for, ``serviceEventDetails``."""
    return details if bytes(request) == b"null" else request


def truth(flag: Flag) -> bool | None:
    """A boolean that may have come as text (``"true"``, ``"True"``); None where it is absent or neither."""
    if isinstance(flag, str):
        return {"true": True, "false": False}.get(flag.lower())
    return flag


def mapping(value: Json) -> dict[str, Json]:
    """The value if it is an object, else an empty one: fields of odd shape say nothing, and break nothing."""
    return value if isinstance(value, dict) else {}


def either_case(value: Json) -> Json:
    """The value with every name that begins with a capital letter also found by its small one, at any depth.

    CloudTrail begins the names of parameters with a small letter, some services and exports do not. A policy has names
    of its own and stays as it is.
    """
    if isinstance(value, list):
        return [either_case(held) for held in value]
    if not isinstance(value, dict) or "Statement" in value:
        return value
    held = {name: inside if inside.__class__ is str else either_case(inside) for name, inside in value.items()}
    small = {name[0].lower() + name[1:]: inside for name, inside in held.items() if name[:1].isupper()}
    return small | held if small else held


def text(value: Json) -> Text:
    """The value if it is text that is not empty, its first element if it is a list of one, else None.

    Exports write ``"acl": [""]`` for ``"acl": ""``; numbers are read as text, so that an account id stays one.
    """
    if isinstance(value, str):
        return value or None
    if isinstance(value, list):
        return text(value[0]) if len(value) == 1 else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
