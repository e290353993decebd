"""What the simulated organisation asks of AWS, as data: services, operations, and who asks for what how often."""

from types import MappingProxyType

from graphtrail.simulate.catalogue import compute, data, govern
from graphtrail.simulate.catalogue.operation import Call, Template

CALLS = MappingProxyType({
    call.action: call
    for service in (*compute.SERVICES, *data.SERVICES, *govern.SERVICES)
    for call in (Call(service, operation) for operation in service.operations)
})  # fmt: skip

__all__ = ["CALLS", "Call", "Template"]
