"""What a bare name stands for: ``bob``, ``crown-jewels``, ``i-0123...``, ``AIDA...``, an account number."""

import re
from collections.abc import Callable, Iterable

from graphtrail import arn as arns
from graphtrail.errors import AmbiguousName
from graphtrail.events.identity import unique_id
from graphtrail.graph.sessions import undivided
from graphtrail.questions.trail import Trail
from graphtrail.stores.store import EntityNode, SessionNode

_ACCOUNT = re.compile(r"(?:account:)?([0-9]{12})")
# An id that AWS hands out names one thing; sessions are called by it, too: those of an instance by the instance's.
_HANDED_OUT = re.compile(r"[a-z]+-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_SECRET_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}")
# A device for MFA, which goes by the name of its user.
_DEVICE = re.compile(r":iam:[^:]*:[^:]*:mfa/")
_SHOWN = 10


def account_number(text: str) -> str | None:
    """The account number that a text is, bare or after ``account:``."""
    found = _ACCOUNT.fullmatch(text)
    return found[1] if found else None


def entity_named(trail: Trail, text: str, asked: Callable[[EntityNode], bool] = lambda _: True) -> str | None:
    """The key of the principal, resource or workload that a name or a unique id stands for, None if of none.

    Args:
        trail: the question.
        text: the last part of an ARN, or all behind its resource type; an id such as ``AIDA...``.
        asked: whether one may be meant.

    Raises:
        AmbiguousName: several bear it.
    """
    return _only(text, _entities(trail, text, asked))


def anything_named(trail: Trail, text: str) -> str | None:
    """The key of the entity, or the ARN of the sessions, that a name stands for, None if of none.

    A ``principalId`` (``AROA...:alice``) stands for the sessions that bear it.

    Raises:
        AmbiguousName: several bear it.
    """
    found = _entities(trail, text, lambda _: True)
    if not (found and _HANDED_OUT.fullmatch(text)):
        found += _sessions(trail, text)
    return _only(text, found)


def session_named(trail: Trail, text: str) -> str | None:
    """The ARN of the sessions that have a name, or a ``principalId``, None if none has.

    Raises:
        AmbiguousName: sessions of several ARNs have it.
    """
    return _only(text, _sessions(trail, text))


def _entities(trail: Trail, text: str, asked: Callable[[EntityNode], bool]) -> list[str]:
    """The keys of the entities that bear a name.

    A device for MFA only where nothing else does, objects of a bucket last.
    """
    found = [one for one in trail.store.named(text) if (text in one.unique_ids or _bears(one.key, text)) and asked(one)]
    if _HANDED_OUT.fullmatch(text):  # what else is called by the id of an instance is about that instance
        own = [one for one in found if ":ec2:" in one.key]
    else:
        nearest = min(map(_distance, found), default=0)
        own = [one for one in found if _distance(one) == nearest]
    return [one.key for one in own or found]


def _distance(entity: EntityNode) -> int:
    """How far from one's mind an entity is when one says its name."""
    return 2 if entity.label == "Object" else 1 if _DEVICE.search(entity.key) else 0


def _bears(key: str, text: str) -> bool:
    """Whether a key ends in a name: all of its resource part, all behind the type, or what follows the last slash."""
    if not key.endswith(text):
        return _is_secret(key, text)
    found = arns.parse(key)
    if found is None:  # service:ec2.amazonaws.com, saml:<provider>:<name>, idc:<store>#<user>
        return key[: -len(text)].endswith((":", "#")) and not key.startswith("scope:")
    before = found.resource[: -len(text)]
    return not before or before[-1] in ":/" or (text.startswith("/") and before.isalpha())


def _is_secret(key: str, text: str) -> bool:
    """Whether a key is that of a secret of this name: AWS adds a dash and six characters."""
    name = key.partition(":secret:")[2]
    return ":secretsmanager:" in key and name.startswith(text) and bool(_SECRET_SUFFIX.fullmatch(name[len(text) :]))


def _sessions(trail: Trail, text: str) -> list[str]:
    """The ARNs of the sessions of a name that made calls; where they have none their keys."""
    uid = unique_id(text)
    name = text.partition(":")[2] if uid else text
    found: Iterable[SessionNode] = trail.store.sessions_with("name", {name}) if name else ()
    return sorted({one.arn or undivided(one.key) for one in found if one.calls and uid in {None, one.uid}})


def _only(text: str, found: list[str]) -> str | None:
    if len(found) > 1:
        more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        raise AmbiguousName(
            f"{text} is the name of {len(found):,} things in this case; say which: {', '.join(found[:_SHOWN])}{more}"
        )
    return found[0] if found else None
