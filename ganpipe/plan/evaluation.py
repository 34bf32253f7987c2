"""A run under a protocol, as it is planned: its identity and what it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ganpipe.data.origin import Origin
from ganpipe.data.stand_ins import StandIns, standing_in
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import PROTOCOLS
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
