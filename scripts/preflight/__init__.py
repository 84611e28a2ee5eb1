"""Checks from the workstation whether the monitor can work: `python -m scripts.preflight STACK=…`.

Each check yields outcomes (`outcome`): of the stack, the parameters, the log groups, Slack and the
network. Nothing is changed anywhere; `slack` says what it does to see a membership.
"""
