import numpy as np
import pytest
import torch

from ganpipe.data.samples import ImageSamples, PointSamples, StackedSamples, scaled, stacked_labels
from ganpipe.randomness import Purpose, generator

CPU = torch.device("cpu")


def images(count: int = 7) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return rng.integers(256, size=(count, 4, 4), dtype=np.uint8), (np.arange(count) % 10).astype(np.uint8)


def pool(value_range: tuple[float, float] = (0.0, 1.0)) -> ImageSamples:
    return ImageSamples(*images(), value_range, CPU)


def triples() -> np.ndarray:
    return np.array([[0, 1, 2], [6, 6, 3]], np.int32)


@pytest.mark.parametrize("value_range", [(0.0, 1.0), (-1.0, 1.0)])
def test_scaling_maps_the_ends_exactly(value_range: tuple[float, float]) -> None:
    pixels = scaled(torch.arange(256, dtype=torch.uint8), value_range)
    assert (pixels[0].item(), pixels[255].item()) == value_range
    assert pixels.dtype == torch.float32
    torch.testing.assert_close(pixels, torch.linspace(*value_range, 256))


@pytest.mark.parametrize(
    "samples",
    [
        PointSamples(np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32), np.zeros(9, np.int32), CPU),
        pool((-1.0, 1.0)),
        StackedSamples(pool(), triples()),
        StackedSamples(pool(), None),
    ],
    ids=["points", "images", "fixed triples", "on the fly"],
)
def test_draws_are_a_function_of_seed_and_step(samples: PointSamples | ImageSamples | StackedSamples) -> None:
    first = samples.draw(generator(4, Purpose.REAL, 10), 32)
    assert torch.equal(first, samples.draw(generator(4, Purpose.REAL, 10), 32))
    assert not torch.equal(first, samples.draw(generator(4, Purpose.REAL, 11), 32))
    assert not torch.equal(first, samples.draw(generator(5, Purpose.REAL, 10), 32))


def test_draws_reach_every_sample_equally_often() -> None:
    points = np.arange(5, dtype=np.float32)[:, None]
    drawn = PointSamples(points, np.zeros(5, np.int32), CPU).draw(generator(0, Purpose.REAL), 50_000)
    counts = drawn.flatten().long().bincount(minlength=5)
    np.testing.assert_allclose(counts, 10_000, atol=5 * np.sqrt(10_000))


def test_indexing_gives_copies_of_the_chosen_samples() -> None:
    points = np.arange(6, dtype=np.float32).reshape(3, 2)
    samples = PointSamples(points.copy(), np.zeros(3, np.int32), CPU)
    assert torch.equal(samples[torch.tensor([2, 0])], torch.tensor([[4.0, 5.0], [0.0, 1.0]]))
    samples[1:].zero_()
    np.testing.assert_array_equal(samples[:].numpy(), points)


def test_stacked_channels_and_labels_against_a_plain_loop() -> None:
    raw, labels = images()
    samples = StackedSamples(pool((-1.0, 1.0)), triples())
    assert len(samples) == 2
    assert samples.labels is not None
    for row, triple in enumerate(triples()):
        assert samples.labels[row] == sum(int(labels[index]) * 10**channel for channel, index in enumerate(triple))
        for channel, index in enumerate(triple):
            expected = torch.from_numpy(raw[index] / 127.5 - 1).float()
            torch.testing.assert_close(samples[:][row, channel], expected, atol=1e-6, rtol=0)


def test_stacked_labels_are_a_bijection_onto_1000_modes() -> None:
    digits = torch.cartesian_prod(*3 * [torch.arange(10)])
    labels = stacked_labels(digits, 10)
    assert labels[(digits == torch.tensor([1, 2, 3])).all(dim=1)].item() == 321
    assert labels.sort().values.equal(torch.arange(1000))


def test_on_the_fly_channels_are_independent_and_have_no_fixed_samples() -> None:
    constant = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((10, 2, 2), np.uint8)
    samples = StackedSamples(ImageSamples(constant, np.arange(10), (0.0, 1.0), CPU), None)
    drawn = samples.draw(generator(0, Purpose.REAL), 100_000)
    assert drawn.shape == (100_000, 3, 2, 2)
    modes = stacked_labels((drawn[:, :, 0, 0] * 255).round().long(), 10).bincount(minlength=1000)
    # 1000 cells of Poisson(100): chi-squared has mean 999 and standard deviation about 45.
    assert ((modes - 100) ** 2 / 100).sum().item() == pytest.approx(999, abs=5 * 45)
    assert samples.labels is None
    assert len(samples) == 10
    with pytest.raises(TypeError, match="on the fly"):
        samples[:4]


def test_colours_and_missing_labels() -> None:
    raw = np.random.default_rng(0).integers(256, size=(5, 3, 4, 6), dtype=np.uint8)
    samples = ImageSamples(raw, None, (-1.0, 1.0), CPU)
    assert samples.labels is None
    assert len(samples) == 5
    torch.testing.assert_close(samples[torch.tensor([4, 1])], torch.from_numpy(raw[[4, 1]] / 127.5 - 1).float())
