"""Which calls lead a service to call another one with the caller's rights.

Shapes: Decrypt behind GetSecretValue and behind GetParameter as in the public set invictus.
"""

from typing import NamedTuple

from graphtrail.simulate.catalogue import CALLS, Call
from graphtrail.simulate.catalogue.compute import PARAMETER_RESOURCE, SSM
from graphtrail.simulate.catalogue.data import KEY_RESOURCE, KMS
from graphtrail.simulate.catalogue.operation import Operation


class Forwarding(NamedTuple):
    """A call, the service that it makes call another, as ``invokedBy`` shows it, and what that service calls."""

    direct: Call
    service: str
    forwarded: Call


def _decrypt(context: str) -> Call:
    request = f'{{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{{{context}}}}}'
    return Call(KMS, Operation("Decrypt", request, "null", KEY_RESOURCE, read_only=True))


_SECRET = _decrypt('"SecretARN":"<arn:secretsmanager>secret:<secret>","SecretVersionId":"<uuid>"')
_PARAMETER = _decrypt('"PARAMETER_ARN":"<arn:ssm>parameter<parameter>"')
_READ_PARAMETER = Call(
    SSM, Operation("GetParameter", '{"name":"<parameter>","withDecryption":true}', "null", PARAMETER_RESOURCE)
)
FORWARDINGS = (
    Forwarding(CALLS["secretsmanager:GetSecretValue"], "secretsmanager.amazonaws.com", _SECRET),
    Forwarding(_READ_PARAMETER, "AWS Internal", _PARAMETER),
    Forwarding(CALLS["athena:StartQueryExecution"], "athena.amazonaws.com", CALLS["glue:GetTable"]),
    Forwarding(CALLS["cloudformation:ExecuteChangeSet"], "cloudformation.amazonaws.com", CALLS["ec2:DescribeSubnets"]),
)
QUERY = FORWARDINGS[2]
