"""AWS for tests: moto's server over HTTP on this machine, with the calls that it lacks, and faults on demand.

moto knows no LookupEvents, ListPublicKeys and CloudTrail Lake: they are added to its CloudTrail here, so that boto3 and
the AWS CLI call them over real HTTP. Nothing leaves 127.0.0.1.
"""

import calendar
import io
import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from moto import settings
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionAuthenticatorMixin
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

Environ = dict[str, Any]
Start = Callable[..., Any]
ACCOUNT = "123456789012"  # moto's own
App = Callable[[Environ, Start], Iterable[bytes]]
ATTRIBUTES = {
    "EventId": "EventId",
    "EventName": "EventName",
    "ReadOnly": "ReadOnly",
    "Username": "Username",
    "EventSource": "EventSource",
    "AccessKeyId": "AccessKeyId",
}


class Asked(NamedTuple):
    """A request that came in.

    Attributes:
        action: ``LookupEvents`` and the like, from the header or the form; of S3 ``GET`` and the like.
        path: of S3 ``/bucket/key``, decoded.
        query: parameters of the URL.
        region: that the request was signed for.
        headers: by name, as WSGI has them.
        body: of a request in JSON.
    """

    action: str
    path: str
    query: Mapping[str, list[str]]
    region: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] = {}


class Fault(NamedTuple):
    """Something that goes wrong.

    Attributes:
        meets: which requests it meets.
        answer: what answers them, given the sound server.
        times: how often it happens; then it is over.
    """

    meets: Callable[[Asked], bool]
    answer: Callable[[App, Environ, Start], Iterable[bytes]]
    times: int = 1_000_000


