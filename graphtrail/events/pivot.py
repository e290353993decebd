"""What a pivot is: one effect of one call by which control travels other than by a credential in its answer."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from graphtrail.events.identity import Caller
from graphtrail.events.policies import principal
from graphtrail.events.record import Json, Text
from graphtrail.events.resources.forms import Place

UNREAD = "not interpreted"


class Pivot(NamedTuple):
    """One effect of one successful call.

    Attributes:
        type: ``CREATED`` (an identity was made), ``SET_PASSWORD``, ``ISSUED_OTHER`` (a credential that no record
            shows in use), ``ENDED`` (a key is no longer), ``RESTORED`` (it is active again), ``CHANGED_TRUST``,
            ``CHANGED_POLICY``, ``ALLOWS`` (the policy that was set lets ``party`` in), ``SHARED_WITH``,
            ``UNSHARED_WITH``, ``KMS_GRANT``, ``EXECUTED_ON``, ``CONTROLS``, ``READ_SECRET``, ``GRANTS_ADMIN`` (the
            permissions that were set allow everything), ``CHANGED_PERMISSIONS``, ``CHANGED_ORG``, ``BLINDED``,
            ``LOGS_TO`` (a trail writes to this bucket), ``GAVE`` and ``TOOK`` (what ``made`` names was given, or is
            gone).
        made: what was made or changed: ``user``, ``role``, ``group``, ``policy``, ``instance profile``,
            ``login profile``, ``password``, ``access key``, ``SSH public key``, ``signing certificate``,
            ``service-specific credential``, ``SAML provider``, ``OIDC provider``, ``Identity Center user``; of a policy
            ``ACL``, ``replication``, ``access point``, ``public access block`` or nothing, and ``not interpreted``
            where not all of it was understood; of a grant its operations; of a share the label under which it can be
            taken back; of what was given or taken its kind and name.
        target: key of the node: an ARN, of an access key ``key:<id>``; None is what the call touched.
        uid: unique id of what was made, or None.
        owner: key of the user whose key or password it is, or None.
        party: key of the principal that was let in, or no longer is; None of ``UNSHARED_WITH`` is whoever was let in
            under the label.
    """

    type: str
    made: str
    target: Text
    uid: Text
    owner: Text
    party: Text = None


class Call(NamedTuple):
    """What the rules read: request and answer, decoded, who called, and where it landed."""

    request: dict[str, Json]
    response: dict[str, Json]
    who: Caller
    place: Place


Rule = Callable[[Call], Pivot | None]
Rules = Callable[[Call], Iterable[Pivot]]


def let_in(relation: str, named: str, made: str = "") -> Pivot:
    """A relation to the principal that a record names, of whatever the call touched."""
    return Pivot(relation, made, None, None, None, principal(named))


def taken_back(label: str) -> Pivot:
    """Whom an earlier call let in under a label is let in no more; without a label nobody is."""
    return Pivot("UNSHARED_WITH", label, None, None, None)


def listed(value: Json) -> list[Json]:
    """The elements of a list, or what stands alone."""
    return value if isinstance(value, list) else [value]
