"""Compute, containers, networks and deployment.

Shapes of requests and answers: the public records that the project tests against, and the API references of the
services; in requests of EC2 an empty set is an empty object.
"""

from graphtrail.simulate.catalogue.operation import Operation, Service

_FILTER = '"filterSet":{"items":[{"name":"%s","valueSet":{"items":[{"value":"<%s>"}]}}]}'


def _describe(name: str, group: str, item: str, word: str) -> Operation:
    return Operation(name, f'{{"{group}":{{"items":[{{"{item}":"<{word}>"}}]}},"filterSet":{{}}}}')


EC2 = Service(
    "ec2",
    "1.11",
    denial="Client.UnauthorizedOperation",
    operations=(
        _describe("DescribeInstances", "instancesSet", "instanceId", "instance"),
        _describe("DescribeVolumes", "volumeSet", "volumeId", "volume"),
        _describe("DescribeSubnets", "subnetSet", "subnetId", "subnet"),
        _describe("DescribeVpcs", "vpcSet", "vpcId", "vpc"),
        _describe("DescribeNetworkInterfaces", "networkInterfaceIdSet", "networkInterfaceId", "interface"),
        _describe("DescribeSecurityGroups", "securityGroupIdSet", "groupId", "group"),
        Operation("DescribeInstanceStatus", '{"instancesSet":{"items":[{"instanceId":"<instance>"}]},"filterSet":{},'
                  '"includeAllInstances":false}'),
        Operation("DescribeInstanceAttribute", '{"instanceId":"<instance>","attribute":"userData"}'),
        Operation("DescribeImages", '{"executableBySet":{},"imagesSet":{"items":[{"imageId":"<image>"}]},'
                  '"ownersSet":{},"filterSet":{}}'),
        Operation("DescribeSnapshots", '{"snapshotSet":{},"ownersSet":{"items":[{"owner":"self"}]},"sharedUsersSet":{},'
                  + _FILTER % ("volume-id", "volume") + "}"),
        Operation("DescribeRouteTables", '{"routeTableIdSet":{},' + _FILTER % ("vpc-id", "vpc") + "}"),
        Operation("DescribeTags", "{" + _FILTER % ("resource-id", "instance") + "}"),
        Operation("DescribeAvailabilityZones", '{"availabilityZoneSet":{},"availabilityZoneIdSet":{},"filterSet":{}}'),
        Operation("DescribeRegions", '{"regionSet":{},"allRegions":true}'),
        Operation("DescribeAccountAttributes", '{"accountAttributeNameSet":{},"filterSet":{}}'),
        Operation("DescribeAddresses", '{"publicIpsSet":{},"filterSet":{},"allocationIdsSet":{}}'),
        Operation("DescribeNatGateways", '{"DescribeNatGatewaysRequest":{"Filter":{"tag":1,"Name":"vpc-id","Value":'
                  '{"tag":1,"content":"<vpc>"}}}}'),
        Operation("DescribeLaunchTemplateVersions", '{"DescribeLaunchTemplateVersionsRequest":{"LaunchTemplateId":'
                  '"<template>","LaunchTemplateVersion":{"tag":1,"content":"<n>"}}}'),
        Operation("DescribeVpcEndpoints", '{"DescribeVpcEndpointsRequest":{"Filter":{"tag":1,"Name":"vpc-id","Value":'
                  '{"tag":1,"content":"<vpc>"}}}}'),
        Operation("DescribeKeyPairs", '{"keySet":{},"filterSet":{},"keyPairIdSet":{},"includePublicKey":false}'),
        Operation("CreateTags", '{"resourcesSet":{"items":[{"resourceId":"<instance>"}]},"tagSet":{"items":[{"key":'
                  '"build","value":"<hex>"}]}}', '{"requestId":"<uuid>","_return":true}'),
        Operation("CreateNetworkInterface", '{"subnetId":"<subnet>","description":"AWS Lambda VPC ENI-<function>",'
                  '"groupSet":{"items":[{"groupId":"<group>"}]},"privateIpAddressesSet":{}}',
                  '{"requestId":"<uuid>","networkInterface":{"networkInterfaceId":"<new_interface>","subnetId":'
                  '"<subnet>","vpcId":"<vpc>","status":"pending","privateIpAddress":"<private_ip>"}}'),
        Operation("DeleteNetworkInterface", '{"networkInterfaceId":"<interface>"}',
                  '{"requestId":"<uuid>","_return":true}'),
        Operation("AuthorizeSecurityGroupIngress", '{"groupId":"<group>","ipPermissions":{"items":[{"ipProtocol":"tcp",'
                  '"fromPort":<port>,"toPort":<port>,"groups":{},"ipRanges":{"items":[{"cidrIp":"<cidr>"}]}}]}}',
                  '{"requestId":"<uuid>","_return":true}'),
        Operation("ModifySnapshotAttribute", '{"snapshotId":"<new_snapshot>","createVolumePermission":{"add":{"items":['
                  '{"userId":"<party>"}]}},"attributeType":"CREATE_VOLUME_PERMISSION"}',
                  '{"requestId":"<uuid>","_return":true}'),
        Operation("CreateSnapshot", '{"volumeId":"<volume>","description":"nightly <date>"}',
                  '{"requestId":"<uuid>","snapshotId":"<new_snapshot>","volumeId":"<volume>","status":"pending",'
                  '"startTime":<ms>,"ownerId":"<account>","encrypted":true}'),
        Operation("AttachVolume", '{"volumeId":"<volume>","instanceId":"<instance>","device":"/dev/sdf"}',
                  '{"requestId":"<uuid>","volumeId":"<volume>","instanceId":"<instance>","status":"attaching"}'),
        Operation("RunInstances", '{"instancesSet":{"items":[{"imageId":"<image>","minCount":1,"maxCount":1}]},'
                  '"instanceType":"m7g.large","subnetId":"<subnet>","clientToken":"<uuid>"}',
                  '{"requestId":"<uuid>","reservationId":"r-0<hex>","ownerId":"<account>","instancesSet":{"items":[{'
                  '"instanceId":"<new_instance>","imageId":"<image>","instanceState":{"code":0,"name":"pending"},'
                  '"instanceType":"m7g.large","launchTime":<ms>,"subnetId":"<subnet>","vpcId":"<vpc>",'
                  '"privateIpAddress":"<private_ip>"}]}}'),
        Operation("TerminateInstances", '{"instancesSet":{"items":[{"instanceId":"<new_instance>"}]}}',
                  '{"requestId":"<uuid>","instancesSet":{"items":[{"instanceId":"<new_instance>","currentState":{"code":'
                  '32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}'),
    ),
)  # fmt: skip

