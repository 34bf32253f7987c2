"""What holds for every judge; a new kind is tested here without a line."""

from __future__ import annotations

import pytest
import torch

from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.single import Single
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.networks.network import DiscriminatorNetwork
from ganpipe.networks.small_conv import SmallConvDiscriminator
from ganpipe.spec.method import Method

KINDS = [kind for kind in Judge.kinds.values() if kind.__module__.startswith("ganpipe.")]
BASES = [
    pytest.param(MLPDiscriminator(width=8), (2,), id="points"),
    pytest.param(SmallConvDiscriminator(), (3, 8, 8), id="images"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("base", "shape"), BASES)
def test_one_logit_for_every_group_over_any_base_network(
    kind: type[Judge], base: DiscriminatorNetwork, shape: tuple[int, ...]
) -> None:
    judge = kind()
    discriminator = judge.discriminator(base, shape)
    samples = torch.randn(judge.group_size * 6, *shape, requires_grad=True)
    logits = discriminator(samples)
    assert logits.shape == (6,)
    logits.sum().backward()
    assert samples.grad is not None
    assert all(parameter.grad is not None for parameter in discriminator.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_generating_for_a_judge_maps_latents_to_samples_in_their_order(kind: type[Judge]) -> None:
    judge = kind()
    generator = MLPGenerator(width=8).build(3, (2,))
    latents = torch.randn(judge.group_size * 4, 3)
    torch.testing.assert_close(judge.generate(generator, latents), generator(latents))


@pytest.mark.parametrize("kind", KINDS)
def test_names_its_source_and_can_be_chosen_by_its_kind(kind: type[Judge]) -> None:
    assert kind.source
    assert Method.parse({"judge": {"kind": kind.model_fields["kind"].default}}).judge == kind()


def test_the_plain_judge_is_the_network_and_its_head() -> None:
    torch.manual_seed(0)
    discriminator = Single().discriminator(MLPDiscriminator(width=8), (2,))
    torch.manual_seed(0)
    features = MLPDiscriminator(width=8).build((2,))
    head = MLPDiscriminator(width=8).head(8, 1)
    samples = torch.randn(5, 2)
    assert torch.equal(discriminator(samples), head(features(samples)).flatten())
