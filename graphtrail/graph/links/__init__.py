"""The link rules: which session issued which, by what evidence, and how sure that is.

Each rule is a function of the ``World`` that adds links to it; a rule that comes later never replaces what a surer one
found. Where the evidence does not decide there is no link: the candidates are listed.
"""

from graphtrail.graph.links.families import drawn_families, same_assumption, sign_ins, switched_roles
from graphtrail.graph.links.foreign import foreign_callers, same_identity
from graphtrail.graph.links.hidden import hidden_keys
from graphtrail.graph.links.keys import issued_keys
from graphtrail.graph.links.people import authorized, people, same_sign_in
from graphtrail.graph.links.renewed import renewed
from graphtrail.graph.world import World

# The order is that of the evidence: keys, then times, then people, then what another account saw of a
# session; at last what is only for the reader.
RULES = (
    issued_keys,
    same_assumption,
    sign_ins,
    switched_roles,
    drawn_families,
    same_sign_in,
    people,
    authorized,
    hidden_keys,
    foreign_callers,
    same_identity,
    renewed,
)


def link(world: World) -> None:
    """Run all rules."""
    for rule in RULES:
        rule(world)
