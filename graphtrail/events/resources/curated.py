"""Which parameter names which resource: the services that incidents are made of.

Source: real records; the parameter names are those of the AWS API references with the first letter in lower case.
"""

from dataclasses import replace

from graphtrail.events.resources.forms import (
    ACCESS_KEY,
    BUCKET,
    DOCUMENT,
    FUNCTION,
    GROUP,
    INSTANCE,
    INSTANCE_PROFILE,
    KEY,
    LOG_GROUP,
    MFA_DEVICE,
    MODEL,
    OF_ORGANIZATION,
    PARAMETER,
    POLICY,
    QUEUE,
    ROLE,
    ROOT,
    S3_PREFIX,
    SAML_PROVIDER,
    SECRET,
    SERVER_CERTIFICATE,
    USER,
    Form,
    regional,
    unregional,
)


def _api(noun: str, kind: str) -> Form:
    """An API of API Gateway, whose ARN is a path and names no account."""
    return Form(noun, lambda name, place: f"arn:{place.partition}:apigateway:{place.region}::/{kind}/{name}")


_CLUSTER_EKS = regional("Cluster", "eks", "cluster/")
_CLUSTER_ECS = regional("Cluster", "ecs", "cluster/")
_DB = regional("DBInstance", "rds", "db:")
_DB_SNAPSHOT = regional("DBSnapshot", "rds", "snapshot:")
_DB_CLUSTER = regional("DBCluster", "rds", "cluster:")
_DB_CLUSTER_SNAPSHOT = regional("DBClusterSnapshot", "rds", "cluster-snapshot:")
_TASK = replace(regional("Task", "ecs", "task/"), under="cluster")
_SERVICE = replace(regional("Service", "ecs", "service/"), under="cluster")
_CONTAINER_INSTANCE = replace(regional("ContainerInstance", "ecs", "container-instance/"), under="cluster")
_PASSED_ROLE = replace(ROLE, role="passed")
_PROJECT = regional("Project", "codebuild", "project/")
_RECORDER = regional("ConfigurationRecorder", "config", "configuration-recorder/")
_TAGGED_PARAMETER = replace(PARAMETER, only=("resourceType", "Parameter"))
_REPOSITORY = regional("Repository", "ecr", "repository/")
_RULE = regional("Rule", "events", "rule/")
_ACCESS_POINT = regional("AccessPoint", "s3", "accesspoint/")
_STACK = regional("Stack", "cloudformation", "stack/")
_STREAM = regional("Stream", "kinesis", "stream/")
_TABLE = regional("Table", "dynamodb", "table/")
_TRAIL = regional("Trail", "cloudtrail", "trail/")
_DETECTOR = regional("Detector", "guardduty", "detector/")
_DATABASE_GLUE = regional("Database", "glue", "database/")
_TABLE_GLUE = replace(regional("Table", "glue", "table/"), under="databaseName")
_AUTO_SCALING_GROUP = regional("AutoScalingGroup", "autoscaling", "autoScalingGroup:*:autoScalingGroupName/")

_PASSED_PROFILE = replace(INSTANCE_PROFILE, role="passed")

