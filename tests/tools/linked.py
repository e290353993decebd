"""Who became whom, for tests of the rules that say it: a user, a role that is assumed, and what is asked about it."""

import cloudtrail as ct

import graphtrail

ALICE, BOB = ct.user("alice", "AKIAALICEALICEALICE0"), ct.user("bob", "AKIABOBBOBBOBBOBBOB0")
ALICES, BOBS = "key:AKIAALICEALICEALICE0", "key:AKIABOBBOBBOBBOBBOB0"
ARN = "arn:aws:iam::111122223333:user/"
STORE = "arn:aws:identitystore::111122223333:identitystore/d-1"
IN_USE = "ASIAINUSEINUSEINUSE0"


def origin(case: graphtrail.Case, session: str, **limits: str):
    """The one row about a session."""
    (row,) = case.ask.origin(session, **limits).rows
    return row


def assumed(clock: str, who: ct.Record, key: str = "ASIAISSUEDISSUEDISS0", session: str = "build"):
    """Somebody assumes the role ``deploy``, and is handed this key."""
    return ct.assume_role(clock, who, "deploy", session, key)


def used(clock: str, since: str, key: str = IN_USE, session: str = "build", **fields: str):
    """A key of the role, held since a time of the day, reads; ``fields`` are of its userIdentity."""
    return ct.get_object(clock, ct.role("deploy", session, key, since) | fields, "jewels", "a")
