from __future__ import annotations

import datetime
import math
from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field, ValidationError

from ganpipe.errors import GanpipeError
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.spec.explain import validated
from ganpipe.spec.method import Method
from ganpipe.spec.part import Part, Spec, canonical, digest


class Colour(Part):
    """A family of its own, so that no kind of a test reaches a real family."""


class Grey(Colour):
    kind: Literal["test_grey"] = "test_grey"
    shade: float = Field(0.5, ge=0, le=1)


class Mixed(Colour):
    kind: Literal["test_mixed"] = "test_mixed"
    version: ClassVar[int] = 3
    red: int
    names: tuple[str, ...] = ()


class Frame(Spec):
    width: int = 1


class Painting(Spec):
    colour: Colour = Grey()
    frame: Frame = Frame()
    second_frame: Frame | None = None
    size: tuple[float, float] = (1.0, 2.0)
    weights: dict[str, float] = {}  # noqa: RUF012 (pydantic copies it)


def test_kinds_register_themselves_with_their_family_only() -> None:
    assert Colour.kinds == {"test_grey": Grey, "test_mixed": Mixed}
    assert Judge.kinds["packed"] is Packed
    assert not set(Colour.kinds) & set(Judge.kinds)


def test_a_kind_is_chosen_by_its_name_and_keeps_its_settings() -> None:
    painting = Painting.parse({"colour": {"kind": "test_mixed", "red": 3, "names": ["a", "b"]}})
    assert painting.colour == Mixed(red=3, names=("a", "b"))


def test_two_kinds_of_one_name_are_refused() -> None:
    class Taste(Part):
        pass

    class Sweet(Taste):
        kind: Literal["test_taste"] = "test_taste"

    with pytest.raises(GanpipeError, match=r"Sour: kind 'test_taste' is already that of tests\.spec\..*Sweet$"):

        class Sour(Taste):
            kind: Literal["test_taste"] = "test_taste"

    assert Taste.kinds == {"test_taste": Sweet}


def test_a_copied_file_does_not_take_the_place_of_what_it_was_copied_from() -> None:
    class Touch(Part):
        pass

    def define(module: str) -> type:
        content = {"__module__": module, "__annotations__": {"kind": Literal["test_touch"]}, "kind": "test_touch"}
        return type("Rough", (Touch,), content)

    define("rough")
    again = define("rough")  # as when a module is loaded once more
    with pytest.raises(GanpipeError, match=r"^copied\.Rough: kind 'test_touch' is already that of rough\.Rough$"):
        define("copied")
    assert Touch.kinds == {"test_touch": again}


def test_a_kind_that_is_no_literal_is_told_how_to_be_declared() -> None:
    class Smell(Part):
        pass

    with pytest.raises(GanpipeError, match=r"Sharp: kind: should be declared as `kind: Literal\["):

        class Sharp(Smell):
            kind: str = "test_smell"


