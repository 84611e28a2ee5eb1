"""`python -m scripts.preflight STACK=… [CLUSTER=…] [REGION=…]`; exit status 1 if a check failed.

Without STACK it checks what is given: [PARAMETER_PATH=…] [SUBNETS=… SECURITY_GROUPS=…].
"""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Console

from functions.notify.slack import DEFAULT_BASE_URL
from scripts.account import identity, open_session
from scripts.arguments import ArgumentError, members
from scripts.aws_errors import AwsError, sentence
from scripts.parameter_store import path_of
from scripts.preflight.inspection import Inspection, Subject
from scripts.preflight.outcome import Outcome, Verdict, failed, passed, summary
from scripts.program import run

_GIVEN: Final = frozenset({"PARAMETER_PATH", "SUBNETS", "SECURITY_GROUPS"})
KNOWN: Final = frozenset({"STACK", "CLUSTER", "REGION"}) | _GIVEN


def main(given: Mapping[str, str], console: Console) -> int:
    if given.get("STACK") and (unused := sorted(_GIVEN & given.keys())):
        raise ArgumentError(f"with STACK its own parameters are checked: leave out {unused[0]}")
    outcomes = []
    for outcome in _outcomes(given):
        console.print(str(outcome))
        outcomes.append(outcome)
    console.print(f"\n{summary(outcomes)}")
    return int(any(outcome.verdict is Verdict.FAILED for outcome in outcomes))


def _outcomes(given: Mapping[str, str]) -> Iterator[Outcome]:
    session = open_session(given)
    try:
        account = identity(session)
    except AwsError as error:
        yield failed(sentence(error), "nothing else could be checked")
        return
    yield passed(str(account))
    slack_url = os.environ.get("SLACK_BASE_URL") or DEFAULT_BASE_URL
    inspection = Inspection(session, account, slack_url)
    cluster = given.get("CLUSTER") or None
    if stack := given.get("STACK"):
        yield from inspection.of_stack(stack, cluster)
    else:
        yield from inspection.of_subject(_subject(given, cluster))


def _subject(given: Mapping[str, str], cluster: str | None) -> Subject:
    return Subject(
        path=path_of(given),
        cluster=cluster,
        subnets=tuple(members(given.get("SUBNETS", ""))),
        groups=tuple(members(given.get("SECURITY_GROUPS", ""))),
    )


if __name__ == "__main__":
    sys.exit(run("preflight", KNOWN, main))
