"""Pydantic's report of what is wrong with somebody's YAML or JSON, said in one line and in the file's own words."""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.spec.part import Spec

Step = int | str
Model = TypeVar("Model", bound=Spec)


def validated(model: type[Model], content: Any, where: str) -> Model:
    """A specification from plain data that a person wrote.

    Args:
        where: names the file, and perhaps the place in it.

    Raises:
        GanpipeError: one line naming the place, the key and what was expected.
    """
    try:
        return model.parse(content)
    except ValidationError as error:
        path, problem = explain(error, model, content)
        raise GanpipeError(": ".join(filter(None, (where, path, problem)))) from None


def explain(error: ValidationError, model: type[Spec], content: Any) -> tuple[str, str]:
    """The path of the offending key, dotted, and what is wrong there.

    Of several errors an unknown key is told first, because a mistyped key is also missing under its right name.

    Args:
        model: what ``content`` was to be.
        content: plain data, as read from YAML or JSON.
    """
    content = json.loads(json.dumps(content, default=str))
    found = [(_written_path(each, content), each) for each in error.errors(include_url=False)]
    path, first = min(found, key=lambda pair: pair[1]["type"] != "extra_forbidden")
    # Pydantic reports every alternative of a union. The one that was meant is the one that was got furthest into.
    same = [pair for pair in found if pair[0][: len(path)] == path]
    path, first = max(same, key=lambda pair: (len(pair[0]), not _is_mismatch(pair[1])))
    if _is_mismatch(first):
        return ".".join(path), _mismatch([each for written, each in same if written == path])
    return ".".join(path), _problem(first, model)


def fields_at(model: type[Spec], path: Sequence[Step]) -> set[str]:
    """Names of the settings of the group at ``path``. A chosen kind may stand in the path; else every kind counts."""
    nodes: list[Any] = [model]
    for step in path:
        nodes = [inner for node in nodes for inner in _inside(node, step)]
    return {name for node in nodes for kind in _kinds(node) for name in kind.model_fields}


def _written_path(error: ErrorDetails, content: Any) -> list[str]:
    """The path as the file has it: without the kinds of parts and the alternatives of unions that pydantic puts in."""
    path: list[str] = []
    for step in error["loc"]:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            continue
        path.append(" ".join(str(step).split()))
    if error["type"] == "missing":
        path.append(str(error["loc"][-1]))
    return path


def _is_mismatch(error: ErrorDetails) -> bool:
    return error["type"].endswith("_type")


def _problem(error: ErrorDetails, model: type[Spec]) -> str:
    context, given = error.get("ctx", {}), error["input"]
    match error["type"]:
        case "missing":
            return "missing"
        case "extra_forbidden":
            *group, key = error["loc"]
            known = fields_at(model, group)
            return f"unknown key{suggestion(str(key), known)}" if known else "unknown key"
        case "union_tag_invalid":
            known = {tag.strip("' ") for tag in context["expected_tags"].split(",")}
            return f"kind: {context['tag']!r} is not known{suggestion(context['tag'], known)}"
        case "union_tag_not_found":
            return "kind: missing; it says which one is meant"
        case "too_short":
            return f"needs {context['min_length']} or more entries, got {context['actual_length']}"
        case "too_long":
            return f"takes {context['max_length']} entries at most, got {context['actual_length']}"
        case "value_error":
            return str(context["error"])
    return _plain(error["msg"]) + ("" if isinstance(given, dict | list) else f", got {given!r}")


def _mismatch(errors: Sequence[ErrorDetails]) -> str:
    """What types were possible, and what was given instead."""
    given = errors[0]["input"]
    expected = " or ".join(dict.fromkeys(_plain(each["msg"]).removeprefix("should be ") for each in errors))
    if (
        isinstance(given, str)
        and (number := number_in(given))
        and {"int_type", "float_type"} & {e["type"] for e in errors}
    ):
        return f"{given!r} is text in YAML; write {number}"
    return f"should be {expected}, got {_name_of(given)}"


def _plain(message: str) -> str:
    """Pydantic's words as users of YAML say them."""
    message = message.removeprefix("Input ")
    for theirs, ours in {
        "an object": "a mapping",
        "a valid array": "a list",
        "a valid ": "a ",
        "a integer": "an integer",
    }.items():
        message = message.replace(theirs, ours)
    return message[0].lower() + message[1:]


def _name_of(given: Any) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(given), repr(given))


def number_in(text: str) -> str | None:
    """How YAML writes the number that a text was meant to be; None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    written = str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)
    # Without a point, YAML takes 1e-05 for text again.
    return written if "e" not in written or "." in written else written.replace("e", ".0e")


def _inside(node: Any, step: Step) -> Iterator[Any]:
    """What stands at one step below a model, a mapping or a list."""
    if get_origin(node) in (dict, list, tuple):
        yield from _alternatives(get_args(node)[get_origin(node) is dict])
    for kind in _kinds(node):
        if step in kind.model_fields:
            yield from _alternatives(kind.model_fields[str(step)].annotation)
    for kind in _kinds(node):
        if getattr(kind.model_fields.get("kind"), "default", None) == step:
            yield kind


def _kinds(node: Any) -> Iterable[type[Spec]]:
    """The models that may stand for ``node``: itself, or the kinds of a family of parts."""
    if not (isinstance(node, type) and issubclass(node, Spec)):
        return []
    if "kind" in node.model_fields:
        return [node]
    return [kind for kind in getattr(node, "kinds", {}).values() if issubclass(kind, node)] or [node]


def _alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        for alternative in get_args(annotation):
            yield from _alternatives(alternative)
    elif get_origin(annotation) is typing.Annotated:
        yield from _alternatives(get_args(annotation)[0])
    else:
        yield annotation
