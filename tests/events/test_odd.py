"""Records of odd shapes: what each rule says of them, and what it does not."""

import json

import msgspec
import pytest

from graphtrail.events import envelopes, identity, tolerant
from graphtrail.events.credentials import Answered, _holders, issued
from graphtrail.events.facts import facts
from graphtrail.events.record import Addendum, Record, text
from graphtrail.events.resources.forms import BUCKET, FUNCTION, INSTANCE, LOG_GROUP, PARAMETER, Form, Place
from graphtrail.events.resources.plan import _SHAPES, plan
from graphtrail.events.secrets import without_secrets
from graphtrail.events.times import parse
from graphtrail.events.user_identity import user_identities, user_identity

GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
PLACE = Place("aws", "eu-central-1", "111122223333")


def caller(**who: object) -> identity.Caller:
    return identity.caller(user_identity(json.dumps(who).encode()), "111122223333", None)


@pytest.mark.parametrize(
    ("who", "principal", "label"),
    [
        ({"type": "Directory", "accountId": "111122223333"}, "directory:111122223333", "Directory"),
        ({"type": "Directory"}, None, "Directory"),
        ({"type": "Unknown", "arn": "arn:aws:iam::1:user/x"}, "arn:aws:iam::1:user/x", "User"),
        ({"type": "Unknown", "arn": "arn:aws:iam::1:role/x"}, "arn:aws:iam::1:role/x", "Role"),
        ({"arn": "arn:aws:sts::1:federated-user/x"}, "arn:aws:sts::1:federated-user/x", "FederatedUser"),
        (
            {"type": "FederatedUser", "accountId": "1", "principalId": "1:x"},
            "arn:aws:sts::1:federated-user/x",
            "FederatedUser",
        ),
        ({"type": "FederatedUser"}, None, "FederatedUser"),
        ({"invokedBy": "x.amazonaws.com"}, "service:x.amazonaws.com", "Service"),
        ({"type": "Odd", "principalId": "p"}, "unknown:p", "Unresolved"),
        ({"type": "Odd"}, None, "Unresolved"),
        ({"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL"}, "anonymous", "Anonymous"),
        ({"type": "AWSAccount", "principalId": "AIDAEXAMPLEEXAMPLE123"}, "uid:AIDAEXAMPLEEXAMPLE123", "Unresolved"),
        ({"type": "AWSAccount", "accountId": "1"}, "account:1", "ForeignAccount"),
        ({"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE123:s"}, "uid:AROAEXAMPLEEXAMPLE123", "Role"),
        ({"type": "SAMLUser", "identityProvider": "p", "userName": "u"}, "saml:p:u", "Saml"),
        ({"type": "WebIdentityUser", "principalId": "p"}, "oidc:p", "WebIdentity"),
        ({"type": "WebIdentityUser", "principalId": "i:a:s:t", "identityProvider": "i"}, "oidc:i:s:t", "WebIdentity"),
        ({"type": "WebIdentityUser", "principalId": "i:a:s:t"}, "oidc:i:s:t", "WebIdentity"),
        ({"type": "WebIdentityUser", "principalId": "i:a:s", "identityProvider": "j"}, "oidc:i:a:s", "WebIdentity"),
        (
            {"type": "WebIdentityUser", "principalId": f"{GITHUB}:sts.amazonaws.com:repo:o/r:ref:refs/heads/main"},
            f"oidc:{GITHUB}:repo:o/r:ref:refs/heads/main",
            "WebIdentity",
        ),
        ({"type": "AWSAccount", "accountId": "anonymous"}, "anonymous", "Anonymous"),
        ({"type": "AWSAccount", "principalId": "ANONYMOUS_PRINCIPAL"}, "anonymous", "Anonymous"),
        ({"type": "Unknown", "principalId": "1", "accountId": "1", "userName": "ann@x"}, "unknown:ann@x", "Unresolved"),
        ({"type": "Unknown", "principalId": "1", "accountId": "1"}, "unknown:1", "Unresolved"),
    ],
)
def test_who_it_is(who: dict[str, str], principal: str | None, label: str):
    held = caller(**who)
    assert (held.principal, held.label) == (principal, label)


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_who_has_no_arn_is_of_the_partition_of_the_region(region: str, partition: str):
    said = record(awsRegion=region, userIdentity={"type": "IAMUser", "accountId": "1", "userName": "u"})
    (parsed,) = envelopes.parse(json.dumps(said).encode()).records
    assert facts(parsed).caller.principal == f"arn:{partition}:iam::1:user/u"


def test_a_session_without_a_name_has_none():
    assert caller(type="AssumedRole", principalId="AROAEXAMPLEEXAMPLE123:").session_name is None
    assert caller(type="AssumedRole", arn="arn:aws:sts::1:assumed-role/r/s").session_name == "s"
    assert caller(type="FederatedUser", principalId="1:x").session_name == "x"


