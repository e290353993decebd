"""Secrets that records hold, and their removal before anything is stored, printed or drawn.

STS writes the whole session token into ``responseElements.credentials.sessionToken``; it can be alive for 36 hours.
Source: AWS STS API Reference, ``Credentials``; real records of AssumeRole.
"""

import re

import msgspec

from graphtrail.events.record import Json, Text

REMOVED = "(secret removed)"

# Names of fields that hold a secret, lower case, without separators.
_NAMES = frozenset({
    "accesstoken", "assertion", "authorizationtoken", "authtoken", "bearertoken", "clientsecret", "currentpassword",
    "idtoken", "masteruserpassword", "newpassword", "oldpassword", "passcode", "password", "passworddata", "privatekey",
    "refreshtoken", "samlassertion", "samlresponse", "secretaccesskey", "secretbinary", "secretkey", "secretstring",
    "securitytoken", "servicepassword", "sessiontoken", "signintoken", "subjecttoken", "token", "tokenvalue",
    "webidentitytoken", "xamzsecuritytoken",
})  # fmt: skip
# The same behind a name of one's own, as in variables of a function's environment: AWS_SECRET_ACCESS_KEY, DB_PASSWORD.
_NAME_TAILS = ("clientsecret", "password", "privatekey", "secretaccesskey", "securitytoken", "sessiontoken")
_SEPARATORS = re.compile(r"[-_.\s]")
# How session tokens of AWS begin, as base64, and signed tokens of OpenID Connect; as far as their alphabets go on.
_BEGINNINGS = ("IQoJb3JpZ2lu", "FwoGZXIv", "FQoGZXIv", "eyJ")
_TOKEN = re.compile(r"(?:IQoJb3JpZ2lu|FwoGZXIv|FQoGZXIv)[A-Za-z0-9+/=%_-]*|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.=-]{8,}")
# A secret under its name in a text: of a URL (``SigninToken=...``) or of JSON that is kept as text.
_NAMED = re.compile(
    r"((?:password|(?:session|security|signin|webidentity)[-_]?token|secret[-_]?access[-_]?key|saml[-_]?assertion)"
    r"\\*\"?\s*(?:[:=]|%3d)\s*)(?:(\\*\")(?!\(secret)[^\"]+|(?!\\|\(secret)[^\s\"'&<>]+)",
    re.IGNORECASE,
)
_NAME_ENDS = ("password", "token", "accesskey", "access-key", "access_key", "assertion")
_BEHIND_NAMES = frozenset('\\"=:% \t\r\n\x0b\x0c')
_DEEPEST = 100


def clean(words: str) -> str:
    """The text with every session token, signed token, and secret under its name, in it removed."""
    if any(mark in words for mark in _BEGINNINGS):
        words = _TOKEN.sub(REMOVED, words)
    return _NAMED.sub(rf"\1\2{REMOVED}", words) if _names_one(words) else words


def _names_one(words: str) -> bool:
    """Whether a text may hold a secret under its name; many times as fast as the search for it."""
    small = words.lower()
    for end in _NAME_ENDS:
        at = small.find(end)
        while at >= 0:
            at += len(end)
            if not _BEHIND_NAMES.isdisjoint(small[at : at + 1]):
                return True
            at = small.find(end, at)
    return False


def cleaned(values: list[Text]) -> list[Text]:
    """Many texts, each clean; where none of them holds a secret, as nearly always, that costs one look at all."""
    joined = "\0".join(value for value in values if value)
    if not (any(mark in joined for mark in _BEGINNINGS) or _names_one(joined)):
        return values
    return [value and clean(value) for value in values]


def without_secrets(value: Json, name: str = "", depth: int = 0) -> Json:
    """The value with the contents of secret fields, and tokens in any text, removed; null stays null.

    Args:
        value: any part of a record.
        name: of the field that holds it.
        depth: how many objects and arrays it lies in; what lies too deep for any record of AWS's is left out.
    """
    if depth > _DEEPEST:
        return "(nested too deeply)"
    if isinstance(value, dict):
        return {clean(key): without_secrets(held, key, depth + 1) for key, held in value.items()}
    if isinstance(value, list):
        return [without_secrets(held, name, depth + 1) for held in value]
    if value is not None and _names_secret(name, value):
        return REMOVED
    return _clean_json(value, depth) if isinstance(value, str) else value


def _names_secret(name: str, value: Json) -> bool:
    """Whether a field of this name holds a secret; ``usePassword: true`` does not."""
    bare = _SEPARATORS.sub("", name).lower()
    return bare in _NAMES or (bare.endswith(_NAME_TAILS) and not isinstance(value, bool))


def _clean_json(words: str, depth: int) -> str:
    """A text that may be JSON, as requests and policies often are, without the secrets in it."""
    if words.lstrip()[:1] in {"{", "["}:
        try:
            held = msgspec.json.decode(words)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return clean(words)
        safe = without_secrets(held, depth=depth + 1)
        if safe != held:
            return msgspec.json.encode(safe).decode()
    return clean(words)
