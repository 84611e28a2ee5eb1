"""What a set-up command cannot go on with."""


class SetupError(Exception):
    """The message is all a person needs: what is wrong and what to do about it."""
