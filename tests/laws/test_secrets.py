"""No secret that a record holds reaches any byte of the case, wherever it stands and whatever its name."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import USER, Record, bytes_of, quiet, record, run, totals, write
from hypothesis import given
from hypothesis import strategies as st

from graphtrail import api
from graphtrail.events.secrets import clean, cleaned

TOKEN = "IQoJb3JpZ2luX2VjEDAaCWV1LXdlc3QtMSJGMEQCIHRva2Vu" + "A1b2" * 40
OLD_TOKEN = "FwoGZXIvYXdzEPlantedPlantedPlanted" + "Zz9" * 40
SIGNED = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.cGxhbnRlZHNpZ25hdHVyZQ"
SECRET = "wJalrXUtnFEMIplanted+bPxRfiCYEXAMPLEKEY0"  # noqa: S105 - made up
PASSWORD = "planted-hunter2"  # noqa: S105 - made up
SIGN_IN = "VCQgs5qZZt3Q6fn8Tr5EXAMPLEplantedSignInToken"
SECRETS = (TOKEN, OLD_TOKEN, SIGNED, SECRET, PASSWORD, SIGN_IN)
NAMED = {
    "sessionToken": TOKEN,
    "secretAccessKey": SECRET,
    "password": PASSWORD,
    "SigninToken": SIGN_IN,
    "masterUserPassword": PASSWORD,
    "webIdentityToken": SIGNED,
    "sAMLAssertion": SIGN_IN,
    "x-amz-security-token": TOKEN,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "DB_PASSWORD": PASSWORD,
}
TEXTS = (
    TOKEN,
    OLD_TOKEN,
    SIGNED,
    f"https://signin.aws.amazon.com/federation?Action=login&SigninToken={SIGN_IN}&Destination=x",
    json.dumps(NAMED),
    f"password={PASSWORD}",
    f"secretAccessKey: {SECRET}",
)
SHORT = (
    "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestID",
    "sharedEventID", "vpcEndpointId", "eventCategory", "eventVersion", "recipientAccountId",
)  # fmt: skip
OF_IDENTITY = ("principalId", "arn", "userName", "accessKeyId", "invokedBy", "type", "accountId")
NESTED = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")
CALLS = (
    ("sts", "AssumeRole"), ("sts", "GetSessionToken"), ("sts", "AssumeRoleWithWebIdentity"),
    ("sts", "AssumeRoleWithSAML"), ("iam", "CreateAccessKey"), ("iam", "CreateLoginProfile"),
    ("iam", "ChangePassword"), ("signin", "ConsoleLogin"), ("signin", "GetSigninToken"),
)  # fmt: skip


def as_text(text: str) -> Iterator[dict[str, object]]:
    """The fields of records in which a text with a secret stands."""
    yield from ({field: text} for field in SHORT)
    yield from ({"userIdentity": {**USER, field: text}} for field in OF_IDENTITY)
    issuer = {"type": "Role", "arn": text, "userName": text, "principalId": text}
    context = {"sourceIdentity": text, "signInSessionArn": text, "sessionIssuer": issuer}
    yield {"userIdentity": {"type": "AssumedRole", "sessionContext": context}}
    yield {"requestParameters": {"bucketName": text}}
    yield {"requestParameters": {"bucketName": "b", "key": text}}
    yield {"requestParameters": text, "resources": [{"ARN": text, "type": text}]}
    yield {"serviceEventDetails": {"a": text}, "additionalEventData": {"LoginTo": text}}
    role = {"roleArn": text, "roleSessionName": text, "sourceIdentity": text}
    yield {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "requestParameters": role}
    yield {"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "requestParameters": {"userName": text}}


def under_names() -> Iterator[dict[str, object]]:
    """The fields of records in which secrets stand under their names, at any depth."""
    for where in NESTED:
        for held in (NAMED, {"credentials": NAMED}, {"list": [NAMED, [NAMED]]}, {"text": json.dumps(NAMED)}):
            yield {where: held}
        for service, name in CALLS:
            said = {"credentials": NAMED, "accessKey": NAMED, **NAMED}
            yield {"eventSource": f"{service}.amazonaws.com", "eventName": name, where: said}


def planted() -> list[Record]:
    """Records with secrets in every field, each with an id of its own; some ids are secrets themselves."""
    fields = [said for text in TEXTS for said in as_text(text)] + list(under_names())
    made = [record(0, eventID=f"planted-{number}", **said) for number, said in enumerate(fields)]
    return [*made, *(record(0, eventID=text) for text in TEXTS)]


@pytest.mark.parametrize("keep", [False, True])
def test_no_secret_planted_anywhere_reaches_the_case(tmp_path: Path, *, keep: bool):
    held = planted()
    write(tmp_path / "logs" / "a.json", held)
    write(tmp_path / "logs" / "b.ndjson", held, form="lines")
    looked_up = {"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(one)} for one in held]}
    (tmp_path / "logs" / "c.json").write_text(json.dumps(looked_up))
    (tmp_path / "logs" / "broken.json").write_text(json.dumps({"Records": held})[:-50])
    flags = ["--keep-records"] if keep else []
    said = run("ingest", tmp_path / "logs", "--case", tmp_path / "case", *flags)
    quiet(said)
    assert totals(api.open(tmp_path / "case"))["events"] > 200
    found = bytes_of(tmp_path / "case") + said.stdout + said.stderr
    for secret in SECRETS:
        assert secret.encode() not in found
        assert secret[:24].encode() not in found
    assert b"crown" in found
    assert b"(secret removed)" in found


def test_no_secret_of_a_stream_that_is_kept_reaches_the_case(tmp_path: Path):
    lines = "\n".join(map(json.dumps, planted())).encode()
    quiet(run("ingest", "-", "--case", tmp_path / "case", stdin=lines))
    found = bytes_of(tmp_path / "case")
    assert b"crown" in found
    for secret in SECRETS:
        assert secret.encode() not in found


PIECES = st.sampled_from([
    "password", "=", ":", '"', "\\", " ", "sessionToken", "%3D", "x", "(secret", "(secret removed)", "eyJ", TOKEN, "&",
])  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_text_that_is_clean_stays_as_it_is(text: str):
    assert clean(clean(text)) == clean(text)


@given(st.lists(st.one_of(st.none(), st.text(), PIECES, st.lists(PIECES, max_size=6).map("".join))))
def test_many_texts_are_cleaned_as_one_by_one(texts: list[str | None]):
    assert cleaned(texts) == [text and clean(text) for text in texts]
