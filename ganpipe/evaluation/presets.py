"""The named protocols and classifiers.

A protocol's name fixes everything about a number: values of one name may be compared, and no others. Smoke scale has
small protocols of its own and the classifiers called ``<name>_smoke``, which are good for tests only.
"""

from __future__ import annotations

from ganpipe.data.dataset import Dataset
from ganpipe.data.origin import Origin
from ganpipe.data.presets import PRESETS as DATASETS
from ganpipe.evaluation.networks.architectures import Colour32, Colour64, Digits8, KerasMnist
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.evaluation.networks.features import ClassifierFeatures, InceptionFeatures
from ganpipe.evaluation.protocols.class_scores import ClassScores
from ganpipe.evaluation.protocols.collision import BirthdayParadox
from ganpipe.evaluation.protocols.fid import FrechetInceptionDistance
from ganpipe.evaluation.protocols.kid import KernelInceptionDistance
from ganpipe.evaluation.protocols.log_likelihood import PredictiveLogLikelihood
from ganpipe.evaluation.protocols.mixture import MixtureModes
from ganpipe.evaluation.protocols.modes import ClassifiedModes
from ganpipe.evaluation.protocols.prdc import ManifoldCoverage
from ganpipe.evaluation.protocols.protocol import Protocol
from ganpipe.evaluation.protocols.sliced_wasserstein import SlicedWasserstein

_INCEPTION, _CLEAN = InceptionFeatures(), InceptionFeatures(resizing="clean")
_CLASSIFIER = ClassifierFeatures()

_NAMED: dict[str, tuple[Protocol, str]] = {
    "mixture-2500": (MixtureModes(), "PacGAN, section 4.1, after VEEGAN"),
    # Last iterates oscillate, so five late snapshots say more about a short run than one.
    "mixture-2500-late5": (MixtureModes(late=5), "PacGAN, section 4.1, over five late snapshots"),
    "mixture-50k": (MixtureModes(samples=50_000, kl_reading="both"), "InvertGAN, section 5.1, ring"),
    "mixture-100k": (MixtureModes(samples=100_000, kl_reading="both"), "InvertGAN, section 5.1, grid"),
    "mixture-50k-late5": (
        MixtureModes(samples=50_000, kl_reading="both", late=5),
        "InvertGAN, section 5.1, ring, over five late snapshots",
    ),
    "mixture-100k-late5": (
        MixtureModes(samples=100_000, kl_reading="both", late=5),
        "InvertGAN, section 5.1, grid, over five late snapshots",
    ),
    "mixture-500": (MixtureModes(samples=500), "for smoke scale"),
    "mixture-500-over-all": (MixtureModes(samples=500, kl_reading="both"), "for smoke scale"),
    "modes-26k": (ClassifiedModes(), "PacGAN, table 1, after VEEGAN"),
    "modes-10k-late5": (
        ClassifiedModes(samples=10_000, late=5),
        "PacGAN, table 1, with fewer samples, over five late snapshots",
    ),
    "modes-25.6k-batchstats": (
        ClassifiedModes(samples=25_600, batch_statistics=True),
        "PacGAN, appendix and its code, after Unrolled GAN",
    ),
    "modes-10k": (ClassifiedModes(samples=10_000, sets=10), "SetGAN, table 1, to the uniform distribution"),
    "modes-10k-soft": (
        ClassifiedModes(samples=10_000, labels="soft", reference="named_test"),
        "PresGAN, section 5.2, to the averaged probabilities of the test images",
    ),
    "modes-10k-soft-train": (
        ClassifiedModes(samples=10_000, labels="soft", reference="train"),
        "PresGAN, figure 2, to the labels of imbalanced training data",
    ),
    "modes-10k-real": (
        ClassifiedModes(samples=10_000, sets=10, reference="named_train"),
        "SetGAN, tables 1 and 2, to what the same classifier names the training images",
    ),
    "modes-1k": (ClassifiedModes(samples=1_000), "for smoke scale"),
    "modes-1k-real": (ClassifiedModes(samples=1_000, reference="named_train"), "for smoke scale"),
    "modes-1k-train": (ClassifiedModes(samples=1_000, reference="train"), "for smoke scale"),
    "sliced-wasserstein-2500": (SlicedWasserstein(), "Bonneel et al., 2015, to the known mixture"),
    "sliced-wasserstein-2500-late5": (SlicedWasserstein(late=5), "Bonneel et al., 2015, over five late snapshots"),
    "sliced-wasserstein-500": (SlicedWasserstein(samples=500), "for smoke scale"),
    "nll-s2000-n500": (PredictiveLogLikelihood(), "PresGAN, table 5, on 500 test images"),
    "nll-s2000-n500-train": (PredictiveLogLikelihood(split="train"), "PresGAN, table 5, on 500 training images"),
    "nll-s200-n100": (
        PredictiveLogLikelihood(samples=200, points=100, encoder_steps=2000),
        "PresGAN, section 3.3, with fewer latents and images",
    ),
    "nll-s200-n100-train": (
        PredictiveLogLikelihood(samples=200, points=100, encoder_steps=2000, split="train"),
        "PresGAN, section 3.3, with fewer latents and training images",
    ),
    "nll-s50-n20": (
        PredictiveLogLikelihood(samples=50, points=20, encoder_steps=100, mode_steps=20),
        "for smoke scale",
    ),
    "nll-s50-n20-train": (
        PredictiveLogLikelihood(samples=50, points=20, encoder_steps=100, mode_steps=20, split="train"),
        "for smoke scale",
    ),
    "fid-10k-inception": (
        FrechetInceptionDistance(features=_INCEPTION),
        "Heusel et al., 2017, with pytorch-fid's weights and resizing; 10,000 samples as InvertGAN",
    ),
    "fid-10k-stopped-inception": (
        FrechetInceptionDistance(features=_INCEPTION, patience=5),
        "SetGAN, section 3.3: the best snapshot before five others in a row were no better",
    ),
    "fid-5k-inception": (FrechetInceptionDistance(samples=5_000, features=_INCEPTION), "InvertGAN, STL-10"),
    "fid-50-inception": (FrechetInceptionDistance(samples=50, real=100, features=_INCEPTION), "for smoke scale"),
    "fid-10k-inception-clean": (
        FrechetInceptionDistance(features=_CLEAN),
        "Parmar et al., 2022: resizing of clean-fid",
    ),
    "fid-10k-classifier": (FrechetInceptionDistance(features=_CLASSIFIER), "offline, not comparable with papers"),
    "fid-10k-late5-classifier": (
        FrechetInceptionDistance(features=_CLASSIFIER, late=5),
        "offline, not comparable with papers; over five late snapshots",
    ),
    "fid-500-classifier": (FrechetInceptionDistance(samples=500, features=_CLASSIFIER), "for smoke scale"),
    "kid-10k-inception": (KernelInceptionDistance(features=_INCEPTION), "Binkowski et al., 2018"),
    "kid-10k-classifier": (KernelInceptionDistance(features=_CLASSIFIER), "offline, not comparable with papers"),
    "kid-500-classifier": (
        KernelInceptionDistance(samples=500, features=_CLASSIFIER, block=100),
        "for smoke scale",
    ),
    "prdc-10k-inception": (ManifoldCoverage(features=_INCEPTION), "Kynkaanniemi et al., 2019; Naeem et al., 2020"),
    "prdc-50-inception": (ManifoldCoverage(samples=50, features=_INCEPTION), "for smoke scale"),
    "prdc-10k-classifier": (ManifoldCoverage(features=_CLASSIFIER), "offline, not comparable with papers"),
    "prdc-500-classifier": (ManifoldCoverage(samples=500, features=_CLASSIFIER), "for smoke scale"),
    "scores-10k-inception": (ClassScores(features=_INCEPTION), "Salimans et al., 2016; Che et al., 2017; InvertGAN"),
    "scores-50-inception": (ClassScores(samples=50, real=100, features=_INCEPTION), "for smoke scale"),
    "scores-5k-inception": (ClassScores(samples=5_000, features=_INCEPTION), "InvertGAN, STL-10"),
    "scores-50k-inception": (ClassScores(samples=50_000, features=_INCEPTION), "Salimans et al., 2016"),
    "scores-10k-classifier": (ClassScores(features=_CLASSIFIER), "Che et al., 2017, with a classifier of digits"),
    "scores-500-classifier": (ClassScores(samples=500, features=_CLASSIFIER), "for smoke scale"),
    "collision-1024-inception": (BirthdayParadox(features=_INCEPTION), "PacGAN, table 2, with an automatic rule"),
    "collision-1024-classifier": (BirthdayParadox(features=_CLASSIFIER), "PacGAN, table 2, offline"),
    "collision-32-inception": (
        BirthdayParadox(batch_size=32, samples=3 * 32, pairs=5, features=_INCEPTION, real_batches=19),
        "for smoke scale",
    ),
    "collision-64-classifier": (
        BirthdayParadox(batch_size=64, samples=5 * 64, features=_CLASSIFIER, real_batches=19),
        "for smoke scale",
    ),
}

