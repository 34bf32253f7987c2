"""What a table says about itself: the facts above it, the notes and the meaning of its marks below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ganpipe.plan.reported import ReportedNumber
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment
from ganpipe.statistics import SEEDS_TO_STAND_APART

COPIED, RECALLED, CORROBORATED, DERIVED = "†", "‡", "§", "¶"
STAND_IN = "★"

LIKELIHOOD, EFFECTIVE = "negative_log_likelihood", "effective_sample_size"
FEW_LATENTS = 100
"""Above it the bias was below 0.1 nats on linear generators, whose likelihood is known (docs/likelihood.md)."""

CONFIDENCE = {
    "recalled": (RECALLED, "Recalled from memory, not read in the paper: a hint, no more."),
    "corroborated": (CORROBORATED, "Recalled from memory and found again in a public source."),
    "derived": (DERIVED, "Derived here from a definition in the paper, not printed there."),
}

ERROR_KINDS = {"stderr": "standard error", "std": "standard deviation", "unknown": "of an unstated kind"}


@dataclass(frozen=True)
class Footnote:
    """One sentence or more below a table; ``mark`` is empty when it belongs to the whole table."""

    mark: str
    text: str


def paper_name(experiment: Experiment) -> str:
    """Heading of the columns with reported numbers."""
    return f"{experiment.paper.name} paper" if experiment.paper else "reported"


def marks_of(number: ReportedNumber) -> str:
    """The marks that a reported number carries."""
    mark, _ = CONFIDENCE.get(number.confidence, ("", ""))
    return (COPIED if number.copied_from else "") + mark


def stand_ins_text(origins: Sequence[str]) -> str:
    """What stands in for published files, in a few words; empty where nothing does."""
    return f"{STAND_IN} other files in the place of the published {', '.join(origins)}" if origins else ""


def seeds_text(seeds: Sequence[int]) -> str:
    """``0 to 4`` for a run of consecutive seeds, else all of them."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(map(str, ordered))


def facts(experiment: Experiment, cells: Cells) -> tuple[tuple[str, str], ...]:
    """What one must know before reading a number: (term, text)."""
    protocols = dict.fromkeys(column.protocol for column in experiment.metrics)
    known = [
        ("Regenerates", str(experiment.paper) if experiment.paper else ""),
        ("Stand-ins", stand_ins_text([each.origin for each in experiment.stand_ins])),
        ("Scale", experiment.scale_text),
        ("Training seeds", seeds_text(experiment.seeds)),
        ("Protocols", ", ".join(_protocol_text(name, cells) for name in protocols)),
        ("Classifier", _classifier_text(experiment.classifier, cells.classifier_accuracies, cells.classifiers)),
    ]
    return tuple((term, text) for term, text in known if text)


def _protocol_text(protocol: str, cells: Cells) -> str:
    if protocol not in cells.samples:
        return protocol
    low, high = cells.samples[protocol]
    return f"{protocol} ({low:,} samples)" if low == high else f"{protocol} ({low:,} to {high:,} samples)"


def _classifier_text(name: str | None, accuracies: Sequence[float], trained: int) -> str:
    """Empty where no classifier was asked."""
    if not accuracies:
        return ""
    percent = " to ".join(dict.fromkeys(f"{100 * accuracy:.1f}" for accuracy in (accuracies[0], accuracies[-1])))
    each = f", trained {trained} times, on different machines or by different versions" if trained > 1 else ""
    return f"{name} (right on {percent} % of its test images{each})"


def footnotes(experiment: Experiment, cells: Cells, *, any_best: bool, any_floor: bool) -> tuple[Footnote, ...]:
    """Everything below the table, in reading order."""
    whole = [
        *_about_ours(experiment, any_best, any_floor),
        *_about_lost_runs(experiment, cells),
        *_about_likelihoods(experiment, cells),
    ]
    return (*(Footnote("", text) for text in whole), *_about_stand_ins(experiment), *_about_reported(experiment))


