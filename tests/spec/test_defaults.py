"""The defaults and versions of everything that decides a result, pinned in defaults.json.

A run's identity leaves out settings that equal their default. So a changed default would leave a run its name and give
it other mathematics: whoever changes one must raise the version of the part (or of the engine, for settings that belong
to no part), and then record the new state, also that of a new option or kind, with

    python tests/spec/test_defaults.py
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import Any

import pytest

import ganpipe
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.files import write_json
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.part import Part, Spec, canonical
from ganpipe.spec.run import ENGINE_VERSION, RunSpec
from ganpipe.spec.training import PlayerTraining, Training

PINNED = Path(__file__).with_name("defaults.json")
COMMAND = "python tests/spec/test_defaults.py"
WITHOUT_KIND: dict[type[Spec], int] = {
    **dict.fromkeys((RunSpec, Method, Networks, Training, PlayerTraining), ENGINE_VERSION),
    ClassifierSpec: ClassifierSpec.version,
}
"""Settings that are hashed and have no kind, with the version that speaks for them."""

State = dict[str, dict[str, Any]]


def present() -> State:
    """Name -> version and defaults of every hashed group of settings that the package defines."""
    for module in pkgutil.walk_packages(ganpipe.__path__, "ganpipe."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {settings.__name__: describe(settings, version) for settings, version in WITHOUT_KIND.items()}
    for family in Part.__subclasses__():
        for name, kind in family.kinds.items():
            if kind.__module__.startswith("ganpipe."):
                found[f"{family.__name__}.{name}"] = describe(kind, kind.version)
    return dict(sorted(found.items()))


def describe(settings: type[Spec], version: int) -> dict[str, Any]:
    defaults = {
        name: "required" if field.is_required() else plain(field.get_default(call_default_factory=True))
        for name, field in settings.model_fields.items()
        if name != "kind"
    }
    return {"version": version, "defaults": defaults}


def plain(value: Any) -> Any:
    """A default as JSON gives it back; of parts only what is chosen, for their own defaults are on record beside it."""

    def unversioned(item: dict[str, Any]) -> dict[str, Any]:
        return {key: inner for key, inner in item.items() if key != "version"}

    return json.loads(json.dumps(canonical(value)), object_hook=unversioned)


def dangers(pinned: State, found: State) -> list[str]:
    """What would give finished runs another meaning, or another name, without anybody having said so."""
    sentences = []
    for name, old in pinned.items():
        new = found.get(name)
        if new is None:
            sentences.append(f"{name} is gone, and its finished runs cannot be opened any more")
        elif new["version"] < old["version"]:
            sentences.append(f"the version of {name} went back from {old['version']} to {new['version']}")
        elif new["version"] == old["version"]:
            sentences += [
                f"the default of {name}, {option}, changed from {before!r} to {new['defaults'].get(option)!r} "
                f"while its version is still {old['version']}: raise the version"
                for option, before in old["defaults"].items()
                if option not in new["defaults"] or new["defaults"][option] != before
            ] + [
                f"{name} has a new option {option} without a default, and its finished runs have none"
                for option, default in new["defaults"].items()
                if option not in old["defaults"] and default == "required"
            ]
    return sentences


def test_no_default_changes_without_a_version() -> None:
    assert dangers(json.loads(PINNED.read_text()), present()) == []


def test_every_option_kind_and_version_is_on_record() -> None:
    assert json.loads(PINNED.read_text()) == present(), f"record what changed with `{COMMAND}` and commit it"


PART = {"Judge.x": {"version": 1, "defaults": {"size": 2, "rate": "required"}}}


@pytest.mark.parametrize(
    ("found", "danger"),
    [
        (PART, None),
        ({"Judge.x": {"version": 1, "defaults": {"size": 2, "rate": "required", "extra": None}}}, None),
        ({"Judge.x": {"version": 2, "defaults": {"size": 3, "rate": "required"}}}, None),
        (PART | {"Judge.y": {"version": 1, "defaults": {}}}, None),
        ({"Judge.x": {"version": 1, "defaults": {"size": 3, "rate": "required"}}}, "changed from 2 to 3"),
        ({"Judge.x": {"version": 1, "defaults": {"rate": "required"}}}, "size, changed from 2 to None"),
        ({"Judge.x": {"version": 1, "defaults": {"size": 2, "rate": 0.1}}}, "changed from 'required' to 0.1"),
        (
            {"Judge.x": {"version": 1, "defaults": {"size": 2, "rate": "required", "new": "required"}}},
            "new option new without a default",
        ),
        ({"Judge.x": {"version": 0, "defaults": {"size": 2, "rate": "required"}}}, "went back from 1 to 0"),
        ({}, "Judge.x is gone"),
    ],
)
def test_what_counts_as_dangerous(found: State, danger: str | None) -> None:
    sentences = dangers(PART, found)
    assert len(sentences) == (danger is not None)
    assert danger is None or danger in sentences[0]


if __name__ == "__main__":
    if PINNED.exists() and (sentences := dangers(json.loads(PINNED.read_text()), present())):
        sys.exit("not recorded:\n" + "\n".join(f"- {sentence}" for sentence in sentences))
    write_json(PINNED, present())
