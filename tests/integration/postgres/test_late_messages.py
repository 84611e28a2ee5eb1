from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.postgres.pair import Pair
from sandbox.postgres.proxy import Proxy

DELAY_SECONDS = 1


@pytest.fixture
def proxy(pair: Pair) -> Iterator[Proxy]:
    """A proxy between subscriber and publisher."""
    with Proxy(pair.publisher.port) as proxy:
        pair.connect_through(proxy.port)
        pair.wait_until_replicated()
        yield proxy
        pair.connect_through(pair.publisher.port)
    pair.wait_until_replicated()


def delay_of_last_message(pair: Pair) -> timedelta:
    [[delay]] = pair.subscriber.sql(
        "SELECT last_msg_receipt_time - last_msg_send_time FROM pg_stat_subscription"
    )
    assert isinstance(delay, timedelta)
    return delay


def test_messages_arrive_late(pair: Pair, proxy: Proxy) -> None:
    """The subscriber receives what the publisher sent a second ago; then in time again."""
    proxy.delay_seconds = DELAY_SECONDS
    pair.wait_until_replicated()
    late = delay_of_last_message(pair)

    proxy.delay_seconds = 0
    for _ in range(2):  # the first order may have waited behind a late message
        pair.wait_until_replicated()

    assert timedelta(seconds=DELAY_SECONDS) <= late
    assert timedelta(seconds=DELAY_SECONDS) > delay_of_last_message(pair)
