"""Pivots that are told by the action and by what it touched: one edge a call and resource.

Source: API references of the services; the actions are those of real attacks and of their public emulations.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from graphtrail.case.arrow import Ints, Mask
from graphtrail.events.authorization import authorization
from graphtrail.graph.control import Control
from graphtrail.graph.layout import label_of
from graphtrail.graph.pivots.touches import Touching, places
from graphtrail.graph.schema import Confidence
from graphtrail.graph.world import World


class _Ends(NamedTuple):
    """Where the edges of an action end.

    Attributes:
        relation: their type.
        roles: of the touched resources, those with one of these roles.
        labels: and with one of these labels; all if empty.
    """

    relation: str
    roles: tuple[str, ...] = ("target", "created")
    labels: tuple[str, ...] = ()


_CONTROLS = _Ends("CONTROLS")
_INSTANCE = _Ends("CONTROLS", labels=("Instance",))
_RUNS_ON = _Ends("EXECUTED_ON", labels=("Instance",))
_READS = _Ends("READ_SECRET", roles=("target",))
_PERMISSIONS = _Ends("CHANGED_PERMISSIONS", roles=("target",))
_MFA = _Ends("CHANGED_MFA", roles=("target", "created"), labels=("User",))
_OTHER = _Ends("ISSUED_OTHER", roles=("target",), labels=("User",))
_BLINDED = _Ends("BLINDED", roles=("target",))

ACTIONS: dict[str, _Ends] = {
    **dict.fromkeys(
        (
            "cloudformation:CreateChangeSet", "cloudformation:CreateStack", "cloudformation:CreateStackSet",
            "cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack", "codebuild:CreateProject",
            "codebuild:StartBuild", "codebuild:UpdateProject", "codepipeline:CreatePipeline",
            "codepipeline:UpdatePipeline", "ecs:CreateService", "ecs:RegisterTaskDefinition", "ecs:RunTask",
            "ecs:StartTask", "ecs:UpdateService", "eks:CreatePodIdentityAssociation", "events:PutRule",
            "events:PutTargets", "glue:CreateDevEndpoint", "glue:CreateJob", "glue:UpdateDevEndpoint",
            "glue:UpdateJob", "iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider",
            "iam:CreateSAMLProvider", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateSAMLProvider",
            "lambda:CreateEventSourceMapping", "lambda:CreateFunction", "lambda:PublishLayerVersion",
            "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "rolesanywhere:CreateProfile",
            "rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateTrustAnchor", "sagemaker:CreateDomain",
            "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl",
            "scheduler:CreateSchedule", "ssm:CreateAssociation", "states:CreateStateMachine",
            "states:UpdateStateMachine",
        ),
        _CONTROLS,
    ),
    **dict.fromkeys(
        ("ec2:RequestSpotFleet", "ec2:RequestSpotInstances", "ec2:RunInstances"), _INSTANCE
    ),
    **dict.fromkeys(
        ("ec2-instance-connect:OpenTunnel", "ec2-instance-connect:SendSSHPublicKey",
         "ec2-instance-connect:SendSerialConsoleSSHPublicKey", "ssm:ResumeSession",
         "ssm:SendCommand", "ssm:StartSession"),
        _RUNS_ON,
    ),
    **dict.fromkeys(
        ("ec2:GetLaunchTemplateData", "ec2:GetPasswordData", "lambda:GetFunction", "lambda:GetFunctionConfiguration",
         "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"),
        _READS,
    ),
    **dict.fromkeys(
        ("eks:AssociateAccessPolicy", "eks:CreateAccessEntry", "iam:AddUserToGroup", "iam:AttachGroupPolicy",
         "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreatePolicyVersion", "iam:DeleteGroupPolicy",
         "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DeleteUserPermissionsBoundary",
         "iam:DeleteUserPolicy", "iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy",
         "iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary",
         "iam:PutUserPolicy", "iam:RemoveUserFromGroup", "iam:SetDefaultPolicyVersion",
         "sso:AttachManagedPolicyToPermissionSet", "sso:CreateAccountAssignment",
         "sso:PutInlinePolicyToPermissionSet"),
        _PERMISSIONS,
    ),
    **dict.fromkeys(
        ("iam:CreateVirtualMFADevice", "iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", "iam:EnableMFADevice",
         "iam:ResyncMFADevice"),
        _MFA,
    ),
    **dict.fromkeys(
        ("iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential", "iam:UploadSSHPublicKey",
         "iam:UploadSigningCertificate"),
        _OTHER,
    ),
    **dict.fromkeys(
        ("cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail",
         "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "config:StopConfigurationRecorder",
         "ec2:DeleteFlowLogs", "guardduty:DeleteDetector", "guardduty:StopMonitoringMembers",
         "guardduty:UpdateDetector", "s3:PutBucketLifecycle", "securityhub:DisableSecurityHub"),
        _BLINDED,
    ),
    "ec2:AssociateIamInstanceProfile": _Ends("CHANGED_COMPUTE_ROLE", labels=("Instance",)),
    "ec2:ReplaceIamInstanceProfileAssociation": _Ends("CHANGED_COMPUTE_ROLE", labels=("Instance",)),
    "ecs:ExecuteCommand": _Ends("EXECUTED_ON", roles=("target",)),
    "iam:AddRoleToInstanceProfile": _Ends("CHANGED_COMPUTE_ROLE", labels=("InstanceProfile",)),
}  # fmt: skip
# Calls that copy what they name: a snapshot of a volume, an image of an instance, an object of an object.
COPIES = frozenset({
    "ec2:CopyImage", "ec2:CopySnapshot", "ec2:CreateImage", "ec2:CreateSnapshot", "ec2:CreateSnapshots",
    "ec2:CreateVolume", "rds:CopyDBClusterSnapshot", "rds:CopyDBSnapshot", "rds:CreateDBClusterSnapshot",
    "rds:CreateDBSnapshot", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBInstanceFromDBSnapshot",
    "rds:StartExportTask", "s3:CopyObject",
})  # fmt: skip


def calls(world: World) -> Iterator[Control]:
    """The edges of all successful calls that count: those of the table, roles passed on, and copies."""
    facts = world.facts
    place = places(world)
    ok = np.fromiter((kind.outcome == "ok" for kind in facts.kinds), np.bool_, len(facts.kinds))
    told = np.fromiter((kind.action in ACTIONS for kind in facts.kinds), np.bool_, len(facts.kinds))
    counted = (place >= 0) & ok[facts.kind]
    touching = Touching(world)
    of_table = touching.where(counted & told[facts.kind], ("target", "created"))
    for row, key, role in of_table:
        ends = ACTIONS[facts.kinds[int(facts.kind[row])].action]
        if role in ends.roles and (not ends.labels or label_of(key) in ends.labels):
            yield _edge(world, place, row, ends.relation, key)
    for row, key, _ in touching.where(counted, ("passed",)):
        yield _passed(_edge(world, place, row, "PASSED_ROLE", key))
    yield from _copies(world, touching, counted)


def _passed(edge: Control) -> Control:
    """Exact where AWS says that the action passes a role on; else a role was named, which looks like it."""
    said = authorization(edge.detail)
    return edge if said is not None and said.passes_role else edge._replace(confidence=Confidence.STRONG)


def _copies(world: World, touching: Touching, counted: Mask) -> Iterator[Control]:
    """From what was copied to the copy: what a call made, else what it wrote to."""
    facts = world.facts
    copies = np.fromiter((kind.action in COPIES for kind in facts.kinds), np.bool_, len(facts.kinds))
    touched: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row, key, role in touching.where(counted & copies[facts.kind], ("source", "target", "created")):
        touched[row][role].append(key)
    for row, by_role in touched.items():
        time = int(facts.times[row])
        written = [key for key in by_role["target"] if by_role["source"] and label_of(key) != "Bucket"]
        for source in by_role["source"] or by_role["target"]:
            for copy in by_role["created"] or written:
                yield Control(source, copy, "DERIVED", time, "record", (row,), time, time, Confidence.EXACT)


def _edge(world: World, place: Ints, row: int, relation: str, key: str) -> Control:
    time, kind = int(world.facts.times[row]), world.facts.kinds[int(world.facts.kind[row])]
    source = world.source(row, int(place[row]))
    return Control(source, key, relation, time, "record", (row,), time, time, Confidence.EXACT, kind.action)
