"""Policies of resources and whom they let in; what was shared with whom, and no longer is.

Source: API references of EC2, RDS, Amazon S3, Lambda, KMS, Secrets Manager, SQS, SNS, ECR, RAM, Systems Manager,
EventBridge, CloudWatch Logs, Glue, Backup, OpenSearch, EFS, DynamoDB, Kinesis, CodeBuild, CodeArtifact, API Gateway and
Lake Formation; fields read from real records (public sets invictus and stratus) of snapshots, images, buckets and
functions.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from graphtrail import arn as arns
from graphtrail.events.pivot import UNREAD, Call, Pivot, Rules, let_in, listed, taken_back
from graphtrail.events.policies import PUBLIC, policy
from graphtrail.events.record import Json, Text, mapping, text
from graphtrail.events.resources.forms import BUCKET
from graphtrail.events.resources.rules import object_of_request

_EVERYBODY = ("/AllUsers", "/AuthenticatedUsers")
_PARTIES = ("userId", "group", "organizationArn", "organizationalUnitArn")
_URL, _ACL = "function URL", "ACL"
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def of_policy(change: str, document: Json) -> Iterator[Pivot]:
    """The setting of a policy, and whom it lets in."""
    found = policy(document)
    yield Pivot(change, "" if found.read else UNREAD, None, None, None)
    for party in found.allowed:
        yield Pivot("ALLOWS", "", None, None, None, party)


def _resource_policy(*names: str) -> Rules:
    """The rule of a call whose request holds a policy of a resource under one of these names."""

    def rule(call: Call) -> Iterator[Pivot]:
        held = next((call.request[name] for name in names if call.request.get(name)), None)
        return of_policy("CHANGED_POLICY", held)

    return rule


def _policy_beside(*names: str) -> Rules:
    """The same of a call that sets a policy among other things; without one it changes none."""

    def rule(call: Call) -> Iterator[Pivot]:
        held = next((call.request[name] for name in names if call.request.get(name)), None)
        return of_policy("CHANGED_POLICY", held) if held else iter(())

    return rule


def _rest_api(call: Call) -> Iterator[Pivot]:
    """The policy of an API, in a part of the request or among the changes asked for."""
    parts = [mapping(call.request.get(name)) for name in ("createRestApiInput", "updateRestApiInput")]
    changes = [one for part in (call.request, *parts) for one in map(mapping, listed(part.get("patchOperations")))]
    held = [part.get("policy") for part in (call.request, *parts)]
    held += [one.get("value") for one in changes if text(one.get("path")) == "/policy"]
    yield from (pivot for document in held if document for pivot in of_policy("CHANGED_POLICY", document))


def _attribute_policy(call: Call) -> Iterator[Pivot]:
    """Queues and topics have their policy among their attributes; other attributes let nobody in."""
    held = mapping(call.request.get("attributes")).get("Policy")
    if text(call.request.get("attributeName")) == "Policy":
        held = call.request.get("attributeValue")
    return of_policy("CHANGED_POLICY", held) if held is not None else iter(())


def _bus(call: Call) -> Iterator[Pivot]:
    """An event bus is opened to an account, to everybody, or by a policy."""
    named = text(call.request.get("principal"))
    if named:
        yield _statement(call)
        yield let_in("ALLOWS", named)
    else:
        yield from of_policy("CHANGED_POLICY", call.request.get("policy"))


def _statement(call: Call) -> Pivot:
    """A statement of the policy of an event bus, which stands or falls alone."""
    return Pivot(
        "CHANGED_POLICY", f"statement {text(call.request.get('statementId')) or ''}".rstrip(), None, None, None
    )


def _statement_removed(call: Call) -> Iterator[Pivot]:
    """A statement of the policy of an event bus is gone, or all of it."""
    named = text(call.request.get("statementId"))
    yield _statement(call) if named else Pivot("CHANGED_POLICY", "", None, None, None)


def _endpoint(call: Call) -> Iterator[Pivot]:
    """The policy of a VPC endpoint, which is part of a request inside the request."""
    inside = (mapping(held) for name, held in call.request.items() if name.endswith("VpcEndpointRequest"))
    held = next((one["PolicyDocument"] for one in inside if one.get("PolicyDocument")), None)
    if held:
        yield from of_policy("CHANGED_POLICY", held)


def _endpoint_service(call: Call) -> Iterator[Pivot]:
    """A VPC endpoint service: principals that may connect to it."""
    held = mapping(call.request.get("ModifyVpcEndpointServicePermissionsRequest"))
    for name, relation in (("AddAllowedPrincipals", "SHARED_WITH"), ("RemoveAllowedPrincipals", "UNSHARED_WITH")):
        for one in listed(held.get(name)):
            named = text(mapping(one).get("content")) or (text(one) if not isinstance(one, dict | list) else None)
            if named:
                yield let_in(relation, named)


def _permission(element: str) -> Rules:
    """Snapshots and images: accounts and groups that are added to or removed from a permission."""

    def rule(call: Call) -> Iterator[Pivot]:
        permission = mapping(call.request.get(element))
        for change, relation in (("add", "SHARED_WITH"), ("remove", "UNSHARED_WITH")):
            for item in map(mapping, listed(mapping(permission.get(change)).get("items"))):
                named = next(filter(None, (text(item.get(name)) for name in _PARTIES)), None)
                if named:
                    yield let_in(relation, named)

    return rule


def _restore(call: Call) -> Iterator[Pivot]:
    """Snapshots of databases: accounts that may restore them."""
    if text(call.request.get("attributeName")) == "restore":
        yield from _each(call, "valuesToAdd", "SHARED_WITH")
        yield from _each(call, "valuesToRemove", "UNSHARED_WITH")


def _document(call: Call) -> Iterator[Pivot]:
    """Documents of Systems Manager: accounts that may run them."""
    yield from _each(call, "accountIdsToAdd", "SHARED_WITH")
    yield from _each(call, "accountIdsToRemove", "UNSHARED_WITH")


def _each(call: Call, parameter: str, relation: str) -> Iterator[Pivot]:
    """A relation to each account or principal that a parameter lists, or names, under the label that it may have."""
    label = text(call.request.get("label")) or ""
    for named in filter(None, map(text, listed(call.request.get(parameter)))):
        yield let_in(relation, named, label)


def _invoker(call: Call) -> Iterator[Pivot]:
    """Who may invoke a function: a service, an account, everybody."""
    named, statement = text(call.request.get("principal")) or "", text(call.request.get("statementId")) or ""
    if named.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        yield Pivot("SHARED_WITH", statement, None, None, None, f"service:{named}")
    elif named:
        yield let_in("SHARED_WITH", named, statement)


def _removed(*names: str) -> Rules:
    """The rule of a call that takes back what an earlier one gave under the label that one of these parameters has."""

    def rule(call: Call) -> Iterator[Pivot]:
        label = next(filter(None, (text(call.request.get(name)) for name in names)), "")
        if label:
            yield taken_back(label)

    return rule


def _labelled(call: Call, parameter: str) -> Iterator[Pivot]:
    """Topics and queues: accounts that are let in under a label."""
    label = text(call.request.get("label")) or ""
    for named in filter(None, map(text, listed(call.request.get(parameter)))):
        yield let_in("SHARED_WITH", named, label)


def _reset(attribute: str) -> Rules:
    """The rule of a call that takes back every permission to use an image or a snapshot."""

    def rule(call: Call) -> Iterator[Pivot]:
        said = text(call.request.get("attribute")) or text(call.request.get("attributeType")) or attribute
        if said.replace("_", "").casefold() == attribute.casefold():
            yield taken_back("")

    return rule


def _url(call: Call) -> Iterator[Pivot]:
    """A function is put behind a URL, with or without a signature; without one everybody may call it."""
    if call.request.get("authType") is not None:
        yield taken_back(_URL)
    if text(call.request.get("authType")) == "NONE":
        yield let_in("SHARED_WITH", "*", _URL)


def _url_deleted(_call: Call) -> Iterator[Pivot]:
    yield taken_back(_URL)


def _acl(call: Call) -> Iterator[Pivot]:
    """Access control lists of S3: a canned one, headers, or grants to groups and to accounts by their canonical id.

    A list takes the place of the one before. That of an object says nothing of its bucket.
    """
    key = object_of_request(call.request, call.place)
    yield Pivot("CHANGED_POLICY", _ACL, key, None, None)
    yield taken_back(_ACL)._replace(target=key)
    yield from _granted(call)


def _granted(call: Call) -> Iterator[Pivot]:
    held = mapping(call.request.get("AccessControlPolicy"))
    owner = text(mapping(held.get("Owner")).get("ID"))
    named = {PUBLIC} if _is_canned_public(call.request) else set()
    for grant in map(mapping, listed(mapping(held.get("AccessControlList")).get("Grant"))):
        grantee = mapping(grant.get("Grantee"))
        named |= {PUBLIC} if (text(grantee.get("URI")) or "").endswith(_EVERYBODY) else set()
        canonical = text(grantee.get("ID"))
        if owner and canonical and canonical != owner:
            named.add(f"canonical:{canonical}")
    for party in sorted(named):
        yield Pivot("SHARED_WITH", _ACL, object_of_request(call.request, call.place), None, None, party)


def _is_canned_public(request: Mapping[str, Json]) -> bool:
    """Whether a canned list or the header of a grant lets everybody in; exports write a list for a header."""
    for name, held in (*request.items(), *mapping(request.get("accessControlList")).items()):
        said = next(iter(filter(None, map(text, listed(held)))), "")
        if name in {"x-amz-acl", "acl"} and said.startswith(("public-", "authenticated-")):
            return True
        if name.startswith("x-amz-grant-") and any(group in said for group in _EVERYBODY):
            return True
    return False


def _bucket(call: Call) -> Text:
    name = text(call.request.get("bucketName"))
    return BUCKET.write(name, call.place) if name and not arns.is_arn(name) else name


def _replication(call: Call) -> Iterator[Pivot]:
    """The bucket that is copied from; the one that is copied to stands in the request too."""
    bucket = _bucket(call)
    yield Pivot("CHANGED_POLICY", "replication", bucket, None, None)
    for rule in map(mapping, listed(mapping(call.request.get("ReplicationConfiguration")).get("Rule"))):
        account = text(mapping(rule.get("Destination")).get("Account"))
        if account:
            yield let_in("SHARED_WITH", account)._replace(target=bucket)


def _public_access(call: Call) -> Iterator[Pivot]:
    """What keeps a bucket, or all of an account, from being public was changed or taken away."""
    held = mapping(call.request.get("PublicAccessBlockConfiguration"))
    on = [name for name in _BLOCKS if str(held.get(name)).lower() == "true"]
    made = "public access blocked" if len(on) == len(_BLOCKS) else "public access block"
    yield Pivot("CHANGED_POLICY", made, None, None, None)


def _access_point(call: Call) -> Iterator[Pivot]:
    yield Pivot("CHANGED_POLICY", "access point", _bucket(call), None, None)


def _grant(call: Call) -> Iterator[Pivot]:
    named = text(call.request.get("granteePrincipal"))
    if named:
        said = sorted(filter(None, map(text, listed(call.request.get("operations")))))
        yield let_in("KMS_GRANT", named, " ".join(said))


def _lake(call: Call) -> Iterator[Pivot]:
    """Lake Formation: a principal that may read a database or table."""
    named = text(mapping(call.request.get("principal")).get("dataLakePrincipalIdentifier"))
    if named:
        yield let_in("SHARED_WITH", named)


def _subscription(call: Call) -> Iterator[Pivot]:
    """A log group whose lines are sent to another account."""
    found = arns.parse(text(call.request.get("destinationArn")) or "")
    if found and found.account and found.account != call.place.account:
        yield let_in("SHARED_WITH", found.account)


def _registry(call: Call) -> Iterator[Pivot]:
    """A registry whose images are copied to other accounts."""
    held = mapping(call.request.get("replicationConfiguration"))
    for rule in map(mapping, listed(held.get("rules"))):
        for account in (text(mapping(one).get("registryId")) for one in listed(rule.get("destinations"))):
            if account and account != call.place.account:
                yield let_in("SHARED_WITH", account)


# Calls of which there are more than of all others, and few of which share anything: those that have a list.
SELDOM = frozenset({"s3:CopyObject", "s3:CreateMultipartUpload", "s3:PutObject"})


def may_share(request: bytes) -> bool:
    """Whether a raw request of one of those may hold a list of whom to let in."""
    return b"acl" in request or b"x-amz-grant-" in request or b"ccessControl" in request


SHARES: dict[str, Rules] = {
    "apigateway:CreateRestApi": _rest_api,
    "apigateway:UpdateRestApi": _rest_api,
    "acm-pca:PutPolicy": _resource_policy("policy"),
    "backup:DeleteBackupVaultAccessPolicy": _resource_policy("policy"),
    "backup:PutBackupVaultAccessPolicy": _resource_policy("policy"),
    "cloudtrail:PutResourcePolicy": _resource_policy("resourcePolicy"),
    "codeartifact:PutDomainPermissionsPolicy": _resource_policy("policyDocument"),
    "codeartifact:PutRepositoryPermissionsPolicy": _resource_policy("policyDocument"),
    "codebuild:PutResourcePolicy": _resource_policy("policy"),
    "dynamodb:DeleteResourcePolicy": _resource_policy("policy"),
    "dynamodb:PutResourcePolicy": _resource_policy("policy"),
    "ec2:CreateVpcEndpoint": _endpoint,
    "ec2:DisableImageBlockPublicAccess": _public_access,
    "ec2:DisableSnapshotBlockPublicAccess": _public_access,
    "ec2:ModifyImageAttribute": _permission("launchPermission"),
    "ec2:ModifySnapshotAttribute": _permission("createVolumePermission"),
    "ec2:ModifyVpcEndpoint": _endpoint,
    "ec2:ResetImageAttribute": _reset("launchPermission"),
    "ec2:ResetSnapshotAttribute": _reset("createVolumePermission"),
    "ec2:ModifyVpcEndpointServicePermissions": _endpoint_service,
    "ecr:DeleteRepositoryPolicy": _resource_policy("policyText"),
    "ecr:PutRegistryPolicy": _resource_policy("policyText"),
    "ecr:PutReplicationConfiguration": _registry,
    "ecr:SetRepositoryPolicy": _resource_policy("policyText"),
    "elasticfilesystem:DeleteFileSystemPolicy": _resource_policy("policy"),
    "elasticfilesystem:PutFileSystemPolicy": _resource_policy("policy"),
    "es:CreateDomain": _policy_beside("accessPolicies"),
    "es:CreateElasticsearchDomain": _policy_beside("accessPolicies"),
    "es:UpdateDomainConfig": _policy_beside("accessPolicies"),
    "es:UpdateElasticsearchDomainConfig": _policy_beside("accessPolicies"),
    "events:PutPermission": _bus,
    "events:RemovePermission": _statement_removed,
    "glue:DeleteResourcePolicy": _resource_policy("policyInJson"),
    "glue:PutResourcePolicy": _resource_policy("policyInJson"),
    "kinesis:PutResourcePolicy": _resource_policy("policy"),
    "kms:CreateGrant": _grant,
    "kms:CreateKey": _policy_beside("policy"),
    "kms:PutKeyPolicy": _resource_policy("policy"),
    "lakeformation:GrantPermissions": _lake,
    "lambda:AddLayerVersionPermission": _invoker,
    "lambda:AddPermission": _invoker,
    "lambda:CreateFunctionUrlConfig": _url,
    "lambda:DeleteFunctionUrlConfig": _url_deleted,
    "lambda:RemoveLayerVersionPermission": _removed("statementId"),
    "lambda:RemovePermission": _removed("statementId"),
    "lambda:UpdateFunctionUrlConfig": _url,
    "logs:PutDestinationPolicy": _resource_policy("accessPolicy"),
    "logs:PutResourcePolicy": _resource_policy("policyDocument"),
    "logs:PutSubscriptionFilter": _subscription,
    "ram:AssociateResourceShare": partial(_each, parameter="principals", relation="SHARED_WITH"),
    "ram:CreateResourceShare": partial(_each, parameter="principals", relation="SHARED_WITH"),
    "ram:DisassociateResourceShare": partial(_each, parameter="principals", relation="UNSHARED_WITH"),
    "rds:ModifyDBClusterSnapshotAttribute": _restore,
    "rds:ModifyDBSnapshotAttribute": _restore,
    "redshift:AuthorizeSnapshotAccess": partial(_each, parameter="accountWithRestoreAccess", relation="SHARED_WITH"),
    "redshift:PutResourcePolicy": _resource_policy("policy"),
    "redshift:RevokeSnapshotAccess": partial(_each, parameter="accountWithRestoreAccess", relation="UNSHARED_WITH"),
    "s3:CreateAccessPoint": _access_point,
    "s3:CopyObject": _granted,
    "s3:CreateBucket": _granted,
    "s3:CreateMultipartUpload": _granted,
    "s3:DeleteAccountPublicAccessBlock": _public_access,
    "s3:DeleteBucketPolicy": _resource_policy("bucketPolicy"),
    "s3:DeleteBucketPublicAccessBlock": _public_access,
    "s3:DeletePublicAccessBlock": _public_access,
    "s3:PutAccessPointPolicy": _resource_policy("accessPointPolicy", "Policy", "policy"),
    "s3:PutAccountPublicAccessBlock": _public_access,
    "s3:PutBucketAcl": _acl,
    "s3:PutBucketPolicy": _resource_policy("bucketPolicy"),
    "s3:PutBucketPublicAccessBlock": _public_access,
    "s3:PutBucketReplication": _replication,
    "s3:PutObject": _granted,
    "s3:PutObjectAcl": _acl,
    "s3:PutPublicAccessBlock": _public_access,
    "s3express:DeleteBucketPolicy": _resource_policy("bucketPolicy"),
    "s3express:PutBucketPolicy": _resource_policy("bucketPolicy", "policy"),
    "secretsmanager:DeleteResourcePolicy": _resource_policy("resourcePolicy"),
    "secretsmanager:PutResourcePolicy": _resource_policy("resourcePolicy"),
    "serverlessrepo:PutApplicationPolicy": _policy_beside("policy"),
    "ses:PutIdentityPolicy": _resource_policy("policy"),
    "sns:AddPermission": partial(_labelled, parameter="aWSAccountId"),
    "sns:CreateTopic": _attribute_policy,
    "sns:RemovePermission": _removed("label"),
    "sns:SetTopicAttributes": _attribute_policy,
    "sqs:AddPermission": partial(_labelled, parameter="aWSAccountIds"),
    "sqs:CreateQueue": _attribute_policy,
    "sqs:RemovePermission": _removed("label"),
    "sqs:SetQueueAttributes": _attribute_policy,
    "ssm:ModifyDocumentPermission": _document,
    "ssm:PutResourcePolicy": _resource_policy("policy"),
}
