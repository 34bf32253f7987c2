from __future__ import annotations

import pytest
import torch
from torch import nn

from ganpipe.layers import Pack
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.networks.small_conv import SmallConvDiscriminator


@pytest.mark.parametrize("shape", [(2,), (3, 8, 8)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pack_i_holds_samples_i_n_plus_i_and_2n_plus_i(size: int, shape: tuple[int, ...]) -> None:
    n = 4
    samples = torch.randn(size * n, *shape)
    packs = Pack(size)(samples)
    assert packs.shape == (n, size * shape[0], *shape[1:])
    for i in range(n):
        assert torch.equal(packs[i], torch.cat([samples[member * n + i] for member in range(size)]))


def test_a_batch_that_is_no_whole_number_of_packs_is_an_error() -> None:
    with pytest.raises(RuntimeError):
        Pack(2)(torch.zeros(5, 2))


def test_only_the_first_layer_grows() -> None:
    packed = Packed(size=3).discriminator(SmallConvDiscriminator(), (3, 8, 8)).state_dict()
    single = Single().discriminator(SmallConvDiscriminator(), (3, 8, 8)).state_dict()
    shapes = [list(tensors.values()) for tensors in (packed, single)]
    grown = [a.shape != b.shape for a, b in zip(*shapes, strict=True)]
    assert grown == [True] + [False] * (len(grown) - 1)
    assert shapes[0][0].shape[1] == 3 * shapes[1][0].shape[1]


def test_one_logit_for_a_pack() -> None:
    judge = Packed(size=4)
    assert judge.group_size == 4
    assert judge.discriminator(MLPDiscriminator(), (2,))(torch.randn(4 * 5, 2)).shape == (5,)


def test_a_pack_of_one_is_the_ordinary_discriminator() -> None:
    logits = []
    for judge in (Single(), Packed(size=1)):
        torch.manual_seed(0)
        logits.append(judge.discriminator(MLPDiscriminator(), (2,))(torch.linspace(-1, 1, 10).reshape(5, 2)))
    assert torch.equal(*logits)


def test_a_packed_discriminator_minds_the_order() -> None:
    # Which is what sets do away with.
    discriminator = Packed(size=2).discriminator(MLPDiscriminator(), (2,))
    samples = torch.randn(2, 3, 2)
    assert not torch.allclose(discriminator(samples.flatten(0, 1)), discriminator(samples.flip(0).flatten(0, 1)))


def test_the_generator_runs_once_for_each_place_so_that_batch_norm_sees_batch_size_samples() -> None:
    generator = MLPGenerator(width=6, batch_norm=True).build(3, (2,))
    seen: list[torch.Tensor] = []
    next(module for module in generator.modules() if isinstance(module, nn.BatchNorm1d)).register_forward_pre_hook(
        lambda _module, inputs: seen.append(inputs[0].detach())
    )
    n, size = 5, 3
    # The members' latents are on different scales, so that their statistics differ.
    latents = torch.randn(size * n, 3) * torch.tensor([1.0, 10.0, 100.0]).repeat_interleave(n)[:, None]
    samples = Packed(size=size).generate(generator, latents)
    assert [len(batch) for batch in seen] == [n] * size
    for member in range(size):
        own = latents[member * n : (member + 1) * n]
        torch.testing.assert_close(samples[member * n : (member + 1) * n], generator(own))
    assert not torch.allclose(samples, Single().generate(generator, latents))
