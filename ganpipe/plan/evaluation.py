"""A run under a protocol, as it is planned: its identity and what it reads, and how both are found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ganpipe.data.origin import Origin
from ganpipe.data.stand_ins import StandIns, standing_in
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.layout import classifier_folder, download_folder
from ganpipe.plan.index import read_spec
from ganpipe.spec.part import canonical, digest


@dataclass(frozen=True)
class PlannedEvaluation:
    """One run under one protocol."""

    run_id: str
    protocol: str
    classifier: ClassifierSpec | None
    stand_ins: StandIns = field(default_factory=dict)
    """Of the files that the protocol itself reads."""

    @property
    def origin(self) -> Origin | None:
        """The published weights that the evaluation reads; None when it needs none."""
        return PROTOCOLS[self.protocol].origin

    @cached_property
    def evaluation_id(self) -> str:
        """The evaluation's identity: it changes with the run, with what the protocol means and with the classifier."""
        return digest(
            {
                "run": self.run_id,
                "name": self.protocol,
                "protocol": canonical(standing_in(PROTOCOLS[self.protocol], self.stand_ins)),
                "classifier": None if self.classifier is None else self.classifier.classifier_id,
            }
        )


def plan_evaluation(
    run_id: str, protocol: str, classifier: ClassifierSpec | None, stand_ins: StandIns
) -> PlannedEvaluation:
    """An evaluation for which some files may be stood in for; it reads those of its protocol and of its classifier."""
    origin = PROTOCOLS[protocol].origin
    own = {origin.name: stand_ins[origin.name]} if origin is not None and origin.name in stand_ins else {}
    return PlannedEvaluation(run_id, protocol, classifier and standing_in(classifier, stand_ins), own)


def stand_ins_of(entry: Mapping[str, Any]) -> StandIns:
    """The stand-ins that an evaluation of the plan reads; entries from before there were any do not say."""
    stand_ins: StandIns = entry.get("stand_ins", {})
    return stand_ins


@dataclass(frozen=True)
class FoundEvaluation:
    """An evaluation that is to be made, as far as making it goes.

    Attributes:
        protocol: a name, which this version need not know when an earlier one planned it.
        classifier_id: None where no classifier is given.
        stand_ins: of the files that the protocol itself reads.
    """

    evaluation_id: str
    protocol: str
    classifier_id: str | None
    stand_ins: StandIns

    def classifier_folder(self, results: Path) -> Path | None:
        """Where its classifier is trained; None where none is given."""
        return None if self.classifier_id is None else classifier_folder(results, self.classifier_id)

    def weights_folder(self, results: Path) -> Path | None:
        """Where the published weights that it reads are downloaded to; None when it needs none."""
        origin = PROTOCOLS[self.protocol].origin if self.protocol in PROTOCOLS else None
        return None if origin is None else download_folder(results, origin.name)


def find_evaluation(results: Path, run_id: str, asked: str, classifier: str | None = None) -> FoundEvaluation:
    """The evaluation of a run that is asked for by its planned id, or by the name of a protocol.

    Args:
        classifier: a classifier's name, to go with that of a protocol; the plan knows the classifier of an id.

    Raises:
        GanpipeError: it is in no plan, or of another run; there is no such classifier, or the protocol needs none.
    """
    if asked in PROTOCOLS:
        return _evaluation_by_hand(run_id, asked, classifier)
    entry = read_spec(results, "evaluations", asked)
    if entry["run"] != run_id:
        raise GanpipeError(f"evaluation {asked}: is of run {entry['run']}, not of {run_id}")
    return FoundEvaluation(asked, entry["protocol"], entry["classifier"], stand_ins_of(entry))


def _evaluation_by_hand(run_id: str, protocol: str, classifier: str | None) -> FoundEvaluation:
    if classifier is not None and not PROTOCOLS[protocol].needs_classifier:
        raise GanpipeError(f"--classifier {classifier}: {protocol} needs none")
    if classifier is not None and classifier not in CLASSIFIERS:
        raise GanpipeError(f"--classifier {classifier}: not known{suggestion(classifier, CLASSIFIERS)}")
    planned = PlannedEvaluation(run_id, protocol, None if classifier is None else CLASSIFIERS[classifier])
    classifier_id = None if planned.classifier is None else planned.classifier.classifier_id
    return FoundEvaluation(planned.evaluation_id, protocol, classifier_id, planned.stand_ins)
