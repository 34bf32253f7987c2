"""The stages of the workflow up to its numbers, one command each: what rules call, and a person can call by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ganpipe.cli.options import CONFIG, RESULTS, Config, Device, Results, RunsPerGpu, Threads, require_same
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.layout import classifier_folder, dataset_folder, evaluation_path, run_folder
from ganpipe.plan.index import read_spec
from ganpipe.training.device import DeviceChoice


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (plan, download, prepare, classify, train, evaluate):
        app.command()(command)


def plan(
    chosen: Annotated[
        list[str] | None, typer.Argument(metavar="[EXPERIMENT]...", help="Print these only; all are planned.")
    ] = None,
    settings: Annotated[str, typer.Option(help="JSON laid over config.yaml, as the Snakefile passes it.")] = "{}",
    scale: Annotated[str | None, typer.Option(help="smoke, quick or paper, instead of the configuration's.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing.")] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Print what that will cost which is not made yet.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=100_000, help="With --estimate: GPUs, or cores, that work at once; 1 by default."),
    ] = None,
    device: Annotated[
        DeviceChoice | None, typer.Option(help="With --estimate: what jobs run on; by default as configured.")
    ] = None,
    preemptions: Annotated[
        float | None, typer.Option(min=0.0, help="With --estimate: of each worker, a day; 0 by default.")
    ] = None,
    config: Config = CONFIG,
    results: Results = RESULTS,
) -> None:
    """Expand the configuration into runs, and write the plan that the workflow follows."""
    from ganpipe.files import read_json
    from ganpipe.plan.experiment import experiment_files
    from ganpipe.plan.plan import plan as make_plan

    if quiet and estimate:
        raise GanpipeError("--quiet: prints nothing, and --estimate is there to be read; keep one of the two")
    for option, value in (("workers", workers), ("device", device), ("preemptions", preemptions)):
        if value is not None and not estimate:
            raise GanpipeError(f"--{option}: says how --estimate reckons; give both or none")
    overrides = _overrides(settings) | ({"scale": scale} if scale else {})
    if chosen:  # before anything is planned: the plan of another scale would stay
        known = experiment_files(config)
        for name in chosen:
            if name not in known:
                raise GanpipeError(f"{name}: not in {config / 'experiments'}{suggestion(name, known)}")
    index = read_json(make_plan(overrides, results, config))
    names = list(dict.fromkeys(chosen or index["experiments"]))
    if estimate:
        from ganpipe.cli.estimate import print_estimate
        from ganpipe.plan.settings import SETTINGS, read_settings
        from ganpipe.progress.estimate import Conditions

        configured = read_settings(config / SETTINGS, overrides)
        conditions = Conditions(workers or 1, preemptions or 0.0, configured.checkpoint_every)
        print_estimate(index, names, results, device or configured.device, conditions)
    elif not quiet:
        _print_counts(index, names)


def _print_counts(index: dict[str, Any], names: list[str]) -> None:
    pairs = {name: index["experiments"][name]["evaluations"] for name in names}
    pairs[f"in all, at scale {index['scale']}"] = [pair for of_one in pairs.values() for pair in of_one]
    for name, asked in pairs.items():
        runs, evaluations = ({each[part] for each in asked} for part in (0, 1))
        print(f"{name:28} {len(runs):6} runs {len(evaluations):6} evaluations")


def _overrides(settings: str) -> dict[str, Any]:
    try:
        content = json.loads(settings)
    except json.JSONDecodeError as error:
        raise GanpipeError(f"--settings: not valid JSON ({error})") from None
    if not isinstance(content, dict):
        raise GanpipeError("--settings: expected a JSON object")
    return content


def download(
    origin: Annotated[str, typer.Argument(help="Name of the source files, e.g. mnist.")],
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
) -> None:
    """Download source files or published weights and verify their checksums; an interrupted download is resumed."""
    from ganpipe.data.download import fetch
    from ganpipe.evaluation.presets import ORIGINS

    if origin not in ORIGINS:
        raise GanpipeError(f"{origin}: no such source files; there are {', '.join(sorted(ORIGINS))}")
    fetch(ORIGINS[origin], folder)


def prepare(
    dataset: Annotated[str, typer.Argument(help="A dataset's name or planned id.")],
    raw: Annotated[Path | None, typer.Option(help="Folder of the source files.")] = None,
    results: Results = RESULTS,
) -> None:
    """Prepare a dataset: arrays and a manifest that verifies them."""
    from pydantic import TypeAdapter, ValidationError

    from ganpipe.data.dataset import Dataset
    from ganpipe.data.prepare import prepare as make
    from ganpipe.data.presets import PRESETS
    from ganpipe.spec.part import canonical, digest

    if dataset in PRESETS:
        recipe = PRESETS[dataset]
    else:
        spec = read_spec(results, "datasets", dataset)["spec"]
        try:
            recipe = TypeAdapter[Dataset](Dataset).validate_json(json.dumps(spec))
        except ValidationError:
            raise GanpipeError(f"dataset {dataset}: was planned by another version of ganpipe; plan again") from None
        require_same("dataset", dataset, digest(canonical(recipe)))
    folder = dataset_folder(results, digest(canonical(recipe)))
    make(recipe, folder, raw)
    print(folder)


def classify(
    classifier: Annotated[str, typer.Argument(help="A classifier's planned id.")],
    device: Device = "auto",
    threads: Threads = 1,
    runs_per_gpu: RunsPerGpu = 1,
    results: Results = RESULTS,
) -> None:
    """Train the classifier that names the modes of images."""
    from ganpipe.evaluation.networks.classifier import train_classifier
    from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
    from ganpipe.spec.explain import validated
    from ganpipe.training.device import device_for_one_run

    entry = read_spec(results, "classifiers", classifier)
    spec = validated(ClassifierSpec, entry["spec"], f"classifier {classifier}")
    require_same("classifier", classifier, spec.classifier_id)
    with device_for_one_run(device, threads, runs_per_gpu) as on:
        train_classifier(spec, dataset_folder(results, entry["dataset"]), classifier_folder(results, classifier), on)


def train(
    run: Annotated[str, typer.Argument(help="A planned run's id, or a JSON file with a specification.")],
    device: Device = "auto",
    threads: Threads = 1,
    checkpoint_every: Annotated[float, typer.Option(min=0.0, help="Seconds between two checkpoints.")] = 60.0,
    runs_per_gpu: RunsPerGpu = 1,
    cuda_graphs: Annotated[bool, typer.Option(help="Replay steps on a GPU from a recording of one.")] = False,
    results: Results = RESULTS,
) -> None:
    """Train a run, or take it up where it was stopped; a complete run is left as it is."""
    from ganpipe.spec.explain import validated
    from ganpipe.spec.run import RunSpec, read_run_spec
    from ganpipe.training.device import device_for_one_run
    from ganpipe.training.interrupt import EXIT_STATUS, Interrupted
    from ganpipe.training.train import train as train_run

    if Path(run).suffix == ".json":
        spec = read_run_spec(Path(run))
    else:
        spec = validated(RunSpec, read_spec(results, "runs", run)["spec"], f"run {run}")
        require_same("run", run, spec.run_id)
    with device_for_one_run(device, threads, runs_per_gpu) as on:
        try:
            train_run(
                spec,
                run_folder(results, spec.run_id),
                dataset_folder(results, spec.dataset_id),
                on,
                checkpoint_every=checkpoint_every,
                cuda_graphs=cuda_graphs,
            )
        except Interrupted as stopped:
            print(f"ganpipe: {stopped}; start it again to go on")
            raise typer.Exit(EXIT_STATUS) from None


def evaluate(
    run: Annotated[str, typer.Argument(help="A run's id.")],
    evaluation: Annotated[str, typer.Argument(help="A planned evaluation's id, or a protocol's name.")],
    classifier: Annotated[str | None, typer.Option(help="A classifier's name, with a protocol that needs one.")] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Folder of published weights; where they are downloaded to by default.")
    ] = None,
    device: Device = "auto",
    threads: Threads = 1,
    runs_per_gpu: RunsPerGpu = 1,
    results: Results = RESULTS,
) -> None:
    """Evaluate a finished run under a protocol."""
    from ganpipe.evaluation.evaluate import evaluate as evaluate_run
    from ganpipe.plan.evaluation import find_evaluation
    from ganpipe.training.device import device_for_one_run
    from ganpipe.training.run import FinishedRun

    finished = FinishedRun.open(run_folder(results, run))
    found = find_evaluation(results, run, evaluation, classifier)
    target = evaluation_path(results, run, found.evaluation_id)
    with device_for_one_run(device, threads, runs_per_gpu) as on:
        evaluate_run(
            finished,
            found.protocol,
            found.evaluation_id,
            target,
            on,
            data_folder=dataset_folder(results, finished.spec.dataset_id),
            classifier_folder=found.classifier_folder(results),
            weights_folder=weights or found.weights_folder(results),
            stand_ins=found.stand_ins,
        )
    print(target)
