"""The check of the docs: what it finds in a page, and what it says against it."""

from pathlib import Path

import pytest

from scripts.check_docs.aws_cli import PROJECT, problems
from scripts.check_docs.check import check
from scripts.check_docs.markdown import Code, read
from scripts.check_docs.references import goals, names_a_path, targets
from scripts.check_docs.shell import Command, commands

MAKEFILE = "PYTHON ?= python3\nBIN := .venv/bin\n\nlint: x ## style\n\t@ruff\ntest: lint\n"

PAGE = """\
Run `make lint` on `docs/gone.md`, see [the rest](gone.md#part) and [that](https://example.org/x).

```console
aws sts get-caller-identity --verbose
make tset
```

```json
{"aws": "no command"}
```
"""


def test_the_docs_of_this_repository_hold() -> None:
    """Every command of the AWS CLI, make target, path and link in them is right."""
    assert [] == [str(problem) for problem in check(PROJECT).problems]


def test_every_kind_of_problem_is_told_with_its_place(tmp_path: Path) -> None:
    """Page, line and what is wrong, in order of the page."""
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    checked = check(tmp_path)
    assert [
        "docs/page.md:1: docs/gone.md does not exist",
        "docs/page.md:1: the link leads to gone.md, which does not exist",
        "docs/page.md:4: aws sts get-caller-identity --verbose: Unknown options: --verbose",
        "docs/page.md:5: the Makefile has no target tset",
    ] == [str(problem) for problem in checked.problems]
    assert (1, 1) == (checked.pages, checked.aws_commands)


def test_a_page_is_taken_apart() -> None:
    """Blocks with their language and first line; spans and links outside them only."""
    page = read("a `b`\n\n- list\n\n  ```sh\n  `c` [d](e)\n  ```\n[f](g) `h`\n")
    assert (("sh", Code(6, "  `c` [d](e)")),) == page.blocks
    assert (Code(1, "b"), Code(8, "h")) == page.spans
    assert (Code(8, "g"),) == page.links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("aws s3 ls", [("aws", "s3", "ls")], id="one"),
        pytest.param("aws s3 \\\n  ls", [("aws", "s3", "ls")], id="continued"),
        pytest.param("# aws\naws a  # b", [("aws", "a")], id="comments"),
        pytest.param("a | b && c; d & e", [("a",), ("b",), ("c",), ("d",), ("e",)], id="lists"),
        pytest.param("aws a > out 2>&1 < in", [("aws", "a", "2")], id="redirections"),
        pytest.param("A=1 B='x y' aws a", [("aws", "a")], id="assignments"),
        pytest.param("if ! aws a; then b; fi", [("aws", "a"), ("b",), ("fi",)], id="keywords"),
        pytest.param("$ aws a\nits output", [("aws", "a")], id="prompt"),
        pytest.param("$ aws \\\n  a\nits output", [("aws", "a")], id="prompt, continued"),
        pytest.param("aws a '{\"b\": [1]}'", [("aws", "a", '{"b": [1]}')], id="quotes"),
        pytest.param("aws a s3://<the-bucket>/x", [("aws", "a", "s3://placeholder/x")], id="<>"),
        pytest.param(
            'aws a "$(aws b $(aws c))" $D',
            [("aws", "c"), ("aws", "b", "placeholder"), ("aws", "a", "placeholder", "$D")],
            id="substitutions",
        ),
    ],
)
def test_shell_is_taken_apart(text: str, expected: list[tuple[str, ...]]) -> None:
    """Every simple command, as the words the shell would pass."""
    assert expected == [command.words for command in commands(Code(1, text))]


def test_a_command_is_where_it_begins() -> None:
    """A continued command counts from its first line."""
    found = commands(Code(10, "a\nb \\\n  c\nd"))
    assert [Command(10, ("a",)), Command(11, ("b", "c")), Command(13, ("d",))] == found


RIGHT = [
    "sts get-caller-identity",
    "ssm put-parameter --name /a --value $VALUE --type SecureString --overwrite",
    "cloudformation deploy --template-file t.json --stack-name s --parameter-overrides A=1 B=2",
    "cloudformation package --template-file t.json --s3-bucket b --output-template-file o.json",
    "cloudformation wait stack-delete-complete --stack-name s",
    "cloudformation describe-stacks --query Stacks[0].Outputs --output text",
    "dynamodb scan --table-name t --max-items 3",
    "lambda invoke --function-name f out.json",
    "s3 rb s3://b --force",
]
WRONG = {
    "no-such-service list": "argument command: Invalid choice",
    "ssm put-parametr --name /a": "Invalid choice: 'put-parametr'",
    "ssm put-parameter --name /a --value b --secret": "Unknown options: --secret",
    "ssm put-parameter --name /a --value b --typ String": "Unknown options: --typ",
    "ssm put-parameter --name /a --value b --type Secret": "Type is 'Secret'",
    "ssm put-parameter --name /a --value": "--value: expected one argument",
    "ssm put-parameter --value b": "arguments are required: --name",
    "cloudformation deploy --stack-name s": "arguments are required: --template-file",
    "cloudformation deploy --stack-name s --template-file t --force": "Unknown options: --force",
    "cloudformation wait stack-gone --stack-name s": "argument subcommand: Invalid choice",
    "cloudformation describe-stacks --query Stacks[": "Bad value for --query",
    "cloudformation create-stack --stack-name s --parameters Key=A": "Unknown parameter",
    "cloudformation validate-template --template-body file://gone.json": "No such file",
    "dynamodb scan --table-name t --max-items three": "'three'",
    "s3": "a subcommand of s3 is missing",
    "s3 mb": "arguments are required: path",
}


def test_the_aws_cli_judges_commands_without_running_them() -> None:
    """Unknown commands and options, missing ones, and values that make no request are found."""
    answers = problems([line.split() for line in [*RIGHT, *WRONG]])
    assert [None] * len(RIGHT) == answers[: len(RIGHT)]
    said = dict(zip(WRONG, answers[len(RIGHT) :], strict=True))
    assert {} == {
        line: said[line] for line, expected in WRONG.items() if expected not in (said[line] or "")
    }


def test_targets_are_read_from_the_makefile() -> None:
    """Variables are none."""
    assert {"lint", "test"} == targets(MAKEFILE)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("make", []),
        ("make lint test", ["lint", "test"]),
        ("make deploy STACK=a -n", ["deploy"]),
        ("make PYTHON=python3.12 …", []),
    ],
)
def test_goals_are_the_words_that_name_targets(command: str, expected: list[str]) -> None:
    """Neither variables nor options."""
    assert expected == list(goals(command.split()))


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("functions/notify", True),
        ("local/postgres/faults/", True),
        ("statemachine/*.jsonata", True),
        ("gone/module.py", True),
        ("build/package/", False),
        ("publisher/hostname", False),
        ("slack/bot-token", False),
        ("/aws/rds/cluster/<cluster>/postgresql", False),
        ("errors.json", False),
        ("https://example.org/a.md", False),
        ("make lint", False),
    ],
)
def test_paths_of_the_repository_are_told_from_other_names(span: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    """By the folder they begin with, or as source files."""
    assert expected == names_a_path(span, PROJECT)
