"""Storage, databases, queues, analytics, secrets and logs.

Shapes: the public records that the project tests against; Amazon S3 User Guide, "Amazon S3 CloudTrail events"; AWS KMS
Developer Guide, "Logging AWS KMS API calls with AWS CloudTrail"; DynamoDB Developer Guide, "Logging DynamoDB operations
by using AWS CloudTrail".
"""

from graphtrail.simulate.catalogue.operation import Operation, Service

_BUCKET = '{"accountId":"<owner>","type":"AWS::S3::Bucket","ARN":"arn:<partition>:s3:::<bucket>"}'
_OBJECT = '[{"type":"AWS::S3::Object","ARN":"arn:<partition>:s3:::<bucket>/<object>"},' + _BUCKET + "]"
_LISTED = '[{"type":"AWS::S3::Object","ARNPrefix":"arn:<partition>:s3:::<bucket>/"},' + _BUCKET + "]"
_NAMED = '"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com"'
_SENT = ('{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,'
         '"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<blob>=","bytesTransferredOut":<bytes>}')  # fmt: skip
_RECEIVED = ('{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<bytes>,'
             '"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<blob>=",'
             '"bytesTransferredOut":0}')  # fmt: skip


def _about_bucket(name: str, asks: str) -> Operation:
    return Operation(name, f'{{{_NAMED},"{asks}":""}}', "null", f"[{_BUCKET}]", extra=_SENT)


S3 = Service(
    "s3",
    "1.11",
    stamps=True,
    operations=(
        Operation("GetObject", "{" + _NAMED + ',"key":"<object>"}', "null", _OBJECT, data=True, extra=_SENT),
        Operation("HeadObject", "{" + _NAMED + ',"key":"<object>"}', "null", _OBJECT, data=True, extra=_SENT),
        Operation("PutObject", "{" + _NAMED + ',"key":"<object>","x-amz-server-side-encryption":"aws:kms"}',
                  '{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"<key>",'
                  '"x-amz-version-id":"<hex><hex>"}', _OBJECT, data=True, extra=_RECEIVED),
        Operation("CopyObject", "{" + _NAMED + ',"key":"<object>","x-amz-copy-source":"<source>"}', "null", _OBJECT,
                  read_only=False, data=True, extra=_SENT),
        Operation("DeleteObject", "{" + _NAMED + ',"key":"<object>"}', "null", _OBJECT, data=True, extra=_SENT),
        Operation("ListObjects", "{" + _NAMED + ',"list-type":"2","prefix":"<team>/dt=<date>/","max-keys":"1000"}',
                  "null", _LISTED, data=True, extra=_SENT),
        Operation("ListBuckets", '{"Host":"s3.<region>.amazonaws.com"}', "null", extra=_SENT),
        Operation("HeadBucket", "{" + _NAMED + "}", "null", f"[{_BUCKET}]", extra=_SENT),
        _about_bucket("GetBucketLocation", "location"),
        _about_bucket("GetBucketAcl", "acl"),
        _about_bucket("GetBucketPolicy", "policy"),
        _about_bucket("GetBucketVersioning", "versioning"),
        _about_bucket("GetBucketEncryption", "encryption"),
        _about_bucket("GetBucketTagging", "tagging"),
        _about_bucket("GetBucketPublicAccessBlock", "publicAccessBlock"),
        _about_bucket("GetBucketLogging", "logging"),
        Operation("DeleteBucketPolicy", "{" + _NAMED + ',"policy":""}', "null", f"[{_BUCKET}]", extra=_SENT),
    ),
)  # fmt: skip

_TABLE = '[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"<arn:dynamodb>table/<table>"}]'
_ITEM = '{"tableName":"<table>","key":{"pk":"<team>#<n>"},"returnConsumedCapacity":"NONE"}'
DYNAMODB = Service(
    "dynamodb",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("GetItem", _ITEM, "null", _TABLE, data=True),
        Operation("PutItem", '{"tableName":"<table>","key":{"pk":"<team>#<n>"},"items":["pk","<column>"]}', "null",
                  _TABLE, data=True),
        Operation("UpdateItem", _ITEM, "null", _TABLE, data=True),
        Operation("Query", '{"tableName":"<table>","keyConditionExpression":"pk = :p","indexName":"by-<column>",'
                  '"limit":100}', "null", _TABLE, data=True),
        Operation("DescribeTable", '{"tableName":"<table>"}', "null", _TABLE),
        Operation("ListTables", '{"limit":100,"exclusiveStartTableName":"<table>"}'),
        Operation("DescribeContinuousBackups", '{"tableName":"<table>"}', "null", _TABLE),
    ),
)  # fmt: skip

