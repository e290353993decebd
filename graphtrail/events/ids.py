"""Ids: the account number that an access key id or a unique id carries, and how an event id is written.

Source: AWS Security Blog and sts:GetAccessKeyInfo, which answers the same question online; checked against the ids of
public logs. Ids made before 2019 or so (``AKIAI...``, ``AKIAJ...``) carry none.
"""

import base64
import re

_ID = re.compile(r"A[A-Z]{3}([Q-Z2-7][A-Z2-7]{9})[A-Z2-7]{2,}", re.ASCII)
_KEPT, _LOW = 40, 7


def account_of(identifier: str) -> str | None:
    """The 12 digits of the account that an id belongs to; None where it carries none."""
    found = _ID.match(identifier)
    if found is None:
        return None
    decoded = base64.b32decode(f"{found[1]}======")
    number = int.from_bytes(decoded[:6]) >> _LOW & (1 << _KEPT) - 1
    return f"{number:012}" if number < 10**12 else None


def dashed(digits: str) -> str:
    """A UUID as CloudTrail writes event ids: its 32 hex digits with dashes between them."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
