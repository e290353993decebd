"""The rows of answers. A field has one meaning everywhere; a field that a row has is always there, None where unknown.

Times are ISO 8601 with ``Z``; accounts are texts of 12 digits; keys of nodes are those of the graph.
"""

import msgspec

Text = str | None
Texts = tuple[str, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What all rows are: values that do not change, readable by name."""


class Hop(Row, frozen=True, kw_only=True):
    """One hop of a chain or path.

    Attributes:
        node: key of the node.
        session: its key where the node is a session, None for a workload or a person.
        principal: key of the principal whose session it is; of a principal its own.
        relation: name of the edge that led here, None of the first.
        at: time of the call behind that edge.
        rule, confidence: of that edge.
        tie: this hop and the one before happened in one second: their order is not recorded.
        event_ids: the calls that prove it.
    """

    node: str
    session: Text
    principal: Text
    relation: Text
    at: Text
    rule: Text
    confidence: Text
    tie: bool
    event_ids: Texts


class Maker(Row, frozen=True, kw_only=True):
    """Who made the key, password or user at which an origin stops: another fact than who used it."""

    principal: Text
    session: str
    event_id: Text
    chain: tuple[Hop, ...]


class Signed(Row, frozen=True, kw_only=True):
    """Who signed.

    Attributes:
        principal: key of the principal.
        session: key of the session.
        session_name: the name that the caller of AssumeRole chose.
        session_arn: ARN of the session as recorded.
        kind: ``temporary``, ``long_lived``, ``console_family``, ``fas_family``, ``service``, ``bearer``, ``anonymous``
            or ``unused``.
        workload: ARN of the instance or function that it runs on.
        created, expires: its life; ``expires_assumed`` if AWS's limit stands for an end that no record states.
    """

    principal: Text
    session: Text
    session_name: Text
    session_arn: Text
    kind: Text
    workload: Text
    created: Text
    expires: Text
    expires_assumed: bool


class Traced(Signed, frozen=True, kw_only=True):
    """Who signed, and who stands behind.

    Attributes:
        origin: principal at the start of the chain, None unless the status is ``linked`` or ``service``.
        origin_status: ``linked``, ``service``, ``ambiguous``, ``hidden``, ``external``, ``before_window``, ``unknown``.
        made_by: who made the key, user or password at which the origin stops.
        candidates: possible parents, undecided or below the level asked for.
        chain: from the origin to the session.
        confidence, rule: the lowest on the chain.
    """

    origin: Text
    origin_status: str
    made_by: Maker | None
    candidates: Texts
    chain: tuple[Hop, ...]
    confidence: str
    rule: Text


class Counted(Traced, frozen=True, kw_only=True):
    """Several calls of one session.

    Attributes:
        count: distinct calls.
        first_seen, last_seen: of them.
        addresses, agents, regions, accounts: theirs; accounts are those whose logs hold them.
        event_ids: the first 20 of them.
        event_total: how many there are.
    """

    count: int
    first_seen: str
    last_seen: str
    addresses: Texts
    agents: Texts
    regions: Texts
    accounts: Texts
    event_ids: Texts
    event_total: int


class Touched(Row, frozen=True, kw_only=True):
    """A resource that a call touched, and in which role."""

    resource: str
    role: str


class Issued(Row, frozen=True, kw_only=True):
    """A credential that a call handed out; the key is None where the record hides it."""

    access_key: Text
    session: Text
    principal: Text
    session_name: Text
