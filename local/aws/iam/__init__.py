"""Would IAM have allowed it? moto asks nobody; this asks afterwards. Development only."""

from local.aws.iam.policy import Policy, UnsupportedPolicyError
from local.aws.iam.requests import Request, UnknownActionError, requests_of

__all__ = ["Policy", "Request", "UnknownActionError", "UnsupportedPolicyError", "requests_of"]
