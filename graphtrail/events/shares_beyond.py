"""What services beyond the common ones share: by a policy, whatever parameter holds it, and with accounts they name.

Source: API references of AppStream, CodeBuild, AWS Config, Directory Service, EC2, Redshift, Service Catalog and
WorkSpaces, and of all services whose operations set a policy of a resource.
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from graphtrail.events.pivot import Call, Pivot, Rules, let_in, taken_back
from graphtrail.events.policies import policy
from graphtrail.events.record import Json, mapping, text
from graphtrail.events.shares import of_policy

_SETS = re.compile(r"[\w-]+:(?:Create|Put|Set|Update)\w*Polic(?:y|ies)")
# Its principals are whoever updates a stack, not whoever is let in.
_OTHERWISE = frozenset({"cloudformation:SetStackPolicy"})
_DEEPEST = 4
_PUBLIC_PROJECT = "PUBLIC_READ"


@lru_cache(maxsize=16_384)
def sets_policy(action: str) -> bool:
    """Whether an action of any service may set a policy of a resource, by its name."""
    return _SETS.fullmatch(action) is not None and action not in _OTHERWISE


def any_policy(call: Call) -> Iterator[Pivot]:
    """The policies in a request that let somebody in; others are not of resources."""
    for document in _documents(call.request, _DEEPEST):
        if policy(document).allowed:
            yield from of_policy("CHANGED_POLICY", document)


def _documents(value: Json, depth: int) -> Iterator[Json]:
    if isinstance(value, str):
        if "Principal" in value:
            yield value
    elif isinstance(value, dict) and "Statement" in value:
        yield value
    elif isinstance(value, dict) and depth:
        for held in value.values():
            yield from _documents(held, depth - 1)


def _named(call: Call, parameter: str, relation: str) -> Iterator[Pivot]:
    """The account that a parameter names, or a member ``id`` of it."""
    held = call.request.get(parameter)
    named = text(mapping(held).get("id")) or (text(held) if not isinstance(held, dict | list) else None)
    if named:
        yield let_in(relation, named)


def _shares(parameter: str) -> Rules:
    return partial(_named, parameter=parameter, relation="SHARED_WITH")


def _takes_back(parameter: str) -> Rules:
    return partial(_named, parameter=parameter, relation="UNSHARED_WITH")


def _image(call: Call) -> Iterator[Pivot]:
    """An image of a workspace may be copied by another account, or no longer."""
    may = str(call.request.get("allowCopyImage")).lower() == "true"
    yield from _named(call, "sharedAccountId", "SHARED_WITH" if may else "UNSHARED_WITH")


def _project(call: Call) -> Iterator[Pivot]:
    """Everybody may read the builds of a project, with their logs, or no longer."""
    public = text(call.request.get("projectVisibility")) == _PUBLIC_PROJECT
    yield let_in("SHARED_WITH", "*") if public else taken_back("")


BEYOND: dict[str, Rules] = {
    "appstream:DeleteImagePermissions": _takes_back("sharedAccountId"),
    "appstream:UpdateImagePermissions": _shares("sharedAccountId"),
    "codebuild:UpdateProjectVisibility": _project,
    "config:DeleteAggregationAuthorization": _takes_back("authorizedAccountId"),
    "config:PutAggregationAuthorization": _shares("authorizedAccountId"),
    "ds:ShareDirectory": _shares("shareTarget"),
    "ds:UnshareDirectory": _takes_back("unshareTarget"),
    "ec2:CreateNetworkInterfacePermission": _shares("awsAccountId"),
    "redshift:AuthorizeDataShare": _shares("consumerIdentifier"),
    "redshift:AuthorizeEndpointAccess": _shares("account"),
    "redshift:DeauthorizeDataShare": _takes_back("consumerIdentifier"),
    "redshift:RevokeEndpointAccess": _takes_back("account"),
    "servicecatalog:CreatePortfolioShare": _shares("accountId"),
    "servicecatalog:DeletePortfolioShare": _takes_back("accountId"),
    "workspaces:UpdateWorkspaceImagePermission": _image,
}
