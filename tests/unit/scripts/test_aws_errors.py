import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)

from scripts.aws_errors import sentence


def client_error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutParameter")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(
            client_error("ExpiredToken"), "the AWS credentials have expired", id="expired"
        ),
        pytest.param(
            client_error("InvalidClientTokenId"),
            "AWS does not know these credentials",
            id="unknown",
        ),
        pytest.param(
            client_error("SignatureDoesNotMatch"), "the AWS secret key does not fit", id="secret"
        ),
        pytest.param(
            client_error("AccessDeniedException", "User x is not authorized."),
            "you may not do PutParameter: User x is not authorized",
            id="denied",
        ),
        pytest.param(client_error("403"), "AWS refuses PutParameter: 403", id="no message"),
        pytest.param(
            client_error("Throttling"), "AWS is too busy for PutParameter", id="throttled"
        ),
        pytest.param(NoCredentialsError(), "there are no AWS credentials", id="none"),
        pytest.param(
            ProfileNotFound(profile="shop"), "the AWS credentials cannot be read", id="profile"
        ),
        pytest.param(UnauthorizedSSOTokenError(), "the AWS login has expired", id="sso"),
        pytest.param(
            EndpointConnectionError(endpoint_url="https://sts.nowhere"),
            "AWS cannot be reached",
            id="no way",
        ),
        pytest.param(BotoCoreError(), "AWS cannot be asked", id="other"),
    ],
)
def test_every_error_is_one_sentence(error: BotoCoreError | ClientError, expected: str) -> None:
    said = sentence(error)
    assert said.startswith(expected)
    assert "\n" not in said
