"""The way into AWS: sessions, clients, and what its errors mean. Nothing of ours beside botocore's own chain."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import boto3.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)
from s3transfer.exceptions import RetriesExceededError
from urllib3.exceptions import HTTPError

from graphtrail.errors import SourceError, UsageError
from graphtrail.sources.selection import Access

CONNECTIONS = 32
ATTEMPTS = 10
_REGION = "us-east-1"
_SESSION_NAME = "graphtrail"
# What botocore and what lies under it raise when AWS refuses or cannot be reached.
TROUBLE = (BotoCoreError, ClientError, HTTPError, RetriesExceededError)
_BROKEN = (HTTPError, HTTPClientError, IncompleteReadError)
# Credentials that will not work again, whatever is asked.
_DEAD = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_UNKNOWN = frozenset(
    {"InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "403", "AllAccessDisabled", "UnauthorizedOperation"})


class Account:
    """AWS through one set of credentials."""

    def __init__(self, access: Access) -> None:
        """Find the credentials; a role is taken on when something is first asked.

        Whoever asks for none, since a source is named wrongly, is not told that there are none.

        Raises:
            UsageError: there is no such profile.
            SourceError: the credentials cannot be found out.
        """
        self.access = access
        try:
            self._session = boto3.session.Session(profile_name=access.profile)
            found = self._session.get_credentials()
        except ProfileNotFound as wrong:
            raise UsageError(f"{wrong}; the profiles are those of ~/.aws/config") from None
        except BotoCoreError as wrong:
            raise SourceError(f"AWS credentials: {wrong}") from None
        self._has_credentials = found is not None
        if access.role_arn and self._has_credentials:
            self._take_on(access.role_arn, found)

    def _take_on(self, role_arn: str, credentials: Any) -> None:  # noqa: ANN401 - one of botocore's many kinds
        """Sign with a role from now on; botocore renews its credentials while a long run lasts."""
        core = self._session._session  # noqa: SLF001 - boto3 offers no other way to refreshing credentials of a role
        extra = {"RoleSessionName": _SESSION_NAME}
        if self.access.external_id:
            extra["ExternalId"] = self.access.external_id
        create = partial(core.create_client, endpoint_url=self.access.endpoint_url, region_name=self.region)
        fetcher = AssumeRoleCredentialFetcher(create, credentials, role_arn, extra_args=extra)
        core._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # type: ignore[attr-defined]  # noqa: SLF001 - as above

    @property
    def region(self) -> str:
        """The Region that the environment names."""
        return self._session.region_name or _REGION

    @property
    def partition(self) -> str:
        """The partition of that Region, as it stands in ARNs."""
        return self._session.get_partition_for_region(self.region)

    def bucket_region(self, bucket: str) -> str | None:
        """The Region of a bucket; None where it is that of the environment.

        Raises:
            ClientError, BotoCoreError: as AWS answers, but where it forbids to look and still says the Region.
        """
        client = self.client("s3")
        try:
            held: dict[str, Any] = client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if not is_denied(error):
                raise
            held = dict(error.response)  # whether anything may be read of it shows when it is listed
        headers = held.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        region = held.get("BucketRegion") or headers.get("x-amz-bucket-region")
        return None if region == client.meta.region_name else region

    def regions(self, service: str) -> list[str]:
        """The Regions that a service has, in that partition."""
        return self._session.get_available_regions(service, self.partition)

    def client(
        self, service: str, region: str | None = None, mode: Literal["standard", "adaptive"] = "standard"
    ) -> Any:  # noqa: ANN401 - of any service
        """A client of a service; it may be used by several threads.

        Raises:
            SourceError: there are no credentials.
        """
        if not self._has_credentials:
            raise SourceError(
                "no AWS credentials: name a profile with --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"
            )
        tries = self._session._session.get_config_variable("max_attempts")  # noqa: SLF001 - what AWS_MAX_ATTEMPTS says
        config = Config(
            retries={"mode": mode, "total_max_attempts": tries or ATTEMPTS},
            max_pool_connections=CONNECTIONS,
            read_timeout=self.access.read_timeout,
        )
        return self._session.client(
            service,
            region_name=region or self.region,
            endpoint_url=self.access.endpoint_url,
            config=config,
        )


def code_of(error: BaseException) -> str:
    """The code of an error that AWS answered with, empty if it answered nothing."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def is_dead(error: BaseException) -> bool:
    """Whether the credentials are worth no further request."""
    return code_of(error) in _DEAD | _UNKNOWN or isinstance(error, NoCredentialsError | PartialCredentialsError)


def is_denied(error: BaseException) -> bool:
    """Whether the answer was that this is not allowed."""
    return code_of(error) in _DENIED


def explained(error: BaseException) -> str:
    """What an error means and what to do about it, in a line."""
    code = code_of(error)
    if not isinstance(error, ClientError):
        return _network(error)
    said = str(error.response.get("Error", {}).get("Message", "")).strip()
    for codes, advice in _ADVICE:
        if code in codes:
            return advice(said)
    return f"{code}: {said}" if said else code or str(error)


def _network(error: BaseException) -> str:
    """Of what AWS did not answer."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "no AWS credentials"
    last = error.last_exception if isinstance(error, RetriesExceededError) else error
    kind = "the connection broke" if isinstance(last, _BROKEN) else "AWS could not be asked"
    return f"{kind} ({' '.join(str(last).split()) or type(last).__name__})"


def _denied(said: str) -> str:
    if "kms" in said.lower():
        return (
            "not allowed to decrypt: the object is encrypted with a KMS key (SSE-KMS), which takes kms:Decrypt on that "
            f"key, in your policy and in the key's own ({said})"
        )
    return f"not allowed ({said or 'AccessDenied'}); graphtrail doctor --source says what is needed"


_ADVICE: tuple[tuple[frozenset[str], Callable[[str], str]], ...] = (
    (_DENIED, _denied),
    (_DEAD, lambda said: f"the credentials have expired ({said}): renew them and run the same command again"),
    (_UNKNOWN, lambda said: f"AWS does not know these credentials ({said})"),
    (frozenset({"NoSuchBucket"}), lambda _: "there is no such bucket"),
    (frozenset({"NoSuchKey"}), lambda _: "it was listed and is gone: deleted meanwhile"),
    (
        frozenset({"InvalidObjectState"}),
        lambda said: f"it lies in an archive ({said}): restore it first (aws s3api restore-object)",
    ),
)


def all_regions() -> list[str]:
    """The Regions of CloudTrail that this botocore knows; nothing is asked."""
    return sorted(boto3.session.Session().get_available_regions("cloudtrail"))
