from datetime import UTC, datetime

import pytest

from functions.notify.alert.links import DEFAULT_QUERY, MAX_URL, Link, execution_link, logs_link

ARN = "arn:aws:states:eu-west-1:123456789012:execution:ReplicationMonitor:4f1c-9"
START = datetime(2026, 11, 22, 23, 4, 8, tzinfo=UTC)
END = datetime(2026, 11, 22, 23, 34, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("partition", "region", "domain"),
    [
        ("aws", "eu-west-1", "console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
    ],
)
def test_execution(partition: str, region: str, domain: str) -> None:
    arn = f"arn:{partition}:states:{region}:123456789012:execution:ReplicationMonitor:4f1c"
    home = f"https://{region}.{domain}/states/home?region={region}"
    assert Link("Execution", f"{home}#/v2/executions/details/{arn}") == execution_link(arn)


@pytest.mark.parametrize("arn", ["", "4f1c", "arn:aws:states", "arn:mars:states:x:1:execution:a:b"])
def test_no_arn(arn: str) -> None:
    assert execution_link(arn) is None
    assert logs_link(arn, ["/g"], None, START, END) is None


def test_logs_insights() -> None:
    """The console's own encoding: `~` is $257E, `'` is $2527, `/` in a value is *2f."""
    link = logs_link(
        ARN, ["/aws/rds/cluster/c/postgresql"], "fields @message | limit 5", START, END
    )
    assert link is not None
    assert (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#logsV2:logs-insights$3FqueryDetail$3D$257E$2528"
        "end$257E$25272026-11-22T23*3a34*3a08.000Z"
        "$257Estart$257E$25272026-11-22T23*3a04*3a08.000Z"
        "$257EtimeType$257E$2527ABSOLUTE$257Etz$257E$2527UTC"
        "$257EeditorString$257E$2527fields*20*40message*20*7c*20limit*205"
        "$257Esource$257E$2528$257E$2527*2faws*2frds*2fcluster*2fc*2fpostgresql$2529$2529"
    ) == link.url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a-b_c.d", "a-b_c.d"),
        ("é", "*e9"),
        ("…", "**2026"),
        ("🔴", "**d83d**dd34"),
        ("$1", "$25211"),
    ],
    ids=["plain", "Latin-1", "more than a byte", "surrogate pair", "dollar"],
)
def test_characters(text: str, expected: str) -> None:
    link = logs_link(ARN, ["/g"], text, START, END)
    assert link is not None
    assert f"editorString$257E$2527{expected}$257Esource" in link.url


def test_several_groups() -> None:
    link = logs_link(ARN, ["/a", "/b"], None, START, END)
    assert link is not None
    assert "source$257E$2528$257E$2527*2fa$257E$2527*2fb$2529$2529" in link.url


def test_a_query_too_long_for_a_link() -> None:
    """The default query takes its place."""
    assert logs_link(ARN, ["/g"], DEFAULT_QUERY, START, END) == logs_link(
        ARN, ["/g"], "| " * MAX_URL, START, END
    )


@pytest.mark.parametrize("groups", [[], ["/g" * 500] * 5], ids=["none", "too many"])
def test_no_link(groups: list[str]) -> None:
    assert logs_link(ARN, groups, None, START, END) is None


def test_nothing_slack_could_misread() -> None:
    """The address holds no character that ends a link or formats text in mrkdwn."""
    link = logs_link(ARN, ["/a<b>|c`*_~"], "filter a like /<x|y>*_~`/", START, END)
    assert link is not None
    assert not set("<>|`~ ") & set(link.url)
