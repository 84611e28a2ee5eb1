"""The one error of the query language. Development only."""


class MalformedQueryError(Exception):
    """The query is not in the supported language.

    `start` and `end` are character offsets into the query; `line` and `position` count from 1, as
    in the messages of AWS.
    """

    def __init__(self, problem: str, query: str, start: int, end: int, supported: str = "") -> None:
        self.start = start
        self.end = end
        self.line = query.count("\n", 0, start) + 1
        self.position = start - query.rfind("\n", 0, start)
        hint = f"; supported here: {supported}" if supported else ""
        super().__init__(f"{problem} at line {self.line} and position {self.position}{hint}")
