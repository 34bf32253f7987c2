from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from ganpipe.data.parallel import in_order, workers


def test_results_come_in_the_order_of_the_items() -> None:
    def work(item: int) -> int:
        time.sleep(0.002 * (item % 3 == 0))
        return item**2

    assert list(in_order(work, range(40), threads=4)) == [item**2 for item in range(40)]
    assert list(in_order(work, [], threads=4)) == []


def test_little_is_taken_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(1000):
            taken += 1
            yield item

    results = in_order(lambda item: item, items(), threads=2)
    for done in range(1, 20):
        next(results)
        assert taken <= done + 4


def test_work_is_done_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)
    assert len(list(in_order(lambda _: both.wait(), range(4), threads=2))) == 4


def test_the_first_error_ends_it() -> None:
    done: list[int] = []

    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        done.append(item)
        return item

    with pytest.raises(ValueError, match="three"):
        list(in_order(work, range(1000), threads=2))
    assert len(done) < 20


def test_there_are_never_many_threads() -> None:
    assert 1 <= workers() <= 8
