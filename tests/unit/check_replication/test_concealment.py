import pytest

from functions.check_replication.concealment import without_login
from functions.check_replication.targets import Login

LOGIN = Login("db.example", "monitor", "shop", "hunter2")
LONG = "x" * 60 + "Zq-hunter2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('password authentication failed for user "monitor"',
         'password authentication failed for user "<username>"'),
        ('database "shop" does not exist', 'database "<dbname>" does not exist'),
        ('no pg_hba.conf entry for host "10.0.0.1", user "monitor", no encryption',
         'no pg_hba.conf entry for host "10.0.0.1", user "<username>", no encryption'),
        ("certificate is not valid for 'DB.example'", "certificate is not valid for '<hostname>'"),
        ("No connection to db.example:5432.", "No connection to <hostname>:5432."),
        ("sent hunter2", "sent <password>"),
        ("shopping in the workshop, monitors", "shopping in the workshop, monitors"),
        ("refused", "refused"),
        ("", ""),
    ],
)  # fmt: skip
def test_without_login(text: str, expected: str) -> None:
    """Whole words only: what a person needs to understand the error stays."""
    assert expected == without_login(text, LOGIN)


@pytest.mark.parametrize(
    ("login", "text", "expected"),
    [
        pytest.param(
            Login("shop", "shop-monitor", "shop", None),
            'user "shop-monitor", database "shop"',
            'user "<username>", database "<hostname>"',
            id="one within another",
        ),
        pytest.param(
            Login("h", "p(a+ss)*", "[d]", None),
            'user "p(a+ss)*", database "[d]"',
            'user "<username>", database "<dbname>"',
            id="characters of patterns",
        ),
        pytest.param(
            Login("h", LONG, "d", None),
            f'user "{LONG[:63]}" and "{LONG}"',
            'user "<username>" and "<username>"',
            id="a long name, as a server cuts it",
        ),
        pytest.param(
            Login("h", "é" * 40, "d", None),
            f'user "{"é" * 31}"',
            'user "<username>"',
            id="a long name, cut between bytes",
        ),
        pytest.param(
            Login("h", "a'b\n\"c", "d", None),
            f"user {'a' + chr(39) + 'b' + chr(10) + chr(34) + 'c'!r}",
            "user '<username>'",
            id="as Python shows it",
        ),
        pytest.param(
            Login("h", "u", "d", None), "token t0ken refused", "token <password> refused", id="IAM"
        ),
    ],
)
def test_values_of_all_kinds(login: Login, text: str, expected: str) -> None:
    assert expected == without_login(text, login, "t0ken")
