"""What an objective is: losses of logits, pure functions of tensors."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor

from ganpipe.spec.part import Part


class Objective(Part):
    """How the discriminator's logits d = log D/(1-D) become losses; verdicts are averaged."""

    @abstractmethod
    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the discriminator minimises, from its logits [n] on real and on generated data."""

    @abstractmethod
    def generator(self, fake: Tensor) -> Tensor:
        """What the generator minimises, from the discriminator's logits [n] on generated data."""
