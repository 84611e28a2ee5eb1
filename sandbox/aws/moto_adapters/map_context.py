"""`$states.context.Map` everywhere in a Map's iteration. Development only.

In moto a task inside an iteration does not see it, though the states before and after it do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.aws.moto_adapters.replacement import replaced


@contextmanager
def install() -> Iterator[None]:
    upstream = Environment.as_inner_frame_of

    def with_map(env: Environment, *rest: object, **named: object) -> Environment:
        frame = upstream(env, *rest, **named)
        outer = env.states.context_object.context_object_data
        if "Map" in outer:
            frame.states.context_object.context_object_data["Map"] = outer["Map"]
        return frame

    with replaced(Environment, "as_inner_frame_of", staticmethod(with_map)):
        yield
