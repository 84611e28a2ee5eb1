"""What closes the gaps of moto's Step Functions interpreter, one module per gap. Development only.

Each module's `install` is a context manager: inside it moto behaves as AWS does in that respect,
afterwards moto is as it was.
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager

from sandbox.aws.moto_adapters import (
    assigned_text,
    assignment,
    choice,
    clients,
    clock,
    definitions,
    dynamodb,
    error_matching,
    execution_names,
    execution_result,
    jsonata,
    map_context,
    parameters,
    payload_limit,
    sdk_casing,
    sdk_names,
    service_errors,
    sns,
)
from sandbox.aws.moto_adapters.clock import Clock
from sandbox.aws.moto_adapters.simulated_clock import SimulatedClock

__all__ = ["Clock", "SimulatedClock", "install"]


@contextmanager
def install(endpoint_url: str, time: Clock, without: Collection[str] = ()) -> Iterator[None]:
    """Close every gap but those in `without`; the interpreter's calls go to `endpoint_url`."""
    adapters = {
        "assigned_text": assigned_text.install(),
        "assignment": assignment.install(),
        "choice": choice.install(),
        "clients": clients.install(endpoint_url),
        "clock": clock.install(time),
        "definitions": definitions.install(),
        "dynamodb": dynamodb.install(),
        "error_matching": error_matching.install(),
        "execution_names": execution_names.install(),
        "execution_result": execution_result.install(time),
        "jsonata": jsonata.install(time),
        "map_context": map_context.install(),
        "parameters": parameters.install(),
        "payload_limit": payload_limit.install(),
        "sdk_casing": sdk_casing.install(),
        "sdk_names": sdk_names.install(),
        "service_errors": service_errors.install(),
        "sns": sns.install(),
    }
    if unknown := set(without) - set(adapters):
        raise ValueError(f"no such adapter: {', '.join(sorted(unknown))}")
    with ExitStack() as stack:
        for name, adapter in adapters.items():
            if name not in without:
                stack.enter_context(adapter)
        yield
