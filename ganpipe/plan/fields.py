"""Settings by their path, ``training.learning_rate: 0.001``, laid over each other in layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.presets import DATASETS, METHODS, NETWORKS

Layer = Mapping[str, Any]

PRESETS: Mapping[str, Mapping[str, Any]] = {"dataset": DATASETS, "networks": NETWORKS, "method": METHODS}
"""Fields that may be given by the name of a preset."""

ABSENT = object()
"""What stands at a path where nothing is set."""


def lay(content: dict[str, Any], layer: Layer, where: str) -> dict[str, Any]:
    """``content`` with the settings of ``layer`` put over it.

    Shallow paths come first, so ``dataset: ring8_pacgan`` and ``dataset.sigma: 0.02`` can stand in one layer in any
    order. A whole group given in a layer replaces the group.

    Args:
        content: plain data of a run's specification, unchanged by this call.
        layer: path -> setting.
        where: names the layer in an error.

    Raises:
        GanpipeError: a path leads through a setting that is no group, a preset is not known, or a seed is set.
    """
    if "seed" in layer:
        raise GanpipeError(f"{where}: seed: training seeds stand in `seeds`")
    for path in sorted(layer, key=lambda path: path.count(".")):
        content = _with(content, path.split("."), resolve_preset(path, layer[path], where), f"{where}: {path}")
    return content


def resolve_preset(path: str, setting: Any, where: str) -> Any:
    """The preset's content where a field that has presets is given by a name; else the setting itself."""
    if path not in PRESETS or not isinstance(setting, str):
        return setting
    presets = PRESETS[path]
    if setting not in presets:
        raise GanpipeError(f"{where}: {path}: {setting!r} is not known{suggestion(setting, presets)}")
    return presets[setting].model_dump(mode="json")


def setting_at(content: Any, path: str) -> Any:
    """The setting at a path, or ``ABSENT``."""
    for step in path.split("."):
        content = content.get(step, ABSENT) if isinstance(content, dict) else ABSENT
    return content


def _with(content: Any, path: list[str], setting: Any, where: str) -> dict[str, Any]:
    head, *rest = path
    if not isinstance(content, dict):
        raise GanpipeError(f"{where}: {content!r} is not a group of settings")
    return {**content, head: _with(content.get(head, {}), rest, setting, where) if rest else setting}
