"""Which resources a call touched, and in which role.

A record names its resources in several places; they are read in the order of the most to the least certain:
``resources[]``, whole ARNs in the request, typed ids, parameters that name a resource, ids of what was created, the
message of a refusal, the caller's own user; where nothing names any, whatever fills an ARN template of AWS's table of
actions, and at last the service itself as a scope.

Roles: ``target`` (acted on), ``source`` (read from), ``created``, ``context`` (named beside, such as an attached
policy or an encryption context), ``passed`` (a role or instance profile handed on), ``mentioned`` (inside a text or
policy).
"""

from graphtrail.events.resources.forms import Place
from graphtrail.events.resources.many import Entries, asked_of, entries
from graphtrail.events.resources.plan import Plan, plan
from graphtrail.events.resources.recorded import entries_of, owners_of
from graphtrail.events.resources.rules import (
    Touches,
    asked,
    combined,
    listed,
    listed_entries,
    made,
    refused,
    scope,
)
from graphtrail.events.resources.templates import completed, templated

__all__ = [
    "Entries",
    "Place",
    "Plan",
    "Touches",
    "asked",
    "asked_of",
    "combined",
    "completed",
    "entries",
    "entries_of",
    "listed",
    "listed_entries",
    "made",
    "owners_of",
    "plan",
    "refused",
    "scope",
    "templated",
]
