"""Identity, organisation, audit and the edge of the network.

Shapes: the public records that the project tests against; IAM User Guide, "Logging IAM and AWS STS API calls with AWS
CloudTrail". The operations that hand out credentials are not here: ``sts.py`` writes them.
"""

from graphtrail.simulate.catalogue.operation import Operation, Service

_SERVED = '{"RequestDetails":{"awsServingRegion":"<region>","endpointType":"regional"}}'
STS = Service(
    "sts",
    "1.11",
    mute=True,
    stamps=True,
    operations=(
        Operation("GetCallerIdentity", extra=_SERVED),
        Operation("AssumeRole", read_only=True),  # when it is refused; sts.py writes those that succeed
        Operation("DecodeAuthorizationMessage", '{"encodedMessage":"<page>"}', read_only=False),
    ),
)

IAM = Service(
    "iam",
    "1.11",
    everywhere=True,
    mute=True,
    operations=(
        Operation("GetRole", '{"roleName":"<role_name>"}'),
        Operation("GetRolePolicy", '{"roleName":"<role_name>","policyName":"<policy>"}'),
        Operation("ListRolePolicies", '{"roleName":"<role_name>"}'),
        Operation("ListAttachedRolePolicies", '{"roleName":"<role_name>"}'),
        Operation("ListRoles", '{"maxItems":1000}'),
        Operation("ListUsers", '{"maxItems":1000}'),
        Operation("GetPolicy", '{"policyArn":"arn:<partition>:iam::<account>:policy/<policy>"}'),
        Operation("GetPolicyVersion", '{"policyArn":"arn:<partition>:iam::<account>:policy/<policy>","versionId":'
                  '"v<n>"}'),
        Operation("ListPolicyVersions", '{"policyArn":"arn:<partition>:iam::<account>:policy/<policy>"}'),
        Operation("ListInstanceProfilesForRole", '{"roleName":"<role_name>"}'),
        Operation("GetInstanceProfile", '{"instanceProfileName":"<role_name>"}'),
        Operation("ListAccountAliases"),
        Operation("GetAccountSummary"),
        Operation("GenerateServiceLastAccessedDetails", '{"arn":"arn:<partition>:iam::<account>:role/<role_name>"}',
                  '{"jobId":"<uuid>"}', read_only=True),
        Operation("GetServiceLastAccessedDetails", '{"jobId":"<uuid>"}'),
        Operation("AttachUserPolicy", '{"userName":"<user_name>","policyArn":"<policy_arn>"}'),
        Operation("CreateUser", '{"userName":"<user_name>"}', '{"user":{"path":"/","userName":"<user_name>","userId":'
                  '"<user_id>","arn":"arn:<partition>:iam::<account>:user/<user_name>","createDate":"<created>"}}'),
        Operation("CreateAccessKey", '{"userName":"<user_name>"}', '{"accessKey":{"userName":"<user_name>",'
                  '"accessKeyId":"<access_key>","status":"Active","createDate":"<created>"}}'),
        Operation("CreateLoginProfile", '{"userName":"<user_name>","passwordResetRequired":false}',
                  '{"loginProfile":{"userName":"<user_name>","createDate":"<created>","passwordResetRequired":false}}'),
        Operation("UpdateLoginProfile", '{"userName":"<user_name>"}'),
        Operation("ChangePassword"),
    ),
)  # fmt: skip

ORGANIZATIONS = Service(
    "organizations",
    "1.08",
    everywhere=True,
    mute=True,
    operations=(
        Operation("DescribeOrganization"),
        Operation("ListAccounts", '{"maxResults":20}'),
        Operation("DescribeAccount", '{"accountId":"<account>"}'),
        Operation("ListParents", '{"childId":"<account>"}'),
    ),
)

_TRAIL = '"<arn:cloudtrail>trail/<team>-audit"'
CLOUDTRAIL = Service(
    "cloudtrail",
    "1.11",
    denial="AccessDenied",
    stamps=True,
    operations=(
        Operation("LookupEvents", '{"maxResults":50,"startTime":"<since>","endTime":"<until>","lookupAttributes":['
                  '{"attributeKey":"ResourceName","attributeValue":"<service>"}]}'),
        Operation("DescribeTrails", '{"trailNameList":[],"includeShadowTrails":true}'),
        Operation("GetTrailStatus", '{"name":' + _TRAIL + "}"),
        Operation("GetEventSelectors", '{"trailName":' + _TRAIL + "}"),
        Operation("StopLogging", '{"name":"<trail>"}'),
    ),
)  # fmt: skip

CONFIG = Service(
    "config",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("DescribeConfigurationRecorderStatus", '{"configurationRecorderNames":["default"]}'),
        Operation("PutEvaluations", '{"evaluations":[{"complianceResourceType":"AWS::EC2::Instance",'
                  '"complianceResourceId":"<instance>","complianceType":"COMPLIANT"}],"resultToken":'
                  '"<hidden>"}', '{"failedEvaluations":[]}'),
        Operation("GetComplianceDetailsByConfigRule", '{"configRuleName":"<rule>","nextToken":"<page>"}'),
        Operation("BatchGetResourceConfig", '{"resourceKeys":[{"resourceType":"AWS::EC2::Volume","resourceId":'
                  '"<volume>"}]}'),
    ),
)  # fmt: skip

