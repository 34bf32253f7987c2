"""The named protocols and classifiers.

A protocol's name fixes everything about a number: values of one name may be compared, and no others. Smoke scale has
small protocols of its own and the classifiers called ``<name>_smoke``, which are good for tests only.
"""

from __future__ import annotations

from ganpipe.data.presets import PRESETS as DATASETS
from ganpipe.evaluation.architectures import Digits8, KerasMnist
from ganpipe.evaluation.classifier_spec import ClassifierSpec
from ganpipe.evaluation.mixture import MixtureModes
from ganpipe.evaluation.modes import ClassifiedModes
from ganpipe.evaluation.protocol import Protocol

_NAMED: dict[str, tuple[Protocol, str]] = {
    "mixture-2500": (MixtureModes(), "PacGAN, section 4.1, after VEEGAN"),
    # Last iterates oscillate, so five late snapshots say more about a short run than one.
    "mixture-2500-late5": (MixtureModes(late=5), "PacGAN, section 4.1, over five late snapshots"),
    "mixture-50k": (MixtureModes(samples=50_000, kl_reading="invertgan"), "InvertGAN, section 4.1, ring"),
    "mixture-100k": (MixtureModes(samples=100_000, kl_reading="invertgan"), "InvertGAN, section 4.1, grid"),
    "mixture-500": (MixtureModes(samples=500), "for smoke scale"),
    "modes-26k": (ClassifiedModes(), "PacGAN, table 1, after VEEGAN"),
    "modes-10k-late5": (
        ClassifiedModes(samples=10_000, late=5),
        "PacGAN, table 1, with fewer samples, over five late snapshots",
    ),
    "modes-25.6k-batchstats": (
        ClassifiedModes(samples=25_600, batch_statistics=True),
        "PacGAN, appendix and its code, after Unrolled GAN",
    ),
    "modes-10k": (ClassifiedModes(samples=10_000, sets=10), "SetGAN, table 1"),
    "modes-10k-soft": (ClassifiedModes(samples=10_000, labels="soft", reference="test"), "PresGAN, stacked MNIST"),
    "modes-1k": (ClassifiedModes(samples=1_000), "for smoke scale"),
}

PROTOCOLS: dict[str, Protocol] = {name: protocol for name, (protocol, _) in _NAMED.items()}
SOURCES: dict[str, str] = {name: source for name, (_, source) in _NAMED.items()}
"""Name of a protocol -> where it comes from."""

_DIGITS = DATASETS["digits"].label_dataset
_MNIST = DATASETS["mnist"].label_dataset
assert _DIGITS is not None
assert _MNIST is not None

CLASSIFIERS: dict[str, ClassifierSpec] = {
    # 98-99 % of 355 test digits, over seeds; the full width is no better and three times slower.
    "digits": ClassifierSpec(
        dataset=_DIGITS, architecture=Digits8(width=16), epochs=30, batch_size=32, minimum_accuracy=0.965
    ),
    "digits_smoke": ClassifierSpec(
        dataset=_DIGITS, architecture=Digits8(width=16), epochs=5, batch_size=32, minimum_accuracy=0.93
    ),
    # PacGAN trains for 20 epochs; 6 pass 99 % and take minutes on one thread of a CPU.
    "mnist": ClassifierSpec(dataset=_MNIST, architecture=KerasMnist(), epochs=6, minimum_accuracy=0.985),
    "mnist_smoke": ClassifierSpec(dataset=_MNIST, architecture=KerasMnist(width=8), epochs=1, minimum_accuracy=0.94),
}
