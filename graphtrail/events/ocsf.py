"""Records that came as OCSF, back in the form of CloudTrail: what Security Lake and others made of them is undone.

API Activity (6003, in release candidates 3005), Account Change (3001), Authentication (3002) and User Access (3005) of
OCSF 1.0 to 1.6. Where a field has changed its name or meaning between versions, its value decides: of
``actor.user.uid`` and its neighbours the ARN is the ARN, whichever version put it where. What OCSF has no place for
stands in ``unmapped``, as an object, as dotted names, or as JSON in text; ``raw_data`` is the record itself, and then
nothing else is needed.
Sources: schema.ocsf.io, versions 1.0.0 to 1.6.0, classes and objects; the mappings of AWS, published with samples as
github.com/ocsf/examples, mappings/markdown/AWS; Amazon Security Lake User Guide, "Open Cybersecurity Schema Framework".
"""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from graphtrail.events.record import Json, Text, mapping, text

CLASSES = {6003: "API Activity", 3001: "Account Change", 3002: "Authentication", 3005: "User Access"}
_CATEGORIES = frozenset({"Management", "Data", "NetworkActivity", "Insight"})
_PARTS = frozenset(
    {"userIdentity", "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources",
     "addendum"}
)  # fmt: skip
_PLAIN = (
    "eventVersion", "eventType", "eventCategory", "readOnly", "managementEvent", "sharedEventID", "vpcEndpointId",
    "recipientAccountId", "sessionCredentialFromConsole", "errorCode", "errorMessage", "requestID", "apiVersion",
)  # fmt: skip
_FEDERATED = frozenset({"SAMLUser", "WebIdentityUser"})
_UNIQUE_ID = ("AIDA", "AROA", "AGPA", "ANPA", "AIPA")
_MILLISECONDS = 10**11  # a time in seconds is less for three thousand years
RAW, BARE = " with the record itself", " without unmapped fields"
Object = dict[str, Json]


class NoCall(Exception):
    """An OCSF event that stands for no call of AWS; its text says for what."""


class Converted(NamedTuple):
    """A record in CloudTrail's form, and in which it came: ``OCSF 1.5.0``, and what that has lost."""

    record: Object
    form: str


def converted(event: Object) -> Converted:
    """The CloudTrail record behind an OCSF event.

    Raises:
        NoCall: it is of another class, or of another product.
    """
    number = event.get("class_uid")
    name = CLASSES.get(number) if isinstance(number, int) else None
    if name is None:
        raise NoCall(f"OCSF class {text(number)} ({text(event.get('class_name')) or 'unnamed'})")
    metadata = mapping(event.get("metadata"))
    version = text(metadata.get("version")) or "of an unknown version"
    raw = _json(event.get("raw_data"))
    if isinstance(raw, dict) and raw.get("eventName"):
        return Converted(raw, f"OCSF {version}{RAW}")
    api = mapping(event.get("api"))
    service = text(mapping(api.get("service")).get("name"))
    if not text(api.get("operation")) or not service or not service.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        product = text(mapping(metadata.get("product")).get("name")) or "an unnamed product"
        raise NoCall(f"OCSF {name} of {product}, no call of AWS")
    return Converted(_record(event, metadata, api), f"OCSF {version}{'' if event.get('unmapped') else BARE}")


def _record(event: Object, metadata: Object, api: Object) -> Object:
    rest = _unflattened(event.get("unmapped"))
    product, cloud = mapping(metadata.get("product")), mapping(event.get("cloud"))
    source, request, response = mapping(event.get("src_endpoint")), mapping(api.get("request")), _response(event, api)
    said: Object = {
        "eventVersion": product.get("version"),
        "userIdentity": _identity(event, mapping(rest.get("userIdentity"))),
        "eventTime": _time(event.get("time")) or _time(event.get("time_dt")),
        "eventSource": mapping(api.get("service")).get("name"),
        "eventName": api.get("operation"),
        "awsRegion": cloud.get("region"),
        "sourceIPAddress": _first(source.get("ip"), source.get("domain"), source.get("hostname")),
        "userAgent": mapping(event.get("http_request")).get("user_agent"),
        "errorCode": _error(event, response),
        "errorMessage": response.get("message"),
        "requestID": request.get("uid"),
        "eventID": metadata.get("uid"),
        "eventType": metadata.get("event_code"),
        "recipientAccountId": _account(cloud),
        "vpcEndpointId": source.get("uid"),
        "eventCategory": _category(product, rest),
        "resources": _resources(event, rest),
        "requestParameters": _request(event, request, rest),
        "responseElements": _answer(event, response, rest),
        "additionalEventData": _additional(event, mapping(rest.get("additionalEventData"))),
    }
    beside = {name: rest[name] for name in (*_PLAIN, "serviceEventDetails", "addendum") if name in rest}
    # an empty text is what a writer makes of what was not there
    return beside | {name: value for name, value in said.items() if value not in (None, "", {}, [])}


