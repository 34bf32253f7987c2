"""The two building blocks of every specification, and the identity that is computed from them.

A :class:`Spec` is a frozen group of typed settings. A :class:`Part` is a Spec that also *does* something (a dataset
recipe, a network, a game, a judge, ...): it has a ``kind`` by which the configuration chooses it, a ``version`` that
is raised when its mathematics changes, and a ``source`` that says which paper and section it follows. The subclasses of
a family (``class Judge(Part)``) register themselves, so a new kind is one new file.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ganpipe.errors import GanpipeError


class Spec(BaseModel):
    """A frozen group of settings; unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @classmethod
    def parse(cls, content: Any) -> Self:
        """Validate plain data (as read from YAML or JSON).

        Raises:
            pydantic.ValidationError: with the path of each offending key.
        """
        # JSON mode is strict about types and yet takes a list for a tuple, which is what YAML and JSON can write.
        # What JSON does not know (YAML's dates) becomes text, which is then refused by the field that it was meant for.
        return cls.model_validate_json(json.dumps(content, default=str))


class Part(Spec):
    """One kind of one family, chosen in the configuration by ``kind``.

    A family is a direct subclass that declares no ``kind``; its kinds are the classes below it that declare
    ``kind: Literal["..."] = "..."``.
    """

    if TYPE_CHECKING:
        kind: str
    version: ClassVar[int] = 1
    source: ClassVar[str] = ""
    kinds: ClassVar[dict[str, type[Part]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls._is_family():
            cls.kinds = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "kind" in cls.model_fields:
            names = get_args(cls.model_fields["kind"].annotation)
            if len(names) != 1:
                raise GanpipeError(f'{_place(cls)}: kind: should be declared as `kind: Literal["name"] = "name"`')
            other = cls.kinds.get(names[0], cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise GanpipeError(f"{_place(cls)}: kind {names[0]!r} is already that of {_place(other)}")
            cls.kinds[names[0]] = cls

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        below = {name: kind for name, kind in sorted(cls.kinds.items()) if issubclass(kind, cls)}
        if "kind" in cls.model_fields or not below:
            return handler(source)
        # A family, or a class between it and its kinds, accepts any kind below it. It is resolved when a model that
        # uses it is built, so every kind's module must be imported before (each family's package does that with
        # `import_all`).
        choices = {name: handler.generate_schema(kind) for name, kind in below.items()}
        return core_schema.tagged_union_schema(choices=choices, discriminator="kind")

    @classmethod
    def _is_family(cls) -> bool:
        return Part in cls.__bases__

    def identity_extras(self) -> dict[str, Any]:
        """What decides the result beside the fields, e.g. the checksums of a dataset's sources."""
        return {}


def _place(kind: type[Part]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def import_all(package: ModuleType) -> None:
    """Import every module of ``package``, so that the kinds defined there register themselves."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def canonical(value: Any) -> Any:
    """The part of ``value`` that decides results, as plain data: non-default settings, kinds and versions.

    Settings that equal their default are left out, so that an option added later with a default changes no identity.
    Parts stay, for the sake of their version; an option that holds a part is therefore added with None or an empty
    tuple as its default.
    """
    if isinstance(value, Spec):
        content: dict[str, Any] = {}
        if isinstance(value, Part):
            content |= {"kind": value.kind, "version": value.version} | value.identity_extras()
        for name, field in type(value).model_fields.items():
            setting = getattr(value, name)
            # Pydantic's get_default copies the default deeply, which is most of the time where nothing is changed.
            default = field.get_default(call_default_factory=True) if field.default_factory else field.default
            if name != "kind" and (field.is_required() or setting != default or _involves_part(setting)):
                content[name] = canonical(setting)
        return content
    if isinstance(value, dict):
        return {key: canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    return value


def _involves_part(value: Any) -> bool:
    if isinstance(value, Spec):
        return isinstance(value, Part) or any(_involves_part(setting) for _, setting in value)
    if isinstance(value, dict):
        return any(_involves_part(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_involves_part(item) for item in value)


def digest(content: Any) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of ``content`` as canonical JSON.

    48 bits: 10,000 identities collide with probability 2e-7.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
