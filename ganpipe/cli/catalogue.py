"""What exists: datasets, networks, methods, protocols and experiments, with their sources, and schemas for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ganpipe.cli.options import CONFIG, AsJson, Config
from ganpipe.files import write_json
from ganpipe.spec.part import Part


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (datasets, methods, networks, protocols, experiments, schema):
        app.command()(command)


def datasets(as_json: AsJson = False) -> None:
    """List the named datasets."""
    from ganpipe.data.presets import PRESETS, SOURCES

    _show(
        [
            {
                "name": name,
                "shape": "x".join(map(str, dataset.sample_shape)),
                "modes": dataset.mode_count,
                "source": SOURCES[name],
            }
            for name, dataset in PRESETS.items()
        ],
        as_json,
    )


def methods(as_json: AsJson = False) -> None:
    """List the named methods: parts, players, papers, and what a step costs.

    A step's cost is the number of batches that pass forward through the generator and the discriminator.
    """
    from ganpipe.presets import METHODS
    from ganpipe.training.cost import cost

    rows = []
    for name, method in METHODS.items():
        passes = cost(method)
        rows.append(
            {
                "name": name,
                "parts": ", ".join(_in_short(part) for part in method.distinctive_parts) or "gan",
                "players": ", ".join(method.players),
                "cost": f"{passes.generator:g} G + {passes.discriminator:g} D",
                "source": "; ".join(method.sources),
            }
        )
    _show(rows, as_json)


def networks(as_json: AsJson = False) -> None:
    """List the named pairs of networks."""
    from ganpipe.networks.presets import PRESETS, SOURCES

    _show(
        [
            {
                "name": name,
                "generator": _in_short(pair.generator),
                "discriminator": _in_short(pair.discriminator),
                "latents": f"{pair.latent_distribution} {pair.latent_dim}",
                "source": SOURCES[name],
            }
            for name, pair in PRESETS.items()
        ],
        as_json,
    )


def protocols(as_json: AsJson = False) -> None:
    """List the evaluation protocols: a name fixes everything about a number."""
    from ganpipe.evaluation.presets import PROTOCOLS, SOURCES

    _show(
        [
            {
                "name": name,
                "source": SOURCES[name],
                "metrics": ", ".join(protocol.metrics),
                "settings": protocol.model_dump(mode="json") if as_json else _in_full(protocol),
            }
            for name, protocol in PROTOCOLS.items()
        ],
        as_json,
    )


def experiments(as_json: AsJson = False, config: Config = CONFIG) -> None:
    """List the experiments of the configuration, each a target of the workflow."""
    from ganpipe.plan.experiment import experiment_files, read_experiment

    files = {name: read_experiment(path) for name, path in experiment_files(config).items()}
    _show(
        [
            {
                "name": name,
                "scales": ", ".join(file.scales) or "one",
                "source": f"{file.paper.name}, {file.paper.item}" if file.paper else "",
                "title": file.title,
            }
            for name, file in files.items()
        ],
        as_json,
    )


def schema(
    folder: Annotated[Path, typer.Argument(help="Where the schemas go.")] = Path("config/schemas"),
) -> None:
    """Write JSON Schemas of the configuration and of a run's specification, for editors."""
    from ganpipe.plan.experiment import ExperimentFile
    from ganpipe.plan.settings import Settings
    from ganpipe.spec.part import Spec
    from ganpipe.spec.run import RunSpec

    models: dict[str, type[Spec]] = {"experiment": ExperimentFile, "config": Settings, "run": RunSpec}
    for name, model in models.items():
        write_json(folder / f"{name}.schema.json", model.model_json_schema())
        print(folder / f"{name}.schema.json")


def _in_short(part: Any) -> str:
    """A part's kind with its settings that differ from the defaults."""
    settings = {name: getattr(part, name) for name in type(part).model_fields if name != "kind"}
    usual = {name: field.get_default(call_default_factory=True) for name, field in type(part).model_fields.items()}
    listed = ", ".join(
        f"{name} {_in_short(value) if isinstance(value, Part) else value}"
        for name, value in settings.items()
        if value != usual[name]
    )
    return f"{part.kind} ({listed})" if listed else str(part.kind)


def _in_full(part: Part) -> str:
    """A part's kind with all of its settings but those that say nothing."""
    listed = ", ".join(
        f"{name} {_in_full(value) if isinstance(value, Part) else value}"
        for name, value in part
        if name != "kind" and value not in (None, False, ())
    )
    return f"{part.kind} ({listed})" if listed else part.kind


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from tabulate import tabulate

    print(tabulate(rows, headers="keys", tablefmt="simple", disable_numparse=True))
