"""What regularisers that keep the discriminator from being too steep have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganpipe.methods.regularisers.regulariser import Regulariser

if TYPE_CHECKING:
    from ganpipe.spec.run import RunSpec


class Steepness(Regulariser):
    """Says something about the slope of the network ``discriminator``, one logit at a time."""

    def refuses(self, run: RunSpec) -> str | None:
        if "discriminator" not in run.method.game.adversaries:
            return f"is about a discriminator, and {run.method.game.kind} has none"
        if run.networks.discriminator.has_batch_norm:
            # Gulrajani et al. 2017, section 4, "No critic batch normalization".
            return (
                "is about the slope of single logits, and batch norm makes each depend on the rest of its batch; "
                "set networks.discriminator.batch_norm: false"
            )
        return None
