"""What must hold in the account before anything is uploaded."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError, ParamValidationError

from scripts import network, stacks
from scripts.account import Account
from scripts.arguments import members
from scripts.deploy.request import Request, silence_problem
from scripts.errors import SetupError


class NotDeployableError(SetupError):
    """Nothing was uploaded; the message lists every reason."""


def check(request: Request, account: Account, session: Session) -> None:
    """Raises `NotDeployableError`, and botocore's errors if AWS cannot be asked."""
    if problems := list(_problems(request, account, session)):
        raise NotDeployableError(
            "nothing was uploaded:" + "".join(f"\n  - {problem}" for problem in problems)
        )


def _problems(request: Request, account: Account, session: Session) -> Iterator[str]:
    stack = stacks.find(session, request.stack)
    if stack is not None and (obstacle := stacks.obstacle(stack)):
        yield obstacle
    effective = request.effective(stack.parameters if stack is not None else {})
    if problem := silence_problem(effective):
        yield problem
    if problem := _bucket_problem(request.bucket, account, session):
        yield problem
    yield from _network_problems(effective, session)


def _network_problems(effective: Mapping[str, str], session: Session) -> list[str]:
    subnets = members(effective["SubnetIds"])
    groups = members(effective["SecurityGroupIds"])
    found = network.look_up(session, subnets, groups)
    return network.problems(subnets, groups, found, session.region_name)


def _bucket_problem(bucket: str, account: Account, session: Session) -> str | None:
    try:
        answer = session.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=account.id)
        described: Mapping[str, Any] = answer["ResponseMetadata"]
    except ParamValidationError:
        return f"BUCKET is {bucket!r}, which cannot be the name of a bucket"
    except ClientError as error:
        described = error.response["ResponseMetadata"]
    region = str(described["HTTPHeaders"].get("x-amz-bucket-region", ""))
    return bucket_problem(bucket, int(described["HTTPStatusCode"]), region, account)


def bucket_problem(bucket: str, status: int, region: str, account: Account) -> str | None:
    """What the answer to HeadBucket means; S3 gives it an HTTP status and no message."""
    if status == HTTPStatus.NOT_FOUND:
        return (
            f"the bucket {bucket} does not exist: choose another, or create it by "
            f"aws s3 mb s3://{bucket} --region {account.region}"
        )
    if region and region != account.region:
        return (
            f"the bucket {bucket} is in region {region}, the stack goes to {account.region}: "
            "Lambda takes code from its own region only; give another BUCKET or REGION"
        )
    if status == HTTPStatus.FORBIDDEN:
        return f"the bucket {bucket} is not account {account.id}'s, or you may not use it"
    if status != HTTPStatus.OK:
        return f"the bucket {bucket} cannot be used: S3 answers HTTP {status}"
    return None
