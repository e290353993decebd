"""``events``."""

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Annotated

import msgspec
import numpy as np

from graphtrail.events.actions import operation
from graphtrail.questions.answer import Lazy
from graphtrail.questions.gaps import about_resource, about_window
from graphtrail.questions.groups import access_class
from graphtrail.questions.question import question
from graphtrail.questions.rows import Issued, Row, Text, Touched
from graphtrail.questions.seeds import by_session_name, principal_named, resource_named, touching
from graphtrail.questions.trail import Trail
from graphtrail.stores.call_table import Kind, Rows
from graphtrail.window import iso

_LATE = 5 * 60  # seconds that clocks may differ


class Call(Row, frozen=True, kw_only=True):
    """One call.

    Attributes:
        time, event_id, event_source, event_name: as recorded; the id of a contradicting record has ``#`` and a hash.
        action: ``s3:GetObject``.
        outcome: ``ok``, ``denied`` or ``error``; ``error_code`` as recorded.
        class_: access class; ``read_only`` as recorded.
        truncated: AWS left out what was asked for or answered, as too large: what it named cannot be seen.
        via: ``invokedBy`` as recorded.
        region, account: where it landed: ``awsRegion``, ``recipientAccountId``.
        principal, session, session_name: who signed, and for whom a service signed.
        late: dated more than five minutes after the session's end: a clock that is wrong, or a record that is.
        principal_account, identity_type, identity_arn, access_key: as recorded; minted and masked keys too.
        address, agent: as recorded.
        resources: what it touched.
        issued: the credentials that it handed out.
    """

    time: str
    event_id: str
    event_source: str
    event_name: str
    action: str
    outcome: str
    error_code: Text
    class_: Text = msgspec.field(name="class")
    read_only: bool | None
    truncated: bool
    via: Text
    region: Text
    account: Text
    principal: Text
    session: Text
    session_name: Text
    late: bool
    principal_account: Text
    identity_type: Text
    identity_arn: Text
    access_key: Text
    address: Text
    agent: Text
    resources: tuple[Touched, ...]
    issued: tuple[Issued, ...]


@question(
    Call,
    "time action outcome error_code principal session_name access_key address region via resources event_id",
    needs="calls",
)
def events(  # noqa: PLR0913 - each narrows the answer
    trail: Trail,
    *,
    principal: Annotated[
        str | None, "ARN, unique id or name of a principal, or an account: calls of all its sessions"
    ] = None,
    session: Annotated[str | None, "key, access key id, STS ARN or name: its calls, forwarded ones included"] = None,
    key: Annotated[str | None, "access key id: calls signed by it"] = None,
    resource: Annotated[
        str | None, "ARN or bare name: calls that touch it in any role; of a bucket its objects too"
    ] = None,
    action: Annotated[str | None, "s3:GetObject, GetObject or the raw event name; * stands for anything"] = None,
    ip: Annotated[str | None, "source address"] = None,
    outcome: Annotated[str | None, "ok, denied or error", "ok", "denied", "error"] = None,
    service: Annotated[str | None, "s3 or s3.amazonaws.com"] = None,
) -> Sequence[Call]:
    """Which calls were made?

    One row a call, by time. The options narrow the answer together.
    """
    about_window(trail)
    held = trail.store.calls
    signed = None if key is None else trail.within(held.signed_by(key.removeprefix("key:")))
    sent = None if ip is None else trail.within(held.from_address(ip.removeprefix("ip:")))
    calls = _chosen(trail, principal, session, resource, (signed, sent))
    for asked in _kinds(action, outcome, service):
        calls = held.where_kind(calls, asked)
    if resource is not None:
        about_resource(trail, resource_named(trail, resource))
    return Lazy(held.by_time(calls).tolist(), partial(call_row, trail))


def _chosen(
    trail: Trail, principal: str | None, session: str | None, resource: str | None, others: Sequence[Rows | None]
) -> Rows:
    """The calls of sessions and resources, and what else an index finds; all where nothing narrows them."""
    found = [calls for calls in others if calls is not None]
    if principal is not None:
        found.append(trail.calls_of(principal_named(trail, principal).sessions))
    if session is not None:
        found.append(trail.calls_of(by_session_name(trail, session)))
    if resource is not None:
        found.append(touching(trail, resource_named(trail, resource), None))
    calls = found[0] if found else trail.within(trail.store.calls.all(trail.limits.window))
    for more in found[1:]:
        calls = np.intersect1d(calls, more)
    return calls


def _kinds(action: str | None, outcome: str | None, service: str | None) -> Iterator[Callable[[Kind], bool]]:
    if action is not None:
        wanted = action.lower()
        yield lambda kind: any(
            fnmatchcase(name.lower(), wanted) for name in (kind.action, kind.name, operation(kind.name))
        )
    if outcome is not None:
        yield lambda kind: kind.outcome == outcome
    if service is not None:
        yield lambda kind: service in {kind.source, kind.source.partition(".")[0], kind.action.partition(":")[0]}


def call_row(trail: Trail, call: int) -> Call:
    """What is known of one call."""
    held = trail.store.calls
    kind = held.kinds[held.column("kind")[call]]
    caller = held.callers[held.column("caller")[call]]
    client = held.clients[held.column("client")[call]]
    session = trail.session_at(int(trail.sessions(np.array([call]))[0]))
    return Call(
        time=iso(int(held.column("time")[call])),
        event_id=held.event_id(call),
        event_source=kind.source,
        event_name=kind.name,
        action=kind.action,
        outcome=kind.outcome,
        error_code=kind.error_code,
        class_=access_class(kind),
        read_only=kind.read_only,
        truncated=kind.truncated,
        via=caller.via,
        region=kind.region,
        account=kind.account,
        principal=session.principal,
        session=session.key,
        session_name=session.name,
        late=session.expires is not None and int(held.column("time")[call]) > session.expires + _LATE,
        principal_account=caller.account,
        identity_type=caller.type,
        identity_arn=caller.arn,
        access_key=caller.access_key,
        address=client.address,
        agent=client.agent,
        resources=tuple(Touched(resource=trail.store.key(node), role=role) for node, role in held.touches(call)),
        issued=tuple(
            Issued(
                access_key=issue.key,
                session=trail.store.key(issue.session) if issue.session >= 0 else None,
                principal=issue.target,
                session_name=issue.name,
            )
            for issue in held.issued(call)
        ),
    )
