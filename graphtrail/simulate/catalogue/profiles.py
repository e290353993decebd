"""Who asks for what: the operations of each kind of work, with how often each is asked."""

from types import MappingProxyType

from graphtrail.simulate.catalogue import CALLS, Call
from graphtrail.simulate.dice import Weighted


def _profile(**services: str) -> Weighted[Call]:
    """A profile from words such as ``GetObject*9``, by IAM prefix; without a number the weight is 1."""
    weights: list[tuple[Call, float]] = []
    for service, words in services.items():
        for word in words.split():
            name, _, weight = word.partition("*")
            weights.append((CALLS[f"{service.rstrip('_')}:{name}"], float(weight or 1)))
    return Weighted(weights)


PROFILES = MappingProxyType({
    "function": _profile(
        s3="GetObject*9 PutObject*6 HeadObject*2 ListObjects",
        dynamodb="GetItem*8 PutItem*5 UpdateItem*4 Query*4",
        logs="CreateLogStream*3",
        ssm="GetParameter*2 GetParametersByPath",
        kms="GenerateDataKey*2",
        sqs="ReceiveMessage*3 GetQueueAttributes",
        sns="Publish*2",
        states="StartExecution DescribeExecution",
        sts="GetCallerIdentity",
    ),
    "server": _profile(
        s3="GetObject*8 PutObject*4 HeadObject*2 ListObjects",
        ssm="UpdateInstanceInformation*3 ListInstanceAssociations*2 PutInventory UpdateInstanceAssociationStatus "
        "GetParameter*2 GetDocument",
        ec2="DescribeTags*2 DescribeInstances DescribeVolumes",
        cloudwatch="GetMetricStatistics*2 DescribeAlarms",
        elasticloadbalancing="RegisterTargets DescribeTargetHealth*2",
        autoscaling="CompleteLifecycleAction DescribeAutoScalingInstances",
        sqs="ReceiveMessage*4 GetQueueUrl",
        dynamodb="Query*3 GetItem*3",
        ecr="GetAuthorizationToken BatchGetImage*2 GetDownloadUrlForLayer*2",
    ),
    "container": _profile(
        s3="GetObject*7 PutObject*5",
        dynamodb="GetItem*5 PutItem*4 UpdateItem*3 Query*4 DescribeTable",
        ecs="SubmitTaskStateChange DescribeTasks DiscoverPollEndpoint",
        sns="Publish*4",
        kms="GenerateDataKey*3",
        events="DescribeRule",
        apigateway="GetStage",
        sqs="ReceiveMessage*4",
    ),
    "developer": _profile(
        ec2="DescribeInstances*3 DescribeSecurityGroups*2 DescribeSubnets DescribeVpcs DescribeVolumes "
        "DescribeInstanceStatus DescribeImages DescribeNetworkInterfaces DescribeRouteTables DescribeNatGateways "
        "DescribeAvailabilityZones DescribeVpcEndpoints DescribeKeyPairs DescribeLaunchTemplateVersions",
        logs="FilterLogEvents*6 DescribeLogStreams*3 DescribeLogGroups*2 StartQuery*2 GetQueryResults*2",
        lambda_="GetFunction*2 ListFunctions GetFunctionConfiguration GetPolicy ListEventSourceMappings",
        cloudformation="DescribeStacks*2 DescribeStackEvents*3 ListStacks GetTemplate",
        s3="GetObject*3 ListObjects*2 ListBuckets HeadObject GetBucketPolicy GetBucketLocation",
        sts="GetCallerIdentity",
        ecs="DescribeServices*2 ListTasks DescribeTasks",
        eks="DescribeCluster ListClusters DescribeNodegroup",
        cloudwatch="GetMetricData*3 DescribeAlarms ListMetrics",
        sqs="GetQueueAttributes ListQueues",
        sns="GetTopicAttributes ListSubscriptionsByTopic",
        states="GetExecutionHistory DescribeExecution",
        apigateway="GetRestApi GetDeployments",
        rds="DescribeDBInstances*2 DescribeDBLogFiles DownloadDBLogFilePortion",
        iam="GetRole ListAttachedRolePolicies",
        codebuild="BatchGetBuilds ListBuildsForProject",
        wafv2="GetSampledRequests",
        health="DescribeEventAggregates",
    ),
    "analyst": _profile(
        athena="StartQueryExecution*4 GetQueryExecution*6 GetQueryResults*4 GetWorkGroup",
        glue="GetTable*4 GetPartitions*4 GetJobRun",
        s3="GetObject*5 ListObjects*3 GetBucketLocation",
        cloudwatch="GetMetricData",
        ce="GetCostAndUsage",
        sts="GetCallerIdentity",
        tag="GetResources",
    ),
    "deployer": _profile(
        cloudformation="DescribeStacks*3 DescribeStackEvents*3 CreateChangeSet ExecuteChangeSet GetTemplate",
        lambda_="UpdateFunctionCode*2 PublishVersion GetFunctionConfiguration*2",
        s3="PutObject*6 GetObject*2 HeadBucket",
        ecr="GetAuthorizationToken InitiateLayerUpload*2 PutImage*2 DescribeRepositories",
        ecs="UpdateService DescribeServices*3",
        iam="GetRole*3 ListRolePolicies*2 ListAttachedRolePolicies*2 GetRolePolicy GetPolicy GetPolicyVersion "
        "ListPolicyVersions ListInstanceProfilesForRole GetInstanceProfile",
        ec2="DescribeVpcs DescribeSubnets DescribeSecurityGroups AuthorizeSecurityGroupIngress CreateTags "
        "DescribeImages DescribeAccountAttributes DescribeAddresses RunInstances TerminateInstances",
        route53="ListResourceRecordSets ChangeResourceRecordSets GetChange",
        cloudfront="CreateInvalidation GetDistribution",
        acm="DescribeCertificate",
        kms="DescribeKey GetKeyPolicy GetKeyRotationStatus",
        ssm="GetParameters PutParameter",
        codebuild="StartBuild BatchGetBuilds",
        sts="GetCallerIdentity",
    ),
    "auditor": _profile(
        ec2="DescribeInstances*3 DescribeVolumes*3 DescribeSnapshots*2 DescribeSecurityGroups*2 DescribeSubnets "
        "DescribeNetworkInterfaces*3 DescribeInstanceAttribute*2 DescribeRegions DescribeRouteTables",
        s3="GetBucketAcl*2 GetBucketPolicy*2 GetBucketVersioning GetBucketEncryption GetBucketTagging GetBucketLogging "
        "GetBucketPublicAccessBlock ListBuckets",
        iam="ListRoles*2 ListUsers GetRole*2 ListAttachedRolePolicies*2 GetPolicyVersion "
        "GenerateServiceLastAccessedDetails GetServiceLastAccessedDetails ListAccountAliases GetAccountSummary",
        config="PutEvaluations*3 BatchGetResourceConfig*2 DescribeConfigurationRecorderStatus "
        "GetComplianceDetailsByConfigRule",
        guardduty="ListFindings GetDetector GetFindingsStatistics",
        securityhub="GetFindings BatchImportFindings DescribeHub",
        cloudtrail="DescribeTrails GetTrailStatus GetEventSelectors LookupEvents",
        organizations="ListAccounts DescribeAccount ListParents DescribeOrganization",
        kms="ListAliases DescribeKey GetKeyRotationStatus",
        secretsmanager="ListSecrets DescribeSecret GetResourcePolicy",
        dynamodb="DescribeContinuousBackups ListTables",
        rds="DescribeDBClusters DescribeDBSnapshots ListTagsForResource",
        cloudfront="ListDistributions",
        acm="ListCertificates",
        route53="ListHostedZones",
        tag="GetTagKeys GetResources",
        elasticloadbalancing="DescribeLoadBalancers DescribeListeners",
        wafv2="GetWebACLForResource",
        backup="ListRecoveryPointsByBackupVault",
    ),
    "keeper": _profile(
        ec2="DescribeInstances*4 DescribeVolumes*3 CreateSnapshot*2 DescribeNetworkInterfaces*3 CreateNetworkInterface "
        "DeleteNetworkInterface AttachVolume",
        rds="DescribeDBInstances*2 CreateDBSnapshot",
        autoscaling="DescribeAutoScalingGroups*2 DescribeScalingActivities",
        elasticloadbalancing="DescribeTargetHealth*2",
        cloudwatch="GetMetricStatistics*3",
        backup="StartBackupJob DescribeBackupJob",
        events="ListTargetsByRule ListRules",
    ),
    "script": _profile(
        s3="GetObject*5 PutObject*4 ListObjects*2 DeleteObject",
        ssm="GetParameter*2 DescribeParameters DescribeInstanceInformation",
        cloudwatch="GetMetricStatistics*3",
        sts="GetCallerIdentity",
        ec2="DescribeInstances*2",
        rds="DescribeDBSnapshots",
        glue="BatchCreatePartition",
    ),
})  # fmt: skip