def test_an_identity_with_other_types_is_read_all_the_same():
    context = {"attributes": {"mfaAuthenticated": True}}
    who = {"type": "IAMUser", "accountId": 12345, "userName": ["x"], "arn": "", "sessionContext": context}
    odd = json.dumps(who).encode()
    held = user_identity(odd)
    assert (held.account, held.user_name, held.arn, held.context.attributes.mfa) == ("12345", "x", None, True)
    assert user_identities([odd, b'{"type":"Root"}'])[1].type == "Root"
    wrong = b'{"type":"Root","accountId":[1,2],"sessionContext":7}'
    assert user_identities([wrong]) == [user_identity(wrong)]
    assert user_identity(b'{"type":"\xff"}').type == "\ufffd"


def test_text_is_text_or_a_number_or_the_one_of_a_list():
    assert [text(value) for value in ("", "x", 7, True, 1.5, ["x"], [], ["x", "y"], None)] == [
        None, "x", "7", None, None, "x", None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "name", "arn"),
    [
        (
            INSTANCE,
            "mi-0123456789abcdef0",
            "arn:aws:ssm:eu-central-1:111122223333:managed-instance/mi-0123456789abcdef0",
        ),
        (BUCKET, "b--euc1-az1--x-s3", "arn:aws:s3express:eu-central-1:111122223333:bucket/b--euc1-az1--x-s3"),
        (FUNCTION, "444455556666:function:f:live", "arn:aws:lambda:eu-central-1:444455556666:function:f"),
        (FUNCTION, "f:live", "arn:aws:lambda:eu-central-1:111122223333:function:f"),
        (PARAMETER, "/a/b", "arn:aws:ssm:eu-central-1:111122223333:parameter/a/b"),
        (LOG_GROUP, "/aws/x:*", "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/x"),
    ],
)
def test_the_arn_of_a_name(form: Form, name: str, arn: str):
    assert form.write(name, PLACE) == arn


def test_an_action_remembers_few_shapes_of_its_requests():
    rules = plan("s3.amazonaws.com", "NoSuchCall")
    for number in range(_SHAPES + 1):
        assert rules.shape((f"p{number}", "bucketName")).forms[0][0] == "bucketName"
    assert len(rules.shapes) == _SHAPES


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("Jul 10, 2023, 12:09:47 PM", 1688990987),
        ("Jul 10, 2023 12:09:47 AM", 1688947787),
        ("Jul 10, 2023, 12:09:47\u202fPM", 1688990987),
        ("Xyz 10, 2023, 12:09:47 PM", None),
        ("2023-07-10 11:54:47+02:00", 1688982887),
        ("2023-02-31T00:00:00Z", None),
        ("1688990087123", 1688990087),
        ("1688990087", 1688990087),
        ("0001-01-01T00:00:00-01:00", -62135593200),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59+14:00", 253402250399),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
    ],
)
def test_forms_of_times(written: str, seconds: int | None):
    assert parse(written) == seconds


def test_credentials_are_found_at_any_depth_and_in_any_case():
    held = [{"x": {"AccessKeyId": "a"}}, {"ACCESSKEYID": "b", "y": [{"accessKeyId": "c"}]}, "text"]
    assert [sorted(one) for one in _holders(held)] == [["AccessKeyId"], ["ACCESSKEYID", "y"], ["accessKeyId"]]


def record(**fields: object) -> dict[str, object]:
    return {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRoot",
        "eventTime": "2026-03-02T09:00:00Z",
        "eventID": "00000000-0000-4000-8000-000000000000",
        "userIdentity": {"type": "Root", "accountId": "1"},
    } | fields


def test_assume_root_names_the_account_whose_root_it_is():
    held = record(
        requestParameters={"targetPrincipal": "444455556666"},
        responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLEEXAMPLE00"}},
    )
    (parsed,) = envelopes.parse(json.dumps(held).encode()).records
    (credential,) = facts(parsed).credentials
    assert credential.target == "arn:aws:iam::444455556666:root"
    assert isinstance(credential, tuple)
    assert (
        issued(
            facts(parsed).kind._replace(outcome="denied"), facts(parsed).caller, Answered(None, None, None, None, PLACE)
        )
        == ()
    )


def test_lines_in_parts_keep_their_places():
    lines = [json.dumps(record(eventID=f"00000000-0000-4000-8000-00000000000{number}")).encode() for number in range(3)]
    parts = [lines[0] + b"\n" + lines[1] + b"\n", lines[2] + b"\n", b"{broken\n"]
    parsed = list(envelopes.read(iter(parts)))
    assert [list(one.places) for one in parsed] == [[0, 1], [2], []]
    assert parsed[2].rejects[0].at == 3


def test_a_document_in_parts_is_one_document(monkeypatch: pytest.MonkeyPatch):
    whole = json.dumps({"Records": [record()]}).encode()
    (parsed,) = envelopes.read(iter([whole[:50], whole[50:90], whole[90:]]))
    assert len(parsed.records) == 1
    monkeypatch.setattr(envelopes, "DOCUMENT_LIMIT", 60)
    (parsed,) = envelopes.read(iter([whole[:50], whole[50:90], whole[90:]]))
    assert parsed.records == []
    assert "one JSON document of more than 0 MiB: write its records one a line" in parsed.rejects[0].reason


