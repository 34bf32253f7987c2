from __future__ import annotations

import pytest
import torch

from ganpipe.layers import Closeness, SoftHistogram, normalise_spectrally
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Precision, Training
from ganpipe.training.precision import tensor_float_32
from ganpipe.training.trainer import Trainer

CPU = torch.device("cpu")
RING = DATASETS["ring8_pacgan"]


def spec(precision: Precision, method: str = "gan") -> RunSpec:
    training = Training(steps=3, batch_size=20, learning_rate=1e-3, precision=precision)
    return RunSpec(dataset=RING, networks=NETWORKS["mlp"], method=METHODS[method], training=training)


def trainer(precision: Precision, method: str = "gan") -> Trainer:
    return Trainer(spec(precision, method), RING.open(RING.prepare(None), "train", CPU), CPU)


def weights(trained: Trainer) -> torch.Tensor:
    return torch.cat([parameter.flatten() for parameter in trained.networks.parameters()])


def test_a_precision_is_part_of_what_a_run_is() -> None:
    assert len({spec(precision).run_id for precision in ("float32", "tf32", "bfloat16")}) == 3


def test_a_cpu_computes_in_float32_where_a_gpu_has_tf32() -> None:
    found = [trainer("float32"), trainer("tf32")]
    for each in found:
        each.advance()
    assert torch.equal(*map(weights, found))


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("precision", "rounded"), [("float32", False), ("tf32", True), ("bfloat16", False)])
def test_products_on_gpus_round_only_when_asked_to(precision: Precision, rounded: bool, before: bool) -> None:
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    kept = matmul.allow_tf32, cudnn.allow_tf32
    try:
        matmul.allow_tf32 = cudnn.allow_tf32 = before
        with tensor_float_32(precision, torch.device("cuda")):
            assert (matmul.allow_tf32, cudnn.allow_tf32) == (rounded, rounded)
        assert (matmul.allow_tf32, cudnn.allow_tf32) == (before, before)
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = kept


@pytest.mark.parametrize("method", METHODS)
def test_bfloat16_is_close_to_float32_in_every_method_or_refused(method: str) -> None:
    if reason := spec("bfloat16", method).refuses():
        assert "energies in float32" in reason
        assert METHODS[method].prescribed is not None
        return
    rounded, exact = trainer("bfloat16", method), trainer("float32", method)
    start = weights(exact)
    for each in (rounded, exact):
        each.advance()
    # Each product is off by 2^-9 at most, in relation; the deepest method has five, one after the other, and back.
    assert rounded.mean_losses() == pytest.approx(exact.mean_losses(), rel=10 * 2**-9, abs=10 * 2**-9)
    assert not torch.equal(weights(rounded), weights(exact))
    assert {tensor.dtype for tensor in rounded.networks.state_dict().values()} <= {torch.float32, torch.int64}
    # Adam's first update follows the gradient's signs, nearly all of which are the same.
    moved, wanted = weights(rounded) - start, weights(exact) - start
    assert torch.nn.functional.cosine_similarity(moved, wanted, dim=0) > 0.9


def test_a_bfloat16_run_goes_on_as_it_would_have() -> None:
    whole, first = trainer("bfloat16"), trainer("bfloat16")
    for _ in range(3):
        whole.advance()
    first.advance()
    second = trainer("bfloat16")
    second.load_state_dict(first.state_dict())
    second.advance()
    second.advance()
    assert torch.equal(weights(second), weights(whole))


def test_layers_that_measure_small_differences_stay_exact() -> None:
    torch.manual_seed(0)
    layer: torch.nn.Module = normalise_spectrally(torch.nn.Linear(6, 5))
    closeness, histogram = Closeness(4, 3, 2), SoftHistogram(4)
    rows, pairs = torch.randn(7, 4), torch.rand(2, 6, 3)
    exact = spectral_weight(layer)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(spectral_weight(layer), exact)
        assert closeness(rows).dtype == torch.float32
        assert histogram(pairs.bfloat16()).dtype == torch.float32
    assert closeness.double()(rows.double()).dtype == torch.float64
    assert histogram.double()(pairs.double()).dtype == torch.float64


def spectral_weight(layer: torch.nn.Module) -> torch.Tensor:
    weight = layer.weight
    assert isinstance(weight, torch.Tensor)
    return weight.detach()
