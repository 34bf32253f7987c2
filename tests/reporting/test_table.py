from __future__ import annotations

import json
from typing import Any

import pytest

from ganpipe.reporting.table import Entry, Table, build_table


def entry(table: Table, variant: str, metric: str) -> Entry:
    group = table.groups[0]
    (row,) = [row for row in group.rows if row.variant == variant]
    return row.entries[[column.metric for column in group.columns].index(metric)]


def said(table: Table) -> str:
    return "\n".join(f"{note.mark} {note.text}" for note in table.footnotes)


def test_numbers_are_printed_with_the_digits_and_the_scale_of_their_metric(study: Any) -> None:
    metrics = [{"metric": "high_quality_fraction", "protocol": "mixture-2500"}]
    experiment = study.plan(metrics=metrics)
    table = build_table(experiment, study.measure(experiment, lambda *cell: 0.7 + 0.1 * cell[3]))
    printed = entry(table, "GAN", "high_quality_fraction").printed
    assert printed is not None
    assert (printed.mean, printed.error, printed.low, printed.high) == ("80.0", "5.8", "70.0", "90.0")


def test_a_table_says_on_its_face_what_it_is(study: Any, scores: Any) -> None:
    experiment = study.plan()
    table = build_table(experiment, study.measure(experiment, scores))
    assert dict(table.facts) == {
        "Regenerates": "PacGAN, Table 1 (section 4.2)",
        "Scale": "quick (minutes on two cores)",
        "Training seeds": "0 to 2",
        "Protocols": "mixture-2500 (2,500 samples)",
    }
    assert table.notes == ("The discriminator is weak on purpose.",)
    assert table.groups[0].floors == ("", "0.001")
    assert "Ideal sampler" in said(table)
    assert [column.arrow for column in table.groups[0].columns] == ["↑", "↓"]


def test_a_table_names_the_classifier_that_was_asked_and_how_good_it_is(study: Any, scores: Any) -> None:
    experiment = study.plan(classifier="digits")
    assert "Classifier" not in dict(build_table(experiment, study.measure(experiment, scores)).facts)
    study.provenance["classifier_accuracy"] = 0.9831
    table = build_table(experiment, study.measure(experiment, scores))
    assert dict(table.facts)["Classifier"] == "digits (right on 98.3 % of its test images)"


