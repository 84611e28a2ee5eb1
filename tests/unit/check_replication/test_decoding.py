import codecs

import pytest

from functions.check_replication.decoding import UTF8, codec, unescaped

SERVER_ENCODINGS = [
    "EUC_CN",
    "EUC_JIS_2004",
    "EUC_JP",
    "EUC_KR",
    "EUC_TW",
    "ISO_8859_5",
    "ISO_8859_6",
    "ISO_8859_7",
    "ISO_8859_8",
    "KOI8R",
    "KOI8U",
    "LATIN1",
    "LATIN2",
    "LATIN3",
    "LATIN4",
    "LATIN5",
    "LATIN6",
    "LATIN7",
    "LATIN8",
    "LATIN9",
    "LATIN10",
    "MULE_INTERNAL",
    "SQL_ASCII",
    "UTF8",
    "WIN866",
    "WIN874",
    "WIN1250",
    "WIN1251",
    "WIN1252",
    "WIN1253",
    "WIN1254",
    "WIN1255",
    "WIN1256",
    "WIN1257",
    "WIN1258",
]
"""PostgreSQL manual, Character Set Support."""

UNKNOWN_TO_PYTHON = {"EUC_TW", "MULE_INTERNAL", "SQL_ASCII"}


@pytest.mark.parametrize("encoding", SERVER_ENCODINGS)
def test_every_byte_can_be_read_and_swallows_no_quote(encoding: str) -> None:
    for byte in range(0x80, 0x100):
        for data in (bytes([byte]), bytes([0x8F, byte])):
            assert str(data + b'"}', codec(encoding)).endswith('"}')


@pytest.mark.parametrize("encoding", SERVER_ENCODINGS)
def test_an_encoding_python_knows_is_read_by_it(encoding: str) -> None:
    by_utf8 = codecs.lookup(codec(encoding)).name == codecs.lookup(UTF8).name
    assert (encoding in UNKNOWN_TO_PYTHON | {"UTF8"}) == by_utf8


@pytest.mark.parametrize(
    ("data", "encoding", "expected"),
    [
        pytest.param("größe 注".encode(), "UTF8", "größe 注", id="UTF-8"),
        pytest.param(
            b"caf\xe9 \xc3\xa9", "UTF8", "café é", id="a name made in LATIN1 among others"
        ),
        pytest.param(b"caf\xe9", "SQL_ASCII", "café", id="any bytes"),
        pytest.param("注".encode(), "SQL_ASCII", "注", id="any bytes that are UTF-8"),
        pytest.param("注文".encode("euc_jp"), "EUC_JP", "注文", id="EUC_JP"),
        pytest.param("注文".encode("euc_jp") + b"\xff", "EUC_JP", "注文ÿ", id="and a foreign byte"),
        pytest.param(b"\x80\x81", "WIN1252", "€\x81", id="a byte that WIN1252 has not"),
        pytest.param(b"\xe9", "NEVER_HEARD_OF", "é", id="unknown"),
    ],
)
def test_text_is_read_by_its_encoding_as_far_as_it_goes(
    data: bytes, encoding: str, expected: str
) -> None:
    assert expected == str(data, codec(encoding))


@pytest.mark.parametrize(
    ("escaped", "expected"),
    [
        ("LOCK TABLE orders", "LOCK TABLE orders"),
        (r"gr\303\266\303\237e", "größe"),
        (r"caf\351", "café"),
        (r"a\\b \\351", r"a\b \351"),
        (r"cut off \303", "cut off Ã"),
        (r"cut off \30", "cut off "),
        ("cut off \\", "cut off "),
        ("", ""),
    ],
)
def test_the_escape_format_is_read_back(escaped: str, expected: str) -> None:
    assert expected == unescaped(escaped)
