"""Files that stand in for published ones: they are read, and nothing made from them passes for the real thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganpipe.data.celeba import CelebA
from ganpipe.data.cifar import Cifar10
from ganpipe.data.dataset import Dataset
from ganpipe.data.galaxy10 import Galaxy10
from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.mixtures import Ring
from ganpipe.data.mnist import Mnist
from ganpipe.data.prepare import prepare, read_manifest
from ganpipe.data.presets import PRESETS
from ganpipe.data.stacked import Stacked
from ganpipe.data.stand_ins import FromFiles, StandIns, checksums_in, standing_in, stood_in_for
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.spec.part import canonical, digest
from tests.data.official import write_galaxy10

FILES: StandIns = {
    "mnist": {"a.gz": "sha256:00"},
    "galaxy10": {"Galaxy10.h5": "sha256:01"},
    "inception": {"weights.pth": "sha256:02"},
}


@pytest.fixture
def galaxies(tmp_path: Path) -> tuple[Dataset, Path]:
    """Galaxy10 from two files' worth of stand-ins, and their folder."""
    folder = tmp_path / "raw"
    folder.mkdir()
    write_galaxy10(folder, [3] * 10)
    return standing_in(Galaxy10(), {"galaxy10": checksums_in(Galaxy10().published, folder)}), folder


def test_prepared_from_stand_ins_and_said_so(galaxies: tuple[Dataset, Path], tmp_path: Path) -> None:
    dataset, folder = galaxies
    prepare(dataset, tmp_path / "made", folder)
    manifest = read_manifest(dataset, tmp_path / "made")
    assert manifest.dataset["stand_ins"] == [["Galaxy10.h5", manifest.sources["Galaxy10.h5"]]]
    assert manifest.splits["train"].count == 30
    assert stood_in_for(dataset) == ["galaxy10"]
    assert stood_in_for(Galaxy10()) == []


def test_each_is_refused_for_the_other(galaxies: tuple[Dataset, Path], tmp_path: Path) -> None:
    dataset, folder = galaxies
    with pytest.raises(GanpipeError, match="not the expected file"):
        prepare(Galaxy10(), tmp_path / "made", folder)
    prepare(dataset, tmp_path / "made", folder)
    with pytest.raises(GanpipeError, match=r"manifest\.json: dataset_id"):
        read_manifest(Galaxy10(), tmp_path / "made")
    # Other stand-ins are as foreign as the published file.
    (folder / "Galaxy10.h5").unlink()
    write_galaxy10(folder, [4] * 10)
    with pytest.raises(GanpipeError, match="not the expected file"):
        prepare(dataset, tmp_path / "other", folder)
    with pytest.raises(GanpipeError, match=r"set stand_ins: \{galaxy10: FOLDER\}"):
        prepare(dataset, tmp_path / "other", None)


def test_a_missing_stand_in_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match=r"Galaxy10\.h5: no such file"):
        checksums_in(Galaxy10().published, tmp_path)


def test_identities_are_others_and_without_stand_ins_the_same() -> None:
    for dataset in PRESETS.values():
        origin = dataset.origin
        assert standing_in(dataset, {}) is dataset
        if origin is None:
            continue
        replaced = standing_in(dataset, {origin.name: dict.fromkeys(origin.files, "sha256:00")})
        assert digest(canonical(replaced)) != digest(canonical(dataset))
        assert "stand_ins" not in str(canonical(dataset))
        assert replaced.sample_shape == dataset.sample_shape
        assert hash(replaced) != hash(dataset)


@pytest.mark.parametrize(
    "dataset",
    [Stacked(base=Mnist()), Imbalanced(base=Mnist(size=64), rare_classes=1), Mnist(size=64), Galaxy10()],
    ids=lambda dataset: dataset.kind,
)
def test_recipes_over_others_and_their_classifiers_stand_on_the_same_files(dataset: Dataset) -> None:
    replaced = standing_in(dataset, FILES)
    named, origin = replaced.label_dataset, dataset.origin
    assert origin is not None
    assert isinstance(named, FromFiles)
    assert named.stand_ins == tuple(FILES[origin.name].items())
    assert named == standing_in(dataset.label_dataset, FILES)
    assert replaced.origin is not None
    assert (replaced.origin.name, replaced.origin.files) == (origin.name, FILES[origin.name])


def test_what_reads_no_such_files_is_left_alone() -> None:
    for part in (Ring(), Cifar10(), CelebA(), PROTOCOLS["modes-1k"], CLASSIFIERS["digits"]):
        assert standing_in(part, FILES) is part


def test_protocols_and_classifiers_stand_on_them_too() -> None:
    protocol, classifier = PROTOCOLS["fid-10k-inception"], CLASSIFIERS["mnist_smoke"]
    replaced = standing_in(protocol, FILES)
    assert canonical(replaced)["features"]["weights"] == {"weights.pth": "sha256:02"}
    assert stood_in_for(replaced) == ["inception"]
    assert standing_in(classifier, FILES).classifier_id != classifier.classifier_id
    assert standing_in(classifier, FILES).dataset == standing_in(classifier.dataset, FILES)
