"""Results that travel with the repository: publishing them here, and having those of others without their training."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ganpipe.cli.options import CONFIG, RESULTS, Config, Results

LIMIT = 1_000_000
"""Bytes above which a publication is called large: git keeps every version of it."""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (publish, restore):
        app.command()(command)


def publish(
    experiment: Annotated[str, typer.Argument(help="A planned experiment.")],
    partial: Annotated[bool, typer.Option("--partial", help="Publish what is finished, even if not all is.")] = False,
    prefer: Annotated[
        Literal["here", "published"] | None,
        typer.Option(help="Which result counts where a run was published with another."),
    ] = None,
    results: Results = RESULTS,
) -> None:
    """Copy an experiment's rows, table and figures with their provenance to results/published/, which git tracks."""
    from ganpipe.publishing.publish import publish as make

    done = make(experiment, results, partial=partial, prefer=prefer)
    print(
        f"{done.folder}: {done.finished} of {done.planned} runs, {_counted(done.added)} added, {done.size // 1000} kB"
    )
    if done.foreign:
        print(f"{_counted(done.foreign)} published before, which this configuration does not plan: kept, not shown")
    if done.size > LIMIT:
        largest = max(done.folder.iterdir(), key=lambda path: path.stat().st_size)
        print(f"larger than {LIMIT // 1000} kB; {largest.name} takes {largest.stat().st_size // 1000} kB")


def restore(
    experiment: Annotated[str | None, typer.Argument(help="Only this experiment.")] = None,
    config: Config = CONFIG,
    results: Results = RESULTS,
) -> None:
    """Put published rows back as finished evaluations, so that their runs need no training."""
    from ganpipe.publishing.restore import restore as put_back

    for each in put_back(results, config, experiment):
        runs = each.runs
        print(f"{each.folder}: {_counted(runs.restored)} restored" + (f", {runs.here} trained here" * bool(runs.here)))
        if runs.foreign:
            print(f"{each.folder}: {_belonging(runs.foreign)} to no planned run; nothing is restored from there")


def _counted(number: int) -> str:
    return f"{number} run" + "s" * (number != 1)


def _belonging(number: int) -> str:
    return f"{number} published line{'s belong' if number != 1 else ' belongs'}"
