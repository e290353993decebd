"""A graph shaped like a real incident, in any size: a stolen key, three roles, a bucket, and everybody's daily work.

For tests and benchmarks of the page; every name in it is made up.
"""

from dataclasses import dataclass, field, replace
from random import Random

from graphtrail.graph.model import Edge, EventLine, Node, Subgraph
from graphtrail.render.picture import Picture

ACCOUNT = "111122223333"
PROD = "444455556666"
START = 1_688_989_338
PEOPLE = ("amara", "bjorn", "chen", "dalia", "emeka", "farah", "goran", "hana", "ivan", "jun", "kofi", "lena")
ROLES = ("ReadOnly", "Support", "Terraform", "EcsTask", "GlueEtl", "LambdaExec", "DataLake", "NetOps")
CALLS = (
    ("s3:GetObject", "Object"),
    ("s3:ListObjects", "Bucket"),
    ("ec2:DescribeInstances", "Instance"),
    ("lambda:Invoke", "Function"),
    ("secretsmanager:GetSecretValue", "Secret"),
    ("kms:Decrypt", "Key"),
    ("dynamodb:Query", "Table"),
    ("sqs:SendMessage", "Queue"),
    ("rds:CreateDBSnapshot", "Snapshot"),
    ("iam:GetRole", "Role"),
)
AGENTS = ("aws-cli/2.13.1 Python/3.11.4", "Boto3/1.28.1 md/Botocore#1.31.1", "console.amazonaws.com", "Terraform/1.5.2")
ARNS = {
    "Bucket": "arn:aws:s3:::{0}",
    "Object": "arn:aws:s3:::{0}",
    "Instance": "arn:aws:ec2:eu-west-1:444455556666:instance/{0}",
    "Function": "arn:aws:lambda:eu-west-1:444455556666:function:{0}",
    "Secret": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:{0}",
    "Key": "arn:aws:kms:eu-west-1:444455556666:key/{0}",
    "Table": "arn:aws:dynamodb:eu-west-1:444455556666:table/{0}",
    "Queue": "arn:aws:sqs:eu-west-1:444455556666:{0}",
    "Snapshot": "arn:aws:rds:eu-west-1:444455556666:snapshot:{0}",
    "Role": "arn:aws:iam::444455556666:role/{0}",
    "User": "arn:aws:iam::444455556666:user/{0}",
}


@dataclass
class Case:
    """A graph in the making."""

    random: Random
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Edge] = field(default_factory=dict)
    events: dict[str, EventLine] = field(default_factory=dict)
    paths: list[list[tuple[str, str, str]]] = field(default_factory=list)

    def node(self, key: str, label: str, name: str, **properties: str | int | bool | None) -> str:
        self.nodes.setdefault(key, Node(key, label, name, properties))
        return key

    def edge(self, source: str, type_: str, target: str, at: int, count: int = 1, **more: str) -> tuple[str, str, str]:
        """Draw an edge, or add to the one that is there. Returns what it is found by."""
        name = source, target, type_
        known = self.edges.get(name)
        if known:
            last = max(known.last_seen, at + 7 * (count - 1))
            total = known.count + count
            self.edges[name] = replace(known, last_seen=last, count=total, event_total=total)
            return name
        outcome, action = more.pop("outcome", "ok"), more.pop("action", "sts:AssumeRole")
        confidence, rule = more.pop("confidence", "exact"), more.pop("rule", "record")
        ids = tuple(self.event(at + 7 * number, action, outcome) for number in range(min(count, 20)))
        properties = {**more, **({"outcome": outcome} if type_ == "ON" else {})}
        last = at + 7 * (count - 1)
        self.edges[name] = Edge(*name, at, last, count, confidence, rule, ids, count, properties)
        return name

    def event(self, at: int, action: str, outcome: str) -> str:
        raw = self.random.getrandbits(128).to_bytes(16, "big").hex()
        event_id = "-".join((raw[:8], raw[8:12], raw[12:16], raw[16:20], raw[20:]))
        error = "AccessDenied" if outcome == "denied" else None
        address = f"10.{self.random.randrange(32)}.{self.random.randrange(256)}.7"
        agent = self.random.choice(AGENTS)
        self.events[event_id] = EventLine(event_id, at, action, outcome, error, "eu-west-1", PROD, address, agent)
        return event_id

    def resource(self, label: str, name: str) -> str:
        short = name.rpartition("/")[2] if label == "Object" else name
        return self.node(ARNS[label].format(name), label, short, resource_type=label, account=PROD, region="eu-west-1")

    def role(self, name: str, account: str = PROD) -> str:
        return self.node(f"arn:aws:iam::{account}:role/{name}", "Role", name, account=account, path="/")

    def session(self, key: str, name: str, at: int, role: str | None = None, **properties: str) -> str:
        made = self.node(
            f"key:{key}", "Session", name, kind="temporary" if role else "long_lived", created=at, expires=at + 3600,
            **properties,
        )  # fmt: skip
        if role:
            self.edge(role, "OPENED", made, at)
        return made

    def act(
        self, session: str, action: str, label: str, name: str, at: int, count: int = 1, outcome: str = "ok"
    ) -> list[tuple[str, str, str]]:
        key = f"act:{session}|{action}|{outcome}|"
        error = {"error_code": "AccessDenied"} if outcome == "denied" else {}
        self.node(key, "Action", action, iam_action=action, outcome=outcome, read_only=True, **error)
        return [
            self.edge(session, "PERFORMED", key, at, count, action=action, outcome=outcome),
            self.edge(key, "ON", self.resource(label, name), at, count, action=action, outcome=outcome, role="target"),
        ]

    def graph(self) -> Subgraph:
        order = {name: position for position, name in enumerate(sorted(self.edges))}
        paths = tuple(tuple(order[name] for name in path) for path in self.paths)
        edges = [self.edges[name] for name in order]
        return Subgraph(tuple(self.nodes[key] for key in sorted(self.nodes)), tuple(edges), paths, self.events)


