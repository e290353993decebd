"""What a call gave under a name of its own, and what a later call took away under that name.

A policy that is attached to a role, a version of a policy, a grant of a key or a credential of a user is no resource of
its own, but has a name or id by which it is taken away again: under it the two calls find each other.

Source: API references of IAM, KMS, EKS and IAM Identity Center; AWS KMS Developer Guide, "RetireGrant" (a log entry
whose grant stands in ``additionalEventData``).
"""

from typing import NamedTuple

from graphtrail.events.pivot import Call, Pivot
from graphtrail.events.record import Json, Text, mapping, text

# Actions whose records tell in ``additionalEventData`` what was done; it is read as their answer.
BESIDE = frozenset({"kms:RetireGrant"})
GAVE, TOOK = "GAVE", "TOOK"


class _Named(NamedTuple):
    """Under which name an action gives or takes something.

    Attributes:
        change: ``GAVE`` or ``TOOK``; where the request names a status, an inactive one takes and an active one gives.
        what: that it is.
        names: parameters that together are the name, with a dot where one stands inside another; in the answer, else
            in the request. Without one of them nothing is told.
        status: the request says whether it is active.
    """

    change: str
    what: str
    names: tuple[str, ...] = ()
    status: bool = False


def _both(what: str, gives: str, takes: str, *names: str) -> dict[str, _Named]:
    """Two actions that name the same in the same way."""
    return {gives: _Named(GAVE, what, names), takes: _Named(TOOK, what, names)}


def _credential(kind: str, answer: str, name: str) -> dict[str, _Named]:
    """A credential that is made, made inactive or active again, and deleted."""
    made = "Upload" if kind != "ServiceSpecificCredential" else "Create"
    return {
        f"iam:{made}{kind}": _Named(GAVE, "credential", (f"{answer}.{name}",)),
        f"iam:Update{kind}": _Named(GAVE, "credential", (name,), status=True),
        f"iam:Delete{kind}": _Named(TOOK, "credential", (name,)),
    }


_NAMED: dict[str, _Named] = {
    **_both("access entry", "eks:CreateAccessEntry", "eks:DeleteAccessEntry", "principalArn"),
    **_both("access policy", "eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy", "principalArn", "policyArn"),
    **_both("device", "iam:EnableMFADevice", "iam:DeactivateMFADevice", "serialNumber"),
    **_both("inline policy", "iam:PutGroupPolicy", "iam:DeleteGroupPolicy", "policyName"),
    **_both("inline policy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "policyName"),
    **_both("inline policy", "iam:PutUserPolicy", "iam:DeleteUserPolicy", "policyName"),
    **_both("member", "iam:AddUserToGroup", "iam:RemoveUserFromGroup", "groupName", "userName"),
    **_both("policy", "iam:AttachGroupPolicy", "iam:DetachGroupPolicy", "policyArn"),
    **_both("policy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "policyArn"),
    **_both("policy", "iam:AttachUserPolicy", "iam:DetachUserPolicy", "policyArn"),
    "iam:CreatePolicyVersion": _Named(GAVE, "version", ("policyVersion.versionId",)),
    "iam:DeletePolicyVersion": _Named(TOOK, "version", ("versionId",)),
    **_credential("ServiceSpecificCredential", "serviceSpecificCredential", "serviceSpecificCredentialId"),
    **_credential("SSHPublicKey", "sSHPublicKey", "sSHPublicKeyId"),
    **_credential("SigningCertificate", "certificate", "certificateId"),
    "iam:ResetServiceSpecificCredential": _Named(GAVE, "credential", ("serviceSpecificCredentialId",)),
    "kms:CreateGrant": _Named(GAVE, "grant", ("grantId",)),
    "kms:RetireGrant": _Named(TOOK, "grant", ("grantId",)),
    "kms:RevokeGrant": _Named(TOOK, "grant", ("grantId",)),
    **_both("policy", "sso:AttachManagedPolicyToPermissionSet", "sso:DetachManagedPolicyFromPermissionSet",
            "managedPolicyArn"),
    **_both("policy", "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
            "sso:DetachCustomerManagedPolicyReferenceFromPermissionSet", "customerManagedPolicyReference.name"),
    **_both("inline policy", "sso:PutInlinePolicyToPermissionSet", "sso:DeleteInlinePolicyFromPermissionSet"),
    **_both("assignment", "sso:CreateAccountAssignment", "sso:DeleteAccountAssignment", "principalId", "targetId"),
}  # fmt: skip


def named(action: str) -> bool:
    """Whether records of an action may tell what was given or taken."""
    return action in _NAMED


def undoing(action: str, call: Call) -> tuple[Pivot, ...]:
    """What a call gave or took away, under which name."""
    rule = _NAMED.get(action)
    names = [_read(call.response, name) or _read(call.request, name) for name in rule.names] if rule else [None]
    change = _change(rule, call) if rule else None
    if rule is None or change is None or not all(names):
        return ()
    return (Pivot(change, " ".join((rule.what, *filter(None, names))), None, None, None),)


def _change(rule: _Named, call: Call) -> Text:
    status = text(call.request.get("status")) if rule.status else None
    return {"Active": GAVE, "Inactive": TOOK}.get(status or "") if rule.status else rule.change


def _read(held: Json, path: str) -> Text:
    """What stands at a path of names."""
    *outer, last = path.split(".")
    for name in outer:
        held = mapping(held).get(name)
    return text(mapping(held).get(last))
