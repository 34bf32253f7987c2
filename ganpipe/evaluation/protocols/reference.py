"""The real side of a comparison: which training images it looks at, and what is worth keeping of them.

Everything here depends on the dataset and the protocol alone, so all runs on a dataset share it. It is kept in the
folder ``reference`` of the prepared dataset.
"""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from ganpipe.data.dataset import Samples, Split
from ganpipe.data.prepare import open_prepared
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.protocols.protocol import Context
from ganpipe.files import locked, replacing
from ganpipe.late import torch
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.part import canonical, digest

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

Arrays = dict[str, np.ndarray]
FOLDER = "reference"


class Stream(IntEnum):
    """What numbers beside a run's latents are for, which are 0. Never renumber, only append."""

    REFERENCE = 1
    IDEAL = 2
    BATCHES = 3
    DIRECTIONS = 4
    TEST_POINTS = 5
    ENCODER = 6
    IMPORTANCE = 7


def shared_generator(stream: Stream, index: int = 0) -> np.random.Generator:
    """The generator for numbers that are the same in every evaluation."""
    return generator(0, Purpose.EVALUATION, step=stream, draw=index)


def real_batches(context: Context, count: int, batch_size: int, split: Split = "train") -> Iterator[Tensor]:
    """Real images, each at most once, in random order: float32 [<= batch_size, *sample_shape] at a time.

    Args:
        count: how many; all there are when there are fewer. Where samples are drawn on the fly, so many draws.
    """
    samples = open_prepared(context.dataset, context.data_folder, split, context.device)
    if not are_fixed(samples):
        yield from _draws(samples, Stream.REFERENCE, count, batch_size)
        return
    chosen = torch.from_numpy(shared_generator(Stream.REFERENCE).permutation(len(samples))[:count])
    for indices in torch.split(chosen, batch_size):
        yield samples[indices]


def ideal_batches(context: Context, count: int, batch_size: int) -> Iterator[Tensor]:
    """What a generator would make that draws from the training images, each time any of them."""
    yield from _draws(_training_images(context), Stream.IDEAL, count, batch_size)


def distinct_batches(context: Context, count: int, size: int) -> Iterator[Tensor]:
    """``count`` batches of ``size`` different training images each, float32 [size, *sample_shape].

    Raises:
        GanpipeError: there are not so many.
    """
    # Opened once: on a GPU, the whole of it is copied there.
    samples = _training_images(context)
    fixed = are_fixed(samples)
    if fixed and len(samples) < size:
        raise GanpipeError(
            f"{context.data_folder}: batches of {size} different images are needed and there are {len(samples)}"
        )
    for index in range(count):
        rng = shared_generator(Stream.BATCHES, index)
        if fixed:
            yield samples[torch.from_numpy(rng.choice(len(samples), size, replace=False))]
        else:
            yield samples.draw(rng, size)


def cached(context: Context, what: Mapping[str, Any], make: Callable[[], Arrays]) -> Arrays:
    """Arrays that are made once for a prepared dataset; who asks while they are being made waits.

    Args:
        what: everything that they depend on beside the dataset, as plain data.
        make: called unless they are there.
    """
    folder = context.data_folder / FOLDER
    folder.mkdir(exist_ok=True)
    name = digest({**what, "dataset": canonical(context.dataset)})
    path = folder / f"{name}.npz"
    with locked(folder / f".{name}.lock"):
        if path.is_file():
            try:
                # Given a path, NumPy would leave a damaged file open.
                with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
                    return dict(file)
            except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
                log.warning("%s: cannot be read and is made again (%s)", path, error)
        arrays = make()
        with replacing(path) as temporary:
            np.savez(temporary, **arrays)  # type: ignore[arg-type]
    return arrays


def _training_images(context: Context) -> Samples:
    return open_prepared(context.dataset, context.data_folder, "train", context.device)


def are_fixed(samples: Samples) -> bool:
    """Whether there are samples to choose from; false where they are drawn on the fly."""
    try:
        samples[:1]
    except TypeError:
        return False
    return True


def _draws(samples: Samples, stream: Stream, count: int, batch_size: int) -> Iterator[Tensor]:
    rng = shared_generator(stream)
    for start in range(0, count, batch_size):
        yield samples.draw(rng, min(batch_size, count - start))
