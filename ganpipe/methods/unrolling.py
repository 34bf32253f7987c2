"""Looking ahead: what a network would be after some updates of its optimiser, differentiably.

Metz, Poole, Pfau, Sohl-Dickstein: Unrolled generative adversarial networks, 2017, section 2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ganpipe.late import nn, torch

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.training.adam import Adam

    Parameters = list[Tensor]
    Step = Callable[[Sequence[Tensor], Sequence[Tensor]], Parameters]
    """Parameters and their gradients -> the parameters after one update."""


def unrolled(
    network: nn.Module, loss: Callable[[Callable[[Tensor], Tensor]], Tensor], step: Step, steps: int
) -> Callable[[Tensor], Tensor]:
    """``network`` after ``steps`` updates, as a function of everything that ``loss`` depends on.

    The network itself stays as it is: every pass works on copies of its buffers.

    Args:
        network: where the updates begin.
        loss: a function like ``network`` -> what the updates minimise.
        step: one update.
        steps: K.
    """
    names = [name for name, _ in network.named_parameters()]
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}

    def with_parameters(parameters: Sequence[Tensor]) -> Callable[[Tensor], Tensor]:
        tensors = dict(zip(names, parameters, strict=True)) | buffers
        return lambda samples: torch.func.functional_call(network, tensors, (samples,))

    parameters: list[Tensor] = list(network.parameters())
    for _ in range(steps):
        gradients = torch.autograd.grad(loss(with_parameters(parameters)), parameters, create_graph=True)
        parameters = step(parameters, gradients)
    return with_parameters(parameters)


def descent(learning_rates: Sequence[float]) -> Step:
    """Updates of plain gradient descent, each parameter with its own learning rate."""

    def step(parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> Parameters:
        return [p - rate * g for p, g, rate in zip(parameters, gradients, learning_rates, strict=True)]

    return step


def adam_from(optimiser: Adam, learning_rates: Sequence[float]) -> Step:
    """Updates of Adam that go on from where ``optimiser`` is, without touching it.

    Kingma, Ba 2015, algorithm 1; the optimiser's moments are constants, those of the updates here are not.
    """
    epsilon, (beta1, beta2) = optimiser.epsilon, optimiser.betas
    means = [mean for group in optimiser.groups for mean in group.means]
    squares = [square for group in optimiser.groups for square in group.squares]
    # In double precision, as in the fused kernel: 1 - beta2^t loses five digits otherwise.
    counts = [count.double() for group in optimiser.groups for count in group.steps]

    def step(parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> Parameters:
        moved = []
        for index, (parameter, gradient) in enumerate(zip(parameters, gradients, strict=True)):
            counts[index] = counts[index] + 1.0
            means[index] = beta1 * means[index] + (1.0 - beta1) * gradient
            squares[index] = beta2 * squares[index] + (1.0 - beta2) * gradient.square()
            mean = means[index] / (1.0 - beta1 ** counts[index])
            root = _root(squares[index]) / (1.0 - beta2 ** counts[index]).sqrt()
            moved.append(parameter - learning_rates[index] * mean / (root + epsilon))
        return moved

    return step


def _root(squares: Tensor) -> Tensor:
    """The square root, with gradient zero at zero: there, where no gradient ever came, Adam does not move."""
    none = squares == 0.0
    return squares.masked_fill(none, 1.0).sqrt().masked_fill(none, 0.0)
