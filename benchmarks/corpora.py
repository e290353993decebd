"""The corpora that the benchmarks read.

``invictus``: the real logs forty times over, with names and ids changed a copy, so that repetition stays as in the
one copy.
"""

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

COPIES = 40
UUID = rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KEY_ID = rb"(?:AKIA|ASIA|AROA|AIDA|AIPA|ANPA)[A-Z0-9]{12,17}"
TYPED_ID = rb"\b(?:i|vpc|subnet|sg|vol|snap|ami|eni|rtb|igw|lt|fl)-[0-9a-f]{8,17}\b"
ACCOUNT = rb"123837392027"
REQUEST_ID = rb'(?<="requestID":")[A-Z0-9]{16}(?=")|(?<="requestID": ")[A-Z0-9]{16}(?=")'
NAME = rb"bert-jan|benjamin|stratus-red-team|malicious-iam-user|baker221b|cdktoolkit|invictus-aws|config-bucket"
CHANGED = re.compile(b"|".join((UUID, REQUEST_ID, KEY_ID, TYPED_ID, ACCOUNT, NAME)))


def renamed(copy: int) -> Callable[[re.Match[bytes]], bytes]:
    """What stands in this copy for a name or id: the same for the same text, of the same form, another in each copy."""

    def replace(found: re.Match[bytes]) -> bytes:
        old = found[0]
        if old == b"123837392027":
            return b"%012d" % (123837392027 + copy)
        digest = hashlib.sha256(b"%d:%b" % (copy, old)).hexdigest()
        if re.fullmatch(UUID, old):
            return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}".encode()
        if re.fullmatch(KEY_ID, old):
            return old[:4] + digest.upper()[: len(old) - 4].encode()
        if re.fullmatch(rb"[A-Z0-9]{16}", old):
            return digest[:16].upper().encode()
        prefix, dash, rest = old.rpartition(b"-")
        if re.fullmatch(TYPED_ID, old):
            return prefix + dash + digest[: len(rest)].encode()
        return old + b"-%d" % copy

    return replace


def invictus(data: Path, folder: Path, copies: int = COPIES) -> Path:
    """Write the gzip files of all copies below ``folder``. Returns it."""
    files = sorted((data / "invictus").glob("*.json"))
    if not files:
        raise SystemExit(f"{data / 'invictus'}: no *.json here; name the folder above invictus")
    for copy in range(copies):
        inside = folder / f"{copy:02d}"
        inside.mkdir(parents=True, exist_ok=True)
        change = renamed(copy)
        for file in files:
            text = CHANGED.sub(change, file.read_bytes())
            (inside / f"{file.name}.gz").write_bytes(gzip.compress(text, 6, mtime=0))
    return folder
