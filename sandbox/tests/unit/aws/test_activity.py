"""Threads at work are counted, and those that wait for another are not among them."""

import threading

from sandbox.aws.moto_adapters.activity import Activity
from sandbox.patience import HANG_SECONDS

SECONDS = HANG_SECONDS


def test_a_thread_is_at_work_until_it_ends() -> None:
    activity, go = Activity(), threading.Event()
    thread = activity.thread(target=go.wait)
    thread.start()
    assert 1 == activity.wait_until_idle(0)
    go.set()
    assert 0 == activity.wait_until_idle(SECONDS)


def test_a_thread_that_waits_is_not_at_work_and_is_once_it_may_go_on() -> None:
    activity, go_on = Activity(), threading.Event()
    event = activity.event()

    def work() -> None:
        event.wait()
        go_on.wait()

    activity.thread(target=work).start()
    assert 0 == activity.wait_until_idle(SECONDS)
    event.set()
    assert 1 == activity.wait_until_idle(0)
    go_on.set()
    assert 0 == activity.wait_until_idle(SECONDS)


def test_a_time_limit_puts_who_waits_back_to_work() -> None:
    """It passes as fast as it was set."""
    activity, go_on, over = (
        Activity(lambda seconds: seconds / 1000),
        threading.Event(),
        threading.Event(),
    )

    def work() -> None:
        if not activity.event().wait(10):
            over.set()
        go_on.wait()

    activity.thread(target=work).start()
    assert over.wait(SECONDS), "the time limit of 10 s, a thousand times faster, did not pass"
    assert 1 == activity.wait_until_idle(0)
    go_on.set()
    assert 0 == activity.wait_until_idle(SECONDS)


def test_who_joins_a_thread_is_not_at_work() -> None:
    activity = Activity()
    event = activity.event()
    worker = activity.thread(target=event.wait)
    worker.start()
    joiner = activity.thread(target=worker.join)
    joiner.start()
    assert 0 == activity.wait_until_idle(SECONDS)
    assert joiner.is_alive()
    event.set()
    joiner.join()
    assert not worker.is_alive()


def test_a_chain_of_threads_is_never_idle_between_its_links() -> None:
    """Who starts a thread and waits for it hands its work over in one step."""
    activity, done = Activity(), threading.Event()

    def link(left: int) -> None:
        if left == 0:
            done.set()
            return
        event = activity.event()

        def next_link() -> None:
            link(left - 1)
            event.set()

        activity.thread(target=next_link).start()
        event.wait()

    for _ in range(50):
        done.clear()
        activity.thread(target=link, args=(5,)).start()
        assert 0 == activity.wait_until_idle(SECONDS)
        assert done.is_set(), "idle before the last link"
