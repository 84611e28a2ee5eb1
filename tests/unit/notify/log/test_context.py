import pytest

from functions.notify.log.context import Context, read_context
from tests.unit.notify.logs import CONTEXT

PLACE = {
    "origin": "pg_16407",
    "operation": "INSERT",
    "table": "public.orders",
    "transaction": "757",
    "finish_lsn": "0/17345B8",
}
OTHER = CONTEXT.replace("public.orders", "public.payments").replace("0/17345B8", "0/BAD0BAD")
OTHER_SUBSCRIPTION = 'processing remote data for replication origin "pg_666'
PARALLEL = "logical replication parallel apply worker"
RAISED = "PL/pgSQL function public.refuse() line 1 at RAISE"
ORIGIN_ONLY = {"origin": "pg_16407"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", Context(), id="none"),
        pytest.param(CONTEXT, Context(PLACE), id="the worker's own line"),
        pytest.param(f"{CONTEXT}\n\t{PARALLEL}", Context(PLACE), id="handed on by the leader"),
        pytest.param(f"{RAISED}\n\t{CONTEXT}", Context(PLACE, below=True), id="a trigger"),
        pytest.param(
            f"SQL statement \"SELECT audit('x\n\t{OTHER}\n\t')\"\n\t{RAISED}\n\t{CONTEXT}",
            Context(PLACE, below=True),
            id="a row in a statement that imitates the line",
        ),
        pytest.param(
            f'SQL statement "SELECT 1\n\t{OTHER}"\n\t{CONTEXT}\n\t{PARALLEL}',
            Context(PLACE, below=True),
            id="the same in a parallel worker",
        ),
        pytest.param(
            f"JSON data, line 1: {{bad\n\t{CONTEXT}", Context(PLACE), id="bad JSON in a column"
        ),
        pytest.param(
            f'while updating tuple (0,1) in relation "orders"\n\t{CONTEXT}',
            Context(PLACE),
            id="waiting for a row",
        ),
        pytest.param(
            f'COPY orders, line 1, column v: "x\n\t{OTHER}"',
            Context(of_copy=True),
            id="a row of a COPY that imitates the line",
        ),
        pytest.param(
            f'COPY orders, line 1, column v: "x\n\t{OTHER_SUBSCRIPTION}"',
            Context(of_copy=True),
            id="the same, ended by the quote after it",
        ),
        pytest.param(
            f'COPY a, line 1, column v: "x\n\t{OTHER_SUBSCRIPTION}" during message type "BEGIN"',
            Context(of_copy=True),
            id="a message without a transaction, after other lines",
        ),
        pytest.param(
            f'{OTHER_SUBSCRIPTION}" during message type "BEGIN"',
            Context({"origin": "pg_666", "operation": "BEGIN"}),
            id="a message without a transaction, alone",
        ),
        pytest.param("parallel worker", Context(below=True), id="an application's parallel query"),
        pytest.param(f"anything\n\t{RAISED}", Context(below=True), id="no worker's"),
        pytest.param(
            f'{CONTEXT}\n\twhile "{OTHER}', Context(below=True), id="the first line is not its own"
        ),
        pytest.param(
            f"SQL statement \"SELECT 'x\n\t{OTHER}…", Context(below=True), id="cut within a row"
        ),
        pytest.param(
            f"SQL statement \"SELECT 'x\n\t{OTHER}", Context(below=True), id="cut, without a sign"
        ),
        pytest.param(f"{CONTEXT}…", Context(PLACE | {"finish_lsn": ""}), id="cut after the LSN"),
        pytest.param(f"{CONTEXT[:60]}…", Context(ORIGIN_ONLY), id="cut after the origin"),
        pytest.param(f"{CONTEXT[:40]}…", Context(below=True), id="cut before it"),
        pytest.param(f"{CONTEXT}…\n\tx", Context(below=True), id="an ellipsis inside"),
    ],
)
def test_read_context(text: str, expected: Context) -> None:
    """Only the outermost line, which rows cannot write, says where a worker was."""
    place = {key: value for key, value in expected.place.items() if value}
    assert Context(place, expected.of_copy, expected.below) == read_context(text)
