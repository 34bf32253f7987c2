"""Pydantic's report of what is wrong with somebody's YAML or JSON, said in one line and in the file's own words."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ganpipe.errors import suggestion

Step = int | str


def explain(error: ValidationError, model: type[BaseModel], content: Any) -> tuple[str, str]:
    """The path of the offending key, dotted, and what is wrong there.

    Of several errors an unknown key is told first, because a mistyped key is also missing under its right name.

    Args:
        model: what ``content`` was to be.
        content: plain data, as read from YAML or JSON.
    """
    errors = sorted(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    first = errors[0]
    path = _written_path(first, content)
    if first["type"].endswith("_type"):
        # The alternatives of a union, of which pydantic reports every one.
        same = [each for each in errors if _written_path(each, content)[: len(path)] == path]
        closer = [each for each in same if not each["type"].endswith("_type")]
        if closer:
            first, path = closer[0], _written_path(closer[0], content)
        else:
            return ".".join(path), _mismatch([each for each in same if _written_path(each, content) == path])
    return ".".join(path), _message(first, model)


def fields_at(model: type[BaseModel], path: Sequence[Step]) -> set[str]:
    """Names of the settings of the group at ``path``. A chosen kind may stand in the path; else every kind counts."""
    nodes: list[Any] = [model]
    for step in path:
        nodes = [inner for node in nodes for inner in _inside(node, step)]
    return {name for node in nodes for kind in _kinds(node) for name in kind.model_fields}


def _written_path(error: ErrorDetails, content: Any) -> list[str]:
    """The path as the file has it: without the kinds of parts and the alternatives of unions that pydantic puts in."""
    *above, last = error["loc"] or ("",)
    path: list[str] = []
    for step in [*above, last]:
        if isinstance(content, dict) and step in content:
            content = content[step]
        elif isinstance(content, list) and isinstance(step, int) and step < len(content):
            content = content[step]
        elif error["type"] != "missing" or step is not last:
            continue
        path.append(str(step))
    return path


def _message(error: ErrorDetails, model: type[BaseModel]) -> str:
    context = error.get("ctx", {})
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
            return "kind: missing"
        case "value_error":
            return str(context["error"])
    given = error["input"]
    return _plain(error["msg"]) + ("" if isinstance(given, dict | list) else f", got {given!r}")


def _mismatch(errors: Sequence[ErrorDetails]) -> str:
    """What types were possible, and what was given instead."""
    given = errors[0]["input"]
    expected = " or ".join(dict.fromkeys(_plain(each["msg"]).removeprefix("should be ") for each in errors))
    number = _number(given) if isinstance(given, str) else None
    if number is not None and {each["type"] for each in errors} & {"int_type", "float_type"}:
        return f"{given!r} is text in YAML; write {number!r}"
    return f"should be {expected}, got {_name_of(given)}"


def _plain(message: str) -> str:
    """Pydantic's words as users of YAML say them."""
    message = message.removeprefix("Input ")
    for theirs, ours in {"an object": "a mapping", "a valid array": "a list", "a valid ": "a ", "a integer": "an integer"}.items():
        message = message.replace(theirs, ours)
    return message[0].lower() + message[1:]


def _name_of(given: Any) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(given), repr(given))


def _number(text: str) -> float | int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


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


def _kinds(node: Any) -> Iterable[type[BaseModel]]:
    """The models that may stand for ``node``: itself, or the kinds of a family of parts."""
    if not (isinstance(node, type) and issubclass(node, BaseModel)):
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
