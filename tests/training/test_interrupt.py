from __future__ import annotations

import os
import signal
from contextlib import suppress

import pytest

from ganpipe.training.interrupt import EXIT_STATUS, SIGNALS, Interrupted, stop_requests


@pytest.mark.parametrize("number", SIGNALS)
def test_a_deferred_signal_is_remembered_and_nothing_dies(number: signal.Signals) -> None:
    with stop_requests() as stop:
        stop.deferred = True
        assert stop.received is None
        os.kill(os.getpid(), number)
        assert stop.received is number


@pytest.mark.parametrize("number", SIGNALS)
def test_any_other_raises_once_so_that_cleaning_up_is_not_disturbed(number: signal.Signals) -> None:
    with stop_requests() as stop:
        with pytest.raises(Interrupted, match=f"stopped by {number.name} before training began"):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.received is signal.SIGTERM


def test_the_handlers_before_are_put_back_also_after_an_error() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with suppress(KeyError), stop_requests():
        assert [signal.getsignal(number) for number in SIGNALS] != before
        raise KeyError
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_the_command_leaves_with_the_status_that_means_try_again() -> None:
    assert EXIT_STATUS == os.EX_TEMPFAIL
