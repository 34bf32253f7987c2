"""Weights that nobody has trained, for tests of what reads published ones."""

from __future__ import annotations

import numpy as np
import torch

from ganpipe.evaluation.networks.inception import Inception


def made_up_inception() -> Inception:
    """Random weights, scaled so that activations neither vanish nor explode."""
    rng, network = np.random.default_rng(0), Inception()
    for name, tensor in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        values = rng.standard_normal(tuple(tensor.shape))
        if tensor.ndim > 1:
            values *= np.sqrt(2 / np.prod(tensor.shape[1:]))
        elif name.endswith(("running_var", "bn.weight")):
            values = np.exp(0.1 * values)
        else:
            values *= 0.1
        tensor.copy_(torch.from_numpy(values))
    return network.eval()
