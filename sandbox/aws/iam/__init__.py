"""Would IAM have allowed it? moto asks nobody; this asks afterwards. Development only."""

from sandbox.aws.iam.policy import Policy, UnsupportedPolicyError
from sandbox.aws.iam.requests import Request, UnknownActionError, requests_of

__all__ = ["Policy", "Request", "UnknownActionError", "UnsupportedPolicyError", "requests_of"]
