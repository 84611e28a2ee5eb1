"""What the remedies are tried on."""

import re

from local.postgres.pair import DATABASE, Pair, insert_order
from sandbox.postgres.waiting import wait_until


def collide(pair: Pair) -> int:
    """Place an order the subscriber has already, which stops the subscription; its id."""
    order_id = pair.next_order_id()
    insert_order(pair.subscriber, order_id, "a local customer")
    pair.place_order(order_id)
    wait_until(
        lambda: str(order_id) in pair.subscriber.log_path.read_text(),
        that="the conflict is logged",
        look_at=pair.subscriber.log_tail,
    )
    return order_id


def finish_lsn(pair: Pair, order_id: int) -> str:
    """Of the first error about that order."""
    log = pair.subscriber.log_path.read_text()
    match = re.search(rf"\(id\)=\({order_id}\).*?finished at ([0-9A-F/]+)", log, re.DOTALL)
    assert match, pair.subscriber.log_tail()
    return match[1]


def forget(pair: Pair, order_id: int) -> None:
    """Delete an order on both servers."""
    for server in (pair.subscriber, pair.publisher):
        server.sql("DELETE FROM public.orders WHERE id = :id", DATABASE, id=order_id)


def lose_slot(pair: Pair) -> None:
    """Keep next to no WAL for slots, and write some."""
    publisher = pair.publisher

    def lost() -> bool:
        pair.place_order()
        publisher.sql("SELECT pg_switch_wal()")
        publisher.sql("CHECKPOINT")
        return publisher.sql("SELECT wal_status FROM pg_replication_slots") == [["lost"]]

    publisher.configure(max_slot_wal_keep_size="1MB")
    wait_until(lost, that="the slot is lost", look_at=publisher.log_tail)
    publisher.configure(max_slot_wal_keep_size=None)
