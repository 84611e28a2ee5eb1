"""A stand-in for the part of Slack's Web API that an app needs to post alerts. Development only.

A real HTTP server that checks what Slack checks, keeps what was posted and fails on demand. What
it does not support it refuses by name.
"""

from sandbox.slack.failures import Failure
from sandbox.slack.server import SlackServer
from sandbox.slack.workspace import UPLOAD, Channel, File, Message, Workspace

__all__ = ["UPLOAD", "Channel", "Failure", "File", "Message", "SlackServer", "Workspace"]