KEY_RESOURCE = '[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"<key>"}]'
KMS = Service(
    "kms",
    "1.11",
    denial="AccessDenied",
    operations=(
        Operation("Decrypt", '{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":'
                  '"arn:<partition>:s3:::<bucket>/<object>"}}', "null", KEY_RESOURCE, read_only=True),
        Operation("GenerateDataKey", '{"keyId":"<key>","keySpec":"AES_256","encryptionContext":{"aws:s3:arn":'
                  '"arn:<partition>:s3:::<bucket>/<object>"}}', "null", KEY_RESOURCE, read_only=True),
        Operation("DescribeKey", '{"keyId":"<key>"}', "null", KEY_RESOURCE),
        Operation("ListAliases", '{"keyId":"<key>"}'),
        Operation("GetKeyRotationStatus", '{"keyId":"<key>"}', "null", KEY_RESOURCE),
        Operation("GetKeyPolicy", '{"keyId":"<key>","policyName":"default"}', "null", KEY_RESOURCE),
    ),
)  # fmt: skip

SECRETS = Service(
    "secretsmanager",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("GetSecretValue", '{"secretId":"<arn:secretsmanager>secret:<secret>"}'),
        Operation("DescribeSecret", '{"secretId":"<arn:secretsmanager>secret:<secret>"}'),
        Operation("GetResourcePolicy",
                  '{"secretId":"<arn:secretsmanager>secret:<secret>"}'),
        Operation("ListSecrets", '{"maxResults":100}'),
    ),
)  # fmt: skip

RDS = Service(
    "rds",
    "1.08",
    operations=(
        Operation("DescribeDBInstances", '{"dBInstanceIdentifier":"<database>"}'),
        Operation("DescribeDBClusters", '{"dBClusterIdentifier":"<database>","includeShared":false}'),
        Operation("DescribeDBSnapshots", '{"dBInstanceIdentifier":"<database>","snapshotType":"automated",'
                  '"includeShared":false,"includePublic":false}'),
        Operation("ListTagsForResource", '{"resourceName":"<arn:rds>db:<database>"}'),
        Operation("DescribeDBLogFiles", '{"dBInstanceIdentifier":"<database>","fileLastWritten":<ms>}'),
        Operation("DownloadDBLogFilePortion", '{"dBInstanceIdentifier":"<database>","logFileName":'
                  '"error/postgresql.log.<date>","marker":"<n>"}', read_only=True),
        Operation("CreateDBSnapshot", '{"dBInstanceIdentifier":"<database>","dBSnapshotIdentifier":"<database>-<hex>"}',
                  '{"dBSnapshotIdentifier":"<database>-<hex>","dBInstanceIdentifier":"<database>","status":"creating"}'),
    ),
)  # fmt: skip

_QUEUE_URL = '"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>"'
SQS = Service(
    "sqs",
    "1.11",
    operations=(
        Operation("GetQueueAttributes", "{" + _QUEUE_URL + ',"attributeNames":["All"]}'),
        Operation("GetQueueUrl", '{"queueName":"<queue>"}'),
        Operation("ListQueues", '{"queueNamePrefix":"<team>"}'),
        Operation("ReceiveMessage", "{" + _QUEUE_URL + ',"maxNumberOfMessages":10,"waitTimeSeconds":20}',
                  "null", '[{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":'
                  '"<arn:sqs><queue>"}]', read_only=False, data=True),
    ),
)  # fmt: skip

SNS = Service(
    "sns",
    "1.10",
    denial="AuthorizationError",
    operations=(
        Operation("Publish", '{"topicArn":"<arn:sns><topic>","message":'
                  '"<hidden>"}', '{"messageId":"<uuid>"}',
                  '[{"accountId":"<account>","type":"AWS::SNS::Topic","ARN":'
                  '"<arn:sns><topic>"}]', read_only=False, data=True),
        Operation("GetTopicAttributes", '{"topicArn":"<arn:sns><topic>"}'),
        Operation("ListSubscriptionsByTopic",
                  '{"topicArn":"<arn:sns><topic>"}'),
    ),
)  # fmt: skip

