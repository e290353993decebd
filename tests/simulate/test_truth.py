"""The truth against the records: what can be told from them is recomputed here, simply and by brute force."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graphtrail.simulate import simulate

if TYPE_CHECKING:
    from tests.simulate.conftest import Call, Reading, Run

KINDS = {"user", "root", "saml", "web_identity", "identity_center", "service"}


def lasting(who: dict[str, Any]) -> str | None:
    """The identity that outlives its sessions, where an identity names one; a failed sign-in has no ARN."""
    kind = who.get("type")
    if kind in {"SAMLUser", "WebIdentityUser"}:
        return f"{'saml' if kind == 'SAMLUser' else 'oidc'}:{who['identityProvider']}:{who['userName']}"
    if kind in {"AWSService", None}:
        return f"service:{who['invokedBy']}"
    if kind == "FederatedUser":
        return who["sessionContext"]["sessionIssuer"]["arn"]
    is_own = kind in {"IAMUser", "Root"} and "assumedRoot" not in who.get("sessionContext", {})
    return who.get("arn") if is_own else None


def ended(expiration: str) -> int:
    """Any of the three forms in which answers say until when a credential holds."""
    for form in ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return int(datetime.strptime(expiration, form).replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue
    raise AssertionError(expiration)


class Links:
    """Who opened which session, as far as the records tell: by key, else by role, name and second."""

    def __init__(self, run: "Run", reading: "type[Reading]") -> None:
        self.run, self.reading = run, reading
        self.first, self.person = {}, {}
        self.issuer, self.named, self.switched = {}, defaultdict(list), defaultdict(list)
        self.lives, self.ends, self.abroad = defaultdict(dict), {}, defaultdict(list)
        self.observed = {account.id for account in run.truth.accounts if account.observed}
        used = {call.session for call in run.calls}
        for call in run.calls:
            self.first.setdefault(call.session, call.record)
            behalf = call.record["userIdentity"].get("onBehalfOf")
            if behalf:
                self.person[call.session] = f"idc:{behalf['identityStoreArn']}#{behalf['userId']}"
            user = (call.record.get("additionalEventData") or {}).get("SwitchFrom")
            if user:
                seconds = reading.seconds(call.record["eventTime"])
                self.switched[call.record["userIdentity"]["principalId"]].append((seconds, user))
            answer = call.record["responseElements"] or {}
            key = (answer.get("credentials") or {}).get("accessKeyId")
            self._note_life(call, answer, f"key:{key}" if key else None)
            if key:
                self.issuer[f"key:{key}"] = call.session
                if f"key:{key}" not in used and "assumedRoleUser" in answer:
                    seconds = reading.seconds(call.record["eventTime"])
                    self.named[answer["assumedRoleUser"]["assumedRoleId"]].append((seconds, call.session))

    def _note_life(self, call: "Call", answer: dict[str, Any], issued: str | None) -> None:
        """When sessions of a role and name began and end, and when another account's log saw one of that name."""
        who, seconds = call.record["userIdentity"], self.reading.seconds(call.record["eventTime"])
        began = self.reading.created(call.record)
        if call.session.startswith("anon:AWSAccount:"):
            self.abroad[call.session].append(seconds)
        elif began:
            self.lives[who.get("principalId", "")][call.session] = self.reading.seconds(began)
        if issued:
            self.ends[issued] = ended(answer["credentials"]["expiration"])
            if "assumedRoleUser" in answer:
                self.lives[answer["assumedRoleUser"]["assumedRoleId"]].setdefault(issued, seconds)

    def _seen_abroad(self, session: str) -> str | None:
        """The one session of that role and name that was alive at all the calls."""
        who, calls = self.first[session]["userIdentity"], self.abroad[session]
        alive = [
            key
            for key, began in self.lives[who["principalId"]].items()
            if began <= max(calls) and min(calls) <= self.ends.get(key, began + 12 * 3600)
        ]
        return alive[0] if len(alive) == 1 and who["accountId"] in self.observed else None

    def origin(self, session: str) -> str | None:
        who = self.first[session]["userIdentity"]
        named = self.person.get(session) or lasting(who)
        if session in self.abroad and not named:
            meant = self._seen_abroad(session)
            return self.origin(meant) if meant else None
        if named or session.startswith("anon:"):
            return named
        parent = self.issuer.get(session) or self._by_name(session, self.named)
        return self.origin(parent) if parent else self._by_name(session, self.switched)

    def _by_name(self, session: str, openings: "dict[str, list[tuple[int, str]]]") -> str | None:
        record = self.first[session]
        began = self.reading.seconds(self.reading.created(record) or record["eventTime"])
        near = [(abs(at - began), parent) for at, parent in openings[record["userIdentity"].get("principalId", "")]]
        best = min((distance for distance, _ in near if distance <= 2), default=None)
        parents = {parent for distance, parent in near if distance == best}
        return parents.pop() if len(parents) == 1 else None


