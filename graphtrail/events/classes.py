"""What kind of access a call is: looking, reading data, changing, handing out credentials.

Source: access levels of the Service Authorization Reference (``authorization``); what that table cannot tell, from the
API references: operations whose name is not that of their IAM action, what reads contents and not metadata, what hands
out credentials, what uses a KMS key.
"""

import re
from functools import lru_cache

from graphtrail.events.authorization import authorization

CLASSES = ("list", "read", "read_data", "write", "permissions", "credential", "crypto", "tagging")
_LEVELS = {"List": "list", "Read": "read", "Write": "write", "Tagging": "tagging",
           "Permissions management": "permissions"}  # fmt: skip
# Operations that are authorised as another action.
_IAM = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "s3:AbortMultipartUpload": "s3:AbortMultipartUpload",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteBucketCors": "s3:PutBucketCORS",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteAccountPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeleteBucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:PutBucketCors": "s3:PutBucketCORS",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "s3:PostObject": "s3:PutObject",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:SelectObjectContent": "s3:GetObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",
}
# Configurations of a bucket: ``GetBucketInventoryConfiguration`` is IAM's ``s3:GetInventoryConfiguration``.
_IAM |= {
    f"s3:{verb}Bucket{what}Configuration{several}": f"s3:{level}{what}Configuration"
    for what in ("Accelerate", "Analytics", "IntelligentTiering", "Inventory", "Metrics")
    for verb, several, level in (("Get", "", "Get"), ("List", "s", "Get"), ("Put", "", "Put"), ("Delete", "", "Put"))
}
_READS_DATA = frozenset({
    "athena:GetQueryResults", "codecommit:GetBlob", "codecommit:GetFile", "codecommit:GitPull", "dynamodb:BatchGetItem",
    "dynamodb:ExecuteStatement", "dynamodb:GetItem", "dynamodb:GetRecords", "dynamodb:PartiQLSelect", "dynamodb:Query",
    "dynamodb:Scan", "dynamodb:TransactGetItems", "ebs:GetSnapshotBlock", "ec2:GetPasswordData",
    "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "kinesis:GetRecords", "lambda:GetFunction",
    "logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetQueryResults", "rds-data:ExecuteStatement",
    "redshift-data:GetStatementResult", "s3:GetObject", "s3:GetObjectTorrent", "s3:SelectObjectContent",
    "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage", "ssm:GetParameter",
    "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath",
})  # fmt: skip
_CREDENTIALS = re.compile(
    r"sts:(?:Assume\w+|GetFederationToken|GetSessionToken|GetDelegatedAccessToken|GetWebIdentityToken)"
    r"|iam:CreateAccessKey|sso:GetRoleCredentials|signin:CreateOAuth2Token|eks-auth:AssumeRoleForPodIdentity"
    r"|cognito-identity:GetCredentialsForIdentity|s3(?:express)?:CreateSession|s3:GetDataAccess"
    r"|lakeformation:(?:AssumeDecoratedRoleWithSAML|GetTemporary\w+Credentials)|redshift:GetClusterCredentials\w*"
    r"|lightsail:(?:CreateBucketAccessKey|GetBucketAccessKeys)|deadline:Assume(?:Fleet|Queue)RoleFor\w+"
    r"|gamelift:(?:GetComputeAccess|RequestUploadCredentials)|datazone:GetEnvironmentCredentials|ssm:GetAccessToken"
    r"|codepipeline:(?:GetJobDetails|GetThirdPartyJobDetails|PollForJobs)"
    r"|redshift-serverless:GetCredentials|ecr(?:-public)?:GetAuthorizationToken|codeartifact:GetAuthorizationToken"
)
_CRYPTO = re.compile(r"kms:(?:Encrypt|Decrypt|ReEncrypt\w*|GenerateDataKey\w*|GenerateMac|VerifyMac|Sign|Verify)")
_LISTS = re.compile(r"(?:List|Describe)")


def iam_action(action: str) -> str:
    """The IAM action that an operation is authorised as: ``s3:ListBucket`` of ``s3:HeadBucket``."""
    return _IAM.get(action, action)


@lru_cache(maxsize=16_384)
def access_class(action: str, read_only: bool | None) -> str | None:  # noqa: FBT001 - a field of the record
    """One of ``CLASSES``.

    Args:
        action: ``s3:GetObject``.
        read_only: as recorded, for actions that AWS's table does not know; None then is None.
    """
    told = _told(action)
    if told is not None:
        return told
    if read_only is None:
        return None
    looks = "list" if _LISTS.match(action.partition(":")[2]) else "read"
    return looks if read_only else "write"


def _told(action: str) -> str | None:
    """The class of an action that is known, whatever its record says."""
    if action in _READS_DATA:
        return "read_data"
    if _CREDENTIALS.fullmatch(action):
        return "credential"
    if _CRYPTO.fullmatch(action):
        return "crypto"
    known = authorization(iam_action(action))
    return _LEVELS[known.level] if known is not None else None
