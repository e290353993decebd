"""Which actions are pivots by themselves: what edges they make, and to which of the resources that they touched.

Source: API references of the services; the actions are those of real attacks and of their public emulations.
"""

from typing import NamedTuple

from graphtrail.graph.layout import label_of


class Ends(NamedTuple):
    """Where the edges of an action end.

    Attributes:
        relation: their type.
        roles: of the touched resources, those with one of these roles.
        labels: and with one of these labels; all if empty.
        holding: and with this text in their key.
        besides: those with this text in their key, whatever their label.
    """

    relation: str
    roles: tuple[str, ...] = ("target", "created")
    labels: tuple[str, ...] = ()
    holding: str = ""
    besides: str = ""

    def are(self, key: str, role: str) -> bool:
        """Whether an edge ends at a resource that was touched in some role."""
        if role not in self.roles or self.holding not in key:
            return False
        return not self.labels or label_of(key) in self.labels or (self.besides != "" and self.besides in key)


_FUNCTION = Ends("CONTROLS", holding=":function:")
_INSTANCE = Ends("CONTROLS", labels=("Instance",))
_RUNS_ON = Ends("EXECUTED_ON", labels=("Instance",), besides=":task/")
_READS = Ends("READ_SECRET", roles=("target",))
_PERMISSIONS = Ends("CHANGED_PERMISSIONS", roles=("target",))
_PERMISSION_SET = Ends("CHANGED_PERMISSIONS", roles=("target",), holding=":permissionSet/")
_MFA = Ends("CHANGED_MFA", roles=("target", "created"), labels=("User",))
_DEVICE = Ends("CHANGED_MFA")
_BLINDED = Ends("BLINDED", roles=("target",))
_TRAIL = Ends("BLINDED", roles=("target",), holding=":cloudtrail:")


def _controls(*actions: str) -> dict[str, Ends]:
    """Actions that give control of what is of their own service: what else they name is told or asked, not changed."""
    return {action: Ends("CONTROLS", holding=f":{action.partition(':')[0]}:") for action in actions}


