"""The facts of one record: what all rules together say of it.

This is the oracle of the columnar way in (``graphtrail.case.batch``), which runs the same functions on distinct parts
of many records, and the body of ``graphtrail event``.
"""

import re
from typing import NamedTuple

import msgspec

from graphtrail.arn import partition_of_region
from graphtrail.events import credentials, identity, pivots, resources, times
from graphtrail.events.actions import SIGN_IN, Kind, kind, operation
from graphtrail.events.credentials import Answered, Credential
from graphtrail.events.envelopes import INSIGHT
from graphtrail.events.identity import Caller
from graphtrail.events.pivots import Pivot
from graphtrail.events.record import Addendum, Json, Record, Text, asked_for, mapping, text
from graphtrail.events.resources import Place, Plan, Touches
from graphtrail.events.tolerant import decoded
from graphtrail.events.user_identity import user_identity

_PARTITION = re.compile(rb'"(?:arn:|arn%3[Aa])(aws[a-z-]*)')


class Rejected(Exception):
    """A record that is no event: ``reason`` says why, ``non_event`` that it is known for what it is."""

    def __init__(self, reason: str, *, non_event: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.non_event = non_event


class Slice(NamedTuple):
    """A nested part of a record: its JSON as it came, and decoded."""

    raw: bytes
    value: Json


class Failure(NamedTuple):
    """An error inside an answer; without a code it is none."""

    code: Text
    message: str


class Facts(NamedTuple):
    """Everything that is kept of one record but where it lies.

    Attributes:
        event_id: ``eventID``; of a correction the id of the record that it corrects.
        shared_id: ``sharedEventID`` where there is one and it is another than the event's.
        request_id: ``requestID``.
        time: epoch seconds.
        correction: ``addendum.reason`` is ``UPDATED_DATA``.
        session: key of the session that signed the call, as this record alone tells it.
        kind, caller, address, agent, vpc_endpoint, touches, credentials, pivots: see there.
        owners: buckets that it names, each with the account that owns it.
    """

    event_id: str
    shared_id: Text
    request_id: Text
    time: int
    correction: bool
    session: str
    kind: Kind
    caller: Caller
    address: Text
    agent: Text
    vpc_endpoint: Text
    touches: Touches
    credentials: tuple[Credential, ...]
    pivots: tuple[Pivot, ...]
    owners: tuple[tuple[str, str], ...]


def facts(record: Record) -> Facts:
    """All that the rules say of one record.

    Raises:
        Rejected: it has no time, source or name; or it is an Insights event.
    """
    wrong = fault(record.event_source, record.event_name, record.category)
    if wrong:
        raise wrong
    written = record.event_time or record.exported_time
    time = times.parse(written or "")
    if time is None:
        raise time_fault(written)
    nearby = partition_of_region(record.region)
    who = identity.caller(user_identity(bytes(record.user_identity)), record.account, record.console, nearby)
    what = kind_of(record)
    corrected = corrected_id(record.addendum)
    event_id = corrected or record.event_id or ""
    shared_id = (record.shared_id or None) if record.shared_id != record.event_id else None
    request, response = requested(record), part(record.response)
    place = place_of(what, who, request.raw, bytes(record.resources))
    return Facts(
        event_id=event_id,
        shared_id=shared_id,
        request_id=record.request_id or None,
        time=time,
        correction=corrected is not None,
        session=session_of(what, who, time, shared_id or event_id),
        kind=what,
        caller=who,
        address=record.address or None,
        agent=record.agent or None,
        vpc_endpoint=record.vpc_endpoint or None,
        touches=touched(record, what, who, place),
        credentials=issued(record, what, who, place),
        pivots=pivots.pivots(what, who, request.value, told_by(record, what, response.value), place),
        owners=tuple(resources.owners_of(resources.entries_of(part(record.resources).value))),
    )


def told_by(record: Record | None, what: Kind, response: Json) -> Json:
    """The answer of a call as effects are read from it: of a few actions it stands in ``additionalEventData``."""
    return part(record.additional).value if record and what.action in pivots.BESIDE else response


def fault(source: Text, name: Text, category: Text) -> Rejected | None:
    """Why what has these fields is no record of a call, or None."""
    if category == "Insight":
        return Rejected(INSIGHT, non_event=True)
    missing = [field for field, value in (("eventSource", source), ("eventName", name)) if not value]
    return Rejected(f"no CloudTrail record: {' and '.join(missing)} missing") if missing else None


def time_fault(written: Text) -> Rejected:
    """Why a text is no time."""
    return Rejected("eventTime is in no known form" if written else "eventTime is missing")


def part(raw: msgspec.Raw) -> Slice:
    """A nested part of a record, decoded."""
    held = bytes(raw)
    return Slice(held, decoded(held))


def requested(record: Record) -> Slice:
    """What a record says that was asked for, decoded."""
    return part(asked_for(record.request, record.service_details))


def kind_of(record: Record) -> Kind:
    """What the short fields of a record say; of a sign-in its answer too, and of an answer that is an error that."""
    response = bytes(record.response)
    answer = _signed_in(record, response) if record.event_source == SIGN_IN else None
    made = kind(
        record.event_source or "",
        record.event_name or "",
        record.region,
        record.error_code or answered_error(response).code,
        record.read_only,
        record.account,
        record.category,
        answer,
    )
    return made._replace(truncated=is_cut(requested(record).raw) or is_cut(response))


def is_cut(raw: bytes) -> bool:
    """Whether CloudTrail left out what was asked for or answered, because it was too large for it.

    Of more than 100 KB is left ``{"omitted": true, "originalSize": 149893, "reason": "requestParameters too large"}``,
    numbers and truths as text in some records, or a text that breaks off. Source: CloudTrail User Guide, "CloudTrail
    record contents". Whoever attaches a policy of that size hides it so.
    """
    if raw.startswith(b'"'):
        return raw != b'""'
    return b'"omitted"' in raw and str(mapping(decoded(raw)).get("omitted")).lower() == "true"


def _signed_in(record: Record, response: bytes) -> Text:
    """What became of a sign-in: ``ConsoleLogin`` of its answer, of one at Identity Center of the service's details."""
    name = operation(record.event_name or "")
    held = (mapping(decoded(response)), mapping(decoded(bytes(record.service_details))))
    return next((said for one in held if (said := text(one.get(name)))), None)


def shows_error(response: bytes) -> bool:
    """Whether a raw answer may be an error."""
    return b'"errorCode"' in response


def answered_error(response: bytes) -> Failure:
    """The error that an answer is: some services write it there and not beside it. Source: CloudTrail User Guide."""
    held = mapping(decoded(response)) if shows_error(response) else {}
    return Failure(text(held.get("errorCode")), text(held.get("errorMessage")) or "")


def message_of(record: Record) -> str:
    """What a call that failed was answered."""
    return record.error_message or "" if record.error_code else answered_error(bytes(record.response)).message


def corrected_id(addendum: Addendum | None) -> Text:
    """The id of the record that an addendum corrects, or None if it corrects none."""
    return addendum.original_id if addendum and addendum.reason == "UPDATED_DATA" else None


def session_of(what: Kind, who: Caller, time: int, call_id: str) -> str:
    """Key of the session that signed a call, as its one record tells it."""
    opened = identity.sign_in_session(who, time, call_id) if opens_session(what) else None
    return opened or who.session or identity.session_of_call(who, call_id)


def opens_session(what: Kind) -> bool:
    """Whether a call of this kind is a sign-in that succeeded."""
    return what.outcome == "ok" and credentials.is_sign_in(what)


def rules_of(what: Kind) -> Plan:
    """The resource rules of an action."""
    return resources.plan(what.source, what.name)


def owner(what: Kind, who: Caller) -> str:
    """The account that owns what the call acted on, empty where unknown.

    That is the recipient; where an export lacks it the caller's own account, unless he is a stranger there.
    """
    return what.account or (who.account if who.type != "AWSAccount" else None) or ""


def place_of(what: Kind, who: Caller, request: bytes, in_list: bytes) -> Place:
    """Where the call landed; the partition from any ARN in the record, else from the Region's name."""
    partition = who.partition
    if partition is None:
        named = _PARTITION.search(in_list) or _PARTITION.search(request)
        partition = named[1].decode() if named else partition_of_region(what.region)
    return Place(partition, what.region or "", owner(what, who))


def himself(what: Kind, who: Caller, request: Json) -> tuple[str, ...]:
    """Key of the caller's own principal, where the call acts on him because it names nobody else."""
    asked = mapping(request)
    named = text(asked.get("userName")) or text(asked.get("UserName"))
    acts = what.outcome == "ok" and rules_of(what).self_call and not named
    return (who.principal,) if acts and who.principal else ()


def touched(record: Record, what: Kind, who: Caller, place: Place) -> Touches:
    """The resources of a call: the answer of a call that failed, and the message of one that did not, say nothing."""
    rules, request, worked = rules_of(what), requested(record), what.outcome == "ok"
    in_list = resources.listed(rules, part(record.resources).value)
    in_answer = resources.made(rules, place, part(record.response).value) if worked and rules.answers else ()
    in_request = resources.completed(
        resources.asked(rules, place, request.raw, request.value), rules.action, place, request.raw
    ) or resources.scope(rules, place)
    others = himself(what, who, request.value) if worked else resources.refused(message_of(record), place)
    return resources.combined(in_list, in_answer, in_request, others)


def issued(record: Record, what: Kind, who: Caller, place: Place) -> tuple[Credential, ...]:
    """The credentials that a record shows, if it may show any."""
    hidden = credentials.may_issue(what)
    if not (hidden or credentials.names_issued(what) or credentials.shows_key(bytes(record.response))):
        return ()
    answered = Answered(
        request=requested(record).value,
        response=part(record.response).value,
        additional=part(record.additional).value if hidden else None,
        details=part(record.service_details).value if hidden else None,
        place=place,
    )
    return credentials.issued(what, who, answered)
