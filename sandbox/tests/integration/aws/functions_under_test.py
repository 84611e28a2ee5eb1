"""Handlers that the Lambda runtime runs in processes of their own."""

import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

print("module imported")


def echo(event: Any, context: Any) -> dict[str, Any]:
    print("to stdout: ü")
    print("to stderr", file=sys.stderr)
    logging.getLogger().warning("to the logger")
    return {
        "event": event,
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "left_ms": context.get_remaining_time_in_millis(),
        "pid": os.getpid(),
        "environment": dict(os.environ),
    }


def wait(event: Any, _: Any) -> int:
    if "pid_file" in event:
        Path(event["pid_file"]).write_text(str(os.getpid()))
    time.sleep(event["seconds"])
    return os.getpid()


def meet(event: Any, _: Any) -> int:
    """Answer when as many processes as `processes` says were at work at once."""
    place = Path(event["place"])
    (place / str(os.getpid())).touch()
    while len(list(place.iterdir())) < event["processes"]:
        time.sleep(0.01)
    return os.getpid()


def fail(_: Any, __: Any) -> None:
    raise KeyError("no such key")


def leave(event: Any, _: Any) -> None:
    os._exit(event["code"])


def crash(_: Any, __: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def answer_at_length(event: Any, _: Any) -> str:
    return "x" * int(event["bytes"])