def stolen_key(case: Case) -> None:
    """The incident: a key of the build user, over two roles, to the bucket; and what else it touched."""
    at = START
    user = case.node(f"arn:aws:iam::{ACCOUNT}:user/ci-deploy", "User", "ci-deploy", account=ACCOUNT, created=at - 10**7)
    key = case.session("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", at, source="console")
    opened = case.edge(user, "OPENED", key, at, 41, action="sts:GetCallerIdentity")
    address = case.node("ip:198.51.100.23", "IpAddress", "198.51.100.23", private=False)
    second = case.node("ip:203.0.113.77", "IpAddress", "203.0.113.77", private=False)
    case.edge(key, "FROM", address, at, 41)
    build = case.session("ASIABUILD7F3AEXAMPLE", "BuildRole/build-7f3a", at + 800, case.role("BuildRole", ACCOUNT))
    to_build = case.edge(key, "ASSUMED", build, at + 800, 1, rule="L1")
    admin = case.session("ASIAADMIN7F3AEXAMPLE", "ProdAdmin/adm-7f3a", at + 1300, case.role("ProdAdmin"))
    to_admin = case.edge(build, "ASSUMED", admin, at + 1300, 1, rule="L1")
    case.edge(build, "FROM", address, at + 820, 11)
    case.edge(admin, "FROM", second, at + 1320, 48_214)
    read = case.act(admin, "s3:GetObject", "Bucket", "customer-pii-prod", at + 2100, 48_214)
    case.paths.append([opened, to_build, to_admin, *read])
    listed = case.act(admin, "s3:ListObjects", "Bucket", "customer-pii-prod", at + 1700, 212)
    case.paths.append([opened, to_build, to_admin, *listed])
    refused = case.act(build, "s3:GetBucketPolicy", "Bucket", "customer-pii-prod", at + 900, 3, "denied")
    case.paths.append([opened, to_build, *refused])
    for number, part in enumerate(("2019", "2020", "2021", "2022", "2023")):
        name = f"customer-pii-prod/exports/{part}/customers-{part}-full.parquet"
        case.act(admin, "s3:GetObject", "Object", name, at + 2200 + number * 60, 9_000 - number * 700)
        case.edge(case.resource("Object", name), "IN", case.resource("Bucket", "customer-pii-prod"), at + 2200)
    for number, (action, label, name, outcome) in enumerate((
        ("secretsmanager:GetSecretValue", "Secret", "prod/db-master", "ok"),
        ("iam:CreateUser", "User", "svc-metrics-2", "ok"),
        ("iam:AttachUserPolicy", "User", "svc-metrics-2", "denied"),
        ("cloudtrail:StopLogging", "Queue", "org-trail", "denied"),
        ("rds:ModifyDBSnapshotAttribute", "Snapshot", "users-prod-0309", "ok"),
        ("kms:Decrypt", "Key", "1f0c2c1e-77aa-4c1f-9d55-2ab1de8a9c01", "ok"),
    )):  # fmt: skip
        case.act(admin, action, label, name, at + 3000 + number * 90, 1 + number % 3, outcome)
    made = case.resource("User", "svc-metrics-2")
    made_key = case.session("AKIAMADEBYTHEMEXAMPLE", "AKIAMADEBYTHEMEXAMPLE", at + 3400)
    case.edge(made, "OPENED", made_key, at + 3400)
    case.edge(admin, "OPENED_WAY", made_key, at + 3400, rule="L12", confidence="strong", by="CreateAccessKey")
    guess = case.session("ASIAHEURISTICEXAMPLE", "SnapshotJob/i-0cb7b359", at + 3500, case.role("SnapshotJob"))
    case.edge(admin, "OPENED_WAY", guess, at + 3500, rule="L19", confidence="heuristic", by="RunInstances")
    case.act(guess, "rds:CreateDBSnapshot", "Snapshot", "users-prod-0310", at + 3600)