GUARDDUTY = Service(
    "guardduty",
    "1.10",
    denial="AccessDeniedException",
    operations=(
        Operation("ListFindings", '{"detectorId":"<detector>","maxResults":50}'),
        Operation("GetDetector", '{"detectorId":"<detector>"}'),
        Operation("GetFindingsStatistics", '{"detectorId":"<detector>","findingStatisticTypes":["COUNT_BY_SEVERITY"]}'),
    ),
)

SECURITYHUB = Service(
    "securityhub",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("GetFindings", '{"MaxResults":100}'),
        Operation("BatchImportFindings", '{"Findings":[{"Id":"<uuid>","ProductArn":'
                  '"arn:<partition>:securityhub:<region>::product/aws/config","AwsAccountId":"<account>"}]}',
                  '{"FailedCount":0,"SuccessCount":1}'),
        Operation("DescribeHub"),
    ),
)  # fmt: skip

ROUTE53 = Service(
    "route53",
    "1.08",
    everywhere=True,
    operations=(
        Operation("ListHostedZones", '{"maxItems":"100","marker":"<zone>"}'),
        Operation("ListResourceRecordSets", '{"hostedZoneId":"<zone>","name":"<host>","type":"A"}'),
        Operation("ChangeResourceRecordSets", '{"hostedZoneId":"<zone>","changeBatch":{"changes":[{"action":"UPSERT",'
                  '"resourceRecordSet":{"name":"<host>","type":"A","tTL":60,"resourceRecords":[{"value":"<private_ip>"}]}}]}}',
                  '{"changeInfo":{"id":"/change/C<hex>","status":"PENDING","submittedAt":"<created>"}}'),
        Operation("GetChange", '{"id":"C<hex>"}'),
    ),
)  # fmt: skip

CLOUDFRONT = Service(
    "cloudfront",
    "1.08",
    everywhere=True,
    operations=(
        Operation("GetDistribution", '{"id":"<distribution>"}'),
        Operation("CreateInvalidation", '{"distributionId":"<distribution>","invalidationBatch":{"callerReference":'
                  '"<uuid>","paths":{"quantity":1,"items":["/<hex>/*"]}}}',
                  '{"invalidation":{"id":"I<hex>","status":"InProgress"}}'),
        Operation("ListDistributions", '{"maxItems":"100"}'),
    ),
)  # fmt: skip

ACM = Service(
    "acm",
    "1.09",
    denial="AccessDeniedException",
    operations=(
        Operation("DescribeCertificate", '{"certificateArn":"<certificate>"}'),
        Operation("ListCertificates", '{"maxItems":100}'),
    ),
)

WAF = Service(
    "wafv2",
    "1.08",
    denial="AccessDeniedException",
    operations=(
        Operation("GetSampledRequests", '{"webAclArn":"<arn:wafv2>regional/webacl/<service>/'
                  '<uuid>","ruleMetricName":"<rule>","scope":"REGIONAL","maxItems":100}'),
        Operation("GetWebACLForResource", '{"resourceArn":"<balancer>"}'),
    ),
)  # fmt: skip

TAGGING = Service(
    "tag",
    "1.08",
    source="tagging",
    denial="AccessDeniedException",
    operations=(
        Operation("GetResources", '{"tagFilters":[{"key":"team","values":["<team>"]}]}'),
        Operation("GetTagKeys", '{"paginationToken":""}'),
    ),
)

APIGATEWAY = Service(
    "apigateway",
    "1.08",
    denial="AccessDeniedException",
    operations=(
        Operation("GetRestApi", '{"restApiId":"<api>","template":false}'),
        Operation("GetDeployments", '{"restApiId":"<api>","template":false,"position":"<hex>"}'),
        Operation("GetStage", '{"restApiId":"<api>","stageName":"<team>","template":false}'),
    ),
)

HEALTH = Service(
    "health",
    "1.08",
    operations=(
        Operation("DescribeEventAggregates", '{"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":['
                  '"open","upcoming"],"startTimes":[{"from":"<since>"}]}}'),
    ),
)  # fmt: skip

COST = Service(
    "ce",
    "1.08",
    operations=(
        Operation("GetCostAndUsage", '{"granularity":"DAILY","metrics":["UnblendedCost"],"timePeriod":{"start":'
                  '"<date>","end":"<today>"}}'),
    ),
)  # fmt: skip

BACKUP = Service(
    "backup",
    "1.08",
    denial="AccessDeniedException",
    operations=(
        Operation("StartBackupJob", '{"backupVaultName":"<team>","resourceArn":"<arn:ec2>'
                  'volume/<volume>","idempotencyToken":"<uuid>"}', '{"backupJobId":"<uuid>"}'),
        Operation("ListRecoveryPointsByBackupVault", '{"backupVaultName":"<team>"}'),
        Operation("DescribeBackupJob", '{"backupJobId":"<uuid>"}'),
    ),
)  # fmt: skip

SERVICES = (
    STS, IAM, ORGANIZATIONS, CLOUDTRAIL, CONFIG, GUARDDUTY, SECURITYHUB, ROUTE53, CLOUDFRONT, ACM, WAF, TAGGING,
    APIGATEWAY, HEALTH, COST, BACKUP,
)  # fmt: skip
