import pytest

from ganpipe.data import Dataset
from ganpipe.data.celeba import CelebA
from ganpipe.data.galaxy10 import Galaxy10
from ganpipe.data.presets import PRESETS
from ganpipe.data.stl10 import Stl10
from ganpipe.spec.part import Spec, canonical, digest


class Holder(Spec):
    dataset: Dataset


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_being_written_and_read(name: str) -> None:
    preset = PRESETS[name]
    assert Holder.parse({"dataset": preset.model_dump(mode="json")}).dataset == preset


def test_identities_differ_except_where_two_papers_mean_the_same() -> None:
    identities: dict[str, list[str]] = {}
    for name, preset in PRESETS.items():
        identities.setdefault(digest(canonical(preset)), []).append(name)
    shared = [names for names in identities.values() if len(names) > 1]
    assert shared == [["stacked_mnist_unrolled", "stacked_mnist_setgan"]]


@pytest.mark.parametrize("name", PRESETS)
def test_description_is_complete_before_anything_is_prepared(name: str) -> None:
    preset = PRESETS[name]
    assert preset.source
    assert preset.mode_count >= 1
    assert all(size > 0 for size in preset.sample_shape)
    if preset.label_dataset is not None:
        assert preset.label_dataset.value_range == (0.0, 1.0)
        # A classifier reads one channel at a time, or a whole image.
        assert preset.label_dataset.sample_shape[0] in (1, preset.sample_shape[0])
        assert preset.label_dataset.label_dataset == preset.label_dataset


def test_every_image_has_classes_but_those_of_faces() -> None:
    unnamed = [name for name, preset in PRESETS.items() if preset.label_dataset is None]
    assert [name for name in unnamed if len(PRESETS[name].sample_shape) == 3] == ["celeba", "celeba_short_side", "ffhq"]
    assert all(PRESETS[name].mode_count == 1 for name in ("celeba", "celeba_short_side", "ffhq"))


def test_recipes_of_the_papers() -> None:
    assert PRESETS["celeba"] == CelebA(crop="center108", attributes=(), pixel_range=(-1.0, 1.0))
    assert PRESETS["galaxy10"] == Galaxy10(held_out=False, pixel_range=(-1.0, 1.0))
    assert PRESETS["stl10"] == Stl10(size=48, unlabeled=True, pixel_range=(-1.0, 1.0))
    shapes = {name: PRESETS[name].sample_shape for name in ("cifar10", "cifar10_64", "cifar100", "stl10_32", "ffhq")}
    assert list(shapes.values()) == [(3, side, side) for side in (32, 64, 32, 32, 128)]
