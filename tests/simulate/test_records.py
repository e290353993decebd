import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.simulate.conftest import Run

TEXT, MAYBE_OBJECT = (str,), (dict, type(None))
FIELDS = {
    "eventVersion": TEXT, "userIdentity": (dict,), "eventTime": TEXT, "eventSource": TEXT, "eventName": TEXT,
    "awsRegion": TEXT, "sourceIPAddress": TEXT, "userAgent": TEXT, "errorCode": TEXT, "errorMessage": TEXT,
    "requestParameters": MAYBE_OBJECT, "responseElements": MAYBE_OBJECT, "additionalEventData": (dict,),
    "requestID": TEXT, "eventID": TEXT, "readOnly": (bool,), "resources": (list,), "eventType": TEXT,
    "managementEvent": (bool,), "recipientAccountId": TEXT, "serviceEventDetails": (dict,), "sharedEventID": TEXT,
    "vpcEndpointId": TEXT, "eventCategory": TEXT, "tlsDetails": (dict,), "sessionCredentialFromConsole": TEXT,
}  # fmt: skip
SOMETIMES = {
    "errorCode", "errorMessage", "additionalEventData", "requestID", "resources", "serviceEventDetails",
    "sharedEventID", "vpcEndpointId", "tlsDetails", "sessionCredentialFromConsole",
}  # fmt: skip
IDENTITY = {
    "type", "principalId", "arn", "accountId", "accessKeyId", "userName", "identityProvider", "invokedBy",
    "credentialId",
}  # fmt: skip
CONTEXT = {
    "sessionIssuer": dict, "webIdFederationData": dict, "attributes": dict, "sourceIdentity": str,
    "ec2RoleDelivery": str, "assumedRoot": str,
}  # fmt: skip


def test_every_field_has_its_json_type_and_its_place(run: "Run"):
    order = list(FIELDS)
    for record in run.records:
        assert {name for name, value in record.items() if not isinstance(value, FIELDS[name])} == set()
        assert FIELDS.keys() - record.keys() <= SOMETIMES
        assert [order.index(name) for name in record] == sorted(order.index(name) for name in record)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"])
        assert all(isinstance(part, dict) and part.keys() <= {"ARN", "ARNPrefix", "type", "accountId"}
                   for part in record.get("resources", ()))  # fmt: skip


def test_every_identity_has_fields_of_the_right_types(run: "Run"):
    for record in run.records:
        who = record["userIdentity"]
        assert all(isinstance(value, str) for name, value in who.items() if name in IDENTITY)
        assert who.keys() - IDENTITY <= {"sessionContext", "onBehalfOf", "inScopeOf"}
        context = who.get("sessionContext", {})
        assert all(isinstance(value, CONTEXT[name]) for name, value in context.items())
        assert context.get("attributes", {}).get("mfaAuthenticated", "true") in {"true", "false"}
        if "sessionContext" in who and "assumedRoot" not in context:
            assert ("webIdFederationData" in context) == (record["eventVersion"] == "1.08")


def test_all_kinds_of_callers_are_there_and_roles_dominate(run: "Run"):
    kinds = Counter(record["userIdentity"].get("type") for record in run.records)
    assert set(kinds) == {
        "AssumedRole", "IAMUser", "Root", "FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser",
        "AWSAccount", "AWSService", None,
    }  # fmt: skip
    assert 0.85 <= kinds["AssumedRole"] / len(run.records) <= 0.95


def test_many_services_names_regions_and_versions(run: "Run"):
    assert len({record["eventSource"] for record in run.records}) >= 25
    assert len({record["eventName"] for record in run.records}) >= 150
    assert len({record["awsRegion"] for record in run.records}) >= 4
    assert {record["eventVersion"] for record in run.records} == {"1.08", "1.09", "1.10", "1.11"}


def test_people_work_by_day(run: "Run"):
    hours = Counter(record["eventTime"][11:13] for record in run.records
                    if "AWSReservedSSO" in record["userIdentity"].get("arn", ""))  # fmt: skip
    assert sum(hours[f"{hour:02}"] for hour in range(8, 18)) > 0.6 * hours.total()