LAMBDA = Service(
    "lambda",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("Invoke", '{"functionName":"<arn:lambda>function:<function>",'
                  '"invocationType":"Event"}', "null",
                  '[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":'
                  '"<arn:lambda>function:<function>"}]', read_only=False, data=True),
        Operation("ListFunctions20150331", '{"maxItems":50}'),
        Operation("GetFunction20150331v2", '{"functionName":"<function>"}'),
        Operation("GetFunctionConfiguration20150331v2", '{"functionName":"<function>"}'),
        Operation("GetPolicy20150331v2", '{"functionName":"<function>"}'),
        Operation("ListEventSourceMappings20150331", '{"functionName":"<function>","maxItems":100}'),
        Operation("UpdateFunctionCode20150331v2", '{"functionName":"<function>","s3Bucket":"<bucket>","s3Key":'
                  '"builds/<digest>.zip","publish":true,"dryRun":false}',
                  '{"functionName":"<function>","functionArn":'
                  '"<arn:lambda>function:<function>","runtime":"python3.13",'
                  '"codeSize":<bytes>,"codeSha256":"<blob>","lastModified":"<date>T00:00:00.000+0000",'
                  '"revisionId":"<uuid>","state":"Active"}'),
        Operation("PublishVersion20150331", '{"functionName":"<function>","codeSha256":"<blob>"}',
                  '{"functionName":"<function>","version":"<n>","revisionId":"<uuid>"}'),
    ),
)  # fmt: skip

