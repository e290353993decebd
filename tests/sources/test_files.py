"""Files, folders, archives and standard input, whatever they are called."""

import gc
import gzip
import hashlib
import io
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from graphtrail.errors import SourceError
from graphtrail.sources import compression, files
from graphtrail.sources.blob import Blob, Unreadable, shown
from graphtrail.sources.files import again, blobs, extent, in_memory


def read(*sources: str | Path) -> dict[str, bytes]:
    """The plain bytes of all blobs, by name below the first source."""
    found = {}
    for blob in blobs(map(str, sources)):
        assert isinstance(blob, Blob), blob
        found[shown(blob.name).removeprefix(f"{sources[0]}/")] = b"".join(blob.parts())
    return found


def unreadable(*sources: str | Path) -> dict[str, str]:
    return {
        shown(one.name).removeprefix(f"{sources[0]}/"): one.reason
        for one in blobs(map(str, sources))
        if isinstance(one, Unreadable)
    }


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_folder_is_read_in_order_of_its_names_at_any_depth(tmp_path: Path):
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / "b" / "deep" / "x").write_bytes(b"1")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"2"))
    (tmp_path / "c").write_bytes(b"")
    assert list(read(tmp_path).items()) == [("a.json.gz", b"2"), ("b/deep/x", b"1"), ("c", b"")]
    size = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    assert extent([str(tmp_path), "-", str(tmp_path / "nowhere")]) == (3, size)


def test_a_name_that_is_no_text_is_a_name(tmp_path: Path):
    name = os.fsencode(tmp_path) + b"/\xff\xfe.json"
    Path(os.fsdecode(name)).write_bytes(b"{}")
    (blob,) = blobs([str(tmp_path)])
    assert blob.name == name
    assert shown(blob.name).endswith("/\\xff\\xfe.json")


def test_gzip_of_several_members_is_one_text(tmp_path: Path):
    (tmp_path / "x").write_bytes(gzip.compress(b"one") + gzip.compress(b"two") + b"\0\0")
    assert read(tmp_path / "x") == {str(tmp_path / "x"): b"onetwo"}


def test_a_large_file_comes_in_parts_that_end_at_line_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "WHOLE", 100)
    monkeypatch.setattr(compression, "PART", 64)
    monkeypatch.setattr(files, "PART", 64)
    text = b"".join(b"line %04d\n" % number for number in range(100))
    (tmp_path / "plain").write_bytes(text)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text, 0))
    for blob in blobs([str(tmp_path)]):
        assert isinstance(blob, Blob)
        parts = list(blob.parts())
        assert b"".join(parts) == text
        assert blob.sha256 == hashlib.sha256(Path(os.fsdecode(blob.name)).read_bytes()).digest()
    assert all(part.endswith(b"\n") for part in parts)
    assert len(parts) > 1


def test_members_of_archives_are_files_also_inside_archives(tmp_path: Path):
    (tmp_path / "logs.zip").write_bytes(zipped(b=b"2", a=gzip.compress(b"1"), inner=zipped(c=b"3")))
    found = {name.partition("!")[2]: data for name, data in read(tmp_path / "logs.zip").items()}
    assert found == {"a": b"1", "b": b"2", "inner!c": b"3"}
    name = os.fsencode(tmp_path / "logs.zip") + b"!b"
    assert name in {blob.name for blob in again(name)}


