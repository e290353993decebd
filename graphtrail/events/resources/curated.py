"""Which parameter names which resource: the services that incidents are made of.

Source: real records; the parameter names are those of the AWS API references with the first letter in lower case.
"""

from dataclasses import replace

from graphtrail.events.resources.forms import (
    ACCESS_KEY,
    BUCKET,
    FUNCTION,
    GROUP,
    INSTANCE,
    INSTANCE_PROFILE,
    KEY,
    LOG_GROUP,
    MFA_DEVICE,
    MODEL,
    PARAMETER,
    POLICY,
    QUEUE,
    ROLE,
    S3_PREFIX,
    SAML_PROVIDER,
    SECRET,
    SERVER_CERTIFICATE,
    USER,
    Form,
    regional,
    unregional,
)

_CLUSTER_EKS = regional("Cluster", "eks", "cluster/")
_CLUSTER_ECS = regional("Cluster", "ecs", "cluster/")
_DB = regional("DBInstance", "rds", "db:")
_DB_SNAPSHOT = regional("DBSnapshot", "rds", "snapshot:")
_DB_CLUSTER = regional("DBCluster", "rds", "cluster:")
_DB_CLUSTER_SNAPSHOT = regional("DBClusterSnapshot", "rds", "cluster-snapshot:")
_DOCUMENT = regional("Document", "ssm", "document/")
_PROJECT = regional("Project", "codebuild", "project/")
_RECORDER = regional("ConfigurationRecorder", "config", "configuration-recorder/")
_TAGGED_PARAMETER = replace(PARAMETER, only=("resourceType", "Parameter"))
_REPOSITORY = regional("Repository", "ecr", "repository/")
_STACK = regional("Stack", "cloudformation", "stack/")
_STREAM = regional("Stream", "kinesis", "stream/")
_TABLE = regional("Table", "dynamodb", "table/")
_TRAIL = regional("Trail", "cloudtrail", "trail/")
_DETECTOR = regional("Detector", "guardduty", "detector/")
_DATABASE_GLUE = regional("Database", "glue", "database/")
_AUTO_SCALING_GROUP = regional("AutoScalingGroup", "autoscaling", "autoScalingGroup:*:autoScalingGroupName/")

_PASSED_PROFILE = replace(INSTANCE_PROFILE, role="passed")

