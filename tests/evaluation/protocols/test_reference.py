from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.protocols.protocol import Context
from ganpipe.evaluation.protocols.reference import FOLDER, cached, distinct_batches, ideal_batches, real_batches

CPU = torch.device("cpu")


@pytest.fixture(params=["digits", "stacked_digits"])
def context(request, fake_run, tmp_path: Path) -> Context:
    """Of a dataset with fixed samples, and of one that draws them on the fly."""
    dataset = PRESETS[request.param]
    prepare(dataset, tmp_path, None)
    return Context(fake_run(dataset, lambda rng, count, step: torch.zeros(0)), tmp_path, None, CPU)


def flat(images: torch.Tensor) -> list[tuple[float, ...]]:
    return [tuple(row) for row in images.flatten(1).tolist()]


def test_every_training_image_comes_once_and_the_same_ones_every_time(context: Context) -> None:
    samples = open_prepared(context.dataset, context.data_folder, "train", CPU)
    count = len(samples) if context.dataset == PRESETS["digits"] else 300
    whole = torch.cat(list(real_batches(context, 10**6 if count == len(samples) else count, 100)))
    assert len(whole) == count
    assert torch.equal(torch.cat(list(real_batches(context, 50, 7))), whole[:50])
    if count == len(samples):
        assert sorted(flat(whole)) == sorted(flat(samples[:]))
        assert not torch.equal(whole, samples[:])


def test_ideal_samples_are_draws_of_training_images(context: Context) -> None:
    batches = list(ideal_batches(context, 250, 100))
    assert [len(batch) for batch in batches] == [100, 100, 50]
    if context.dataset == PRESETS["digits"]:
        assert set(flat(torch.cat(batches))) <= set(flat(next(real_batches(context, 10**6, 10**6))))


def test_images_of_a_batch_differ_and_batches_differ(context: Context) -> None:
    first, second = distinct_batches(context, 2, 64)
    assert torch.equal(first, next(distinct_batches(context, 1, 64)))
    assert not torch.equal(first, second)
    assert len(set(flat(first))) == 64


def test_a_batch_larger_than_the_dataset_is_refused(fake_run, tmp_path: Path) -> None:
    prepare(PRESETS["digits"], tmp_path, None)
    context = Context(fake_run(PRESETS["digits"], lambda rng, count, step: torch.zeros(0)), tmp_path, None, CPU)
    with pytest.raises(GanpipeError, match=r"batches of 5000 different images are needed and there are \d+"):
        next(distinct_batches(context, 1, 5000))


def counting(calls: list[int]) -> Callable[[], dict[str, np.ndarray]]:
    def make() -> dict[str, np.ndarray]:
        calls.append(1)
        time.sleep(0.05)
        return {"values": np.arange(3.0)}

    return make


def test_what_is_cached_is_made_once(context: Context) -> None:
    calls: list[int] = []
    for _ in range(2):
        assert cached(context, {"measure": "x"}, counting(calls))["values"].tolist() == [0, 1, 2]
    assert len(calls) == 1
    cached(context, {"measure": "y"}, counting(calls))
    assert len(calls) == 2


def test_who_asks_meanwhile_waits(context: Context) -> None:
    calls: list[int] = []
    threads = [threading.Thread(target=cached, args=(context, {"measure": "x"}, counting(calls))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_damaged_file_is_made_again(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []
    cached(context, {"measure": "x"}, counting(calls))
    (path,) = (context.data_folder / FOLDER).glob("*.npz")
    whole = path.read_bytes()
    for damaged in (b"", whole[:100], b"\x80\x04" + whole):
        path.write_bytes(damaged)
        assert cached(context, {"measure": "x"}, counting(calls))["values"].tolist() == [0, 1, 2]
    assert len(calls) == 4
    assert "cannot be read and is made again" in caplog.text
