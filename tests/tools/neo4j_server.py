"""A real Neo4j Community server for tests: fetched by Maven, started on a free port of this machine, no container.

``python tests/tools/neo4j_server.py fetch`` brings the jars (GPLv3, some 130 MB, kept under the user's cache, never in
the project); ``start FOLDER`` runs a server until it is interrupted and prints its address.

Two versions are known: the long-term release on Java 17, which is the one that is used, and the latest on Java 21 or
newer, with ``GRAPHTRAIL_TEST_NEO4J=latest``.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

LTS, LATEST = "5.26.30", "2026.08.1"
USER, PASSWORD = "neo4j", "only-for-tests"
_POM = Path(__file__).with_name("neo4j") / "pom.xml"
_JAVA = {LTS: 17, LATEST: 21}
_MAIN = {LTS: "org.neo4j.server.CommunityEntryPoint", LATEST: "org.neo4j.server.Neo4jCommunity"}
_OWN = {
    LTS: "internal.dbms.bolt.netty_server_shutdown_quiet_period=0",
    LATEST: (
        "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s\n"
        "dbms.fleet_manager.enabled=false\nserver.fleet_discovery.enabled=false"
    ),
}
_OPENED = [
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
    ),
    "--enable-native-access=ALL-UNNAMED",
]
_SETTINGS = """\
server.default_listen_address=127.0.0.1
server.bolt.enabled=true
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size={cache}
dbms.security.auth_enabled=true
dbms.security.auth_max_failed_attempts=0
dbms.security.allow_csv_import_from_file_urls=false
internal.dbms.cypher_ip_blocklist=0.0.0.0/0,::/0
dbms.usage_report.enabled=false
db.transaction.timeout=120s
db.tx_log.preallocate=false
db.tx_log.rotation.size=32m
internal.dbms.bolt.netty_server_shutdown_timeout=1s
internal.server.bolt.thread_pool_shutdown_wait_time=1s
{own}
"""


class CannotStartError(Exception):
    """There is no server; the message says what is missing."""


def wanted() -> str:
    """The version that ``GRAPHTRAIL_TEST_NEO4J`` names.

    Raises:
        CannotStartError: it names none.
    """
    said = os.environ.get("GRAPHTRAIL_TEST_NEO4J") or "lts"
    found = {"lts": LTS, "latest": LATEST}.get(said)
    if found is None:
        raise CannotStartError(f"GRAPHTRAIL_TEST_NEO4J is lts or latest, not {said}")
    return found


def jars(version: str = LTS) -> Path:
    """The folder with the server's jars; fetched if they are not there.

    Raises:
        CannotStartError: Maven is missing or fails.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache / "graphtrail-tests" / f"neo4j-{version}"
    if (place / "done").exists():
        return place
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotStartError(
            "the tests need a real Neo4j server, whose jars come by Maven: install it (Debian: apt-get install maven), "
            "or name a server with GRAPHTRAIL_TEST_NEO4J_URI (user and password by NEO4J_USERNAME, NEO4J_PASSWORD)"
        )
    command = [
        maven, "--quiet", "--batch-mode", f"-Dneo4j.version={version}", f"--file={_POM}",
        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={place}",
    ]  # fmt: skip
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise CannotStartError(f"Maven could not fetch Neo4j {version}: {(ran.stdout + ran.stderr).strip()[-2000:]}")
    (place / "done").touch()
    return place


def java(version: str = LTS) -> str | None:
    """A Java that runs a version of the server, None if there is none."""
    homes = [os.environ.get("JAVA_HOME"), *map(str, sorted(Path("/usr/lib/jvm").glob("*"), reverse=True))]
    named = [shutil.which("java"), *(f"{home}/bin/java" for home in homes if home)]
    found = {release: path for path in named if path and Path(path).is_file() and (release := _release(path))}
    fitting = sorted(release for release in found if release >= _JAVA[version])
    return found[fitting[0]] if fitting else None


def _release(path: str) -> int:
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


@dataclass
class Server:
    """A server of our own.

    Attributes:
        home: its folder.
        version: of Neo4j.
        memory: for its heap.
        cache: for its pages.
    """

    home: Path
    version: str = field(default_factory=wanted)
    memory: str = "700m"
    cache: str = "128m"
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def uri(self) -> str:
        """Where it listens."""
        return f"bolt://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start it, and wait until it answers.

        Raises:
            CannotStartError: no Java, no jars, or it ended at once.
        """
        self._configure()
        if not (self.home / "data" / "dbms").exists():
            self.admin("dbms", "set-initial-password", PASSWORD)
        log = self.home / "logs" / "console.out"
        command = [
            *self._java("-Xms256m", f"-Xmx{self.memory}", "-XX:+UseG1GC", "-Dlog4j2.disable.jmx=true"),
            _MAIN[self.version], f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}", "--console-mode",
        ]  # fmt: skip
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        for _ in range(1200):
            said = log.read_text(encoding="utf-8", errors="replace")
            if " Started." in said:
                return self
            if self._process.poll() is not None:
                raise CannotStartError(f"Neo4j {self.version} ended at once: {said[-2000:]}")
            time.sleep(0.1)
        self.stop()
        raise CannotStartError(f"Neo4j {self.version} did not start within two minutes: {said[-2000:]}")

    def imported(self, words: list[str], folder: Path) -> None:
        """Run an import, as neo4j-admin would with these words in that folder; before the first start.

        Raises:
            CannotStartError: it fails.
        """
        self._configure()
        self.admin(*words, folder=folder)

    def admin(self, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run neo4j-admin.

        Raises:
            CannotStartError: it fails.
        """
        environment = os.environ | {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        command = [*self._java("-Xmx1g"), "org.neo4j.cli.AdminTool", *words]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)
        if ran.returncode:
            raise CannotStartError(f"neo4j-admin {' '.join(words)}: {(ran.stdout + ran.stderr)[-2000:]}")
        return ran

    def stop(self) -> None:
        """End it in order; it can be started again on its data."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None

    def _java(self, *options: str) -> list[str]:
        return [_java_for(self.version), *options, *_OPENED, "-Dfile.encoding=UTF-8", "-cp", f"{jars(self.version)}/*"]

    def _configure(self) -> None:
        for name in ("conf", "data", "logs", "run", "plugins", "import", "licenses"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        self.port = self.port or _free()
        settings = _SETTINGS.format(port=self.port, cache=self.cache, own=_OWN[self.version])
        (self.home / "conf" / "neo4j.conf").write_text(settings, encoding="utf-8")


def _java_for(version: str) -> str:
    program = java(version)
    if program is None:
        raise CannotStartError(
            f"the tests need a real Neo4j server, and Neo4j {version} needs Java {_JAVA[version]} or newer (Debian: "
            f"apt-get install openjdk-{_JAVA[version]}-jre-headless); or name a server with GRAPHTRAIL_TEST_NEO4J_URI"
        )
    return program


def _free() -> int:
    """A port that nobody listens on; the server does not say which it took, so that one is chosen before."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def main() -> int:
    """Fetch the jars, or run a server until it is interrupted. Returns the exit code."""
    try:
        if sys.argv[1:2] == ["start"]:
            server = Server(Path(sys.argv[2])).start()
            sys.stdout.write(f"{server.uri} {USER} {PASSWORD}\n")
            sys.stdout.flush()
            for one in (signal.SIGINT, signal.SIGTERM):
                signal.signal(one, lambda *_: None)
            signal.pause()
            server.stop()
        elif not os.environ.get("GRAPHTRAIL_TEST_NEO4J_URI"):
            jars(wanted())
            _java_for(wanted())
    except CannotStartError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
