from scripts.undeploy import Leftovers, bucket_of


def test_the_bucket_is_the_one_the_template_names() -> None:
    template = '{"CodeUri": "s3://code-bucket/logical-replication-monitor/shop/0a1b"}'
    assert "code-bucket" == bucket_of(template, "shop")
    assert bucket_of(template, "sho") is None
    assert bucket_of("{}", "shop") is None


def test_what_is_left_comes_with_the_command_that_removes_it() -> None:
    """Ten names a call, which is SSM's limit; words that a shell would take apart are quoted."""
    names = [f"/monitoring/shop/{number:02}" for number in range(11)]
    lines = list(Leftovers("shop", "eu-west-1", names, "code", ["/aws/lambda/shop-Notify"]).lines())
    deletions = [line for line in lines if "delete-parameters" in line]
    assert [10, 1] == [line.count("/monitoring/") for line in deletions]
    uploads = "s3://code/logical-replication-monitor/shop/"
    assert f"  aws s3 rm --recursive {uploads} --region eu-west-1" in lines
    group = "--log-group-name /aws/lambda/shop-Notify"
    assert f"  aws logs delete-log-group {group} --region eu-west-1" in lines


def test_roles_and_app_are_always_left() -> None:
    text = "\n".join(Leftovers("shop", "eu-west-1").lines())
    assert "database/monitoring_role_drop.sql" in text
    assert "https://api.slack.com/apps" in text
    assert "aws " not in text