ATHENA = Service(
    "athena",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("StartQueryExecution", '{"queryString":"<hidden>","clientRequestToken":"<uuid>",'
                  '"workGroup":"<workgroup>"}', '{"queryExecutionId":"<uuid>"}'),
        Operation("GetQueryExecution", '{"queryExecutionId":"<uuid>"}'),
        Operation("GetQueryResults", '{"queryExecutionId":"<uuid>","maxResults":1000}'),
        Operation("GetWorkGroup", '{"workGroup":"<workgroup>"}'),
    ),
)  # fmt: skip

GLUE = Service(
    "glue",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("GetTable", '{"databaseName":"<team>","name":"<catalog_table>"}'),
        Operation("GetPartitions", '{"databaseName":"<team>","tableName":"<catalog_table>","expression":'
                  '"dt >= date(<date>)","nextToken":"<page>"}'),
        Operation("BatchCreatePartition", '{"databaseName":"<team>","tableName":"<catalog_table>",'
                  '"partitionInputList":[{"values":["<date>","<hex>"]}]}'),
        Operation("GetJobRun", '{"jobName":"<project>","runId":"jr_<digest>","predecessorsIncluded":false}'),
    ),
)  # fmt: skip

LOGS = Service(
    "logs",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("CreateLogStream", '{"logGroupName":"<log_group>","logStreamName":"<log_stream>"}'),
        Operation("DescribeLogGroups", '{"logGroupNamePrefix":"<log_group>","limit":50}'),
        Operation("DescribeLogStreams", '{"logGroupName":"<log_group>","logStreamNamePrefix":"<log_stream>"}'),
        Operation("FilterLogEvents", '{"logGroupName":"<log_group>","startTime":<ms>,"limit":1000,"nextToken":'
                  '"<page>"}'),
        Operation("StartQuery", '{"logGroupName":"<log_group>","startTime":<ms>,"queryString":"<hidden>"}',
                  '{"queryId":"<uuid>"}', read_only=True),
        Operation("GetQueryResults", '{"queryId":"<uuid>"}'),
    ),
)  # fmt: skip

CLOUDWATCH = Service(
    "cloudwatch",
    "1.11",
    source="monitoring",
    operations=(
        Operation("GetMetricData", '{"startTime":"<since>","endTime":"<until>","metricDataQueries":[{"id":"m1",'
                  '"metricStat":{"metric":{"namespace":"<namespace>","metricName":"<metric>"},"period":60,"stat":'
                  '"Average"}}]}'),
        Operation("DescribeAlarms", '{"alarmNames":["<service>-<metric>"]}'),
        Operation("GetMetricStatistics", '{"namespace":"<namespace>","metricName":"<metric>","startTime":"<since>",'
                  '"endTime":"<until>","period":300,"statistics":["Sum"],"dimensions":[{"name":"InstanceId","value":'
                  '"<instance>"}]}'),
        Operation("ListMetrics", '{"namespace":"<namespace>"}'),
    ),
)  # fmt: skip

EVENTS = Service(
    "events",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("DescribeRule", '{"name":"<rule>"}'),
        Operation("ListTargetsByRule", '{"rule":"<rule>","limit":100}'),
        Operation("ListRules", '{"limit":100}'),
    ),
)

STATES = Service(
    "states",
    "1.08",
    denial="AccessDeniedException",
    operations=(
        Operation("StartExecution", '{"stateMachineArn":"<arn:states>stateMachine:<machine>",'
                  '"name":"<uuid>","input":"<hidden>"}',
                  '{"executionArn":"<arn:states>execution:<machine>:<uuid>","startDate":'
                  '"<created>"}'),
        Operation("DescribeExecution", '{"executionArn":"<arn:states>execution:<machine>:<uuid>"}'),
        Operation("GetExecutionHistory", '{"executionArn":"<arn:states>execution:<machine>:<uuid>",'
                  '"maxResults":100}'),
    ),
)  # fmt: skip

SERVICES = (S3, DYNAMODB, KMS, SECRETS, RDS, SQS, SNS, ATHENA, GLUE, LOGS, CLOUDWATCH, EVENTS, STATES)
