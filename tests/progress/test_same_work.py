from __future__ import annotations

from typing import Any

import pytest

from ganpipe.plan.evaluation import stand_ins_of
from ganpipe.plan.fields import lay
from ganpipe.progress.same_work import evaluation_work, measured_snapshots, step_work
from ganpipe.spec.run import RunSpec

BASE = {
    "dataset": "ring8_pacgan",
    "networks": "mlp",
    "method": "presgan_ring",
    "training.steps": 100,
    "training.batch_size": 16,
}


def run(**changes: Any) -> RunSpec:
    layer = {key.replace("__", "."): value for key, value in changes.items()}
    seed = layer.pop("seed", 0)
    content = lay(lay({}, BASE, "base"), layer, "changes")
    return RunSpec.parse({**content, "seed": seed})


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"training__steps": 7},
        {"training__snapshots": 5},
        {"training__steps": 8, "training__snapshots": [4, 8]},
        {"training__learning_rate": 0.1},
        {"training__learning_rates": {"generator": 0.1}},
        {"training__betas": [0.0, 0.9]},
        {"training__players": {"generator": {"learning_rate": 0.1, "betas": [0.0, 0.9]}}},
        {"method__regularisers__entropy__weight": 0.7},
        {"dataset": "ring10_presgan"},
    ],
)
def test_runs_whose_steps_cost_alike(changes: dict[str, Any]) -> None:
    assert run(**changes).run_id != run().run_id
    assert step_work(run(**changes)) == step_work(run())


@pytest.mark.parametrize(
    "changes",
    [
        {"training__batch_size": 17},
        {"training__simultaneous": True},
        {"training__precision": "bfloat16"},
        {"training__ema_decay": 0.99},
        {"training__players": {"generator": {"updates": 2}}},
        {"method": "gan"},
        {"method__judge": {"kind": "packed", "size": 2}},
        {"method__regularisers__entropy__leapfrog_steps": 6},
        {"method__regularisers__entropy__weight": 0.0},
        {"networks__generator__width": 64},
        {"networks__latent_dim": 3},
        {"dataset": "cifar10", "networks": "miyato"},
    ],
)
def test_runs_whose_steps_do_not(changes: dict[str, Any]) -> None:
    assert step_work(run(**changes)) != step_work(run())


def test_decay_rates_are_magnitudes() -> None:
    assert step_work(run(training__ema_decay=0.99)) == step_work(run(training__ema_decay=0.9))


def test_evaluations_that_cost_alike() -> None:
    own = evaluation_work(run(), "mixture-500", {})
    # Whatever trained them, and for however long.
    for changes in ({"seed": 1}, {"method": "gan"}, {"training__steps": 7}, {"training__batch_size": 17}):
        assert evaluation_work(run(**changes), "mixture-500", {}) == own
    for changes in ({"training__snapshots": 5}, {"networks__generator__width": 64}):
        assert evaluation_work(run(**changes), "mixture-500", {}) != own
    assert evaluation_work(run(), "mixture-2500", {}) != own


def test_weights_that_stand_in_make_another_evaluation() -> None:
    spec = run(dataset="cifar10", networks="miyato", method="gan")
    stand_ins = {"inception": {"pt_inception-2015-12-05-6726825d.pth": "0" * 64}}
    assert evaluation_work(spec, "fid-10k-inception", {}) != evaluation_work(spec, "fid-10k-inception", stand_ins)


def test_only_the_snapshots_that_are_measured_count() -> None:
    spec = run(training__snapshots=5)
    assert measured_snapshots(spec, "mixture-500") == [20, 40, 60, 80, 100]


def test_evaluations_planned_before_there_were_stand_ins() -> None:
    assert stand_ins_of({"protocol": "mixture-500"}) == {}
    assert stand_ins_of({"stand_ins": {"mnist": {}}}) == {"mnist": {}}
