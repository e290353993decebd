"""What can be asked of a case: one question, one file, declared once."""

from graphtrail.questions.addresses import addresses
from graphtrail.questions.alive import alive
from graphtrail.questions.answer import About, Answer, Gap
from graphtrail.questions.assumptions import assumed_by, assumptions
from graphtrail.questions.blast_radius import blast_radius
from graphtrail.questions.blinded import blinded
from graphtrail.questions.chain import chain
from graphtrail.questions.changes import changes, destruction
from graphtrail.questions.containment import containment
from graphtrail.questions.denied import denied
from graphtrail.questions.events import events
from graphtrail.questions.identities import identities
from graphtrail.questions.objects import objects
from graphtrail.questions.origin import origin
from graphtrail.questions.path import path
from graphtrail.questions.policies import policies
from graphtrail.questions.question import Parameter, Question
from graphtrail.questions.readers import readers
from graphtrail.questions.recon import recon
from graphtrail.questions.rows import Row
from graphtrail.questions.secrets import secrets
from graphtrail.questions.services import services
from graphtrail.questions.shared_out import shared_out
from graphtrail.questions.timeline import timeline
from graphtrail.questions.top import top
from graphtrail.questions.trail import Limits, Trail
from graphtrail.questions.unknowns import unknowns
from graphtrail.questions.who_touched import who_touched

QUESTIONS: dict[str, Question[Row]] = {
    held.name: held
    for held in (
        events,
        who_touched,
        readers,
        objects,
        origin,
        chain,
        blast_radius,
        path,
        assumptions,
        assumed_by,
        addresses,
        identities,
        denied,
        secrets,
        changes,
        policies,
        recon,
        blinded,
        shared_out,
        destruction,
        alive,
        containment,
        services,
        timeline,
        top,
        unknowns,
    )
}

__all__ = ["QUESTIONS", "About", "Answer", "Gap", "Limits", "Parameter", "Question", "Row", "Trail"]
