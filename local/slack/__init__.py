"""A stand-in for the part of Slack's Web API that the monitor uses. Development only.

A real HTTP server that checks what Slack checks, keeps what was posted and fails on demand. What
it does not support it refuses by name.
"""

from local.slack.failures import Failure
from local.slack.server import SlackServer
from local.slack.workspace import UPLOAD, Channel, File, Message, Workspace

__all__ = ["UPLOAD", "Channel", "Failure", "File", "Message", "SlackServer", "Workspace"]