ECS = Service(
    "ecs",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("DescribeServices", '{"cluster":"<cluster>","services":["<service>"]}'),
        Operation("DescribeTasks", '{"cluster":"<cluster>","tasks":["<task>"]}'),
        Operation("ListTasks", '{"cluster":"<cluster>","serviceName":"<service>"}'),
        Operation("DescribeContainerInstances", '{"cluster":"<cluster>","containerInstances":["<task>"]}'),
        Operation("UpdateService", '{"cluster":"<cluster>","service":"<service>","taskDefinition":"<service>:<n>",'
                  '"forceNewDeployment":true}', '{"service":{"serviceName":"<service>","status":"ACTIVE",'
                  '"desiredCount":3,"taskDefinition":"<service>:<n>"}}'),
        Operation("SubmitTaskStateChange", '{"cluster":"<cluster>","task":"<task>","status":"RUNNING"}',
                  '{"acknowledgment":"ACCEPT"}'),
        Operation("DiscoverPollEndpoint", '{"cluster":"<cluster>","containerInstance":"<task>"}', read_only=True),
    ),
)  # fmt: skip

ECR = Service(
    "ecr",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("GetAuthorizationToken", '{"registryIds":["<account>"]}'),
        Operation("BatchGetImage", '{"registryId":"<account>","repositoryName":"<repository>","imageIds":[{'
                  '"imageDigest":"sha256:<digest>"}]}', "null",
                  '[{"accountId":"<account>","ARN":"<arn:ecr>repository/<repository>"}]'),
        Operation("GetDownloadUrlForLayer", '{"registryId":"<account>","repositoryName":"<repository>","layerDigest":'
                  '"sha256:<digest>"}', "null",
                  '[{"accountId":"<account>","ARN":"<arn:ecr>repository/<repository>"}]'),
        Operation("PutImage", '{"registryId":"<account>","repositoryName":"<repository>","imageTag":"<hex>"}',
                  '{"image":{"registryId":"<account>","repositoryName":"<repository>","imageId":{"imageDigest":'
                  '"sha256:<digest>","imageTag":"<hex>"}}}',
                  '[{"accountId":"<account>","ARN":"<arn:ecr>repository/<repository>"}]'),
        Operation("DescribeRepositories", '{"registryId":"<account>","repositoryNames":["<repository>"]}'),
        Operation("InitiateLayerUpload", '{"registryId":"<account>","repositoryName":"<repository>"}',
                  '{"uploadId":"<uuid>","partSize":10485760}'),
    ),
)  # fmt: skip

EKS = Service(
    "eks",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("DescribeCluster", '{"name":"<cluster>"}'),
        Operation("ListClusters", '{"maxResults":100}'),
        Operation("DescribeNodegroup", '{"name":"<cluster>","nodegroupName":"<service>"}'),
    ),
)

AUTOSCALING = Service(
    "autoscaling",
    "1.08",
    operations=(
        Operation("DescribeAutoScalingGroups", '{"maxRecords":100,"autoScalingGroupNames":["<service>"]}'),
        Operation("DescribeAutoScalingInstances", '{"instanceIds":["<instance>"]}'),
        Operation("DescribeScalingActivities", '{"autoScalingGroupName":"<service>","maxRecords":20}'),
        Operation("CompleteLifecycleAction", '{"autoScalingGroupName":"<service>","lifecycleHookName":"drain",'
                  '"instanceId":"<instance>","lifecycleActionResult":"CONTINUE"}'),
    ),
)  # fmt: skip

ELB = Service(
    "elasticloadbalancing",
    "1.08",
    operations=(
        Operation("DescribeLoadBalancers", '{"loadBalancerArns":["<balancer>"]}'),
        Operation("DescribeTargetHealth", '{"targetGroupArn":"<arn:elasticloadbalancing>'
                  'targetgroup/<service>/<hex>"}'),
        Operation("DescribeListeners", '{"loadBalancerArn":"<balancer>"}'),
        Operation("RegisterTargets", '{"targetGroupArn":"<arn:elasticloadbalancing>'
                  'targetgroup/<service>/<hex>","targets":[{"id":"<private_ip>","port":8080}]}'),
    ),
)  # fmt: skip