def test_every_answer_with_credentials_holds_a_token_and_an_end_in_one_of_the_real_forms(run: "Run"):
    forms = Counter()
    for record in run.events.values():
        credentials = (record["responseElements"] or {}).get("credentials")
        if credentials:
            assert credentials["sessionToken"].startswith("IQoJb3JpZ2lu")
            forms[re.sub(r"\d+", "0", re.sub(r"[A-Z][a-z]{2}|[AP]M", "x", credentials["expiration"]))] += 1
    assert forms.keys() == {"x 0, 0, 0:0:0 x", "x 0, 0 0:0:0 x", "0-0-0T0:0:0Z"}
    assert forms.most_common(1)[0][0] == "x 0, 0, 0:0:0 x"


def test_refusals_of_sts_and_iam_name_their_target_in_the_message_only(run: "Run"):
    refused = [record for record in run.records if record.get("errorCode") == "AccessDenied"
               and record["eventSource"] in {"sts.amazonaws.com", "iam.amazonaws.com"}]  # fmt: skip
    assert any(record["eventName"] == "AssumeRole" for record in refused)
    for record in refused:
        assert record["requestParameters"] is None
        assert "resources" not in record
        assert " is not authorized to perform: " in record["errorMessage"]


def test_failed_calls_answer_nothing(run: "Run"):
    assert all(record["responseElements"] is None for record in run.records if "errorCode" in record)


def test_both_copies_of_a_call_between_accounts_agree(run: "Run"):
    pairs = [call.copies for call in run.calls if len(call.copies) == 2]
    assert Counter(pair[0]["eventName"] for pair in pairs).keys() >= {"AssumeRole", "GetObject"}
    for first, second in pairs:
        assert first["eventID"] != second["eventID"]
        assert first["recipientAccountId"] != second["recipientAccountId"]
        for name in ("requestID", "eventName", "eventTime", "requestParameters", "responseElements", "resources"):
            assert first[name] == second[name]


def test_the_owner_of_a_bucket_sees_strangers_in_both_ways(run: "Run"):
    shown = Counter()
    for call in run.calls:
        if len(call.copies) == 2 and call.record["eventSource"] == "s3.amazonaws.com":
            other = next(copy for copy in call.copies if copy is not call.record)
            assert "accessKeyId" not in other["userIdentity"]
            shown[other["userIdentity"]["type"]] += 1
    assert shown.keys() == {"AWSAccount", "AssumedRole"}


def test_object_calls_are_data_events_and_name_object_and_bucket(run: "Run"):
    gets = [record for record in run.records if record["eventName"] == "GetObject"]
    assert len(gets) > 1_000
    for record in gets:
        assert record["eventCategory"] == "Data"
        assert record["managementEvent"] is False
        assert [part.get("type") for part in record["resources"]] == ["AWS::S3::Object", "AWS::S3::Bucket"]
        assert "accountId" not in record["resources"][0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ec2RoleDelivery", {"1.0", "2.0"}), ("assumedRoot", {"true"}), ("sourceIdentity", None)],
)
def test_rare_parts_of_the_session_context_occur(run: "Run", name: str, value: set[str] | None):
    found = {record["userIdentity"].get("sessionContext", {}).get(name) for record in run.records} - {None}
    assert found == value if value else found


def test_workloads_are_named_on_newer_records(run: "Run"):
    kinds = {record["userIdentity"].get("inScopeOf", {}).get("issuerType") for record in run.records}
    assert kinds == {None, "AWS::EC2::Instance", "AWS::Lambda::Function"}


def test_ids_carry_the_number_of_their_account(run: "Run"):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    for record in run.records[:4_000]:
        who = record["userIdentity"]
        for word in (who.get("accessKeyId"), who.get("principalId", "").split(":")[0]):
            if word and re.match(r"A(KIA|SIA|ROA|IDA)", word):
                bits = sum(
                    alphabet.index(letter) << shift for letter, shift in zip(word[4:14], range(45, -1, -5), strict=True)
                )
                assert f"{(bits >> 2 & 0x7FFFFFFFFF80) >> 7:012}" == who["accountId"]
