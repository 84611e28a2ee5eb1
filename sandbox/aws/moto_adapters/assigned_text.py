r"""Plain text in an Assign, with the escapes of JSON resolved. Development only.

moto resolves `\n`, `\"` and `\\` in Arguments and Output, but takes the text of an Assign as it
stands in the definition, backslashes and all.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from moto.stepfunctions.parser.asl.antlr.runtime.ASLParser import ASLParser
from moto.stepfunctions.parser.asl.component.common.assign.assign_template_value_terminal import (
    AssignTemplateValueTerminalLit,
)
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor

from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    name = "visitAssign_template_value_terminal_string_literal"
    with replaced(Preprocessor, name, _literal):
        yield


def _literal(
    _: Preprocessor, ctx: ASLParser.Assign_template_value_terminal_string_literalContext
) -> AssignTemplateValueTerminalLit:
    return AssignTemplateValueTerminalLit(value=json.loads(ctx.string_literal().getText()))
