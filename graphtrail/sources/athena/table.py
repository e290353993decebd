"""The table of a trail bucket, with partition projection: nothing to crawl, and a query reads only its days.

Sources: Athena User Guide, "Create a table for CloudTrail logs in Athena using partition projection" (columns, SerDe,
input format, template) and "Set up partition projection" (types ``enum``, ``injected``, ``date``).
"""

import re
from collections.abc import Sequence

from graphtrail.errors import UsageError

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,127}")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z]+)+-\d")
_PLACE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/(?:[A-Za-z0-9!_.*()/ =-]*/)?")

# The fields of a record, as CloudTrail spells them, and their types in Athena; objects of many shapes are text.
_ISSUER = "struct<type:string, principalId:string, arn:string, accountId:string, userName:string>"
_ATTRIBUTES = "struct<mfaAuthenticated:string, creationDate:string, sourceIdentity:string, signInSessionArn:string>"
_CONTEXT = (
    f"struct<attributes:{_ATTRIBUTES}, sessionIssuer:{_ISSUER}, "
    "webIdFederationData:struct<federatedProvider:string, attributes:map<string,string>>, sourceIdentity:string, "
    "signInSessionArn:string, ec2RoleDelivery:string, assumedRoot:string>"
)
_IDENTITY = (
    "struct<type:string, principalId:string, arn:string, accountId:string, accessKeyId:string, userName:string, "
    f"sessionContext:{_CONTEXT}, invokedBy:string, identityProvider:string, credentialId:string, "
    "onBehalfOf:struct<userId:string, identityStoreArn:string>, "
    "inScopeOf:struct<sourceArn:string, sourceAccount:string, issuerType:string, credentialsIssuedTo:string>, "
    "invokedByDelegate:struct<accountId:string>>"
)
COLUMNS = {
    "eventVersion": "string",
    "userIdentity": _IDENTITY,
    "eventTime": "string",
    "eventSource": "string",
    "eventName": "string",
    "awsRegion": "string",
    "sourceIPAddress": "string",
    "userAgent": "string",
    "errorCode": "string",
    "errorMessage": "string",
    "requestParameters": "string",
    "responseElements": "string",
    "additionalEventData": "string",
    "requestID": "string",
    "eventID": "string",
    "readOnly": "string",
    "resources": "array<struct<ARN:string, accountId:string, type:string>>",
    "eventType": "string",
    "apiVersion": "string",
    "managementEvent": "string",
    "recipientAccountId": "string",
    "serviceEventDetails": "string",
    "sharedEventID": "string",
    "vpcEndpointId": "string",
    "vpcEndpointAccountId": "string",
    "eventCategory": "string",
    "addendum": "struct<reason:string, updatedFields:string, originalRequestID:string, originalEventID:string>",
    "sessionCredentialFromConsole": "string",
    "edgeDeviceDetails": "string",
    "tlsDetails": "struct<tlsVersion:string, cipherSuite:string, clientProvidedHostHeader:string>",
}


def ddl(
    place: str, name: str, regions: Sequence[str], accounts: Sequence[str] = (), first_day: str = "2013/11/01"
) -> str:
    """The statement that makes the table.

    Args:
        place: ``s3://bucket/[prefix/]AWSLogs/`` of an account trail, ``s3://bucket/[prefix/]AWSLogs/o-ID/`` of an
            organisation's.
        name: ``table`` or ``database.table``.
        regions: the Regions that the trail records.
        accounts: the accounts; without any each query must name its accounts.
        first_day: the first day of logs, ``2024/03/01``.

    Raises:
        UsageError: something is not of its form; nothing gets into the statement that could end a literal.
    """
    where = place if place.endswith("/") else f"{place}/"
    parts = name.split(".")
    for value, form, what in (
        *((part, _NAME, "a name of a table or database (letters, digits, _)") for part in parts),
        *((account, _ACCOUNT, "an account (12 digits)") for account in accounts),
        *((region, _REGION, "a Region") for region in regions),
        (where, _PLACE, "a place such as s3://bucket/prefix/AWSLogs/"),
        (first_day, re.compile(r"\d{4}/\d{2}/\d{2}"), "a day such as 2024/03/01"),
    ):
        if not form.fullmatch(value):
            raise UsageError(f"{value!r}: no {what.removeprefix('a ').removeprefix('an ')}")
    known = f"'enum',\n  'projection.account.values' = '{','.join(accounts)}'" if accounts else "'injected'"
    columns = ",\n".join(f"  `{column.lower()}` {kind.lower()}" for column, kind in COLUMNS.items())
    return f"""CREATE EXTERNAL TABLE {".".join(f"`{part}`" for part in parts)} (
{columns}
)
PARTITIONED BY (`account` string, `region` string, `day` string)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '{where}'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.account.type' = {known},
  'projection.region.type' = 'enum',
  'projection.region.values' = '{",".join(regions)}',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'projection.day.range' = '{first_day},NOW',
  'storage.location.template' = '{where}${{account}}/CloudTrail/${{region}}/${{day}}'
)"""
