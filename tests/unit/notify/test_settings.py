from typing import Any, cast

import pytest
from mypy_boto3_ssm import SSMClient

from functions.notify.settings import MissingParameterError, slack_settings

PATH = "/monitoring-logical-replication"
TOKEN = f"{PATH}/slack/bot-token"
SHARED = f"{PATH}/slack/channel-id"
OWN = f"{PATH}/sample-cluster/channel-id"


class FakeSsm:
    """Parameter Store with these parameters; keeps the names that were asked for."""

    def __init__(self, **values: str) -> None:
        self.values = {f"{PATH}/{name.replace('__', '/').replace('_', '-')}": text
                       for name, text in values.items()}  # fmt: skip
        self.asked: list[str] = []

    def get_parameters(self, *, Names: list[str], WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert WithDecryption
        self.asked = Names
        return {
            "Parameters": [
                {"Name": name, "Value": self.values[name]} for name in Names if name in self.values
            ]
        }

    @property
    def client(self) -> SSMClient:
        return cast("SSMClient", self)


def test_the_channel_for_all() -> None:
    ssm = FakeSsm(slack__bot_token=" xoxb-1\n", slack__channel_id="C1")
    settings = slack_settings("sample-cluster", ssm.client)
    assert ("xoxb-1", TOKEN) == (settings.token, settings.token_parameter)
    assert ("C1", SHARED) == (settings.channel, settings.channel_parameter)


@pytest.mark.parametrize("shared", [{"slack__channel_id": "C1"}, {}], ids=["both", "only its own"])
def test_the_cluster_s_own_channel(shared: dict[str, str]) -> None:
    ssm = FakeSsm(slack__bot_token="xoxb-1", sample_cluster__channel_id="C2", **shared)
    settings = slack_settings("sample-cluster", ssm.client)
    assert ("C2", OWN) == (settings.channel, settings.channel_parameter)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, TOKEN),
        ({"slack__channel_id": "C1"}, TOKEN),
        ({"slack__bot_token": " ", "slack__channel_id": "C1"}, TOKEN),
        ({"slack__bot_token": "xoxb-1"}, SHARED),
    ],
    ids=["nothing", "no token", "blank token", "no channel"],
)
def test_missing(values: dict[str, str], missing: str) -> None:
    """The error names the parameter in full."""
    with pytest.raises(MissingParameterError, match=f"the SSM parameter {missing} is missing"):
        slack_settings("sample-cluster", FakeSsm(**values).client)


@pytest.mark.parametrize("cluster", ["every cluster", "a/b", "", "*"])
def test_a_name_that_is_no_parameter_s(cluster: str) -> None:
    """SSM refuses the whole request for one bad name; such an alert goes to the channel for all."""
    ssm = FakeSsm(slack__bot_token="xoxb-1", slack__channel_id="C1")
    assert "C1" == slack_settings(cluster, ssm.client).channel
    assert [TOKEN, SHARED] == ssm.asked


def test_no_passwords_are_read_and_the_token_is_not_shown() -> None:
    ssm = FakeSsm(slack__bot_token="xoxb-1", slack__channel_id="C1")
    assert "xoxb" not in repr(slack_settings("sample-cluster", ssm.client))
    assert [TOKEN, SHARED, OWN] == ssm.asked