def _about_ours(experiment: Experiment, any_best: bool, any_floor: bool) -> Iterator[str]:
    if len(experiment.seeds) == 1:
        yield "One training seed: nothing is known of the spread between runs. Runs: finished/planned."
    else:
        yield (
            "Mean ± standard error over training seeds [95 % bootstrap interval]. Runs: finished/planned. "
            "Intervals from few seeds are too narrow: on normal data they cover the truth in 50 % of cases with "
            "2 seeds, 71 % with 3, 84 % with 5 and 90 % with 10."
        )
        if any_best:
            yield "Bold: the best mean, if its interval overlaps no other's and no run was lost; no significance test."
        elif len(experiment.seeds) < SEEDS_TO_STAND_APART:
            yield f"Nothing is bold: that takes at least {SEEDS_TO_STAND_APART} seeds a row."
        else:
            yield (
                f"Nothing is bold: that takes {SEEDS_TO_STAND_APART} runs with a value in every row, and a best mean "
                "that lost no run and whose interval is clear of all others."
            )
    if any_floor:
        yield (
            "Ideal sampler: what samples of the target itself would score on average, this many at a time. For a "
            "divergence it is the sampling floor. What is clearly better has fooled the metric and is not bold."
        )


def _about_stand_ins(experiment: Experiment) -> Iterator[Footnote]:
    made = [
        f"{each.origin} ({', '.join((*each.datasets, *each.protocols))})"
        for each in sorted(experiment.stand_ins, key=lambda each: each.origin)
    ]
    if made:
        yield Footnote(
            STAND_IN,
            f"Made from stand-ins, files in the official format but not the published ones: {'; '.join(made)}. The "
            "number says that everything works, and nothing about the data or the method.",
        )


def _about_lost_runs(experiment: Experiment, cells: Cells) -> Iterator[str]:
    diverged, undefined = [], []
    for (dataset, variant), runs in experiment.cells.items():
        where = variant if len(experiment.datasets) == 1 else f"{variant} on {dataset}"
        ours = [cells.headline(dataset, variant, column) for column in experiment.columns(dataset)]
        if lost := max(cell.diverged for cell in ours):
            diverged.append(f"{where} ({lost} of {len(runs)})")
        if lost := max(cell.undefined for cell in ours):
            undefined.append(f"{where} ({lost} of {len(runs)})")
    if diverged:
        yield f"Diverged runs have no number and are left out of the means, which flatters: {', '.join(diverged)}."
    if undefined:
        yield (
            "Runs whose metric is undefined, such as the reverse KL of a generator with no sample near any mode, are "
            f"left out of its mean, which flatters too: {', '.join(undefined)}."
        )


def _about_likelihoods(experiment: Experiment, cells: Cells) -> Iterator[str]:
    few = []
    for column in experiment.metrics:
        if not column.metric.startswith(LIKELIHOOD):
            continue
        latents = column.model_copy(update={"metric": column.metric.replace(LIKELIHOOD, EFFECTIVE)})
        for dataset, variant in experiment.cells:
            known = cells.headline(dataset, variant, latents).estimate
            if known is not None and known.mean < FEW_LATENTS:
                where = variant if len(experiment.datasets) == 1 else f"{variant} on {dataset}"
                few.append(f"{where} ({known.mean:.0f} of {column.protocol})")
    if few:
        yield (
            f"Fewer than {FEW_LATENTS} effective latents carry the median point's likelihood, which is then too low by "
            f"some tenths of a nat or more: {', '.join(few)}."
        )


def _about_reported(experiment: Experiment) -> Iterator[Footnote]:
    numbers = list(experiment.reported_values.values())
    kinds: dict[str, list[str]] = {}
    for number in numbers:
        if number.error is not None:
            kind = ERROR_KINDS[number.error_kind or "unknown"]
            text = f"{kind} over {number.trials} trials" if number.trials else kind
            kinds.setdefault(text, []).append(number.variant)
    if len(kinds) == 1:
        yield Footnote("", f"Reported ±: {next(iter(kinds))}.")
    elif kinds:
        yield Footnote("", f"Reported ±: {_listed(kinds)}.")
    copied: dict[str, list[str]] = {}
    for number in numbers:
        if number.copied_from:
            copied.setdefault(number.copied_from, []).append(number.variant)
    if copied:
        yield Footnote(COPIED, f"Not the paper's own: it took the number from {_listed(copied)}.")
    present = {number.confidence for number in numbers}
    yield from (Footnote(mark, text) for confidence, (mark, text) in CONFIDENCE.items() if confidence in present)


def _listed(groups: dict[str, list[str]]) -> str:
    return "; ".join(f"{name} ({', '.join(dict.fromkeys(variants))})" for name, variants in groups.items())
