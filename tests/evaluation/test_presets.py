from __future__ import annotations

from ganpipe.evaluation.metrics import METRICS
from ganpipe.evaluation.mixture import MixtureModes
from ganpipe.evaluation.modes import ClassifiedModes
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS, SOURCES
from ganpipe.spec.part import canonical


def test_names_say_how_many_samples_and_snapshots() -> None:
    for name, protocol in PROTOCOLS.items():
        assert isinstance(protocol, MixtureModes | ClassifiedModes)
        count, *rest = name.split("-")[1:]
        assert protocol.samples == (1000 * float(count[:-1]) if count.endswith("k") else int(count)), name
        assert protocol.late == (5 if "late5" in rest else 1), name
        assert protocol.batch_statistics == ("batchstats" in rest), name


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
    assert PROTOCOLS["mixture-2500"] == MixtureModes(samples=2500, kl_reading="pacgan", late=1, batch_statistics=False)
    assert PROTOCOLS["modes-26k"] == ClassifiedModes(
        samples=26_000, sets=1, labels="hard", reference="uniform", batch_size=128, late=1, batch_statistics=False
    )


def test_classifiers_are_distinct_and_have_smoke_versions() -> None:
    assert len({spec.classifier_id for spec in CLASSIFIERS.values()}) == len(CLASSIFIERS)
    for name in ("digits", "mnist"):
        assert CLASSIFIERS[name].dataset == CLASSIFIERS[f"{name}_smoke"].dataset
        assert CLASSIFIERS[name].minimum_accuracy > CLASSIFIERS[f"{name}_smoke"].minimum_accuracy
