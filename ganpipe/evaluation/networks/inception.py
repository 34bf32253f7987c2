"""The Inception network of FID: Inception v3 as TensorFlow published it in 2015, with its quirks.

Szegedy et al., 2016, figures 5 to 7 and 10. Modules and parameters have the names that the published weights use, which
are torchvision's. Unlike there, averages leave the padding out (as TensorFlow does), the last block pools by maximum,
and there are 1008 classes. Nothing here needs torchvision.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganpipe.data.origin import verify
from ganpipe.data.samples import unit_interval
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.networks.features import INCEPTION

SIDE = 299
"""Side of the square images that the network was trained on, in pixels."""
FEATURES, CLASSES = 2048, 1008
CHUNK = 50
"""Images that are enlarged and read at once."""


class Convolution(nn.Module):
    """Convolution, batch norm and ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int = 1, padding: Any = 0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


def _average(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def _maximum(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 3, stride=1, padding=1)


class Block35(nn.Module):
    """Figure 5: 1x1, 5x5, double 3x3 and pooled branches, on 35 x 35."""

    def __init__(self, inputs: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = Convolution(inputs, 64, 1)
        self.branch5x5_1 = Convolution(inputs, 48, 1)
        self.branch5x5_2 = Convolution(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = Convolution(inputs, 64, 1)
        self.branch3x3dbl_2 = Convolution(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, padding=1)
        self.branch_pool = Convolution(inputs, pooled, 1)

    def forward(self, x: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), self.branch5x5_2(self.branch5x5_1(x)), double, self._pooled(x)], 1)

    def _pooled(self, x: Tensor) -> Tensor:
        return self.branch_pool(_average(x))  # type: ignore[no-any-return]


class Reduction17(nn.Module):
    """Figure 10: from 35 x 35 to 17 x 17."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3 = Convolution(inputs, 384, 3, stride=2)
        self.branch3x3dbl_1 = Convolution(inputs, 64, 1)
        self.branch3x3dbl_2 = Convolution(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, F.max_pool2d(x, 3, stride=2)], 1)


class Block17(nn.Module):
    """Figure 6: 7x7 convolutions as pairs of 1x7 and 7x1, on 17 x 17."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        row: dict[str, Any] = {"kernel": (1, 7), "padding": (0, 3)}
        column: dict[str, Any] = {"kernel": (7, 1), "padding": (3, 0)}
        self.branch1x1 = Convolution(inputs, 192, 1)
        self.branch7x7_1 = Convolution(inputs, width, 1)
        self.branch7x7_2 = Convolution(width, width, **row)
        self.branch7x7_3 = Convolution(width, 192, **column)
        self.branch7x7dbl_1 = Convolution(inputs, width, 1)
        self.branch7x7dbl_2 = Convolution(width, width, **column)
        self.branch7x7dbl_3 = Convolution(width, width, **row)
        self.branch7x7dbl_4 = Convolution(width, width, **column)
        self.branch7x7dbl_5 = Convolution(width, 192, **row)
        self.branch_pool = Convolution(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        single = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return torch.cat([self.branch1x1(x), single, double, self.branch_pool(_average(x))], 1)


class Reduction8(nn.Module):
    """From 17 x 17 to 8 x 8."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3_1 = Convolution(inputs, 192, 1)
        self.branch3x3_2 = Convolution(192, 320, 3, stride=2)
        self.branch7x7x3_1 = Convolution(inputs, 192, 1)
        self.branch7x7x3_2 = Convolution(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = Convolution(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = Convolution(192, 192, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        long = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), long, F.max_pool2d(x, 3, stride=2)], 1)


class Block8(nn.Module):
    """Figure 7: 3x3 convolutions split into 1x3 and 3x1 side by side, on 8 x 8."""

    def __init__(self, inputs: int, pooling: Literal["average", "maximum"]) -> None:
        super().__init__()
        self.pool = _average if pooling == "average" else _maximum
        row: dict[str, Any] = {"kernel": (1, 3), "padding": (0, 1)}
        column: dict[str, Any] = {"kernel": (3, 1), "padding": (1, 0)}
        self.branch1x1 = Convolution(inputs, 320, 1)
        self.branch3x3_1 = Convolution(inputs, 384, 1)
        self.branch3x3_2a = Convolution(384, 384, **row)
        self.branch3x3_2b = Convolution(384, 384, **column)
        self.branch3x3dbl_1 = Convolution(inputs, 448, 1)
        self.branch3x3dbl_2 = Convolution(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = Convolution(384, 384, **row)
        self.branch3x3dbl_3b = Convolution(384, 384, **column)
        self.branch_pool = Convolution(inputs, 192, 1)

    def forward(self, x: Tensor) -> Tensor:
        single = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        branches = [
            self.branch1x1(x),
            *(self.branch3x3_2a(single), self.branch3x3_2b(single)),
            *(self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)),
            self.branch_pool(self.pool(x)),
        ]
        return torch.cat(branches, 1)


class Inception(nn.Module):
    """Images [n, 3, 299, 299] in [-1, 1] -> logits [n, 1008]; ``features`` stops before the last layer."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = Convolution(32, 32, 3)
        self.Conv2d_2b_3x3 = Convolution(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Convolution(64, 80, 1)
        self.Conv2d_4a_3x3 = Convolution(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = Block35(192, 32), Block35(256, 64), Block35(288, 64)
        self.Mixed_6a = Reduction17(288)
        self.Mixed_6b, self.Mixed_6c = Block17(768, 128), Block17(768, 160)
        self.Mixed_6d, self.Mixed_6e = Block17(768, 160), Block17(768, 192)
        self.Mixed_7a = Reduction8(768)
        self.Mixed_7b, self.Mixed_7c = Block8(1280, "average"), Block8(2048, "maximum")
        self.fc = nn.Linear(FEATURES, CLASSES)

    def features(self, images: Tensor) -> Tensor:
        """float32 [n, 2048], the mean over the last 8 x 8."""
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(images)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, stride=2)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(F.max_pool2d(x, 3, stride=2))))
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        return x.mean((2, 3))  # type: ignore[no-any-return]

    def forward(self, images: Tensor) -> Tensor:
        return self.fc(self.features(images))  # type: ignore[no-any-return]


@functools.cache
def load_inception(folder: Path | None, device: torch.device, stand_in: str | None = None) -> Inception:
    """The network with the published weights, once a process.

    Args:
        folder: where the file is; None where nobody knows.
        stand_in: checksum of a file that stands in for the published one.

    Raises:
        GanpipeError: the file is missing, not the expected one, or does not fit the network.
    """
    ((name, checksum),) = INCEPTION.files.items()
    path = INCEPTION.locate(name, folder)
    verify(path, stand_in or checksum)
    # On "meta" nothing is initialised, which would take a second and be thrown away.
    with torch.device("meta"):
        network = Inception()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict(state, assign=True)
    except (RuntimeError, TypeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
        raise GanpipeError(f"{path}: not weights of this network ({str(error).splitlines()[0]})") from None
    return network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True)
class PictureFeatures:
    """The network for images of one value range, of one channel or three."""

    network: Inception
    resizing: Literal["bilinear", "clean"]
    value_range: tuple[float, float]
    identity: dict[str, Any]

    def features(self, images: Tensor) -> Tensor:
        return self._seen(images, self.network.features)

    def probabilities(self, images: Tensor) -> Tensor:
        # Without the bias, as in Salimans et al.'s code, which rebuilt the softmax from the weights alone. So every
        # Inception Score in print is of these.
        weight = self.network.fc.weight
        return self._seen(images, lambda inputs: F.linear(self.network.features(inputs), weight).softmax(1))

    @torch.inference_mode()
    def _seen(self, images: Tensor, look: Callable[[Tensor], Tensor]) -> Tensor:
        inputs = (network_input(part, self.value_range, self.resizing) for part in torch.split(images, CHUNK))
        # A GPU would round to TF32, and a yardstick should not depend on the machine.
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
            return torch.cat([look(part) for part in inputs])


def network_input(images: Tensor, value_range: tuple[float, float], resizing: Literal["bilinear", "clean"]) -> Tensor:
    """Images [n, 1 or 3, height, width] in ``value_range``, as the network wants them: [n, 3, 299, 299] in [-1, 1]."""
    pixels = (unit_interval(images, value_range).clamp(0, 1) * 255).round() / 255
    pixels = pixels.expand(-1, 3, -1, -1)
    if resizing == "clean":
        pixels = F.interpolate(pixels, (SIDE, SIDE), mode="bicubic", align_corners=False, antialias=True)
        # Bicubic weights overshoot at edges; clean-fid cuts that off.
        pixels = pixels.clamp(0, 1)
        # clean-fid scales as TensorFlow's network did: 255 is not quite 1.
        inputs = (255 * pixels - 128) / 128
    else:
        inputs = 2 * F.interpolate(pixels, (SIDE, SIDE), mode="bilinear", align_corners=False) - 1
    return inputs.to(memory_format=torch.channels_last)
