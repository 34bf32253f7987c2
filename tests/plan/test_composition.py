"""Every pair of the remedies of ``ablation_composition_2d`` trains, or is refused with a sentence that docs/ tell.

``python tests/plan/test_composition.py`` writes the list into docs/composition.md again.
"""

from __future__ import annotations

import math
import sys
from itertools import combinations
from pathlib import Path

import pytest
import torch

from ganpipe.plan.expand import expand
from ganpipe.plan.experiment import ExperimentFile, read_experiment
from ganpipe.plan.pairs import JOINT, contradiction
from ganpipe.spec.run import RunSpec
from ganpipe.training.trainer import Trainer

ROOT = Path(__file__).parents[2]
PLANE, DIGITS = (
    read_experiment(ROOT / "config" / "experiments" / f"ablation_composition_{name}.yaml") for name in ("2d", "digits")
)
PAGE, BEGIN, END = ROOT / "docs" / "composition.md", "<!-- the list -->\n", "<!-- its end -->\n"
COUPLES = list(combinations(PLANE.pairs, 2))


def refused(experiment: ExperimentFile) -> dict[str, list[str]]:
    """Why two remedies make no pair -> those that it keeps apart."""
    reasons: dict[str, list[str]] = {}
    for first, second in combinations(experiment.pairs, 2):
        if reason := contradiction(experiment.methods, first, second):
            reasons.setdefault(reason, []).append(f"{first}{JOINT}{second}")
    return reasons


def listed() -> str:
    lines = [f"* {', '.join(pairs)}: {reason}." for reason, pairs in refused(PLANE).items()]
    return "\n".join(["", *lines, "", ""])


@pytest.fixture(scope="module")
def rows() -> dict[str, RunSpec]:
    small = {"training.steps": 2, "training.snapshots": 1, "dataset": "ring8_pacgan", "dataset.train_samples": 200}
    experiment = PLANE.at("smoke", "here")
    experiment = experiment.model_copy(update={"runs": {**experiment.runs, **small}, "axes": type(experiment.axes)()})
    return {variant.label: variant.spec for variant in expand(experiment, "here")[0]}


@pytest.mark.parametrize(("first", "second"), COUPLES, ids=map(JOINT.join, COUPLES))
def test_a_pair_trains_or_is_refused_with_a_sentence(first: str, second: str, rows: dict[str, RunSpec]) -> None:
    reason = contradiction(PLANE.methods, first, second)
    assert (f"{first}{JOINT}{second}" in rows) == (reason is None)
    if reason is not None:
        assert f"{first}{JOINT}{second}" in PAGE.read_text()
        return
    spec = rows[f"{first}{JOINT}{second}"]
    cpu = torch.device("cpu")
    trainer = Trainer(spec, spec.dataset.open(spec.dataset.prepare(None), "train", cpu), cpu)
    before = [parameter.detach().clone() for parameter in trainer.networks["generator"].parameters()]
    for _ in range(spec.training.steps):
        trainer.advance()
    assert trainer.broken() is None
    assert all(math.isfinite(loss) for loss in trainer.mean_losses().values())
    assert any(not torch.equal(a, b) for a, b in zip(before, trainer.networks["generator"].parameters(), strict=True))


def test_both_experiments_combine_the_same_remedies_with_the_same_refusals() -> None:
    assert PLANE.pairs == DIGITS.pairs
    assert refused(PLANE) == refused(DIGITS)


def test_the_page_lists_what_is_refused() -> None:
    assert PAGE.read_text().partition(BEGIN)[2].partition(END)[0] == listed()


def record() -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + listed() + END + rest.partition(END)[2])


if __name__ == "__main__":
    sys.exit(record())
