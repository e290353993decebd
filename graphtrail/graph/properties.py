"""What nodes and relationships say on a server: each property declared once, with its type and unit.

The page docs/schema.md, the files for ``neo4j-admin`` and the tests of the rows follow from it.
"""

from typing import NamedTuple

from graphtrail.graph.schema import RELATIONS

TEXT, INTEGER, TRUTH = "text", "integer", "true or false"
TEXTS, INTEGERS = "list of texts", "list of integers"
_SECONDS = "epoch seconds, UTC"


class Property(NamedTuple):
    """One property; it is absent where nothing is known.

    Attributes:
        name: as it stands on the server.
        type: one of the types above.
        about: what it says, with its unit.
    """

    name: str
    type: str
    about: str


def _texts(**about: str) -> tuple[Property, ...]:
    return tuple(Property(name, TEXT, said) for name, said in about.items())


def _integers(**about: str) -> tuple[Property, ...]:
    return tuple(Property(name, INTEGER, said) for name, said in about.items())


def _truths(**about: str) -> tuple[Property, ...]:
    return tuple(Property(name, TRUTH, said) for name, said in about.items())


def _lists(**about: str) -> tuple[Property, ...]:
    return tuple(Property(name, TEXTS, said) for name, said in about.items())


_OWN = _texts(
    uid="case and key: unique on the server",
    case_id="name of the case",
    load="which state of the case it belongs to",
)
EVERY_NODE = _OWN + _texts(
    key="unique in its case: an ARN, `key:ASIA...`, `ip:192.0.2.1`, `evt:` and an event id",
    long_key="the whole key, where it is longer than 4,000 bytes and `key` is shortened",
    long_values="the whole values of other properties with an index that are shortened for the same reason: JSON",
    name="short text to read",
)
EVERY_RELATIONSHIP = _OWN

_ENTITY = (
    *_integers(number="its place among the nodes of the case"),
    *_texts(label="its kind", account="of its ARN", region="of its ARN"),
    *_lists(
        unique_ids="of a principal: `AIDA...`, `AROA...`",
        owner_accounts="of a bucket, whose ARN names none: who owns it, as `resources[]` says",
    ),
    *_truths(recreated="deleted and made again under one name"),
)
_SESSION = (
    *_integers(number="its place among the nodes of the case"),
    *_texts(
        kind="`temporary`, `long_lived`, `console_family`, `fas_family`, `service`, `bearer`, `anonymous` or `unused`",
        principal="key of its principal",
        principal_label="kind of its principal",
        principal_uid="unique id of its principal",
        session_name="name that the caller of AssumeRole chose",
        session_arn="ARN of the session as recorded",
        issuer="of a federated user who called GetFederationToken",
    ),
    *_integers(
        created=f"{_SECONDS}",
        expires=f"{_SECONDS}; absent of what does not end",
        first_seen=f"of its calls, {_SECONDS}",
        last_seen=f"of its calls, {_SECONDS}",
        calls="how many it made",
    ),
    *_truths(
        expires_assumed="AWS's limit stands for an end that no record states",
        assumed_root="made by AssumeRoot",
        authenticated="the record itself names who it is",
        conflict="its access key is in the records of several principals",
        mfa="signed in with MFA; absent where no record says",
    ),
    *_texts(
        account="of its principal",
        family="key of the family that it is part of",
        workload="key of the instance or function that it runs on",
        workload_rule="rule that found the workload",
        workload_confidence="`exact`, `strong` or `heuristic`",
        source_identity="as set by whoever assumed the role",
        ec2_role_delivery="version of the instance metadata service",
        origin_status="`linked`, `service`, `ambiguous`, `hidden`, `external`, `before_window` or `unknown`",
        origin="key of the principal at the start of its chain, at the default level of confidence",
    ),
    *_lists(
        candidates="keys of possible parents where the evidence does not decide",
        candidate_event_ids="for each of them the event ids that speak for it, separated by spaces",
    ),
)
_EVENT = (
    *_integers(number="its place among the calls of the case", time=f"{_SECONDS}"),
    *_texts(
        event_id="as recorded; of a contradicting record with `#` and a hash",
        action="`s3:GetObject`",
        event_name="as recorded",
        event_source="as recorded",
        region="where it landed",
        account="in whose log it stands",
        category="`Management`, `Data`, ...",
        outcome="`ok`, `denied` or `error`",
        error_code="as recorded",
        access_class="`list`, `read`, `read_data`, `write`, `permissions`, `tagging`, `credential` or `crypto`",
        via="`invokedBy` as recorded: a service that called for somebody",
        identity_type="as recorded",
        identity_arn="as recorded",
        access_key="that signed, as recorded",
        principal_account="of the caller, as recorded",
        address="as recorded",
        agent="as recorded",
        vpc_endpoint="as recorded",
        signed="key of the session that signed, where CALLED comes from the one that it was made for",
    ),
    *_truths(read_only="as recorded", truncated="too large for CloudTrail, which left something out; else absent"),
    *_integers(
        signed_number="number of the session that signed, where `signed` is",
        file="number of its file, where files were checked",
        given_back="how sure it is for whom a service called: 1 heuristic, 2 strong, 3 exact",
        id_high="of an event id that is no UUID: what it is ordered by",
        id_low="the same, second half",
    ),
    *_lists(copies="event ids of its copies in other accounts"),
)
_CREDENTIAL = _texts(
    action="that handed it out",
    access_key="its id, absent where the record hides it",
    session="key of the session that it opened",
    principal="key of the principal whose credential it is",
    session_name="as asked for",
) + _integers(place="among those of its call")
_CASE = (
    *_texts(
        digest="SHA-256 of its facts",
        origin="tells cases of one name apart",
        calls="which single calls are here: `all`, `none` or `around` and a seed",
        about="what is known of the case as a whole: JSON",
        fetched="what was fetched of the buckets and APIs that the case was made from: JSON",
        unverified="names of files that are not verified, by number: JSON; absent where no file was checked",
        loading="the state that is being loaded, or was when its load was stopped",
    ),
    *_integers(
        version="of this schema",
        nodes="how many nodes it has, this one left out",
        relationships="how many relationships it has",
        done="batches of a load that was stopped",
    ),
    Property("checked", INTEGERS, "status of each file; absent where no file was checked"),
    *_lists(roles="of resources, in the order of their codes"),
)
NODES: dict[str, tuple[Property, ...]] = {
    "Session": _SESSION,
    "Action": _texts(action="`s3:GetObject`", outcome="`ok`, `denied` or `error`", error_code="as recorded"),
    "Event": _EVENT,
    "Copy": _texts(event_id="of the copy") + _integers(place="among the copies of its call"),
    "Credential": _CREDENTIAL,
    "Case": _CASE,
}

