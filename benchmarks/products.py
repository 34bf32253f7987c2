"""The ceiling of a piece of work: its very matrix products and convolutions, and nothing between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only
from torch.utils.flop_counter import flop_registry

from benchmarks.clock import Work, timed

SIDE = 2048
LEAST_SECONDS = 0.005


@dataclass(frozen=True)
class Like:
    """A tensor's form without its content."""

    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: torch.dtype

    def filled(self) -> Tensor:
        """A tensor of this form, of N(0, 1)."""
        last = sum((size - 1) * stride for size, stride in zip(self.shape, self.stride, strict=True))
        return torch.randn(last + 1).to(self.dtype).as_strided(self.shape, self.stride)


@dataclass
class Product:
    """One operation of a form, how often it was done, and the FLOPs of once."""

    operation: Any
    arguments: Any
    flops: int
    count: int = 0

    def seconds(self) -> float:
        """Of once."""
        args, kwargs = tree_map_only(Like, Like.filled, self.arguments)
        self.operation(*args, **kwargs)
        spent, repetitions = 0.0, 0
        while spent < LEAST_SECONDS:
            seconds, _ = timed(lambda: self.operation(*args, **kwargs))
            spent, repetitions = spent + seconds, repetitions + 1
        return spent / repetitions


@dataclass
class Products(TorchDispatchMode):
    """Within it, every matrix product and every convolution is noted, those of gradients too.

    FLOPs are by the formulas of PyTorch's own ``FlopCounterMode``, which itself does not go with ``autograd.grad``.
    """

    found: dict[str, Product] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def flops(self) -> int:
        """Of all of them; a multiplication and an addition are two."""
        return sum(product.count * product.flops for product in self.found.values())

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        output = func(*args, **kwargs)
        if func.overloadpacket in flop_registry:
            arguments = tree_map_only(Tensor, lambda x: Like(tuple(x.shape), x.stride(), x.dtype), (args, kwargs))
            flops = flop_registry[func.overloadpacket](*args, **kwargs, out_val=output)
            self.found.setdefault(f"{func} {arguments}", Product(func, arguments, flops)).count += 1
        return output


@dataclass(frozen=True)
class Ceiling:
    """What the products of a piece of work cost when they stand alone.

    Attributes:
        seconds: of the processor, for all of them.
        flops: of all of them; a multiplication and an addition are two.
    """

    seconds: float
    flops: int


def ceiling(work: Work) -> Ceiling:
    """Do the work once, then each form of its products until the clock can tell."""
    with Products() as products:
        work()
    with torch.no_grad():
        seconds = sum(product.count * product.seconds() for product in products.found.values())
    return Ceiling(seconds, products.flops)


def matrix_rate(dtype: torch.dtype = torch.float32) -> float:
    """FLOP/s of one product of square matrices of ``SIDE`` rows."""
    one, other = torch.randn(2, SIDE, SIDE).to(dtype)
    seconds, _ = timed(lambda: one @ other)
    return 2 * SIDE**3 / seconds
