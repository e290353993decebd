"""How far the clock that stamps calls and the one that stamps sessions are apart, as the logs themselves show it.

``creationDate`` and ``eventTime`` of the issuing call are read from two clocks. Wherever the issued key is the key in
use, the pair needs no clock, and shows what the clocks of its Region were apart.
"""

from functools import cached_property

from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import ISSUES, Issue, World


class Clocks:
    """What issues whose keys are in use show of the clocks of each Region."""

    def __init__(self, world: World) -> None:
        """Look at the exact links that were found so far."""
        self._world = world

    def allow(self, issue: Issue, created: int) -> bool:
        """Whether a session that began at a time can be of an issue.

        Of one second it always can; of others where no pair in the Region tells, or one was at least as far apart.
        """
        apart = created - issue.time
        least, most = self._seen.get(self._region(issue.rows[0]), (apart, apart))
        return least <= apart <= most

    @cached_property
    def _seen(self) -> dict[str | None, tuple[int, int]]:
        """Of each Region the least and the most seconds from an issue to the beginning of its session, or 0."""
        found: dict[str | None, tuple[int, int]] = {}
        for target, links in self._world.links.items():
            session = self._world.sessions[target]
            if session.created is None or session.kind == "unused":  # which has its time from the issue
                continue
            for link in (link for link in links if link.confidence is Confidence.EXACT and link.type in ISSUES):
                region, apart = self._region(link.rows[0]), session.created - link.at
                least, most = found.get(region, (0, 0))
                found[region] = min(least, apart), max(most, apart)
        return found

    def _region(self, row: int) -> str | None:
        facts = self._world.facts
        kind = facts.kinds[int(facts.kind[row])]
        return kind.region
