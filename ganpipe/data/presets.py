"""The datasets that experiments name, each as its paper defines it."""

from __future__ import annotations

from ganpipe.data.celeba import CelebA
from ganpipe.data.cifar import Cifar10, Cifar100
from ganpipe.data.dataset import Dataset
from ganpipe.data.digits import Digits
from ganpipe.data.ffhq import Ffhq
from ganpipe.data.galaxy10 import Galaxy10
from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.mixtures import Grid, Ring
from ganpipe.data.mnist import Mnist
from ganpipe.data.stacked import Stacked
from ganpipe.data.stl10 import Stl10

_NAMED: dict[str, tuple[Dataset, str]] = {
    # Variances 1e-4 and 0.0025, the mode of each point chosen at random.
    "ring8_pacgan": (Ring(), "PacGAN, section 4.1, and its code"),
    "grid25_pacgan": (Grid(), "PacGAN, section 4.1, and its code"),
    # InvertGAN prints 2 cos for both coordinates of the ring; the sine is intended. Its standard deviations look like
    # the variances of other papers, and its results fit these values; the printed ones follow.
    "ring8_invertgan": (Ring(radius=2.0, balanced=True), "InvertGAN, section 5.1"),
    "grid25_invertgan": (Grid(balanced=True), "InvertGAN, section 5.1"),
    "ring8_invertgan_printed": (Ring(radius=2.0, sigma=0.001, balanced=True), "InvertGAN, section 5.1, as printed"),
    "grid25_invertgan_printed": (Grid(sigma=0.0025, balanced=True), "InvertGAN, section 5.1, as printed"),
    # The numbers are from the code.
    "ring10_presgan": (
        Ring(modes=10, radius=3.0, sigma=0.05, train_samples=5_000),
        "PresGAN, section 5.1, and its code",
    ),
    # The paper says only "concentrated Gaussians" of the mixup paper; these are the two mixtures of WGAN-GP's code,
    # which divides all coordinates so that their standard deviation is about one.
    "ring8_bgan": (Ring(radius=2.0 / 1.414, sigma=0.02 / 1.414), "Mixed batches, section 5.1, as in WGAN-GP's code"),
    "grid25_bgan": (
        Grid(spacing=2.0 / 2.828, sigma=0.05 / 2.828),
        "Mixed batches, section 5.1, as in WGAN-GP's code",
    ),
    "digits": (Digits(), "scikit-learn, load_digits"),
    "stacked_digits": (Stacked(base=Digits()), "PacGAN, section 4.2, with scikit-learn's digits"),
    "mnist": (Mnist(), "LeCun, Cortes and Burges, the MNIST database"),
    "mnist_64": (Mnist(size=64), "the MNIST database, at the size of PresGAN's DCGAN"),
    # As in VEEGAN: digits of both splits, in [0, 1] although the generator ends in tanh.
    "stacked_mnist_pacgan": (
        Stacked(base=Mnist(pixel_range=(0.0, 1.0)), pool="all", count=128_000),
        "PacGAN, section 4.2, and its code",
    ),
    # Training digits, stacked on the fly.
    "stacked_mnist_unrolled": (Stacked(base=Mnist()), "PacGAN, appendix B, after Unrolled GAN"),
    # Each split stacks its own digits.
    "stacked_mnist_presgan": (Stacked(base=Mnist(size=64), count=60_000, test_count=10_000), "PresGAN, section 5.2"),
    # The paper says only "as described in" Unrolled GAN, so it is read as that.
    "stacked_mnist_setgan": (Stacked(base=Mnist()), "SetGAN, section 3.1, after Unrolled GAN"),
    # D_k has five examples of each digit below k - 1 and 5,000 of the rest, at 64x64.
    **{
        f"mnist_imbalanced_D{k}": (
            Imbalanced(base=Mnist(size=64), rare_classes=k - 1),
            "PresGAN, section 7.2 and table 6",
        )
        for k in range(1, 11)
    },
    # The whole file, of which no part is official as a test.
    "galaxy10": (Galaxy10(), "Leung and Bovy, Galaxy10 SDSS; SetGAN, section 3.2"),
    # The first crops the centre, the second keeps the whole width.
    "celeba": (CelebA(), "Liu, Luo, Wang and Tang, CelebA; the crop of PacGAN, table 2"),
    "celeba_short_side": (
        CelebA(crop="short_side"),
        "Liu, Luo, Wang and Tang, CelebA; the crop of PyTorch's DCGAN, from which PresGAN starts",
    ),
    "cifar10": (Cifar10(), "Krizhevsky, Learning Multiple Layers of Features from Tiny Images"),
    "cifar10_64": (Cifar10(size=64), "Krizhevsky's CIFAR-10, at the size of PresGAN's DCGAN"),
    "cifar100": (Cifar100(), "Krizhevsky, Learning Multiple Layers of Features from Tiny Images"),
    # InvertGAN says neither the split nor the size. 32 is that of the networks it takes over, 48 that of SNGAN.
    "stl10": (Stl10(), "Coates, Lee and Ng, STL-10; InvertGAN, images, at the size of SNGAN"),
    "stl10_32": (Stl10(size=32), "Coates, Lee and Ng, STL-10; InvertGAN, images"),
    "ffhq": (Ffhq(), "Karras, Laine and Aila, FFHQ; PresGAN, section 5"),
}

PRESETS: dict[str, Dataset] = {name: dataset for name, (dataset, _) in _NAMED.items()}
SOURCES: dict[str, str] = {name: source for name, (_, source) in _NAMED.items()}
"""Name of a dataset -> where it is from."""