@pytest.fixture(scope="module", params=["run", "smallest"])
def any_run(request: pytest.FixtureRequest):
    return request.getfixturevalue(request.param)


def test_the_sessions_are_those_that_the_records_show(any_run: "Run"):
    shown = {call.session for call in any_run.calls}
    truth = any_run.truth
    assert truth.sessions.keys() | truth.forwarded.keys() == shown
    assert not truth.sessions.keys() & truth.forwarded.keys()


def test_origins_called_determined_follow_from_the_records_and_the_others_do_not(
    any_run: "Run", reading: "type[Reading]"
):
    links = Links(any_run, reading)
    for key, session in any_run.truth.sessions.items():
        assert links.origin(key) == (session.origin if session.determined else None), key
        assert session.determined == (session.why is None)
        assert (session.origin is None) == (session.origin_kind is None)


def test_a_principal_is_what_the_records_call_it(any_run: "Run"):
    first = {}
    for call in any_run.calls:
        first.setdefault(call.session, call.record)
    named = {record["userIdentity"]["principalId"].split(":")[0] for record in any_run.records
             if record["userIdentity"].get("type") == "AssumedRole"}  # fmt: skip
    for call in any_run.calls:
        user = ((call.record["responseElements"] or {}).get("assumedRoleUser") or {}).get("assumedRoleId", "")
        named.add(user.split(":")[0])
    for key, session in any_run.truth.sessions.items():
        who = first[key]["userIdentity"]
        if who.get("type") in {"IAMUser", "Root", "FederatedUser"} and "arn" in who:
            assert session.principal == who["arn"]
        elif "sessionIssuer" in who.get("sessionContext", {}):
            assert session.principal == who["sessionContext"]["sessionIssuer"]["arn"]
        elif key.startswith("anon:AWSAccount:AROA"):
            uid = who["principalId"].split(":")[0]
            assert session.principal.startswith("arn:aws:iam::" if uid in named else f"uid:{uid}")
        elif key.startswith("idc:"):
            behalf = who["onBehalfOf"]
            assert session.principal == f"idc:{behalf['identityStoreArn']}#{behalf['userId']}"


def test_what_is_withheld_is_marked(run: "Run"):
    why = Counter(session.why for session in run.truth.sessions.values() if not session.determined)
    assert len(why) >= 5
    assert sum(why.values()) >= 20
    issued = {(record["responseElements"] or {}).get("credentials", {}).get("accessKeyId") for record in run.records}
    for key, session in run.truth.sessions.items():
        if session.why in {"the record of the issuing call was not written", "it was issued before the log begins"}:
            oldest = key
            while run.truth.sessions[oldest].parent in run.truth.sessions and oldest[4:] in issued:
                oldest = run.truth.sessions[oldest].parent
            assert oldest.removeprefix("key:") not in issued


def test_a_whole_group_of_functions_never_shows_its_issuing_calls(run: "Run"):
    silent = {call.session for call in run.calls if call.record["awsRegion"] == "ap-southeast-2"}
    assert silent
    assert not any(run.truth.sessions[key].determined for key in silent if key in run.truth.sessions)


def test_an_account_without_a_trail_is_seen_as_a_caller_only(run: "Run"):
    dark = {account.id for account in run.truth.accounts if not account.observed}
    assert dark
    assert not dark & {record["recipientAccountId"] for record in run.records}
    assert dark & {record["userIdentity"].get("accountId") for record in run.records}


def test_forwarded_calls_are_determined_where_one_session_alone_was_near(any_run: "Run", reading: "type[Reading]"):
    direct, mine = defaultdict(list), defaultdict(list)
    for call in any_run.calls:
        who, at = call.record["userIdentity"], reading.seconds(call.record["eventTime"])
        if call.session in any_run.truth.forwarded:
            mine[call.session].append(at)
        else:
            direct[who.get("principalId")].append((at, call.session, reading.created(call.record)))
    for key, family in any_run.truth.forwarded.items():
        principal, date = key.removeprefix("ses:").rsplit("@", 1)
        same = {session for _, session, created in direct[principal] if created == date}
        near = [{session for at, session, _ in direct[principal] if abs(at - then) <= 1} for then in mine[key]]
        if same:
            assert same == {family.session}
            assert family.determined
        elif family.determined:
            assert near == [{family.session}] * len(near)
            assert principal.startswith("AIDA")
        else:
            assert family.why
    assert {family.determined for family in any_run.truth.forwarded.values()} == {True, False}