ACTIONS: dict[str, Ends] = {
    **_controls(
        "cloudformation:CreateChangeSet", "cloudformation:CreateStack", "cloudformation:CreateStackSet",
        "cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack", "codebuild:CreateProject",
        "codebuild:StartBuild", "codebuild:UpdateProject", "codepipeline:CreatePipeline",
        "codepipeline:UpdatePipeline", "ecs:CreateService", "ecs:RegisterTaskDefinition", "ecs:UpdateService",
        "eks:CreatePodIdentityAssociation", "events:PutRule", "events:PutTargets", "glue:CreateDevEndpoint",
        "glue:CreateJob", "glue:UpdateDevEndpoint", "glue:UpdateJob", "iam:AddClientIDToOpenIDConnectProvider",
        "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider", "iam:UpdateOpenIDConnectProviderThumbprint",
        "iam:UpdateSAMLProvider", "lambda:PublishLayerVersion", "rolesanywhere:CreateProfile",
        "rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateProfile", "rolesanywhere:UpdateTrustAnchor",
        "sagemaker:CreateDomain", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl",
        "scheduler:CreateSchedule", "states:CreateStateMachine", "states:UpdateStateMachine",
    ),
    **dict.fromkeys(
        ("lambda:CreateEventSourceMapping", "lambda:CreateFunction", "lambda:UpdateFunctionCode",
         "lambda:UpdateFunctionConfiguration"),
        _FUNCTION,
    ),
    **dict.fromkeys(("ecs:RunTask", "ecs:StartTask"), Ends("CONTROLS", holding=":task/")),
    **dict.fromkeys(
        ("ec2:CreateFleet", "ec2:RequestSpotFleet", "ec2:RequestSpotInstances", "ec2:RunInstances"), _INSTANCE
    ),
    **dict.fromkeys(
        ("ec2-instance-connect:OpenTunnel", "ec2-instance-connect:SendSSHPublicKey",
         "ec2-instance-connect:SendSerialConsoleSSHPublicKey", "ssm:CreateAssociation",
         "ssm:ResumeSession", "ssm:SendCommand", "ssm:StartAutomationExecution", "ssm:StartSession",
         "ssm:UpdateAssociation"),
        _RUNS_ON,
    ),
    **dict.fromkeys(
        ("ec2:DescribeLaunchTemplateVersions", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot",
         "ec2:GetLaunchTemplateData", "ec2:GetPasswordData", "lambda:GetFunction", "lambda:GetFunctionConfiguration",
         "redshift-serverless:GetCredentials", "redshift:GetClusterCredentials",
         "redshift:GetClusterCredentialsWithIAM", "secretsmanager:BatchGetSecretValue",
         "secretsmanager:GetSecretValue"),
        _READS,
    ),
    **dict.fromkeys(
        ("eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "eks:UpdateAccessEntry", "iam:AddUserToGroup",
         "iam:AttachGroupPolicy",
         "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreatePolicyVersion", "iam:DeleteGroupPolicy",
         "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DeleteUserPermissionsBoundary",
         "iam:DeleteUserPolicy", "iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy",
         "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary",
         "iam:PutUserPolicy", "iam:RemoveUserFromGroup", "iam:SetDefaultPolicyVersion"),
        _PERMISSIONS,
    ),
    **dict.fromkeys(
        ("sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "sso:AttachManagedPolicyToPermissionSet",
         "sso:CreateAccountAssignment", "sso:PutInlinePolicyToPermissionSet"),
        _PERMISSION_SET,
    ),
    **dict.fromkeys(("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"), _DEVICE),
    **dict.fromkeys(("iam:DeactivateMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice"), _MFA),
    **dict.fromkeys(
        (
            "access-analyzer:DeleteAnalyzer", "bedrock:DeleteModelInvocationLoggingConfiguration",
            "cloudfront:DeleteRealtimeLogConfig", "cloudtrail:DeleteEventDataStore", "cloudtrail:DeleteTrail",
            "cloudtrail:PutInsightSelectors", "cloudtrail:StopEventDataStoreIngestion", "cloudtrail:StopLogging",
            "cloudtrail:UpdateEventDataStore", "cloudtrail:UpdateTrail", "cloudwatch:DeleteAlarms",
            "cloudwatch:DisableAlarmActions", "config:DeleteConfigRule", "config:DeleteConfigurationRecorder",
            "config:DeleteConformancePack", "config:DeleteDeliveryChannel", "config:DeleteOrganizationConfigRule",
            "config:DeleteOrganizationConformancePack", "config:StopConfigurationRecorder", "detective:DeleteGraph",
            "ds:DeleteLogSubscription", "ec2:DeleteFlowLogs", "ec2:DisableEbsEncryptionByDefault",
            "guardduty:CreateFilter", "guardduty:CreateIPSet", "guardduty:DeleteDetector", "guardduty:DeleteMembers",
            "guardduty:DeletePublishingDestination",
            "guardduty:DisableOrganizationAdminAccount", "guardduty:DisassociateFromAdministratorAccount",
            "guardduty:DisassociateFromMasterAccount", "guardduty:DisassociateMembers",
            "guardduty:StopMonitoringMembers", "iam:DeleteAccountPasswordPolicy", "inspector2:Disable",
            "logs:DeleteDelivery", "logs:DeleteSubscriptionFilter", "macie2:DisableMacie",
            "network-firewall:DeleteFirewall", "organizations:DeletePolicy", "organizations:DetachPolicy",
            "organizations:DisablePolicyType", "organizations:LeaveOrganization", "organizations:UpdatePolicy",
            "rds:StopActivityStream", "redshift:DisableLogging", "route53:DeleteQueryLoggingConfig",
            "route53resolver:DeleteResolverQueryLogConfig", "route53resolver:DisassociateResolverQueryLogConfig",
            "s3:PutBucketLifecycle", "s3:PutBucketLifecycleConfiguration", "securityhub:BatchDisableStandards",
            "securityhub:DisableImportFindingsForProduct", "securityhub:DisableSecurityHub",
            "securityhub:DisassociateFromAdministratorAccount", "securityhub:DisassociateMembers",
            "securitylake:DeleteAwsLogSource", "shield:DeleteProtection", "vpc-lattice:DeleteAccessLogSubscription",
            "waf-regional:DeleteLoggingConfiguration", "waf-regional:DeleteWebACL", "waf-regional:DisassociateWebACL",
            "waf:DeleteLoggingConfiguration", "waf:DeleteWebACL", "wafv2:DeleteLoggingConfiguration",
            "wafv2:DeleteWebACL", "wafv2:DisassociateWebACL",
        ),
        _BLINDED,
    ),
    "cloudtrail:PutEventSelectors": _TRAIL,
    "ec2:AssociateIamInstanceProfile": Ends("CHANGED_COMPUTE_ROLE", labels=("Instance",)),
    "ec2:ReplaceIamInstanceProfileAssociation": Ends("CHANGED_COMPUTE_ROLE", labels=("Instance",)),
    "ecs:ExecuteCommand": Ends("EXECUTED_ON", roles=("target",), holding=":task/"),
    "iam:AddRoleToInstanceProfile": Ends("CHANGED_COMPUTE_ROLE", labels=("InstanceProfile",)),
}  # fmt: skip
# Calls that copy what they name: a snapshot of a volume, an image of an instance, an object of an object; of a database
# that is deleted its last snapshot.
COPIES = frozenset({
    "ec2:CopyImage", "ec2:CopySnapshot", "ec2:CreateImage", "ec2:CreateSnapshot", "ec2:CreateSnapshots",
    "ec2:CreateVolume", "dynamodb:RestoreTableFromBackup", "dynamodb:RestoreTableToPointInTime",
    "rds:CreateDBInstanceReadReplica", "rds:RestoreDBClusterToPointInTime", "rds:RestoreDBInstanceToPointInTime",
    "s3:UploadPartCopy", "rds:CopyDBClusterSnapshot", "rds:CopyDBSnapshot", "rds:CreateDBClusterSnapshot",
    "rds:CreateDBSnapshot", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBInstanceFromDBSnapshot",
    "rds:DeleteDBCluster", "rds:DeleteDBInstance", "s3:CopyObject",
})  # fmt: skip
# Calls that write what they name into a bucket.
EXPORTS = frozenset({
    "dynamodb:ExportTableToPointInTime", "ec2:CreateInstanceExportTask", "ec2:CreateStoreImageTask", "ec2:ExportImage",
    "logs:CreateExportTask", "rds:StartExportTask",
})  # fmt: skip
