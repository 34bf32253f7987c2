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

PRESETS: dict[str, Dataset] = {
    # PacGAN, section 4, and its code: variances 1e-4 and 0.0025, the mode of each point chosen at random.
    "ring8_pacgan": Ring(),
    "grid25_pacgan": Grid(),
    # InvertGAN prints 2 cos for both coordinates of the ring; the sine is intended. Its standard deviations look like
    # the variances of other papers, and its results fit these values; the printed ones follow.
    "ring8_invertgan": Ring(radius=2.0, balanced=True),
    "grid25_invertgan": Grid(balanced=True),
    "ring8_invertgan_printed": Ring(radius=2.0, sigma=0.001, balanced=True),
    "grid25_invertgan_printed": Grid(sigma=0.0025, balanced=True),
    # PresGAN, section 5.1; the numbers are from its code.
    "ring10_presgan": Ring(modes=10, radius=3.0, sigma=0.05, train_samples=5_000),
    # Mixed batches, section 5.1, says only "concentrated Gaussians" of the mixup paper; these are the two mixtures of
    # WGAN-GP's code, which divides all coordinates so that their standard deviation is about one.
    "ring8_bgan": Ring(radius=2.0 / 1.414, sigma=0.02 / 1.414),
    "grid25_bgan": Grid(spacing=2.0 / 2.828, sigma=0.05 / 2.828),
    "digits": Digits(),
    "stacked_digits": Stacked(base=Digits()),
    "mnist": Mnist(),
    "mnist_64": Mnist(size=64),
    # PacGAN, section 4.2, as in VEEGAN: digits of both splits, in [0, 1] although the generator ends in tanh.
    "stacked_mnist_pacgan": Stacked(base=Mnist(pixel_range=(0.0, 1.0)), pool="all", count=128_000),
    # PacGAN, appendix B, as in Unrolled GAN: training digits, stacked on the fly.
    "stacked_mnist_unrolled": Stacked(base=Mnist()),
    # PresGAN, section 5.2: each split stacks its own digits.
    "stacked_mnist_presgan": Stacked(base=Mnist(size=64), count=60_000, test_count=10_000),
    # SetGAN, section 3.1, says only "as described in" Unrolled GAN, so it is read as that.
    "stacked_mnist_setgan": Stacked(base=Mnist()),
    # PresGAN, section 7.2 and table 6: D_k has five examples of each digit below k - 1 and 5,000 of the rest, at 64x64.
    **{f"mnist_imbalanced_D{k}": Imbalanced(base=Mnist(size=64), rare_classes=k - 1) for k in range(1, 11)},
    # SetGAN, section 3.2; the whole file, of which no part is official as a test.
    "galaxy10": Galaxy10(),
    # PacGAN, table 2, crops the centre; PyTorch's DCGAN, from which PresGAN starts, keeps the whole width.
    "celeba": CelebA(),
    "celeba_short_side": CelebA(crop="short_side"),
    # PresGAN's DCGAN makes 64x64 images of everything.
    "cifar10": Cifar10(),
    "cifar10_64": Cifar10(size=64),
    "cifar100": Cifar100(),
    # InvertGAN says neither the split nor the size. 32 is that of the networks it takes over, 48 that of SNGAN.
    "stl10": Stl10(),
    "stl10_32": Stl10(size=32),
    "ffhq": Ffhq(),
}
