"""Building blocks of networks that PyTorch does not have, one idea a file. Importing this imports PyTorch."""

from ganpipe.layers.closeness import Closeness
from ganpipe.layers.features import Features
from ganpipe.layers.joint import JointFeatures
from ganpipe.layers.maxout import Maxout
from ganpipe.layers.pack import Pack
from ganpipe.layers.pairs import PairNetwork
from ganpipe.layers.reshape import Reshape
from ganpipe.layers.soft_histogram import SoftHistogram

__all__ = [
    "Closeness",
    "Features",
    "JointFeatures",
    "Maxout",
    "Pack",
    "PairNetwork",
    "Reshape",
    "SoftHistogram",
]