PARAMETER_RESOURCE = '[{"accountId":"<account>","ARN":"<arn:ssm>parameter<parameter>"}]'
SSM = Service(
    "ssm",
    "1.11",
    denial="AccessDeniedException",
    operations=(
        Operation("UpdateInstanceInformation", '{"instanceId":"<instance>","agentVersion":"3.3.1611.0","agentStatus":'
                  '"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":'
                  '"<private_ip>","computerName":"ip-<n>.<region>.compute.internal","agentName":"amazon-ssm-agent"}'),
        Operation("ListInstanceAssociations", '{"instanceId":"<instance>","maxResults":20}'),
        Operation("PutInventory", '{"instanceId":"<instance>","items":[{"typeName":"AWS:Network","schemaVersion":"1.0",'
                  '"captureTime":"<date>T00:00:00Z","contentHash":"<hex>"}]}'),
        Operation("UpdateInstanceAssociationStatus", '{"associationId":"<uuid>","instanceId":"<instance>",'
                  '"executionResult":{"executionDate":"<until>","status":"Success","executionSummary":"1 out of 1"}}'),
        Operation("GetParameter", '{"name":"<parameter>","withDecryption":false}', "null", PARAMETER_RESOURCE),
        Operation("GetParameters", '{"names":["<parameter>"],"withDecryption":false}', "null", PARAMETER_RESOURCE),
        Operation("GetParametersByPath", '{"path":"<parameter>","recursive":true,"withDecryption":false}'),
        Operation("DescribeInstanceInformation", '{"filters":[{"key":"InstanceIds","values":["<instance>"]}]}'),
        Operation("GetDocument", '{"name":"<document>","documentVersion":"1"}'),
        Operation("DescribeParameters", '{"parameterFilters":[{"key":"Name","option":"Equals","values":['
                  '"<parameter>"]}],"shared":false}'),
        Operation("PutParameter", '{"name":"<parameter>","value":"<hidden>","type":"String",'
                  '"overwrite":true}', '{"version":<n>,"tier":"Standard"}', PARAMETER_RESOURCE),
    ),
)  # fmt: skip

CLOUDFORMATION = Service(
    "cloudformation",
    "1.11",
    operations=(
        Operation("DescribeStacks", '{"stackName":"<stack>"}'),
        Operation("DescribeStackEvents", '{"stackName":"<stack>"}'),
        Operation("ListStacks", '{"stackStatusFilter":["CREATE_COMPLETE","UPDATE_COMPLETE"]}'),
        Operation("GetTemplate", '{"stackName":"<stack>","templateStage":"Original"}'),
        Operation("CreateChangeSet", '{"stackName":"<stack>","changeSetName":"release-<hex>","templateURL":'
                  '"https://<bucket>.s3.<region>.amazonaws.com/templates/<digest>.json","capabilities":'
                  '["CAPABILITY_IAM"]}', '{"id":"<arn:cloudformation>changeSet/'
                  'release-<hex>/<uuid>","stackId":"<arn:cloudformation>stack/<stack>/<uuid>"}'),
        Operation("ExecuteChangeSet", '{"stackName":"<stack>","changeSetName":"release-<hex>"}'),
    ),
)  # fmt: skip

CODEBUILD = Service(
    "codebuild",
    "1.08",
    denial="AccessDeniedException",
    operations=(
        Operation("BatchGetBuilds", '{"ids":["<project>:<uuid>"]}'),
        Operation("StartBuild", '{"projectName":"<project>","sourceVersion":"<hex>"}',
                  '{"build":{"id":"<project>:<uuid>","projectName":"<project>","buildStatus":"IN_PROGRESS"}}'),
        Operation("ListBuildsForProject", '{"projectName":"<project>","sortOrder":"DESCENDING"}'),
    ),
)  # fmt: skip

SERVICES = (EC2, LAMBDA, ECS, ECR, EKS, AUTOSCALING, ELB, SSM, CLOUDFORMATION, CODEBUILD)