@dataclass
class World:
    """What the added calls of CloudTrail answer with.

    Attributes:
        lookups: events by Region, as ``lookup_event`` makes them.
        keys: public keys, as ListPublicKeys gives them: ``Value``, ``ValidityStartTime``, ``Fingerprint``.
        lake: rows of the results of queries, by their order.
        statements: queries that came in.
        ends: what is said of queries, each time they are asked for; FINISHED when nothing is left.
        every: each so many requests to LookupEvents one is refused as too many; 0 never.
    """

    lookups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=list)
    lake: list[dict[str, str]] = field(default_factory=list)
    statements: list[dict[str, Any]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    every: int = 0
    count: int = 0


WORLD = World()


def lookup_event(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as LookupEvents gives it; ``EventTime`` is epoch seconds."""
    identity = record.get("userIdentity") or {}
    when = time.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ")
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record.get("readOnly", True)).lower(),
        "AccessKeyId": identity.get("accessKeyId"),
        "EventTime": calendar.timegm(when),
        "EventSource": record["eventSource"],
        "Username": identity.get("userName") or issuer.get("userName"),
        "Resources": [],
        "CloudTrailEvent": json.dumps(record),
    }


def _lookup_events(self: CloudTrailResponse) -> str:
    """Newest first, at most 50 a page; source: API reference of CloudTrail, LookupEvents."""
    WORLD.count += 1
    if WORLD.every and WORLD.count % WORLD.every == 0:
        raise JsonRESTError("ThrottlingException", "Rate exceeded")
    asked = json.loads(self.body)
    found = sorted(WORLD.lookups.get(self.region, []), key=lambda one: -one["EventTime"])
    for attribute in asked.get("LookupAttributes") or []:
        name = ATTRIBUTES[attribute["AttributeKey"]]
        found = [one for one in found if one.get(name) == attribute["AttributeValue"]]
    since, until = asked.get("StartTime"), asked.get("EndTime")
    found = [one for one in found if (since is None or one["EventTime"] >= float(since))]
    found = [one for one in found if (until is None or one["EventTime"] <= float(until))]
    start = int(asked.get("NextToken") or 0)
    size = int(asked.get("MaxResults") or 50)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return json.dumps({"Events": found[start : start + size], **more})


def _list_public_keys(self: CloudTrailResponse) -> str:  # noqa: ARG001 - moto's signature
    return json.dumps({"PublicKeyList": WORLD.keys})


def _start_query(self: CloudTrailResponse) -> str:
    WORLD.statements.append(json.loads(self.body))
    return json.dumps({"QueryId": f"00000000-0000-4000-8000-{len(WORLD.statements):012d}"})


def _describe_query(self: CloudTrailResponse) -> str:
    status = WORLD.ends.pop(0) if WORLD.ends else "FINISHED"
    return json.dumps({"QueryId": self._get_param("QueryId"), "QueryStatus": status})


def _get_query_results(self: CloudTrailResponse) -> str:
    """Each row a list of objects of one column; source: API reference of CloudTrail, GetQueryResults."""
    start = int(self._get_param("NextToken") or 0)
    size = min(int(self._get_param("MaxQueryResults") or 1000), 1000)
    rows = [[{name: value} for name, value in row.items()] for row in WORLD.lake[start : start + size]]
    more = {"NextToken": str(start + size)} if start + size < len(WORLD.lake) else {}
    total = {"ResultsCount": len(rows), "TotalResultsCount": len(WORLD.lake)}
    return json.dumps({"QueryStatus": "FINISHED", "QueryStatistics": total, "QueryResultRows": rows, **more})


for _method in (_lookup_events, _list_public_keys, _start_query, _describe_query, _get_query_results):
    setattr(CloudTrailResponse, _method.__name__.removeprefix("_"), _method)


class Server:
    """The server, running in a thread.

    Attributes:
        url: its address.
        faults: what goes wrong, asked in their order.
        requests: everything that was asked since the last reset.
        world: what the added calls answer with.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.requests: list[Asked] = []
        self.world = WORLD
        self._app: App = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        """Forget everything: buckets, queues, faults, requests."""
        self.faults.clear()
        WORLD.__dict__.update(World().__dict__)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = math.inf
        with urlopen(HttpRequest(f"{self.url}/moto-api/reset", method="POST")):  # noqa: S310 - our own
            self.requests.clear()

    def enforce(self) -> None:
        """From now on credentials are checked, and policies decide."""
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        ActionAuthenticatorMixin.request_count = 0

    def fail(self, answer: Callable[..., Iterable[bytes]], *, times: int = 1_000_000, **meets: str) -> None:
        """Let requests fail whose action or path matches a regular expression."""

        def met(asked: Asked) -> bool:
            return all(re.search(pattern, str(getattr(asked, name))) for name, pattern in meets.items())

        self.faults.append(Fault(met, answer, times))

    def asked(self, action: str, path: str = "") -> list[Asked]:
        """The requests with an action and a pattern in their path."""
        return [one for one in self.requests if one.action == action and re.search(path, one.path)]

    def _answer(self, environ: Environ, start: Start) -> Iterable[bytes]:
        asked = _asked(environ)
        if asked.path.startswith("/moto-api/"):
            return self._app(environ, start)
        with self._lock:
            self.requests.append(asked)
            at = next((at for at, one in enumerate(self.faults) if one.times > 0 and one.meets(asked)), None)
            if at is not None:
                self.faults[at] = self.faults[at]._replace(times=self.faults[at].times - 1)
        return self._app(environ, start) if at is None else self.faults[at].answer(self._app, environ, start)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's signature
        """Nothing."""


_REGION = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/")


def _asked(environ: Environ) -> Asked:
    headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    scope = _REGION.search(environ.get("HTTP_AUTHORIZATION", ""))
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    url = urlsplit(environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"])
    query = parse_qs(url.query or environ.get("QUERY_STRING", ""), keep_blank_values=True)
    action = target or environ["REQUEST_METHOD"]
    if action == "GET" and "list-type" in query:
        action = "LIST"
    body: dict[str, Any] = {}
    if target:
        held = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(held)
        body = json.loads(held or b"{}")
    return Asked(action, unquote(url.path), query, scope[1] if scope else "", headers, body)


def error(status: str, code: str, message: str = "made by a test") -> Callable[..., Iterable[bytes]]:
    """An error as AWS writes it, as XML for S3 and as JSON for the rest."""

    def answer(_: App, environ: Environ, start: Start) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"].read(length)
        if environ.get("HTTP_X_AMZ_TARGET"):
            body = json.dumps({"__type": code, "message": message}).encode()
            kind = "application/x-amz-json-1.1"
        else:
            told = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
            form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
            body = f"<?xml version='1.0'?>{f'<ErrorResponse>{told}</ErrorResponse>' if form else told}".encode()
            kind = "application/xml"
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-errortype", code)])
        return [body]

    return answer


def cut(app: App, environ: Environ, start: Start) -> Iterator[bytes]:
    """The body breaks off in its middle, as when a connection is lost."""
    body = b"".join(app(environ, start))
    yield body[: len(body) // 2]


def slow(seconds: float) -> Callable[..., Iterable[bytes]]:
    """The body stands still in its middle for a while."""

    def answer(app: App, environ: Environ, start: Start) -> Iterator[bytes]:
        body = b"".join(app(environ, start))
        yield body[: len(body) // 2]
        time.sleep(seconds)
        yield body[len(body) // 2 :]

    return answer


def after(act: Callable[[], object]) -> Callable[..., Iterable[bytes]]:
    """Something happens, and then the request is answered soundly."""

    def answer(app: App, environ: Environ, start: Start) -> Iterable[bytes]:
        act()
        return app(environ, start)

    return answer