CURATED: dict[str, dict[str, Form]] = {
    "apigateway": {"apiId": _api("Api", "apis"), "restApiId": _api("RestApi", "restapis")},
    "appsync": {"apiId": regional("GraphqlApi", "appsync", "apis/")},
    "athena": {"workGroup": regional("WorkGroup", "athena", "workgroup/")},
    "autoscaling": {
        "autoScalingGroupName": _AUTO_SCALING_GROUP,
        "iamInstanceProfile": _PASSED_PROFILE,
    },
    "bedrock": {"guardrailIdentifier": regional("Guardrail", "bedrock", "guardrail/"), "modelId": MODEL},
    "cloudformation": {"stackName": _STACK, "stackSetName": regional("StackSet", "cloudformation", "stackset/")},
    "cloudtrail": {
        "eventDataStore": regional("EventDataStore", "cloudtrail", "eventdatastore/"),
        "trailName": _TRAIL,
        "trailNameList": _TRAIL,
    },
    "cloudwatch": {"alarmNames": regional("Alarm", "cloudwatch", "alarm:")},
    "codebuild": {"projectName": _PROJECT},
    "codecommit": {"repositoryName": regional("Repository", "codecommit", "")},
    "codepipeline": {"pipeline": replace(regional("Pipeline", "codepipeline", ""), inside="name")},
    "cognito-idp": {"userPoolId": regional("UserPool", "cognito-idp", "userpool/")},
    "config": {"configurationRecorderName": _RECORDER},
    "dynamodb": {
        "requestItems": replace(_TABLE, keys=True),
        "s3Bucket": BUCKET,
        "sourceTableName": _TABLE,
        "tableName": _TABLE,
        "targetTableName": _TABLE,
    },
    "ec2": {
        "AssociateIamInstanceProfileRequest": replace(_PASSED_PROFILE, inside="IamInstanceProfile.Name"),
        "CreateLaunchTemplateRequest": replace(_PASSED_PROFILE, inside="LaunchTemplateData.IamInstanceProfile.Name"),
        "CreateLaunchTemplateVersionRequest": replace(
            _PASSED_PROFILE, inside="LaunchTemplateData.IamInstanceProfile.Name"
        ),
        "CreateRestoreImageTaskRequest": replace(BUCKET, inside="Bucket", role="source"),
        "CreateStoreImageTaskRequest": replace(BUCKET, inside="Bucket"),
        "ExportImageRequest": replace(BUCKET, inside="S3ExportLocation.S3Bucket"),
        "exportToS3": replace(BUCKET, inside="s3Bucket"),
        "s3ExportLocation": replace(BUCKET, inside="s3Bucket"),
        "ReplaceIamInstanceProfileAssociationRequest": replace(_PASSED_PROFILE, inside="IamInstanceProfile.Name"),
        "iamInstanceProfile": replace(_PASSED_PROFILE, inside="name"),
        "instanceId": INSTANCE,
        "launchSpecification": replace(_PASSED_PROFILE, inside="iamInstanceProfile.name"),
        "keyName": regional("KeyPair", "ec2", "key-pair/"),
    },
    "ec2-instance-connect": {"instanceId": INSTANCE},
    "ecr": {"repositoryName": _REPOSITORY},
    "ecs": {
        "cluster": _CLUSTER_ECS,
        "clusterName": _CLUSTER_ECS,
        "containerInstance": _CONTAINER_INSTANCE,
        "containerInstances": _CONTAINER_INSTANCE,
        "executionRoleArn": _PASSED_ROLE,
        "service": _SERVICE,
        "services": _SERVICE,
        "task": _TASK,
        "taskRoleArn": _PASSED_ROLE,
        "tasks": _TASK,
    },
    "eks": {"name": _CLUSTER_EKS, "clusterName": _CLUSTER_EKS},
    "elasticmapreduce": {"jobFlowRole": _PASSED_PROFILE, "serviceRole": _PASSED_ROLE},
    "es": {"domainName": regional("Domain", "es", "domain/")},
    "events": {"rule": _RULE},
    "firehose": {"deliveryStreamName": regional("DeliveryStream", "firehose", "deliverystream/")},
    "glue": {
        "databaseName": _DATABASE_GLUE,
        "endpointName": regional("DevEndpoint", "glue", "devEndpoint/"),
        "jobName": regional("Job", "glue", "job/"),
        "role": _PASSED_ROLE,
        "tableInput": replace(_TABLE_GLUE, inside="name"),
        "tableName": _TABLE_GLUE,
    },
    "guardduty": {"detectorId": _DETECTOR},
    "iam": {
        "accessKeyId": ACCESS_KEY,
        "groupName": GROUP,
        "instanceProfileName": INSTANCE_PROFILE,
        "roleName": ROLE,
        "serverCertificateName": SERVER_CERTIFICATE,
        "userName": USER,
        "virtualMFADeviceName": MFA_DEVICE,
    },
    "kinesis": {"streamName": _STREAM},
    "kms": {"keyId": KEY, "aliasName": KEY, "targetKeyId": KEY, "sourceKeyId": KEY, "destinationKeyId": KEY},
    "lambda": {
        "functionName": FUNCTION,
        "layerName": regional("Layer", "lambda", "layer:"),
    },
    "logs": {
        "logGroupIdentifier": LOG_GROUP,
        "logGroupIdentifiers": LOG_GROUP,
        "logGroupName": LOG_GROUP,
        "logGroupNames": LOG_GROUP,
    },
    "organizations": {
        "accountId": OF_ORGANIZATION,
        "childId": OF_ORGANIZATION,
        "createAccountStatus": replace(OF_ORGANIZATION, inside="accountId"),
        "destinationParentId": OF_ORGANIZATION,
        "organizationalUnitId": OF_ORGANIZATION,
        "parentId": OF_ORGANIZATION,
        "policyId": OF_ORGANIZATION,
        "rootId": OF_ORGANIZATION,
        "sourceParentId": OF_ORGANIZATION,
        "target": replace(OF_ORGANIZATION, inside="id"),
        "targetId": OF_ORGANIZATION,
    },
    "rds": {
        "dBClusterIdentifier": _DB_CLUSTER,
        "dBClusterSnapshotIdentifier": _DB_CLUSTER_SNAPSHOT,
        "dBInstanceIdentifier": _DB,
        "dBSecurityGroupName": regional("DBSecurityGroup", "rds", "secgrp:"),
        "dBSnapshotIdentifier": _DB_SNAPSHOT,
        "dBSubnetGroupName": regional("DBSubnetGroup", "rds", "subgrp:"),
        "globalClusterIdentifier": unregional("GlobalCluster", "rds", "global-cluster:"),
        "s3BucketName": BUCKET,
        "sourceDBClusterIdentifier": _DB_CLUSTER,
        "sourceDBClusterSnapshotIdentifier": _DB_CLUSTER_SNAPSHOT,
        "sourceDBInstanceIdentifier": _DB,
        "sourceDBSnapshotIdentifier": _DB_SNAPSHOT,
        "targetDBClusterSnapshotIdentifier": _DB_CLUSTER_SNAPSHOT,
        "targetDBInstanceIdentifier": _DB,
        "targetDBSnapshotIdentifier": _DB_SNAPSHOT,
    },
    "route53resolver": {
        "resolverQueryLogConfigId": regional("ResolverQueryLogConfig", "route53resolver", "resolver-query-log-config/"),
    },
    "redshift": {"clusterIdentifier": regional("Cluster", "redshift", "cluster:")},
    "rolesanywhere": {
        "profileId": regional("Profile", "rolesanywhere", "profile/"),
        "trustAnchorId": regional("TrustAnchor", "rolesanywhere", "trust-anchor/"),
    },
    "s3": {"CreateAccessPointRequest": replace(BUCKET, inside="Bucket"), "bucketName": BUCKET},
    "s3express": {"bucketName": BUCKET},
    "sagemaker": {"notebookInstanceName": regional("NotebookInstance", "sagemaker", "notebook-instance/")},
    "secretsmanager": {"name": SECRET, "secretId": SECRET, "secretIdList": SECRET},
    "sqs": {"queueName": QUEUE, "queueUrl": QUEUE},
    "ssm": {
        "documentName": DOCUMENT,
        "iamRole": _PASSED_ROLE,
        "instanceId": INSTANCE,
        "instanceIds": INSTANCE,
        "target": INSTANCE,
    },
    "sso": {"accountId": OF_ORGANIZATION, "targetId": OF_ORGANIZATION},
    "sts": {"accessKeyId": ACCESS_KEY},
    "states": {"stateMachineName": regional("StateMachine", "states", "stateMachine:")},
    "wafv2": {"webAclName": regional("WebACL", "wafv2", "regional/webacl/")},
}