_CONTROL = (
    *_integers(
        number="its place among the control edges of the case",
        at=f"of the call, {_SECONDS}",
        until=f"last moment at which the source must have been held, {_SECONDS}; 2^62 is no limit",
        since=f"first moment at which the target is then held, {_SECONDS}",
        level="3 exact, 2 strong, 1 heuristic: for comparisons",
    ),
    *_texts(
        confidence="`exact`, `strong` or `heuristic`",
        rule="that drew it: `L1` to `L28` or `record`",
        detail="the action that issued it, or what was made",
    ),
    *_lists(event_ids="the calls that prove it, by time"),
)
_SUM = (
    *_integers(
        count="distinct calls behind it",
        first_seen=f"of them, {_SECONDS}",
        last_seen=f"of them, {_SECONDS}",
        event_total="how many proofs there are",
    ),
    *_texts(role="of ON: `target`, `source`, `created`, `context`, `passed` or `mentioned`"),
    *_lists(event_ids="the first and the last ten of them"),
)
_AT = _integers(at=f"of the call, {_SECONDS}")
SUMS = frozenset({"PERFORMED", "ON", "FROM", "SIGHTED_AT", "CLAIMS", "IN"})
CALLS = frozenset({"CALLED", "AT", "COPY_OF", "HANDED_OUT", "OPENS"})


def of_node(label: str) -> tuple[Property, ...]:
    """The properties of nodes of a kind, those of every node first."""
    return EVERY_NODE + NODES.get(label, _ENTITY)


def of_relationship(name: str) -> tuple[Property, ...]:
    """The properties of relationships of a type, those of every relationship first."""
    if name in SUMS:
        return EVERY_RELATIONSHIP + _SUM
    if name in CALLS:
        own = _texts(role="in which the call names it") + _integers(place="among those of the call")
        return EVERY_RELATIONSHIP + _AT + (own if name == "AT" else ())
    return EVERY_RELATIONSHIP + _CONTROL


CONTROL = tuple(name for name in RELATIONS if name not in SUMS | CALLS)
