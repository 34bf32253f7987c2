"""Looking after runs: how far they are, what they are, what they make, and how to have one made afresh."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganpipe.cli.options import RESULTS, AsJson, Device, Results
from ganpipe.errors import GanpipeError
from ganpipe.layout import LEASE, RESULT, evaluations_folder

if TYPE_CHECKING:
    from ganpipe.training.run import FinishedRun


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (status, show, sample, forget):
        app.command()(command)


SAMPLES = Path("samples.png")
Run = Annotated[str, typer.Argument(help="A run's id, or the beginning of one.")]


def status(
    experiment: Annotated[str | None, typer.Argument(help="Only this experiment.")] = None,
    as_json: AsJson = False,
    results: Results = RESULTS,
) -> None:
    """Show how far the planned runs are: those at work with step and speed, and when all will be done."""
    from ganpipe.progress.status import experiment_status, render

    found = experiment_status(results, experiment)
    print(json.dumps(found, indent=2) if as_json else render(found))


def show(run: Run, results: Results = RESULTS) -> None:
    """Show what a run is, how it ended and what was measured."""
    from ganpipe.reporting.aggregate import read_rows

    finished = _finished(run, results, restored=True)
    result = finished.result
    print(f"run       {finished.run_id}  {finished.folder}")
    print(f"status    {finished.status}" + (f": {finished.reason}" if finished.reason else ""))
    print(f"steps     {result['steps']} in {result['train_seconds']:.0f} s, {result['sessions']} session(s)")
    where = f"none here, restored from {result['restored']['from']}" if "restored" in result else ""
    print(f"snapshots {where or ', '.join(map(str, finished.steps))}")
    print("made      " + ", ".join(f"{key} {value}" for key, value in result["provenance"].items()))
    print(f"spec      {finished.spec.model_dump_json(indent=2)}")
    for path in sorted(evaluations_folder(results, finished.run_id).glob("[!.]*.parquet")):
        print(f"measured  {path}")
        for row in read_rows(path).to_pylist():
            if row["step"] is None:
                value = "undefined" if row["value"] is None else f"{row['value']:.4f}"
                print(f"          {row['protocol']:24} {row['metric']:24} {value} (n = {row['n']})")


def sample(
    run: Run,
    number: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 64,
    output: Annotated[Path, typer.Option("-o", help="A .png to look at, or a .npy with the samples.")] = SAMPLES,
    step: Annotated[int | None, typer.Option(help="Snapshot; the last one by default.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Other seeds, other samples.")] = 0,
    device: Device = "cpu",
    results: Results = RESULTS,
) -> None:
    """Draw samples from a run's generator; needs no dataset."""
    import numpy as np

    from ganpipe.files import replacing
    from ganpipe.randomness import Purpose, generator
    from ganpipe.training.device import device_for_one_run
    from ganpipe.training.picture import write_picture

    if output.suffix not in (".png", ".npy"):
        raise GanpipeError(f"-o {output}: expected a name that ends in .png or .npy")
    finished = _finished(run, results)
    if not finished.steps:
        raise GanpipeError(f"run {finished.run_id}: diverged before its first snapshot ({finished.reason})")
    if step is not None and step not in finished.steps:
        raise GanpipeError(f"--step {step}: no such snapshot; there are {', '.join(map(str, finished.steps))}")
    with device_for_one_run(device) as on:
        sampler = finished.sampler(finished.steps[-1] if step is None else step, on)
        samples = sampler.sample(generator(seed, Purpose.EVALUATION), number)
    if output.suffix == ".png":
        write_picture(samples, finished.spec.dataset.value_range, output)
    else:
        with replacing(output) as temporary:
            np.save(temporary, samples.cpu().numpy(), allow_pickle=False)
    print(output)


def _finished(run: str, results: Path, *, restored: bool = False) -> FinishedRun:
    from ganpipe.training.restored import is_restored
    from ganpipe.training.run import FinishedRun

    folder = _folder(run, results)
    if not ((folder / RESULT).exists() or is_restored(folder)):
        raise GanpipeError(f"run {folder.name}: has not ended; `ganpipe status` shows how far it is")
    return FinishedRun.open(folder, restored=restored)


def forget(
    run: Run,
    force: Annotated[bool, typer.Option("--force", help="Although its machine, which is gone, holds it.")] = False,
    results: Results = RESULTS,
) -> None:
    """Delete a run and its evaluations, so that the workflow makes them afresh."""
    from ganpipe.training.lease import is_dead, read_lease

    folder = _folder(run, results)
    holder = read_lease(folder / LEASE)
    if holder is not None and not is_dead(holder) and not force:
        raise GanpipeError(
            f"run {folder.name}: process {holder['pid']} on {holder['host']} is training it; stop it first "
            "(--force, if that machine is gone)"
        )
    for path in (evaluations_folder(results, folder.name), folder):
        if path.exists():
            shutil.rmtree(path)
            print(f"deleted {path}")


def _folder(run: str, results: Path) -> Path:
    """The folder of the run whose id begins with ``run``."""
    if not re.fullmatch("[0-9a-f]{1,12}", run):
        raise GanpipeError(f"{run!r}: not a run's id, which has 12 digits of 0-9 and a-f, nor the beginning of one")
    found = sorted(path for path in (results / "runs").glob(f"{run}*") if path.is_dir())
    if len(found) != 1:
        names = f"it could be {', '.join(path.name for path in found[:5])}" if found else "there is none"
        raise GanpipeError(f"{run}: not the beginning of exactly one run in {results / 'runs'}; {names}")
    return found[0]