# What "name" means in the operations of services where it means several things.
_ON_PARAMETERS = (
    "DeleteParameter", "DeleteParameters", "GetParameter", "GetParameterHistory", "GetParameters",
    "LabelParameterVersion", "PutParameter", "UnlabelParameterVersion",
)  # fmt: skip
_ON_DOCUMENTS = (
    "CreateAssociation", "CreateDocument", "DeleteAssociation", "DeleteDocument", "DescribeAssociation",
    "DescribeDocument", "DescribeDocumentPermission", "GetDocument", "ListDocumentMetadataHistory",
    "ListDocumentVersions", "ModifyDocumentPermission", "UpdateAssociation", "UpdateAssociationStatus",
    "UpdateDocument", "UpdateDocumentDefaultVersion", "UpdateDocumentMetadata",
)  # fmt: skip
_ON_TRAILS = (
    "CreateTrail", "DeleteTrail", "GetTrail", "GetTrailStatus", "StartLogging", "StopLogging", "UpdateTrail",
)  # fmt: skip
_ON_RULES = ("DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "PutRule")
_ON_PROJECTS = ("BatchGetProjects", "CreateProject", "DeleteProject", "UpdateProject")
_ON_ACCESS_POINTS = (
    "CreateAccessPoint", "DeleteAccessPoint", "DeleteAccessPointPolicy", "GetAccessPoint", "GetAccessPointPolicy",
    "GetAccessPointPolicyStatus", "PutAccessPointPolicy",
)  # fmt: skip
# The parameter that names the account in which the resources of a request lie.
OWNERS = {"ecr": "registryId", "glue": "catalogId", "sqs": "queueOwnerAWSAccountId"}

# The same parameter means another kind in these operations; None: it names no resource there.
EXCEPTIONS: dict[tuple[str, str], dict[str, Form | None]] = {
    ("iam", "CreatePolicy"): {"policyName": POLICY},
    ("iam", "CreateSAMLProvider"): {"name": SAML_PROVIDER},
    ("sts", "GetFederationToken"): {
        "name": replace(unregional("FederatedUser", "sts", "federated-user/"), role="created")
    },
    ("s3", "GetDataAccess"): {"target": S3_PREFIX},
    ("secretsmanager", "ListSecrets"): {"name": None},
    **{("ssm", done): {"name": PARAMETER, "names": PARAMETER} for done in _ON_PARAMETERS},
    **{("ssm", done): {"name": DOCUMENT} for done in _ON_DOCUMENTS},
    **{("cloudtrail", done): {"name": _TRAIL} for done in _ON_TRAILS},
    **{("events", done): {"name": _RULE} for done in _ON_RULES},
    **{("codebuild", done): {"name": _PROJECT, "names": _PROJECT} for done in _ON_PROJECTS},
    **{("s3", done): {"name": _ACCESS_POINT} for done in _ON_ACCESS_POINTS},
    ("ec2", "CreateRestoreImageTask"): {"bucket": replace(BUCKET, role="source")},
    ("ec2", "CreateStoreImageTask"): {"bucket": BUCKET},
    **{("glue", done): {"name": _TABLE_GLUE} for done in ("DeleteTable", "GetTable", "UpdateTable")},
    ("logs", "CreateExportTask"): {"destination": BUCKET},
    ("rds", "CreateDBInstanceReadReplica"): {"dBInstanceIdentifier": replace(_DB, role="created")},
    ("rds", "DeleteDBCluster"): {"finalDBSnapshotIdentifier": replace(_DB_CLUSTER_SNAPSHOT, role="created")},
    ("rds", "DeleteDBInstance"): {"finalDBSnapshotIdentifier": replace(_DB_SNAPSHOT, role="created")},
    ("rds", "RestoreDBClusterFromSnapshot"): {"snapshotIdentifier": replace(_DB_CLUSTER_SNAPSHOT, role="source")},
    ("sns", "CreateTopic"): {"name": regional("Topic", "sns", "")},
    ("sts", "AssumeRoot"): {"targetPrincipal": ROOT},
    ("ssm", "AddTagsToResource"): {"resourceId": _TAGGED_PARAMETER},
    ("ssm", "ListTagsForResource"): {"resourceId": _TAGGED_PARAMETER},
    ("ssm", "RemoveTagsFromResource"): {"resourceId": _TAGGED_PARAMETER},
}

# Calls that act on the caller's own user where they name none. Source: IAM API Reference, parameter UserName.
SELF_CALLS = frozenset(
    f"iam:{name}"
    for name in (
        "ChangePassword", "CreateAccessKey", "CreateLoginProfile", "DeactivateMFADevice", "DeleteAccessKey",
        "DeleteLoginProfile", "DeleteServiceSpecificCredential", "DeleteSigningCertificate", "GetLoginProfile",
        "GetMFADevice", "GetUser", "ListAccessKeys", "ListGroupsForUser", "ListMFADevices",
        "ListServiceSpecificCredentials", "ListSigningCertificates", "ListSSHPublicKeys",
        "ResetServiceSpecificCredential", "UpdateAccessKey", "UpdateServiceSpecificCredential",
        "UpdateSigningCertificate", "UploadSigningCertificate",
    )
)  # fmt: skip