def test_what_is_wrapped_too_often_or_too_deep_is_said():
    held: object = record()
    for _ in range(6):
        held = {"detail": held}
    (reject,) = envelopes.parse(json.dumps(held).encode()).rejects
    assert reject.reason.endswith("wrapped too often")
    text = '{"eventName": "a", "eventID": "\\ud800"}'
    for _ in range(5):
        text = json.dumps({"message": text})
    (held_too_deep,) = envelopes.parse(text.encode()).records
    assert held_too_deep.event_id == "\ufffd"
    lone = {"detail": {"detail": {"detail": {"detail": {"detail": "\ud800"}}}}}
    (reject,) = envelopes.parse(json.dumps(lone).encode()).rejects
    assert reject.reason == "no CloudTrail record: eventName missing"


def test_a_value_that_the_strict_decoder_refuses_is_read_once_more():
    assert tolerant.decoded(b'"a\\ud800b"') == "a\ufffdb"
    assert tolerant.decoded(b'{"a": NaN}') is None
    assert tolerant.decoded(b"[" * 300 + b"]" * 300) is None
    assert tolerant.decoded(b'["' + b"[" * 300 + b'"]') == ["[" * 300]


def test_secrets_deeper_than_any_record_are_left_out():
    held: object = {"sessionToken": "x"}
    for _ in range(2_000):
        held = [held]
    assert "x" not in msgspec.json.encode(shallow(without_secrets(held))).decode()  # type: ignore[arg-type]


def shallow(value: object) -> object:
    while isinstance(value, list):
        (value,) = value
    return value


def test_a_value_that_is_nested_without_end_is_no_value():
    with pytest.raises(tolerant.Broken, match="nested too deeply"):
        tolerant.value("[" * 5_000 + "]" * 5_000)
    (reject,) = envelopes.parse(b'["\\ud800"]').rejects
    assert reject.reason.startswith("no CloudTrail record")


def touched(source: str, name: str, **fields: object) -> dict[str, str]:
    held = record(eventSource=f"{source}.amazonaws.com", eventName=name, recipientAccountId="111122223333", **fields)
    (parsed,) = envelopes.parse(json.dumps(held | {"awsRegion": "eu-central-1"}).encode()).records
    return dict(facts(parsed).touches)


def test_a_parameter_names_a_kind_only_beside_another_that_says_so():
    tags = {"resourceType": "Parameter", "resourceId": "p"}
    assert touched("ssm", "AddTagsToResource", requestParameters=tags) == {
        "arn:aws:ssm:eu-central-1:111122223333:parameter/p": "target"
    }
    other = touched("ssm", "AddTagsToResource", requestParameters=tags | {"resourceType": "MaintenanceWindow"})
    assert other == {"scope:ssm:eu-central-1:111122223333": "target"}


def test_an_answer_without_a_key_made_none():
    assert touched(
        "iam", "CreateAccessKey", responseElements={"accessKey": {}}, requestParameters={"userName": "u"}
    ) == {"arn:aws:iam::111122223333:user/u": "target"}


def test_an_instance_profile_is_passed_on():
    profile = "arn:aws:iam::111122223333:instance-profile/web"
    assert touched("ec2", "RunInstances", requestParameters={"iamInstanceProfile": {"arn": profile}}) == {
        profile: "passed"
    }
    assert touched("ec2", "RunInstances", requestParameters={"iamInstanceProfile": {"name": "web"}}) == {
        profile: "passed"
    }


@pytest.mark.parametrize("odd", [True, False, -1, 1.5, [], ["a"], {}, {"a": 1}, "a"], ids=repr)
@pytest.mark.parametrize("name", [field.encode_name for field in msgspec.structs.fields(Record)])
def test_a_field_of_another_type_never_gets_past_the_reader(name: str, odd: object):
    said = {"eventID": "e", "eventName": "GetObject", "eventSource": "s3.amazonaws.com", "errorCode": 7, name: odd}
    found = envelopes.parse(json.dumps([said]).encode())
    for record in found.records:
        for field in msgspec.structs.fields(Record):
            held = getattr(record, field.name)
            assert isinstance(held, Addendum | None if field.name == "addendum" else field.type)
    assert len(found.records) + len(found.rejects) == 1


@pytest.mark.parametrize(("said", "outcome"), [("Success", "ok"), ("Failure", "denied")])
def test_a_sign_in_of_identity_center_tells_what_became_of_it_in_its_details(said: str, outcome: str):
    who = {"type": "Unknown", "principalId": "111122223333", "accountId": "111122223333"}
    held = record(
        eventSource="signin.amazonaws.com", eventName="CredentialVerification", userIdentity=who,
        serviceEventDetails={"CredentialVerification": said},
    )  # fmt: skip
    (parsed,) = envelopes.parse(json.dumps(held).encode()).records
    assert (facts(parsed).kind.outcome, facts(parsed).kind.error_code) == (outcome, None if said == "Success" else said)
