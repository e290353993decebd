"""CloudTrail's public keys: saved to a file, read from one, and used.

The file is what ``aws cloudtrail list-public-keys`` prints, for several Regions in one; ``Value`` is the base64 of the
key in PKCS#1 DER. Source: AWS CloudTrail API reference, ListPublicKeys and PublicKey.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from graphtrail.errors import SourceError


class Fit(Enum):
    """What became of a signature: it fits, it does not, or the key that it is for is not there or is none."""

    FITS = "fits"
    FAILS = "signature verification failed"
    NO_KEY = "public key not found"


class Keys(Protocol):
    """Where public keys come from."""

    def of(self, regions: Iterable[str]) -> "PublicKeys":
        """Those of some Regions.

        Raises:
            SourceError: they cannot be had.
        """
        ...


class PublicKeys:
    """Public keys by their fingerprints."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Hold keys, each PKCS#1 DER."""
        self._keys = dict(keys)
        self._loaded: dict[str, RSAPublicKey | None] = {}

    def of(self, regions: Iterable[str]) -> "PublicKeys":  # noqa: ARG002 - what is saved is of all Regions
        """Those of some Regions."""
        return self

    def __len__(self) -> int:
        return len(self._keys)

    def fit(self, fingerprint: str, signature: str, signed: bytes) -> Fit:
        """Whether a signature is one of the key with this fingerprint over these bytes.

        Args:
            fingerprint: of the public key.
            signature: hexadecimal.
            signed: what it should be made over.
        """
        key = self._key(fingerprint)
        if key is None:
            return Fit.NO_KEY
        try:
            key.verify(binascii.unhexlify(signature), signed, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return Fit.FAILS
        return Fit.FITS

    def _key(self, fingerprint: str) -> RSAPublicKey | None:
        if fingerprint not in self._loaded:
            try:
                loaded = load_der_public_key(self._keys[fingerprint])
            except (KeyError, ValueError):
                loaded = None
            self._loaded[fingerprint] = loaded if isinstance(loaded, RSAPublicKey) else None
        return self._loaded[fingerprint]


class _Key(msgspec.Struct):
    Fingerprint: str
    Value: str


class _File(msgspec.Struct):
    PublicKeyList: list[_Key]


def load(file: Path) -> PublicKeys:
    """Read public keys from a file.

    Raises:
        SourceError: it cannot be read, or holds none.
    """
    try:
        held = msgspec.json.decode(file.read_bytes(), type=_File)
        keys = {key.Fingerprint: base64.b64decode(key.Value, validate=True) for key in held.PublicKeyList}
    except OSError as error:
        raise SourceError(
            f"{file}: cannot be read ({error.strerror}); make it with: graphtrail keys save FILE"
        ) from None
    except ValueError as error:
        raise SourceError(
            f"{file}: holds no public keys of CloudTrail ({error}); make it with: graphtrail keys save {file}"
        ) from None
    if not keys:
        raise SourceError(f"{file}: holds no public keys; make it with: graphtrail keys save {file}")
    return PublicKeys(keys)


def listed(keys: Iterable[Mapping[str, Any]]) -> PublicKeys:
    """Keys as ListPublicKeys answers them, their values bytes."""
    return PublicKeys({key["Fingerprint"]: key["Value"] for key in keys})


def dumped(keys: Iterable[Mapping[str, Any]]) -> str:
    """Keys as ListPublicKeys answers them, as the text of a file that ``load`` reads."""
    ordered = sorted(keys, key=lambda key: (key.get("Region", ""), key["ValidityStartTime"], key["Fingerprint"]))
    return msgspec.json.format(msgspec.json.encode({"PublicKeyList": ordered}), indent=2).decode() + "\n"
