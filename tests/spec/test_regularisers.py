from __future__ import annotations

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.methods.regularisers.regulariser import Regulariser
from ganpipe.methods.regularisers.spectral_norm import SpectralNorm
from ganpipe.spec.explain import validated
from ganpipe.spec.method import Method
from ganpipe.spec.part import canonical
from ganpipe.spec.regularisers import Regularisers


def test_every_kind_has_a_field_that_is_empty() -> None:
    assert set(Regularisers.model_fields) == set(Regulariser.kinds)
    assert Regularisers().parts == []


def test_a_method_without_any_is_the_method_it_was_before_there_were_any() -> None:
    assert "regularisers" not in canonical(Method())
    assert canonical(Method(regularisers=Regularisers())) == canonical(Method())


def test_their_settings_are_reached_by_path() -> None:
    method = Method.parse({"regularisers": {"gradient_penalty": {"weight": 3.0}}})
    assert method.regularisers.parts == [GradientPenalty(weight=3.0)]
    assert canonical(method)["regularisers"]["gradient_penalty"]["weight"] == 3.0


def test_they_act_in_the_order_of_their_names() -> None:
    parts = Regularisers(spectral_norm=SpectralNorm(), gradient_penalty=GradientPenalty()).parts
    assert [part.kind for part in parts] == ["gradient_penalty", "spectral_norm"]


def test_a_mistyped_kind_is_one_line() -> None:
    with pytest.raises(GanpipeError, match=r"^here: regularisers\.gradient_penalti: unknown key.*gradient_penalty"):
        validated(Method, {"regularisers": {"gradient_penalti": {}}}, "here")


def test_a_mistyped_setting_is_one_line() -> None:
    with pytest.raises(GanpipeError, match=r"^here: regularisers\.gradient_penalty\.weigth: unknown key.*weight"):
        validated(Method, {"regularisers": {"gradient_penalty": {"weigth": 1.0}}}, "here")
