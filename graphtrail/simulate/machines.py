"""What runs by itself: instances, functions, tasks, service-linked roles, and services that act on their own."""

from msgspec import Raw
from msgspec.structs import replace

from graphtrail.simulate.agents import CONTAINER, FUNCTION, SERVER
from graphtrail.simulate.assume import service_role
from graphtrail.simulate.cast import Workload
from graphtrail.simulate.catalogue import CALLS
from graphtrail.simulate.clock import HOUR, MINUTE, iso
from graphtrail.simulate.forwarding import Date, Forwarder
from graphtrail.simulate.identity import SessionContext, UserIdentity, service
from graphtrail.simulate.places import Site, fill_words
from graphtrail.simulate.recorder import NOTHING, Caller
from graphtrail.simulate.records import NULL, Record, encode
from graphtrail.simulate.storage import on_bucket
from graphtrail.simulate.sts import Grant, Written
from graphtrail.simulate.work import Job, work
from graphtrail.simulate.world import Purse, Script, World

_WITHHELD = 0.03
_SERVICE_CALLS = (
    ("cloudtrail.amazonaws.com", "s3:GetBucketAcl"),
    ("delivery.logs.amazonaws.com", "s3:PutObject"),
    ("s3.amazonaws.com", "kms:GenerateDataKey"),
    ("events.amazonaws.com", "lambda:Invoke"),
    ("config.amazonaws.com", "s3:GetBucketAcl"),
    ("cloudwatch.amazonaws.com", "sns:Publish"),
)


def written(world: World, workload: Workload) -> Written:
    """Whether the call that issues a workload's next key is written: mostly, but for some workloads never."""
    return Written.NONE if workload.silent or world.dice.chance(_WITHHELD) else Written.ALL


def in_scope(grant: Grant, workload: Workload, delivery: str | None = None) -> UserIdentity:
    """The identity of a workload's session, which in newer records names the workload itself.

    Source: two field reports of 2026 that show ``inScopeOf`` of an instance and of a function.

    Args:
        grant: its credentials.
        workload: the workload.
        delivery: ``ec2RoleDelivery``, which tells by which version of the metadata service the key was fetched.
    """
    identity = grant.identity
    if delivery:
        context = replace(identity.session_context or SessionContext(), ec2_role_delivery=delivery)
        identity = replace(identity, session_context=context)
    if not workload.modern:
        return identity
    account, region = workload.site.account, workload.site.region
    if workload.service == "ec2.amazonaws.com":
        scope = {
            "issuerType": "AWS::EC2::Instance",
            "credentialsIssuedTo": account.arn("ec2", f"instance/{workload.name}", region),
        }
    else:
        function = account.arn("lambda", f"function:{workload.name}", region)
        scope = {
            "issuerType": "AWS::Lambda::Function",
            "credentialsIssuedTo": function,
            "credentialsIssuedToVersion": f"{function}:$LATEST",
        }
    return replace(identity, in_scope_of=scope)


def private_address(world: World) -> str:
    """An address inside a VPC."""
    dice = world.dice
    return f"10.{dice.below(8)}.{dice.below(256)}.{dice.between(4, 250)}"


def machine_caller(world: World, grant: Grant, identity: UserIdentity, site: Site, agent: str) -> Caller:
    """How a workload calls; half of them through an endpoint of their VPC."""
    dice = world.dice
    caller = Caller(grant.session, identity, site, world.cast.home(site.account), private_address(world), agent)
    if dice.chance(0.5):
        caller.endpoint = f"vpce-0{dice.hex(16)}"
    return caller


def _jewels(world: World, workload: Workload, probability: float = 1.0) -> int:
    return world.dice.between(1, 3) if workload.reads_jewels and world.on_jewels(probability) else 0


def function(world: World, purse: Purse) -> Script:
    """A function's execution environment: one key for as long as it lives."""
    dice = world.dice
    workload = dice.pick(world.cast.workloads["function"])
    yield from run_function(world, purse, workload)


def run_function(world: World, purse: Purse, workload: Workload) -> Script:
    """As ``function``, with a certain one."""
    dice = world.dice
    with purse.paying():
        grant = service_role(
            world, workload.service, workload.role, workload.name, workload.site, written=written(world, workload)
        )
    caller = machine_caller(world, grant, in_scope(grant, workload), workload.site, dice.pick(FUNCTION))
    yield dice.below(2)
    yield from work(world, Job(caller, "function", 25 * MINUTE, jewels=_jewels(world, workload)), purse, purse.left)


def instance(world: World, purse: Purse) -> Script:
    """An hour of an instance: its key is refreshed, and often a second one lives beside it."""
    yield from run_instance(world, purse, world.dice.pick(world.cast.workloads["instance"]))


