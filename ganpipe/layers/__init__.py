"""Building blocks of networks that PyTorch does not have, one idea a file. Importing this imports PyTorch."""

from ganpipe.layers.adaptive_norm import AdaptiveInstanceNorm
from ganpipe.layers.blur import Blur
from ganpipe.layers.closeness import Closeness
from ganpipe.layers.density import Density
from ganpipe.layers.equalised import equalise
from ganpipe.layers.equivariant import Equivariant, make_equivariant
from ganpipe.layers.features import Features
from ganpipe.layers.frozen import Frozen
from ganpipe.layers.joint import JointFeatures
from ganpipe.layers.maxout import Maxout
from ganpipe.layers.minibatch_std import MinibatchStd
from ganpipe.layers.noise_injection import NoiseInjection
from ganpipe.layers.pack import Pack
from ganpipe.layers.pairs import PairNetwork
from ganpipe.layers.reshape import Reshape
from ganpipe.layers.residual import ResidualBlock
from ganpipe.layers.soft_histogram import SoftHistogram
from ganpipe.layers.spectral_norm import iterate_spectral_norms, normalise_spectrally
from ganpipe.layers.step_size import StepSize
from ganpipe.layers.style_synthesis import StyleSynthesis
from ganpipe.layers.styled import Styled

__all__ = [
    "AdaptiveInstanceNorm",
    "Blur",
    "Closeness",
    "Density",
    "Equivariant",
    "Features",
    "Frozen",
    "JointFeatures",
    "Maxout",
    "MinibatchStd",
    "NoiseInjection",
    "Pack",
    "PairNetwork",
    "Reshape",
    "ResidualBlock",
    "SoftHistogram",
    "StepSize",
    "StyleSynthesis",
    "Styled",
    "equalise",
    "iterate_spectral_norms",
    "make_equivariant",
    "normalise_spectrally",
]
