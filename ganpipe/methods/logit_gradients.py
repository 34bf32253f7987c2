"""How steep a discriminator is: the gradients of its logits with respect to what they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ganpipe.late import torch

if TYPE_CHECKING:
    from torch import Tensor


def logit_gradients(discriminator: Callable[[Tensor], Tensor], samples: Tensor, group_size: int) -> Tensor:
    """The gradient of each logit with respect to all samples that it is about, ready to be differentiated again.

    A discriminator that compares the samples of a batch (minibatch discrimination, equivariant layers) has logits
    that depend on all of them; what is returned then is the gradient of the sum of all logits.

    Args:
        discriminator: samples -> logits [n].
        samples: [group_size * n, ...], member-major.
        group_size: samples in one logit.

    Returns:
        [n, group_size * F], F being the numbers in one sample.
    """
    # Where the samples are somebody's output, as in a look ahead, the gradients stay a function of it.
    at = samples if samples.requires_grad else samples.detach().requires_grad_()
    (gradients,) = torch.autograd.grad(discriminator(at).sum(), at, create_graph=True)
    return gradients.reshape(group_size, len(samples) // group_size, -1).transpose(0, 1).flatten(1)
