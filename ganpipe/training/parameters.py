"""How large the networks of a run are, counted on the networks themselves."""

from __future__ import annotations

import torch

from ganpipe.spec.run import RunSpec
from ganpipe.training.blueprint import RunBlueprint

JUDGING = ("discriminator", "encoder")
"""Networks whose sizes are counted together when methods are compared."""


def parameters(spec: RunSpec) -> dict[str, int]:
    """Trained numbers of each network of a run, by the network's name."""
    # On this device tensors have shapes and no content, so even large networks cost nothing.
    with torch.device("meta"):
        networks = spec.method.networks(RunBlueprint(spec))
    return {name: sum(each.numel() for each in network.parameters()) for name, network in networks.items()}


def discriminator_parameters(spec: RunSpec) -> int:
    """Those of the discriminator, and of the encoder where there is one. Source: PacGAN, section 4.1 and figure 4."""
    counted = parameters(spec)
    return sum(counted.get(name, 0) for name in JUDGING)
