from __future__ import annotations

from typing import Any

RATES = [0.001, 0.002]


def variants(description: dict[str, Any]) -> list[str]:
    return description["variants"]  # type: ignore[no-any-return]


def test_rows_times_cells_times_seeds(project: Any) -> None:
    description = project.planned(axes={"grid": {"training.learning_rate": RATES}}, seeds=[3, 5])
    rows = description["rows"]
    assert [(row["method"], row["axes"]["training.learning_rate"], row["seed"]) for row in rows] == [
        (method, rate, seed) for method in ("GAN", "PacGAN2") for rate in RATES for seed in (3, 5)
    ]
    assert len({row["run_id"] for row in rows}) == 8
    for row in rows:
        spec = project.spec(row["run_id"])
        assert spec.run_id == row["run_id"]
        assert (spec.seed, spec.training.learning_rate) == (row["seed"], row["axes"]["training.learning_rate"])
        assert spec.method.judge.kind == {"GAN": "single", "PacGAN2": "packed"}[row["method"]]


def test_a_row_goes_over_runs_and_a_cell_over_the_row(project: Any) -> None:
    description = project.planned(
        runs={**project.runs, "training.batch_size": 16, "training.learning_rate": 0.1, "training.snapshots": 2},
        methods={"A": {"training.batch_size": 8, "training.learning_rate": 0.2}},
        axes={"grid": {"training.learning_rate": [0.3]}},
        seeds=1,
    )
    training = project.spec(description["rows"][0]["run_id"]).training
    assert (training.snapshots, training.batch_size, training.learning_rate) == (2, 8, 0.3)


def test_a_row_may_be_a_preset_changed_in_parts(project: Any) -> None:
    rows = {
        "P3": {"method": "pacgan2", "method.judge.size": 3},
        "P3 by name": {"method": "pacgan3", "training.steps": 5},
    }
    description = project.planned(methods=rows, seeds=1)
    sizes = [project.spec(row["run_id"]).method.judge.size for row in description["rows"]]
    assert sizes == [3, 3]


def test_equal_specifications_are_one_run_for_two_experiments(project: Any) -> None:
    project.write("two", methods={"The same GAN": {"training.steps": 20}, "MD": "md"}, seeds=1)
    index = project.plan()
    shared = {row["run_id"] for row in project.described("one")["rows"]} & {
        row["run_id"] for row in project.described("two")["rows"]
    }
    assert len(shared) == 1
    assert len(index["runs"]) == 5


def test_labels_say_what_differs(project: Any) -> None:
    rates = {"grid": {"training.learning_rate": RATES}}
    assert variants(project.planned(axes=rates)) == [
        *("GAN, learning rate 0.001", "GAN, learning rate 0.002"),
        *("PacGAN2, learning rate 0.001", "PacGAN2, learning rate 0.002"),
    ]
    # A single method would stand in every label and say nothing; alone, it is all that there is to say.
    assert variants(project.planned(methods=None, axes=rates)) == ["learning rate 0.001", "learning rate 0.002"]
    assert variants(project.planned(methods=None)) == ["gan"]
    assert variants(project.planned(methods={"Only": "md"})) == ["Only"]
    judge = {**project.runs, "method.judge": {"kind": "packed", "size": 3}}
    assert variants(project.planned(methods=None, runs=judge)) == ["judge packed (size 3)"]


def test_the_dataset_and_the_method_as_axes_have_their_own_columns(project: Any) -> None:
    grid = {"dataset": ["ring8_pacgan", "grid25_pacgan"], "method": ["gan", "pacgan2"]}
    description = project.planned(methods=None, axes={"grid": grid}, seeds=1)
    assert description["datasets"] == ["ring8_pacgan", "grid25_pacgan"]
    assert variants(description) == ["gan", "pacgan2"]
    assert [(row["dataset"], row["method"], row["axes"]) for row in description["rows"]] == [
        (dataset, method, {}) for dataset in grid["dataset"] for method in grid["method"]
    ]


def test_axis_labels_are_the_ends_of_paths(project: Any) -> None:
    runs = {**project.runs, "method": "pacgan2"}
    grid = {
        "training.learning_rate": [0.1],
        "networks.generator.width": [8, 16],
        "networks.discriminator.width": [8],
        "method.judge.size": [2, 3],
    }
    description = project.planned(methods=None, runs=runs, axes={"grid": grid})
    assert [axis["label"] for axis in description["axes"]] == [
        *("learning rate", "generator width", "discriminator width", "judge size")
    ]
    alike = {"training.players.generator.learning_rate": [0.1], "training.players.generator.betas": [[0.5, 0.9]]}
    description = project.planned(methods=None, runs=runs, axes={"grid": alike})
    assert [axis["label"] for axis in description["axes"]] == ["generator learning rate", "generator betas"]


def test_parts_as_levels(project: Any) -> None:
    grid = {"method.judge": [{"kind": "single"}, {"kind": "packed", "size": 3}]}
    assert variants(project.planned(methods=None, axes={"grid": grid})) == ["judge single", "judge packed (size 3)"]


def test_levels_are_sorted_and_those_that_no_run_has_are_dropped(project: Any) -> None:
    description = project.planned(
        axes={"grid": {"training.learning_rate": [0.003, 0.001, 0.002]}}, exclude=[{"training.learning_rate": 0.002}]
    )
    assert description["axes"] == [
        {"field": "training.learning_rate", "label": "learning rate", "values": [0.001, 0.003]}
    ]


def test_an_exclusion_leaves_out_the_cells_that_agree_with_all_of_it(project: Any) -> None:
    rates = {"grid": {"training.learning_rate": RATES}}

    def left(**entry: Any) -> list[str]:
        return variants(project.planned(axes=rates, exclude=[entry]))

    assert left(**{"method": "GAN", "training.learning_rate": 0.001}) == [
        *("GAN, learning rate 0.002", "PacGAN2, learning rate 0.001", "PacGAN2, learning rate 0.002")
    ]
    # By the label of a row or by the preset that it names; by a setting that a preset makes.
    assert left(method="pacgan2") == ["GAN, learning rate 0.001", "GAN, learning rate 0.002"]
    assert left(**{"method.judge.kind": "single"}) == ["PacGAN2, learning rate 0.001", "PacGAN2, learning rate 0.002"]


def test_what_cannot_go_together_can_be_excluded(project: Any) -> None:
    grid = {"dataset": ["ring8_pacgan", "stacked_digits"], "networks": ["mlp", "small_conv"]}
    description = project.planned(
        runs={"training.steps": 20, "training.batch_size": 16},
        methods=None,
        axes={"grid": grid},
        exclude=[
            {"dataset": "ring8_pacgan", "networks": "small_conv"},
            {"dataset": "stacked_digits", "networks": "mlp"},
        ],
        protocols=["mixture-500", "modes-1k"],
        classifier="digits_smoke",
    )
    assert [(row["dataset"], row["axes"]["networks"]) for row in description["rows"][::2]] == [
        *(("ring8_pacgan", "mlp"), ("stacked_digits", "small_conv"))
    ]


def test_a_random_search_is_the_same_every_time(project: Any) -> None:
    axes = {"random": {"samples": 4, "fields": {"training.learning_rate": {"log_uniform": [0.0001, 0.01]}}}}
    first = project.planned(axes=axes, methods=None)
    again = project.planned(axes=axes, methods=None, title="Again")
    assert [row["run_id"] for row in again["rows"]] == [row["run_id"] for row in first["rows"]]
    assert len(variants(first)) == 4
    assert all(0.0001 <= level <= 0.01 for level in first["axes"][0]["values"])
