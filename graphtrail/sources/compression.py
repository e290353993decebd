"""Compressed bytes become plain parts: gzip of one or several members, told by content, never by name.

Source of the format: RFC 1952. libdeflate does the common case, one member that fits in memory, four times as fast as
zlib; everything else (several members, damage, large files) is streamed.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator

import deflate

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
PART = 16 * 2**20
WHOLE = 64 * 2**20
_MEMBER = b"\x1f\x8b\x08"
_MOST = 1032  # the most that deflate makes of one byte


Plain = bytes | bytearray


class Damaged(Exception):
    """The bytes break off or are no gzip; what came before them has been handed out."""


def inflated(data: bytes) -> Plain | None:
    """The plain bytes of a gzip file of one sound member, or None where only streaming can tell."""
    size = int.from_bytes(data[-4:], "little")
    if data.find(_MEMBER, 1) >= 0 or size > min(WHOLE, _MOST * len(data)):
        return None
    try:
        plain = deflate.gzip_decompress(data)
    except (deflate.DeflateError, ValueError):
        return None
    return plain if len(plain) == size else None


def stream(chunks: Iterable[bytes], trailing: Callable[[], None] = lambda: None) -> Iterator[bytes]:
    """The plain bytes of a gzip file of any size and number of members, in pieces of at most ``PART`` bytes.

    Args:
        chunks: the bytes as they lie in the file.
        trailing: is called where bytes follow the first member, zeros too: CloudTrail writes none.

    Raises:
        Damaged: the bytes break off, are damaged, or something else follows the last member.
    """
    machine, read = zlib.decompressobj(wbits=31), 0
    for chunk in chunks:
        rest = chunk
        while rest:
            if read and machine.eof:
                trailing()
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                if not GZIP.startswith(rest[:2]):
                    raise Damaged(f"after {read} bytes something follows that is no gzip")
                machine = zlib.decompressobj(wbits=31)
                continue
            try:
                piece = machine.decompress(rest, PART)
            except zlib.error as error:
                raise Damaged(f"the gzip is damaged after {read} bytes ({error})") from None
            read += len(piece)
            if piece:
                yield piece
            rest = machine.unused_data if machine.eof else machine.unconsumed_tail
    if not machine.eof:
        raise Damaged(f"the gzip breaks off after {read} bytes")


def parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts that end at a line end where there is one, of about ``PART`` bytes.

    A document of one line stays one part: whoever reads it needs it whole.
    """
    held: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            cut = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
            if cut and size + cut >= PART:
                yield b"".join([*held, piece[:cut]])
                held, size = [piece[cut:]], len(piece) - cut
            else:
                held.append(piece)
                size += len(piece)
    except Damaged:
        yield b"".join(held)
        raise
    if size:
        yield b"".join(held)
