"""YAML as people mean it: what JSON can hold and no more, and a key that stands twice is an error."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from ganpipe.errors import GanpipeError

CORE = "tag:yaml.org,2002:"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, refusing what would be taken for something else than it looks like."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys: set[Any] = set()
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConstructorError(None, None, "a key must be a name, not a list or a mapping", key_node.start_mark)
        key = "<<" if key_node.tag == f"{CORE}merge" else loader.construct_object(key_node)
        if not isinstance(key, str):
            problem = f"YAML reads the key {key_node.value} as {type(key).__name__}; put it in quotes"
            raise ConstructorError(None, None, problem, key_node.start_mark)
        if key in keys:
            raise ConstructorError(None, None, f"{key} stands twice", key_node.start_mark)
        keys.add(key)
    loader.flatten_mapping(node)
    return {loader.construct_object(k): loader.construct_object(v, deep=True) for k, v in node.value}


def _number(loader: _Loader, node: yaml.ScalarNode) -> float:
    number: float = loader.construct_yaml_float(node)
    if not math.isfinite(number):
        raise ConstructorError(None, None, f"{node.value} is not a number that anything here can be", node.start_mark)
    return number


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    if not re.fullmatch(r"[-+]?(0|[1-9][0-9_]{,99})", node.value):
        problem = f"{node.value:.40} is a number that is not plainly written; if it is a text, put it in quotes"
        raise ConstructorError(None, None, problem, node.start_mark)
    return int(node.value.replace("_", ""))


def _refuse(loader: _Loader, node: yaml.Node) -> None:
    kind = node.tag.removeprefix(CORE)
    found = f"{node.value} is a {kind} in YAML; put it in quotes" if kind == "timestamp" else f"!!{kind} is not known"
    raise ConstructorError(None, None, found, node.start_mark)


_Loader.add_constructor(f"{CORE}map", _mapping)
_Loader.add_constructor(f"{CORE}float", _number)
_Loader.add_constructor(f"{CORE}int", _integer)
for _tag in ("timestamp", "set", "omap", "pairs", "binary"):
    _Loader.add_constructor(f"{CORE}{_tag}", _refuse)


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        GanpipeError: one line naming the file, the line and what is wrong there.
    """
    try:
        with path.open(encoding="utf-8") as handle:
            return yaml.load(handle, Loader=_Loader)
    except FileNotFoundError:
        raise GanpipeError(f"{path}: no such file") from None
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise GanpipeError(f"{path}{line}: {error.problem}") from None
    except RecursionError:
        raise GanpipeError(f"{path}: cannot be read (nested too deeply)") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GanpipeError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
