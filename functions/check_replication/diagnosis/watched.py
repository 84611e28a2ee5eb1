"""Whether the parameters of the publishers lead to a subscription's own one. Pure.

Nothing else would say so: it runs, and what is seen of the wrong server looks well.
"""

from collections.abc import Iterator

from functions.check_replication.diagnosis.findings import finding, of_publisher
from functions.check_replication.diagnosis.ownership import runs, served_slot
from functions.check_replication.diagnosis.samples import (
    Publishers,
    PublisherSamples,
    Samples,
)
from functions.check_replication.snapshot import Subscription
from functions.report import Finding


def not_watched(
    subscription: Subscription, samples: Samples, publishers: Publishers
) -> Iterator[Finding]:
    """One that surely hears from a publisher, which is none of the watched ones.

    Or from one that is watched only in databases that are no subscription's.
    """
    if not publishers.seen or subscription.slot_name is None or not subscription.enabled:
        return
    serving = [
        publisher
        for publisher in publishers.seen
        if served_slot(subscription, samples, publisher) is not None
    ]
    if serving:
        of_none = not any(
            _shows_publications(other, samples, publisher)
            for other in samples.latest.subscriptions
            for publisher in publishers.seen
            if publisher.address == serving[0].address
        )
        if of_none:
            yield _in_another_database(subscription, samples, serving[0])
    elif (
        not publishers.not_seen
        and runs(subscription, samples.latest)
        and not any(_uses_slot(subscription, publisher) for publisher in publishers.seen)
    ):
        yield _elsewhere(subscription, samples, publishers)


def databases_not_watched(samples: Samples, publishers: Publishers) -> tuple[str, ...]:
    """Of watched publishers: those whose publications are subscribed to, and not seen."""
    watched = {(each.address, each.latest.database) for each in publishers.seen}
    used = {
        (publisher.address, slot.database)
        for publisher in publishers.servers
        for subscription in samples.latest.subscriptions
        if (slot := served_slot(subscription, samples, publisher)) is not None
        if slot.database.isascii()
    }
    return tuple(sorted({database for _, database in used - watched}))


def _uses_slot(subscription: Subscription, publisher: PublisherSamples) -> bool:
    """Whether anybody uses a slot of that name, or may have between two samples."""
    slot = publisher.latest.slot(subscription.slot_name)
    if slot is None:
        return False
    return len(publisher.snapshots) == 1 or not publisher.always_inactive(slot)


def _shows_publications(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples
) -> bool:
    """A name that is not ASCII may be written in the encoding of another database."""
    slot = served_slot(subscription, samples, publisher)
    if slot is None:
        return False
    return slot.database == publisher.latest.database or not slot.database.isascii()


def _in_another_database(
    subscription: Subscription, samples: Samples, publisher: PublisherSamples
) -> Finding:
    slot = publisher.latest.slot(subscription.slot_name)
    database = None if slot is None else slot.database
    return finding(
        "not_watched",
        subscription,
        samples,
        f"{subscription.name} is not watched by these parameters: its slot on {publisher.address} "
        f"belongs to database {database}, as its publications do, but the parameter dbname is "
        f"{publisher.latest.database}.",
        slot_database=database,
        **of_publisher(publisher),
    )


def _elsewhere(subscription: Subscription, samples: Samples, publishers: Publishers) -> Finding:
    addresses = ", ".join(server.address for server in publishers.servers)
    present = any(
        server.latest.slot(subscription.slot_name) is not None for server in publishers.servers
    )
    slot = f"slot {subscription.slot_name} {'is not in use' if present else 'does not exist'}"
    return finding(
        "not_watched",
        subscription,
        samples,
        f"{subscription.name} is not watched by these parameters: its worker gets messages "
        f"from a publisher, but {slot} on {addresses}.",
        publisher=addresses,
    )
