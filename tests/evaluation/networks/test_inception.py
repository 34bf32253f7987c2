from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from ganpipe.data.origin import Origin
from ganpipe.data.presets import PRESETS
from ganpipe.data.stand_ins import checksums_in, standing_in
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.networks import inception
from ganpipe.evaluation.networks.features import INCEPTION, InceptionFeatures
from ganpipe.evaluation.networks.inception import Block8, Inception, PictureFeatures, load_inception, network_input
from ganpipe.spec.part import canonical
from tests.evaluation.made_up import made_up_inception

CPU = torch.device("cpu")
(NAME,) = INCEPTION.files


@pytest.fixture(scope="module")
def network() -> Inception:
    return made_up_inception()


def test_has_as_many_parameters_as_published() -> None:
    """Inception v3 without its auxiliary classifier has 23,834,568 for 1000 classes; eight classes more are added."""
    with torch.device("meta"):
        network = Inception()
    assert sum(parameter.numel() for parameter in network.parameters()) == 23_834_568 + 8 * 2049
    assert sum(isinstance(module, nn.Conv2d) for module in network.modules()) == 94


def test_names_and_shapes_are_those_of_the_published_weights() -> None:
    with torch.device("meta"):
        shapes = {name: tuple(tensor.shape) for name, tensor in Inception().state_dict().items()}
    assert len([name for name in shapes if not name.endswith("num_batches_tracked")]) == 94 * 5 + 2
    expected = {
        "Conv2d_1a_3x3.conv.weight": (32, 3, 3, 3),
        "Conv2d_4a_3x3.bn.running_var": (192,),
        "Mixed_5b.branch_pool.conv.weight": (32, 192, 1, 1),
        "Mixed_5d.branch5x5_2.conv.weight": (64, 48, 5, 5),
        "Mixed_6a.branch3x3dbl_3.conv.weight": (96, 96, 3, 3),
        "Mixed_6b.branch7x7dbl_5.conv.weight": (192, 128, 1, 7),
        "Mixed_6c.branch7x7_2.conv.weight": (160, 160, 1, 7),
        "Mixed_6e.branch7x7dbl_4.conv.weight": (192, 192, 7, 1),
        "Mixed_7a.branch7x7x3_4.conv.weight": (192, 192, 3, 3),
        "Mixed_7b.branch3x3_2a.conv.weight": (384, 384, 1, 3),
        "Mixed_7c.branch3x3dbl_3b.conv.weight": (384, 384, 3, 1),
        "Mixed_7c.branch_pool.bn.bias": (192,),
        "fc.weight": (1008, 2048),
    }
    assert expected.items() <= shapes.items()


def test_all_names_and_shapes_and_the_wiring_are_those_of_torchvision(network: Inception) -> None:
    """Recorded from torchvision 0.22's Inception3(num_classes=1008, aux_logits=False) with these made-up weights.

    There, averages were told to leave the padding out, and the pooling of the last block was made a maximum.
    """
    lines = [
        f"{name} {tuple(tensor.shape)}"
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    ]
    recorded = "5cd80b7358cc11d104a4492d216982e2381da7ee34a86cf996ea4d821070053c"
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == recorded
    images = torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (1, 3, 299, 299))).float()
    with torch.inference_mode():
        features, logits = network.features(images)[0], network(images)[0]
    some = features[[0, 400, 1200, 1700, 1900, 2040]].tolist()
    assert some == pytest.approx([0.00080, 1.07213, 0.0, 0.25598, 2.89876, 1.50167], abs=1e-4)
    assert features.mean().item() == pytest.approx(0.73294, abs=1e-4)
    assert logits[[0, 500, 1007]].tolist() == pytest.approx([3.45965, -0.07405, -0.56246], abs=1e-4)


def test_intermediate_shapes_are_those_of_the_paper(network: Inception) -> None:
    """Table 1 of Szegedy et al., 2016, with 288 channels at 35 x 35."""
    seen: dict[str, tuple[int, ...]] = {}
    hooks = [
        child.register_forward_hook(lambda module, inputs, output, name=name: seen.update({name: tuple(output.shape)}))
        for name, child in network.named_children()
    ]
    with torch.inference_mode():
        logits = network(torch.randn(1, 3, 299, 299, generator=torch.Generator().manual_seed(0)))
    for hook in hooks:
        hook.remove()
    expected = {
        "Conv2d_1a_3x3": (1, 32, 149, 149),
        "Conv2d_2b_3x3": (1, 64, 147, 147),
        "Conv2d_4a_3x3": (1, 192, 71, 71),
        "Mixed_5b": (1, 256, 35, 35),
        "Mixed_5d": (1, 288, 35, 35),
        "Mixed_6a": (1, 768, 17, 17),
        "Mixed_6e": (1, 768, 17, 17),
        "Mixed_7a": (1, 1280, 8, 8),
        "Mixed_7b": (1, 2048, 8, 8),
        "Mixed_7c": (1, 2048, 8, 8),
        "fc": (1, 1008),
    }
    assert expected.items() <= seen.items()
    assert logits.isfinite().all()


def test_pooling_is_tensorflows() -> None:
    """Averages leave the padding out, so a constant stays constant; the last block takes the maximum instead."""
    ones = torch.ones(1, 4, 8, 8)
    assert torch.equal(inception._average(ones), ones)
    assert Block8(16, "average").pool is inception._average
    with torch.device("meta"):
        network = Inception()
    assert network.Mixed_7b.pool is inception._average
    assert network.Mixed_7c.pool is inception._maximum


