"""Turns calls into records.

A ``Caller`` is how requests are signed: which ``userIdentity`` they show, from where, with which agent. One session
may have several: a console sign-in signs with many minted keys, a service calls on behalf of a session with another.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Raw
from msgspec.structs import replace

from graphtrail.simulate.catalogue import Call
from graphtrail.simulate.clock import START, iso
from graphtrail.simulate.delivery import Delivery
from graphtrail.simulate.dice import Dice
from graphtrail.simulate.identity import UserIdentity, on_behalf_of
from graphtrail.simulate.ledger import Busy, Ledger, Session
from graphtrail.simulate.organisation import Person
from graphtrail.simulate.places import Site, fill_words
from graphtrail.simulate.records import NULL, Record, encode, tls

NOTHING: Mapping[str, str] = MappingProxyType({})

_ERROR_BYTES = "283"  # the length of an error in XML


class Failure(NamedTuple):
    """Why a call failed: ``errorCode`` and ``errorMessage``."""

    code: str
    message: str


class Caller:
    """How the calls of a session are signed and where they come from.

    Args:
        session: whose calls they are.
        identity: ``userIdentity``.
        site: the place that it calls in.
        home: the place in the same account where global services are logged.
        address: ``sourceIPAddress``.
        agent: ``userAgent``.

    Attributes:
        sent_by_service: whether a service sent the requests, which then show no ``tlsDetails``.
        console: whether the records are flagged ``sessionCredentialFromConsole``.
        endpoint: the VPC endpoint that the requests pass; None over the internet.
        early: seconds by which the clock of its endpoint is slow.
        busy: for users, when their sessions last called.
        forwarded: the key of the family, for calls that a service makes for the session; else empty.
        stamped: ``userIdentity`` with ``onBehalfOf``; None if no service shows it.
    """

    __slots__ = (
        "address", "agent", "arn", "busy", "console", "early", "endpoint", "forwarded", "home", "identity", "modern",
        "older", "sent_by_service", "session", "site", "stamped",
    )  # fmt: skip

    def __init__(
        self, session: Session, identity: UserIdentity, site: Site, home: Site, address: str, agent: str
    ) -> None:
        self.session = session
        self.identity = identity
        self.site = site
        self.home = home
        self.address = address
        self.agent = agent
        self.arn = identity.arn or identity.principal_id or ""
        self.modern = identity.written(modern=True)
        self.older = identity.written(modern=False)
        self.stamped: Raw | None = None
        self.sent_by_service = identity.invoked_by is not None
        self.forwarded = ""
        self.console = False
        self.endpoint: str | None = None
        self.early = 0
        self.busy: Busy | None = None

    def current(self) -> "Caller":
        """Itself: all its calls are signed alike."""
        return self

    def stamp(self, person: Person) -> None:
        """From now on, services that do so show the person in ``onBehalfOf``."""
        self.session.person = person
        self.stamped = replace(self.identity, on_behalf_of=on_behalf_of(person)).written(modern=True)


class Recorder:
    """Writes records and counts them.

    Args:
        delivery: where they go.
        ledger: where sessions are kept.
        dice: chance.
    """

    def __init__(self, delivery: Delivery, ledger: Ledger, dice: Dice) -> None:
        self.delivery = delivery
        self.ledger = ledger
        self.dice = dice
        self.now = START
        self.events = 0

    def write(self, place: Site, record: Record) -> None:
        """Deliver a finished record, unless no trail covers the account."""
        if place.account.observed:
            self.events += 1
            self.delivery.add(place, encode(record), self.now)

    def call(
        self,
        caller: Caller,
        call: Call,
        bind: Mapping[str, str] = NOTHING,
        failure: Failure | None = None,
        site: Site | None = None,
        shared: tuple[str, str] | None = None,
    ) -> str:
        """Log a call.

        Args:
            caller: who calls.
            call: what is called.
            bind: words of the templates whose values are not left to chance.
            failure: why it fails; None if it succeeds.
            site: whose log it goes to, if not the caller's.
            shared: ``sharedEventID`` and ``requestID``, of a call that another account logs too.

        Returns:
            Its ``eventID``, or an empty text if no trail covers the account.
        """
        place = site or (caller.home if call.everywhere else caller.site)
        if not place.account.observed:
            return ""
        dice = self.dice
        values = fill_words(call.words, place, dice, self.now, bind)
        if failure is not None:
            values["bytes"] = _ERROR_BYTES
        event_id = dice.uuid()
        mute = failure is not None and call.mute
        agent = f"[{caller.agent}]" if call.s3 and not caller.sent_by_service else caller.agent
        self.write(
            place,
            Record(
                event_version=call.version,
                user_identity=self._identity(caller, call),
                event_time=iso(self.now - caller.early),
                event_source=call.source,
                event_name=call.name,
                aws_region=place.region,
                source_ip_address=caller.address,
                user_agent=agent,
                error_code=failure.code if failure else None,
                error_message=failure.message if failure else None,
                request_parameters=NULL if mute else call.request.fill(values),
                response_elements=NULL if failure else call.response.fill(values),
                additional_event_data=call.extra.fill(values) if call.extra else None,
                request_id=shared[1] if shared else self.request_id(call),
                event_id=event_id,
                read_only=call.read_only,
                resources=call.resources.fill(values) if call.resources and not mute else None,
                event_type="AwsApiCall",
                management_event=call.category == "Management",
                recipient_account_id=place.account.id,
                shared_event_id=shared[0] if shared else None,
                vpc_endpoint_id=caller.endpoint,
                event_category=call.category,
                tls_details=None if caller.sent_by_service else tls(_host(call, place, values)),
                session_credential_from_console="true" if caller.console else None,
            ),
        )
        self.count(caller)
        return event_id

    def _identity(self, caller: Caller, call: Call) -> Raw:
        if not call.modern:
            return caller.older
        if call.stamps and caller.stamped is not None:
            caller.session.stamped = True
            return caller.stamped
        return caller.modern

    def count(self, caller: Caller) -> None:
        """Note that a record of this caller was written."""
        if caller.forwarded:
            family = self.ledger.forwarded[caller.forwarded]
            family.records += 1
            family.last = self.now
            if caller.busy is not None:
                caller.busy.forward(family, self.now)
            return
        caller.session.records += 1
        if caller.busy is not None:
            caller.busy.direct(caller.session, self.now)

    def request_id(self, call: Call) -> str:
        """A new ``requestID``: sixteen letters and digits of S3, a UUID elsewhere."""
        return self.dice.base32(16) if call.s3 else self.dice.uuid()


def _host(call: Call, place: Site, values: Mapping[str, str]) -> str:
    bucket = values.get("bucket") if call.s3 else None
    if bucket:
        return f"{bucket}.s3.{place.region}.amazonaws.com"
    return call.host % place.region if "%" in call.host else call.host
