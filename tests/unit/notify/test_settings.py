from typing import TYPE_CHECKING, Any, cast

import pytest

from functions.notify.settings import (
    MalformedParameterError,
    MissingParameterError,
    slack_settings,
)

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

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
    def client(self) -> "SSMClient":
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


MALFORMED_TOKENS = (
    "xoxb-1\nxoxb-2",
    "xoxb-1 2",
    "xoxb-1\r\nX-Header: 1",
    "xoxb-",
    "xoxb",
    "XOXB-1",
    "hunter2",
    '{"token": "xoxb-1"}',
    "Bearer xoxb-1",
    '"xoxb-1"',
    "xoxb-1\u2028",
    "xoxb-é",
    "xoxb-1\x00",
    "postgresql://u:p@h/d",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack",
)


@pytest.mark.parametrize("token", [f"{token}zq" for token in MALFORMED_TOKENS if token[-1] != "-"])
def test_a_malformed_token(token: str) -> None:
    """It never reaches Slack's client, which puts it into the text of its error."""
    ssm = FakeSsm(slack__bot_token=token, slack__channel_id="C1")
    with pytest.raises(MalformedParameterError) as raised:
        slack_settings("sample-cluster", ssm.client)
    said = f"{raised.value!r}{raised.value.__cause__}{raised.value.__context__}"
    assert f"the SSM parameter {TOKEN} does not hold a token of Slack's" in said
    assert "zq" not in said


@pytest.mark.parametrize(
    "token",
    ["xoxb-1-2-aB3", "xoxp-1", "xoxe.xoxb-1-My0x", "xapp-1-A0-1-f", " xoxb-1\n", "xoxb-t0ken"],
)
def test_tokens_that_slack_gives(token: str) -> None:
    ssm = FakeSsm(slack__bot_token=token, slack__channel_id="C1")
    assert token.strip() == slack_settings("sample-cluster", ssm.client).token


@pytest.mark.parametrize(
    "channel", ["#zq", "zq", "C1\nzq", "C1 zq", "xoxb-zq", "https://zq.slack.com/archives/C1", "c1"]
)
@pytest.mark.parametrize("own", [True, False])
def test_a_malformed_channel(channel: str, *, own: bool) -> None:
    """A token put there by mistake is repeated by nobody."""
    values = {"sample_cluster__channel_id": channel} if own else {}
    ssm = FakeSsm(slack__bot_token="xoxb-1", slack__channel_id="C1" if own else channel, **values)
    with pytest.raises(MalformedParameterError) as raised:
        slack_settings("sample-cluster", ssm.client)
    assert f"the SSM parameter {OWN if own else SHARED} does not hold a channel's id" in str(
        raised.value
    )
    assert "zq" not in str(raised.value)


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