def test_features_are_what_the_last_layer_reads(network: Inception) -> None:
    images = torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    pictures = PictureFeatures(network, "bilinear", (0.0, 1.0), {})
    features, probabilities = pictures.features(images), pictures.probabilities(images)
    assert features.shape == (3, 2048)
    with torch.inference_mode():
        torch.testing.assert_close((features @ network.fc.weight.T).softmax(1), probabilities)
        assert not torch.allclose(network.fc(features).softmax(1), probabilities)  # the bias is left out


def test_inputs_are_scaled_rounded_and_repeated() -> None:
    images = torch.tensor([-3.0, -1.0, 0.001, 1.0]).view(4, 1, 1, 1).expand(-1, -1, 8, 8)
    inputs = network_input(images, (-1.0, 1.0), "bilinear")
    assert inputs.shape == (4, 3, 299, 299)
    assert inputs[:, 2, 150, 150].tolist() == pytest.approx([-1, -1, 2 * 128 / 255 - 1, 1], abs=1e-6)


def test_bilinear_resizing_takes_no_mean_and_clean_does() -> None:
    """From 897 rows to 299, bilinear resizing picks one in three, which smoothing mixes."""
    stripes = (torch.arange(897) % 3 == 1).float().view(1, 1, 897, 1).expand(1, 1, 897, 897)
    assert network_input(stripes, (0.0, 1.0), "bilinear").min() == 1
    clean = network_input(stripes, (0.0, 1.0), "clean")[..., 50:-50, 50:-50]
    assert clean.max() < 0


def test_clean_inputs_are_clean_fids() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    enlarged = np.asarray(Image.fromarray(pixels.astype(np.float32)).resize((299, 299), Image.Resampling.BICUBIC))
    ours = network_input(torch.from_numpy(pixels / 255).float()[None, None], (0.0, 1.0), "clean")
    assert enlarged.min() < -10
    assert enlarged.max() > 265
    # Its cleanfid/resize.py clips what it has resized.
    enlarged = enlarged.clip(0, 255)
    # Its cleanfid/inception_torchscript.py: (x - 128) / 128 where pytorch-fid has 2 x / 255 - 1.
    np.testing.assert_allclose(ours[0, 1].numpy(), (enlarged - 128) / 128, atol=1e-4)


def test_bilinear_resizing_is_pytorch_fids() -> None:
    images = torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(0)).mul(255).round() / 255
    expected = 2 * F.interpolate(images, size=(299, 299), mode="bilinear", align_corners=False) - 1
    torch.testing.assert_close(network_input(images, (0.0, 1.0), "bilinear"), expected)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder whose file passes for the published one, whatever is in it."""
    path = tmp_path / NAME

    def checksum() -> str:
        return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()

    class Anything(dict[str, str]):
        def items(self):  # type: ignore[no-untyped-def, override]
            return [(NAME, checksum())]

    monkeypatch.setattr(inception, "INCEPTION", Origin("inception", Anything(), ()))
    load_inception.cache_clear()
    yield tmp_path
    load_inception.cache_clear()


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("zipped", [True, False])
def test_weights_load_by_their_names(network: Inception, published: Path, tracked: bool, zipped: bool) -> None:
    """Also in PyTorch's format of 2018, and without the counters that batch norm got later."""
    state: dict[str, Tensor] = OrderedDict(
        (name, tensor)
        for name, tensor in network.state_dict().items()
        if tracked or not name.endswith("num_batches_tracked")
    )
    torch.save(state, published / NAME, _use_new_zipfile_serialization=zipped)
    loaded = load_inception(published, CPU)
    assert not loaded.training
    assert load_inception(published, CPU) is loaded
    for name, tensor in loaded.named_parameters():
        assert torch.equal(tensor, network.get_parameter(name)), name
    assert torch.equal(loaded.Mixed_7a.branch3x3_1.bn.running_var, network.Mixed_7a.branch3x3_1.bn.running_var)


def test_weights_of_another_network_are_one_line(published: Path) -> None:
    torch.save({"fc.weight": torch.ones(1000, 2048)}, published / NAME)
    with pytest.raises(GanpipeError, match=f"{NAME}: not weights of this network") as raised:
        load_inception(published, CPU)
    assert "\n" not in str(raised.value)


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('executed')",))


def test_code_in_the_file_is_not_executed(published: Path) -> None:
    torch.save({"fc.weight": Trap()}, published / NAME)
    with pytest.raises(GanpipeError, match="not weights of this network"):
        load_inception(published, CPU)


def test_other_bytes_than_the_published_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match="inception: its source files are needed"):
        load_inception(None, CPU)
    with pytest.raises(GanpipeError, match=r"no such file.*inception"):
        load_inception(tmp_path, CPU)
    (tmp_path / NAME).write_bytes(b"something else")
    with pytest.raises(GanpipeError, match=r"not the expected file.*expected 6726825d"):
        load_inception(tmp_path, CPU)


def test_a_stand_in_is_read_where_it_is_named_and_nowhere_else(network: Inception, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / NAME)
    stand_in = standing_in(InceptionFeatures(), {"inception": checksums_in(INCEPTION, tmp_path)})
    opened = stand_in.open(PRESETS["cifar10"], None, tmp_path, CPU)
    images = torch.zeros(1, 3, 8, 8)
    expected = PictureFeatures(network, "bilinear", (-1.0, 1.0), {}).features(images)
    assert torch.equal(opened.features(images), expected)
    assert opened.identity == canonical(stand_in) != canonical(InceptionFeatures())
    with pytest.raises(GanpipeError, match="not the expected file"):
        InceptionFeatures().open(PRESETS["cifar10"], None, tmp_path, CPU)


def test_the_checksum_has_the_prefix_that_the_name_gives() -> None:
    (checksum,) = INCEPTION.files.values()
    assert checksum.removeprefix("sha256:").startswith(NAME.removesuffix(".pth").rpartition("-")[2])
    assert len(checksum) == len("sha256:") + 64