def test_folders_in_archives_are_none(tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/x", b"1")
    (tmp_path / "logs.zip").write_bytes(out.getvalue())
    assert list(read(tmp_path / "logs.zip").values()) == [b"1"]


def test_what_cannot_be_unpacked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    deep = zipped(x=b"1")
    for _ in range(3):
        deep = zipped(inner=deep)
    (tmp_path / "deep.zip").write_bytes(deep)
    (tmp_path / "damaged.zip").write_bytes(zipped(x=b"1")[:-10])
    broken = bytearray(zipped(x=b"hello"))
    broken[broken.index(b"hello")] ^= 1
    (tmp_path / "wrong.zip").write_bytes(broken)
    monkeypatch.setattr(files, "WHOLE", 1_000)
    (tmp_path / "bomb.zip").write_bytes(packed(bytes(16_001)))
    said = unreadable(tmp_path)
    assert said["deep.zip!inner!inner!inner"] == "an archive too deep inside archives: unpack it"
    assert said["damaged.zip"].startswith("the zip archive is damaged")
    assert said["wrong.zip!x"].startswith("cannot be unpacked")
    assert said["bomb.zip!x"] == "16001 bytes inside an archive are too many: unpack it"


def packed(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", data)
    return out.getvalue()


def test_links_pipes_cases_and_what_is_gone_are_said_and_not_read(tmp_path: Path):
    logs = tmp_path / "logs"
    (logs / "case" / "segments").mkdir(parents=True)
    (logs / "case" / "manifest.json").write_text("{}")
    (tmp_path / "outside").mkdir()
    (logs / "link").symlink_to(tmp_path / "outside")
    (logs / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(logs / "pipe")
    assert unreadable(logs) == {
        "case": "a graphtrail case: it is no source",
        "dangling": "No such file or directory",
        "link": "a link to a folder: it is not followed",
        "pipe": "no regular file",
    }


def test_a_folder_that_may_not_be_listed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The superuser may list everything, so the refusal itself is made up."""
    (tmp_path / "closed").mkdir()

    def refuse(path: bytes) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert list(unreadable(tmp_path).values()) == ["a folder that cannot be read"]


def test_a_source_that_is_not_there_is_an_error():
    with pytest.raises(SourceError, match="/nowhere: no such file or folder"):
        list(blobs(["/nowhere"]))


class Stdin:
    """What ``sys.stdin`` needs to be here."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read_once_and_known_at_its_end(
    monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
):
    monkeypatch.setattr(sys, "stdin", Stdin(pack(b"one\ntwo")))
    (blob,) = blobs(["-"])
    assert isinstance(blob, Blob)
    assert not blob.again
    assert b"".join(blob.parts()) == b"one\ntwo"
    assert (blob.sha256, blob.size) == (hashlib.sha256(pack(b"one\ntwo")).digest(), len(pack(b"one\ntwo")))


def test_standard_input_may_be_empty_or_closed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", Stdin(b""))
    (blob,) = blobs(["-"])
    assert isinstance(blob, Blob)
    assert list(blob.parts()) == []
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match="standard input is closed"):
        list(blobs(["-"]))


def test_the_digest_of_standard_input_is_that_of_all_bytes_also_behind_damage(monkeypatch: pytest.MonkeyPatch):
    data = gzip.compress(b"one")[:-4] + b"garbage" * 100
    monkeypatch.setattr(files, "PART", 64)
    monkeypatch.setattr(sys, "stdin", Stdin(data))
    (blob,) = blobs(["-"])
    assert isinstance(blob, Blob)
    with pytest.raises(compression.Damaged):
        list(blob.parts())
    assert blob.sha256 == hashlib.sha256(data).digest()


def test_the_name_of_a_log_file_says_account_and_region():
    name = b"x/AWSLogs/o-1/111122223333/CloudTrail/eu-central-1/2026/03/02/"
    blob = Blob(
        name + b"111122223333_CloudTrail_eu-central-1_20260302T0905Z_abcdefghijklmnop.json.gz", 0, b"", lambda: iter(())
    )
    delivery = blob.delivery()
    assert delivery is not None
    assert (delivery.account, delivery.region, delivery.delivered) == ("111122223333", "eu-central-1", "20260302T0905Z")
    assert Blob(b"other.json", 0, b"", lambda: iter(())).delivery() is None


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_the_bytes_of_a_file_are_let_go_of_with_it(pack: Callable[[bytes], bytes]):
    data = pack(b"one\ntwo\n" * 1000)
    held = sys.getrefcount(data)
    gc.disable()
    try:
        for blob in in_memory(b"s3://b/x", data):
            assert isinstance(blob, Blob)
            assert b"".join(blob.parts()) == b"one\ntwo\n" * 1000
        del blob
        assert sys.getrefcount(data) == held, "nobody has to search for cycles"
    finally:
        gc.enable()