PROTOCOLS: dict[str, Protocol] = {name: protocol for name, (protocol, _) in _NAMED.items()}
SOURCES: dict[str, str] = {name: source for name, (_, source) in _NAMED.items()}
"""Name of a protocol -> where it comes from."""
_ORIGINS = [dataset.origin for dataset in DATASETS.values()] + [protocol.origin for protocol in PROTOCOLS.values()]
ORIGINS: dict[str, Origin] = {origin.name: origin for origin in _ORIGINS if origin is not None}
"""Everything that can be downloaded, by name: source files of datasets, and weights that protocols read."""


def _labelled(name: str) -> Dataset:
    dataset = DATASETS[name].label_dataset
    assert dataset is not None
    return dataset


_DIGITS, _MNIST = _labelled("digits"), _labelled("mnist")
_GALAXY10, _CIFAR10, _CIFAR100 = _labelled("galaxy10"), _labelled("cifar10"), _labelled("cifar100")

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
    # One class of Galaxy10 has 17 images. The floors below are far above chance and refuse a training that failed.
    "galaxy10": ClassifierSpec(
        dataset=_GALAXY10, architecture=Colour64(), epochs=20, balanced=True, minimum_accuracy=0.6
    ),
    "galaxy10_smoke": ClassifierSpec(
        dataset=_GALAXY10, architecture=Colour64(width=8), epochs=1, balanced=True, minimum_accuracy=0.0
    ),
    "cifar10": ClassifierSpec(dataset=_CIFAR10, architecture=Colour32(), epochs=20, minimum_accuracy=0.7),
    "cifar10_smoke": ClassifierSpec(dataset=_CIFAR10, architecture=Colour32(width=8), epochs=1, minimum_accuracy=0.0),
    "cifar100": ClassifierSpec(dataset=_CIFAR100, architecture=Colour32(), epochs=30, minimum_accuracy=0.35),
    "cifar100_smoke": ClassifierSpec(dataset=_CIFAR100, architecture=Colour32(width=8), epochs=1, minimum_accuracy=0.0),
}