def run_instance(world: World, purse: Purse, workload: Workload, how: Written | None = None) -> Script:
    """As ``instance``, with a certain one; ``how`` says whether the issuing calls are written."""
    dice = world.dice
    keys = 2 if purse.left > 12 and dice.chance(0.35) else 1  # noqa: PLR2004 - too few records for two
    grants = []
    with purse.paying():
        for _ in range(keys):
            how_written = how or written(world, workload)
            grants.append(
                service_role(world, workload.service, workload.role, workload.name, workload.site, written=how_written)
            )
    yield dice.between(1, 9)
    for number, grant in enumerate(grants[1:], 1):
        own = purse.share(purse.left // (number + 2))
        caller = machine_caller(world, grant, in_scope(grant, workload, "1.0"), workload.site, SERVER[1])
        world.spawn(work(world, Job(caller, "server", HOUR), own, own.left))
    identity = in_scope(grants[0], workload, "2.0")
    caller = machine_caller(world, grants[0], identity, workload.site, dice.pick(SERVER))
    job = Job(caller, "server", HOUR, jewels=_jewels(world, workload), bucket=world.cast.artifacts)
    yield from work(world, job, purse, purse.left)


def task(world: World, purse: Purse) -> Script:
    """A container task, whose id is its session's name."""
    dice = world.dice
    workload = dice.pick(world.cast.workloads["task"])
    yield from run_task(world, purse, workload)


def run_task(world: World, purse: Purse, workload: Workload) -> Script:
    """As ``task``, with a certain one."""
    dice = world.dice
    with purse.paying():
        created = world.now
        grant = service_role(
            world, workload.service, workload.role, dice.hex(32), workload.site, written=written(world, workload)
        )
    caller = machine_caller(world, grant, grant.identity, workload.site, dice.pick(CONTAINER))
    yield dice.between(1, 5)
    date = Date.MINTED if dice.chance(0.1) else Date.OWN
    job = Job(caller, "container", 40 * MINUTE, _jewels(world, workload, 0.5), Forwarder(world, caller, date, created))
    yield from work(world, job, purse, purse.left)


def linked(world: World, purse: Purse) -> Script:
    """A burst of a service-linked role, whose records show no key."""
    yield from run_linked(world, purse, world.dice.pick(world.cast.workloads["linked"]))


def run_linked(world: World, purse: Purse, workload: Workload) -> Script:
    """As ``linked``, with a certain one."""
    dice = world.dice
    with purse.paying():
        name = f"{workload.name.removeprefix('AWSServiceRoleFor')}{dice.below(10**15):015}"
        how = written(world, workload)
        grant = service_role(world, workload.service, workload.role, name, workload.site, keyless=True, written=how)
    identity = replace(grant.identity, invoked_by=workload.service)
    home = world.cast.home(workload.site.account)
    caller = Caller(grant.session, identity, workload.site, home, workload.service, workload.service)
    if workload.reads_jewels and purse.left > 1 and world.on_jewels(1.0):
        for action in ("s3:GetBucketAcl", "s3:GetBucketPolicy")[: purse.left]:
            on_bucket(world, caller, action, world.cast.jewels)
            purse.spend(1)
    audits = workload.service.startswith(("config", "securityhub"))
    yield from work(world, Job(caller, "auditor" if audits else "keeper", 10 * MINUTE), purse, purse.left)


def services(world: World, purse: Purse) -> Script:
    """Calls of services for themselves, one record each."""
    dice = world.dice
    while purse.left > 0:
        account = dice.pick(world.cast.observed())
        site = world.cast.site(account)
        if dice.chance(0.06):
            _service_event(world, site)
        else:
            name, action = dice.pick(_SERVICE_CALLS)
            caller = Caller(world.service(name, account), service(name), site, world.cast.home(account), name, name)
            call = CALLS[action]
            world.recorder.call(caller, call, shared=(dice.uuid(), world.recorder.request_id(call)))
        purse.spend(1)
        yield dice.below(40)


def _service_event(world: World, site: Site) -> None:
    """A secret is removed at the end of its recovery window: no call, and an identity without a type."""
    name = "secretsmanager.amazonaws.com"
    words = fill_words(("secret",), site, world.dice, world.now, NOTHING)
    session = world.service(name, site.account)
    session.records += 1
    arn = site.account.arn("secretsmanager", f"secret:{words['secret']}", site.region)
    world.recorder.write(
        site,
        Record(
            event_version="1.08",
            user_identity=UserIdentity(account_id=site.account.id, invoked_by=name).written(modern=True),
            event_time=iso(world.now),
            event_source=name,
            event_name="EndSecretVersionDelete",
            aws_region=site.region,
            source_ip_address=name,
            user_agent=name,
            request_parameters=NULL,
            response_elements=NULL,
            additional_event_data=Raw(encode({"Name": words["secret"], "ARN": arn})),
            request_id=world.dice.uuid(),
            event_id=world.dice.uuid(),
            read_only=False,
            event_type="AwsServiceEvent",
            management_event=True,
            recipient_account_id=site.account.id,
            event_category="Management",
        ),
    )
