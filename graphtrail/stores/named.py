"""Names of a case, its nodes and relationships on a server, and the rows that carry them."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

# Neo4j indexes no text of more than some 8,000 bytes: a longer key, which only a forged record has, is shortened there.
LONGEST = 4_000

LONG = "long_values"  # the property that keeps what is shortened, beside ``long_key``
SESSION_INDEXED = ("session_arn", "session_name")
EVENT_INDEXED = ("action", "access_key", "identity_arn", "signed")

DIGEST = 15  # bytes of what ``hashed`` makes of a key

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """Under which name a case stands on a server.

    Attributes:
        case_id: its name there.
        load: of which state of the case the rows are: every node and relationship carries it, so that what an earlier
            state left is known by another one.
    """

    case_id: str
    load: str

    def uid(self, key: str) -> str:
        """The unique id of a node, or of a relationship by its own key."""
        return f"{self.case_id}|{indexed(key)}"


def indexed(key: str) -> str:
    """A key as an index takes it: one that is too long keeps its beginning, and its SHA-256 tells it from others."""
    if len(key) <= LONGEST // 4:
        return key
    written = key.encode()
    if len(written) <= LONGEST:
        return key
    return f"{written[:200].decode(errors='ignore')}#sha256:{hashlib.sha256(written).hexdigest()}"


def node(name: Named, key: str, said: Mapping[str, Any], short: Iterable[str] = ()) -> Row:
    """The row of a node by its key, with what it says; some of its texts as an index takes them."""
    uid = name.uid(key)
    properties = {"uid": uid, "case_id": name.case_id, "load": name.load, "key": indexed(key)}
    if properties["key"] != key:
        properties["long_key"] = key
    properties |= known(said)
    long = {one: properties[one] for one in short if len(properties.get(one, "")) > LONGEST // 4}
    shortened = {one: text for one, value in long.items() if (text := indexed(value)) != value}
    if shortened:
        properties |= shortened | {LONG: msgspec.json.encode({one: long[one] for one in shortened}).decode()}
    return {"uid": uid, "properties": properties}


def relationship(name: Named, source: str, target: str, key: str, said: Mapping[str, Any]) -> Row:
    """The row of a relationship between two nodes by their keys, with its own key and what it says."""
    properties = {"uid": name.uid(key), "case_id": name.case_id, "load": name.load}
    return {"source": name.uid(source), "target": name.uid(target), "properties": properties | known(said)}


def known(said: Mapping[str, Any]) -> dict[str, Any]:
    """What has a value; a server knows no property without one."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in said.items()
        if value is not None and value != ()
    }


def hashed(*parts: str) -> str:
    """A short text for a key of several parts."""
    return base64.urlsafe_b64encode(hashlib.blake2b(lengthened(*parts), digest_size=DIGEST).digest()).decode()


def lengthened(*parts: str) -> bytes:
    """Parts one after the other, so that other parts never give the same bytes."""
    return b"".join([b"%d:%b" % (len(part), part) for part in map(str.encode, parts)])
