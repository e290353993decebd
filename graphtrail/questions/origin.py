"""``origin``."""

from collections.abc import Iterator
from typing import Annotated

from graphtrail.questions.gaps import about_sessions
from graphtrail.questions.question import question
from graphtrail.questions.rows import Traced
from graphtrail.questions.seeds import seed
from graphtrail.questions.trail import Trail


class Origin(Traced, frozen=True, kw_only=True):
    """Where one session comes from."""


@question(Origin, "session origin origin_status chain made_by candidates confidence rule")
def origin(
    trail: Trail, session: Annotated[str, "session key, access key id, STS ARN, name or event id"]
) -> Iterator[Origin]:
    """Where does this session come from: which person, key, instance or service stands at the start?

    One row for one session: its chain with both ends, the calls that prove each hop, and the candidates where the
    evidence does not decide. ``made_by`` is who made the key, password or user at which the chain ends.
    """
    found = seed(trail, session)
    about_sessions(trail, found.sessions)
    for held in sorted(found.sessions, key=lambda one: one.key):
        yield Origin(**trail.traced(held))
