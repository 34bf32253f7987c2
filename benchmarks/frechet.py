"""The Frechet distance at 2048 dimensions against SciPy's square root of the product, and how fast moments are taken.

    OMP_NUM_THREADS=1 python -m benchmarks.frechet [SAMPLES ...]          1000 and 5000 by default

Features are made up: correlated, with decaying variances, and cut off at zero as those of Inception are. Times are
seconds of the processor.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import scipy.linalg
from tabulate import tabulate

from benchmarks.clock import timed
from ganpipe.evaluation.estimators.frechet import Moments, frechet_distance

FEATURES = 2048
BATCH = 500


def main() -> None:
    """Measure and print."""
    counts = [int(text) for text in sys.argv[1:]] or [1000, 5000]
    rows = [measure(count) for count in counts]
    print(tabulate(rows, HEADINGS, tablefmt="github", disable_numparse=True))


HEADINGS = (
    "samples",
    "moments (s)",
    "samples a second",
    "ours (s)",
    "SciPy (s)",
    "ratio",
    "ours",
    "SciPy",
    "differ by",
)


def measure(count: int) -> list[str]:
    """One row of the table, for ``count`` samples of each set."""
    first, second = made_up(count, 1), made_up(count, 2)
    moments, taken = timed(lambda: [moments_of(features) for features in (first, second)])
    ours, distance = timed(lambda: frechet_distance(*(each.gaussian() for each in taken)))
    covariances = [np.cov(x.astype(np.float64), rowvar=False) for x in (first, second)]
    means = [x.mean(axis=0, dtype=np.float64) for x in (first, second)]
    scipys, root = timed(lambda: square_root(covariances[0] @ covariances[1]))
    traces = np.trace(covariances[0] + covariances[1] - 2 * root.real)
    expected = float(np.sum((means[0] - means[1]) ** 2) + traces)
    return [
        str(count),
        f"{moments:.2f}",
        f"{2 * count / moments:.0f}",
        f"{ours:.2f}",
        f"{scipys:.2f}",
        f"{scipys / ours:.1f}",
        f"{distance:.9f}",
        f"{expected:.9f}",
        f"{abs(distance / expected - 1):.0e}",
    ]


def made_up(count: int, seed: int) -> np.ndarray:
    """float32 [count, 2048]; the same correlations for every seed, other means."""
    mixing = np.random.default_rng(0).standard_normal((FEATURES, FEATURES)) * np.exp(-np.arange(FEATURES) / 300)
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((count, FEATURES)) @ mixing.T / 30 + 0.1 * seed
    return np.maximum(features, 0).astype(np.float32)


def moments_of(features: np.ndarray) -> Moments:
    """As an evaluation takes them, a batch at a time."""
    moments = Moments(FEATURES)
    for batch in np.split(features, range(BATCH, len(features), BATCH)):
        moments.add(batch)
    return moments


def square_root(product: np.ndarray) -> np.ndarray:
    """SciPy's root, without its remarks on singular matrices."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root: np.ndarray = scipy.linalg.sqrtm(product)
    return root


if __name__ == "__main__":
    main()