CURATED: dict[str, dict[str, Form]] = {
    "athena": {"workGroup": regional("WorkGroup", "athena", "workgroup/")},
    "autoscaling": {
        "autoScalingGroupName": _AUTO_SCALING_GROUP,
        "iamInstanceProfile": _PASSED_PROFILE,
    },
    "bedrock": {"guardrailIdentifier": regional("Guardrail", "bedrock", "guardrail/"), "modelId": MODEL},
    "cloudformation": {"stackName": _STACK},
    "cloudtrail": {"name": _TRAIL, "trailName": _TRAIL, "trailNameList": _TRAIL},
    "cloudwatch": {"alarmNames": regional("Alarm", "cloudwatch", "alarm:")},
    "codebuild": {"projectName": _PROJECT},
    "codecommit": {"repositoryName": regional("Repository", "codecommit", "")},
    "cognito-idp": {"userPoolId": regional("UserPool", "cognito-idp", "userpool/")},
    "config": {"configurationRecorderName": _RECORDER},
    "dynamodb": {"tableName": _TABLE},
    "ec2": {
        "AssociateIamInstanceProfileRequest": replace(_PASSED_PROFILE, inside="IamInstanceProfile.Name"),
        "CreateLaunchTemplateRequest": replace(_PASSED_PROFILE, inside="LaunchTemplateData.IamInstanceProfile.Name"),
        "CreateLaunchTemplateVersionRequest": replace(
            _PASSED_PROFILE, inside="LaunchTemplateData.IamInstanceProfile.Name"
        ),
        "ReplaceIamInstanceProfileAssociationRequest": replace(_PASSED_PROFILE, inside="IamInstanceProfile.Name"),
        "iamInstanceProfile": replace(_PASSED_PROFILE, inside="name"),
        "instanceId": INSTANCE,
        "launchSpecification": replace(_PASSED_PROFILE, inside="iamInstanceProfile.name"),
        "keyName": regional("KeyPair", "ec2", "key-pair/"),
    },
    "ec2-instance-connect": {"instanceId": INSTANCE},
    "ecr": {"repositoryName": _REPOSITORY},
    "ecs": {"cluster": _CLUSTER_ECS, "clusterName": _CLUSTER_ECS},
    "eks": {"name": _CLUSTER_EKS, "clusterName": _CLUSTER_EKS},
    "es": {"domainName": regional("Domain", "es", "domain/")},
    "events": {"rule": regional("Rule", "events", "rule/")},
    "firehose": {"deliveryStreamName": regional("DeliveryStream", "firehose", "deliverystream/")},
    "glue": {"databaseName": _DATABASE_GLUE, "jobName": regional("Job", "glue", "job/")},
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
    "kms": {"keyId": KEY, "aliasName": KEY, "targetKeyId": KEY},
    "lambda": {
        "functionName": FUNCTION,
        "layerName": regional("Layer", "lambda", "layer:"),
    },
    "logs": {"logGroupName": LOG_GROUP},
    "rds": {
        "dBClusterIdentifier": _DB_CLUSTER,
        "dBClusterSnapshotIdentifier": _DB_CLUSTER_SNAPSHOT,
        "dBInstanceIdentifier": _DB,
        "dBSecurityGroupName": regional("DBSecurityGroup", "rds", "secgrp:"),
        "dBSnapshotIdentifier": _DB_SNAPSHOT,
        "dBSubnetGroupName": regional("DBSubnetGroup", "rds", "subgrp:"),
        "globalClusterIdentifier": unregional("GlobalCluster", "rds", "global-cluster:"),
        "sourceDBSnapshotIdentifier": _DB_SNAPSHOT,
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
    "s3": {"bucketName": BUCKET},
    "s3express": {"bucketName": BUCKET},
    "sagemaker": {"notebookInstanceName": regional("NotebookInstance", "sagemaker", "notebook-instance/")},
    "secretsmanager": {"name": SECRET, "secretId": SECRET, "secretIdList": SECRET},
    "sns": {"name": regional("Topic", "sns", "")},
    "sqs": {"queueName": QUEUE, "queueUrl": QUEUE},
    "ssm": {
        "documentName": _DOCUMENT,
        "instanceId": INSTANCE,
        "instanceIds": INSTANCE,
        "name": PARAMETER,
        "names": PARAMETER,
        "target": INSTANCE,
    },
    "states": {"stateMachineName": regional("StateMachine", "states", "stateMachine:")},
    "wafv2": {"webAclName": regional("WebACL", "wafv2", "regional/webacl/")},
}

# The same parameter means another kind in these operations; None: it names no resource there.
EXCEPTIONS: dict[tuple[str, str], dict[str, Form | None]] = {
    ("iam", "CreatePolicy"): {"policyName": POLICY},
    ("iam", "CreateSAMLProvider"): {"name": SAML_PROVIDER},
    ("sts", "GetFederationToken"): {
        "name": replace(unregional("FederatedUser", "sts", "federated-user/"), role="created")
    },
    ("s3", "GetDataAccess"): {"target": S3_PREFIX},
    ("secretsmanager", "ListSecrets"): {"name": None},
    ("ssm", "CreateDocument"): {"name": _DOCUMENT},
    ("ssm", "DeleteDocument"): {"name": _DOCUMENT},
    ("ssm", "DescribeDocument"): {"name": _DOCUMENT},
    ("ssm", "DescribeDocumentPermission"): {"name": _DOCUMENT},
    ("ssm", "GetDocument"): {"name": _DOCUMENT},
    ("ssm", "ModifyDocumentPermission"): {"name": _DOCUMENT},
    ("ssm", "UpdateDocument"): {"name": _DOCUMENT},
    ("ssm", "CreateAssociation"): {"name": _DOCUMENT},
    ("ssm", "AddTagsToResource"): {"resourceId": _TAGGED_PARAMETER},
    ("ssm", "ListTagsForResource"): {"resourceId": _TAGGED_PARAMETER},
    ("ssm", "RemoveTagsFromResource"): {"resourceId": _TAGGED_PARAMETER},
    ("events", "DeleteRule"): {"name": regional("Rule", "events", "rule/")},
    ("events", "DisableRule"): {"name": regional("Rule", "events", "rule/")},
    ("events", "PutRule"): {"name": regional("Rule", "events", "rule/")},
    ("codebuild", "CreateProject"): {"name": _PROJECT},
    ("codebuild", "UpdateProject"): {"name": _PROJECT},
}

# Calls that act on the caller's own user where they name none. Source: IAM API Reference, parameter UserName.
SELF_CALLS = frozenset(
    f"iam:{name}"
    for name in (
        "ChangePassword", "CreateAccessKey", "CreateLoginProfile", "DeleteAccessKey", "DeleteLoginProfile",
        "GetLoginProfile", "GetUser", "ListAccessKeys", "ListGroupsForUser", "ListMFADevices",
        "ListServiceSpecificCredentials", "ListSigningCertificates", "ListSSHPublicKeys", "UpdateAccessKey",
        "UploadSigningCertificate",
    )
)  # fmt: skip