def test_specifications_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Painting().size = (3.0, 4.0)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("content", "key", "problem"),
    [
        ({"colours": {}}, ("colours",), "extra_forbidden"),
        ({"frame": {"widht": 2}}, ("frame", "widht"), "extra_forbidden"),
        ({"colour": {"kind": "test_grey", "blue": 1}}, ("colour", "test_grey", "blue"), "extra_forbidden"),
        ({"frame": {"width": "wide"}}, ("frame", "width"), "int_type"),
        ({"frame": {"width": True}}, ("frame", "width"), "int_type"),
        ({"frame": {"width": 1.5}}, ("frame", "width"), "int_type"),
        ({"frame": {"width": datetime.date(2020, 1, 1)}}, ("frame", "width"), "int_type"),
        ({"colour": {"kind": "test_mixed"}}, ("colour", "test_mixed", "red"), "missing"),
        ({"colour": {}}, ("colour",), "union_tag_not_found"),
        ({"colour": {"kind": "gray"}}, ("colour",), "union_tag_invalid"),
        # YAML reads 1e-3 as text.
        ({"colour": {"kind": "test_grey", "shade": "1e-3"}}, ("colour", "test_grey", "shade"), "float_type"),
        ({"colour": {"kind": "test_grey", "shade": 2.0}}, ("colour", "test_grey", "shade"), "less_than_equal"),
        ({"size": [1.0, "2e0"]}, ("size", 1), "float_type"),
        ({"size": [1.0, math.inf]}, ("size", 1), "finite_number"),
        ({"weights": {"a": math.nan}}, ("weights", "a"), "finite_number"),
        ("a string", (), "model_type"),
    ],
)
def test_every_mistake_is_refused_at_its_key_and_can_be_said_in_one_line(
    content: Any, key: tuple[str | int, ...], problem: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Painting.parse(content)
    assert [(error["loc"], error["type"]) for error in caught.value.errors()] == [(key, problem)]
    with pytest.raises(GanpipeError) as said:
        validated(Painting, content, "painting.yaml")
    written = ".".join(str(step) for step in key if step not in Colour.kinds)
    assert str(said.value).startswith(f"painting.yaml: {written}")
    assert "\n" not in str(said.value)


def test_canonical_leaves_defaults_out_but_keeps_kinds_and_versions() -> None:
    assert canonical(Painting()) == {"colour": {"kind": "test_grey", "version": 1}}
    assert canonical(Painting(size=(1.0, 3.0), frame=Frame(width=2))) == {
        "colour": {"kind": "test_grey", "version": 1},
        "size": [1.0, 3.0],
        "frame": {"width": 2},
    }
    assert canonical(Mixed(red=1)) == {"kind": "test_mixed", "version": 3, "red": 1}


def test_required_settings_always_count() -> None:
    assert canonical(Mixed(red=0))["red"] == 0


def test_an_absent_part_is_not_the_part_with_its_defaults() -> None:
    assert digest(canonical(Painting(second_frame=Frame()))) != digest(canonical(Painting()))


def test_a_new_option_with_a_default_changes_no_identity() -> None:
    class Yesterday(Part):
        pass

    class Old(Yesterday):
        kind: Literal["test_kind"] = "test_kind"
        size: int = 2
        rate: float = 0.1

    class Today(Part):
        pass

    class New(Today):
        kind: Literal["test_kind"] = "test_kind"
        extra: float | None = None
        size: int = 2
        parts: tuple[Colour, ...] = ()
        rate: float = 0.1
        frame: Frame = Frame()

    for settings in ({}, {"size": 3}, {"rate": 0.5, "size": 4}):
        assert digest(canonical(New(**settings))) == digest(canonical(Old(**settings)))
    for settings in ({"extra": 0.0}, {"parts": (Grey(),)}, {"frame": Frame(width=2)}):
        assert digest(canonical(New(**settings))) != digest(canonical(Old()))


@pytest.mark.parametrize("make", [Single, Method])
def test_a_raised_version_changes_the_identity_also_of_a_default_part(
    make: type[Spec], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest(canonical(make()))
    monkeypatch.setattr(Single, "version", 2)
    assert digest(canonical(make())) != before


def test_versions_count_inside_collections_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gallery(Spec):
        colours: tuple[Colour, ...] = (Grey(),)
        named: dict[str, Colour] = {"a": Mixed(red=1)}  # noqa: RUF012 (pydantic copies it)

    before = digest(canonical(Gallery()))
    monkeypatch.setattr(Grey, "version", 2)
    with_grey = digest(canonical(Gallery()))
    monkeypatch.setattr(Mixed, "version", 4)
    assert len({before, with_grey, digest(canonical(Gallery()))}) == 3


def test_kinds_without_settings_differ_by_their_name() -> None:
    assert digest(canonical(Single())) != digest(canonical(Packed()))


def test_key_order_and_integers_for_floats_change_no_identity() -> None:
    one = Painting.parse({"size": [1, 3], "weights": {"a": 1, "b": 2.0}})
    other = Painting.parse({"weights": {"b": 2, "a": 1.0}, "size": [1.0, 3.0], "frame": {"width": 1}})
    assert one == other
    assert digest(canonical(one)) == digest(canonical(other))
    assert digest(canonical(Painting(size=(1, 3)))) == digest(canonical(Painting(size=(1.0, 3.0))))


def test_a_specification_survives_its_json() -> None:
    painting = Painting(colour=Mixed(red=2, names=("x",)), size=(0.1, 1e-7), second_frame=Frame())
    again = Painting.parse(painting.model_dump(mode="json"))
    assert again == painting
    assert digest(canonical(again)) == digest(canonical(painting))


def test_digest_is_pinned() -> None:
    # SHA-256 of {"a":[1,2.5],"b":null}, so that no finished run is orphaned by a refactoring.
    assert digest({"b": None, "a": [1, 2.5]}) == "f66b2c50ccae"


def test_what_json_cannot_hold_has_no_identity() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        digest({"a": math.nan})
