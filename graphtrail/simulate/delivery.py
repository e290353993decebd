"""How records reach the bucket: in files of a few minutes, some late, some twice, and not in order.

Layout: AWS CloudTrail User Guide, "Finding your CloudTrail log files" and, for the id of the organisation in the path,
"Creating a trail for an organization". That a file is stamped a few minutes after the events in it, that records of
one file are not in order, and that a few come a second time in another file was measured on public logs.
"""

from pathlib import Path

import deflate

from graphtrail.simulate.clock import iso
from graphtrail.simulate.dice import Dice
from graphtrail.simulate.places import Site

_SLOT = 300  # seconds between two deliveries
_USUAL_LAG = 150  # seconds, at most
_LATE = 0.006
_LATE_LAG = (1_200, 18_000)  # seconds
_TWICE = 0.015
_MOST = 1_500  # records in one file
_SWAPPED = 0.22  # the measured part of neighbours that go backwards in time
_LEVEL = 3  # of gzip: beyond it, time grows faster than files shrink
_ALPHANUMERIC = str.maketrans({"+": "x", "/": "K"})


class Delivery:
    """The trail's bucket on disk.

    Args:
        folder: the root of the bucket.
        organisation_id: ``o-...``.
        places: all places that records come from; a place is known by its number.
        dice: chance.
    """

    def __init__(self, folder: Path, organisation_id: str, places: list[Site], dice: Dice) -> None:
        self.records = 0
        self._folder = folder / "AWSLogs" / organisation_id
        self._places = places
        self._dice = dice
        self._waiting: dict[int, dict[int, list[bytes]]] = {}
        self._next = 0

    def add(self, place: Site, record: bytes, now: int) -> None:
        """Take a record in.

        Args:
            place: whose account and Region the record is of.
            record: JSON.
            now: the time of its event, epoch seconds.
        """
        dice = self._dice
        luck = dice.unit()
        lag = dice.between(*_LATE_LAG) if luck < _LATE else dice.below(_USUAL_LAG)
        slot = (now + lag) // _SLOT + 1
        self._put(slot, place.number, record)
        if luck > 1 - _TWICE:
            self._put(slot + dice.between(1, 3), place.number, record)

    def _put(self, slot: int, place: int, record: bytes) -> None:
        files = self._waiting.get(slot)
        if files is None:
            files = self._waiting[slot] = {}
        records = files.get(place)
        if records is None:
            files[place] = [record]
        else:
            records.append(record)

    def flush(self, now: int | None = None) -> None:
        """Write the files to which nothing can come any more.

        Args:
            now: the clock, epoch seconds; None at the end, when all that waits is written.
        """
        if now is not None and now < self._next:
            return
        due = sorted(slot for slot in self._waiting if now is None or slot <= now // _SLOT)
        for slot in due:
            for number, records in sorted(self._waiting.pop(slot).items()):
                for start in range(0, len(records), _MOST):
                    self._write(slot, self._places[number], records[start : start + _MOST])
        self._next = ((now or 0) // _SLOT + 1) * _SLOT

    def _write(self, slot: int, place: Site, records: list[bytes]) -> None:
        dice = self._dice
        for at in range(1, len(records)):
            if dice.chance(_SWAPPED):
                records[at - 1], records[at] = records[at], records[at - 1]
        stamp = iso(slot * _SLOT)
        day = stamp[:10]
        folder = self._folder / place.account.id / "CloudTrail" / place.region / day.replace("-", "/")
        folder.mkdir(parents=True, exist_ok=True)
        tail = dice.base64(16).translate(_ALPHANUMERIC)
        minute = f"{day.replace('-', '')}T{stamp[11:13]}{stamp[14:16]}Z"
        name = f"{place.account.id}_CloudTrail_{place.region}_{minute}_{tail}.json.gz"
        text = b'{"Records":[' + b",".join(records) + b"]}"
        (folder / name).write_bytes(deflate.gzip_compress(text, _LEVEL))
        self.records += len(records)
