"""Records that Elastic's integration took apart (ECS) and whose original was not kept, back in the form of CloudTrail.

The principal's id and name stand in ``user``, and what had no field of its own in ``aws.cloudtrail``. Requests and
answers are there twice: as ``flattened`` objects, and as text that cannot be read back; without the former they are
lost.
Source: Elastic, "AWS CloudTrail" integration and Filebeat module ``aws``, exported fields.
"""

from typing import NamedTuple

import msgspec

from graphtrail.events.record import Json, mapping, text
from graphtrail.events.tolerant import decoded
from graphtrail.events.wrappings import nested

FORM, BARE = "ECS", " without requests and answers"
_MARKS = (b'"cloudtrail"', b'"aws.cloudtrail.')
_DOTTED = b'"aws.cloudtrail.'
_ORIGINAL = b"eventName"
_PLAIN = {
    "apiVersion": "api_version",
    "errorCode": "error_code",
    "errorMessage": "error_message",
    "eventCategory": "event_category",
    "eventType": "event_type",
    "eventVersion": "event_version",
    "readOnly": "read_only",
    "recipientAccountId": "recipient_account_id",
    "requestID": "request_id",
    "sessionCredentialFromConsole": "session_credential_from_console",
    "sharedEventID": "shared_event_id",
    "vpcEndpointId": "vpc_endpoint_id",
}
_OBJECTS = {
    "additionalEventData": "additional_eventdata",
    "requestParameters": "request_parameters",
    "responseElements": "response_elements",
    "serviceEventDetails": "service_event_details",
}
_IDENTITY = {"accessKeyId": "access_key_id", "arn": "arn", "invokedBy": "invoked_by", "type": "type"}
_ISSUER = {"accountId": "account_id", "arn": "arn", "principalId": "principal_id", "type": "type"}
_RESOURCE = {"ARN": "arn", "accountId": "account_id", "type": "type"}
_SIGN_INS = frozenset({"ConsoleLogin", "SwitchRole"})
Object = dict[str, Json]


class Converted(NamedTuple):
    """A record in CloudTrail's form as JSON, and in which it came."""

    record: bytes
    form: str


def converted(raw: bytes) -> Converted | None:
    """The CloudTrail record behind an event of Elastic's; None where the original is in it, or where it is none."""
    if _ORIGINAL in raw or not any(mark in raw for mark in _MARKS):
        return None
    event = mapping(decoded(nested(raw) if _DOTTED in raw else raw))
    told, said = mapping(event.get("event")), mapping(mapping(event.get("aws")).get("cloudtrail"))
    name, source = text(told.get("action")), text(told.get("provider"))
    if not (said and name and source):
        return None
    flattened = mapping(said.get("flattened"))
    record: Object = {
        "userIdentity": _identity(event, mapping(said.get("user_identity"))),
        "eventTime": text(event.get("@timestamp")),
        "eventSource": source,
        "eventName": name,
        "awsRegion": text(mapping(event.get("cloud")).get("region")),
        "sourceIPAddress": text(mapping(event.get("source")).get("address"))
        or text(mapping(event.get("source")).get("ip")),
        "userAgent": text(mapping(event.get("user_agent")).get("original")),
        "eventID": text(told.get("id")),
        "resources": _resources(said.get("resources")),
        **_renamed(said, _PLAIN),
        **{ours: flattened[theirs] for ours, theirs in _OBJECTS.items() if mapping(flattened.get(theirs))},
    }
    if name in _SIGN_INS and "responseElements" not in record:
        record["responseElements"] = {name: "Failure" if text(told.get("outcome")) == "failure" else "Success"}
    kept = {ours: value for ours, value in record.items() if value not in (None, {}, [])}
    return Converted(msgspec.json.encode(kept), FORM if flattened else f"{FORM}{BARE}")


def _renamed(held: Object, names: dict[str, str]) -> Object:
    return {ours: said for ours, theirs in names.items() if (said := _one(held.get(theirs))) is not None}


def _one(value: Json) -> Json:
    """A value; lists of one, as searches hand them out, are what is in them."""
    return value if isinstance(value, bool) else text(value)


def _identity(event: Object, held: Object) -> Object:
    user, account = mapping(event.get("user")), mapping(mapping(event.get("cloud")).get("account"))
    context = mapping(held.get("session_context"))
    made: Object = {
        **_renamed(held, _IDENTITY),
        "principalId": text(user.get("id")),
        "accountId": text(account.get("id")),
    }
    if made.get("type") == "IAMUser":
        made["userName"] = text(user.get("name"))
    issuer = _renamed(mapping(context.get("session_issuer")), _ISSUER)
    attributes = _renamed(context, {"creationDate": "creation_date", "mfaAuthenticated": "mfa_authenticated"})
    if issuer or attributes:
        made["sessionContext"] = {"sessionIssuer": issuer, "attributes": attributes}
    return {name: value for name, value in made.items() if value is not None}


def _resources(held: Json) -> Json:
    return [_renamed(one, _RESOURCE) for one in map(mapping, held if isinstance(held, list) else [held]) if one]