def test_rows_named_by_several_trainings_of_a_classifier_say_so(study: Any, scores: Any) -> None:
    experiment = study.plan(classifier="digits")
    metrics = study.measure(experiment, scores)
    told = [{"classifier_accuracy": 0.98, "classifier_weights": weights} for weights in "ab" * (len(metrics) // 2)]
    table = build_table(experiment, metrics.assign(provenance=[json.dumps(each) for each in told]))
    expected = (
        "digits (right on 98.0 % of its test images, trained 2 times, on different machines or by different versions)"
    )
    assert dict(table.facts)["Classifier"] == expected


def test_a_likelihood_on_few_latents_is_said_to_be_too_low(study: Any) -> None:
    protocol = "nll-s200-n100-train"
    names = ("negative_log_likelihood_train", "effective_sample_size_train")
    rows = [
        study.row(variant, seed) | {"evaluations": {protocol: f"{variant}-{seed}"}}
        for variant in ("GAN", "PacGAN2")
        for seed in (0, 1, 2)
    ]
    experiment = study.plan(metrics=[{"metric": name, "protocol": protocol} for name in names], rows=rows)

    def value(dataset: str, variant: str, metric: str, seed: int) -> float:
        return 98.0 + seed if variant == "GAN" else 100.0 + seed

    table = build_table(experiment, study.measure(experiment, value))
    assert "which is then too low by some tenths of a nat or more: GAN (99 of nll-s200-n100-train)." in said(table)


def test_runs_are_counted_and_lost_ones_named(study: Any, scores: Any) -> None:
    experiment = study.plan()

    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        if variant == "GAN" and seed == 0:
            return None
        undefined = variant == "PacGAN2" and seed == 2 and metric == "reverse_kl"
        return float("nan") if undefined else scores(dataset, variant, metric, seed)

    table = build_table(experiment, study.measure(experiment, value))
    assert [row.runs for row in table.groups[0].rows] == ["2/3", "3/3"]
    assert entry(table, "GAN", "modes").remark == ""
    assert entry(table, "PacGAN2", "reverse_kl").remark == "2/3"
    assert "Diverged runs have no number and are left out of the means, which flatters: GAN (1 of 3)." in said(table)
    assert "PacGAN2 (1 of 3)" in said(table)


def test_a_cell_without_any_number_says_why(study: Any, scores: Any) -> None:
    experiment = study.plan()

    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        if variant == "GAN":
            return None
        return float("inf") if metric == "reverse_kl" else scores(dataset, variant, metric, seed)

    table = build_table(experiment, study.measure(experiment, value))
    assert entry(table, "GAN", "modes").printed is None
    assert entry(table, "GAN", "modes").remark == "diverged"
    assert entry(table, "PacGAN2", "reverse_kl").remark == "undefined"
    assert table.groups[0].rows[0].runs == "0/3"


def test_what_a_protocol_does_not_fit_is_not_measured_rather_than_undefined(study: Any) -> None:
    protocols = {"GAN": ["mixture-2500"], "PacGAN2": ["mixture-2500", "nll-s2000-n500"]}
    rows = [
        study.row(variant, seed, evaluations={name: f"{variant}-{seed}-{name}" for name in names})
        for variant, names in protocols.items()
        for seed in (0, 1, 2)
    ]
    metrics = [
        {"metric": "modes", "protocol": "mixture-2500"},
        {"metric": "negative_log_likelihood", "protocol": "nll-s2000-n500"},
    ]
    experiment = study.plan(metrics=metrics, rows=rows)
    table = build_table(experiment, study.measure(experiment, lambda *_: 1.5))
    assert entry(table, "GAN", "negative_log_likelihood").remark == "not measured"
    assert entry(table, "PacGAN2", "negative_log_likelihood").remark == ""
    assert "undefined" not in said(table)


def test_reported_numbers_carry_their_marks_and_the_notes_explain_them(study: Any, scores: Any) -> None:
    experiment = study.plan(
        reported=[
            study.reported("GAN", "modes", 7.2, error=0.1, error_kind="stderr", trials=10),
            study.reported("PacGAN2", "modes", 8.0, error=0.0, error_kind="std", confidence="recalled"),
            study.reported("ALI", "modes", 5.5, copied_from="VEEGAN Table 2", confidence="corroborated"),
            study.reported("ALI", "reverse_kl", None, confidence="missing"),
        ]
    )
    table = build_table(experiment, study.measure(experiment, scores))
    assert [column.reported for column in table.groups[0].columns] == ["PacGAN paper", None]
    assert [entry(table, variant, "modes").marks for variant in ("GAN", "PacGAN2", "ALI")] == ["", "‡", "†§"]
    quoted = entry(table, "GAN", "modes").quoted
    assert quoted is not None
    assert (quoted.mean, quoted.error) == ("7.2", "0.1")
    ali = entry(table, "ALI", "modes")
    assert (ali.printed, ali.remark) == (None, "")
    assert entry(table, "ALI", "reverse_kl").quoted is None
    text = said(table)
    assert "† Not the paper's own: it took the number from VEEGAN Table 2 (ALI)." in text
    assert "‡ Recalled from memory" in text
    assert "§ Recalled from memory and found again" in text
    assert "¶" not in text
    assert "Reported ±: standard error over 10 trials (GAN); standard deviation (PacGAN2)." in text


def test_a_reported_number_gains_no_digits(study: Any, scores: Any) -> None:
    metrics = [{"metric": "high_quality_fraction", "protocol": "mixture-2500"}]
    experiment = study.plan(metrics=metrics, reported=[study.reported("GAN", "high_quality_fraction", 0.9987)])
    quoted = entry(build_table(experiment, study.measure(experiment, scores)), "GAN", "high_quality_fraction").quoted
    assert quoted is not None
    assert quoted.mean == "99.87"


@pytest.mark.parametrize(
    ("seeds", "lost", "bold", "sentence"),
    [
        (5, None, "PacGAN2", "Bold: the best mean"),
        (4, None, None, "Nothing is bold: that takes at least 5 seeds a row."),
        (6, "PacGAN2", None, "a best mean that lost no run and whose interval is clear of all others"),
        (6, "GAN", "PacGAN2", "Bold: the best mean"),
        (1, None, None, "One training seed"),
    ],
)
def test_bold_is_for_a_whole_row_that_stands_apart(
    study: Any, scores: Any, seeds: int, lost: str | None, bold: str | None, sentence: str
) -> None:
    numbers = list(range(seeds))
    rows = [study.row(variant, seed) for variant in ("GAN", "PacGAN2") for seed in numbers]
    experiment = study.plan(seeds=numbers, rows=rows)
    metrics = study.measure(
        experiment, lambda *cell: None if cell[1::2] == (lost, 0) else scores(*cell) + 0.6 - 0.1 * cell[3]
    )
    table = build_table(experiment, metrics)
    marked = {row.variant for row in table.groups[0].rows if row.entries[1].best}
    assert marked == ({bold} if bold else set())
    assert sentence in said(table)


@pytest.mark.parametrize(("shift", "bold"), [(0.0, True), (-0.1, False)])
def test_what_is_clearly_better_than_the_target_itself_is_not_bold(
    study: Any, scores: Any, shift: float, bold: bool
) -> None:
    """The ideal sampler's reverse KL is 0.0014, PacGAN2's 0.010 to 0.018."""
    numbers = list(range(5))
    rows = [study.row(variant, seed) for variant in ("GAN", "PacGAN2") for seed in numbers]
    experiment = study.plan(seeds=numbers, rows=rows)
    table = build_table(experiment, study.measure(experiment, lambda *cell: scores(*cell) + shift))
    assert {row.variant for row in table.groups[0].rows if row.entries[1].best} == ({"PacGAN2"} if bold else set())
    assert "What is clearly better has fooled the metric and is not bold." in said(table)


def test_one_metric_under_two_protocols_has_two_columns_and_one_place_for_the_paper(study: Any, scores: Any) -> None:
    protocols = ("mixture-2500", "mixture-500")
    evaluations = {protocol: f"e-{protocol}" for protocol in protocols}
    rows = [study.row("GAN", seed, evaluations=evaluations) for seed in (0, 1, 2)]
    metrics = [{"metric": "modes", "protocol": protocol} for protocol in protocols]
    experiment = study.plan(rows=rows, metrics=metrics, reported=[study.reported("GAN", "modes", 7.0)])
    columns = build_table(experiment, study.measure(experiment, scores)).groups[0].columns
    assert [column.label for column in columns] == ["Modes, mixture-2500", "Modes, mixture-500"]
    assert [column.reported for column in columns] == ["PacGAN paper", None]


def test_each_dataset_is_a_group_with_its_own_columns(study: Any, scores: Any) -> None:
    rows = [study.row("GAN", 0), study.row("GAN", 0, "digits", evaluations={"modes-10k": "e"})]
    experiment = study.plan(
        datasets=["ring8_pacgan", "digits"],
        rows=rows,
        metrics=[{"metric": "modes", "protocol": "mixture-2500"}, {"metric": "reverse_kl", "protocol": "modes-10k"}],
    )
    table = build_table(experiment, study.measure(experiment, scores))
    assert [(group.dataset, [column.metric for column in group.columns]) for group in table.groups] == [
        ("ring8_pacgan", ["modes"]),
        ("digits", ["reverse_kl"]),
    ]
