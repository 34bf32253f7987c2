import pytest

from ganpipe.data import Dataset
from ganpipe.data.presets import PRESETS
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
    assert preset.mode_count > 1
    assert all(size > 0 for size in preset.sample_shape)
    if len(preset.sample_shape) == 3:
        assert preset.label_dataset is not None
        assert preset.label_dataset.value_range == (0.0, 1.0)
        assert preset.label_dataset.sample_shape[0] == 1
    else:
        assert preset.label_dataset is None
