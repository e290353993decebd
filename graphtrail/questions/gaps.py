"""What the logs cannot show, and when it matters for an answer."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from graphtrail import arn as arns
from graphtrail.events import ecs
from graphtrail.events.identity import ANONYMOUS
from graphtrail.events.ocsf import BARE, RAW
from graphtrail.events.resources.forms import bucket_of_prefix
from graphtrail.graph.silence import DAY, Silence, silences
from graphtrail.questions.blinding import Blind, blind_spans, is_guardrail
from graphtrail.questions.proof import holes
from graphtrail.questions.seeds import COUNTING, nodes
from graphtrail.questions.trail import Trail
from graphtrail.questions.unfetched import sentences, without_data_events
from graphtrail.stores.call_table import Rows
from graphtrail.stores.store import SessionNode
from graphtrail.window import Window, iso

# Services whose data events are off unless somebody switched them on.
_DATA = {
    "s3": "reads and writes of its objects",
    "s3express": "reads and writes of its objects",
    "dynamodb": "reads and writes of its items",
    "lambda": "its invocations",
}


# What a record loses on its way through OCSF; docs/ocsf.md.
_CHANGED = "what OCSF has no place for is as good as its writer kept it"
_LOST = (
    "without its unmapped fields it names no shared event ids, source identities, machines, sign-ins and console keys, "
    "and not whether a call only read"
)
# The same of ECS, without and with the objects of requests and answers.
_OF_ECS = "it names no source identities, machines and sign-ins"
_NO_REQUESTS = f"{_OF_ECS}, and neither what was asked for nor which keys were handed out"
# Why an origin is not known, by its status.
WHY = {
    "ambiguous": "several sessions may have issued it, and the records do not decide",
    "hidden": "the call that issued it hides the key (Identity Center); no later record names the person",
    "external": "it was issued in an account whose logs are not in this case",
    "before_window": "it was issued before the first record of its account",
    "unknown": "no record of its issue is in this case",
}


def about_resource(trail: Trail, key: str, counted: Rows | None = None) -> None:
    """Note what the logs cannot show of a resource.

    Args:
        trail: the question.
        key: of the resource.
        counted: the calls that touch it, if the answer leaves out those that only name it beside what they touch.
    """
    about_window(trail)
    owners = _owners(trail, key)
    held = trail.store.calls
    naming = held.touching(nodes(trail, key), None)
    data = held.where_kind(naming, lambda kind: kind.category == "Data")
    service = getattr(arns.parse(key), "service", None)
    if service in _DATA and not len(trail.inside(data)):
        trail.note(
            "no-data-events",
            f"no data event of {key} is in {_where(data)}: {_DATA[service]} may have happened without a trace here",
            owners[0] if len(owners) == 1 else None,
        )
    _about_touching(trail, key, naming, counted)
    if len(owners) > 1:
        trail.note("several-owners", f"{key} is a name that belonged to several accounts: {', '.join(owners)}")
    for account in owners:
        if account not in trail.store.case.begins:
            trail.note(
                "account-not-observed",
                f"the logs of account {account}, which owns {key}, are not in this case",
                account,
            )


def _about_touching(trail: Trail, key: str, naming: Rows, counted: Rows | None) -> None:
    """Note that no call names a resource, or none other than beside what it touches."""
    beside = len(trail.inside(naming))
    if not beside:
        but = f"{len(naming):,} other(s) do" if len(naming) else "a name that is spelled otherwise is another resource"
        trail.note("not-seen", f"no call in {_where(naming)} names {key}; {but}")
    elif counted is not None and not len(counted):
        where = _where(trail.store.calls.touching(nodes(trail, key), COUNTING))
        trail.note(
            "only-named",
            f"no call in {where} touches {key} itself; {beside:,} name(s) it beside what they touch "
            "(graphtrail ask events --resource)",
        )


def _where(calls: Rows) -> str:
    """Where there are none of some calls: nowhere, or only not where the answer looked."""
    return "the window, accounts and Regions asked for" if len(calls) else "these logs"


def _owners(trail: Trail, key: str) -> tuple[str, ...]:
    """The accounts that own a resource: as its ARN says, of a bucket and what lies in it as records do."""
    found = arns.parse(key)
    if found is not None and found.account:
        return (found.account,)
    entity = trail.store.entity(bucket_of_prefix(key)) if found is not None and found.service == "s3" else None
    return entity.owners if entity else ()


def about_sessions(trail: Trail, sessions: Iterable[SessionNode]) -> None:
    """Note the accounts whose missing logs leave a chain open, and how many origins are open for another reason."""
    about_window(trail)
    open_ends: Counter[str] = Counter()
    for session in {session.key: session for session in sessions}.values():
        found = trail.origin(session.key)
        if found.status in WHY and session.calls:
            open_ends[found.status] += 1
        if found.status == "external":
            _about_start(trail, trail.store.session(found.first))
    for status, count in open_ends.items():
        if status != "external":
            trail.note(f"origin-{status}", f"the origin of {count} session(s) is open: {WHY[status]}")


def _about_start(trail: Trail, start: SessionNode | None) -> None:
    """Note where a chain begins outside the case."""
    account = start.account if start else None
    if start is not None and start.assumed_root:
        trail.note(
            "account-not-observed",
            f"root of account {account} was assumed (AssumeRoot): the call stands in the log of the organisation's"
            " management account or of a delegated administrator, which is not in this case",
        )
        return
    if account in ANONYMOUS:
        trail.note("anonymous", "calls came without credentials: no log can name who made them")
        return
    where = f"account {account}" if account else "an account that no record names"
    trail.note("account-not-observed", f"chains begin in {where}, whose own logs are not in this case", account)


def about_window(trail: Trail) -> None:
    """Note a window in which the case has nothing, and what was not logged inside it."""
    case, window = trail.store.case, trail.limits.window
    if case.first is None or case.last is None:
        trail.note("empty-case", "this case holds no events")
    elif (window.since is not None and window.since > case.last) or (
        window.until is not None and window.until < case.first
    ):
        trail.note(
            "empty-window", f"nothing lies in the window: the case goes from {iso(case.first)} to {iso(case.last)}"
        )
    _about_blinding(trail)
    _about_silence(trail)
    _about_holes(trail)
    _about_forms(trail)
    _about_truncated(trail)
    _about_unfetched(trail)


def _about_unfetched(trail: Trail) -> None:
    """Note what was not fetched of the window from buckets and APIs."""
    for account, region, text in sentences(trail.store.fetched, trail.limits.window):
        accounts, regions = trail.limits.accounts, trail.limits.regions
        asked = account is None or not accounts or account in accounts
        if asked and (region is None or not regions or region in regions):
            trail.note("not-fetched", text, account, region)
    if without_data_events(trail.store.fetched):
        trail.note(
            "lookup-events",
            "records were looked up with LookupEvents, which has no data events: reads and writes of objects, items "
            "and the like are not among them, whatever happened",
        )


def _about_blinding(trail: Trail) -> None:
    """Note the logs that somebody switched off in or before the window: one note an account, Region and action."""
    spans: dict[tuple[str | None, str | None, str], list[Blind]] = defaultdict(list)
    for span in blind_spans(trail):
        kind = trail.kind_of(span.edge)
        if kind is not None and trail.asked(kind):
            spans[kind.account, kind.region, span.edge.detail].append(span)
    for (account, region, action), found in spans.items():
        first = min(found, key=lambda span: (span.edge.at, span.edge.target))
        more = f" and {len(found) - 1} more time(s)" if len(found) > 1 else ""
        end = f"until {iso(first.end[0])}" if first.end else "from then on"
        what = "more is allowed than was before" if is_guardrail(action) else "these logs may lack what happened"
        trail.note(
            "blinded",
            f"{action} of {first.edge.target} at {iso(first.edge.at)}{more}: {end} {what}",
            account,
            region,
        )


def _about_holes(trail: Trail) -> None:
    """Note what is missing of the evidence of the accounts and Regions asked about."""
    accounts, regions = trail.limits.accounts, trail.limits.regions
    for code, text, account, region in holes(trail.store.case.integrity):
        if (not accounts or account in accounts) and (not regions or region in regions):
            trail.note(code, text, account, region)


def _about_forms(trail: Trail) -> None:
    """Note records that came in a form that has no place for all that CloudTrail says."""
    for form, files in trail.store.case.forms.items():
        if not form.endswith(RAW):
            code, lost = "ocsf", _LOST if form.endswith(BARE) else _CHANGED
            if form.startswith(ecs.FORM):
                code, lost = "ecs", _NO_REQUESTS if form.endswith(ecs.BARE) else _OF_ECS
            trail.note(code, f"{files} file(s) hold {form}, not CloudTrail's own records: {lost}")


def _about_truncated(trail: Trail) -> None:
    """Note records of which AWS itself left something out."""
    if count := trail.store.case.truncated:
        trail.note("truncated", truncated_text(count))


def truncated_text(count: int) -> str:
    """That AWS left something out of some records."""
    return (
        f"of {count} record(s) AWS left out what was asked for or answered, too large for its logs: what they name "
        "cannot be seen, and a large policy hides that way (events marks them: truncated)"
    )


def _about_silence(trail: Trail) -> None:
    """Note whole days of the window without a record of an account that has some before and after: one note each."""
    for account, spans in silent_days(trail).items():
        trail.note("silent-days", silence_text(account, spans), account)


def silent_days(trail: Trail) -> dict[str | None, list[Silence]]:
    """By account the spans of whole days of the window without a record, between days that have some."""
    accounts = trail.limits.accounts
    spans: dict[str | None, list[Silence]] = defaultdict(list)
    for silence in silences((extent["account"], extent["day"]) for extent in trail.store.case.extents):
        (account,) = silence.place
        if _inside(silence, trail.limits.window) and (not accounts or account in accounts):
            spans[account].append(silence)
    return spans


def _inside(silence: Silence, window: Window) -> bool:
    return (window.until is None or silence.first <= window.until) and (
        window.since is None or silence.last + DAY > window.since
    )


def silence_text(account: str | None, spans: list[Silence]) -> str:
    """From when to when an account has no record; of several spans how many, and the longest."""
    longest = max(spans, key=lambda span: span.last - span.first)
    when = f"from {iso(longest.first)[:10]} to {iso(longest.last)[:10]}"
    if len(spans) > 1:
        days = sum((span.last - span.first) // DAY + 1 for span in spans)
        when = f"on {days:,} days in {len(spans):,} spans, the longest {when} (graphtrail ask unknowns lists all)"
    return (
        f"{account or 'records without an account'}: no record {when}, though there are some before and after: "
        "it was quiet, or logs are missing"
    )