def test_forwarded_calls_show_old_dates_and_the_name_of_the_service(run: "Run", reading: "type[Reading]"):
    ages = [reading.seconds(call.record["eventTime"]) - reading.seconds(reading.created(call.record))
            for call in run.calls if call.session in run.truth.forwarded
            and call.record["userIdentity"]["type"] == "IAMUser"]  # fmt: skip
    assert min(ages) == 0
    assert 60 < max(ages) <= 585


def test_who_touched_the_crown_jewels(any_run: "Run"):
    jewels = any_run.truth.crown_jewels
    name = jewels.bucket.split(":::")[1]
    rows = Counter()
    for call in any_run.calls:
        arns = [part.get("ARN") or part["ARNPrefix"] for copy in call.copies for part in copy.get("resources", ())]
        source = (call.record["requestParameters"] or {}).get("x-amz-copy-source", "")
        if source.startswith(f"{name}/") or any(
            arn == jewels.bucket or arn.startswith(f"{jewels.bucket}/") for arn in arns
        ):
            code = call.record.get("errorCode")
            outcome = "ok" if code is None else "denied" if code == "AccessDenied" else "error"
            family = any_run.truth.forwarded.get(call.session)
            session = family.session if family and family.determined else call.session
            rows[session, f"s3:{call.record['eventName']}", outcome, code] += 1
    assert rows == {(row.session, row.action, row.outcome, row.error_code): row.count for row in jewels.touched}
    sessions = any_run.truth.sessions
    assert all(row.origin == sessions[row.session].origin for row in jewels.touched if row.session in sessions)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_many_sessions_of_all_kinds_of_origin_touch_the_crown_jewels(run: "Run", tmp_path: Path, seed: int):
    truth = run.truth if seed == 7 else simulate(tmp_path, 20_000, seed)
    touched = {row.session for row in truth.crown_jewels.touched}
    assert len(touched) >= 30
    assert {truth.sessions[key].origin_kind for key in touched if key in truth.sessions} >= KINDS
    assert {row.outcome for row in truth.crown_jewels.touched} == {"ok", "denied", "error"}
    assert len({row.action for row in truth.crown_jewels.touched}) >= 6


def test_who_made_a_key_or_a_password(any_run: "Run"):
    makers = {}
    changes = defaultdict(list)
    for call in sorted(any_run.calls, key=lambda call: call.record["eventTime"]):
        record, answer = call.record, call.record["responseElements"] or {}
        asked = record["requestParameters"] or {}
        if record["eventName"] == "CreateAccessKey":
            makers[f"key:{answer['accessKey']['accessKeyId']}"] = call
        if record["eventName"] in {"CreateLoginProfile", "UpdateLoginProfile", "ChangePassword"}:
            user = asked.get("userName") or record["userIdentity"]["userName"]
            changes[record["recipientAccountId"], user].append(call)
        if record["eventName"] == "ConsoleLogin" and call.session.startswith("ses:AIDA"):
            before = changes[record["recipientAccountId"], record["userIdentity"]["userName"]]
            if before:
                makers[call.session] = before[-1]
    made = {key: session.made_by for key, session in any_run.truth.sessions.items()
            if key.startswith(("key:AKIA", "ses:AIDA")) and session.made_by}  # fmt: skip
    used = {key: call for key, call in makers.items() if key in any_run.truth.sessions}
    assert {key: one.event_id for key, one in made.items()} == {
        key: call.record["eventID"] for key, call in used.items()
    }
    assert {key: one.session for key, one in made.items()} == {key: call.session for key, call in used.items()}
    assert len(made) >= 3


def test_who_made_a_key_is_told_along_the_whole_chain(run: "Run"):
    sessions = run.truth.sessions
    inherited = 0
    for session in sessions.values():
        parent = sessions.get(session.parent or "")
        if parent and session.determined and session.origin_kind == "user" and parent.made_by:
            assert session.made_by == parent.made_by
            inherited += 1
    assert inherited >= 2


def test_keys_that_nobody_used_are_told_apart(any_run: "Run"):
    issued = set()
    for record in any_run.records:
        answer = record["responseElements"] or {}
        found = (answer.get("credentials") or answer.get("accessKey") or {}).get("accessKeyId")
        issued |= {f"key:{found}"} if found else set()
    assert set(any_run.truth.unused) == issued - any_run.truth.sessions.keys()
    assert any_run.truth.unused
