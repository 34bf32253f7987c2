"""What an objective is: losses of logits, pure functions of tensors."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from torch import Tensor


class Objective(Part):
    """How the discriminator's logits d become losses; every function maps logits [n] to losses [n].

    The first two are the discriminator's. The others belong to whoever wants it to err: a generator whose samples are
    to pass as real and, in games about pairs, an encoder whose pairs are to pass as generated.

    Attributes:
        log_odds: whether the best discriminator's logits are the log-odds of real against generated, so that they tell
            the share of real data in a mixture too. Those of a critic are not.
    """

    log_odds: ClassVar[bool] = True

    @abstractmethod
    def real(self, logits: Tensor) -> Tensor:
        """The discriminator's loss of its logits on real data."""

    @abstractmethod
    def fake(self, logits: Tensor) -> Tensor:
        """The discriminator's loss of its logits on generated data."""

    @abstractmethod
    def pass_as_real(self, logits: Tensor) -> Tensor:
        """The loss of who made what was judged, when it should be taken for real."""

    @abstractmethod
    def pass_as_fake(self, logits: Tensor) -> Tensor:
        """The loss of who made what was judged, when it should be taken for generated."""

    def mixed(self, logits: Tensor, share: Tensor) -> Tensor:
        """The discriminator's loss of its logits on data of which ``share`` is real; [] or [n]."""
        return share * self.real(logits) + (1.0 - share) * self.fake(logits)

    def pass_mixed(self, logits: Tensor, share: Tensor) -> Tensor:
        """The loss of who made the generated part of such data, when it should be taken for real."""
        return self.pass_as_real(logits)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """What the discriminator minimises, from its logits [n] on real and on generated data."""
        return self.real(real).mean() + self.fake(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """What the generator minimises, from the discriminator's logits [n] on generated data."""
        return self.pass_as_real(fake).mean()
