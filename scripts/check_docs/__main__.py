"""Prints what is wrong with the docs, and fails if anything is."""

import sys

from scripts.check_docs.aws_cli import PROJECT
from scripts.check_docs.check import check

if __name__ == "__main__":
    checked = check(PROJECT)
    for problem in checked.problems:
        print(problem)  # noqa: T201 - the report
    print(  # noqa: T201 - likewise
        f"docs: {checked.pages} pages, {checked.aws_commands} commands of the AWS CLI, "
        f"{len(checked.problems)} problems"
    )
    sys.exit(bool(checked.problems))
