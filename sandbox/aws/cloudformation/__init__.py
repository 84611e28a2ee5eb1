"""CloudFormation as AWS does it, where moto's does less, one module per gap. Development only.

moto keeps the stacks and speaks the API. Templates are transformed (`sam`) and resolved
(`intrinsics`, `parameters`), bad requests refused (`refusals`), resources made by the APIs of their
services (`providers`) in order and with a rollback (`stack_resources`, `change_sets`).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sandbox.aws.boto_clients import BotoClients
from sandbox.aws.cloudformation import (
    change_sets,
    intrinsics,
    parameters,
    providers,
    refusals,
    sam,
    stack_resources,
    template_url,
)

__all__ = ["install"]

_GAPS = (change_sets, intrinsics, parameters, refusals, sam, stack_resources, template_url)


@contextmanager
def install(clients: BotoClients) -> Iterator[None]:
    """Inside it moto's stacks are those described above; resources are made through `clients`."""
    with ExitStack() as stack:
        for gap in (
            change_sets,
            intrinsics,
            parameters,
            refusals,
            sam,
            stack_resources,
            template_url,
        ):
            stack.enter_context(gap.install())
        stack.enter_context(providers.install(clients))
        yield
