import pytest
from botocore.exceptions import NoCredentialsError

from sandbox.aws import LocalAws
from scripts.account import NoRegionError, identity, open_session


@pytest.mark.usefixtures("environment")
def test_who_and_where(aws: LocalAws) -> None:
    account = identity(open_session({}))
    assert (aws.account, aws.region) == (account.id, account.region)


@pytest.mark.usefixtures("environment")
def test_the_command_lines_region_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then AWS_REGION, as the AWS CLI has it, then boto3's own ways."""
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert "us-east-2" == open_session({"REGION": "us-east-2"}).region_name
    assert "eu-north-1" == open_session({}).region_name


@pytest.mark.usefixtures("environment")
def test_no_region_is_said_before_aws_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(NoRegionError, match="add REGION="):
        open_session({"REGION": ""})


@pytest.mark.usefixtures("environment")
def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentialsError):
        identity(open_session({}))