def daily_work(case: Case, people: int) -> None:
    """What everybody else did in the same hours."""
    random = case.random
    for number in range(people):
        name = f"{PEOPLE[number % len(PEOPLE)]}{number // len(PEOPLE) or ''}"
        at = START + random.randrange(9000)
        person = case.node(f"idc:{name}@example.com", "IdentityCenterUser", f"{name}@example.com", account=ACCOUNT)
        role = case.role(ROLES[number % len(ROLES)])
        sign_in = case.session(f"ASIASIGNIN{number:08d}", f"{name}@example.com", at, ip=f"10.20.{number % 250}.9")
        case.edge(person, "SIGNED_IN", sign_in, at, rule="L5", confidence="strong", action="signin:ConsoleLogin")
        used_from = f"10.20.{number % 250}.9"
        address = case.node(f"ip:{used_from}", "IpAddress", used_from, private=True)
        case.edge(sign_in, "FROM", address, at, 1 + random.randrange(300))
        for hop in range(1 + random.randrange(3)):
            inner = case.session(
                f"ASIAWORK{number:06d}{hop:04d}", f"{role.rpartition('/')[2]}/{name}", at + 60 * hop, role
            )
            case.edge(sign_in, "ASSUMED", inner, at + 60 * hop, rule="L1")
            for _ in range(1 + random.randrange(3)):
                action, label = random.choice(CALLS)
                place = f"team-{random.randrange(9)}-data" + (
                    f"/day/{random.randrange(50)}.csv" if label == "Object" else ""
                )
                outcome = "denied" if random.random() < 0.1 else "ok"
                case.act(inner, action, label, place, at + 300, 1 + int(random.paretovariate(0.6)) % 5000, outcome)
    if people > 2:
        read = case.act("key:ASIASIGNIN00000001", "s3:ListObjects", "Bucket", "customer-pii-prod", START + 5000, 3)
        first = next(name for name in case.edges if name[1] == "key:ASIASIGNIN00000001")
        case.paths.append([first, *read])


def incident(people: int = 14, objects: int = 0, seed: int = 7) -> Subgraph:
    """About 40 nodes of the incident, 9 for each of the other people, and as many objects, read in bulk."""
    case = Case(Random(seed))  # noqa: S311 (made-up data, the same each time)
    stolen_key(case)
    daily_work(case, people)
    for number in range(objects):
        name = f"customer-pii-prod/raw/{number:06d}.json"
        case.act("key:ASIAADMIN7F3AEXAMPLE", "s3:GetObject", "Object", name, START + 2500 + number, 1 + number % 9)
    return case.graph()


COLUMNS = ("origin", "session", "action", "outcome", "count", "first_seen", "last_seen", "addresses", "confidence")
COVERAGE = (
    "Data events of S3 are logged for customer-pii-prod since 2023-07-10T11:40:00Z only; earlier reads leave no trace.",
    "Account 444455556666 has no trail in eu-central-1: what happened there is not in this case.",
    "2 sessions of ProdAdmin have no issuing call in the logs; who opened them is not known.",
    "14 links are heuristic and were not followed; --min-confidence heuristic follows them.",
)


def picture(people: int = 14, objects: int = 0, seed: int = 7) -> Picture:
    """The same as an answer to who-touched."""
    graph = incident(people, objects, seed)
    sessions = {node.key: node for node in graph.nodes if node.label == "Session"}
    rows = tuple(
        ("arn:aws:iam::111122223333:user/ci-deploy", edge.source, edge.target.split("|")[1], edge.target.split("|")[2],
         edge.count, edge.first_seen, edge.last_seen, ("198.51.100.23", "203.0.113.77"), edge.confidence)
        for edge in graph.edges
        if edge.type == "PERFORMED" and edge.source in sessions
    )  # fmt: skip
    return Picture(
        "customer-pii-prod",
        "Who touched arn:aws:s3:::customer-pii-prod, through which chain of roles?",
        graph,
        (
            ("case", "sha256:9f2c41d07be3"), ("events", "101,482"),
            ("from", "2023-07-10T11:42:18Z"), ("until", "2023-07-10T14:37:50Z"),
        ),
        COLUMNS,
        rows[:60],
        COVERAGE,
        (
            "graphtrail ask blast-radius key:AKIAIOSFODNN7EXAMPLE",
            "graphtrail ask containment key:AKIAIOSFODNN7EXAMPLE",
            "graphtrail ask secrets key:ASIAADMIN7F3AEXAMPLE",
        ),
    )  # fmt: skip


def shuffled(graph: Subgraph, random: Random) -> Subgraph:
    """The same graph, its nodes and edges in another order."""
    nodes, order = list(graph.nodes), list(range(len(graph.edges)))
    random.shuffle(nodes)
    random.shuffle(order)
    new = {old: position for position, old in enumerate(order)}
    paths = tuple(tuple(new[at] for at in path) for path in graph.paths)
    return replace(graph, nodes=tuple(nodes), edges=tuple(graph.edges[at] for at in order), paths=paths)
