"""Names of executions. Development only.

moto calls an unnamed execution None, so a second one is the same or refused; accepts any name; and
looks for a name and takes it in two steps, so two requests at once both get it.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from moto.stepfunctions.exceptions import InvalidName
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from sandbox.aws.moto_adapters.replacement import replaced

_FORBIDDEN = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")
_MAX_LENGTH = 80


@contextmanager
def install() -> Iterator[None]:
    upstream = StepFunctionsParserBackend.start_execution
    lock = threading.Lock()

    def start_execution(
        self: StepFunctionsParserBackend, arn: str, name: str | None = None, *rest: object
    ) -> Execution:
        if name is not None:
            _check(name)
        with lock:
            return upstream(self, arn, name or str(uuid4()), *rest)

    with replaced(StepFunctionsParserBackend, "start_execution", start_execution):
        yield


def _check(name: str) -> None:
    if not 1 <= len(name) <= _MAX_LENGTH or _FORBIDDEN.search(name):
        raise InvalidName(f"Invalid Name: '{name}'")
