from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from scripts.parameter_store import NotWrittenError, Stored, write

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class FakeSsm:
    """Remembers the calls; fails when it comes to the parameter `unwanted`."""

    def __init__(self, unwanted: str | None = None) -> None:
        self._unwanted = unwanted
        self.calls: list[tuple[str, str, str | None]] = []

    def put_parameter(self, **request: Any) -> None:
        if request["Name"] == self._unwanted:
            raise ClientError({"Error": {"Code": "X", "Message": "too long."}}, "PutParameter")
        self.calls.append(("put", request["Name"], request["Type"]))

    def delete_parameter(self, **request: Any) -> None:
        self.calls.append(("delete", request["Name"], None))


def written(fake: FakeSsm, changes: dict[str, str | None], **stored: Stored) -> FakeSsm:
    before = {f"/{name}": one for name, one in stored.items()}
    write(cast("SSMClient", fake), changes, before, None)
    return fake


def test_secrets_go_first() -> None:
    """A key that may not be used is found out before anything is half-done."""
    done = written(FakeSsm(), {"/hostname": "h", "/publisher/password": "p", "/bot-token": "t"})
    assert [
        ("put", "/bot-token", "SecureString"),
        ("put", "/publisher/password", "SecureString"),
        ("put", "/hostname", "String"),
    ] == done.calls


def test_a_type_changes_by_removal() -> None:
    done = written(FakeSsm(), {"/password": "p"}, password=Stored("old", is_secure=False))
    assert [("delete", "/password", None), ("put", "/password", "SecureString")] == done.calls


def test_none_removes() -> None:
    done = written(FakeSsm(), {"/password": None}, password=Stored("old", is_secure=True))
    assert [("delete", "/password", None)] == done.calls


def test_a_failure_in_the_middle_tells_what_was_written_and_what_was_not() -> None:
    with pytest.raises(NotWrittenError) as caught:
        written(FakeSsm("/b"), {"/a": "1", "/b": "2", "/c": "3"})
    expected = "AWS refuses PutParameter: too long\n  written: /a\n  not written: /b, /c"
    assert expected == str(caught.value)


def test_a_stored_value_is_not_shown() -> None:
    assert "s3cret" not in repr(Stored("s3cret", is_secure=False))
