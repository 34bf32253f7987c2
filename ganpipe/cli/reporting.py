"""From numbers to tables, figures and pages: what the workflow's last rules call, one command each."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ganpipe.cli.options import RESULTS, Results
from ganpipe.layout import EXPERIMENT, classifier_folder


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (aggregate, table, figures, confusion, claims, verdicts, overview):
        app.command()(command)


Experiment = Annotated[Path, typer.Argument(help="Folder of an experiment, results/<scale>/<experiment>.")]


def aggregate(experiment: Experiment, results: Results = RESULTS) -> None:
    """Collect an experiment's evaluations into metrics.parquet."""
    from ganpipe.reporting.aggregate import aggregate as collect
    from ganpipe.reporting.aggregate import write_metrics
    from ganpipe.reporting.experiment import read_description

    write_metrics(collect(read_description(experiment / EXPERIMENT), results), experiment / "metrics.parquet")


def table(experiment: Experiment) -> None:
    """Write an experiment's table as Markdown, CSV, LaTeX and HTML."""
    from ganpipe.reporting.aggregate import read_metrics
    from ganpipe.reporting.experiment import read_description
    from ganpipe.reporting.renderers import write_table
    from ganpipe.reporting.table import build_table

    description = read_description(experiment / EXPERIMENT)
    write_table(build_table(description, read_metrics(experiment / "metrics.parquet")), experiment)


def figures(experiment: Experiment, results: Results = RESULTS) -> None:
    """Draw an experiment's figures as SVG and PNG, some with their numbers as CSV."""
    from ganpipe.publishing.record import published_folder
    from ganpipe.publishing.sample_pictures import published_picture
    from ganpipe.reporting.aggregate import read_metrics
    from ganpipe.reporting.experiment import read_description
    from ganpipe.reporting.figures.write import write_figures

    description = read_description(experiment / EXPERIMENT)
    metrics = read_metrics(experiment / "metrics.parquet")
    published = published_folder(results, description.scale, description.name)
    instead = partial(published_picture, experiment=description, results=results, published=published)
    write_figures(description, metrics, results, experiment, instead)


def confusion(
    classifier: Annotated[str, typer.Argument(help="A trained classifier's id.")], results: Results = RESULTS
) -> None:
    """Draw what a classifier takes the test images of each class for, as SVG and PNG."""
    from ganpipe.reporting.figures.confusion import write

    for path in write(classifier_folder(results, classifier)):
        print(path)


def claims(experiment: Experiment, results: Results = RESULTS) -> None:
    """Judge what the paper claims of an experiment, as Parquet, Markdown, HTML and LaTeX."""
    from ganpipe.reporting.claims.pages import write_claims

    write_claims(experiment, results)


def verdicts(
    scale: Annotated[Path, typer.Argument(help="Folder of a scale, results/<scale>.")],
    paper: Annotated[str, typer.Argument(help="The paper, as in all_<paper>.")],
    experiments: Annotated[list[str], typer.Argument(help="Its experiments with claims, in order.")],
    results: Results = RESULTS,
) -> None:
    """Write a paper's page of verdicts with their evidence."""
    from ganpipe.reporting.claims.pages import write_verdicts

    write_verdicts(scale, paper, experiments, results)


def overview(
    scale: Annotated[Path, typer.Argument(help="Folder of a scale, results/<scale>.")],
    experiments: Annotated[list[str], typer.Argument(help="Experiments to show, in order.")],
    results: Results = RESULTS,
) -> None:
    """Write the front page of a scale, index.html: what was run and what came out."""
    from ganpipe.reporting.overview import write_overview

    write_overview(scale, experiments, results)
