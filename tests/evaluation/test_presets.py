from __future__ import annotations

import numpy as np

from ganpipe.evaluation.estimators.collisions import calibrated_threshold
from ganpipe.evaluation.metrics import METRICS
from ganpipe.evaluation.networks.features import ClassifierFeatures, InceptionFeatures
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS, SOURCES
from ganpipe.evaluation.protocols.class_scores import ClassScores
from ganpipe.evaluation.protocols.collision import BirthdayParadox
from ganpipe.evaluation.protocols.feature_protocol import FeatureProtocol
from ganpipe.evaluation.protocols.fid import FrechetInceptionDistance
from ganpipe.evaluation.protocols.kid import KernelInceptionDistance
from ganpipe.evaluation.protocols.log_likelihood import PredictiveLogLikelihood
from ganpipe.evaluation.protocols.mixture import MixtureModes
from ganpipe.evaluation.protocols.modes import ClassifiedModes
from ganpipe.evaluation.protocols.prdc import ManifoldCoverage
from ganpipe.evaluation.protocols.sliced_wasserstein import SlicedWasserstein
from ganpipe.spec.part import canonical


def test_names_say_how_many_samples_and_snapshots() -> None:
    for name, protocol in PROTOCOLS.items():
        if isinstance(protocol, PredictiveLogLikelihood):
            split = "" if protocol.split == "test" else f"-{protocol.split}"
            assert name == f"nll-s{protocol.samples}-n{protocol.points}{split}"
            assert (protocol.late, protocol.batch_statistics) == (1, False)
            continue
        assert isinstance(protocol, MixtureModes | ClassifiedModes | FeatureProtocol | SlicedWasserstein)
        count, *rest = name.removeprefix("sliced-").split("-")[1:]
        named = protocol.batch_size if isinstance(protocol, BirthdayParadox) else protocol.samples
        assert named == (1000 * float(count[:-1]) if count.endswith("k") else int(count)), name
        assert protocol.late == (5 if "late5" in rest else 1), name
        assert protocol.batch_statistics == ("batchstats" in rest), name
        if isinstance(protocol, ClassifiedModes):
            assert (protocol.reference == "train") == ("train" in rest), name
            assert (protocol.reference == "named_train") == ("real" in rest), name
        if isinstance(protocol, FrechetInceptionDistance):
            assert protocol.patience == (5 if "stopped" in rest else None), name


def test_names_say_which_features() -> None:
    extractors = {
        "inception": InceptionFeatures(),
        "clean": InceptionFeatures(resizing="clean"),
        "classifier": ClassifierFeatures(),
    }
    looking = {name: protocol for name, protocol in PROTOCOLS.items() if isinstance(protocol, FeatureProtocol)}
    assert len(looking) > 15
    for name, protocol in looking.items():
        said = name.rpartition("-")[2]
        assert protocol.features == extractors[said], name
        assert protocol.needs_classifier == (said == "classifier")
        assert (protocol.origin is None) == (said == "classifier")


def test_collision_tests_look_at_whole_batches() -> None:
    for protocol in PROTOCOLS.values():
        if isinstance(protocol, BirthdayParadox):
            assert protocol.samples % protocol.batch_size == 0
            calibrated_threshold(np.zeros(protocol.real_batches), protocol.false_alarms)
    assert PROTOCOLS["collision-1024-inception"].samples == 20 * 1024  # type: ignore[attr-defined]


def test_every_protocol_is_its_own_definition_with_a_source() -> None:
    definitions = [canonical(protocol) for protocol in PROTOCOLS.values()]
    assert all(definition not in definitions[:index] for index, definition in enumerate(definitions))
    assert list(SOURCES) == list(PROTOCOLS)
    assert all(SOURCES.values())
    assert all(metric in METRICS for protocol in PROTOCOLS.values() for metric in protocol.metrics)


def test_definitions_of_the_papers() -> None:
    """A change here changes what published numbers mean: it needs a new name."""
    assert canonical(PROTOCOLS["mixture-2500"]) == {"kind": "mixture", "version": 1}
    assert canonical(PROTOCOLS["modes-26k"]) == {"kind": "modes", "version": 1}
    weights = "sha256:6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
    assert canonical(PROTOCOLS["fid-10k-inception"]) == {
        "kind": "fid",
        "version": 1,
        "features": {
            "kind": "inception",
            "version": 2,
            "weights": {"pt_inception-2015-12-05-6726825d.pth": weights},
        },
    }
    assert PROTOCOLS["fid-10k-inception"] == FrechetInceptionDistance(
        samples=10_000, real=50_000, features=InceptionFeatures(resizing="bilinear"), late=1, batch_statistics=False
    )
    assert PROTOCOLS["kid-10k-inception"] == KernelInceptionDistance(
        samples=10_000, block=1000, features=InceptionFeatures()
    )
    assert PROTOCOLS["prdc-10k-inception"] == ManifoldCoverage(samples=10_000, nearest=5, features=InceptionFeatures())
    assert PROTOCOLS["scores-10k-inception"] == ClassScores(
        samples=10_000, splits=10, real=50_000, features=InceptionFeatures()
    )
    assert PROTOCOLS["collision-1024-inception"] == BirthdayParadox(
        batch_size=1024, pairs=20, real_batches=99, false_alarms=0.05, features=InceptionFeatures()
    )
    assert PROTOCOLS["nll-s2000-n500"] == PredictiveLogLikelihood(
        samples=2000,
        points=500,
        split="test",
        overdispersion=1.2,
        encoder_steps=5000,
        encoder_batch_size=64,
        encoder_learning_rate=1e-3,
        mode_steps=200,
        mode_learning_rate=0.01,
    )
    assert PROTOCOLS["mixture-2500"] == MixtureModes(samples=2500, kl_reading="pacgan", late=1, batch_statistics=False)
    assert PROTOCOLS["modes-26k"] == ClassifiedModes(
        samples=26_000, sets=1, labels="hard", reference="uniform", batch_size=128, late=1, batch_statistics=False
    )


def test_classifiers_are_distinct_and_have_smoke_versions() -> None:
    assert len({spec.classifier_id for spec in CLASSIFIERS.values()}) == len(CLASSIFIERS)
    for name in (name for name in CLASSIFIERS if not name.endswith("_smoke")):
        assert CLASSIFIERS[name].dataset == CLASSIFIERS[f"{name}_smoke"].dataset
        assert CLASSIFIERS[name].minimum_accuracy > CLASSIFIERS[f"{name}_smoke"].minimum_accuracy
