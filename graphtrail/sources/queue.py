"""Records that are announced on an SQS queue, and the queue itself.

A message is deleted when what it announces is in the case; what comes again does no harm, since the case knows it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources import layout
from graphtrail.sources.announcements import Announced, announced
from graphtrail.sources.aws import TROUBLE, Account, explained
from graphtrail.sources.blob import Found, Has, delivery
from graphtrail.sources.bucket import SCHEME, Fetcher, at_home
from graphtrail.sources.bucket_listing import Entry
from graphtrail.sources.files import in_memory
from graphtrail.sources.selection import Selection

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_AT_ONCE = 10  # messages a request; source: API reference of SQS, ReceiveMessage and DeleteMessageBatch


class Message(NamedTuple):
    """A message.

    Attributes:
        id: which SQS gave it.
        receipt: with which it is deleted.
        body: what was sent.
        says: what it announces.
        names: the names of the files that it stands for.
    """

    id: str
    receipt: str
    body: str
    says: Announced
    names: frozenset[bytes]


class Queue:
    """One queue, and the buckets that its messages speak of."""

    def __init__(self, url: str, account: Account, selection: Selection) -> None:
        """Find the queue.

        Raises:
            UsageError: it is no URL of a queue.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or parts.path.count("/") < 2:  # noqa: PLR2004 - /ACCOUNT/NAME
            raise UsageError(
                f"{url or repr(url)}: no URL of a queue, such as https://sqs.eu-west-1.amazonaws.com/111122223333/trail"
            )
        self._url = url
        self._name = f"sqs:/{parts.path}"
        self._account = account
        self._selection = selection
        host = (parts.hostname or "").split(".")
        self._client: SQSClient = account.client("sqs", host[1] if host[0] == "sqs" and len(host) > 1 else None)
        self._fetchers: dict[str, Fetcher] = {}

    def receive(self, wait: int, hidden: int) -> list[Message]:
        """Messages that wait, up to ten.

        Args:
            wait: seconds to wait for one.
            hidden: seconds for which nobody else gets them.

        Raises:
            SourceError: the queue cannot be asked.
        """
        try:
            held = self._client.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=_AT_ONCE, WaitTimeSeconds=wait, VisibilityTimeout=hidden
            )
        except TROUBLE as error:
            raise SourceError(f"{self._url}: {explained(error)}") from None
        return [self._message(one["MessageId"], one["ReceiptHandle"], one["Body"]) for one in held.get("Messages", ())]

    def _message(self, number: str, receipt: str, body: str) -> Message:
        says = announced(body)
        names = {_name(bucket, entry) for bucket, entry in says.objects if self._wants(entry)}
        if says.record:
            names.add(f"{self._name}/{number}".encode())
        return Message(number, receipt, body, says, frozenset(names))

    def _wants(self, entry: Entry) -> bool:
        """Whether an object is a log of those that are wanted: digests and other services' are not."""
        return not layout.is_outside(entry.key) and self._selection.takes_delivery(delivery(entry.key.encode()))

    def blobs(self, messages: Sequence[Message], has: Has) -> Found:
        """What messages announce and the case does not have."""
        for message in messages:
            if message.says.record:
                (name,) = message.names
                yield from in_memory(name, message.body.encode())
        objects: dict[str, dict[str, Entry]] = {}
        for bucket, entry in (one for message in messages for one in message.says.objects):
            if self._wants(entry) and not (entry.etag and has(_name(bucket, entry), entry.etag)):
                objects.setdefault(bucket, {})[entry.key] = entry
        for bucket, entries in objects.items():
            yield from self._fetcher(bucket).fetched(entries.values())

    def _fetcher(self, bucket: str) -> Fetcher:
        if bucket not in self._fetchers:
            client = at_home(self._account, f"{SCHEME}{bucket}", bucket)
            self._fetchers[bucket] = Fetcher(client, bucket, requester_pays=self._account.access.requester_pays)
        return self._fetchers[bucket]

    def delete(self, messages: Sequence[Message]) -> Iterator[str]:
        """Delete messages. Hands out, in words, what could not be: it comes again, which does no harm."""
        for start in range(0, len(messages), _AT_ONCE):
            some = messages[start : start + _AT_ONCE]
            entries = [{"Id": str(at), "ReceiptHandle": one.receipt} for at, one in enumerate(some)]
            try:
                held = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]  # the stub wants its own dict
            except TROUBLE as error:
                yield explained(error)
            else:
                yield from (one.get("Message") or one["Code"] for one in held.get("Failed", ()))


def _name(bucket: str, entry: Entry) -> bytes:
    return f"{SCHEME}{bucket}/{entry.key}".encode()