def _unflattened(unmapped: Json) -> Object:
    """What OCSF has no place for, as a record has it: ``a.b`` is ``b`` of ``a``; JSON in text is read."""
    found: Object = {}
    for path, value in sorted(mapping(unmapped).items()):
        top, *below = path.split(".")
        if value in (None, "") or (top not in _PARTS and top not in _PLAIN):
            continue
        at = found
        for name in [top, *below][:-1]:
            inner = at.get(name)
            if not isinstance(inner, dict):
                inner = at[name] = {}
            at = inner
        held = _json(value)
        last = below[-1] if below else top
        at[last] = held | mapping(at.get(last)) if isinstance(held, dict) else held
    return found


def _json(value: Json) -> Json:
    """The value that JSON in text stands for; anything else is itself."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            read: Json = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
        return read
    return value


def _first(*values: Json) -> Text:
    return next((found for value in values if (found := text(value))), None)


def _account(held: Object) -> Text:
    """The account of something: ``account.uid`` since 1.0, ``account_uid`` before."""
    return _first(mapping(held.get("account")).get("uid"), held.get("account_uid"))


def _time(value: Json) -> Text:
    """A time as CloudTrail writes it, of epoch milliseconds or ISO 8601 with any zone; what is none stays as it is."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000 if abs(value) > _MILLISECONDS else value, UTC)
        elif isinstance(value, str) and value:
            read = datetime.fromisoformat(value)
            moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):  # no time, or one before year 1 or after year 9999
        return str(value)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _category(product: Object, rest: Object) -> Text:
    """``Management`` and the like; version 1.0 names all of them for each."""
    named = text(mapping(product.get("feature")).get("name"))
    if named in _CATEGORIES:
        return named
    managing = str(rest.get("managementEvent") or "").lower()
    return text(rest.get("eventCategory")) or {"true": "Management", "false": "Data"}.get(managing)


def _identity(event: Object, rest: Object) -> Object:
    actor = mapping(event.get("actor"))
    user, session, idp = mapping(actor.get("user")), mapping(actor.get("session")), mapping(actor.get("idp"))
    kind = text(user.get("type"))
    ids = [one for name in ("uid", "uuid", "uid_alt") if (one := text(user.get(name)))]
    # Who comes from a provider has no ARN, and a name that may look like one.
    arn = next((one for one in ids if one.startswith("arn:")), None) if kind not in _FEDERATED else None
    others = [one for one in ids if one != arn]
    person = text(idp.get("uid"))
    behalf = next((one for one in others if person and not one.startswith(_UNIQUE_ID)), None)
    principal = next((one for one in others if one != behalf), None)
    context = _session(session, idp, kind, principal, mapping(rest.get("sessionContext")))
    if behalf and not principal and arn:
        issuer = text(mapping(context.get("sessionIssuer")).get("principalId"))
        principal = f"{issuer}:{arn.rpartition('/')[2]}" if issuer else None
    credential = "credentialId" if kind == "IdentityCenterUser" else "accessKeyId"
    said: Object = {
        "type": kind,
        "principalId": principal,
        "arn": arn,
        "accountId": _account(user),
        credential: text(user.get("credential_uid")),
        "userName": None if kind == "IdentityCenterUser" else text(user.get("name")),
        "invokedBy": text(actor.get("invoked_by")),
        "identityProvider": text(idp.get("name")) if kind in _FEDERATED else None,
        "sessionContext": context,
        "onBehalfOf": {"userId": behalf, "identityStoreArn": person} if behalf else None,
    }
    return rest | {name: value for name, value in said.items() if value not in (None, "", {})}


