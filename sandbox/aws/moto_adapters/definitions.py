"""Definitions are read once. Development only.

moto reads a state machine's definition at each start of an execution, which takes longer than to
execute it. What it makes of a definition holds nothing of an execution, but for one key that each
part of it makes when first asked: two executions at once could get two.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    parse = staticmethod(cache(AmazonStateLanguageParser.parse))
    with ExitStack() as stack:
        stack.enter_context(replaced(AmazonStateLanguageParser, "parse", parse))
        stack.enter_context(replaced(EvalComponent, "heap_key", property(id)))
        yield
