"""Buckets that logs are delivered to: what is changed there may let logs be lost; elsewhere it is housekeeping.

Source: real records of CreateTrail, and of GetBucketAcl by ``cloudtrail.amazonaws.com``, which looks at a bucket before
it delivers; User Guides of CloudTrail, AWS Config and CloudWatch Logs for the services that deliver to buckets.
"""

import numpy as np

from graphtrail.graph.layout import label_of
from graphtrail.graph.pivots.touches import Touching
from graphtrail.graph.world import World

_DELIVER = frozenset(
    f"service:{name}.amazonaws.com" for name in ("cloudtrail", "config", "delivery.logs", "logging.s3")
)
_OF_BUCKETS = frozenset({"s3:PutBucketLifecycle", "s3:PutBucketLifecycleConfiguration"})


def log_buckets(world: World, touching: Touching) -> frozenset[str]:
    """The buckets that a trail was told to write to, and those that a service which delivers logs touched."""
    facts = world.facts
    services = np.fromiter((key in _DELIVER for key in world.names.keys), np.bool_, len(world.names.keys))
    named = {pivot.target for _, pivot in facts.pivots if pivot.type == "LOGS_TO" and pivot.target}
    written = touching.where(services[world.names.whose][facts.caller], ("target",))
    return frozenset(named.union(key for _, key, _ in written if label_of(key) == "Bucket"))


def is_of_logs(action: str, key: str, buckets: frozenset[str]) -> bool:
    """Whether a resource is about logs, as far as that depends on the resource."""
    return action not in _OF_BUCKETS or key in buckets
