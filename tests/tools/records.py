"""Single records, and what the rules say of each."""

import json

from graphtrail.events import envelopes
from graphtrail.events.facts import Facts, facts

HOME = "111122223333"
ALICE = {
    "type": "IAMUser",
    "principalId": "AIDAALICEALICEALICE22",
    "arn": f"arn:aws:iam::{HOME}:user/alice",
    "accountId": HOME,
    "userName": "alice",
    "accessKeyId": "AKIAALICEALICEALICE2",
}


def said(service: str, name: str, **fields: object) -> Facts:
    """The facts of a call of alice's; ``fields`` stand beside or replace what all records have."""
    held = {
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "eventTime": "2026-03-02T09:00:00Z",
        "eventID": "00000000-0000-4000-8000-000000000000",
        "awsRegion": "eu-central-1",
        "recipientAccountId": HOME,
        "userIdentity": ALICE,
    } | fields
    (parsed,) = envelopes.parse(json.dumps(held).encode()).records
    return facts(parsed)


def touched(service: str, name: str, **fields: object) -> dict[str, str]:
    """The resources of such a call, and their roles."""
    return dict(said(service, name, **fields).touches)
