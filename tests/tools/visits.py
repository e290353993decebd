"""A listener that counts what reaches it, and an open page that tells what happened to it."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from playwright.sync_api import ConsoleMessage, Page


class Listener(ThreadingHTTPServer):
    """Answers everything on 127.0.0.1 and remembers which paths were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.origin = f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(204 if self.path == "/favicon.ico" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 (http.server names them)

    def log_message(self, *_: object) -> None:
        """Nothing: the paths are remembered."""


@dataclass
class Visit:
    """An open page and what came of it."""

    page: Page
    address: str = ""
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def ran(self) -> list[str]:
        """What hostile texts managed to run."""
        return self.page.evaluate("__ran")

    def blocked(self) -> list[str]:
        """What the content security policy had to stop."""
        return self.page.evaluate("__blocked")

    def answers(self, code: str, value: object = None) -> Any:  # noqa: ANN401 (whatever the page says)
        """What the page says."""
        return self.page.evaluate(code, value)

    def elements(self, selector: str) -> int:
        """How many elements there are."""
        return self.page.evaluate("(selector) => document.querySelectorAll(selector).length", selector)

    def text(self, selector: str) -> str:
        """The text of an element as it is in the document."""
        return self.page.evaluate("(selector) => document.querySelector(selector).textContent", selector)

    def spot(self, of: str, number: int) -> tuple[float, float]:
        """Where on the screen a node or link lies."""
        place = self.page.evaluate(f"graphtrail.{of}({number})")
        return place["x"], place["y"]

    def chosen(self) -> dict[str, int | None]:
        """What is chosen."""
        return self.page.evaluate("graphtrail.chosen()")

    def settle(self) -> None:
        """Let two frames pass."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


class Visitor(Protocol):
    """How tests open a page."""

    def __call__(self, html: str, fragment: str = "", **options: object) -> Visit: ...