def _session(session: Object, idp: Object, kind: Text, principal: Text, rest: Object) -> Object:
    created = _time(session.get("created_time")) or _time(session.get("created_time_dt"))
    mfa = session.get("is_mfa", session.get("mfa"))
    attributes: Object = {"creationDate": created, "mfaAuthenticated": None if mfa is None else str(mfa).lower()}
    said = mapping(rest.get("attributes")) | {name: value for name, value in attributes.items() if value}
    issuer, issuer_arn = mapping(rest.get("sessionIssuer")), text(session.get("issuer"))
    if issuer_arn:
        issuer = _issuer(issuer_arn, principal) | issuer
    federated = mapping(rest.get("webIdFederationData"))
    if kind not in _FEDERATED and text(idp.get("name")):
        federated = {"federatedProvider": idp["name"]} | federated
    made: Object = {"attributes": said, "sessionIssuer": issuer, "webIdFederationData": federated}
    return rest | {name: value for name, value in made.items() if value}


def _issuer(arn: str, principal: Text) -> Object:
    """The session issuer, as far as its ARN and the session's own id tell it."""
    parts = arn.split(":")
    path = parts[-1].split("/")
    kinds = {"role": "Role", "user": "IAMUser", "root": "Root"}
    said: Object = {"type": kinds.get(path[0]), "arn": arn, "userName": path[-1] if len(path) > 1 else None}
    said["accountId"] = parts[4] if len(parts) > 5 else None  # noqa: PLR2004 - arn:partition:service:region:account:name
    said["principalId"] = principal.partition(":")[0] if principal else None
    return {name: value for name, value in said.items() if value}


def _response(event: Object, api: Object) -> Object:
    held = mapping(api.get("response"))
    return held if held.get("message") else held | {"message": event.get("status_detail")}


def _error(event: Object, response: Object) -> Text:
    """Why the call failed: a sign-in says so in its answer, and then there is no error code."""
    said = text(response.get("error"))
    failed = text(event.get("status")) == "Failure" or event.get("status_id") == 2  # noqa: PLR2004 - Failure, in OCSF
    if said or not failed or _signs_in(event):
        return said
    return _first(event.get("status_code"), response.get("code")) or "Failure"


def _signs_in(event: Object) -> bool:
    return text(mapping(mapping(event.get("api")).get("service")).get("name")) == "signin.amazonaws.com"


def _request(event: Object, request: Object, rest: Object) -> Json:
    held = _json(request.get("data")) or rest.get("requestParameters")
    if held or event.get("class_uid") != 3002 or _signs_in(event):  # noqa: PLR2004 - Authentication
        return held
    user = mapping(event.get("user"))
    said: Object = {"roleArn": text(user.get("uid")), "roleSessionName": text(user.get("name"))}
    return {name: value for name, value in said.items() if value}


def _answer(event: Object, response: Object, rest: Object) -> Json:
    held = _json(response.get("data")) or rest.get("responseElements")
    if held or event.get("class_uid") != 3002:  # noqa: PLR2004 - Authentication
        return held
    if _signs_in(event):
        status = text(event.get("status"))
        return {text(mapping(event.get("api")).get("operation")) or "": status} if status else None
    session = mapping(event.get("session"))
    key, arn, uid = (text(session.get(name)) for name in ("credential_uid", "uid", "uid_alt"))
    said: Object = {"credentials": {"accessKeyId": key}} if key else {}
    return said | ({"assumedRoleUser": {"arn": arn, "assumedRoleId": uid}} if arn else {})


def _additional(event: Object, rest: Object) -> Object:
    said = dict(rest)
    to = text(mapping(event.get("dst_endpoint")).get("svc_name"))
    if to:
        said.setdefault("LoginTo", to)
    if _signs_in(event):
        if isinstance(event.get("is_mfa"), bool):
            said.setdefault("MFAUsed", "Yes" if event["is_mfa"] else "No")
        user = mapping(mapping(event.get("actor")).get("user"))
        if text(user.get("type")) == "IdentityCenterUser" and text(user.get("name")):
            said.setdefault("UserName", user["name"])
    return said


def _resources(event: Object, rest: Object) -> Json:
    listed = event.get("resources") or rest.get("resources")
    if not isinstance(listed, list):
        return None
    found: list[Json] = []
    for one in map(mapping, listed):
        said: Object = {
            "type": one.get("type"),
            "ARN": _first(one.get("uid"), one.get("ARN"), one.get("arn")),
            "accountId": _first(_account(mapping(one.get("owner"))), _account(one), one.get("accountId")),
        }
        found.append({name: value for name, value in said.items() if value})
    return found
