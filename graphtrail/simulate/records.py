"""A CloudTrail record: its fields in the order in which AWS writes them.

Format: AWS CloudTrail User Guide, "CloudTrail record contents". Which fields stand where was read from real records:
``requestID`` is missing on sign-ins, ``tlsDetails`` on calls that a service sent, ``resources`` wherever the service
names none; ``sharedEventID`` stands on calls between accounts and on those of services.
"""

from functools import lru_cache

from msgspec import Raw, Struct
from msgspec.json import Encoder

encode = Encoder().encode
NULL = Raw(b"null")

_RENAMED = {
    "event_version": "eventVersion",
    "user_identity": "userIdentity",
    "event_time": "eventTime",
    "event_source": "eventSource",
    "event_name": "eventName",
    "aws_region": "awsRegion",
    "source_ip_address": "sourceIPAddress",
    "user_agent": "userAgent",
    "error_code": "errorCode",
    "error_message": "errorMessage",
    "request_parameters": "requestParameters",
    "response_elements": "responseElements",
    "additional_event_data": "additionalEventData",
    "request_id": "requestID",
    "event_id": "eventID",
    "read_only": "readOnly",
    "event_type": "eventType",
    "management_event": "managementEvent",
    "recipient_account_id": "recipientAccountId",
    "service_event_details": "serviceEventDetails",
    "shared_event_id": "sharedEventID",
    "vpc_endpoint_id": "vpcEndpointId",
    "event_category": "eventCategory",
    "tls_details": "tlsDetails",
    "session_credential_from_console": "sessionCredentialFromConsole",
}


class Record(Struct, omit_defaults=True, rename=_RENAMED, gc=False):
    """One record. Elements that are objects come ready as JSON; ``None`` means that the field is absent."""

    event_version: str
    user_identity: Raw
    event_time: str
    event_source: str
    event_name: str
    aws_region: str
    source_ip_address: str
    user_agent: str
    error_code: str | None = None
    error_message: str | None = None
    # AWS writes these two always, ``null`` where they are empty.
    request_parameters: Raw | None = None
    response_elements: Raw | None = None
    additional_event_data: Raw | None = None
    request_id: str | None = None
    event_id: str = ""
    read_only: bool | None = None
    resources: Raw | None = None
    event_type: str = ""
    management_event: bool | None = None
    recipient_account_id: str = ""
    service_event_details: Raw | None = None
    shared_event_id: str | None = None
    vpc_endpoint_id: str | None = None
    event_category: str = ""
    tls_details: Raw | None = None
    session_credential_from_console: str | None = None


@lru_cache(maxsize=4096)
def tls(host: str) -> Raw:
    """The ``tlsDetails`` of a call to a host; older endpoints still speak TLS 1.2."""
    old = host.startswith(("autoscaling", "rds", "elasticloadbalancing", "monitoring"))
    version, suite = ("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256") if old else ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
    return Raw(encode({"tlsVersion": version, "cipherSuite": suite, "clientProvidedHostHeader": host}))
